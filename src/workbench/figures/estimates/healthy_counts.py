"""How counts of healthy units vary, when it is not known which units are healthy.

Dossiers that are signed, entered or delayed together are late together, so that counts vary more
than chance alone allows. How much more is estimated from all units at once, under a model in
which some have a rate of their own: these neither raise what is expected of the rest nor hide
behind the spread they cause themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, logsumexp

from workbench.figures.estimates.excess import upper_tail

Floats = NDArray[np.float64]

_STEP = 1.4
_NEGLIGIBLE = 4e-3
_IN_CACHE = 100_000
"""Chances worked out at once: more would have to wait for the memory."""
_TINY = 1e-250
"""Below this a sum of chances, the likeliest of them 1, has lost digits."""


@dataclass(frozen=True)
class Grid:
    """Which levels and laws of healthy counts are thought possible, and how far others may lie.

    ``lowest`` and ``highest`` are the levels, as powers of ``_STEP`` times what is expected;
    ``farthest`` the most steps that a count apart lies above the level; ``linear`` and
    ``quadratic`` the parts of a law's variance; ``doubt`` how far the level of the healthy may
    lie from what is expected (standard deviation of its logarithm): far, as those apart may be
    among those it was taken from.
    """

    lowest: int
    highest: int
    farthest: int
    linear: tuple[float, ...]
    quadratic: tuple[float, ...]
    doubt: float

    @property
    def levels(self) -> Floats:
        """Levels of the healthy."""
        return np.asarray(_STEP ** np.arange(self.lowest, self.highest + 1), dtype=np.float64)

    @property
    def ratios(self) -> NDArray[np.int64]:
        """Steps by which what is apart lies above the healthy, from 2 times on."""
        return np.arange(2, self.farthest + 1)

    @property
    def laws(self) -> Floats:
        """Pairs of linear and quadratic part."""
        pairs = np.meshgrid(np.array(self.linear), np.array(self.quadratic), indexing="ij")
        return np.asarray(np.stack(pairs, axis=-1).reshape(-1, 2))


UNITS = Grid(-4, 2, 8, (0, 0.5, 1.5, 4, 9), (0.005, 0.02, 0.06, 0.15, 0.4, 1, 2.5, 6, 15), 0.7)
"""Units of a page: level from a quarter to twice what is expected, apart 2 to 15 times as late."""
CELLS = Grid(-4, 2, 16, (0, 0.5, 1.5, 4, 9, 19), UNITS.quadratic, 0.35)
"""Cells of a cause, compared with those not clearly apart: apart 2 to 200 times. Since the clearly
apart are left out of what is expected, the level lies near it; were it free, the long tail of
correlated counts would be put down to cells apart, and the healthy would be expected too little."""


@dataclass(frozen=True)
class HealthyCounts:
    """What is known of healthy counts: laws, one entry each, with weights that sum to one.

    A law says: a count of which ``m`` are expected has ``level * m`` on average with the variance
    ``mean * (1 + linear) + quadratic * mean**2``.
    """

    level: Floats
    linear: Floats
    quadratic: Floats
    weight: Floats

    def expected(self, mean: Floats) -> Floats:
        """Return what healthy units have on average."""
        return mean * float((self.weight * self.level).sum())

    def spread(self, mean: Floats, unsure: ArrayLike = 0.0, together: ArrayLike = 0.0) -> Floats:
        """Return the relative variance of healthy units beyond chance, as in ``tail``."""
        linear, quadratic = self.parts
        return _spread(self.expected(mean), linear + np.asarray(together), quadratic, unsure)

    @property
    def parts(self) -> tuple[float, float]:
        """Linear and quadratic part of the variance beyond chance, averaged over the laws."""
        linear, quadratic = (
            float((self.weight * part).sum()) for part in (self.linear, self.quadratic)
        )
        return linear, quadratic

    def tail(self, count: Floats, mean: Floats, unsure: Floats, together: Floats) -> Floats:
        """Return the chance of a healthy count at least as large, averaged over the laws.

        ``unsure`` is the relative variance of ``mean`` itself, ``together`` a linear part on top.
        """
        chance = np.zeros_like(count)
        laws = (self.level, self.linear, self.quadratic, self.weight)
        for level, linear, quadratic, weight in zip(*laws, strict=True):
            at = level * mean
            chance += weight * upper_tail(
                count, at, _spread(at, linear + together, quadratic, unsure)
            )
        return chance


def _spread(at: Floats, linear: ArrayLike, quadratic: float, unsure: ArrayLike) -> Floats:
    """Return the relative variance beyond chance of a count around a mean that is unsure.

    The mean's error multiplies what the cell has of its own, so that relative variances do, too.
    """
    both = (1 + quadratic) * (1 + np.asarray(unsure)) - 1
    return np.asarray(both + np.asarray(linear) / np.maximum(at, 1e-9))


@dataclass(frozen=True)
class CountFit:
    """How likely some counts are under each level and law of a grid.

    ``expected`` is what was expected of each; ``likely`` the log, levels x laws. ``_own`` is the
    log chance that each distinct count is healthy where its group is not apart as a whole,
    ``_whole`` that its group is not; ``_place`` and ``_group`` say which of these a count has.
    """

    grid: Grid
    expected: Floats
    likely: Floats
    _own: Floats
    _whole: Floats
    _place: NDArray[np.int64]
    _group: NDArray[np.int64]

    @property
    def evidence(self) -> Floats:
        """What these counts say of the laws, whatever their level: log, 0 for the best."""
        of_laws = np.asarray(logsumexp(self.likely, axis=0))
        return np.asarray(of_laws - of_laws.max())

    def law(self, evidence: ArrayLike = 0.0) -> HealthyCounts:
        """Return the laws by their weight, with what other counts say of them."""
        level, law, weight = self._weighed(evidence)
        linear, quadratic = self.grid.laws[law].T
        return HealthyCounts(self.grid.levels[level], linear, quadratic, weight)

    def healthy(self, evidence: ArrayLike = 0.0) -> Floats:
        """Return the chance that each count is that of a healthy cell."""
        chance = np.zeros(self._place.size)
        for level, law, weight in zip(*self._weighed(evidence), strict=True):
            single, whole = self._own[level, law], self._whole[level, law]
            chance += weight * np.exp(single[self._place] + whole[self._group])
        return chance

    def _weighed(self, evidence: ArrayLike) -> tuple[NDArray[Any], NDArray[Any], Floats]:
        laws = self.grid.laws
        # before any count was seen: the less a law differs from chance, the likelier
        joint = self.likely + np.asarray(evidence) - np.log1p(laws).sum(axis=1)
        weight = np.exp(joint - logsumexp(joint))
        level, law = np.nonzero(weight > _NEGLIGIBLE)
        likeliest = weight[level, law]
        return level, law, np.asarray(likeliest / likeliest.sum())


def healthy_counts(observed: ArrayLike, expected: ArrayLike, *, apart: float) -> HealthyCounts:
    """Return how the counts of healthy units vary around what is expected of them.

    Args:
        observed: Count of each unit; fractions are allowed.
        expected: Expected count of each, above zero.
        apart: Share of units that are taken to have a rate of their own before anything was seen.

    Source: as ``fit_counts``.

    >>> with_one_apart = healthy_counts([10, 11, 9, 10, 60], [10.0] * 5, apart=0.2)
    >>> bool(with_one_apart.expected(np.array([10.0]))[0] < 12)
    True
    """
    return fit_counts(observed, expected, UNITS, apart=apart).law()


def fit_counts(
    observed: ArrayLike,
    expected: ArrayLike,
    grid: Grid,
    *,
    apart: float,
    group: NDArray[np.int64] | None = None,
    group_apart: float = 0.0,
) -> CountFit:
    """Return how likely counts are, of which some are those of cells or groups that are apart.

    Args:
        observed: Counts; fractions are allowed.
        expected: Expected counts, above zero.
        grid: Levels and laws.
        apart: Share of counts taken to have a rate of their own before anything was seen.
        group: Number of the group (the unit) of each count; none: there are no groups.
        group_apart: Share of groups of which all counts are apart by the same ratio.

    Counts follow negative binomial laws; level and spread, on a grid, are weighed by how likely
    they make the counts, of which each is a healthy one or one that is apart.

    Source: contaminated models, Tukey (1960), in Contributions to Probability and Statistics,
    448-485; two-groups model, Efron (2004), J. Am. Stat. Assoc. 99, 96-104; variance of counts in
    clusters, Kish (1965), Survey Sampling, section 5.4.
    """
    pairs = np.stack([np.asarray(x, dtype=np.float64) for x in (observed, expected)], axis=1)
    distinct, place = np.unique(pairs, axis=0, return_inverse=True)
    place = place.ravel()
    group = np.zeros(place.size, dtype=np.int64) if group is None else group
    in_order = np.argsort(group, kind="stable")
    groups = np.arange(int(group.max(initial=0)) + 1)
    order, starts = place[in_order], np.searchsorted(group[in_order], groups)
    levels, ratios, laws = grid.levels, grid.ratios, grid.laws
    means, mean = np.unique(distinct[:, 1], return_inverse=True)
    own_parts = np.empty((levels.size, len(laws), len(distinct)))
    whole = np.empty((levels.size, len(laws), starts.size))
    single = np.empty_like(whole)
    at_once = _IN_CACHE // max(len(distinct) * (levels.size + grid.farthest), 1) + 1
    for first in range(0, len(laws), at_once):
        some = np.s_[:, first : first + at_once]
        chance = _log_chances(distinct[:, 0], means, mean, grid, laws[first : first + at_once])
        healthy = np.log1p(-apart) + chance[: levels.size]
        either = np.logaddexp(healthy, np.log(apart / ratios.size) + _log_apart(chance, grid))
        own_parts[some] = healthy - either
        single[some] = whole[some] = _by_group(either, order, starts)
        if group_apart:
            single[some] += np.log1p(-group_apart)
            as_one = _log_apart(_by_group(chance, order, starts), grid)
            whole[some] = np.logaddexp(single[some], np.log(group_apart / ratios.size) + as_one)
    level_prior = np.log(levels)[:, None] ** 2 / (2 * grid.doubt**2)
    likely = whole.sum(axis=2) - level_prior
    return CountFit(grid, pairs[:, 1], likely, own_parts, single - whole, place, group)


def _by_group(chance: Floats, order: NDArray[np.int64], starts: NDArray[np.int64]) -> Floats:
    """Add up log chances by group, in order; a matrix product's last digits differ by processor."""
    if not order.size:  # no unit is comparable
        return np.zeros((*chance.shape[:-1], starts.size))
    return np.asarray(np.add.reduceat(chance[..., order], starts, axis=-1))


def _log_apart(chance: Floats, grid: Grid) -> Floats:
    """Return the log of what all ratios together give what is apart from each level."""
    likeliest = chance.max(axis=0)
    parts = np.exp(chance - likeliest)
    # the sums of the levels overlap: each is one of those up from the middle and one down from it
    middle = grid.levels.size - 1 + int(grid.ratios[0])
    upwards = parts[middle:].cumsum(axis=0)
    downwards = parts[middle - 1 :: -1].cumsum(axis=0)
    logs = np.empty((grid.levels.size, *likeliest.shape))
    for level, log in enumerate(logs):
        first, last = level + int(grid.ratios[0]), level + grid.farthest
        total = upwards[last - middle]
        if first < middle:
            total = total + downwards[middle - 1 - first]
        too_small = total < _TINY
        log[:] = np.log(np.maximum(total, _TINY)) + likeliest
        if too_small.any():
            log[too_small] = _log_sum(chance[first : last + 1][:, too_small])
    return logs


def _log_sum(chances: Floats) -> Floats:
    """Return the log of the sum of chances along the first axis, from finite logs.

    SciPy's ``logsumexp`` looks for infinite and complex numbers first, which takes most of it.
    """
    most = chances.max(axis=0)
    return np.asarray(np.log(np.exp(chances - most).sum(axis=0)) + most)


def _log_chances(
    count: Floats, means: Floats, mean: NDArray[np.int64], grid: Grid, laws: Floats
) -> Floats:
    """Return the log chance of counts: levels, those of what is apart too, x laws x counts.

    ``mean`` says which of the few ``means`` is expected of each count.
    """
    reach = grid.levels.size + grid.farthest
    levels = _STEP**grid.lowest * _STEP ** np.arange(reach)
    at = np.maximum(levels[:, None, None] * means, 1e-9)
    linear, quadratic = (part[None, :, None] for part in laws.T)
    size = at / (linear + quadratic * at)
    chance = np.asarray(gammaln(size[..., mean] + count))
    chance -= gammaln(size)[..., mean]
    chance -= gammaln(count + 1)
    chance -= (size * np.log1p(at / size))[..., mean]
    chance += count * (np.log(at) - np.log(at + size))[..., mean]
    return chance
