"""The late dossiers of a period by code: what stands behind every figure about lateness."""

from __future__ import annotations

from workbench.answers.answer import Answer, claim
from workbench.answers.causes import late_of
from workbench.answers.columns import hours, table, text
from workbench.answers.phrasing import computed_under, distinct
from workbench.answers.questions import PROFILE, PeriodLabel, ResultProfile, UnitId, question
from workbench.answers.run import Run
from workbench.core import numerals
from workbench.core.cause_list import cause_label
from workbench.core.vocabulary import EVERYTHING
from workbench.figures import causes as figures
from workbench.messages import say

LISTED = 50
"""Number of late dossiers listed on a page."""


@question("late_dossiers", "dossiers")
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
    late = late_of(run, period, unit).sort(
        "overrun_seconds", "dossier_id", descending=[True, False]
    )
    procedures = dict(run.dossiers.select("procedure_id", "procedure_name").unique().rows())
    names = distinct(sorted(late["unit_id"].drop_nulls().unique()), run.unit_name)
    words = {"n": numerals.count(late.height), "period": numerals.period(period)}
    rest = late.height - rows
    return Answer(
        title=say("summary.list_title"),
        claims=(claim(say("summary.list_sentence", **words), 1),),
        frame=late,
        denominators=f"{say('summary.list_denominators')} {computed_under(run, profile)}",
        listing=table(
            say("summary.list_table", **words),
            late.head(rows).to_dicts(),
            [
                text("summary.head_code", "dossier_id"),
                text("briefing.unit", lambda row: names.get(row["unit_id"], numerals.MISSING)),
                text(
                    "summary.head_procedure",
                    lambda row: procedures.get(row["procedure_id"]) or numerals.MISSING,
                ),
                hours("summary.head_overrun", "overrun_seconds"),
                text("summary.head_main", lambda row: cause_label(row["dominant_cause"])),
                text("summary.head_reality", lambda row: figures.reality_label(row["reality"])),
            ],
            notes=[say("summary.list_rest", n=numerals.count(rest))] if rest > 0 else [],
        )
        if late.height
        else None,
    )
