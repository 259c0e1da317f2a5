"""Units after fair case mix: who is apart, who is not, and how sure any place in a row is.

No league table: rows stand in the order of their names, ranks come as intervals, and a unit is
called apart only outside funnel limits that allow for the spread all units have.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from workbench.answers.alike_units import alike_unit_claims
from workbench.answers.answer import Answer, Claim, Value, claim
from workbench.answers.causes import UNEXPLAINED
from workbench.answers.columns import (
    Row,
    count,
    decimal,
    figure,
    percent,
    picture,
    ranged,
    table,
    text,
)
from workbench.answers.comparison_limits import limit_claims
from workbench.answers.phrasing import FEW, distinct, listed
from workbench.answers.present_scope import PresentScope
from workbench.answers.questions import (
    PROFILE,
    RATE,
    PeriodLabel,
    ResultProfile,
    Scope,
    UnitId,
    question,
)
from workbench.answers.run import Run
from workbench.answers.two_rates import two_rates_claims
from workbench.charts import Figure, FunnelPoint, funnel
from workbench.charts.tables import Table
from workbench.core import numerals
from workbench.core.cause_list import cause_label
from workbench.core.vocabulary import EVERYTHING
from workbench.figures import compare
from workbench.messages import say


@question("unit_measures", "cause_cells", "overdue_cells", "cell_tests", "quarantine", level=2)
def fair_units(
    run: Run, period: PeriodLabel, *, unit: UnitId = EVERYTHING, profile: ResultProfile = PROFILE
) -> Answer:
    """Which units are late beyond what their case mix explains?"""
    scope = Scope(period, unit, profile)
    present = PresentScope.within(run, period, unit)
    counts = strata_of(run, period, present)
    frame = compare.units_adjusted(counts, period=period)
    names = distinct(frame["unit_id"], run.unit_name)
    rows = list(frame.iter_rows(named=True))
    turned = compare.contradictions(counts, period=period) if rows else frame
    return Answer(
        title=say("fairness.units_title"),
        claims=(
            *_claims(rows, names, list(turned.iter_rows(named=True)), scope),
            *_reconciled(rows, names, _named_units(run, period)),
            *alike_unit_claims(run, names),
            *present.claims(),
        ),
        frame=frame,
        denominators=say("fairness.units_denominators", few=FEW),
        listing=_table(rows, names, scope) if rows else None,
        figure=_figure(rows, names, scope),
        values=tuple(
            Value(f"{RATE}.{part}", row["unit_id"], period, profile, row[column])
            for row in rows
            for part, column in (("numerator", "n_late"), ("denominator", "n_dossiers"))
        ),
    )


def strata_of(run: Run, period: str, present: PresentScope | None = None) -> pl.DataFrame:
    """Return the strata of a period's late share, with the design effect of each unit.

    Args:
        run: Its tables.
        period: Label of the period.
        present: Adds up units merged within the period; none: each as it was.
    """
    scope = present or PresentScope(run, ())
    rates = scope.rates(run.measures_under(run.result_profile).filter(measure=RATE))
    effects = compare.unit_effects(rates, period=period, profile=run.result_profile)
    tables = (run.cause_cells, run.overdue_cells)
    cells, overdue = (scope.cells(table.filter(period=period)) for table in tables)
    return compare.count_strata(cells, overdue, effects, period=period)


def _claims(
    rows: Sequence[Row], names: dict[str, str], turned: Sequence[Row], scope: Scope
) -> tuple[Claim, ...]:
    if not rows:
        return (claim(say("fairness.units_nothing"), 2),)
    claims = []
    for side in ("above", "below"):
        here = [row for row in rows if row["standing"] == side and row["n_dossiers"] >= FEW]
        if here:
            listing = listed(_named_ratio(row, names) for row in here)
            claims.append(claim(say(f"fairness.units_{side}", n=len(here), units=listing), 2))
    comparable = sum(r["peered"] >= compare.PEERED and r["n_dossiers"] >= FEW for r in rows)
    if not claims and comparable:
        text = say("fairness.units_within", n=numerals.count(comparable))
        claims.append(claim(text, 2))
    own = next((row for row in rows if row["unit_id"] == scope.unit), None)
    if own:
        number = sum(row["rank"] is not None for row in rows)
        claims.append(claim(_own(own, names, number), 2))
    alone = [row for row in rows if row["peered"] < compare.PEERED and row["n_dossiers"] >= FEW]
    if alone:
        listing = listed(names[row["unit_id"]] for row in alone)
        claims.append(claim(say("fairness.units_alone", n=len(alone), units=listing), 2))
    claims += [claim(_turned(row, names), 2) for row in turned[:3]]
    if not turned:
        claims.append(claim(say("fairness.no_contradiction"), 2))
    return tuple(claims)


def _named_units(run: Run, period: str) -> frozenset[str]:
    """Return the units that a cause is named for in a period (``cells``)."""
    cells = run.cell_tests.filter(
        pl.col("period") == period, pl.col("reading").is_in(["difference", "overload"])
    )
    return frozenset(cells["unit_id"])


def _reconciled(
    rows: Sequence[Row], names: dict[str, str], named: frozenset[str]
) -> tuple[Claim, ...]:
    """Say why crude rates, this comparison and the named cells do not single out the same units."""
    total = sum(row["n_dossiers"] for row in rows)
    overall = sum(row["n_late"] for row in rows) / total if total else 0.0
    reasons: dict[str, list[Row]] = {"mix": [], "spread": [], "cell": [], "no_cell": []}
    for row in rows:
        if row["n_dossiers"] < FEW or row["peered"] < compare.PEERED:
            continue
        if row["standing"] == "within" and row["crude_lower"] > overall:
            is_by_mix = row["ratio_lower"] is None or row["ratio_lower"] <= 1
            reasons["mix" if is_by_mix else "spread"].append(row)
        if row["standing"] != "above" and row["unit_id"] in named:
            reasons["cell"].append(row)
        if row["standing"] == "above" and row["unit_id"] not in named:
            reasons["no_cell"].append(row)
    return tuple(
        claim(
            say(f"fairness.reason_{key}", units=listed(_with_limits(r, names) for r in chosen)), 2
        )
        for key, chosen in reasons.items()
        if chosen
    )


def _with_limits(row: Row, names: dict[str, str]) -> str:
    return say(
        "fairness.ratio_limits",
        unit=names[row["unit_id"]],
        ratio=numerals.decimal(row["ratio"], 2),
        interval=_between(row["ratio_lower"], row["ratio_upper"]),
        upper=numerals.decimal(row["funnel_upper"], 2),
    )


def _named_ratio(row: Row, names: dict[str, str]) -> str:
    return say(
        "fairness.ratio",
        unit=names[row["unit_id"]],
        late=numerals.count(row["n_late"]),
        expected=numerals.decimal(row["expected"]),
    )


def _own(row: Row, names: dict[str, str], number: int) -> str:
    if row["rank"] is None or row["ratio"] is None:
        late = numerals.fraction(row["n_late"], row["n_dossiers"])
        return say("fairness.own_alone", unit=names[row["unit_id"]], late=late)
    return say(
        "fairness.own",
        unit=names[row["unit_id"]],
        late=numerals.count(row["n_late"]),
        expected=numerals.decimal(row["expected"]),
        ratio=numerals.decimal(row["ratio"], 2),
        interval=_between(row["ratio_lower"], row["ratio_upper"]),
        first=row["rank_lower"],
        last=row["rank_upper"],
        number=number,
    )


def _turned(row: Row, names: dict[str, str]) -> str:
    return say(
        "fairness.contradiction",
        left=names[row["left"]],
        right=names[row["right"]],
        crude=numerals.points(row["crude_difference"]),
        adjusted=numerals.points(row["adjusted_difference"]),
    )


def _between(lower: float | None, upper: float | None) -> str:
    return f"{numerals.decimal(lower, 2)}–{numerals.decimal(upper, 2)}"


def _figure(rows: Sequence[Row], names: dict[str, str], scope: Scope) -> Figure | None:
    spots = [
        FunnelPoint(
            name=names[row["unit_id"]],
            expected=row["expected"],
            ratio=row["ratio"],
            lower=row["funnel_lower"],
            upper=row["funnel_upper"],
            apart=row["standing"] != "within" and row["n_dossiers"] >= FEW,
            marked=row["unit_id"] == scope.unit,
        )
        for row in rows
        if row["ratio"] is not None and row["expected"] > 0
    ]
    if not spots:
        return None
    return picture(
        funnel(spots, say("fairness.expected_axis"), say("fairness.ratio_axis")),
        say("fairness.funnel_caption", period=numerals.period(scope.period)),
        (
            f"{s.name}: {numerals.decimal(s.ratio, 2)} ({numerals.decimal(s.expected)})"
            for s in spots
        ),
    )


def _table(rows: Sequence[Row], names: dict[str, str], scope: Scope) -> Table:
    return table(
        say("fairness.units_table", period=numerals.period(scope.period)),
        rows,
        [
            text("briefing.unit", lambda row: names[row["unit_id"]]),
            count("fairness.head_dossiers", "n_dossiers"),
            count("fairness.head_late", "n_late"),
            percent("fairness.head_crude", "crude"),
            decimal("fairness.head_expected", "expected"),
            ranged("fairness.head_adjusted", "direct", "direct_", none="fairness.no_peers"),
            figure("fairness.head_ratio", _ratio, of="ratio", none="fairness.nothing_expected"),
            figure("fairness.head_likely", _likely, of="likely", none="fairness.no_peers"),
            figure("fairness.head_place", _place, of="rank", none="fairness.no_peers"),
        ],
        notes=[say("fairness.units_note")],
        marked=lambda row: row["unit_id"] == scope.unit,
    )


def _likely(row: Row) -> str:
    return numerals.decimal(row["likely"], 2)


def _place(row: Row) -> str:
    return f"{row['rank_lower']}–{row['rank_upper']}"


def _ratio(row: Row) -> str:
    return (
        f"{numerals.decimal(row['ratio'], 2)} ({_between(row['ratio_lower'], row['ratio_upper'])})"
    )


# unit x period x cause --------------------------------------------------------------------


@question("cell_tests", "cause_cells", "unit_measures", level=2)
def cells(
    run: Run, period: PeriodLabel, *, unit: UnitId = EVERYTHING, profile: ResultProfile = PROFILE
) -> Answer:
    """Which cause makes which unit late, beyond chance and case mix?"""
    scope = Scope(period, unit, profile)
    frame = run.cell_tests.filter(pl.col("period") == period)
    if unit != EVERYTHING:
        frame = frame.filter(pl.col("unit_id") == unit)
    names = distinct(frame["unit_id"].unique().sort(), run.unit_name)
    named = frame.filter(pl.col("reading").is_not_null()).sort(
        "excess", "unit_id", "cause", descending=[True, False, False]
    )
    rows = list(named.iter_rows(named=True))
    return Answer(
        title=say("fairness.cells_title"),
        claims=(
            (
                *_cell_claims(run, rows, names, frame),
                *two_rates_claims(run, scope, {row["unit_id"] for row in rows}, names),
                *limit_claims(run, scope, "cells"),
            )
            if run.ended(period)
            else (claim(say("fairness.cells_unended"), 2),)
        ),
        frame=frame,
        denominators=say("fairness.cells_denominators"),
        listing=_cell_table(rows, names, scope) if rows else None,
        figure=None,
    )


def _cell_claims(
    run: Run, rows: Sequence[Row], names: dict[str, str], frame: pl.DataFrame
) -> tuple[Claim, ...]:
    family = compare.same_kind(run.cell_tests, frame["period"][0]) if frame.height else frame
    if not rows:
        return (claim(_of_family("nothing", frame, family), 2),)
    # what stays unexplained does not count in the family of causes
    proper = pl.col("cause") != UNEXPLAINED
    among = {"difference": proper, "overload": proper, "unexplained": pl.lit(value=True)}
    claims = []
    for reading, counted in among.items():
        here = [row for row in rows if row["reading"] == reading]
        if here:
            listing = listed(_named_cell(row, names) for row in here)
            tested = (frame.filter(counted), family.filter(counted))
            claims.append(claim(_of_family(reading, *tested, n=len(here), cells=listing), 2))
    return tuple(claims)


def _of_family(reading: str, here: pl.DataFrame, family: pl.DataFrame, **values: int | str) -> str:
    """Say it of the cells shown, and of how many they were tested among."""
    total, tested = numerals.count(here.height), numerals.count(family.height)
    return say(f"fairness.cells_{reading}", total=total, family=tested, **values)


def _named_cell(row: Row, names: dict[str, str]) -> str:
    return say(
        "fairness.cell",
        unit=names[row["unit_id"]],
        cause=cause_label(row["cause"]),
        observed=numerals.decimal(row["observed"]),
        expected=numerals.decimal(row["expected"]),
        n=numerals.count(row["n_dossiers"]),
    )


def _cell_table(rows: Sequence[Row], names: dict[str, str], scope: Scope) -> Table:
    return table(
        say("fairness.cells_table", period=numerals.period(scope.period)),
        rows,
        [
            text("briefing.unit", lambda row: names[row["unit_id"]]),
            text("fairness.head_cause", lambda row: cause_label(row["cause"])),
            count("fairness.head_dossiers", "n_dossiers"),
            count("fairness.head_late", "n_late"),
            decimal("fairness.head_observed", "observed"),
            decimal("fairness.head_expected", "expected"),
            figure("fairness.head_excess", _excess),
            percent("fairness.head_q", "q_value"),
            text("fairness.head_reading", lambda row: say(f"fairness.reading_{row['reading']}")),
        ],
        notes=[say("fairness.cells_note")],
    )


def _excess(row: Row) -> str:
    excess, lower, upper = (numerals.decimal(row[name]) for name in ("excess", "lower", "upper"))
    return f"{excess} ({lower}–{upper})"
