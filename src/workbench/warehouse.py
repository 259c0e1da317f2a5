"""The only door to DuckDB: builds the SQL models of ``pipelines/`` and checks what they promise.

One SQL file is one table. Its header says the grain, the key, what it reads and what it
promises; the order of building follows from ``reads``, and every key and promise is checked on
the rows just built. Models name tables only; where a table lies is known here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

import duckdb
import polars as pl

from workbench.errors import InputRejected, RuleFailed
from workbench.project import fresh_folder

_HEADER = re.compile(r"--\s*(grain|key|reads|promises|audit):\s*(.*)")
_CONTINUED = "--   "
_ROW_GROUP = 122_880
MEMORY = "3GB"
"""What DuckDB may hold before it spills to disk: a laptop's, whatever the machine."""


@dataclass(frozen=True)
class Model:
    """One SQL file: the table it makes and what its header says of it.

    ``audit`` names the sentence shown when the table has rows; such a model lists offenders.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    reads: tuple[str, ...]
    promises: tuple[str, ...]
    audit: str
    sql: str

    @classmethod
    def read(cls, path: Path) -> Model:
        """Read a model and its header.

        Raises:
            InputRejected: A header line is missing.

        >>> from workbench.project import shipped
        >>> Model.read(shipped().pipelines / "clock" / "outcomes.sql").key
        ('dossier_id', 'profile')
        """
        text = path.read_text(encoding="utf-8")
        head: dict[str, str] = {}
        last = ""
        for line in text.splitlines():
            if not line.startswith("--"):
                break
            if found := _HEADER.match(line):
                last, head[found[1]] = found[1], found[2].strip()
            elif line.startswith(_CONTINUED):
                head[last] += f" {line.removeprefix(_CONTINUED).strip()}"
        missing = [name for name in ("grain", "key", "reads", "promises") if name not in head]
        if missing:
            raise InputRejected("warehouse.no_header", file=path.name, line=", ".join(missing))
        return cls(
            name=path.stem,
            grain=head["grain"],
            key=_parts(head["key"], ","),
            reads=_parts(head["reads"], ","),
            promises=_parts(head["promises"], ";"),
            audit=head.get("audit", ""),
            sql=text,
        )


def _parts(text: str, separator: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(separator) if part.strip())


def models_of(pipelines: Path, stage: str) -> list[Model]:
    """Return a stage's models, each after those it reads.

    Raises:
        InputRejected: Models read each other in a circle, or a header is incomplete.
    """
    found = {path.stem: Model.read(path) for path in sorted((pipelines / stage).glob("*.sql"))}
    order = TopologicalSorter({n: [r for r in m.reads if r in found] for n, m in found.items()})
    return [found[name] for name in order.static_order()]


def models_for(models: Iterable[Model], wanted: Iterable[str]) -> list[Model]:
    """Return the audits, the wanted models and what these read, each right after what it reads.

    Audits come first: what must not be is found before anything large is built.

    >>> from workbench.project import shipped
    >>> models = models_of(shipped().pipelines, "clock")
    >>> models_for(models, ["receptions"])[-1].name
    'receptions'
    """
    found = {model.name: model for model in models}
    order: dict[str, Model] = {}

    def take(name: str) -> None:
        if name in found and name not in order:
            for table in found[name].reads:
                take(table)
            order[name] = found[name]

    for name in (*(name for name, model in found.items() if model.audit), *wanted):
        take(name)
    return list(order.values())


def last_reads(models: list[Model], kept: Iterable[str]) -> dict[str, list[str]]:
    """Return by model the tables that nobody needs once it is built.

    Args:
        models: Models in the order of building.
        kept: Tables that stay to the end.
    """
    readers = {table: model.name for model in models for table in (*model.reads, model.name)}
    made = {model.name for model in models} - set(kept)
    done: dict[str, list[str]] = {model.name: [] for model in models}
    for table, reader in readers.items():
        if table in made:
            done[reader].append(table)
    return done


class Warehouse:
    """An in-memory DuckDB that knows the project's models.

    Tables come from attached folders (``<table>.parquet`` or ``<table>.csv``, looked up when a
    model first reads them), from registered frames, or from models built here.

    >>> from workbench.project import shipped
    >>> with Warehouse(shipped().pipelines) as warehouse:
    ...     warehouse.register("numbers", pl.DataFrame({"n": [2, 1]}))
    ...     warehouse.frame("numbers").height
    2
    """

    def __init__(
        self, pipelines: Path, *, threads: int | None = None, memory: str = MEMORY
    ) -> None:
        self._pipelines = pipelines
        self._folders: list[Path] = []
        self._keys: dict[str, tuple[str, ...]] = {}
        self._spill = TemporaryDirectory(prefix="workbench-", ignore_cleanup_errors=True)
        self._connection = duckdb.connect(
            config={
                "threads": threads or os.cpu_count() or 1,
                "memory_limit": memory,
                "temp_directory": self._spill.name,
                "max_temp_directory_size": "20GB",
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )
        self._connection.execute("set TimeZone = 'UTC'")
        for macro in sorted((pipelines / "macros").glob("*.sql")):
            self._connection.execute(macro.read_text(encoding="utf-8"))

    def __enter__(self) -> Self:
        """Open for use in a ``with`` block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the database and remove what it spilled."""
        self._connection.close()
        self._spill.cleanup()

    def attach(self, folder: Path) -> None:
        """Let models read ``<table>.parquet`` and ``<table>.csv`` (as text) of a folder."""
        self._folders.append(folder)

    def register(self, name: str, frame: pl.DataFrame) -> None:
        """Make a frame readable as a table."""
        self._connection.register("frame_to_copy", frame.to_arrow())
        self._connection.table("frame_to_copy").create(name)
        self._connection.unregister("frame_to_copy")

    def set(self, name: str, value: object) -> None:
        """Set what models read as ``getvariable('name')``."""
        self._connection.execute(f"set variable {name} = $value", {"value": value})

    def build(
        self,
        stage: str,
        progress: Callable[[str], None] = lambda _: None,
        wanted: Iterable[str] | None = None,
    ) -> list[str]:
        """Build the models of a stage in order and check each; return the names built.

        Args:
            stage: Folder of ``pipelines/`` whose models are built.
            progress: Told the name of each model before it is built.
            wanted: Tables needed afterwards. Only these, what they read and the audits are built,
                and every other table goes as soon as its last reader is built. All when not said.

        Raises:
            InputRejected: A model reads a table that is nowhere to be found.
            RuleFailed: A key repeats or is missing, a promise is broken, or an audit finds rows.
        """
        models = models_of(self._pipelines, stage)
        kept = [model.name for model in models] if wanted is None else list(wanted)
        if wanted is not None:
            models = models_for(models, kept)
        done = last_reads(models, kept)
        # rows are ordered by key when they are written, so building need not keep an order
        self._connection.execute("set preserve_insertion_order = false")
        for model in models:
            progress(model.name)
            self._build(model)
            for table in done[model.name]:
                self._connection.execute(f"drop table {table}")
        self._connection.execute("set preserve_insertion_order = true")
        return [model.name for model in models]

    def _build(self, model: Model) -> None:
        for table in model.reads:
            self._provide(table, model.name)
        self._connection.sql(model.sql).create(model.name)
        self._keys[model.name] = model.key
        self._check(model)

    def frame(self, name: str) -> pl.DataFrame:
        """Return a table as a frame, ordered by its key where it has one."""
        self._provide(name, name)
        rows: pl.DataFrame = self._ordered(name).pl()
        return rows

    def query(self, path: str) -> pl.DataFrame:
        """Return the rows of a model that is asked, not built: ``"<stage>/<name>"``."""
        model = Model.read(self._pipelines / f"{path}.sql")
        for table in model.reads:
            self._provide(table, model.name)
        rows: pl.DataFrame = self._connection.sql(model.sql).pl()
        return rows

    def write(self, names: Iterable[str], folder: Path) -> None:
        """Write tables as Parquet, rows ordered by key, replacing the folder as a whole.

        The same tables give the same bytes on any number of threads.
        """
        with fresh_folder(folder) as fresh:
            for name in names:
                self.write_table(name, fresh / f"{name}.parquet")

    def write_table(self, name: str, path: Path) -> None:
        """Write one table as Parquet (version 2 pages: they decode 2.7 times faster)."""
        target = str(path).replace("'", "''")
        ordered = f"select * from {name}"
        if self._keys.get(name):
            ordered += f" order by {', '.join(self._keys[name])}"
        options = f"format parquet, parquet_version v2, row_group_size {_ROW_GROUP}"
        self._connection.execute(f"copy ({ordered}) to '{target}' ({options})")

    def _ordered(self, name: str) -> duckdb.DuckDBPyRelation:
        relation = self._connection.table(name)
        key = self._keys.get(name)
        return relation.order(", ".join(key)) if key else relation

    def _provide(self, table: str, reader: str) -> None:
        if self._exists(table):
            return
        for folder in self._folders:
            if (parquet := folder / f"{table}.parquet").is_file():
                self._connection.read_parquet(str(parquet)).create_view(table)
                return
            if (csv := folder / f"{table}.csv").is_file():
                self._connection.read_csv(str(csv), all_varchar=True, header=True).create(table)
                return
        folders = ", ".join(folder.as_posix() for folder in self._folders) or "-"
        raise InputRejected("warehouse.no_table", table=table, reader=reader, folders=folders)

    def _exists(self, table: str) -> bool:
        known = self._connection.execute(
            "select 1 from information_schema.tables where table_name = $table", {"table": table}
        )
        return bool(known.fetchall())

    def _check(self, model: Model) -> None:
        rows = self._connection.table(model.name)
        if model.audit:
            self._check_audit(model, rows)
        if model.key:
            self._check_key(model, rows)
        for promise in model.promises:
            broken = rows.filter(f"not ({promise})")
            if example := broken.limit(1).fetchall():
                raise RuleFailed(
                    "warehouse.promise_broken",
                    table=model.name,
                    promise=promise,
                    row=dict(zip(rows.columns, example[0], strict=True)),
                )

    def _check_key(self, model: Model, rows: duckdb.DuckDBPyRelation) -> None:
        columns = ", ".join(model.key)
        missing = rows.filter(" or ".join(f"{column} is null" for column in model.key))
        distinct = rows.project(columns).distinct()
        total, apart, empty = (
            _one(some.aggregate("count(*)"))[0] for some in (rows, distinct, missing)
        )
        if empty or apart != total:
            raise RuleFailed("warehouse.key_broken", table=model.name, key=columns)

    def _check_audit(self, model: Model, rows: duckdb.DuckDBPyRelation) -> None:
        if offender := rows.order(", ".join(model.key)).limit(1).fetchall():
            values = dict(zip(rows.columns, offender[0], strict=True))
            count = _one(rows.aggregate("count(*)"))[0]
            raise RuleFailed(model.audit, count=count, **values)


def _one(relation: duckdb.DuckDBPyRelation) -> tuple[Any, ...]:
    row: tuple[Any, ...] = relation.fetchall()[0]
    return row
