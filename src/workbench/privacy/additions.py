"""Determine which suppressed cells follow from published sums.

Three questions of rising cost: is a cell the only unknown of an addition, do the additions together
determine it (linear algebra, exact, in whole numbers modulo a prime), and do they leave it a single
value that is not negative (intervals).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_PRIME = (1 << 61) - 1
_ROUNDS = 40
"""How often intervals are narrowed; published tables settle in fewer than ten."""

_ENDLESS = float("inf")

Row = dict[int, int]


@dataclass(frozen=True)
class Sum:
    """One published addition: the cell at ``total`` is the sum of the cells at ``parts``."""

    total: int
    parts: tuple[int, ...]

    @property
    def cells(self) -> tuple[int, ...]:
        """Every cell of the addition."""
        return (*self.parts, self.total)


class Unknowns:
    """The additions of a table and which of their cells a reader does not know."""

    def __init__(self, lines: Sequence[Sum], values: Sequence[int]) -> None:
        self.unknown: set[int] = set()
        self._lines, self._values = lines, values
        self._lines_of: dict[int, list[int]] = {}
        for number, line in enumerate(lines):
            for cell in set(line.cells):
                self._lines_of.setdefault(cell, []).append(number)
        self._counts: list[int] = []
        self._lonely: list[int] = []

    def start(self, cells: Iterable[int]) -> None:
        """Let a reader know every cell but these."""
        self.unknown = set(cells)
        self._counts = [len(self.unknown.intersection(line.cells)) for line in self._lines]
        self._lonely = [number for number, count in enumerate(self._counts) if count == 1]

    def add(self, cell: int) -> bool:
        """Make a cell unknown; say whether nothing worked out before may have hung on it."""
        self.unknown.add(cell)
        self._count(cell, 1)
        return not any(self._counts[number] == 1 for number in self._lines_of.get(cell, ()))

    def derive(self, cell: int) -> None:
        """Let a reader know a cell that was worked out."""
        self.unknown.discard(cell)
        self._count(cell, -1)

    def _count(self, cell: int, change: int) -> None:
        for number in self._lines_of.get(cell, ()):
            self._counts[number] += change
            if self._counts[number] == 1:
                heapq.heappush(self._lonely, number)

    def alone(self) -> int | None:
        """Return the only unknown cell of the first addition that has just one."""
        while self._lonely:
            number = self._lonely[0]
            if self._counts[number] == 1:
                return next(c for c in self._lines[number].cells if c in self.unknown)
            heapq.heappop(self._lonely)
        return None

    def line_of_one(self, cells: set[int]) -> int | None:
        """Return the first addition whose only unknown is one of these cells."""
        lonely = (n for cell in cells for n in self._lines_of.get(cell, ()) if self._counts[n] == 1)
        return min(lonely, default=None)

    def lines_with(self, cells: Iterable[int]) -> set[int]:
        """Return the additions in which one of these cells stands."""
        return {number for cell in cells for number in self._lines_of.get(cell, ())}

    def cells_of(self, lines: Iterable[int]) -> set[int]:
        """Return every cell of these additions."""
        return {cell for number in lines for cell in self._lines[number].cells}

    def determined(self) -> set[int]:
        """Return the unknown cells that the additions determine together."""
        pivots: dict[int, Row] = {}
        holders: dict[int, set[int]] = {}
        for row in sorted(self._rows(), key=len):
            for column in [c for c in row if c in pivots]:
                _subtract(row, pivots[column], row[column])
            if not row:
                continue
            pivot = min(row, key=lambda c: (len(holders.get(c, ())), c))
            factor = pow(row[pivot], -1, _PRIME)
            for column in row:
                row[column] = row[column] * factor % _PRIME
            for other in holders.pop(pivot, set()):
                before = set(pivots[other])
                _subtract(pivots[other], row, pivots[other][pivot])
                after = set(pivots[other])
                for column in before - after:
                    holders.get(column, set()).discard(other)
                for column in after - before:
                    holders.setdefault(column, set()).add(other)
            pivots[pivot] = row
            for column in row:
                if column != pivot:
                    holders.setdefault(column, set()).add(pivot)
        return {pivot for pivot, row in pivots.items() if len(row) == 1}

    def _rows(self) -> Iterable[Row]:
        for line in self._lines:
            row: Row = {}
            for cell in line.parts:
                if cell in self.unknown:
                    row[cell] = row.get(cell, 0) + 1
            if line.total in self.unknown:
                row[line.total] = row.get(line.total, 0) - 1
            row = {cell: sign % _PRIME for cell, sign in row.items() if sign}
            if row:
                yield row

    def pinned(self) -> set[int]:
        """Return the unknown cells that have one value left, no count being negative."""
        low = dict.fromkeys(self.unknown, 0)
        high = dict.fromkeys(self.unknown, _ENDLESS)
        waiting = self.lines_with(self.unknown)
        for _ in range(_ROUNDS):
            moved = {cell for number in waiting for cell in self._narrow(number, low, high)}
            if not moved:
                break
            waiting = self.lines_with(moved)
        return {cell for cell in self.unknown if low[cell] == high[cell]}

    def _narrow(self, number: int, low: dict[int, int], high: dict[int, float]) -> list[int]:
        """Narrow the intervals of one addition's unknown cells; return those that moved."""
        line = self._lines[number]
        parts = [cell for cell in line.parts if cell in low]
        known_total = sum(self._values[cell] for cell in line.parts if cell not in low)
        least = known_total + sum(low[cell] for cell in parts)
        most = known_total + sum(high[cell] for cell in parts)
        open_ended = sum(high[cell] == _ENDLESS for cell in parts)
        total_low = low.get(line.total, self._values[line.total])
        total_high = high.get(line.total, self._values[line.total])
        bounds = {line.total: (least, most)} if line.total in low else {}
        for cell in parts:
            others = most - high[cell] if open_ended == 0 else _ENDLESS
            if open_ended == 1 and high[cell] == _ENDLESS:
                others = known_total + sum(high[c] for c in parts if c != cell)
            floor = int(total_low - others) if others < _ENDLESS else 0
            bounds[cell] = (floor, total_high - (least - low[cell]))
        moved = []
        for cell, (floor, ceiling) in bounds.items():
            if floor > low[cell] or ceiling < high[cell]:
                low[cell], high[cell] = max(low[cell], floor), min(high[cell], ceiling)
                moved.append(cell)
        return moved


def _subtract(row: Row, other: Row, factor: int) -> None:
    """Take a multiple of another row from a row, modulo the prime."""
    for column, value in other.items():
        rest = (row.get(column, 0) - factor * value) % _PRIME
        if rest:
            row[column] = rest
        else:
            row.pop(column, None)
