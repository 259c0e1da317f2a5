"""Rates of units, periods and definitions beside each other, from the measures table.

Crude shares with intervals, both denominators shown: the adjusted ones stand in
``compare.adjusted``. Nothing is ranked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import median
from typing import Any

import polars as pl
from scipy.special import betaincinv, ndtri

from workbench.core.vocabulary import EVERYTHING
from workbench.figures.design_effects import month_effects
from workbench.figures.estimates import Estimate, difference, wilson
from workbench.figures.estimates.shares import Z_95

FEWEST_UNITS = 5
"""Fewer changes say nothing of how changes vary."""
_MEDIAN_SQUARE = 0.4549364231195724
"""Median of a squared standard normal variable."""
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
_SIDE = (*_BOUNDS, "design_effect")


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
    ``<rate>_denominator`` and, allowing for as many units as there are, ``<rate>_sure_lower`` and
    ``<rate>_sure_upper``: only by these is a unit apart. All are null when the denominator is
    zero. Ordered by unit: this is no league table.

    Source: as ``sure_bounds``.
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
        limits = [sure_bounds(row, one.height) for row in one.to_dicts()]
        sure = [
            pl.Series(f"{name}_sure_{side}", [limit[i] for limit in limits], pl.Float64)
            for i, side in enumerate(("lower", "upper"))
        ]
        units = units.join(one.select("unit_id", *named, *sure), on="unit_id", how="left")
    return units.sort("unit_id")


def sure_bounds(row: Mapping[str, Any], among: int) -> tuple[float, float]:
    """Return the limits of a rate that so many rates together keep to on 95 of 100 pages.

    Args:
        row: A rate of ``measures``.
        among: How many rates are looked at together: units of a page, months of a course.

    Exact, since those of Wilson are too narrow so far out; counts are taken for as many
    independent dossiers as they are worth.

    Source: Clopper and Pearson (1934), Biometrika 26, 404-413, of correlated dossiers: Korn and
    Graubard (1998), Survey Methodology 24, 193-201; Bonferroni (1936).

    >>> row = {"numerator": 81, "denominator": 263, "design_effect": 1.0}
    >>> [round(bound, 4) for bound in sure_bounds(row, 1)]
    [0.2527, 0.3676]
    """
    late, size = (row[name] / row["design_effect"] for name in ("numerator", "denominator"))
    tail = 0.025 / max(among, 1)
    lower = betaincinv(late, size - late + 1, tail) if late > 0 else 0.0
    upper = betaincinv(late + 1, size - late, 1 - tail) if late < size else 1.0
    # decided on rounded values, as processors differ in the last digit
    return round(float(lower), 9), round(float(upper), 9)


def _sure(among: int) -> float:
    return float(ndtri(1 - 0.025 / max(among, 1)))


def unit_effects(measures: pl.DataFrame, *, period: str, profile: str) -> pl.DataFrame:
    """Return the design effect of the lateness of each unit and of ``*``: unit_id, design_effect.

    Source: as ``figures.design_effects``.
    """
    rates = _rows_of(measures, profile, "late_or_overdue")
    return rates.filter(pl.col("period") == period).select("unit_id", "design_effect")


def change(
    measures: pl.DataFrame,
    *,
    left: str,
    right: str,
    profile: str,
    measure: str = "late_or_overdue",
) -> pl.DataFrame:
    """Return how a rate moved from period ``left`` to period ``right``, per unit and overall.

    One row per unit and one for ``*``: both sides with numerator, denominator, value, interval
    and design effect; ``difference`` = right minus left with ``lower`` and ``upper`` (Newcombe's
    hybrid score, 95 %), ``sure_lower`` and ``sure_upper`` (the same, allowing for as many units
    as there are: a unit has moved only by these; of ``*`` they are the first). Each side is
    widened by its own design effect or by how its months vary (``month_effects``), whichever is
    larger: how far other units change is no error of this one's change. Where the measures have
    no months, by how the changes of units vary. Null where a side has no dossiers. Evidence
    level 2: a comparison.

    Source: as ``estimates.shares.wilson`` and ``design_effects.month_effects``; Bonferroni (1936).
    """
    rates = _rows_of(measures, profile, measure)
    periods = {"left": left, "right": right}
    sides = [
        rates.filter(pl.col("period") == period).select(
            "unit_id", *(pl.col(b).alias(f"{side}_{b}") for b in _SIDE)
        )
        for side, period in periods.items()
    ]
    both = _beside(*sides)
    of_months = month_effects(rates, [period for period in (left, right) if period])
    if of_months is None:
        compared = _alike_changes(both)
    else:
        least = [
            {side: of_months.get((unit, period), 1.0) for side, period in periods.items()}
            for unit in both["unit_id"]
        ]
        compared = _with_intervals(both, least)
    return compared.with_columns(
        pl.lit(left).alias("left"),
        pl.lit(right).alias("right"),
        pl.lit("newcombe").alias("method"),
        pl.lit(2).alias("evidence_level"),
    )


def changes(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    """Return how a share of every unit and of ``*`` differs between two sides.

    Args:
        left: One row per unit and one for ``*``: ``unit_id``, ``left_numerator``,
            ``left_denominator`` and ``left_design_effect`` (``figures.share_effects``).
        right: The same of the other side.

    Returns:
        The rows of both with difference, lower, upper, sure_lower and sure_upper, as ``change``
        describes them, each side widened by its own design effect alone.
    """
    both = _beside(left, right)
    return _with_intervals(both, [{"left": 1.0, "right": 1.0}] * both.height)


def _alike_changes(both: pl.DataFrame) -> pl.DataFrame:
    """Return both sides with their difference, widened by how the changes of units vary.

    Not at all of fewer than five units; of ``*``, whose own design effects are known, by these.

    Source: the middle of the squared changes over that of their law, so that units that moved do
    not widen it (Efron 2004, J. Am. Stat. Assoc. 99, 96-104).
    """
    rows = both.to_dicts()
    spread = _spread_of_changes(rows)
    # what units change by themselves is no error of the change of all
    widths = [1.0 if _knows_all(row) else spread for row in rows]
    return _with_intervals(both, [{"left": width, "right": width} for width in widths])


def _beside(left: pl.DataFrame, right: pl.DataFrame) -> pl.DataFrame:
    return left.join(right, on="unit_id", how="full", coalesce=True).sort("unit_id")


def _with_intervals(both: pl.DataFrame, least: Sequence[Mapping[str, float]]) -> pl.DataFrame:
    """Return both sides with their difference, each side widened by ``least`` at least."""
    rows = both.to_dicts()
    sure = _sure(sum(row["unit_id"] != EVERYTHING for row in rows))
    gaps = [_gap(row, wide) for row, wide in zip(rows, least, strict=True)]
    surer = [
        _gap(row, wide, Z_95 if row["unit_id"] == EVERYTHING else sure)
        for row, wide in zip(rows, least, strict=True)
    ]
    return both.with_columns(
        pl.Series("difference", [g[0] for g in gaps], dtype=pl.Float64),
        pl.Series("lower", [g[1] for g in gaps], dtype=pl.Float64),
        pl.Series("upper", [g[2] for g in gaps], dtype=pl.Float64),
        pl.Series("sure_lower", [g[1] for g in surer], dtype=pl.Float64),
        pl.Series("sure_upper", [g[2] for g in surer], dtype=pl.Float64),
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


def _knows_all(row: Mapping[str, Any]) -> bool:
    """Return whether a row is of all units together, with the design effect of both sides."""
    effects = (row.get("left_design_effect"), row.get("right_design_effect"))
    return row["unit_id"] == EVERYTHING and None not in effects


def _gap(
    row: Mapping[str, Any], least: Mapping[str, float], z: float = Z_95
) -> tuple[float | None, float | None, float | None]:
    left, right = (_side(row, side, least[side], z) for side in ("left", "right"))
    return difference(left, right)


def _side(row: Mapping[str, Any], side: str, least: float, z: float) -> Estimate:
    numerator, denominator = row[f"{side}_numerator"], row[f"{side}_denominator"]
    if not isinstance(numerator, int) or not isinstance(denominator, int):
        return wilson(0, 0)
    effect = row.get(f"{side}_design_effect")
    widened = max(least, effect if isinstance(effect, float) else 1.0, 1.0)
    return wilson(numerator, denominator, widened, z)


def _spread_of_changes(rows: Sequence[Mapping[str, Any]]) -> float:
    """Return by how much the changes of units vary beyond what independent dossiers do."""
    squares = []
    for row in rows:
        (x, n), (y, m) = (
            (row[f"{side}_numerator"], row[f"{side}_denominator"]) for side in ("left", "right")
        )
        if row["unit_id"] == EVERYTHING or not n or not m:
            continue
        share = (x + y) / (n + m)
        variance = share * (1 - share) * (1 / n + 1 / m)
        if variance > 0:
            squares.append((y / m - x / n) ** 2 / variance)
    if len(squares) < FEWEST_UNITS:
        return 1.0
    return max(1.0, float(median(squares)) / _MEDIAN_SQUARE)


def _rows_of(measures: pl.DataFrame, profile: str, measure: str) -> pl.DataFrame:
    """Return one measure of each unit and of ``*``, procedures and channels together."""
    return measures.filter(
        pl.col("measure") == measure,
        pl.col("profile") == profile,
        pl.col("procedure_id") == EVERYTHING,
        pl.col("channel_in") == EVERYTHING,
    )


def _all_procedures(measures: pl.DataFrame, period: str, profile: str) -> pl.DataFrame:
    return measures.filter(
        pl.col("period") == period,
        pl.col("profile") == profile,
        pl.col("procedure_id") == EVERYTHING,
    )


def with_and_without_suspects(
    table: pl.DataFrame, effects: pl.DataFrame, *, period: str
) -> pl.DataFrame:
    """Return the late share of each unit with all its dossiers, and without the suspect ones.

    Args:
        table: The ``verdict_counts`` table.
        effects: ``unit_effects`` of the period.
        period: Label of a period.

    Returns:
        One row per unit and one for ``*``: n_dossiers, n_late, n_suspect, and for ``all`` and
        ``sound`` the share (``all_value``, ``all_lower``, …), that of a unit within the limits of
        ``sure_bounds``, of ``*`` with Wilson's; null where no dossier is left. Open overdue
        dossiers count as late.
    """
    rows = table.filter(pl.col("period") == period).drop("period").sort("unit_id")
    effect_of = dict(effects.select("unit_id", "design_effect").iter_rows())
    among = rows.filter(pl.col("unit_id") != EVERYTHING).height
    columns = {"all": ("n_late", "n_dossiers"), "sound": ("n_late_sound", "n_sound")}
    sides: dict[str, list[Estimate]] = {side: [] for side in columns}
    for row in rows.to_dicts():
        for side, (late, dossiers) in columns.items():
            effect = min(effect_of.get(row["unit_id"], 1.0), max(row[dossiers], 1))
            share = wilson(row[late], row[dossiers], effect)
            if row["unit_id"] != EVERYTHING and share.value is not None:
                rate = {"numerator": row[late], "denominator": row[dossiers]}
                lower, upper = sure_bounds({**rate, "design_effect": effect}, among)
                share = replace(share, lower=lower, upper=upper)
            sides[side].append(share)
    return rows.with_columns(
        (pl.col("n_dossiers") - pl.col("n_sound")).alias("n_suspect"),
        *(
            pl.Series(f"{side}_{bound}", [getattr(e, bound) for e in found], dtype=pl.Float64)
            for side, found in sides.items()
            for bound in ("value", "lower", "upper")
        ),
    )
