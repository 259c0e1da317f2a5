"""Build a stage by partitions of dossiers, so that memory does not grow with their number.

Rows of one dossier need no other dossier: their tables are built partition by partition, several
at once, and appended in the order of their keys, as if built at once. Where a model sums over
dossiers (a norm learned from all of them), there are two passes: the first for the sums, the
second for the wanted tables; what the second pass reads of the first waits on disk.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Protocol, TypeVar

import duckdb
import pyarrow as pa

from workbench.core.run_folders import BuiltTable, CountedStep, Progress
from workbench.warehouse.models import BuildPasses, Model, last_reads
from workbench.warehouse.parquet import ParquetFile

Partition = tuple[str, str, int]
"""First and last dossier of a partition, and the number of dossiers before it."""
Made = TypeVar("Made")


def parts_of(dossiers: duckdb.DuckDBPyRelation, size: int) -> list[Partition]:
    """Return partitions of a number of dossiers each, in the order of their ids."""
    numbered = dossiers.project(
        "dossier_id, row_number() over (order by dossier_id) - 1 as place"
    ).aggregate("min(dossier_id), max(dossier_id), min(place) as before", f"place // {size}")
    return numbered.order("before").fetchall()


class Builder(Protocol):
    """What a warehouse does for one partition."""

    def select_partition(self, part: Partition) -> None:
        """Restrict models to the dossiers of one partition."""

    def build_model(self, model: Model) -> None:
        """Make a table and check it."""

    def rows_of(self, model: Model) -> pa.Table:
        """Return a model's rows, checked and ordered by key, without making a table."""

    def table_rows(self, name: str) -> pa.Table:
        """Return a table's rows ordered by key."""

    def attach_rows(self, name: str, rows: pa.Table) -> None:
        """Make rows readable as a table without copying them, until the table is dropped."""

    def add_rows(self, name: str, rows: pa.Table) -> None:
        """Append rows to a table; the first rows create it."""

    def drop(self, name: str) -> None:
        """Forget a table or view."""

    def show(self, name: str, path: Path) -> None:
        """Make a Parquet file readable as a table."""


@dataclass(frozen=True)
class PartitionedStage:
    """One stage, its partitions, and the folder for what waits for the second pass.

    Attributes:
        name: What the stage is called.
        house: The warehouse, in which what is built once is built.
        builders: As many as partitions are built at once; they see the tables of the house.
        parts: The partitions in order.
        spill: An empty folder.
        progress: Receives the number of partitions done.
    """

    name: str
    house: Builder
    builders: list[Builder]
    parts: list[Partition]
    spill: Path
    progress: Progress

    def build(self, models: list[Model], wanted: list[str], folder: Path) -> None:
        """Write every wanted table into a folder.

        Args:
            models: Models of the stage, each after those it reads.
            wanted: Tables to write.
            folder: Folder to write to.
        """
        passes = BuildPasses.of(models)
        waiting = passes.waiting(wanted)
        self._build_whole(passes.before)
        if passes.first:
            for sums in self._each(lambda builder, n: self._first(builder, n, passes, waiting)):
                for name, rows in sums.items():
                    self.house.add_rows(name, rows)
        self._build_whole(passes.between)
        inner = [model.name for model in passes.second if model.name in wanted]
        with ExitStack() as opened:
            files = {
                name: opened.enter_context(ParquetFile(folder / f"{name}.parquet"))
                for name in wanted
            }
            for tables in self._each(
                lambda builder, n: self._second(builder, n, passes.rest, waiting, inner)
            ):
                for name, rows in tables.items():
                    files[name].append(rows)
            for name in files.keys() - set(inner):
                files[name].append(self.house.table_rows(name))

    def _build_whole(self, models: list[Model]) -> None:
        for number, model in enumerate(models, 1):
            self.progress(BuiltTable(model.name, self.name, number, len(models)))
            self.house.build_model(model)

    def _each(self, work: Callable[[Builder, int], Made]) -> Iterator[Made]:
        """Do the work for every partition, several at once; return the results in order."""
        free: SimpleQueue[Builder] = SimpleQueue()
        for builder in self.builders:
            free.put(builder)

        def made(number: int) -> Made:
            builder = free.get()
            try:
                builder.select_partition(self.parts[number])
                return work(builder, number)
            finally:
                free.put(builder)

        ahead: deque[Future[Made]] = deque()
        with ThreadPoolExecutor(len(self.builders)) as pool:
            for number in range(len(self.parts)):
                ahead.append(pool.submit(made, number))
                if len(ahead) > len(self.builders):
                    yield ahead.popleft().result()
                    text = f"{number} / {len(self.parts)}"
                    self.progress(CountedStep(text, self.name, number, len(self.parts)))
            while ahead:
                yield ahead.popleft().result()

    def _first(
        self, builder: Builder, number: int, passes: BuildPasses, waiting: list[str]
    ) -> dict[str, pa.Table]:
        sums = _make(builder, passes.first, passes.sums, waiting)
        for name in waiting:
            with ParquetFile(self._place(name, number)) as file:
                file.append(builder.table_rows(name))
            builder.drop(name)
        return sums

    def _second(
        self,
        builder: Builder,
        number: int,
        models: list[Model],
        waiting: list[str],
        wanted: list[str],
    ) -> dict[str, pa.Table]:
        for name in waiting:
            builder.show(name, self._place(name, number))
        tables = _make(builder, models, wanted, waiting)
        for name in waiting:
            builder.drop(name)
        return tables

    def _place(self, name: str, number: int) -> Path:
        return self.spill / f"{name}-{number}.parquet"


def _make(
    builder: Builder, models: list[Model], wanted: list[str], kept: list[str]
) -> dict[str, pa.Table]:
    """Build models and return the rows of the wanted tables; only the kept ones stay."""
    read = {table for model in models if not model.audit for table in model.reads}
    audited = {table for model in models if model.audit for table in model.reads}
    rows: dict[str, pa.Table] = {}
    done = last_reads(models, [*kept, *wanted])
    for model in models:
        if model.name in wanted and model.name not in read:
            rows[model.name] = builder.rows_of(model)
            if model.name in audited:
                builder.attach_rows(model.name, rows[model.name])
        else:
            builder.build_model(model)
        for name in done[model.name]:
            builder.drop(name)
    for name in wanted:
        if name not in rows:
            rows[name] = builder.table_rows(name)
        if name not in kept:
            builder.drop(name)
    return rows
