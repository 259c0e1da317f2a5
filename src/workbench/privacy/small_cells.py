"""Small cells of published tables: what is left out so that nobody can be counted out.

A count of 1 to 4 is left out, and with it as many others as it takes that no left-out cell can be
worked out from totals (complementary suppression). Whether a set of cells can be worked out is a
question of linear algebra: a cell is safe when the sums that are published leave it undetermined.
The workbench's own pages show everything; only what is published goes through here.

Cells left out protect single counts in one table. Two tables that share cells must go through
together, and figures published elsewhere are not known here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from workbench.errors import UsageProblem

THRESHOLD = 5
_TINY = 1e-9


@dataclass(frozen=True)
class Sum:
    """One published addition: the cell at ``total`` is the sum of the cells at ``parts``."""

    total: int
    parts: tuple[int, ...]

    @property
    def cells(self) -> tuple[int, ...]:
        """Every cell of the addition."""
        return (*self.parts, self.total)


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
    hidden = hidden_cells(values.tolist(), lines, threshold=threshold)
    mask = np.zeros(len(values), dtype=bool)
    mask[sorted(hidden)] = True
    by_column = dict(zip(counts, mask.reshape(frame.height, len(counts)).T, strict=True))
    row = mask.reshape(frame.height, len(counts)).any(axis=1)
    shown = [
        pl.when(~pl.Series(flags)).then(pl.col(name)).alias(name)
        for name, flags in (by_column | dict.fromkeys(hides, row)).items()
    ]
    return frame.with_columns(*shown, pl.Series("suppressed", row))


def hidden_cells(
    values: Sequence[int], lines: Sequence[Sum], *, threshold: int = THRESHOLD
) -> set[int]:
    """Return the cells to leave out: the small ones, and others until none can be worked out.

    The others are the smallest that share an addition with a cell in danger; noughts only where
    nothing else is left, because they protect little.
    """
    totals = {line.total for line in lines}
    hidden = {cell for cell, value in enumerate(values) if 0 < value < threshold}
    while danger := _alone(hidden, lines) or _recoverable(hidden, lines):
        choices = _choices(danger, hidden, lines)
        if not choices:
            break
        hidden.add(min(choices, key=lambda c: (values[c] == 0, c in totals, values[c], c)))
    return hidden


def _alone(hidden: set[int], lines: Sequence[Sum]) -> set[int]:
    """Return a cell that is the only hidden one of an addition: the cheap case, found first."""
    for line in lines:
        cells = hidden.intersection(line.cells)
        if len(cells) == 1:
            return cells
    return set()


def _choices(danger: set[int], hidden: set[int], lines: Sequence[Sum]) -> set[int]:
    lonely = [s for s in lines if len(hidden.intersection(s.cells)) == 1 and danger & set(s.cells)]
    touched = lonely[:1] or [s for s in lines if danger & set(s.cells)]
    return {cell for line in touched for cell in line.cells} - hidden


def _recoverable(hidden: set[int], lines: Sequence[Sum]) -> set[int]:
    """Return the hidden cells that the published ones determine."""
    cells = sorted(hidden)
    place = {cell: n for n, cell in enumerate(cells)}
    rows = []
    for line in lines:
        row = np.zeros(len(cells))
        for cell in line.parts:
            if cell in place:
                row[place[cell]] += 1
        if line.total in place:
            row[place[line.total]] -= 1
        if row.any():
            rows.append(row)
    if not rows:
        return set()
    _, sizes, axes = np.linalg.svd(np.array(rows))
    rank = int((sizes > _TINY).sum())
    free = np.abs(axes[rank:]).max(axis=0, initial=0)
    return {cell for cell, n in place.items() if free[n] < _TINY}


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
