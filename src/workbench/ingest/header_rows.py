"""Find the header rows at the top of an unknown table, and the kind of its rows.

The header is the block of one to three rows most similar to known headers. A row that holds the
same kind of values as the column below it (a date, a number, a similar code, a repeated word) is a
record, however similar its words are to headers: taken as a header it would lose a dossier and
show its values.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from workbench.ingest.date_spelling import are_stamps
from workbench.ingest.headers import Aliases
from workbench.ingest.readers import layout
from workbench.ingest.spelling import fold

_KINDS = ("dossier", "step", "pause", "event")
_LEAST_SCORE = 1.5
_HALF, _MOSTLY = 0.5, 0.8
_FEW_CELLS, _TWO_REPEATS = 3, 2

_NUMBER = re.compile(r"[-+]?[\d.,\s]*\d[\d.,\s]*%?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_CONTACT = re.compile(r"\S+@\S+\.\S+|\+?\d[\d .\-()]{7,}\d")
_LONGEST_STAMP, _LONGEST_LABEL = 50, 60
_DATE = re.compile(
    r"(?<!\d)(?:\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2,4}|\d{4}[/.\-]\d{1,2}[/.\-]\d{1,2}"
    r"|(?:19|20)\d{6}(?:t?\d{4,6}z?)?)(?!\d)"
)
_MONTH = re.compile(r"tháng|thg|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec")
_TIME = re.compile(r"\d{1,2}[:hg]\d{2}(?::\d{2})?(?: ?[ap]m)?", re.IGNORECASE)


@dataclass(frozen=True)
class TableHeader:
    """A header, what the rows below it are, and how much it reads like one (0: not at all)."""

    header: layout.Header
    rows: str
    score: float


def find_table_header(top: Sequence[layout.Cells], aliases: Aliases) -> TableHeader:
    """Return the block of rows that reads most like a header, and of which kind of rows."""
    grid = _Grid(top)
    best = TableHeader(layout.Header(0, 1, ()), "dossier", 0.0)
    for depth in range(1, layout.MOST_DEPTH + 1):
        for row in range(len(top) - depth + 1):
            names = layout.names_of(top[row : row + depth])
            for rows in _KINDS:
                score = aliases.score(names, rows)
                if score <= max(best.score, _LEAST_SCORE):
                    continue
                header = layout.Header(row, depth, names)
                if grid.is_header(header, aliases, rows):
                    best = TableHeader(header, rows, score)
    if not best.score:
        return _above_dates(grid, top)
    return _in_second_language(_with_groups(best, grid, top), grid, top, aliases)


def _above_dates(grid: _Grid, top: Sequence[layout.Cells]) -> TableHeader:
    """Return the first row of labels, all different, under which there is a column of dates."""
    for row in range(len(top) - 1):
        names = layout.names_of(top[row : row + 1])
        labels = [name for name in names if name]
        if (
            len(labels) >= _FEW_CELLS
            and len(set(labels)) == len(labels)
            and not grid.is_record(row, row + 1)
            and grid.has_dates(row + 1)
        ):
            return TableHeader(layout.Header(row, 1, names), "dossier", _LEAST_SCORE)
    return TableHeader(layout.Header(0, 1, ()), "dossier", 0.0)


def _with_groups(best: TableHeader, grid: _Grid, top: Sequence[layout.Cells]) -> TableHeader:
    """Take the rows above into a header that name columns which it leaves without a name."""
    row, below = best.header.row, best.header.below
    while best.score:
        highest = max(below - layout.MOST_DEPTH, 0)
        above = (r for r in range(row - 1, highest - 1, -1) if grid.names_more(r, row, below))
        taken = next(above, row)
        if taken == row or not grid.are_groups(range(taken + 1, row), taken, below):
            break
        row = taken
    return replace(best, header=layout.Header(row, below - row, layout.names_of(top[row:below])))


def _in_second_language(
    best: TableHeader, grid: _Grid, top: Sequence[layout.Cells], aliases: Aliases
) -> TableHeader:
    """Take the row below a header where it names the same columns again, in another language."""
    row = best.header.below
    if not best.score or best.header.depth > 1 or row >= len(top):
        return best
    header = layout.Header(row, 1, layout.names_of(top[row : row + 1]))
    guessed = [name for name in header.names if name and aliases.guess(name, best.rows)]
    filled = [name for name in header.names if name]
    if len(guessed) < max(_FEW_CELLS, _MOSTLY * len(filled)) or grid.is_record(row, row + 1):
        return best
    return TableHeader(header, best.rows, aliases.score(header.names, best.rows))


class _Grid:
    """The first rows of a table as folded texts, each cell with the kind of value it looks like."""

    def __init__(self, top: Sequence[layout.Cells]) -> None:
        self._width = max((len(row) for row in top), default=0)
        self._texts = [
            [fold(row[i] or "") if i < len(row) else "" for i in range(self._width)] for row in top
        ]
        texts = sorted({text for row in self._texts for text in row if text})
        stamps = _stamps(texts)
        self._kinds = {text: _kind(text, is_stamp=text in stamps) for text in texts}

    def is_header(self, header: layout.Header, aliases: Aliases, rows: str) -> bool:
        """Return whether no row of a block is a record and each further row reads as a header."""
        block = range(header.row, header.below)
        if any(self.is_record(row, header.below) for row in block):
            return False
        return all(self._goes_on(row, header, aliases, rows) for row in block[1:])

    def is_record(self, row: int, below: int) -> bool:
        """Return whether a row holds values like the rows of its columns from ``below`` on.

        A row that comes again as a whole is the header of the next printed page, no evidence.
        """
        cells = self._texts[row]
        others = [cells_below for cells_below in self._texts[below:] if cells_below != cells]
        repeats = numbers = labels = 0
        for column, cell in enumerate(cells):
            if not cell:
                continue
            kind = self._kinds[cell]
            values = [other[column] for other in others if other[column]]
            if kind in ("stamp", "contact") or (kind == "code" and _share_make(cell, values)):
                return True
            numbers += kind == "number" and self._are_numbers(values) and not _YEAR.fullmatch(cell)
            labels += kind == "text"
            repeats += cell in values
        return numbers > 0 or repeats >= (_TWO_REPEATS if labels > _FEW_CELLS else 1)

    def has_dates(self, below: int) -> bool:
        """Return whether most values of some column, from a row on, are dates."""
        for column in range(self._width):
            values = [row[column] for row in self._texts[below:] if row[column]]
            dates = sum(self._kinds[value] == "stamp" for value in values)
            if len(values) > 1 and dates >= _MOSTLY * len(values):
                return True
        return False

    def names_more(self, row: int, first: int, below: int) -> bool:
        """Return whether a row has labels for columns that the rows under it leave without a name.

        A lone text is a title of the table, which names no column.
        """
        labels = [column for column, cell in enumerate(self._texts[row]) if cell]
        named_columns = {
            column
            for block in self._texts[first:below]
            for column, cell in enumerate(block)
            if cell
        }
        return (
            len(labels) > 1
            and not named_columns.issuperset(labels)
            and all(len(self._texts[row][column]) <= _LONGEST_LABEL for column in labels)
            and not self.is_record(row, below)
        )

    def are_groups(self, rows: range, above: int, below: int) -> bool:
        """Return whether rows divide the groups whose labels stand in a row above them."""
        labels = self._texts[above]
        return not any(self.is_record(row, below) for row in rows) and all(
            bool(labels[column])
            for row in rows
            for column, cell in enumerate(self._texts[row])
            if cell
        )

    def _are_numbers(self, values: Sequence[str]) -> bool:
        alike = sum(self._kinds[value] == "number" for value in values)
        return alike >= _HALF * len(values)

    def _goes_on(self, row: int, header: layout.Header, aliases: Aliases, rows: str) -> bool:
        """Return whether a row continues the header above it: by its words or by its place."""
        filled = [column for column in range(self._width) if self._texts[row][column]]
        names = [header.names[column] for column in filled]
        n_guessed = sum(aliases.guess(name, rows) is not None for name in names if name)
        if filled and n_guessed >= _HALF * len(filled):
            return True
        is_last = row == header.below - 1
        return all(self._is_below_group(row, column, is_last=is_last) for column in filled) and (
            not is_last or any(self._is_typed(column, header.below) for column in filled)
        )

    def _is_below_group(self, row: int, column: int, *, is_last: bool) -> bool:
        """Return whether the cell above is empty, or the label of a group of several columns."""
        above = self._texts[row - 1]
        has_empty_neighbour = column + 1 < self._width and not above[column + 1]
        return not above[column] or (
            has_empty_neighbour and (not is_last or bool(self._texts[row][column + 1]))
        )

    def _is_typed(self, column: int, below: int) -> bool:
        values = [row[column] for row in self._texts[below:] if row[column]]
        typed = sum(self._kinds[value] in ("stamp", "number") for value in values)
        return bool(values) and typed >= _MOSTLY * len(values)


def _stamps(texts: Sequence[str]) -> frozenset[str]:
    """Return the texts that are dates; only those with a month in words need a closer look."""
    short = [text for text in texts if len(text) <= _LONGEST_STAMP]
    numbers = {text for text in short if _DATE.search(text) or _TIME.fullmatch(text)}
    words = [
        text
        for text in short
        if text not in numbers and _MONTH.search(text) and any(sign.isdigit() for sign in text)
    ]
    if words:
        column = pl.Series(words, dtype=pl.String)
        numbers.update(column.filter(are_stamps(column).fill_null(value=False)).to_list())
    return frozenset(numbers)


def _kind(text: str, *, is_stamp: bool) -> str:
    if is_stamp:
        return "stamp"
    if _CONTACT.fullmatch(text):
        return "contact"
    if _NUMBER.fullmatch(text):
        return "number"
    return "code" if any(sign.isdigit() for sign in text) else "text"


def _share_make(cell: str, values: Sequence[str]) -> bool:
    """Return whether most values below are made like a cell: ``hs-001`` and ``hs-002``."""
    alike = sum(_make(value) == _make(cell) for value in values)
    return bool(values) and alike >= _HALF * len(values)


def _make(text: str) -> str:
    return re.sub(r"\d+", "9", re.sub(r"[^\W\d_]+", "a", text))
