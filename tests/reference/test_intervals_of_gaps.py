"""Intervals of a gap's parts against their definitions, worked out once more in plain steps."""

from __future__ import annotations

from math import hypot, sqrt

import numpy as np
import pytest
from scipy.stats import gamma

from workbench.figures.estimates.kitagawa import Counts, effects, split

NORMAL = 1.959963984540054
STEP = 1e-4

FULL = ([[40.0, 20.0], [30.0, 70.0], [15.0, 25.0]], [[9.0, 8.0], [3.0, 21.0], [7.0, 2.0]])
OTHER = ([[25.0, 60.0], [80.0, 35.0], [5.0, 45.0]], [[4.0, 11.0], [30.0, 9.0], [1.0, 20.0]])
NO_CLASS = ([[25.0, 60.0], [80.0, 0.0], [5.0, 45.0]], [[4.0, 11.0], [30.0, 0.0], [1.0, 20.0]])
NO_STRATUM = ([[25.0, 60.0], [0.0, 0.0], [5.0, 45.0]], [[4.0, 11.0], [0.0, 0.0], [1.0, 20.0]])
ALL_LATE = ([[25.0, 60.0], [80.0, 35.0], [5.0, 45.0]], [[25.0, 11.0], [30.0, 0.0], [1.0, 20.0]])
FEW = ([[25.0, 1.0], [1.0, 35.0], [5.0, 45.0]], [[4.0, 1.0], [0.0, 9.0], [1.0, 20.0]])
ONE_DOSSIER = ([[25.0, 60.0], [1.0, 0.0], [5.0, 45.0]], [[4.0, 11.0], [1.0, 0.0], [1.0, 20.0]])
ONE_STRATUM = ([[40.0, 20.0]], [[9.0, 8.0]])
ONE_OTHER = ([[25.0, 60.0]], [[4.0, 31.0]])
PLAIN = ([[40.0], [30.0], [15.0]], [[9.0], [3.0], [7.0]])
PLAIN_OTHER = ([[25.0], [0.0], [50.0]], [[4.0], [0.0], [20.0]])


def side(table: tuple[list[list[float]], list[list[float]]]) -> Counts:
    dossiers, late = (np.array(part) for part in table)
    return Counts(dossiers, late[None])


def more(counts: Counts, cell: tuple[int, int], late: float, on_time: float) -> Counts:
    """A side with a little more of one count."""
    dossiers, all_late = counts.dossiers.copy(), counts.late.copy()
    dossiers[cell] += late + on_time
    all_late[(0, *cell)] += late
    return Counts(dossiers, all_late)


def influence(sides: list[Counts], own: int, cell: tuple[int, int], late: int) -> np.ndarray:
    """What one more dossier, late or not, changes in mix and calendar."""
    found = []
    for step in (STEP, -STEP):
        changed = list(sides)
        changed[own] = more(sides[own], cell, step * late, step * (1 - late))
        found.append(effects(*changed)[:2])
    return (found[0] - found[1]) / (2 * STEP)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (FULL, OTHER),
        (FULL, NO_CLASS),
        (NO_CLASS, FULL),
        (FULL, NO_STRATUM),
        (NO_STRATUM, FULL),
        (NO_CLASS, ALL_LATE),
        (FULL, FEW),
        (FEW, FULL),
        (FULL, ONE_DOSSIER),
        (ONE_DOSSIER, FULL),
        (ONE_STRATUM, ONE_OTHER),
        (PLAIN, PLAIN_OTHER),
        (PLAIN_OTHER, PLAIN),
    ],
)
def test_mix_and_calendar_vary_by_each_count_times_its_squared_influence(left, right):
    sides, variance = [side(left), side(right)], np.zeros(2)
    for own, counts in enumerate(sides):
        for cell in zip(*np.nonzero(counts.dossiers), strict=True):
            late = counts.late[(0, *cell)]
            on_time = counts.dossiers[cell] - late
            variance += late * influence(sides, own, cell, 1) ** 2 if late else 0
            variance += on_time * influence(sides, own, cell, 0) ** 2 if on_time else 0
    found = split(*sides)
    half = NORMAL * np.sqrt(variance)
    assert found.upper[:2] - found.effects[:2] == pytest.approx(half, rel=1e-5, abs=1e-9)
    assert found.effects[:2] - found.lower[:2] == pytest.approx(half, rel=1e-5, abs=1e-9)


def jeffreys(late: float, dossiers: float) -> tuple[float, float, float]:
    """A rate and its limits, the count's law being gamma with half a count more."""
    low, high = (float(gamma.ppf(tail, late + 0.5)) / dossiers for tail in (0.025, 0.975))
    rate = late / dossiers
    return rate, min(low, rate), max(high, rate)


@pytest.mark.parametrize("late", [(8.0, 31.0), (31.0, 8.0), (0.0, 4.0), (4.0, 0.0), (1.0, 1.0)])
def test_the_limits_of_a_cause_are_those_of_two_counts_joined_as_zou_and_donner_do(late):
    one = Counts(np.array([[60.0]]), np.array([[[late[0]]]]))
    other = Counts(np.array([[90.0]]), np.array([[[late[1]]]]))
    found = split(one, other)
    less, less_low, less_high = jeffreys(late[0], 60.0)
    rate, low, high = jeffreys(late[1], 90.0)
    gap = rate - less
    assert (found.gap, found.effects[2]) == pytest.approx((gap, gap))
    assert found.lower[2] == pytest.approx(gap - hypot(rate - low, less_high - less))
    assert found.upper[2] == pytest.approx(gap + hypot(high - rate, less - less_low))


def test_a_cause_that_was_never_seen_has_the_limits_of_no_count_at_the_usual_weight():
    """Strata of unlike weights: what no dossier shows weighs as a dossier does on average."""
    dossiers = np.array([[40.0], [60.0]])
    never = Counts(dossiers, np.zeros((1, 2, 1)))
    found = split(never, never)
    reach = float(gamma.ppf(0.975, 0.5)) / 100
    assert (found.lower[2], found.upper[2]) == pytest.approx((-reach, reach))


def test_sides_without_a_stratum_in_common_say_nothing_of_rates():
    one, other = np.array([[40.0], [0.0]]), np.array([[0.0], [60.0]])
    found = split(Counts(one, one[None] / 4), Counts(other, other[None] / 3))
    assert (found.lower[2], found.effects[2], found.upper[2]) == (0.0, 0.0, 0.0)


def test_batches_of_five_widen_as_if_each_late_dossier_stood_for_five():
    late, number = 4_000.0, 9_000.0
    counts = Counts(np.array([[number]]), np.array([[[late]]]))
    found = split(counts, counts, np.full((2, 2), 5.0))
    wide = (found.upper[2] - found.lower[2]) / (2 * NORMAL)
    assert wide == pytest.approx(sqrt(2 * 5 * late) / number, rel=0.03)


def test_a_side_is_widened_by_its_own_design_effect():
    counts = Counts(np.array([[9_000.0]]), np.array([[[4_000.0]]]))
    found = split(counts, counts, np.array([[1.0, 1.0], [1.0, 7.0]]))
    wide = (found.upper[2] - found.lower[2]) / (2 * NORMAL)
    assert wide == pytest.approx(sqrt((1 + 7) * 4_000) / 9_000, rel=0.03)


@pytest.mark.parametrize("times", [2.0, 10.0])
def test_more_dossiers_of_which_each_is_worth_as_little_say_the_same(times):
    sides = [side(FULL), side(OTHER)]
    more_of_them = [Counts(times * one.dossiers, times * one.late) for one in sides]
    few, many = split(*sides), split(*more_of_them, np.full((2, 2), times))
    for bound in ("effects", "lower", "upper"):
        assert getattr(many, bound) == pytest.approx(getattr(few, bound))
