"""Late shares after fair case mix: what a unit would have with everybody's work.

Direct: the unit's own rates on everybody's mix. And an alarm when crude and adjusted comparison
contradict each other. Strata are procedure, channel and limit class; what no stratum holds, no
adjustment removes.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincinv, ndtri

from workbench.figures.estimates.poisson import FEW_EVENTS, byar_limits
from workbench.figures.estimates.shares import Estimate

Floats = NDArray[np.float64]
Difference = tuple[float | None, float | None, float | None]


def direct(
    late: ArrayLike, dossiers: ArrayLike, weights: ArrayLike, level: float = 0.95
) -> Estimate:
    """Return the late share the unit would have with the mix of the weights.

    Args:
        late: Late dossiers per stratum.
        dossiers: Dossiers per stratum; strata without one are left out, weights and all.
        weights: Everybody's dossiers per stratum, on any scale.
        level: Confidence.

    Returns:
        From ten late dossiers on Dobson's interval (method ``dobson``), below it the gamma
        interval of Fay and Feuer (``fay_feuer``), which never is too short. Numerator and
        denominator are the unit's own late dossiers and dossiers. No value without dossiers.

    Source: Dobson et al. (1991), Statistics in Medicine 10, 457-462; Fay and Feuer (1997),
    Statistics in Medicine 16, 791-801.
    """
    events, people, wanted = _array(late), _array(dossiers), _array(weights)
    has_people = people > 0
    events, people, wanted = (x[has_people] for x in (events, people, wanted))
    total, seen = float(events.sum()), float(people.sum())
    few = total < FEW_EVENTS
    method = "fay_feuer" if few else "dobson"
    if not wanted.sum() > 0:
        return Estimate(None, None, None, total, seen, method)
    share = wanted / wanted.sum() / people
    value, variance = _weighted(events, share)
    if few:
        low, high = gamma_limits(events, share, level)
    else:
        limits = byar_limits(total, level)
        low, high = (value + sqrt(variance / total) * (float(x) - total) for x in limits)
    return Estimate(value, low, high, total, seen, method)


def gamma_limits(events: ArrayLike, weights: ArrayLike, level: float = 0.95) -> tuple[float, float]:
    """Return Fay and Feuer's limits of a weighted sum of Poisson counts.

    Source: Fay and Feuer (1997), Statistics in Medicine 16, 791-801, equations 3 and 4.
    """
    counts, share = _array(events), _array(weights)
    (value, variance), tail = _weighted(counts, share), (1 - level) / 2
    largest = float(share.max())
    low = 0.0
    if value > 0:
        low = variance / value * float(gammaincinv(value**2 / variance, tail))
    up_value, up_variance = value + largest, variance + largest**2
    shape = up_value**2 / up_variance
    return low, up_variance / up_value * float(gammaincinv(shape, 1 - tail))


@dataclass(frozen=True)
class Adjusted:
    """Right minus left, crude and at the same mix, each as value, lower, upper; and the alarm.

    ``alarm``: both intervals leave out zero, on opposite sides.
    """

    crude: Difference
    adjusted: Difference
    alarm: bool


def compared(
    left: tuple[ArrayLike, ArrayLike], right: tuple[ArrayLike, ArrayLike], level: float = 0.95
) -> Adjusted:
    """Compare two sides crude and stratum by stratum, and say when the two contradict.

    Args:
        left: Late dossiers and dossiers per stratum.
        right: The same of the side asked about, in the same strata.
        level: Confidence of both intervals.

    The adjusted difference is Mantel and Haenszel's: strata weigh by what both sides have in
    them, strata of one side alone not at all; none in common, no value and no alarm.

    Source: Greenland and Robins (1985), Biometrics 41, 55-68 (Mantel-Haenszel risk difference);
    Sato (1989), Biometrics 45, 1323-1324 (its variance); Simpson (1951), J. R. Stat. Soc. B 13,
    238-241.
    """
    sides = [tuple(_array(x) for x in side) for side in (left, right)]
    whole = [tuple(x.sum(keepdims=True) for x in side) for side in sides]
    crude = _risk_difference(whole[0], whole[1], level)
    adjusted = _risk_difference(sides[0], sides[1], level)
    return Adjusted(crude, adjusted, _side(crude) * _side(adjusted) == -1)


def _risk_difference(
    left: tuple[Floats, ...], right: tuple[Floats, ...], level: float
) -> Difference:
    (a_late, a_all), (b_late, b_all) = left, right
    both = (a_all > 0) & (b_all > 0)
    if not both.any():
        return None, None, None
    x, m, y, n = a_late[both], a_all[both], b_late[both], b_all[both]
    whole = m + n
    weight = float((m * n / whole).sum())
    value = float(((y * m - x * n) / whole).sum()) / weight
    one = float(((n**2 * x - m**2 * y + m * n * (m - n) / 2) / whole**2).sum())
    two = float(((y * (m - x) + x * (n - y)) / (2 * whole)).sum())
    half = float(ndtri((1 + level) / 2)) * sqrt(max(value * one + two, 0.0)) / weight
    return value, value - half, value + half


def _side(difference: Difference) -> int:
    """Return 1 where the whole interval lies above zero, -1 below, else 0."""
    _, low, high = difference
    if low is None or high is None:
        return 0
    return int(low > 0) - int(high < 0)


def _weighted(counts: Floats, weights: Floats) -> tuple[float, float]:
    """Return the weighted sum of counts and its variance, if they are Poisson counts."""
    # products and sums one by one: a matrix product's last digits differ between processors
    return float((weights * counts).sum()), float((weights**2 * counts).sum())


def _array(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=np.float64)
