"""One office calendar: W of an instant, the instant of a W, and counting working days."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from workbench.core.errors import InputRejected

Seconds = npt.NDArray[np.int64]

_DAY = 86_400
_EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True, eq=False)
class Calendar:
    """Opening hours of one kind of office, day by day.

    ``opens`` and ``closes`` hold, per day and window, seconds of the day at the zone's standard
    offset (both 0 when there is no window); two windows a day at most. ``opens_on`` says on which
    civil days the office opens: a night that began the day before makes no working day.
    ``day_opens`` and ``day_closes`` are the first opening and last closing of the civil day in the
    same seconds (an hour before its standard midnight, for one that opens at a summer midnight);
    ``day_closes`` is 86400 where the office closes with the civil day or after it.
    From ``drafted_from`` on the holidays are a draft not yet reviewed.
    """

    calendar_id: str
    time_zone: str
    first_day: dt.date
    offset: int
    opens: npt.NDArray[np.int64]
    closes: npt.NDArray[np.int64]
    opens_on: npt.NDArray[np.bool_]
    day_opens: npt.NDArray[np.int64]
    day_closes: npt.NDArray[np.int64]
    drafted_from: dt.date | None = None

    @cached_property
    def last_day(self) -> dt.date:
        """Last day the calendar covers."""
        return self.first_day + dt.timedelta(days=len(self.opens) - 1)

    @cached_property
    def first_number(self) -> int:
        """Days from 1970-01-01 to the first day."""
        return (self.first_day - _EPOCH).days

    @cached_property
    def lengths(self) -> Seconds:
        """Working seconds of each day."""
        lengths: Seconds = (self.closes - self.opens).sum(axis=1)
        return lengths

    @cached_property
    def before(self) -> Seconds:
        """Working seconds between the first day and the start of each day."""
        return np.concatenate([[0], np.cumsum(self.lengths)[:-1]]).astype(np.int64)

    @cached_property
    def _working_days(self) -> npt.NDArray[np.int64]:
        return np.flatnonzero(self.opens_on)

    def w(self, instants: Seconds) -> Seconds:
        """Return the working second of each instant (epoch seconds in, working seconds out).

        Raises:
            InputRejected: An instant lies on a day the calendar does not cover.
        """
        day, second = np.divmod(np.asarray(instants, dtype=np.int64) + self.offset, _DAY)
        row = day - self.first_number
        if ((row < 0) | (row >= len(self.opens))).any():
            raise self._uncovered(day[(row < 0) | (row >= len(self.opens))].flat[0])
        inside = np.clip(second[..., None], self.opens[row], self.closes[row]) - self.opens[row]
        result: Seconds = self.before[row] + inside.sum(axis=-1)
        return result

    def instant(self, working: Seconds) -> Seconds:
        """Return the earliest instant (epoch seconds) at which W reaches each value.

        Raises:
            InputRejected: The value lies beyond the calendar's last day.
        """
        instants = np.asarray(working, dtype=np.int64)
        row = np.searchsorted(self.before + self.lengths, instants, side="left")
        if (row >= len(self.opens)).any():
            raise self._uncovered(self.first_number + len(self.opens))
        rest = instants - self.before[row]
        morning = self.closes[row, 0] - self.opens[row, 0]
        second = np.where(
            rest <= morning, self.opens[row, 0] + rest, self.opens[row, 1] + rest - morning
        )
        result: Seconds = (row + self.first_number) * _DAY + second - self.offset
        return result

    def working_seconds(self, start: dt.datetime, end: dt.datetime) -> int:
        """Return the working seconds from ``start`` to ``end`` (negative when reversed).

        Both must carry a time zone; UTC and local stamps of the same instant agree.

        Raises:
            InputRejected: A stamp without zone, or a day the calendar does not cover.
        """
        first, last = self.w(np.array([_epoch(start), _epoch(end)]))
        return int(last - first)

    @property
    def has_days_off(self) -> bool:
        """Return whether there is any day on which the office is closed."""
        return not self.opens_on.all()

    def is_working_day(self, day: dt.date) -> bool:
        """Return whether the office opens on a day."""
        return bool(self.opens_on[self._row(day)])

    def add_working_days(self, day: dt.date, days: int) -> dt.date:
        """Return the ``days``-th working day after ``day``; the day itself is not counted.

        With ``days=0``: the day itself, or the next working day when the office is closed.

        Raises:
            InputRejected: The result lies outside the calendar.
        """
        row = self._row(day)
        past = np.searchsorted(self._working_days, row, side="right" if days else "left")
        rank = int(past) + max(days - 1, 0)
        if rank >= len(self._working_days):
            raise self._uncovered(self.first_number + len(self.opens))
        return self.first_day + dt.timedelta(days=int(self._working_days[rank]))

    def _row(self, day: dt.date) -> int:
        row = (day - self.first_day).days
        if not 0 <= row < len(self.opens):
            raise self._uncovered((day - _EPOCH).days)
        return row

    def _uncovered(self, day: int) -> InputRejected:
        return InputRejected(
            "worktime.not_covered",
            day=_EPOCH + dt.timedelta(days=int(day)),
            calendar=self.calendar_id,
            first=self.first_day,
            last=self.last_day,
        )


def _epoch(instant: dt.datetime) -> int:
    if instant.tzinfo is None:
        raise InputRejected("worktime.no_zone", stamp=instant)
    return int(instant.timestamp() // 1)
