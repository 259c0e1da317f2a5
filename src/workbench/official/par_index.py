"""Criteria of the administrative-reform index that a province sets for its units.

The criteria are configuration (``data/reference/par_criteria.csv``, empty as shipped): thresholds
differ by province and year and none was verified. A row is of one of four kinds: a rate, a count,
a checklist (items done of items), or manual (points that the unit gave itself, and those a
reviewer gave). One that cannot be read, or lacks its source or dates, gets no points and says why;
the others are evaluated all the same.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from workbench.figures.estimates import Estimate
from workbench.figures.measures import COUNTERS, Rate
from workbench.messages import language, say
from workbench.official.metrics import estimate_rate

KINDS = ("rate", "count", "checklist", "manual")
_RULES = ("threshold", "proportional", "at_most")
_SCHEMA = {
    "criterion_id": pl.String,
    "kind": pl.String,
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
    "points_to_win": pl.Float64,
    "steps_to_win": pl.Int64,
    "is_self_scored": pl.Boolean,
    "problem": pl.String,
    "source": pl.String,
    "decided_on": pl.Date,
}


@dataclass(frozen=True)
class _Criterion:
    """One criterion: what is counted, a threshold, points, and where it was decided.

    ``rule`` is ``threshold`` (all points from the threshold on, none below), ``proportional``
    (points in proportion, all of them from the threshold on) or ``at_most`` (all points up to the
    threshold, none above). ``problem`` says why a row cannot be evaluated.
    """

    row: Mapping[str, str]
    number: int
    counters: Rate = ((), ())
    points: float = 0.0
    threshold: float = 0.0
    valid_from: dt.date = dt.date.min
    valid_to: dt.date = dt.date.max
    decided_on: dt.date | None = None
    problem: str = ""

    @property
    def kind(self) -> str:
        """What is scored; a row that does not say so is a rate."""
        return self.row.get("kind") or "rate"

    def typed(self, column: str) -> float | None:
        """Return a number that people enter: items done, or points."""
        return _number(text) if (text := self.row.get(column)) else None


def read_criteria(file: Path, rates: Mapping[str, Rate]) -> tuple[_Criterion, ...]:
    """Read criteria, each with what it counts; none when the file holds only its header."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return tuple(_criterion(row, n, file.name, rates) for n, row in enumerate(rows, start=2))


def evaluate(
    criteria: tuple[_Criterion, ...],
    figures: dict[str, int],
    *,
    on: dt.date,
    effects: Mapping[str, float] | None = None,
) -> pl.DataFrame:
    """Evaluate the criteria in force on a day with the counters of a period.

    Args:
        criteria: What ``read_criteria`` gave.
        figures: Summed counters (``metrics.totals``).
        on: Last day of the period; criteria not in force on it are left out.
        effects: Design effect of each rate (``unit_measures``); none: dossiers are independent.

    Returns:
        One row per criterion: what was counted (a rate with its 95 % interval), threshold, whether
        it is met, points and maximum, the points still to win and how many more dossiers or items
        they take; null where nothing is counted, with the problem in words.
    """
    widened = effects or {}
    rows = [
        _evaluated(c, figures, widened.get(c.row.get("metric_id", ""), 1.0))
        for c in criteria
        if c.valid_from <= on <= c.valid_to
    ]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def cheapest_first(frame: pl.DataFrame) -> pl.DataFrame:
    """Return criteria with points to win by more dossiers or items, the fewest a point first."""
    open_rows = frame.filter(pl.col("points_to_win") > 0, pl.col("steps_to_win") > 0)
    return open_rows.sort(pl.col("steps_to_win") / pl.col("points_to_win"), "criterion_id")


def _evaluated(criterion: _Criterion, figures: dict[str, int], effect: float) -> tuple[object, ...]:
    c, row = criterion, criterion.row
    estimate = None if c.problem else _count(c, figures, effect)
    share = _share(c, estimate) if estimate else None
    points = None if share is None else c.points * share
    checked = c.typed("checked") if c.kind == "manual" and not c.problem else None
    if c.kind == "manual" and not c.problem:
        points = checked if checked is not None else c.typed("self_scored")
    missing = None if points is None else c.points - points
    cells: tuple[float | None, ...] = (None, None, None)
    if estimate:
        cells = (_whole(estimate.numerator), _whole(estimate.denominator), estimate.value)
    interval = (estimate.lower, estimate.upper) if estimate and c.kind == "rate" else (None, None)
    name = row.get(f"name_{language()}") or row.get("name_vi") or row.get("criterion_id", "")
    return (
        *(row.get("criterion_id", ""), c.kind, name, row.get("metric_id", "")),
        *cells,
        *interval,
        None if c.problem or c.kind == "manual" else c.threshold,
        None if share is None else share >= 1,
        points,
        c.points,
        missing,
        _steps(c, estimate) if estimate else None,
        c.kind == "manual" and points is not None and checked is None,
        c.problem or ("" if points is not None else say("official.nothing")),
        row.get("source", ""),
        c.decided_on,
    )


def _count(c: _Criterion, figures: dict[str, int], effect: float) -> Estimate | None:
    """Return what a criterion counts; nothing where its denominator is zero."""
    if c.kind == "rate":
        rate = estimate_rate(c.counters, figures, effect)
        return None if rate.value is None else rate
    if c.kind == "count":
        n = sum(figures[name] for name in c.counters[0])
        return Estimate(n, n, n, n, None, "count")
    done = c.typed("self_scored")
    if c.kind == "manual" or done is None:
        return None
    return Estimate(done, done, done, done, c.threshold, "count")


def _share(c: _Criterion, estimate: Estimate) -> float:
    """Return the share of the points that a count gives."""
    value = estimate.value or 0.0
    if c.row["rule"] == "at_most":
        return float(value <= c.threshold)
    if value >= c.threshold:
        return 1.0
    return value / c.threshold if c.row["rule"] == "proportional" else 0.0


def _steps(c: _Criterion, estimate: Estimate) -> int | None:
    """Return how many more dossiers or items all points take, at an unchanged denominator."""
    if c.row["rule"] == "at_most" or estimate.value is None:
        return None
    base = estimate.denominator if c.kind == "rate" and estimate.denominator else 1
    # rounded first: 0.95 of 100 dossiers are 95, not 95.00000000000001
    needed = math.ceil(round(c.threshold * base, 9))
    return max(needed - int(estimate.numerator), 0)


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)


def _criterion(
    row: dict[str, str], number: int, file: str, rates: Mapping[str, Rate]
) -> _Criterion:
    missing = [name for name in ("source", "decided_on", "valid_from") if not row.get(name)]
    where = {"file": file, "row": number}
    if missing:
        problem = say("official.criterion_lacks", missing=", ".join(missing), **where)
        return _Criterion(row, number, points=_points(row), problem=problem)
    counters = _counters(row, rates)
    kind = row.get("kind") or "rate"
    rules = ("",) if kind == "manual" else _RULES
    if counters is None or kind not in KINDS or row["rule"] not in rules:
        problem = say(
            "official.bad_criterion",
            metric=row["metric_id"],
            rule=row["rule"],
            kind=kind,
            metrics=", ".join(rates),
            kinds=", ".join(KINDS),
            rules=", ".join(_RULES),
            **where,
        )
        return _Criterion(row, number, points=_points(row), problem=problem)
    try:
        return _read(row, number, counters)
    except ValueError as error:
        problem = say("official.criterion_value", reason=error, **where)
        return _Criterion(row, number, points=_points(row), problem=problem)


def _points(row: Mapping[str, str]) -> float:
    """Return the most points of a row, 0 where it does not say."""
    text = row.get("points") or ""
    try:
        return max(_number(text), 0.0)
    except ValueError:
        return 0.0


def _number(text: str) -> float:
    """Read a number with a point or a comma before its decimals.

    A comma before three digits may part thousands as well, unless a zero stands before it.

    Raises:
        ValueError: It is not a finite number, or may be read in two ways.

    >>> _number("1,5"), _number("0,985"), _number("0.95")
    (1.5, 0.985, 0.95)
    """
    has_decimals = re.fullmatch(r"0,\d+|\d+,\d{1,2}", text.strip())
    try:
        number = float(text.replace(",", ".") if has_decimals else text)
    except ValueError:
        # what Python says of it is in no language of the page
        raise ValueError(text) from None
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _counters(row: dict[str, str], rates: Mapping[str, Rate]) -> Rate | None:
    """Return what a row counts; nothing where it names no rate or counter that there is."""
    kind = row.get("kind") or "rate"
    if kind == "rate":
        return rates.get(row["metric_id"])
    if kind != "count":
        return (), ()
    names = tuple(name.strip() for name in row["metric_id"].split("+"))
    return (names, ()) if set(names) <= set(COUNTERS) else None


def _read(row: dict[str, str], number: int, counters: Rate) -> _Criterion:
    kind, points = row.get("kind") or "rate", _number(row["points"])
    threshold = 0.0 if kind == "manual" else _number(row["threshold"])
    lowest = 0.0 if row["rule"] == "at_most" else math.ulp(0.0)
    highest = 1.0 if kind == "rate" else math.inf
    is_possible = kind == "manual" or lowest <= threshold <= highest
    if not is_possible:
        raise ValueError(f"threshold {row['threshold']}")
    for column in ("self_scored", "checked"):
        typed = _number(row.get(column) or "0")
        if not 0 <= typed <= (points if kind == "manual" else math.inf):
            raise ValueError(f"{column} {row[column]}")
    return _Criterion(
        row,
        number,
        counters=counters,
        points=points,
        threshold=threshold,
        valid_from=_day(row, "valid_from"),
        valid_to=_day(row, "valid_to") if row["valid_to"] else dt.date.max,
        decided_on=_day(row, "decided_on"),
    )


def _day(row: Mapping[str, str], column: str) -> dt.date:
    """Read a day; a wrong one is named with its column."""
    try:
        return dt.date.fromisoformat(row[column])
    except ValueError:
        raise ValueError(f"{column} {row[column]}") from None
