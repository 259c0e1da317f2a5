"""The calendars against the ``holidays`` package, day by day; the Vietnamese one 2019 to 2026.

The package is an independent reading of the same decrees. One disagreement is known: the press
reported on 25 December 2025 that 2 January 2026 is taken off and Saturday 10 January made up for
it; the package (0.109) does not have it.
"""

from __future__ import annotations

import datetime as dt

import holidays
import pytest

KNOWN_DISAGREEMENT = {dt.date(2026, 1, 2): False, dt.date(2026, 1, 10): True}
"""Day -> whether our calendar works on it."""


@pytest.fixture(scope="module")
def theirs():
    return holidays.country_holidays("VN", years=range(2018, 2028), language="en_US")


def their_make_up_days(theirs) -> set[dt.date]:
    """Days off that the package names "substituted from mm/dd/yyyy" make that day a working one."""
    named = {name for names in theirs.values() for name in names.split("; ")}
    found = set()
    for name in named:
        digits = [w for w in name.replace("(", " ").replace(")", " ").split() if w.count("/") == 2]
        found |= {dt.datetime.strptime(d, "%m/%d/%Y").date() for d in digits}  # noqa: DTZ007
    return found


def test_every_day_agrees_but_the_two_known_ones(calendars, theirs):
    calendar, made_up = calendars["vn_dong_thap"], their_make_up_days(theirs)
    odd = {}
    day = dt.date(2019, 1, 1)
    while day <= dt.date(2026, 12, 31):
        ours = calendar.is_working_day(day)
        library = day in made_up or (day.weekday() < 5 and day not in theirs)
        if ours != library:
            odd[day] = ours
        day += dt.timedelta(days=1)
    assert odd == KNOWN_DISAGREEMENT


ABROAD = {"nl": ("NL", None), "it": ("IT", None), "us_ma": ("US", "MA")}


@pytest.mark.parametrize("name", list(ABROAD))
def test_calendars_of_other_countries_are_the_library_s(calendars, name):
    calendar, (country, part) = calendars[name], ABROAD[name]
    years = range(calendar.first_day.year, calendar.last_day.year + 1)
    theirs = holidays.country_holidays(country, subdiv=part, years=years)
    count = (calendar.last_day - calendar.first_day).days + 1
    days = [calendar.first_day + dt.timedelta(days=i) for i in range(count)]
    odd = [
        day
        for day in days
        if calendar.is_working_day(day) != (day.weekday() < 5 and day not in theirs)
    ]
    assert odd == []


def test_the_first_half_of_2022_has_120_working_days(calendars):
    calendar = calendars["vn_dong_thap"]
    days = (dt.date(2022, 1, 1) + dt.timedelta(days=i) for i in range(181))
    assert sum(calendar.is_working_day(day) for day in days) == 120
