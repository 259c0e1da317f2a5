"""What each cell of unit, period and cause would have if it were healthy, and how sure that is.

Expected is what other units have in the same strata. Units and cells that have a rate of their
own are kept out of it, however many periods they fill; what rose everywhere in one period is
no unit's own, and raises what is expected of all in that period.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workbench.figures.compare.dense_ids import numbered
from workbench.figures.compare.families import PRIOR_DOSSIERS, Events, Family, Reference
from workbench.figures.estimates.excess import upper_tail
from workbench.figures.estimates.healthy_counts import HealthyCounts, healthy_counts

Floats = NDArray[np.float64]

LIKELY = 0.5
"""A unit or cell that is likelier than not to have a rate of its own is no reference."""
MOST_UNITS, MOST_CELLS = 0.4, 0.1
"""Share of the units, and of the cells besides, that are set aside at most."""
ROUNDS = 4
SURE = 0.2
"""What ``healthy_counts`` calls doubt, once the reference is of healthy cells."""
FEWEST_UNITS = 5
"""With fewer units a shock common to all looks like one of their own."""
SHOCK = 0.001
"""A period is called common when what most units had in it has a smaller chance."""


@dataclass(frozen=True)
class Expectation:
    """Figures of the cells of one cause, one entry per cell in their order.

    ``chance_of_unit`` is that of all cells of the unit together. ``spread`` is the relative
    variance between healthy cells, ``variance`` the same with what is unsure of ``expected``;
    ``chance`` is one-sided; ``common`` is how many times more all units had in the period (1: no
    shock).
    """

    mean: Floats
    expected: Floats
    variance: Floats
    spread: Floats
    chance: Floats
    chance_of_unit: Floats
    common: Floats
    law: HealthyCounts
    unsure: Floats

    def tail(self, count: Floats) -> Floats:
        """Return the chance of at least so many in each cell, were it healthy."""
        return self.law.tail(count, self.mean, self.unsure)


def laws_of_cause(family: Family, rows: pl.DataFrame, what: str) -> Floats:
    """Return how likely each law of the spread between cells is, as ``first_weights`` takes it."""
    mean, _ = _against(family.everybody, family, family.events(rows, what))
    return healthy_counts(family.summed(rows, what), mean, family.unit).by_law


def expectation(
    family: Family, rows: pl.DataFrame, what: str, weights: Floats | None = None
) -> Expectation:
    """Expect each cell from the healthy others of its strata, and test what was counted of it.

    Args:
        family: All cells.
        rows: Those of one cause.
        what: Column that counts.
        weights: ``first_weights`` of the laws of the spread.
    """
    observed, events = family.summed(rows, what), family.events(rows, what)
    kept = np.ones(observed.size, dtype=bool)
    common = _shocks(family, events, weights)
    kept &= common == 1
    for _ in range(ROUNDS):
        mean, unsure = _against(family.reference(kept), family, events)
        law = healthy_counts(observed, mean * common, family.unit, weights)
        still = _healthy(family, law) & (common == 1)
        if np.array_equal(still, kept):
            break
        kept = still
    mean, unsure = _against(family.reference(kept), family, events)
    mean = mean * common
    law = healthy_counts(observed, mean, family.unit, weights, SURE)
    spread = law.spread(mean)
    chance = law.tail(observed, mean, unsure)
    count, due, square = (
        np.asarray(np.bincount(family.unit, x), dtype=np.float64) for x in (observed, mean, mean**2)
    )
    first = np.searchsorted(family.unit, np.arange(count.size))
    of_unit = law.tail(count, due, unsure[first], square / np.maximum(due, 1e-9) ** 2)
    return Expectation(
        mean,
        law.expected(mean),
        spread + unsure,
        spread,
        chance,
        of_unit[family.unit],
        common,
        law,
        unsure,
    )


def _against(reference: Reference, family: Family, events: Events) -> tuple[Floats, Floats]:
    """Expect each cell from the kept others of its strata, and say how unsure that is."""
    seen = np.where(reference.kept[events.cell], events.number, 0.0)
    base = max(reference.dossiers.sum(), 1.0)
    # Half an event more: that nothing was seen elsewhere does not mean that nothing can be.
    half = 0.5 / base
    prior = PRIOR_DOSSIERS * seen.sum() / base
    expected = family.by_cell(reference.weight * family.elsewhere(reference, events))
    expected += half * family.judged + prior * reference.weights
    hits = np.bincount(events.cell, seen, family.judged.size) + half * reference.dossiers
    by_unit = np.bincount(family.unit, hits)[family.unit]
    return expected, 1 / np.maximum(hits.sum() - by_unit, 0.5)


def _healthy(family: Family, law: HealthyCounts) -> NDArray[np.bool_]:
    """Return the cells that make the reference."""
    units = _without_most(law.sick_units, MOST_UNITS)
    return units[family.unit] & _without_most(law.sick_cells, MOST_CELLS)


def _without_most(sick: Floats, most: float) -> NDArray[np.bool_]:
    """Return all but the likeliest to have a rate of their own, at most a share of them."""
    furthest = np.argsort(-sick, kind="stable")[: int(most * sick.size)]
    kept = np.ones(sick.size, dtype=bool)
    kept[furthest[sick[furthest] > LIKELY]] = False
    return kept


def _shocks(family: Family, events: Events, weights: Floats | None) -> Floats:
    """Return how many times more than in other periods all units had in each cell's period.

    Looked at is the half of the units that had least for what was expected of them: what these
    have too much of, the others have anyway.
    """
    period = numbered(family.cells, ["period"])
    observed = np.bincount(events.cell, events.number, period.size)
    common = np.ones(period.size)
    for number in range(int(period.max(initial=0)) + 1):
        here, others = period == number, period != number
        if here.sum() < FEWEST_UNITS or not others.any():
            continue
        mean, _ = _against(family.reference(others), family, events)
        ratio = (observed + 1 / 3) / mean
        order = np.flatnonzero(here)[np.argsort(ratio[here], kind="stable")]
        least = order[: order.size // 2]
        count, due = observed[least].sum(), mean[least].sum()
        if upper_tail(count, due) >= SHOCK:
            continue
        law = healthy_counts(observed[others], mean[others], family.unit[others], weights)
        wide = (law.spread(mean[least]) * law.expected(mean[least]) ** 2).sum()
        due = law.expected(mean[least]).sum()
        if upper_tail(count, due, wide / due**2) < SHOCK:
            common[here] = ratio[least[-1]]
    return common
