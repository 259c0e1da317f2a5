"""How likely an open dossier is to exceed its allowed time, at its unit's present speed.

The curve of all units gives the shape; a unit's speed is its endings over the expected ones, and
is shrunk to the common speed where it has few. The reliability table shows how good a risk is.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import fsum, hypot, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from workbench.figures.estimates.excess import count_limits
from workbench.figures.estimates.shares import wilson
from workbench.figures.estimates.shrinkage import shrunk_ratios
from workbench.figures.estimates.survival import Curve, kaplan_meier

Floats = NDArray[np.float64]
_BANDS = (0.0, 0.5, 0.8, 1.0)
"""Parts of the allowed time in which a unit's speed is taken apart: a slow start may catch up."""
_LEAST = 1e-12
_SURE = 1e-3
"""Risks nearer to 0 or 1 are taken for this: the logit of a sure one has no end."""
_ROUNDS, _CLOSE = 25, 1e-9
_FEWEST_LISTS = 3
_UNKNOWN_LISTS = 0.25
_BOUNDS = ("value", "lower", "upper")


@dataclass(frozen=True)
class Speeds:
    """Everybody's curve and each unit's speed beside it: 1 as everybody, 2 twice as fast.

    ``value``, ``lower`` and ``upper`` have a row per band of the allowed time, a column per unit.
    """

    curve: Curve
    value: Floats
    lower: Floats
    upper: Floats


def speeds(
    elapsed: ArrayLike, ended: ArrayLike, unit: ArrayLike, entered: ArrayLike | None = None
) -> Speeds:
    """Return everybody's curve and the speed of each unit, drawn to the common one.

    Args:
        elapsed: Elapsed over allowed of each dossier, at its end or at the snapshot.
        ended: Whether it ended.
        unit: Number of its unit, 0, 1, 2 …
        entered: Elapsed over allowed at which it began to be watched; none: from the start.

    Source: Breslow (1975), International Statistical Review 43, 45-57 (endings over expected
    from a common _hazard); Clayton and Kaldor (1987), Biometrics 43, 671-681 (shrinkage).
    """
    time, over = np.asarray(elapsed, dtype=np.float64), np.asarray(ended, dtype=bool)
    codes = np.asarray(unit, dtype=np.int64)
    start = np.zeros_like(time) if entered is None else np.asarray(entered, dtype=np.float64)
    curve = kaplan_meier(time, over, entered)
    number = int(codes.max()) + 1 if codes.size else 0
    bands = []
    for low, high in pairwise(_BANDS):
        inside = over & (time > low) & (time <= high)
        due = _between(curve, np.clip(start, low, high), np.clip(time, low, high))
        expected = np.maximum(np.bincount(codes, due, number), _LEAST)
        bands.append(shrunk_ratios(np.bincount(codes, inside, number), expected))
    value, lower, upper = (np.stack([getattr(b, n) for b in bands]) for n in _BOUNDS)
    return Speeds(curve, value, lower, upper)


def _hazard(curve: Curve, times: ArrayLike) -> Floats:
    """Return minus the logarithm of the share still running at each time."""
    return np.asarray(-np.log(np.maximum(curve.values(times), _LEAST)))


def risks(found: Speeds, elapsed: ArrayLike, unit: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return each open dossier's risk of running past its limit, with lower and upper bound.

    The risk is the share of dossiers still running at the limit among those still running at the
    time it has reached, at its unit's speed; 1 for a dossier past its limit. The bounds are those
    of the speed: they say how well the risk is known, not how one dossier will fare.

    Source: conditional survival, Kalbfleisch and Prentice (1980); proportional hazards, Cox
    (1972), J. R. Stat. Soc. B 34, 187-220.
    """
    time, codes = np.asarray(elapsed, dtype=np.float64), np.asarray(unit, dtype=np.int64)
    ahead = np.stack(
        [
            _between(found.curve, np.clip(time, a, b), np.full_like(time, b))
            for a, b in pairwise(_BANDS)
        ]
    )
    value, low, high = (
        np.where(time > 1, 1.0, np.exp(-np.sum(speed[:, codes] * ahead, axis=0)))
        for speed in (found.value, found.upper, found.lower)
    )
    return value, low, high


def _between(curve: Curve, start: Floats, end: Floats) -> Floats:
    return np.maximum(_hazard(curve, end) - _hazard(curve, start), 0.0)


@dataclass(frozen=True)
class Reliability:
    """One entry per group of predictions, from the lowest: predicted and observed shares."""

    number: NDArray[np.int64]
    predicted: Floats
    happened: Floats
    lower: Floats
    upper: Floats
    brier: float


def reliability(risk: ArrayLike, late: ArrayLike, groups: int = 10) -> Reliability:
    """Return predicted and observed shares of late dossiers, in groups of equal size.

    Calibrated risks lie inside the 95 % interval of what happened in their group.

    Source: Hosmer and Lemeshow (1980), Communications in Statistics A9, 1043-1069 (groups);
    Brier (1950), Monthly Weather Review 78, 1-3 (score).

    >>> table = reliability([0.1, 0.1, 0.9, 0.9], [0, 0, 1, 1], groups=2)
    >>> [float(x) for x in table.happened], round(table.brier, 3)
    ([0.0, 1.0], 0.01)
    """
    predicted, truth = np.asarray(risk, dtype=np.float64), np.asarray(late, dtype=np.int64)
    order = np.argsort(predicted, kind="stable")
    parts = [part for part in np.array_split(order, groups) if part.size]
    shares = [wilson(int(truth[part].sum()), part.size) for part in parts]
    return Reliability(
        np.array([part.size for part in parts]),
        np.array([predicted[part].mean() for part in parts]),
        np.array([share.value for share in shares]),
        np.array([share.lower for share in shares]),
        np.array([share.upper for share in shares]),
        float(np.mean((predicted - truth) ** 2)),
    )


def calibration_slope(risk: ArrayLike, late: ArrayLike) -> tuple[float, float, float] | None:
    """Return how much of the differences between risks came true, with its 95 % interval.

    Args:
        risk: Predicted risks.
        late: Whether each dossier was late in the end.

    1: as predicted; below 1 the risks are too far apart, above 1 too close to each other. None
    where all risks are alike, all or none were late, or risks part the late ones from the others.

    Source: Cox (1958), Biometrika 45, 562-565: logistic regression on the logit of the risk.

    >>> slope = calibration_slope([0.2] * 10 + [0.8] * 10, [1, 1] + [0] * 8 + [1] * 8 + [0, 0])
    >>> [round(x, 2) for x in slope]
    [1.0, 0.21, 1.79]
    """
    chance = np.clip(np.asarray(risk, dtype=np.float64), _SURE, 1 - _SURE)
    truth, odds = np.asarray(late, dtype=np.float64), np.log(chance / (1 - chance))
    level, slope = 0.0, 1.0
    for _ in range(_ROUNDS):
        fitted = 1 / (1 + np.exp(-(level + slope * odds)))
        weight = fitted * (1 - fitted)
        whole = fsum(weight)
        if whole < _LEAST:
            return None
        centred = odds - fsum(weight * odds) / whole
        lever = fsum(weight * centred**2)
        if lever < _LEAST:
            return None
        step = fsum((truth - fitted) * centred) / lever
        level += fsum(truth - fitted) / whole - step * fsum(weight * odds) / whole
        slope += step
        if abs(step) < _CLOSE:
            half = float(ndtri(0.975)) / sqrt(lever)
            return slope, slope - half, slope + half
    return None


def predicted_number(
    risk: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    between: float = 0.0,
    level: float = 0.95,
) -> tuple[float, float, float]:
    """Return how many of some open dossiers are expected late, and between what the number will be.

    The interval is one of prediction: each dossier may still fare well or ill, whatever its risk,
    and the risks themselves are known only within their limits, which move together, since the
    dossiers wait for the same people. One list also fares worse than another as a whole.

    Args:
        risk: Risk of each dossier.
        lower: Lower limit of each risk, 95 %.
        upper: Upper limit of each.
        between: Relative variance between whole lists, as ``variance_between_lists`` finds it.
        level: Share of such intervals that hold the number that comes.

    Source: Poisson (1837), binomial with unequal chances; Hong (2013), Computational Statistics
    and Data Analysis 59, 41-51; limits of the risks added as those of one common error.

    >>> [round(x, 1) for x in predicted_number([0.5] * 20, [0.4] * 20, [0.6] * 20)]
    [10.0, 4.7, 15.3]
    >>> predicted_number([], [], [])
    (0.0, 0.0, 0.0)
    """
    chance, low, high = (np.asarray(x, dtype=np.float64) for x in (risk, lower, upper))
    mean = float(chance.sum())
    wide = float(ndtri((1 + level) / 2))
    # half a dossier: the number that comes is a whole one
    variance = float((chance * (1 - chance)).sum()) + between * mean**2
    half_width = wide * sqrt(variance) + (0.5 if chance.size else 0.0)
    below = hypot(half_width, mean - float(low.sum()))
    above = hypot(half_width, float(high.sum()) - mean)
    if mean > 0 and (above / wide) ** 2 > mean:
        # few that are rarely many at once: the number is lopsided
        _, most = count_limits(mean, (above**2 / wide**2 - mean) / mean**2, level)
        above = max(above, float(most) - mean)
    return mean, max(mean - below, 0.0), min(mean + above, float(chance.size))


def variance_between_lists(came: ArrayLike, expected: ArrayLike, variance: ArrayLike) -> float:
    """Return by how much whole lists of the past missed, beyond the chance of their dossiers.

    Args:
        came: Late dossiers that each list led to.
        expected: Number expected then.
        variance: Variance of that number, were all risks right.

    Returns:
        The variance relative to the square of what was expected, moments; of fewer than three
        lists, that of one list that missed by half.

    Source: Breslow (1984), Applied Statistics 33, 38-44, in its moment form.

    >>> variance_between_lists([10, 30, 20], [20, 20, 20], [5, 5, 5])
    0.15416666666666667
    """
    number, mean, chance = (np.asarray(x, dtype=np.float64) for x in (came, expected, variance))
    if number.size < _FEWEST_LISTS:
        return _UNKNOWN_LISTS
    beyond = float(((number - mean) ** 2 - chance).sum()) / max(float((mean**2).sum()), _LEAST)
    return max(beyond, 0.0)
