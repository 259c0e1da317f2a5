"""Why one side is later than the other: case mix, the calendar, or which causes.

The gap between two late shares is decomposed into components that sum to it exactly. A unit is not
blamed for its case mix; components show where the gap lies, not what would remove it.
"""

from __future__ import annotations

from workbench.answers.answer import Answer, Value, claim
from workbench.answers.phrasing import FEW, Row, standing
from workbench.answers.questions import PROFILE, RATE, PeriodLabel, ResultProfile, UnitId, question
from workbench.answers.run import Run
from workbench.charts import Dot, Figure, Scale, dots, draw
from workbench.charts.tables import Column, Table
from workbench.core import numerals
from workbench.core.cause_list import cause_label
from workbench.core.vocabulary import EVERYTHING
from workbench.figures import compare
from workbench.messages import say

SHOWN_FROM = 0.0005
"""Components below a twentieth of a percentage point are left out of the chart, not the table."""


@question("cause_cells", "overdue_cells", "cell_tests", level=2)
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

    Raises:
        UsageProblem: Unit, period or profile is unknown, or the results were computed under
            another profile.
    """
    before = against or (run.against(period) if unit == EVERYTHING else "")
    other_unit = run.unit(other) if other else ""
    left, right = _sides(period, unit, other_unit, run.reception(before))
    months = run.month_classes if left.period != right.period else {}
    flagged = run.cell_tests.filter("flagged")
    frame = compare.gaps(
        run.cause_cells,
        [(left, right)],
        overdue=run.overdue_cells,
        calendar=months or None,
        named=flagged,
    )
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
    base = min(rows[0]["left_dossiers"], rows[0]["right_dossiers"])
    claims = [claim(description, 2, key=True)]
    if base < FEW:
        claims.append(claim(say("gaps.few", n=numerals.count(base), few=FEW), 2))
    return Answer(
        title=say("gaps.title"),
        claims=tuple(claims),
        frame=frame,
        denominators=_denominators(rows[0], names),
        listing=_table(rows, names),
        figure=_figure(rows, names, base),
        values=_values(rows[0], (left, right), profile),
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


def _figure(rows: list[Row], names: dict[str, str], base: int) -> Figure | None:
    bars = [
        Dot(
            name=_component(row["component"]),
            value=100 * row["effect"],
            lower=100 * row["lower"],
            upper=100 * row["upper"],
            note=numerals.points(row["effect"]),
            standing=standing((row["lower"], row["upper"]), 0.0, base),
        )
        for row in rows
        if abs(row["effect"]) >= SHOWN_FROM
    ]
    if not bars:
        return None
    scale = Scale(0.0, say("gaps.same"), say("gaps.axis"), say("gaps.note"), "change")
    caption = say("gaps.caption", left=names[rows[0]["left"]], right=names[rows[0]["right"]])
    described = "; ".join(f"{dot.name} {dot.note}" for dot in bars)
    return draw(dots(bars, scale), caption, f"{caption} {described}.")


def _table(rows: list[Row], names: dict[str, str]) -> Table:
    columns = (
        Column(say("gaps.component"), number=False),
        Column(say("gaps.effect")),
        Column(say("briefing.interval")),
    )
    whole = rows[0]
    cells = [
        (
            _component(row["component"]),
            numerals.points(row["effect"]),
            numerals.points_range(row["lower"], row["upper"]),
        )
        for row in rows
    ]
    bounds = numerals.points_range(whole["gap_lower"], whole["gap_upper"])
    cells.append((say("gaps.whole"), numerals.points(whole["gap"]), bounds))
    caption = say("gaps.caption", left=names[whole["left"]], right=names[whole["right"]])
    return Table(caption, columns, tuple(cells), (say("gaps.adds_up"),), frozenset({len(rows)}))


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
