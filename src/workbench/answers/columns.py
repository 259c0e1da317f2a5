"""Tables as data: a column is a heading and how its cell is written from a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from workbench.charts import Figure, draw
from workbench.charts.tables import Blank, Cell, Column, Table
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


def text(key: str, write: str | Write) -> Col:
    """Return a column of text: a column of the rows, or what is written from one."""
    return Col(say(key), write if callable(write) else _column(write), number=False)


def figure(key: str, write: Write, *, of: str = "", none: str = "") -> Col:
    """Return a column of numbers as they are written from a row.

    Args:
        key: Its heading.
        write: How a cell is written.
        of: The value without which there is nothing to write.
        none: Why there is nothing, where that value is missing.
    """
    return Col(say(key), written(write, of, none) if of else write)


def written(write: Write, of: str, none: str) -> Write:
    """Write a cell where a row has a value, and a blank with a reason where it has none."""
    blank = Blank(say(none))
    return lambda row: blank if row[of] is None else write(row)


def count(key: str, name: str) -> Col:
    """Return a column of counts."""
    return Col(say(key), lambda row: numerals.count(row[name]))


def percent(key: str, name: str) -> Col:
    """Return a column of shares."""
    return Col(say(key), lambda row: numerals.percent(row[name]))


def decimal(key: str, name: str, digits: int = 1) -> Col:
    """Return a column of numbers with some decimals."""
    return Col(say(key), lambda row: numerals.decimal(row[name], digits))


def hours(key: str, name: str, *, none: str = "") -> Col:
    """Return a column of seconds, written in hours."""
    return figure(key, lambda row: numerals.hours(row[name]), of=name if none else "", none=none)


def pair(heading: str, write: Callable[[Row], tuple[Cell, Cell]]) -> tuple[Col, Col]:
    """Return the columns of a value and of its interval, written together."""
    return (
        Col(heading, lambda row: write(row)[0]),
        figure("briefing.interval", lambda row: write(row)[1]),
    )


def fraction(heading: str, value: str, over: str, base: str, none: str) -> Col:
    """Return a column of a rate with its two numbers; ``heading`` is text."""

    def write(row: Row) -> Cell:
        return f"{numerals.percent(row[value])} ({numerals.fraction(row[over], row[base])})"

    return Col(heading, written(write, value, none))


def ranged(key: str, name: str, prefix: str = "", *, none: str = "") -> Col:
    """Return a column of a share with its interval, ``<prefix>lower`` to ``<prefix>upper``."""

    def write(row: Row) -> Cell:
        bounds = numerals.percent_range(row[f"{prefix}lower"], row[f"{prefix}upper"])
        return f"{numerals.percent(row[name])} ({bounds})"

    return figure(key, write, of=name if none else "", none=none)


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
