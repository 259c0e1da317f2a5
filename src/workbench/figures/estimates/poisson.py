"""Counts of rare things and their ratio to what was expected, with exact limits.

Late dossiers of a unit are few and independent only in the best case; the limits here are those
of a Poisson count and are therefore the narrowest an honest figure can have. Where units differ
by more than chance, ``estimates.excess`` and ``estimates.healthy_counts`` widen them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincinv, ndtri

from workbench.figures.estimates.shares import Estimate

Floats = NDArray[np.float64]
FEW_EVENTS = 10
"""Below this count Byar's approximation is replaced by the exact limits."""


def exact_limits(observed: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """Return the exact limits of Poisson counts; counts may be fractions of events.

    Args:
        observed: Counts, not negative; any shape.
        level: Share of repetitions in which the limits hold the truth, at least.

    Returns:
        Lower and upper limits in the shape of ``observed``; the lower limit of zero is zero.

    Source: Garwood (1936), Biometrika 28, 437-442; Ulm (1990), Am. J. Epidemiol. 131, 373-375.

    >>> low, high = exact_limits(10)
    >>> round(float(low), 3), round(float(high), 3)
    (4.795, 18.39)
    """
    counts = _counts(observed)
    tail = (1 - level) / 2
    low = np.where(counts > 0, gammaincinv(np.where(counts > 0, counts, 1.0), tail), 0.0)
    return low, np.asarray(gammaincinv(counts + 1, 1 - tail))


def byar_limits(observed: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """Return Byar's limits of Poisson counts, those of English public health; wants 10 or more.

    Source: Breslow and Day (1987), Statistical Methods in Cancer Research, vol. II, p. 69.

    >>> low, high = byar_limits(65)
    >>> round(float(low), 3), round(float(high), 3)
    (50.163, 82.849)
    """
    counts, z = _counts(observed), float(ndtri((1 + level) / 2))
    safe = np.where(counts > 0, counts, 1.0)
    low = np.where(counts > 0, safe * (1 - 1 / (9 * safe) - z / (3 * np.sqrt(safe))) ** 3, 0.0)
    more = counts + 1
    return low, more * (1 - 1 / (9 * more) + z / (3 * np.sqrt(more))) ** 3


def ratio(observed: float, expected: float, level: float = 0.95) -> Estimate:
    """Return observed over expected with its interval: above 1 is more than the mix explains.

    Byar's limits from ten events on, exact ones below, as public health reports do; the method
    says which. Nothing expected gives no value. ``expected`` counts as known.

    Raises:
        ValueError: A count is negative.

    Source: as ``byar_limits`` and ``exact_limits``; Public Health England (2018), Technical
    Guide: Confidence Intervals.

    >>> estimate = ratio(9, 7.5)
    >>> round(estimate.value, 3), round(estimate.lower, 3), round(estimate.upper, 3)
    (1.2, 0.549, 2.278)
    """
    few = observed < FEW_EVENTS
    low, high = (exact_limits if few else byar_limits)(observed, level)
    method = "exact_poisson" if few else "byar"
    if not expected > 0:
        return Estimate(None, None, None, observed, expected, method)
    value = observed / expected
    return Estimate(
        value, float(low) / expected, float(high) / expected, observed, expected, method
    )


def _counts(observed: Any) -> Floats:
    counts = np.asarray(observed, dtype=np.float64)
    if np.any(counts < 0):
        raise ValueError("a count below zero is none")
    return counts
