"""What share of the lateness each cause explains, by unit and period, and how much is really late.

Shares of a period are accounting (level 1): they add up to the late dossiers, the unexplained
among them. The interval is for the share of dossiers of which a cause is the main one, read as a
sample of how the unit works. Nothing is left out: what no cause explains has its own row.
"""

from __future__ import annotations

import polars as pl

from workbench.core.cause_list import known_causes
from workbench.core.vocabulary import EVERYTHING, REALITIES, Period
from workbench.figures.estimates import wilson


def shapley_values(cells: pl.DataFrame, *, period: str, unit_id: str = EVERYTHING) -> pl.DataFrame:
    """Return how much of the lateness of a period each cause explains.

    Args:
        cells: The ``cause_cells`` table.
        period: Label of a period, such as ``2022-H1``.
        unit_id: A unit, or ``*`` for all together.

    Returns:
        One row per cause met, in the order of the vocabulary: n_dossiers (judged), n_late,
        late_share (late dossiers explained, in fractions; sums to n_late), share (of n_late,
        missing when none is late), n_dominant (late dossiers with this main cause), dominant with
        lower and upper (n_dominant / n_late, 95 %), excess_seconds (working seconds the cause took
        from all judged dossiers), evidence_level 1.
    """
    rows = cells.filter(pl.col("period") == period)
    if unit_id != EVERYTHING:
        rows = rows.filter(pl.col("unit_id") == unit_id)
    return _with_rates(_summed(rows, cells["cause"].unique(), []))


def causes_by_unit(cells: pl.DataFrame, *, period: str) -> pl.DataFrame:
    """Return the same for every unit of a period: one row per unit and cause."""
    rows = cells.filter(pl.col("period") == period)
    return _with_rates(_summed(rows, cells["cause"].unique(), ["unit_id"]))


def realities(
    late_dossiers: pl.DataFrame, *, period: str, unit_id: str = EVERYTHING
) -> pl.DataFrame:
    """Return how many late dossiers of a period are really late, late on record only, or neither.

    Args:
        late_dossiers: The table of that name.
        period: Label of a period; dossiers belong to it by the day they ended (the snapshot's).
        unit_id: A unit, or ``*`` for all together.

    Returns:
        One row per reality in the order of the vocabulary: n, n_late, share with lower and upper
        (95 %), missing when none is late.
    """
    asked = Period.parse(period)
    rows = late_dossiers.filter(pl.col("ended_on").is_between(asked.starts_on, asked.ends_on))
    if unit_id != EVERYTHING:
        rows = rows.filter(pl.col("unit_id") == unit_id)
    counted = dict(rows.group_by("reality").len().rows())
    table = pl.DataFrame(
        [(name, counted.get(name, 0), rows.height) for name in REALITIES],
        schema={"reality": pl.String, "n": pl.Int64, "n_late": pl.Int64},
        orient="row",
    )
    return _interval(table, "n", "share")


def _summed(rows: pl.DataFrame, met: pl.Series, key: list[str]) -> pl.DataFrame:
    """Add up the strata of a period: a cause has rows only where it took something."""
    judged = rows.filter(pl.col("cause") == EVERYTHING).with_columns(pl.lit(0).alias("together"))
    whole = judged.group_by("together", *key).agg(pl.sum("n_dossiers", "n_late"))
    causes = pl.DataFrame({"cause": met.filter(met != EVERYTHING)})
    taken = rows.group_by("cause", *key).agg(
        pl.col("late_share").sort_by("period", "unit_id", "procedure_id", "channel_in").sum(),
        pl.col("n_dominant").sum(),
        pl.col("excess_seconds").sum(),
    )
    every = whole.drop("together").join(causes, how="cross")
    return every.join(taken, on=["cause", *key], how="left").with_columns(
        pl.col("late_share", "n_dominant", "excess_seconds").fill_null(0)
    )


def _with_rates(summed: pl.DataFrame) -> pl.DataFrame:
    place = pl.col("cause").replace_strict({c: n for n, c in enumerate(known_causes())})
    units = [c for c in ("unit_id",) if c in summed.columns]
    late = pl.when(pl.col("n_late") > 0).then(pl.col("n_late"))
    ordered = summed.sort(*units, place).with_columns((pl.col("late_share") / late).alias("share"))
    rated = _interval(ordered, "n_dominant", "dominant")
    return rated.with_columns(pl.lit(1, dtype=pl.Int32).alias("evidence_level"))


def _interval(table: pl.DataFrame, count: str, name: str) -> pl.DataFrame:
    """Add a share of n_late with its interval (Wilson 1927)."""
    rates = [wilson(part, whole) for part, whole in table.select(count, "n_late").iter_rows()]
    columns = {name: "value", "lower": "lower", "upper": "upper"}
    return table.with_columns(
        pl.Series(column, [getattr(rate, field) for rate in rates], dtype=pl.Float64)
        for column, field in columns.items()
    )
