"""What is put into the bench's world: fourteen cells with a cause, and the traps beside them.

A cell is one unit in one quarter. Where causes and traps lie follows from the seed; how strong
they are from the dose. Traps make a cell look bad without anyone being late for it: stopped
clocks, harder dossiers, a unit too small to judge, a channel that means nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from workbench.testing.simulate.streams import Streams

UNITS, QUARTERS = 12, 4
YEAR = 2023

Kind = Literal[
    "transfer_lag",
    "understaffing",
    "sudden_demand",
    "signing_days",
    "slow_work",
    "late_recording",
    "supplements",
    "hard_mix",
]
CAUSE_OF: dict[Kind, str] = {
    "transfer_lag": "portal_transfer",
    "understaffing": "queue",
    "sudden_demand": "queue",
    "signing_days": "batching",
    "slow_work": "slow_work",
    "late_recording": "record_lag",
}
"""The cause a finder should name; kinds without one are traps."""

_SMALL_SLOT = 11
"""The place of the unit with only small numbers."""

_LAYOUT: tuple[tuple[int, int, Kind], ...] = (
    (0, 0, "transfer_lag"),
    (0, 2, "late_recording"),
    (1, 1, "transfer_lag"),
    (1, 3, "signing_days"),
    (2, 3, "transfer_lag"),
    (2, 1, "slow_work"),
    (3, 1, "understaffing"),
    (4, 2, "understaffing"),
    (4, 0, "late_recording"),
    (5, 0, "signing_days"),
    (5, 2, "slow_work"),
    (6, 3, "slow_work"),
    (6, 1, "late_recording"),
    (7, 1, "sudden_demand"),
    (8, 0, "supplements"),
    (8, 2, "hard_mix"),
    (9, 1, "hard_mix"),
    (9, 3, "supplements"),
)
_SECOND: dict[Kind, Kind] = {
    "transfer_lag": "slow_work",
    "slow_work": "late_recording",
    "late_recording": "signing_days",
    "signing_days": "transfer_lag",
    "understaffing": "transfer_lag",
    "sudden_demand": "late_recording",
}


@dataclass(frozen=True)
class BenchInjection:
    """One cause or trap at work in one unit and quarter (both counted from 0)."""

    kind: Kind
    unit: int
    quarter: int
    dose: float

    @property
    def cause(self) -> str:
        """The cause id to be found, empty for a trap."""
        return CAUSE_OF.get(self.kind, "")


@dataclass(frozen=True)
class Plan:
    """All injections of one run, and which unit is the small one.

    ``same_day_transfers`` simulates the year with every dossier transferred by the rule: the same
    working day, from 15:00 on first thing on the next, within its first hour (the note of
    ``data/reference/transfer_rules.csv``).
    """

    injections: tuple[BenchInjection, ...]
    small_unit: int
    same_day_transfers: bool = False

    def without(self, injection: BenchInjection) -> Plan:
        """Return the plan with one injection switched off."""
        return replace(self, injections=tuple(i for i in self.injections if i is not injection))

    def with_same_day_transfers(self) -> Plan:
        """Return the plan with every transfer made by the rule."""
        return replace(self, same_day_transfers=True)

    @property
    def causes(self) -> tuple[BenchInjection, ...]:
        """The injections that are causes of lateness, not traps."""
        return tuple(item for item in self.injections if item.cause)

    @property
    def traps(self) -> tuple[BenchInjection, ...]:
        """The injections that are none."""
        return tuple(item for item in self.injections if not item.cause)

    def of(self, kind: Kind) -> tuple[BenchInjection, ...]:
        """Return the injections of one kind."""
        return tuple(item for item in self.injections if item.kind == kind)


def draw_plan(seed: int, dose: float, *, two_causes: bool = False) -> Plan:
    """Say where causes and traps lie for a seed; a dose of 0 puts nothing in.

    Args:
        seed: Shuffles the units and turns the year.
        dose: Strength of every cause, 1 being the strongest of the main grid.
        two_causes: Put a second cause into every cell that has one.

    >>> len(draw_plan(1, 0.6).causes), len(draw_plan(1, 0.0).injections)
    (14, 0)
    """
    streams = Streams(seed, UNITS)
    unit_of = np.argsort(streams.uniform("bench: places"))
    turn = (streams.uniform("bench: turns") * QUARTERS).astype(np.int64)
    small = int(unit_of[_SMALL_SLOT])
    if dose == 0:
        return Plan((), small)
    rows = [*_LAYOUT]
    if two_causes:
        rows += [(slot, q, _SECOND[kind]) for slot, q, kind in _LAYOUT if kind in _SECOND]
    items = (
        BenchInjection(kind, int(unit_of[slot]), int((quarter + turn[slot]) % QUARTERS), dose)
        for slot, quarter, kind in rows
    )
    return Plan(tuple(items), small)
