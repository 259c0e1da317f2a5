"""The scenarios about capacity: each unit's queue run again, quarter by quarter."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from workbench.figures.whatif.queues import FEW_VISITS, Queues, fitted_factors, queue_waits
from workbench.figures.whatif.shifted import COUNTED, by_unit_and_period
from workbench.figures.whatif.working_seconds import Seconds, WorkingSeconds, worked

_SIDE_BY_SIDE = 500
"""Queues run at a time: a few dozen megabytes."""
_MISFIT = 0.2
"""The waits modelled may be off by this much: low and high re-run the queue with it."""
_WAYS = {"fitted": 1.0, "low": 1 - _MISFIT, "high": 1 + _MISFIT}
"""What part of the observed waits a queue is fitted to."""


def more_officers(
    visits: pl.DataFrame, late: pl.DataFrame, *, working: WorkingSeconds, scenario: str, more: int
) -> pl.DataFrame:
    """Return how many late dossiers ``more`` officers in each unit would have saved.

    Args:
        visits: ``queue_visits``, of every dossier, late or not.
        late: ``late_dossiers``.
        working: Turns instants into working seconds of a calendar.
        scenario: Its name in the result.
        more: How many officers are added to each unit.

    Returns:
        One row per unit (and ``*``) and period in which the queue could be run again: n_late all
        late dossiers, n_touched those that would have waited less, n_saved those whose shorter
        wait is worth their overrun. ``lower`` and ``upper`` run the queue with waits a fifth
        smaller and larger than observed. Units and quarters whose waits no queue of this kind
        gives are left out: there is no row rather than a guess. Level 3.
    """
    ordered = visits.sort("unit_id", "arrived_at", "dossier_id", "step_no")
    times = (worked(ordered, "arrived_at", working), ordered["served_seconds"].to_numpy())
    gains = np.zeros((ordered.height, len(_WAYS)), dtype=np.int64)
    runnable: set[str] = set()
    for some in _queues(ordered).iter_slices(_SIDE_BY_SIDE):
        for unit, visited, gained in _rerun(some, times, more):
            runnable.add(unit)
            gains[visited] = gained
    eased = ordered.select("dossier_id").with_columns(
        pl.Series(name, gains[:, column]) for column, name in enumerate(_WAYS)
    )
    return _counted(late, eased, runnable, scenario)


def _queues(ordered: pl.DataFrame) -> pl.DataFrame:
    """Return a row per unit and quarter whose queue may be run, the longest first."""
    quarter = pl.col("arrived_at").dt.year() * 4 + pl.col("arrived_at").dt.quarter()
    counted = ordered.group_by("unit_id", quarter.alias("quarter"), maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("n_visits"),
        pl.col("holder_id").drop_nulls().n_unique().clip(lower_bound=1).alias("officers"),
        pl.col("waited_seconds").sum().alias("waited"),
    )
    placed = counted.with_columns((pl.cum_sum("n_visits") - pl.col("n_visits")).alias("first"))
    enough = (pl.col("n_visits") >= FEW_VISITS) & (pl.col("waited") > 0)
    return placed.filter(enough).sort("n_visits", descending=True, maintain_order=True)


def _rerun(
    some: pl.DataFrame, times: tuple[Seconds, Seconds], more: int
) -> Iterator[tuple[str, slice, Seconds]]:
    """Yield of each queue that can be run its unit, its visits and what each gains, by way."""
    places = [slice(a, a + n) for a, n in some.select("first", "n_visits").iter_rows()]
    officers = some["officers"].to_list()
    arrived, served = ([column[place] for place in places] for column in times)
    queues = Queues.of(arrived, served, officers)
    observed = some["waited"].to_numpy()
    factors = np.stack([fitted_factors(queues, observed * part) for part in _WAYS.values()])
    found = np.flatnonzero(~np.isnan(factors).any(axis=0))
    run = queues.chosen(found)
    gains = np.stack(
        [
            queue_waits(run, factor) - queue_waits(run.with_more(more), factor)
            for factor in factors[:, found]
        ],
        axis=-1,
    )
    for column, queue in enumerate(found.tolist()):
        visited = places[queue]
        yield some["unit_id"][queue], visited, gains[: visited.stop - visited.start, column]


def _counted(
    late: pl.DataFrame, eased: pl.DataFrame, runnable: set[str], scenario: str
) -> pl.DataFrame:
    chosen = late.filter(pl.col("unit_id").is_in(sorted(runnable)))
    gains = (
        eased.join(chosen, on="dossier_id", how="semi").group_by("dossier_id").agg(pl.sum(*_WAYS))
    )
    late_gains = chosen.join(gains, on="dossier_id", how="left").with_columns(
        pl.col(*_WAYS).fill_null(0)
    )
    saved = {name: pl.col(name) >= pl.col("overrun_seconds") for name in _WAYS}
    touched = pl.max_horizontal(*_WAYS) > 0
    rows = by_unit_and_period(late_gains.with_columns(touched.alias("n_touched"), **saved))
    return (
        rows.with_columns(
            pl.lit(scenario).alias("scenario"),
            pl.col("fitted").alias("n_saved"),
            pl.min_horizontal("low", "fitted").cast(pl.Float64).alias("lower"),
            pl.max_horizontal("high", "fitted").cast(pl.Float64).alias("upper"),
        )
        .select(pl.col(name).cast(kind) for name, kind in COUNTED.items())
        .with_columns(
            pl.lit("queue_rerun").alias("method"), pl.lit(3, pl.Int64).alias("evidence_level")
        )
    )
