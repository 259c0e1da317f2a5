"""From reviewed rows (hours, holidays, make-up days) to the windows of every day.

Windows are laid on days at the zone's *standard* offset, so that the clock needs no time zone
arithmetic later: summer time is a shift of the windows, known here once.
"""

from __future__ import annotations

import csv
import datetime as dt
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from workbench.errors import InputRejected
from workbench.worktime.calendar import Calendar

_DAY = 86_400
_OFF = {"off", "off_on_weekend", "comp", "swap_off"}
_MOST_WINDOWS = 2


class CalendarCompiler:
    """Turns the reviewed rows of one calendar into its windows, day by day."""

    def __init__(
        self, row: dict[str, str], holidays: list[dict[str, str]], hours: list[dict[str, str]]
    ) -> None:
        self.name = row["calendar_id"]
        self.zone = _zone(row["time_zone"], self.name)
        self.zone_name = row["time_zone"]
        self.first = _date(row["first_day"], self.name)
        self.last = _date(row["last_day"], self.name)
        listed = [h for h in holidays if h["holiday_list"] == row["holiday_list"]]
        self.off = {_date(h["day"], self.name) for h in listed if h["kind"] in _OFF}
        self.made_up = {
            _date(h["day"], self.name): _date(h["paired_day"], self.name)
            for h in listed
            if h["kind"] == "swap_work"
        }
        self.hours = [h for h in hours if h["calendar_id"] == self.name]
        if not self.hours:
            raise InputRejected("worktime.no_hours", calendar=self.name)

    def compile(self) -> Calendar:
        """Lay each civil day's windows on the line of standard-offset days."""
        count = (self.last - self.first).days + 1
        found: list[list[tuple[int, int]]] = [[] for _ in range(count)]
        for index in range(count):
            day = self.first + dt.timedelta(days=index)
            for opens, closes in self.windows(day):
                self._place(found, index, day, opens, closes)
        table = np.zeros((2, count, _MOST_WINDOWS), dtype=np.int64)
        for index, windows in enumerate(found):
            for rank, window in enumerate(self._checked(windows, index)):
                table[:, index, rank] = window
        return Calendar(
            self.name, self.zone_name, self.first, self._standard_offset(), table[0], table[1]
        )

    def windows(self, day: dt.date) -> list[tuple[int, int]]:
        """Return the civil opening windows of a day; a make-up day has those of its pair."""
        if day in self.off:
            return []
        model = self.made_up.get(day, day)
        found = sorted(
            (_second(h["opens"], self.name), _second(h["closes"], self.name))
            for h in self.hours
            if _holds(h["weekdays"], model.isoweekday(), self.name)
            and (not h["valid_from"] or _date(h["valid_from"], self.name) <= day)
            and (not h["valid_to"] or day <= _date(h["valid_to"], self.name))
        )
        if any(opens >= closes for opens, closes in found):
            raise InputRejected("worktime.bad_windows", calendar=self.name, day=day)
        return found

    def _place(
        self, found: list[list[tuple[int, int]]], index: int, day: dt.date, opens: int, closes: int
    ) -> None:
        """Shift a civil window by the summer hour and cut it at standard midnight."""
        shift = self._summer_shift(day)
        for row, low in ((index - 1, -_DAY), (index, 0)):
            start, end = max(opens - shift, low), min(closes - shift, low + _DAY)
            if start < end and row >= 0:
                found[row].append((start - low, end - low))

    def _summer_shift(self, day: dt.date) -> int:
        noon = dt.datetime.combine(day, dt.time(12), tzinfo=self.zone)
        return int((noon.utcoffset() or dt.timedelta()).total_seconds()) - self._standard_offset()

    def _standard_offset(self) -> int:
        noon = dt.datetime.combine(self.first, dt.time(12), tzinfo=self.zone)
        summer = noon.dst() or dt.timedelta()
        return int(((noon.utcoffset() or dt.timedelta()) - summer).total_seconds())

    def _checked(self, windows: list[tuple[int, int]], index: int) -> list[tuple[int, int]]:
        ordered = sorted(windows)
        overlap = any(a[1] > b[0] for a, b in pairwise(ordered))
        if overlap or len(ordered) > _MOST_WINDOWS:
            day = self.first + dt.timedelta(days=index)
            raise InputRejected("worktime.bad_windows", calendar=self.name, day=day)
        return ordered


def read_rows(path: Path, *columns: str) -> list[dict[str, str]]:
    """Return the rows of a reference CSV as text.

    Raises:
        InputRejected: The file or one of the named columns is missing.
    """
    if not path.is_file():
        raise InputRejected("worktime.no_file", file=path.name, folder=path.parent)
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        missing = [c for c in columns if c not in (reader.fieldnames or [])]
        if missing:
            raise InputRejected("worktime.no_column", file=path.name, column=", ".join(missing))
        return list(reader)


def _date(text: str, calendar: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InputRejected("worktime.bad_fact", calendar=calendar, text=text) from None


def _second(text: str, calendar: str) -> int:
    hour, _, minute = text.partition(":")
    if not (hour.isdigit() and minute.isdigit() and int(hour) * 60 + int(minute) <= 24 * 60):
        raise InputRejected("worktime.bad_fact", calendar=calendar, text=text)
    return (int(hour) * 60 + int(minute)) * 60


def _holds(weekdays: str, weekday: int, calendar: str) -> bool:
    first, _, last = weekdays.partition("-")
    if not (first.isdigit() and (not last or last.isdigit())):
        raise InputRejected("worktime.bad_fact", calendar=calendar, text=weekdays)
    return int(first) <= weekday <= int(last or first)


def _zone(name: str, calendar: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise InputRejected("worktime.bad_fact", calendar=calendar, text=name) from None
