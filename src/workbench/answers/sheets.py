"""One sheet for a unit or a procedure: its measures beside the others', and what lies longest.

No ranking: the others are a range, the middle half of those with enough dossiers. Crude rates;
whether a unit differs after case mix is answered by ``fair_units`` and ``cells``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import polars as pl

from workbench.answers.adjusted_units import strata_of
from workbench.answers.alike_units import alike_unit_claims
from workbench.answers.answer import Answer, Claim, Value, claim
from workbench.answers.causes import late_of
from workbench.answers.columns import Col, Row, figure, picture, table, text
from workbench.answers.phrasing import FEW, computed_under, distinct, standing, values_of
from workbench.answers.present_scope import in_present_scope
from workbench.answers.questions import (
    PROFILE,
    RATE,
    AnyProfile,
    PeriodLabel,
    ResultProfile,
    Scope,
    UnitId,
    question,
)
from workbench.answers.run import Run
from workbench.answers.undecided_returns import LateBounds, count_undecided_returns
from workbench.charts import Range, ranges
from workbench.charts.tables import Blank, Cell, Table
from workbench.core import numerals
from workbench.core.cause_list import cause_label
from workbench.core.vocabulary import EVERYTHING
from workbench.figures import compare
from workbench.figures.estimates import quartiles
from workbench.messages import say

_RATES = (RATE, "ot_due", "online_in", "post_out", "reception_8h")
_COUNTS = ("received", "resolved", "late", "open_overdue")
_ENOUGH = 4
"""Fewest others whose middle half is shown."""
OLDEST = 6
"""Number of open dossiers listed on a sheet."""


@question("unit_measures", "cause_cells", "overdue_cells", "dossiers", "quarantine", level=2)
@in_present_scope(beside=True)
def unit_sheet(
    run: Run, period: PeriodLabel, *, unit: UnitId, profile: AnyProfile = PROFILE
) -> Answer:
    """How do the measures of a unit compare with those of the others?"""
    measures = run.measures_under(profile).filter(period=period)
    about = _Subject("unit_id", unit, run.unit_name(unit), period)
    answer = _beside_others(about, measures)
    answer = replace(answer, claims=(*answer.claims, *_doubts(run, unit, measures, period)))
    if profile != run.result_profile or not run.ended(period):
        return answer
    return replace(answer, claims=(*answer.claims, *_after_case_mix(run, period, unit)))


def _doubts(run: Run, unit: str, measures: pl.DataFrame, period: str) -> tuple[Claim, ...]:
    """Return what the rates of a unit leave out, and which other name it may have."""
    rates = measures.filter(unit_id=unit, measure=RATE).to_dicts()
    scope = Scope(period, unit, "")
    n_undecided = count_undecided_returns(run, scope)[EVERYTHING]
    bounds = LateBounds.of(rates[0], n_undecided).claims() if rates else ()
    return (*bounds, *alike_unit_claims(run, measures["unit_id"].unique(), about=unit))


def _after_case_mix(run: Run, period: str, unit: str) -> tuple[Claim, ...]:
    """Return whether the unit differs from the others once kinds of dossiers are allowed for."""
    counts = strata_of(run, period)
    rows = compare.standings(counts, period=period).filter(pl.col("unit_id") == unit)
    judged = counts.filter(pl.col("unit_id") == unit)["n_dossiers"].sum()
    if rows.is_empty() or judged < FEW:
        return ()
    row = rows.row(0, named=True)
    side = row["standing"] if row["peered"] >= compare.PEERED else "alone"
    return (claim(say(f"sheets.mix_{side}"), 2),)


@question("measures", "late_dossiers", "cause_cells", "dossiers", level=2)
@in_present_scope(beside=True)
def procedure_sheet(
    run: Run, period: PeriodLabel, *, procedure: str, profile: ResultProfile = PROFILE
) -> Answer:
    """How do the measures of a procedure compare with those of the others, and where is it late?

    Args:
        run: Its tables.
        period: Label of the period.
        procedure: Its id or name; that of most dossiers when empty.
        profile: Lateness profile.

    Raises:
        UsageProblem: No dossier is of such a procedure, or the period is unknown, or the results
            were computed under another profile.
    """
    names = procedure_names(run)
    kind = find_procedure(run, names, procedure)
    measures = run.measures.filter(
        period=period, profile=profile, unit_id=EVERYTHING, channel_in=EVERYTHING
    )
    about = _Subject("procedure_id", kind, names[kind], period)
    return _beside_others(about, measures, then=(_of_units(run, about),))


def procedure_names(run: Run) -> dict[str, str]:
    """Return the name of each procedure that has dossiers, by id; the id where it has none."""
    columns = ["procedure_id", "procedure_name"]
    rows = run.dossiers.select(columns).drop_nulls("procedure_id").unique().sort(columns)
    return {row[0]: row[1] or row[0] for row in rows.iter_rows()}


def find_procedure(run: Run, names: Mapping[str, str], query: str) -> str:
    """Return the id of a procedure given by id or name; that of most dossiers when empty.

    Raises:
        UsageProblem: No dossier is of such a procedure.
    """
    ids = {name: key for key, name in names.items()} | {key: key for key in names}
    if not query and names:
        counts = run.dossiers["procedure_id"].drop_nulls().value_counts()
        return str(counts.sort("count", "procedure_id", descending=[True, False])[0, 0])
    if query not in ids:
        raise run.unknown("sheets.no_procedure", query, ids, sorted(names))
    return ids[query]


@dataclass(frozen=True)
class _Subject:
    """Whose sheet it is: a unit or a procedure."""

    key: str
    id: str
    name: str
    period: str

    @property
    def others(self) -> str:
        """What the sheet is compared with, as the sentences about it are called."""
        return "parts" if self.id == EVERYTHING else "others"

    def bounds(self, rate: Row, others: pl.DataFrame) -> Row:
        """Return the limits of a rate, which allow for as many sheets as there are."""
        if self.id == EVERYTHING:
            return {}
        among = 1 + others.filter(pl.col("measure") == rate["measure"]).height
        return dict(zip(("lower", "upper"), compare.sure_bounds(rate, among), strict=True))


def _beside_others(
    about: _Subject, measures: pl.DataFrame, then: tuple[Answer, ...] = ()
) -> Answer:
    rows = measures.filter(pl.col(about.key) == about.id)
    by_measure = {row["measure"]: row for row in rows.iter_rows(named=True)}
    others = measures.filter(~pl.col(about.key).is_in([about.id, EVERYTHING]))
    compared = [
        {**by_measure[name], **middle_half(others, name), **about.bounds(by_measure[name], others)}
        for name in _RATES
        if name in by_measure
    ]
    words = {"name": about.name, "period": numerals.period(about.period)}
    kind = "unit" if about.key == "unit_id" else "procedure"
    caption = say(f"sheets.caption_{about.others}", **words)
    bars = [
        Range(
            say(f"briefing.{row['measure']}"),
            100 * row["value"],
            100 * row["low"],
            100 * row["high"],
            numerals.percent(row["value"]),
        )
        for row in compared
        if row["low"] is not None
    ]
    labels = (f"{b.name}: {b.note}" for b in bars)
    n_others = max((row["n_others"] for row in compared), default=0)
    return Answer(
        title=say(f"sheets.{kind}_title_{about.others}", **words),
        claims=_claims(by_measure, compared, words, about.others),
        frame=pl.DataFrame(compared, infer_schema_length=None),
        denominators=say(f"sheets.denominators_{about.others}", n=n_others, few=FEW),
        listing=_table(compared, caption, about.others) if compared else None,
        figure=picture(ranges(bars, "%", ""), caption, labels) if bars else None,
        then=then,
        values=_values(by_measure) if kind == "unit" else (),
    )


def _values(rows: dict[str, Row]) -> tuple[Value, ...]:
    return values_of(row for name, row in rows.items() if name in (*_COUNTS, RATE))


def middle_half(others: pl.DataFrame, measure: str) -> Row:
    """Return between which values half of the others are that have enough dossiers."""
    enough = others.filter(pl.col("measure") == measure, pl.col("denominator") >= FEW)
    bounds = quartiles(enough["value"].to_list()) if enough.height >= _ENOUGH else (None, None)
    return {"low": bounds[0], "high": bounds[1], "n_others": enough.height}


def _claims(
    by_measure: dict[str, Row], compared: list[Row], words: dict[str, str], others: str
) -> tuple[Claim, ...]:
    if not by_measure:
        return (claim(say("sheets.nothing", **words), 1),)
    counts = {
        name: numerals.count(by_measure[name]["numerator"]) if name in by_measure else "0"
        for name in _COUNTS
    }
    flow = say("sheets.flow", **words, overdue=counts["open_overdue"], **counts)
    rate = next((row for row in compared if row["measure"] == RATE), None)
    if rate is None or rate["low"] is None:
        return (claim(flow, 1),)
    if rate["denominator"] < FEW:
        return claim(flow, 1), claim(say("sheets.few", few=FEW), 1)
    interval = (rate["lower"], rate["upper"])
    side = "parts" if others == "parts" else _side(rate)
    sentence = say(
        f"sheets.{side}",
        value=numerals.percent(rate["value"]),
        fraction=numerals.fraction(rate["numerator"], rate["denominator"]),
        interval=numerals.percent_range(*interval),
        n=rate["n_others"],
        range=numerals.percent_range(rate["low"], rate["high"]),
    )
    return claim(flow, 1), claim(sentence, 1 if side == "parts" else 2)


def _side(rate: Row) -> str:
    """Return whether a rate is above, below or within the middle half of the others."""
    interval = (rate["lower"], rate["upper"])
    above = standing(interval, rate["high"], rate["denominator"])
    below = standing(interval, rate["low"], rate["denominator"])
    return "above" if above == "above" else "below" if below == "below" else "within"


def _table(rows: list[Row], caption: str, others: str) -> Table:
    none = Blank(say("sheets.no_peers"))

    def peers(row: Row) -> Cell:
        return none if row["low"] is None else numerals.percent_range(row["low"], row["high"])

    return table(
        caption,
        rows,
        [
            text("briefing.measure", lambda row: say(f"briefing.{row['measure']}")),
            Col(say("sheets.head_own"), _rate),
            figure(
                "briefing.interval",
                lambda row: numerals.percent_range(row["lower"], row["upper"]),
            ),
            figure(f"sheets.head_{others}", peers),
        ],
    )


def _rate(row: Row) -> str:
    over = numerals.fraction(row["numerator"], row["denominator"])
    return f"{numerals.percent(row['value'])} ({over})"


# a procedure at each unit -------------------------------------------------------------------


def _of_units(run: Run, about: _Subject) -> Answer:
    """Return the dossiers of a procedure by unit, with the main causes of the late ones."""
    cells = run.cause_cells.filter(period=about.period, procedure_id=about.id, cause=EVERYTHING)
    late = late_of(run, about.period, EVERYTHING).filter(pl.col("procedure_id") == about.id)
    by_unit = cells.group_by("unit_id").agg(pl.col("n_dossiers").sum(), pl.col("n_late").sum())
    names = distinct(sorted(by_unit["unit_id"]), run.unit_name)
    rows = sorted(by_unit.to_dicts(), key=lambda row: names[row["unit_id"]])
    n_late = sum(row["n_late"] > 0 for row in rows)
    words = {"n": numerals.count(len(rows)), "late": numerals.count(n_late)}
    return Answer(
        title=say("sheets.of_units_title"),
        claims=(claim(say("sheets.of_units", **words), 1),),
        frame=by_unit.sort("unit_id"),
        denominators="",
        listing=table(
            say("sheets.of_units_caption", period=numerals.period(about.period)),
            rows,
            [
                text("briefing.unit", lambda row: names[row["unit_id"]]),
                figure("sheets.head_judged", lambda row: numerals.count(row["n_dossiers"])),
                figure("sheets.head_late", lambda row: numerals.count(row["n_late"])),
                text("sheets.head_causes", partial(_main_causes, late)),
            ],
        )
        if rows
        else None,
    )


def _main_causes(late: pl.DataFrame, row: Row) -> str:
    causes = Counter(late.filter(pl.col("unit_id") == row["unit_id"])["dominant_cause"])
    ordered = sorted(causes.items(), key=lambda item: (-item[1], item[0]))
    return "; ".join(f"{cause_label(cause)} ({n})" for cause, n in ordered[:3]) or numerals.MISSING


# what lies longest ----------------------------------------------------------------------------


@question("watchlist", "dossiers")
@in_present_scope(beside=True, of_dossiers=True)
def oldest(
    run: Run,
    *,
    unit: UnitId = EVERYTHING,
    procedure: str = "",
    profile: ResultProfile = PROFILE,
) -> Answer:
    """Which open dossiers were received longest ago, and where do they wait?

    Args:
        run: Its tables.
        unit: A unit, or all together.
        procedure: A procedure, or all together when empty.
        profile: Lateness profile.

    Raises:
        UsageProblem: Unit or procedure is unknown, or the results were computed under another
            profile.
    """
    received = run.dossiers.select("dossier_id", "received_on", "procedure_id", "procedure_name")
    kind = find_procedure(run, procedure_names(run), procedure) if procedure else ""
    waiting = run.watchlist.join(received, on="dossier_id", how="left")
    if unit != EVERYTHING:
        waiting = waiting.filter(pl.col("unit_id") == unit)
    if kind:
        waiting = waiting.filter(pl.col("procedure_id") == kind)
    waiting = waiting.sort("received_on", "dossier_id")
    rows = waiting.head(OLDEST).to_dicts()
    names = distinct(sorted(waiting["unit_id"].drop_nulls().unique()), run.unit_name)
    # what all rows have in common stands above them already
    place = text("briefing.unit", lambda row: names.get(row["unit_id"], numerals.MISSING))
    work = text("summary.head_procedure", lambda row: row["procedure_name"] or numerals.MISSING)
    apart = [*([place] if unit == EVERYTHING else []), *([] if kind else [work])]
    return Answer(
        title=say("sheets.oldest_title"),
        claims=(claim(_describe_oldest(waiting), 1),),
        frame=waiting,
        denominators=computed_under(run, profile),
        listing=_oldest_table(rows, apart) if rows else None,
    )


def _describe_oldest(waiting: pl.DataFrame) -> str:
    first = waiting["received_on"].min()
    if waiting.is_empty() or first is None:
        return say("sheets.oldest_nothing")
    return say(
        "sheets.oldest",
        n=numerals.count(waiting.height),
        overdue=numerals.count(waiting.filter(pl.col("slack_seconds") < 0).height),
        day=numerals.day(waiting["received_on"].drop_nulls().to_list()[0]),
    )


def _oldest_table(rows: list[Row], apart: list[Col]) -> Table:
    unknown = Blank(say("forecasts.no_place"))
    return table(
        say("sheets.oldest_caption"),
        rows,
        [
            text("forecasts.dossier", "dossier_id"),
            *apart,
            figure("sheets.head_received", lambda row: numerals.day(row["received_on"])),
            figure("forecasts.due", lambda row: numerals.day(row["due_at"].date())),
            text("forecasts.waiting", lambda row: row["waiting_at"] or unknown),
        ],
    )
