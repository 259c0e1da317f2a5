"""Tables a screen reader can walk: a caption, headed columns and rows, local numbers.

Cells hold finished text (``workbench.core.numerals`` writes the numbers), the first cell heads its
row. Everything from data is escaped; a value that does not exist is an en dash with its reason
under the table, never an empty cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from workbench.core.characters import plain_text
from workbench.core.numerals import MISSING

ASSETS = Path(__file__).parents[1] / "assets"


@dataclass(frozen=True)
class Column:
    """One column: its heading, and whether it holds numbers (set to the right)."""

    heading: str
    number: bool = True


@dataclass(frozen=True)
class Blank:
    """A cell without a value, and why; ``sign`` is what stands in its place."""

    reason: str
    sign: str = MISSING


@dataclass(frozen=True)
class Link:
    """A cell whose figures stand under the answer to another question of the page."""

    text: str
    section: str


Cell = str | Blank | Link


@dataclass(frozen=True)
class Table:
    """A table ready to be read: one row per thing named in its first cell.

    Args:
        caption: What the table shows, with period and denominators.
        columns: Headings from left to right.
        rows: Finished cells; as many per row as there are columns.
        notes: Sentences under the table.
        marked: Positions of rows to set off, such as the reader's own unit.
        is_prose: Whether its cells are sentences: a narrow screen shows them below each other.

    Raises:
        ValueError: A row has another number of cells than there are columns.

    >>> print(Table("Hồ sơ", (Column("đơn vị", False), Column("trễ")), (("Phường 1", "24"),)))
    Hồ sơ
    đơn vị    trễ
    Phường 1  24
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    marked: frozenset[int] = frozenset()
    is_prose: bool = False

    def __post_init__(self) -> None:
        for number, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                raise ValueError(f"row {number}: {len(row)} cells, {len(self.columns)} columns")

    @property
    def all_notes(self) -> tuple[str, ...]:
        """The notes, then one per reason for a missing value."""
        reasons = [f"{c.sign} {c.reason}" for row in self.rows for c in row if isinstance(c, Blank)]
        return (*self.notes, *dict.fromkeys(reasons))

    def html(self) -> str:
        """Return the table and its notes as an HTML fragment.

        Text says of itself that it stands left: the lab sets every cell to the right.
        """
        return plain_text(template("table.html").render(table=self, shown=_shown))

    def __str__(self) -> str:
        """Return the table in aligned columns, for a terminal."""
        lines = [tuple(c.heading for c in self.columns), *(map(plain_cell, r) for r in self.rows)]
        grid = [tuple(line) for line in lines]
        widths = [max(len(line[i]) for line in grid) for i in range(len(self.columns))]
        body = ["  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) for line in grid]
        return "\n".join([self.caption, *(line.rstrip() for line in body), *self.all_notes])

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        return {"text/html": self.html(), "text/plain": str(self)}, {"rows": len(self.rows)}


@cache
def template(name: str) -> Template:
    """Return a page or fragment template of the package; values are escaped, holes are errors."""
    environment = Environment(
        loader=FileSystemLoader(ASSETS, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    return environment.get_template(name)


def _shown(value: Cell) -> str | Markup:
    if isinstance(value, Link):
        return Markup('<a href="#{}">{}</a>').format(value.section, value.text)
    if isinstance(value, Blank):
        return Markup('<span class="blank" title="{}">{}</span>').format(value.reason, value.sign)
    return value


def plain_cell(value: Cell) -> str:
    """Return a cell as text, as a terminal or a workbook shows it."""
    if isinstance(value, Link):
        return value.text
    return value.sign if isinstance(value, Blank) else value
