"""Intervals of shares against those of another library."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from workbench.figures.estimates import Estimate, difference, wilson, wilson_many

WHOLES = [1, 5, 20, 37, 263, 4_000]
PAIRS = [((56, 70), (48, 80)), ((9, 10), (3, 10)), ((10, 10), (0, 10)), ((5, 56), (0, 29))]


@pytest.mark.parametrize("whole", WHOLES)
def test_wilson_equals_statsmodels(whole):
    for part in {0, 1, whole // 3, whole - 1, whole}:
        estimate = wilson(part, whole)
        theirs = proportion_confint(part, whole, method="wilson")
        assert (estimate.lower, estimate.upper) == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize(("left", "right"), PAIRS)
def test_newcombe_equals_statsmodels(left, right):
    gap, low, high = difference(wilson(*right), wilson(*left))
    theirs = confint_proportions_2indep(*left, *right, method="newcomb", compare="diff")
    assert gap == pytest.approx(left[0] / left[1] - right[0] / right[1])
    assert (low, high) == pytest.approx(theirs, abs=1e-12)


def test_many_shares_are_those_of_one_by_one_to_the_last_digit():
    pairs = [
        (part, whole) for whole in (1, 3, 37, 4_000, 10**6) for part in {0, 1, whole // 3, whole}
    ]
    share, lower, upper = wilson_many(*zip(*pairs, strict=True))
    one_by_one = [wilson(*pair) for pair in pairs]
    assert share.tolist() == [one.value for one in one_by_one]
    assert lower.tolist() == [one.lower for one in one_by_one]
    assert upper.tolist() == [one.upper for one in one_by_one]


@pytest.mark.parametrize(("part", "whole"), [(3, 2), (-1, 2), (0, 0)])
def test_many_shares_refuse_what_is_none(part, whole):
    with pytest.raises(ValueError, match="no part"):
        wilson_many([1, part], [2, whole])


def test_none_and_all_are_bounded_by_exactly_none_and_all():
    for whole in range(1, 600):
        assert wilson(0, whole).lower == 0.0
        assert wilson(whole, whole).upper == 1.0
    wholes = np.arange(1, 600)
    assert (wilson_many(wholes * 0, wholes)[1] == 0.0).all()
    assert (wilson_many(wholes, wholes)[2] == 1.0).all()


def test_a_share_of_nothing_has_no_value_and_no_difference():
    nothing = wilson(0, 0)
    assert nothing == Estimate(None, None, None, 0, 0, "wilson")
    assert difference(nothing, wilson(1, 2)) == (None, None, None)


def test_more_than_all_is_no_share():
    with pytest.raises(ValueError, match="3 of 2 is no share"):
        wilson(3, 2)
