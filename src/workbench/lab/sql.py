"""``%sql`` and ``%%sql``: queries over the tables of the book that the notebook opened."""

from __future__ import annotations

from typing import Any

from workbench.answers import Book, open_book
from workbench.core.errors import UsageProblem


def register_sql(shell: Any) -> None:
    """Give a shell the magic ``%sql``, for a line and for a whole cell.

    The query reads the tables of the last book that the notebook opened, else those of the project
    around the current folder. ``%%sql NAME`` keeps the result under a name as well.
    """

    def sql(line: str, cell: str | None = None) -> Any:
        """Return the rows of a query over the tables of the book (``book.tables``)."""
        name = line.strip() if cell is not None else ""
        if name and not name.isidentifier():
            raise UsageProblem("lab.bad_name", name=name)
        rows = _book(shell.user_ns).sql(line if cell is None else cell)
        if name:
            shell.user_ns[name] = rows
        return rows

    shell.register_magic_function(sql, "line_cell", "sql")


def _book(names: dict[str, Any]) -> Book:
    """Return the book called ``book``, another open one, or that of the current project."""
    chosen = names.get("book")
    if isinstance(chosen, Book):
        return chosen
    return next((value for value in names.values() if isinstance(value, Book)), None) or open_book()
