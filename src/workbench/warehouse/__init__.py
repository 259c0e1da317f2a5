"""Build the SQL models of ``pipelines/`` in DuckDB and check their promises.

One SQL file is one table; its header states grain, key, tables read and promises. The order of
building follows from ``reads``; every key and promise is checked on the rows just built. Models
name tables only; this module knows their files. A stage whose tables are about single dossiers may
be built by partitions, so that memory stays bounded. No other module imports duckdb.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping
from copy import copy
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Self

import duckdb
import polars as pl
import pyarrow as pa

from workbench.core.environment import processors
from workbench.core.errors import InputRejected, RuleFailed
from workbench.core.project import Scratch, replace_folder
from workbench.core.run_folders import BuiltTable, Progress
from workbench.warehouse.checks import FEW, check_frames, check_table, key_broken
from workbench.warehouse.macros import Macros
from workbench.warehouse.models import (
    Model,
    find_model,
    last_reads,
    models_for,
    models_of,
    models_of_audit,
)
from workbench.warehouse.parquet import ROW_GROUP, ParquetFile, is_sorted_by, write_frames
from workbench.warehouse.parts import Builder, Partition, PartitionedStage, parts_of

__all__ = ["Model", "Warehouse", "last_reads", "models_for", "models_of", "write_frames"]

MEMORY = "3GB"
"""Memory of DuckDB before it spills to disk: a laptop's, whatever the machine."""
SMALL = 500_000
"""Bytes of a folder's tables below which a second thread costs more than it saves."""
PART = 50_000
"""Dossiers per partition: some hundred megabytes with all their steps."""
_ALL = ("", "\U0010ffff", 0)
_LIST = "reference_"
"""Begins the name of a reviewed list whose own name is that of a model's table, too."""
_ATTACHED = "attached"
"""Kind of a table whose rows lie outside the database."""


def _silent(_: str) -> None:
    """Report nothing."""


class Warehouse:
    """An in-memory DuckDB that knows the project's models.

    Tables come from attached folders (``<table>.parquet`` or ``<table>.csv``, looked up when a
    model first reads them), from registered frames, or from models built here.

    >>> from workbench.core.project import shipped
    >>> with Warehouse(shipped().pipelines) as warehouse:
    ...     warehouse.add_frame("numbers", pl.DataFrame({"n": [2, 1]}))
    ...     warehouse.frame("numbers").height
    2
    """

    def __init__(
        self, pipelines: Path, *, threads: int | None = None, memory: str = MEMORY
    ) -> None:
        self._pipelines = pipelines
        self._folders: list[Path] = []
        self._keys: dict[str, tuple[str, ...]] = {}
        self._kinds: ChainMap[str, str] = ChainMap()
        self._is_cut = False
        self._threads = threads or processors()
        self._spill = Scratch("database")
        self._connection = duckdb.connect(
            config={
                "threads": 1,
                "memory_limit": memory,
                "temp_directory": str(self._spill.path),
                "max_temp_directory_size": "20GB",
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )
        self._connection.execute("set TimeZone = 'UTC'")
        self._macros = Macros(pipelines / "macros")

    def __enter__(self) -> Self:
        """Open for use in a ``with`` block."""
        return self

    def __exit__(self, *failure: object) -> None:
        """Close the database and remove what it spilled."""
        self._connection.close()
        self._spill.cleanup()

    def attach(self, folder: Path) -> None:
        """Let models read ``<table>.parquet`` and ``<table>.csv`` (as text) of a folder."""
        self._folders.append(folder)
        if sum(file.stat().st_size for file in folder.glob("*.parquet")) > SMALL:
            self._connection.execute(f"set threads = {self._threads}")

    def add_frame(self, name: str, frame: pl.DataFrame) -> None:
        """Make a frame readable as a table."""
        self._connection.register("frame_to_copy", frame.to_arrow())
        self._connection.table("frame_to_copy").create(name)
        self._connection.unregister("frame_to_copy")
        self._kinds[name] = "table"

    def set(self, name: str, value: object) -> None:
        """Set what models read as ``getvariable('name')``."""
        self._connection.execute(f"set variable {name} = $value", {"value": value})

    def build(
        self,
        stage: str,
        progress: Progress = _silent,
        wanted: Iterable[str] | None = None,
    ) -> list[str]:
        """Build the models of a stage in order and check each; return the names built.

        Args:
            stage: Folder of ``pipelines/`` whose models are built.
            progress: Receives the name of each model before it is built.
            wanted: Tables needed afterwards. Only these, what they read and the audits are built,
                and every other table is dropped after its last reader is built. All by default.

        Raises:
            InputRejected: A model reads a table that does not exist.
            RuleFailed: A key repeats or is missing, a promise is broken, or an audit finds rows.
        """
        models = models_of(self._pipelines, stage)
        names = [model.name for model in models] if wanted is None else list(wanted)
        if wanted is not None:
            models = models_for(models, names)
        self._build_all(stage, models, names, progress)
        return [model.name for model in models]

    def build_and_write(
        self, stage: str, wanted: Mapping[str, Path], progress: Progress = _silent
    ) -> None:
        """Build the wanted tables of a stage and write each as soon as it is built.

        A table is dropped after its last reader is built, so that memory holds only what is needed.

        Args:
            stage: Folder of ``pipelines/`` whose models are built.
            wanted: The folder of each table, which is written as ``<table>.parquet``.
            progress: Receives the name of each model before it is built.

        Raises:
            InputRejected: A model reads a table that does not exist.
            RuleFailed: A key repeats or is missing, a promise is broken, or an audit finds rows.
        """
        models = models_for(models_of(self._pipelines, stage), wanted)
        self._build_all(stage, models, (), progress, wanted)

    def build_partitioned(
        self,
        stage: str,
        wanted: Iterable[str],
        folder: Path,
        progress: Progress = _silent,
        *,
        part: int = PART,
    ) -> None:
        """Build the wanted tables of a stage by partitions of dossiers and write them to a folder.

        The tables equal those of ``build`` and ``write``, whatever the size of a partition; memory
        does not grow with the number of dossiers. They are read from attached files.

        Args:
            stage: Folder of ``pipelines/`` whose models are built.
            wanted: Tables to write.
            folder: Replaced as a whole.
            progress: Receives each model of the first partition, then the count of partitions.
            part: Dossiers per partition.

        Raises:
            InputRejected: A table does not exist, or a model needs all dossiers at once.
            RuleFailed: A key repeats or is missing, a promise is broken, or an audit finds rows.
        """
        names = list(wanted)
        models = models_for(models_of(self._pipelines, stage), names)
        self._macros.define_for(models, self._connection)
        self._is_cut = True
        self.select_partition(_ALL)
        self._provide("dossiers", "dossiers")
        parts = parts_of(self._connection.table("dossiers"), part) or [_ALL]
        if len(parts) == 1:
            self._build_all(stage, models, names, progress)
            self.write(names, folder)
            return
        try:
            with TemporaryDirectory(dir=self._spill.path) as spill, replace_folder(folder) as fresh:
                builders: list[Builder] = [self._beside(number) for number in range(self._threads)]
                stage_in_parts = PartitionedStage(
                    stage, self, builders, parts, Path(spill), progress
                )
                stage_in_parts.build(models, names, fresh)
        except RuleFailed as problem:
            self._audit(stage, models, problem.key)
            raise
        finally:
            self._connection.execute(f"set threads = {self._threads}")

    def _beside(self, number: int) -> Warehouse:
        """Return a second, single-threaded connection to the same database with its own tables."""
        other = copy(self)
        other._connection = self._connection.cursor()
        other._keys, other._kinds = {}, self._kinds.new_child()
        self._connection.execute("set threads = 1")
        other._connection.execute(f"create schema if not exists part_{number}")
        other._connection.execute(f"set search_path = 'part_{number},main'; set TimeZone = 'UTC'")
        return other

    def _audit(self, stage: str, models: list[Model], audit: str) -> None:
        """Repeat a failed audit on all dossiers: it counts the offenders of every partition."""
        for model in models:
            self.drop(model.name)
        self._build_all(stage, models_of_audit(models, audit), [], _silent)

    def select_partition(self, part: Partition) -> None:
        """Restrict models to the dossiers of one partition."""
        for name, value in zip(("first", "last", "before"), part, strict=True):
            self.set(f"dossiers_{name}", value)

    def drop(self, name: str) -> None:
        """Forget a table or view of that name, if there is one."""
        kind = self._kinds.pop(name, "")
        if kind == _ATTACHED:
            self._connection.unregister(name)
        elif kind:
            self._connection.execute(f"drop {kind} {name}")

    def show(self, name: str, path: Path) -> None:
        """Make a Parquet file readable as a table."""
        self._connection.read_parquet(str(path)).create_view(name)
        self._kinds[name] = "view"

    def table_rows(self, name: str) -> pa.Table:
        """Return a table's rows ordered by key."""
        return self._ordered(name).to_arrow_table()

    def attach_rows(self, name: str, rows: pa.Table) -> None:
        """Make rows readable as a table without copying them, until the table is dropped."""
        self._connection.register(name, rows)
        self._kinds[name] = _ATTACHED

    def add_rows(self, name: str, rows: pa.Table) -> None:
        """Append rows to a table; the first rows create it."""
        self._connection.register("rows_to_add", rows)
        more = self._connection.table("rows_to_add")
        if name in self._kinds:
            more.insert_into(name)
        else:
            more.create(name)
            self._kinds[name] = "table"
        self._connection.unregister("rows_to_add")

    def rows_of(self, model: Model) -> pa.Table:
        """Return a model's rows, checked and ordered by key, without making a table."""
        self._provide_all(model)
        rows = self._connection.sql(model.sql).to_arrow_table()
        if model.key and not is_sorted_by(rows, model.key):
            rows = self._sorted(rows, model)
        self._connection.register("rows_made", rows)
        check_table(self._connection, model, "rows_made", rows.num_rows, is_key_known=True)
        self._connection.unregister("rows_made")
        return rows

    def _sorted(self, rows: pa.Table, model: Model) -> pa.Table:
        self._connection.register("rows_to_sort", rows)
        order = self._connection.table("rows_to_sort").order(", ".join(model.key))
        rows = order.to_arrow_table()
        if not is_sorted_by(rows, model.key):
            raise key_broken(model, order)
        self._connection.unregister("rows_to_sort")
        return rows

    def _build_all(
        self,
        stage: str,
        models: list[Model],
        kept: Iterable[str],
        progress: Progress,
        written: Mapping[str, Path] = MappingProxyType({}),
    ) -> None:
        done = last_reads(models, kept)
        # rows are ordered by key when they are written, so building need not keep an order
        self._connection.execute("set preserve_insertion_order = false")
        for number, model in enumerate(models, 1):
            progress(BuiltTable(model.name, stage, number, len(models)))
            self.build_model(model)
            if model.name in written:
                self.write_table(model.name, written[model.name] / f"{model.name}.parquet")
            for table in done[model.name]:
                self.drop(table)
        self._connection.execute("set preserve_insertion_order = true")

    def build_model(self, model: Model) -> None:
        """Make a table and check it."""
        self._provide_all(model)
        made = self._connection.execute(f"create table {model.name} as\n{model.sql}")
        n_rows: int = made.fetchall()[0][0]
        self._kinds[model.name] = "table"
        self._keys[model.name] = model.key
        # counting the keys of a few rows is quicker than looking whether they rise
        is_long = self._is_cut and n_rows > FEW
        is_key_known = is_long and bool(model.key) and self._rises(model)
        check_table(self._connection, model, model.name, n_rows, is_key_known=is_key_known)

    def _rises(self, model: Model) -> bool:
        keys = self._connection.table(model.name).project(", ".join(model.key))
        return is_sorted_by(keys.to_arrow_table(), model.key)

    def _provide_all(self, model: Model) -> None:
        self._macros.define_for([model], self._connection)
        for table in model.reads:
            self._provide(table, model.name)

    def frame(self, name: str, columns: Iterable[str] = ()) -> pl.DataFrame:
        """Return a table as a frame, ordered by its key where it has one.

        Args:
            name: The table.
            columns: Columns to return; all by default.
        """
        self._provide(name, name)
        relation = self._ordered(name)
        chosen = ", ".join(columns)
        rows: pl.DataFrame = (relation.project(chosen) if chosen else relation).pl()
        return rows

    def query(self, path: str) -> pl.DataFrame:
        """Return the rows of a model that is asked, not built: ``"<stage>/<name>"``."""
        self._provide_all(model := find_model(self._pipelines, *path.split("/")))
        rows: pl.DataFrame = self._connection.sql(model.sql).pl()
        return rows

    def check_frames(self, stage: str, frames: Mapping[str, pl.DataFrame]) -> None:
        """Check tables that Python made against the models of the same names in a folder.

        Raises:
            RuleFailed: A key repeats or is missing, a promise is broken, or an audit finds rows.
        """
        models = models_of(self._pipelines, stage)
        self._macros.define_for(models, self._connection)
        check_frames(self._connection, models, frames)

    def write(self, names: Iterable[str], folder: Path) -> None:
        """Write tables as Parquet, rows ordered by key, replacing the folder as a whole.

        The same tables give the same bytes on any number of threads.
        """
        with replace_folder(folder) as fresh:
            for name in names:
                self.write_table(name, fresh / f"{name}.parquet")

    def write_table(self, name: str, path: Path) -> None:
        """Write one table as Parquet, rows ordered by key."""
        self._provide(name, name)
        with ParquetFile(path) as file:
            rows = self._ordered(name).to_arrow_reader(ROW_GROUP)
            file.append(pa.Table.from_batches([], rows.schema))
            for batch in rows:
                file.append(pa.Table.from_batches([batch]))

    def _ordered(self, name: str) -> duckdb.DuckDBPyRelation:
        relation = self._connection.table(name)
        key = self._keys.get(name)
        return relation.order(", ".join(key)) if key else relation

    def _provide(self, table: str, reader: str) -> None:
        if table in self._kinds:
            return
        for folder in self._folders:
            if (parquet := folder / f"{table}.parquet").is_file():
                self._attached(parquet).create_view(table)
                self._kinds[table] = "view"
                return
            if (csv := folder / f"{table.removeprefix(_LIST)}.csv").is_file():
                self.add_frame(table, pl.read_csv(csv, infer_schema=False, null_values=""))
                return
        folders = ", ".join(folder.as_posix() for folder in self._folders) or "-"
        raise InputRejected("warehouse.no_table", table=table, reader=reader, folders=folders)

    def _attached(self, parquet: Path) -> duckdb.DuckDBPyRelation:
        rows = self._connection.read_parquet(str(parquet))
        if not (self._is_cut and "dossier_id" in rows.columns):
            return rows
        bounds = (f"getvariable('dossiers_{end}')" for end in ("first", "last"))
        return rows.filter(f"dossier_id between {' and '.join(bounds)}")
