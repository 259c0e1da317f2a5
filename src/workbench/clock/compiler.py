"""Compile reviewed rows (hours, holidays, make-up days) into the windows of every day.

Windows are laid on days at the zone's *standard* offset, so that the clock needs no time zone
arithmetic later. Their ends become instants here, once, each by the clock in force at that time;
the time between them is elapsed time, also in a night in which the clock changes.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from workbench.clock.calendar import Calendar
from workbench.core.errors import InputRejected

_DAY = 86_400
_EPOCH = dt.date(1970, 1, 1)
OFF_KINDS = {"off", "off_on_weekend", "comp", "swap_off"}
"""Kinds of a row of ``holidays.csv`` on which offices are closed."""
_MOST_WINDOWS = 2
_Numbers = npt.NDArray[np.int64]


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
        """Read the row of a calendar, the rows of its holiday list and of its hours."""
        self.name = row["calendar_id"]
        self.zone = _zone(row["time_zone"], self.name)
        self.zone_name = row["time_zone"]
        self.first = civil_date(row["first_day"], self.name)
        self.last = self._last_covered(row, holidays)
        self.drafted_from = self._first_draft(holidays)
        self.off = {civil_date(h["day"], self.name) for h in holidays if h["kind"] in OFF_KINDS}
        self.made_up = {
            civil_date(h["day"], self.name): civil_date(h["paired_day"], self.name)
            for h in holidays
            if h["kind"] == "swap_work"
        }
        self.hours = [self._hours(h) for h in hours]
        if not self.hours:
            raise InputRejected("worktime.no_hours", calendar=self.name)
        self.offset = self._standard_offset()
        self.origin = (self.first - _EPOCH).days * _DAY - self.offset

    def compile(self) -> Calendar:
        """Lay each civil day's windows on the line of standard-offset days."""
        count = (self.last - self.first).days + 1
        index, opens, closes = self._windows(count)
        starts, ends = self._instants(index, opens), self._instants(index, closes)
        table = self._by_day(starts, ends, count)
        inside = index >= 0
        own, first, last = _ends_of_runs(index[inside])
        opens_on = np.zeros(count, dtype=np.bool_)
        opens_on[own] = True
        bounds = np.zeros((2, count), dtype=np.int64)
        bounds[0, own] = starts[inside][first] - own * _DAY
        to_midnight = closes[inside][last] >= _DAY
        bounds[1, own] = np.where(to_midnight, _DAY, ends[inside][last] - own * _DAY)
        return Calendar(
            self.name,
            self.zone_name,
            self.first,
            self.offset,
            *(table[0], table[1], opens_on),
            *(bounds[0], bounds[1]),
            self.drafted_from,
        )

    def _last_covered(self, row: dict[str, str], listed: list[dict[str, str]]) -> dt.date:
        """Return the last day before a year that lacks the holiday which every year has."""
        last = civil_date(row["last_day"], self.name)
        for year in range(self.first.year, last.year + 1):
            if not has_yearly_holiday(row, listed, year):
                return dt.date(year - 1, 12, 31)
        return last

    def _first_draft(self, listed: list[dict[str, str]]) -> dt.date | None:
        """Return the first day of the first year with rows not yet reviewed."""
        years = [civil_date(h["day"], self.name).year for h in listed if h.get("verified") == "no"]
        return dt.date(min(years), 1, 1) if years else None

    def _windows(self, count: int) -> tuple[_Numbers, _Numbers, _Numbers]:
        """Return number of the civil day, opening and closing second of every window, in order.

        Day -1 is there as well: the night before the first day may reach into it. A make-up day
        has the windows of its pair. A window that closes no later than it opens closes on the
        next day (22:00 to 06:00).
        """
        days = np.arange(-1, count)
        weekdays = (self.first.isoweekday() - 1 + days) % 7 + 1
        for day, pair in self.made_up.items():
            if self.first <= day <= self.last:
                weekdays[(day - self.first).days + 1] = pair.isoweekday()
        numbers = [(day - self.first).days for day in self.off]
        is_off = np.isin(days, numbers)
        index, opens, closes = [], [], []
        for hours in self.hours:
            windows = (
                (days >= (hours.valid_from - self.first).days)
                & (days <= (hours.valid_to - self.first).days)
                & np.isin(weekdays, list(hours.weekdays))
                & ~is_off
            )
            index.append(days[windows])
            opens.append(np.full(windows.sum(), hours.opens))
            closes.append(np.full(windows.sum(), hours.closes))
        columns = (np.concatenate(index), np.concatenate(opens), np.concatenate(closes))
        order = np.lexsort(columns[::-1])
        return columns[0][order], columns[1][order], columns[2][order]

    def _instants(self, index: _Numbers, seconds: _Numbers) -> _Numbers:
        """Return times of civil days in seconds since the first day began, at standard offset."""
        days, seconds = index + seconds // _DAY, seconds % _DAY
        if not len(days):
            return days
        low = days.min()
        first = self.first + dt.timedelta(days=int(low))
        offsets = _offsets(first, int(days.max() - low) + 2, self.zone)
        instants: _Numbers = days * _DAY + seconds + self.offset - offsets[days - low]
        for row in np.flatnonzero(offsets[days - low] != offsets[days - low + 1]):
            day = first + dt.timedelta(days=int(days[row] - low))
            instants[row] = first_instant(day, int(seconds[row]), self.zone) - self.origin
        return instants

    def _hours(self, row: dict[str, str]) -> _Hours:
        valid_from, valid_to = row["valid_from"], row["valid_to"]
        opens, closes = _second(row["opens"], self.name), _second(row["closes"], self.name)
        if opens == closes:
            raise InputRejected("worktime.bad_windows", calendar=self.name, day=valid_from or "–")
        return _Hours(
            _weekdays(row["weekdays"], self.name),
            civil_date(valid_from, self.name) if valid_from else dt.date.min,
            civil_date(valid_to, self.name) if valid_to else dt.date.max,
            opens,
            closes if closes > opens else closes + _DAY,
        )

    def _by_day(self, starts: _Numbers, ends: _Numbers, count: int) -> _Numbers:
        """Cut windows at standard midnights; those of one day that touch are one.

        Returns opening and closing second, by day and window of the day.
        """
        order = np.lexsort((ends, starts))
        starts, ends = starts[order], ends[order]
        first, last = starts // _DAY, (ends - 1) // _DAY
        pieces = last - first + 1
        span = np.repeat(np.arange(len(starts)), pieces)
        day = first[span] + np.arange(len(span)) - (np.cumsum(pieces) - pieces)[span]
        low = np.maximum(starts[span] - day * _DAY, 0)
        high = np.minimum(ends[span] - day * _DAY, _DAY)
        order = np.lexsort((span, day))
        inside = (day[order] >= 0) & (day[order] < count)
        day, low, high = (column[order][inside] for column in (day, low, high))
        follows = np.append(False, day[1:] == day[:-1])
        before = np.append(-1, high[:-1])
        if (bad := follows & (low < before)).any():
            raise self._bad_windows(int(day[bad][0]))
        opens = np.flatnonzero(~(follows & (low == before)))
        closes = np.append(opens[1:], len(day)) - 1
        day, low, high = day[opens], low[opens], high[closes]
        rank = np.arange(len(day)) - np.searchsorted(day, day)
        if (bad := rank >= _MOST_WINDOWS).any():
            raise self._bad_windows(int(day[bad][0]))
        table = np.zeros((2, count, _MOST_WINDOWS), dtype=np.int64)
        table[0, day, rank], table[1, day, rank] = low, high
        return table

    def _bad_windows(self, index: int) -> InputRejected:
        day = self.first + dt.timedelta(days=index)
        return InputRejected("worktime.bad_windows", calendar=self.name, day=day)

    def _standard_offset(self) -> int:
        noon = dt.datetime.combine(self.first, dt.time(12), tzinfo=self.zone)
        summer = noon.dst() or dt.timedelta()
        return int(((noon.utcoffset() or dt.timedelta()) - summer).total_seconds())


def _ends_of_runs(values: _Numbers) -> tuple[_Numbers, _Numbers, _Numbers]:
    """Return the values of an ordered array, and where each begins and ends."""
    own, first, times = np.unique(values, return_index=True, return_counts=True)
    return own, first, first + times - 1


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


@lru_cache(maxsize=256)
def _offsets(first: dt.date, count: int, zone: ZoneInfo) -> _Numbers:
    """Return ``_offset`` of some days in a row; calendars of one zone mostly ask for the same."""
    begins = dt.datetime.combine(first, dt.time.min, tzinfo=zone)
    offsets = [(begins + dt.timedelta(days=n)).utcoffset() for n in range(count)]
    return np.array(offsets, dtype="timedelta64[s]").astype(np.int64)


def _offset(day: dt.date, zone: ZoneInfo) -> int:
    """Return how far a zone's clock is ahead of UTC when a day begins, in seconds."""
    begins = dt.datetime.combine(day, dt.time.min, tzinfo=zone)
    return int((begins.utcoffset() or dt.timedelta()).total_seconds())


def has_yearly_holiday(calendar: dict[str, str], holidays: list[dict[str, str]], year: int) -> bool:
    """Return whether a year has the holiday by which a calendar's years are known as complete.

    Args:
        calendar: Row of ``calendars.csv``; without ``yearly_holiday`` every year is complete.
        holidays: Rows of its holiday list.
        year: The civil year.

    >>> tet = {"yearly_holiday": "Tết Nguyên đán"}
    >>> has_yearly_holiday(tet, [{"day": "2027-02-06", "name_vi": "Tết Nguyên Đán"}], 2027)
    True
    >>> has_yearly_holiday(tet, [{"day": "2027-01-01", "name_vi": "Tết Dương lịch"}], 2027)
    False
    """
    name = (calendar.get("yearly_holiday") or "").casefold()
    of_year = (h["name_vi"] for h in holidays if h["day"][:4] == f"{year}")
    return not name or any(name in found.casefold() for found in of_year)


def civil_date(text: str, calendar: str) -> dt.date:
    """Return the day of a reviewed row; a text that is none is an error that names the calendar."""
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
