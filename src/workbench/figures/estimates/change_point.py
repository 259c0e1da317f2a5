"""When did a share change, and how sure is the date? One change in a series of counts.

The split that explains the series best is tested against what chance alone would find anywhere
in it, and its date comes with the set of dates nearly as good. Season and calendar enter as
expected counts, so that Tet is no change.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import xlogy

Floats = NDArray[np.float64]
SEED = 20220701
_DRAWS = 1_999
_LEAST_EACH_SIDE = 2
WITHIN = 5.0
"""Fall in twice the log likelihood within which another date is as credible (95 %, checked)."""


@dataclass(frozen=True)
class ChangePoint:
    """The likeliest change: the new level starts at point ``at``, between ``first`` and ``last``.

    ``before`` and ``after`` are shares, or ratios to the expected where expected counts were
    given; each side's counts stand beside. No value where the series is too short or empty.
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
    spread: float = 1.0,
    seed: int = SEED,
) -> ChangePoint:
    """Return the likeliest single change of level, its credible dates, and its p-value.

    Args:
        late: Late dossiers of each point in time.
        dossiers: Dossiers of each point.
        expected: Late dossiers expected of each point from its season, calendar and mix; the
            change is then one of the ratio to these.
        spread: How many times chance the points scatter (sigma of z squared, ``control``).
        seed: Of the drawn series.

    The p-value is exact up to drawing: given the total of late dossiers, chance alone spreads
    them over the points in a known way (hypergeometric, or multinomial with ``expected``), and
    the best split of such series is compared.

    Source: Worsley (1983), Biometrika 70, 455-464 (change in a binomial series); conditional
    Monte Carlo: Besag and Clifford (1989), Biometrika 76, 633-642; dates: Siegmund (1988),
    International Statistical Review 56, 31-48.
    """
    count, number = (np.asarray(x, dtype=np.float64) for x in (late, dossiers))
    base = number if expected is None else np.asarray(expected, dtype=np.float64)
    method = "binomial_split" if expected is None else "poisson_split"
    if count.size < 2 * _LEAST_EACH_SIDE or not 0 < count.sum() < number.sum():
        return ChangePoint(None, None, None, None, None, (0, 0, 0, 0), 1.0, method)
    gains = _gains(count[None], base, expected is None)[0] / spread
    best = int(np.argmax(gains))
    random = np.random.default_rng(seed)
    chance = _by_chance(count, number, expected, random)
    beaten = np.sum(_gains(chance, base, expected is None).max(axis=1) >= gains[best] - 1e-9)
    credible = np.flatnonzero(gains >= gains[best] - WITHIN) + _LEAST_EACH_SIDE
    at = best + _LEAST_EACH_SIDE
    sides = (count[:at].sum(), base[:at].sum(), count[at:].sum(), base[at:].sum())
    return ChangePoint(
        at,
        int(credible[0]),
        int(credible[-1]),
        float(sides[0] / sides[1]) if sides[1] else None,
        float(sides[2] / sides[3]) if sides[3] else None,
        tuple(float(x) for x in sides),  # type: ignore[arg-type]
        float((beaten + 1) / (_DRAWS + 1)),
        method,
    )


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


def _by_chance(
    count: Floats, number: Floats, expected: ArrayLike | None, random: np.random.Generator
) -> Floats:
    """Draw series with the same total and no change."""
    total = round(float(count.sum()))
    if expected is None:
        sizes = number.astype(np.int64)
        return random.multivariate_hypergeometric(sizes, total, _DRAWS, method="marginals").astype(
            np.float64
        )
    weights = np.asarray(expected, dtype=np.float64)
    return random.multinomial(total, weights / weights.sum(), _DRAWS).astype(np.float64)


def _gains(counts: Floats, base: Floats, is_share: bool) -> Floats:
    """Return twice the gain in log likelihood of every split; rows are series."""
    done = np.cumsum(counts, axis=1)[:, _LEAST_EACH_SIDE - 1 : -_LEAST_EACH_SIDE]
    held = np.cumsum(base)[_LEAST_EACH_SIDE - 1 : -_LEAST_EACH_SIDE][None, :]
    whole, total = counts.sum(axis=1, keepdims=True), base.sum()
    sides = [(done, held), (whole - done, total - held)]
    gain = sum(_fit(x, n, is_share) for x, n in sides) - _fit(whole, np.array([[total]]), is_share)
    return np.asarray(2 * gain)


def _fit(count: Floats, base: Floats, is_share: bool) -> Floats:
    """Return the log likelihood of counts at their own level, up to what all splits share."""
    held = np.maximum(base, 1e-12)
    own = xlogy(count, count / held)
    if is_share:
        own = own + xlogy(base - count, np.maximum(1 - count / held, 1e-300))
    return np.asarray(own)
