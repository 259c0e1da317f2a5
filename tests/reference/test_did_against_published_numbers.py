"""Difference in differences: Card and Krueger's figure, Welch's interval, and its conditions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import ttest_ind

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


def test_interval_and_p_value_equal_welch_on_the_changes_of_units():
    random = np.random.default_rng(5)
    dossiers = random.poisson(80, (9, 6))
    late = random.binomial(dossiers, 0.2)
    treated = np.arange(9) < 3
    found = difference_in_differences(late, dossiers, None, treated=treated, after=3)
    share = [late[:, w].sum(axis=1) / dossiers[:, w].sum(axis=1) for w in (slice(3), slice(3, 6))]
    theirs = ttest_ind(
        (share[1] - share[0])[treated], (share[1] - share[0])[~treated], equal_var=False
    )
    assert found.p_value == pytest.approx(theirs.pvalue)
    bounds = theirs.confidence_interval()
    assert (found.lower, found.upper) == pytest.approx((bounds.low, bounds.high))


def test_intervals_hold_the_true_effect_and_reach_level_four_where_courses_agree():
    found = [world(seed, effect=-0.08) for seed in range(200)]
    held = np.mean([f.lower <= -0.08 <= f.upper for f in found])
    assert held >= 0.92
    assert np.mean([f.evidence_level == 4 for f in found]) >= 0.8
    assert all(f.reasons == () for f in found if f.evidence_level == 4)


def test_units_already_on_another_course_never_reach_level_four():
    found = [world(seed, effect=0.0, drift=0.04, size=400) for seed in range(50)]
    assert np.mean([f.evidence_level == 2 for f in found]) >= 0.95
    assert all(set(f.reasons) <= set(REASONS) for f in found)
    assert sum("courses_differ_before" in f.reasons for f in found) >= 45


def test_a_change_of_mix_is_no_effect_where_it_is_expected():
    dossiers = np.full((6, 6), 100.0)
    treated = np.arange(6) < 3
    expected = np.full((6, 6), 5.0)
    expected[:3, 3:] = 15.0
    found = difference_in_differences(expected, dossiers, expected, treated=treated, after=3)
    assert found.value == pytest.approx(0.0)


def test_few_dossiers_and_empty_units_are_said():
    dossiers = np.array([[3, 2, 2, 1], [2, 2, 3, 2], [40, 40, 40, 40], [0, 0, 50, 40]])
    found = difference_in_differences(
        dossiers * 0.1, dossiers, None, treated=[True, True, False, False], after=3
    )
    assert "few_dossiers" in found.reasons
    assert found.evidence_level == 2
