"""Did a rate change beyond chance, and did a dated change help?

The baseline is in ``data/reference/baselines.csv`` with its written reason; nothing here moves it.
Without one there are no limits, only the likeliest date of a change. Months of long holidays are
compared with the usual rate of such months.

A dated change is judged by units with it against those without, before and after. Changes are
listed in ``data/reference/interventions.csv``, each with its source. The evidence level is 4 only
where every condition of the comparison holds; else it is 2, with the reasons.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal

import polars as pl

from workbench.answers.answer import Answer, Claim, claim
from workbench.answers.columns import Col, Row, figure, fraction, picture, table, text
from workbench.answers.phrasing import computed_under, listed
from workbench.answers.questions import (
    PROFILE,
    RATE,
    AnyProfile,
    Rate,
    ResultProfile,
    Scope,
    UnitId,
    question,
)
from workbench.answers.run import Run
from workbench.charts import Figure, Point
from workbench.charts import control as control_chart
from workbench.charts.tables import Cell, Table
from workbench.core import numerals
from workbench.core.errors import InputRejected
from workbench.core.vocabulary import EVERYTHING, Period
from workbench.figures import compare
from workbench.messages import say

Rules = Literal["exact", "xmr"]
SURE = 0.05
AGAINST_EXPECTED = "split_of_expected"
"""The method that compares months with their expected rate."""
_WITHOUT_STOCK = {"late_or_overdue": "late_done", "ot_done_plus_overdue_open": "ot_done"}
"""A rate that counts open dossiers has the same ones month after month: a change is dated on the
rate of what was resolved."""


@question("unit_measures", level=2)
def control(
    run: Run,
    *,
    measure: Rate = RATE,
    unit: UnitId = EVERYTHING,
    profile: AnyProfile = PROFILE,
    rules: Rules = "exact",
) -> Answer:
    """Has a rate changed beyond chance? Months against a fixed baseline.

    Args:
        run: Its tables.
        measure: As in ``compare_units``.
        unit: A unit; all together by default.
        profile: Lateness profile.
        rules: ``exact`` limits, or ``xmr`` on request.
    """
    scope = Scope("", unit, profile)
    course = compare.series(
        run.unit_measures, unit_id=scope.unit, profile=scope.profile, measure=measure
    )
    course = course.filter(pl.col("period").map_elements(run.ended, return_dtype=pl.Boolean))
    base = baseline(run, scope.unit, measure)
    has_baseline = base is not None and {base.first, base.last} <= set(course["period"])
    frame = compare.charted(course, base, rules=rules) if base and has_baseline else course
    ended = _WITHOUT_STOCK.get(measure, measure)
    shift = _likeliest_change(run, scope, ended)
    rows = list(frame.iter_rows(named=True))
    rate = say(f"briefing.{measure}")
    return Answer(
        title=say("control.title"),
        claims=(
            *_describe_limits(rows, base if has_baseline else None),
            *_describe_change(shift, say(f"briefing.{ended}")),
        ),
        frame=frame,
        denominators=say("control.denominators"),
        listing=_table(rows, rate) if rows and has_baseline else None,
        figure=_figure(rows, base, shift, rate) if rows and base and has_baseline else None,
    )


def baseline(run: Run, unit: str, measure: str) -> compare.BaselinePeriods | None:
    """Return the baseline that a person fixed for a unit, or for all units; none where none is."""
    rows = [row for row in run.reference_rows("baselines.csv") if row["measure"] == measure]
    unit_rows = [row for row in rows if row["unit_id"] == unit]
    for row in unit_rows or [row for row in rows if row["unit_id"] == EVERYTHING]:
        reason = row[f"reason_{run.language}"] or row["reason_vi"]
        return compare.BaselinePeriods(row["first_month"], row["last_month"], reason)
    return None


def _likeliest_change(run: Run, scope: Scope, measure: str) -> Row:
    """Return the likeliest single change; months of long holidays are compared with such months."""
    course = compare.series(
        run.unit_measures, unit_id=scope.unit, profile=scope.profile, measure=measure
    )
    course = course.filter(pl.col("period").map_elements(run.ended, return_dtype=pl.Boolean))
    classes = run.month_classes
    kinds = {p: classes[p] for p in course["period"] if p in classes}
    seasonal = len(kinds) == course.height and course.height > 0
    changes = compare.changed(
        course,
        kinds=kinds if seasonal else None,
        shares=compare.shares_by_kind(
            run.unit_measures, kinds, profile=scope.profile, measure=measure
        )
        if seasonal
        else None,
    )
    row: Row = changes.row(0, named=True)
    return row


def _describe_limits(
    rows: Sequence[Row], base: compare.BaselinePeriods | None
) -> tuple[Claim, ...]:
    if base is None:
        return (claim(say("control.no_baseline"), 2),)
    words = {
        "first": numerals.period(base.first),
        "last": numerals.period(base.last),
        "reason": base.reason,
    }
    claims = [claim(say("control.baseline", **words), 2)]
    called = [row for row in rows if row["rule"]]
    if called:
        called_months = "; ".join(_named(row) for row in called)
        claims.append(claim(say("control.called", n=len(called), months=called_months), 2))
    else:
        claims.append(claim(say("control.calm", n=len(rows)), 2))
    if rows and rows[0]["is_shaky"]:
        claims.append(claim(say("control.shaky"), 2))
    return tuple(claims)


def _named(row: Row) -> str:
    over = numerals.fraction(row["numerator"], row["denominator"])
    return f"{numerals.period(row['period'])} ({numerals.percent(row['value'])}; {over})"


def _describe_change(shift: Row, rate: str) -> tuple[Claim, ...]:
    if shift["period"] is None or shift["p_value"] is None or shift["p_value"] > SURE:
        return (claim(say("control.no_change", rate=rate), 2),)
    words = {
        "rate": rate,
        "since": numerals.period(shift["period"]),
        "earliest": numerals.period(shift["earliest"]),
        "latest": numerals.period(shift["latest"]),
        **{side: _level(shift, side) for side in ("before", "after")},
    }
    return (claim(say("control.change", **words), 2),)


def _level(shift: Row, side: str) -> str:
    """Describe one side: late dossiers of all, or of the number expected for its months."""
    late, base = shift[f"{side}_numerator"], shift[f"{side}_denominator"]
    if shift["method"] == AGAINST_EXPECTED:
        words = {"late": numerals.count(late), "expected": numerals.decimal(base)}
        return say("control.of_expected", **words)
    return numerals.fraction(late, base)


def _figure(rows: Sequence[Row], usual: compare.BaselinePeriods, shift: Row, rate: str) -> Figure:
    points = [
        Point(
            name=numerals.month_tick(row["period"]),
            value=None if row["value"] is None else 100 * row["value"],
            centre=100 * row["centre"],
            lower=100 * row["lower"],
            upper=100 * row["upper"],
            called=row["rule"] is not None,
            in_baseline=usual.first <= row["period"] <= usual.last,
        )
        for row in rows
    ]
    sure = shift["period"] is not None and (shift["p_value"] or 1.0) <= SURE
    change = numerals.month_tick(shift["period"]) if sure else ""
    return picture(
        control_chart(points, say("briefing.rate_axis", rate=rate), change),
        say("control.caption", rate=rate),
        (f"{p.name} {numerals.decimal(p.value)}%" for p in points if p.value is not None),
    )


def _table(rows: Sequence[Row], rate: str) -> Table:
    return table(
        say("control.caption", rate=rate),
        rows,
        [
            text("control.month", lambda row: numerals.period(row["period"])),
            fraction(rate, "value", "numerator", "denominator", "briefing.no_denominator"),
            figure(
                "control.limits", lambda row: numerals.percent_range(row["lower"], row["upper"])
            ),
            figure(
                "control.verdict", lambda row: say(f"control.{'out' if row['rule'] else 'inside'}")
            ),
        ],
    )


# recorded changes ---------------------------------------------------------------------------

FILE = "interventions.csv"


@question("cause_cells", level=4)
def interventions(run: Run, *, profile: ResultProfile = PROFILE) -> Answer:
    """What did recorded changes do to the late share of the units concerned?

    Raises:
        UsageProblem: The profile is unknown, or the results were computed under another one.
        InputRejected: A recorded change names a unit or period that these results lack.
    """
    effects = [(row, _effect(run, row)) for row in run.reference_rows(FILE)]
    frames = [
        effect.with_columns(pl.lit(row["intervention"]).alias("intervention"))
        for row, effect in effects
    ]
    return Answer(
        title=say("interventions.title"),
        claims=_effect_claims(run, effects),
        frame=pl.concat(frames) if frames else pl.DataFrame(),
        denominators=f"{say('interventions.denominators')} {computed_under(run, profile)}",
        listing=_effect_table(run, effects) if effects else None,
    )


def _effect(run: Run, row: dict[str, str]) -> pl.DataFrame:
    """Judge one change over all ended periods of its kind.

    Raises:
        InputRejected: A unit or period of the record is not in these results.
    """
    since = str(Period.parse(row["since"]))
    kind = Period.parse(since).kind
    labels = [p for p in run.periods(kind) if run.ended(p)]
    units = row["unit_ids"].split()
    strange = [unit for unit in units if unit not in run.units()]
    if since not in labels[1:] or strange:
        odd = ", ".join(strange) or row["since"]
        raise InputRejected("interventions.odd", file=FILE, change=row["intervention"], odd=odd)
    return compare.intervention(run.cause_cells, treated=units, periods=labels, since=since)


def _effect_claims(
    run: Run, effects: list[tuple[dict[str, str], pl.DataFrame]]
) -> tuple[Claim, ...]:
    if not effects:
        return (claim(say("interventions.none"), 2),)
    claims = []
    for row, effect in effects:
        figures = effect.row(0, named=True)
        text = say(f"interventions.{_verdict(figures)}", **_words(run, row, figures))
        if figures["reasons"]:
            reasons = "; ".join(say(f"interventions.{r}") for r in figures["reasons"])
            text = f"{text} {say('interventions.because', reasons=reasons)}"
        claims.append(claim(text, figures["evidence_level"]))
    return tuple(claims)


def _verdict(figures: Row) -> str:
    if figures["value"] is None:
        return "undecidable"
    if figures["upper"] is None or figures["lower"] is None:
        return "unclear"
    if figures["upper"] < 0:
        return "fell"
    return "rose" if figures["lower"] > 0 else "unclear"


def _words(run: Run, row: dict[str, str], figures: Row) -> dict[str, str]:
    return {
        "name": row.get(f"name_{run.language}") or row["name_vi"],
        "units": listed(run.unit_name(unit) for unit in row["unit_ids"].split()),
        "since": numerals.period(str(Period.parse(row["since"]))),
        "effect": numerals.points(figures["value"]) if figures["value"] is not None else "–",
        "interval": numerals.points_range(figures["lower"], figures["upper"])
        if figures["value"] is not None
        else "–",
        "fraction": numerals.fraction(figures["numerator"], figures["denominator"]),
    }


def _effect_table(run: Run, found: list[tuple[dict[str, str], pl.DataFrame]]) -> Table:
    rows = [
        {**_words(run, row, figures), "level": str(figures["evidence_level"])}
        for row, effect in found
        for figures in [effect.row(0, named=True)]
    ]
    return table(
        say("interventions.table"),
        rows,
        [
            text("interventions.head_change", "name"),
            *(
                Col(say(f"interventions.head_{name}"), partial(_text, name))
                for name in ("since", "effect", "interval", "level")
            ),
        ],
    )


def _text(name: str, row: Row) -> Cell:
    return str(row[name])
