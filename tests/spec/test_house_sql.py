"""A model is a page: four header lines, named steps, lower case, and only tables it names."""

from __future__ import annotations

import json
import re
from pathlib import Path

import duckdb
import pytest

from workbench.warehouse import Model

ROOT = Path(__file__).resolve().parents[2]
MACROS = sorted((ROOT / "pipelines" / "macros").glob("*.sql"))
MODELS = sorted(p for p in (ROOT / "pipelines").rglob("*.sql") if p.parent.name != "macros")
EACH_MODEL = pytest.mark.parametrize(
    "path", MODELS, ids=lambda p: p.relative_to(ROOT / "pipelines").as_posix()
)


def tables_read(sql: str) -> set[str]:
    """Tables a query reads, without its own named steps, as DuckDB's parser sees them."""
    with duckdb.connect() as connection:
        row = connection.execute("select json_serialize_sql($sql)", {"sql": sql}).fetchall()[0]
    tree = json.loads(row[0])
    assert not tree["error"], tree.get("error_message")
    named: set[str] = set()
    read: set[str] = set()
    rest = [tree]
    while rest:
        node = rest.pop()
        if isinstance(node, list):
            rest.extend(node)
        elif isinstance(node, dict):
            named |= {step["key"] for step in node.get("cte_map", {}).get("map", [])}
            read |= {node["table_name"]} if node.get("type") == "BASE_TABLE" else set()
            rest.extend(node.values())
    return read - named


def statement(text: str) -> str:
    """The SQL without comments and without the texts in quotation marks."""
    bare = re.sub(r"--[^\n]*", "", text)
    return re.sub(r"'(?:[^']|'')*'", "''", bare)


@EACH_MODEL
def test_a_model_opens_by_saying_its_grain_key_sources_and_promises(path):
    headers = re.findall(
        r"^-- (\w+): *(\S?)", path.read_text(encoding="utf-8").split("\n\n")[0], re.M
    )
    assert [name for name, _ in headers if name not in {"audit", "parts"}] == [
        "grain",
        "key",
        "reads",
        "promises",
    ]
    assert all(text for name, text in headers if name in {"grain", "reads"})


@EACH_MODEL
def test_a_model_reads_exactly_the_tables_its_header_names(path):
    model = Model.read(path)
    assert tables_read(model.sql) == set(model.reads)


@EACH_MODEL
def test_a_model_ends_by_selecting_its_last_step(path):
    bare = statement(path.read_text(encoding="utf-8"))
    steps = re.findall(r"^(?:with )?(\w+) as (?:not materialized |materialized )?\($", bare, re.M)
    assert steps, "a model has named steps"
    assert bare.strip().rstrip(";").splitlines()[-1] == f"select * from {steps[-1]}"


@pytest.mark.parametrize("path", MODELS + MACROS, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_sql_is_written_in_lower_case(path):
    assert re.findall(r"\b\w*[A-Z]\w*\b", statement(path.read_text(encoding="utf-8"))) == []


@EACH_MODEL
def test_a_model_knows_no_path_no_parameter_and_no_floating_sum(path):
    bare = statement(path.read_text(encoding="utf-8"))
    assert re.findall(r"\bread_\w+\(|\bcopy\b|\battach\b|\$\w+|\?", bare) == []
    assert re.findall(r"::(?:double|float|real)\b|\bas (?:double|float|real)\b", bare) == []


@EACH_MODEL
def test_a_model_names_its_key_among_its_columns(path):
    model = Model.read(path)
    body = statement(model.sql)
    for column in model.key:
        assert re.search(rf"\b{column}\b", body) or "*" in body, column


@EACH_MODEL
def test_every_window_that_numbers_rows_is_ordered(path):
    bare = statement(path.read_text(encoding="utf-8"))
    for window in re.finditer(r"\b(row_number|lag|lead|first_value|last_value)\(", bare):
        after = bare[window.end() :]
        over = re.search(r"over (?:\(([^()]*(?:\([^()]*\)[^()]*)*)\)|(\w+))", after)
        assert over, window.group(0)
        assert over[2] or "order by" in over[1], f"{window.group(0)} without order"


def test_every_table_name_is_made_once():
    stems = [path.stem for path in MODELS]
    assert sorted(stems) == sorted(set(stems))
