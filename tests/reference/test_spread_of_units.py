"""How far units differ beyond chance, against the definition worked out once more in plain sums."""

from __future__ import annotations

from math import fsum, sqrt
from statistics import NormalDist

import numpy as np
import pytest

from workbench.figures.estimates.funnel import Dispersion, ratio_dispersion

LIMIT = NormalDist().inv_cdf(0.999)
"""One unit in five hundred lies outside by chance."""


def by_definition(late: list[float], expected: list[float]) -> tuple[float, float]:
    """Phi and tau2 of units of which none is set aside, by DerSimonian and Laird (1986)."""
    level = fsum(late) / fsum(expected)
    roots = [sqrt(count / (mean * level)) for count, mean in zip(late, expected, strict=True)]
    weights = [4 * mean * level for mean in expected]
    square = fsum(w * (root - 1) ** 2 for w, root in zip(weights, roots, strict=True))
    room = fsum(weights) - fsum(w * w for w in weights) / fsum(weights)
    return square / len(late), max(0.0, (square - (len(late) - 1)) / room)


@pytest.mark.parametrize(
    ("late", "expected"),
    [
        ([4.0, 30.0], [10.0, 12.0]),
        ([55.0, 21.0], [40.0, 33.0]),
        ([10.0, 11.0], [10.0, 12.0]),
        ([100.0, 9.0], [20.0, 3.0]),
    ],
)
def test_two_units_are_compared_around_their_own_level_and_none_is_set_aside(late, expected):
    found = ratio_dispersion(late, expected)
    assert (found.phi, found.tau2) == pytest.approx(by_definition(late, expected), rel=1e-9)
    assert found.number == 2


def test_a_unit_alone_differs_from_nobody():
    assert ratio_dispersion([30], [10]) == Dispersion(1.0, 0.0, 1)
    assert ratio_dispersion([], []) == Dispersion(1.0, 0.0, 0)


def test_a_unit_that_expects_nothing_is_left_out():
    with_it = ratio_dispersion([4, 30, 2, 12, 9], [10, 12, 0, 10, 10])
    assert with_it == ratio_dispersion([4, 30, 12, 9], [10, 12, 10, 10])
    assert ratio_dispersion([1, 4, 30], [0.4, 10, 12]).number == 3


@pytest.mark.parametrize(("units", "apart"), [(10, 4), (5, 2), (9, 3), (3, 1)])
def test_up_to_two_fifths_of_the_units_are_set_aside(units, apart):
    late = [100.0] * (units - apart) + [200.0 + n for n in range(apart)]
    assert ratio_dispersion(late, [100.0] * units) == Dispersion(0.0, 0.0, units - apart)


@pytest.mark.parametrize(("units", "apart"), [(10, 5), (9, 4), (5, 3), (4, 2)])
def test_where_more_stand_apart_the_spread_is_that_of_all(units, apart):
    late = [100.0] * (units - apart) + [200.0 + n for n in range(apart)]
    found = ratio_dispersion(late, [100.0] * units)
    assert found.number == units
    assert (found.phi, found.tau2) == pytest.approx(by_definition(late, [100.0] * units))


@pytest.mark.parametrize("sign", [-1, 1])
def test_units_apart_on_either_side_leave_the_spread_of_the_others(sign):
    usual = [96.0, 104.0, 99.0, 101.0, 108.0, 92.0, 100.0, 100.0]
    apart = 100.0 + sign * 70
    found = ratio_dispersion([*usual, apart, apart], [100.0] * 10)
    assert found == ratio_dispersion(usual, [100.0] * 8)
    assert found.number == 8


@pytest.mark.parametrize("seed", range(8))
def test_the_spread_agrees_with_who_lies_within_its_limits(seed):
    random = np.random.default_rng(seed)
    expected = random.uniform(5, 80, 60)
    late = random.poisson(expected * random.gamma(12, 1 / 12, 60))
    late[:6] = 5 * expected[:6]
    found = ratio_dispersion(late, expected)
    within = set(range(60))
    for _ in range(60):
        level = fsum(late[n] for n in within) / fsum(expected[n] for n in within)
        usual = expected * level
        z = 2 * (np.sqrt(late) - np.sqrt(usual)) / np.sqrt(1 + 4 * usual * found.tau2)
        within, before = {int(n) for n in np.flatnonzero(np.abs(z) <= LIMIT)}, within
        if within == before:
            break
    assert found.number == len(within)
    phi, tau2 = by_definition([late[n] for n in within], [expected[n] for n in within])
    assert (found.phi, found.tau2) == pytest.approx((phi, tau2), rel=1e-9)
