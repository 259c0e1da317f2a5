"""Macros are defined when a model first uses them, with what they need themselves."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from workbench.warehouse import Model
from workbench.warehouse.macros import Macros

HEADER = "-- grain: one row\n-- key: n\n-- reads:\n-- promises:"


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@pytest.fixture
def macros(tmp_path: Path) -> Macros:
    folder = tmp_path / "macros"
    folder.mkdir()
    (folder / "a.sql").write_text("create macro doubled(x) as 2 * x;\ncreate macro unity() as 1;")
    (folder / "b.sql").write_text("create macro trebled(x) as doubled(x) + x * unity();")
    (folder / "c.sql").write_text("create type size as enum ('small');")
    return Macros(folder)


def model(folder: Path, sql: str, promises: str = "") -> Model:
    path = folder / "numbers.sql"
    path.write_text(f"{HEADER} {promises}\n{sql}", encoding="utf-8")
    return Model.read(path)


def known(database: duckdb.DuckDBPyConnection) -> set[str]:
    functions = "select function_name from duckdb_functions() where not internal"
    types = "select type_name from duckdb_types() where not internal"
    return {name for query in (functions, types) for (name,) in database.execute(query).fetchall()}


def test_a_model_gets_the_macros_it_names_and_theirs(macros, database, tmp_path) -> None:
    macros.define_for([model(tmp_path, "select trebled(2) as n")], database)
    assert known(database) == {"doubled", "unity", "trebled"}


def test_a_model_without_macros_gets_none(macros, database, tmp_path) -> None:
    macros.define_for([model(tmp_path, "select 1 as n")], database)
    assert known(database) == set()


def test_a_promise_may_use_a_type(macros, database, tmp_path) -> None:
    macros.define_for([model(tmp_path, "select 1 as n", "n::text::size is null")], database)
    assert known(database) == {"size"}


def test_what_is_defined_is_not_defined_again(macros, database, tmp_path) -> None:
    for _ in range(2):
        macros.define_for([model(tmp_path, "select unity() as n")], database)
    assert known(database) == {"doubled", "unity"}
