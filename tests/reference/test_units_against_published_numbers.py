"""Standardised shares and ratios against numbers printed elsewhere, spreads against known ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nbinom

from workbench.figures.estimates.excess import count_limits, upper_tail
from workbench.figures.estimates.poisson import ratio
from workbench.figures.estimates.shrinkage import _summary, shrunk_ratios
from workbench.figures.estimates.standardise import compared, direct, gamma_limits

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
    found = ratio(895, float((np.array(PEOPLE) * rates).sum()))
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
    assert direct([1, 2], [1, 40], [100, 100]).value == pytest.approx((1 + 2 / 40) / 2)


def test_from_ten_late_dossiers_on_the_interval_is_dobsons():
    assert direct([4, 5], [50, 40], [1, 1]).method == "fay_feuer"
    assert direct([5, 5], [50, 40], [1, 1]).method == "dobson"


def test_without_any_late_dossier_the_lower_limit_is_none_and_the_upper_that_of_poisson():
    # of no events the upper limit of 95 % is -ln(0.025)
    assert gamma_limits([0.0], [1.0]) == (0.0, pytest.approx(-np.log(0.025)))
    assert direct([0, 0], [50, 40], [1, 1]).lower == 0.0


def test_a_stratum_of_one_dossier_on_a_side_counts_in_the_adjusted_difference():
    for left, right in (
        (([1, 5], [1, 50], 1.0), ([6, 9], [30, 60], 1.0)),
        (([6, 9], [30, 60], 1.0), ([1, 5], [1, 50], 1.0)),
    ):
        (x, m), (y, n) = (np.array(side[:2], dtype=float) for side in (left, right))
        by_hand = ((y * m - x * n) / (m + n)).sum() / (m * n / (m + n)).sum()
        assert compared(left, right).adjusted[0] == pytest.approx(by_hand)


def test_the_adjusted_difference_equals_rothman_and_the_crude_interval_newcombe():
    # Rothman, Greenland and Lash (2008), table 15-1: Mantel-Haenszel 0.0349, crude 0.0446
    found = compared(([5, 16], [120, 85], 1.0), ([8, 22], [106, 98], 1.0))
    assert found.adjusted[0] == pytest.approx(0.0349, abs=5e-5)
    assert found.crude[0] == pytest.approx(0.0446, abs=5e-5)
    # Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10, examples (a), (b)
    for late, dossiers, limits in (
        ((48, 56), (80, 70), (0.0524, 0.3339)),
        ((3, 9), (10, 10), (0.1705, 0.8090)),
    ):
        one, other = (([x], [n], 1.0) for x, n in zip(late, dossiers, strict=True))
        found = compared(one, other)
        assert found.crude == found.adjusted
        assert found.crude[1:] == pytest.approx(limits, abs=5e-5)


def test_the_limits_of_strata_are_wilsons_of_as_many_dossiers_as_the_side_is_worth():
    late, dossiers, wide = ([4, 30], [9, 20]), ([40, 60], [90, 40]), (3.0, 1.5)
    weights = np.array([40 * 90 / 130, 60 * 40 / 100])
    weights /= weights.sum()
    rates = np.array([13.5 / 131, 50.5 / 101])
    mean = (weights * rates).sum()
    parts = []
    for x, n, effect in zip(late, dossiers, wide, strict=True):
        variance = (weights**2 * rates * (1 - rates) / np.array(n)).sum()
        size = mean * (1 - mean) / variance / effect
        share = (weights * np.array(x) / np.array(n)).sum()
        centre, square = share + 1.959964**2 / (2 * size), 1.959964**2 / size
        half = np.sqrt(square * (share * (1 - share) + square / 4))
        parts.append((share, (centre - half) / (1 + square), (centre + half) / (1 + square)))
    (one, one_low, one_high), (two, two_low, two_high) = parts
    gap = two - one
    low, high = np.hypot(two - two_low, one_high - one), np.hypot(two_high - two, one - one_low)
    sides = [(x, n, effect) for x, n, effect in zip(late, dossiers, wide, strict=True)]
    assert compared(*sides).adjusted == pytest.approx((gap, gap - low, gap + high), abs=1e-6)


def test_a_stratum_of_one_side_alone_does_not_weigh():
    both = compared(([5, 7], [50, 30], 1.0), ([9, 0], [60, 0], 1.0))
    assert both.adjusted == compared(([5], [50], 1.0), ([9], [60], 1.0)).adjusted


def test_crude_worse_and_every_stratum_better_raises_the_alarm():
    # The proportions of Charig et al. (1986), Br. Med. J. 292, 879-882 (stones small and large;
    # failures of open surgery against keyhole), ten times as many patients
    open_surgery = ([60, 710], [870, 2630], 1.0)
    keyhole = ([360, 250], [2700, 800], 1.0)
    found = compared(keyhole, open_surgery)
    assert found.crude[0] > 0 > found.adjusted[0]
    assert found.alarm
    assert not compared(keyhole, keyhole).alarm


def test_no_common_stratum_gives_no_adjusted_difference_and_no_alarm():
    found = compared(([5, 0], [50, 0], 1.0), ([0, 5], [0, 20], 1.0))
    assert found.adjusted == (None, None, None)
    assert found.crude[0] == pytest.approx(0.15)
    assert not found.alarm
    for one, other in (([45, 0], [0, 1]), ([1, 0], [0, 45])):
        far = compared((one, [50, 0], 1.0), (other, [0, 50], 1.0))
        assert far.crude[1] * far.crude[2] > 0
        assert not far.alarm


@given(st.floats(0.05, 60), st.floats(0, 0.5))
def test_counts_outside_their_limits_have_a_tail_of_one_in_a_thousand(mean, spread):
    low, high = (float(x) for x in count_limits(mean, spread))
    assert float(upper_tail(high + 0.01, mean, spread)) <= 0.001
    assert float(upper_tail(high - 0.01, mean, spread)) >= 0.000999
    if low > 0.01:
        assert 1 - float(upper_tail(low + 0.99, mean, spread)) <= 0.001


def test_shrunk_ratios_halve_the_error_of_raw_ones_and_their_intervals_hold():
    random = np.random.default_rng(7)
    raw, shrunk, covered = [], [], []
    for seed in range(60):
        expected = np.exp(random.uniform(np.log(0.3), np.log(8), 40))
        truth = random.gamma(8, 1 / 8, 40)
        late = random.poisson(expected * truth)
        estimate = shrunk_ratios(late, expected, seed)
        raw.append(np.mean((late / expected - truth) ** 2))
        shrunk.append(np.mean((estimate.value - truth) ** 2))
        covered.append(np.mean((estimate.lower <= truth) & (truth <= estimate.upper)))
    assert np.sqrt(np.mean(shrunk) / np.mean(raw)) <= 0.5
    assert 0.92 <= np.mean(covered) <= 0.97


@pytest.mark.parametrize(
    ("late", "expected"),
    [([30, 60, 45, 90], [40, 50, 45, 70]), ([4, 9, 2], [3, 8, 5]), ([50, 51, 49, 50], [50] * 4)],
)
def test_shrunk_ratios_are_those_of_summing_over_every_law_of_units(late, expected):
    """Summed by hand over a finer and wider net of laws, each as likely as scipy says."""
    count, mean = np.array(late, float)[:, None], np.array(expected, float)[:, None]
    about = np.log(count.sum() / mean.sum())
    levels, strengths = np.meshgrid(
        np.exp(about + np.linspace(-2, 2, 801)), np.median(mean) * np.exp(np.linspace(-6, 8, 281))
    )
    level, strength = levels.ravel(), strengths.ravel()
    likely = nbinom.logpmf(count, level * strength, strength / (strength + mean)).sum(axis=0)
    shrinkage = strength / (strength + np.median(mean))
    weight = np.exp(likely - likely.max()) * shrinkage * (1 - shrinkage)
    summed = ((level * strength + count) / (strength + mean) * weight).sum(axis=1) / weight.sum()
    found = shrunk_ratios(late, expected)
    assert found.value == pytest.approx(summed, rel=0.015)
    assert found.level == pytest.approx((level * weight).sum() / weight.sum(), rel=0.015)


@pytest.mark.parametrize(("turned", "lowest"), [(3, 2), (8, 1)])
def test_ranks_hold_in_95_of_100_draws(turned, lowest):
    drawn = np.tile([1.0, 2.0], (200, 1))
    drawn[:turned] = [2.0, 1.0]
    found = _summary(drawn, (np.ones(200), np.ones(200)), "drawn")
    ranks = [found.rank_lower, found.rank, found.rank_upper]
    assert [list(r) for r in ranks] == [[1, lowest], [1, 2], [3 - lowest, 2]]


def test_shrunk_ratios_draw_small_units_more_and_ranks_overlap_on_noise():
    found = shrunk_ratios([4, 40, 9, 11, 10, 9], [1, 10, 10, 10, 10, 10])
    assert found.value[0] < found.value[1]
    random = np.random.default_rng(3)
    noise = shrunk_ratios(random.poisson(5, 30), np.full(30, 5.0))
    assert np.median(noise.rank_upper - noise.rank_lower) >= 24
    again = shrunk_ratios(random.poisson(5, 30), np.full(30, 5.0))
    assert noise.value.shape == again.value.shape


def test_units_of_nothing_late_have_a_likely_ratio_above_zero_and_below_everybodys():
    estimate = shrunk_ratios([0, 0, 9, 8], [1, 6, 9, 8])
    assert 0 < estimate.value[1] < estimate.value[0] < 1.2
