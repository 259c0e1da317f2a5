"""How long until dossiers end, when some have not ended yet: open ones count for what they show.

Time is elapsed over allowed, so that 1 is the limit and what is still running past it is late. A
share taken from closed dossiers only leaves out the slow ones that are still open; the curves
here do not. They assume that being open at the snapshot says nothing about speed beyond the time
already spent, inside the group given.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from workbench.figures.estimates.shares import Estimate

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """A step function over the times at which something ended; flat between and after them.

    ``share`` is still running (``kaplan_meier``) or ended in the way asked for
    (``aalen_johansen``), with its ``variance``; ``last`` is the longest time seen, beyond which
    the curve says nothing of its own.
    """

    time: Floats
    share: Floats
    variance: Floats
    ended: Floats
    number: int
    last: float
    start: float
    method: str

    def at(self, time: float = 1.0, level: float = 0.95) -> Estimate:
        """Return the share at a time with its log-log interval; endings exactly then count.

        Numerator: dossiers that had ended by then; denominator: all of the curve.

        Source: Kalbfleisch and Prentice (1980), The Statistical Analysis of Failure Time Data,
        p. 15 (log-log interval).
        """
        if self.number == 0:
            return Estimate(None, None, None, 0, 0, self.method)
        steps = int(np.searchsorted(self.time, time, side="right"))
        value = float(self.share[steps - 1]) if steps else self.start
        variance = float(self.variance[steps - 1]) if steps else 0.0
        ended = float(self.ended[:steps].sum())
        low, high = _log_log(value, variance, level)
        return Estimate(value, low, high, ended, self.number, self.method)

    def values(self, times: ArrayLike) -> Floats:
        """Return the share at many times."""
        places = np.searchsorted(self.time, np.asarray(times, dtype=np.float64), side="right")
        return np.concatenate([[self.start], self.share])[places]


def kaplan_meier(elapsed: ArrayLike, ended: ArrayLike, entered: ArrayLike | None = None) -> Curve:
    """Return the share of dossiers still running after each time.

    Args:
        elapsed: Elapsed over allowed of each dossier, at its end or at the snapshot.
        ended: Whether it ended; else it was open at that time. Of an ending and an opening at
            the same time the ending comes first.
        entered: Time from which each dossier was watched; none: from the start.

    Source: Kaplan and Meier (1958), J. Am. Stat. Assoc. 53, 457-481; variance: Greenwood (1926),
    Reports on Public Health and Medical Subjects 33.

    >>> curve = kaplan_meier([0.5, 0.8, 1.2, 0.9], [True, True, True, False])
    >>> round(curve.at(1.0).value, 3)
    0.5
    """
    time, risk, ends = _table(elapsed, ended, entered)
    share: Floats = np.asarray(np.cumprod(1 - ends / risk), dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.asarray(np.cumsum(ends / (risk * (risk - ends))), dtype=np.float64)
        variance = np.where(share > 0, share**2 * terms, 0.0)
    return _curve((time, share, variance, ends), elapsed, 1.0, "kaplan_meier")


def aalen_johansen(elapsed: ArrayLike, ending: ArrayLike, wanted: int) -> Curve:
    """Return the share of dossiers ended in one way after each time, other ways competing.

    Args:
        elapsed: As in ``kaplan_meier``.
        ending: How each dossier ended, as a number; 0 is not yet.
        wanted: The ending asked for, say resolved; withdrawn and refused ones compete.

    Source: Aalen and Johansen (1978), Scandinavian Journal of Statistics 5, 141-150; variance:
    Marubini and Valsecchi (1995), Analysing Survival Data, formula 10.12.

    >>> round(aalen_johansen([1, 2, 3, 4], [1, 2, 1, 0], 1).at(3).value, 3)
    0.5
    """
    times, kinds = np.asarray(elapsed, dtype=np.float64), np.asarray(ending)
    time, risk, ends = _table(times, kinds != 0, None)
    hits = _counted(times[kinds == wanted], time)
    before = np.concatenate([[1.0], np.cumprod(1 - ends / risk)])[:-1]
    share = np.cumsum(before * hits / risk)
    variance = _incidence_variance(share, before, hits, ends, risk)
    return _curve((time, share, variance, hits), elapsed, 0.0, "aalen_johansen")


def median_time(curve: Curve) -> Estimate:
    """Return the time by which half have ended, with the interval that the curve's gives.

    No value where the curve never comes down to a half, no upper limit where its upper limit
    does not.

    Source: Brookmeyer and Crowley (1982), Biometrics 38, 29-41.
    """
    bounds = [_log_log(s, v, 0.95) for s, v in zip(curve.share, curve.variance, strict=True)]
    lower, upper = (np.array([b[i] for b in bounds]) for i in (0, 1))
    ended = float(curve.ended.sum())
    value, low, high = (_first_at_most_half(curve.time, x) for x in (curve.share, lower, upper))
    return Estimate(value, low, high, ended, curve.number, "kaplan_meier")


def _first_at_most_half(time: Floats, share: Floats) -> float | None:
    below = np.flatnonzero(share <= 0.5)
    return float(time[below[0]]) if below.size else None


def _table(
    elapsed: ArrayLike, ended: ArrayLike, entered: ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    """Return the times of endings, how many were at risk, and how many ended."""
    times, over = np.asarray(elapsed, dtype=np.float64), np.asarray(ended, dtype=bool)
    moments, ends = np.unique(times[over], return_counts=True)
    before = np.searchsorted(np.sort(times[~over]), moments, side="left") + np.cumsum(ends) - ends
    risk = times.size - before
    if entered is not None:
        watched = np.asarray(entered, dtype=np.float64)
        # watched from the start is at risk at time 0 too, when some end at once
        starts = np.sort(np.where(watched > 0, watched, -np.inf))
        risk = risk - (times.size - np.searchsorted(starts, moments, side="left"))
    # One that was watched from its very end on still was at risk then.
    return moments, np.maximum(risk, ends).astype(np.float64), ends.astype(np.float64)


def _counted(times: Floats, moments: Floats) -> Floats:
    return np.bincount(np.searchsorted(moments, times), minlength=moments.size).astype(np.float64)


def _incidence_variance(
    share: Floats, before: Floats, hits: Floats, ends: Floats, risk: Floats
) -> Floats:
    """Sum over earlier times with the last share as constant: three cumulative sums suffice."""
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.where(risk > ends, ends / (risk * (risk - ends)), 0.0)
    own = before**2 * hits * (risk - hits) / risk**3
    cross = before * hits / risk**2
    squares = (
        share**2 * np.cumsum(spread)
        - 2 * share * np.cumsum(share * spread)
        + np.cumsum(share**2 * spread)
    )
    crossed = share * np.cumsum(cross) - np.cumsum(share * cross)
    return np.asarray(np.maximum(squares + np.cumsum(own) - 2 * crossed, 0.0))


def _curve(columns: tuple[Floats, ...], elapsed: ArrayLike, start: float, method: str) -> Curve:
    times = np.asarray(elapsed, dtype=np.float64)
    last = float(times.max()) if times.size else 0.0
    time, share, variance, ended = columns
    return Curve(time, share, variance, ended, times.size, last, start, method)


def _log_log(value: float, variance: float, level: float) -> tuple[float, float]:
    if not 0 < value < 1 or variance <= 0:
        return value, value
    half = float(ndtri((1 + level) / 2)) * np.sqrt(variance) / (value * np.log(value))
    bounds = value ** np.exp(half), value ** np.exp(-half)
    return float(min(bounds)), float(max(bounds))
