"""Steps that dossiers pass one after another, with what happens in any office between them.

Both simulations are made of it, the sample's and the bench's. Everything is a working second of a
calendar; every mechanism draws from a stream of its own. Desks with several officers serve first
come, first served: after a dossier an officer is busy for a while with other duties, outside the
log, and when those duties grow (too few people), the queue grows.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from workbench.clock import Calendar
from workbench.testing.simulate.streams import Flags, Numbers, Streams, Whole

NEVER = -1
"""Stands for a stamp that there is not: a step not taken, an end not known."""

_MINUTE = 60
_SESSIONS = (0.45, 0.95)
"""Shares of a day at which leaders sign: twice a day from the first, on rare days at the second."""


class StepProcess:
    """Stamps of dossiers (rows) in their steps (columns), NEVER where there is none.

    ``day`` is the length of a working day in seconds.
    """

    def __init__(self, streams: Streams, day: int, n_steps: int) -> None:
        self.streams, self.day = streams, day
        shape = (streams.size, n_steps)
        self.arrived, self.started, self.finished = (
            np.full(shape, NEVER, dtype=np.int64) for _ in range(3)
        )

    def pass_step(
        self, step: int, arrived: Whole, wait: Whole, length: Whole, who: Flags | None = None
    ) -> None:
        """Stamp a step of some dossiers, of all by default."""
        rows = slice(None) if who is None else who
        self.arrived[rows, step] = arrived[rows]
        self.started[rows, step] = (arrived + wait)[rows]
        self.finished[rows, step] = (arrived + wait + length)[rows]

    def draw_minutes(self, mechanism: str, minutes: Numbers | float, sigma: float) -> Whole:
        """Return seconds of a lognormal law with a median in minutes."""
        return self.streams.lognormal(mechanism, minutes * _MINUTE, sigma)

    def leave_lying(self, mechanism: str, least: float, mean: float, dose: float = 1.0) -> Whole:
        """Return for how long something is left: a least time and an exponential one, by a dose."""
        left = least + self.streams.exponential(f"{mechanism} for", mean)
        seconds: Whole = (dose * left).astype(np.int64)
        return seconds

    def ask_supplement(
        self, started: Whole, work: Whole, chance: Numbers
    ) -> tuple[Flags, Whole, Whole]:
        """Return who is asked for a supplement, when in the work, and how long that takes."""
        is_asked = self.streams.chance("supplement", chance)
        moment = started + (work * (0.2 + 0.6 * self.streams.uniform("asked at"))).astype(np.int64)
        return is_asked, moment, self.streams.lognormal("supplement takes", 2.5 * self.day, 0.7)

    def signing_session(self, ready: Whole, rare: Iterable[tuple[Flags, int]]) -> Whole:
        """Return the first session after a draft is ready, two a day.

        ``rare`` says who waits for sessions that lie so many working seconds apart.
        """
        session = self._next_session(ready, self.day // 2, _SESSIONS[0])
        for who, every in rare:
            session = np.where(who, self._next_session(ready, every, _SESSIONS[1]), session)
        return session

    def _next_session(self, ready: Whole, every: int, share: float) -> Whole:
        first = int(share * self.day)
        return first + (np.maximum(ready - first, 0) // every + 1) * every


def instants(calendar: Calendar, working: Whole) -> Whole:
    """Return epoch seconds of working seconds; what is NEVER stays so."""
    stamped: Whole = calendar.instant(np.maximum(working, 0))
    return np.where(working == NEVER, NEVER, stamped)


@dataclass(frozen=True)
class Slowdown:
    """An interval of working time in which everything takes ``factor`` times an officer's time."""

    first: int
    last: int
    factor: float


def serve(
    arrived: Whole, work: Whole, *, officers: int, duties: float, slowdowns: tuple[Slowdown, ...]
) -> tuple[Whole, Whole]:
    """Return when each dossier is started, and by which officer (0, 1, ...).

    Args:
        arrived: Working second at which each dossier lies on the desk.
        work: Working seconds of each dossier.
        officers: How many officers share the desk.
        duties: Officer's time taken per second of work, at least 1.
        slowdowns: Intervals in which that time is multiplied.

    >>> started, officer = serve(
    ...     np.array([0, 1]), np.array([10, 10]), officers=1, duties=1.0, slowdowns=()
    ... )
    >>> started.tolist()
    [0, 10]
    """
    started, officer = np.zeros_like(arrived), np.zeros_like(arrived)
    free = [(0, number) for number in range(officers)]
    for i in np.lexsort((np.arange(len(arrived)), arrived)).tolist():
        since, number = heapq.heappop(free)
        start = max(since, int(arrived[i]))
        factor = next((s.factor for s in slowdowns if s.first <= start < s.last), 1.0)
        started[i], officer[i] = start, number
        heapq.heappush(free, (start + int(work[i] * duties * factor), number))
    return started, officer
