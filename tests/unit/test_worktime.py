"""Calendars: what they cover, what they refuse, and days that are easily got wrong."""

from __future__ import annotations

import datetime as dt
import shutil
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

from workbench.clock import Calendars
from workbench.clock.compiler import first_instant
from workbench.core.errors import InputRejected

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
OTHERS = ("always", "it", "nl", "us_ma")
"""Shipped calendars that a test of the Vietnamese ones leaves open."""


def at(text: str, zone=HANOI) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.fixture
def folder(tmp_path, reference_dir):
    return shutil.copytree(reference_dir / "calendars", tmp_path / "calendars")


def rewrite(folder, name, old, new):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_make_up_saturday_is_worked_and_its_pair_is_not(calendars):
    calendar = calendars["vn_dong_thap"]
    assert calendar.working_seconds(at("2025-04-25T16:00"), at("2025-04-28T08:30")) == (
        3600 + 8 * 3600 + 5400
    )
    assert calendar.working_seconds(at("2025-04-29T16:00"), at("2025-05-05T08:30")) == 3600 + 5400


def test_hours_from_half_past_seven_give_the_figures_of_the_literature(folder):
    """570 and 120 minutes: the two intervals on which open tools were measured to fail."""
    hours = folder / "office_hours.csv"
    hours.write_text(
        "calendar_id,valid_from,valid_to,weekdays,opens,closes,source,verified\n"
        "vn_dong_thap,,,1-5,07:30,11:30,test,no\n"
        "vn_dong_thap,,,1-5,13:30,17:00,test,no\n"
        "vn_epar,,,1-5,08:00,12:00,test,no\n"
        + "".join(f"{name},,,1-7,00:00,24:00,test,no\n" for name in OTHERS),
        encoding="utf-8",
    )
    calendar = Calendars.read(folder)["vn_dong_thap"]
    assert calendar.working_seconds(at("2025-04-25T16:00"), at("2025-04-28T08:30")) == 570 * 60
    assert calendar.working_seconds(at("2025-04-29T16:00"), at("2025-05-05T08:30")) == 120 * 60


def test_utc_and_local_stamps_of_one_instant_agree(calendars):
    calendar = calendars["vn_dong_thap"]
    local = (at("2022-05-04T10:15"), at("2022-05-20T16:45"))
    utc = tuple(stamp.astimezone(dt.UTC) for stamp in local)
    assert calendar.working_seconds(*local) == calendar.working_seconds(*utc)


def test_reversed_intervals_are_negative(calendars):
    calendar = calendars["vn_dong_thap"]
    there, back = at("2022-05-04T10:00"), at("2022-05-05T10:00")
    assert calendar.working_seconds(back, there) == -calendar.working_seconds(there, back)


def test_adding_seconds_and_counting_them_are_inverse(calendars):
    calendar = calendars["vn_dong_thap"]
    start = at("2022-04-29T16:59:30")
    for seconds in (1, 30, 31, 8 * 3600, 100 * 3600):
        reached = calendar.add_working_seconds(start, seconds)
        assert calendar.working_seconds(start, reached) == seconds
        before = reached - dt.timedelta(seconds=1)
        assert calendar.working_seconds(start, before) < seconds
    assert calendar.add_working_seconds(start, 0) == start


def test_adding_days_skips_the_day_itself_and_days_off(calendars):
    calendar = calendars["vn_dong_thap"]
    assert calendar.add_working_days(dt.date(2022, 4, 29), 1) == dt.date(2022, 5, 4)
    assert calendar.add_working_days(dt.date(2022, 4, 30), 0) == dt.date(2022, 5, 4)
    assert calendar.add_working_days(dt.date(2022, 5, 4), 0) == dt.date(2022, 5, 4)


def test_a_day_beyond_the_calendar_is_an_error_that_says_what_to_do(calendars):
    calendar = calendars["vn_dong_thap"]
    with pytest.raises(InputRejected, match=r"2018-12-31 is not covered .* «vn_dong_thap»"):
        calendar.working_seconds(at("2018-12-31T10:00"), at("2019-01-02T10:00"))
    with pytest.raises(InputRejected, match=r"2028-01-01 is not covered .*2019-01-01.*2027-12-31"):
        calendar.working_seconds(at("2027-12-31T10:00"), at("2028-01-01T10:00"))
    with pytest.raises(InputRejected, match="2028-01-01 is not covered"):
        calendar.add_working_days(dt.date(2027, 12, 31), 1)
    with pytest.raises(InputRejected, match="2028-01-01 is not covered"):
        calendar.add_working_seconds(at("2027-12-31T16:00"), 2 * 3600)
    with pytest.raises(InputRejected, match="2030-01-01 is not covered"):
        calendar.is_working_day(dt.date(2030, 1, 1))


def test_the_morning_ends_before_the_break_and_the_first_day_is_covered(calendars):
    calendar = calendars["vn_dong_thap"]
    assert calendar.add_working_seconds(at("2022-05-04T06:00"), 16_200) == at("2022-05-04T11:30")
    assert not calendar.is_working_day(dt.date(2019, 1, 1))
    with pytest.raises(InputRejected, match="2028-01-01 is not covered"):
        calendar.instant(np.array([0, 10**9]))


def test_calendars_with_days_off_are_distinguished_from_one_that_never_closes(calendars):
    assert "vn_dong_thap" in calendars.with_days_off()
    assert "always" not in calendars.with_days_off()


def test_hours_hold_from_the_first_day_on_which_they_are_valid(folder):
    rewrite(
        folder, "office_hours.csv", "vn_dong_thap,,,1-5,07:00", "vn_dong_thap,2022-05-04,,1-5,07:00"
    )
    calendar = Calendars.read(folder)["vn_dong_thap"]
    days = [
        calendar.working_seconds(at(f"2022-05-{day:02}T00:00"), at(f"2022-05-{day:02}T13:00"))
        for day in (4, 5)
    ]
    assert days == [16_200, 16_200]


def test_a_stamp_without_zone_is_refused(calendars):
    naive = dt.datetime(2022, 5, 4, 10)  # noqa: DTZ001
    with pytest.raises(InputRejected, match="has no time zone"):
        calendars["vn_dong_thap"].working_seconds(naive, naive)


def test_an_unknown_calendar_is_an_error_that_names_the_known_ones(calendars):
    with pytest.raises(InputRejected, match=r"«mars».*always.*vn_dong_thap"):
        calendars["mars"]
    assert "always" in calendars


def test_summer_time_shifts_the_windows(folder):
    rewrite(folder, "calendars.csv", "vn_epar,Asia/Ho_Chi_Minh", "vn_epar,Europe/Amsterdam")
    calendar = Calendars.read(folder)["vn_epar"]
    zone = ZoneInfo("Europe/Amsterdam")
    for day in ("2022-01-12", "2022-07-13"):
        assert calendar.working_seconds(at(f"{day}T00:00", zone), at(f"{day}T08:30", zone)) == 3600
        assert calendar.working_seconds(at(f"{day}T07:30", zone), at(f"{day}T16:00", zone)) == (
            6.5 * 3600
        )


def test_always_counts_every_second_across_a_clock_change(calendars):
    zone = ZoneInfo("Europe/Amsterdam")
    night = (at("2012-03-25T01:30", zone), at("2012-03-25T03:30", zone))
    assert calendars["always"].working_seconds(*night) == 3600


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("office_hours.csv", "07:00", "7h", "«7h» cannot be read"),
        ("office_hours.csv", "17:00", "24:01", "«24:01» cannot be read"),
        ("office_hours.csv", "1-5", "Mon", "«Mon» cannot be read"),
        ("office_hours.csv", "13:30,17:00", "11:00,17:00", "windows .* overlap"),
        ("office_hours.csv", "13:30,17:00", "17:00,13:30", "windows .* overlap"),
        ("holidays.csv", "2019-01-01", "01/01/2019", "«01/01/2019» cannot be read"),
        ("calendars.csv", "Asia/Ho_Chi_Minh", "Asia/Nowhere", "«Asia/Nowhere» cannot be read"),
        ("calendars.csv", "1999-01-01", "1980-01-01", "more than 34 years"),
        ("calendars.csv", "1999-01-01", "1974-12-31", "days before 1975"),
        ("calendars.csv", "last_day", "end", "lacks the column: last_day"),
        ("unit_calendars.csv", "unit_id", "unit", "lacks the column: unit_id"),
    ],
)
def test_a_faulty_reference_row_is_named(folder, name, old, new, message):
    rewrite(folder, name, old, new)
    with pytest.raises(InputRejected, match=message):
        Calendars.read(folder).days()


def test_a_missing_file_is_named(folder):
    (folder / "holidays.csv").unlink()
    with pytest.raises(InputRejected, match=r"holidays\.csv is missing"):
        Calendars.read(folder)


def test_a_calendar_without_hours_is_an_error(folder):
    path = folder / "office_hours.csv"
    kept = [line for line in path.read_text(encoding="utf-8").splitlines() if "epar" not in line]
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    with pytest.raises(InputRejected, match="«vn_epar» has no office hours"):
        Calendars.read(folder)


def test_a_unit_may_keep_a_calendar_of_its_own(folder):
    rewrite(folder, "unit_calendars.csv", "verified\n", "verified\nU9,always,2022-01-01,,test,no\n")
    units = Calendars.read(folder).units()
    assert units.row(0, named=True)["calendar_id"] == "always"
    rewrite(folder, "unit_calendars.csv", "U9,always", "U9,nowhere")
    with pytest.raises(InputRejected, match="no calendar named «nowhere»"):
        Calendars.read(folder)


def calendar_of(
    folder, zone: str, *hours: str, holidays: str = "", last: str = "2022-12-31", yearly: str = ""
):
    """A calendar from 2022 on with the hours given as ``weekdays,opens,closes``."""
    (folder / "calendars.csv").write_text(
        "calendar_id,time_zone,first_day,last_day,holiday_list,yearly_holiday\n"
        f"made,{zone},2022-01-01,{last},{holidays},{yearly}\n",
        encoding="utf-8",
    )
    rows = "".join(f"made,,,{row}\n" for row in hours)
    header = "calendar_id,valid_from,valid_to,weekdays,opens,closes\n"
    (folder / "office_hours.csv").write_text(header + rows, encoding="utf-8")
    (folder / "reception_hours.csv").write_text(header, encoding="utf-8")
    (folder / "unit_calendars.csv").write_text(
        "unit_id,calendar_id,valid_from,valid_to\n", encoding="utf-8"
    )
    return Calendars.read(folder)["made"]


OFFICE = "1-5,08:00,12:00"


def write_holidays(folder, *rows: str) -> None:
    """Write the holiday list ``made`` from rows of day, kind, pair and whether it is verified."""
    lines = [f"made,{day},Tết,{kind},{pair},,{ok}" for day, kind, pair, ok in map(str.split, rows)]
    header = "holiday_list,day,name_vi,kind,paired_day,source,verified"
    text = "\n".join([header, *lines]).replace(",-,", ",,")
    (folder / "holidays.csv").write_text(text + "\n", encoding="utf-8")


def test_a_make_up_day_on_the_last_day_is_worked_and_no_other_sunday_is(folder):
    write_holidays(folder, "2022-07-08 swap_off - yes", "2022-07-16 swap_work 2022-07-08 yes")
    ends = {"holidays": "made", "last": "2022-07-16"}
    calendar = calendar_of(folder, "Asia/Ho_Chi_Minh", OFFICE, **ends)
    worked = [d for d in range(1, 17) if calendar.is_working_day(dt.date(2022, 7, d))]
    assert worked == [1, 4, 5, 6, 7, 11, 12, 13, 14, 15, 16]
    later = calendar_of(folder, "Asia/Ho_Chi_Minh", OFFICE, holidays="made")
    assert not later.is_working_day(dt.date(2022, 7, 17))


def test_a_calendar_ends_before_the_first_year_without_its_yearly_holiday(folder):
    write_holidays(folder, "2022-02-01 off - yes", "2023-01-22 off - yes", "2025-01-29 off - yes")
    whole = {"holidays": "made", "last": "2025-12-31", "yearly": "Tết"}
    calendar = calendar_of(folder, "Asia/Ho_Chi_Minh", OFFICE, **whole)
    assert calendar.is_working_day(dt.date(2023, 12, 29))
    with pytest.raises(InputRejected, match=r"2024-01-01 is not covered .*2023-12-31"):
        calendar.is_working_day(dt.date(2024, 1, 1))


def test_a_draft_begins_with_the_first_year_that_nobody_has_reviewed(folder):
    write_holidays(folder, "2022-02-01 off - yes", "2024-02-10 off - no", "2023-01-22 off - no")
    years = {"holidays": "made", "last": "2024-12-31"}
    calendar = calendar_of(folder, "Asia/Ho_Chi_Minh", OFFICE, **years)
    assert calendar.drafted_from == dt.date(2023, 1, 1)


def test_windows_that_touch_are_one_on_every_day_and_that_overlap_are_refused_on_any(folder):
    calendar_of(folder, "Asia/Ho_Chi_Minh", OFFICE, "1-5,12:00,17:00")
    days = Calendars.read(folder).days().filter(day=dt.date(2022, 7, 13))
    assert days.select("open_1", "close_1", "open_2", "close_2").row(0) == (28_800, 61_200, 0, 0)
    with pytest.raises(InputRejected, match=r"2022-01-05.*windows|windows.*2022-01-05"):
        calendar_of(folder, "Asia/Ho_Chi_Minh", OFFICE, "3-3,11:00,13:00")


def test_the_first_instant_of_a_time_of_day_is_that_of_the_clock_on_any_day():
    for day in (dt.date(2022, 7, 13), dt.date(2022, 10, 29), dt.date(2022, 10, 30)):
        zone = ZoneInfo("Europe/Rome")
        shown = dt.datetime.combine(day, dt.time(8), tzinfo=zone)
        assert first_instant(day, 8 * 3600, zone) == shown.timestamp()


CHANGES = {
    "Europe/Rome": ("2022-03-27", "2022-10-30"),
    "America/New_York": ("2022-03-13", "2022-11-06"),
}


@pytest.mark.parametrize("name", list(CHANGES))
def test_an_office_that_never_closes_counts_every_second_of_a_zone_with_clock_changes(folder, name):
    calendar, zone = calendar_of(folder, name, "1-7,00:00,24:00"), ZoneInfo(name)
    lengths = []
    for day in CHANGES[name]:
        midnight = at(f"{day}T00:00", zone)
        lengths.append(calendar.working_seconds(midnight, midnight + dt.timedelta(days=1)))
    assert lengths == [23 * 3600, 25 * 3600]
    year = (at("2022-01-01T00:00", zone), at("2022-12-31T23:59:59", zone))
    assert calendar.working_seconds(*year) == 365 * 86_400 - 1


@pytest.mark.parametrize("name", list(CHANGES))
def test_a_night_shift_is_as_long_as_the_clock_change_makes_it(folder, name):
    calendar, zone = calendar_of(folder, name, "1-7,22:00,06:00"), ZoneInfo(name)
    for day, hours in zip((*CHANGES[name], "2022-07-13"), (7, 9, 8), strict=True):
        noon = at(f"{day}T12:00", zone)
        before = noon - dt.timedelta(days=1)
        assert calendar.working_seconds(before, noon) == hours * 3600, day


def test_a_night_belongs_to_the_day_on_which_it_began(folder):
    calendar = calendar_of(folder, "Asia/Ho_Chi_Minh", "1-5,22:00,06:00", holidays="vn")
    friday, saturday, sunday = (dt.date(2022, 7, d) for d in (15, 16, 17))
    assert calendar.working_seconds(at("2022-07-15T20:00"), at("2022-07-18T12:00")) == 8 * 3600
    assert [calendar.is_working_day(d) for d in (friday, saturday, sunday)] == [True, False, False]
    assert calendar.add_working_days(friday, 1) == dt.date(2022, 7, 18)
    # a holiday takes the night that would begin on it, not the one that ends on it
    assert calendar.working_seconds(at("2022-09-01T00:00"), at("2022-09-01T23:59")) == 6 * 3600


def test_a_summer_midnight_makes_no_working_day_of_the_day_before(folder):
    calendar = calendar_of(folder, "Europe/Rome", "1-5,00:00,24:00")
    assert not calendar.is_working_day(dt.date(2022, 7, 17))
    assert calendar.add_working_days(dt.date(2022, 7, 15), 1) == dt.date(2022, 7, 18)


def test_a_window_in_the_hour_that_the_clock_skips_or_shows_twice(folder):
    zone = ZoneInfo("Europe/Rome")
    calendar = calendar_of(folder, "Europe/Rome", "7-7,02:30,05:00")
    day, night = CHANGES["Europe/Rome"]
    # the hour after 02:00 is skipped: open from 03:00, which follows at once
    assert calendar.working_seconds(at(f"{day}T00:00", zone), at(f"{day}T12:00", zone)) == 2 * 3600
    # it is shown twice: open from the first 02:30 on
    assert calendar.working_seconds(at(f"{night}T00:00", zone), at(f"{night}T12:00", zone)) == (
        3.5 * 3600
    )


def test_a_third_window_on_one_weekday_alone_names_the_first_such_day(folder):
    hours = ("1-5,08:00,09:00", "1-5,10:00,11:00", "3-3,13:00,14:00")
    with pytest.raises(InputRejected, match=r"2022-01-05.*windows|windows.*2022-01-05"):
        calendar_of(folder, "Asia/Ho_Chi_Minh", *hours)


def test_a_day_states_its_windows_what_went_before_and_what_bounds_it(calendars):
    days = calendars.days().filter(pl.col("calendar_id") == "vn_dong_thap")
    day = {row["day"]: row for row in days.iter_rows(named=True)}
    friday, off, wednesday = (day[dt.date(2022, *d)] for d in ((4, 29), (5, 2), (5, 4)))
    windows = ("open_1", "close_1", "open_2", "close_2", "opens", "closes")
    hours = [wednesday[name] / 3600 for name in windows]
    assert hours == [7, 11.5, 13.5, 17, 7, 17]
    assert wednesday["before"] - friday["before"] == friday["length"] == 8 * 3600
    assert wednesday["c2"] == 2 * wednesday["before"] + wednesday["length"]
    assert (off["length"], off["is_working"], wednesday["is_working"]) == (0, False, True)
    assert wednesday["ordinal"] - friday["ordinal"] == 1


def test_keys_of_days_that_a_calendar_does_not_cover_belong_to_no_other(calendars):
    keys, days = calendars.keys(), calendars.days()
    asked = [(dt.date(year, 1, 6) - dt.date(1970, 1, 1)).days for year in range(1990, 2061)]
    for row in keys.iter_rows(named=True):
        own = days.filter(calendar_id=row["calendar_id"])["day_key"]
        others = days.filter(~days["day_key"].is_in(own.implode()))["day_key"]
        assert set(others).isdisjoint(row["key_base"] + day for day in asked)
