"""How offices handle dossiers: steps, transfers, queues, signing days and pauses.

Everything happens on the working-time axis (integer working seconds of the calendar) and is
turned into instants at the end. Each mechanism draws from its own stream, so that a run without
one of the injected causes differs from the run with it only where that cause matters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.testing.simulate.due import day_length, promised_days
from workbench.testing.simulate.population import COUNTER, ONLINE, POST, Dossiers
from workbench.testing.simulate.scenario import Injection, Scenario
from workbench.testing.simulate.steps import NEVER, Slowdown, StepProcess, serve
from workbench.testing.simulate.streams import Flags, Numbers, Streams, Whole

INTAKE, ASSIGN, WORK, OPINION, SIGN, RECORD, RETURN = range(7)
"""Steps, in their order."""

SUPPLEMENT, TAX = range(2)
"""Reasons of a pause."""

CARRIED_ON, WITHDRAWN, REJECTED = range(3)
"""How a dossier ends."""

_MINUTE, _HOUR = 60, 3_600
_DUTIES = 1.6
_PAPER_DATED, _PAPER_DATED_LATE_CLICK = 0.6, 0.9


@dataclass(frozen=True)
class ProcessTimes:
    """What happened to each dossier, in working seconds (rows: dossiers, columns: steps).

    ``received`` starts the clock, ``resolved`` ends it; ``pauses`` holds (from, to) per reason.
    ``office`` and ``holder`` say where a step lay and with which officer (counted from 1);
    ``promised`` is the first promised day (days since 1970), before any pause moved it.
    """

    arrived: Whole
    started: Whole
    finished: Whole
    office: Whole
    holder: Whole
    pauses: Whole
    received: Whole
    resolved: Whole
    ending: Whole
    paper_dated: Flags
    promised: Whole


class ProcessSimulator(StepProcess):
    """Simulates the process of the dossiers of one scenario."""

    def __init__(self, dossiers: Dossiers, scenario: Scenario, streams: Streams) -> None:
        super().__init__(streams, day_length(scenario.calendar), RETURN + 1)
        self.dossiers = dossiers
        self.scenario = scenario
        self.same_day = self._of_procedure("same_day").astype(bool)
        self.limit = self._of_procedure("working_days") * self.day
        self.holder = np.ones_like(self.arrived)
        self.pauses = np.full((len(dossiers), 2, 2), NEVER, dtype=np.int64)
        self.office = self._offices()

    def run(self) -> ProcessTimes:
        """Return the whole way of every dossier, beyond any snapshot."""
        ending = self.streams.pick("ending", np.array([0.991, 0.005, 0.004]))
        received = self._take_in()
        self._work(self._assign(self._transfer()))
        goes_on = ending == CARRIED_ON
        self._sign(self._ask_opinion(goes_on), goes_on)
        late_click = self._record(goes_on)
        self._give_back(goes_on)
        dated = np.where(late_click, _PAPER_DATED_LATE_CLICK, _PAPER_DATED)
        return ProcessTimes(
            arrived=self.arrived,
            started=self.started,
            finished=self.finished,
            office=self.office,
            holder=self.holder,
            pauses=self.pauses,
            received=received,
            resolved=np.where(goes_on, self.finished[:, RECORD], self.finished[:, WORK]),
            ending=ending,
            paper_dated=goes_on & self.streams.chance("paper dated", dated),
            promised=promised_days(self.dossiers, self.scenario, self.streams, received),
        )

    def _of_procedure(self, name: str) -> Whole:
        values = [getattr(p, name) for p in self.scenario.procedures]
        return np.array(values, dtype=np.int64)[self.dossiers.procedure]

    def _probability(self, name: str) -> Numbers:
        values = [getattr(p, name) for p in self.scenario.procedures]
        return np.array(values, dtype=np.float64)[self.dossiers.procedure]

    def _unit(self, name: str) -> Whole:
        """Return the unit a procedure names for something, its own office when it names none."""
        index = self.scenario.office_index
        units = [index.get(getattr(p, name), NEVER) for p in self.scenario.procedures]
        unit_ids = np.array(units, dtype=np.int64)[self.dossiers.procedure]
        return np.where(unit_ids == NEVER, self.dossiers.office, unit_ids)

    def _offices(self) -> Whole:
        own_office = self.dossiers.office
        index = self.scenario.office_index
        desks = np.array([index[o.front_desk] for o in self.scenario.offices])[own_office]
        office = np.repeat(own_office[:, None], RETURN + 1, axis=1)
        office[:, INTAKE] = office[:, RETURN] = desks
        office[:, OPINION] = self._unit("opinion_unit")
        office[:, SIGN] = self._unit("signer")
        return office

    def _is_affected(self, injection: Injection, office: int) -> Flags:
        """Say which dossiers were sent to the unit in the days of an injection."""
        day = self.dossiers.submitted_day.astype("datetime64[D]")
        inside = (day >= np.datetime64(injection.first)) & (day <= np.datetime64(injection.last))
        is_affected: Flags = inside & (self.dossiers.office == office)
        return is_affected

    def _take_in(self) -> Whole:
        """Accept dossiers: within minutes at the counter, after a wait online."""
        online = self.dossiers.channel_in == ONLINE
        wait = self.draw_minutes("intake wait", np.where(online, 70, 6), 0.8)
        length = self.draw_minutes("intake length", 9, 0.5)
        submitted = self.scenario.calendar.w(self.dossiers.submitted)
        self.pass_step(INTAKE, submitted, wait, length)
        clerks = np.array([o.clerks for o in self.scenario.offices])[self.dossiers.office]
        number = 1 + (self.streams.uniform("clerk") * clerks).astype(np.int64)
        self.holder[:, INTAKE] = self.holder[:, RETURN] = number
        return self.started[:, INTAKE] + length // 3

    def _transfer(self) -> Whole:
        """Return when the next holder has the dossier on the portal."""
        gap = self.draw_minutes("transfer", 7, 1.0)
        for office, item in self.scenario.acting("portal_transfer"):
            hit = self._is_affected(item, office) & self.streams.chance("transfer left", item.share)
            mean = item.dose * self.day
            left = self.leave_lying("transfer left", 0.35 * mean, 0.65 * mean)
            gap = np.where(hit, gap + left, gap)
        return self.finished[:, INTAKE] + gap

    def _assign(self, arrived: Whole) -> Whole:
        """Have the head name an officer; same-day matters go straight to the desk."""
        wait = self.draw_minutes("assignment wait", 35, 0.8)
        length = self.draw_minutes("assignment", 2, 0.5)
        self.pass_step(ASSIGN, arrived, wait, length, ~self.same_day)
        return np.where(self.same_day, arrived, self.finished[:, ASSIGN] + 5)

    def _work(self, arrived: Whole) -> None:
        """Examine: wait for the desk, work, stop the clock for supplements and tax."""
        work = self._work_length()
        glance = self.draw_minutes("glance", np.where(self.same_day, 4, 40), 0.6)
        started = self._queue(arrived + glance, work)
        is_requested, moment, supplement = self.ask_supplement(
            started, work, self._probability("supplement")
        )
        self._pause(SUPPLEMENT, is_requested, moment, supplement)
        finished = started + work + is_requested * supplement
        taxed = self.streams.chance("tax", self._probability("tax"))
        tax = self.streams.lognormal("tax takes", 4.0 * self.day, 0.6)
        self._pause(TAX, taxed, finished, tax)
        finished = finished + taxed * (tax + 15 * _MINUTE)
        self.arrived[:, WORK], self.started[:, WORK] = arrived, started
        self.finished[:, WORK] = finished

    def _work_length(self) -> Whole:
        median = np.maximum(self._probability("work_share") * self.limit, 8 * _MINUTE)
        length = self.streams.lognormal("work", median, 0.55)
        for office, item in self.scenario.acting("slow_work"):
            hit = self._is_affected(item, office) & self.streams.chance("slow", item.share)
            length = np.where(hit, (length * item.dose).astype(np.int64), length)
        return length

    def _queue(self, ready: Whole, work: Whole) -> Whole:
        """Serve each office's two desks: same-day matters, and the rest."""
        started = np.zeros_like(ready)
        for number, office in enumerate(self.scenario.offices):
            slowdowns = tuple(self._slowdowns(number))
            for same_day, officers in ((True, office.counter_officers), (False, office.officers)):
                at = (self.dossiers.office == number) & (self.same_day == same_day)
                started[at], officer = serve(
                    ready[at], work[at], officers=officers, duties=_DUTIES, slowdowns=slowdowns
                )
                first = 1 if same_day else 1 + office.counter_officers
                self.holder[at, WORK] = first + officer
        return started

    def _slowdowns(self, number: int) -> list[Slowdown]:
        calendar = self.scenario.calendar
        return [
            Slowdown(
                int(calendar.before[(item.first - calendar.first_day).days]),
                int(calendar.before[(item.last - calendar.first_day).days + 1]),
                item.dose,
            )
            for office, item in self.scenario.acting("queue")
            if office == number
        ]

    def _pause(self, reason: int, who: Flags, start: Whole, length: Whole) -> None:
        self.pauses[who, reason, 0] = start[who]
        self.pauses[who, reason, 1] = (start + length)[who]

    def _ask_opinion(self, goes_on: Flags) -> Whole:
        """Ask another unit where the procedure needs it; return when the draft is ready."""
        ready = self.finished[:, WORK] + self.draw_minutes("hand over", 3, 0.7)
        elsewhere = self.office[:, OPINION] != self.dossiers.office
        is_requested = self.streams.chance("opinion", self._probability("opinion"))
        who = goes_on & elsewhere & is_requested
        wait = self.streams.lognormal("opinion wait", 0.04 * self.limit, 0.6)
        length = self.streams.lognormal("opinion length", 0.08 * self.limit, 0.5)
        self.pass_step(OPINION, ready, wait, length, who)
        back = self.finished[:, OPINION] + self.draw_minutes("opinion back", 8, 0.7)
        return np.where(who, back, ready)

    def _sign(self, arrived: Whole, goes_on: Flags) -> None:
        """Sign at once in same-day matters, else at the leader's next session."""
        at_once = arrived + self.draw_minutes("signature", 9, 0.7)
        rare = (
            (self._is_affected(item, office), int(item.dose * self.day))
            for office, item in self.scenario.acting("batching")
        )
        session = self.signing_session(arrived, rare)
        length = self.draw_minutes("signing", 3, 0.6)
        wait = np.where(self.same_day, at_once, session) - arrived
        self.pass_step(SIGN, arrived, wait, length, goes_on)

    def _record(self, goes_on: Flags) -> Flags:
        """Seal and click the result in; return who was clicked late."""
        arrived = self.finished[:, SIGN] + 2
        wait = self.draw_minutes("record wait", 6, 0.7)
        clicked_late = np.zeros(len(goes_on), dtype=bool)
        for office, item in self.scenario.acting("record_lag"):
            hit = self._is_affected(item, office) & self.streams.chance(
                "click forgotten", item.share
            )
            mean = item.dose * self.day
            lag = self.leave_lying("click forgotten", 0.3 * mean, 0.7 * mean)
            wait = np.where(hit, wait + lag, wait)
            clicked_late |= hit
        length = self.draw_minutes("record", 2, 0.5)
        self.pass_step(RECORD, arrived, wait, length, goes_on)
        return clicked_late

    def _give_back(self, goes_on: Flags) -> None:
        """Hand out the result: collected, posted or sent; the clock has stopped before."""
        channel = self.dossiers.channel_out
        waits = np.select([channel == COUNTER, channel == POST], [6 * _HOUR, 3 * _HOUR], _MINUTE)
        wait = 1 + self.streams.exponential("collected after", waits)
        delivery = self.streams.lognormal("delivery", 1.2 * self.day, 0.4)
        length = np.where(channel == POST, delivery, 2 * _MINUTE)
        self.pass_step(RETURN, self.finished[:, RECORD], wait, length, goes_on)
