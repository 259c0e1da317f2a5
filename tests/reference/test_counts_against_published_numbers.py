"""Poisson limits, ratios, tails and families of tests against numbers printed elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as some
from scipy.stats import false_discovery_control, gamma, nbinom, norm, poisson
from statsmodels.stats.rates import confint_poisson

from workbench.figures.estimates import Estimate
from workbench.figures.estimates.excess import (
    count_limits,
    excess_limits,
    upper_tail,
)
from workbench.figures.estimates.false_discovery import combined_p, q_values_of_named
from workbench.figures.estimates.healthy_counts import CELLS, fit_counts
from workbench.figures.estimates.poisson import byar_limits, exact_limits, ratio

PHE_BYARS = [
    # PHEindicatormethods, tests/testthat/testdata_Byars_Wilson.xlsx
    (65, 0.95, 50.163188, 82.849139),
    (1045, 0.95, 982.593202, 1110.331213),
    (1, 0.95, 0.013072, 5.563756),
    (65, 0.998, 42.880261, 94.000291),
    (1045, 0.998, 947.940704, 1148.806161),
    (10, 0.998, 2.916318, 24.193725),
]
PHE_RATIOS = [
    # PHEindicatormethods, tests/testthat/testdata_DSR_ISR.xlsx, sheet testresults_ISR, rows 7-9
    (895, 835.883561, 1.070723, 1.001715, 1.143233, "byar"),
    (91, 835.883561, 0.108867, 0.08765, 0.133666, "byar"),
    (9, 835.883561, 0.010767, 0.004923, 0.020439, "exact_poisson"),
]
BENJAMINI_HOCHBERG_1995 = [
    # Benjamini and Hochberg (1995), section 3.2: fifteen comparisons of rt-PA with APSAC;
    # at 5 % their procedure rejects the four smallest, Bonferroni's only three
    *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459),
    *(0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000),
]


@pytest.mark.parametrize(("count", "level", "low", "high"), PHE_BYARS)
def test_byar_limits_equal_those_of_public_health(count, level, low, high):
    assert [float(x) for x in byar_limits(count, level)] == pytest.approx([low, high], abs=1e-6)


@given(st.integers(0, 500), st.sampled_from([0.8, 0.95, 0.998]))
def test_exact_limits_equal_statsmodels(count, level):
    theirs = confint_poisson(count, 1, method="exact-c", alpha=1 - level)
    assert [float(x) for x in exact_limits(count, level)] == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize(("seen", "due", "value", "low", "high", "method"), PHE_RATIOS)
def test_a_ratio_to_the_expected_equals_public_health(seen, due, value, low, high, method):
    found = ratio(seen, due)
    assert [found.value, found.lower, found.upper] == pytest.approx([value, low, high], abs=1e-6)
    assert (found.numerator, found.denominator, found.method) == (seen, due, method)


def test_nothing_expected_gives_no_ratio_and_nothing_observed_a_lower_limit_of_zero():
    assert ratio(0, 0.0) == Estimate(None, None, None, 0, 0.0, "exact_poisson")
    assert ratio(0, 3.0).lower == 0.0
    assert float(byar_limits(0)[0]) == 0.0
    with pytest.raises(ValueError, match="below zero"):
        ratio(-1, 3.0)


def test_limits_hold_for_shares_of_an_event_and_at_the_usual_level():
    z, part = norm.ppf(0.975), 0.5
    assert [float(x) for x in exact_limits(part)] == pytest.approx(
        [gamma.ppf(0.025, part), gamma.ppf(0.975, part + 1)]
    )
    assert [float(x) for x in byar_limits(part)] == pytest.approx(
        [
            part * (1 - 1 / (9 * part) - z / (3 * np.sqrt(part))) ** 3,
            (part + 1) * (1 - 1 / (9 * (part + 1)) + z / (3 * np.sqrt(part + 1))) ** 3,
        ]
    )


def test_a_ratio_takes_the_exact_limits_below_ten_events_and_refuses_any_negative_count():
    assert [ratio(events, 0.5).method for events in (9.9, 10)] == ["exact_poisson", "byar"]
    assert ratio(10, 0.5).value == 20.0
    with pytest.raises(ValueError, match="below zero"):
        exact_limits([3, -1])


@given(st.integers(0, 60), st.floats(0.01, 40), st.floats(0.001, 3))
def test_tails_equal_scipy_with_and_without_spread(count, mean, spread):
    size = 1 / spread
    theirs = nbinom.sf(count - 1, size, size / (size + mean))
    assert float(upper_tail(count, mean, spread)) == pytest.approx(theirs, abs=1e-10)
    assert float(upper_tail(count, mean)) == pytest.approx(poisson.sf(count - 1, mean), abs=1e-10)


def test_counts_are_as_likely_as_scipy_says_however_far_from_what_is_expected():
    counts, expected = np.array([0, 3, 40, 0, 30_000, 0]), np.array([0.01, 3, 9, 40, 50, 9_000])
    fit = fit_counts(counts, expected, CELLS, apart=0.05)
    level, apart = CELLS.levels, CELLS.ratios
    at = 1.4 ** np.arange(CELLS.lowest, CELLS.highest + CELLS.farthest + 1.0)[:, None] * expected
    for law in (0, 30, len(CELLS.laws) - 1):
        linear, quadratic = CELLS.laws[law]
        size = at / (linear + quadratic * at)
        chance = nbinom.logpmf(counts, size, size / (size + at))
        others = [np.logaddexp.reduce(chance[n + apart]) for n in range(level.size)]
        other = np.log(0.05 / apart.size) + np.array(others)
        every = np.logaddexp(np.log(0.95) + chance[: level.size], other)
        prior = np.log(level) ** 2 / (2 * CELLS.doubt**2)
        assert fit.likely[:, law] == pytest.approx(every.sum(axis=1) - prior, rel=1e-9)


@given(st.floats(0, 50), st.floats(0.05, 20), st.floats(0, 2))
def test_a_share_of_an_event_lies_between_the_whole_ones(count, mean, spread):
    below, above = np.floor(count), np.ceil(count)
    tail = upper_tail([below, count, above], mean, spread)
    assert tail[0] + 1e-12 >= tail[1] >= tail[2] - 1e-12


def test_the_example_of_benjamini_and_hochberg_rejects_their_four():
    adjusted = q_values_of_named(BENJAMINI_HOCHBERG_1995, np.ones(15, dtype=bool), np.ones(15))
    assert int(np.sum(adjusted <= 0.05)) == 4
    assert adjusted[3] == pytest.approx(0.0095 * 15 / 4)


@given(some.arrays(np.float64, st.integers(1, 60), elements=st.floats(0, 1)))
def test_where_every_cell_may_be_named_they_equal_scipy(chances):
    every = np.ones(chances.size)
    assert q_values_of_named(chances, every > 0, every) == pytest.approx(
        false_discovery_control(chances), abs=1e-12
    )


def test_a_rule_that_healthy_cells_seldom_pass_lets_more_sick_ones_be_named_and_keeps_the_promise():
    random = np.random.default_rng(4)
    false, named, plain = [], [], []
    for _ in range(300):
        mean = np.full(200, 0.005)
        mean[:10] = 0.5
        sick = np.arange(200) < 5
        count = random.poisson(mean + 2.5 * sick)
        chances, able = upper_tail(count, mean), count - mean >= 1.5
        found = (q_values_of_named(chances, able, upper_tail(mean + 1.5, mean)) <= 0.1) & able
        false.append((found & ~sick).sum() / max(found.sum(), 1))
        named.append((found & sick).sum())
        plain.append(((false_discovery_control(chances) <= 0.1) & able & sick).sum())
    assert np.mean(false) <= 0.10
    assert np.mean(named) > np.mean(plain)


def test_combined_tests_keep_their_size_and_the_strongest_voice():
    one, other = np.random.default_rng(11).uniform(size=(2, 40_000))
    assert np.mean(combined_p(one, other) <= 0.05) == pytest.approx(0.05, abs=0.005)
    assert np.mean(combined_p(one, one) <= 0.05) == pytest.approx(0.05, abs=0.005)
    assert float(combined_p(1e-20, 0.9)) == pytest.approx(2e-20)
    assert float(combined_p(1.0, 1e-14)) == pytest.approx(2e-14, rel=0.05, abs=0)


@pytest.mark.parametrize(("mean", "spread"), [(20.0, 0.0), (20.0, 0.05), (400.0, 0.5)])
def test_limits_of_a_count_lie_where_either_tail_is_one_in_a_thousand(mean, spread):
    low, high = count_limits(mean, spread)
    assert low > 0
    assert 1 - float(upper_tail(low + 1, mean, spread)) == pytest.approx(0.001, rel=1e-6)
    assert float(upper_tail(high, mean, spread)) == pytest.approx(0.001, rel=1e-6)


def test_where_nothing_is_expected_both_limits_of_a_count_are_exactly_nought():
    limits = count_limits([0.0, 0.0, 1e-12], [0.0, 0.5, 0.5])
    assert all(np.isfinite(limit).all() for limit in limits)
    assert [limit[:2].tolist() for limit in limits] == [[0.0, 0.0], [0.0, 0.0]]


def test_limits_of_an_excess_are_those_of_the_count_there_would_be_anyway():
    low, high = excess_limits([30, 30], 0, [4.0, 4.0], [0.0, 0.5])
    least, most = count_limits([4.0, 4.0], [0.0, 0.5], 0.95)
    assert low == pytest.approx(30 - most)
    assert high == pytest.approx(30 - least)
    assert low[1] < low[0]
    sure, unsure = (excess_limits(30, doubtful, 1e-9) for doubtful in (0, 16))
    assert [float(x) for x in unsure] == pytest.approx([30 - 1.96 * 2, 30 + 1.96 * 2], abs=0.3)
    assert float(sure[1] - sure[0]) < 1.01


@pytest.mark.parametrize(("expected", "spread"), [(5.0, 0.0), (12.0, 0.0), (5.0, 0.5), (8.0, 0.1)])
def test_nineteen_in_twenty_limits_of_an_excess_hold_it_whatever_it_is(expected, spread):
    random = np.random.default_rng(7)
    for excess in (0, 3, 40):
        mean = random.gamma(1 / spread, expected * spread, 4_000) if spread else expected
        anyway = random.poisson(mean, 4_000)
        wrong = random.binomial(10, 0.125, (2, 4_000))
        low, high = excess_limits(excess + anyway + wrong[0] - wrong[1], 10, expected, spread)
        assert np.mean((low <= excess) & (excess <= high)) == pytest.approx(0.96, abs=0.035)
