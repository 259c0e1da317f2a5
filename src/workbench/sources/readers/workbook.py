"""Reads the sheets of an Excel workbook as text, true dates in ISO form.

A cell that Excel holds as a date arrives as ``2022-01-05 10:30:00`` (or ``2022-01-05`` when it
has no time of day, which Excel cannot tell from midnight), so it is never mistaken for a text
date whose day and month are in doubt. A bare serial number stays a number, counted from 1900 also
in workbooks that count from 1904. Of a formula only the value shown is read. Text of fonts from
before Unicode is converted (``legacy``); the table says which convention was undone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl

from workbench.errors import InputRejected
from workbench.sources.fields import is_instant
from workbench.sources.legacy import convention_of, to_unicode
from workbench.sources.profile import Part
from workbench.sources.readers import layout
from workbench.sources.readers.archive import check_workbook, is_date_1904
from workbench.sources.readers.delivery import unreadable
from workbench.sources.readers.raw import RawTable, place
from workbench.sources.repairs import converted

_NO_ROWS = {"source_row": pl.Int64}
_SERIAL = r"^(\d{4,5})(\.\d+)?$"
_DAYS_1904 = 1462
_MIDNIGHT = r"^(\d{4}-\d{2}-\d{2}) 00:00:00$"


def read_workbook(path: Path, part: Part) -> Iterator[RawTable]:
    """Yield the tables of a workbook: the named sheet, or every sheet.

    A sheet without the header, beside one that has it, gives a table of ignored rows only.

    Raises:
        InputRejected: The workbook is damaged, has no such sheet, or no sheet with the header.
    """
    check_workbook(path)
    book = open_book(path)
    from_1904 = _instant_headers(part) if is_date_1904(path) else ()
    if part.sheet and part.sheet not in book.sheet_names:
        sheets = ", ".join(book.sheet_names)
        raise InputRejected("sources.no_sheet", file=path.name, sheet=part.sheet, found=sheets)
    names = [part.sheet] if part.sheet else book.sheet_names
    found = [(name, *_searched(*modern(sheet_cells(book, name, path)), part)) for name in names]
    some = any(header for *_, header in found)
    for name, cells, convention, header in found:
        if some and not header:
            yield RawTable(name, pl.DataFrame(schema=_NO_ROWS), cells.height, (), "xlsx")
            continue
        checked = layout.check_header(header, part, path, name)
        where = place(path.name, name)
        below = _below(cells, checked)
        marks = layout.spelling_marks(below, checked, part)
        frame = converted(layout.records(below, checked, part, where=where), marks)
        heading = tuple(c for row in _rows(cells.head(checked.row)) for c in row if c)
        frame = frame.with_columns(_from_1900(name) for name in from_1904 if name in frame.columns)
        rows_read = cells.height - checked.below
        yield RawTable(name, frame, rows_read, heading, convention or "xlsx", marks)


def open_book(path: Path) -> Any:
    """Open a workbook that ``check_workbook`` has let pass.

    Raises:
        InputRejected: It is damaged.
    """
    with _refusals(path):
        return fastexcel.read_excel(path)


def sheet_cells(book: Any, name: str, path: Path) -> pl.DataFrame:
    """Return a sheet's cells as text, columns ``c0``, ``c1`` ..., and ``source_row`` from 1.

    Raises:
        InputRejected: The sheet is damaged.
    """
    with _refusals(path):
        sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        frame: pl.DataFrame = sheet.to_polars()
    cells = frame.rename({c: f"c{i}" for i, c in enumerate(frame.columns)})
    return cells.with_columns(pl.all().str.replace(_MIDNIGHT, "$1")).with_row_index(
        "source_row", offset=1
    )


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    """Turn what the reading library says of a damaged workbook into a refusal.

    Its panics are no ordinary exceptions, so they are known by name.
    """
    try:
        yield
    except BaseException as problem:
        if isinstance(problem, (fastexcel.FastExcelError, ValueError, OverflowError)) or (
            type(problem).__name__ == "PanicException"
        ):
            raise unreadable(path, _reason(problem)) from problem
        raise


def modern(cells: pl.DataFrame) -> tuple[pl.DataFrame, str]:
    """Return cells in Unicode and the old convention they followed, or ``""``."""
    texts = [column for column in cells.columns if column != "source_row"]
    distinct = (cells[column].drop_nulls().unique(maintain_order=True) for column in texts)
    known = pl.concat([pl.Series([], dtype=pl.String), *(s.rename("") for s in distinct)])
    marked = known.filter(known.str.contains(r"[^\x00-\x7f]")).to_list()
    if not (convention := convention_of(marked)):
        return cells, ""
    letters = {text: to_unicode(text, convention) for text in marked}
    return cells.with_columns(pl.col(texts).replace(letters)), convention


def _searched(
    cells: pl.DataFrame, convention: str, part: Part
) -> tuple[pl.DataFrame, str, layout.Header | None]:
    return cells, convention, layout.find_header(_rows(cells.head(layout.SEARCH_ROWS)), part)


def _instant_headers(part: Part) -> tuple[str, ...]:
    fed = part.columns.items()
    return tuple(header for header, to in fed if any(is_instant(t.field) for t in to))


def _from_1900(column: str) -> pl.Expr:
    """Count bare serial numbers from 1900 on, as every other workbook does."""
    days, rest = pl.col(column).str.extract(_SERIAL, 1), pl.col(column).str.extract(_SERIAL, 2)
    moved = (days.cast(pl.Int64) + _DAYS_1904).cast(pl.String) + rest.fill_null("")
    return pl.coalesce(moved, pl.col(column)).alias(column)


def _rows(cells: pl.DataFrame) -> list[tuple[str | None, ...]]:
    return cells.drop("source_row").rows()


def _below(cells: pl.DataFrame, header: layout.Header) -> pl.DataFrame:
    return cells.slice(header.below).with_columns(pl.col("source_row").cast(pl.Int64))


def _reason(problem: BaseException) -> str:
    return next(iter(str(problem).splitlines()), type(problem).__name__)
