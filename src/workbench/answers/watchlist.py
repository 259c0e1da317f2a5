"""Open dossiers that may be late: how likely, by when, and where each one waits now.

The risk of a dossier depends on its current step and its unit's current pace. The calibration of
such risks is shown beside them, from watch lists made for earlier days. A step and a unit are
named, no person. A share of closed dossiers alone flatters the latest cohorts of reception, whose
slow dossiers are still open: such a share is marked and shown beside the one in which open dossiers
count by their risk.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from workbench.answers.answer import Answer, Claim, claim
from workbench.answers.columns import Row, count, figure, percent, picture, ranged, table, text
from workbench.answers.phrasing import FEW, computed_under, distinct, of_unit, share_dot
from workbench.answers.present_scope import PresentScope, in_present_scope
from workbench.answers.questions import PROFILE, ResultProfile, UnitId, question
from workbench.answers.run import Run
from workbench.charts import Figure, Range, Scale, dots, ranges
from workbench.charts.tables import Blank, Cell, Table
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING, PeriodKind
from workbench.figures import compare
from workbench.messages import say

LIKELY = 0.5
LISTED = 50
"""Number of dossiers listed on a page; the frame has all."""
DRAWN = 15


@question("watchlist", "past_lists", level=2)
@in_present_scope(beside=True, of_dossiers=True)
def watch(run: Run, *, unit: UnitId = EVERYTHING, profile: ResultProfile = PROFILE) -> Answer:
    """Which open dossiers are overdue or likely to be late, and where do they wait?"""
    frame = of_unit(run.watchlist, unit).sort(
        "risk", "slack_seconds", "dossier_id", descending=[True, False, False]
    )
    rows = list(frame.iter_rows(named=True))
    names = distinct(frame["unit_id"].unique().sort(), run.unit_name)
    return Answer(
        title=say("forecasts.watch_title"),
        claims=_claims(run, unit, rows, names),
        frame=frame,
        denominators=f"{say('forecasts.watch_denominators')} {computed_under(run, profile)}",
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
    risk, lower, upper = ([row[part] for row in ahead] for part in ("risk", "lower", "upper"))
    between = compare.variance_of_lists(run.past_lists)
    totals = compare.predicted_number(risk, lower, upper, between)
    sentence = say(
        "forecasts.watch_sentence",
        unit=who,
        n=numerals.count(len(rows)),
        overdue=numerals.count(len(overdue)),
        likely=numerals.count(len(likely)),
        expected=numerals.decimal(totals[0]),
        interval=f"{numerals.decimal(totals[1])}–{numerals.decimal(totals[2])}",
    )
    return (claim(sentence, 2), *_waiting(overdue + likely, names))


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
    return [claim(say("forecasts.watch_place", total=numerals.count(len(rows)), **words), 2)]


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
    return picture(
        ranges(bars, say("forecasts.risk_axis"), say("forecasts.left")),
        say("forecasts.watch_caption", n=len(bars)),
        (f"{r.name}: {numerals.decimal(r.value)}%" for r in bars),
    )


def _left(row: Row) -> str:
    return say("forecasts.hours_left", hours=numerals.hours(row["slack_seconds"]))


def _table(rows: Sequence[Row], names: dict[str, str]) -> Table:
    unknown = Blank(say("forecasts.no_place"))

    def place(row: Row) -> Cell:
        key = "after_step" if row["is_after_step"] else "at_step"
        return say(f"forecasts.{key}", step=row["waiting_at"]) if row["waiting_at"] else unknown

    rest = len(rows) - LISTED
    return table(
        say("forecasts.watch_table"),
        rows[:LISTED],
        [
            text("forecasts.dossier", "dossier_id"),
            text("briefing.unit", lambda row: names[row["unit_id"]]),
            figure("forecasts.due", lambda row: numerals.day(row["due_at"].date())),
            figure("forecasts.left", _left),
            ranged("forecasts.risk", "risk"),
            text("forecasts.waiting", place),
            figure(
                "forecasts.since",
                lambda row: numerals.instant(row["since_at"]) if row["since_at"] else unknown,
            ),
        ],
        notes=[say("forecasts.watch_rest", n=rest)] if rest > 0 else [],
    )


# calibration of past risks ----------------------------------------------------------------


@question("progress", "counted_passages", level=2)
def reliability(run: Run, *, profile: ResultProfile = PROFILE) -> Answer:
    """Did the forecast risks of past watch lists agree with what happened?"""
    days = compare.past_days(run.snapshot.date()) if run.snapshot else []
    passages = run.counted_passages(min(days)) if days else None
    frame = compare.calibrate_risks(run.progress, days, passages)
    rows = list(frame.iter_rows(named=True))
    return Answer(
        title=say("forecasts.reliability_title"),
        claims=_reliability_claims(rows),
        frame=frame,
        denominators=f"{say('forecasts.reliability_denominators')} {computed_under(run, profile)}",
        listing=_reliability_table(rows) if rows else None,
    )


def _reliability_claims(rows: Sequence[Row]) -> tuple[Claim, ...]:
    if not rows:
        return (claim(say("forecasts.reliability_nothing"), 2),)
    inside = sum(row["lower"] <= row["predicted"] <= row["upper"] for row in rows)
    text = say(
        "forecasts.reliability_sentence",
        inside=inside,
        groups=len(rows),
        n=numerals.count(sum(row["n_dossiers"] for row in rows)),
        brier=numerals.decimal(rows[0]["brier"], 3),
    )
    row = rows[0]
    whole = say(
        "forecasts.reliability_whole",
        expected=numerals.decimal(row["expected"]),
        came=numerals.count(row["came"]),
    )
    if row["slope"] is None:
        return (claim(f"{text} {whole}", 2),)
    slope = say(
        "forecasts.reliability_slope",
        slope=numerals.decimal(row["slope"], 2),
        interval=f"{numerals.decimal(row['slope_lower'], 2)} – "
        f"{numerals.decimal(row['slope_upper'], 2)}",
    )
    return (claim(f"{text} {whole} {slope}", 2),)


def _reliability_table(rows: Sequence[Row]) -> Table:
    return table(
        say("forecasts.reliability_table"),
        rows,
        [
            figure("forecasts.group", lambda row: str(row["group"])),
            count("forecasts.open_then", "n_dossiers"),
            percent("forecasts.predicted", "predicted"),
            ranged("forecasts.happened", "happened"),
        ],
    )


# late shares by cohort of reception -------------------------------------------------------

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
    present = _present_scope(run, unit)
    progress = of_unit(present.dossiers(run.progress), unit)
    frame = compare.eventual(progress, (), risks=run.watchlist, cohort=kind)
    rows = list(frame.iter_rows(named=True))
    return Answer(
        title=say("cohorts.title"),
        claims=(
            *_cohort_claims(rows, run.unit_name(unit)),
            *present.claims(of_dossiers=True),
        ),
        frame=frame,
        denominators=f"{say('cohorts.denominators')} {computed_under(run, profile)}",
        listing=_cohort_table(rows) if rows else None,
        figure=_cohort_figure(rows) if rows else None,
    )


def _present_scope(run: Run, unit: str) -> PresentScope:
    """Return the scope of a unit from the first reception to the last day seen."""
    first, last = run.progress["received_on"].min(), run.progress["seen_on"].max()
    is_single = unit != EVERYTHING
    if is_single and isinstance(first, dt.date) and isinstance(last, dt.date):
        return PresentScope.between(run, first, last, unit)
    return PresentScope(run, ())


def _cohort_claims(rows: Sequence[Row], unit: str) -> tuple[Claim, ...]:
    if not rows:
        return (claim(say("cohorts.nothing", unit=unit), 2),)
    last = rows[-1]
    claims = [claim(say("cohorts.last", unit=unit, **_cohort_words(last)), 2)]
    if last["n_open"] > last["n_overdue"]:
        claims.append(claim(say("cohorts.coming", **_cohort_words(last)), 2))
    biased = [row for row in rows if _is_off(row)]
    if biased:
        biased_cohorts = "; ".join(
            say("cohorts.biased_one", **_cohort_words(row)) for row in biased[-3:]
        )
        claims.append(claim(say("cohorts.biased", n=len(biased), cohorts=biased_cohorts), 2))
    else:
        claims.append(claim(say("cohorts.unbiased"), 2))
    return tuple(claims)


def _is_off(row: Row) -> bool:
    if row["closed"] is None or row["eventual"] is None:
        return bool(row["closed_is_biased"])
    return bool(row["closed_is_biased"]) and abs(row["closed"] - row["eventual"]) >= NOTABLE_BIAS


def _cohort_words(row: Row) -> dict[str, str]:
    return {
        "cohort": numerals.period(row["cohort"]),
        "received": numerals.count(row["n_received"]),
        "open": numerals.count(row["n_open"]),
        "closed": numerals.percent(row["closed"]),
        "eventual": numerals.percent(row["eventual"]),
        "interval": numerals.percent_range(row["eventual_lower"], row["eventual_upper"]),
        "coming": numerals.percent_range(row["final_lower"], row["final_upper"]),
    }


def _cohort_figure(rows: Sequence[Row]) -> Figure:
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


def _cohort_table(rows: Sequence[Row]) -> Table:
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
