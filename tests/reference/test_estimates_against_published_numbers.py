"""Intervals against numbers printed elsewhere; the source stands beside each."""

from __future__ import annotations

import pytest
from scipy.stats import binomtest

from workbench.figures.estimates import difference, wilson, wilson_many

NEWCOMBE_1998_TABLE_I = [
    # Newcombe (1998), Statistics in Medicine 17:857-872, Table I, method 3 (score, no correction)
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
]
NEWCOMBE_1998_TABLE_II = [
    # Newcombe (1998), Statistics in Medicine 17:873-890, Table II, method 10 (hybrid score)
    ((56, 70), (48, 80), 0.0524, 0.3339),
    ((9, 10), (3, 10), 0.1705, 0.8090),
    ((10, 10), (0, 10), 0.6075, 1.0000),
    ((5, 56), (0, 29), -0.0381, 0.1926),
]


@pytest.mark.parametrize(("numerator", "denominator", "lower", "upper"), NEWCOMBE_1998_TABLE_I)
def test_wilson_equals_the_published_table(numerator, denominator, lower, upper):
    estimate = wilson(numerator, denominator)
    assert (estimate.lower, estimate.upper) == (
        pytest.approx(lower, abs=5e-5),
        pytest.approx(upper, abs=5e-5),
    )


@pytest.mark.parametrize("denominator", [1, 5, 37, 4_000])
def test_wilson_equals_scipy(denominator):
    for numerator in {0, 1, denominator // 3, denominator - 1, denominator}:
        theirs = binomtest(numerator, denominator).proportion_ci(method="wilson")
        ours = wilson(numerator, denominator)
        assert (ours.lower, ours.upper) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


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


@pytest.mark.parametrize(("left", "right", "lower", "upper"), NEWCOMBE_1998_TABLE_II)
def test_newcombe_equals_the_published_table(left, right, lower, upper):
    gap, low, high = difference(wilson(*right), wilson(*left))
    assert gap == pytest.approx(left[0] / left[1] - right[0] / right[1])
    assert (low, high) == (pytest.approx(lower, abs=5e-5), pytest.approx(upper, abs=5e-5))


def test_a_share_of_nothing_has_no_value_and_no_difference():
    nothing = wilson(0, 0)
    assert (nothing.value, nothing.lower, nothing.upper) == (None, None, None)
    assert difference(nothing, wilson(1, 2)) == (None, None, None)


def test_more_than_all_is_no_share():
    with pytest.raises(ValueError, match="3 of 2 is no share"):
        wilson(3, 2)
