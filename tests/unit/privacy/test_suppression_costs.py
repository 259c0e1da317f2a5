"""As little as possible is withheld, and no linear programme of a reader bounds what is.

The attacker knows every shown count, every sum, and that counts are not negative; it asks how
small and how large each withheld count can still be.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from workbench.privacy import Sum, suppressed_cells

MEASURES = ("judged", "in_time", "late")
UNITS, PERIODS = ("*", "a", "b", "c"), ("half", "first", "second")
Cell = tuple[str, str, str]


def system(late: list[int], in_time: list[int]) -> tuple[dict[Cell, int], list[Sum]]:
    """Number three measures of three units in two quarters, with every total, and their sums."""
    counts: dict[Cell, int] = {}
    for n, (unit, period) in enumerate((u, p) for u in UNITS[1:] for p in PERIODS[1:]):
        of_cell = {"late": late[n], "in_time": in_time[n], "judged": late[n] + in_time[n]}
        for measure, value in of_cell.items():
            for u in (unit, "*"):
                for p in (period, "half"):
                    counts[u, p, measure] = counts.get((u, p, measure), 0) + value
    at = {cell: n for n, cell in enumerate(counts)}
    lines = [
        Sum(at["*", p, m], tuple(at[u, p, m] for u in UNITS[1:]))
        for p in PERIODS for m in MEASURES
    ]  # fmt: skip
    lines += [
        Sum(at[u, "half", m], tuple(at[u, p, m] for p in PERIODS[1:]))
        for u in UNITS for m in MEASURES
    ]  # fmt: skip
    lines += [
        Sum(at[u, p, "judged"], (at[u, p, "in_time"], at[u, p, "late"]))
        for u in UNITS for p in PERIODS
    ]  # fmt: skip
    return counts, lines


def bounds(values: list[int], lines: list[Sum], hidden: set[int]) -> Iterator[tuple[int, float]]:
    """Yield each withheld cell with the width of what it can still be."""
    cells = sorted(hidden)
    column = {cell: n for n, cell in enumerate(cells)}
    rows, sides = [], []
    for line in lines:
        row = np.zeros(len(cells))
        side = 0.0
        for cell, sign in [(line.total, -1), *((part, 1) for part in line.parts)]:
            if cell in column:
                row[column[cell]] += sign
            else:
                side -= sign * values[cell]
        if row.any():
            rows.append(row)
            sides.append(side)
    for cell in cells:
        aim = np.zeros(len(cells))
        aim[column[cell]] = 1
        least, most = (
            linprog(sign * aim, A_eq=rows or None, b_eq=sides or None, method="highs")
            for sign in (1, -1)
        )
        yield cell, np.inf if most.status == 3 else -most.fun - least.fun


COUNTS = st.lists(st.integers(0, 14), min_size=6, max_size=6)


@given(COUNTS, COUNTS)
@settings(max_examples=12)
def test_every_withheld_count_has_room_and_is_withheld_for_a_reason(late, in_time) -> None:
    counts, lines = system(late, in_time)
    values = list(counts.values())
    costs = [value * (1 + 3 * (cell[2] != "in_time")) for cell, value in counts.items()]
    hidden = suppressed_cells(values, lines, costs=costs)
    small = {n for n, value in enumerate(values) if 0 < value < 5}
    assert small <= hidden
    assert [cell for cell, width in bounds(values, lines, hidden) if width < 1e-6] == []
    for cell in hidden - small:
        fewer = bounds(values, lines, hidden - {cell})
        assert any(width < 1e-6 for _, width in fewer), cell


def test_of_two_partners_the_cheaper_is_withheld() -> None:
    """Two units, of which one has 2 late of 30 and the other 20 of 50."""
    values, lines = [2, 28, 30], [Sum(2, (0, 1))]
    assert suppressed_cells(values, lines, costs=[2, 28, 90]) == {0, 1}
    assert suppressed_cells(values, lines, costs=[2, 280, 90]) == {0, 2}
