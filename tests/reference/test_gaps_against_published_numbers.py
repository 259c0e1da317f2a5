"""Splitting a gap: Das Gupta's own examples, the identity on random tables, and coverage."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.figures.estimates.kitagawa import Counts, effects, split

# Das Gupta (1993), Standardization and Decomposition of Rates, example 5.1: household headship
# by age, 1970 and 1985; effects as printed by DasGuptR 2.1.0 (README): age 1.2269, rate 1.7403
SIZE_1970 = [12.9, 10.9, 9.5, 8.0, 7.8, 8.4, 8.6, 7.8, 7.0, 5.9, 4.7, 3.6, 4.9]
SIZE_1985 = [10.1, 11.2, 11.6, 10.9, 9.4, 7.7, 6.3, 6.0, 6.3, 5.9, 5.1, 4.0, 5.5]
RATE_1970 = [1.9, 25.8, 45.7, 49.6, 51.2, 51.6, 51.8, 54.9, 58.7, 60.4, 62.8, 66.6, 66.8]
RATE_1985 = [2.2, 24.3, 45.8, 52.5, 56.1, 55.6, 56.0, 57.4, 57.2, 61.2, 63.9, 68.6, 72.2]

# Example 5.3: deaths per 1 000 by race (rows) and age, 1970 and 1985; DasGuptR prints
# size 1.5415096, rate -2.2277254, crude -0.6862158
PEOPLE_1985 = [
    [3041, 11577, 27450, 32711, 35480, 27411, 19555, 19795, 15254, 8022, 2472],
    [707, 2692, 6473, 6841, 6547, 4352, 3034, 2540, 1749, 804, 236],
]
PEOPLE_1970 = [
    [2968, 11484, 34614, 30992, 21983, 20314, 20928, 16897, 11339, 5720, 1315],
    [535, 2162, 6120, 4781, 3096, 2718, 2363, 1767, 1149, 448, 117],
]
DEATHS_1985 = [
    [9.163, 0.462, 0.248, 0.929, 1.084, 1.810, 4.715, 12.187, 27.728, 64.068, 157.570],
    [17.208, 0.738, 0.328, 1.103, 2.045, 3.724, 8.052, 17.812, 34.128, 68.276, 125.161],
]
DEATHS_1970 = [
    [18.469, 0.751, 0.391, 1.146, 1.287, 2.672, 6.636, 15.691, 34.723, 79.763, 176.837],
    [36.993, 1.352, 0.541, 2.040, 3.523, 6.746, 12.967, 24.471, 45.091, 74.902, 123.205],
]


def side(sizes: object, rates: object) -> Counts:
    """One cause, strata in rows of one class unless a table is given (strata x classes)."""
    dossiers = np.asarray(sizes, dtype=float)
    late = dossiers * np.asarray(rates, dtype=float)
    if dossiers.ndim == 1:
        return Counts(dossiers[:, None], late[None, :, None])
    return Counts(dossiers, late[None])


def test_the_split_of_household_headship_equals_das_gupta():
    left, right = side(SIZE_1970, RATE_1970), side(SIZE_1985, RATE_1985)
    mix, calendar, rate = effects(left, right)
    assert (mix, calendar, rate) == pytest.approx((1.2269, 0.0, 1.7403), abs=5e-5)
    assert right.share - left.share == pytest.approx(2.9672, abs=5e-5)


def test_the_split_of_death_rates_by_age_and_race_equals_das_gupta():
    left = side(np.transpose(PEOPLE_1970), np.transpose(DEATHS_1970))
    right = side(np.transpose(PEOPLE_1985), np.transpose(DEATHS_1985))
    mix, within, rate = effects(left, right)
    assert rate == pytest.approx(-2.2277254, abs=5e-8)
    assert mix + within == pytest.approx(1.5415096, abs=5e-8)
    flat = side(np.ravel(PEOPLE_1970), np.ravel(DEATHS_1970))
    flat_right = side(np.ravel(PEOPLE_1985), np.ravel(DEATHS_1985))
    assert effects(flat, flat_right)[0] == pytest.approx(1.5415096, abs=5e-8)


@st.composite
def tables(draw: st.DrawFn) -> tuple[Counts, Counts]:
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = draw(st.tuples(st.integers(1, 5), st.integers(1, 3)))
    causes = draw(st.integers(1, 4))
    sides = []
    for _ in range(2):
        dossiers = random.poisson(random.choice([0.4, 8.0], shape)).astype(float)
        dossiers.flat[0] += 1
        late = random.dirichlet(np.ones(causes + 1), shape)[..., :-1] * dossiers[..., None]
        sides.append(Counts(dossiers, np.moveaxis(late, -1, 0)))
    return sides[0], sides[1]


@given(tables())
def test_effects_sum_to_the_gap_whatever_stands_in_for_empty_strata(drawn):
    left, right = drawn
    assert abs(effects(left, right).sum() - (right.share - left.share)) < 1e-12


@given(tables())
def test_turned_round_every_effect_changes_its_sign(drawn):
    left, right = drawn
    assert effects(left, right) == pytest.approx(-effects(right, left), abs=1e-12)


@given(tables())
def test_the_same_side_twice_has_no_gap_and_no_effect(drawn):
    left, _ = drawn
    assert effects(left, left) == pytest.approx(0.0, abs=1e-15)


@given(tables())
def test_an_interval_holds_its_effect(drawn):
    found = split(*drawn)
    assert np.all(found.lower <= found.effects)
    assert np.all(found.effects <= found.upper)


@given(tables())
def test_turned_round_the_intervals_change_their_sign_too(drawn):
    one, two = split(*drawn), split(*reversed(drawn))
    assert one.lower == pytest.approx(-two.upper, abs=1e-12)
    assert one.upper == pytest.approx(-two.lower, abs=1e-12)


def test_intervals_of_mix_and_calendar_are_those_of_resampled_counts():
    """Efron's bootstrap of the counts, run here: Poisson draws of late and other dossiers."""
    random = np.random.default_rng(7)
    sides = []
    for _ in range(2):
        dossiers = random.poisson(random.uniform(40, 240, (6, 2))).astype(float)
        late = random.binomial(dossiers.astype(int), random.uniform(0.05, 0.5, (6, 2)))
        sides.append(Counts(dossiers, late[None].astype(float)))
    drawn = np.array([effects(*(_again(side, random) for side in sides))[:2] for _ in range(4_000)])
    found = split(*sides)
    assert found.upper[:2] - found.lower[:2] == pytest.approx(
        2 * 1.96 * drawn.std(axis=0), rel=0.06
    )


def _again(side: Counts, random: np.random.Generator) -> Counts:
    late = random.poisson(side.late).astype(float)
    others = random.poisson(side.dossiers - side.late.sum(axis=0))
    return Counts(late.sum(axis=0) + others, late)


@pytest.mark.parametrize(("strata", "size"), [(6, 40), (30, 6), (200, 2)])
def test_intervals_of_all_effects_hold_the_truth_in_92_to_99_of_100(strata, size):
    """Mixes, calendars and rates drawn once, 300 simulations; two causes, sparse and dense."""
    random = np.random.default_rng(5)
    mixes = [random.uniform(0.3, 2, (strata, 2)) for _ in range(2)]
    rates = [np.moveaxis(random.beta(2, 14, (strata, 2, 2)), -1, 0) for _ in range(2)]
    truth = effects(*(Counts(m, r * m) for m, r in zip(mixes, rates, strict=True)))
    covered = np.zeros(4)
    for _ in range(300):
        sides = []
        for mix, rate in zip(mixes, rates, strict=True):
            late = random.poisson(mix * size * rate).astype(float)
            others = random.poisson(mix * size * (1 - rate.sum(axis=0)))
            sides.append(Counts(late.sum(axis=0) + others, late))
        found = split(*sides)
        covered += (found.lower <= truth) & (truth <= found.upper)
    assert np.all(covered / 300 >= 0.92)
    assert np.all(covered / 300 <= 0.99)


def test_a_unit_is_not_blamed_for_work_it_never_had():
    """One stratum only the peers have, full of late dossiers: all of it is mix."""
    peers = Counts(np.array([[100.0], [50.0]]), np.array([[[2.0], [25.0]]]))
    unit = Counts(np.array([[40.0], [0.0]]), np.array([[[0.8], [0.0]]]))
    mix, calendar, cause = effects(peers, unit)
    assert cause == pytest.approx(0.0, abs=1e-15)
    assert calendar == 0.0
    assert mix == pytest.approx(unit.share - peers.share, abs=1e-15)
    found = split(peers, unit)
    assert found.lower[2] < 0 < found.upper[2]


def test_a_side_without_dossiers_has_no_rate():
    empty = Counts(np.zeros((1, 1)), np.zeros((1, 1, 1)))
    with pytest.raises(ValueError, match="without dossiers"):
        effects(empty, side([3], [0.1]))


@pytest.mark.parametrize("size", [25, 60, 150])
def test_intervals_of_rate_effects_hold_the_truth_in_93_to_98_of_100(size):
    """Two causes, six strata, a unit with a doubled rate against eleven others together."""
    random = np.random.default_rng(99)
    rates = np.array([[0.02, 0.03], [0.01, 0.02], [0.04, 0.02], [0.03, 0.01], [0.02, 0.02]])
    more = np.array([0.06, 0.03])
    inside = np.zeros(2)
    tries = 400
    for _ in range(tries):
        unit = random.multinomial(size, random.dirichlet(np.full(5, 5.0))).astype(float)
        peers = random.multinomial(size * 11, np.full(5, 0.2)).astype(float)
        sides = []
        for dossiers, extra in ((peers, 0.0), (unit, more)):
            late = random.poisson(dossiers[:, None] * (rates + extra)).T.astype(float)
            sides.append(Counts(dossiers[:, None], late[..., None]))
        found = split(*sides)
        # a stratum the unit never handled has no information on its rate
        seen = (peers / peers.sum() + unit / unit.sum()) / 2 @ (unit > 0)
        inside += (found.lower[2:] <= more * seen) & (more * seen <= found.upper[2:])
    assert np.all(inside / tries >= 0.93)
    assert np.all(inside / tries <= 0.985)


def test_less_than_nothing_left_by_rounding_stops_no_comparison():
    """What no cause explains is a difference of sums: some strata of it may round below zero."""
    queue = [[9.0], [1.0]]
    left = Counts(np.array([[90.0], [10.0]]), np.array([queue, [[1e-17], [-1e-18]]]))
    right = Counts(np.array([[10.0], [90.0]]), np.array([queue, [[0.0], [0.0]]]))
    found = split(left, right)
    assert abs(found.effects[-1]) < 1e-15
    assert np.isfinite([found.lower, found.upper]).all()


def test_a_stratum_that_neither_side_met_moves_no_bound():
    dossiers, late = np.array([[40.0], [60.0]]), np.array([[[8.0], [6.0]]])
    more = Counts(np.vstack([dossiers, [[0.0]]]), np.concatenate([late, np.zeros((1, 1, 1))], 1))
    one = split(Counts(dossiers, late), Counts(dossiers, late[:, ::-1]))
    other = Counts(more.dossiers, np.concatenate([late[:, ::-1], np.zeros((1, 1, 1))], 1))
    two = split(more, other)
    np.testing.assert_allclose(one.lower, two.lower)
    np.testing.assert_allclose(one.upper, two.upper)
