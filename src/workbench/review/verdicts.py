"""Name the judgements that two revisions do not share: cells, causes of dossiers, gaps.

A reader acts on judgements, not on decimals: which unit is named for which cause, which dossier is
late by which cause, and which gap between two sides is more than its interval.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import polars as pl

Kind = Literal["named", "not_named", "cause", "reality", "gap", "no_gap"]


@dataclass(frozen=True)
class Verdict:
    """One judgement that differs.

    Attributes:
        kind: A cell that is named now or no longer; another main cause of a dossier; another
            reading of whether it is late in fact; a gap that is clear now or no longer.
        subject: What is judged: unit, period and cause; a dossier; the two sides of a gap.
        left: The judgement before, as an id or a number; nothing where there was none.
        right: The judgement now.
    """

    kind: Kind
    subject: tuple[str, ...]
    left: str | float | None
    right: str | float | None


def changed_verdicts(
    files: Mapping[str, tuple[Path | None, Path | None]], profiles: tuple[str, str]
) -> tuple[Verdict, ...]:
    """Return every judgement that differs, each side under its own headline profile.

    Args:
        files: The Parquet file of each side by table; a judgement whose table differs on neither
            side is not in it and cannot have changed.
        profiles: The headline profile of each side.
    """
    return tuple(
        verdict
        for table, judge in (("cells", _cells), ("late_dossiers", _dossiers), ("gaps", _gaps))
        if (pair := files.get(table)) and pair[0] and pair[1]
        for verdict in judge(_under(pair[0], profiles[0]), _under(pair[1], profiles[1]))
    )


def _under(file: Path, profile: str) -> pl.DataFrame:
    return pl.read_parquet(file).filter(pl.col("profile") == profile).drop("profile")


def _pairs(left: pl.DataFrame, right: pl.DataFrame, key: list[str]) -> list[dict[str, Any]]:
    joined = left.join(right, on=key, how="full", coalesce=True, suffix="_now").sort(key)
    return joined.to_dicts()


def _cells(left: pl.DataFrame, right: pl.DataFrame) -> list[Verdict]:
    key = ["unit_id", "period", "cause"]
    columns = [*key, "flagged", "q_value"]
    rows = _pairs(left.select(columns), right.select(columns), key)
    return [
        Verdict(
            "named" if row["flagged_now"] else "not_named",
            tuple(row[name] for name in key),
            row["q_value"],
            row["q_value_now"],
        )
        for row in rows
        if bool(row["flagged"]) != bool(row["flagged_now"])
    ]


def _dossiers(left: pl.DataFrame, right: pl.DataFrame) -> list[Verdict]:
    kinds: tuple[tuple[Kind, str], ...] = (("cause", "dominant_cause"), ("reality", "reality"))
    columns = ["dossier_id", *(column for _, column in kinds)]
    late_on_both = left.select(columns).join(right.select(columns), on="dossier_id", suffix="_now")
    return [
        Verdict(kind, (row["dossier_id"],), row[column], row[f"{column}_now"])
        for kind, column in kinds
        for row in late_on_both.sort("dossier_id").iter_rows(named=True)
        if row[column] != row[f"{column}_now"]
    ]


def _gaps(left: pl.DataFrame, right: pl.DataFrame) -> list[Verdict]:
    key = ["comparison", "component"]
    columns = [*key, "left", "right", "effect", "lower", "upper"]
    rows = _pairs(left.select(columns), right.select(columns), key)
    return [
        Verdict(
            "gap" if _is_clear(row, "_now") else "no_gap",
            (row["left"] or row["left_now"], row["right"] or row["right_now"], row["component"]),
            row["effect"],
            row["effect_now"],
        )
        for row in rows
        if _is_clear(row, "") != _is_clear(row, "_now")
    ]


def _is_clear(row: Mapping[str, Any], side: str) -> bool:
    """Whether the whole interval of an effect lies on one side of zero."""
    lower, upper = row[f"lower{side}"], row[f"upper{side}"]
    return lower is not None and (lower > 0 or upper < 0)
