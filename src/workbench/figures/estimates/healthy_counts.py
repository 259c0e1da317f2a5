"""How counts of healthy units vary, when it is not known which units are healthy.

Dossiers that are signed, entered or delayed together are late together, so that counts vary more
than chance alone allows. How much more is estimated from all cells at once, under a model in
which some units, and some cells of others, have a higher rate of their own: these neither raise
what is expected of the rest nor hide behind the spread they cause themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, logsumexp

from workbench.figures.estimates.excess import upper_tail

Floats = NDArray[np.float64]

SICK_UNITS, SICK_CELLS = 0.1, 0.01
"""Share of units, and of cells of other units, that are taken to have a rate of their own before
anything was seen."""
_STEP = 1.4
_LEVELS = _STEP ** np.arange(-4, 3)
_RATIOS = np.arange(2, 9)
"""Steps by which the rate of a sick unit or cell lies above that of the healthy: 2 to 15 times."""
_QUADRATIC = np.array([0.005, 0.02, 0.06, 0.15, 0.4, 1.0, 2.5, 6.0, 15.0])
_LINEAR = np.array([0.0, 0.5, 1.5, 4.0, 9.0])
_LAWS = np.stack(np.meshgrid(_LINEAR, _QUADRATIC, indexing="ij"), axis=-1).reshape(-1, 2)
FLOOR = 0.02
"""Relative variance that cells of a unit and a period have at least, whatever was seen."""
_TOWARDS_CHANCE = 1.0
"""Power of one plus each part of the spread by which laws count for less at first."""
_FLAT = 0.1
"""Share of the first weights that other causes have no say in."""
_MOST = 1_200
_NEGLIGIBLE = 4e-3


@dataclass(frozen=True)
class HealthyCounts:
    """What is known of the healthy cells: laws with their weights, and who is not healthy.

    A law says: a cell of which ``m`` are expected has ``level * m`` on average with the variance
    ``mean * (1 + linear) + quadratic * mean**2``. ``weight`` sums to one. ``sick_units`` and
    ``sick_cells`` are the chances of each to have a higher rate of its own; ``by_law`` is the
    weight of every law tried.
    """

    level: Floats
    linear: Floats
    quadratic: Floats
    weight: Floats
    sick_units: Floats
    sick_cells: Floats
    by_law: Floats

    def expected(self, mean: Floats) -> Floats:
        """Return what healthy cells have on average."""
        return mean * float((self.weight * self.level).sum())

    def spread(self, mean: Floats) -> Floats:
        """Return the relative variance of healthy cells beyond chance."""
        at = np.maximum(self.expected(mean), 1e-9)
        linear, quadratic = (
            float((self.weight * part).sum()) for part in (self.linear, self.quadratic)
        )
        return np.asarray(quadratic + linear / at)

    def tail(self, observed: Floats, mean: Floats, unsure: Floats, even: ArrayLike = 1.0) -> Floats:
        """Return the chance of at least as many in a healthy cell, all laws together.

        Args:
            observed: Counts.
            mean: Expected counts.
            unsure: Relative variance of what is expected, besides.
            even: What the variance between cells counts for where several cells make one count:
                the sum of their squared shares in it.
        """
        chance = np.zeros_like(mean)
        for level, linear, quadratic, weight in zip(
            self.level, self.linear, self.quadratic, self.weight, strict=True
        ):
            at = np.maximum(level * mean, 1e-9)
            chance += weight * upper_tail(observed, at, quadratic * even + linear / at + unsure)
        return chance


def first_weights(elsewhere: Sequence[Floats] = (), floor: float = FLOOR) -> Floats:
    """Return the weights of all laws before the counts are seen.

    Args:
        elsewhere: ``by_law`` of other causes of the same register: where these vary much, so may
            this one.
        floor: Relative variance between cells that is taken for granted.
    """
    plain = (_LAWS[:, 1] >= floor) / (1 + _LAWS).prod(axis=1) ** _TOWARDS_CHANCE
    plain = plain / plain.sum()
    if not elsewhere:
        return np.asarray(plain)
    return np.asarray(_FLAT * plain + (1 - _FLAT) * np.mean(elsewhere, axis=0))


def healthy_counts(
    observed: ArrayLike,
    expected: ArrayLike,
    unit: ArrayLike,
    weights: Floats | None = None,
    doubt: float = 0.7,
    sick: float = SICK_UNITS,
) -> HealthyCounts:
    """Return how the counts of healthy cells vary around what is expected of them.

    Args:
        observed: Count of each cell; fractions are allowed.
        expected: Expected count of each, above zero.
        unit: Number of its unit, 0, 1, 2 …
        weights: ``first_weights``; none: without other causes.
        doubt: How far the level of the healthy may lie from what is expected (standard deviation
            of its logarithm): far, as long as sick units may be among those it was taken from.
        sick: Share of units that are taken to have a rate of their own before anything was seen.

    Counts follow negative binomial laws; level and spread, on a grid, are weighed by how likely
    they make the cells. A unit is healthy or has a rate of its own in all its cells; of a healthy
    unit each cell is so again. Above 1 200 cells, whole units are left out evenly when weighing.

    Source: contaminated models, Tukey (1960), in Contributions to Probability and Statistics,
    448-485; two-groups model, Efron (2004), J. Am. Stat. Assoc. 99, 96-104; variance of counts in
    clusters, Kish (1965), Survey Sampling, section 5.4.

    >>> found = [1, 0, 2, 1, 1, 0, 1, 2, 9, 12]
    >>> rates = healthy_counts(found, [1.0] * 10, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4])
    >>> (rates.sick_units > 0.5).tolist()
    [False, False, False, False, True]
    """
    count, mean = (np.asarray(x, dtype=np.float64) for x in (observed, expected))
    codes = np.asarray(unit, dtype=np.int64)
    number = int(codes.max(initial=-1)) + 1
    stride = int(np.ceil(count.size / _MOST))
    chosen = codes % max(stride, 1) == 0
    of_unit = _units_by_law(count[chosen], mean[chosen], codes[chosen] // max(stride, 1), sick)
    prior = -(np.log(_LEVELS)[:, None] ** 2) / (2 * doubt**2)
    first = first_weights() if weights is None else weights
    prior = prior + np.log(np.maximum(first, 1e-300))
    joint = np.logaddexp(*of_unit).sum(axis=2) + prior
    weight = np.exp(joint - logsumexp(joint))
    some = np.argwhere(weight > _NEGLIGIBLE)
    level, law = some[:, 0], _LAWS[some[:, 1]]
    kept = np.asarray(weight[some[:, 0], some[:, 1]], dtype=np.float64)
    found = HealthyCounts(
        np.asarray(_LEVELS[level], dtype=np.float64),
        law[:, 0],
        law[:, 1],
        kept / kept.sum(),
        np.zeros(number),
        np.zeros(0),
        weight.sum(axis=0),
    )
    return _with_sick(found, level, (count, mean, codes), sick)


def _with_sick(
    found: HealthyCounts,
    level: NDArray[np.int64],
    cells: tuple[Floats, Floats, NDArray[np.int64]],
    share: float,
) -> HealthyCounts:
    """Give every unit and cell its chance to have a rate of its own."""
    count, mean, codes = cells
    units, alone = np.zeros(found.sick_units.size), np.zeros(count.size)
    for place, at in enumerate(level):
        law = np.array([[found.linear[place], found.quadratic[place]]])
        steps = np.append(0, _RATIOS)
        fit = _log_chances(count, mean, _LEVELS[at] * _STEP**steps, law)[:, 0]
        own = np.log(SICK_CELLS) + _mean(fit[1:])
        either = np.logaddexp(np.log1p(-SICK_CELLS) + fit[0], own)
        healthy = np.bincount(codes, either, units.size) + np.log1p(-share)
        by_ratio = np.stack([np.bincount(codes, row, units.size) for row in fit[1:]])
        sick = _mean(by_ratio) + np.log(share)
        units += found.weight[place] / (1 + np.exp(np.clip(healthy - sick, -700, 700)))
        alone += found.weight[place] * np.exp(own - either)
    return replace(found, sick_units=units, sick_cells=alone)


def _units_by_law(
    count: Floats, mean: Floats, codes: NDArray[np.int64], share: float
) -> tuple[Floats, Floats]:
    """Return the log chance of each unit's cells, if healthy and if not: levels x laws x units."""
    reach = _LEVELS.size + int(_RATIOS.max())
    fit = _log_chances(count, mean, _LEVELS[0] * _STEP ** np.arange(reach), _LAWS)
    order = np.argsort(codes, kind="stable")
    met, starts = np.unique(codes[order], return_index=True)
    fit = fit[:, :, order]
    if not met.size:
        nothing = np.zeros((_LEVELS.size, len(_LAWS), 0))
        return nothing, nothing
    whole = np.add.reduceat(fit, starts, axis=2)
    healthy, sick = [], []
    for level in range(_LEVELS.size):
        own = np.log(SICK_CELLS) + _mean(fit[level + _RATIOS])
        either = np.logaddexp(np.log1p(-SICK_CELLS) + fit[level], own)
        healthy.append(np.add.reduceat(either, starts, axis=1) + np.log1p(-share))
        sick.append(_mean(whole[level + _RATIOS]) + np.log(share))
    return np.stack(healthy), np.stack(sick)


def _log_chances(count: Floats, mean: Floats, levels: Floats, laws: Floats) -> Floats:
    """Return the log chance of each count: levels x laws x cells."""
    at = np.maximum(levels[:, None, None] * mean, 1e-9)
    linear, quadratic = laws[None, :, 0, None], laws[None, :, 1, None]
    size = at / (linear + quadratic * at)
    return np.asarray(
        gammaln(size + count)
        - gammaln(size)
        - gammaln(count + 1)
        - size * np.log1p(at / size)
        + count * (np.log(at) - np.log(at + size))
    )


def _mean(logs: NDArray[Any]) -> Floats:
    """Return the logarithm of the mean over the first axis."""
    return np.asarray(logsumexp(logs, axis=0) - np.log(logs.shape[0]))
