"""One dossier as an inspector recomputes it: timeline, ledger, the sum, and why it was late.

Accounting (evidence level 1): the segments cover the dossier's time without gap or overlap, and
every figure of the sum is in the ledger above it. Causes are attributed by the time that the peers
needed for the same (level 2); a typed reason is a claim and no evidence.
"""

from __future__ import annotations

import polars as pl

from workbench.answers.answer import Answer, Claim, claim
from workbench.answers.phrasing import Row
from workbench.answers.questions import PROFILE, AnyProfile, question
from workbench.answers.run import Run
from workbench.answers.timeline import clock, dossier_timeline, moment, segment_name
from workbench.charts.tables import Blank, Cell, Column, Table
from workbench.core import numerals
from workbench.core.cause_list import cause_label
from workbench.figures import causes
from workbench.messages import say

UNEXPLAINED = "unexplained"


@question(
    *("dossiers", "steps", "outcomes", "ledger", "dossier_calendars"),
    *("late_dossiers", "late_causes"),
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
    dossier_id = dossier_id or most_overdue(run, profile)
    if dossier_id not in dossier_ids:
        known = dossier_ids.head(3).to_list()
        raise run.unknown("briefing.no_dossier", dossier_id, dossier_ids, known)
    rows = _ledger(run, dossier_id)
    outcome = _outcome(run, dossier_id, profile)
    marks = [("due", outcome["due_at_used"]), ("end", outcome["ended_at_used"])]
    caption = say("briefing.dossier_caption", dossier=dossier_id)
    return Answer(
        title=say("briefing.dossier_title", dossier=dossier_id),
        claims=_claims(outcome, profile),
        frame=pl.DataFrame(rows, infer_schema_length=None),
        denominators=say("briefing.dossier_denominators"),
        listing=_table(run, rows, outcome, caption),
        figure=dossier_timeline(run, rows, marks) if rows else None,
        then=(_sum(rows, outcome, profile), *_causes(run, dossier_id, outcome, profile)),
    )


def most_overdue(run: Run, profile: str) -> str:
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


def _claims(outcome: Row, profile: str) -> tuple[Claim, ...]:
    sentence = say(
        "briefing.dossier_outcome",
        outcome=say(f"labels.{outcome['outcome']}"),
        profile=profile,
        due=numerals.instant(outcome["due_at_used"]),
        ended=numerals.instant(outcome["ended_at_used"]),
        spent=clock(_spent(outcome)),
        allowed=clock(outcome["allowed_seconds"]),
        paused=clock(outcome["paused_seconds"]),
    )
    return (claim(sentence),)


# the ledger -------------------------------------------------------------------------------


def _table(run: Run, rows: list[Row], outcome: Row, caption: str) -> Table:
    headings = ("from", "to", "work_hours", "norm", "overrun")
    columns = (
        Column(say("briefing.segment"), number=False),
        Column(say("why.sort"), number=False),
        Column(say("briefing.unit"), number=False),
        *(Column(say(f"briefing.{h}" if h != "norm" else "why.norm")) for h in headings),
    )
    total = _spent(outcome)
    added = sum(r["work_seconds"] for r in rows)
    over = sum(r["overrun_seconds"] or 0 for r in rows)
    sums: tuple[Cell, ...] = (say("why.total"), "", "", "", "", clock(added), "", clock(over))
    key = "why.adds_up" if added == total else "why.does_not_add_up"
    if total is None:
        key = "why.not_covered"
    notes = (
        say(key, used=clock(outcome["used_seconds"]), paused=clock(outcome["paused_seconds"])),
        say("why.norm_note"),
    )
    cells = (*(_cells(run, row) for row in rows), sums)
    return Table(caption, columns, cells, notes=notes, marked=frozenset({len(rows)}))


def _kind(row: Row) -> str:
    """Return the kind of a segment, and whether the log separates waiting from service."""
    kind = say(f"labels.{row['kind']}")
    mixed = row["phase"] in ("not_separable", "wait_or_handling")
    return say("why.inseparable", kind=kind) if mixed else kind


def _cells(run: Run, row: Row) -> tuple[Cell, ...]:
    none = Blank(say("briefing.no_norm"))
    learned = "*" if row["norm_source"] == "learned" else ""
    norm = row["norm_seconds"]
    return (
        segment_name(row),
        _kind(row),
        run.unit_name(row["unit_id"] or numerals.MISSING),
        moment(row["from_at"]),
        moment(row["to_at"]),
        clock(row["work_seconds"]),
        none if norm is None else clock(norm) + learned,
        none if row["overrun_seconds"] is None else clock(row["overrun_seconds"]),
    )


def _spent(outcome: Row) -> int | None:
    """Return the working seconds from reception to end; nothing outside the calendar."""
    used, paused = outcome["used_seconds"], outcome["paused_seconds"]
    return None if used is None or paused is None else used + paused


# the sum ----------------------------------------------------------------------------------


def _sum(rows: list[Row], outcome: Row, profile: str) -> Answer:
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
    missing = say("why.no_due" if outcome["due_at_used"] is None else "why.no_calendar")
    cells: tuple[tuple[Cell, ...], ...] = tuple(
        (say(f"why.sum_{name}"), Blank(missing) if seconds is None else clock(seconds))
        for name, seconds in lines
    )
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
            profile=profile,
            outcome=say(f"labels.{outcome['outcome']}"),
        )
    columns = (Column(say("why.sum_line"), number=False), Column(say("why.sum_time")))
    return Answer(
        title=say("why.sum_title"),
        claims=(claim(verdict),),
        frame=pl.DataFrame(lines, schema={"line": pl.String, "seconds": pl.Int64}, orient="row"),
        denominators=say("why.sum_denominators"),
        listing=Table(say("why.sum_caption"), columns, cells),
    )


# why --------------------------------------------------------------------------------------


def _causes(run: Run, dossier_id: str, outcome: Row, profile: str) -> tuple[Answer, ...]:
    if profile != run.result_profile:
        words = {"asked": profile, "computed": run.result_profile}
        other = claim(say("why.other_profile", **words))
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
    claims = (claim(main, 2), claim(but_for, 3)) if attributed else (claim(main, 2),)
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
    headings = ("cause", "grade", "late_seconds", "late_share", "but_for_head", "evidence")
    texts = ("cause", "grade", "evidence")
    columns = tuple(Column(say(f"why.head_{h}"), number=h not in texts) for h in headings)
    cells: list[tuple[Cell, ...]] = [
        (
            cause_label(r["cause"]),
            r["grade"] if r["cause"] != UNEXPLAINED else Blank(say("why.no_grade")),
            clock(r["late_seconds"]),
            numerals.percent(r["late_share"]),
            _without(r),
            causes.evidence_text(r),
        )
        for r in rows
    ]
    total = (say("why.total"), "", clock(sum(r["late_seconds"] for r in rows)), "", "", "")
    note = say("why.seconds_add_up", overrun=clock(overrun))
    grades = say("why.grades")
    return Table(
        say("why.dossier_caption"),
        columns,
        (*cells, total),
        notes=(note, grades),
        marked=frozenset({len(cells)}),
    )
