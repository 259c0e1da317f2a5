"""Units side by side: which differ from the overall rate.

Not a ranking: the table is ordered by unit, the chart by rate, and a unit is named above or below
only when its whole interval is. Crude shares, not adjusted for case mix.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from workbench.answers.adjusted_units import PEERED
from workbench.answers.answer import Answer, Claim, Value, claim
from workbench.answers.phrasing import (
    FEW,
    Row,
    distinct,
    listed,
    measures_of,
    rate_words,
    standing,
    values_of,
)
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
from workbench.charts import Dot, Figure, Scale, Standing, dots, draw
from workbench.charts.tables import Blank, Cell, Column, Table
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING
from workbench.figures import compare
from workbench.messages import say


@question("measures", "cause_cells", "overdue_cells", level=2)
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

    Raises:
        UsageProblem: Unit, period, profile or measure is unknown.
    """
    scope = Scope(period, unit, profile)
    frame = compare.units_side_by_side(run.measures, period=scope.period, profile=scope.profile)
    everyone = Scope(scope.period, EVERYTHING, scope.profile)
    overall = measures_of(run, everyone, scope.period).get(measure)
    names = distinct(frame["unit_id"], run.unit_name)
    measured = [r for r in frame.iter_rows(named=True) if r[measure] is not None]
    measured.sort(key=lambda r: (-r[measure], names[r["unit_id"]]))
    judged = [(r, _standing_of(r, measure, overall)) for r in measured]
    claims = _unit_claims(judged, names, scope, measure, overall)
    if measure == RATE and scope.profile == run.result_profile:
        claims += _beyond_chance(run, scope, names, judged)
    return Answer(
        title=say("briefing.units_title"),
        claims=claims,
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


def _standing_of(row: Row, measure: str, overall: Row | None) -> Standing:
    return standing(
        (row[f"{measure}_lower"], row[f"{measure}_upper"]),
        overall["value"] if overall else None,
        row[f"{measure}_denominator"],
    )


def _unit_claims(
    judged: Sequence[tuple[Row, Standing]],
    names: dict[str, str],
    scope: Scope,
    measure: str,
    overall: Row | None,
) -> tuple[Claim, ...]:
    if overall is None:
        return (claim(say("briefing.units_nothing")),)
    rate = say(f"briefing.{measure}")
    claims = [claim(say("briefing.units_overall", rate=rate, **rate_words(overall)))]
    if len(judged) == 1:
        return (*claims, claim(say("briefing.units_alone", unit=names[judged[0][0]["unit_id"]])))
    for row, side in judged:
        if row["unit_id"] == scope.unit:
            sentence = _named_rate(row, names, measure)
            claims.append(claim(say(f"briefing.unit_{side}", unit=sentence, few=FEW), key=True))
    for side in ("above", "below", "within", "few"):
        here = [r for r, s in judged if s == side]
        if here:
            sentence = listed(_named_rate(r, names, measure) for r in here)
            text = say(f"briefing.units_{side}", n=len(here), units=sentence, few=FEW)
            claims.append(claim(text, key=side in ("above", "within")))
    return tuple(claims)


def _beyond_chance(
    run: Run, scope: Scope, names: dict[str, str], judged: Sequence[tuple[Row, Standing]]
) -> tuple[Claim, ...]:
    """Return the claim about units above the overall rate that are outliers after adjustment too.

    The test is that of ``fair_units``, so that the two never contradict each other on a page.
    """
    above = {row["unit_id"] for row, side in judged if side == "above"}
    if not above or len(judged) == 1:
        return ()
    counts = compare.count_strata(run.cause_cells, run.overdue_cells, period=scope.period)
    rows = compare.standings(counts, period=scope.period).to_dicts()
    enough = {row["unit_id"] for row, side in judged if side != "few"}
    number = sum(row["peered"] >= PEERED and row["unit_id"] in enough for row in rows)
    groups: dict[str, list[str]] = {"beyond": [], "not_beyond": [], "no_peers": []}
    for row in rows:
        apart = "beyond" if row["standing"] == "above" else "not_beyond"
        if row["unit_id"] in above:
            groups[apart if row["peered"] >= PEERED else "no_peers"].append(names[row["unit_id"]])
    texts = (
        say(f"briefing.units_{key}", units=listed(units), number=numerals.count(number))
        for key, units in groups.items()
        if units
    )
    return tuple(claim(text, 2, key=True) for text in texts)


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
    ordered_dots = [
        _unit_dot(r, s, names, measure, marked=r["unit_id"] == scope.unit) for r, s in judged
    ]
    level = overall["value"] if overall else 0.0
    rate = say(f"briefing.{measure}")
    scale = Scale(
        level * 100,
        say("briefing.overall", value=numerals.percent(level)),
        say("briefing.rate_axis", rate=rate),
        say("briefing.fraction"),
    )
    caption = say("briefing.units_caption", rate=rate, period=numerals.period(scope.period))
    described = "; ".join(f"{d.name} {numerals.decimal(d.value)}% ({d.note})" for d in ordered_dots)
    return draw(dots(ordered_dots, scale), caption, f"{caption} {described}.")


def _unit_dot(
    row: Row, side: Standing, names: dict[str, str], measure: str, *, marked: bool
) -> Dot:
    return Dot(
        name=names[row["unit_id"]],
        value=row[measure] * 100,
        lower=row[f"{measure}_lower"] * 100,
        upper=row[f"{measure}_upper"] * 100,
        note=numerals.fraction(row[f"{measure}_numerator"], row[f"{measure}_denominator"]),
        standing=side,
        marked=marked,
    )


def _unit_table(frame: pl.DataFrame, names: dict[str, str], scope: Scope) -> Table:
    counts = compare.SIDE_BY_SIDE_COUNTS
    columns = [Column(say("briefing.unit"), number=False)]
    columns += [Column(say(f"briefing.{c}")) for c in counts]
    for rate in ("late_done", "late_or_overdue"):
        columns += [Column(say(f"briefing.{rate}")), Column(say("briefing.interval"))]
    rows = list(frame.iter_rows(named=True))
    cells = [
        (
            names[row["unit_id"]],
            *(numerals.count(row[c]) for c in counts),
            *_rate_cells(row, "late_done"),
            *_rate_cells(row, "late_or_overdue"),
        )
        for row in rows
    ]
    caption = say("briefing.units_table", period=numerals.period(scope.period))
    marked = frozenset(i for i, r in enumerate(rows) if r["unit_id"] == scope.unit)
    return Table(caption, tuple(columns), tuple(cells), marked=marked)


def _rate_cells(row: Row, rate: str) -> tuple[Cell, Cell]:
    if row[rate] is None:
        none = Blank(say("briefing.no_denominator"))
        return none, none
    over = numerals.fraction(row[f"{rate}_numerator"], row[f"{rate}_denominator"])
    interval = numerals.percent_range(row[f"{rate}_lower"], row[f"{rate}_upper"])
    return f"{numerals.percent(row[rate])} ({over})", interval
