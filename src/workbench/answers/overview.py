"""What data is here: the first thing that a notebook shows."""

from __future__ import annotations

import polars as pl

from workbench.answers.adjusted_units import cells
from workbench.answers.answer import Answer, Claim, claim
from workbench.answers.columns import count, fraction, table, text
from workbench.answers.questions import question
from workbench.answers.run import Run
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING, LATEST
from workbench.messages import say

_HALVES, _QUARTERS = 3, 4
"""How many periods of each kind are listed."""


@question(
    *("dossiers", "steps", "reconciliation", "unit_measures", "cell_tests", "cause_cells"), level=2
)
def overview(run: Run) -> Answer:
    """Which dossiers, units and periods are here, and what stands out in the latest period?"""
    dossiers = run.dossiers
    days = dossiers["received_on"].drop_nulls().sort()
    counts = {
        "n": numerals.count(dossiers.height),
        "units": numerals.count(len(run.units())),
        "first": numerals.day(days[0]) if len(days) else numerals.MISSING,
        "last": numerals.day(days[-1]) if len(days) else numerals.MISSING,
        "snapshot": numerals.instant(run.snapshot),
        "steps": numerals.count(run.steps.height),
    }
    claims = [claim(say("lab.overview_what", **counts), 1)]
    if run.synthetic:
        claims.append(claim(say("lab.overview_synthetic"), 1))
    frame = _latest_periods(run)
    return Answer(
        title=say("lab.overview_title"),
        claims=(*claims, _rows(run), *cells(run, LATEST).claims[:1]),
        frame=frame,
        denominators=say("lab.overview_denominators"),
        listing=table(
            say("lab.overview_caption"),
            frame.to_dicts(),
            [
                text("lab.overview_period", lambda row: numerals.period(row["period"])),
                text("lab.overview_label", "period"),
                count("lab.overview_received", "received"),
                fraction(
                    say("briefing.late_or_overdue"),
                    "value",
                    "numerator",
                    "denominator",
                    "briefing.no_denominator",
                ),
            ],
        ),
    )


def _latest_periods(run: Run) -> pl.DataFrame:
    """Return what was received in the latest quarters and half-years, and what share was late."""
    labels = [*run.periods("half")[-_HALVES:], *run.periods("quarter")[-_QUARTERS:]]
    rows = run.measures_under(run.result_profile).filter(
        pl.col("period").is_in(labels),
        pl.col("unit_id") == EVERYTHING,
    )
    received = rows.filter(measure="received").select("period", received="numerator")
    late = rows.filter(measure="late_or_overdue").select(
        "period", "numerator", "denominator", "value"
    )
    return received.join(late, on="period", how="left").sort("period", descending=True)


def _rows(run: Run) -> Claim:
    names = ("read", "clean", "quarantined", "merged", "ignored")
    totals = {name: int(run.reconciliation[f"rows_{name}"].sum()) for name in names}
    words = {name: numerals.count(n) for name, n in totals.items()}
    words |= {"used": words["clean"], "aside": words["quarantined"]}
    return claim(say("lab.overview_rows", **words), 1)
