"""Rates of units, periods and definitions beside each other, from the measures table.

Crude shares with intervals, both denominators shown: the adjusted ones stand in
``compare.adjusted``. Nothing is ranked.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from workbench.core.vocabulary import EVERYTHING
from workbench.figures.estimates import Estimate, difference, wilson

SIDE_BY_SIDE_COUNTS = ("received", "resolved", "late", "open_overdue")
SIDE_BY_SIDE_RATES = ("late_done", "late_or_overdue", "ot_done", "ot_done_plus_overdue_open")
SENSITIVE = (
    "early",
    "on_time",
    "late",
    "unknown",
    "open_in_time",
    "open_overdue",
    "late_done",
    "late_or_overdue",
    "ot_done",
)
_BOUNDS = ("numerator", "denominator", "value", "lower", "upper")


def headline(
    measures: pl.DataFrame, *, period: str, profile: str, unit_id: str = EVERYTHING
) -> pl.DataFrame:
    """Return the measures of one unit (``*``: all together) and period, one row per measure."""
    return _all_procedures(measures, period, profile).filter(
        pl.col("unit_id") == unit_id, pl.col("channel_in") == EVERYTHING
    )


def units_side_by_side(measures: pl.DataFrame, *, period: str, profile: str) -> pl.DataFrame:
    """Return one row per unit with its counts and its rates under both denominators.

    Each rate comes as ``<rate>``, ``<rate>_lower``, ``<rate>_upper``, ``<rate>_numerator``,
    ``<rate>_denominator``; all are null when the denominator is zero. Ordered by unit: this is
    no league table.
    """
    rows = _all_procedures(measures, period, profile).filter(
        pl.col("unit_id") != EVERYTHING, pl.col("channel_in") == EVERYTHING
    )
    units = rows.select("unit_id").unique().sort("unit_id")
    for name in SIDE_BY_SIDE_COUNTS:
        one = rows.filter(pl.col("measure") == name)
        units = units.join(
            one.select("unit_id", pl.col("numerator").alias(name)), on="unit_id", how="left"
        ).with_columns(pl.col(name).fill_null(0))
    for name in SIDE_BY_SIDE_RATES:
        one = rows.filter(pl.col("measure") == name)
        named = [pl.col(b).alias(name if b == "value" else f"{name}_{b}") for b in _BOUNDS]
        units = units.join(one.select("unit_id", *named), on="unit_id", how="left")
    return units.sort("unit_id")


def change(
    measures: pl.DataFrame,
    *,
    left: str,
    right: str,
    profile: str,
    measure: str = "late_or_overdue",
) -> pl.DataFrame:
    """Return how a rate moved from period ``left`` to period ``right``, per unit and overall.

    One row per unit and one for ``*``: both sides with numerator, denominator, value and
    interval; ``difference`` = right minus left with ``lower`` and ``upper`` (Newcombe's hybrid
    score, 95 %). Null where a side has no dossiers. Evidence level 2: a comparison.
    """
    sides = [
        _all_procedures(measures, period, profile)
        .filter(pl.col("measure") == measure, pl.col("channel_in") == EVERYTHING)
        .select("unit_id", *(pl.col(b).alias(f"{side}_{b}") for b in _BOUNDS))
        for side, period in (("left", left), ("right", right))
    ]
    both = sides[0].join(sides[1], on="unit_id", how="full", coalesce=True).sort("unit_id")
    gaps = [_gap(row) for row in both.iter_rows(named=True)]
    return both.with_columns(
        pl.lit(left).alias("left"),
        pl.lit(right).alias("right"),
        pl.Series("difference", [g[0] for g in gaps], dtype=pl.Float64),
        pl.Series("lower", [g[1] for g in gaps], dtype=pl.Float64),
        pl.Series("upper", [g[2] for g in gaps], dtype=pl.Float64),
        pl.lit("newcombe").alias("method"),
        pl.lit(2).alias("evidence_level"),
    )


def sensitivity(
    measures: pl.DataFrame,
    chosen: Sequence[str] = SENSITIVE,
    *,
    period: str,
    unit_id: str = EVERYTHING,
) -> pl.DataFrame:
    """Return how much the figures hang on the definition of "late": one row per profile.

    Args:
        measures: The measures table.
        chosen: Measures to show; a count is one column, a rate comes with its numerator,
            denominator and interval as in ``units_side_by_side``.
        period: Period of the figures.
        unit_id: One unit, or ``*`` for all together.

    Counts a profile never gives are 0, rates without a denominator null. Ordered by profile.
    """
    rows = measures.filter(
        pl.col("period") == period,
        pl.col("unit_id") == unit_id,
        pl.col("procedure_id") == EVERYTHING,
        pl.col("channel_in") == EVERYTHING,
    )
    table = rows.select("profile").unique().sort("profile")
    for name in chosen:
        one = rows.filter(pl.col("measure") == name)
        if one.filter(pl.col("method") != "count").is_empty():
            counted = one.select("profile", pl.col("numerator").alias(name))
            table = table.join(counted, on="profile", how="left").with_columns(
                pl.col(name).fill_null(0)
            )
        else:
            named = [pl.col(b).alias(name if b == "value" else f"{name}_{b}") for b in _BOUNDS]
            table = table.join(one.select("profile", *named), on="profile", how="left")
    return table.sort("profile")


def _gap(row: dict[str, object]) -> tuple[float | None, float | None, float | None]:
    return difference(_side(row, "left"), _side(row, "right"))


def _side(row: dict[str, object], side: str) -> Estimate:
    numerator, denominator = row[f"{side}_numerator"], row[f"{side}_denominator"]
    if not isinstance(numerator, int) or not isinstance(denominator, int):
        return wilson(0, 0)
    return wilson(numerator, denominator)


def _all_procedures(measures: pl.DataFrame, period: str, profile: str) -> pl.DataFrame:
    return measures.filter(
        pl.col("period") == period,
        pl.col("profile") == profile,
        pl.col("procedure_id") == EVERYTHING,
    )


def with_and_without_suspects(table: pl.DataFrame, *, period: str) -> pl.DataFrame:
    """Return the late share of each unit with all its dossiers, and without the suspect ones.

    Args:
        table: The ``verdict_counts`` table.
        period: Label of a period.

    Returns:
        One row per unit and one for ``*``: n_dossiers, n_late, n_suspect, and for ``all`` and
        ``sound`` the share with its Wilson interval (``all_value``, ``all_lower``, …), null
        where no dossier is left. Open overdue dossiers count as late.
    """
    rows = table.filter(pl.col("period") == period).drop("period").sort("unit_id")
    sides = {
        "all": [wilson(r["n_late"], r["n_dossiers"]) for r in rows.iter_rows(named=True)],
        "sound": [wilson(r["n_late_sound"], r["n_sound"]) for r in rows.iter_rows(named=True)],
    }
    return rows.with_columns(
        (pl.col("n_dossiers") - pl.col("n_sound")).alias("n_suspect"),
        *(
            pl.Series(f"{side}_{bound}", [getattr(e, bound) for e in found], dtype=pl.Float64)
            for side, found in sides.items()
            for bound in ("value", "lower", "upper")
        ),
    )
