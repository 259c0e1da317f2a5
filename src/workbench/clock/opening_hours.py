"""Opening hours as they are reviewed: which rows of the reference make a calendar's days.

For a reader who counts working time by hand. The clock compiles the same rows
(``workbench.clock.compiler``).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from workbench.clock.compiler import OFF_KINDS, civil_date
from workbench.core.reference_rows import read_rows


@dataclass(frozen=True)
class OpeningHours:
    """One reviewed row: from when to when offices open on some weekdays.

    ``weekdays`` are the first and the last one (1 is Monday); without a day of validity, always.
    A window that closes no later than it opens closes on the next day.
    """

    weekdays: tuple[int, int]
    opens: str
    closes: str
    valid_from: dt.date | None
    valid_to: dt.date | None


@dataclass(frozen=True)
class SpecialDay:
    """One day that is not as its weekday: closed, or worked as another day (``worked_as``)."""

    day: dt.date
    name_vi: str
    name_en: str
    worked_as: dt.date | None


@dataclass(frozen=True)
class Announcement:
    """The days off and make-up days that were announced on one day."""

    announced_on: dt.date
    days: tuple[SpecialDay, ...]


def opening_hours(folder: Path, calendar_id: str) -> list[OpeningHours]:
    """Return the hours of a calendar in the order of the reference.

    Args:
        folder: The folder ``calendars`` of the reference.
        calendar_id: Its name.

    >>> from workbench.core.project import shipped
    >>> hours = opening_hours(shipped().reference / "calendars", "vn_dong_thap")
    >>> [(row.weekdays, row.opens, row.closes) for row in hours]
    [((1, 5), '07:00', '11:30'), ((1, 5), '13:30', '17:00')]
    """
    columns = ("calendar_id", "valid_from", "valid_to", "weekdays", "opens", "closes")
    return [
        OpeningHours(
            _weekdays(row["weekdays"]),
            row["opens"],
            row["closes"],
            *(dt.date.fromisoformat(row[at]) if row[at] else None for at in columns[1:3]),
        )
        for row in read_rows(folder / "office_hours.csv", *columns)
        if row["calendar_id"] == calendar_id
    ]


def special_days(folder: Path, calendar_id: str, first: dt.date, last: dt.date) -> list[SpecialDay]:
    """Return the days off and make-up days of a calendar from ``first`` to ``last``, in order."""
    calendars = read_rows(folder / "calendars.csv", "calendar_id", "holiday_list")
    lists = {row["calendar_id"]: row["holiday_list"] for row in calendars}
    rows = [row for row in _holidays(folder) if row["holiday_list"] == lists.get(calendar_id)]
    days = [day for day in map(_special_day, rows) if first <= day.day <= last]
    return sorted(days, key=lambda one: one.day)


def announcements(folder: Path) -> list[Announcement]:
    """Return the days that a decree announced on a known day, by that day.

    Raises:
        InputRejected: A table is missing, or a day of an announcement cannot be read.

    >>> from workbench.core.project import shipped
    >>> first = announcements(shipped().reference / "calendars")[0]
    >>> f"{first.announced_on}: {first.days[0].day}, {first.days[1].day}"
    '2025-12-25: 2026-01-02, 2026-01-10'
    """
    rows = [row for row in _holidays(folder) if row.get("announced_on")]
    by_day: dict[dt.date, list[SpecialDay]] = {}
    for row in rows:
        announced_on = civil_date(row["announced_on"], row["holiday_list"])
        by_day.setdefault(announced_on, []).append(_special_day(row))
    return [
        Announcement(on, tuple(sorted(days, key=lambda one: one.day)))
        for on, days in sorted(by_day.items())
    ]


def _holidays(folder: Path) -> list[dict[str, str]]:
    rows = read_rows(folder / "holidays.csv", "holiday_list", "day", "kind", "paired_day")
    return [row for row in rows if row["kind"] in OFF_KINDS or row["kind"] == "swap_work"]


def _special_day(row: dict[str, str]) -> SpecialDay:
    return SpecialDay(
        dt.date.fromisoformat(row["day"]),
        row["name_vi"],
        row["name_en"],
        None if row["kind"] in OFF_KINDS else dt.date.fromisoformat(row["paired_day"]),
    )


def _weekdays(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    return int(first), int(last or first)
