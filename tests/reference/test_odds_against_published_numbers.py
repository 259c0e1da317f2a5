"""Odds ratios, crude and of alike ones, against R and another library."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable

from workbench.figures.estimates.odds import odds_ratio

# UCBAdmissions (Bickel, Hammel and O'Connell 1975, Science 187, 398-403), departments A to F:
# admitted of applicants. R, mantelhaen.test(UCBAdmissions): common odds ratio 0.9046968; 95 %
# interval 0.7719074 to 1.0603298; crude odds of men over women 1.84 (help page of the data)
MEN = ([512, 353, 120, 138, 53, 22], [825, 560, 325, 417, 191, 373])
WOMEN = ([89, 17, 202, 131, 94, 24], [108, 25, 593, 375, 393, 341])


def test_the_ratio_among_alike_ones_equals_r():
    found = odds_ratio(WOMEN, MEN)
    bounds = [found.value, found.lower, found.upper]
    assert bounds == pytest.approx([0.9046968, 0.7719074, 1.0603298], abs=5e-8)
    assert (found.numerator, found.denominator) == (1198, 2691)


@pytest.mark.parametrize(
    ("left", "right"),
    [(([0], [5]), ([2], [5])), (([5], [5]), ([2], [5])), (([3, 0], [5, 0]), ([0, 2], [0, 5]))],
)
def test_no_ratio_is_made_of_nothing(left, right):
    assert odds_ratio(left, right).value is None


counts = st.lists(
    st.tuples(st.integers(1, 30), st.integers(1, 30), st.integers(1, 30), st.integers(1, 30)),
    min_size=1,
    max_size=5,
)


@given(counts)
def test_ratio_and_limits_equal_statsmodels(tables):
    left = [t[0] for t in tables], [t[0] + t[1] for t in tables]
    right = [t[2] for t in tables], [t[2] + t[3] for t in tables]
    found = odds_ratio(left, right)
    theirs = StratifiedTable([np.array([[t[2], t[3]], [t[0], t[1]]]) for t in tables])
    assert found.value == pytest.approx(theirs.oddsratio_pooled, rel=1e-12)
    limits = theirs.oddsratio_pooled_confint(method="normal")
    assert (found.lower, found.upper) == pytest.approx(limits, rel=1e-9)


@given(counts)
def test_the_other_way_round_is_the_inverse(tables):
    left = [t[0] for t in tables], [t[0] + t[1] for t in tables]
    right = [t[2] for t in tables], [t[2] + t[3] for t in tables]
    there, back = odds_ratio(left, right), odds_ratio(right, left)
    assert there.value == pytest.approx(1 / back.value)
    assert there.lower == pytest.approx(1 / back.upper)
