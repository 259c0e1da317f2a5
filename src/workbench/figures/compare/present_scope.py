"""Rates of units as they are at the end of a comparison: those merged since, added up.

A ward that was made of eight on 1 July 2025 has no earlier figures of its own. Beside those of the
new ward belong the sums of the eight; a unit that was divided counts by its shares, and one whose
shares are not known stays by itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from workbench.figures.estimates import wilson_many

_GROUP = ("measure", "profile", "period", "procedure_id", "channel_in")


@dataclass(frozen=True)
class Succession:
    """One line of ``unit_mergers.csv``: what of an old unit became part of a new one, and when.

    ``share`` is 1 for a unit that went over as a whole, and missing where it is not known.
    """

    old: str
    new: str
    merged_on: dt.date
    share: float | None


def read_successions(rows: Sequence[Mapping[str, str]]) -> list[Succession]:
    """Return the successions of units that have ids on both sides."""
    return [
        Succession(
            row["old_unit_id"],
            row["new_unit_id"],
            dt.date.fromisoformat(row["merged_on"]),
            float(row["share"]) if row["share"] else None,
        )
        for row in rows
        if row["old_unit_id"] and row["new_unit_id"]
    ]


def in_present_scope(rates: pl.DataFrame, successions: Sequence[Succession]) -> pl.DataFrame:
    """Return rates and counts with old units added up into the new ones, each by its share.

    Numerators and denominators are rounded to whole dossiers after adding up; the interval is that
    of the sum. A unit of which some share is missing stays as it is.

    Args:
        rates: Rows of ``measures``; a count has no denominator and stays one.
        successions: Which units to add up.

    >>> import datetime as dt
    >>> row = {"measure": "late_done", "profile": "p", "period": "2025-H1"}
    >>> row |= {"procedure_id": "*", "channel_in": "*", "method": "wilson", "evidence_level": 1}
    >>> row |= {"design_effect": 1.0}
    >>> counts = (("A", 1, 10), ("B", 2, 10))
    >>> rates = pl.DataFrame(
    ...     [{**row, "unit_id": u, "numerator": n, "denominator": d} for u, n, d in counts]
    ... )
    >>> merged = [Succession(u, "C", dt.date(2025, 7, 1), s) for u, s in (("A", 1), ("B", 0.5))]
    >>> in_present_scope(rates, merged).select("unit_id", "numerator", "denominator").rows()
    [('C', 2, 15)]
    """
    moves = _moves(successions)
    is_moved = pl.col("unit_id").is_in([*moves["unit_id"], *moves["new"]])
    moved, others = rates.filter(is_moved), rates.filter(~is_moved)
    weight = pl.col("share").fill_null(1.0)
    sums = (
        moved.join(moves, on="unit_id", how="left")
        .with_columns(unit_id=pl.coalesce("new", "unit_id"))
        .group_by(*_GROUP, "unit_id", "method", "evidence_level")
        .agg(
            *((pl.col(side) * weight).sum().round() for side in ("numerator", "denominator")),
            # that of each unit counts by its dossiers
            (pl.col("design_effect") * pl.col("denominator") * weight).sum()
            / (pl.col("denominator") * weight).sum(),
        )
        .cast({"numerator": pl.Int64, "denominator": pl.Int64})
        .filter(pl.col("denominator") > 0)
        .sort(*_GROUP, "unit_id")
    )
    bounds = wilson_many(sums["numerator"], sums["denominator"], sums["design_effect"])
    names = ("value", "lower", "upper")
    summed = sums.with_columns(pl.Series(n, b) for n, b in zip(names, bounds, strict=True))
    parts = [others, summed, _counts(moved, moves)]
    return pl.concat(parts, how="diagonal").sort(*_GROUP, "unit_id")


def _counts(rates: pl.DataFrame, moves: pl.DataFrame) -> pl.DataFrame:
    """Return the rows without a denominator, added up: its bounds are itself."""
    number = (pl.col("numerator") * pl.col("share").fill_null(1.0)).sum().round().cast(pl.Int64)
    counts = rates.filter(pl.col("denominator").is_null()).join(moves, on="unit_id", how="left")
    return (
        counts.with_columns(unit_id=pl.coalesce("new", "unit_id"))
        .group_by(*_GROUP, "unit_id", "method", "evidence_level")
        .agg(number.alias("numerator"), pl.lit(1.0).alias("design_effect"))
        .with_columns(
            pl.col("numerator").cast(pl.Float64).alias(n) for n in ("value", "lower", "upper")
        )
        .sort(*_GROUP, "unit_id")
    )


def cells_in_present_scope(cells: pl.DataFrame, successions: Sequence[Succession]) -> pl.DataFrame:
    """Return cells with old units added up into the new ones, each by its share.

    Args:
        cells: ``cause_cells`` or ``overdue_cells``: texts are the key, numbers are added up.
        successions: Which units to add up.

    Returns:
        The same columns; what is counted is a decimal number, as a divided unit counts in parts.
    """
    key = [name for name, kind in cells.schema.items() if kind == pl.String]
    counters = [name for name in cells.columns if name not in key]
    weight = pl.col("share").fill_null(1.0)
    with_new = cells.join(_moves(successions), on="unit_id", how="left").with_columns(
        unit_id=pl.coalesce("new", "unit_id")
    )
    sums = with_new.group_by(key).agg((pl.col(name) * weight).sum() for name in counters)
    return sums.select(cells.columns).sort(key)


def dossiers_in_present_scope(
    dossiers: pl.DataFrame, successions: Sequence[Succession]
) -> pl.DataFrame:
    """Return dossiers with the new unit of those units that went over as a whole.

    Of a divided unit it is not known which dossier went where: its dossiers stay its own.
    """
    whole = _moves([one for one in successions if one.share == 1]).drop("share")
    with_new = dossiers.join(whole, on="unit_id", how="left", maintain_order="left")
    return with_new.with_columns(unit_id=pl.coalesce("new", "unit_id")).drop("new")


def _moves(successions: Sequence[Succession]) -> pl.DataFrame:
    """Return old and new unit with the share, without units of which some share is missing."""
    open_units = {one.old for one in successions if one.share is None}
    return pl.DataFrame(
        [(one.old, one.new, one.share) for one in successions if one.old not in open_units],
        {"unit_id": pl.String, "new": pl.String, "share": pl.Float64},
        orient="row",
    )
