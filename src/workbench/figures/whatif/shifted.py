"""How many late dossiers would have been on time, had a cause not been there."""

from __future__ import annotations

import polars as pl

from workbench.core.vocabulary import EVERYTHING, PERIOD_KINDS, Period

COUNTED = {
    "scenario": pl.String,
    "unit_id": pl.String,
    "period": pl.String,
    "n_late": pl.Int64,
    "n_touched": pl.Int64,
    "n_saved": pl.Int64,
    "lower": pl.Float64,
    "upper": pl.Float64,
}
"""What every way of asking "what if" counts, per scenario, unit and period."""
COLUMNS = (*COUNTED, "method", "evidence_level")


def shifted(counts: pl.DataFrame) -> pl.DataFrame:
    """Return the ``whatif`` rows of scenarios that shift each dossier's own timeline.

    Args:
        counts: ``whatif_counts``: scenario, unit_id, period, n_late, n_touched, n_least, n_saved,
            n_most.

    Returns:
        One row per scenario, unit and period. ``lower`` and ``upper`` are the range over what the
        ordinary time of each dossier may have been, as it varies elsewhere. All dossiers are
        counted, none is drawn: there is no interval of chance. Level 3: timelines re-run.
    """
    return counts.with_columns(
        pl.col("n_least").cast(pl.Float64).alias("lower"),
        pl.col("n_most").cast(pl.Float64).alias("upper"),
        pl.lit("timeline_range").alias("method"),
        pl.lit(3, pl.Int64).alias("evidence_level"),
    ).select(COLUMNS)


def by_unit_and_period(late: pl.DataFrame) -> pl.DataFrame:
    """Count late dossiers and what is true of them, by unit (and ``*``) and period.

    Args:
        late: One row per late dossier: unit_id, ended_on, and columns that are true or false.

    Returns:
        Ordered by unit and period of every kind: n_late, and of how many each column is true.
    """
    truths = [name for name, kind in late.schema.items() if kind == pl.Boolean]
    typed = late.with_columns(pl.col("unit_id").cast(pl.String), pl.col("ended_on").cast(pl.Date))
    counted = typed.group_by("unit_id", "ended_on").agg(
        pl.len().cast(pl.Int64).alias("n_late"), pl.col(truths).cast(pl.Int64).sum()
    )
    days = counted.select(pl.col("ended_on").unique()).to_series().to_list()
    labels = [(day, str(Period.holding(day, kind))) for day in days for kind in PERIOD_KINDS]
    schema = {"ended_on": pl.Date, "period": pl.String}
    every = counted.join(pl.DataFrame(labels, schema=schema, orient="row"), on="ended_on")
    whole = every.with_columns(pl.lit(EVERYTHING).alias("unit_id"))
    summed = pl.concat([every, whole]).group_by("unit_id", "period").agg(pl.sum("n_late", *truths))
    return summed.sort("unit_id", "period")
