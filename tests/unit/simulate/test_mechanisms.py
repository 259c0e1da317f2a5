"""Each cause acts where it is put, and switching it off leaves everything before it as it was."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.testing.simulate.process import (
    ASSIGN,
    INTAKE,
    OPINION,
    RECORD,
    RETURN,
    SIGN,
    WORK,
    ProcessTimes,
)
from workbench.testing.simulate.steps import NEVER

FIRST_TOUCHED = {
    "portal_transfer": ASSIGN,
    "queue": WORK,
    "slow_work": WORK,
    "batching": SIGN,
    "record_lag": RECORD,
    "due_date_error": None,
}
"""The first step whose stamps a cause may change; none when it changes only the promise."""


@pytest.fixture(scope="module")
def as_it_is(world) -> ProcessTimes:
    return world.live()


def injections_of(world, cause):
    return [i for i in world.scenario.injections if i.cause == cause]


def moved(one: ProcessTimes, other: ProcessTimes) -> np.ndarray:
    """Which stamps differ, by dossier and step."""
    return (
        (one.arrived != other.arrived)
        | (one.started != other.started)
        | (one.finished != other.finished)
    )


def test_living_twice_gives_the_same_stamps(world, as_it_is):
    again = world.live()
    assert not moved(as_it_is, again).any()
    np.testing.assert_array_equal(as_it_is.pauses, again.pauses)


@pytest.mark.parametrize("cause", FIRST_TOUCHED)
def test_without_a_cause_stamps_before_its_step_stay(world, as_it_is, cause):
    first = FIRST_TOUCHED[cause]
    for injection in injections_of(world, cause):
        without = world.live(world.scenario.without(injection))
        changed = moved(as_it_is, without)
        before = changed if first is None else changed[:, :first]
        assert not before.any()
        np.testing.assert_array_equal(as_it_is.received, without.received)
        np.testing.assert_array_equal(as_it_is.ending, without.ending)


@pytest.mark.parametrize("cause", FIRST_TOUCHED)
def test_without_a_cause_other_units_stay_as_they_are(world, as_it_is, cause):
    for injection in injections_of(world, cause):
        without = world.live(world.scenario.without(injection))
        elsewhere = world.sent.office != world.scenario.office_index[injection.unit_id]
        assert not moved(as_it_is, without)[elsewhere].any()
        np.testing.assert_array_equal(as_it_is.promised[elsewhere], without.promised[elsewhere])


@pytest.mark.parametrize("cause", ["batching", "record_lag", "due_date_error"])
def test_without_a_cause_other_half_years_stay_as_they_are(world, as_it_is, cause):
    for injection in injections_of(world, cause):
        without = world.live(world.scenario.without(injection))
        day = world.sent.submitted_day.astype("datetime64[D]")
        outside = (day < np.datetime64(injection.first)) | (day > np.datetime64(injection.last))
        assert not moved(as_it_is, without)[outside].any()


@pytest.mark.parametrize("cause", [c for c in FIRST_TOUCHED if c != "due_date_error"])
def test_without_a_cause_nothing_of_its_own_ends_later(world, as_it_is, cause):
    for injection in injections_of(world, cause):
        without = world.live(world.scenario.without(injection))
        own = world.sent.office == world.scenario.office_index[injection.unit_id]
        later = without.resolved[own] > as_it_is.resolved[own]
        assert later.mean() < 0.02  # a shorter queue may serve a few dossiers in another order
        assert (without.resolved[own] < as_it_is.resolved[own]).any()


def test_a_wrong_date_is_too_early_and_nothing_else_changes(world, as_it_is):
    injection = injections_of(world, "due_date_error")[0]
    without = world.live(world.scenario.without(injection))
    assert (without.promised >= as_it_is.promised).all()
    assert (without.promised > as_it_is.promised).any()
    assert not moved(as_it_is, without).any()


def test_a_transfer_left_lying_shows_between_intake_and_the_next_step(world, as_it_is):
    injection = injections_of(world, "portal_transfer")[0]
    office = world.scenario.office_index[injection.unit_id]
    day = world.sent.submitted_day.astype("datetime64[D]")
    inside = (day >= np.datetime64(injection.first)) & (day <= np.datetime64(injection.last))
    next_step = np.where(
        as_it_is.arrived[:, ASSIGN] == NEVER,
        as_it_is.arrived[:, WORK],
        as_it_is.arrived[:, ASSIGN],
    )
    gap = (next_step - as_it_is.finished[:, INTAKE])[inside & (world.sent.office == office)]
    left = gap > 8 * 3600 * 0.35
    assert abs(left.mean() - injection.share) < 0.12


def test_rare_signing_days_make_signatures_bunch(world, as_it_is):
    injection = injections_of(world, "batching")[0]
    office = world.scenario.office_index[injection.unit_id]
    day = world.sent.submitted_day.astype("datetime64[D]")
    inside = (day >= np.datetime64(injection.first)) & (day <= np.datetime64(injection.last))
    mine = inside & (world.sent.office == office) & (as_it_is.started[:, SIGN] != NEVER)
    sessions = np.unique(as_it_is.started[mine, SIGN])
    assert len(sessions) < mine.sum() / 3
    assert (np.diff(sessions) % (int(injection.dose) * 8 * 3600) == 0).all()


def test_a_click_forgotten_leaves_the_signature_in_time(world, as_it_is):
    injection = injections_of(world, "record_lag")[0]
    without = world.live(world.scenario.without(injection))
    clicked_late = as_it_is.resolved > without.resolved
    assert clicked_late.any()
    np.testing.assert_array_equal(
        as_it_is.finished[clicked_late, SIGN], without.finished[clicked_late, SIGN]
    )
    assert as_it_is.paper_dated[clicked_late].mean() > 0.75


def test_withdrawn_and_rejected_dossiers_end_with_the_officer(as_it_is):
    ended = as_it_is.ending != 0
    assert (as_it_is.arrived[np.ix_(ended, [OPINION, SIGN, RECORD, RETURN])] == NEVER).all()
    np.testing.assert_array_equal(as_it_is.resolved[ended], as_it_is.finished[ended, WORK])


def test_same_day_matters_skip_the_assignment(world, as_it_is):
    same_day = np.array([p.same_day for p in world.scenario.procedures])[world.sent.procedure]
    assert (as_it_is.arrived[same_day, ASSIGN] == NEVER).all()
    assert (as_it_is.arrived[~same_day, ASSIGN] != NEVER).all()


def test_an_opinion_is_always_another_units(world, as_it_is):
    asked = as_it_is.arrived[:, OPINION] != NEVER
    assert asked.any()
    assert (as_it_is.office[asked, OPINION] != world.sent.office[asked]).all()
