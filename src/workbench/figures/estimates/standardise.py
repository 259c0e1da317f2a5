"""Late shares after fair case mix: what a unit would have with everybody's work.

Direct: the unit's own rates on everybody's mix. And an alarm when crude and adjusted comparison
contradict each other. Strata are procedure, channel and limit class; what no stratum holds, no
adjustment removes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, sqrt

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
    strata = [_array(side)[np.newaxis] for side in (*left, *right)]
    crude = _risk_differences([_whole(side) for side in strata], level)
    adjusted = _risk_differences(strata, level)
    alarm = bool((_sides(crude) * _sides(adjusted) == -1)[0])
    return Adjusted(_first(crude), _first(adjusted), alarm)


def contradict(
    left: tuple[Floats, Floats], right: tuple[Floats, Floats], level: float = 0.95
) -> NDArray[np.bool_]:
    """Return which of many pairs of sides ``compared`` gives an alarm for; one row per pair.

    Strata are looked at only where the pair differs crudely: most pairs do not.
    """
    strata = (*left, *right)
    crude = _sides(_risk_differences([_whole(side) for side in strata], level))
    alarm = np.zeros(crude.shape, dtype=bool)
    differ = crude != 0
    adjusted = _risk_differences([side[differ] for side in strata], level)
    alarm[differ] = crude[differ] * _sides(adjusted) == -1
    return alarm


def _whole(side: Floats) -> Floats:
    return np.asarray(side.sum(axis=-1, keepdims=True))


def _risk_differences(sides: Sequence[Floats], level: float) -> tuple[Floats, Floats, Floats]:
    """Return value and bounds for each row of strata, not a number where none has both sides."""
    x, m, y, n = sides
    both = (m > 0) & (n > 0)
    x, m, y, n = (np.where(both, side, 0.0) for side in (x, m, y, n))
    whole = np.where(both, m + n, 1.0)
    weight = (m * n / whole).sum(axis=-1)
    weight = np.where(weight > 0, weight, np.nan)
    value = ((y * m - x * n) / whole).sum(axis=-1) / weight
    one = ((n**2 * x - m**2 * y + m * n * (m - n) / 2) / whole**2).sum(axis=-1)
    two = ((y * (m - x) + x * (n - y)) / (2 * whole)).sum(axis=-1)
    half = ndtri((1 + level) / 2) * np.sqrt(np.maximum(value * one + two, 0.0)) / weight
    return value, value - half, value + half


def _sides(differences: tuple[Floats, Floats, Floats]) -> NDArray[np.int64]:
    """Return 1 where the whole interval lies above zero, -1 below, else 0."""
    _, low, high = differences
    return (low > 0).astype(np.int64) - (high < 0)


def _first(differences: tuple[Floats, Floats, Floats]) -> Difference:
    """Return the first of some differences; nothing where it has no value."""
    value, low, high = (float(bound[0]) for bound in differences)
    return (None, None, None) if isnan(value) else (value, low, high)


def _weighted(counts: Floats, weights: Floats) -> tuple[float, float]:
    """Return the weighted sum of counts and its variance, if they are Poisson counts."""
    # products and sums one by one: a matrix product's last digits differ between processors
    return float((weights * counts).sum()), float((weights**2 * counts).sum())


def _array(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=np.float64)
