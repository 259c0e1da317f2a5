"""The late dossiers of a period by code: what stands behind every figure about lateness."""

from __future__ import annotations

import polars as pl

from workbench.answers.answer import Answer, Claim, claim
from workbench.answers.causes import late_of
from workbench.answers.columns import Col, hours, table, text
from workbench.answers.phrasing import computed_under, distinct
from workbench.answers.present_scope import in_present_scope
from workbench.answers.questions import PROFILE, PeriodLabel, ResultProfile, UnitId, question
from workbench.answers.run import Run
from workbench.charts.tables import Table
from workbench.core import numerals
from workbench.core.cause_list import cause_label
from workbench.core.vocabulary import EVERYTHING
from workbench.figures import causes as figures
from workbench.messages import say

LISTED = 50
"""Number of late dossiers listed on a page."""


@question("late_dossiers", "dossiers", "service_records")
@in_present_scope(beside=True, of_dossiers=True)
def late_list(
    run: Run,
    period: PeriodLabel,
    *,
    unit: UnitId = EVERYTHING,
    profile: ResultProfile = PROFILE,
    rows: int = LISTED,
) -> Answer:
    """Which dossiers were late, by how much, and why mainly?

    Args:
        run: Its tables.
        period: Label of the period.
        unit: A unit, or all together.
        profile: Lateness profile.
        rows: Number of dossiers in the table; the frame has all.
    """
    late = _latest_first(late_of(run, period, unit))
    words = {"n": numerals.count(late.height), "period": numerals.period(period)}
    return Answer(
        title=say("summary.list_title"),
        claims=(claim(say("summary.list_sentence", **words), 1), *_apologies(run, late, period)),
        frame=late,
        denominators=f"{say('summary.list_denominators')} {computed_under(run, profile)}",
        listing=_table(run, late, say("summary.list_table", **words), rows),
    )


@question("late_dossiers", "dossiers", "service_records")
@in_present_scope(beside=True, of_dossiers=True)
def late_without_apology(
    run: Run,
    period: PeriodLabel,
    *,
    unit: UnitId = EVERYTHING,
    profile: ResultProfile = PROFILE,
    rows: int = LISTED,
) -> Answer:
    """Which dossiers were late, and no apology is recorded?

    Only a dossier of which the export says that none was sent is listed; one of which it says
    nothing is counted apart.

    Args:
        run: Its tables.
        period: Label of the period.
        unit: A unit, or all together.
        profile: Lateness profile.
        rows: Number of dossiers in the table; the frame has all.
    """
    late = _with_apologies(run, _latest_first(late_of(run, period, unit)))
    without = late.filter(~pl.col("has_apology"))
    when = numerals.period(period)
    return Answer(
        title=say("summary.apology_title"),
        claims=(_apology_claim(late, when),),
        frame=late,
        denominators=f"{say('summary.apology_denominators')} {computed_under(run, profile)}",
        listing=_table(run, without, say("summary.apology_table", period=when), rows),
    )


def records_apologies(run: Run) -> bool:
    """Return whether an export says of any dossier whether an apology was sent."""
    return bool(run.service_records["has_apology"].is_not_null().any())


def _apologies(run: Run, late: pl.DataFrame, period: str) -> list[Claim]:
    """Return the claim about apologies where an export records them."""
    if late.is_empty() or not records_apologies(run):
        return []
    return [_apology_claim(_with_apologies(run, late), numerals.period(period))]


def _with_apologies(run: Run, late: pl.DataFrame) -> pl.DataFrame:
    records = run.service_records.select("dossier_id", "has_apology", "apology_on")
    return late.join(records, on="dossier_id", how="left", maintain_order="left")


def _apology_claim(late: pl.DataFrame, when: str) -> Claim:
    counts = {
        "total": late.height,
        "without": late.filter(~pl.col("has_apology")).height,
        "sent": late.filter("has_apology").height,
        "unknown": late["has_apology"].null_count(),
    }
    words = {name: numerals.count(n) for name, n in counts.items()}
    key = "sentence" if counts["unknown"] < late.height else "absent" if late.height else "none"
    return claim(say(f"summary.apology_{key}", period=when, **words), 1)


def _latest_first(late: pl.DataFrame) -> pl.DataFrame:
    return late.sort("overrun_seconds", "dossier_id", descending=[True, False])


def _table(run: Run, late: pl.DataFrame, caption: str, rows: int) -> Table | None:
    """Return late dossiers by code, with what is left out; nothing without one."""
    if late.is_empty():
        return None
    rest = late.height - rows
    notes = [say("summary.list_rest", n=numerals.count(rest))] if rest > 0 else []
    return table(caption, late.head(rows).to_dicts(), _columns(run, late), notes=notes)


def _columns(run: Run, late: pl.DataFrame) -> list[Col]:
    procedures = dict(run.dossiers.select("procedure_id", "procedure_name").unique().rows())
    names = distinct(sorted(late["unit_id"].drop_nulls().unique()), run.unit_name)
    return [
        text("summary.head_code", "dossier_id"),
        text("briefing.unit", lambda row: names.get(row["unit_id"], numerals.MISSING)),
        text(
            "summary.head_procedure",
            lambda row: procedures.get(row["procedure_id"]) or numerals.MISSING,
        ),
        hours("summary.head_overrun", "overrun_seconds"),
        text("summary.head_main", lambda row: cause_label(row["dominant_cause"])),
        text("summary.head_reality", lambda row: figures.reality_label(row["reality"])),
    ]
