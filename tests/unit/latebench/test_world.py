"""The same dossiers every time: a cause switched off changes nothing that it did not reach."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from workbench.latebench.plan import CAUSE_OF, QUARTERS, UNITS, draw_plan
from workbench.latebench.world import (
    ASSIGN,
    INTAKE,
    RECORD,
    SIGN,
    SMALL_CELL,
    WORK,
    SimulatedTimes,
    World,
)

PLAN = draw_plan(3, 1.0)


@pytest.fixture(scope="module")
def world(calendar):
    return World(calendar, seed=3, per_cell=8)


@pytest.fixture(scope="module")
def times(world) -> SimulatedTimes:
    return world.simulate_plan(PLAN)


def of_kind(kind):
    return next(item for item in PLAN.injections if item.kind == kind)


def cell(times, item):
    return (times.unit == item.unit) & (times.quarter == item.quarter)


def test_fourteen_cells_hold_a_cause_and_none_holds_two():
    assert len(PLAN.causes) == 14
    assert {item.kind for item in PLAN.causes} == set(CAUSE_OF)
    places = [(item.unit, item.quarter) for item in PLAN.injections]
    assert len(set(places)) == len(places)
    assert PLAN.small_unit not in {item.unit for item in PLAN.injections}


def test_the_tier_of_two_causes_puts_two_into_each_of_these_cells():
    places = [(item.unit, item.quarter) for item in draw_plan(3, 1.0, two_causes=True).causes]
    assert sorted(places.count(p) for p in set(places)) == [2] * 14


def test_every_cell_has_its_dossiers_and_the_small_unit_few(times):
    counts = np.bincount(times.unit * QUARTERS + times.quarter).reshape(UNITS, QUARTERS)
    assert (counts[PLAN.small_unit] == SMALL_CELL).all()
    assert (np.delete(counts, PLAN.small_unit, axis=0) == 8).all()


def test_the_same_seed_gives_the_same_times(world, times):
    again = world.simulate_plan(draw_plan(3, 1.0))
    for field in dataclasses.fields(SimulatedTimes):
        assert (getattr(again, field.name) == getattr(times, field.name)).all(), field.name


@pytest.mark.parametrize("item", PLAN.injections, ids=lambda i: f"{i.kind}-{i.unit}-{i.quarter}")
def test_switching_one_injection_off_leaves_every_other_unit_as_it_was(world, times, item):
    without = world.simulate_plan(PLAN.without(item))
    others = times.unit != item.unit
    for field in dataclasses.fields(SimulatedTimes):
        same = getattr(without, field.name)[others] == getattr(times, field.name)[others]
        assert same.all(), field.name


@pytest.mark.parametrize(
    ("kind", "step"),
    [
        ("transfer_lag", ASSIGN),
        ("slow_work", WORK),
        ("signing_days", SIGN),
        ("late_recording", RECORD),
    ],
)
def test_a_cause_changes_its_own_step_and_draws_of_other_steps_stay(world, times, kind, step):
    item = of_kind(kind)
    without = world.simulate_plan(PLAN.without(item))
    length = times.finished - times.started
    for other in (INTAKE, ASSIGN, WORK, SIGN, RECORD):
        if other != step:
            assert (length[:, other] == (without.finished - without.started)[:, other]).all()
    assert (times.finished[:, step] > without.finished[:, step])[cell(times, item)].any()
    assert (times.finished[:, :step] == without.finished[:, :step]).all()


def test_a_rush_moves_receptions_and_nothing_is_longer_to_do(world, times):
    item = of_kind("sudden_demand")
    without = world.simulate_plan(PLAN.without(item))
    moved = times.received != without.received
    assert moved.any()
    assert cell(times, item)[moved].all()
    assert (times.procedure == without.procedure).all()


def test_time_runs_one_way_and_pauses_lie_within_the_work(times):
    stamps = np.stack([times.arrived, times.started, times.finished], axis=2).reshape(-1, 15)
    assert (np.diff(stamps, axis=1) >= 0).all()
    had = times.paused[:, 1] > 0
    assert (times.paused[had, 0] >= times.started[had, WORK]).all()
    assert (times.paused[had, 1] <= times.finished[had, WORK]).all()
    assert (times.sealed <= times.resolved).all()


def test_more_officers_away_makes_more_wait(calendar):
    big = World(calendar, seed=3, per_cell=60)
    item = of_kind("understaffing")
    times, without = big.simulate_plan(PLAN), big.simulate_plan(PLAN.without(item))
    waits = [(x.started - x.arrived)[cell(x, item), WORK].mean() for x in (times, without)]
    assert waits[0] > 1.5 * waits[1]


def test_about_one_in_twenty_three_is_late_with_nothing_put_in(calendar):
    rates = []
    for size in (25, 60, 150):
        for seed in range(1, 6):
            times = World(calendar, seed=seed, per_cell=size).simulate_plan(draw_plan(seed, 0.0))
            rates.append((times.overrun > 0).mean())
    assert 0.040 <= np.mean(rates) <= 0.048
