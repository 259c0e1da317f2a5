"""One dossier as an inspector recomputes it: timeline, ledger, the sum, and why it was late.

Accounting (evidence level 1): the segments cover the dossier's time without gap or overlap, and
every figure of the sum is in the ledger above it. Causes are attributed by the time that the peers
needed for the same (level 2); a typed reason is a claim and no evidence.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import polars as pl

from workbench.answers.answer import Answer, Claim, claim
from workbench.answers.columns import Row, figure, percent, picture, table, text
from workbench.answers.office_hours import describe_office_hours
from workbench.answers.phrasing import clock, exact, moment, rule_name
from workbench.answers.questions import PROFILE, AnyProfile, question
from workbench.answers.run import Run
from workbench.answers.source_rows import describe_source_rows
from workbench.answers.time_use import step_name
from workbench.charts import Figure
from workbench.charts.tables import Blank, Cell, Table
from workbench.charts.timeline import Mark, Sort, TimelineBar, timeline
from workbench.clock import Calendars
from workbench.core import numerals
from workbench.core.cause_list import cause_label
from workbench.figures import causes
from workbench.messages import say

UNEXPLAINED = "unexplained"
LABELS = 8
"""How many days the axis names at most."""
NIGHTS = 31
"""Number of days beyond which only whole closed days are shaded: nights would be hairlines."""


@question(
    *("dossiers", "steps", "outcomes", "ledger", "dossier_calendars"),
    *("late_dossiers", "late_causes", "pauses", "quarantine"),
    level=3,
)
def dossier(run: Run, dossier_id: str, *, profile: AnyProfile = PROFILE) -> Answer:
    """How did one dossier spend its time, and why was it late?

    Args:
        run: Its tables.
        dossier_id: Its number; the most overdue one of all when empty.
        profile: Lateness profile.

    Raises:
        UsageProblem: No dossier has this number, or the profile is unknown.
    """
    dossier_ids = run.dossiers["dossier_id"]
    dossier_id = dossier_id or _most_overdue(run, profile)
    if dossier_id not in dossier_ids:
        known = dossier_ids.head(3).to_list()
        raise run.unknown("briefing.no_dossier", dossier_id, dossier_ids, known)
    rows = _ledger(run, dossier_id)
    outcome = _outcome(run, dossier_id, profile)
    rule = rule_name(run, profile)
    marks = [("due", outcome["due_at_used"]), ("end", outcome["ended_at_used"])]
    caption = say("briefing.dossier_caption", dossier=dossier_id)
    return Answer(
        title=say("briefing.dossier_title", dossier=dossier_id),
        claims=_claims(outcome, rule),
        frame=pl.DataFrame(rows, infer_schema_length=None),
        denominators=say("briefing.dossier_denominators"),
        listing=_table(run, rows, outcome, caption),
        figure=_timeline(run, rows, marks) if rows else None,
        then=(
            _sum(rows, outcome, rule),
            *_causes(run, dossier_id, outcome, profile),
            *_office_hours(run, rows, outcome),
            describe_source_rows(run, dossier_id),
        ),
    )


def _most_overdue(run: Run, profile: str) -> str:
    """Return the dossier that is latest under a profile, nothing where none is late."""
    late = run.outcomes.filter(
        pl.col("profile") == profile, pl.col("outcome").is_in(["late", "open_overdue"])
    ).sort(-pl.col("slack_seconds"), "dossier_id", nulls_last=False)
    return str(late["dossier_id"][-1]) if late.height else ""


def _ledger(run: Run, dossier_id: str) -> list[Row]:
    segments = run.ledger.filter(pl.col("dossier_id") == dossier_id).sort("segment_no")
    step = run.steps.filter(pl.col("dossier_id") == dossier_id).select("step_no", "step")
    return segments.join(step, on="step_no", how="left", maintain_order="left").to_dicts()


def _outcome(run: Run, dossier_id: str, profile: str) -> Row:
    rows = run.outcomes.filter(
        pl.col("dossier_id") == dossier_id, pl.col("profile") == profile
    ).to_dicts()
    return rows[0]


def _claims(outcome: Row, rule: str) -> tuple[Claim, ...]:
    sentence = say(
        "briefing.dossier_outcome",
        outcome=say(f"labels.{outcome['outcome']}"),
        profile=rule,
        due=numerals.instant(outcome["due_at_used"]),
        ended=numerals.instant(outcome["ended_at_used"]),
        spent=clock(_spent(outcome)),
        allowed=clock(outcome["allowed_seconds"]),
        paused=clock(outcome["paused_seconds"]),
    )
    return (claim(sentence, 1),)


# the ledger -------------------------------------------------------------------------------


def _table(run: Run, rows: list[Row], outcome: Row, caption: str) -> Table:
    none = "briefing.no_norm"

    def norm(row: Row) -> str:
        return clock(row["norm_seconds"]) + ("*" if row["norm_source"] == "learned" else "")

    total = _spent(outcome)
    added = sum(r["work_seconds"] for r in rows)
    over = sum(r["overrun_seconds"] or 0 for r in rows)
    key = "why.adds_up" if added == total else "why.does_not_add_up"
    if total is None:
        key = "why.not_covered"
    spent = {"used": clock(outcome["used_seconds"]), "paused": clock(outcome["paused_seconds"])}
    return table(
        caption,
        rows,
        [
            text("briefing.segment", _segment_name),
            text("why.sort", _kind),
            text("briefing.unit", lambda row: run.unit_name(row["unit_id"] or numerals.MISSING)),
            figure("briefing.from", lambda row: moment(row["from_at"])),
            figure("briefing.to", lambda row: moment(row["to_at"])),
            exact("briefing.work_hours", "work_seconds"),
            figure("why.norm", norm, of="norm_seconds", none=none),
            exact("briefing.overrun", "overrun_seconds", none=none),
        ],
        total=(say("why.total"), "", "", "", "", clock(added), "", clock(over)),
        notes=[say(key, **spent), say("why.norm_note")],
    )


def _kind(row: Row) -> str:
    """Return the kind of a segment, and whether the log separates waiting from service."""
    kind = say(f"labels.{row['kind']}")
    mixed = row["phase"] in ("not_separable", "wait_or_handling")
    return say("why.inseparable", kind=kind) if mixed else kind


def _spent(outcome: Row) -> int | None:
    """Return the working seconds from reception to end; nothing outside the calendar."""
    used, paused = outcome["used_seconds"], outcome["paused_seconds"]
    return None if used is None or paused is None else used + paused


# the sum ----------------------------------------------------------------------------------


def _sum(rows: list[Row], outcome: Row, rule: str) -> Answer:
    """Return the sum from segments to outcome, one line per addition."""
    spent = _spent(outcome)
    allowed, slack = outcome["allowed_seconds"], outcome["slack_seconds"]
    lines = [
        ("counted", sum(r["work_seconds"] for r in rows if r["kind"] != "pause")),
        ("paused", sum(r["work_seconds"] for r in rows if r["kind"] == "pause")),
        ("spent", spent),
        ("allowed", allowed),
        ("slack", slack),
    ]
    missing = "why.no_due" if outcome["due_at_used"] is None else "why.no_calendar"
    if slack is None or spent is None:
        key = "sum_open" if outcome["due_at_used"] is None else "sum_not_covered"
        verdict = say(f"why.{key}", outcome=say(f"labels.{outcome['outcome']}"))
    else:
        adds = allowed - spent == slack
        verdict = say(
            "why.sum_verdict" if adds else "why.sum_other_moment",
            allowed=clock(allowed),
            spent=clock(spent),
            slack=clock(slack),
            profile=rule,
            outcome=say(f"labels.{outcome['outcome']}"),
        )
    frame = pl.DataFrame(lines, schema={"line": pl.String, "seconds": pl.Int64}, orient="row")
    return Answer(
        title=say("why.sum_title"),
        claims=(claim(verdict, 1),),
        frame=frame,
        denominators=say("why.sum_denominators"),
        listing=table(
            say("why.sum_caption"),
            frame.to_dicts(),
            [
                text("why.sum_line", lambda row: say(f"why.sum_{row['line']}")),
                exact("why.sum_time", "seconds", none=missing),
            ],
        ),
    )


def _office_hours(run: Run, rows: list[Row], outcome: Row) -> tuple[Answer, ...]:
    """Return the hours from the first instant of the page to the last one."""
    instants = [row[name] for row in rows for name in ("from_at", "to_at")]
    instants += [outcome[name] for name in ("due_at_used", "ended_at_used") if outcome[name]]
    used = run.dossier_calendars.filter(pl.col("dossier_id") == outcome["dossier_id"])
    calendar_ids = used["calendar_id"].drop_nulls()
    if not instants or calendar_ids.is_empty():
        return ()
    days = min(instants).date(), max(instants).date()
    return (describe_office_hours(run.reference, calendar_ids[0], *days),)


# why --------------------------------------------------------------------------------------


def _causes(run: Run, dossier_id: str, outcome: Row, profile: str) -> tuple[Answer, ...]:
    if profile != run.result_profile:
        words = {"asked": profile, "computed": run.result_profile}
        other = claim(say("why.other_profile", **words), 1)
        return (Answer(say("why.dossier_title"), (other,), pl.DataFrame(), ""),)
    late = run.late_dossiers.filter(
        pl.col("dossier_id") == dossier_id, pl.col("outcome") == outcome["outcome"]
    ).to_dicts()
    cause_rows = run.late_causes.filter(pl.col("dossier_id") == dossier_id)
    if not late or cause_rows.is_empty():
        return ()
    frame = cause_rows.sort("late_share", "late_seconds", "cause", descending=[True, True, False])
    rows = frame.to_dicts()
    main = say(
        "why.dossier_why",
        reality=causes.reality_label(late[0]["reality"]),
        cause=cause_label(late[0]["dominant_cause"]),
        overrun=clock(late[0]["overrun_seconds"]),
    )
    attributed = [r for r in rows if r["cause"] != UNEXPLAINED]
    alone = [cause_label(r["cause"]) for r in attributed if r["but_for"]]
    but_for = say("why.but_for", causes=", ".join(alone)) if alone else say("why.but_for_none")
    claims = (claim(main, 2), claim(but_for, 2)) if attributed else (claim(main, 2),)
    return (
        Answer(
            title=say("why.dossier_title"),
            claims=claims,
            frame=frame,
            denominators=say("why.dossier_denominators"),
            listing=_cause_table(rows, late[0]["overrun_seconds"]),
        ),
    )


def _without(row: Row) -> Cell:
    if row["cause"] == UNEXPLAINED:
        return Blank(say("why.no_grade"))
    return say("why.yes" if row["but_for"] else "why.no")


def _cause_table(rows: list[Row], overrun: int | None) -> Table:
    def grade(row: Row) -> Cell:
        return row["grade"] if row["cause"] != UNEXPLAINED else Blank(say("why.no_grade"))

    return table(
        say("why.dossier_caption"),
        rows,
        [
            text("why.head_cause", lambda row: cause_label(row["cause"])),
            text("why.head_grade", grade),
            exact("why.head_late_seconds", "late_seconds"),
            percent("why.head_late_share", "late_share"),
            figure("why.head_but_for_head", _without),
            text("why.head_evidence", causes.evidence_text),
        ],
        total=(say("why.total"), "", clock(sum(r["late_seconds"] for r in rows)), "", "", ""),
        notes=[say("why.seconds_add_up", overrun=clock(overrun)), say("why.grades")],
    )


# the picture ------------------------------------------------------------------------------


def _timeline(run: Run, rows: Sequence[Row], marks: Sequence[tuple[str, Any]]) -> Figure:
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
            _segment_name(r),
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
    chart = timeline(bars, closed, due_marks, _days(first, last))
    return picture(chart, caption, (f"{b.name} {b.note}" for b in bars))


def _segment_name(row: Row) -> str:
    """Name a segment by its number and step; a wait is called a wait, whatever its step."""
    step, phase = row["step"], row["phase"]
    label = step_name(row)
    if step is not None and phase == "wait":
        label = say("briefing.step_queue", step=step)
    elif step is not None and phase == "handling":
        label = step
    return f"{row['segment_no']}. {label}"


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
