"""How dossiers stand at a snapshot: what has been resolved, what is due when, what is late.

Lateness is judged by day: late when resolved, or still open, after the promised day; while a
pause lasts that began before, the clock stands still and an open dossier is in time. The overrun
is counted in working seconds after closing time of that day.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from workbench.clock import Calendar
from workbench.testing.simulate.due import closing, moved_days
from workbench.testing.simulate.process import REJECTED, WITHDRAWN, ProcessTimes
from workbench.testing.simulate.streams import Flags, Whole

_DAY = 86_400


@dataclass(frozen=True)
class ObservedState:
    """A handling seen at one instant (epoch seconds); nothing later is known."""

    handling: ProcessTimes
    calendar: Calendar
    at: int

    @cached_property
    def received(self) -> Flags:
        """Dossiers accepted by now."""
        accepted: Flags = self.calendar.instant(self.handling.received) <= self.at
        return accepted

    @cached_property
    def resolved(self) -> Flags:
        """Dossiers whose clock has stopped by now, in whatever way."""
        stopped: Flags = self.calendar.instant(self.handling.resolved) <= self.at
        return stopped

    @cached_property
    def due_day(self) -> Whole:
        """Promised day (days since 1970) as the register shows it now."""
        until = int(self.calendar.w(np.array([self.at]))[0])
        return moved_days(self.calendar, self.handling.promised, self.handling.pauses, until)

    @cached_property
    def due(self) -> Whole:
        """Promised instant (epoch seconds) as the register shows it now."""
        return closing(self.calendar, self.due_day)

    @cached_property
    def first_due(self) -> Whole:
        """First promised instant (epoch seconds)."""
        return closing(self.calendar, self.handling.promised)

    @cached_property
    def ended_day(self) -> Whole:
        """Local day (days since 1970) on which the clock stops, now or later."""
        local = self.calendar.instant(self.handling.resolved) + self.calendar.offset
        ended: Whole = local // _DAY
        return ended

    @cached_property
    def stands_still(self) -> Flags:
        """Dossiers on a pause that began by the promised instant and is not over yet."""
        now, due = self.calendar.w(np.array([self.at]))[0], self.calendar.w(self.due)
        begins, ends = self.handling.pauses[:, :, 0], self.handling.pauses[:, :, 1]
        lasting = (begins >= 0) & (begins <= np.minimum(now, due)[:, None]) & (ends > now)
        still: Flags = lasting.any(axis=1)
        return still

    @cached_property
    def outcomes(self) -> list[str]:
        """Outcome of each dossier, as the vocabulary names it; unknown when not accepted yet."""
        ended, due = self.ended_day, self.due_day
        choices = [
            (~self.received, "unknown"),
            (~self.resolved & (self.at > self.due) & ~self.stands_still, "open_overdue"),
            (~self.resolved, "open_in_time"),
            (self.handling.ending == WITHDRAWN, "withdrawn"),
            (self.handling.ending == REJECTED, "rejected"),
            (ended > due, "late"),
            (ended < due, "early"),
        ]
        conditions, names = zip(*choices, strict=True)
        outcomes: list[str] = np.select(list(conditions), list(names), "on_time").tolist()
        return outcomes

    @cached_property
    def late(self) -> Flags:
        """Dossiers resolved late or open and overdue."""
        return np.isin(self.outcomes, ("late", "open_overdue"))

    @cached_property
    def overrun(self) -> Whole:
        """Working seconds past the promised instant, to the end or to now; 0 when not late."""
        now = self.calendar.w(np.array([self.at]))[0]
        ended = np.where(self.resolved, self.handling.resolved, now)
        over = ended - self.calendar.w(self.due)
        result: Whole = np.where(self.late, over, 0)
        return result
