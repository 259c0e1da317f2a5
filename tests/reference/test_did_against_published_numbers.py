"""Difference in differences: Card and Krueger's figure, Welch's interval, and its conditions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import permutation_test, ttest_ind
from statsmodels.regression.linear_model import WLS
from statsmodels.tools import add_constant

from workbench.figures.estimates.difference_in_differences import REASONS, difference_in_differences
from workbench.figures.estimates.interrupted_series import interrupted_series


def world(seed: int, effect: float = 0.0, drift: float = 0.0, size: int = 120):
    """Twelve units, eight periods; four get a change after the fifth period."""
    random = np.random.default_rng(seed)
    treated = np.arange(12) < 4
    level = random.uniform(0.05, 0.25, (12, 1))
    time = np.arange(8)[None, :]
    share = level + np.where(treated[:, None], drift * time + effect * (time >= 5), 0.0)
    dossiers = random.poisson(size, (12, 8))
    late = random.binomial(dossiers, np.clip(share, 0.0, 1.0))
    return difference_in_differences(late, dossiers, None, treated=treated, after=5)


def test_employment_in_new_jersey_and_pennsylvania_equals_card_and_krueger():
    # Card and Krueger (1994), table 3: full-time equivalents before and after, New Jersey 20.44
    # and 21.03, Pennsylvania 23.33 and 21.17; the change of the difference is 2.76 (unrounded)
    late = [[20.44, 21.03], [23.33, 21.17]]
    found = difference_in_differences(
        late, np.full((2, 2), 100), None, treated=[True, False], after=1
    )
    assert found.value == pytest.approx(0.0276, abs=2e-4)
    assert (found.lower, found.evidence_level) == (None, 2)
    assert {"few_treated", "few_controls", "few_periods_before"} <= set(found.reasons)


def test_the_interval_holds_welchs_intervals_of_changes_with_and_without_each_units_course():
    random = np.random.default_rng(5)
    dossiers = random.poisson(80, (9, 6))
    late = random.binomial(dossiers, 0.2)
    treated = np.arange(9) < 3
    found = difference_in_differences(late, dossiers, None, treated=treated, after=3)
    share = [late[:, w].sum(axis=1) / dossiers[:, w].sum(axis=1) for w in (slice(3), slice(3, 6))]
    time = np.arange(6)
    design = np.stack([np.ones(6), time, time >= 3], axis=1)
    beyond = [
        WLS(late[u] / dossiers[u], design, weights=dossiers[u]).fit().params[2] for u in range(9)
    ]
    bounds = [
        ttest_ind(change[treated], change[~treated], equal_var=False).confidence_interval()
        for change in (share[1] - share[0], np.array(beyond))
    ]
    assert found.lower == pytest.approx(min(b.low for b in bounds))
    assert found.upper == pytest.approx(max(b.high for b in bounds))


def test_the_chance_equals_scipys_permutation_test():
    random = np.random.default_rng(8)
    dossiers = random.poisson(80, (8, 6))
    late = random.binomial(dossiers, 0.2)
    treated = np.arange(8) < 3
    found = difference_in_differences(late, dossiers, None, treated=treated, after=3)
    share = [late[:, w].sum(axis=1) / dossiers[:, w].sum(axis=1) for w in (slice(3), slice(3, 6))]
    change = share[1] - share[0]
    theirs = permutation_test(
        (change[treated], change[~treated]),
        lambda one, two: abs(ttest_ind(one, two, equal_var=False).statistic),
        alternative="greater",
        n_resamples=np.inf,
    )
    assert found.p_value >= theirs.pvalue - 1e-12
    flat = difference_in_differences(late, dossiers, late, treated=treated, after=3)
    assert flat.p_value == 1.0


def test_intervals_contain_the_true_effect_and_a_large_one_reaches_level_four():
    effects = [world(seed, effect=0.12) for seed in range(200)]
    assert np.mean([f.lower <= 0.12 <= f.upper for f in effects]) >= 0.93
    assert np.mean([f.evidence_level == 4 for f in effects]) >= 0.8
    assert all(f.reasons == () for f in effects if f.evidence_level == 4)


@pytest.mark.parametrize("drift", [0.0, 0.01, 0.03])
def test_without_an_effect_level_four_is_rare_whether_or_not_the_sides_drift(drift):
    effects = [world(seed, drift=drift) for seed in range(200)]
    assert np.mean([f.evidence_level == 4 for f in effects]) <= 0.05
    assert np.mean([f.lower <= 0.0 <= f.upper for f in effects]) >= 0.93
    assert all(set(f.reasons) <= set(REASONS) for f in effects)


def test_equal_changes_of_two_units_among_six_are_no_proof():
    dossiers = np.full((6, 6), 100.0)
    late = np.full((6, 6), 10.0)
    late[:2, 3:] = 4.0
    effect = difference_in_differences(late, dossiers, None, treated=np.arange(6) < 2, after=3)
    assert effect.value == pytest.approx(-0.06)
    assert (effect.p_value, effect.evidence_level) == (None, 2)
    assert effect.reasons == ("few_ways",)


def test_a_change_of_mix_is_no_effect_where_it_is_expected():
    dossiers = np.full((6, 6), 100.0)
    treated = np.arange(6) < 3
    expected = np.full((6, 6), 5.0)
    expected[:3, 3:] = 15.0
    found = difference_in_differences(expected, dossiers, expected, treated=treated, after=3)
    assert found.value == pytest.approx(0.0)


def test_few_dossiers_and_empty_units_are_reported():
    dossiers = np.array([[3, 2, 2, 1], [2, 2, 3, 2], [40, 40, 40, 40], [0, 0, 50, 40]])
    found = difference_in_differences(
        dossiers * 0.1, dossiers, None, treated=[True, True, False, False], after=3
    )
    assert "few_dossiers" in found.reasons
    assert found.evidence_level == 2


def drawn_world(seed: int = 5):
    random = np.random.default_rng(seed)
    dossiers = random.poisson(80, (9, 8)).astype(float)
    return random.binomial(dossiers.astype(int), 0.2).astype(float), dossiers, np.arange(9) < 3


def test_the_trend_is_the_difference_of_weighted_slopes_before_the_change():
    late, dossiers, treated = drawn_world()
    effect = difference_in_differences(late, dossiers, None, treated=treated, after=5)
    design = np.stack([np.ones(5), np.arange(5)], axis=1)
    slopes = np.array(
        [
            WLS(x[:5] / n[:5], design, weights=n[:5]).fit().params[1]
            for x, n in zip(late, dossiers, strict=True)
        ]
    )
    bounds = ttest_ind(slopes[treated], slopes[~treated], equal_var=False).confidence_interval()
    value = slopes[treated].mean() - slopes[~treated].mean()
    assert effect.trend == pytest.approx((value, bounds.low, bounds.high))


@pytest.mark.parametrize("seed", [5, 6])
def test_what_is_expected_of_each_unit_and_period_is_taken_off_everywhere(seed):
    late, dossiers, treated = drawn_world(seed)
    expected = np.random.default_rng(seed + 9).uniform(0, 20, late.shape)
    expected[treated, 2] += 60
    plain = difference_in_differences(late, dossiers, None, treated=treated, after=5)
    moved = difference_in_differences(late + expected, dossiers, expected, treated=treated, after=5)
    for name in ("value", "lower", "upper", "p_value", "trend"):
        assert getattr(moved, name) == pytest.approx(getattr(plain, name), abs=1e-9)
    assert (moved.reasons, moved.evidence_level) == (plain.reasons, plain.evidence_level)


def test_shares_do_not_hang_on_the_unit_in_which_dossiers_are_counted():
    late, dossiers, treated = drawn_world()
    whole = difference_in_differences(late, dossiers, None, treated=treated, after=5)
    small = difference_in_differences(late / 1e4, dossiers / 1e4, None, treated=treated, after=5)
    for name in ("value", "lower", "upper", "p_value", "trend"):
        assert getattr(small, name) == pytest.approx(getattr(whole, name), abs=1e-9)


def test_a_unit_without_dossiers_on_one_side_is_left_out_of_the_change():
    late, dossiers, treated = drawn_world()
    late[8, :5] = dossiers[8, :5] = 0
    with_it = difference_in_differences(late, dossiers, None, treated=treated, after=5)
    without = difference_in_differences(late[:8], dossiers[:8], None, treated=treated[:8], after=5)
    assert (with_it.value, with_it.p_value) == (without.value, without.p_value)
    assert (with_it.lower, with_it.upper) == (without.lower, without.upper)


@pytest.mark.parametrize(("missing", "reason"), [(0, ""), (1, "few_dossiers")])
def test_thirty_dossiers_in_every_corner_are_enough_and_twenty_nine_are_not(missing, reason):
    dossiers = np.full((8, 6), 40.0)
    dossiers[:4, 3:] = 2.5
    dossiers[0, 3] -= missing
    late = dossiers * 0.1
    effect = difference_in_differences(late, dossiers, None, treated=np.arange(8) < 4, after=3)
    assert ("few_dossiers" in effect.reasons) is bool(reason)
    assert effect.denominator == 30 - missing


@pytest.mark.parametrize(
    ("chosen", "units", "is_known"), [(2, 8, True), (3, 6, True), (2, 6, False)]
)
def test_twenty_ways_to_choose_the_treated_units_are_enough(chosen, units, is_known):
    late, dossiers, _ = drawn_world()
    effect = difference_in_differences(
        late[:units], dossiers[:units], None, treated=np.arange(units) < chosen, after=5
    )
    assert (effect.p_value is not None) is is_known
    assert ("few_ways" in effect.reasons) is not is_known


@pytest.mark.parametrize(("units", "chosen", "near"), [(9, 3, 1e-9), (16, 8, 0.025)])
def test_the_chance_is_the_larger_one_over_all_ways_or_a_part_of_many(units, chosen, near):
    random = np.random.default_rng(2)
    dossiers = random.poisson(80, (units, 8)).astype(float)
    late = random.binomial(dossiers.astype(int), 0.2).astype(float)
    late[:4, 5:] += 8
    treated = np.arange(units) < chosen
    effect = difference_in_differences(late, dossiers, None, treated=treated, after=5)
    whole = [late[:, w].sum(axis=1) / dossiers[:, w].sum(axis=1) for w in (slice(5), slice(5, 8))]
    change = whole[1] - whole[0]
    design = np.stack([np.ones(8), np.arange(8), np.arange(8) >= 5], axis=1)
    beyond = np.array(
        [WLS(x / n, design, weights=n).fit().params[2] for x, n in zip(late, dossiers, strict=True)]
    )
    chances = [
        permutation_test(
            (x[treated], x[~treated]),
            lambda one, two, axis: np.abs(ttest_ind(one, two, equal_var=False, axis=axis)[0]),
            alternative="greater",
            n_resamples=np.inf,
            vectorized=True,
        ).pvalue
        for x in (change, beyond)
    ]
    assert effect.p_value == pytest.approx(max(chances), abs=near)


def test_sides_that_drift_apart_or_part_for_one_period_before_are_said():
    assert "courses_differ_before" in world(1, drift=0.03).reasons
    dossiers = np.full((12, 8), 400.0)
    late = np.random.default_rng(4).binomial(400, 0.1, (12, 8)).astype(float)
    treated = np.arange(12) < 4
    alike = difference_in_differences(late, dossiers, None, treated=treated, after=5)
    assert "courses_differ_before" not in alike.reasons
    late[:4, 2] += 120  # the middle of the periods before: no slope
    parted = difference_in_differences(late, dossiers, None, treated=treated, after=5)
    assert "courses_differ_before" in parted.reasons


def test_two_units_have_an_interval_and_a_side_without_any_has_no_difference():
    late, dossiers, _ = drawn_world()
    two = difference_in_differences(late, dossiers, None, treated=np.arange(9) < 2, after=5)
    assert two.lower < two.value < two.upper
    dossiers[:2, :5] = late[:2, :5] = 0
    none = difference_in_differences(late, dossiers, None, treated=np.arange(9) < 2, after=5)
    assert (none.value, none.lower, none.upper, none.p_value) == (None, None, None, None)
    assert "few_ways" in none.reasons


def test_the_course_of_a_single_unit_is_carried_on_as_by_statsmodels():
    random = np.random.default_rng(6)
    sizes = random.poisson(80, 15)
    share = random.binomial(sizes, 0.3) / sizes
    time = np.arange(15)
    line = WLS(share[:10], add_constant(time[:10]), weights=sizes[:10]).fit()
    led_to = line.predict(add_constant(time[10:]))
    value, lower, upper = interrupted_series(share, sizes, 0.21 / sizes, after=10)
    assert value == pytest.approx(np.average(share[10:] - led_to, weights=sizes[10:]))
    assert upper - value == pytest.approx(value - lower)
    assert interrupted_series(share[5:], sizes[5:], 0.21 / sizes[5:], after=5)[0] is None
    assert interrupted_series(share, np.append(sizes[:12], [0] * 3), np.ones(15), after=10) == (
        (None,) * 3
    )


def test_intervals_of_a_single_unit_allow_for_months_that_resemble_each_other():
    random = np.random.default_rng(7)
    for correlation, least in ((0.0, 0.93), (0.4, 0.88)):
        hits = 0
        for _ in range(300):
            deviations = random.normal(0, 0.05, 18)
            for i in range(1, 18):
                fresh = (1 - correlation**2) ** 0.5
                deviations[i] = correlation * deviations[i - 1] + fresh * deviations[i]
            sizes = random.poisson(100, 18)
            met = random.binomial(sizes, np.clip(0.4 + deviations, 0, 1))
            _, lower, upper = interrupted_series(met / sizes, sizes, 0.24 / sizes, after=12)
            hits += lower <= 0 <= upper
        assert hits / 300 >= least
