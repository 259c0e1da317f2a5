"""Model of the time an open dossier still needs at its step and from there to the end.

The time at a step is the usual time of its kind times the pace of the unit. The pace drifts; how
much and how fast is estimated from the register. The residuals give the shape of the
distribution; dossiers that have not left count as censored.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_ndtr, ndtri

from workbench.figures.estimates.survival import kaplan_meier

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
BLOCK_DAYS = 10
"""Days within which a unit's pace is taken as constant."""
BLOCKS = 18
_SHORTEST = 60.0
_POINTS = 200
_SPREADS = (0.003, 0.01, 0.03, 0.1, 0.3, 0.8)
"""Variance of the pace between units and times, over that of single dossiers."""
_MEMORIES = (20.0, 45.0, 90.0, 180.0, 720.0)
"""Days after which a unit's pace is still related to what it was by a factor e."""
_ROUNDS, _STEPS = 4, 6
_LEAST = 1e-6
_NOTHING = 1e6
_FEW = 3
_WIDE = float(ndtri(0.975))
_NODES, _RAW_WEIGHTS = np.polynomial.hermite_e.hermegauss(5)
_WEIGHTS = _RAW_WEIGHTS / _RAW_WEIGHTS.sum()


def first_day(day: dt.date) -> dt.date:
    """Return the first day of the data from which the pace on a day is estimated.

    One day more than the sojourns that count, since instants are in several time zones.

    >>> first_day(dt.date(2022, 7, 1))
    datetime.date(2022, 1, 1)
    """
    return day - dt.timedelta(days=BLOCK_DAYS * BLOCKS + 1)


@dataclass(frozen=True)
class SojournTimes:
    """Times of many dossiers at one place (or from there to the end), one entry per dossier.

    ``seconds`` as far as seen, ``over`` whether that was all; ``kind`` and ``unit`` are numbers
    0, 1, 2 …, ``age`` days before the snapshot at which the time began.
    """

    seconds: Floats
    over: NDArray[np.bool_]
    kind: Whole
    unit: Whole
    age: Floats

    @property
    def block(self) -> Whole:
        """Return the block of days in which each time began, 0 the last."""
        return np.minimum(self.age // BLOCK_DAYS, BLOCKS - 1).astype(np.int64)


@dataclass(frozen=True)
class Pace:
    """Log seconds: the usual time of each kind, and a unit's own pace in each block of days.

    ``own`` (units x blocks) is added to ``usual`` (kinds), ``unsure`` is its variance; ``shape``
    has equally likely residuals of single dossiers, ``spread`` their standard deviation.
    """

    usual: Floats
    own: Floats
    unsure: Floats
    shape: Floats
    spread: float

    def centre(self, kind: Whole, unit: Whole, block: Whole) -> Floats:
        """Return the middle log seconds of dossiers of these kinds, units and blocks."""
        return np.asarray(self.usual[kind] + self.own[unit, block])


def pace(stays: SojournTimes, kinds: int, units: int) -> Pace:
    """Return the usual time of each kind and the drift of each unit's pace.

    A log-normal law with the unit's pace as a Gaussian process in time; censored times are
    replaced by their expectation, and kinds are shrunk to their common level. Spread and memory
    of the pace are the likeliest of a grid; the shape is the Kaplan-Meier curve of the residuals.

    Args:
        stays: At least one of them over.
        kinds: How many kinds there are.
        units: How many units there are.

    Source: Tobin (1958), Econometrica 26, 24-36 (censored normal); Rasmussen and Williams (2006),
    Gaussian Processes for Machine Learning, 2.2 and 5.4; Robinson (1991), Statistical Science 6,
    15-51 (drawing to the common level).
    """
    time = np.log(np.maximum(stays.seconds, _SHORTEST))
    still = np.flatnonzero(~stays.over)
    cell, grid = stays.unit * BLOCKS + stays.block, (units, BLOCKS)
    number = np.bincount(cell, minlength=units * BLOCKS).reshape(grid)
    of_kind = np.bincount(stays.kind, minlength=kinds)
    usual, level = np.full(kinds, time.mean()), float(time.mean())
    own, unsure = np.zeros(grid), np.zeros(grid)
    variance = max(float(time.var()), _LEAST)
    between, law = variance, (0.0, 0.0)
    imputed, usual_at = time.copy(), usual[stays.kind]
    for step in range(_ROUNDS * _STEPS):
        own_at, before = own.ravel()[cell], usual_at
        middle = usual_at[still] + own_at[still]
        imputed[still], open_part = _imputed(time[still], middle, variance)
        weight_of_kind = of_kind / (of_kind + variance / between)
        apart = imputed - own_at
        left = np.bincount(stays.kind, apart, kinds)
        usual = level + weight_of_kind * (left / np.maximum(of_kind, 1) - level)
        level = float(usual.mean())
        between = max(
            float(np.mean((usual - level) ** 2 + variance / (of_kind + variance / between))),
            _LEAST,
        )
        usual_at = usual[stays.kind]
        gone = apart - usual_at
        spread_out = (gone * gone).sum() + open_part.sum() + np.sum(number * unsure)
        variance = max(float(spread_out / time.size), _LEAST)
        hidden = np.bincount(cell[still], np.clip(open_part / variance, 0, 1), units * BLOCKS)
        weight = np.maximum(number - hidden.reshape(grid), _LEAST)
        score = np.bincount(cell, apart - before, units * BLOCKS).reshape(grid)
        seen = np.where(number > 0, np.clip(own + score / weight, -6, 6), 0.0)
        noise = np.where(number > 0, variance / weight, _NOTHING)
        if step % _STEPS == 0:
            law = _likeliest(seen, noise, variance)
        own, unsure = _smoothed(seen, noise, law)
    rest = time - usual_at - own.ravel()[cell]
    spread = float(np.sqrt(variance))
    return Pace(usual, own, unsure, _shape(rest, stays.over, spread), spread)


def _imputed(time: Floats, middle: Floats, variance: float) -> tuple[Floats, Floats]:
    """Return the expectation of each censored time and its variance."""
    wide = np.sqrt(variance)
    beyond = (time - middle) / wide
    ratio = np.exp(-0.5 * beyond**2 - 0.5 * np.log(2 * np.pi) - log_ndtr(-beyond))
    open_part = variance * np.maximum(1 + beyond * ratio - ratio**2, 0.0)
    return middle + wide * ratio, open_part


def _likeliest(seen: Floats, noise: Floats, variance: float) -> tuple[float, float]:
    """Return the variance of the pace and its memory under which what was seen is likeliest."""
    laws = [*product((variance * part for part in _SPREADS), _MEMORIES)]
    prior, memory = (np.array(column)[:, None] for column in zip(*laws, strict=True))
    filtered = _filtered(seen, noise, (prior, memory))
    return laws[int(np.argmax(filtered.likely.sum(axis=1)))]


@dataclass(frozen=True)
class _Filtered:
    """The pace of each block: filtered, with variance, and predicted from the blocks before.

    ``likely`` is the log likelihood of what was seen but for a constant, by unit.
    """

    mean: list[Floats]
    variance: list[Floats]
    predicted: list[Floats]
    unsure: list[Floats]
    likely: Floats


def _autocorrelation(memory: ArrayLike) -> Floats:
    """Return the autocorrelation of the pace over one block."""
    return np.asarray(np.exp(-BLOCK_DAYS / np.asarray(memory)))


def _filtered(seen: Floats, noise: Floats, law: tuple[ArrayLike, ArrayLike]) -> _Filtered:
    """Pass through the blocks: such a process forgets all but the block before.

    Source: Kalman (1960), Journal of Basic Engineering 82, 35-45.
    """
    prior, memory = np.asarray(law[0]), _autocorrelation(law[1])
    mean, wide = np.zeros_like(seen[:, 0]), prior + np.zeros_like(seen[:, 0])
    likely = np.zeros_like(wide)
    means, variances, predicted, unsure = [], [], [], []
    for block in range(BLOCKS):
        predicted.append(mean)
        unsure.append(wide)
        whole = wide + noise[:, block]
        missed = seen[:, block] - mean
        likely -= 0.5 * (missed**2 / whole + np.log(whole))
        means.append(mean + wide / whole * missed)
        variances.append(wide * noise[:, block] / whole)
        mean, wide = memory * means[-1], memory**2 * variances[-1] + prior * (1 - memory**2)
    return _Filtered(means, variances, predicted, unsure, likely)


def _smoothed(seen: Floats, noise: Floats, law: tuple[float, float]) -> tuple[Floats, Floats]:
    """Return each unit's pace in each block and its variance, given all blocks.

    Source: Rauch, Tung and Striebel (1965), AIAA Journal 3, 1445-1450.
    """
    filtered, memory = _filtered(seen, noise, law), float(_autocorrelation(law[1]))
    own, unsure = [filtered.mean[-1]], [filtered.variance[-1]]
    for block in range(BLOCKS - 2, -1, -1):
        gain = memory * filtered.variance[block] / filtered.unsure[block + 1]
        own.append(filtered.mean[block] + gain * (own[-1] - filtered.predicted[block + 1]))
        more = unsure[-1] - filtered.unsure[block + 1]
        unsure.append(np.maximum(filtered.variance[block] + gain**2 * more, 0.0))
    return np.stack(own[::-1], axis=1), np.stack(unsure[::-1], axis=1)


def _shape(rest: Floats, over: NDArray[np.bool_], spread: float) -> Floats:
    """Return equally likely residuals; beyond the largest seen, those of the normal law."""
    curve = kaplan_meier(rest, over)
    levels = (np.arange(_POINTS) + 0.5) / _POINTS
    place = np.searchsorted(1 - curve.share, levels - 1e-12)
    inside = place < curve.time.size
    points = np.append(curve.time, curve.last)[np.minimum(place, curve.time.size)]
    points = np.where(inside, points, np.maximum(points, spread * ndtri(levels)))
    middle, wide = float(points.mean()), float(points.std())
    # residuals of the times from which the pace was estimated are slightly too narrow
    return np.asarray(middle + (points - middle) * max(spread / max(wide, _LEAST), 1.0))


def remaining_time_risks(
    here: tuple[Pace, SojournTimes], after: tuple[Pace, Floats], allowed: ArrayLike
) -> tuple[Floats, Floats, Floats]:
    """Return each dossier's risk of needing more than it is allowed, with lower and upper bound.

    The time at the step, known to be longer than so far, and the time from there to the end are
    added. The bounds come from the uncertainty of the unit's pace: how well the risk is known,
    not how one dossier will end.

    Args:
        here: Pace at the place, and the dossiers that are there (their seconds so far).
        after: Pace from there to the end, and the middle log seconds of each dossier.
        allowed: Working seconds left to each; 1 is the risk of a dossier with less than 0.

    Source: conditional survival and convolution, Kalbfleisch and Prentice (1980); integrated
    over the pace by Gauss-Hermite quadrature.
    """
    law, stays = here
    slack = np.asarray(allowed, dtype=np.float64)
    centre = law.centre(stays.kind, stays.unit, stays.block)
    unsure = np.sqrt(law.unsure[stays.unit, stays.block])
    so_far = np.maximum(stays.seconds, _SHORTEST)
    late, there = np.zeros_like(slack), np.zeros_like(slack)
    bounds = []
    for node, weight in [*zip(_NODES, _WEIGHTS, strict=True), (-_WIDE, 0.0), (_WIDE, 0.0)]:
        parts = _left_at(law, centre + node * unsure, so_far, slack, after)
        late, there = late + weight * parts[0], there + weight * parts[1]
        bounds.append(parts[0] / parts[1])
    value = late / there
    return value, np.minimum(bounds[-2], value), np.maximum(bounds[-1], value)


def _left_at(
    law: Pace, centre: Floats, so_far: Floats, slack: Floats, after: tuple[Pace, Floats]
) -> tuple[Floats, Floats]:
    """Return how likely a dossier is still there and will be late, and is still there."""
    end = so_far + np.maximum(slack, 0.0)
    stay = np.exp(centre[:, None] + law.shape[None, :])
    there = stay > so_far[:, None]
    with np.errstate(divide="ignore"):
        left = np.log(end[:, None] - np.minimum(stay, end[:, None]))
    order = np.sort(after[0].shape)
    passed = np.searchsorted(order, left - after[1][:, None], side="right") / order.size
    late = np.where(stay > end[:, None], 1.0, 1 - passed)
    share = there.mean(axis=1)
    # longer than nearly all seen: the tail of the normal law
    now, then = ((np.log(x) - centre) / law.spread for x in (so_far, end))
    tail = np.exp(log_ndtr(-now))
    rare = there.sum(axis=1) < _FEW
    return (
        np.where(rare, np.exp(log_ndtr(-then)), (late * there).mean(axis=1)),
        np.where(rare, np.maximum(tail, 1e-300), share),
    )
