"""Where the time of late dossiers went, beside that of the others.

First form: which kinds of segments, steps and transfers took the working time. This is
accounting (evidence level 1): it says where the time lies, not yet whose fault it is.
"""

from __future__ import annotations

import polars as pl

from workbench.core.vocabulary import EVERYTHING


def time_use(table: pl.DataFrame, *, period: str, unit_id: str = EVERYTHING) -> pl.DataFrame:
    """Return working time by kind of segment for late dossiers and for the others.

    Args:
        table: The ``time_use`` table.
        period: Label of a period, such as ``2022-H1``.
        unit_id: A unit, or ``*`` for all together.

    Returns:
        One row per (is_late, kind): n_dossiers, work_seconds, mean_seconds, median_seconds,
        p90_seconds and share of the group's time. Open overdue dossiers count as late.
    """
    rows = _of(table, period, unit_id)
    return rows.with_columns(
        (pl.col("work_seconds") / pl.col("n_dossiers")).alias("mean_seconds"),
        (pl.col("work_seconds") / pl.col("work_seconds").sum().over("is_late")).alias("share"),
    ).sort("is_late", "kind")


def slowest_steps(table: pl.DataFrame, *, period: str, unit_id: str = EVERYTHING) -> pl.DataFrame:
    """Return the steps and transfers on which late dossiers spent more than the others.

    Args:
        table: The ``step_time`` table.
        period: Label of a period.
        unit_id: A unit, or ``*`` for all together.

    Returns:
        One row per (kind, step) met by a late dossier: n_late, n_others, median_late_seconds,
        median_others_seconds (null when no other dossier met it), and ``excess_seconds``: the
        late dossiers' time beyond the others' median, in total. Largest excess first.
    """
    rows = _of(table, period, unit_id)
    late = rows.filter(pl.col("is_late")).select(
        "kind",
        "step",
        pl.col("n_dossiers").alias("n_late"),
        pl.col("median_seconds").alias("median_late_seconds"),
        pl.col("work_seconds").alias("late_seconds"),
    )
    others = rows.filter(~pl.col("is_late")).select(
        "kind",
        "step",
        pl.col("n_dossiers").alias("n_others"),
        pl.col("median_seconds").alias("median_others_seconds"),
    )
    beside = late.join(others, on=["kind", "step"], how="left", maintain_order="left")
    excess = pl.col("late_seconds") - pl.col("n_late") * pl.col("median_others_seconds")
    return beside.with_columns(
        pl.col("n_others").fill_null(0), excess.alias("excess_seconds")
    ).sort("excess_seconds", "kind", "step", descending=[True, False, False], nulls_last=True)


def _of(table: pl.DataFrame, period: str, unit_id: str) -> pl.DataFrame:
    return table.filter(pl.col("period") == period, pl.col("unit_id") == unit_id).drop(
        "period", "unit_id"
    )
