"""A simulation of twelve units over four quarters on the working-time axis.

Every number here is a working second of the calendar; wall-clock time comes in when the register
is written. Each mechanism owns a random stream, so a simulation without one injection has the same
dossiers and differs only where that injection reached. The cause models never see this module.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from workbench.clock import Calendar
from workbench.latebench.plan import QUARTERS, UNITS, YEAR, BenchInjection, Plan
from workbench.testing.simulate.due import day_length
from workbench.testing.simulate.steps import Slowdown, StepProcess, serve
from workbench.testing.simulate.streams import Flags, Numbers, Streams, Whole

INTAKE, ASSIGN, WORK, SIGN, RECORD = range(5)
"""Steps, in their order."""

LIMITS = (3, 5, 7, 10, 15, 20)
"""Working days within which each of the six procedures must be resolved."""

SMALL_CELL = 6
"""Dossiers a quarter of the unit with only small numbers."""

_WORK_SHARE = (0.35, 0.31, 0.56, 0.36, 0.6, 0.4)
_USUAL_MIX = (0.25, 0.28, 0.08, 0.21, 0.05, 0.13)
_HARD_MIX = (0.10, 0.06, 0.38, 0.06, 0.34, 0.06)
_SIGMA = 0.45
_MINUTE = 60
_SUPPLEMENT, _SUPPLEMENT_TRAP = 0.07, 0.40
_AFFECTED_SHARE = 0.6
_OVERLOAD = 1.08
_RUSH_LOAD, _RUSH_DAYS, _RUSH_FROM = 1.4, 15, 0.3
_CUT_OFF, _FIRST_HOUR = 21_600, 3_600


@dataclass(frozen=True)
class _UnitQueue:
    """How many officers a unit of some size has, and their share of time taken by its dossiers."""

    officers: int
    load: float


_DESKS = {
    6: _UnitQueue(1, 0.2),
    25: _UnitQueue(2, 0.42),
    60: _UnitQueue(3, 0.58),
    150: _UnitQueue(4, 0.7),
}


def _desk_of(per_cell: int) -> _UnitQueue:
    """Return the desk of a unit with so many dossiers a quarter."""
    return _DESKS[min(_DESKS, key=lambda size: (abs(size - per_cell), size))]


@dataclass(frozen=True)
class SimulatedTimes:
    """What happened to each dossier, in working seconds (rows: dossiers, columns: steps).

    ``paused`` has the two ends of the one pause a dossier may have, 0 and 0 where it had none;
    ``due`` is the end of the day on which the result is due, moved by the pause; ``sealed`` is when
    the result was in fact sealed, however late somebody clicked.
    """

    unit: Whole
    quarter: Whole
    procedure: Whole
    online: Flags
    submitted: Whole
    received: Whole
    arrived: Whole
    started: Whole
    finished: Whole
    officer: Whole
    paused: Whole
    due: Whole
    sealed: Whole

    @property
    def resolved(self) -> Whole:
        """When the register says that the result was ready."""
        return self.finished[:, RECORD]

    @property
    def signed(self) -> Whole:
        """When the result was ready on paper."""
        return self.finished[:, SIGN]

    @property
    def overrun(self) -> Whole:
        """Working seconds past the due day; 0 or less is in time."""
        return self.resolved - self.due


class World:
    """The dossiers of one seed and size, ready to be simulated under a plan.

    >>> from workbench.core.project import shipped
    >>> from workbench.clock import Calendars
    >>> from workbench.latebench.plan import draw_plan
    >>> calendar = Calendars.read(shipped().reference / "calendars")["vn_dong_thap"]
    >>> times = World(calendar, seed=1, per_cell=8).simulate_plan(draw_plan(1, 1.0))
    >>> times.unit.size
    376
    """

    def __init__(self, calendar: Calendar, *, seed: int, per_cell: int) -> None:
        self.calendar = calendar
        self.seed = seed
        self.per_cell = per_cell
        self.day = day_length(calendar)

    @cached_property
    def bounds(self) -> Whole:
        """First working second of each quarter, and of the one after the last."""
        days = [dt.date(YEAR, 3 * q + 1, 1) for q in range(QUARTERS)] + [dt.date(YEAR + 1, 1, 1)]
        rows = [(day - self.calendar.first_day).days for day in days]
        return self.calendar.before[rows]

    def simulate_plan(self, plan: Plan) -> SimulatedTimes:
        """Return the times of every step of every dossier under a plan."""
        return _ProcessRun(self, plan).run()


class _ProcessRun(StepProcess):
    """One pass through the year."""

    def __init__(self, world: World, plan: Plan) -> None:
        self.world, self.plan = world, plan
        cells = np.full((UNITS, QUARTERS), world.per_cell, dtype=np.int64)
        cells[plan.small_unit] = min(SMALL_CELL, world.per_cell)
        self.unit = np.repeat(np.arange(UNITS), cells.sum(axis=1))
        self.quarter = np.repeat(np.tile(np.arange(QUARTERS), UNITS), cells.ravel())
        super().__init__(Streams(world.seed, len(self.unit)), world.day, RECORD + 1)
        self.procedure = self._procedures()
        self.limit = np.array(LIMITS)[self.procedure]

    def run(self) -> SimulatedTimes:
        received = self._receive()
        online = self.streams.chance("online", 0.5)
        filed = self.draw_minutes("filed", np.where(online, 40, 2), 0.8)
        self.pass_step(INTAKE, received - filed, filed, self.draw_minutes("intake", 9, 0.5))
        self.pass_step(
            ASSIGN,
            self.finished[:, INTAKE] + self._transfer(),
            self.draw_minutes("assignment wait", 40, 0.8),
            self.draw_minutes("assignment", 2, 0.5),
        )
        officer, paused = self._work()
        self._sign()
        forgotten = self._record()
        return SimulatedTimes(
            unit=self.unit,
            quarter=self.quarter,
            procedure=self.procedure,
            online=online,
            submitted=received - filed,
            received=received,
            arrived=self.arrived,
            started=self.started,
            finished=self.finished,
            officer=officer,
            paused=paused,
            due=self._due(received, paused[:, 1] - paused[:, 0]),
            sealed=self.finished[:, RECORD] - forgotten,
        )

    def _is_affected(self, item: BenchInjection) -> Flags:
        is_affected: Flags = (self.unit == item.unit) & (self.quarter == item.quarter)
        return is_affected

    def _procedures(self) -> Whole:
        weights = np.tile(_USUAL_MIX, (len(self.unit), 1))
        for item in self.plan.of("hard_mix"):
            weights[self._is_affected(item)] = _HARD_MIX
        return self.streams.pick("procedure", weights)

    def _receive(self) -> Whole:
        """Spread dossiers evenly over their quarter; a rush pulls some into three weeks."""
        bounds = self.world.bounds
        place = self.streams.uniform("received")
        span = (bounds[1:] - bounds[:-1])[self.quarter]
        for item in self.plan.of("sudden_demand"):
            width = _RUSH_DAYS * self.day / span
            load = _desk_of(self.world.per_cell).load
            wanted = (1 + item.dose * (_RUSH_LOAD / load - 1)) * width
            moved = self._is_affected(item) & self.streams.chance(
                "rushed", (wanted - width) / (1 - width)
            )
            place = np.where(moved, _RUSH_FROM + width * self.streams.uniform("rushed to"), place)
        received: Whole = bounds[self.quarter] + 1 + (place * (span - 1)).astype(np.int64)
        return received

    def _lag(self, name: str, item: BenchInjection) -> Whole:
        """Return 0.8 day and an exponential 1.6 days times the dose, for three in five dossiers."""
        hit = self._is_affected(item) & self.streams.chance(name, _AFFECTED_SHARE)
        left = self.leave_lying(name, 0.8 * self.day, 1.6 * self.day, item.dose)
        return np.where(hit, left, 0)

    def _transfer(self) -> Whole:
        gap = self.draw_minutes("transfer", 20, 1.0)
        for item in self.plan.of("transfer_lag"):
            gap = gap + self._lag("transfer left", item)
        if self.plan.same_day_transfers:
            second = (self.finished[:, INTAKE] - 1) % self.day + 1
            allowed = self.day - second + np.where(second >= _CUT_OFF, _FIRST_HOUR, 0)
            gap = np.minimum(gap, allowed)
        return gap

    def _work(self) -> tuple[Whole, Whole]:
        """Wait for an officer, be examined; a supplement stops the clock in between."""
        arrived = self.finished[:, ASSIGN] + 5
        started, officer = self._queue(arrived + self.draw_minutes("glance", 20, 0.6))
        length = self.streams.lognormal(
            "work", np.array(_WORK_SHARE)[self.procedure] * self.limit * self.day, _SIGMA
        )
        for item in self.plan.of("slow_work"):
            slowed = (length * (1 + 0.55 * item.dose)).astype(np.int64)
            length = np.where(self._is_affected(item), slowed, length)
        asked, moment, takes = self.ask_supplement(started, length, self._supplement_chance())
        paused = asked * takes
        self.pass_step(WORK, arrived, started - arrived, length + paused)
        return officer, np.stack([asked * moment, asked * (moment + paused)], axis=1)

    def _supplement_chance(self) -> Numbers:
        chance = np.full(len(self.unit), _SUPPLEMENT)
        for item in self.plan.of("supplements"):
            chance[self._is_affected(item)] = _SUPPLEMENT_TRAP
        return chance

    def _queue(self, ready: Whole) -> tuple[Whole, Whole]:
        """Serve each unit's desk, first come first served.

        A dossier takes an officer's attention in proportion to its size, whatever its procedure;
        slow work keeps it open longer but takes no more attention.
        """
        started, officer = np.zeros_like(ready), np.zeros_like(ready)
        bounds = self.world.bounds
        for unit in range(UNITS):
            at = self.unit == unit
            desk = _desk_of(int(at.sum()) // QUARTERS)
            mean = desk.load * desk.officers * (bounds[-1] - bounds[0]) / at.sum()
            attention = self.streams.lognormal("work", mean * np.exp(-(_SIGMA**2) / 2), _SIGMA)
            slowdowns = tuple(
                Slowdown(
                    int(bounds[item.quarter]),
                    int(bounds[item.quarter + 1]),
                    1 + item.dose * (_OVERLOAD / desk.load - 1),
                )
                for item in self.plan.of("understaffing")
                if item.unit == unit
            )
            started[at], officer[at] = serve(
                ready[at], attention[at], officers=desk.officers, duties=1.0, slowdowns=slowdowns
            )
        return started, officer

    def _sign(self) -> None:
        """Sign at the leader's next session, two a day, or one every few days."""
        arrived = self.finished[:, WORK] + self.draw_minutes("handed to sign", 5, 0.7)
        rare = (
            (self._is_affected(item), round(1 + 3 * item.dose) * self.day)
            for item in self.plan.of("signing_days")
        )
        session = self.signing_session(arrived, rare)
        pile = (self.streams.uniform("place in the pile") * 8 * _MINUTE).astype(np.int64)
        length = self.draw_minutes("signing", 3, 0.5)
        self.pass_step(SIGN, arrived, session + pile - arrived, length)

    def _record(self) -> Whole:
        """Seal and click; return for how long the click was forgotten."""
        forgotten = np.zeros(len(self.unit), dtype=np.int64)
        for item in self.plan.of("late_recording"):
            forgotten += self._lag("click forgotten", item)
        wait = self.draw_minutes("record wait", 12, 0.8) + forgotten
        self.pass_step(
            RECORD, self.finished[:, SIGN] + 2, wait, self.draw_minutes("record", 2, 0.5)
        )
        return forgotten

    def _due(self, received: Whole, paused: Whole) -> Whole:
        """Return the end of the due day; the day of reception is not counted."""
        day = (received - 1) // self.day + 1 + self.limit - (-paused // self.day)
        due: Whole = day * self.day
        return due
