"""Shares and differences of shares, and the form every figure comes in.

A share of nothing has no value, and more than all is no share. Small tables only, but for
``wilson_many``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Z_95 = 1.959963984540054


@dataclass(frozen=True)
class Estimate:
    """A figure with its interval and where it comes from; a share of nothing has no value.

    Numerator and denominator are counts of dossiers; expected counts may be fractions.
    """

    value: float | None
    lower: float | None
    upper: float | None
    numerator: float
    denominator: float | None
    method: str


def count(number: int) -> Estimate:
    """Return a plain count: certain, so its bounds are itself; there is no denominator.

    >>> count(7).upper
    7.0
    """
    return Estimate(float(number), float(number), float(number), number, None, "count")


def wilson(numerator: float, denominator: float, spread: float = 1.0, z: float = Z_95) -> Estimate:
    """Return a share with its Wilson score interval.

    Args:
        numerator: Dossiers of which something is true.
        denominator: All of them.
        spread: Variance over that of independent dossiers: so many correlated ones are worth
            one (Kish 1965, Survey Sampling, section 5.4).
        z: Quantile of the normal law; that of 95 % by default.

    Valid for small numbers and for shares near 0 and 1, where the simple interval is not.

    Raises:
        ValueError: The numerator is negative or larger than the denominator.

    Source: Wilson (1927), J. Am. Stat. Assoc. 22, 209-212; Newcombe (1998), Statistics in
    Medicine 17, 857-872, method 3, whose example 81/263 gives 0.2553 to 0.3662.

    >>> estimate = wilson(81, 263)
    >>> round(estimate.lower, 4), round(estimate.upper, 4)
    (0.2553, 0.3662)
    """
    if not 0 <= numerator <= denominator:
        raise ValueError(f"{numerator} of {denominator} is no share")
    if denominator == 0:
        return Estimate(None, None, None, 0, 0, "wilson")
    share, square = numerator / denominator, z * z * spread
    centre = numerator + square / 2
    half = z * sqrt(spread) * sqrt(square / 4 + numerator * (1 - share))
    lower = max(0.0, (centre - half) / (denominator + square)) if numerator else 0.0
    upper = min(1.0, (centre + half) / (denominator + square)) if share < 1 else 1.0
    return Estimate(share, lower, upper, numerator, denominator, "wilson")


def wilson_many(
    numerator: ArrayLike, denominator: ArrayLike, spread: ArrayLike = 1.0
) -> tuple[Floats, Floats, Floats]:
    """Return many shares with their bounds as ``wilson`` gives them one by one, to the last digit.

    Args:
        numerator: Counts, none larger than its denominator.
        denominator: Counts, each of at least one.
        spread: As for ``wilson``, for all or one by one.

    Raises:
        ValueError: As ``wilson``, or a denominator is zero.

    >>> [float(x[0]) for x in wilson_many([0], [10])][:2]
    [0.0, 0.0]
    """
    above, below, wide = (np.asarray(x, dtype=np.float64) for x in (numerator, denominator, spread))
    if not np.all((above >= 0) & (above <= below) & (below > 0)):
        raise ValueError("a numerator is no part of its denominator, or there is none")
    share, square = above / below, Z_95 * Z_95 * wide
    centre = above + square / 2
    half = Z_95 * np.sqrt(wide) * np.sqrt(square / 4 + above * (1 - share))
    lower = np.where(above > 0, np.maximum((centre - half) / (below + square), 0.0), 0.0)
    upper = np.where(share < 1, np.minimum((centre + half) / (below + square), 1.0), 1.0)
    return share, lower, upper


def quartiles(values: Sequence[float]) -> tuple[float, float]:
    """Return the values between which half of some values are, neighbours interpolated.

    >>> quartiles([4, 1, 2, 3, 5])
    (2.0, 4.0)
    """
    low, high = np.quantile(np.asarray(values, dtype=np.float64), [0.25, 0.75])
    return float(low), float(high)


def difference(left: Estimate, right: Estimate) -> tuple[float | None, float | None, float | None]:
    """Return right minus left with Newcombe's hybrid score interval.

    Both sides are independent shares; a share of nothing on either side gives no difference.

    Source: Newcombe (1998), Statistics in Medicine 17, 873-890, method 10; its example (a)
    56/70 against 48/80 gives 0.0524 to 0.3339.

    >>> low_high = difference(wilson(48, 80), wilson(56, 70))
    >>> [round(x, 4) for x in low_high]
    [0.2, 0.0524, 0.3339]
    """
    one, other = _interval(left), _interval(right)
    if one is None or other is None:
        return None, None, None
    gap = other[0] - one[0]
    down = sqrt((other[0] - other[1]) ** 2 + (one[2] - one[0]) ** 2)
    up = sqrt((other[2] - other[0]) ** 2 + (one[0] - one[1]) ** 2)
    return gap, gap - down, gap + up


def _interval(estimate: Estimate) -> tuple[float, float, float] | None:
    if estimate.value is None or estimate.lower is None or estimate.upper is None:
        return None
    return estimate.value, estimate.lower, estimate.upper
