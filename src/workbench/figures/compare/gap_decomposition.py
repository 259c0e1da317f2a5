"""Why one side is later than the other: harder work, the calendar, or which causes.

Two units, a unit and its peers, or two periods. The gap between two late shares is split into
parts that sum to it exactly: what the mix of procedures and channels explains, what the calendar
explains, and what each cause adds to the rate at the same mix. A unit is never blamed for its
mix. A comparison (evidence level 2): it says where the gap sits, not what would remove it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import fsum

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workbench.core import numerals
from workbench.core.cause_list import cause_label
from workbench.core.vocabulary import EVERYTHING, Period
from workbench.figures.compare.stratum_counts import Entries, entries
from workbench.figures.estimates import difference, wilson
from workbench.figures.estimates.kitagawa import Counts, Split, split
from workbench.messages import say

Floats = NDArray[np.float64]

PEERS = "peers"
"""Stands for all other units together, without those that are out of line themselves."""
GAPS = {
    "comparison": pl.String,
    "kind": pl.String,
    "left": pl.String,
    "right": pl.String,
    "component": pl.String,
    "effect": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "gap": pl.Float64,
    "gap_lower": pl.Float64,
    "gap_upper": pl.Float64,
    "left_late": pl.Int64,
    "left_dossiers": pl.Int64,
    "right_late": pl.Int64,
    "right_dossiers": pl.Int64,
    "method": pl.String,
    "evidence_level": pl.Int32,
}
"""Columns of the table ``gaps``."""
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Side:
    """A unit (``*``: all units, ``peers``: the others, without those out of line) in a period.

    >>> Side("U01", "2022-H1").label
    'U01@2022-H1'
    """

    unit_id: str
    period: str

    @property
    def label(self) -> str:
        """How the side is named in the table."""
        return f"{self.unit_id}@{self.period}"


def comparison_name(left: Side, right: Side) -> str:
    """Return how the comparison of two sides is named in the table.

    >>> comparison_name(Side("peers", "2022-H1"), Side("U01", "2022-H1"))
    'peers@2022-H1|U01@2022-H1'
    """
    return f"{left.label}|{right.label}"


def gaps(
    cause_cells: pl.DataFrame | pl.LazyFrame,
    pairs: Iterable[tuple[Side, Side]],
    *,
    overdue: pl.DataFrame | None = None,
    calendar: Mapping[str, str] | None = None,
    effects: Mapping[tuple[str, str, str], float] | None = None,
    companions: Mapping[str, float] | None = None,
    named: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Split the gap of each pair (left, right) into mix, calendar, causes and residual.

    Args:
        cause_cells: One row per unit, period, stratum and cause, as in ``cells``.
        pairs: Sides to compare; the gap is right minus left.
        overdue: ``overdue_cells``: dossiers overdue at the close of a period and judged in a later
            one. With them each side's late share is the measure ``late_or_overdue``; they are put
            down to no cause. None: there were none.
        calendar: Month label -> class of month (say ``tet`` and ``plain``); given, the months of
            each period are counted by their class, and what the classes explain is the effect
            ``calendar``. Without it that effect is zero.
        effects: Design effects by unit, period and that of the other side: so many dossiers are
            worth an independent one. Peers have the mean of theirs, by dossiers. None: dossiers
            are independent.
        companions: With how many others a late dossier of each cause is closed on one day
            (``companions_by_cause``): a late one of it stands for that many more, or for as many as
            the design effect says, whichever is more. None: with none.
        named: Units and periods (unit_id, period) flagged by ``cells``: they are not peers, or an
            outlying unit would make the others look good; where all others are flagged, all are
            peers. None: all are.

    Returns:
        One row per pair and component (``mix``, ``calendar``, ``cause:<id>``, ``residual``) in
        that order; effects of a pair sum to ``gap``. Columns as in ``GAPS``. A pair with a side
        without dossiers has no rows.

    Source: as ``estimates.kitagawa``.
    """
    book = _Ledger(entries(cause_cells, calendar, overdue), calendar, named, effects or {})
    of_causes = np.array([1 + (companions or {}).get(cause, 0.0) for cause in (*book.causes, "")])
    rows: list[tuple[object, ...]] = []
    for left, right in pairs:
        sides = book.counts(left, right), book.counts(right, left)
        if all(side.dossiers.sum() > 0 for side in sides):
            wide = book.effect(left, right), book.effect(right, left)
            spread = np.array([[effect, *np.maximum(effect, of_causes)] for effect in wide])
            parts = split(*_met(sides), spread)
            rows += _rows((left, right), sides, wide, parts, book.causes)
    return pl.DataFrame(rows, schema=GAPS, orient="row")


def describe_gap(gap: pl.DataFrame, names: Mapping[str, str]) -> str:
    """Describe one comparison in one sentence: the gap, the mix, and the largest cause.

    Args:
        gap: The rows of one comparison.
        names: How the two sides are called, by their labels.

    Raises:
        ValueError: The rows are not those of exactly one comparison.
    """
    if gap["comparison"].n_unique() != 1:
        raise ValueError("one sentence describes one comparison")
    effects = dict(gap.select("component", "effect").iter_rows())
    causes = {c.removeprefix("cause:"): e for c, e in effects.items() if c.startswith("cause:")}
    row = gap.row(0, named=True)
    side = 1 if row["gap"] >= 0 else -1
    main = max(causes, key=lambda c: (causes[c] * side, c)) if causes else "unexplained"
    return say(
        "compare.gap_sentence",
        right=names[row["right"]],
        left=names[row["left"]],
        gap=numerals.points(row["gap"]),
        interval=numerals.points_range(row["gap_lower"], row["gap_upper"]),
        mix=numerals.points(effects["mix"]),
        calendar=numerals.points(effects["calendar"]),
        cause=cause_label(main),
        effect=numerals.points(causes.get(main, 0.0)),
        others=numerals.points(
            row["gap"] - effects["mix"] - effects["calendar"] - causes.get(main, 0.0)
        ),
    )


class _Ledger:
    """Counts of every unit and period on one common grid of causes, strata and classes."""

    def __init__(
        self,
        known: Entries,
        calendar: Mapping[str, str] | None,
        named: pl.DataFrame | None,
        effects: Mapping[tuple[str, str, str], float],
    ) -> None:
        self._effects = effects
        self._calendar = calendar
        self._named = _units_by_period(named)
        self._out: dict[str, Counts] = {}
        self._entries = known
        self.causes = known.causes
        self._labels: dict[str, list[str]] = {}
        self._grids: dict[tuple[str, str], Counts] = {}

    def counts(self, side: Side, other: Side) -> Counts:
        """Return the counts of a side; ``peers`` are others than the other side's unit."""
        if side.unit_id != PEERS:
            return self._grid(side.unit_id, side.period)
        everyone, own = self._grid(EVERYTHING, side.period), self._grid(other.unit_id, side.period)
        others = _minus(everyone, own)
        out = self._out_of_line(side.period)
        if other.unit_id in self._named.get(side.period, ()):
            out = _minus(out, own)
        in_line = _minus(others, out)
        return in_line if in_line.dossiers.sum() > 0 else others

    def effect(self, side: Side, other: Side) -> float:
        """Return the design effect of a side; that of ``peers`` is the mean, by dossiers."""
        if side.unit_id != PEERS:
            return self._effects.get((side.unit_id, side.period, other.period), 1.0)
        others = [unit for unit in self._entries.units if unit != other.unit_id]
        out = self._named.get(side.period, ())
        number_of = {
            unit: number
            for unit in others
            if (number := float(self._grid(unit, side.period).dossiers.sum()))
        }
        in_line = {unit: number for unit, number in number_of.items() if unit not in out}
        used = in_line or number_of
        parts = (
            n * self._effects.get((unit, side.period, other.period), 1.0)
            for unit, n in used.items()
        )
        return fsum(parts) / fsum(used.values())

    def _out_of_line(self, period: str) -> Counts:
        """The counts of all units together that are out of line in a period."""
        if period not in self._out:
            out = self._entries.nothing()
            for unit in self._named.get(period, ()):
                one = self._grid(unit, period)
                out = Counts(out.dossiers + one.dossiers, out.late + one.late)
            self._out[period] = out
        return self._out[period]

    def _grid(self, unit_id: str, period: str) -> Counts:
        if period not in self._labels:
            self._labels[period] = _labels(period, self._calendar)
        key = (unit_id, period)
        if key not in self._grids:
            labels = self._labels[period]
            self._grids[key] = self._entries.counts(unit_id, labels, _close(period, labels))
        return self._grids[key]


def _minus(whole: Counts, part: Counts) -> Counts:
    """Take a part away; what a difference of sums leaves below nothing is nothing."""
    return Counts(whole.dossiers - part.dossiers, np.maximum(whole.late - part.late, 0.0))


def _units_by_period(named: pl.DataFrame | None) -> dict[str, list[str]]:
    if named is None:
        return {}
    units = named.group_by("period").agg(pl.col("unit_id").unique().sort())
    return dict(units.select("period", "unit_id").iter_rows())


def _met(sides: tuple[Counts, Counts]) -> tuple[Counts, Counts]:
    """Keep the strata that either side met: the others weigh nothing and cost time."""
    met = np.add(*(side.dossiers.sum(axis=1) for side in sides)) > 0
    left, right = (Counts(side.dossiers[met], side.late[:, met]) for side in sides)
    return left, right


def _labels(period: str, calendar: Mapping[str, str] | None) -> list[str]:
    """Return the labels whose rows make up a period: its months where classes are asked for."""
    if calendar is None:
        return [period]
    asked = Period.parse(period)
    inside = (m for m in calendar if asked.starts_on <= Period.parse(m).starts_on <= asked.ends_on)
    return sorted(inside)


def _close(period: str, labels: list[str]) -> str:
    """Return the label of which the close is that of a period, among those that make it up."""
    if labels == [period]:
        return period
    ends = Period.parse(period).ends_on
    return next((label for label in labels if Period.parse(label).ends_on == ends), "")


def _rows(
    pair: tuple[Side, Side],
    sides: tuple[Counts, Counts],
    wide: tuple[float, float],
    found: Split,
    causes: tuple[str, ...],
) -> list[tuple[object, ...]]:
    """Return the rows of one comparison, columns as in ``GAPS``."""
    left, right = pair
    names = ["mix", "calendar", *(f"cause:{c}" for c in causes), "residual"]
    rates = [
        wilson(round(s.late.sum()), round(s.dossiers.sum()), effect)
        for s, effect in zip(sides, wide, strict=True)
    ]
    gap = difference(*rates)
    effects, lower, upper = (x.tolist() for x in (found.effects, found.lower, found.upper))
    effects[-1] += (gap[0] or 0.0) - fsum(effects)
    if max(side.late[-1].sum() for side in sides) < _ROUNDING:
        lower[-1] = upper[-1] = effects[-1]
    # the correction of the last digit above may leave limits that meet in the effect
    lower[-1], upper[-1] = min(lower[-1], effects[-1]), max(upper[-1], effects[-1])
    kind = "unit" if left.period == right.period else "period"
    head = (comparison_name(left, right), kind, left.label, right.label)
    counts = [n for rate in rates for n in (rate.numerator, rate.denominator or 0)]
    parts = zip(names, effects, lower, upper, strict=True)
    return [(*head, *part, *gap, *counts, "kitagawa", 2) for part in parts]
