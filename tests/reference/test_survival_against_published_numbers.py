"""Curves with open dossiers against numbers of R, SAS and textbooks, and foretold against seen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.figures.estimates.breach_risk import reliability, risks, speeds
from workbench.figures.estimates.survival import aalen_johansen, kaplan_meier, median_time

# Freireich et al. (1963), 6-mercaptopurine in leukaemia, weeks of remission; figures as printed by
# R survival 3.x, survfit(conf.type = "log-log") on MASS::gehan, and in Collett's Modelling
# Survival Data in Medical Research
WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
R_SURVFIT = [
    (6, 0.857, 0.0764, 0.620, 0.952),
    (7, 0.807, 0.0869, 0.563, 0.923),
    (10, 0.753, 0.0963, 0.503, 0.889),
    (13, 0.690, 0.1068, 0.432, 0.849),
    (16, 0.627, 0.1141, 0.368, 0.805),
    (22, 0.538, 0.1282, 0.268, 0.747),
    (23, 0.448, 0.1346, 0.188, 0.680),
]
# lifelines, tests/test_estimation.py: glioma grade 3 (load_g3), control group, limits from R
R_GLIOMA = [(9, 0.2731, 0.975), (19, 0.1946, 0.904), (32, 0.1109, 0.804), (34, 0.0461, 0.676)]
# lifelines, tests/test_estimation.py, class TestAalenJohansenFitter: variance and log-log limits
# of the second way to end from SAS
SAS_VARIANCE = [0.0, 0.0, 0.032, 0.048]
SAS_LIMITS = {4: (0.00836904, 0.58185303), 5: (0.05197575, 0.75281579)}


@pytest.mark.parametrize(("week", "share", "error", "low", "high"), R_SURVFIT)
def test_kaplan_meier_equals_r_on_leukaemia(week, share, error, low, high):
    curve = kaplan_meier(WEEKS, np.array(RELAPSED, dtype=bool))
    found = curve.at(week)
    variance = curve.variance[list(curve.time).index(week)]
    assert found.value == pytest.approx(share, abs=5e-4)
    assert np.sqrt(variance) == pytest.approx(error, abs=5e-5)
    assert (found.lower, found.upper) == pytest.approx((low, high), abs=6e-4)


def test_the_median_equals_r_on_leukaemia():
    found = median_time(kaplan_meier(WEEKS, np.array(RELAPSED, dtype=bool)))
    assert (found.value, found.lower, found.upper) == (23.0, 13.0, None)


@pytest.mark.parametrize(("month", "low", "high"), R_GLIOMA)
def test_kaplan_meier_equals_r_on_glioma(month, low, high):
    curve = kaplan_meier([34, 32, 9, 19, 50, 48], [True, True, True, True, False, False])
    assert curve.at(month).lower == pytest.approx(low, rel=1e-3)
    assert curve.at(month).upper == pytest.approx(high, rel=1e-3)


def test_late_entries_are_at_risk_only_once_watched():
    # lifelines, tests/test_estimation.py, test_kmf_late_entry_works_under_trivial_case and the
    # case after it: expected survival 0.8 ... with every dossier entering at 1
    curve = kaplan_meier([3, 4, 5, 6, 7], np.ones(5, dtype=bool), [1] * 5)
    assert curve.share == pytest.approx([0.8, 0.6, 0.4, 0.2, 0.0])
    staggered = kaplan_meier([2, 3, 5], np.ones(3, dtype=bool), [0, 0, 2.5])
    assert staggered.share == pytest.approx([0.5, 0.25, 0.0])


def test_aalen_johansen_equals_sas():
    curve = aalen_johansen([1, 2, 3, 4, 5, 6], [0, 1, 1, 2, 2, 0], 2)
    assert curve.variance == pytest.approx(SAS_VARIANCE, abs=1e-12)
    for time, limits in SAS_LIMITS.items():
        found = curve.at(time)
        assert (found.lower, found.upper) == pytest.approx(limits, abs=5e-9)


def test_one_way_to_end_alone_gives_the_curve_of_kaplan_and_meier():
    ended = np.array(RELAPSED)
    curve = kaplan_meier(WEEKS, ended == 1)
    one = aalen_johansen(WEEKS, ended, 1)
    assert one.share == pytest.approx(1 - curve.share, abs=1e-12)
    assert one.variance == pytest.approx(curve.variance, abs=1e-3)


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 3)), min_size=1, max_size=60))
def test_all_ways_to_end_and_the_share_still_running_sum_to_one(seen):
    times, ending = (np.array(x) for x in zip(*seen, strict=True))
    running = kaplan_meier(times, ending > 0)
    at = np.arange(0, 13)
    ways = sum(aalen_johansen(times, ending, way).values(at) for way in (1, 2, 3))
    assert ways + running.values(at) == pytest.approx(1.0, abs=1e-9)


@given(st.lists(st.floats(0.01, 3), min_size=1, max_size=50))
def test_without_open_dossiers_the_curve_is_the_plain_share(times):
    curve = kaplan_meier(times, np.ones(len(times), dtype=bool))
    late = sum(t > 1 for t in times)
    found = curve.at(1.0)
    assert found.value == pytest.approx(late / len(times))
    assert (found.numerator, found.denominator) == (len(times) - late, len(times))


def test_an_ending_exactly_at_the_limit_is_in_time_and_nothing_gives_no_share():
    assert kaplan_meier([1.0, 2.0], [True, True]).at(1.0).value == pytest.approx(0.5)
    assert kaplan_meier([], []).at(1.0).value is None
    assert kaplan_meier([0.4], [False]).at(1.0).value == 1.0


def test_risks_rise_for_slow_units_and_are_one_past_the_limit():
    random = np.random.default_rng(2)
    unit = np.repeat([0, 1], 400)
    time = random.lognormal(np.log(0.55), 0.3, 800) * np.where(unit == 1, 1.3, 1.0)
    found = speeds(np.minimum(time, 1.5), time <= 1.5, unit)
    value, low, high = risks(found, [0.0, 0.0, 0.9, 1.2], [0, 1, 1, 0])
    assert value[0] < 0.05 < value[1] < value[2] < value[3] == 1.0
    assert np.all((low <= value) & (value <= high))


def test_reliability_shows_what_was_foretold_beside_what_happened():
    random = np.random.default_rng(3)
    told = random.beta(1, 4, 5_000)
    late = random.uniform(size=5_000) < told
    good, bad = reliability(told, late), reliability(np.sqrt(told), late)
    assert np.mean((good.lower <= good.foretold) & (good.foretold <= good.upper)) >= 0.8
    assert np.mean((bad.lower <= bad.foretold) & (bad.foretold <= bad.upper)) <= 0.2
    assert good.brier < bad.brier
    assert good.number.sum() == 5_000
