"""Did a dated change help? Units that got it against units that did not, before against after.

The difference of two differences is a cause only under conditions that can be looked at: the
same course before the change, more than one unit on each side, enough dossiers. They are checked
here, and the figure says which one failed.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr, stdtrit

Floats = NDArray[np.float64]

FEWEST_UNITS = 2
FEWEST_PERIODS = 3
"""Periods before the change without which no course before it can be seen."""
FEWEST_DOSSIERS = 30
"""Dossiers on each side, before and after."""
REASONS = (
    "few_treated",
    "few_controls",
    "few_periods_before",
    "few_dossiers",
    "courses_differ_before",
    "courses_unsure_before",
)


@dataclass(frozen=True)
class Effect:
    """Change of the treated minus change of the others, with its 95 % interval.

    ``trend`` is the difference of the courses before the change, a period, with its interval;
    ``evidence_level`` is 4 where every condition holds, else 2 with ``reasons``.
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
    by dossiers; units are the clusters. The course before the change is the slope of that share
    within each unit. Level 4 wants: two treated units and two others, three periods before, 30
    dossiers in every corner, and courses before the change whose difference has an interval that
    holds zero and would not by itself make the effect found.

    Source: Card and Krueger (1994), American Economic Review 84, 772-793; Bertrand, Duflo and
    Mullainathan (2004), Quarterly Journal of Economics 119, 249-275 (two periods a cluster);
    Welch (1947), Biometrika 34, 28-35 (unequal variances).
    """
    count, number = (np.asarray(x, dtype=np.float64) for x in (late, dossiers))
    due = np.zeros_like(count) if expected is None else np.asarray(expected, dtype=np.float64)
    which = np.asarray(treated, dtype=bool)
    before, since = slice(0, after), slice(after, None)
    change = _share(count, due, number, since) - _share(count, due, number, before)
    gap = _welch(change[which], change[~which])
    slopes = _slopes(count[:, before] - due[:, before], number[:, before])
    trend = _welch(slopes[which], slopes[~which])
    reasons = _reasons(number, which, after) + _course(gap, trend, count.shape[1])
    return Effect(
        gap[0],
        gap[1],
        gap[2],
        float(count[which][:, since].sum()),
        float(number[which][:, since].sum()),
        gap[3],
        trend[:3],
        2 if reasons else 4,
        reasons,
        "did_welch",
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
    held = np.where(whole > 0, whole, 1.0)
    apart = time - (number * time).sum(axis=1, keepdims=True) / held
    spread = (number * apart**2).sum(axis=1)
    slope = (above * apart).sum(axis=1) / np.where(spread > 0, spread, 1.0)
    return np.where(spread > 0, slope, np.nan)


_Gap = tuple[float | None, float | None, float | None, float | None]


def _welch(ours: Floats, theirs: Floats) -> _Gap:
    """Return the difference of two means with interval and two-sided p-value."""
    one, two = ours[~np.isnan(ours)], theirs[~np.isnan(theirs)]
    if not (one.size and two.size):
        return None, None, None, None
    value = float(one.mean() - two.mean())
    if min(one.size, two.size) < FEWEST_UNITS:
        return value, None, None, None
    errors = [float(x.var(ddof=1)) / x.size for x in (one, two)]
    total = fsum(errors)
    if total <= 0:
        return value, value, value, 1.0 if value == 0 else 0.0
    free = total**2 / fsum(e**2 / (x.size - 1) for e, x in zip(errors, (one, two), strict=True))
    half = float(stdtrit(free, 0.975)) * sqrt(total)
    chance = 2 * float(stdtr(free, -abs(value) / sqrt(total)))
    return value, value - half, value + half, chance


def _reasons(number: Floats, which: NDArray[np.bool_], after: int) -> tuple[str, ...]:
    corners = [
        number[side][:, when].sum()
        for side in (which, ~which)
        for when in (slice(0, after), slice(after, None))
    ]
    found = {
        "few_treated": which.sum() < FEWEST_UNITS,
        "few_controls": (~which).sum() < FEWEST_UNITS,
        "few_periods_before": after < FEWEST_PERIODS,
        "few_dossiers": min(corners) < FEWEST_DOSSIERS,
    }
    return tuple(reason for reason, holds in found.items() if holds)


def _course(gap: _Gap, trend: _Gap, periods: int) -> tuple[str, ...]:
    """Say whether the courses before the change allow the effect to be called one."""
    value, low, high, _ = trend
    if gap[0] is None or value is None or low is None or high is None:
        return ("courses_unsure_before",)
    if low > 0 or high < 0:
        return ("courses_differ_before",)
    # From the middle before to the middle after lie half of all periods: so far a slope carries.
    carried = value * periods / 2
    return ("courses_unsure_before",) if abs(carried) > abs(gap[0]) else ()
