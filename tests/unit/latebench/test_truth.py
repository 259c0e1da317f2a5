"""The truth: what switching a cause off changes, and the clock that agrees with it."""

from __future__ import annotations

import polars as pl
import pytest

from workbench.latebench.plan import CAUSE_OF
from workbench.latebench.run import Task, make_case
from workbench.latebench.truth import NONE

LATE = ("late", "open_overdue")


def test_with_nothing_put_in_no_late_dossier_has_a_cause(bench):
    truth = bench(dose=0.0).truth
    assert truth.dossiers.height
    assert set(truth.dossiers["cause"]) == {NONE}
    assert truth.cells.is_empty()


def test_a_cause_cuts_at_most_the_overrun_and_none_cuts_nothing(bench):
    late = bench("full").truth.dossiers
    assert late.filter(pl.col("avoidable_seconds") > pl.col("overrun_seconds")).is_empty()
    assert late.select(
        ((pl.col("cause") == NONE) == (pl.col("avoidable_seconds") == 0)).all()
    ).item()
    assert set(late["cause"]) <= {NONE, *CAUSE_OF.values()}


def test_true_cells_save_at_least_two(bench):
    cells = bench("full").truth.cells
    assert cells.filter("is_true").height
    assert cells.filter("is_true")["n_saved"].min() == 2
    assert cells.filter(~pl.col("is_true"))["n_saved"].max() == 1


def test_late_only_on_record_needs_a_forgotten_click(bench):
    assert not bench(dose=0.0).truth.dossiers["record_only"].any()
    caused = bench("full").truth.dossiers.filter("record_only")
    assert set(caused["cause"]) == {"record_lag"}


def test_with_clicks_made_at_once_only_the_paper_dates_the_result(bench):
    case = bench("late_clicks")
    dated = case.register.dossiers.filter(pl.col("paper_result_on").is_not_null())["dossier_id"]
    dossiers_with_a_second_source = case.truth.dossiers.filter("has_second_source")["dossier_id"]
    assert set(dossiers_with_a_second_source) <= set(dated)
    assert set(case.truth.dossiers["has_second_source"]) == {True, False}


@pytest.mark.parametrize("tier", ["full", "open_dossiers", "merged_unit"])
def test_the_clock_calls_the_same_dossiers_late_by_the_same_seconds(bench, analysed, tier):
    case = bench(tier)
    outcomes = analysed(tier).outcomes.filter(pl.col("outcome").is_in(LATE))
    clock = outcomes.select("dossier_id", overrun_seconds=-pl.col("slack_seconds"))
    truth_rows = case.truth.dossiers.select("dossier_id", "overrun_seconds")
    assert truth_rows.rows() == clock.sort("dossier_id").rows()


def test_the_quarter_of_a_late_dossier_is_the_one_in_which_the_workbench_counts_it(bench, analysed):
    from workbench.latebench.contenders import quarterly

    counted = quarterly(analysed("full")).filter("is_late")
    truth_rows = bench("full").truth.dossiers.select("dossier_id", "unit_id", "period")
    assert truth_rows.rows() == counted.select(truth_rows.columns).rows()


def test_kept_to_the_rule_no_transfer_lies_overnight_but_one_after_the_cut_off(calendar):
    from workbench.latebench.plan import draw_plan
    from workbench.latebench.world import ASSIGN, INTAKE, World

    world = World(calendar, seed=3, per_cell=8)
    times = world.simulate_plan(draw_plan(3, 1.0).with_same_day_transfers())
    left, reached = times.finished[:, INTAKE], times.arrived[:, ASSIGN]
    nights = (reached - 1) // world.day - (left - 1) // world.day
    early = (left - 1) % world.day + 1 < 6 * 3600
    assert nights[early].max() == 0
    assert nights.max() == 1
    assert ((reached[nights == 1] - 1) % world.day < 3600).all()


def test_what_if_truth_is_simulated_again(bench):
    truth = bench("full").truth
    assert truth.saved["record_same_day"] == truth.dossiers["record_only"].sum()
    assert 0 < truth.saved["transfer_same_day"] <= truth.dossiers.height
    assert bench(dose=0.0).truth.saved["record_same_day"] == 0


def test_harder_dossiers_truly_make_their_cell_later_and_are_no_cause(calendar):
    truth = make_case(calendar, Task("full", 60, 1.0, 3)).truth
    assert truth.mix_gap > 0.05
    traps = truth.places.filter(pl.col("cause") == "")
    assert set(traps["kind"]) == {"hard_mix", "supplements", "small_unit"}
    assert truth.cells.join(traps, on=["unit_id", "period"], how="semi").is_empty()
