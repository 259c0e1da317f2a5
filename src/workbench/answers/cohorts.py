"""Late shares by cohort of reception, with open dossiers weighted by their risk.

A share of closed dossiers alone flatters the latest cohorts: their slow dossiers are still open.
Such a share is marked and shown beside the corrected one. The same snapshot always gives the same
figures.
"""

from __future__ import annotations

from collections.abc import Sequence

from workbench.answers.answer import Answer, Claim, claim
from workbench.answers.columns import Row, count, figure, picture, ranged, table, text
from workbench.answers.phrasing import FEW, computed_under, of_unit, share_dot
from workbench.answers.questions import PROFILE, ResultProfile, UnitId, question
from workbench.answers.run import Run
from workbench.charts import Figure, Scale, dots
from workbench.charts.tables import Table
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
    """How late is each cohort of received dossiers, open ones included?"""
    progress = of_unit(run.progress, unit)
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
        share_dot(
            numerals.period(row["cohort"]),
            [row["eventual"], row["eventual_lower"], row["eventual_upper"]],
            numerals.percent(row["closed"]),
            "few" if row["eventual_denominator"] < FEW else "within",
        )
        for row in estimated
    ]
    overall = say("cohorts.overall", share=numerals.percent(level))
    scale = Scale(100 * level, overall, say("cohorts.axis"), say("cohorts.closed_only"))
    labels = (f"{d.name} {numerals.decimal(d.value)}% ({d.note})" for d in cohort_dots)
    return picture(dots(cohort_dots, scale), say("cohorts.caption"), labels)


def _table(rows: Sequence[Row]) -> Table:
    none = "briefing.no_denominator"

    def closed(row: Row) -> str:
        mark = say("cohorts.mark") if row["closed_is_biased"] else ""
        return f"{numerals.percent(row['closed'])}{mark}"

    return table(
        say("cohorts.table"),
        rows,
        [
            text("cohorts.cohort", lambda row: numerals.period(row["cohort"])),
            *(
                count(f"cohorts.{n}", f"n_{n}")
                for n in ("received", "left", "late", "overdue", "open")
            ),
            figure("cohorts.closed_only", closed, of="closed", none=none),
            ranged("cohorts.eventual", "eventual", "eventual_", none=none),
        ],
    )
