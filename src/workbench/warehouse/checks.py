"""Check a table against its model: its key, its promises, its audit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import duckdb
import polars as pl

from workbench.core.errors import RuleFailed
from workbench.messages import say
from workbench.warehouse.models import Model

HASHES = 20_000_000
"""Hashes of keys compared at a time: a quarter of a gigabyte."""
_SUBJECTS = {
    "about_dossier": ("dossier_id",),
    "about_file_row": ("source_file", "source_row"),
    "about_file": ("source_file",),
    "about_unit": ("unit_id", "period"),
}
"""Sentence -> columns it names; the first one whose columns a row has describes the row."""


def check_key(model: Model, rows: duckdb.DuckDBPyRelation) -> None:
    """Check that every row's key is complete and unique.

    Raises:
        RuleFailed: A key is missing or occurs twice.
    """
    columns = ", ".join(model.key)
    missing = " or ".join(f"{column} is null" for column in model.key)
    total, empty = _one(rows.aggregate(f"count(*), count(*) filter (where {missing})"))
    if empty or not (_hashes_differ(rows, columns, total) or _differ(rows, columns, total)):
        raise key_broken(model, rows)


def check_rows(model: Model, rows: duckdb.DuckDBPyRelation) -> None:
    """Check every row against the model's promises; an audit must have no rows.

    A promise left undecided by a missing value is broken: one about a column that may be missing
    says so (``x is null or x > 0``).

    Raises:
        RuleFailed: A promise is broken, or the audit finds rows.
    """
    if model.audit:
        _check_audit(model, rows)
    if not model.promises:
        return
    counts = (f"count(*) filter (where ({promise}) is not true)" for promise in model.promises)
    broken = _one(rows.aggregate(", ".join(counts)))
    for promise, number in zip(model.promises, broken, strict=True):
        if number:
            example = _first(rows.filter(f"({promise}) is not true"), model)
            raise RuleFailed(
                "warehouse.promise_broken",
                subject=_subject(example, model),
                count=number,
                values=_listed({n: v for n, v in example.items() if _names(promise, n)}),
                table=model.name,
                promise=promise,
            )


def check_frames(
    connection: duckdb.DuckDBPyConnection,
    models: Iterable[Model],
    frames: Mapping[str, pl.DataFrame],
) -> None:
    """Check tables that Python made against the models of the same names and their audits.

    Each model reads its frame as ``made_<table>`` and states its columns, key and promises.

    Args:
        connection: Connection in which the frames are checked.
        models: Models of the tables and of their audits; one that reads a missing table is skipped.
        frames: The tables by name.

    Raises:
        RuleFailed: A key repeats or is missing, a promise is broken, or an audit finds rows.
    """
    made = {f"made_{name}": frame for name, frame in frames.items()}
    for name, frame in made.items():
        connection.register(name, frame.to_arrow())
    for model in models:
        if made.keys() >= set(model.reads):
            rows = connection.sql(model.sql)
            check_key(model, rows)
            check_rows(model, rows)
    for name in made:
        connection.unregister(name)


def _check_audit(model: Model, rows: duckdb.DuckDBPyRelation) -> None:
    if count := _one(rows.aggregate("count(*)"))[0]:
        raise RuleFailed(model.audit, count=count, **_first(rows, model))


def key_broken(model: Model, rows: duckdb.DuckDBPyRelation) -> RuleFailed:
    """Return the error for a key that is missing or occurs twice among the rows."""
    columns = ", ".join(model.key)
    missing = " or ".join(f"{column} is null" for column in model.key)
    numbered = rows.aggregate(f"{columns}, count(*) as times", columns)
    example = _first(numbered.filter(f"times > 1 or {missing}"), model)
    return RuleFailed(
        "warehouse.key_broken",
        subject=_subject(example, model),
        count=example["times"],
        table=model.name,
        key=columns,
    )


def _first(rows: duckdb.DuckDBPyRelation, model: Model) -> dict[str, Any]:
    """Return the first of some rows by column, in the order of the key."""
    ordered = rows.order(", ".join(model.key)) if model.key else rows
    return dict(zip(rows.columns, ordered.limit(1).fetchall()[0], strict=True))


def _subject(row: dict[str, Any], model: Model) -> str:
    """Return plain words for what a row is about: a dossier, a row of a file, a unit and period."""
    for name, columns in _SUBJECTS.items():
        if all(row.get(column) is not None for column in columns):
            return say(f"warehouse.{name}", **{column: row[column] for column in columns})
    return say("warehouse.about_row", key=_listed({name: row.get(name) for name in model.key}))


def _names(promise: str, column: str) -> bool:
    return re.search(rf"\b{re.escape(column)}\b", promise) is not None


def _listed(values: dict[str, Any]) -> str:
    return ", ".join(f"{name} = {'-' if v is None else v}" for name, v in values.items()) or "-"


def _hashes_differ(rows: duckdb.DuckDBPyRelation, columns: str, total: int) -> bool:
    """Return whether there are as many distinct hashes as rows: then every key is unique."""
    hashes = rows.project(f"hash({columns}) as hash")
    shares = total // HASHES + 1
    n_differing: int = sum(
        hashes.filter(f"hash % {shares} = {share}").pl()["hash"].n_unique()
        for share in range(shares)
    )
    return bool(n_differing == total)


def _differ(rows: duckdb.DuckDBPyRelation, columns: str, total: int) -> bool:
    different: int = _one(rows.project(columns).distinct().aggregate("count(*)"))[0]
    return different == total


def _one(relation: duckdb.DuckDBPyRelation) -> tuple[Any, ...]:
    row: tuple[Any, ...] = relation.fetchall()[0]
    return row
