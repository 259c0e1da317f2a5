"""Every on-time rate in use, side by side.

``data/reference/metrics.csv`` lists for each id who uses it, its numerator and denominator and how
far that is verified.
A rate without denominator has no value; no rate is called the right one.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from workbench.core.errors import RuleFailed
from workbench.core.vocabulary import EVERYTHING, ReportSpan
from workbench.figures.estimates import Estimate, wilson
from workbench.figures.measures import COUNTERS, Rate, read_rates
from workbench.figures.on_request import find_rounded_rates
from workbench.messages import language, say

_SCHEMA = {
    "metric_id": pl.String,
    "name": pl.String,
    "numerator": pl.Int64,
    "denominator": pl.Int64,
    "value": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "p90": pl.Float64,
    "total": pl.Int64,
    "method": pl.String,
    "used_by": pl.String,
    "source": pl.String,
    "verified": pl.String,
}


@dataclass(frozen=True)
class Metric:
    """One named figure: what a rate divides (a distribution: none), who uses it, its source."""

    metric_id: str
    rate: Rate | None
    texts: dict[str, str]

    def name(self) -> str:
        """Return the name in the current language."""
        return self.texts[f"name_{language()}"]


def read_metrics(reference: Path) -> tuple[Metric, ...]:
    """Read ``metrics.csv``: ids, names, counters above and below, users and sources."""
    with (reference / "metrics.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    rates = read_rates(reference)
    return tuple(Metric(row["metric_id"], rates.get(row["metric_id"]), row) for row in rows)


def measure_name(measure: str, reference: Path) -> str:
    """Return what people call a measure: a rate by its row of ``metrics.csv``, or a count.

    >>> from workbench.core.project import shipped
    >>> measure_name("late_done", shipped().reference)
    'Tỷ lệ trễ hạn trên hồ sơ đã giải quyết'
    """
    names = {metric.metric_id: metric.name() for metric in read_metrics(reference)}
    return names[measure] if measure in names else say(f"briefing.{measure}")


def totals(
    counts: pl.DataFrame, *, span: ReportSpan, profile: str, unit_id: str = EVERYTHING
) -> dict[str, int]:
    """Return every counter of ``counts`` for a period, unit and profile; 0 without dossiers."""
    rows = counts.filter(
        period=span.period,
        convention=span.convention,
        profile=profile,
        unit_id=unit_id,
        field_of_work=EVERYTHING,
        procedure_id=EVERYTHING,
        channel_in=EVERYTHING,
    )
    return rows.select(pl.col(c).sum().cast(pl.Int64) for c in COUNTERS).row(0, named=True)


def estimate_rate(rate: Rate, figures: dict[str, int], effect: float = 1.0) -> Estimate:
    """Return a rate from summed counters, with its 95 % interval.

    Args:
        rate: Counters above and below.
        figures: What each counter adds up to.
        effect: The design effect of the dossiers (``unit_measures``); 1 where they are independent.
    """
    above, below = rate
    return wilson(sum(figures[c] for c in above), sum(figures[c] for c in below), effect)


def rates_side_by_side(
    metrics: tuple[Metric, ...],
    figures: dict[str, int],
    overruns: pl.DataFrame,
    *,
    span: ReportSpan,
    profile: str,
    unit_id: str = EVERYTHING,
    effects: Mapping[str, float] | None = None,
) -> pl.DataFrame:
    """Return every metric for one period, unit and profile, in the order of the list.

    Args:
        metrics: What ``read_metrics`` gave.
        figures: Counters of the period (``totals``).
        overruns: Table ``official_overruns``.
        span: The period.
        profile: Lateness profile.
        unit_id: A unit, ``*`` for all.
        effects: Design effect of each rate (``unit_measures``); none: dossiers are independent.

    Returns:
        One row per metric: metric_id, name, numerator, denominator, value with 95 % interval,
        method, used_by, source, verified. Rates are shares; ``overrun_days`` is the median number
        of civil days with an interval by order statistics, and its ninth decile in ``p90`` and
        sum in ``total``. Values are null where nothing is divided.
    """
    late = overruns.filter(
        pl.col("period") == span.period,
        pl.col("convention") == span.convention,
        pl.col("profile") == profile,
        pl.col("unit_id") == unit_id,
    )
    widened = effects or {}
    rows = [
        _rate_row(m, estimate_rate(m.rate, figures, widened.get(m.metric_id, 1.0)))
        if m.rate
        else _distribution_row(m, late)
        for m in metrics
    ]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def _rate_row(metric: Metric, e: Estimate) -> tuple[object, ...]:
    cells = (e.numerator, e.denominator, e.value, e.lower, e.upper, None, None, e.method)
    return (metric.metric_id, metric.name(), *cells, *_provenance(metric))


def _distribution_row(metric: Metric, late: pl.DataFrame) -> tuple[object, ...]:
    cells: tuple[object, ...] = (0, None, None, None, None, None, 0, "median")
    for row in late.iter_rows(named=True):
        bounds = (row["median_days"], row["lower_days"], row["upper_days"], row["p90_days"])
        cells = (row["n_late"], None, *map(float, bounds), row["total_days"], "median")
    return (metric.metric_id, metric.name(), *cells, *_provenance(metric))


def _provenance(metric: Metric) -> tuple[str, str, str]:
    texts = metric.texts
    return texts[f"used_by_{language()}"], texts["source"], texts["verified"]


PRINTED = {
    "rate_id": pl.String,
    "numerator": pl.Int64,
    "denominator": pl.Int64,
    "printed": pl.String,
}
"""A printed percentage: counts, and the number as printed with a decimal point."""


def check_printed(printed: pl.DataFrame) -> None:
    """Reject a table with percentages that do not follow from their counts.

    Raises:
        RuleFailed: Names the first such percentage and its counts.
    """
    for row in find_rounded_rates(printed).iter_rows(named=True):
        raise RuleFailed("official.rounded", **row)
