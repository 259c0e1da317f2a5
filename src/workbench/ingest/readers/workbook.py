"""Read the sheets of a workbook as text, true dates in ISO form.

A cell with an Excel date arrives as ``2022-01-05 10:30:00`` (or ``2022-01-05`` without a time of
day; Excel stores midnight in the same way), so it is never read as a text date with an uncertain
order of day and month. A bare serial number stays a number, counted from 1900 also in workbooks
that count from 1904. Of a formula only the shown value is read; one without a value is rejected,
an error lands as its text. Hidden sheets and rows are left out unless the profile reads them,
and a merged cell applies to all its rows (``sheetcells``, ``sheetxml``; of formats other than
``.xlsx`` ``otherbooks``). Text of fonts from before
Unicode is converted (``legacy``); the table records which convention was undone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl

from workbench.core.errors import InputRejected
from workbench.ingest.fields import is_instant
from workbench.ingest.legacy import convention_of, to_unicode
from workbench.ingest.profile import FileLayout
from workbench.ingest.readers import layout
from workbench.ingest.readers.archive import check_sheets, check_workbook, is_date_1904
from workbench.ingest.readers.file_bytes import content_of, unreadable
from workbench.ingest.readers.otherbooks import BookFacts, read_other
from workbench.ingest.readers.raw import NOTES, RawTable, place
from workbench.ingest.readers.sheetcells import check_cells, fill_merged, put_cells
from workbench.ingest.readers.sheetxml import SheetFacts, SheetPart, read_facts, sheet_parts
from workbench.ingest.readers.unitrows import with_unit_rows

_NO_ROWS = {"source_row": pl.Int64}
_UNCALCULATED = "="
"""Placeholder in a cell whose formula has no value, so that its row counts as filled."""
_SERIAL = r"^(\d{4,5})(\.\d+)?$"
_DAYS_1904 = 1462
_MIDNIGHT = r"^(\d{4}-\d{2}-\d{2})[ T]00:00:00$"


def read_workbook(path: Path, part: FileLayout) -> Iterator[RawTable]:
    """Yield the tables of a workbook: the named sheet, or every sheet.

    A sheet without the header, beside one that has it, gives a table of ignored rows only.

    Raises:
        InputRejected: The workbook is damaged, has no such sheet, or no sheet with the header.
    """
    book = open_book(path)
    from_1904 = _instant_headers(part) if book.is_date_1904 else ()
    sheets = book.reader.sheet_names
    if part.sheet and part.sheet not in sheets:
        sheet_names = ", ".join(sheets)
        raise InputRejected("sources.no_sheet", file=path.name, sheet=part.sheet, found=sheet_names)
    names = [part.sheet] if part.sheet else sheets
    sheets = [_sheet(book, path, name, part) for name in names]
    if all(sheet.is_left_out for sheet in sheets if sheet.header):
        _refuse_hidden_only(path, sheets)
    some = any(sheet.header for sheet in sheets)
    for sheet in sheets:
        if sheet.is_left_out or (some and not sheet.header):
            yield _without_records(sheet)
            continue
        header = layout.check_header(sheet.header, part, path, sheet.name)
        yield _table(sheet, header, part, path, from_1904)


@dataclass(frozen=True)
class Book:
    """A workbook whose cells ``reader`` reads, and what it says beside them.

    ``parts`` are the parts of its sheets by their names.
    """

    reader: Any
    parts: Mapping[str, SheetPart]
    is_date_1904: bool


@dataclass(frozen=True)
class _Sheet:
    """A sheet's cells, the facts of its XML, and the header.

    ``first`` is the number of the column that the cells begin with, from 1.
    """

    name: str
    cells: pl.DataFrame
    first: int
    convention: str
    header: layout.Header | None
    facts: SheetFacts
    is_hidden: bool
    is_left_out: bool


def _sheet(book: Book, path: Path, name: str, part: FileLayout) -> _Sheet:
    cells, first = _load(book.reader, name, path)
    place_of = book.parts.get(name)
    facts = read_facts(path, place_of)
    cell_errors = facts.errors | dict.fromkeys(facts.uncalculated, _UNCALCULATED)
    cells, convention = modern(put_cells(cells, first, cell_errors))
    is_hidden = bool(place_of and place_of.is_hidden)
    return _Sheet(
        name,
        cells,
        first,
        convention,
        layout.find_header(_rows(cells.head(layout.SEARCH_ROWS)), part),
        facts,
        is_hidden,
        is_left_out=is_hidden and part.hidden == "leave_out" and not part.sheet,
    )


def _refuse_hidden_only(path: Path, sheets: list[_Sheet]) -> None:
    """Reject a workbook whose only sheets with the header are hidden."""
    if hidden := [sheet.name for sheet in sheets if sheet.header]:
        raise InputRejected("readers.hidden_only", file=path.name, sheets=", ".join(hidden))


def _without_records(sheet: _Sheet) -> RawTable:
    rows = sheet.cells.height - (sheet.header.below if sheet.header else 0)
    notes = _note("F03", "", rows if sheet.header else 0)
    return RawTable(sheet.name, pl.DataFrame(schema=_NO_ROWS), rows, (), "xlsx", notes=notes)


def _table(
    sheet: _Sheet, header: layout.Header, part: FileLayout, path: Path, from_1904: tuple[str, ...]
) -> RawTable:
    where = place(path.name, sheet.name)
    below, filled = fill_merged(_below(sheet.cells, header), sheet.first, sheet.facts, header, part)
    frame, marks = layout.records(below, header, part, where=where)
    frame, given = with_unit_rows(frame, below, header, part)
    frame, notes = _shown(frame, sheet, part)
    check_cells(frame, sheet.first, sheet.facts, header, part, where)
    heading = tuple(c for row in _rows(sheet.cells.head(header.row)) for c in row if c)
    frame = frame.with_columns(_from_1900(name) for name in from_1904 if name in frame.columns)
    cells = filled.join(frame.select("source_row"), on="source_row", how="semi")
    counts = cells.group_by("column").agg(n_values=pl.len().cast(pl.Int64)).sort("column")
    notes = pl.concat([notes, counts.select(pl.lit("F06").alias("rule_id"), pl.all())])
    notes = pl.concat([notes, *(_note("F08", column, count) for column, count in given)])
    rows_read = sheet.cells.height - header.below
    encoding = sheet.convention or "xlsx"
    return RawTable(sheet.name, frame, rows_read, heading, encoding, marks, notes=notes)


def _shown(
    frame: pl.DataFrame, sheet: _Sheet, part: FileLayout
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the records that are read, and the note on hidden ones."""
    is_hidden = pl.col("source_row").is_in(sorted(sheet.facts.hidden_rows))
    if part.hidden == "read" or sheet.is_hidden:
        n_hidden = frame.height if sheet.is_hidden else frame.filter(is_hidden).height
        return frame, _note("F05", "", n_hidden)
    visible = frame.filter(~is_hidden)
    return visible, _note("F04", "", frame.height - visible.height)


def _note(rule: str, column: str, count: int) -> pl.DataFrame:
    return pl.DataFrame([(rule, column, count)] if count else [], NOTES, orient="row")


def open_book(path: Path) -> Book:
    """Open a workbook of any format, by what it is and not by its name.

    Raises:
        InputRejected: It is damaged, has a password, or reading it could exhaust memory.
    """
    kind = content_of(path)
    if kind == "xlsx":
        facts = BookFacts(check_workbook(path), sheet_parts(path), is_date_1904(path))
    else:
        facts = read_other(path, kind)
    with _refusals(path):
        is_named = path.suffix.casefold() in (f".{kind}", ".xlsm")
        reader = fastexcel.read_excel(path if is_named else path.read_bytes())
    names = reader.sheet_names
    parts = facts.parts
    check_sheets(path, (parts[n].part if n in parts else "" for n in names), facts.spans)
    return Book(reader, parts, facts.is_date_1904)


def sheet_cells(book: Book, name: str, path: Path) -> pl.DataFrame:
    """Return a sheet's cells as text, columns ``c0``, ``c1`` ..., and ``source_row`` from 1.

    Raises:
        InputRejected: The sheet is damaged.
    """
    return _load(book.reader, name, path)[0]


def _load(reader: Any, name: str, path: Path) -> tuple[pl.DataFrame, int]:
    """Return a sheet's cells and the number, from 1, of the first column that holds any."""
    with _refusals(path):
        sheet = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        frame: pl.DataFrame = sheet.to_polars()
        first = min((column.absolute_index for column in sheet.available_columns()), default=0)
    cells = frame.rename({c: f"c{i}" for i, c in enumerate(frame.columns)})
    texts = cells.with_columns(pl.all().str.replace(_MIDNIGHT, "$1"))
    return texts.with_row_index("source_row", offset=1), first + 1


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    """Turn the reading library's errors about a damaged workbook into a rejected input.

    Its panics are not ordinary exceptions, so they are recognised by name.
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
    distinct_texts = pl.concat([pl.Series([], dtype=pl.String), *(s.rename("") for s in distinct)])
    marked = distinct_texts.filter(distinct_texts.str.contains(r"[^\x00-\x7f]")).to_list()
    if not (convention := convention_of(marked)):
        return cells, ""
    letters = {text: to_unicode(text, convention) for text in marked}
    return cells.with_columns(pl.col(texts).replace(letters)), convention


def _instant_headers(part: FileLayout) -> tuple[str, ...]:
    fed = part.columns.items()
    return tuple(header for header, to in fed if any(is_instant(t.field) for t in to))


def _from_1900(column: str) -> pl.Expr:
    """Count bare serial numbers from 1900 on, as in every other workbook."""
    days, rest = pl.col(column).str.extract(_SERIAL, 1), pl.col(column).str.extract(_SERIAL, 2)
    moved = (days.cast(pl.Int64) + _DAYS_1904).cast(pl.String) + rest.fill_null("")
    return pl.coalesce(moved, pl.col(column)).alias(column)


def _rows(cells: pl.DataFrame) -> list[tuple[str | None, ...]]:
    return cells.drop("source_row").rows()


def _below(cells: pl.DataFrame, header: layout.Header) -> pl.DataFrame:
    return cells.slice(header.below).with_columns(pl.col("source_row").cast(pl.Int64))


def _reason(problem: BaseException) -> str:
    return next(iter(str(problem).splitlines()), type(problem).__name__)
