"""The legal clock: working time as a coordinate.

Every instant of a calendar has one integer, its *working second* W: how many seconds the office
was open between the calendar's first day and that instant. Working time between two instants is
then a subtraction, and "n working seconds later" the inverse map. Calendars are reviewed facts
(``data/reference/calendars``); a day that no calendar covers has no W, never a guessed one.

The pipeline computes W in SQL (``pipelines/macros/working_time.sql``) from the table made by
``Calendars.days``; the methods of ``Calendar`` serve single questions and the simulator.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
import polars as pl

from workbench.clock.calendar import Calendar
from workbench.clock.compiler import CalendarCompiler
from workbench.core.errors import InputRejected
from workbench.core.reference_rows import read_rows

__all__ = ["Calendar", "Calendars"]

_Row = tuple[tuple[str, str], ...]
_Rows = tuple[_Row, ...]
_NEVER = 86_400
_FIRST_KEYED = (dt.date(1975, 1, 1) - dt.date(1970, 1, 1)).days
_KEYS = 2**15
"""Keys that each calendar has to itself, one a day: close to ninety years."""


class Calendars:
    """All calendars of a reference folder, and which unit keeps which.

    >>> from workbench.core.project import shipped
    >>> calendar = Calendars.read(shipped().reference / "calendars")["vn_dong_thap"]
    >>> calendar.add_working_days(dt.date(2022, 4, 29), 1)
    datetime.date(2022, 5, 4)
    """

    def __init__(
        self,
        calendars: dict[str, Calendar],
        units: pl.DataFrame,
        desks: dict[str, Calendar] | None = None,
    ) -> None:
        self._calendars = calendars
        self._units = units
        self._desks = desks or calendars

    @classmethod
    def read(cls, folder: Path, *, known_on: dt.date | None = None) -> Calendars:
        """Read the five tables of a calendars folder.

        These are calendars, holidays, office_hours, reception_hours and unit_calendars.
        Reception hours are those in which a dossier may be handed in beyond the hours that the
        clock counts (Saturdays); without a row for a calendar both are the same.

        Args:
            folder: The folder.
            known_on: Leave out the days off and make-up days that were announced after this day
                (column ``announced_on`` of the holidays; empty: known all along).

        Raises:
            InputRejected: A file or column is missing, a zone or date cannot be read, windows
                overlap, or a day has more than two windows.
        """
        holidays = read_rows(folder / "holidays.csv", "holiday_list", "day", "kind", "paired_day")
        if known_on is not None:
            holidays = [row for row in holidays if row.get("announced_on", "") <= f"{known_on}"]
        hours = read_rows(
            folder / "office_hours.csv",
            *("calendar_id", "valid_from", "valid_to", "weekdays", "opens", "closes"),
        )
        wanted = ("calendar_id", "time_zone", "first_day", "last_day", "holiday_list")
        more = read_rows(
            folder / "reception_hours.csv",
            *("calendar_id", "valid_from", "valid_to", "weekdays", "opens", "closes"),
        )
        rows = {row["calendar_id"]: row for row in read_rows(folder / "calendars.csv", *wanted)}
        calendars = {name: _compile(row, holidays, hours) for name, row in rows.items()}
        desks = calendars | {
            name: _compile(rows[name], holidays, hours + more)
            for name in {row["calendar_id"] for row in more} & rows.keys()
        }
        units = read_rows(
            folder / "unit_calendars.csv", "unit_id", "calendar_id", "valid_from", "valid_to"
        )
        return cls(calendars, _unit_frame(units, calendars), desks)

    def __getitem__(self, calendar_id: str) -> Calendar:
        """Return a calendar by its name.

        Raises:
            InputRejected: There is no calendar of that name.
        """
        if calendar_id not in self._calendars:
            calendar_ids = ", ".join(sorted(self._calendars))
            raise InputRejected(
                "worktime.unknown_calendar", calendar=calendar_id, known=calendar_ids
            )
        return self._calendars[calendar_id]

    def __contains__(self, calendar_id: str) -> bool:
        """Return whether there is a calendar of that name."""
        return calendar_id in self._calendars

    def with_days_off(self) -> list[str]:
        """Return the names of the calendars that can count working days: offices that close."""
        return [name for name, c in sorted(self._calendars.items()) if c.has_days_off]

    def keys(self) -> pl.DataFrame:
        """Return one row per calendar: where its days stand in ``days`` and its zone offset.

        ``drafted_from`` is the first day whose holidays are a draft; missing: all are reviewed.
        ``key_base`` + days since 1970 (at ``offset_seconds``) is the key of ``days``. Every
        calendar has all days from 1975 to 2064 to itself: a day that it does not cover has a key
        without a row, never that of another calendar's day.
        """
        rows = [
            {
                "calendar_id": name,
                "offset_seconds": c.offset,
                "key_base": base,
                "first_day": c.first_day,
                "last_day": c.last_day,
                "has_days_off": c.has_days_off,
                "drafted_from": c.drafted_from,
            }
            for name, c, base in self._keyed()
        ]
        return pl.DataFrame(
            rows,
            schema_overrides={
                "offset_seconds": pl.Int32,
                "key_base": pl.Int32,
                "drafted_from": pl.Date,
            },
        )

    def days(self) -> pl.DataFrame:
        """Return one row per calendar and day, keyed by one integer ``day_key``.

        ``c2`` holds twice the working seconds before the day plus both window lengths, so that
        W needs no branch in SQL; ``before`` and ``length`` serve the inverse map; ``ordinal``
        counts the working days before the day. ``opens`` and ``closes`` bound the hours of the
        civil day, as ``Calendar.day_opens`` does; ``desk_opens`` and ``desk_closes`` those of
        reception, 0 and 0 on days without.
        """
        return pl.concat(
            _day_frame(c, self._desks[name], base + c.first_number)
            for name, c, base in self._keyed()
        )

    def units(self) -> pl.DataFrame:
        """Return one row per unit that keeps another calendar than its source, with validity."""
        return self._units

    def _keyed(self) -> Iterator[tuple[str, Calendar, int]]:
        """Yield every calendar with its name and the key of its 1 January 1970."""
        for place, (name, calendar) in enumerate(sorted(self._calendars.items())):
            first, last = calendar.first_number, calendar.first_number + len(calendar.opens)
            if first < _FIRST_KEYED or last > _FIRST_KEYED + _KEYS:
                raise InputRejected("worktime.too_far", calendar=name)
            yield name, calendar, place * _KEYS - _FIRST_KEYED


def _compile(
    row: dict[str, str], holidays: list[dict[str, str]], hours: list[dict[str, str]]
) -> Calendar:
    """Compile a calendar, or return the one that the same rows gave before."""
    listed = [h for h in holidays if h["holiday_list"] == row["holiday_list"]]
    own = [h for h in hours if h["calendar_id"] == row["calendar_id"]]
    return _compiled(tuple(row.items()), _frozen(listed), _frozen(own))


@lru_cache(maxsize=64)
def _compiled(row: _Row, holidays: _Rows, hours: _Rows) -> Calendar:
    return CalendarCompiler(dict(row), [*map(dict, holidays)], [*map(dict, hours)]).compile()


def _frozen(rows: list[dict[str, str]]) -> _Rows:
    return tuple(tuple(row.items()) for row in rows)


@lru_cache(maxsize=64)
def _day_frame(calendar: Calendar, desk: Calendar, base: int) -> pl.DataFrame:
    opens, closes = calendar.opens, calendar.closes
    working = calendar.opens_on
    twice = 2 * calendar.before + calendar.lengths
    if twice.max() >= 2**31:
        raise InputRejected("worktime.too_long", calendar=calendar.calendar_id)
    count = len(opens)
    frame = pl.DataFrame(
        {
            "day_key": np.arange(base, base + count),
            "calendar_id": pl.repeat(calendar.calendar_id, count, eager=True),
            "day": pl.date_range(calendar.first_day, calendar.last_day, eager=True),
            "c2": twice,
            "open_1": opens[:, 0],
            "close_1": closes[:, 0],
            "open_2": opens[:, 1],
            "close_2": closes[:, 1],
            "before": calendar.before,
            "length": calendar.lengths,
            "is_working": working,
            "ordinal": np.cumsum(working) - working,
            "opens": calendar.day_opens,
            "closes": calendar.day_closes,
            "desk_opens": np.where(desk.closes > 0, desk.opens, _NEVER).min(axis=1) % _NEVER,
            "desk_closes": desk.closes.max(axis=1),
        }
    )
    return frame.with_columns(pl.col(pl.Int64).cast(pl.Int32))


def _unit_frame(rows: list[dict[str, str]], calendar_ids: dict[str, Calendar]) -> pl.DataFrame:
    for row in rows:
        if row["calendar_id"] not in calendar_ids:
            raise InputRejected(
                "worktime.unknown_calendar",
                calendar=row["calendar_id"],
                known=", ".join(sorted(calendar_ids)),
            )
    columns = ("unit_id", "calendar_id", "valid_from", "valid_to")
    frame = pl.DataFrame(
        [[row[c] or None for c in columns] for row in rows],
        schema=dict.fromkeys(columns, pl.String),
        orient="row",
    )
    return frame.with_columns(pl.col("valid_from", "valid_to").str.to_date())
