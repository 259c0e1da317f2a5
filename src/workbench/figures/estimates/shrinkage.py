"""What a small unit's late share most likely is, and how sure its place among others can be.

A ward with two late dossiers of five is not the worst of the province: its share is drawn towards
everybody's by as much as units usually differ. Ranks come as intervals; where they overlap, the
data do not rank.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

Floats = NDArray[np.float64]
SEED = 20220701
_DRAWS = 4_000
_STEPS = np.linspace(-4, 4, 25)


@dataclass(frozen=True)
class Shrunk:
    """One entry per unit, in the order given; ranks: 1 is the lowest.

    ``strength`` is the weight of everybody's level, in expected late dossiers; ``level`` is what
    units are drawn to. ``rank_lower`` to ``rank_upper`` hold 95 %. Intervals and ranks are taken
    from ``draws`` (draws x units) when they are asked for: with many units they cost more than the
    draws.
    """

    draws: Floats
    level: float
    strength: float
    method: str

    @cached_property
    def value(self) -> Floats:
        """What each unit most likely is."""
        return np.asarray(self.draws.mean(axis=0))

    @property
    def lower(self) -> Floats:
        """The lower end of each unit's 95 % interval."""
        return np.asarray(self._limits[0])

    @property
    def upper(self) -> Floats:
        """The upper end of it."""
        return np.asarray(self._limits[1])

    @property
    def rank(self) -> Floats:
        """Each unit's middle rank."""
        return np.asarray(self._ranks[1])

    @property
    def rank_lower(self) -> Floats:
        """The lower end of the interval of its rank."""
        return np.asarray(self._ranks[0])

    @property
    def rank_upper(self) -> Floats:
        """The upper end of it."""
        return np.asarray(self._ranks[2])

    @cached_property
    def _limits(self) -> Floats:
        return np.asarray(np.quantile(self.draws, [0.025, 0.975], axis=0))

    @cached_property
    def _ranks(self) -> Floats:
        order = self.draws.argsort(axis=1, kind="stable")
        ranks = np.empty_like(order)
        np.put_along_axis(ranks, order, np.arange(1, order.shape[1] + 1)[None, :], axis=1)
        return np.asarray(np.quantile(ranks, [0.025, 0.5, 0.975], axis=0, method="nearest"))


def shrunk_ratios(observed: ArrayLike, expected: ArrayLike, seed: int = SEED) -> Shrunk:
    """Return observed over expected drawn to their common level, with 95 % intervals of both.

    Args:
        observed: Late dossiers of each unit.
        expected: Late dossiers expected of it; a unit without any gets the common level.
        seed: Of the draws behind intervals and ranks.

    The true ratios of units follow a gamma law whose level and strength (in expected late
    dossiers) are themselves uncertain and averaged over (a uniform prior on the shrinkage): with
    few units the intervals do not pretend to know how much units differ.

    Source: Clayton and Kaldor (1987), Biometrics 43, 671-681 (gamma-Poisson); Christiansen and
    Morris (1997), J. Am. Stat. Assoc. 92, 618-632 (uniform shrinkage prior); ranks: Goldstein
    and Spiegelhalter (1996), J. R. Stat. Soc. A 159, 385-443.
    """
    count, mean = (np.asarray(x, dtype=np.float64)[:, None] for x in (observed, expected))
    width = 1 / np.sqrt(max(count.sum(), 0.5))
    levels = (count.sum() + 0.5) / (mean.sum() + 0.5) * np.exp(width * _STEPS)
    level, strength = _grid(levels, mean)
    shape = level * strength
    likely = np.sum(
        gammaln(shape + count)
        - gammaln(shape)
        + shape * np.log(strength / (strength + mean))
        - count * np.log(strength + mean),
        axis=0,
    )
    likely += _prior(strength, mean)
    random = np.random.default_rng(seed)
    at = _picked(likely, random)
    drawn = random.gamma((shape[at] + count).T, 1 / (strength[at] + mean).T)
    return _summary(drawn, (level[at], strength[at]), "gamma_poisson")


def _grid(levels: Floats, sizes: Floats) -> tuple[Floats, Floats]:
    """Return every pair of level and strength, strengths spread about the usual size."""
    strengths = _usual(sizes) * np.exp(np.linspace(-5, 7, 49))
    level, strength = np.meshgrid(levels, strengths)
    return level.ravel(), strength.ravel()


def _usual(sizes: Floats) -> float:
    return max(float(np.median(sizes)), 1e-3)


def _prior(strength: Floats, sizes: Floats) -> Floats:
    """Return the log prior per step of log strength that makes the shrinkage uniform."""
    shrinkage = strength / (strength + _usual(sizes))
    return np.asarray(np.log(shrinkage * (1 - shrinkage)))


def _picked(likely: Floats, random: np.random.Generator) -> NDArray[np.int64]:
    chance = np.exp(likely - likely.max())
    return random.choice(chance.size, _DRAWS, p=chance / chance.sum())


def _summary(drawn: Floats, law: tuple[Floats, Floats], method: str) -> Shrunk:
    """Summarise draws (draws x units) and what they were drawn from."""
    return Shrunk(drawn, float(law[0].mean()), float(np.median(law[1])), method)
