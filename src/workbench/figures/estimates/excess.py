"""Is a count higher than expected by more than chance, when units always differ a little?

Queues, holidays and people make counts vary more than Poisson counts do. The tests here take that
extra spread, estimated from the cells themselves, and the uncertainty of what was expected into
account; with neither they are the exact Poisson test. One-sided: only "too many" is asked.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, btdtria, gammainc, gdtrib, ndtri

Floats = NDArray[np.float64]
_NO_SPREAD = 1e-6
_NO_EVENT = 1e-9


def upper_tail(observed: ArrayLike, expected: ArrayLike, spread: ArrayLike = 0.0) -> Floats:
    """Return the chance of at least ``observed`` events where ``expected`` are the rule.

    Args:
        observed: Counts; fractions of events are allowed and interpolate between the whole ones.
        expected: Expected counts, not negative.
        spread: Relative variance between cells, tau squared: the count has variance
            ``expected + spread * expected**2`` (negative binomial); 0 is the Poisson count.

    Returns:
        One-sided p-values; 1 where nothing was observed, 0 where something was and nothing could.

    Source: exact Poisson tail, Fisher; negative binomial with quadratic variance, Lawless (1987),
    Canadian Journal of Statistics 15, 209-225.

    >>> round(float(upper_tail(5, 1.5)), 5), round(float(upper_tail(5, 1.5, 0.5)), 5)
    (0.01858, 0.05577)
    """
    counts, mean, wide = np.broadcast_arrays(
        *(np.asarray(x, dtype=np.float64) for x in (observed, expected, spread))
    )
    seen = counts > _NO_EVENT
    at = np.where(seen, counts, 1.0)
    spreads = wide > _NO_SPREAD
    size = 1 / np.where(spreads, wide, 1.0)
    tail = np.ones(counts.shape)
    even, uneven = seen & ~spreads, seen & spreads
    tail[even] = gammainc(at[even], mean[even])
    tail[uneven] = betainc(at[uneven], size[uneven], (mean / (mean + size))[uneven])
    return tail


def count_limits(
    expected: ArrayLike, spread: ArrayLike = 0.0, level: float = 0.998
) -> tuple[Floats, Floats]:
    """Return the counts outside which an expectation is refuted, both tails alike.

    A count above the upper limit has at most ``(1 - level) / 2`` chance to be reached or passed,
    one below the lower limit as little to be that small; where even zero is likelier, the lower
    limit is zero. Limits interpolate between whole counts.

    Source: exact tails as ``upper_tail``; Spiegelhalter (2005), Statistics in Medicine 24,
    1185-1202 (interpolated limits).

    >>> low, high = count_limits([1.0, 20.0])
    >>> [round(float(x), 2) for x in (*low, *high)]
    [0.0, 7.24, 5.72, 35.65]
    """
    mean, wide = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (expected, spread)))
    tail = (1 - level) / 2
    return np.maximum(_reached(1 - tail, mean, wide) - 1, 0.0), _reached(tail, mean, wide)


def _reached(tail: float, mean: Floats, wide: Floats) -> Floats:
    """Return the count that has this ``upper_tail``; zero where nothing is expected."""
    count = np.zeros(mean.shape)
    even, uneven = ((mean > 0) & spreads for spreads in (wide <= _NO_SPREAD, wide > _NO_SPREAD))
    size = 1 / wide[uneven]
    count[even] = gdtrib(1.0, tail, mean[even])
    count[uneven] = btdtria(tail, size, mean[uneven] / (mean[uneven] + size))
    return count


def excess_limits(
    counted: ArrayLike,
    doubtful: ArrayLike,
    expected: ArrayLike,
    spread: ArrayLike = 0.0,
    apart: ArrayLike = 0.0,
    level: float = 0.95,
) -> tuple[Floats, Floats]:
    """Return the limits of how many of these very events go back to their cause.

    Asked is not about a rate, so that what was counted has no chance in it. Unsure is how many of
    the events would have been there anyway, a count predicted from elsewhere, and which of the
    doubtful ones were counted rightly. Both together make the limits of counted less expected.

    Args:
        counted: Events put down to the cause; fractions are allowed.
        doubtful: Events near the border, counted or not: one in four is taken wrongly (every
            second one at the border itself, hardly any far from it).
        expected: How many there would be anyway.
        spread: Relative variance between cells, as in ``upper_tail``.
        apart: By how much a second measure of the same number lies below this one.
        level: Share of such intervals that hold the number asked for, or more.

    Source: prediction of a count as in ``count_limits``; limits of a difference recovered from
    those of its parts, Zou and Donner (2008), Statistics in Medicine 27, 1693-1702.

    >>> low, high = excess_limits([10, 10], [0, 4], 2.0)
    >>> [round(float(x), 2) for x in (*low, *high)]
    [4.34, 3.85, 10.0, 10.8]
    """
    seen, unsure, mean, wide, differing = np.broadcast_arrays(
        *(np.asarray(x, dtype=np.float64) for x in (counted, doubtful, expected, spread, apart))
    )
    least, most = count_limits(mean, wide, level)
    wrong = np.hypot(float(ndtri((1 + level) / 2)) * np.sqrt(unsure / 4), differing)
    return (
        seen - mean - np.hypot(most - mean, wrong),
        seen - mean + np.hypot(mean - least, wrong),
    )
