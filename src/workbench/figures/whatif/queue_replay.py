"""When each dossier would have been taken up, had dossiers reached their desk at other times.

First come, first served by a unit's own officers. For how long a dossier keeps its officer from
the next one no log says outright, but where the next one lay waiting, the log shows it: it is
taken up as soon as the officer is free. Elsewhere the usual time stands in, never past the
officer's next start.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.figures.whatif.working_seconds import Seconds

_Weights = npt.NDArray[np.float64]

WAITING = 7_200
"""Who waited for longer than this, two hours of work, waited for an officer."""

_FEW_KNOWN = 5
"""A quarter with fewer known times takes the usual one of its whole desk."""

_AT_ONCE = 0.25
_MISFIT = 0.5


@dataclass(frozen=True)
class Desk:
    """The visits to one unit's desk, by arrival, in working seconds.

    ``officer`` and ``quarter`` are numbers from 0.
    """

    arrived: Seconds
    started: Seconds
    officer: Seconds
    quarter: Seconds

    @property
    def waited(self) -> Seconds:
        """How long each visit waited."""
        return self.started - self.arrived


def service_times(desk: Desk) -> tuple[Seconds, Seconds]:
    """Return how long each visit kept its officer, -1 where unknown, and at most how long.

    Known where the officer's next visit had been waiting; what it is at most is the time to that
    next start, -1 for an officer's last visit.

    >>> hour = 3_600
    >>> desk = Desk(*(np.array(x) for x in (
    ...     [0, 1, 9 * hour], [0, 4 * hour, 9 * hour], [0, 0, 0], [0, 0, 0]
    ... )))
    >>> [(times // hour).tolist() for times in service_times(desk)]
    [[4, -1, -1], [4, 5, -1]]
    """
    order = np.lexsort((np.arange(len(desk.started)), desk.started, desk.officer))
    known, most = (np.full(len(order), -1, dtype=np.int64) for _ in range(2))
    here, after = order[:-1], order[1:]
    same = desk.officer[here] == desk.officer[after]
    here, after = here[same], after[same]
    most[here] = desk.started[after] - desk.started[here]
    waiting = desk.waited[after] > WAITING
    known[here[waiting]] = most[here[waiting]]
    return known, most


def imputed_service_times(desk: Desk, size: _Weights) -> Seconds:
    """Return how long each visit kept its officer: as known, else in proportion to its size.

    The proportion is the median of the quarter's known ones, or of the whole desk's where the
    quarter knows too few.
    """
    known, most = service_times(desk)
    sure = known >= 0
    factor = np.full(len(size), _ratio(known, size, sure))
    for quarter in np.unique(desk.quarter):
        inside = desk.quarter == quarter
        if int((sure & inside).sum()) >= _FEW_KNOWN:
            factor[inside] = _ratio(known, size, sure & inside)
    usual = np.round(factor * size).astype(np.int64)
    bounded = np.where(most >= 0, np.minimum(usual, most), usual)
    return np.where(sure, known, bounded)


def _ratio(known: Seconds, size: _Weights, chosen: npt.NDArray[np.bool_]) -> float:
    chosen = chosen & (size > 0)
    return float(np.median(known[chosen] / size[chosen])) if chosen.any() else 0.0


def misfit(desk: Desk, size: _Weights) -> float:
    """Return how badly known times follow a size: the squared error of their logarithms.

    Each quarter may have a proportion of its own.
    """
    known, _ = service_times(desk)
    sure = (known > 0) & (size > 0)
    ratio = np.log(known[sure] / size[sure])
    quarter = desk.quarter[sure]
    return sum(
        float(((ratio[quarter == q] - ratio[quarter == q].mean()) ** 2).sum())
        for q in np.unique(quarter)
    )


def gains(desk: Desk, service: Seconds, sooner: Seconds) -> Seconds | None:
    """Return by how much sooner each visit would start, each arriving ``sooner`` by so much.

    Every visit keeps the short wait that even the quickest have here. None where the desk run
    again from the log's own arrivals does not give back the log's own starts: that is no queue.

    >>> hour = 3_600
    >>> desk = Desk(*(np.array(x) for x in ([0, hour], [0, 4 * hour], [0, 0], [0, 0])))
    >>> sooner = np.array([0, 0])
    >>> gains(desk, np.array([4 * hour, hour]), sooner).tolist()
    [0, 0]
    """
    least = np.minimum(desk.waited, int(np.quantile(desk.waited, _AT_ONCE)))
    free = _officers(desk)
    base = _starts(desk.arrived + least, service, desk.quarter, free)
    waited = int((desk.waited - least).sum())
    if int(np.abs(base - desk.started).sum()) > max(_MISFIT * waited, WAITING * len(base)):
        return None
    new = _starts(desk.arrived - sooner + least, service, desk.quarter, free)
    start: Seconds = np.maximum(desk.started - base + new, desk.arrived - sooner + least)
    gained: Seconds = desk.started - start
    return gained


def _officers(desk: Desk) -> list[int]:
    """Return how many officers the desk had in each quarter, in which any visit arrived."""
    seen = {*zip(desk.quarter.tolist(), desk.officer.tolist(), strict=True)}
    count = [0] * (int(desk.quarter.max()) + 1)
    for quarter, _ in seen:
        count[quarter] += 1
    return count


def _starts(ready: Seconds, service: Seconds, quarter: Seconds, officers: list[int]) -> Seconds:
    """Serve first come, first served; officers who come are free at once, who go were freest."""
    started = np.empty(len(ready), dtype=np.int64)
    order = np.lexsort((np.arange(len(ready)), ready))
    free: list[int] = []
    now = -1
    rows = zip(order.tolist(), ready[order].tolist(), quarter[order].tolist(), strict=True)
    for row, moment, inside in rows:
        if inside > now:
            now = inside
            while len(free) < officers[now]:
                heapq.heappush(free, moment)
            while len(free) > officers[now]:
                heapq.heappop(free)
        begins = max(moment, free[0])
        started[row] = begins
        heapq.heapreplace(free, begins + int(service[row]))
    return started
