"""How a rate moved: against another period, unit by unit, and month by month.

A change is called a rise or a fall only when its whole interval lies on one side of zero and both
sides have enough dossiers; any other change is called unclear.
"""

from __future__ import annotations

import polars as pl

from workbench.answers.answer import Answer, Claim, Value, claim
from workbench.answers.columns import Col, Row, figure, fraction, picture, table, text
from workbench.answers.phrasing import (
    FEW,
    about_rate,
    distinct,
    inline,
    listed,
    rate_words,
    share_dot,
    standing,
    values_of,
)
from workbench.answers.present_scope import PresentScope
from workbench.answers.questions import (
    PROFILE,
    RATE,
    AnyProfile,
    PeriodLabel,
    Rate,
    Scope,
    UnitId,
    question,
)
from workbench.answers.run import Run
from workbench.answers.undecided_returns import LATE_RATES, widen_changes
from workbench.charts import Dot, Figure, Scale, Standing, dots
from workbench.charts import course as course_chart
from workbench.charts.tables import Table
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING, Period
from workbench.figures import compare
from workbench.figures.register_start import register_start
from workbench.messages import say


@question("unit_measures", "dossiers", level=2)
def compare_periods(
    run: Run,
    period: PeriodLabel,
    *,
    against: str = "",
    measure: Rate = RATE,
    unit: UnitId = EVERYTHING,
    profile: AnyProfile = PROFILE,
) -> Answer:
    """What changed against another period, and is the change more than chance?"""
    scope, against = Scope(period, unit, profile), run.against(period, against)
    if not against:
        return _nothing_to_compare(run, scope)
    present = PresentScope.of_periods(run, [against, period], scope.unit)
    frame = compare.change(
        present.rates(run.measures_under(scope.profile).filter(measure=measure)),
        left=against,
        right=scope.period,
        profile=scope.profile,
        measure=measure,
    )
    if measure in LATE_RATES:
        frame = widen_changes(present.tables, frame, scope, against)
    if scope.unit != EVERYTHING:
        frame = frame.filter(pl.col("unit_id").is_in([EVERYTHING, scope.unit]))
    names = distinct(frame["unit_id"], run.unit_name)
    rows = [r for r in frame.iter_rows(named=True) if r["difference"] is not None]
    rows.sort(key=lambda r: (r["unit_id"] != EVERYTHING, -r["difference"], names[r["unit_id"]]))
    judged = run.ended(scope.period) and run.ended(against)
    unit_dots = [_dot(row, names, scope, judged=judged) for row in rows]
    about = {
        "rate": inline(say(f"briefing.{measure}")),
        "Rate": say(f"briefing.{measure}"),
        "period": numerals.period(scope.period),
        "against": numerals.period(against),
    }
    return Answer(
        title=about_rate(say("briefing.change_title", **about), measure),
        claims=(
            *_claims(rows, names, scope, about, judged=judged),
            *_begins_within(run, against, scope.period),
            *present.claims(),
        ),
        frame=frame,
        denominators=say("briefing.change_denominators", few=FEW),
        listing=_table(frame, names, about),
        figure=_figure(unit_dots, about) if unit_dots else None,
        values=_values(rows, scope, against, measure),
    )


def _begins_within(run: Run, *labels: str) -> tuple[Claim, ...]:
    """Return the claim that one of the periods lacks dossiers from before the register began."""
    closed = run.dossiers.select("received_on", pl.col("resolved_at").dt.date().alias("ended_on"))
    start = register_start(closed)
    early = [label for label in labels if start and start.is_within(Period.parse(label))]
    if not start or not early:
        return ()
    words = {
        "first": numerals.day(start.begins_on),
        "complete": numerals.day(start.complete_on),
        "period": numerals.period(early[0]),
    }
    return (claim(say("briefing.change_begins", **words), 1),)


def _values(rows: list[Row], scope: Scope, against: str, measure: str) -> tuple[Value, ...]:
    """Return both sides of each change and the change itself."""
    sides = (("left", against), ("right", scope.period))
    return tuple(
        Value(name, row["unit_id"], period, scope.profile, number)
        for row in rows
        for name, period, number in (
            *(
                (f"{measure}.{part}", period, row[f"{side}_{part}"])
                for side, period in sides
                for part in ("numerator", "denominator")
            ),
            (f"{measure}.change.{against}", scope.period, row["difference"]),
        )
    )


def _nothing_to_compare(run: Run, scope: Scope) -> Answer:
    text = say("briefing.change_nothing", period=numerals.period(scope.period))
    return Answer(
        title=say("briefing.change_nothing_title"),
        claims=(claim(text, 1),),
        frame=run.measures_under(scope.profile).clear(),
        denominators="",
    )


def _standing(row: Row) -> Standing:
    base = min(row["left_denominator"], row["right_denominator"])
    return standing((row["sure_lower"], row["sure_upper"]), 0.0, base)


def _claims(
    rows: list[Row], names: dict[str, str], scope: Scope, about: dict[str, str], *, judged: bool
) -> tuple[Claim, ...]:
    unit_row = next((r for r in rows if r["unit_id"] == scope.unit), None)
    if unit_row is None:
        return (claim(say("briefing.change_no_rate", **about), 1),)
    sentence = say(
        "briefing.change_own",
        unit=names[unit_row["unit_id"]],
        before=_side(unit_row, "left"),
        after=_side(unit_row, "right"),
        difference=numerals.points(unit_row["difference"]),
        interval=numerals.points_range(unit_row["sure_lower"], unit_row["sure_upper"]),
        **about,
    )
    level = unit_row["evidence_level"]
    verdict = f"change_{_standing(unit_row)}" if judged else "change_unended"
    claims = [claim(f"{sentence} {say(f'briefing.{verdict}', few=FEW)}", level)]
    if scope.unit == EVERYTHING and judged:
        claims += [claim(text, level) for text in _moved(rows, names)]
    return tuple(claims)


def _side(row: Row, side: str) -> str:
    over = numerals.fraction(row[f"{side}_numerator"], row[f"{side}_denominator"])
    return f"{numerals.percent(row[f'{side}_value'])} ({over})"


def _moved(rows: list[Row], names: dict[str, str]) -> list[str]:
    """Return the claim about units that rose or fell beyond chance, and the number of others."""
    units = [(r, _standing(r)) for r in rows if r["unit_id"] != EVERYTHING]
    claims = []
    for side in ("above", "below"):
        here = [r for r, s in units if s == side]
        moved_units = listed(
            f"{names[r['unit_id']]} ({numerals.points(r['difference'])})" for r in here
        )
        if here:
            claims.append(say(f"briefing.change_units_{side}", n=len(here), units=moved_units))
    unclear = sum(s in ("within", "few") for _, s in units)
    return [*claims, say("briefing.change_units_within", n=unclear)] if unclear else claims


def _dot(row: Row, names: dict[str, str], scope: Scope, *, judged: bool) -> Dot:
    return share_dot(
        names[row["unit_id"]],
        [row["difference"], row["sure_lower"], row["sure_upper"]],
        " · ".join(numerals.percent(row[f"{side}_value"]) for side in ("left", "right")),
        _standing(row) if judged else "few",
        marked=row["unit_id"] in (EVERYTHING, scope.unit),
    )


def _figure(drawn: list[Dot], about: dict[str, str]) -> Figure:
    scale = Scale(
        0.0,
        say("briefing.no_change"),
        say("briefing.change_axis"),
        say("briefing.before_after"),
        "change",
    )
    labels = (f"{d.name} {numerals.points(d.value / 100)} ({d.note})" for d in drawn)
    return picture(dots(drawn, scale), say("briefing.change_caption", **about), labels)


def _table(frame: pl.DataFrame, names: dict[str, str], about: dict[str, str]) -> Table:
    return table(
        say("briefing.change_table", **about),
        frame.iter_rows(named=True),
        [
            text("briefing.unit", lambda row: names[row["unit_id"]]),
            _side_column(about["against"], "left"),
            _side_column(about["period"], "right"),
            figure(
                "briefing.change_points",
                lambda row: numerals.points(row["difference"]),
                of="difference",
                none="briefing.no_difference",
            ),
            figure(
                "briefing.interval",
                lambda row: numerals.points_range(row["sure_lower"], row["sure_upper"]),
                of="difference",
                none="briefing.no_difference",
            ),
        ],
    )


def _side_column(heading: str, side: str) -> Col:
    value, over, base = (f"{side}_{part}" for part in ("value", "numerator", "denominator"))
    return fraction(heading, value, over, base, "briefing.no_denominator")


# month by month ---------------------------------------------------------------------------


@question("unit_measures", level=2)
def course(
    run: Run,
    period: PeriodLabel,
    *,
    measure: Rate = RATE,
    unit: UnitId = EVERYTHING,
    profile: AnyProfile = PROFILE,
) -> Answer:
    """How did a rate develop month by month, up to the end of a period?"""
    scope = Scope(period, unit, profile)
    until = Period.parse(period).ends_on
    labels = [m for m in run.periods("month") if Period.parse(m).ends_on <= until]
    present = PresentScope.of_units(run, labels, scope.unit)
    rates = present.rates(run.measures_under(scope.profile).filter(measure=measure))
    rows = {row["period"]: row for row in rates.filter(unit_id=scope.unit).iter_rows(named=True)}
    measured = _with_sure_bounds([(month, rows[month]) for month in labels if month in rows])
    rate = say(f"briefing.{measure}")
    caption = say("briefing.course_caption", rate=rate, unit=run.unit_inline(unit))
    return Answer(
        title=say("briefing.course_title"),
        claims=(*_course_claims(measured, rate), *present.claims()),
        frame=pl.DataFrame([row for _, row in measured], infer_schema_length=None),
        denominators=say("briefing.course_denominators", few=FEW),
        listing=_course_table(measured, caption),
        figure=_course_figure(measured, caption) if measured else None,
        values=values_of(row for _, row in measured),
    )


def _with_sure_bounds(known: list[tuple[str, Row]]) -> list[tuple[str, Row]]:
    """Add the interval that each month is judged by, which allows for as many as there are."""
    sides = ("sure_lower", "sure_upper")
    bounds = [compare.sure_bounds(row, len(known)) for _, row in known]
    return [
        (month, row | dict(zip(sides, pair, strict=True)))
        for (month, row), pair in zip(known, bounds, strict=True)
    ]


def _course_claims(known: list[tuple[str, Row]], rate: str) -> tuple[Claim, ...]:
    above, total = _above_the_rest(known)
    if not total:
        return (claim(say("briefing.course_nothing", rate=rate), 2),)
    first, last = numerals.month_tick(known[0][0]), numerals.month_tick(known[-1][0])
    span = say("briefing.course_span", rate=rate, n=len(known), first=first, last=last)
    if not above:
        return (claim(f"{span} {say('briefing.course_even')}", 2),)
    called_months = listed(f"{numerals.month_tick(m)} ({rate_words(r)['value']})" for m, r in above)
    return (claim(f"{span} {say('briefing.course_above', months=called_months)}", 2),)


def _above_the_rest(known: list[tuple[str, Row]]) -> tuple[list[tuple[str, Row]], int]:
    """Return the months that lie above all months together as a whole, and the base."""
    total = sum(r["denominator"] for _, r in known)
    level = sum(r["numerator"] for _, r in known) / total if total else None
    above = [
        (m, r)
        for m, r in known
        if standing((r["sure_lower"], r["sure_upper"]), level, r["denominator"]) == "above"
    ]
    return above, total


def _course_figure(known: list[tuple[str, Row]], caption: str) -> Figure:
    points = [
        share_dot(
            numerals.month_tick(month),
            [row["value"], row["sure_lower"], row["sure_upper"]],
            numerals.fraction(row["numerator"], row["denominator"]),
            "few" if row["denominator"] < FEW else "within",
        )
        for month, row in known
    ]
    labels = (f"{d.name} {numerals.decimal(d.value)}% ({d.note})" for d in points)
    return picture(course_chart(points, say("briefing.percent")), caption, labels)


def _course_table(known: list[tuple[str, Row]], caption: str) -> Table:
    rows = [
        {"month": numerals.month_tick(month), **rate_words(row)}
        | {"interval": numerals.percent_range(row["sure_lower"], row["sure_upper"])}
        for month, row in known
    ]
    return table(
        caption,
        rows,
        [
            text("briefing.month", "month"),
            figure("briefing.rate", lambda row: row["value"]),
            figure("briefing.fraction", lambda row: row["fraction"]),
            figure("briefing.interval", lambda row: row["interval"]),
        ],
    )
