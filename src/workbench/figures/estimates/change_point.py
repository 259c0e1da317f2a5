"""When did a share change, and how sure is the date? One change in a series of counts.

The split that explains the series best is tested against what series without any change do that
scatter as this one does: dossiers of a month are correlated, and so is each month with the month
before. Season and calendar enter as expected counts, so that Tet is no change.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import xlogy

Floats = NDArray[np.float64]
SEED = 20220701
_DRAWS = 1_999
_FIRST_DRAWS = 199
_OFTEN = 0.2
"""Share of the first draws that gain as much from which no more are drawn: the p-value cannot be
small any more, and a change that chance makes so often may have been at any date."""
_LEAST_EACH_SIDE = 2
_CARRY = 0.6
"""Correlation of one month's deviation with the next in the series drawn without a change. A
dozen months are too few to estimate it; a low value would call drift a change, so it is high:
with a correlation of up to a half, a change is seen by mistake in at most 6 % of series."""
_CAUTION = 3.0
"""How many standard errors a change may be smaller than it looks when its dates are judged: the
changes that are seen at all are those that chance has enlarged."""
_TINY = 1e-6


@dataclass(frozen=True)
class ChangePoint:
    """The likeliest change: the new level starts at point ``at``, between ``first`` and ``last``.

    ``before`` and ``after`` are shares, or ratios to the expected where expected counts were
    given; each side's counts stand beside. No value where the series is too short or
    empty; any date where chance does as much in a fifth of series without a change.
    """

    at: int | None
    first: int | None
    last: int | None
    before: float | None
    after: float | None
    counts: tuple[float, float, float, float]
    p_value: float
    method: str


def shift(
    late: ArrayLike,
    dossiers: ArrayLike,
    expected: ArrayLike | None = None,
    *,
    seed: int = SEED,
) -> ChangePoint:
    """Return the likeliest single change of level, its credible dates, and its p-value.

    Args:
        late: Late dossiers of each point in time.
        dossiers: Dossiers of each point.
        expected: Late dossiers expected of each point from its season, calendar and mix; the
            change is then one of the ratio to these.
        seed: Of the drawn series.

    The gain of the best split over none, in units of the scatter that is left, is compared with
    that of drawn series without a change: their dossiers are correlated within the month as
    those of this series are (from the scatter beyond the binomial), and
    months with the month before (``_CARRY``). The dates are those whose gain falls short
    of the best by no more than it does in 95 of 100 series drawn with the change, made smaller
    (``_CAUTION``); one point is added on each side. Drawing ends early where the p-value is
    clearly large.

    Source: largest F over all splits: Andrews (1993), Econometrica 61, 821-856; parametric
    bootstrap in place of its limit law: Davison and Hinkley (1997), Bootstrap Methods and their
    Application, chapter 4; an early end of drawing: Besag and Clifford (1991), Biometrika 78,
    301-304; scatter of shares: Williams (1982), Applied Statistics 31, 144-148.
    """
    count, number = (np.asarray(x, dtype=np.float64) for x in (late, dossiers))
    base = number if expected is None else np.asarray(expected, dtype=np.float64)
    method = "split_of_shares" if expected is None else "split_of_expected"
    if count.size < 2 * _LEAST_EACH_SIDE or not 0 < count.sum() < number.sum():
        return ChangePoint(None, None, None, None, None, (0, 0, 0, 0), 1.0, method)
    random = np.random.default_rng(seed)
    gains, p_value = _judge(random, count, number, base)
    at = int(np.argmax(gains)) + _LEAST_EACH_SIDE
    any_date = (1, count.size - 1)
    dates = _credible(random, count, number, base, at) if p_value < _OFTEN else any_date
    sides = (count[:at].sum(), base[:at].sum(), count[at:].sum(), base[at:].sum())
    return ChangePoint(
        at,
        *dates,
        float(sides[0] / sides[1]) if sides[1] else None,
        float(sides[2] / sides[3]) if sides[3] else None,
        tuple(float(x) for x in sides),  # type: ignore[arg-type]
        p_value,
        method,
    )


def _judge(
    random: np.random.Generator, count: Floats, number: Floats, base: Floats
) -> tuple[Floats, float]:
    """Return what each split gains, and how often series without a change gain as much."""
    share = _share(np.full(count.size, count.sum() / base.sum()), base, number)
    correlation = _correlation(count, number, share, 1)
    gains = _gains(count[None], base, number, correlation)[0]
    as_much = draws = 0
    for more in (_FIRST_DRAWS, _DRAWS - _FIRST_DRAWS):
        drawn = _gains(_draw(random, number, share, correlation, more), base, number, correlation)
        as_much += int(np.sum(drawn.max(axis=1) >= gains.max() - 1e-9))
        draws += more
        if as_much + 1 >= _OFTEN * (draws + 1):
            break
    return gains, (as_much + 1) / (draws + 1)


def seasonal(dossiers: ArrayLike, kind: ArrayLike, shares: dict[str, float]) -> Floats:
    """Return the late dossiers expected of each point from its kind of month.

    Args:
        dossiers: Dossiers of each point.
        kind: Kind of each point, say ``tet`` or ``plain``.
        shares: Everybody's late share in months of each kind.

    >>> [float(x) for x in seasonal([100, 50], ["plain", "tet"], {"plain": 0.04, "tet": 0.1})]
    [4.0, 5.0]
    """
    rates = np.array([shares[str(k)] for k in np.asarray(kind)])
    return np.asarray(np.asarray(dossiers, dtype=np.float64) * rates)


def _share(level: Floats, base: Floats, number: Floats) -> Floats:
    """Return the share of late dossiers at a level, away from 0 and 1 where nothing can scatter."""
    share = level * base / np.maximum(number, 1.0)
    return np.asarray(np.clip(share, _TINY, 1 - _TINY))


def _correlation(count: Floats, number: Floats, share: Floats, levels: int) -> float:
    """Return the correlation of lateness within a month that the scatter about a level shows."""
    some = number > 0
    variance = (number * share * (1 - share))[some]
    scatter = ((count - number * share)[some] ** 2 / variance).sum()
    months = int(some.sum())
    beyond = scatter * months / max(months - levels, 1) - months
    return float(np.clip(beyond / max((number[some] - 1).sum(), 1.0), 0.0, 1.0))


def _draw(
    random: np.random.Generator, number: Floats, share: Floats, correlation: float, draws: int
) -> Floats:
    """Draw series (draws x points) whose months deviate, in part as the month before did."""
    noise = random.normal(size=(draws, number.size))
    for point in range(1, number.size):
        fresh = np.sqrt(1 - _CARRY**2) * noise[:, point]
        noise[:, point] = _CARRY * noise[:, point - 1] + fresh
    shares = np.clip(share + np.sqrt(correlation * share * (1 - share)) * noise, 0.0, 1.0)
    return random.binomial(number.astype(np.int64), shares).astype(np.float64)


def _gains(counts: Floats, base: Floats, number: Floats, correlation: float) -> Floats:
    """Return what every split gains, in units of the scatter left by the best; rows are series.

    Gains are twice those in log likelihood, each month weighted by the dossiers that it is worth
    when they are correlated.
    """
    weight = 1 / (1 + np.maximum(number - 1, 0.0) * correlation)
    is_share = base is number
    late, whole = counts * weight, np.broadcast_to(base * weight, counts.shape)
    left = slice(_LEAST_EACH_SIDE - 1, -_LEAST_EACH_SIDE)
    sums, sizes = np.cumsum(late, axis=1), np.cumsum(whole, axis=1)
    one = _fit(sums[:, -1:], sizes[:, -1:], is_share)
    two = _fit(sums[:, left], sizes[:, left], is_share) + _fit(
        sums[:, -1:] - sums[:, left], sizes[:, -1:] - sizes[:, left], is_share
    )
    each = _fit(late, whole, is_share).sum(axis=1, keepdims=True)
    rest = 2 * (each - two.max(axis=1, keepdims=True)) / max(number.size - 2, 1)
    return np.asarray(2 * (two - one) / np.maximum(rest, 0.05))


def _fit(late: Floats, whole: Floats, is_share: bool) -> Floats:
    """Return the log likelihood of counts at their own level, up to what all splits share."""
    size = np.maximum(whole, _TINY)
    own = xlogy(late, late / size)
    if is_share:
        own = own + xlogy(whole - late, np.maximum(1 - late / size, 1e-300))
    return np.asarray(own)


def _credible(
    random: np.random.Generator, count: Floats, number: Floats, base: Floats, at: int
) -> tuple[int, int]:
    """Return the first and the last date at which the change may well have been."""
    sides = np.arange(count.size) < at
    usual = count.sum() / base.sum()
    each = [count[side].sum() / max(base[side].sum(), _TINY) for side in (sides, ~sides)]
    stepped = np.where(sides, *each)
    correlation = _correlation(count, number, _share(stepped, base, number), 2)
    gains = _gains(count[None], base, number, correlation)[0]
    smaller = max(0.0, 1 - _CAUTION / float(np.sqrt(max(gains.max(), _TINY))))
    share = _share(usual + smaller * (stepped - usual), base, number)
    drawn = _gains(_draw(random, number, share, correlation, _DRAWS), base, number, correlation)
    short = drawn.max(axis=1) - drawn[:, at - _LEAST_EACH_SIDE]
    dates = np.flatnonzero(gains >= gains.max() - np.quantile(short, 0.95)) + _LEAST_EACH_SIDE
    return max(int(dates[0]) - 1, 1), min(int(dates[-1]) + 1, count.size - 1)
