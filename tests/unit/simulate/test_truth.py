"""The truth about lateness adds up, and is what living the dossiers again really gives."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from workbench.testing.simulate.register import SimulatedRegister
from workbench.testing.simulate.scenario import INJECTED
from workbench.testing.simulate.truth import ORDINARY, ground_truth

LATE = ["late", "open_overdue"]


def test_the_truth_has_every_late_dossier_and_no_other(register: SimulatedRegister, sample):
    late = register.dossiers.filter(pl.col("outcome").is_in(LATE))
    assert set(sample.causes()["dossier_id"]) == set(late["dossier_id"])


def test_late_seconds_are_those_of_the_register(register: SimulatedRegister, sample):
    truth = sample.causes().join(register.dossiers, on="dossier_id", suffix="_register")
    assert (truth["late_seconds"] == truth["late_seconds_register"]).all()
    assert (truth["outcome"] == truth["outcome_register"]).all()


def test_one_cause_of_each_late_dossier_is_dominant(sample):
    dominant = sample.causes().group_by("dossier_id").agg(pl.col("dominant").sum())
    assert (dominant["dominant"] == 1).all()


def test_the_dominant_cause_saves_most(sample):
    saved = sample.causes().with_columns(
        saved=pl.col("late_seconds") - pl.col("late_seconds_without")
    )
    best = saved.group_by("dossier_id").agg(most=pl.col("saved").max())
    chosen = saved.filter("dominant").join(best, on="dossier_id")
    assert (chosen["saved"] == chosen["most"]).all()


def test_but_for_means_not_late_at_all(sample):
    causes = sample.causes()
    assert (causes.filter("but_for")["late_seconds_without"] == 0).all()
    assert (causes.filter(~pl.col("but_for"))["late_seconds_without"] > 0).all()


def test_ordinary_lateness_stands_alone_and_stays(sample):
    causes = sample.causes()
    ordinary = causes.filter(pl.col("cause") == ORDINARY)
    assert len(ordinary) > 0
    assert (ordinary["late_seconds"] == ordinary["late_seconds_without"]).all()
    others = causes.filter(pl.col("cause") != ORDINARY)
    assert not set(ordinary["dossier_id"]) & set(others["dossier_id"])


def test_cells_count_what_the_register_holds(register: SimulatedRegister, sample):
    counted = register.dossiers.group_by("unit_id", "period").agg(
        n=pl.len(), late=pl.col("outcome").is_in(LATE).sum()
    )
    both = sample.cells().join(counted, on=["unit_id", "period"])
    assert len(both) == len(sample.cells())
    assert (both["n_dossiers"] == both["n"]).all()
    assert (both["n_late"] == both["late"]).all()


def test_cells_and_causes_agree_on_the_dossiers_saved(sample):
    key = ["unit_id", "period", "cause", "injected_unit", "injected_period"]
    saved = sample.causes().filter("but_for").group_by(key).agg(saved=pl.len())
    both = sample.cells().join(saved, on=key, how="left").fill_null(0)
    # A queue served in another order may make a few others late: never more saved than stated.
    assert (both["n_late"] - both["n_late_without"] <= both["saved"]).all()
    assert (both["n_late"] - both["n_late_without"]).sum() >= 0.95 * both["saved"].sum()


def test_the_truth_has_every_injected_cause(sample, world):
    truth = set(sample.cells().select("cause", "injected_unit", "injected_period").iter_rows())
    assert len(truth) == len(world.scenario.injections)
    assert {cause for cause, _, _ in truth} == set(INJECTED)


def test_every_injected_cause_makes_its_cell_late(sample):
    home = sample.cells().filter(
        pl.col("unit_id") == pl.col("injected_unit"), pl.col("period") == pl.col("injected_period")
    )
    assert (home["n_late"] - home["n_late_without"] >= 4).all()


def test_without_any_injection_few_are_late_and_all_of_them_ordinarily(world, register):
    healthy = world.scenario
    for injection in world.scenario.injections:
        healthy = healthy.without(injection)
    assert healthy.injections == ()
    snapshot = world.look(healthy)
    assert snapshot.late.mean() < 0.015
    plain = register.dossiers.with_columns(
        outcome=pl.Series(snapshot.outcomes)[register.dossiers["row"]],
        late_seconds=pl.Series(snapshot.overrun)[register.dossiers["row"]],
    )
    truth = ground_truth(world.look, healthy, plain)
    assert set(truth.causes["cause"]) == {ORDINARY}
    assert truth.cells.is_empty()


@pytest.mark.parametrize("number", range(0, 15, 3))
def test_late_without_a_cause_is_what_a_run_without_it_says(world, register, sample, number):
    injection = world.scenario.injections[number]
    without = world.look(world.scenario.without(injection))
    rows = register.dossiers.select("dossier_id", "row")
    truth = (
        sample.causes()
        .join(rows, on="dossier_id")
        .filter(pl.col("cause") == injection.cause, pl.col("injected_unit") == injection.unit_id)
    )
    truth = truth.filter(pl.col("period").str.starts_with(str(injection.first.year)))
    truth = truth.filter(
        pl.col("injected_period")
        == f"{injection.first.year}-H{1 if injection.first.month < 7 else 2}"
    )
    assert len(truth) > 0
    np.testing.assert_array_equal(
        without.overrun[truth["row"].to_numpy()], truth["late_seconds_without"].to_numpy()
    )
