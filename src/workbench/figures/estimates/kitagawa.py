"""Why one late share is higher than another: harder work, another calendar, or worse rates.

The difference of two shares is split exactly into what the mix of strata explains, what the
calendar explains, and what each cause adds at the same mix. The parts sum to the gap; nothing is
left over but rounding. Intervals say what would change if the counts were drawn once more.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

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
        return float(self.late.sum() / self.number)

    @cached_property
    def number(self) -> float:
        """All dossiers."""
        return float(self.dossiers.sum())

    @cached_property
    def weight(self) -> Floats:
        """Share of each stratum and class in all dossiers."""
        return self.dossiers / self.number

    @cached_property
    def strata(self) -> Floats:
        """Share of each stratum in all dossiers."""
        return np.asarray(self.weight.sum(axis=1, keepdims=True))

    @cached_property
    def together(self) -> Floats:
        """Late dossiers of all causes."""
        return np.asarray(self.late.sum(axis=0))


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
    return _effects(_Pair(left, right))


def _effects(pair: _Pair) -> Floats:
    if not all(side.number > 0 for side in pair.sides):
        raise ValueError("a side without dossiers has no rate to compare")
    more, less = (late / dossiers for dossiers, late in pair.common[::-1])
    by_cause = ((more - less) * pair.both).sum(axis=1)
    return np.concatenate([_composition(pair), by_cause])


def split(left: Counts, right: Counts, spread: Floats | None = None) -> Split:
    """Return the parts of a gap with 95 % intervals, in closed form.

    Args:
        left: The side compared with.
        right: The side asked about.
        spread: Variance over that of chance, a row a side: first of its dossiers, then of the late
            ones of each cause; none: chance alone.

    Every count is read as a Poisson count, of dossiers in clusters as ``spread`` says. Mix and
    calendar are smooth in the counts: their variance is the sum of each count times its squared
    influence, which is what resampling the counts comes to. A cause is a difference of weighted
    sums, each with the limits of its gamma
    form, so that a count of zero is not taken for certainty.

    Source: Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 21 (infinitesimal
    jackknife); Fay and Feuer (1997), Statistics in Medicine 16, 791-801 (gamma form of weighted
    Poisson sums); Zou and Donner (2008), Statistics in Medicine 27, 1693-1702 (limits of a
    difference from those of its parts); Jeffreys prior: Brown, Cai and DasGupta (2003), Statistica
    Sinica 13, 19-49.
    """
    pair = _Pair(left, right)
    parts = _effects(pair)
    wider = np.ones((2, 1 + len(left.late))) if spread is None else spread
    wide = _NORMAL * np.sqrt(_composition_variance(pair, wider[:, 0]))
    low, high = _cause_limits(pair, wider[:, 1:])
    return Split(
        right.share - left.share,
        parts,
        np.concatenate([parts[:2] - wide, np.minimum(low, parts[2:])]),
        np.concatenate([parts[:2] + wide, np.maximum(high, parts[2:])]),
    )


@dataclass(frozen=True)
class _Pair:
    """Two sides, and what their comparison needs more than once: one entry per side."""

    left: Counts
    right: Counts

    @property
    def sides(self) -> tuple[Counts, Counts]:
        return self.left, self.right

    @cached_property
    def rates(self) -> list[Floats]:
        """Late share of each stratum and class; without dossiers, the other side's share."""
        return _rates_or_other_side(
            [s.together for s in self.sides], [s.dossiers for s in self.sides]
        )

    @cached_property
    def within(self) -> list[Floats]:
        """Shares of the classes within each stratum; without dossiers, the other side's."""
        return _rates_or_other_side([s.weight for s in self.sides], [s.strata for s in self.sides])

    @cached_property
    def on_support(self) -> NDArray[np.bool_]:
        """Common support: strata and classes with dossiers on both sides.

        Elsewhere both sides take the same rate.
        """
        return (self.left.dossiers > 0) & (self.right.dossiers > 0)

    @cached_property
    def both(self) -> Floats:
        """The common mix, where both sides have dossiers."""
        return (self.left.weight[self.on_support] + self.right.weight[self.on_support]) / 2

    @cached_property
    def common(self) -> list[tuple[Floats, Floats]]:
        """Dossiers, and late ones of each cause, where both sides have dossiers."""
        return [
            (side.dossiers[self.on_support], side.late[:, self.on_support]) for side in self.sides
        ]


def _rates_or_other_side(parts: list[Floats], wholes: list[Floats]) -> list[Floats]:
    """Return parts over wholes of both sides.

    A side whose whole is zero takes the other side's rate; if both are zero, the rate is zero.
    """
    has_whole = [whole > 0 for whole in wholes]
    # keep the memory layout: it sets the order of summation, and results must be bit-identical
    side_rates = [
        np.divide(part, whole, out=np.zeros_like(part), where=is_defined)
        for part, whole, is_defined in zip(parts, wholes, has_whole, strict=True)
    ]
    rates = [np.copy(one, order="K") for one in side_rates]
    for rate, other, is_defined in zip(rates, side_rates[::-1], has_whole, strict=True):
        np.copyto(rate, other, where=~is_defined)
    return rates


def _composition(pair: _Pair) -> tuple[float, float]:
    """Return the effects of strata and of calendar classes within them."""
    left, right = pair.sides
    rate = (pair.rates[0] + pair.rates[1]) / 2
    if rate.shape[-1] == 1:  # no classes: all of a stratum lies in the one there is
        return float(((right.weight - left.weight) * rate).sum()), 0.0
    within = pair.within
    mix = (right.strata - left.strata) * (within[0] + within[1]) / 2 * rate
    calendar = (left.strata + right.strata) / 2 * (within[1] - within[0]) * rate
    return float(mix.sum()), float(calendar.sum())


def _composition_variance(pair: _Pair, spread: Floats) -> Floats:
    """Return the variances of mix and calendar effect: counts times squared influence, both sides.

    One more dossier of a stratum and class, late or not, changes the weights of all strata, the
    classes' shares within its own stratum, and its rate. Where the other side takes a side's rate
    or shares, the change counts for both.
    """
    sides, rates, within = pair.sides, pair.rates, pair.within
    rate, shared = (rates[0] + rates[1]) / 2, (within[0] + within[1]) / 2
    turned = within[1] - within[0]
    level = (shared * rate).sum(axis=1, keepdims=True)
    turn = (turned * rate).sum(axis=1, keepdims=True) / 2
    between, together = sides[1].strata - sides[0].strata, (sides[0].strata + sides[1].strata) / 2
    # without classes there is no calendar
    number = min(rate.shape[-1], 2)
    total = np.zeros(2)
    for own, sign in ((0, -1.0), (1, 1.0)):
        side, other = sides[own], sides[1 - own]
        rate_factor = np.where(other.dossiers > 0, 0.5, 1.0)
        share_factor = np.where(other.strata > 0, 0.5, 1.0)
        here = np.maximum(side.dossiers.sum(axis=1, keepdims=True), _NOTHING)
        tilt = (rate - (within[own] * rate).sum(axis=1, keepdims=True)) / here
        moved_mix = sign * (level - (side.strata * level).sum()) / side.number
        moved_mix = moved_mix + between * share_factor * tilt
        moved_calendar = (turn - (side.strata * turn).sum()) / side.number
        moved_calendar = moved_calendar + sign * together * (2 - 2 * share_factor) * tilt
        per_rate = rate_factor / np.maximum(side.dossiers, _NOTHING)
        of_rate = (between * shared * per_rate, together * turned * per_rate)
        on_time = np.maximum(side.dossiers - side.together, 0.0)
        for effect, moved in enumerate((moved_mix, moved_calendar)[:number]):
            for count, change in ((side.together, 1 - rates[own]), (on_time, -rates[own])):
                influence = moved + of_rate[effect] * change
                total[effect] += spread[own] * (count * influence**2).sum()
    return total


def _cause_limits(pair: _Pair, spread: Floats) -> tuple[Floats, Floats]:
    """Return the limits of each cause's rate effect at the common mix."""
    found = [
        _gamma_limits(late, pair.both / dossiers, pair.both.sum() / side.number, wider)
        for side, (dossiers, late), wider in zip(pair.sides, pair.common, spread, strict=True)
    ]
    (less, less_low, less_high), (more, more_low, more_high) = found
    gap = more - less
    low = gap - np.hypot(more - more_low, less_high - less)
    high = gap + np.hypot(more_high - more, less - less_low)
    return low, high


def _gamma_limits(
    late: Floats, weights: Floats, typical: float, spread: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return each cause's weighted sum of counts, and the limits of the gamma law around it.

    ``typical`` is the weight of a cause of which nothing was seen.
    """
    # products and sums one by one: a matrix product's last digits differ between processors
    mean, variance = ((late * weight).sum(axis=1) for weight in (weights, weights**2))
    # what no cause explains may round to less than nothing
    seen = (mean > 0) & (variance >= 0)
    scale = np.where(seen, variance / np.where(seen, mean, 1.0), typical)
    events = np.maximum(mean, 0.0) / np.where(scale > 0, scale, 1.0)
    shape = events / spread + _JEFFREYS
    low, high = (scale * spread * gammaincinv(shape, tail) for tail in _TAILS)
    return mean, np.minimum(low, mean), np.maximum(high, mean)
