"""A model is a page: four header lines, named steps, lower case, and only tables it names."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import duckdb

from workbench.warehouse import Model

ROOT = Path(__file__).resolve().parents[2]
MACROS = sorted((ROOT / "pipelines" / "macros").glob("*.sql"))
MODELS = sorted(p for p in (ROOT / "pipelines").rglob("*.sql") if p.parent.name != "macros")
TEXTS = {path: path.read_text(encoding="utf-8") for path in MODELS + MACROS}


@cache
def parser() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def tables_read(sql: str) -> set[str]:
    """Tables a query reads, without its own named steps, as DuckDB's parser sees them."""
    row = parser().execute("select json_serialize_sql($sql)", {"sql": sql}).fetchall()[0]
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


@cache
def statement(path: Path) -> str:
    """The SQL of a file without comments and without the texts in quotation marks."""
    bare = re.sub(r"--[^\n]*", "", TEXTS[path])
    return re.sub(r"'(?:[^']|'')*'", "''", bare)


def matches(pattern: str, paths: list[Path]) -> dict[str, list[str]]:
    """What a pattern finds in statements, by the file in which it finds something."""
    each = {path.name: re.findall(pattern, statement(path)) for path in paths}
    return {name: found for name, found in each.items() if found}


def test_a_model_opens_by_saying_its_grain_key_sources_and_promises():
    for path in MODELS:
        headers = re.findall(r"^-- (\w+): *(\S?)", TEXTS[path].split("\n\n")[0], re.M)
        named = [name for name, _ in headers if name not in {"audit", "parts"}]
        assert named == ["grain", "key", "reads", "promises"], path
        assert all(text for name, text in headers if name in {"grain", "reads"}), path


def test_a_model_reads_exactly_the_tables_its_header_names():
    for model in map(Model.read, MODELS):
        assert tables_read(model.sql) == set(model.reads), model.name


def test_a_model_ends_by_selecting_its_last_step():
    step = re.compile(r"^(?:with )?(\w+) as (?:not materialized |materialized )?\($", re.M)
    for path in MODELS:
        steps = step.findall(statement(path))
        assert steps, f"{path}: a model has named steps"
        last = statement(path).strip().rstrip(";").splitlines()[-1]
        assert last == f"select * from {steps[-1]}", path


def test_sql_is_written_in_lower_case():
    assert matches(r"\b\w*[A-Z]\w*\b", MODELS + MACROS) == {}


def test_a_model_knows_no_path_no_parameter_and_no_floating_sum():
    assert matches(r"\bread_\w+\(|\bcopy\b|\battach\b|\$\w+|\?", MODELS) == {}
    assert matches(r"(?:::|\bas )(?:double|float|real)\b", MODELS) == {}


def test_a_model_names_its_key_among_its_columns():
    for path in MODELS:
        body = statement(path)
        for column in Model.read(path).key:
            assert re.search(rf"\b{column}\b", body) or "*" in body, f"{path}: {column}"


def test_every_window_that_numbers_rows_is_ordered():
    for path in MODELS:
        bare = statement(path)
        for window in re.finditer(r"\b(row_number|lag|lead|first_value|last_value)\(", bare):
            after = bare[window.end() :]
            over = re.search(r"over (?:\(([^()]*(?:\([^()]*\)[^()]*)*)\)|(\w+))", after)
            assert over, f"{path}: {window.group(0)}"
            assert over[2] or "order by" in over[1], f"{path}: {window.group(0)} without order"


def test_every_table_name_is_made_once():
    stems = [path.stem for path in MODELS]
    assert sorted(stems) == sorted(set(stems))
