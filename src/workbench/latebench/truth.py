"""Ground truth: simulate the same dossiers again without each injected cause and compare.

Every injected cause is switched off alone. The cause whose removal shortens a dossier's overrun
most is its truth, ``none`` where no removal helps; the truth of a cell is how many late dossiers
the removal saves. No contender sees any of this.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from workbench.core.vocabulary import Period
from workbench.latebench.plan import QUARTERS, YEAR, BenchInjection, Plan
from workbench.latebench.register import (
    Record,
    Tier,
    dossier_ids,
    observed_log,
    registered_unit,
    unit_ids,
)
from workbench.latebench.world import SimulatedTimes, World
from workbench.testing.simulate.steps import NEVER
from workbench.testing.simulate.streams import Flags, Whole

NONE = "none"
"""Stands for a late dossier that no injected cause made later."""

SMALL_UNIT = "small_unit"
"""Stands for the trap of a unit with only small numbers."""

_SMALL_CELLS = 25
_RECENT_DAYS = 30


def enough(per_cell: int) -> int:
    """Return how many late dossiers switching a cause off must save to make its cell a true one."""
    return 2 if per_cell <= _SMALL_CELLS else 3


@dataclass(frozen=True)
class BenchTruth:
    """The ground truth of one run.

    Attributes:
        dossiers: One row per late or overdue dossier: dossier_id, unit_id, period (quarter in
            which it was resolved, the snapshot's for open ones), cause, overrun_seconds,
            avoidable_seconds (what switching the cause off takes off), record_only (sealed in time,
            clicked too late; missing where it was signed in time and sealed, by ordinary
            handling, after closing), has_second_source (a date of the result beside the click
            exists).
        cells: One row per unit, quarter and injected cause that saves at least one late dossier:
            unit_id, period, cause, n_saved, and is_true (enough of them).
        places: Where what was put in: unit_id, period, kind, cause (empty for a trap); the unit
            with only small numbers is a kind of its own in every quarter.
        saved: How many late dossiers each what-if scenario saves when it is simulated.
        recent: Dossiers received in the last 30 working days before the snapshot: dossier_id, and
            is_late in the end.
        mix_gap: By how much harder mixes raise the late share of their cells (what the unit
            resolved in that quarter, with and without them), summed over them.
    """

    dossiers: pl.DataFrame
    cells: pl.DataFrame
    places: pl.DataFrame
    saved: dict[str, int]
    recent: pl.DataFrame
    mix_gap: float


def ground_truth(
    world: World, plan: Plan, times: SimulatedTimes, record: Record, tier: Tier
) -> BenchTruth:
    """Switch each injected cause off in turn and compare.

    ``times`` are simulated under the whole plan; ``record`` is what the tier's register has.
    """
    overrun = _overrun(times, record)
    late = overrun > 0
    cause = np.full(len(overrun), NONE, dtype=object)
    cut, spared = (np.zeros(len(overrun), dtype=np.int64) for _ in range(2))
    saved = []
    for item in plan.causes:
        less = np.where(
            late, overrun - _overrun(world.simulate_plan(plan.without(item)), record), 0
        )
        # where two causes each cut the whole overrun, the one that would spare more time counts
        cause[less > spared] = item.cause
        spared = np.maximum(spared, less)
        cut = np.minimum(spared, overrun)
        saved.append((item.cause, late & (less >= overrun)))
    every, periods = dossier_ids(times), _periods(world, times, record)
    units = unit_ids(registered_unit(world, times, tier)[record.rows])
    table = pl.DataFrame(
        {
            "dossier_id": [every[row] for row in record.rows],
            "unit_id": units,
            "period": periods,
            "cause": pl.Series(cause.tolist(), dtype=pl.String),
            "overrun_seconds": overrun,
            "avoidable_seconds": np.maximum(cut, 0),
            "record_only": _record_only(times, record),
            "has_second_source": _has_second_source(record, tier),
        }
    )
    cells = _cells(table, saved).with_columns(
        (pl.col("n_saved") >= enough(world.per_cell)).alias("is_true")
    )
    return BenchTruth(
        table.filter(pl.Series(late)).sort("dossier_id"),
        cells,
        _places(plan),
        _saved(world, plan, times, record),
        _recent(world, times, record, every),
        _mix_gap(world, plan, times, tier),
    )


def _mix_gap(world: World, plan: Plan, times: SimulatedTimes, tier: Tier) -> float:
    return sum(
        _late_share(world, times, tier, item)
        - _late_share(world, world.simulate_plan(plan.without(item)), tier, item)
        for item in plan.of("hard_mix")
    )


def _late_share(world: World, times: SimulatedTimes, tier: Tier, item: BenchInjection) -> float:
    """Return the late share of what a unit resolved in a quarter, 0 of nothing."""
    record = observed_log(world, times, tier)
    label = f"{YEAR}-Q{item.quarter + 1}"
    ended = np.array([period == label for period in _periods(world, times, record)])
    late = _overrun(times, record)[ended & (times.unit[record.rows] == item.unit)] > 0
    return float(late.mean()) if late.size else 0.0


def _recent(world: World, times: SimulatedTimes, record: Record, ids: list[str]) -> pl.DataFrame:
    rows = record.rows[times.received[record.rows] > record.snapshot - _RECENT_DAYS * world.day]
    return pl.DataFrame(
        {
            "dossier_id": pl.Series([ids[row] for row in rows], dtype=pl.String),
            "is_late": times.overrun[rows] > 0,
        }
    ).sort("dossier_id")


def _places(plan: Plan) -> pl.DataFrame:
    rows = [
        (item.unit, item.quarter, str(item.kind), item.cause)
        for item in (*plan.causes, *plan.traps)
    ]
    rows += [(plan.small_unit, quarter, SMALL_UNIT, "") for quarter in range(QUARTERS)]
    units = unit_ids(np.array([row[0] for row in rows]))
    return pl.DataFrame(
        {
            "unit_id": units,
            "period": [f"{YEAR}-Q{row[1] + 1}" for row in rows],
            "kind": [row[2] for row in rows],
            "cause": [row[3] for row in rows],
        }
    ).sort("unit_id", "period", "kind")


def _saved(world: World, plan: Plan, times: SimulatedTimes, record: Record) -> dict[str, int]:
    """Count the late dossiers in time had transfers kept the rule, had no click been forgotten."""
    late = _overrun(times, record) > 0
    whatif_transfer_rule = (
        _overrun(world.simulate_plan(plan.with_same_day_transfers()), record) <= 0
    )
    return {
        "transfer_same_day": int((late & whatif_transfer_rule).sum()),
        "record_same_day": int((late & (times.sealed[record.rows] <= record.due)).sum()),
    }


def _overrun(times: SimulatedTimes, record: Record) -> Whole:
    """Return working seconds past the due day at the end, or at the snapshot while open."""
    rows, snapshot = record.rows, record.snapshot
    paused = times.paused[rows]
    stands = (paused[:, 0] <= snapshot) & (paused[:, 1] > snapshot)
    length = paused[:, 1] - paused[:, 0]
    day = -(-length // 28_800) * 28_800
    due = times.due[rows] - np.where(paused[:, 1] > snapshot, day, 0)
    judged = np.minimum(times.resolved[rows], np.where(stands, paused[:, 0], snapshot))
    overrun: Whole = judged - due
    return overrun


def _record_only(times: SimulatedTimes, record: Record) -> pl.Series:
    """Say who was sealed in time and clicked too late; unsaid who was only signed in time."""
    rows = record.rows
    in_time = pl.Series(times.sealed[rows] <= record.due)
    between = ~in_time & pl.Series(times.signed[rows] <= record.due)
    return in_time.set(between, None)


def _has_second_source(record: Record, tier: Tier) -> Flags:
    """Say for whom something beside the closing click dates the result: its paper, or its step.

    Where signature and seal were clicked together the step is no second source.
    """
    if tier == "late_clicks":
        dated: Flags = record.paper != NEVER
        return dated
    return np.ones(len(record.rows), dtype=bool)


def _periods(world: World, times: SimulatedTimes, record: Record) -> list[str]:
    ended = np.minimum(times.resolved[record.rows], record.snapshot)
    instants = world.calendar.instant(ended) + world.calendar.offset
    days = (instants // 86_400).astype("datetime64[D]").astype(object)
    labels = {day: str(Period.holding(day, "quarter")) for day in set(days)}
    return [labels[day] for day in days]


def _cells(table: pl.DataFrame, saved: list[tuple[str, Flags]]) -> pl.DataFrame:
    key = ["unit_id", "period", "cause"]
    schema = {"unit_id": pl.String, "period": pl.String, "cause": pl.String, "n_saved": pl.Int64}
    parts = [
        table.filter(pl.Series(who)).select("unit_id", "period", pl.lit(cause).alias("cause"))
        for cause, who in saved
    ]
    if not parts:
        return pl.DataFrame(schema=schema)
    counts = pl.concat(parts).group_by(key).agg(n_saved=pl.len().cast(pl.Int64))
    return counts.sort(key)
