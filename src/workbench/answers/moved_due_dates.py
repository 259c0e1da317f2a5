"""Due dates that a day off or make-up day moved because it was announced late.

A decree of December that gives a day off in January changes the terms of dossiers already received.
The clock counts by the calendar as it is known now; here stands which due dates that moved, from
what to what, and by which announcement.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from workbench.answers.answer import Answer, Claim, claim
from workbench.answers.columns import figure, table, text
from workbench.answers.phrasing import distinct, of_unit
from workbench.answers.questions import UnitId, question
from workbench.answers.run import Run
from workbench.charts.tables import Table
from workbench.clock.opening_hours import Announcement, announcements
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING
from workbench.messages import language, say

LISTED = 50
"""Number of dossiers listed on a page; the frame has all."""


@question("dossiers", "due_dates_known_on")
def moved_due_dates(run: Run, *, unit: UnitId = EVERYTHING) -> Answer:
    """Which running dossiers got another due date by a day announced after their reception?

    Those that had been received and not ended on the day of the announcement. The frame has a row
    per dossier and announcement: the issued due date, and the one its term gives before and after.
    """
    dossiers = of_unit(run.dossiers, unit)
    changes = [(one, *_moved(run, dossiers, one)) for one in _late_announcements(run)]
    frame = pl.concat([_no_rows(run), *(moved for _, moved, _ in changes)])
    frame = frame.sort("due_after_at", "dossier_id", "announced_on")
    claims = [_claim(one, moved, n_unknown) for one, moved, n_unknown in changes]
    return Answer(
        title=say("clock.moved_title"),
        claims=tuple(claims) or (claim(say("clock.moved_nothing"), 1),),
        frame=frame,
        denominators=say("clock.moved_denominators"),
        listing=_table(run, frame, {one.announced_on: one for one, *_ in changes}),
    )


def has_late_announcements(run: Run) -> bool:
    """Return whether days were announced while dossiers of the run may have been running."""
    return bool(_late_announcements(run))


def _late_announcements(run: Run) -> list[Announcement]:
    """Return the announcements between the first reception and the last export."""
    first, last = run.dossiers["received_on"].min(), run.snapshot
    listed = announcements(run.reference / "calendars")
    if not isinstance(first, dt.date) or last is None:
        return []
    return [one for one in listed if first < one.announced_on <= last.date()]


def _moved(run: Run, dossiers: pl.DataFrame, late: Announcement) -> tuple[pl.DataFrame, int]:
    """Return the dossiers whose due date an announcement moved; how many have no known term."""
    day = late.announced_on
    ended_on = pl.col("resolved_at").dt.date()
    running = dossiers.filter(pl.col("received_on") < day, ended_on.is_null() | (ended_on >= day))
    if running.is_empty():
        return _no_rows(run), 0
    before, after = (
        run.due_dates_known_on(known_on, running).select("dossier_id", due="due_credited_at")
        for known_on in (day - dt.timedelta(days=1), day)
    )
    both = before.join(after, on="dossier_id", suffix="_after").join(running, on="dossier_id")
    changed = both.filter(pl.col("due") != pl.col("due_after"))
    moved = changed.select(
        "dossier_id",
        "unit_id",
        pl.lit(day).alias("announced_on"),
        "due_at",
        pl.col("due").alias("due_before_at"),
        pl.col("due_after").alias("due_after_at"),
        pl.col("resolved_at").is_null().alias("is_open"),
    )
    return moved, both["due"].null_count()


def _no_rows(run: Run) -> pl.DataFrame:
    instants = dict.fromkeys(
        ("due_at", "due_before_at", "due_after_at"), pl.Datetime("us", run.zone)
    )
    texts = {"dossier_id": pl.String, "unit_id": pl.String, "announced_on": pl.Date}
    return pl.DataFrame(schema={**texts, **instants, "is_open": pl.Boolean})


def _claim(late: Announcement, moved: pl.DataFrame, n_unknown: int) -> Claim:
    words = say(
        "clock.moved_sentence",
        announced=numerals.day(late.announced_on),
        days=_days(late),
        n=numerals.count(moved.height),
        n_open=numerals.count(moved.filter("is_open").height),
        unknown=numerals.count(n_unknown),
    )
    return claim(words, 1)


def _days(late: Announcement) -> str:
    """Write the days of an announcement with what they are: off, or worked as another day."""
    return "; ".join(
        say(
            "clock.moved_day_off" if one.worked_as is None else "clock.moved_make_up",
            day=numerals.day(one.day),
            name=one.name_vi if language() == "vi" else one.name_en,
        )
        for one in late.days
    )


def _table(run: Run, frame: pl.DataFrame, by_day: dict[dt.date, Announcement]) -> Table | None:
    if frame.is_empty():
        return None
    names = distinct(frame["unit_id"].unique().sort(), run.unit_name)
    rest = frame.height - LISTED
    return table(
        say("clock.moved_caption"),
        frame.head(LISTED).to_dicts(),
        [
            text("clock.moved_dossier", "dossier_id"),
            text("briefing.unit", lambda row: names[row["unit_id"]]),
            figure("clock.moved_issued", lambda row: numerals.instant(row["due_at"])),
            figure("clock.moved_before", lambda row: numerals.instant(row["due_before_at"])),
            figure("clock.moved_after", lambda row: numerals.instant(row["due_after_at"])),
            text("clock.moved_why", lambda row: _days(by_day[row["announced_on"]])),
            text("clock.moved_state", lambda row: _state(is_open=row["is_open"])),
        ],
        notes=[say("clock.moved_rest", n=numerals.count(rest))] if rest > 0 else [],
    )


def _state(*, is_open: bool) -> str:
    return say("clock.moved_open" if is_open else "clock.moved_ended")
