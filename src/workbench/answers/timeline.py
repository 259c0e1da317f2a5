"""One dossier's segments on a time axis, with nights and holidays of its calendar shaded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import polars as pl

from workbench.answers.run import Run
from workbench.answers.time_use import step_name
from workbench.charts import Figure, draw
from workbench.charts.timeline import Mark, Sort, TimelineBar, timeline
from workbench.clock import Calendars
from workbench.core import numerals
from workbench.messages import say

LABELS = 8
"""How many days the axis names at most."""
NIGHTS = 31
"""Number of days beyond which only whole closed days are shaded: nights would be hairlines."""

Row = dict[str, Any]


def dossier_timeline(run: Run, rows: Sequence[Row], marks: Sequence[tuple[str, Any]]) -> Figure:
    """Draw the segments of one dossier.

    Args:
        run: Gives the calendars.
        rows: The dossier's ledger with its step names, in order.
        marks: ``due`` or ``end`` and the instant, in the zone of the run; a missing one is not
            drawn.
    """
    first = _midnight(rows[0]["from_at"])
    instants = [(kind, at) for kind, at in marks if at is not None]
    last = max([rows[-1]["to_at"], *(at for _, at in instants)])
    bars = [
        TimelineBar(
            segment_name(r),
            _hours(first, r["from_at"]),
            _hours(first, r["to_at"]),
            clock(r["work_seconds"]),
            _sort(r),
        )
        for r in rows
    ]
    due_marks = [
        Mark(
            _hours(first, at),
            say(f"why.mark_{kind}", at=numerals.instant(at)),
            is_due=kind == "due",
        )
        for kind, at in instants
    ]
    closed = _closed(run, rows[0]["dossier_id"], first, last)
    caption = say("briefing.dossier_caption", dossier=rows[0]["dossier_id"])
    labels = "; ".join(f"{b.name} {b.note}" for b in bars)
    chart = timeline(bars, closed, due_marks, _days(first, last))
    return draw(chart, caption, f"{caption} {labels}.")


def segment_name(row: Row) -> str:
    """Name a segment by its number and step; a wait is called a wait, whatever its step."""
    step, phase = row["step"], row["phase"]
    label = step_name(row)
    if step is not None and phase == "wait":
        label = say("briefing.step_queue", step=step)
    elif step is not None and phase == "handling":
        label = step
    return f"{row['segment_no']}. {label}"


def moment(at: dt.datetime) -> str:
    """Write an instant to the second, so that differences can be checked.

    >>> moment(dt.datetime(2022, 6, 30, 17, 0, 5))
    '17:00:05 30/06/2022'
    """
    return at.strftime("%H:%M:%S %d/%m/%Y")


def clock(seconds: int | None) -> str:
    """Write seconds exactly, as hours and minutes; with seconds where there are any.

    >>> clock(5400), clock(-3605), clock(None)
    ('1:30', '-1:00:05', '–')
    """
    if seconds is None:
        return numerals.MISSING
    minutes, rest = divmod(abs(seconds), 60)
    sign = "-" if seconds < 0 else ""
    text = f"{sign}{minutes // 60}:{minutes % 60:02d}"
    return f"{text}:{rest:02d}" if rest else text


def _sort(row: Row) -> Sort:
    if row["kind"] in ("pause", "unlogged"):
        return "pause" if row["kind"] == "pause" else "unlogged"
    if row["phase"] == "gap":
        return "transfer"
    return "waiting" if row["phase"] == "wait" else "handling"


def _midnight(at: dt.datetime) -> dt.datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def _hours(first: dt.datetime, at: dt.datetime) -> float:
    """Hours of local clock time, so that days stay 24 hours long."""
    return (at.replace(tzinfo=None) - first.replace(tzinfo=None)).total_seconds() / 3600


def _days(first: dt.datetime, last: dt.datetime) -> list[tuple[float, str]]:
    count = (last.date() - first.date()).days + 1
    apart = -(-count // LABELS)
    days = [first.date() + dt.timedelta(days=n) for n in range(0, count, apart)]
    return [(24.0 * n * apart, f"{day:%d/%m}") for n, day in enumerate(days)]


def _closed(
    run: Run, dossier_id: str, first: dt.datetime, last: dt.datetime
) -> list[tuple[float, float]]:
    """Return when the office was closed; a lunch break is not shaded."""
    used = run.dossier_calendars.filter(pl.col("dossier_id") == dossier_id)["calendar_id"]
    days = Calendars.read(run.reference / "calendars").days()
    within = days.filter(
        pl.col("calendar_id").is_in(used.to_list()),
        pl.col("day").is_between(first.date(), last.date()),
    ).sort("day")
    short = within.height <= NIGHTS
    spans: list[tuple[float, float]] = []
    for row in within.iter_rows(named=True):
        at = 24.0 * (row["day"] - first.date()).days
        opens, closes = row["open_1"] / 3600, max(row["close_1"], row["close_2"]) / 3600
        if closes <= opens:
            spans.append((at, at + 24))
        elif short:
            spans += [(at, at + opens), (at + closes, at + 24)]
    return [(a, b) for a, b in spans if b > a]
