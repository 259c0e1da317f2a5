"""An answer as a workbook: its sentences, its table as it is read, and its figures as numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import xlsxwriter

from workbench.charts.tables import Table, plain_cell
from workbench.messages import say

_PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}
"""What a register wrote stays text: a cell that begins with «=» is no formula."""
_WIDEST = 60


def write_workbook(
    path: Path, sentences: Sequence[tuple[str, str]], listing: Table | None, frame: pl.DataFrame
) -> None:
    """Write a workbook with a sheet of sentences, of the table and of the figures.

    Args:
        path: The file; one that is there is replaced.
        sentences: Each with its evidence level in words.
        listing: The table as it is read, where there is one.
        frame: The figures behind it; instants are written in the zone of the source.
    """
    with xlsxwriter.Workbook(str(path), _PLAIN) as book:
        # same answer, same bytes
        book.set_properties({"created": dt.datetime(2000, 1, 1, tzinfo=dt.UTC)})
        head = book.add_format({"bold": True})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        answer = book.add_worksheet(say("lab.sheet_answer"))
        answer.set_column(0, 0, 110, wrapped)
        for number, (text, badge) in enumerate(sentences):
            answer.write_string(number, 0, text, head if number == 0 else wrapped)
            answer.write_string(number, 1, badge)
        if listing is not None:
            sheet = book.add_worksheet(say("lab.sheet_table"))
            rows = [[plain_cell(cell) for cell in row] for row in listing.rows]
            names = [column.heading for column in listing.columns]
            _write_grid(sheet, names, rows, head)
        figures = book.add_worksheet(say("lab.sheet_figures"))
        _write_grid(figures, frame.columns, [_values(row) for row in frame.rows()], head)


def _write_grid(
    sheet: xlsxwriter.worksheet.Worksheet,
    names: Sequence[str],
    rows: Sequence[Sequence[object]],
    head: xlsxwriter.format.Format,
) -> None:
    """Write headed rows that can be sorted and filtered, the head always in view."""
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(names):
        cells = [row[column] for row in rows]
        sheet.write_string(0, column, name, head)
        for number, value in enumerate(cells, 1):
            sheet.write(number, column, value)
        widest = max((len(str(cell)) for cell in [name, *cells]), default=0)
        sheet.set_column(column, column, min(widest + 2, _WIDEST))
    if names:
        sheet.autofilter(0, 0, len(rows), len(names) - 1)


def _values(row: Sequence[object]) -> list[object]:
    return [value if isinstance(value, int | float | str) else _written(value) for value in row]


def _written(value: object) -> str:
    """Return a value that a cell cannot keep as it is written: an instant, a day, a list."""
    return "" if value is None else str(value)
