"""The cells of one kind of period and their strata as numbers, and who is whose reference.

Millions of rows are read once, by the columns asked for; what was counted stays as sparse as the
table: most cells have nothing of most causes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workbench.core.vocabulary import EVERYTHING, Period, PeriodKind
from workbench.figures.compare.dense_ids import numbered, ranked

Floats = NDArray[np.float64]

CELL = ("unit_id", "period")
STRATUM = ("procedure_id", "channel_in")
_OPEN_PARTS = {
    "late_share": "open_share",
    "n_spared": "open_spared",
    "n_doubtful": "open_doubtful",
}
"""Columns of ``cause_cells`` and the part of each that dossiers open at the snapshot have."""
FEWEST_PEERS = 5.0
"""Dossiers of other units below which a stratum is that of one unit alone."""
PRIOR_DOSSIERS = 10.0
"""Least weight of the cause's overall rate in the rate of a stratum, in dossiers."""
PRIOR_EVENTS = 0.5
"""The same in events: where hardly anything is late, that nothing was seen says little."""


@dataclass(frozen=True)
class Family:
    """The cells of all periods of a kind and their strata: one entry per cell and stratum.

    ``cells`` has unit_id, period, n_dossiers, n_late and n_pairs (of dossiers closed on one day),
    one row per cell; ``cell`` and ``stratum`` are numbers, those of cells in order; ``dossiers``
    those judged.
    """

    cells: pl.DataFrame
    cell: NDArray[np.int64]
    stratum: NDArray[np.int64]
    dossiers: Floats

    @cached_property
    def judged(self) -> Floats:
        """Dossiers judged of each cell."""
        return self.cells["n_dossiers"].to_numpy().astype(np.float64)

    def same_day(self, rows: pl.DataFrame, counted: str, pairs: str) -> SameDay:
        """Return what was closed on one day more often than dossiers of the cell usually are.

        Args:
            rows: Rows of a cause.
            counted: Column of what is counted.
            pairs: Column of its ordered pairs that were closed on one day.
        """
        events = self.summed(rows, counted)
        share = self.cells["n_pairs"].to_numpy() / np.maximum(self.judged * (self.judged - 1), 1.0)
        by_chance = share * np.maximum(events * (events - 1), 0.0)
        return SameDay(events, self.summed(rows, pairs) - by_chance)

    @cached_property
    def unit(self) -> NDArray[np.int64]:
        """Number of the unit of each cell."""
        return numbered(self.cells, ["unit_id"])

    def reference(self, healthy: Floats) -> Reference:
        """Return what is expected of each cell from the others, by how likely these are healthy.

        A unit is expected to do as the others do in its strata; in one that hardly any other
        unit has, as it does itself in its other periods.
        """
        base = healthy[self.cell] * self.dossiers
        mine = ranked(self.unit[self.cell] * (int(self.stratum.max(initial=0)) + 1) + self.stratum)
        others = np.maximum(_elsewhere(base, self.stratum, mine[1]), 0.0)
        is_alone = others < FEWEST_PEERS
        peers = others + is_alone * np.maximum(_elsewhere(base, mine[1]), 0.0)
        squares = _elsewhere(base**2, self.stratum, mine[1])
        squares += is_alone * _elsewhere(base**2, mine[1])
        cells = peers**2 / np.maximum(squares, 1.0)
        return Reference(self, healthy, base.sum(), mine[1], is_alone, peers, cells)

    def by_cell(self, values: Floats) -> Floats:
        """Sum over the strata of each cell."""
        return np.asarray(np.add.reduceat(values, self._starts))

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        return np.asarray(np.searchsorted(self.cell, np.arange(self.cells.height)), dtype=np.int64)

    def events(self, rows: pl.DataFrame, column: str) -> Events:
        """Return where a column of some rows counts anything."""
        number = rows[column].to_numpy().astype(np.float64)
        at = np.flatnonzero(number)
        place = rows["place"].to_numpy()[at]
        return Events(place, self.cell[place], self.stratum[place], number[at])

    def summed(self, rows: pl.DataFrame, column: str) -> Floats:
        """Sum a column of some rows by cell."""
        cell = self.cell[rows["place"].to_numpy()]
        return np.bincount(cell, rows[column].to_numpy(), self.cells.height).astype(np.float64)


@dataclass(frozen=True)
class Reference:
    """Cells as what all are compared with, by how likely they are healthy (``healthy``).

    By cell and stratum: ``mine`` is the number of its unit and stratum, ``is_alone`` whether
    hardly any other unit has the stratum, ``peers`` the dossiers it is compared with, ``cells``
    how many cells of one size these are worth.
    """

    family: Family
    healthy: Floats
    dossiers: float
    mine: NDArray[np.int64]
    is_alone: NDArray[np.bool_]
    peers: Floats
    cells: Floats

    def expected(self, events: Events, companions: float) -> Usual:
        """Return what is expected of each cell, and how far that is known.

        ``companions`` is with how many others an event usually comes: so many fewer are witnesses.
        """
        family = self.family
        counted = np.zeros(family.cell.size)
        counted[events.place] = self.healthy[events.cell] * events.number
        seen = np.maximum(_elsewhere(counted, family.stratum, self.mine), 0.0)
        seen += self.is_alone * np.maximum(_elsewhere(counted, self.mine), 0.0)
        base = max(self.dossiers, 1.0)
        rate = counted.sum() / base
        witnesses = PRIOR_EVENTS * (1 + companions)
        prior = max(PRIOR_DOSSIERS, witnesses / max(rate, 0.5 / base))
        weight = family.dossiers / (self.peers + prior)
        events_there = seen + prior * rate
        # Half an event more: that nothing was seen elsewhere does not mean that nothing can be.
        half = 0.5 / base
        expected = family.by_cell(weight * events_there) + half * family.judged
        of_events = family.by_cell(weight**2 * events_there)
        # the same cells have the other strata too: what one has more of, it has in all of them
        of_cells = family.by_cell(weight * seen / np.sqrt(np.maximum(self.cells, 1.0))) ** 2
        return Usual(expected, of_events / expected**2, of_cells / expected**2)


@dataclass(frozen=True)
class Usual:
    """What is expected of each cell, ``mean``, and how far it is known.

    ``of_events`` is its relative variance where events come alone, ``of_cells`` what a quadratic
    part of 1 adds to that: the cells it was taken from differ themselves.
    """

    mean: Floats
    of_events: Floats
    of_cells: Floats

    def variance(self, linear: float, quadratic: float) -> Floats:
        """Return the relative variance of the expectation, under the parts of a law."""
        return np.asarray((1 + linear) * self.of_events + quadratic * self.of_cells)


def _elsewhere(
    values: Floats, group: NDArray[np.int64], own: NDArray[np.int64] | None = None
) -> Floats:
    """Return the sum of each entry's group without its own part, by default itself."""
    whole = np.bincount(group, values)[group]
    part = values if own is None else np.bincount(own, values)[own]
    return np.asarray(whole - part)


@dataclass(frozen=True)
class SameDay:
    """What was counted in each cell, and its pairs closed on one day beyond those by chance."""

    events: Floats
    pairs: Floats


@dataclass(frozen=True)
class Events:
    """What was counted where: ``number`` at the family's entry ``place``, of cell and stratum."""

    place: NDArray[np.int64]
    cell: NDArray[np.int64]
    stratum: NDArray[np.int64]
    number: Floats


def without_open(cause_cells: pl.LazyFrame) -> pl.LazyFrame:
    """Leave out the dossiers still open at the snapshot, which its own period alone has.

    A table without the columns that count them has none.
    """
    names = cause_cells.collect_schema().names()
    if "n_open" not in names:
        return cause_cells
    return cause_cells.with_columns(
        *(pl.col(name) - pl.col("n_open") for name in ("n_dossiers", "n_late")),
        *(
            (pl.col(whole) - pl.col(part)).clip(0)
            for whole, part in _OPEN_PARTS.items()
            if whole in names
        ),
    ).filter(pl.col("n_dossiers") > 0)


def of_kind(
    cause_cells: pl.DataFrame | pl.LazyFrame, kind: PeriodKind, columns: Sequence[str]
) -> tuple[Family, dict[str, pl.DataFrame]]:
    """Return the cells of one kind of period, and what each cause proper took at which place.

    By cause in their order: place (the entry of the family), and those of ``columns`` that
    there are.
    """
    given = without_open(cause_cells.lazy())
    labels = given.select(pl.col("period").unique()).collect()["period"]
    wanted = [p for p in labels if Period.parse(p).kind == kind]
    names = given.collect_schema().names()
    counters = [name for name in columns if name in names]
    pairs = pl.col("n_pairs") if "n_pairs" in names else pl.lit(0).alias("n_pairs")
    kept = (
        given.filter(pl.col("period").is_in(wanted))
        .select(*CELL, *STRATUM, "cause", "n_dossiers", "n_late", pairs, *counters)
        .collect()
    )
    cell, stratum = numbered(kept, CELL), numbered(kept, STRATUM)
    first, place = ranked(cell * (stratum.max(initial=0) + 1) + stratum)
    places = kept.select(*CELL, "n_dossiers", "n_late", "n_pairs")[first]
    return _family(places, cell[first], stratum[first]), _by_cause(kept, place, counters)


def _by_cause(
    kept: pl.DataFrame, place: NDArray[np.int64], counted: Sequence[str]
) -> dict[str, pl.DataFrame]:
    """Part rows by the cause proper, in its order, each part in order of the places."""
    names = kept["cause"].unique().sort()
    cause = numbered(kept, ["cause"]).astype(np.int16)
    rows = kept.select(pl.Series("place", place), *counted)[np.lexsort((place, cause))]
    ends = np.cumsum(np.bincount(cause, minlength=names.len()))
    parts = {
        name: rows[int(start) : int(end)]
        for name, (start, end) in zip(names, pairwise([0, *ends]), strict=True)
    }
    parts.pop(EVERYTHING, None)
    return parts


def _family(places: pl.DataFrame, cell: NDArray[np.int64], stratum: NDArray[np.int64]) -> Family:
    sums = pl.col(*CELL).first(), pl.sum("n_dossiers", "n_late", "n_pairs")
    cells = places.with_columns(pl.Series("cell", cell)).group_by("cell").agg(*sums)
    dossiers = places["n_dossiers"].to_numpy().astype(np.float64)
    return Family(cells.sort("cell").drop("cell"), cell, stratum, dossiers)
