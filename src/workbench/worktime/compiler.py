"""From reviewed rows (hours, holidays, make-up days) to the windows of every day.

Windows are laid on days at the zone's *standard* offset, so that the clock needs no time zone
arithmetic later: their ends are made instants here once, each by the clock as it stood then, and
what lies between them is time that really passed, also in a night in which the clock changes.
"""

from __future__ import annotations

import csv
import datetime as dt
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from workbench.errors import InputRejected
from workbench.worktime.calendar import Calendar

_DAY = 86_400
_EPOCH = dt.date(1970, 1, 1)
_OFF = {"off", "off_on_weekend", "comp", "swap_off"}
_MOST_WINDOWS = 2


class _Hours(NamedTuple):
    """Opening hours of some weekdays, and the days from and to which they are kept."""

    weekdays: range
    valid_from: dt.date
    valid_to: dt.date
    opens: int
    closes: int


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
        self.hours = [self._hours(h) for h in hours if h["calendar_id"] == self.name]
        if not self.hours:
            raise InputRejected("worktime.no_hours", calendar=self.name)
        self.offset = self._standard_offset()
        self.origin = (self.first - _EPOCH).days * _DAY - self.offset

    def compile(self) -> Calendar:
        """Lay each civil day's windows on the line of standard-offset days."""
        count = (self.last - self.first).days + 1
        opens_on = np.zeros(count, dtype=np.bool_)
        bounds = np.zeros((2, count), dtype=np.int64)
        spans: list[tuple[int, int]] = []
        # the night before the first day may reach into it
        for index in range(-1, count):
            day = self.first + dt.timedelta(days=index)
            windows = self.windows(day)
            laid = [self._span(day, *window) for window in windows]
            spans += laid
            if index >= 0 and laid:
                opens_on[index] = True
                last = _DAY if windows[-1][1] >= _DAY else laid[-1][1] - index * _DAY
                bounds[:, index] = laid[0][0] - index * _DAY, last
        table = np.zeros((2, count, _MOST_WINDOWS), dtype=np.int64)
        for index, kept in enumerate(self._by_day(spans, count)):
            for rank, window in enumerate(kept):
                table[:, index, rank] = window
        return Calendar(
            self.name,
            self.zone_name,
            self.first,
            self.offset,
            *(table[0], table[1], opens_on),
            *(bounds[0], bounds[1]),
        )

    def windows(self, day: dt.date) -> list[tuple[int, int]]:
        """Return the civil opening windows of a day; a make-up day has those of its pair.

        A window that closes no later than it opens closes on the next day (22:00 to 06:00).
        """
        if day in self.off:
            return []
        model = self.made_up.get(day, day)
        weekday = model.isoweekday()
        return sorted(
            (h.opens, h.closes)
            for h in self.hours
            if weekday in h.weekdays and h.valid_from <= day <= h.valid_to
        )

    def _hours(self, row: dict[str, str]) -> _Hours:
        valid_from, valid_to = row["valid_from"], row["valid_to"]
        opens, closes = _second(row["opens"], self.name), _second(row["closes"], self.name)
        if opens == closes:
            raise InputRejected("worktime.bad_windows", calendar=self.name, day=valid_from or "–")
        return _Hours(
            _weekdays(row["weekdays"], self.name),
            _date(valid_from, self.name) if valid_from else dt.date.min,
            _date(valid_to, self.name) if valid_to else dt.date.max,
            opens,
            closes if closes > opens else closes + _DAY,
        )

    def _span(self, day: dt.date, opens: int, closes: int) -> tuple[int, int]:
        """Return a civil window in seconds since the first day began, at the standard offset."""
        start, end = (
            first_instant(day + dt.timedelta(days=s // _DAY), s % _DAY, self.zone)
            for s in (opens, closes)
        )
        return start - self.origin, end - self.origin

    def _by_day(self, spans: list[tuple[int, int]], count: int) -> list[list[tuple[int, int]]]:
        """Cut windows at standard midnights; those of one day that touch are one."""
        found: list[list[tuple[int, int]]] = [[] for _ in range(count)]
        for start, end in sorted(spans):
            for index in range(max(start // _DAY, 0), min((end - 1) // _DAY + 1, count)):
                low = index * _DAY
                window = (max(start - low, 0), min(end - low, _DAY))
                before = found[index][-1] if found[index] else (0, -1)
                if window[0] < before[1]:
                    raise self._bad_windows(index)
                if window[0] == before[1]:
                    window = (found[index].pop()[0], window[1])
                found[index].append(window)
                if len(found[index]) > _MOST_WINDOWS:
                    raise self._bad_windows(index)
        return found

    def _bad_windows(self, index: int) -> InputRejected:
        day = self.first + dt.timedelta(days=index)
        return InputRejected("worktime.bad_windows", calendar=self.name, day=day)

    def _standard_offset(self) -> int:
        noon = dt.datetime.combine(self.first, dt.time(12), tzinfo=self.zone)
        summer = noon.dst() or dt.timedelta()
        return int(((noon.utcoffset() or dt.timedelta()) - summer).total_seconds())


def first_instant(day: dt.date, second: int, zone: ZoneInfo) -> int:
    """Return the first instant (epoch second) at which a clock shows a time of day or later.

    An hour that the clock shows twice counts the first time; one that it skips is the moment of
    the change.
    """
    offset = _offset(day, zone)
    if offset == _offset(day + dt.timedelta(days=1), zone):
        return (day - _EPOCH).days * _DAY + second - offset
    wall = dt.datetime.combine(day, dt.time.min) + dt.timedelta(seconds=second)
    early, late = sorted(int(wall.replace(tzinfo=zone, fold=f).timestamp()) for f in (0, 1))

    def shows(instant: int) -> dt.datetime:
        return dt.datetime.fromtimestamp(instant, tz=zone).replace(tzinfo=None)

    if shows(early) == wall:
        return early
    while early + 1 < late:
        middle = (early + late) // 2
        early, late = (early, middle) if shows(middle) >= wall else (middle, late)
    return late


@lru_cache(maxsize=100_000)
def _offset(day: dt.date, zone: ZoneInfo) -> int:
    """Return how far a zone's clock is ahead of UTC when a day begins, in seconds."""
    begins = dt.datetime.combine(day, dt.time.min, tzinfo=zone)
    return int((begins.utcoffset() or dt.timedelta()).total_seconds())


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


def _weekdays(weekdays: str, calendar: str) -> range:
    first, _, last = weekdays.partition("-")
    if not (first.isdigit() and (not last or last.isdigit())):
        raise InputRejected("worktime.bad_fact", calendar=calendar, text=weekdays)
    return range(int(first), int(last or first) + 1)


def _zone(name: str, calendar: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise InputRejected("worktime.bad_fact", calendar=calendar, text=name) from None
