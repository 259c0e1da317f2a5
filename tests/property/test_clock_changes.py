"""Working time across clock changes against looking at the clock of the office every hour.

The oracle asks of each hour that really passes what the office's clock shows, and whether the
office is open then; it knows no offsets, keys or sums.
"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from workbench.clock import Calendar, Calendars

HOUR = dt.timedelta(hours=1)
ZONES = ("Europe/Rome", "America/New_York", "Europe/Dublin")
# opening and closing hours, none within those that clocks skip or show twice
WINDOWS = ((0, 24), (22, 6), (8, 17), (5, 4))
DAYS = 330


def _clock(hour: int) -> str:
    return f"{hour:02d}:00"


def _compile(folder: Path, zone: str, days: tuple[int, int], window: tuple[int, int]) -> Calendar:
    tables = {
        "calendars": (
            ("calendar_id", "time_zone", "first_day", "last_day", "holiday_list"),
            ("made", zone, "2022-01-01", "2022-12-31", ""),
        ),
        "holidays": (("holiday_list", "day", "kind", "paired_day"),),
        "office_hours": (
            ("calendar_id", "valid_from", "valid_to", "weekdays", "opens", "closes"),
            ("made", "", "", f"{days[0]}-{days[1]}", *map(_clock, window)),
        ),
        "reception_hours": (
            ("calendar_id", "valid_from", "valid_to", "weekdays", "opens", "closes"),
        ),
        "unit_calendars": (("unit_id", "calendar_id", "valid_from", "valid_to"),),
    }
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as lines:
            csv.writer(lines).writerows(rows)
    return Calendars.read(folder)["made"]


def _is_open(wall: dt.datetime, days: tuple[int, int], window: tuple[int, int]) -> bool:
    today = days[0] <= wall.isoweekday() <= days[1]
    yesterday = days[0] <= (wall - dt.timedelta(days=1)).isoweekday() <= days[1]
    opens, closes = window
    if opens < closes:
        return today and opens <= wall.hour < closes
    return (today and wall.hour >= opens) or (yesterday and wall.hour < closes)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("window", WINDOWS, ids=str)
@pytest.mark.parametrize("days", [(1, 7), (1, 5)], ids=str)
def test_seconds_of_a_window_are_those_that_really_passed(tmp_path, zone, window, days):
    calendar = _compile(tmp_path, zone, days, window)
    office = ZoneInfo(zone)
    start = dt.datetime(2022, 1, 2, tzinfo=office).astimezone(dt.UTC)
    walls = ((start + i * HOUR).astimezone(office).replace(tzinfo=None) for i in range(DAYS * 24))
    opened = np.array([_is_open(wall, days, window) for wall in walls])
    counted = np.concatenate([[0], np.cumsum(opened)]) * 3600
    instants = int(start.timestamp()) + np.arange(DAYS * 24 + 1) * 3600
    assert (calendar.w(instants) - calendar.w(instants[:1]) == counted).all()
