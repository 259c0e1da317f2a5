"""Did a dated change help? Units that got it against units that did not, before against after.

The difference of two differences is a cause only under conditions that can be looked at: the
same course before the change, more than one unit on each side, enough dossiers, and a difference
that other choices of units would not have shown. They are checked here, and the figure says which
one failed.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb, fsum, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

Floats = NDArray[np.float64]

_FEWEST_UNITS = 2
_FEWEST_PERIODS = 3
"""Periods before the change without which no course before it can be seen."""
_FEWEST_DOSSIERS = 30
"""Dossiers on each side, before and after."""
_BY_CHANCE = 0.05
"""Share of the ways to choose the treated units that may show as large a change."""
REASONS = (
    "few_treated",
    "few_controls",
    "few_periods_before",
    "few_dossiers",
    "few_ways",
    "not_beyond_chance",
    "courses_differ_before",
    "courses_unsure_before",
)
SEED = 20220701
_WAYS = 4_999


@dataclass(frozen=True)
class Effect:
    """Change of the treated minus change of the others, with its interval.

    The interval holds both 95 % intervals of that difference: as it is, and beyond the straight
    course that each unit was on. ``trend`` is the difference of the courses before the change, a
    period, with its interval; ``evidence_level`` is 4 where every condition holds, else 2 with
    ``reasons``. ``p_value`` is the larger of the two shares of ways to choose the treated units.
    ``numerator`` and ``denominator``: late dossiers and dossiers of the treated after the change.
    """

    value: float | None
    lower: float | None
    upper: float | None
    numerator: float
    denominator: float
    p_value: float | None
    trend: tuple[float | None, float | None, float | None]
    evidence_level: int
    reasons: tuple[str, ...]
    method: str


def difference_in_differences(
    late: ArrayLike,
    dossiers: ArrayLike,
    expected: ArrayLike | None,
    *,
    treated: ArrayLike,
    after: int,
) -> Effect:
    """Return what a dated change did to the late share of the treated units.

    Args:
        late: Late dossiers, units x periods.
        dossiers: Dossiers, units x periods.
        expected: Late dossiers expected from the mix of each unit and period (everybody's rates
            by stratum); none: no adjustment.
        treated: Which units got the change.
        after: Number of the first period after the change.

    Each unit's share (late minus expected, over dossiers) is averaged before and after, weighted
    by dossiers; units are the clusters. What a unit's share did beyond its own straight course is
    looked at beside it, since sides that drift apart differ after any date. Both are compared with
    what other choices of as many treated units would have shown.

    Level 4 wants: two treated units and two others, three periods before, 30 dossiers in every
    corner, twenty ways to choose the treated units, and both changes larger than all but 5 % of
    these ways show; and courses before the change whose difference has an interval around zero and
    that did not part from one period to the next.

    Source: Card and Krueger (1994), American Economic Review 84, 772-793; Bertrand, Duflo and
    Mullainathan (2004), Quarterly Journal of Economics 119, 249-275 (two periods a cluster);
    Welch (1947), Biometrika 34, 28-35 (unequal variances); few treated units: Conley and Taber
    (2011), Review of Economics and Statistics 93, 113-125, by randomisation as in MacKinnon and
    Webb (2020), Journal of Econometrics 218, 435-450 (t statistics); courses that may differ in a
    straight line: Rambachan and Roth (2023), Review of Economic Studies 90, 2555-2591.
    """
    count, number = (np.asarray(x, dtype=np.float64) for x in (late, dossiers))
    due = np.zeros_like(count) if expected is None else np.asarray(expected, dtype=np.float64)
    which = np.asarray(treated, dtype=bool)
    before, since = slice(0, after), slice(after, None)
    change = _share(count, due, number, since) - _share(count, due, number, before)
    beyond = _beyond_course(count - due, number, after)
    slopes = _slopes(count[:, before] - due[:, before], number[:, before])
    gap, apart, trend = (_welch(x[which], x[~which]) for x in (change, beyond, slopes))
    chances = [_by_choice(x, which) for x in (change, beyond)]
    has_parted = _parted_before(count - due, number, which, after)
    reasons = _reasons(number, which, after) + _doubts(chances, trend, has_parted=has_parted)
    lower, upper = _hull(gap, apart)
    return Effect(
        gap[0],
        lower,
        upper,
        float(count[which][:, since].sum()),
        float(number[which][:, since].sum()),
        None if None in chances else max(c for c in chances if c is not None),
        trend,
        2 if reasons else 4,
        reasons,
        "did_randomised",
    )


def _share(count: Floats, due: Floats, number: Floats, when: slice) -> Floats:
    """Return each unit's adjusted share; a unit without dossiers then has none."""
    base = number[:, when].sum(axis=1)
    above = (count - due)[:, when].sum(axis=1)
    return np.where(base > 0, above / np.where(base > 0, base, 1.0), np.nan)


def _slopes(above: Floats, number: Floats) -> Floats:
    """Return each unit's slope of the adjusted share, a period, weighted by dossiers."""
    time = np.arange(number.shape[1], dtype=np.float64)[None, :]
    whole = number.sum(axis=1, keepdims=True)
    base = np.where(whole > 0, whole, 1.0)
    apart = time - (number * time).sum(axis=1, keepdims=True) / base
    spread = (number * apart**2).sum(axis=1)
    slope = (above * apart).sum(axis=1) / np.where(spread > 0, spread, 1.0)
    return np.where(spread > 0, slope, np.nan)


def _beyond_course(above: Floats, number: Floats, after: int) -> Floats:
    """Return each unit's change beyond its own straight course, weighted by dossiers."""
    time = np.arange(number.shape[1], dtype=np.float64)
    step = (time >= after).astype(np.float64)
    changes = []
    for total, size in zip(above, number, strict=True):
        some = size > 0
        changes.append(_step_off_line(total[some] / size[some], size[some], time[some], step[some]))
    return np.array(changes)


def _step_off_line(share: Floats, weight: Floats, time: Floats, step: Floats) -> float:
    """Return the step of a share beside a straight line: what of the step no line explains.

    Sums are exact and no matrix is solved: the same digits on every processor.

    Source: Frisch and Waugh (1933), Econometrica 1, 387-401.
    """
    whole = fsum(weight)
    if not whole > 0:
        return np.nan
    centred = time - fsum(weight * time) / whole
    lever = fsum(weight * centred**2)
    if not lever > 0:
        return np.nan
    slope = fsum(weight * centred * step) / lever
    rest = step - fsum(weight * step) / whole - slope * centred
    spread = fsum(weight * rest**2)
    return fsum(weight * rest * share) / spread if spread > 1e-9 * whole else np.nan


_Gap = tuple[float | None, float | None, float | None]


def _welch(ours: Floats, theirs: Floats) -> _Gap:
    """Return the difference of two means with its interval."""
    one, two = ours[~np.isnan(ours)], theirs[~np.isnan(theirs)]
    if not (one.size and two.size):
        return None, None, None
    value = float(one.mean() - two.mean())
    if min(one.size, two.size) < _FEWEST_UNITS:
        return value, None, None
    errors = [float(x.var(ddof=1)) / x.size for x in (one, two)]
    total = fsum(errors)
    if total <= 0:
        return value, value, value
    free = total**2 / fsum(e**2 / (x.size - 1) for e, x in zip(errors, (one, two), strict=True))
    half = float(stdtrit(free, 0.975)) * sqrt(total)
    return value, value - half, value + half


def _hull(one: _Gap, other: _Gap) -> tuple[float | None, float | None]:
    """Return the interval that holds both, none where one of them has none."""
    if one[1] is None or one[2] is None or other[1] is None or other[2] is None:
        return None, None
    return min(one[1], other[1]), max(one[2], other[2])


def _by_choice(change: Floats, which: NDArray[np.bool_]) -> float | None:
    """Return the share of choices of treated units that differ from the others at least as much.

    All choices where they are few, else drawn ones; none where fewer than 20 exist, of which no
    one could be rare enough.
    """
    some = ~np.isnan(change)
    values, ours = change[some], which[some]
    chosen, units = int(ours.sum()), values.size
    ways = comb(units, chosen)
    if min(chosen, units - chosen) < _FEWEST_UNITS or ways * _BY_CHANCE < 1:
        return None
    if ways <= _WAYS:
        choices = np.array(list(combinations(range(units), chosen)))
    else:
        random = np.random.default_rng(SEED)
        drawn = random.permuted(np.tile(np.arange(units), (_WAYS, 1)), axis=1)[:, :chosen]
        choices = np.concatenate([np.flatnonzero(ours)[None, :], drawn])
    sides = np.zeros((len(choices), units), dtype=bool)
    np.put_along_axis(sides, choices, values=True, axis=1)
    scores = np.abs(_scores(values, sides))
    own = float(np.abs(_scores(values, ours[None, :]))[0])
    return float(np.mean(scores >= own - 1e-9 * max(own, 1.0)))


def _scores(values: Floats, sides: NDArray[np.bool_]) -> Floats:
    """Return Welch's t of every choice; a difference without any scatter is beyond all others."""
    means, errors = [], []
    for side in (sides, ~sides):
        number = side.sum(axis=1)
        mean = (side * values).sum(axis=1) / number
        spread = (side * (values - mean[:, None]) ** 2).sum(axis=1) / (number - 1)
        means.append(mean)
        errors.append(spread / number)
    difference, error = means[0] - means[1], np.sqrt(errors[0] + errors[1])
    tiny = np.abs(values).max(initial=0.0) * 1e-12
    certain = np.where(np.abs(difference) > tiny, np.sign(difference) * 1e9, 0.0)
    return np.where(error > tiny, difference / np.where(error > tiny, error, 1.0), certain)


def _reasons(number: Floats, which: NDArray[np.bool_], after: int) -> tuple[str, ...]:
    corners = [
        number[side][:, when].sum()
        for side in (which, ~which)
        for when in (slice(0, after), slice(after, None))
    ]
    found = {
        "few_treated": which.sum() < _FEWEST_UNITS,
        "few_controls": (~which).sum() < _FEWEST_UNITS,
        "few_periods_before": after < _FEWEST_PERIODS,
        "few_dossiers": min(corners) < _FEWEST_DOSSIERS,
    }
    return tuple(reason for reason, holds in found.items() if holds)


def _parted_before(above: Floats, number: Floats, which: NDArray[np.bool_], after: int) -> bool:
    """Return whether the sides parted already from one period to the next before the change."""
    before = above[:, :after], number[:, :after]
    share = np.where(before[1] > 0, before[0] / np.maximum(before[1], 1e-12), np.nan)
    steps = [_by_choice(step, which) for step in np.diff(share, axis=1).T]
    known = [step for step in steps if step is not None]
    return bool(known) and min(known) * len(known) <= _BY_CHANCE


def _doubts(chances: list[float | None], trend: _Gap, *, has_parted: bool) -> tuple[str, ...]:
    """Return why chance or courses that differed before may have made the difference."""
    change, beyond = chances
    low, high = trend[1:]
    if change is None or beyond is None or low is None or high is None:
        return ("few_ways",)
    doubts = {
        "not_beyond_chance": change > _BY_CHANCE,
        "courses_differ_before": low > 0 or high < 0 or has_parted,
        "courses_unsure_before": beyond > _BY_CHANCE,
    }
    return tuple(reason for reason, holds in doubts.items() if holds)
