"""Databases that tests take in turns: opening one and loading the reviewed facts costs 0.1 s."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from workbench.clock import Calendars
from workbench.warehouse import Model, Warehouse


class KeptWarehouse(Warehouse):
    """A warehouse that forgets what a test adds or builds, but not the reviewed facts.

    A test may put a table of its own in the place of one that is kept: it is dropped with the rest.
    """

    def __init__(self, pipelines: Path) -> None:
        super().__init__(pipelines)
        self._kept: set[str] = set()
        self._set: set[str] = set()

    def keep(self, name: str, make: Callable[[], pl.DataFrame]) -> None:
        """Make a table that is the same in every test, unless it is there."""
        if name not in self._kinds:
            super().add_frame(name, make())
            self._kept.add(name)

    def add_frame(self, name: str, frame: pl.DataFrame) -> None:
        if name in self._kept:
            self.drop(name)
        super().add_frame(name, frame)

    def build_model(self, model: Model) -> None:
        if model.name in self._kept:
            self.drop(model.name)
        super().build_model(model)

    def drop(self, name: str) -> None:
        self._kept.discard(name)
        super().drop(name)

    def set(self, name: str, value: object) -> None:
        self._set.add(name)
        super().set(name, value)

    def forget(self) -> None:
        """Be as before the test, but for facts read meanwhile."""
        for name in self._kinds.keys() - self._kept:
            self.drop(name)
        self._keys.clear()
        for name in self._set:
            self._connection.execute(f"reset variable {name}")
        self._set.clear()
        self._connection.execute("set preserve_insertion_order = true")

    def _provide(self, table: str, reader: str) -> None:
        before = set(self._kinds)
        super()._provide(table, reader)
        self._kept |= {name for name in self._kinds.keys() - before if self._kinds[name] == "table"}


class Warehouses:
    """Hands out warehouses that attach the same folders, each to one user at a time."""

    def __init__(self, pipelines: Path, *folders: Path) -> None:
        self.pipelines = pipelines
        self.folders = folders
        self._free: list[KeptWarehouse] = []
        self._is_closed = False

    def take(self) -> KeptWarehouse:
        """Return a warehouse without tables but the reviewed facts."""
        if self._free:
            return self._free.pop()
        fresh = KeptWarehouse(self.pipelines)
        for folder in self.folders:
            fresh.attach(folder)
        return fresh

    def give_back(self, warehouse: KeptWarehouse) -> None:
        """Take back a warehouse of which nothing is needed any more."""
        if self._is_closed:
            warehouse.__exit__()
            return
        warehouse.forget()
        self._free.append(warehouse)

    @contextmanager
    def __call__(self) -> Iterator[KeptWarehouse]:
        """Lend a warehouse for a block."""
        warehouse = self.take()
        try:
            yield warehouse
        finally:
            self.give_back(warehouse)

    def close(self) -> None:
        """Close all, those that are lent as soon as they are given back."""
        self._is_closed = True
        for warehouse in self._free:
            warehouse.__exit__()


def keep_calendars(warehouse: KeptWarehouse, calendars: Calendars) -> None:
    """Let models read the shipped calendars."""
    warehouse.keep("calendar_keys", calendars.keys)
    warehouse.keep("calendar_days", calendars.days)
    warehouse.keep("unit_calendars", calendars.units)
