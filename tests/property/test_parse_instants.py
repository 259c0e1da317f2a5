"""Any instant written in a form the workbench knows is read back as itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
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


def read(
    macros: duckdb.DuckDBPyConnection, texts: list[str], days_first: list[bool]
) -> list[dt.datetime | None]:
    """Read texts in one query: planning the macro costs more than reading a thousand."""
    query = (
        "select parse_instant(texts.t, texts.d, $3) from (select unnest($1) t, unnest($2) d) texts"
    )
    return [instant for (instant,) in macros.execute(query, [texts, days_first, SADEC]).fetchall()]


MANY = {"min_size": 25, "max_size": 30}
FEW = settings(max_examples=5)


@FEW
@given(written=st.lists(st.tuples(WALL_TIMES, st.sampled_from(sorted(FORMS))), **MANY))
def test_a_written_wall_time_is_read_back(macros, written) -> None:
    texts = [moment.strftime(form) for moment, form in written]
    expected = [moment.replace(tzinfo=ZoneInfo(SADEC)) for moment, _ in written]
    assert read(macros, texts, [FORMS[form] for _, form in written]) == expected


@FEW
@given(moments=st.lists(WALL_TIMES, **MANY))
def test_an_excel_serial_is_read_back_to_the_second(macros, moments) -> None:
    since = [moment - dt.datetime(1899, 12, 30) for moment in moments]  # noqa: DTZ001
    texts = [f"{passed / dt.timedelta(days=1):.9f}" for passed in since]
    expected = [moment.replace(tzinfo=ZoneInfo(SADEC)) for moment in moments]
    assert read(macros, texts, [True] * len(texts)) == expected


@FEW
@given(moments=st.lists(st.tuples(WALL_TIMES, st.integers(-11, 12)), **MANY))
def test_an_offset_in_the_text_outranks_the_zone(macros, moments) -> None:
    zones = [dt.timezone(dt.timedelta(hours=hours)) for _, hours in moments]
    zoned = [moment.replace(tzinfo=zone) for (moment, _), zone in zip(moments, zones, strict=True)]
    assert read(macros, [m.isoformat(" ") for m in zoned], [True] * len(zoned)) == zoned


@FEW
@given(texts=st.lists(st.text(max_size=30), **MANY))
def test_any_text_is_read_or_refused_without_an_error(macros, texts) -> None:
    assert len(read(macros, texts, [True] * len(texts))) == len(texts)
