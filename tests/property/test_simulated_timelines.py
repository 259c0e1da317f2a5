"""Whatever the seed, simulated dossiers have possible timelines."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.testing.simulate import SNAPSHOT
from workbench.testing.simulate.population import Dossiers, draw_dossiers
from workbench.testing.simulate.process import ProcessSimulator, ProcessTimes
from workbench.testing.simulate.register import SimulatedRegister, register_at
from workbench.testing.simulate.sample import instant_of
from workbench.testing.simulate.scenario import Scenario, read_scenario
from workbench.testing.simulate.snapshot import ObservedState
from workbench.testing.simulate.steps import NEVER
from workbench.testing.simulate.streams import Streams

REFERENCE = Path(__file__).resolve().parents[2] / "data" / "reference"
SEEDS = (0, 2**63, *(int(seed) for seed in np.random.default_rng(17).integers(0, 2**63, 22)))
EACH_SEED = pytest.mark.parametrize("seed", SEEDS)


@cache
def small_scenario() -> Scenario:
    return read_scenario(REFERENCE).shrunk(500)


@cache
def simulated(seed: int) -> tuple[Dossiers, ProcessTimes, SimulatedRegister]:
    scenario = small_scenario()
    sent = draw_dossiers(scenario, seed)
    handling = ProcessSimulator(sent, scenario, Streams(seed, len(sent))).run()
    snapshot = ObservedState(handling, scenario.calendar, instant_of(SNAPSHOT, scenario))
    return sent, handling, register_at(sent, scenario, snapshot)


@EACH_SEED
def test_steps_follow_each_other(seed):
    _, handling, _ = simulated(seed)
    passed = handling.arrived != NEVER
    assert (handling.started >= handling.arrived)[passed].all()
    assert (handling.finished >= handling.started)[passed].all()
    for arrived, finished, happened in zip(
        handling.arrived, handling.finished, passed, strict=True
    ):
        assert (arrived[happened][1:] >= finished[happened][:-1]).all()


@EACH_SEED
def test_the_clock_starts_in_the_intake_and_ends_with_a_step(seed):
    _, handling, _ = simulated(seed)
    assert (handling.received >= handling.started[:, 0]).all()
    assert (handling.received <= handling.finished[:, 0]).all()
    assert (handling.resolved > handling.received).all()
    assert (handling.finished == handling.resolved[:, None]).any(axis=1).all()


@EACH_SEED
def test_pauses_lie_inside_the_officers_work_and_do_not_overlap(seed):
    _, handling, _ = simulated(seed)
    there = handling.pauses[:, :, 0] != NEVER
    begins, ends = handling.pauses[:, :, 0], handling.pauses[:, :, 1]
    started, finished = handling.started[:, [2]], handling.finished[:, [2]]
    assert ((begins >= started) & (ends <= finished) & (ends > begins))[there].all()
    both = there.all(axis=1)
    assert (begins[both, 1] >= ends[both, 0]).all()


@EACH_SEED
def test_offices_act_in_office_hours_only(seed):
    _, _, register = simulated(seed)
    calendar = small_scenario().calendar
    stamps = pl.concat(
        [register.steps[c] for c in ("started_at", "finished_at", "step_due_at")]
        + [register.dossiers[c] for c in ("received_at", "resolved_at", "returned_at", "due_at")]
        + [register.pauses[c] for c in ("paused_at", "resumed_at")]
    ).drop_nulls()
    instants = stamps.dt.epoch("s").to_numpy() - calendar.offset
    np.testing.assert_array_equal(calendar.instant(calendar.w(instants)), instants)


@EACH_SEED
def test_nothing_is_known_that_happens_after_the_snapshot(seed):
    _, _, register = simulated(seed)
    columns = {
        "dossiers": ("submitted_at", "received_at", "resolved_at", "returned_at"),
        "steps": ("arrived_at", "started_at", "finished_at"),
        "pauses": ("paused_at", "resumed_at"),
    }
    for table, names in columns.items():
        for name in names:
            known = getattr(register, table)[name].drop_nulls()
            assert (known <= SNAPSHOT).all()


@EACH_SEED
def test_stamps_and_states_agree(seed):
    _, _, register = simulated(seed)
    for row in register.dossiers.iter_rows(named=True):
        ended = row["resolved_at"] is not None
        assert ended == (row["status"] in ("returned", "resolved", "withdrawn", "rejected"))
        assert (row["received_at"] is None) == (row["status"] == "submitted")
        assert (row["returned_at"] is not None) == (row["status"] == "returned")
        assert (row["outcome"] in ("open_in_time", "open_overdue")) == (
            not ended and row["received_at"] is not None
        )


@EACH_SEED
def test_outcomes_follow_from_the_stamps_alone(seed):
    _, _, register = simulated(seed)
    for row in register.dossiers.filter(pl.col("resolved_at").is_not_null()).iter_rows(named=True):
        if row["status"] in ("withdrawn", "rejected"):
            assert row["outcome"] == row["status"]
            continue
        ended, due = row["resolved_at"].date(), row["due_at"].date()
        wanted = "early" if ended < due else "on_time" if ended == due else "late"
        assert row["outcome"] == wanted
        assert (row["late_seconds"] > 0) == (wanted == "late")


@EACH_SEED
def test_online_filing_is_only_where_it_is_offered(seed):
    sent, _, _ = simulated(seed)
    level = np.array([p.level for p in small_scenario().procedures])[sent.procedure]
    assert (level[sent.channel_in == 1] >= 3).all()
    assert sent.processed_online[sent.channel_in == 1].all()


@given(st.sampled_from(SEEDS), st.integers(0, 14))
@settings(max_examples=25)
def test_without_a_cause_no_earlier_dossier_and_no_other_unit_changes(seed, number):
    scenario = small_scenario()
    sent, handling, _ = simulated(seed)
    injection = scenario.injections[number]
    without = ProcessSimulator(sent, scenario.without(injection), Streams(seed, len(sent))).run()
    elsewhere = sent.office != scenario.office_index[injection.unit_id]
    earlier = sent.submitted_day.astype("datetime64[D]") < np.datetime64(injection.first)
    resolved_before = handling.resolved < handling.received[~earlier & ~elsewhere].min(
        initial=2**62
    )
    same = handling.resolved == without.resolved
    assert same[elsewhere | (earlier & resolved_before)].all()
