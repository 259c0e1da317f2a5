"""Has this series changed, or is it noise? Control charts for shares, with a stated baseline.

A person sets the baseline period and writes down the reason; no chart moves it by itself. Shares
are judged by exact limits that depend on the number of dossiers of each point and of the baseline;
the rules of the XmR chart are optional and warn where counts are too small for them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

ALARM = 0.998
"""Level of the exact limits: one point in five hundred lies outside by chance."""
_RANGE_TO_SIGMA = 1.128
_RANGE_LIMIT = 3.267
_XMR = 2.66
_RUN = 7
_FEW_LATE = 5.0
"""Expected late dossiers a point below which the rules of the XmR chart misfire."""


@dataclass(frozen=True)
class Baseline:
    """The baseline points that a person chose, and why; ``last`` is included.

    Raises:
        ValueError: No reason is given, or the baseline is shorter than two points.
    """

    first: int
    last: int
    reason: str

    def __post_init__(self) -> None:
        """Reject a baseline without a stated reason."""
        if not self.reason.strip():
            raise ValueError("a baseline needs the reason of the person who set it")
        if not 0 <= self.first < self.last:
            raise ValueError("a baseline has two points or more")

    def of(self, values: Floats) -> Floats:
        """Return the values inside the baseline."""
        return values[self.first : self.last + 1]


@dataclass(frozen=True)
class Chart:
    """One entry per point: value, centre, limits, whether it is called out and by which rule.

    ``rule`` is empty where nothing is called; ``spread`` is Laney's sigma of z (1: chance alone);
    ``is_shaky`` warns that the counts are too small for the method.
    """

    value: Floats
    centre: Floats
    lower: Floats
    upper: Floats
    rule: tuple[str, ...]
    spread: float
    is_shaky: bool
    method: str
    reason: str

    @property
    def called(self) -> Flags:
        """Whether a rule called the point."""
        return np.array([bool(rule) for rule in self.rule])


def share_chart(
    late: ArrayLike,
    dossiers: ArrayLike,
    baseline: Baseline,
    effect: ArrayLike = 1.0,
    level: float = ALARM,
) -> Chart:
    """Return the default chart of a share: exact limits, widened where points scatter more.

    Each point is compared with the rest of the baseline by the exact beta-binomial law, which
    allows for the baseline itself being a sample, each counted in independent dossiers: ``effect``
    correlated ones are worth one (Kish 1965, Survey Sampling, section 5.4). It is called
    ``above`` or ``below`` only if it is also outside Laney's p' limits where these are wider.
    Points without dossiers are not judged.

    Raises:
        ValueError: The baseline reaches beyond the series or holds no dossier.

    Source: Duncan (1986), Quality Control and Industrial Statistics (exact p chart); predictive
    law: Geisser (1993), Predictive Inference, section 2.1; Laney (2002), Quality Engineering 14,
    531-537 (p').
    """
    count, number = _counts(late, dossiers, baseline)
    inside = np.zeros(count.size, dtype=bool)
    inside[baseline.first : baseline.last + 1] = True
    in_time, worth = number - count, np.broadcast_to(np.asarray(effect, np.float64), count.shape)
    one = (baseline.of(count).sum() - np.where(inside, count, 0.0)) / worth + 0.5
    other = (baseline.of(in_time).sum() - np.where(inside, in_time, 0.0)) / worth + 0.5
    tail = (1 - level) / 2
    base, independent = (np.maximum(x, 1.0) for x in (number, np.floor(number / worth)))
    low, high = predictive_limits(np.where(number > 0, independent, 0.0), one, other, tail)
    wide = laney_limits(count, number, baseline)
    lower = np.minimum(low / independent, wide[0])
    upper = np.maximum(high / independent, wide[1])
    value = np.where(number > 0, count / base, np.nan)
    rule = _outside(value, lower, upper)
    centre = np.full(count.size, baseline.of(count).sum() / baseline.of(number).sum())
    return Chart(
        value, centre, lower, upper, rule, wide[2], False, "exact_p_prime", baseline.reason
    )


def predictive_limits(
    dossiers: Floats, one: Floats, other: Floats, tail: float
) -> tuple[Floats, Floats]:
    """Return the smallest and the largest count not refuted, when the share follows a beta law.

    Args:
        dossiers: Dossiers of each point.
        one: First parameter of each point's beta law: late ones seen elsewhere, and a half.
        other: Second parameter: those in time, and a half.
        tail: Chance left outside on each side, at most.

    Source: beta-binomial law, Skellam (1948), J. R. Stat. Soc. B 10, 257-261.
    """
    count = np.arange(float(dossiers.max(initial=0.0)) + 1)[None, :]
    number, a, b = (x[:, None] for x in (dossiers, one, other))
    rest = np.maximum(number - count, 0.0)
    ways = -np.log(number + 1) - betaln(rest + 1, count + 1)
    chance = np.exp(ways + betaln(count + a, rest + b) - betaln(a, b)) * (count <= number)
    below = np.cumsum(chance, axis=1)
    low = np.argmax(below >= tail, axis=1)
    high = np.argmax(1 - below <= tail + 1e-12, axis=1)
    return low.astype(np.float64), high.astype(np.float64)


def laney_limits(
    late: ArrayLike, dossiers: ArrayLike, baseline: Baseline
) -> tuple[Floats, Floats, float]:
    """Return the lower and upper p' limits of each point, and the sigma of z they rest on.

    Sigma of z is never taken below 1: chance is the least a share scatters.

    Source: Laney (2002), Quality Engineering 14, 531-537; limits of the p chart: Montgomery,
    Introduction to Statistical Quality Control, section 7.2.

    >>> low, high, sigma = laney_limits([10, 12, 11, 13], [50] * 4, Baseline(0, 3, "all of it"))
    >>> round(float(low[0]), 4), round(float(high[0]), 4), sigma
    (0.0515, 0.4085, 1.0)
    """
    count, number = _counts(late, dossiers, baseline)
    centre = baseline.of(count).sum() / baseline.of(number).sum()
    error = np.sqrt(centre * (1 - centre) / np.maximum(number, 1.0))
    scores = (count / np.maximum(number, 1.0) - centre) / np.maximum(error, 1e-12)
    judged = baseline.of(scores)[baseline.of(number) > 0]
    ranges = np.abs(np.diff(judged))
    sigma = max(1.0, float(ranges.mean()) / _RANGE_TO_SIGMA) if ranges.size else 1.0
    half = 3 * error * sigma
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0), sigma


def xmr_chart(values: ArrayLike, baseline: Baseline, expected: ArrayLike | None = None) -> Chart:
    """Return the XmR chart with the rules of the English health service, on request.

    Args:
        values: The series, say shares.
        baseline: Points from which mean and moving range are taken.
        expected: Expected late dossiers behind each point, if values are shares; where the least
            of them is below five the chart is marked shaky: these rules call out most healthy
            series then.

    Rules, the first that holds names the point: ``above`` or ``below`` the limits, ``trend`` of
    seven, ``near`` (two of three beyond two thirds of the way to a limit, all on one side),
    ``run`` of seven on one side of the mean. Moving ranges beyond 3.267 times their mean are set
    aside once before the limits are drawn.

    Source: NHS England, Making Data Count (2019); NHSRplotthedots 0.2.2 (ptd_spc_standard,
    ptd_special_cause_type); Wheeler (2000), Understanding Variation.
    """
    series = np.asarray(values, dtype=np.float64)
    usual = baseline.of(series)
    mean = float(usual.mean())
    ranges = np.abs(np.diff(usual))
    typical = float(ranges[ranges < _RANGE_LIMIT * ranges.mean()].mean()) if ranges.any() else 0.0
    lower, upper = mean - _XMR * typical, mean + _XMR * typical
    side = np.sign(series - mean).astype(np.int64)
    outside = (series > upper) | (series < lower)
    near = ~outside & (np.abs(series - mean) > 2 * _XMR / 3 * typical)
    named = [
        ("below", outside & (side < 0)),
        ("above", outside),
        ("trend", _spread_back(_trends(series))),
        ("near", two_in_three(near, side)),
        ("run", _spread_back(runs(side))),
    ]
    rule = ["" for _ in series]
    for name, holds in reversed(named):
        rule = [name if hit else old for hit, old in zip(holds, rule, strict=True)]
    shaky = expected is not None and float(np.min(np.asarray(expected))) < _FEW_LATE
    centre, low, high = (np.full(series.size, x) for x in (mean, lower, upper))
    return Chart(series, centre, low, high, tuple(rule), 1.0, shaky, "xmr", baseline.reason)


def runs(side: ArrayLike) -> Flags:
    """Return where seven points in a row, this one the last, lie on one side of the mean."""
    signs = np.asarray(side)
    hits = np.zeros(signs.size, dtype=bool)
    for i in range(_RUN - 1, signs.size):
        window = signs[i - _RUN + 1 : i + 1]
        hits[i] = signs[i] != 0 and bool(np.all(window == signs[i]))
    return hits


def two_in_three(near: ArrayLike, side: ArrayLike) -> Flags:
    """Return the points near a limit that belong to two such of three, all three on one side."""
    close, signs = np.asarray(near, dtype=bool), np.asarray(side)
    hits = np.zeros(close.size, dtype=bool)
    for i in range(close.size - 2):
        window = slice(i, i + 3)
        if close[window].sum() >= 2 and abs(int(signs[window].sum())) == 3:
            hits[window] |= close[window]
    return hits


def _trends(series: Floats) -> Flags:
    """Return where seven points, this one the last, rise or fall without a pause."""
    steps = np.sign(np.diff(series))
    hits = np.zeros(series.size, dtype=bool)
    for i in range(_RUN - 1, series.size):
        hits[i] = abs(steps[i - _RUN + 1 : i].sum()) == _RUN - 1
    return hits


def _spread_back(last: Flags) -> Flags:
    """Mark all seven points of every run whose last point is marked."""
    marked = np.zeros(last.size, dtype=bool)
    for i in np.flatnonzero(last):
        marked[i - _RUN + 1 : i + 1] = True
    return marked


def _outside(value: Floats, lower: Floats, upper: Floats) -> tuple[str, ...]:
    margin = 1e-12
    return tuple(
        "above" if v > high + margin else "below" if v < low - margin else ""
        for v, low, high in zip(value, lower, upper, strict=True)
    )


def _counts(late: ArrayLike, dossiers: ArrayLike, baseline: Baseline) -> tuple[Floats, Floats]:
    count, number = (np.asarray(x, dtype=np.float64) for x in (late, dossiers))
    if baseline.last >= count.size:
        raise ValueError("the baseline reaches beyond the series")
    if not baseline.of(number).sum() > 0:
        raise ValueError("the baseline holds no dossier")
    return count, number
