"""How counts of healthy units vary, when it is not known which units are healthy.

Dossiers that are signed, entered or delayed together are late together, so that counts vary more
than chance alone allows. How much more is estimated from all units at once, under a model in
which some have a higher rate of their own: these neither raise what is expected of the rest nor
hide behind the spread they cause themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, logsumexp

Floats = NDArray[np.float64]

_STEP = 1.4
_LEVELS = _STEP ** np.arange(-4, 3)
_RATIOS = np.arange(2, 9)
"""Steps by which the rate of a unit that is apart lies above the others: 2 to 15 times."""
_QUADRATIC = np.array([0.005, 0.02, 0.06, 0.15, 0.4, 1.0, 2.5, 6.0, 15.0])
_LINEAR = np.array([0.0, 0.5, 1.5, 4.0, 9.0])
_LAWS = np.stack(np.meshgrid(_LINEAR, _QUADRATIC, indexing="ij"), axis=-1).reshape(-1, 2)
_FIRST = 1 / (1 + _LAWS).prod(axis=1)
"""Weights of the laws before any count was seen: the less they differ from chance, the more."""
_DOUBT = 0.7
"""How far the level of the healthy may lie from what is expected (standard deviation of its
logarithm): far, as units that are apart may be among those it was taken from."""
_NEGLIGIBLE = 4e-3


@dataclass(frozen=True)
class HealthyCounts:
    """What is known of the healthy units: laws, one entry each, with weights that sum to one.

    A law says: a unit of which ``m`` are expected has ``level * m`` on average with the variance
    ``mean * (1 + linear) + quadratic * mean**2``.
    """

    level: Floats
    linear: Floats
    quadratic: Floats
    weight: Floats

    def expected(self, mean: Floats) -> Floats:
        """Return what healthy units have on average."""
        return mean * float((self.weight * self.level).sum())

    def spread(self, mean: Floats) -> Floats:
        """Return the relative variance of healthy units beyond chance."""
        at = np.maximum(self.expected(mean), 1e-9)
        linear, quadratic = (
            float((self.weight * part).sum()) for part in (self.linear, self.quadratic)
        )
        return np.asarray(quadratic + linear / at)


def healthy_counts(observed: ArrayLike, expected: ArrayLike, *, apart: float) -> HealthyCounts:
    """Return how the counts of healthy units vary around what is expected of them.

    Args:
        observed: Count of each unit; fractions are allowed.
        expected: Expected count of each, above zero.
        apart: Share of units that are taken to have a rate of their own before anything was seen.

    Counts follow negative binomial laws; level and spread, on a grid, are weighed by how likely
    they make the counts, of which each is a healthy unit's or one's that is apart.

    Source: contaminated models, Tukey (1960), in Contributions to Probability and Statistics,
    448-485; two-groups model, Efron (2004), J. Am. Stat. Assoc. 99, 96-104; variance of counts in
    clusters, Kish (1965), Survey Sampling, section 5.4.

    >>> with_one_apart = healthy_counts([10, 11, 9, 10, 60], [10.0] * 5, apart=0.2)
    >>> bool(with_one_apart.expected(np.array([10.0]))[0] < 12)
    True
    """
    count, mean = (np.asarray(x, dtype=np.float64) for x in (observed, expected))
    reach = _LEVELS.size + int(_RATIOS.max())
    fit = _log_chances(count, mean, _LEVELS[0] * _STEP ** np.arange(reach))
    likely = [
        np.logaddexp(
            np.log1p(-apart) + fit[level],
            np.log(apart / _RATIOS.size) + logsumexp(fit[level + _RATIOS], axis=0),
        ).sum(axis=1)
        for level in range(_LEVELS.size)
    ]
    prior = np.log(_FIRST) - (np.log(_LEVELS)[:, None] ** 2) / (2 * _DOUBT**2)
    joint = np.stack(likely) + prior
    weight = np.exp(joint - logsumexp(joint))
    level, law = np.nonzero(weight > _NEGLIGIBLE)
    kept_weight = weight[level, law]
    linear, quadratic = _LAWS[law].T
    levels = np.asarray(_LEVELS[level], dtype=np.float64)
    return HealthyCounts(levels, linear, quadratic, kept_weight / kept_weight.sum())


def _log_chances(count: Floats, mean: Floats, levels: Floats) -> Floats:
    """Return the log chance of each count: levels x laws x units."""
    at = np.maximum(levels[:, None, None] * mean, 1e-9)
    linear, quadratic = _LAWS[None, :, 0, None], _LAWS[None, :, 1, None]
    size = at / (linear + quadratic * at)
    return np.asarray(
        gammaln(size + count)
        - gammaln(size)
        - gammaln(count + 1)
        - size * np.log1p(at / size)
        + count * (np.log(at) - np.log(at + size))
    )
