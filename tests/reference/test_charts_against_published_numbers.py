"""Control charts and dates of change against golden series, and on series without change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, betabinom, norm

from workbench.figures.estimates.change_point import _correlation, _draw, _gains, seasonal, shift
from workbench.figures.estimates.control import (
    Baseline,
    laney_limits,
    predictive_limits,
    runs,
    share_chart,
    two_in_three,
    xmr_chart,
)

# NHSRplotthedots, tests/testthat/test-ptd_spc_standard.R: set.seed(123); rnorm(20); limits in
# _snaps/ptd_spc_standard.md: mean 0.1416238, -3.01138 to 3.294627; with the 15th value set to 10:
# 0.6694159, -2.383666 to 3.722497
GOLDEN = [
    *(-0.56047565, -0.23017749, 1.55870831, 0.07050839, 0.12928774, 1.71506499, 0.46091621),
    *(-1.26506123, -0.68685285, -0.44566197, 1.22408180, 0.35981383, 0.40077145, 0.11068272),
    *(-0.55584113, 1.78691314, 0.49785048, -1.96661716, 0.70135590, -0.47279141),
]
ALL = Baseline(0, 19, "the whole golden series")


def test_xmr_limits_equal_the_golden_series_of_the_health_service():
    chart = xmr_chart(GOLDEN, ALL)
    assert float(chart.centre[0]) == pytest.approx(0.1416238, abs=5e-8)
    assert float(chart.lower[0]) == pytest.approx(-3.01138, abs=5e-6)
    assert float(chart.upper[0]) == pytest.approx(3.294627, abs=5e-7)
    assert not chart.called.any()


def test_a_far_point_widens_no_limit_and_is_called_as_in_the_golden_series():
    values = [*GOLDEN[:14], 10, *GOLDEN[15:]]
    chart = xmr_chart(values, ALL)
    assert float(chart.centre[0]) == pytest.approx(0.6694159, abs=5e-8)
    assert float(chart.lower[0]) == pytest.approx(-2.383666, abs=5e-7)
    assert float(chart.upper[0]) == pytest.approx(3.722497, abs=5e-7)
    assert np.flatnonzero(chart.called).tolist() == [14]
    assert chart.rule[14] == "above"


@pytest.mark.parametrize(
    ("side", "last"),
    [
        # NHSRplotthedots, tests/testthat/test-ptd_calculate_point_type.R
        ([1] * 6, []),
        ([1] * 6 + [-1], []),
        ([1] * 8 + [-1], [6, 7]),
        ([-1] * 8 + [1], [6, 7]),
    ],
)
def test_runs_of_seven_are_those_of_the_health_service(side, last):
    assert np.flatnonzero(runs(side)).tolist() == last


def test_trends_of_seven_mark_all_their_points():
    # the same file: c(2, 1:7, 3) is a trend that ends at its eighth point; 1, 2, 3, 3, ... none
    usual = Baseline(0, 8, "test")
    rising = xmr_chart(np.array([2, 1, 2, 3, 4, 5, 6, 7, 3]) / 1.0, usual)
    assert [r == "trend" for r in rising.rule] == [False] + [True] * 7 + [False]
    flat = xmr_chart(np.array([1, 2, 3, 3, 4, 5, 6]) / 1.0, Baseline(0, 6, "test"))
    assert "trend" not in flat.rule


def test_two_of_three_near_a_limit_count_only_on_one_side():
    assert two_in_three([1, 0, 1], [1, 1, 1]).tolist() == [True, False, True]
    assert not two_in_three([1, 0, 1], [1, -1, 1]).any()
    assert not two_in_three([1, 0, 0], [1, 1, 1]).any()


def test_p_limits_equal_the_orange_juice_cans_of_montgomery():
    # Montgomery, Introduction to Statistical Quality Control, example 7.1: 30 samples of 50 cans,
    # 347 nonconforming: centre 0.2313, limits 0.0524 and 0.4102
    cans = np.full(30, 347 / 30)
    low, high, sigma = laney_limits(cans, np.full(30, 50), Baseline(0, 29, "example"))
    assert sigma == 1.0
    assert [float(low[0]), float(high[0])] == pytest.approx([0.0524, 0.4102], abs=5e-5)


@given(st.integers(1, 200), st.floats(0.5, 30), st.floats(5, 500))
def test_exact_limits_equal_scipy(dossiers, one, other):
    low, high = predictive_limits(*(np.array([float(x)]) for x in (dossiers, one, other)), 0.001)
    assert float(low[0]) == max(betabinom.ppf(0.001, dossiers, one, other), 0)
    assert float(high[0]) == betabinom.isf(0.001, dossiers, one, other)


@pytest.mark.parametrize("size", [10, 25, 60, 150])
def test_at_most_one_in_twenty_series_of_24_usual_months_has_a_called_month(size):
    random = np.random.default_rng(size)
    usual = Baseline(0, 11, "the first year")
    called = xmr = 0
    for _ in range(200):
        dossiers = np.maximum(random.poisson(size, 24), 1)
        late = random.binomial(dossiers, 0.045)
        called += share_chart(late, dossiers, usual).called.any()
        rules = xmr_chart(late / dossiers, usual, dossiers * 0.045)
        xmr += rules.called.any()
    assert called / 200 <= 0.05
    assert xmr / 200 >= 0.15
    assert rules.is_shaky is (size < 100)


def test_a_month_far_above_its_baseline_is_called_and_scatter_widens_the_limits():
    dossiers = np.full(24, 60)
    late = np.array([3, 2, 4, 3, 2, 3, 4, 2, 3, 3, 2, 4] * 2)
    late[20] = 15
    usual = Baseline(0, 11, "before the merger of units")
    chart = share_chart(late, dossiers, usual)
    assert np.flatnonzero(chart.called).tolist() == [20]
    assert chart.reason == "before the merger of units"
    wild = share_chart(np.array([0, 14, 1, 13] * 6), dossiers, Baseline(0, 23, "wild"))
    assert wild.spread > 2
    assert not wild.called.any()


@pytest.mark.parametrize(
    ("first", "last", "reason", "message"),
    [(0, 5, " ", "reason"), (3, 3, "x", "two points"), (-1, 4, "x", "two points")],
)
def test_a_baseline_without_reason_or_length_is_refused(first, last, reason, message):
    with pytest.raises(ValueError, match=message):
        Baseline(first, last, reason)


def test_a_baseline_outside_the_series_or_without_dossiers_is_refused():
    with pytest.raises(ValueError, match="beyond"):
        share_chart([1, 2], [5, 5], Baseline(0, 4, "x"))
    with pytest.raises(ValueError, match="no dossier"):
        share_chart([0, 0, 1], [0, 0, 5], Baseline(0, 1, "x"))


@pytest.mark.parametrize(("size", "after"), [(25, 0.20), (60, 0.12), (150, 0.10)])
def test_an_injected_shift_is_dated_within_one_month_in_eight_of_ten(size, after):
    random = np.random.default_rng(size)
    near = covered = 0
    for seed in range(60):
        at = int(random.integers(6, 19))
        dossiers = random.poisson(size, 24)
        late = random.binomial(dossiers, np.where(np.arange(24) < at, 0.045, after))
        found = shift(late, dossiers, seed=seed)
        near += abs(found.at - at) <= 1
        covered += found.first <= at <= found.last
    assert near / 60 >= 0.80
    assert covered / 60 >= 0.90


def test_series_without_change_have_a_small_p_value_as_seldom_as_they_should():
    random = np.random.default_rng(8)
    small = 0
    for seed in range(100):
        dossiers = random.poisson(40, 24)
        small += shift(random.binomial(dossiers, 0.045), dossiers, seed=seed).p_value <= 0.05
    assert small / 100 <= 0.10


def correlated_months(random, months: int, size: int, within: float, carry: float, shares) -> tuple:
    """Draw late dossiers and dossiers of months, correlated within a month and with the next."""
    noise = random.normal(size=months)
    for month in range(1, months):
        noise[month] = carry * noise[month - 1] + np.sqrt(1 - carry**2) * noise[month]
    parts = 1 / within - 1
    share = beta.ppf(norm.cdf(noise), shares * parts, (1 - shares) * parts)
    dossiers = random.poisson(size, months)
    return random.binomial(dossiers, share), dossiers


@pytest.mark.parametrize(
    ("size", "within", "carry"),
    [(40, 0.02, 0.0), (400, 0.005, 0.0), (400, 0.02, 0.0), (400, 0.01, 0.3), (400, 0.01, 0.5)],
)
def test_months_that_are_correlated_within_and_go_on_as_before_are_no_change(size, within, carry):
    random = np.random.default_rng(17)
    months = np.full(24, 0.1)
    small = [
        shift(*correlated_months(random, 24, size, within, carry, months), seed=seed).p_value
        <= 0.05
        for seed in range(100)
    ]
    assert np.mean(small) <= 0.06


def test_the_dates_of_a_change_among_such_months_contain_the_true_one():
    random = np.random.default_rng(23)
    contained = []
    for seed in range(120):
        at = int(random.integers(4, 21))
        shares = np.where(np.arange(24) < at, 0.08, 0.2)
        change = shift(*correlated_months(random, 24, 300, 0.01, 0.4, shares), seed=seed)
        if change.p_value <= 0.05:
            contained.append(change.first <= at <= change.last)
    assert len(contained) >= 60
    assert np.mean(contained) >= 0.93


def test_the_british_coal_mines_change_about_1890():
    # Disasters a year 1851-1962 (Jarrett 1979, Biometrika 66, 191-193); Raftery and Akman (1986),
    # Biometrika 73, 85-89: the change lies between 1887 and 1895, most likely 1890-1891, rates 3.1
    # and 0.9 a year. They take the years as independent; here a year may go on as the one before,
    # so the dates reach further
    mines = [
        *(4, 5, 4, 1, 0, 4, 3, 4, 0, 6, 3, 3, 4, 0, 2, 6, 3, 3, 5, 4, 5, 3, 1, 4, 4, 1, 5, 5),
        *(3, 4, 2, 5, 2, 2, 3, 4, 2, 1, 3, 2, 2, 1, 1, 1, 1, 3, 0, 0, 1, 0, 1, 1, 0, 0, 3, 1),
        *(0, 3, 2, 2, 0, 1, 1, 1, 0, 1, 0, 1, 0, 0, 0, 2, 1, 0, 0, 0, 1, 1, 0, 2, 3, 3, 1, 1),
        *(2, 1, 1, 1, 1, 2, 4, 2, 0, 0, 0, 1, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1),
    ]
    years = np.ones(len(mines))
    found = shift(mines, years * 1000, years)
    assert 1851 + found.at in range(1889, 1893)
    assert 1880 <= 1851 + found.first <= 1887
    assert 1895 <= 1851 + found.last <= 1902
    assert (found.before, found.after) == pytest.approx((3.1, 0.9), abs=0.1)
    assert found.p_value <= 0.001


def test_tet_is_no_change_where_its_lateness_is_expected():
    kind = np.array((["plain", "tet"] + ["plain"] * 10) * 2)
    dossiers = np.full(24, 300)
    shares = {"plain": 0.05, "tet": 0.15}
    late = np.round(seasonal(dossiers, kind, shares))
    assert shift(late, dossiers, seasonal(dossiers, kind, shares)).p_value > 0.9
    late[14:] = np.round(late[14:] * 1.6)
    found = shift(late, dossiers, seasonal(dossiers, kind, shares))
    assert found.at == 14
    assert found.after / found.before == pytest.approx(1.6, abs=0.05)


def test_correlation_within_a_month_is_scatter_beyond_that_of_a_binomial():
    # by hand: 18 / 2.5 = 7.2 of three months about one level, 7.2 * 3 / 2 - 3 = 7.8 of 27 pairs
    counts, number, share = (np.array(x, float) for x in ([8, 5, 2], [10, 10, 10], [0.5] * 3))
    assert _correlation(counts, number, share, 1) == pytest.approx(7.8 / 27)
    assert _correlation(np.array([2.0, 0.0, 0.0]), np.array([2.0, 2.0, 0.0]), share, 1) == 1.0
    assert _correlation(np.array([5.0, 5.0, 5.0]), number, share, 1) == 0.0


def test_drawn_months_scatter_as_a_correlation_says_and_follow_the_month_before():
    number, share, within = np.full(24, 50.0), np.full(24, 0.3), 0.02
    drawn = _draw(np.random.default_rng(1), number, share, within, 1_999)
    assert drawn.mean() == pytest.approx(15, rel=0.01)
    # variance of a beta-binomial; of that, the part that months share is 50 * 0.02 of 1.98
    assert drawn.var() == pytest.approx(50 * 0.21 * (1 + 49 * within), rel=0.05)
    beside = np.corrcoef(drawn[:, :-1].ravel(), drawn[:, 1:].ravel())[0, 1]
    assert beside == pytest.approx(0.6 * 50 * within / (1 + 49 * within), abs=0.02)


def test_dossiers_that_are_wholly_correlated_count_as_one_a_month():
    late, dossiers = np.array([[1.0, 2, 1, 6, 5, 6]]), np.array([10.0, 20, 10, 12, 10, 12])
    more = np.array([3.0, 1, 2, 1, 4, 1])
    gains = _gains(late, dossiers, dossiers, 1.0)
    larger = dossiers * more
    assert _gains(late * more, larger, larger, 1.0) == pytest.approx(gains)
    assert _gains(late * more, larger, larger, 0.0) != pytest.approx(gains)
    assert int(gains.argmax()) == 1


def test_a_change_that_no_drawn_series_equals_has_the_smallest_p_value_there_is():
    found = shift([2] * 12 + [40] * 12, [50] * 24)
    assert (found.at, found.p_value, found.counts) == (12, 1 / 2000, (24.0, 600.0, 480.0, 600.0))
    assert (found.first, found.last) == (11, 13)


def test_a_series_too_short_or_without_late_dossiers_has_no_change():
    assert shift([1, 2, 1], [9, 9, 9]).at is None
    assert shift([1, 2, 1], [9, 9, 9]).counts == (0, 0, 0, 0)
    assert shift([1, 2, 1, 2], [9, 9, 9, 9]).at is not None
    assert shift([0] * 9, [9] * 9).p_value == 1.0
