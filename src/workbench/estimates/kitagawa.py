"""Why one late share is higher than another: harder work, another calendar, or worse rates.

The difference of two shares is split exactly into what the mix of strata explains, what the
calendar explains, and what each cause adds at the same mix. The parts sum to the gap; nothing is
left over but rounding. Intervals say what would change if the counts were drawn once more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

Floats = NDArray[np.float64]
_JEFFREYS = 0.5
_NORMAL = 1.959963984540054
_TAILS = (0.025, 0.975)
_NOTHING = 1e-12


@dataclass(frozen=True)
class Counts:
    """One side: dossiers per stratum and calendar class, and the late ones of each cause.

    Shapes: ``dossiers`` is strata x classes, ``late`` is causes x strata x classes; late dossiers
    shared by causes are counted in fractions.
    """

    dossiers: Floats
    late: Floats

    @property
    def share(self) -> float:
        """Late dossiers over all."""
        return float(self.late.sum() / self.dossiers.sum())


@dataclass(frozen=True)
class Split:
    """The parts of a gap: effects sum to ``gap``; bounds are those of 95 % intervals.

    ``effects``, ``lower`` and ``upper`` hold mix, calendar, then one entry per cause.
    """

    gap: float
    effects: Floats
    lower: Floats
    upper: Floats


def effects(left: Counts, right: Counts) -> Floats:
    """Return mix, calendar, and one rate effect per cause; they sum to right minus left.

    Args:
        left: The side compared with.
        right: The side asked about.

    Where one side has no dossier of a stratum and class, the other side's rate stands in: work
    that only one side does is mix, and neither side is blamed or praised for a rate it never had.

    Raises:
        ValueError: A side has no dossiers.

    Source: Kitagawa (1955), J. Am. Stat. Assoc. 50, 1168-1194; Das Gupta (1993), Standardization
    and Decomposition of Rates, U.S. Bureau of the Census P23-186 (nested composition).
    """
    if not (left.dossiers.sum() > 0 and right.dossiers.sum() > 0):
        raise ValueError("a side without dossiers has no rate to compare")
    rates = _lent([left.late, right.late], [left.dossiers, right.dossiers])
    weights = [side.dossiers / side.dossiers.sum() for side in (left, right)]
    both = sum(weights) / 2
    mix, calendar = _composition(weights, [r.sum(axis=0) for r in rates])
    by_cause = np.einsum("csk,sk->c", rates[1] - rates[0], both)
    return np.concatenate([[mix, calendar], by_cause])


def split(left: Counts, right: Counts, spread: Floats | None = None) -> Split:
    """Return the parts of a gap with 95 % intervals, in closed form.

    Args:
        left: The side compared with.
        right: The side asked about.
        spread: Relative variance of each cause between cells, beyond chance (tau squared);
            none: chance alone.

    Every count is read as a Poisson count. Mix and calendar are smooth in the counts: their
    variance is the sum of each count times its squared influence, which is what resampling the
    counts comes to. A cause is a difference of weighted sums, each with the limits of its gamma
    form, so that a count of zero is not taken for certainty.

    Source: Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 21 (infinitesimal
    jackknife); Fay and Feuer (1997), Statistics in Medicine 16, 791-801 (gamma form of weighted
    Poisson sums); Zou and Donner (2008), Statistics in Medicine 27, 1693-1702 (limits of a
    difference from those of its parts); Jeffreys prior: Brown, Cai and DasGupta (2003), Statistica
    Sinica 13, 19-49.
    """
    parts = effects(left, right)
    wide = _NORMAL * np.sqrt(_composition_variance(left, right))
    low, high = _cause_limits(left, right, spread)
    return Split(
        right.share - left.share,
        parts,
        np.concatenate([parts[:2] - wide, np.minimum(low, parts[2:])]),
        np.concatenate([parts[:2] + wide, np.maximum(high, parts[2:])]),
    )


def _lent(parts: list[Floats], wholes: list[Floats]) -> list[Floats]:
    """Return parts over wholes; where one side's whole is nothing, the other side's, else zero."""
    held = [whole > 0 for whole in wholes]
    # arrays keep their layout in memory: sums over them follow it to the last digit
    own = [
        np.divide(part, whole, out=np.zeros_like(part), where=is_held)
        for part, whole, is_held in zip(parts, wholes, held, strict=True)
    ]
    lent = [np.copy(one, order="K") for one in own]
    for rate, other, is_held in zip(lent, own[::-1], held, strict=True):
        np.copyto(rate, other, where=~is_held)
    return lent


def _composition(weights: list[Floats], rates: list[Floats]) -> tuple[float, float]:
    """Return the effects of strata and of calendar classes within them."""
    rate = (rates[0] + rates[1]) / 2
    if weights[0].shape[-1] == 1:  # no classes: all of a stratum lies in the one there is
        return float(((weights[1] - weights[0]) * rate).sum()), 0.0
    strata = [w.sum(axis=-1, keepdims=True) for w in weights]
    within = _lent(weights, strata)
    mix = (strata[1] - strata[0]) * (within[0] + within[1]) / 2 * rate
    calendar = (strata[0] + strata[1]) / 2 * (within[1] - within[0]) * rate
    return float(mix.sum()), float(calendar.sum())


def _composition_variance(left: Counts, right: Counts) -> Floats:
    """Return the variances of mix and calendar effect: counts times squared influence, both sides.

    What one more dossier of a stratum and class, late or not, changes: the weights of all strata,
    the classes' shares within its own, and its rate. Where a side lends the other its rate or its
    shares, what it changes counts for both.
    """
    sides = (left, right)
    late = [side.late.sum(axis=0) for side in sides]
    rates = _lent(late, [side.dossiers for side in sides])
    weights = [side.dossiers / side.dossiers.sum() for side in sides]
    strata = [w.sum(axis=1, keepdims=True) for w in weights]
    within = _lent(weights, strata)
    rate, shared = (rates[0] + rates[1]) / 2, (within[0] + within[1]) / 2
    level = (shared * rate).sum(axis=1, keepdims=True)
    turn = ((within[1] - within[0]) * rate).sum(axis=1, keepdims=True) / 2
    between, together = strata[1] - strata[0], (strata[0] + strata[1]) / 2
    total = np.zeros(2)
    for own, sign in ((0, -1.0), (1, 1.0)):
        side, other = sides[own], sides[1 - own]
        lends_rate = np.where(other.dossiers > 0, 0.5, 1.0)
        lends_shares = np.where(strata[1 - own] > 0, 0.5, 1.0)
        here = np.maximum(side.dossiers.sum(axis=1, keepdims=True), _NOTHING)
        tilt = (rate - (within[own] * rate).sum(axis=1, keepdims=True)) / here
        moved_mix = sign * (level - (strata[own] * level).sum()) / side.dossiers.sum()
        moved_mix = moved_mix + between * lends_shares * tilt
        moved_calendar = (turn - (strata[own] * turn).sum()) / side.dossiers.sum()
        moved_calendar = moved_calendar + sign * together * (2 - 2 * lends_shares) * tilt
        per_rate = lends_rate / np.maximum(side.dossiers, _NOTHING)
        of_rate = (between * shared * per_rate, together * (within[1] - within[0]) * per_rate)
        for effect, moved in enumerate((moved_mix, moved_calendar)):
            for count, change in (
                (late[own], 1 - rates[own]),
                (np.maximum(side.dossiers - late[own], 0.0), -rates[own]),
            ):
                total[effect] += (count * (moved + of_rate[effect] * change) ** 2).sum()
    return total


def _cause_limits(left: Counts, right: Counts, spread: Floats | None) -> tuple[Floats, Floats]:
    """Return the limits of each cause's rate effect at the common mix."""
    both = (left.dossiers / left.dossiers.sum() + right.dossiers / right.dossiers.sum()) / 2
    shared = np.where((left.dossiers > 0) & (right.dossiers > 0), both, 0.0)
    found = [
        _gamma_limits(side, shared / np.maximum(side.dossiers, _NOTHING), spread)
        for side in (left, right)
    ]
    (less, less_low, less_high), (more, more_low, more_high) = found
    gap = more - less
    low = gap - np.hypot(more - more_low, less_high - less)
    high = gap + np.hypot(more_high - more, less - less_low)
    return low, high


def _gamma_limits(
    side: Counts, weight: Floats, spread: Floats | None
) -> tuple[Floats, Floats, Floats]:
    """Return each cause's weighted sum of counts, and the limits of the gamma law around it."""
    flat, weights = side.late.reshape(side.late.shape[0], -1), weight.ravel()
    mean, variance = flat @ weights, flat @ weights**2
    typical = float(weights @ side.dossiers.ravel() / side.dossiers.sum())
    # what no cause explains may round to less than nothing
    seen = (mean > 0) & (variance >= 0)
    scale = np.where(seen, variance / np.where(seen, mean, 1.0), typical)
    events = np.maximum(mean, 0.0) / np.where(scale > 0, scale, 1.0)
    inflated = 1.0 if spread is None else 1 + spread * events
    shape = events / inflated + _JEFFREYS
    low, high = (scale * inflated * gammaincinv(shape, tail) for tail in _TAILS)
    return mean, np.minimum(low, mean), np.maximum(high, mean)
