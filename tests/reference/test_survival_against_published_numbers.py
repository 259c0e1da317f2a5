"""Curves with open dossiers against those of other libraries, and predictions against outcomes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from numpy.typing import NDArray
from statsmodels.duration.survfunc import CumIncidenceRight

from workbench.figures.estimates import Estimate
from workbench.figures.estimates.breach_risk import reliability, risks, speeds
from workbench.figures.estimates.survival import aalen_johansen, kaplan_meier, median_time

Floats = NDArray[np.float64]

# Freireich et al. (1963), 6-mercaptopurine in leukaemia, weeks of remission
WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]

watched = st.lists(
    st.tuples(st.integers(1, 12), st.integers(0, 2), st.integers(0, 8)), min_size=2, max_size=60
)
"""Time watched, way of ending (0: still open) and time of entry of each dossier."""


def columns(rows: list[tuple[int, int, int]]) -> tuple[Floats, Floats, Floats]:
    """Times at which the watch ended, ways of ending, and entries."""
    watch, ways, entries = (np.array(part, dtype=np.float64) for part in zip(*rows, strict=True))
    return entries + watch, ways, entries


@given(watched)
def test_kaplan_meier_its_limits_and_late_entries_equal_lifelines(rows):
    # they want a dossier that is watched all the time
    times, ways, entries = columns([*rows, (99, 0, 0)])
    curve = kaplan_meier(times, ways > 0, entries)
    theirs = KaplanMeierFitter().fit(times, ways > 0, entry=entries)
    for time in np.unique(times):
        found, limits = curve.at(time), theirs.confidence_interval_.loc[time]
        assert found.value == pytest.approx(theirs.predict(time), abs=1e-12)
        if 1e-12 < found.value < 1 - 1e-12:
            assert (found.lower, found.upper) == pytest.approx(limits, abs=1e-9)


def test_the_median_and_its_limits_equal_r_on_leukaemia():
    found = median_time(kaplan_meier(WEEKS, np.array(RELAPSED, dtype=bool)))
    assert (found.value, found.lower, found.upper) == (23.0, 13.0, None)


@given(watched)
def test_aalen_johansen_equals_statsmodels(rows):
    # their error needs a dossier that is still at risk at the last ending
    times, ways, _ = columns([*rows, (2, 1, 0), (3, 2, 0), (99, 0, 0)])
    theirs = CumIncidenceRight(times, ways.astype(int))
    for way in (1, 2):
        curve = aalen_johansen(times, ways, way)
        assert curve.values(theirs.times) == pytest.approx(theirs.cinc[way - 1], abs=1e-12)
        errors = dict(zip(theirs.times, theirs.cinc_se[way - 1], strict=True))
        for time, variance in zip(curve.time, curve.variance, strict=True):
            assert variance == pytest.approx(errors[time] ** 2, abs=1e-12)


@given(st.lists(st.integers(0, 2), min_size=4, max_size=40))
def test_limits_of_aalen_johansen_equal_lifelines(ways):
    ways = [*ways, 2]
    times = np.arange(1.0, len(ways) + 1)
    theirs = AalenJohansenFitter().fit(times, np.array(ways), event_of_interest=2)
    curve = aalen_johansen(times, ways, 2)
    for time in times[:-1]:
        found = curve.at(time)
        limits = theirs.confidence_interval_.loc[time]
        if 0 < found.value < 1:
            assert (found.lower, found.upper) == pytest.approx(limits, abs=1e-9)


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


def test_a_curve_that_ends_has_a_variance_to_its_end_and_half_is_reached_at_half():
    curve = kaplan_meier([1.0, 2.0], [True, True])
    assert curve.variance.tolist() == [0.125, 0.0]
    assert median_time(curve).value == 1.0
    assert np.isfinite(aalen_johansen([1.0, 2.0], [1, 1], 1).variance).all()


def test_an_ending_exactly_at_the_limit_is_in_time_and_nothing_gives_no_share():
    assert kaplan_meier([1.0, 2.0], [True, True]).at().value == pytest.approx(0.5)
    assert kaplan_meier([], []).at() == Estimate(None, None, None, 0, 0, "kaplan_meier")
    assert kaplan_meier([0.4], [False]).at(1.0).value == 1.0


def test_risks_rise_for_slow_units_and_are_one_past_the_limit():
    random = np.random.default_rng(2)
    unit = np.repeat([0, 1], 400)
    time = random.lognormal(np.log(0.55), 0.3, 800) * np.where(unit == 1, 1.3, 1.0)
    found = speeds(np.minimum(time, 1.5), time <= 1.5, unit)
    value, low, high = risks(found, [0.0, 0.0, 0.9, 1.2], [0, 1, 1, 0])
    assert value[0] < 0.05 < value[1] < value[2] < value[3] == 1.0
    assert np.all((low <= value) & (value <= high))


def test_reliability_shows_predictions_beside_what_happened():
    random = np.random.default_rng(3)
    risk = random.beta(1, 4, 5_000)
    late = random.uniform(size=5_000) < risk
    good, bad = reliability(risk, late), reliability(np.sqrt(risk), late)
    assert np.mean((good.lower <= good.predicted) & (good.predicted <= good.upper)) >= 0.8
    assert np.mean((bad.lower <= bad.predicted) & (bad.predicted <= bad.upper)) <= 0.2
    assert good.brier < bad.brier
    assert good.number.sum() == 5_000


def test_those_watched_from_the_start_are_at_risk_when_some_end_at_once():
    times, ended, entered = [0.0, 0.5, 0.8, 1.2], [True, True, True, False], [0.0, 0.0, 0.0, 0.3]
    assert kaplan_meier(times, ended, entered).values([0.0, 0.6]) == pytest.approx([2 / 3, 4 / 9])
