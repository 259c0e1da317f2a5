"""What another officer would have changed: each unit's queue run again, quarter by quarter.

Removing one dossier's wait says nothing about capacity: the next dossier would wait less, too. So
the queue itself is run again, many side by side, first come first served, from the arrivals and
the handling times of the log. Officers have other duties that no log shows; one factor per queue
multiplies the handling times until the modelled waits add up to the observed ones. Without such a
factor the question is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from workbench.figures.whatif.shifted import COUNTED, by_unit_and_period
from workbench.figures.whatif.working_seconds import Seconds, WorkingSeconds, worked

_SIDE_BY_SIDE = 500
"""Queues run at a time: a few dozen megabytes."""
_MISFIT = 0.2
"""The waits modelled may be off by this much: low and high re-run the queue with it."""
_WAYS = {"fitted": 1.0, "low": 1 - _MISFIT, "high": 1 + _MISFIT}
"""What part of the observed waits a queue is fitted to."""

Numbers = npt.NDArray[np.float64]

_FACTORS = (0.25, 8.0)
_TRIES = 12
_CLOSE = 0.02
_FAR = 0.1
_NEVER = np.iinfo(np.int64).max
FEW_VISITS = 30
"""Fewer visits in a quarter than this carry no queue: the model is not fitted to them."""


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


@dataclass(frozen=True)
class Queues:
    """Queues side by side, such as a unit's in one quarter: a column each, the longest first.

    Attributes:
        arrived: A row per visit in the order of arrival, in working seconds.
        served: How long it was handled; a queue's rows past its last visit are 0 in both.
        visits: How many visits each queue has.
        officers: How many officers each has; all are free when its first visit arrives.
    """

    arrived: Seconds
    served: Seconds
    visits: Seconds
    officers: Seconds

    @classmethod
    def of(
        cls, arrived: Sequence[Seconds], served: Sequence[Seconds], officers: Sequence[int]
    ) -> Queues:
        """Put queues side by side.

        Raises:
            ValueError: They are not given the longest first.
        """
        visits = np.array([len(queue) for queue in arrived], dtype=np.int64)
        if (np.diff(visits) > 0).any():
            raise ValueError("queues are put side by side the longest first")
        rows = (int(visits.max(initial=0)), len(visits))
        tables = (np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=np.int64))
        for table, filled in zip(tables, (arrived, served), strict=True):
            for column, queue in enumerate(filled):
                table[: len(queue), column] = queue
        return cls(*tables, visits, np.array(officers, dtype=np.int64))

    def chosen(self, columns: Seconds) -> Queues:
        """Return some of the queues, in rising order of their columns."""
        parts = (self.arrived[:, columns], self.served[:, columns])
        return Queues(*parts, self.visits[columns], self.officers[columns])

    def with_more(self, officers: int) -> Queues:
        """Return the same queues with so many more officers each."""
        return replace(self, officers=self.officers + officers)


def queue_waits(queues: Queues, factor: Numbers) -> Seconds:
    """Return each visit's wait, in the shape of ``arrived``; 0 past a queue's last visit.

    First come first served; the officer who is free first takes the next dossier. Handling times
    are stretched by each queue's ``factor``.

    Source: Kiefer and Wolfowitz (1955), Trans. Am. Math. Soc. 78, 1-18: the waiting times of a
    queue with several servers.

    >>> arrived, served = np.array([0, 1, 2]), np.array([10, 10, 10])
    >>> both = Queues.of([arrived] * 2, [served] * 2, [1, 2])
    >>> queue_waits(both, np.array([1.0, 1.0])).T.tolist()
    [[0, 9, 18], [0, 0, 8]]
    """
    waits = np.zeros_like(queues.arrived)
    stretched = np.round(queues.served * factor).astype(np.int64)
    most = int(queues.officers.max(initial=1))
    free = np.where(np.arange(most) < queues.officers[:, None], queues.arrived[:1].T, _NEVER)
    first = np.arange(len(queues.visits)) * most
    moments = free.reshape(-1)
    # queues come the longest first: those that still go on are the first columns
    going = np.searchsorted(-queues.visits, -np.arange(len(waits)), side="left")
    for row, columns in enumerate(going.tolist()):
        next_free = free[:columns].argmin(axis=1) + first[:columns]
        arrived = queues.arrived[row, :columns]
        begins = np.maximum(arrived, moments[next_free])
        waits[row, :columns] = begins - arrived
        moments[next_free] = begins + stretched[row, :columns]
    return waits


def fitted_factors(queues: Queues, targets: Numbers) -> Numbers:
    """Return the factor with which each queue's modelled waits add up to its target.

    NaN where no factor from a quarter to eight gives it within a tenth: such waits come from
    something else than the load, and no queue is run on them. The waits grow with the factor, so
    the bracket is narrowed on both logarithms, by false position and halving in turn.

    Args:
        queues: As logged.
        targets: Working seconds that each queue's waits must add up to.
    """
    low, high = (np.full(len(targets), np.log(factor)) for factor in _FACTORS)
    below, above = (_misses(queues, tried, targets) for tried in (low, high))
    possible = (below <= 0) & (above >= 0)
    found = np.full(len(targets), np.nan)
    searched = np.flatnonzero(possible)
    for tries in range(_TRIES):
        if not len(searched):
            break
        # every other step halves, so that a flat interval cannot stop the search
        reach = above[searched] - below[searched]
        part = 0.5 if tries % 2 else -below[searched] / np.where(reach > 0, reach, 1.0)
        middle = low[searched] + (high[searched] - low[searched]) * part
        missed = _misses(queues.chosen(searched), middle, targets[searched])
        close = np.abs(missed) <= _CLOSE
        found[searched[close]] = middle[close]
        short = missed < 0
        low[searched[short]], below[searched[short]] = middle[short], missed[short]
        high[searched[~short]], above[searched[~short]] = middle[~short], missed[~short]
        searched = searched[~close]
    nearest = np.where(above <= -below, high, low)
    near = possible & np.isnan(found) & (np.minimum(above, -below) <= _FAR)
    return np.exp(np.where(near, nearest, found))


def _misses(queues: Queues, factor: Numbers, targets: Numbers) -> Numbers:
    """Return by which power of e the waits modelled with e^factor miss their targets."""
    totals = queue_waits(queues, np.exp(factor)).sum(axis=0)
    missed: Numbers = np.log((totals + 1) / (targets + 1))
    return missed
