"""Why one side is later than the other: case mix, the calendar, or which causes.

The gap between two late shares is decomposed into components that sum to it exactly. A unit is not
blamed for its case mix; components show where the gap lies, not what would remove it.
"""

from __future__ import annotations

import polars as pl

from workbench.answers.answer import Answer, Value, claim
from workbench.answers.columns import Row, figure, picture, table, text
from workbench.answers.phrasing import FEW, share_dot, standing
from workbench.answers.present_scope import PresentScope
from workbench.answers.questions import PROFILE, RATE, PeriodLabel, ResultProfile, UnitId, question
from workbench.answers.run import Run
from workbench.charts import Figure, Scale, dots
from workbench.charts.tables import Table
from workbench.core import numerals
from workbench.core.cause_list import cause_label
from workbench.core.vocabulary import EVERYTHING, Period
from workbench.figures import compare, result_tables
from workbench.messages import say

_SHOWN_FROM = 0.0005
"""Components below a twentieth of a percentage point are left out of the chart, not the table."""


@question("gaps", "cause_cells", "overdue_cells", "cell_tests", "unit_measures", level=2)
def gap(
    run: Run,
    period: PeriodLabel,
    *,
    unit: UnitId = EVERYTHING,
    other: str = "",
    against: str = "",
    profile: ResultProfile = PROFILE,
) -> Answer:
    """Why is a unit later than its peers or another unit, or a period than another?

    Args:
        run: Its tables.
        period: Label of the period asked about.
        unit: The unit asked about; all units together need ``against``.
        other: Another unit; its peers when nothing is given.
        against: Another period; then the same unit is compared with itself.
        profile: Lateness profile.
    """
    before = against or (run.against(period) if unit == EVERYTHING else "")
    other_unit = run.unit(other) if other else ""
    left, right = _sides(period, unit, other_unit, run.reception(before))
    units = [
        side.unit_id for side in (left, right) if side.unit_id not in (EVERYTHING, compare.PEERS)
    ]
    periods = [left.period, right.period]
    present = PresentScope.of_periods(run, periods, *units) if units else PresentScope(run, ())
    frame = _comparison(run, present, left, right)
    if frame.is_empty() or left == right:
        return Answer(
            title=say("gaps.title"),
            claims=(claim(say("gaps.nothing"), 2),),
            frame=frame,
            denominators="",
        )
    names = {side.label: _named(run, side) for side in (left, right)}
    rows = list(frame.iter_rows(named=True))
    description = compare.describe_gap(frame, names)
    caption = say("gaps.caption", left=names[rows[0]["left"]], right=names[rows[0]["right"]])
    base = min(rows[0]["left_dossiers"], rows[0]["right_dossiers"])
    claims = [claim(description, 2)]
    if base < FEW:
        claims.append(claim(say("gaps.few", n=numerals.count(base), few=FEW), 2))
    return Answer(
        title=say("gaps.title"),
        claims=(*claims, *present.claims()),
        frame=frame,
        denominators=_denominators(rows[0], names),
        listing=_table(rows, caption),
        figure=_figure(rows, caption, base),
        values=_values(rows[0], (left, right), profile),
    )


def _comparison(
    run: Run, present: PresentScope, left: compare.Side, right: compare.Side
) -> pl.DataFrame:
    """Return a comparison as the table ``gaps`` has it; one that is not there is computed alike."""
    name = compare.comparison_name(left, right)
    known = run.gaps.filter(comparison=name).drop("profile")
    if known.height and not present:
        return known
    return result_tables.gaps(
        present.cells(run.cause_cells),
        present.cells(run.overdue_cells),
        run.cell_tests,
        run.month_classes,
        present.rates(run.unit_measures.filter(measure=RATE, profile=run.result_profile)),
        kind=Period.parse(right.period).kind,
        pairs=[(left, right)],
    )


def _values(row: Row, sides: tuple[compare.Side, compare.Side], profile: str) -> tuple[Value, ...]:
    """Return the counts of both sides and, between two periods of a unit, the change."""
    left, right = sides
    counts = tuple(
        Value(f"{RATE}.{part}", side.unit_id, side.period, profile, row[f"{name}_{column}"])
        for name, side in (("left", left), ("right", right))
        for part, column in (("numerator", "late"), ("denominator", "dossiers"))
        if side.unit_id != compare.PEERS
    )
    if left.unit_id != right.unit_id:
        return counts
    change = f"{RATE}.change.{left.period}"
    return (*counts, Value(change, right.unit_id, right.period, profile, row["gap"]))


def _named(run: Run, side: compare.Side) -> str:
    who = say("gaps.peers") if side.unit_id == compare.PEERS else run.unit_name(side.unit_id)
    return say("gaps.side", unit=who, period=numerals.period(side.period))


def _denominators(row: Row, names: dict[str, str]) -> str:
    sides = (
        say(
            "gaps.side_counts",
            side=names[row[side]],
            fraction=numerals.fraction(row[f"{side}_late"], row[f"{side}_dossiers"]),
        )
        for side in ("left", "right")
    )
    return say("gaps.denominators", left=next(sides), right=next(sides))


def _component(name: str) -> str:
    cause = name.removeprefix("cause:")
    return cause_label(cause) if cause != name else say(f"gaps.{name}")


def _figure(rows: list[Row], caption: str, base: int) -> Figure | None:
    bars = [
        share_dot(
            _component(row["component"]),
            [row["effect"], row["lower"], row["upper"]],
            numerals.points(row["effect"]),
            standing((row["lower"], row["upper"]), 0.0, base),
        )
        for row in rows
        if abs(row["effect"]) >= _SHOWN_FROM
    ]
    scale = Scale(0.0, say("gaps.same"), say("gaps.axis"), say("gaps.note"), "part")
    labels = (f"{dot.name} {dot.note}" for dot in bars)
    return picture(dots(bars, scale), caption, labels) if bars else None


def _table(rows: list[Row], caption: str) -> Table:
    def interval(row: Row, prefix: str = "") -> str:
        return numerals.points_range(row[f"{prefix}lower"], row[f"{prefix}upper"])

    return table(
        caption,
        rows,
        [
            text("gaps.component", lambda row: _component(row["component"])),
            figure("gaps.effect", lambda row: numerals.points(row["effect"])),
            figure("briefing.interval", interval),
        ],
        total=(say("gaps.whole"), numerals.points(rows[0]["gap"]), interval(rows[0], "gap_")),
        notes=[say("gaps.adds_up")],
    )


def _sides(period: str, unit: str, other: str, against: str) -> tuple[compare.Side, compare.Side]:
    """Return the two sides: a period and another, or a unit and another or its peers.

    All units together have no peers: without another period there is nothing to compare, and both
    sides are then the same.
    """
    right = compare.Side(unit, period)
    if against:
        return compare.Side(unit, against), right
    if other:
        return compare.Side(other, period), right
    return compare.Side(compare.PEERS if unit != EVERYTHING else unit, period), right
