"""Open dossiers that may be late: how likely, by when, and where each one waits now.

The risk of a dossier depends on its current step and its unit's current pace. The calibration of
such risks is shown beside them, from watch lists made for earlier days. A step and a unit are
named, no person.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from workbench.answers.answer import Answer, Claim, claim
from workbench.answers.phrasing import Row, computed_under, distinct
from workbench.answers.questions import PROFILE, ResultProfile, UnitId, question
from workbench.answers.run import Run
from workbench.charts import Figure, Range, draw, ranges
from workbench.charts.tables import Blank, Cell, Column, Table
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING, Period
from workbench.figures import compare
from workbench.messages import say

LIKELY = 0.5
LISTED = 50
"""Number of dossiers listed on a page; the frame has all."""
DRAWN = 15
PAST_MONTHS = 12


@question("watchlist", level=2)
def watch(run: Run, *, unit: UnitId = EVERYTHING, profile: ResultProfile = PROFILE) -> Answer:
    """Which open dossiers are overdue or likely to be late, and where do they wait?

    Raises:
        UsageProblem: Unit or profile is unknown, or the results were computed under another
            profile.
    """
    frame = run.watchlist
    if unit != EVERYTHING:
        frame = frame.filter(pl.col("unit_id") == unit)
    frame = frame.sort("risk", "slack_seconds", "dossier_id", descending=[True, False, False])
    rows = list(frame.iter_rows(named=True))
    names = distinct(frame["unit_id"].unique().sort(), run.unit_name)
    return Answer(
        title=say("forecasts.watch_title"),
        claims=_claims(run, unit, rows, names),
        frame=frame,
        denominators=f"{say('forecasts.watch_denominators')} {computed_under(profile)}",
        listing=_table(rows, names) if rows else None,
        figure=_figure(rows) if rows else None,
    )


def _claims(run: Run, unit: str, rows: Sequence[Row], names: dict[str, str]) -> tuple[Claim, ...]:
    who = run.unit_name(unit)
    if not rows:
        return (claim(say("forecasts.watch_nothing", unit=who), 2),)
    overdue = [row for row in rows if row["slack_seconds"] < 0]
    ahead = [row for row in rows if row["slack_seconds"] >= 0]
    likely = [row for row in ahead if row["risk"] >= LIKELY]
    totals = [sum(row[part] for row in ahead) for part in ("risk", "lower", "upper")]
    sentence = say(
        "forecasts.watch_sentence",
        unit=who,
        n=numerals.count(len(rows)),
        overdue=numerals.count(len(overdue)),
        likely=numerals.count(len(likely)),
        expected=numerals.decimal(totals[0]),
        interval=f"{numerals.decimal(totals[1])}–{numerals.decimal(totals[2])}",
    )
    return (claim(sentence, 2, key=True), *_waiting(overdue + likely, names))


def _waiting(rows: Sequence[Row], names: dict[str, str]) -> list[Claim]:
    """Return the claim about the step at which most of the dossiers at risk wait."""
    places: dict[tuple[str, str], int] = {}
    for row in rows:
        if row["waiting_at"]:
            key = (row["waiting_at"], row["unit_id"])
            places[key] = places.get(key, 0) + 1
    if not places:
        return []
    (step, unit), n = min(places.items(), key=lambda item: (-item[1], item[0]))
    words = {"step": step, "unit": names[unit], "n": numerals.count(n)}
    return [claim(say("forecasts.watch_place", total=numerals.count(len(rows)), **words))]


def _figure(rows: Sequence[Row]) -> Figure:
    bars = [
        Range(
            name=row["dossier_id"],
            value=100 * row["risk"],
            lower=100 * row["lower"],
            upper=100 * row["upper"],
            note=_left(row),
        )
        for row in rows[:DRAWN]
    ]
    chart = ranges(bars, say("forecasts.risk_axis"), say("forecasts.left"))
    caption = say("forecasts.watch_caption", n=len(bars))
    labels = "; ".join(f"{r.name}: {numerals.decimal(r.value)}%" for r in bars)
    return draw(chart, caption, f"{caption} {labels}.")


def _left(row: Row) -> str:
    return say("forecasts.hours_left", hours=numerals.hours(row["slack_seconds"]))


def _table(rows: Sequence[Row], names: dict[str, str]) -> Table:
    columns = (
        Column(say("forecasts.dossier"), number=False),
        Column(say("briefing.unit"), number=False),
        Column(say("forecasts.due")),
        Column(say("forecasts.left")),
        Column(say("forecasts.risk")),
        Column(say("forecasts.waiting"), number=False),
        Column(say("forecasts.since")),
    )
    top_rows = rows[:LISTED]
    rest = len(rows) - len(top_rows)
    notes = (say("forecasts.watch_rest", n=rest),) if rest else ()
    caption = say("forecasts.watch_table")
    return Table(caption, columns, tuple(_cells(row, names) for row in top_rows), notes)


def _cells(row: Row, names: dict[str, str]) -> tuple[Cell, ...]:
    unknown = Blank(say("forecasts.no_place"))
    place: Cell = unknown
    if row["waiting_at"]:
        key = "after_step" if row["is_after_step"] else "at_step"
        place = say(f"forecasts.{key}", step=row["waiting_at"])
    return (
        row["dossier_id"],
        names[row["unit_id"]],
        numerals.day(row["due_at"].date()),
        _left(row),
        f"{numerals.percent(row['risk'])} ({numerals.percent_range(row['lower'], row['upper'])})",
        place,
        numerals.instant(row["since_at"]) if row["since_at"] else unknown,
    )


# calibration of past risks ----------------------------------------------------------------


@question("progress", "counted_passages", level=2)
def reliability(run: Run, *, profile: ResultProfile = PROFILE) -> Answer:
    """Did the forecast risks of past watch lists agree with what happened?

    Raises:
        UsageProblem: The profile is unknown, or the results were computed under another one.
    """
    days = past_days(run)
    passages = run.counted_passages(min(days)) if days else None
    frame = compare.calibrate_risks(run.progress, days, passages)
    rows = list(frame.iter_rows(named=True))
    return Answer(
        title=say("forecasts.reliability_title"),
        claims=_reliability_claims(rows),
        frame=frame,
        denominators=f"{say('forecasts.reliability_denominators')} {computed_under(profile)}",
        listing=_reliability_table(rows) if rows else None,
    )


def past_days(run: Run) -> list[dt.date]:
    """Return the ends of the months before the last one of the snapshot, a year of them."""
    if run.snapshot is None:
        return []
    month = Period.holding(run.snapshot.date(), "month")
    days = []
    for _ in range(PAST_MONTHS):
        month = month.previous()
        days.append(month.ends_on)
    return days


def _reliability_claims(rows: Sequence[Row]) -> tuple[Claim, ...]:
    if not rows:
        return (claim(say("forecasts.reliability_nothing"), 2),)
    inside = sum(row["lower"] <= row["foretold"] <= row["upper"] for row in rows)
    text = say(
        "forecasts.reliability_sentence",
        inside=inside,
        groups=len(rows),
        n=numerals.count(sum(row["n_dossiers"] for row in rows)),
        brier=numerals.decimal(rows[0]["brier"], 3),
    )
    return (claim(text, 2),)


def _reliability_table(rows: Sequence[Row]) -> Table:
    columns = tuple(
        Column(say(f"forecasts.{head}")) for head in ("group", "open_then", "predicted", "happened")
    )
    cells = tuple(
        (
            str(row["group"]),
            numerals.count(row["n_dossiers"]),
            numerals.percent(row["foretold"]),
            f"{numerals.percent(row['happened'])} "
            f"({numerals.percent_range(row['lower'], row['upper'])})",
        )
        for row in rows
    )
    return Table(say("forecasts.reliability_table"), columns, cells)
