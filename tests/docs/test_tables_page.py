"""``docs/tables.md`` shows every table as the pipeline makes it, and each column has a meaning."""

from __future__ import annotations

import runpy
from pathlib import Path

import polars as pl
import pytest

PAGE = runpy.run_path(str(Path(__file__).with_name("tables_page.py")))
TABLES = [name for tables in PAGE["FOLDERS"].values() for name in tables]


@pytest.fixture(scope="module")
def schemas() -> dict[str, pl.Schema]:
    return PAGE["written_schemas"]()


def test_the_page_is_what_headers_and_dictionary_say(schemas: dict[str, pl.Schema]) -> None:
    assert PAGE["PAGE"].read_text(encoding="utf-8") == PAGE["page"](schemas)


def test_every_column_has_a_meaning_and_no_meaning_is_idle(schemas: dict[str, pl.Schema]) -> None:
    used = set()
    for table in TABLES:
        for column in schemas[table]:
            own, common = (table, column), ("", column)
            used.add(own if own in PAGE["meanings"]() else common)
    assert used - set(PAGE["meanings"]()) == set()
    assert set(PAGE["meanings"]()) - used == set()


def test_every_meaning_is_there_in_vietnamese() -> None:
    english, vietnamese = (PAGE["meanings"](file) for file in (PAGE["COLUMNS"], PAGE["VIETNAMESE"]))
    assert vietnamese.keys() == english.keys()
    assert [key for key, words in vietnamese.items() if not words or words == english[key]] == []
