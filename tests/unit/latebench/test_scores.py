"""Scores of answers that one can check by hand."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from workbench.core.errors import UsageProblem
from workbench.core.project import shipped
from workbench.figures.whatif import shifted
from workbench.latebench import QUICK, _grid, latebench
from workbench.latebench.comparison_scores import (
    score_eventual,
    score_intervals,
    score_traps,
    score_whatif,
)
from workbench.latebench.contenders import ContenderAnswer
from workbench.latebench.page import render
from workbench.latebench.run import Grid, Task, run_grid, summed_up
from workbench.latebench.scores import score
from workbench.latebench.truth import BenchTruth

TRUTH = BenchTruth(
    pl.DataFrame(
        [
            ("a", "portal_transfer", False, True, 100, 100),
            ("b", "portal_transfer", False, True, 100, 40),
            ("c", "queue", False, True, 100, 50),
            ("d", "batching", False, True, 100, 49),
            ("e", "record_lag", True, True, 100, 100),
            ("f", "record_lag", True, False, 100, 100),
            ("g", "none", None, True, 100, 0),
        ],
        schema=[
            *("dossier_id", "cause", "record_only", "has_second_source"),
            *("overrun_seconds", "avoidable_seconds"),
        ],
        orient="row",
    ),
    pl.DataFrame(
        [
            ("U1", "2023-Q1", "queue", 5, True),
            ("U2", "2023-Q2", "batching", 3, True),
            ("U3", "2023-Q3", "slow_work", 1, False),
            ("U4", "2024-Q1", "queue", 9, True),
        ],
        schema=["unit_id", "period", "cause", "n_saved", "is_true"],
        orient="row",
    ),
    pl.DataFrame(),
    {},
    pl.DataFrame(),
    0.0,
)


def dossier_causes(**causes: tuple[str, str]) -> pl.DataFrame:
    rows = [(dossier, *answer) for dossier, answer in causes.items()]
    return pl.DataFrame(rows, schema=["dossier_id", "cause", "reality"], orient="row")


def cause_cells(*cells: tuple[str, str, str]) -> pl.DataFrame:
    schema = dict.fromkeys(("unit_id", "period", "cause"), pl.String)
    return pl.DataFrame(list(cells), schema=schema, orient="row")


ANSWER = ContenderAnswer(
    dossier_causes(
        a=("portal_transfer", "real"),
        b=("queue", "real"),
        c=("queue", "record_only"),
        d=("signature_wait", "real"),
        e=("record_lag", "record_only"),
        f=("record_lag", "undecidable"),
    ),
    cause_cells(
        ("U1", "2023-Q1", "queue"),
        ("U2", "2023-Q2", "signature_wait"),
        ("U3", "2023-Q3", "slow_work"),
        ("U5", "2023-Q1", "record_lag"),
        ("U6", "2024-Q1", "queue"),
    ),
)


def test_dossiers_are_scored_on_those_an_injected_cause_made_later():
    found = score(TRUTH, ANSWER)
    assert found["dominant"] == pytest.approx(5 / 6)
    assert found["dominant_strict"] == pytest.approx(4 / 6)
    assert found["mixed_up"] == pytest.approx(1 / 5)
    assert found["dominant:portal_transfer"] == 0.5


def test_dossiers_of_which_the_cause_is_the_smaller_part_are_scored_apart():
    """Of six, two owe less than half of their overrun to it, one of which is named rightly."""
    found = score(TRUTH, ANSWER)
    assert found["half_share"] == pytest.approx(4 / 6)
    assert found["dominant_half"] == pytest.approx(4 / 4)


def test_a_coarser_name_is_right_for_the_causes_it_stands_for():
    coarse = dossier_causes(a=("handover", "real"), c=("handover", "real"), d=("handover", "real"))
    cells = cause_cells(("U1", "2023-Q1", "handover"), ("U2", "2023-Q2", "handover"))
    found = score(TRUTH, ContenderAnswer(coarse, cells))
    assert found["dominant"] == pytest.approx(2 / 6)
    assert found["dominant_strict"] == 0
    assert found["dominant:batching"] == 0
    assert (found["cells_right"], found["cells_false"]) == (1, 1)


def test_late_on_record_is_scored_where_a_second_date_exists():
    found = score(TRUTH, ANSWER)
    assert found["record_only_precision"] == 0.5
    assert found["record_only_recall"] == 1.0
    assert found["undecidable"] == 1.0


def test_cells_that_save_few_are_neither_right_nor_wrong_and_next_year_does_not_count():
    found = score(TRUTH, ANSWER)
    assert found["cells_named"] == 4
    assert found["cells_right"] == 2
    assert found["cells_false"] == found["cells_false_not_queue"] == 1
    assert found["cell_precision"] == pytest.approx(2 / 3)
    assert found["cell_recall"] == 1.0


def test_seeds_are_summed_up_by_median_and_extremes():
    tasks = [Task("full", 8, 1.0, seed) for seed in (1, 2, 3)]
    runs = [
        (t, {"workbench": {"dominant": v}}) for t, v in zip(tasks, (0.5, 0.9, 0.7), strict=True)
    ]
    row = summed_up(runs).row(0, named=True)
    assert (row["median"], row["low"], row["high"], row["seeds"]) == (0.7, 0.5, 0.9, 3)


def test_a_small_grid_gives_a_table_and_a_page_and_the_same_task_the_same_scores(runner):
    grid = Grid(tiers=("full", "finish_only"), sizes=(6,), doses=(1.0,), seeds=(3,))
    seen: list[int] = []
    table = run_grid(
        grid, shipped(), progress=lambda done, _all, task: seen.append(done), workers=1
    )
    assert seen == [1, 2, 3]
    assert set(table["contender"]) == {"workbench", "dashboard"}
    task = Task("finish_only", 6, 1.0, 3)
    again = summed_up([(task, runner.run(task))])
    assert again.write_csv() == table.filter(pl.col("tier") == "finish_only").write_csv()
    page = render(table.write_csv())
    assert "## Figures to reach" in page
    assert "## Worse registers" in page


def test_a_list_that_cannot_be_read_is_refused_and_named():
    assert _grid(QUICK, {"seeds": "2,4-5"}).seeds == (2, 4, 5)
    for name, text in (("tiers", "fulll"), ("sizes", "many"), ("seeds", "0"), ("doses", ",")):
        with pytest.raises(UsageProblem, match=f"--{name}"):
            _grid(QUICK, {name: text})


PLACES = pl.DataFrame(
    [
        ("U1", "2023-Q1", "understaffing", "queue"),
        ("U2", "2023-Q2", "signing_days", "batching"),
        ("U5", "2023-Q1", "hard_mix", ""),
        ("U7", "2023-Q1", "small_unit", ""),
    ],
    schema=["unit_id", "period", "kind", "cause"],
    orient="row",
)
PLACED = replace(TRUTH, places=PLACES, saved={"transfer_same_day": 20, "record_same_day": 4})
JUDGED = pl.DataFrame(
    [
        ("U1", "2023-Q1", "queue", 6.0, 2.0, 9.0, True),
        ("U2", "2023-Q2", "batching", 0.5, 0.0, 1.0, False),
        ("U2", "2023-Q2", "signature_wait", 2.0, 1.0, 4.0, True),
        ("U5", "2023-Q1", "slow_work", 3.0, 1.0, 5.0, True),
    ],
    schema=["unit_id", "period", "cause", "excess", "lower", "upper", "flagged"],
    orient="row",
)


def test_intervals_are_compared_with_what_switching_off_saves():
    found = score_intervals(PLACED, JUDGED)
    assert found["interval"] == 1.0
    assert found["attributed"] == pytest.approx((6 + 2) / (5 + 3))
    wrong = JUDGED.with_columns(upper=pl.col("upper") / 2)
    assert score_intervals(PLACED, wrong)["interval:queue"] == 0.0


def test_a_trap_named_is_blamed_and_an_absent_one_is_not_scored():
    assert score_traps(PLACED, JUDGED) == {"mix_blamed": 1.0, "small_unit_blamed": 0.0}


def test_what_if_is_compared_with_a_simulation_of_the_scenario():
    counts = pl.DataFrame(
        [("transfer_same_day", "*", "2023", 50, 30, 22), ("record_same_day", "*", "2023", 9, 9, 9)],
        schema=["scenario", "unit_id", "period", "n_late", "n_touched", "n_saved"],
        orient="row",
    ).with_columns(n_least=pl.col("n_saved") - 2, n_most=pl.col("n_saved") + 2)
    found = score_whatif(PLACED, shifted(counts))
    assert found == {
        "whatif_run:transfer_same_day": 1.0,
        "whatif:transfer_same_day": 0.1,
        "whatif_held:transfer_same_day": 1.0,
    }
    refused = counts.filter(pl.col("scenario") != "transfer_same_day")
    assert score_whatif(PLACED, shifted(refused)) == {"whatif_run:transfer_same_day": 0.0}


def test_finish_stamps_alone_refuse_to_say_what_other_transfers_or_work_would_have_saved(
    analysed,
):
    whole, bare = (analysed(tier).whatif for tier in ("full", "finish_only"))
    asked = set(whole["scenario"]) - set(bare["scenario"])
    unanswered = {"transfer_same_day", "transfer_as_usual", "assign_same_day", "work_in_norm"}
    assert asked == unanswered


def eventual_scores(analysis, truth):
    return score_eventual(truth, analysis.progress, analysis.passages)


def test_a_share_of_recent_dossiers_is_compared_with_the_final_one(bench, analysed):
    case = bench("open_dossiers")
    recent = case.truth.recent
    assert 0 < recent.height < case.register.dossiers.height
    found = eventual_scores(analysed("open_dossiers"), case.truth)
    assert set(found) == {"eventual", "closed_only", "eventual_held"}
    sure = replace(case.truth, recent=recent.with_columns(is_late=pl.lit(value=False)))
    share = recent["is_late"].mean()
    closed_share = eventual_scores(analysed("open_dossiers"), sure)["closed_only"]
    assert found["closed_only"] == pytest.approx(abs(closed_share - share))


def test_with_nothing_open_there_is_no_share_to_correct(bench, analysed):
    assert eventual_scores(analysed("full"), bench("full").truth) == {}


def test_a_python_without_pm4py_is_refused_before_anything_runs(tmp_path):
    for python in (tmp_path / "nowhere", Path(sys.executable)):
        with pytest.raises(UsageProblem, match="pm4py"):
            latebench(shipped(), out=tmp_path / "out", asked={}, quick=True, pm4py=python)
    assert not (tmp_path / "out").exists()


def test_pm4py_contends_on_part_of_the_main_tier():
    grid = Grid(seeds=(7, 8, 9, 10))
    assert grid.has_pm4py(Task("full", 25, 1.0, 9))
    assert not grid.has_pm4py(Task("full", 25, 1.0, 10))
    assert not grid.has_pm4py(Task("date_only", 60, 1.0, 7))
