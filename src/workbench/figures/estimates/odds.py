"""Ratios of the odds of being late, crude or within strata of similar dossiers.

Ratios of odds, unlike differences of shares, keep one meaning where some kinds of dossiers are
nearly always late and others hardly ever. Strata in which one side is empty, or in which all
or none are late, have no information and no weight.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from workbench.figures.estimates.shares import Estimate

Floats = NDArray[np.float64]


def odds_ratio(
    left: tuple[ArrayLike, ArrayLike], right: tuple[ArrayLike, ArrayLike], level: float = 0.95
) -> Estimate:
    """Return the odds of being late on the right over those on the left, stratum by stratum.

    Args:
        left: Late dossiers and dossiers per stratum.
        right: The same of the side asked about, in the same strata.
        level: Confidence.

    Returns:
        Mantel and Haenszel's common ratio with its limits on the log scale; of one stratum it is
        the plain ratio with Woolf's limits. Numerator and denominator: late dossiers and dossiers
        of the right side. No value where no stratum has late ones on one side and others on the
        other, both ways.

    Source: Mantel and Haenszel (1959), J. Natl. Cancer Inst. 22, 719-748; Robins, Breslow and
    Greenland (1986), Biometrics 42, 311-323 (variance).

    >>> round(odds_ratio(([10], [100]), ([20], [100])).value, 2)
    2.25
    """
    (c, m), (a, n) = (
        tuple(np.atleast_1d(np.asarray(x, dtype=np.float64)) for x in side)
        for side in (left, right)
    )
    b, d, whole = n - a, m - c, np.maximum(m + n, 1.0)
    up, down = a * d / whole, b * c / whole
    late, seen = float(a.sum()), float(n.sum())
    if not (up.sum() > 0 and down.sum() > 0):
        return Estimate(None, None, None, late, seen, "mantel_haenszel")
    value = float(up.sum() / down.sum())
    half = float(ndtri((1 + level) / 2)) * float(np.sqrt(_log_variance(up, down, a + d, whole)))
    low, high = value * np.exp(-half), value * np.exp(half)
    return Estimate(value, float(low), float(high), late, seen, "mantel_haenszel")


def _log_variance(up: Floats, down: Floats, agreeing: Floats, whole: Floats) -> float:
    p, q = agreeing / whole, (whole - agreeing) / whole
    one, other = up.sum(), down.sum()
    return float(
        (p * up).sum() / (2 * one**2)
        + (p * down + q * up).sum() / (2 * one * other)
        + (q * down).sum() / (2 * other**2)
    )
