"""Tables as data: a column is a heading and how its cell is written from a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from workbench.charts import Figure, draw
from workbench.charts.tables import Cell, Column, Table
from workbench.core import numerals
from workbench.messages import say

Row = dict[str, Any]
Write = Callable[[Row], Cell]


@dataclass(frozen=True)
class Col:
    """A column of a table: heading, cell of a row, and whether it holds numbers."""

    heading: str
    write: Write
    number: bool = True


def words(key: str, write: str | Write) -> Col:
    """Return a column of text: a column of the rows, or what is written from one."""
    return Col(say(key), write if callable(write) else _column(write), number=False)


def figure(key: str, write: Write) -> Col:
    """Return a column of numbers as they are written from a row."""
    return Col(say(key), write)


def count(key: str, name: str) -> Col:
    """Return a column of counts."""
    return Col(say(key), lambda row: numerals.count(row[name]))


def percent(key: str, name: str) -> Col:
    """Return a column of shares."""
    return Col(say(key), lambda row: numerals.percent(row[name]))


def decimal(key: str, name: str, digits: int = 1) -> Col:
    """Return a column of numbers with some decimals."""
    return Col(say(key), lambda row: numerals.decimal(row[name], digits))


def table(
    caption: str,
    rows: Iterable[Row],
    columns: Iterable[Col],
    *,
    notes: Iterable[str] = (),
    total: tuple[Cell, ...] = (),
    marked: Callable[[Row], bool] = lambda _: False,
) -> Table:
    """Return a table of rows.

    Args:
        caption: What it shows.
        rows: Values by name.
        columns: From left to right.
        notes: Sentences under the table.
        total: A last row, set off.
        marked: Which rows are set off.
    """
    lines, cols = list(rows), list(columns)
    cells = [tuple(col.write(row) for col in cols) for row in lines]
    at = {n for n, row in enumerate(lines) if marked(row)}
    if total:
        at.add(len(cells))
        cells.append(total)
    heads = tuple(Column(col.heading, col.number) for col in cols)
    return Table(caption, heads, tuple(cells), tuple(notes), frozenset(at))


def picture(chart: Any, caption: str, labels: Iterable[str]) -> Figure:
    """Return a chart with its caption, and what it shows in words for those who cannot see it."""
    return draw(chart, caption, f"{caption} {'; '.join(labels)}.")


def _column(name: str) -> Write:
    return lambda row: row[name]
