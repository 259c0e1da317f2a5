"""Late shares by cohort of reception, with open dossiers weighted by their risk.

A share of closed dossiers alone flatters the latest cohorts: their slow dossiers are still open.
Such a share is marked and shown beside the corrected one. The same snapshot always gives the same
figures.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from workbench.answers.answer import Answer, Claim, claim
from workbench.answers.phrasing import FEW, Row, computed_under
from workbench.answers.questions import PROFILE, ResultProfile, UnitId, question
from workbench.answers.run import Run
from workbench.charts import Dot, Figure, Scale, dots, draw
from workbench.charts.tables import Blank, Cell, Column, Table
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING, PeriodKind
from workbench.figures import compare
from workbench.messages import say

NOTABLE_BIAS = 0.005
"""A closed-only share that is off by half a percentage point gets a sentence."""


@question("progress", "watchlist", level=2)
def cohorts(
    run: Run,
    *,
    unit: UnitId = EVERYTHING,
    kind: PeriodKind = "quarter",
    profile: ResultProfile = PROFILE,
) -> Answer:
    """How late is each cohort of received dossiers, open ones included?

    Raises:
        UsageProblem: Unit or profile is unknown, or the results were computed under another
            profile.
    """
    progress = run.progress
    if unit != EVERYTHING:
        progress = progress.filter(pl.col("unit_id") == unit)
    frame = compare.eventual(progress, (), risks=run.watchlist, cohort=kind)
    rows = list(frame.iter_rows(named=True))
    return Answer(
        title=say("cohorts.title"),
        claims=_claims(rows, run.unit_name(unit)),
        frame=frame,
        denominators=f"{say('cohorts.denominators')} {computed_under(profile)}",
        listing=_table(rows) if rows else None,
        figure=_figure(rows) if rows else None,
    )


def _claims(rows: Sequence[Row], unit: str) -> tuple[Claim, ...]:
    if not rows:
        return (claim(say("cohorts.nothing", unit=unit), 2),)
    last = rows[-1]
    claims = [claim(say("cohorts.last", unit=unit, **_words(last)), 2, key=True)]
    if last["n_open"] > last["n_overdue"]:
        claims.append(claim(say("cohorts.coming", **_words(last)), 2))
    biased = [row for row in rows if _off(row)]
    if biased:
        biased_cohorts = "; ".join(say("cohorts.biased_one", **_words(row)) for row in biased[-3:])
        claims.append(claim(say("cohorts.biased", n=len(biased), cohorts=biased_cohorts), 2))
    else:
        claims.append(claim(say("cohorts.unbiased"), 2))
    return tuple(claims)


def _off(row: Row) -> bool:
    if row["closed"] is None or row["eventual"] is None:
        return bool(row["closed_is_biased"])
    return bool(row["closed_is_biased"]) and abs(row["closed"] - row["eventual"]) >= NOTABLE_BIAS


def _words(row: Row) -> dict[str, str]:
    return {
        "cohort": numerals.period(row["cohort"]),
        "received": numerals.count(row["n_received"]),
        "open": numerals.count(row["n_open"]),
        "closed": numerals.percent(row["closed"]),
        "eventual": numerals.percent(row["eventual"]),
        "interval": numerals.percent_range(row["eventual_lower"], row["eventual_upper"]),
        "coming": numerals.percent_range(row["final_lower"], row["final_upper"]),
    }


def _figure(rows: Sequence[Row]) -> Figure:
    estimated = [row for row in rows if row["eventual"] is not None]
    base = sum(row["eventual_denominator"] for row in estimated)
    level = sum(row["eventual_numerator"] for row in estimated) / base if base else 0.0
    cohort_dots = [
        Dot(
            name=numerals.period(row["cohort"]),
            value=100 * row["eventual"],
            lower=100 * row["eventual_lower"],
            upper=100 * row["eventual_upper"],
            note=numerals.percent(row["closed"]),
            standing="few" if row["eventual_denominator"] < FEW else "within",
        )
        for row in estimated
    ]
    overall = say("cohorts.overall", share=numerals.percent(level))
    scale = Scale(100 * level, overall, say("cohorts.axis"), say("cohorts.closed_only"))
    caption = say("cohorts.caption")
    labels = "; ".join(f"{d.name} {numerals.decimal(d.value)}% ({d.note})" for d in cohort_dots)
    return draw(dots(cohort_dots, scale), caption, f"{caption} {labels}.")


def _table(rows: Sequence[Row]) -> Table:
    heads = ("received", "left", "late", "overdue", "open", "closed_only", "eventual")
    columns = (
        Column(say("cohorts.cohort"), number=False),
        *(Column(say(f"cohorts.{head}")) for head in heads),
    )
    return Table(say("cohorts.table"), columns, tuple(_cells(row) for row in rows))


def _cells(row: Row) -> tuple[Cell, ...]:
    none = Blank(say("briefing.no_denominator"))
    closed: Cell = none
    if row["closed"] is not None:
        mark = say("cohorts.mark") if row["closed_is_biased"] else ""
        closed = f"{numerals.percent(row['closed'])}{mark}"
    eventual: Cell = none
    if row["eventual"] is not None:
        bounds = numerals.percent_range(row["eventual_lower"], row["eventual_upper"])
        eventual = f"{numerals.percent(row['eventual'])} ({bounds})"
    counts = ("n_received", "n_left", "n_late", "n_overdue", "n_open")
    return (
        numerals.period(row["cohort"]),
        *(numerals.count(row[name]) for name in counts),
        closed,
        eventual,
    )
