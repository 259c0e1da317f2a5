"""Suppress small counts, and enough others that none of them can be derived.

A count of 1 to 4 is suppressed (primary), and with it as many others as needed so that no total
determines it (secondary). Whether a set of cells is determined is a question of linear algebra: a
cell is safe when the published sums leave it undetermined. The workbench's own pages show
everything; only publications go through here.

Suppression protects counts in one table. Two tables that share cells must go through together;
earlier publications are passed as ``Beside``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from workbench.core.errors import UsageProblem
from workbench.privacy.additions import Sum, Unknowns

THRESHOLD = 5
_MANY = 20
"""Above so many cells in danger several are left out at once: faster, a few more than needed."""


class NothingLeftError(Exception):
    """No cell is left whose suppression would protect another; its number is the argument."""


@dataclass(frozen=True)
class Beside:
    """Cells that another publication has decided about.

    ``shown`` are known to every reader, ``withheld`` must not become known; ``outside`` are
    published nowhere and may be worked out unless they are small.
    """

    shown: frozenset[int] = frozenset()
    withheld: frozenset[int] = frozenset()
    outside: frozenset[int] = frozenset()


_ALONE = Beside()


def suppress(
    frame: pl.DataFrame,
    *,
    counts: Sequence[str],
    groups: Sequence[str],
    totals: str = "*",
    sums: Mapping[str, Sequence[str]] | None = None,
    hides: Sequence[str] = (),
    threshold: int = THRESHOLD,
) -> pl.DataFrame:
    """Return a table as it may be published.

    Args:
        frame: One row per cell of ``groups``.
        counts: Columns of counts of dossiers or people.
        groups: Columns that say which cell a row is.
        totals: What stands in a group column of a total row.
        sums: Count columns that are sums of other count columns, ``{"resolved": ["early", ...]}``.
        hides: Columns worked out from the counts (shares, intervals), left out wherever a count
            of the row is.
        threshold: Smallest count that may be published; nought may.

    Returns:
        The table in its order; counts left out are missing, and ``suppressed`` says in which rows.

    Raises:
        UsageProblem: A cell has two rows, or a count is negative or missing.

    >>> table = pl.DataFrame({"unit": ["a", "b", "c", "*"], "late": [2, 9, 7, 18]})
    >>> suppress(table, counts=["late"], groups=["unit"])["late"].to_list()
    [None, 9, None, 18]
    """
    _check(frame, counts, groups)
    values = frame.select(counts).to_numpy().astype(np.int64).ravel()
    lines = [
        *_group_sums(frame, groups, totals, len(counts)),
        *_column_sums(frame.height, counts, sums or {}),
    ]
    hidden = suppressed_cells(values.tolist(), lines, threshold=threshold)
    return left_out(frame, counts, hidden, hides=hides)


def left_out(
    frame: pl.DataFrame, counts: Sequence[str], hidden: set[int], *, hides: Sequence[str] = ()
) -> pl.DataFrame:
    """Return a table without its hidden cells, which are numbered row by row.

    Columns in ``hides`` go wherever a count of the row does; ``suppressed`` says in which rows.
    """
    size = frame.height * len(counts)
    mask = np.zeros(size, dtype=bool)
    mask[[cell for cell in hidden if cell < size]] = True
    by_column = dict(zip(counts, mask.reshape(frame.height, len(counts)).T, strict=True))
    row = mask.reshape(frame.height, len(counts)).any(axis=1)
    shown = [
        pl.when(~pl.Series(flags)).then(pl.col(name)).alias(name)
        for name, flags in (by_column | dict.fromkeys(hides, row)).items()
    ]
    return frame.with_columns(*shown, pl.Series("suppressed", row))


def suppressed_cells(
    values: Sequence[int],
    lines: Sequence[Sum],
    *,
    threshold: int = THRESHOLD,
    beside: Beside = _ALONE,
    costs: Sequence[int] = (),
) -> set[int]:
    """Return the cells to leave out: the small ones, and others until none can be worked out.

    The others are the cheapest that share an addition with a cell in danger, what they need
    themselves included; noughts only where nothing else is left, because they protect little. A
    cell is in danger when the additions determine it, or leave it one value that is not negative.
    At the end each cell that was left out for another, dearest first, is shown after all if none is
    in danger without it.

    Args:
        values: The count of each cell.
        lines: Every addition among them.
        threshold: Smallest count that may be published.
        costs: What is lost with each cell; its count when left out, a total after its parts.
        beside: Which of the cells are not free to be published or left out.

    Raises:
        NothingLeftError: A cell is in danger whatever else is left out.
    """
    return _Suppression(values, lines, threshold, beside, costs).search()


class _Suppression:
    """A search for the cells to leave out: cheapest first, then what is needless is shown again."""

    def __init__(
        self,
        values: Sequence[int],
        lines: Sequence[Sum],
        threshold: int,
        beside: Beside,
        costs: Sequence[int],
    ) -> None:
        small = {cell for cell, value in enumerate(values) if 0 < value < threshold}
        totals = {line.total for line in lines}
        most = max(values, default=0) + 1
        self._values = values
        self._costs = costs or [v + most * (c in totals) for c, v in enumerate(values)]
        self._needed = small | beside.withheld
        self._hidden = (small - beside.shown) | beside.withheld
        self._outside = beside.outside
        self._safe = beside.outside - self._hidden
        self._unknowns = Unknowns(lines, values)
        self._fixed = _fixed(self._unknowns, len(values), beside) - self._hidden

    def search(self) -> set[int]:
        """Return the cells to leave out."""
        unknowns = self._unknowns
        unknowns.start(self._hidden | self._safe)
        while True:
            while (cell := unknowns.alone()) is not None:
                if cell in self._safe:
                    unknowns.derive(cell)
                elif self._leave_out({cell}) is None:
                    self._show_again({cell})
            danger = (unknowns.determined() or unknowns.pinned()) - self._safe
            if not danger:
                self._show_needless()
                return self._hidden
            cell = self._leave_out(danger)
            if cell is None:
                self._show_again(danger)
            while len(danger) > _MANY and cell is not None:
                # cells near the one just left out may be safe by now; the others need not wait
                danger -= unknowns.cells_of(unknowns.lines_with([cell]))
                cell = self._leave_out(danger) if danger else None

    def _leave_out(self, danger: set[int]) -> int | None:
        choices = _choices(danger, self._unknowns, self._fixed, self._outside)
        if not choices:
            return None
        cell = min(choices, key=lambda c: (self._values[c] == 0, self._loss(c), c))
        self._hidden.add(cell)
        if not self._unknowns.add(cell):
            self._unknowns.start(self._hidden | self._safe)
        return cell

    def _loss(self, cell: int) -> int:
        """Return the cost of a cell, and of a partner wherever it would be the only unknown."""
        unknowns = self._unknowns
        partners = (
            min((self._costs[c] for c in cells - {cell} - self._fixed), default=0)
            for line in unknowns.lines_with([cell])
            if not (cells := unknowns.cells_of([line])) & unknowns.unknown
        )
        return self._costs[cell] + sum(partners)

    def _show_again(self, danger: set[int]) -> None:
        """Give up cells that protect nothing, because others give them away for good."""
        if needed := danger & self._needed:
            raise NothingLeftError(min(needed))
        self._hidden.difference_update(danger)
        self._fixed.update(danger)
        self._unknowns.start(self._hidden | self._safe)

    def _show_needless(self) -> None:
        """Show cells that protect nothing any more, dearest first."""
        others = self._hidden - self._needed
        for cell in sorted(others, key=lambda c: (self._costs[c], c), reverse=True):
            fewer = self._hidden - {cell}
            self._unknowns.start(fewer | self._safe)
            if _is_protected(self._unknowns, self._safe):
                self._hidden = fewer


def _is_protected(unknowns: Unknowns, safe: frozenset[int]) -> bool:
    """Return whether nothing but safe cells can be worked out."""
    while (cell := unknowns.alone()) is not None:
        if cell not in safe:
            return False
        unknowns.derive(cell)
    return unknowns.determined() <= safe and unknowns.pinned() <= safe


def _fixed(unknowns: Unknowns, size: int, beside: Beside) -> set[int]:
    """Return the cells that leaving out would not hide: a reader knows them from before."""
    fixed = set(beside.shown | beside.outside | beside.withheld)
    if beside.shown:
        unknowns.start(set(range(size)) - beside.shown)
        fixed |= unknowns.pinned()
    return fixed


def _choices(
    danger: set[int], unknowns: Unknowns, fixed: set[int], outside: frozenset[int]
) -> set[int]:
    """Return the shown cells nearest to those in danger that are free to be left out."""
    line = unknowns.line_of_one(danger)
    lines = {line} if line is not None else unknowns.lines_with(danger)
    while lines:
        cells = unknowns.cells_of(lines)
        if choices := cells - unknowns.unknown - fixed:
            return choices
        # further away: through cells that are unknown, or known only by being worked out
        reached = unknowns.lines_with(cells & (unknowns.unknown | outside))
        if reached <= lines:
            return set()
        lines |= reached
    return set()


def _group_sums(frame: pl.DataFrame, groups: Sequence[str], totals: str, width: int) -> list[Sum]:
    keys = [tuple(map(str, row)) for row in frame.select(groups).rows()]
    at = {key: n for n, key in enumerate(keys)}
    lines = []
    for group in range(len(groups)):
        parts: dict[tuple[str, ...], list[int]] = {}
        for key, n in at.items():
            if key[group] != totals:
                parts.setdefault((*key[:group], totals, *key[group + 1 :]), []).append(n)
        for key, rows in parts.items():
            if key in at:
                lines += [
                    Sum(at[key] * width + c, tuple(n * width + c for n in rows))
                    for c in range(width)
                ]
    return lines


def _column_sums(
    height: int, counts: Sequence[str], sums: Mapping[str, Sequence[str]]
) -> list[Sum]:
    column = {name: n for n, name in enumerate(counts)}
    width = len(counts)
    return [
        Sum(row * width + column[total], tuple(row * width + column[part] for part in parts))
        for row in range(height)
        for total, parts in sums.items()
    ]


def _check(frame: pl.DataFrame, counts: Sequence[str], groups: Sequence[str]) -> None:
    if frame.select(groups).is_duplicated().any():
        raise UsageProblem("privacy.cell_twice", groups=", ".join(groups))
    for name in counts:
        if frame[name].null_count() or (frame[name] < 0).any():
            raise UsageProblem("privacy.no_count", column=name)
