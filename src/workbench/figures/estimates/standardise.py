"""Late shares after fair case mix: what a unit would have with everybody's work.

Direct: the unit's own rates on everybody's mix. And an alarm when crude and adjusted comparison
contradict each other. Strata are procedure, channel and limit class; what no stratum holds, no
adjustment removes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincinv, ndtri

from workbench.figures.estimates.poisson import FEW_EVENTS, byar_limits
from workbench.figures.estimates.shares import Estimate, difference, wilson

Floats = NDArray[np.float64]
Difference = tuple[float | None, float | None, float | None]
Side = tuple[ArrayLike, ArrayLike, float]


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


def compared(left: Side, right: Side, level: float = 0.95) -> Adjusted:
    """Compare two sides crude and stratum by stratum, and say when the two contradict.

    Args:
        left: Late dossiers and dossiers per stratum, and the design effect of the side.
        right: The same of the side asked about, in the same strata.
        level: Confidence of both intervals.

    The adjusted difference is Mantel and Haenszel's: strata weigh by what both sides have in
    them, strata of one side alone not at all; none in common, no value and no alarm. Each side is
    a share at these weights, with Wilson's limits of as many independent dossiers as it is worth.

    Source: Greenland and Robins (1985), Biometrics 41, 55-68 (Mantel-Haenszel risk difference);
    Yan and Su (2010), Statistics in Biopharmaceutical Research 2, 329-335 (stratified Newcombe
    interval); Kish (1965), Survey Sampling, section 5.4; Simpson (1951), J. R. Stat. Soc. B 13,
    238-241.
    """
    sides = [
        _Side(_array(late), _array(dossiers), effect) for late, dossiers, effect in (left, right)
    ]
    crude = _risk_difference([side.whole for side in sides], level)
    adjusted = _risk_difference(sides, level)
    return Adjusted(crude, adjusted, _sign(crude) * _sign(adjusted) == -1)


@dataclass(frozen=True)
class _Side:
    """Late dossiers and dossiers per stratum, and how many of them are worth an independent one."""

    late: Floats
    dossiers: Floats
    effect: float

    @property
    def whole(self) -> _Side:
        """All strata as one."""
        late, dossiers = (x.sum(keepdims=True) for x in (self.late, self.dossiers))
        return replace(self, late=late, dossiers=dossiers)

    def share(self, weight: Floats, rate: Floats, level: float) -> Estimate:
        """Return its late share at the weights of strata whose rates are about these."""
        value = float((weight * self.late / self.dossiers).sum())
        variance = float((weight**2 * rate * (1 - rate) / self.dossiers).sum())
        mean = float((weight * rate).sum())
        worth = mean * (1 - mean) / variance
        z = float(ndtri((1 + level) / 2))
        return wilson(min(value, 1.0) * worth, worth, self.effect, z)


def _risk_difference(sides: Sequence[_Side], level: float) -> Difference:
    both = (sides[0].dossiers > 0) & (sides[1].dossiers > 0)
    if not both.any():
        return None, None, None
    one, other = (replace(s, late=s.late[both], dossiers=s.dossiers[both]) for s in sides)
    whole = one.dossiers + other.dossiers
    weight = one.dossiers * other.dossiers / whole
    # half a dossier late and half one in time more: nothing late of few does not make them sure
    rate = (one.late + other.late + 0.5) / (whole + 1)
    return difference(*(side.share(weight / weight.sum(), rate, level) for side in (one, other)))


def _sign(found: Difference) -> int:
    """Return 1 where the whole interval lies above zero, -1 below, else 0."""
    _, low, high = found
    if low is None or high is None:
        return 0
    return int(low > 0) - int(high < 0)


def _weighted(counts: Floats, weights: Floats) -> tuple[float, float]:
    """Return the weighted sum of counts and its variance, if they are Poisson counts."""
    # products and sums one by one: a matrix product's last digits differ between processors
    return float((weights * counts).sum()), float((weights**2 * counts).sum())


def _array(values: ArrayLike) -> Floats:
    return np.asarray(values, dtype=np.float64)
