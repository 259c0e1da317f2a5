"""Tables as attributes: read at first use, and by a question only if it declares them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol, overload

import polars as pl

COUNTED = (
    *("counted_closings", "counted_dossiers", "counted_passages", "daily_stock"),
    "due_dates_known_on",
    *("official_tables", "period_dossiers", "step_waits"),
)
"""Tables that are counted when they are asked for."""
CLOSED = ("folders", "facts", "read", "_on_request")
"""What gives every table, and so is open to no question."""


class Tables(Protocol):
    """What gives stored tables by name."""

    def read(self, table: str, rows: Mapping[str, str] | None = None) -> pl.DataFrame:
        """Return a stored table, or those of its rows with some values."""


class Frame:
    """A stored table of a run, read when it is first used.

    Args:
        grain: What one row is.
        table: Name of the stored table; that of the attribute when left out.
        rows: Value by column of the rows that are read; all when left out.
    """

    def __init__(
        self, grain: str, *, table: str = "", rows: Mapping[str, str] | None = None
    ) -> None:
        self.__doc__ = grain
        self.table = table
        self.rows = rows

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name
        self.table = self.table or name

    @overload
    def __get__(self, run: None, kind: type) -> Frame: ...
    @overload
    def __get__(self, run: Tables, kind: type | None = None) -> pl.DataFrame: ...
    def __get__(self, run: Tables | None, kind: type | None = None) -> Frame | pl.DataFrame:
        if run is None:
            return self
        frame = run.read(self.table, self.rows)
        vars(run)[self._name] = frame
        return frame


class Excerpt:
    """A run of which only some tables can be read; names of units and periods are open.

    Args:
        run: The run.
        tables: Attributes with a table that may be read.
    """

    def __init__(self, run: Any, tables: frozenset[str]) -> None:
        self._run = run
        self._tables = tables

    def __getattr__(self, name: str) -> Any:
        is_table = name in COUNTED or isinstance(getattr(type(self._run), name, None), Frame)
        if name in CLOSED or (is_table and name not in self._tables):
            raise AttributeError(f"{name} is not among the tables that the question declares")
        return getattr(self._run, name)

    def limited_to(self, tables: Collection[str]) -> Excerpt:
        """Return an excerpt with fewer tables, for a question that is part of another one."""
        if missing := sorted(set(tables) - self._tables):
            raise AttributeError(f"{missing} are not among the tables that the question declares")
        return Excerpt(self._run, frozenset(tables))

    def counted(self, table: str, period: str, profile: str) -> pl.DataFrame:
        """Return a table of one period under any lateness profile, counted now."""
        self._check(table)
        counted: pl.DataFrame = self._run.counted(table, period, profile)
        return counted

    def measures_under(self, profile: str) -> pl.DataFrame:
        """Return the rows of ``unit_measures`` under one lateness profile."""
        self._check("unit_measures")
        measures: pl.DataFrame = self._run.measures_under(profile)
        return measures

    def rows_of(
        self, table: str, dossiers: pl.DataFrame, columns: Sequence[str] = (), **values: str
    ) -> pl.DataFrame:
        """Return the rows of a stored table that are about some dossiers and have some values."""
        self._check(table)
        rows: pl.DataFrame = self._run.rows_of(table, dossiers, columns, **values)
        return rows

    def _check(self, table: str) -> None:
        if table not in self._tables:
            raise AttributeError(f"{table} is not among the tables that the question declares")
