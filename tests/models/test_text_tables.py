"""Tables written as text become frames of the types asked for, or say what is wrong with them."""

from __future__ import annotations

import datetime as dt
import re

import polars as pl
import pytest

from models.text_tables import parse_table

SCHEMA = pl.Schema(
    {"name": pl.String(), "n": pl.Int64(), "at": pl.Datetime("us", "UTC"), "is_open": pl.Boolean()}
)


def test_cells_are_read_by_the_type_of_their_column() -> None:
    table = """
        is_open = yes
        name  n                 at                x_own
        -     1h30min           2022-01-04 07:00  1
        ''    1970-01-01T01Z    1970-01-01T00Z    -
        '-'   -3                -                 ''
    """
    assert parse_table(table, SCHEMA).rows() == [
        (True, None, 5400, dt.datetime(2022, 1, 4, tzinfo=dt.UTC), "1"),
        (True, "", 3600, dt.datetime(1970, 1, 1, tzinfo=dt.UTC), None),
        (True, "-", -3, None, ""),
    ]


def test_a_table_of_a_header_alone_has_no_rows() -> None:
    assert parse_table("name  n", SCHEMA).shape == (0, 2)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("name  m\na  1", "no such column: m"),
        ("name  n\na", "1 cells under 2 headers: a"),
        ("n\nsoon", "no number, duration or instant: soon"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(table: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        parse_table(table, SCHEMA)
