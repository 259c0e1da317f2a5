"""The scenarios about capacity: each unit's queue run again, quarter by quarter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import polars as pl

from workbench.vocabulary import Period
from workbench.whatif.queues import FEW_VISITS, Rerun, Seconds, Visits, rerun
from workbench.whatif.shifted import COUNTED, by_unit_and_period

WorkingSeconds = Callable[[str, Seconds], Seconds]
"""Calendar id and epoch seconds in, working seconds out."""

_GAINS = {"dossier_id": pl.String, "fitted": pl.Int64, "low": pl.Int64, "high": pl.Int64}
MISFIT = 0.2
"""The waits modelled may be off by this much: low and high re-run the queue with it."""


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
    eased: dict[str, list[int]] = {}
    runnable: set[tuple[str, str]] = set()
    for unit, rows in visits.sort("unit_id", "arrived_at", "dossier_id", "step_no").group_by(
        "unit_id", maintain_order=True
    ):
        for quarter, gains in _unit(rows, working, more):
            runnable.add((str(unit[0]), quarter))
            for dossier, gain in gains:
                before = eased.get(dossier, [0, 0, 0])
                eased[dossier] = [a + b for a, b in zip(before, gain, strict=True)]
    return _counted(late, eased, runnable, scenario)


def _unit(
    rows: pl.DataFrame, working: WorkingSeconds, more: int
) -> Iterator[tuple[str, Iterable[tuple[str, list[int]]]]]:
    """Yield, per quarter that can be run, each dossier's gain: as fitted, low and high."""
    days = rows["arrived_at"].dt.date()
    labels = {day: str(Period.holding(day, "quarter")) for day in days.unique()}
    quarters = rows.with_columns(
        days.replace_strict(labels, return_dtype=pl.String).alias("quarter")
    )
    for quarter, some in quarters.group_by("quarter", maintain_order=True):
        if some.height < FEW_VISITS:
            continue
        found = _runs(_visits(some, working), _officers(some), more)
        if found:
            gains = np.stack([run.waits - run.eased for run in found], axis=1)
            yield str(quarter[0]), zip(some["dossier_id"].to_list(), gains.tolist(), strict=True)


def _visits(rows: pl.DataFrame, working: WorkingSeconds) -> Visits:
    seconds = rows["arrived_at"].dt.epoch("s").to_numpy()
    arrived = np.empty(len(seconds), dtype=np.int64)
    calendars = rows["calendar_id"].to_numpy()
    for calendar in sorted(set(calendars)):
        here = calendars == calendar
        arrived[here] = working(calendar, seconds[here])
    order = ("served_seconds", "waited_seconds")
    return Visits(arrived, *(rows[name].to_numpy().astype(np.int64) for name in order))


def _officers(rows: pl.DataFrame) -> int:
    return max(rows["holder_id"].drop_nulls().n_unique(), 1)


def _runs(visits: Visits, officers: int, more: int) -> list[Rerun]:
    """Return the re-runs as fitted, with smaller and with larger waits; none where refused."""
    start = visits.arrived[0]
    free = (np.full(officers, start), np.full(officers + more, start))
    observed = float(visits.waited.sum())
    if observed == 0:
        return []
    targets = (observed, observed * (1 - MISFIT), observed * (1 + MISFIT))
    found = [rerun(visits, free, target=target) for target in targets]
    return [run for run in found if run] if all(found) else []


def _counted(
    late: pl.DataFrame, eased: dict[str, list[int]], runnable: set[tuple[str, str]], scenario: str
) -> pl.DataFrame:
    units = sorted({unit for unit, _ in runnable})
    chosen = late.filter(pl.col("unit_id").is_in(units))
    gains = pl.DataFrame(
        [(dossier, *gain) for dossier, gain in eased.items()], schema=_GAINS, orient="row"
    )
    ways = [name for name in _GAINS if name != "dossier_id"]
    told = chosen.join(gains, on="dossier_id", how="left").with_columns(pl.col(ways).fill_null(0))
    saved = {name: pl.col(name) >= pl.col("overrun_seconds") for name in ways}
    touched = pl.max_horizontal(ways) > 0
    rows = by_unit_and_period(told.with_columns(touched.alias("n_touched"), **saved))
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
