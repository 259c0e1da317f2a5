"""Why steps waited for their holder, where the log has start, finish and holder.

The waiting causes of the literature, in their fixed order; elapsed time, nights included, since
being off duty is one of them. Accounting (evidence level 1). Without the stamps the answer says so
and shows nothing.
"""

from __future__ import annotations

import polars as pl

from workbench.answers.answer import Answer, Claim, claim
from workbench.answers.phrasing import Row
from workbench.answers.questions import PeriodLabel, UnitId, question
from workbench.answers.run import Run
from workbench.charts import Bar, bars, draw
from workbench.charts.tables import Column, Table
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING, Period
from workbench.figures import waits
from workbench.messages import say

APPLICANTS = ("return", "applicant")
"""Steps that wait for the applicant, not for a holder."""
SECONDS = tuple(f"{cause}_seconds" for cause in waits.WAITING_CAUSES)


@question("steps", "step_waits")
def waiting(run: Run, period: PeriodLabel, *, unit: UnitId = EVERYTHING) -> Answer:
    """What did steps wait for, where the log has start, finish and holder?

    Raises:
        UsageProblem: Unit or period is unknown.
    """
    days = Period.parse(period)
    begun = pl.coalesce("started_at", "finished_at", "arrived_at").dt.date()
    logged = _of_unit(run.steps, unit).filter(
        begun.is_between(days.starts_on, days.ends_on),
        ~pl.col("step_kind").is_in(APPLICANTS),
    )
    step_waits = run.step_waits().join(
        logged.select("dossier_id", "step_no"), on=["dossier_id", "step_no"], how="semi"
    )
    frame = (
        step_waits.group_by("step")
        .agg(
            pl.len().alias("n_waits"),
            pl.col("wait_seconds").sum(),
            *(pl.col(c).sum() for c in SECONDS),
        )
        .sort("wait_seconds", "step", descending=[True, False])
    )
    rows = frame.to_dicts()
    totals = {name: sum(r[f"{name}_seconds"] for r in rows) for name in waits.WAITING_CAUSES}
    whole = sum(totals.values())
    caption = say("waiting.caption", period=numerals.period(period))
    wait_bars = [
        Bar(say(f"waiting.{name}"), seconds / 3600, _note(seconds, whole))
        for name, seconds in totals.items()
    ]
    words = "; ".join(f"{b.name} {b.note}" for b in wait_bars)
    return Answer(
        title=say("waiting.title"),
        claims=_claims(words, whole),
        frame=frame,
        denominators=say(
            "waiting.denominators",
            waits=numerals.count(step_waits.height),
            steps=numerals.count(logged.height),
        ),
        listing=_table(rows, caption) if rows else None,
        figure=draw(bars(wait_bars, say("waiting.axis")), caption, f"{caption} {words}.")
        if whole
        else None,
    )


def _of_unit(frame: pl.DataFrame, unit: str) -> pl.DataFrame:
    return frame if unit == EVERYTHING else frame.filter(pl.col("unit_id") == unit)


def _note(seconds: int, whole: int) -> str:
    return say(
        "waiting.note",
        hours=numerals.count(round(seconds / 3600)),
        share=numerals.percent(seconds / whole if whole else None),
    )


def _claims(words: str, whole: int) -> tuple[Claim, ...]:
    if not whole:
        return (claim(say("waiting.nothing")),)
    return (claim(say("waiting.sentence", causes=words)), claim(say("waiting.order")))


def _table(rows: list[Row], caption: str) -> Table:
    columns = (
        Column(say("briefing.step"), number=False),
        Column(say("waiting.n_waits")),
        Column(say("waiting.wait")),
        *(Column(say(f"waiting.{name}")) for name in waits.WAITING_CAUSES),
    )
    cells = tuple(
        (
            str(r["step"]),
            numerals.count(r["n_waits"]),
            *(numerals.hours(r[column]) for column in ("wait_seconds", *SECONDS)),
        )
        for r in rows
    )
    return Table(caption, columns, cells, notes=(say("waiting.elapsed"),))
