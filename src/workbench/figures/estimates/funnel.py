"""How much units differ beyond chance, when a few of them stand apart.

Limits around a target must allow for the spread that all units have, or half of them would stand
apart wherever work queues up; and they must not be widened by the very units they are to judge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]
ALARM = 0.998
"""Level whose limits are crossed by one unit in five hundred by chance."""
_ROUNDS = 10
"""Rounds in which the units apart and the spread of the others come to agree."""


@dataclass(frozen=True)
class Dispersion:
    """How much units differ: ``phi`` 1 is chance alone, ``tau2`` the variance between units.

    ``number`` units were used; ``tau2`` is on the square-root scale of observed over expected,
    where it is a quarter of the variance of the ratio.
    """

    phi: float
    tau2: float
    number: int


def ratio_dispersion(observed: ArrayLike, expected: ArrayLike) -> Dispersion:
    """Return how much the units differ that do not stand apart, around their own level.

    Args:
        observed: Late dossiers of each unit.
        expected: Late dossiers expected of it; a unit that expects nothing is left out.

    Starts from chance alone and widens the spread until it agrees with who lies within its limits
    (``ALARM``). At most two fifths of the units are set aside.

    Source: the additive model of Spiegelhalter (2005), Quality and Safety in Health Care 14,
    347-351, with the variance between units of DerSimonian and Laird (1986), Controlled Clinical
    Trials 7, 177-188; units apart are set aside, not winsorised.

    >>> ratio_dispersion([8, 12, 10, 9, 11, 60], [10] * 6)
    Dispersion(phi=0.2..., tau2=0.0, number=5)
    """
    count, mean = (np.asarray(x, dtype=np.float64) for x in (observed, expected))
    count, mean = count[mean > 0], mean[mean > 0]
    limit, most = float(ndtri((1 + ALARM) / 2)), 2 * count.size // 5
    aside, spread = np.zeros(count.size, dtype=bool), Dispersion(1.0, 0.0, 0)
    level = 1.0
    for _ in range(_ROUNDS):
        usual = np.maximum(mean * level, 1e-9)
        z = 2 * (np.sqrt(count) - np.sqrt(usual)) / np.sqrt(1 + 4 * usual * spread.tau2)
        furthest = np.argsort(-np.abs(z), kind="stable")[:most]
        before, aside = aside, np.zeros(count.size, dtype=bool)
        aside[furthest[np.abs(z[furthest]) > limit]] = True
        level = float(count[~aside].sum() / max(mean[~aside].sum(), 1e-9))
        spread = _between_units(count[~aside], mean[~aside] * level)
        if spread.number and np.array_equal(before, aside):
            break
    return spread


def _between_units(count: Floats, mean: Floats) -> Dispersion:
    """Return phi of the z-scores on the square-root scale, and the variance that explains it."""
    count, mean = count[mean > 0], mean[mean > 0]
    number = count.size
    if number < 2:
        return Dispersion(1.0, 0.0, number)
    errors = 1 / (2 * np.sqrt(mean))
    phi = float(np.mean(((np.sqrt(count / mean) - 1) / errors) ** 2))
    weights = 1 / errors**2
    scale = float(weights.sum() - (weights**2).sum() / weights.sum())
    return Dispersion(phi, max(0.0, (number * phi - (number - 1)) / scale), number)
