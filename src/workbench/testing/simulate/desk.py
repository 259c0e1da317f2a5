"""Queues of desks with several officers, first come, first served.

After a dossier an officer is busy for a while with other duties, outside the log; this makes
dossiers wait. When those duties grow (too few people), the queue grows.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np

from workbench.testing.simulate.streams import Whole


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
