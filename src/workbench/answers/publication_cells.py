"""All cells that a reader of several publications can add and subtract, as one system.

A half-year is the sum of its quarters, a year of its halves: every published calendar period is the
sum of its parts and an unpublished remainder. A remainder may be derivable unless it is small.
Stocks at one day are the same in every period that ends on it. A cell with the same count under two
definitions of late is one cell.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from workbench.core.vocabulary import EVERYTHING, Period
from workbench.privacy import THRESHOLD, Beside, Sum

Counts = Mapping[tuple[str, str], Mapping[str, int]]
"""The count of each measure, by unit and period."""
Measured = Callable[[str, Sequence[str]], Counts]
"""Counts under a profile, of some periods."""


@dataclass(frozen=True)
class Shape:
    """The sums within a row, and the cells that do not add up over time.

    ``stocks`` are counted at the end of a period, ``mixed`` are sums of stocks and others.
    ``weights`` say how much a reader loses with a dossier of a withheld measure.
    """

    cells: tuple[str, ...]
    sums: Mapping[str, Sequence[str]]
    stocks: tuple[str, ...]
    mixed: tuple[str, ...]
    weights: Mapping[str, int]


@dataclass
class PublicationSystem:
    """Numbered cells, the sums among them, and what was published of them before.

    ``costs`` are what a reader loses with each cell.
    """

    values: list[int] = field(default_factory=list)
    costs: list[int] = field(default_factory=list)
    lines: list[Sum] = field(default_factory=list)
    places: list[tuple[str, str]] = field(default_factory=list)
    beside: Beside = field(default_factory=Beside)


def publication_system(
    shape: Shape,
    measured: Measured,
    units: Sequence[str],
    publication: tuple[str, Sequence[str]],
    record: pl.DataFrame,
    snapshot: dt.date,
) -> PublicationSystem:
    """Return the system of a publication and all before it.

    The cells to be published come first: by unit (all together, then each), period and measure.

    Args:
        shape: Measures of a row and what adds up.
        measured: Gives the counts.
        units: Every unit.
        publication: Profile and periods to be published.
        record: Cells published before.
        snapshot: The last day covered by any period.
    """
    rows = record.filter(pl.col("unit_id").is_in([EVERYTHING, *units]))
    rows = rows.filter(pl.col("measure").is_in(shape.cells))
    return _Builder(shape, measured, (EVERYTHING, *units), *publication, rows, snapshot).build()


@dataclass
class _Builder:
    """Numbers cells and collects sums, those of the publication itself first."""

    _shape: Shape
    _measured: Measured
    _units: Sequence[str]
    _profile: str
    _periods: Sequence[str]
    _record: pl.DataFrame
    _snapshot: dt.date
    _system: PublicationSystem = field(default_factory=PublicationSystem)
    _numbers: dict[tuple[str, str, str, str], int] = field(default_factory=dict)

    def build(self) -> PublicationSystem:
        periods = tuple(dict.fromkeys((*self._periods, *self._record["period"].to_list())))
        others = [p for p in self._record["profile"].unique().sort() if p != self._profile]
        self._add_table(self._profile, self._periods, {})
        n_published = len(self._system.values)
        whole = {self._profile: self._measured(self._profile, periods)}
        whole |= {profile: self._measured(profile, periods) for profile in others}
        tree = _period_tree(periods, self._snapshot)
        for profile in (self._profile, *others):
            later = [p for p in periods if p not in self._periods or profile != self._profile]
            self._add_table(profile, later, whole[profile])
            if len(self._record):
                self._add_periods(profile, tree, whole[profile])
        self._system.beside = self._decided(n_published)
        return self._system

    def _add_table(self, profile: str, periods: Sequence[str], counts: Counts) -> None:
        counts = counts or self._measured(profile, periods)
        for unit in self._units:
            for period in periods:
                self._add_row(profile, unit, period, counts.get((unit, period), {}))
        for period in periods:
            self._add_units(profile, period, self._shape.cells)
        for unit in self._units:
            for period in periods:
                self._add_sums(profile, unit, period, self._shape.cells)

    def _add_row(self, profile: str, unit: str, period: str, row: Mapping[str, int]) -> None:
        for measure, value in row.items():
            same = self._numbers.get((self._profile, unit, period, measure))
            if same is None or self._system.values[same] != value:
                same = len(self._system.values)
                self._system.values.append(value)
                self._system.costs.append(value * self._shape.weights[measure])
                self._system.places.append((unit, period))
            self._numbers[profile, unit, period, measure] = same

    def _add_units(self, profile: str, period: str, measures: Sequence[str]) -> None:
        for measure in measures:
            keys = [(profile, unit, period, measure) for unit in self._units]
            self._add_line(keys[0], keys[1:])

    def _add_sums(self, profile: str, unit: str, period: str, measures: Sequence[str]) -> None:
        for total, parts in self._shape.sums.items():
            if {total, *parts} <= set(measures):
                self._add_line(
                    (profile, unit, period, total),
                    [(profile, unit, period, part) for part in parts],
                )

    def _add_line(
        self, total: tuple[str, str, str, str], parts: Sequence[tuple[str, str, str, str]]
    ) -> None:
        if all(key in self._numbers for key in (total, *parts)):
            cells = tuple(self._numbers[key] for key in parts)
            self._system.lines.append(Sum(self._numbers[total], cells))

    def _add_periods(
        self, profile: str, tree: Mapping[str, tuple[tuple[str, ...], bool]], counts: Counts
    ) -> None:
        """Add that a period is its parts and a remainder, and that stocks of one day are equal."""
        kept_apart = (*self._shape.stocks, *self._shape.mixed)
        flows = [name for name in self._shape.cells if name not in kept_apart]
        for period, (parts, has_rest) in tree.items():
            rest = f"{period} - {' - '.join(parts)}"
            for unit in self._units:
                if has_rest:
                    row = {n: _rest(counts, unit, period, parts, n) for n in flows}
                    self._add_row(profile, unit, rest, row)
                    self._add_sums(profile, unit, rest, flows)
                every = (*parts, rest) if has_rest else parts
                for measure in flows:
                    self._add_line(
                        (profile, unit, period, measure),
                        [(profile, unit, part, measure) for part in every],
                    )
            if has_rest:
                self._add_units(profile, rest, flows)
        ends: dict[dt.date, list[str]] = {}
        for period in dict.fromkeys(period for _, period in counts):
            ends.setdefault(min(Period.parse(period).ends_on, self._snapshot), []).append(period)
        for first, *same in ends.values():
            for other in same:
                for unit in self._units:
                    for measure in self._shape.stocks:
                        self._add_line(
                            (profile, unit, first, measure), [(profile, unit, other, measure)]
                        )

    def _decided(self, n_published: int) -> Beside:
        """Return which cells were shown or withheld before, and which are published nowhere."""
        shown, withheld = set[int](), set[int]()
        for profile, unit, period, measure, value in self._record.select(
            "profile", "unit_id", "period", "measure", "value"
        ).rows():
            number = self._numbers.get((profile, unit, period, measure))
            if number is None:
                continue
            if value is None:
                withheld.add(number)
            elif value == self._system.values[number]:
                shown.add(number)
        small = {n for n, value in enumerate(self._system.values) if 0 < value < THRESHOLD}
        shown -= withheld | small
        outside = set(range(n_published, len(self._system.values))) - shown - withheld
        return Beside(frozenset(shown), frozenset(withheld), frozenset(outside))


def _rest(counts: Counts, unit: str, period: str, parts: Sequence[str], measure: str) -> int:
    """Return the remainder of a period beyond its parts; if data disagree, one to be protected."""
    whole = counts.get((unit, period), {}).get(measure, 0)
    rest = whole - sum(counts.get((unit, part), {}).get(measure, 0) for part in parts)
    return rest if rest >= 0 else 1


def _period_tree(
    periods: Sequence[str], snapshot: dt.date
) -> dict[str, tuple[tuple[str, ...], bool]]:
    """Return the largest published parts of each period, and whether they leave a remainder.

    Months after the snapshot leave none: a reader knows that they count nothing.

    >>> _period_tree(["2022-H1", "2022-Q2", "2022-01"], dt.date(2022, 12, 31))
    {'2022-H1': (('2022-01', '2022-Q2'), True)}
    >>> _period_tree(["2022", "2022-H1"], dt.date(2022, 6, 30))
    {'2022': (('2022-H1',), False)}
    """
    spans = {label: _months(label, snapshot) for label in periods}
    ranked = sorted(periods, key=lambda label: (-_length(label), label))
    parts: dict[str, list[str]] = {}
    for n, label in enumerate(ranked):
        period = Period.parse(label)
        around = [p for p in ranked[:n] if _holds(Period.parse(p), period)]
        if around:
            parts.setdefault(around[-1], []).append(label)
    tree = {}
    for label, inner in parts.items():
        inner.sort(key=lambda part: Period.parse(part).starts_on)
        covered = set().union(*(spans[part] for part in inner))
        tree[label] = (tuple(inner), bool(spans[label] - covered))
    return tree


def _length(label: str) -> int:
    period = Period.parse(label)
    return (period.ends_on - period.starts_on).days


def _holds(outer: Period, inner: Period) -> bool:
    return outer.starts_on <= inner.starts_on and inner.ends_on <= outer.ends_on


def _months(label: str, snapshot: dt.date) -> set[dt.date]:
    """Return the first days of the months of a period that began before the snapshot."""
    period, days = Period.parse(label), set()
    month = Period.holding(period.starts_on, "month")
    while month.starts_on <= min(period.ends_on, snapshot):
        days.add(month.starts_on)
        month = month.next()
    return days
