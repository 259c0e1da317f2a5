"""How a term written in a register's column is read: the cases as a table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

# text of the column, unit given beside it, value and unit read (None: refused)
TERMS = [
    ("48", "hour", (48, "hour")),
    ("48.0", "giờ", (48, "hour")),
    ("1.5", "hour", (90, "minute")),
    ("0,5", "hour", (30, "minute")),
    ("5 ngày làm việc", None, (5, "working_day")),
    ("05 Ngày làm việc", "hour", (5, "working_day")),
    ("05 (năm) ngày làm việc", None, (5, "working_day")),
    ("10 working days", None, (10, "working_day")),
    ("3 business days", None, (3, "working_day")),
    ("30 ngày", None, (30, "calendar_day")),
    ("không quá 15 ngày", None, (15, "calendar_day")),
    ("2 tuần", None, (14, "calendar_day")),
    ("2 tháng", None, (2, "calendar_month")),
    ("1 month", None, (1, "calendar_month")),
    ("48h", None, (48, "hour")),
    ("45 phút", None, (45, "minute")),
    ("trong ngày", None, (1, "same_day")),
    ("7", "calendar_day", (7, "calendar_day")),
    ("7", None, None),
    ("2.5", "calendar_day", None),
    ("5 ngày làm việc (40 giờ)", None, None),
    ("10-15 ngày", None, None),
    ("theo quy định", "hour", None),
    ("3", "fortnight", None),
    ("-3", "hour", None),
]


@pytest.fixture(scope="module")
def macros(pipelines_dir: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute((pipelines_dir / "macros" / "terms.sql").read_text(encoding="utf-8"))
        yield connection


@pytest.mark.parametrize(("text", "beside", "term"), TERMS)
def test_a_term_is_a_number_and_a_unit_or_refused(macros, text, beside, term) -> None:
    row = macros.execute(
        """
        select whole_term_value(number, unit), whole_term_unit(number, unit)
        from (
            select
                term_number($1) as number,
                coalesce(term_unit_of($1), term_unit_of($2)) as unit
        )
        """,
        [text, beside],
    ).fetchall()[0]
    assert (row if row[0] is not None else None) == term
