"""The simulated dossiers as a register records them: the clean tables an analysis reads.

Tiers remove what real registers often lack: arrival stamps, times of day, clicks made at the
right moment, the end of open dossiers. What happened stays the same; only its record gets worse.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import polars as pl

from workbench.latebench.plan import UNITS, YEAR
from workbench.latebench.world import (
    ASSIGN,
    INTAKE,
    LIMITS,
    RECORD,
    SIGN,
    WORK,
    SimulatedTimes,
    World,
)
from workbench.testing.simulate.steps import NEVER, instants
from workbench.testing.simulate.streams import Flags, Streams, Whole

Tier = Literal[
    "full",
    "finish_only",
    "missing_arrivals",
    "date_only",
    "bulk_closing",
    "late_clicks",
    "two_causes",
    "merged_unit",
    "open_dossiers",
]
TIERS: tuple[Tier, ...] = get_args(Tier)
"""How complete the register is; the main grid uses ``full``."""

CALENDAR = "vn_dong_thap"
ZONE = "Asia/Ho_Chi_Minh"
_NAMES = ("Tiếp nhận", "Phân công", "Thẩm định", "Trình ký", "Vào sổ, đóng dấu")
_KINDS = ("intake", "assign", "work", "sign", "record")
_DAY = 86_400
_CLOSING = 17 * 3_600
_STAMP = pl.Datetime("us", "UTC")
_LOST_ARRIVALS, _PAPER_DATED = 0.2, 0.7
_ENDS = {"open_dossiers": dt.date(YEAR, 11, 15)}
_END = dt.date(YEAR + 1, 6, 30)
_MERGED = (0, 1)
_MERGED_ON = dt.date(YEAR, 8, 15)


@dataclass(frozen=True)
class Record:
    """The contents of the register in working seconds, NEVER where a stamp is missing.

    ``rows`` says which dossiers of the world are in it; the other arrays have those rows only.
    ``unit`` is the unit's number as registered, ``paper`` the working second of the dated result.
    """

    rows: Whole
    unit: Whole
    arrived: Whole
    started: Whole
    finished: Whole
    paused: Whole
    due: Whole
    first_due: Whole
    resolved: Whole
    paper: Whole
    snapshot: int
    snapshot_on: dt.date


@dataclass(frozen=True)
class BenchTables:
    """The three clean tables of one register."""

    dossiers: pl.DataFrame
    steps: pl.DataFrame
    pauses: pl.DataFrame

    def tables(self) -> dict[str, pl.DataFrame]:
        """Return the tables by name."""
        return {"dossiers": self.dossiers, "steps": self.steps, "pauses": self.pauses}


def observed_log(world: World, times: SimulatedTimes, tier: Tier) -> Record:
    """Return what the register of a tier records of the simulated times at its snapshot."""
    record = _at_snapshot(world, times, _ENDS.get(tier, _END), tier)
    streams = Streams(world.seed, len(times.unit))
    if tier == "finish_only":
        missing = np.full_like(record.arrived, NEVER)
        return replace(record, arrived=missing, started=missing)
    if tier == "missing_arrivals":
        lost = np.stack([streams.chance(f"lost {s}", _LOST_ARRIVALS) for s in _KINDS], axis=1)
        return replace(record, arrived=np.where(lost[record.rows], NEVER, record.arrived))
    if tier == "bulk_closing":
        return _closed_in_bulk(world, times, record)
    if tier == "late_clicks":
        return _clicked_at_once(world, record)
    return record


def registered_unit(world: World, times: SimulatedTimes, tier: Tier) -> Whole:
    """Return the number of the unit under which each dossier of the world is registered."""
    if tier != "merged_unit":
        return times.unit
    day = (_MERGED_ON - world.calendar.first_day).days
    moved = (times.unit == _MERGED[1]) & (times.received > world.calendar.before[day])
    return np.where(moved, _MERGED[0], times.unit)


def _at_snapshot(world: World, times: SimulatedTimes, day: dt.date, tier: Tier) -> Record:
    calendar = world.calendar
    snapshot = int(calendar.before[(day - calendar.first_day).days + 1])
    rows = np.flatnonzero(times.received <= snapshot)

    def seen(stamps: Whole) -> Whole:
        return np.where(stamps[rows] <= snapshot, stamps[rows], NEVER)

    dated = Streams(world.seed, len(times.unit)).chance("paper dated", _PAPER_DATED)
    if tier == "late_clicks":
        dated = times.unit % 3 > 0
    paused = times.paused[rows]
    length = paused[:, 1] - paused[:, 0]
    days_moved = -(-length // world.day) * world.day
    due = times.due[rows]
    return Record(
        rows=rows,
        unit=registered_unit(world, times, tier)[rows],
        arrived=seen(times.arrived),
        started=seen(times.started),
        finished=seen(times.finished),
        paused=np.where(paused <= snapshot, paused, NEVER),
        due=np.where(paused[:, 1] <= snapshot, due, due - days_moved),
        first_due=due - days_moved,
        resolved=seen(times.resolved),
        paper=np.where(dated[rows], seen(times.signed), NEVER),
        snapshot=snapshot,
        snapshot_on=day,
    )


def _closed_in_bulk(world: World, times: SimulatedTimes, record: Record) -> Record:
    """Stamp every step's finish in the last half-hour of its day, one holder in one sitting."""
    streams, day = Streams(world.seed, len(times.unit)), world.day
    arrived, started, finished = (
        record.arrived.copy(),
        record.started.copy(),
        record.finished.copy(),
    )
    before = np.zeros(len(record.rows), dtype=np.int64)
    for step in range(RECORD + 1):
        sitting = (
            record.unit * 131 + step * 37 + (step == WORK) * times.officer[record.rows] * 61
        ) % 600
        click = (streams.uniform(f"click {step}")[record.rows] * 180).astype(np.int64)
        closing = ((finished[:, step] - 1) // day + 1) * day - 1_500 + sitting + click
        for stamps, gap in ((arrived, 2), (started, 3)):
            late = np.maximum(stamps[:, step], before + gap)
            stamps[:, step] = np.where(stamps[:, step] == NEVER, NEVER, late)
        bulk = np.maximum(closing, np.maximum(started[:, step], before) + 4)
        finished[:, step] = np.where(finished[:, step] == NEVER, NEVER, bulk)
        before = np.where(finished[:, step] == NEVER, before, finished[:, step])
    return replace(
        record, arrived=arrived, started=started, finished=finished, resolved=finished[:, RECORD]
    )


def _clicked_at_once(world: World, record: Record) -> Record:
    """Click signature and seal together where the seal was clicked half a day late or more."""
    started, finished, arrived = (
        record.started.copy(),
        record.finished.copy(),
        record.arrived.copy(),
    )
    late = started[:, RECORD] - arrived[:, RECORD] > world.day // 2
    end = finished[late, RECORD]
    started[late, SIGN], finished[late, SIGN] = end - 50, end - 35
    arrived[late, RECORD], started[late, RECORD] = end - 33, end - 20
    return replace(record, started=started, finished=finished, arrived=arrived)


def write_register(world: World, times: SimulatedTimes, record: Record, tier: Tier) -> BenchTables:
    """Return a record as the tables of the clean stage."""
    return _Writer(world, times, record, dates_only=tier == "date_only").write()


def dossier_ids(times: SimulatedTimes) -> list[str]:
    """Return a number for each dossier of the world, in order of reception."""
    rank = np.empty(len(times.unit), dtype=np.int64)
    rank[np.argsort(times.received, kind="stable")] = np.arange(len(rank))
    return [f"LB-{number:06d}" for number in rank + 1]


def unit_ids(units: Whole) -> list[str]:
    """Return the ids of units by number."""
    names = [f"LB-U{number + 1:02d}" for number in range(UNITS)]
    return [names[number] for number in units]


class _Writer:
    def __init__(
        self, world: World, times: SimulatedTimes, record: Record, *, dates_only: bool
    ) -> None:
        self.calendar, self.times, self.record = world.calendar, times, record
        self.dates_only = dates_only
        every = dossier_ids(times)
        self.ids = pl.Series("dossier_id", [every[row] for row in record.rows], dtype=pl.String)

    def write(self) -> BenchTables:
        return BenchTables(
            self._dossiers().sort("dossier_id"),
            self._steps().sort("dossier_id", "step_no"),
            self._pauses().sort("dossier_id", "pause_no"),
        )

    def _instants(self, working: Whole) -> Whole:
        moments = instants(self.calendar, working)
        if self.dates_only:
            midnights = moments - (moments + self.calendar.offset) % _DAY
            return np.where(working == NEVER, NEVER, midnights)
        return moments

    def _stamps(self, name: str, working: Whole) -> pl.Series:
        return _as_stamps(name, self._instants(working))

    def _days(self, name: str, working: Whole) -> pl.Series:
        days = (self._instants(working) + self.calendar.offset) // _DAY
        series = pl.Series(name, days, dtype=pl.Int32)
        return series.set(pl.Series(working == NEVER), None).cast(pl.Date)

    def _closing(self, name: str, due: Whole) -> pl.Series:
        """Return the due instant: closing time, or the end of the day where only days are kept."""
        later = _DAY - 1 - _CLOSING if self.dates_only else 0
        return _as_stamps(name, self.calendar.instant(due) + later)

    def _dossiers(self) -> pl.DataFrame:
        return pl.concat([self._particulars(), self._dates(), self._origin()], how="horizontal")

    def _particulars(self) -> pl.DataFrame:
        times, rows = self.times, self.record.rows
        procedure, count = times.procedure[rows], len(rows)
        return pl.DataFrame(
            [
                self.ids,
                _same("source", "latebench", count),
                pl.Series("unit_id", unit_ids(self.record.unit)),
                pl.Series("procedure_id", [f"LB-P{number + 1}" for number in procedure]),
                pl.Series("procedure_name", [f"LateBench {LIMITS[p]}" for p in procedure]),
                _same("field_of_work", "LateBench", count),
                pl.Series("channel_in", np.where(times.online[rows], "online", "counter")),
                _same("channel_out", "counter", count),
                _same("service_level", "4", count),
                pl.Series("processed_online", times.online[rows]),
                _same("applicant_kind", "citizen", count),
                pl.Series("term_value", np.array(LIMITS)[procedure]),
                _same("term_unit", "working_day", count),
            ]
        )

    def _dates(self) -> pl.DataFrame:
        times, record = self.times, self.record
        rows, resolved = record.rows, record.resolved
        moved = record.due != record.first_due
        waits = (record.paused[:, 0] != NEVER) & (record.paused[:, 1] == NEVER)
        open_status = np.where(waits, "supplement", "in_progress")
        return pl.DataFrame(
            [
                self._stamps("submitted_at", times.submitted[rows]),
                self._stamps("received_at", times.received[rows]),
                self._days("received_on", times.received[rows]),
                self._closing("due_at", record.due),
                self._closing("due_first_at", record.first_due).set(pl.Series(~moved), None),
                pl.Series("due_first_from", ["column" if m else None for m in moved], pl.String),
                self._stamps("resolved_at", resolved),
                self._stamps("reported_end_at", resolved),
                self._stamps("returned_at", resolved),
                self._days("paper_result_on", record.paper),
                pl.Series("status", np.where(resolved != NEVER, "resolved", open_status)),
            ]
        )

    def _origin(self) -> pl.DataFrame:
        rows, count = self.record.rows, len(self.record.rows)
        closed = int(self.calendar.instant(np.array([self.record.snapshot]))[0])
        received = self.times.received[rows]
        return pl.DataFrame(
            [
                _same("late_reason", None, count),
                _same("lateness_excluded", None, count),
                _as_stamps("snapshot_at", np.full(count, closed)),
                _same("calendar_id", CALENDAR, count),
                _same("time_zone", ZONE, count),
                pl.Series("synthetic", np.ones(count, dtype=bool)),
                _same("source_file", "dossiers.csv", count),
                _same("source_sheet", "", count),
                pl.Series("source_row", np.argsort(np.argsort(received, kind="stable")) + 2),
            ]
        )

    def _steps(self) -> pl.DataFrame:
        frames = [self._step(step) for step in range(RECORD + 1)]
        stamped = pl.any_horizontal(
            pl.col(name).is_not_null() for name in ("arrived_at", "started_at", "finished_at")
        )
        steps = pl.concat(frames).filter(stamped)
        return steps.with_columns(
            pl.lit(None, dtype=_STAMP).alias("step_due_at"),
            pl.lit(None, dtype=pl.Int64).alias("norm_seconds"),
            pl.lit("steps.csv").alias("source_file"),
            pl.lit("").alias("source_sheet"),
            pl.int_range(2, pl.len() + 2, dtype=pl.Int64).alias("source_row"),
        )

    def _step(self, step: int) -> pl.DataFrame:
        record, count = self.record, len(self.record.rows)
        return pl.DataFrame(
            [
                self.ids,
                pl.Series("step_no", np.full(count, step + 1, dtype=np.int32)),
                _same("step", _NAMES[step], count),
                _same("step_kind", _KINDS[step], count),
                pl.Series("unit_id", unit_ids(record.unit)),
                self._holders(step),
                self._stamps("arrived_at", record.arrived[:, step]),
                self._stamps("started_at", record.started[:, step]),
                self._stamps("finished_at", record.finished[:, step]),
            ]
        )

    def _holders(self, step: int) -> pl.Series:
        rows = self.record.rows
        unit = self.times.unit[rows] + 1
        names = {
            INTAKE: [f"U{u:02d}-desk{1 + row % 2}" for u, row in zip(unit, rows, strict=True)],
            ASSIGN: [f"U{u:02d}-head" for u in unit],
            SIGN: [f"U{u:02d}-chair" for u in unit],
            RECORD: [f"U{u:02d}-seal" for u in unit],
        }
        officers = [
            f"U{u:02d}-{n + 1}" for u, n in zip(unit, self.times.officer[rows], strict=True)
        ]
        return pl.Series("holder_id", names.get(step, officers))

    def _pauses(self) -> pl.DataFrame:
        paused = self.record.paused
        had: Flags = self.times.paused[self.record.rows, 1] > 0
        had &= paused[:, 0] != NEVER
        count = int(had.sum())
        return pl.DataFrame(
            [
                self.ids.filter(pl.Series(had)),
                pl.Series("pause_no", np.ones(count, dtype=np.int32)),
                _same("reason", "supplement", count),
                self._stamps("paused_at", paused[had, 0]),
                self._stamps("resumed_at", paused[had, 1]),
                _same("source_file", "pauses.csv", count),
                _same("source_sheet", "", count),
                pl.Series("source_row", np.arange(2, count + 2)),
            ]
        )


def _as_stamps(name: str, moments: Whole) -> pl.Series:
    is_stamped = pl.Series(moments != NEVER)
    stamps = (
        pl.Series(name, moments * 1_000_000).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    )
    return stamps.set(~is_stamped, None)


def _same(name: str, value: str | None, count: int) -> pl.Series:
    return pl.Series(name, [value] * count, dtype=pl.String)
