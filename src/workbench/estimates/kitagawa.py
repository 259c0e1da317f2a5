"""Why one late share is higher than another: harder work, another calendar, or worse rates.

The difference of two shares is split exactly into what the mix of strata explains, what the
calendar explains, and what each cause adds at the same mix. The parts sum to the gap; nothing is
left over but rounding. Intervals come from resampling the counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SEED = 20220701
_JEFFREYS = 0.5
_AT_ONCE = 20
"""Replicates whose arrays stay in a processor's cache."""


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


def split(
    left: Counts,
    right: Counts,
    spread: Floats | None = None,
    *,
    replicates: int = 2_000,
    seed: int = SEED,
) -> Split:
    """Return the parts of a gap with 95 % intervals from resampled counts.

    Args:
        left: The side compared with.
        right: The side asked about.
        spread: Relative variance of each cause between cells, beyond chance (tau squared);
            none: chance alone.
        replicates: Resamplings.
        seed: Of the generator; the same seed gives the same bytes.

    Mix and calendar: Poisson resampling of dossiers and late ones of every stratum. Causes: the
    weighted sum of Poisson counts is drawn from its gamma form, so that a count of zero is not
    taken for certainty.

    Source: Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13; Fay and
    Feuer (1997), Statistics in Medicine 16, 791-801 (gamma form of weighted Poisson sums);
    Jeffreys prior: Brown, Cai and DasGupta (2003), Statistica Sinica 13, 19-49.
    """
    parts = effects(left, right)
    random = np.random.default_rng(seed)
    drawn = np.concatenate(
        [
            _resampled_composition(left, right, random, replicates),
            _drawn_causes(left, right, spread, random, replicates),
        ],
        axis=1,
    )
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    gap = right.share - left.share
    return Split(gap, parts, np.minimum(low, parts), np.maximum(high, parts))


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


def _composition(weights: list[Floats], rates: list[Floats]) -> tuple[Floats, Floats]:
    """Return the effects of strata and of calendar classes within them; leading axes pass."""
    rate = (rates[0] + rates[1]) / 2
    if weights[0].shape[-1] == 1:  # no classes: all of a stratum lies in the one there is
        mix = (weights[1] - weights[0]) * rate
        return mix.sum(axis=(-2, -1)), np.zeros(mix.shape[:-2])
    strata = [w.sum(axis=-1, keepdims=True) for w in weights]
    within = _lent(weights, strata)
    mix = (strata[1] - strata[0]) * (within[0] + within[1]) / 2 * rate
    calendar = (strata[0] + strata[1]) / 2 * (within[1] - within[0]) * rate
    return mix.sum(axis=(-2, -1)), calendar.sum(axis=(-2, -1))


def _resampled_composition(
    left: Counts, right: Counts, random: np.random.Generator, replicates: int
) -> Floats:
    """Return replicates x (mix, calendar), worked out some at a time: they stay in cache."""
    drawn = []
    for side in (left, right):
        late = side.late.sum(axis=0)
        other = np.maximum(side.dossiers - late, 0.0)
        drawn.append([_poisson(mean, random, replicates) for mean in (late, other)])
    found = []
    for first in range(0, replicates, _AT_ONCE):
        some = slice(first, first + _AT_ONCE)
        met = [late[some].astype(np.float64) for late, _ in drawn]
        whole = [m + other[some] for m, (_, other) in zip(met, drawn, strict=True)]
        totals = [np.maximum(w.sum(axis=(-2, -1), keepdims=True), 1.0) for w in whole]
        weights = [w / total for w, total in zip(whole, totals, strict=True)]
        found.append(np.stack(_composition(weights, _lent(met, whole)), axis=1))
    return np.concatenate(found)


def _poisson(mean: Floats, random: np.random.Generator, replicates: int) -> NDArray[np.int64]:
    """Draw counts; a mean of zero gives zero and takes nothing from the generator."""
    drawn = np.zeros((replicates, *mean.shape), dtype=np.int64)
    seen = mean > 0
    drawn[:, seen] = random.poisson(mean[seen], (replicates, int(seen.sum())))
    return drawn


def _drawn_causes(
    left: Counts,
    right: Counts,
    spread: Floats | None,
    random: np.random.Generator,
    replicates: int,
) -> Floats:
    """Return replicates x causes: the rate effect of each cause at the common mix."""
    both = (left.dossiers / left.dossiers.sum() + right.dossiers / right.dossiers.sum()) / 2
    shared = np.where((left.dossiers > 0) & (right.dossiers > 0), both, 0.0)
    drawn = [
        _gamma_sums(side, shared / np.maximum(side.dossiers, 1e-12), spread, random, replicates)
        for side in (left, right)
    ]
    return np.asarray(drawn[1] - drawn[0])


def _gamma_sums(
    side: Counts,
    weight: Floats,
    spread: Floats | None,
    random: np.random.Generator,
    replicates: int,
) -> Floats:
    """Draw each cause's weighted sum of counts from the gamma law with its mean and variance."""
    mean = np.einsum("csk,sk->c", side.late, weight)
    variance = np.einsum("csk,sk->c", side.late, weight**2)
    typical = float((weight * side.dossiers).sum() / side.dossiers.sum())
    # what no cause explains may round to less than nothing
    seen = (mean > 0) & (variance >= 0)
    scale = np.where(seen, variance / np.where(seen, mean, 1.0), typical)
    events = mean / np.where(scale > 0, scale, 1.0)
    inflated = 1.0 if spread is None else 1 + spread * events
    shape = events / inflated + _JEFFREYS
    return np.asarray(random.gamma(shape, scale * inflated, (replicates, mean.size)))
