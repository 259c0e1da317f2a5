"""What another officer would have changed, by running a unit's queue again.

Taking a wait away from one dossier says nothing about capacity: who waits less leaves room for
the next. So the queue itself is run again, first come first served, from the arrivals and the
handling times of the log. Officers have other duties that no log shows; one factor per quarter
stretches the handling times until the modelled waits add up to the observed ones. Where no
factor does, the answer is refused.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from math import exp, log

import numpy as np
import numpy.typing as npt

Seconds = npt.NDArray[np.int64]

_FACTORS = (0.25, 8.0)
_TRIES = 12
_CLOSE = 0.02
_FAR = 0.1
FEW_VISITS = 30
"""Fewer visits in a quarter than this carry no queue: the model is not fitted to them."""


@dataclass(frozen=True)
class Visits:
    """The visits of one unit in one quarter, in the order of their arrival, in working seconds.

    ``arrived`` counts from the calendar's first day; ``served`` and ``waited`` are as logged.
    """

    arrived: Seconds
    served: Seconds
    waited: Seconds


@dataclass(frozen=True)
class Rerun:
    """One quarter run again: waits as modelled, and the waits with more officers.

    ``free`` holds when each officer is free after the quarter, without and with the addition.
    """

    factor: float
    waits: Seconds
    eased: Seconds
    free: tuple[Seconds, Seconds]


def queue_waits(visits: Visits, free: Seconds, factor: float) -> tuple[Seconds, Seconds]:
    """Return each visit's wait and when each officer is free again.

    First come first served; the officer who is free first takes the next dossier. Handling times
    are stretched by ``factor``.

    Source: Kiefer and Wolfowitz (1955), Trans. Am. Math. Soc. 78, 1-18: the waiting times of a
    queue with several servers.

    >>> one = Visits(*(np.array(x) for x in ([0, 1, 2], [10, 10, 10], [0, 0, 0])))
    >>> queue_waits(one, np.array([0]), 1.0)[0].tolist()
    [0, 9, 18]
    >>> queue_waits(one, np.array([0, 0]), 1.0)[0].tolist()
    [0, 0, 8]
    """
    officers = [int(moment) for moment in free]
    heapq.heapify(officers)
    starts = []
    stretched = np.round(visits.served * factor).astype(np.int64).tolist()
    # the loop that most of a province's time goes into: plain numbers, one comparison a dossier
    for arrived, served in zip(visits.arrived.tolist(), stretched, strict=True):
        free_at = officers[0]
        begins = arrived if arrived > free_at else free_at
        starts.append(begins)
        heapq.heapreplace(officers, begins + served)
    waits = np.array(starts, dtype=np.int64) - visits.arrived
    return waits, np.array(sorted(officers), dtype=np.int64)


def fitted_factor(visits: Visits, free: Seconds, *, target: float) -> float | None:
    """Return the factor with which the modelled waits add up to ``target`` working seconds.

    None where no factor from a quarter to eight gives it within a tenth: such waits come from
    something else than the load, and no queue is run on them. The waits grow with the factor, so
    the bracket is narrowed on both logarithms, by false position and halving in turn.
    """
    low, high = (log(factor) for factor in _FACTORS)
    below, above = (_miss(visits, free, low, target), _miss(visits, free, high, target))
    if below > 0 or above < 0:
        return None
    for tries in range(_TRIES):
        # every other step halves, so that a flat stretch cannot hold the search up
        part = 0.5 if tries % 2 else -below / (above - below)
        middle = low + (high - low) * part
        missed = _miss(visits, free, middle, target)
        if abs(missed) <= _CLOSE:
            return exp(middle)
        if missed < 0:
            low, below = middle, missed
        else:
            high, above = middle, missed
    best, missed = (high, above) if above <= -below else (low, -below)
    return exp(best) if missed <= _FAR else None


def _miss(visits: Visits, free: Seconds, factor: float, target: float) -> float:
    """Return by which power of e the waits modelled with e^factor miss their target."""
    total = float(queue_waits(visits, free, exp(factor))[0].sum())
    return log((total + 1) / (target + 1))


def rerun(
    visits: Visits, free: tuple[Seconds, Seconds], *, target: float, factor: float | None = None
) -> Rerun | None:
    """Run a quarter as it was and with the officers of ``free[1]``; None where it is refused.

    Args:
        visits: The quarter's visits.
        free: When each officer is free at its start, without and with the addition.
        target: Working seconds that the modelled waits must add up to.
        factor: Stretch of the handling times; fitted to ``target`` when not given.
    """
    used = factor or fitted_factor(visits, free[0], target=target)
    if used is None:
        return None
    waits, left = queue_waits(visits, free[0], used)
    eased, left_eased = queue_waits(visits, free[1], used)
    return Rerun(used, waits, eased, (left, left_eased))
