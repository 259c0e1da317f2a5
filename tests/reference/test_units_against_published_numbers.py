"""Standardised shares, funnels and shrunk shares against numbers printed elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.figures.estimates.excess import count_limits, upper_tail
from workbench.figures.estimates.funnel import (
    log_ratio_dispersion,
    log_ratio_limits,
    overdispersed_ratio_limits,
    overdispersed_share_limits,
    ratio_dispersion,
    ratio_limits,
    share_dispersion,
    share_limits,
)
from workbench.figures.estimates.shrinkage import shrunk_ratios, shrunk_shares
from workbench.figures.estimates.standardise import compared, direct, gamma_limits, indirect

# PHEindicatormethods, tests/testthat/testdata_DSR_ISR.xlsx: sheets testdata_multiarea (area
# testdata_big, testdata_small), refdata, testdata_err3 (European standard population 2013) and
# the results in testresults_DSR and testresults_ISR
BIG = [127, 25, 18, 21, 12, 27, 48, 27, 29, 32, 32, 34, 45, 65, 38, 68, 74, 82, 91]
SMALL = [12, 4, 3, 2, 3, 4, 8, 2, 2, 3, 4, 5, 6, 8, 5, 6, 5, 5, 4]
PEOPLE = [
    *(636, 558, 609, 543, 384, 594, 669, 843, 660, 576),
    *(606, 522, 426, 273, 300, 288, 153, 123, 207),
]
EUROPE = [
    *(5000, 5500, 5500, 5500, 6000, 6000, 6500, 7000, 7000, 7000),
    *(7000, 6500, 6000, 5500, 5000, 4000, 2500, 1500, 1000),
]
REFERENCE_COUNT = [
    *(10303, 2824, 0, 3615, 3641, 3490, 3789, 3213, 3031, 2771),
    *(3089, 3490, 3595, 4745, 5514, 7125, 5694, 6210, 5757),
]
REFERENCE_PEOPLE = [
    *(50520, 57173, 60213, 54659, 44345, 50128, 62163, 67423, 62899, 55463),
    *(60479, 49974, 44140, 40888, 37239, 30819, 18136, 15325, 13918),
]

# Length of stay in 54 hospitals of Arizona 1991 (Hilbe's medpar, Rdatasets COUNT/medpar), observed
# and expected by the model printed in FunnelPlotR's README, which finds 25 hospitals outside the
# 99.8 % Poisson limits and 9 outside the over-dispersed ones (SHMI)
STAYED = [
    *(406, 642, 46, 764, 82, 201, 193, 569, 404, 134, 614, 491, 501, 131, 274, 124, 456, 48),
    *(429, 14, 369, 8, 37, 128, 145, 493, 104, 6, 308, 34, 7, 935, 134, 339, 458, 22),
    *(2, 160, 87, 55, 252, 174, 43, 228, 210, 321, 631, 543, 105, 389, 92, 1012, 283, 95),
]
EXPECTED_STAY = [
    *(523.7, 612.98, 53.79, 763.72, 120.94, 250.19, 155.49, 484.71, 362.22, 188.93, 554.38),
    *(616.74, 360.15, 245.61, 263.56, 154.66, 475.02, 38.93, 445.1, 28.8, 347.54, 7.56),
    *(73.21, 118.11, 273.34, 449.79, 172.38, 19.2, 321.86, 36.56, 19.96, 851.72, 198.94),
    *(302.39, 410.16, 45.87, 9.67, 212.34, 38.92, 31.74, 285.64, 186.66, 33.98, 255.65),
    *(242.03, 279.48, 619.26, 626.13, 145.67, 413.86, 111.26, 685.59, 181.11, 24.81),
]

# Efron and Morris (1975), J. Am. Stat. Assoc. 70, 311-319, table 1: hits in the first 45 at-bats
# of 18 players and their averages over the rest of the season; squared error 0.077, shrunk 0.022
HITS = [18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7]
SEASON = [
    *(0.346, 0.298, 0.276, 0.222, 0.273, 0.270, 0.263, 0.210, 0.269),
    *(0.230, 0.264, 0.256, 0.303, 0.264, 0.226, 0.286, 0.316, 0.200),
]


@pytest.mark.parametrize(
    ("late", "value", "low", "high"),
    [
        (BIG, 0.10430247991469423, 0.09717709067985681, 0.1117894091547925),
        (SMALL, 0.01103212025300104, 0.00877455767536709, 0.013670882225181795),
    ],
)
def test_direct_standardisation_equals_public_health(late, value, low, high):
    found = direct(late, PEOPLE, EUROPE)
    assert [found.value, found.lower, found.upper] == pytest.approx([value, low, high], abs=1e-9)
    assert (found.numerator, found.denominator, found.method) == (sum(late), 8970, "dobson")


def test_indirect_standardisation_equals_public_health():
    rates = np.array(REFERENCE_COUNT) / np.array(REFERENCE_PEOPLE)
    found = indirect(895, PEOPLE, rates)
    assert found.denominator == pytest.approx(835.883561, abs=5e-7)
    assert [found.value, found.lower, found.upper] == pytest.approx(
        [1.070723, 1.001715, 1.143233], abs=1e-6
    )


def test_gamma_limits_equal_fay_and_feuer_on_down_syndrome_by_maternal_age():
    # Fleiss (1981) table 14.4, fifth birth and later; dsrTest vignette prints 67.70212, 188.30017
    cases, births = [0, 8, 63, 112, 262, 295], [327, 30666, 123419, 149919, 104088, 34392]
    standard = np.array([319933, 931318, 786511, 488235, 237863, 61313])
    weights = standard / standard.sum() / births
    assert 1e5 * (weights @ cases) == pytest.approx(75.52901, abs=5e-6)
    found = [1e5 * x for x in gamma_limits(cases, weights)]
    assert found == pytest.approx([67.70212, 188.30017], abs=5e-6)


def test_few_events_take_the_gamma_interval_and_strata_without_dossiers_are_left_out():
    found = direct([1, 2, 0], [50, 40, 0], [100, 100, 500])
    assert found.method == "fay_feuer"
    assert found.value == pytest.approx((1 / 50 + 2 / 40) / 2)
    assert 0 < found.lower < found.value < found.upper
    assert direct([0], [0], [1]).value is None


def test_the_adjusted_difference_equals_rothman_and_metafor():
    # Rothman, Greenland and Lash (2008), table 15-1; metafor's test of it: Mantel-Haenszel
    # 0.0349 (90 %: -0.0176 to 0.0874), crude 0.0446 with standard error 0.0326
    found = compared(([5, 16], [120, 85]), ([8, 22], [106, 98]), level=0.90)
    assert found.adjusted == pytest.approx((0.0349, -0.0176, 0.0874), abs=5e-5)
    assert found.crude == pytest.approx(
        (0.0446, 0.0446 - 1.6449 * 0.0326, 0.0446 + 1.6449 * 0.0326), abs=2e-4
    )


def test_crude_worse_and_every_stratum_better_raises_the_alarm():
    # The proportions of Charig et al. (1986), Br. Med. J. 292, 879-882 (stones small and large;
    # failures of open surgery against keyhole), ten times as many patients
    open_surgery = ([60, 710], [870, 2630])
    keyhole = ([360, 250], [2700, 800])
    found = compared(keyhole, open_surgery)
    assert found.crude[0] > 0 > found.adjusted[0]
    assert found.alarm
    assert not compared(keyhole, keyhole).alarm


def test_no_common_stratum_gives_no_adjusted_difference_and_no_alarm():
    found = compared(([5, 0], [50, 0]), ([0, 5], [0, 20]))
    assert found.adjusted == (None, None, None)
    assert found.crude[0] == pytest.approx(0.15)
    assert not found.alarm


def test_poisson_limits_equal_funnelplotr():
    # FunnelPlotR, tests/testthat/test-poisson_limits.R
    low, high = ratio_limits([15, 20, 30], 0.95)
    assert low == pytest.approx([0.5596924, 0.6108260, 0.6746958], abs=5e-8)
    assert high == pytest.approx([1.649348, 1.544419, 1.427562], abs=5e-7)
    low, high = ratio_limits([15, 20, 30])
    assert low == pytest.approx([0.3862650, 0.4479107, 0.5289724], abs=5e-8)
    assert high == pytest.approx([2.082907, 1.902094, 1.702771], abs=5e-7)


def test_hospitals_outside_the_limits_are_as_many_as_funnelplotr_finds():
    stayed, due = np.array(STAYED, dtype=float), np.array(EXPECTED_STAY)
    ratio = stayed / due
    low, high = ratio_limits(due)
    assert int(np.sum((ratio < low) | (ratio > high))) == 25
    spread = log_ratio_dispersion(stayed, due)
    low, high = log_ratio_limits(due, spread.tau2)
    assert int(np.sum((ratio < low) | (ratio > high))) == 9
    assert spread.number == 44


def test_limits_of_both_scales_nearly_agree_where_counts_are_large():
    spread = ratio_dispersion(STAYED, EXPECTED_STAY)
    logs = log_ratio_dispersion(STAYED, EXPECTED_STAY)
    assert 4 * spread.tau2 == pytest.approx(logs.tau2, rel=0.15)
    low, high = overdispersed_ratio_limits([400.0], 0.0)
    assert [float(low[0]), float(high[0])] == pytest.approx(
        [float(x[0]) for x in ratio_limits([400.0])], abs=0.005
    )


def test_exact_binomial_limits_are_quantiles_of_the_binomial():
    low, high = share_limits([50, 200], 0.1, 0.95)
    assert np.all(low < 0.1)
    assert np.all(high > 0.1)
    assert float(share_limits(100, 0.0)[0]) == 0.0
    assert float(share_limits(100, 1.0)[1]) == 1.0


def test_arcsine_limits_widen_with_the_spread_and_stay_shares():
    spread = share_dispersion([5, 9, 2, 30, 1], [50, 60, 40, 90, 30])
    assert spread.phi > 1
    plain, wide = (overdispersed_share_limits([20, 200], 0.15, t) for t in (0.0, spread.tau2))
    assert np.all(wide[0] <= plain[0])
    assert np.all(wide[1] >= plain[1])
    assert np.all((wide[0] >= 0) & (wide[1] <= 1))


@given(st.floats(0.05, 60), st.floats(0, 0.5))
def test_counts_outside_their_limits_have_a_tail_of_one_in_a_thousand(mean, spread):
    low, high = (float(x) for x in count_limits(mean, spread))
    assert float(upper_tail(high + 0.01, mean, spread)) <= 0.001
    assert float(upper_tail(high - 0.01, mean, spread)) >= 0.000999
    if low > 0.01:
        assert 1 - float(upper_tail(low + 0.99, mean, spread)) <= 0.001


def test_shrunk_batting_averages_are_as_near_the_season_as_those_of_efron_and_morris():
    found = shrunk_shares(HITS, [45] * 18)
    season = np.array(SEASON)
    assert np.sum((np.array(HITS) / 45 - season) ** 2) == pytest.approx(0.077, abs=0.002)
    assert np.sum((found.value - season) ** 2) <= 0.0225
    assert float(found.value[0]) == pytest.approx(0.294, abs=0.005)
    assert np.all(found.rank_upper - found.rank_lower >= 10)


def test_shrunk_shares_halve_the_error_of_raw_ones_and_their_intervals_hold():
    random = np.random.default_rng(7)
    raw, shrunk, held = [], [], []
    for seed in range(60):
        number = np.exp(random.uniform(np.log(5), np.log(150), 40)).astype(int)
        truth = random.beta(4.5, 95.5, 40)
        late = random.binomial(number, truth)
        found = shrunk_shares(late, number, seed)
        raw.append(np.mean((late / number - truth) ** 2))
        shrunk.append(np.mean((found.value - truth) ** 2))
        held.append(np.mean((found.lower <= truth) & (truth <= found.upper)))
    assert np.sqrt(np.mean(shrunk) / np.mean(raw)) <= 0.55
    assert 0.92 <= np.mean(held) <= 0.97


def test_shrunk_ratios_draw_small_units_more_and_ranks_overlap_on_noise():
    found = shrunk_ratios([4, 40, 9, 11, 10, 9], [1, 10, 10, 10, 10, 10])
    assert found.value[0] < found.value[1]
    random = np.random.default_rng(3)
    noise = shrunk_ratios(random.poisson(5, 30), np.full(30, 5.0))
    assert np.median(noise.rank_upper - noise.rank_lower) >= 24
    again = shrunk_ratios(random.poisson(5, 30), np.full(30, 5.0))
    assert noise.value.shape == again.value.shape


def test_units_of_nothing_late_have_a_likely_share_above_zero_and_an_interval():
    found = shrunk_shares([0, 0, 0], [5, 0, 40])
    assert np.all((found.value > 0) & (found.value < 0.2))
    assert found.value[1] > found.value[2]
