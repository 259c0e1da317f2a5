"""Units side by side: which differ from the overall rate.

Not a ranking: the table is ordered by unit, the chart by rate, and a unit is named above or below
only when its whole interval is. Crude shares, not adjusted for case mix.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from workbench.answers.adjusted_units import strata_of
from workbench.answers.alike_units import alike_unit_claims
from workbench.answers.answer import Answer, Claim, Value, claim
from workbench.answers.columns import Col, Row, count, figure, fraction, picture, table, text
from workbench.answers.comparison_limits import limit_claims
from workbench.answers.phrasing import (
    FEW,
    about_rate,
    distinct,
    listed,
    measures_of,
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
from workbench.answers.two_rates import two_rates_claims
from workbench.answers.undecided_returns import LATE_RATES, LateBounds, count_undecided_returns
from workbench.charts import Dot, Figure, Scale, Standing, dots
from workbench.charts.tables import Table
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING
from workbench.figures import compare
from workbench.messages import say


@question(
    *("unit_measures", "cause_cells", "overdue_cells", "cell_tests", "dossiers", "quarantine"),
    level=2,
)
def compare_units(
    run: Run,
    period: PeriodLabel,
    *,
    measure: Rate = RATE,
    unit: UnitId = EVERYTHING,
    profile: AnyProfile = PROFILE,
) -> Answer:
    """Which units differ from the overall rate?

    Args:
        run: Its tables.
        period: Label of the period.
        measure: ``late_or_overdue``, ``late_done``, ``ot_done`` or
            ``ot_done_plus_overdue_open``.
        unit: A unit to mark among the others.
        profile: Lateness profile.
    """
    scope = Scope(period, unit, profile)
    present = PresentScope.within(run, period, unit)
    measures = run.measures_under(profile).filter(period=period)
    frame = compare.units_side_by_side(present.rates(measures), period=period, profile=profile)
    everyone = Scope(period, EVERYTHING, profile)
    overall = measures_of(run, everyone, period).get(measure)
    names = distinct(frame["unit_id"], run.unit_name)
    measured = [r for r in frame.iter_rows(named=True) if r[measure] is not None]
    measured.sort(key=lambda r: (-r[measure], names[r["unit_id"]]))
    is_late_rate = measure in LATE_RATES
    undecided = count_undecided_returns(present.tables, everyone) if is_late_rate else {}
    judged = [(r, _standing_of(r, measure, overall, undecided)) for r in measured]
    claims = _unit_claims(judged, names, scope, measure, overall)
    if overall is not None:
        claims += LateBounds.of(overall, undecided.get(EVERYTHING, 0)).claims()
    if is_late_rate:
        units = [r["unit_id"] for r, _ in judged if r["unit_id"] == scope.unit]
        units += [r["unit_id"] for r, side in judged if side in ("above", "below")]
        claims += two_rates_claims(run, scope, set(units), names)
    claims += alike_unit_claims(run, names)
    if measure == RATE and profile == run.result_profile:
        claims += _beyond_chance(run, present, scope, names, judged)
        if len(judged) > 1:
            claims += limit_claims(run, everyone, "overall")
    return Answer(
        title=about_rate(say("briefing.units_title"), measure),
        claims=(*claims, *present.claims()),
        frame=frame,
        denominators=say("briefing.units_denominators", few=FEW),
        listing=_unit_table(frame, names, scope),
        figure=_unit_dots(judged, names, scope, measure, overall) if judged else None,
        values=_values(frame, scope, overall),
    )


def _values(frame: pl.DataFrame, scope: Scope, overall: Row | None) -> tuple[Value, ...]:
    """Return the figures of the table, unit by unit, and those of all units together."""
    rates = [
        f"{rate}_{part}"
        for rate in ("late_done", "late_or_overdue")
        for part in ("numerator", "denominator")
    ]
    stated = tuple(
        Value(".".join(name.rsplit("_", 1)) if name in rates else name, *about, row[name])
        for row in frame.iter_rows(named=True)
        for about in [(row["unit_id"], scope.period, scope.profile)]
        for name in (*compare.SIDE_BY_SIDE_COUNTS, *rates)
        if row[name] is not None
    )
    return (*stated, *values_of([overall] if overall else []))


def _standing_of(
    row: Row, measure: str, overall: Row | None, undecided: Mapping[str, int]
) -> Standing:
    """Return where a unit stands, whatever the undecided dossiers of it and of all were."""
    lower, upper = row[f"{measure}_sure_lower"], row[f"{measure}_sure_upper"]
    base = row[f"{measure}_denominator"]
    if overall is None or not undecided.get(EVERYTHING):
        return standing((lower, upper), overall["value"] if overall else None, base)
    rate = {"numerator": row[f"{measure}_numerator"], "denominator": base}
    most = LateBounds.of(rate, undecided.get(row["unit_id"], 0)).most
    of_all = LateBounds.of(overall, undecided[EVERYTHING])
    widest = (lower, max(upper, most))
    if standing(widest, of_all.most, base) == "above":
        return "above"
    side = standing(widest, of_all.least, base)
    return "within" if side == "above" else side


def _unit_claims(
    judged: Sequence[tuple[Row, Standing]],
    names: dict[str, str],
    scope: Scope,
    measure: str,
    overall: Row | None,
) -> tuple[Claim, ...]:
    if overall is None:
        return (claim(say("briefing.units_nothing"), 1),)
    rate = say(f"briefing.{measure}")
    claims = [claim(say("briefing.units_overall", rate=rate, **rate_words(overall)), 1)]
    if len(judged) == 1:
        return (*claims, claim(say("briefing.units_alone", unit=names[judged[0][0]["unit_id"]]), 2))
    for row, side in judged:
        if row["unit_id"] == scope.unit:
            sentence = _named_rate(row, names, measure)
            claims.append(claim(say(f"briefing.unit_{side}", unit=sentence, few=FEW), 2))
    for side in ("above", "below", "within", "few"):
        here = [r for r, s in judged if s == side]
        if here:
            sentence = listed(_named_rate(r, names, measure) for r in here)
            text = say(f"briefing.units_{side}", n=len(here), units=sentence, few=FEW)
            claims.append(claim(text, 2))
    return tuple(claims)


def _beyond_chance(
    run: Run,
    present: PresentScope,
    scope: Scope,
    names: dict[str, str],
    judged: Sequence[tuple[Row, Standing]],
) -> tuple[Claim, ...]:
    """Return the claim about units above the overall rate that are outliers after adjustment too.

    The test is that of ``fair_units``, so that the two never contradict each other on a page.
    """
    above = {row["unit_id"] for row, side in judged if side == "above"}
    if not above or len(judged) == 1:
        return ()
    counts = strata_of(run, scope.period, present)
    rows = compare.standings(counts, period=scope.period).to_dicts()
    enough = {row["unit_id"] for row, side in judged if side != "few"}
    number = sum(row["peered"] >= compare.PEERED and row["unit_id"] in enough for row in rows)
    groups: dict[str, list[str]] = {"beyond": [], "not_beyond": [], "no_peers": []}
    for row in rows:
        apart = "beyond" if row["standing"] == "above" else "not_beyond"
        if row["unit_id"] in above:
            groups[apart if row["peered"] >= compare.PEERED else "no_peers"].append(
                names[row["unit_id"]]
            )
    texts = (
        say(f"briefing.units_{key}", units=listed(units), number=numerals.count(number))
        for key, units in groups.items()
        if units
    )
    return tuple(claim(text, 2) for text in texts)


def _named_rate(row: Row, names: dict[str, str], measure: str) -> str:
    over = numerals.fraction(row[f"{measure}_numerator"], row[f"{measure}_denominator"])
    return f"{names[row['unit_id']]} ({numerals.percent(row[measure])}; {over})"


def _unit_dots(
    judged: Sequence[tuple[Row, Standing]],
    names: dict[str, str],
    scope: Scope,
    measure: str,
    overall: Row | None,
) -> Figure:
    unit_dots = [
        share_dot(
            names[row["unit_id"]],
            [row[measure], row[f"{measure}_sure_lower"], row[f"{measure}_sure_upper"]],
            numerals.fraction(row[f"{measure}_numerator"], row[f"{measure}_denominator"]),
            side,
            marked=row["unit_id"] == scope.unit,
        )
        for row, side in judged
    ]
    rate = say(f"briefing.{measure}")
    caption = say("briefing.units_caption", rate=rate, period=numerals.period(scope.period))
    return rate_dots(unit_dots, overall["value"] if overall else 0.0, rate, caption)


def rate_dots(unit_dots: Sequence[Dot], level: float, rate: str, caption: str) -> Figure:
    """Draw the rate of each unit beside that of all together."""
    scale = Scale(
        level * 100,
        say("briefing.overall", value=numerals.percent(level)),
        say("briefing.rate_axis", rate=rate),
        say("briefing.fraction"),
    )
    labels = (f"{d.name} {numerals.decimal(d.value)}% ({d.note})" for d in unit_dots)
    return picture(dots(unit_dots, scale), caption, labels)


def _unit_table(frame: pl.DataFrame, names: dict[str, str], scope: Scope) -> Table:
    return table(
        say("briefing.units_table", period=numerals.period(scope.period)),
        frame.iter_rows(named=True),
        [
            text("briefing.unit", lambda row: names[row["unit_id"]]),
            *(count(f"briefing.{name}", name) for name in compare.SIDE_BY_SIDE_COUNTS),
            *_rate_columns("late_done"),
            *_rate_columns("late_or_overdue"),
        ],
        marked=lambda row: row["unit_id"] == scope.unit,
    )


def _rate_columns(rate: str) -> tuple[Col, Col]:
    """Return the columns of a rate and of the interval that it is judged by."""

    def interval(row: Row) -> str:
        return numerals.percent_range(row[f"{rate}_sure_lower"], row[f"{rate}_sure_upper"])

    over, base, none = f"{rate}_numerator", f"{rate}_denominator", "briefing.no_denominator"
    return (
        fraction(say(f"briefing.{rate}"), rate, over, base, none),
        figure("briefing.interval", interval, of=rate, none=none),
    )
