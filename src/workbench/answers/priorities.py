"""What to look at first: places and causes of lateness, by the dossiers that could be saved.

The rule, applied to every briefing alike (``docs/manual/briefing.md``):

1. Candidates are the named cells of unit and cause; units apart after case mix for which no cause
   is named; the unit with the most late dossiers, if it has more than its part of all dossiers; and
   causes named nowhere that a scenario would have removed at all units together.
2. A candidate whose interval reaches zero is none. A scenario for every unit at once that adds
   officers is none either.
3. Most saved dossiers first, then the largest excess. At most ``SHOWN`` are chosen; an overload
   takes the place of the last one that is none rather than being left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from workbench.answers.adjusted_units import strata_of
from workbench.answers.columns import Row
from workbench.answers.phrasing import FEW, of_unit
from workbench.answers.questions import Scope
from workbench.answers.run import Run
from workbench.answers.whatif import best_against, best_of_cause
from workbench.core.vocabulary import EVERYTHING
from workbench.figures import compare
from workbench.figures.estimates import wilson

SHOWN = 5
Kind = Literal["overload", "difference", "unexplained", "apart", "largest", "scattered"]


@dataclass(frozen=True)
class Priority:
    """A place and cause of lateness.

    Args:
        kind: What is claimed: an overload, a difference to peers, one without a known cause, a
            unit apart as a whole, the largest group of late dossiers without a claim that it
            differs, or a cause found here and there.
        unit: Id of the unit; that of the question for ``scattered``.
        cause: Id of the cause; empty for ``apart``.
        n_late: Late dossiers at the unit.
        n_by_cause: Those whose main cause it is; all of them for ``apart``.
        expected: Number that peers lead to expect, where there is one.
        excess: By how many the cause or unit exceeds it; for ``scattered`` the dossiers saved.
        lower: The lower limit of ``excess`` (95 %).
        saved: The row of ``whatif`` that saves most, if a scenario addresses the cause.
    """

    kind: Kind
    unit: str
    cause: str
    n_late: int
    n_by_cause: int
    expected: float | None
    excess: float
    lower: float
    saved: Row | None

    @property
    def n_saved(self) -> int:
        """How many late dossiers could be saved, as far as a scenario says."""
        return int(self.saved["n_saved"]) if self.saved else 0


def choose(candidates: Sequence[Priority]) -> tuple[list[Priority], list[Priority]]:
    """Return the chosen candidates in their order, and those left out.

    Args:
        candidates: In any order.
    """
    beyond = [c for c in candidates if c.lower > 0]
    beyond.sort(key=lambda c: (-c.n_saved, -c.excess, c.unit, c.cause))
    overloads = [c for c in beyond if c.kind == "overload"][:SHOWN]
    n_others = SHOWN - len(overloads)
    places = [*overloads, *[c for c in beyond if c.kind != "overload"][:n_others]]
    return [c for c in beyond if c in places], [c for c in beyond if c not in places]


def candidates(run: Run, scope: Scope, late: pl.DataFrame) -> list[Priority]:
    """Return everything that may be looked at first.

    Args:
        run: Its tables, among them ``cell_tests``, ``saved``, ``cause_cells``, ``overdue_cells``.
        scope: Period, unit and profile; the profile is that of the results.
        late: ``causes.late_of`` the scope.
    """
    cells = of_unit(
        run.cell_tests.filter(pl.col("period") == scope.period, pl.col("reading").is_not_null()),
        scope.unit,
    )
    of_cells = [_of_cell(run, cell, late) for cell in cells.iter_rows(named=True)]
    named_units = {c.unit for c in of_cells}
    apart = list(_units_apart(run, scope, late, named_units))
    largest = list(_largest(run, scope, late, named_units | {c.unit for c in apart}))
    named_causes = {c.cause for c in (*of_cells, *largest)}
    return [*of_cells, *apart, *largest, *_scattered(run, scope, late, named_causes)]


def _of_cell(run: Run, cell: Row, late: pl.DataFrame) -> Priority:
    here = late.filter(pl.col("unit_id") == cell["unit_id"])
    return Priority(
        kind=cell["reading"],
        unit=cell["unit_id"],
        cause=cell["cause"],
        n_late=here.height,
        n_by_cause=here.filter(pl.col("dominant_cause") == cell["cause"]).height,
        expected=cell["expected"],
        excess=cell["excess"],
        lower=cell["lower"],
        saved=best_against(run, cell),
    )


def _units_apart(run: Run, scope: Scope, late: pl.DataFrame, named: set[str]) -> Iterator[Priority]:
    """Yield units that are late beyond chance and case mix although no cause is named there."""
    if not run.ended(scope.period):
        return
    rows = compare.units_adjusted(strata_of(run, scope.period), period=scope.period)
    for row in of_unit(rows, scope.unit).iter_rows(named=True):
        is_apart = row["standing"] == "above" and row["n_dossiers"] >= FEW
        if not is_apart or row["unit_id"] in named or row["ratio_lower"] is None:
            continue
        n_late = late.filter(pl.col("unit_id") == row["unit_id"]).height
        yield Priority(
            kind="apart",
            unit=row["unit_id"],
            cause="",
            n_late=n_late,
            n_by_cause=n_late,
            expected=row["expected"],
            excess=row["n_late"] - row["expected"],
            lower=(row["ratio_lower"] - 1) * row["expected"],
            saved=None,
        )


def _largest(run: Run, scope: Scope, late: pl.DataFrame, named: set[str]) -> Iterator[Priority]:
    """Yield the unit with the most late dossiers, if more than its part of all is late there."""
    counts = late.group_by("unit_id").len().sort("len", "unit_id", descending=[True, False])
    if scope.unit != EVERYTHING or counts.is_empty() or not run.ended(scope.period):
        return
    unit, n_late = counts.row(0)
    cells = run.cause_cells.filter(period=scope.period, cause=EVERYTHING)
    judged, everywhere = (
        int(rows["n_dossiers"].sum()) for rows in (cells.filter(unit_id=unit), cells)
    )
    if unit in named or not everywhere:
        return
    part = wilson(n_late, late.height)
    expected = late.height * judged / everywhere
    causes = late.filter(unit_id=unit).group_by("dominant_cause").len()
    cause, n_by_cause = causes.sort("len", "dominant_cause", descending=[True, False]).row(0)
    yield Priority(
        kind="largest",
        unit=unit,
        cause=cause,
        n_late=n_late,
        n_by_cause=n_by_cause,
        expected=expected,
        excess=n_late - expected,
        lower=(part.lower or 0.0) * late.height - expected,
        saved=best_against(run, {"period": scope.period, "unit_id": unit, "cause": cause}),
    )


def _scattered(run: Run, scope: Scope, late: pl.DataFrame, named: set[str]) -> Iterator[Priority]:
    """Yield causes named nowhere that a scenario would have removed, wherever they are."""
    if not run.ended(scope.period):
        return
    by_cause = dict(late.group_by("dominant_cause").len().rows())
    for cause, n_by_cause in sorted(by_cause.items()):
        saved = None if cause in named else best_of_cause(run, scope, cause)
        if saved is None:
            continue
        yield Priority(
            kind="scattered",
            unit=scope.unit,
            cause=cause,
            n_late=late.height,
            n_by_cause=n_by_cause,
            expected=None,
            excess=saved["n_saved"],
            lower=saved["lower"],
            saved=saved,
        )


def units_of_cause(late: pl.DataFrame, cause: str) -> list[str]:
    """Return the units with late dossiers of which a cause is the main one."""
    units = late.filter(pl.col("dominant_cause") == cause)["unit_id"]
    return sorted(unit for unit in units.unique() if unit not in (None, EVERYTHING))
