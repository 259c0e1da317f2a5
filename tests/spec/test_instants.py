"""How a date or time written by people or systems is read: the cases as a table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

SADEC, BOSTON, AMSTERDAM = "Asia/Ho_Chi_Minh", "America/New_York", "Europe/Amsterdam"

# text, day first, zone, the instant in UTC (None: cannot be read)
INSTANTS = [
    ("05/11/2022 07:30", True, SADEC, "2022-11-05 00:30:00"),
    ("05/11/2022 07:30", False, SADEC, "2022-05-11 00:30:00"),
    ("05/11/2022 07:30:15", True, SADEC, "2022-11-05 00:30:15"),
    ("5/1/2022 7:05", True, SADEC, "2022-01-05 00:05:00"),
    ("05-01-2022 10:00", True, SADEC, "2022-01-05 03:00:00"),
    ("05.01.2022", True, SADEC, "2022-01-04 17:00:00"),
    ("05/01/2022", True, SADEC, "2022-01-04 17:00:00"),
    ("01/02/2015 12:20:09 AM", False, BOSTON, "2015-01-02 05:20:09"),
    ("01/02/2015 12:20:09 PM", False, BOSTON, "2015-01-02 17:20:09"),
    ("13/02/2015 01:00:00 PM", True, SADEC, "2015-02-13 06:00:00"),
    ("2022-01-05 10:30:00", True, SADEC, "2022-01-05 03:30:00"),
    ("2022-01-05 10:30:00", False, SADEC, "2022-01-05 03:30:00"),
    ("2022-01-05T10:30", True, SADEC, "2022-01-05 03:30:00"),
    ("2022-01-05", True, SADEC, "2022-01-04 17:00:00"),
    ("2011-10-11 13:42:22.688+02:00", True, SADEC, "2011-10-11 11:42:22.688"),
    ("2011-12-06T13:42:22Z", True, AMSTERDAM, "2011-12-06 13:42:22"),
    ("20220105103000", True, SADEC, "2022-01-05 03:30:00"),
    ("202201051030", True, SADEC, "2022-01-05 03:30:00"),
    ("20220105", True, SADEC, "2022-01-04 17:00:00"),
    ("44566.4374884259", True, SADEC, "2022-01-05 03:29:59"),
    ("44566", True, SADEC, "2022-01-04 17:00:00"),
    ("31/02/2022", True, SADEC, None),
    ("13/25/2022", True, SADEC, None),
    ("25/12/2022", False, SADEC, None),
    ("05/01/22", True, SADEC, "2022-01-04 17:00:00"),
    ("5/1/22 7:05", True, SADEC, "2022-01-05 00:05:00"),
    ("05.01.22 10:30", True, SADEC, "2022-01-05 03:30:00"),
    ("12/31/14 01:00:00 PM", False, BOSTON, "2014-12-31 18:00:00"),
    ("05-01-22", True, SADEC, "2022-01-04 17:00:00"),
    ("31/02/22", True, SADEC, None),
    ("05/01/2", True, SADEC, None),
    ("05/01/022", True, SADEC, None),
    ("2022-13-05", True, SADEC, None),
    ("25/12/2022 24:00", True, SADEC, "2022-12-25 17:00:00"),
    ("12/25/2022 24:00:00", False, SADEC, "2022-12-25 17:00:00"),
    ("2022-12-25 24:00:00", True, SADEC, "2022-12-25 17:00:00"),
    ("2022-12-25T24:00", True, SADEC, "2022-12-25 17:00:00"),
    ("2022-12-25 24:00:00+07:00", True, AMSTERDAM, "2022-12-25 17:00:00"),
    ("2022-02-28 24:00", True, SADEC, "2022-02-28 17:00:00"),
    ("25/12/2022 24:30", True, SADEC, None),
    ("2022-12-25 24:00:01", True, SADEC, None),
    ("2022-01-05 10:30:00+07", True, AMSTERDAM, "2022-01-05 03:30:00"),
    ("2022-01-05 10:30+07", True, AMSTERDAM, "2022-01-05 03:30:00"),
    ("2022-01-05 10:30:00+0700", True, AMSTERDAM, "2022-01-05 03:30:00"),
    ("2022-1-5 7:05", True, SADEC, "2022-01-05 00:05:00"),
    ("2022-01-05 8:30 PM", True, SADEC, None),
    ("2022-01-05 10:30 at noon", True, SADEC, None),
    ("05/01/2022 07:30:15.250", True, SADEC, "2022-01-05 00:30:15.25"),
    ("01/05/2022 07:30:15.5", False, SADEC, "2022-01-05 00:30:15.5"),
    ("44566.0", True, SADEC, "2022-01-04 17:00:00"),
    ("hôm qua", True, SADEC, None),
    ("", True, SADEC, None),
    (None, True, SADEC, None),
]


# the same for a due column, where a mere date means the end of the day
DUE_INSTANTS = [
    ("05/11/2022", True, SADEC, "2022-11-05 16:59:59"),
    ("2022-11-05", True, SADEC, "2022-11-05 16:59:59"),
    ("05/11/22", True, SADEC, "2022-11-05 16:59:59"),
    ("44566", True, SADEC, "2022-01-05 16:59:59"),
    ("05/11/2022 17:00", True, SADEC, "2022-11-05 10:00:00"),
    ("2022-11-05 00:00:00", True, SADEC, "2022-11-04 17:00:00"),
    ("5/11/2022", True, SADEC, "2022-11-05 16:59:59"),
    ("2022-11-5", True, SADEC, "2022-11-05 16:59:59"),
    ("44566.0", True, SADEC, "2022-01-05 16:59:59"),
    ("2022-11-05 24:00:00", True, SADEC, "2022-11-05 16:59:59"),
    ("2022-11-05T24:00", True, SADEC, "2022-11-05 16:59:59"),
    ("5/11/2022 24:00", True, SADEC, "2022-11-05 16:59:59"),
    ("11/05/2022 24:00:00", False, SADEC, "2022-11-05 16:59:59"),
    ("2022-11-05 24:00:00+07:00", True, SADEC, "2022-11-05 16:59:59"),
    ("05/11/2022 10:24:00", True, SADEC, "2022-11-05 03:24:00"),
]

# a due stamp at midnight in a column that holds dates, written as its export writes them
DUE_DAYS = [
    ("2022-11-05 00:00:00", SADEC, "2022-11-05 16:59:59"),
    ("05/11/2022 00:00", SADEC, "2022-11-05 16:59:59"),
    ("2022-11-05 00:00:00+07:00", SADEC, "2022-11-05 16:59:59"),
    ("2022-11-04 17:00:00+00:00", SADEC, "2022-11-05 16:59:59"),
    ("2022-11-05 00:00:00+00:00", SADEC, "2022-11-05 16:59:59"),
    ("2022-11-05 00:00:00+00:00", BOSTON, "2022-11-06 03:59:59"),
    ("1667581200", SADEC, "2022-11-05 16:59:59"),
    ("1667581200000", SADEC, "2022-11-05 16:59:59"),
    ("2022-11-05", SADEC, "2022-11-05 16:59:59"),
    ("2022-11-05 24:00:00", SADEC, "2022-11-05 16:59:59"),
    ("2022-11-05 24:00:00+07:00", SADEC, "2022-11-05 16:59:59"),
    ("2022-11-05 17:00:00", SADEC, "2022-11-05 10:00:00"),
    ("2022-11-05 17:00:00+07:00", SADEC, "2022-11-05 10:00:00"),
    ("2015-03-08 00:00:00", BOSTON, "2015-03-09 03:59:59"),
]

EPOCHS = [
    ("1646355600", "2022-03-04 01:00:00"),
    ("1646355600.25", "2022-03-04 01:00:00.25"),
    ("1646355600123", "2022-03-04 01:00:00.123"),
    ("1646355600000.0", "2022-03-04 01:00:00"),
    ("1646355600123456", "2022-03-04 01:00:00.123456"),
    ("0912345678", None),
    ("20220304080", None),
    ("164635560", None),
]

# the clock in New York went forward on 8 March 2015 and back on 1 November 2015, at 2 in the night
CLOCK_CHANGES = [
    ("03/08/2015 01:59:59 AM", False),
    ("03/08/2015 02:30:00 AM", True),
    ("03/08/2015 03:00:00 AM", False),
    ("11/01/2015 12:59:59 AM", False),
    ("11/01/2015 01:30:00 AM", True),
    ("11/01/2015 02:00:00 AM", False),
]

NAMES = [
    ("UBND  Phường An Hoà", "ubnd phường an hòa", True),
    ("Phường An Ho\u0300a", "Phường An Hòa", True),
    ("Thuý", "Thúy", True),
    ("Phường 1", "Phường 11", False),
    ("Phường An Hòa", "Phường An Hoa", False),
]

NUMBERS = [("0,5", 0.5), ("1.234,5", 1234.5), ("1234.5", 1234.5), ("8", 8.0), ("tám", None)]

CODES = [
    ("3.000181.000.00.00.H22", "3.000181"),
    ("1.001193", "1.001193"),
    ("TD-DD-01", "TD-DD-01"),
]


@pytest.fixture(scope="module")
def macros(pipelines_dir: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The macros alone, as the warehouse loads them."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for path in sorted((pipelines_dir / "macros").glob("*.sql")):
            connection.execute(path.read_text(encoding="utf-8"))
        yield connection


def value(macros: duckdb.DuckDBPyConnection, expression: str, *given: object) -> object:
    return macros.execute(f"select {expression}", list(given)).fetchall()[0][0]


@pytest.mark.parametrize(("text", "day_first", "zone", "instant"), INSTANTS)
def test_a_stamp_is_read_by_its_shape(macros, text, day_first, zone, instant) -> None:
    read = value(macros, "parse_instant($1, $2, $3)::timestamp::varchar", text, day_first, zone)
    assert read == instant


@pytest.mark.parametrize(("text", "day_first", "zone", "instant"), DUE_INSTANTS)
def test_a_due_date_without_time_means_the_end_of_its_day(
    macros, text, day_first, zone, instant
) -> None:
    read = value(macros, "parse_due($1, $2, $3)::timestamp::varchar", text, day_first, zone)
    assert read == instant


@pytest.mark.parametrize(("text", "zone", "instant"), DUE_DAYS)
def test_a_due_midnight_of_a_column_of_dates_means_the_end_of_its_day(
    macros, text, zone, instant
) -> None:
    due = "due_instant(wall, $1, $2, true, true)::timestamp::varchar"
    wanted = f"{due} from (select wall_due($1, true) as wall)"
    assert value(macros, wanted, text, zone) == instant


@pytest.mark.parametrize(("text", "instant"), EPOCHS)
def test_seconds_and_milliseconds_since_1970_are_read_where_a_column_holds_them(
    macros, text, instant
) -> None:
    wanted = "stamp_instant(wall_time($1, true), $1, $2, $3)::timestamp::varchar"
    assert value(macros, wanted, text, SADEC, True) == instant
    assert value(macros, wanted, text, SADEC, False) is None


@pytest.mark.parametrize(("text", "flagged"), CLOCK_CHANGES)
def test_a_wall_time_that_a_clock_change_repeats_or_skips_is_flagged(macros, text, flagged) -> None:
    assert value(macros, "in_clock_change(wall_time($1, false), $2)", text, BOSTON) is flagged


def test_a_stamp_with_its_own_offset_is_in_no_clock_change(macros) -> None:
    stamp = "2015-11-01 01:30:00-04:00"
    assert value(macros, "in_clock_change(wall_time($1, true), $2)", stamp, BOSTON) is None


@pytest.mark.parametrize(("left", "right", "same"), NAMES)
def test_names_are_compared_without_regard_to_spelling_habits(macros, left, right, same) -> None:
    assert value(macros, "name_key($1) = name_key($2)", left, right) is same


@pytest.mark.parametrize(("text", "number"), NUMBERS)
def test_numbers_are_read_in_vietnamese_and_plain_notation(macros, text, number) -> None:
    assert value(macros, "parse_number($1)::double", text) == number


@pytest.mark.parametrize(("text", "code"), CODES)
def test_a_procedure_code_loses_the_suffix_of_its_agency(macros, text, code) -> None:
    assert value(macros, "procedure_code($1)", text) == code


@pytest.mark.parametrize(
    ("ended", "before"),
    [
        ("2022-01-05 07:59", True),
        ("2022-01-05 08:00", False),
        ("2022-01-05 00:00", False),
        ("2022-01-04 00:00", True),
    ],
)
def test_an_end_at_midnight_is_a_mere_date_and_not_before_that_day(macros, ended, before) -> None:
    began = "2022-01-05 08:00"
    asked = "ends_before(timezone($3, $1::timestamp), timezone($3, $2::timestamp), $3)"
    assert value(macros, asked, ended, began, SADEC) is before
