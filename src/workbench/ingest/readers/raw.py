"""What every reader hands over: a sheet's rows as text, with the row each one stood in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby

import polars as pl

from workbench.ingest.repairs import NO_MARKS

NOTES: Mapping[str, type[pl.DataType]] = {
    "rule_id": pl.String,
    "column": pl.String,
    "n_values": pl.Int64,
}
"""What a reader left out or filled in: the rule, the column (if any) and how many rows or cells."""
NO_NOTES = pl.DataFrame(schema=NOTES)
NO_ROWS = pl.Series("source_row", [], dtype=pl.Int64)


def place(file: str, sheet: str) -> str:
    """Say where something stands in an export, the same in every language.

    >>> place("book.xlsx", "Sổ theo dõi"), place("log.csv", "")
    ('book.xlsx › Sổ theo dõi', 'log.csv')
    """
    return f"{file} › {sheet}" if sheet else file


@dataclass(frozen=True)
class RawTable:
    """One sheet (or text file, or event log) as text, or a piece of a long one.

    ``frame`` has one column per header and ``source_row``, the row as a person counts it in the
    file (in an event log: the number of the event). ``rows_read`` counts all rows below the
    header; those not in ``frame`` are titles, totals, blank rows and signatures.
    ``heading`` are the texts above the header, ``marks`` the cells that were put right
    (``repairs``), ``cut_rows`` the records that end before the last column of the header,
    ``notes`` what else rules say of the sheet (``NOTES``).
    """

    sheet: str
    frame: pl.DataFrame
    rows_read: int
    heading: tuple[str, ...]
    encoding: str
    marks: pl.DataFrame = field(default_factory=NO_MARKS.clone)
    cut_rows: pl.Series = field(default_factory=NO_ROWS.clone)
    notes: pl.DataFrame = field(default_factory=NO_NOTES.clone)

    @property
    def rows_ignored(self) -> int:
        """Rows below the header that are no records."""
        return self.rows_read - self.frame.height


def whole(tables: Iterable[RawTable]) -> Iterator[RawTable]:
    """Join the pieces of each sheet, which follow one another, into one table."""
    for _, group in groupby(tables, lambda piece: piece.sheet):
        first, *more = group
        pieces = (first, *more)
        joined = replace(
            first,
            frame=pl.concat([piece.frame for piece in pieces]),
            rows_read=sum(piece.rows_read for piece in pieces),
            marks=pl.concat([piece.marks for piece in pieces]),
            cut_rows=pl.concat([piece.cut_rows for piece in pieces]),
            notes=pl.concat([piece.notes for piece in pieces]),
        )
        yield joined if more else first
