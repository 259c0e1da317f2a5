"""The calendar of one dossier as a person reads it: hours by weekday, days off, make-up days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from workbench.answers.answer import Answer, claim
from workbench.answers.columns import Row, table, text
from workbench.clock import Calendars
from workbench.clock.opening_hours import opening_hours, special_days
from workbench.core import numerals
from workbench.messages import language, say


def describe_office_hours(
    reference: Path, calendar_id: str, first: dt.date, last: dt.date
) -> Answer:
    """Return the hours that the clock counts, so that working time can be counted by hand.

    Args:
        reference: Reviewed facts.
        calendar_id: The calendar by which a dossier's clock runs.
        first: Day of its first instant.
        last: Day of its last one.
    """
    folder = reference / "calendars"
    zone = Calendars.read(folder)[calendar_id].time_zone
    rows = [*_weekday_rows(folder, calendar_id, first, last)]
    rows += _special_rows(folder, calendar_id, first, last)
    span = {"zone": zone, "first": numerals.day(first), "last": numerals.day(last)}
    return Answer(
        title=say("trace.hours_title"),
        claims=(claim(say("trace.hours", **span), 1),),
        frame=pl.DataFrame(rows, infer_schema_length=None),
        denominators=say("trace.hours_denominators"),
        listing=table(
            say("trace.hours_caption", **span),
            rows,
            [
                text("trace.days", "days"),
                text("trace.open", "hours"),
                text("trace.why", lambda row: row["why"] or numerals.MISSING),
            ],
        ),
    )


def _weekday_rows(folder: Path, calendar_id: str, first: dt.date, last: dt.date) -> Iterator[Row]:
    """Yield one row per weekday and set of hours in force on any of the days."""
    in_force = [
        hours
        for hours in opening_hours(folder, calendar_id)
        if (hours.valid_from or first) <= last and (hours.valid_to or last) >= first
    ]
    for number in range(1, 8):
        validities = {
            (hours.valid_from, hours.valid_to): None
            for hours in in_force
            if hours.weekdays[0] <= number <= hours.weekdays[1]
        }
        for validity in validities:
            windows = [
                f"{hours.opens}–{hours.closes}"
                for hours in in_force
                if hours.weekdays[0] <= number <= hours.weekdays[1]
                and (hours.valid_from, hours.valid_to) == validity
            ]
            yield _row(say(f"rhythm.weekday_{number}"), ", ".join(windows), _validity(*validity))
        if not validities:
            yield _row(say(f"rhythm.weekday_{number}"), say("trace.closed"), "")


def _validity(first: dt.date | None, last: dt.date | None) -> str:
    days = {name: numerals.day(day) for name, day in (("first", first), ("last", last)) if day}
    return say(f"trace.valid_{'_'.join(days)}", **days) if days else ""


def _special_rows(folder: Path, calendar_id: str, first: dt.date, last: dt.date) -> Iterator[Row]:
    for special in special_days(folder, calendar_id, first, last):
        hours = say("trace.closed")
        if special.worked_as:
            weekday = say(f"rhythm.weekday_{special.worked_as.isoweekday()}")
            hours = say("trace.worked_as", weekday=weekday, day=numerals.day(special.worked_as))
        name = special.name_vi if language() == "vi" else special.name_en
        yield _row(numerals.day(special.day), hours, name)


def _row(days: str, hours: str, why: str) -> Row:
    return {"days": days, "hours": hours, "why": why}
