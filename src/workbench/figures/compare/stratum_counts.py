"""The entries of cause cells as numbers, from which the counts of any side are put together.

Of single units only: all together are their sum. Entries of one unit and period lie side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workbench.core.cause_list import causes_in_order
from workbench.core.vocabulary import EVERYTHING
from workbench.figures.compare.dense_ids import numbered, ranked
from workbench.figures.estimates.kitagawa import Counts

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
_STRATUM = ("procedure_id", "channel_in")
_COUNTED = ("n_dossiers", "n_late", "late_share")
_OVERDUE = "overdue at the close"
"""Replaces the cause on rows of dossiers overdue at a close, which have no cause yet."""


@dataclass(frozen=True)
class _Column:
    """Values, each at a unit and period (``side``, rising) and a place on the grid (``at``)."""

    side: Whole
    at: Whole
    value: Floats

    def summed(self, sides: Sequence[int], shape: tuple[int, ...]) -> Floats:
        """Sum what some units and periods have at each place of a grid of this shape."""
        ends = np.searchsorted(self.side, [(side, side + 1) for side in sides])
        rows = np.concatenate([np.arange(0), *(np.arange(*pair) for pair in ends)])
        found = np.bincount(self.at[rows], self.value[rows], int(np.prod(shape)))
        return found.astype(np.float64).reshape(shape)


@dataclass(frozen=True)
class Entries:
    """Dossiers and late ones by stratum and class of month, and shares by cause as well.

    ``units`` and ``periods`` are the names met and their numbers, ``causes`` those of the
    vocabulary; ``grid`` is how many strata and classes there are. ``overdue`` are dossiers open
    and overdue at the close of a period, which are judged in a later one.
    """

    units: dict[str, int]
    periods: dict[str, int]
    causes: tuple[str, ...]
    grid: tuple[int, int]
    dossiers: _Column
    late: _Column
    shares: _Column
    overdue: _Column

    def nothing(self) -> Counts:
        """Return counts of no dossier."""
        return Counts(np.zeros(self.grid), np.zeros((len(self.causes) + 1, *self.grid)))

    def counts(self, unit_id: str, periods: Sequence[str], close: str) -> Counts:
        """Return the counts of a unit (``*``: all together) in some periods together.

        Late dossiers put down to no cause come last; so do those that were open and overdue at
        the close of the last period, ``close``.
        """
        dossiers, whole, overdue = (
            column.summed(self._sides(unit_id, labels), self.grid)
            for column, labels in (
                (self.dossiers, periods),
                (self.late, periods),
                (self.overdue, [close]),
            )
        )
        shape = (len(self.causes) + 1, *self.grid)
        late = self.shares.summed(self._sides(unit_id, periods), shape)
        late[-1] = whole - late[:-1].sum(axis=0) + overdue
        return Counts(dossiers + overdue, late)

    def _sides(self, unit_id: str, periods: Sequence[str]) -> list[int]:
        everyone = unit_id == EVERYTHING
        units = self.units.values() if everyone else self._known(self.units, [unit_id])
        known = self._known(self.periods, periods)
        return [unit * len(self.periods) + period for period in known for unit in units]

    @staticmethod
    def _known(numbers: dict[str, int], names: Sequence[str]) -> list[int]:
        return [numbers[name] for name in names if name in numbers]


def entries(
    cause_cells: pl.DataFrame | pl.LazyFrame,
    calendar: Mapping[str, str] | None,
    overdue_cells: pl.DataFrame | None = None,
) -> Entries:
    """Return the entries of single units, in months of the calendar where there is one.

    The totals of all causes are repeated on each cause's rows and taken from any of them.

    Args:
        cause_cells: As in ``gaps``.
        calendar: Month label -> class of month; none: all periods, one class.
        overdue_cells: As in ``gaps``; none: nothing was overdue at any close.
    """
    cells = _stacked(cause_cells, overdue_cells)
    units, periods, met = (_names(cells, name) for name in ("unit_id", "period", "cause"))
    causes = causes_in_order(met)
    unit, period, cause = (numbered(cells, [name]) for name in ("unit_id", "period", "cause"))
    stratum = numbered(cells, _STRATUM)
    strata = int(stratum.max(initial=-1)) + 1
    group, classes = _classes(periods, calendar)
    side, at = unit * len(periods) + period, stratum * classes + group[period]
    is_wanted = (unit != units.get(EVERYTHING, -1)) & (group >= 0)[period]
    judged = cause != met.get(_OVERDUE, -1)
    wanted_rows = np.flatnonzero(is_wanted & judged)
    first = wanted_rows[ranked((side * strata + stratum)[wanted_rows])[0]]
    dossiers, late, share = (cells[name].to_numpy() for name in _COUNTED)
    row = np.array([causes.index(name) if name in causes else -1 for name in met], np.int64)[cause]
    some = _by_side(is_wanted & (row >= 0) & (share != 0), side)
    open_ones = _by_side(is_wanted & ~judged, side)
    return Entries(
        units,
        periods,
        causes,
        (strata, classes),
        _Column(side[first], at[first], dossiers[first]),
        _Column(side[first], at[first], late[first]),
        _Column(side[some], row[some] * strata * classes + at[some], share[some]),
        _Column(side[open_ones], at[open_ones], dossiers[open_ones]),
    )


def _stacked(
    cause_cells: pl.DataFrame | pl.LazyFrame, overdue_cells: pl.DataFrame | None
) -> pl.DataFrame:
    """Return what is counted of both tables; rows of overdue dossiers have a cause of their own."""
    names = ("unit_id", "period", *_STRATUM)
    counted = (pl.col(name).cast(pl.Float64) for name in _COUNTED)
    given = cause_cells.lazy()
    if "open_share" in given.collect_schema():
        # overdue dossiers of any close are put down to no cause, those of the last one as well
        given = given.with_columns((pl.col("late_share") - pl.col("open_share")).clip(0))
    kept = given.select(*names, "cause", *counted).collect()
    if overdue_cells is None:
        return kept
    overdue = overdue_cells.select(
        *names,
        pl.lit(_OVERDUE).alias("cause"),
        *(pl.col("n_overdue").cast(pl.Float64).alias(name) for name in _COUNTED),
    )
    return pl.concat([kept, overdue])


def _by_side(rows: NDArray[np.bool_], side: Whole) -> Whole:
    """Return where rows are asked for, in the order of their sides."""
    places = np.flatnonzero(rows)
    return places[np.argsort(side[places], kind="stable")]


def _names(rows: pl.DataFrame, column: str) -> dict[str, int]:
    return {name: number for number, name in enumerate(rows[column].unique().sort())}


def _classes(periods: Iterable[str], calendar: Mapping[str, str] | None) -> tuple[Whole, int]:
    """Return the number of each period's class, -1 where it has none, and how many there are."""
    labels = list(periods)
    if calendar is None:
        return np.zeros(len(labels), dtype=np.int64), 1
    classes = sorted({calendar[label] for label in labels if label in calendar})
    found = [classes.index(calendar[label]) if label in calendar else -1 for label in labels]
    return np.array(found, dtype=np.int64), len(classes)
