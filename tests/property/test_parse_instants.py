"""Any instant written in a form the workbench knows is read back as itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

SADEC = "Asia/Ho_Chi_Minh"
FORMS = {
    "%d/%m/%Y %H:%M:%S": True,
    "%m/%d/%Y %H:%M:%S": False,
    "%m/%d/%Y %I:%M:%S %p": False,
    "%Y-%m-%d %H:%M:%S": True,
    "%Y-%m-%dT%H:%M:%S": True,
    "%Y%m%d%H%M%S": True,
}
WALL_TIMES = st.datetimes(
    dt.datetime(2000, 1, 1),  # noqa: DTZ001
    dt.datetime(2035, 12, 31),  # noqa: DTZ001
).map(lambda moment: moment.replace(microsecond=0))


@pytest.fixture(scope="module")
def macros(pipelines_dir: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for path in sorted((pipelines_dir / "macros").glob("*.sql")):
            connection.execute(path.read_text(encoding="utf-8"))
        yield connection


def read(macros: duckdb.DuckDBPyConnection, text: str, day_first: bool) -> dt.datetime | None:
    asked = "select parse_instant($1, $2, $3)"
    instant: dt.datetime | None = macros.execute(asked, [text, day_first, SADEC]).fetchall()[0][0]
    return instant


@given(moment=WALL_TIMES, form=st.sampled_from(sorted(FORMS)))
def test_a_written_wall_time_is_read_back(macros, moment, form) -> None:
    expected = moment.replace(tzinfo=ZoneInfo(SADEC))
    assert read(macros, moment.strftime(form), FORMS[form]) == expected


@given(moment=WALL_TIMES)
def test_an_excel_serial_is_read_back_to_the_second(macros, moment) -> None:
    serial = (moment - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)  # noqa: DTZ001
    expected = moment.replace(tzinfo=ZoneInfo(SADEC))
    assert read(macros, f"{serial:.9f}", day_first=True) == expected


@given(moment=WALL_TIMES, hours=st.integers(-11, 12))
def test_an_offset_in_the_text_outranks_the_zone(macros, moment, hours) -> None:
    zoned = moment.replace(tzinfo=dt.timezone(dt.timedelta(hours=hours)))
    assert read(macros, zoned.isoformat(" "), day_first=True) == zoned


@given(text=st.text(max_size=30))
def test_any_text_is_read_or_refused_without_an_error(macros, text) -> None:
    read(macros, text, day_first=True)
