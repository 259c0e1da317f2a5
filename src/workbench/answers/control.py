"""Did a rate change beyond chance? Months against a baseline, and the likeliest date of a change.

The baseline is in ``data/reference/baselines.csv`` with its written reason; nothing here moves it.
Without one there are no limits, only the likeliest date of a change. Months of long holidays are
compared with the usual rate of such months.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import polars as pl

from workbench.answers.answer import Answer, Claim, claim
from workbench.answers.columns import Row, figure, fraction, picture, table, text
from workbench.answers.present_scope import PresentScope
from workbench.answers.questions import (
    PROFILE,
    RATE,
    AnyProfile,
    Rate,
    Scope,
    UnitId,
    question,
)
from workbench.answers.run import Run
from workbench.charts import Figure, Point
from workbench.charts import control as control_chart
from workbench.charts.tables import Table
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING
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
    present = PresentScope.of_units(run, run.periods("month"), scope.unit)
    course = _course(run, present, scope, measure)
    base = baseline(run, scope.unit, measure)
    has_baseline = base is not None and {base.first, base.last} <= set(course["period"])
    frame = compare.charted(course, base, rules=rules) if base and has_baseline else course
    ended = _WITHOUT_STOCK.get(measure, measure)
    shift = _likeliest_change(run, present, scope, ended)
    rows = list(frame.iter_rows(named=True))
    rate = say(f"briefing.{measure}")
    return Answer(
        title=say("control.title"),
        claims=(
            *_describe_limits(rows, base if has_baseline else None),
            *_describe_change(shift, say(f"briefing.{ended}")),
            *present.claims(),
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


def _course(run: Run, present: PresentScope, scope: Scope, measure: str) -> pl.DataFrame:
    """Return a rate over the ended months, old units added up."""
    rates = present.rates(run.measures_under(scope.profile).filter(measure=measure))
    course = compare.series(rates, unit_id=scope.unit, profile=scope.profile, measure=measure)
    return course.filter(pl.col("period").map_elements(run.ended, return_dtype=pl.Boolean))


def _likeliest_change(run: Run, present: PresentScope, scope: Scope, measure: str) -> Row:
    """Return the likeliest single change; months of long holidays are compared with such months."""
    course = _course(run, present, scope, measure)
    classes = run.month_classes
    kinds = {p: classes[p] for p in course["period"] if p in classes}
    seasonal = len(kinds) == course.height and course.height > 0
    changes = compare.changed(
        course,
        kinds=kinds if seasonal else None,
        shares=compare.shares_by_kind(
            run.measures_under(scope.profile), kinds, profile=scope.profile, measure=measure
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
