"""What every reader hands over: a sheet's rows as text, with the row each one stood in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

import polars as pl


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
    ``heading`` are the texts above the header.
    """

    sheet: str
    frame: pl.DataFrame
    rows_read: int
    heading: tuple[str, ...]
    encoding: str

    @property
    def rows_ignored(self) -> int:
        """Rows below the header that are no records."""
        return self.rows_read - self.frame.height


def whole(pieces: Iterable[RawTable]) -> Iterator[RawTable]:
    """Join the pieces of each sheet, which follow one another, into one table."""
    for _, group in groupby(pieces, lambda piece: piece.sheet):
        first, *more = group
        frames = [piece.frame for piece in (first, *more)]
        rows_read = first.rows_read + sum(piece.rows_read for piece in more)
        yield replace(first, frame=pl.concat(frames), rows_read=rows_read) if more else first
