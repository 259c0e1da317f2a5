"""Difference in differences: Card and Krueger's figure, Welch's interval, and its conditions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import permutation_test, ttest_ind
from statsmodels.regression.linear_model import WLS

from workbench.figures.estimates.difference_in_differences import REASONS, difference_in_differences


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
