"""What each cell is expected to have of a cause, from cells that are healthy in all likelihood.

Which cells are healthy is not known. Expectation, the spread of healthy cells and the chance of
each to be healthy are estimated together, in turns: a sick cell or unit, or several, raise neither
what is expected of the others nor the spread that healthy ones are allowed. How far dossiers hang
together is asked within the cells, of those closed on the same day (signed, entered or delayed
together), and between the cells of all causes at once, as few have enough of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import fsum

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workbench.core.cause_list import known_causes
from workbench.figures.compare.families import Family, SameDay, Usual
from workbench.figures.estimates.excess import upper_tail
from workbench.figures.estimates.healthy_counts import (
    CELLS,
    CountFit,
    HealthyCounts,
    fit_counts,
)

Floats = NDArray[np.float64]
Counted = tuple[str, str]
"""A cause, and the column of what was counted of it."""

CELL_APART, UNIT_APART = 0.05, 0.2
"""Share of cells, and of units in all their periods, that may be out of line with a cause."""
CORRELATION = {"late_share": 0.02, "n_extreme": 0.05}
"""Of a cell's dossiers in a queue or before a signature, late ones and those that wait extremely
long: one that waits makes the next wait. They are no independent witnesses, the less so the more
there are."""
PAIRS = {"late_share": "late_pairs", "n_extreme": "extreme_pairs"}
"""What is counted, and its pairs that were closed on one day."""
OWN_CAUSE, OWN_CELL = 10.0, 2.0
"""So many events weigh as much as those of all causes do in what is usual of one cause, and as what
is usual of the cause does in a cell."""
CLEARLY_OUT = 0.005
"""A cell that is healthy with no more chance than this is left out of the reference: at first by
chance alone, then by the laws found. So two sick cells cannot hide behind one another, and healthy
ones that share their luck come back."""
AS_CAUSES = 3
"""Other causes together say as much of the laws of one as so many causes would."""
ROUNDS = 3
_STEPS = 8
"""Expectations are distinguished by an eighth of their logarithm where laws are fitted."""


@dataclass(frozen=True)
class Expectation:
    """What healthy cells have of a cause, one entry per cell of the family.

    ``mean`` is what cells of the reference have, ``expected`` what all healthy ones do,
    ``variance`` its relative variance, ``chance`` that of a healthy cell to have as much as the
    cell has, ``healthy`` that of the cell to be one; ``law`` how they vary; ``companions`` with how
    many others each one usually comes, being closed on the same day.
    """

    observed: Floats
    mean: Floats
    expected: Floats
    variance: Floats
    chance: Floats
    healthy: Floats
    law: HealthyCounts
    companions: float


def expectations(
    family: Family, parts: Mapping[str, pl.DataFrame], columns: tuple[str, ...]
) -> dict[Counted, Expectation]:
    """Return what is expected of each cell, by cause and by what is counted.

    Args:
        family: The cells.
        parts: Rows of each cause.
        columns: What is counted; the first is taken of every cause, others where there is any.

    Source: as ``estimates.healthy_counts.fit_counts``; clusters within cells, Kish (1965), Survey
    Sampling, section 5.4; Rao and Scott (1992), Biometrics 48, 577-585.
    """
    counted = {
        (cause, column): rows
        for cause, rows in parts.items()
        for column in columns
        if column == columns[0] or (column in rows.columns and rows[column].sum() > 0)
    }
    observed = {key: family.summed(rows, key[1]) for key, rows in counted.items()}
    events = {key: family.events(rows, key[1]) for key, rows in counted.items()}
    companions = _companions(family, counted)
    everybody = family.reference(np.ones(family.cells.height))
    healthy = {}
    for key in counted:
        of_all = everybody.expected(events[key], companions[key].usual)
        healthy[key] = np.where(upper_tail(observed[key], of_all.mean) < CLEARLY_OUT, 0.0, 1.0)
    fits: dict[Counted, CountFit] = {}
    for _ in range(ROUNDS):
        expectations = {
            key: family.reference(healthy[key]).expected(events[key], companions[key].usual)
            for key in counted
        }
        fits = {
            key: _fit(
                family, observed[key], expectations[key].mean, companions[key].usual, fits.get(key)
            )
            for key in counted
        }
        shared = _shared_evidence(fits)
        healthy = _ordinary_in_all(
            {key: fit.healthy(shared[key]) > CLEARLY_OUT for key, fit in fits.items()}
        )
    return {
        key: _expectation(
            observed[key],
            expectations[key],
            healthy[key],
            fits[key].law(shared[key]),
            companions[key],
            _together(family, *key),
        )
        for key in counted
    }


def _ordinary_in_all(healthy: Mapping[Counted, NDArray[np.bool_]]) -> dict[Counted, Floats]:
    """Return which cells others are compared with, by cause: those ordinary in all it counts.

    A unit that is alone in its procedures is compared with its own other periods. Where extreme
    times show that a cause is at work there, late dossiers of these periods are no usual ones.
    """
    return {
        key: np.all(
            [is_healthy for other, is_healthy in healthy.items() if other[0] == key[0]], axis=0
        ).astype(np.float64)
        for key in healthy
    }


def _together(family: Family, cause: str, column: str) -> Floats:
    """Return how many more dossiers each one in a queue or before a signature stands for."""
    listed = known_causes()[cause]
    comes_together = listed.in_waves or "sign" in listed.parts
    correlation = CORRELATION[column] if comes_together else 0.0
    return correlation * np.maximum(family.judged - 1, 0.0)


def usual_companions(
    family: Family, parts: Mapping[str, pl.DataFrame], column: str
) -> dict[str, float]:
    """Return with how many others events of each cause are usually closed on one day.

    Args:
        family: The cells.
        parts: Rows of each cause.
        column: What is counted.

    Source: as ``expectations``.
    """
    companions = _companions(family, {(cause, column): rows for cause, rows in parts.items()})
    return {cause: of_cause.usual for (cause, _), of_cause in companions.items()}


@dataclass(frozen=True)
class _Companions:
    """With how many others each event comes by being closed on one day: usually, and by cell."""

    usual: float
    by_cell: Floats


def _companions(
    family: Family, counted: Mapping[Counted, pl.DataFrame]
) -> dict[Counted, _Companions]:
    """Return with how many others the late dossiers of each cause were closed."""
    nothing = SameDay(np.zeros(family.cells.height), np.zeros(family.cells.height))
    pairs = {
        key: family.same_day(rows, key[1], PAIRS[key[1]]) if PAIRS[key[1]] in rows else nothing
        for key, rows in counted.items()
    }
    rest = {key: _without_first_unit(family, pairs[key]) for key in counted}
    companions = {}
    for key in counted:
        alike = [rest[other] for other in counted if other[1] == key[1]]
        of_causes = _per_event(*(fsum(sums) for sums in zip(*alike, strict=True)))
        common = _per_event(*rest[key], OWN_CAUSE * of_causes, OWN_CAUSE)
        by_cell = (np.maximum(pairs[key].pairs, 0.0) + OWN_CELL * common) / (
            pairs[key].events + OWN_CELL
        )
        companions[key] = _Companions(common, np.maximum(by_cell, common))
    return companions


def _without_first_unit(family: Family, same_day: SameDay) -> tuple[float, float]:
    """Return events and pairs without the unit that has most pairs: one outage is no rule."""
    of_unit = np.bincount(family.unit, same_day.pairs)
    others = family.unit != np.argmax(of_unit)
    return float(same_day.events[others].sum()), float(same_day.pairs[others].sum())


def _per_event(
    events: float, pairs: float, more_pairs: float = 0.0, more_events: float = 0.0
) -> float:
    return max(pairs + more_pairs, 0.0) / max(events + more_events, 1.0)


def _fit(
    family: Family, observed: Floats, usual: Floats, companions: float, before: CountFit | None
) -> CountFit:
    """Fit laws to what was observed; the fit before holds while what is usual is about the same."""
    about = np.exp(np.round(np.log(usual) * _STEPS) / _STEPS)
    if before is not None and np.array_equal(before.expected, about):
        return before
    grid = replace(CELLS, linear=tuple(companions + part for part in CELLS.linear))
    return fit_counts(
        observed, about, grid, apart=CELL_APART, group=family.unit, group_apart=UNIT_APART
    )


def _shared_evidence(fits: Mapping[Counted, CountFit]) -> dict[Counted, Floats]:
    """Return what the other causes say of the laws, by what is counted.

    What comes in waves, congestion, says nothing of the others. It varies as they do and by its
    waves on top: they say only what it varies by at least.
    """
    evidence = {key: fit.evidence for key, fit in fits.items()}
    is_wave = {key: known_causes()[key[0]].in_waves for key in fits}
    nothing = np.zeros(CELLS.laws.shape[0])
    shared = {}
    for key in fits:
        others = [
            evidence[other]
            for other in fits
            if other != key and other[1] == key[1] and not is_wave[other]
        ]
        common = AS_CAUSES * np.mean(others, axis=0) if others else nothing
        shared[key] = _at_least(common) if is_wave[key] else common
    return shared


def _at_least(evidence: Floats) -> Floats:
    """Return for each law the most that speaks for any law without a larger part."""
    pairs = evidence.reshape(len(CELLS.linear), len(CELLS.quadratic))
    by_linear = np.maximum.accumulate(pairs, axis=0)
    return np.asarray(np.maximum.accumulate(by_linear, axis=1).ravel())


def _expectation(
    observed: Floats,
    usual: Usual,
    healthy: Floats,
    law: HealthyCounts,
    companions: _Companions,
    in_queue: Floats,
) -> Expectation:
    mean = usual.mean
    together = in_queue + companions.by_cell - companions.usual
    unsure = usual.variance(*law.parts)
    return Expectation(
        observed,
        mean,
        law.expected(mean),
        law.spread(mean, unsure, together),
        law.tail(observed, mean, unsure, together),
        healthy,
        law,
        companions.usual,
    )
