"""Reads the sheets of an Excel workbook as text, true dates in ISO form.

A cell that Excel holds as a date arrives as ``2022-01-05 10:30:00`` (or ``2022-01-05`` when it
has no time of day, which Excel cannot tell from midnight), so it is never mistaken for a text
date whose day and month are in doubt. A bare serial number stays a number.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl

from workbench.errors import InputRejected
from workbench.sources.profile import Part
from workbench.sources.readers import layout
from workbench.sources.readers.delivery import unreadable
from workbench.sources.readers.raw import RawTable, place

_NO_ROWS = {"source_row": pl.Int64}
_MIDNIGHT = r"^(\d{4}-\d{2}-\d{2}) 00:00:00$"


def read_workbook(path: Path, part: Part) -> Iterator[RawTable]:
    """Yield the tables of a workbook: the named sheet, or every sheet.

    A sheet without the header, beside one that has it, gives a table of ignored rows only.

    Raises:
        InputRejected: The workbook is damaged, has no such sheet, or no sheet with the header.
    """
    book = _open(path)
    if part.sheet and part.sheet not in book.sheet_names:
        sheets = ", ".join(book.sheet_names)
        raise InputRejected("sources.no_sheet", file=path.name, sheet=part.sheet, found=sheets)
    names = [part.sheet] if part.sheet else book.sheet_names
    found = [(name, *_searched(_sheet(book, name, path), part)) for name in names]
    some = any(header for _, _, header in found)
    for name, cells, header in found:
        if some and not header:
            yield RawTable(name, pl.DataFrame(schema=_NO_ROWS), cells.height, (), "xlsx")
            continue
        checked = layout.check_header(header, part, path, name)
        where = place(path.name, name)
        frame = layout.records(_below(cells, checked), checked, part, where=where)
        heading = tuple(c for row in _rows(cells.head(checked.row)) for c in row if c)
        yield RawTable(name, frame, cells.height - checked.below, heading, "xlsx")


def _open(path: Path) -> Any:
    try:
        return fastexcel.read_excel(path)
    except fastexcel.FastExcelError as problem:
        raise unreadable(path, _reason(problem)) from problem


def _sheet(book: Any, name: str, path: Path) -> pl.DataFrame:
    try:
        sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        frame: pl.DataFrame = sheet.to_polars()
    except fastexcel.FastExcelError as problem:
        raise unreadable(path, _reason(problem)) from problem
    cells = frame.rename({c: f"c{i}" for i, c in enumerate(frame.columns)})
    return cells.with_columns(pl.all().str.replace(_MIDNIGHT, "$1")).with_row_index(
        "source_row", offset=1
    )


def _searched(cells: pl.DataFrame, part: Part) -> tuple[pl.DataFrame, layout.Header | None]:
    return cells, layout.find_header(_rows(cells.head(layout.SEARCH_ROWS)), part)


def _rows(cells: pl.DataFrame) -> list[tuple[str | None, ...]]:
    return cells.drop("source_row").rows()


def _below(cells: pl.DataFrame, header: layout.Header) -> pl.DataFrame:
    return cells.slice(header.below).with_columns(pl.col("source_row").cast(pl.Int64))


def _reason(problem: Exception) -> str:
    return str(problem).splitlines()[0]
