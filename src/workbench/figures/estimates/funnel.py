"""Which units stand apart, when small ones scatter widely and all differ a little anyway.

Limits around a target that narrow with size: exact ones for chance alone, and wider ones for
units that differ more than chance does, as they do wherever work queues up. No unit is ranked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, gammaincinv, ndtri

Floats = NDArray[np.float64]
ALARM = 0.998
"""Level whose limits are crossed by one unit in five hundred by chance."""
TRIM = 0.1


@dataclass(frozen=True)
class Dispersion:
    """How much units differ: ``phi`` 1 is chance alone, ``tau2`` the variance between units.

    ``number`` units were used, on the scale on which the limits are drawn.
    """

    phi: float
    tau2: float
    number: int


def ratio_limits(expected: ArrayLike, level: float = ALARM) -> tuple[Floats, Floats]:
    """Return exact Poisson limits of observed over expected around 1.

    Source: Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202; the gamma form with
    continuous expectations of FunnelPlotR.

    >>> low, high = ratio_limits([15, 20], 0.95)
    >>> [round(float(x), 6) for x in (*low, *high)]
    [0.559692, 0.610826, 1.649348, 1.544419]
    """
    mean, tail = np.asarray(expected, dtype=np.float64), (1 - level) / 2
    return gammaincinv(mean, tail) / mean, gammaincinv(mean + 1, 1 - tail) / mean


def share_limits(dossiers: ArrayLike, target: float, level: float = ALARM) -> tuple[Floats, Floats]:
    """Return exact binomial limits of a share around its target.

    Between whole counts they interpolate, so that the limits narrow smoothly with size.

    Source: Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202, section 3 (exact binomial
    limits); beta form of Clopper and Pearson (1934), Biometrika 26, 404-413.

    >>> low, high = share_limits(100, 0.05)
    >>> round(float(low), 4), round(float(high), 4)
    (0.0075, 0.1554)
    """
    number, tail = np.asarray(dossiers, dtype=np.float64), (1 - level) / 2
    events = number * target
    others = number - events
    held_low, held_high = np.maximum(events, 1e-12), np.maximum(others, 1e-12)
    low = np.where(events > 0, betaincinv(held_low, others + 1, tail), 0.0)
    return low, np.where(others > 0, betaincinv(events + 1, held_high, 1 - tail), 1.0)


def ratio_dispersion(observed: ArrayLike, expected: ArrayLike, trim: float = TRIM) -> Dispersion:
    """Return the dispersion of observed over expected on the square-root scale.

    z-scores are pulled in to their 10th and 90th percentiles first, so that a few units truly
    apart do not widen the limits for all. Units that expect nothing are left out.

    Source: Spiegelhalter (2005), Quality and Safety in Health Care 14, 347-351; Care Quality
    Commission's variant as in FunnelPlotR (sr_method = "CQC").
    """
    count, mean = (np.asarray(x, dtype=np.float64) for x in (observed, expected))
    held = mean > 0
    root = np.sqrt(count[held] / mean[held])
    return _dispersion(root - 1, 1 / (2 * np.sqrt(mean[held])), trim)


def log_ratio_dispersion(
    observed: ArrayLike, expected: ArrayLike, trim: float = TRIM
) -> Dispersion:
    """Return the dispersion on the log scale, the outermost tenths of units left out.

    The variant of the English hospital mortality indicator; units without a single event cannot
    be placed on the log scale and count among the lowest.

    Source: NHS Digital (2018), Summary Hospital-level Mortality Indicator, indicator
    specification; as FunnelPlotR (sr_method = "SHMI", its default).
    """
    count, mean = (np.asarray(x, dtype=np.float64) for x in (observed, expected))
    held = mean > 0
    with np.errstate(divide="ignore"):
        scores = np.sqrt(mean[held]) * np.log(count[held] / mean[held])
    groups = np.floor(pl.Series(scores).rank().to_numpy() / trim / (scores.size + 1))
    kept = (groups > 0) & (groups < 1 / trim - 1) & np.isfinite(scores)
    return _additive(scores[kept], 1 / np.sqrt(mean[held][kept]))


def log_ratio_limits(
    expected: ArrayLike, tau2: float, level: float = ALARM
) -> tuple[Floats, Floats]:
    """Return limits of observed over expected on the log scale, with the variance between units.

    Source: as ``log_ratio_dispersion``.

    >>> low, high = log_ratio_limits(100, 0.02)
    >>> round(float(low), 4), round(float(high), 4)
    (0.5855, 1.7079)
    """
    mean, z = np.asarray(expected, dtype=np.float64), float(ndtri((1 + level) / 2))
    half = z * np.sqrt(1 / mean + tau2)
    return np.exp(-half), np.exp(half)


def share_dispersion(late: ArrayLike, dossiers: ArrayLike, trim: float = TRIM) -> Dispersion:
    """Return the dispersion of shares on the arcsine scale around the overall share.

    Source: Spiegelhalter (2005), Quality and Safety in Health Care 14, 347-351; as FunnelPlotR
    (data_type = "PR").
    """
    count, number = (np.asarray(x, dtype=np.float64) for x in (late, dossiers))
    held = number > 0
    target = count.sum() / max(number.sum(), 1e-12)
    angle = np.arcsin(np.sqrt(count[held] / number[held])) - np.arcsin(np.sqrt(target))
    return _dispersion(angle, 1 / (2 * np.sqrt(number[held])), trim)


def overdispersed_ratio_limits(
    expected: ArrayLike, tau2: float, level: float = ALARM
) -> tuple[Floats, Floats]:
    """Return limits of observed over expected that allow for the variance between units.

    On the square-root scale, squared back; below zero is zero.

    Source: Spiegelhalter (2005), Quality and Safety in Health Care 14, 347-351.
    """
    mean, z = np.asarray(expected, dtype=np.float64), float(ndtri((1 + level) / 2))
    half = z * np.sqrt(1 / (4 * mean) + tau2)
    return np.maximum(1 - half, 0.0) ** 2, (1 + half) ** 2


def overdispersed_share_limits(
    dossiers: ArrayLike, target: float, tau2: float, level: float = ALARM
) -> tuple[Floats, Floats]:
    """Return limits of a share around its target that allow for the variance between units.

    On the arcsine scale, turned back; kept within 0 and 1.

    Source: Spiegelhalter (2005), Quality and Safety in Health Care 14, 347-351; as FunnelPlotR
    (data_type = "PR").
    """
    number, z = np.asarray(dossiers, dtype=np.float64), float(ndtri((1 + level) / 2))
    half = z * np.sqrt(1 / (4 * number) + tau2)
    middle = np.arcsin(np.sqrt(target))
    low, high = np.maximum(middle - half, 0.0), np.minimum(middle + half, np.pi / 2)
    return np.sin(low) ** 2, np.sin(high) ** 2


def _dispersion(misses: Floats, errors: Floats, trim: float) -> Dispersion:
    """Return phi of winsorised z-scores and the additive variance that explains it."""
    if misses.size < 2:
        return Dispersion(1.0, 0.0, misses.size)
    scores = misses / errors
    low, high = np.quantile(scores, [trim, 1 - trim])
    return _additive(np.clip(scores, low, high), errors)


def _additive(scores: Floats, errors: Floats) -> Dispersion:
    """Return phi of z-scores and the variance between units of DerSimonian and Laird."""
    number = scores.size
    if number < 2:
        return Dispersion(1.0, 0.0, number)
    phi = float(np.mean(scores**2))
    weights = 1 / errors**2
    room = float(weights.sum() - (weights**2).sum() / weights.sum())
    return Dispersion(phi, max(0.0, (number * phi - (number - 1)) / room), number)
