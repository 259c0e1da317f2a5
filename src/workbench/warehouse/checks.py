"""Whether a table keeps what its model says of it: its key, its promises, its audit."""

from __future__ import annotations

from typing import Any

import duckdb

from workbench.errors import RuleFailed
from workbench.warehouse.models import Model

HASHES = 20_000_000
"""Hashes of keys compared at a time: a quarter of a gigabyte."""


def check_key(model: Model, rows: duckdb.DuckDBPyRelation) -> None:
    """Hold every row's key against missing parts and against all other rows' keys.

    Raises:
        RuleFailed: A key is missing or stands twice.
    """
    columns = ", ".join(model.key)
    missing = " or ".join(f"{column} is null" for column in model.key)
    total, empty = _one(rows.aggregate(f"count(*), count(*) filter (where {missing})"))
    if empty or not (_hashes_differ(rows, columns, total) or _differ(rows, columns, total)):
        raise key_broken(model)


def check_rows(model: Model, rows: duckdb.DuckDBPyRelation) -> None:
    """Hold every row against the model's promises, or find none where the model is an audit.

    Raises:
        RuleFailed: A promise is broken, or the audit finds rows.
    """
    if model.audit:
        _check_audit(model, rows)
    if not model.promises:
        return
    counts = (f"count(*) filter (where not ({promise}))" for promise in model.promises)
    broken = _one(rows.aggregate(", ".join(counts)))
    for promise, number in zip(model.promises, broken, strict=True):
        if number:
            example = rows.filter(f"not ({promise})").limit(1).fetchall()[0]
            raise RuleFailed(
                "warehouse.promise_broken",
                table=model.name,
                promise=promise,
                row=dict(zip(rows.columns, example, strict=True)),
            )


def _check_audit(model: Model, rows: duckdb.DuckDBPyRelation) -> None:
    if offender := rows.order(", ".join(model.key)).limit(1).fetchall():
        values = dict(zip(rows.columns, offender[0], strict=True))
        count = _one(rows.aggregate("count(*)"))[0]
        raise RuleFailed(model.audit, count=count, **values)


def key_broken(model: Model) -> RuleFailed:
    """Return the error of a key that is missing or stands twice."""
    return RuleFailed("warehouse.key_broken", table=model.name, key=", ".join(model.key))


def _hashes_differ(rows: duckdb.DuckDBPyRelation, columns: str, total: int) -> bool:
    """Say whether as many hashes as rows are found: then no key is there twice."""
    hashes = rows.project(f"hash({columns}) as hash")
    shares = total // HASHES + 1
    found: int = sum(
        hashes.filter(f"hash % {shares} = {share}").pl()["hash"].n_unique()
        for share in range(shares)
    )
    return bool(found == total)


def _differ(rows: duckdb.DuckDBPyRelation, columns: str, total: int) -> bool:
    different: int = _one(rows.project(columns).distinct().aggregate("count(*)"))[0]
    return different == total


def _one(relation: duckdb.DuckDBPyRelation) -> tuple[Any, ...]:
    row: tuple[Any, ...] = relation.fetchall()[0]
    return row
