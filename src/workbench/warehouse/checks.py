"""Check a table against its model: its key, its promises, its audit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import duckdb
import polars as pl

from workbench.core.errors import RuleFailed
from workbench.messages import say
from workbench.warehouse.models import Model

HASHES = 20_000_000
"""Hashes of keys compared at a time: a quarter of a gigabyte."""
FEW = 100_000
"""Rows whose keys are compared as they are, in the statement that checks the promises."""
_SUBJECTS = {
    "about_dossier": ("dossier_id",),
    "about_file_row": ("source_file", "source_row"),
    "about_file": ("source_file",),
    "about_unit": ("unit_id", "period"),
}
"""Sentence -> columns it names; the first one whose columns a row has describes the row."""


def check_table(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    table: str,
    n_rows: int | None = None,
    *,
    is_key_known: bool = False,
) -> None:
    """Check that keys are complete and unique and promises are kept; an audit must have no rows.

    A promise left undecided by a missing value is broken: one about a column that may be missing
    says so (``x is null or x > 0``).

    Args:
        connection: Connection that knows the table.
        model: What the table's model says of it.
        table: Its name, or a query in brackets.
        n_rows: How many rows there are, where that is known.
        is_key_known: Whether every key is known to be complete and unique.

    Raises:
        RuleFailed: A key is missing or occurs twice, a promise is broken, or the audit finds rows.
    """
    if n_rows == 0:
        return
    key = () if is_key_known else model.key
    is_small = n_rows is not None and n_rows <= FEW
    missing = " or ".join(f"{c} is null" for c in key)
    conditions = [missing or "false", *(f"({promise}) is not true" for promise in model.promises)]
    counts = (f"count(*) filter (where {condition})" for condition in conditions)
    n_keys = f"count(distinct row({', '.join(key)}))" if key and is_small else "count(*)"
    sums = ", ".join(("count(*)", n_keys, *counts))
    total, different, empty, *broken = connection.execute(f"select {sums} from {table}").fetchall()[
        0
    ]
    # a relation of every table would cost as much again as this statement
    rows = partial(connection.sql, f"from {table}")
    is_unique = different == total and (is_small or not key or _is_unique(rows(), key, total))
    if empty or not is_unique:
        raise key_broken(model, rows())
    if model.audit and total:
        raise RuleFailed(model.audit, count=total, **_first(rows(), model))
    for promise, number in zip(model.promises, broken, strict=True):
        if number:
            raise _promise_broken(model, rows(), promise, number)


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
            check_table(connection, model, f"(\n{model.sql}\n)")
    for name in made:
        connection.unregister(name)


def _promise_broken(
    model: Model, rows: duckdb.DuckDBPyRelation, promise: str, number: int
) -> RuleFailed:
    example = _first(rows.filter(f"({promise}) is not true"), model)
    return RuleFailed(
        "warehouse.promise_broken",
        subject=_subject(example, model),
        count=number,
        values=_listed({n: v for n, v in example.items() if _names(promise, n)}),
        table=model.name,
        promise=promise,
    )


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


def _is_unique(rows: duckdb.DuckDBPyRelation, key: tuple[str, ...], total: int) -> bool:
    """Return whether no key occurs twice; as many distinct hashes as rows prove it quickly."""
    if total < 2:
        return True
    columns = ", ".join(key)
    hashes = rows.project(f"hash({columns}) as hash")
    shares = total // HASHES + 1
    n_hashes: int = sum(
        hashes.filter(f"hash % {shares} = {share}").pl()["hash"].n_unique()
        for share in range(shares)
    )
    if n_hashes == total:
        return True
    n_keys: int = rows.project(columns).distinct().aggregate("count(*)").fetchall()[0][0]
    return n_keys == total
