"""Criteria of the administrative-reform index that a province sets for its units.

The criteria are configuration (``data/reference/par_criteria.csv``, empty as shipped): thresholds
differ by province and year and none was verified. A criterion without source or date of decision
is refused; one whose rate has no value gets no points.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from workbench.core.errors import InputRejected
from workbench.figures.measures import Rate
from workbench.messages import language
from workbench.official.metrics import estimate_rate

_RULES = ("threshold", "proportional")
_SCHEMA = {
    "criterion_id": pl.String,
    "name": pl.String,
    "metric_id": pl.String,
    "numerator": pl.Int64,
    "denominator": pl.Int64,
    "value": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "threshold": pl.Float64,
    "is_met": pl.Boolean,
    "points": pl.Float64,
    "max_points": pl.Float64,
    "source": pl.String,
    "decided_on": pl.Date,
}


@dataclass(frozen=True)
class _Criterion:
    """One criterion: a rate, a threshold (a share), points, and where it was decided.

    ``rule`` is ``threshold`` (all points from the threshold on, none below) or ``proportional``
    (points in proportion to the rate, all of them from the threshold on).
    """

    criterion_id: str
    names: dict[str, str]
    metric_id: str
    rate: Rate
    points: float
    rule: str
    threshold: float
    valid_from: dt.date
    valid_to: dt.date
    decided_on: dt.date
    source: str


def read_criteria(file: Path, rates: Mapping[str, Rate]) -> tuple[_Criterion, ...]:
    """Read criteria, each with the rate it names; none when the file holds only its header.

    Raises:
        InputRejected: A criterion lacks source or dates, or names an unknown rate or rule.
    """
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return tuple(_criterion(row, n, file.name, rates) for n, row in enumerate(rows, start=2))


def evaluate(
    criteria: tuple[_Criterion, ...], figures: dict[str, int], *, on: dt.date
) -> pl.DataFrame:
    """Evaluate the criteria in force on a day with the counters of a period.

    Args:
        criteria: What ``read_criteria`` gave.
        figures: Summed counters (``metrics.totals``).
        on: Last day of the period; criteria not in force on it are left out.

    Returns:
        One row per criterion: the rate with numerator, denominator and 95 % interval, threshold,
        whether it is met, points and maximum; null where the rate divides nothing.
    """
    rows = [_evaluated(c, figures) for c in criteria if c.valid_from <= on <= c.valid_to]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def _evaluated(criterion: _Criterion, figures: dict[str, int]) -> tuple[object, ...]:
    e = estimate_rate(criterion.rate, figures)
    is_met = None if e.value is None else e.value >= criterion.threshold
    share = None
    if e.value is not None:
        partly = e.value / criterion.threshold if criterion.rule == "proportional" else 0.0
        share = 1.0 if is_met else partly
    points = None if share is None else criterion.points * share
    head = (criterion.criterion_id, criterion.names[language()], criterion.metric_id)
    cells = (e.numerator, e.denominator, e.value, e.lower, e.upper, criterion.threshold, is_met)
    return (*head, *cells, points, criterion.points, criterion.source, criterion.decided_on)


def _criterion(
    row: dict[str, str], number: int, file: str, rates: Mapping[str, Rate]
) -> _Criterion:
    missing = [name for name in ("source", "decided_on", "valid_from") if not row.get(name)]
    if missing:
        raise InputRejected(
            "official.criterion_lacks", file=file, row=number, missing=", ".join(missing)
        )
    if row["metric_id"] not in rates or row["rule"] not in _RULES:
        raise InputRejected(
            "official.bad_criterion",
            file=file,
            row=number,
            metric=row["metric_id"],
            rule=row["rule"],
            metrics=", ".join(rates),
        )
    try:
        return _read(row, rates[row["metric_id"]])
    except ValueError as problem:
        raise InputRejected(
            "official.criterion_value", file=file, row=number, reason=problem
        ) from problem


def _read(row: dict[str, str], rate: Rate) -> _Criterion:
    threshold = float(row["threshold"])
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold {row['threshold']}")
    return _Criterion(
        criterion_id=row["criterion_id"],
        names={"vi": row["name_vi"], "en": row["name_en"] or row["name_vi"]},
        metric_id=row["metric_id"],
        rate=rate,
        points=float(row["points"]),
        rule=row["rule"],
        threshold=threshold,
        valid_from=dt.date.fromisoformat(row["valid_from"]),
        valid_to=dt.date.fromisoformat(row["valid_to"]) if row["valid_to"] else dt.date.max,
        decided_on=dt.date.fromisoformat(row["decided_on"]),
        source=row["source"],
    )
