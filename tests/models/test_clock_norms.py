"""Norms that do not add up: made by hand, and as a real system was configured."""

from __future__ import annotations

import polars as pl
import pytest

from workbench.figures.norms import norm_audit

TASK = {"procedure_id": "P", "step": "s", "task": "t", "is_rework": False}


def audit(rows, **limits):
    known = pl.DataFrame(
        {"procedure_id": list(limits), "limit": list(limits.values())},
        schema={"procedure_id": pl.String, "limit": pl.Float64},
    )
    return norm_audit(pl.DataFrame([{**TASK, **row} for row in rows]), known)


def test_tasks_that_need_more_than_their_step_exceed_it():
    rows = [{"step_norm": 11.5, "task_norm": n} for n in (1, 11, 1)]
    step = audit(rows).filter(level="step").row(0, named=True)
    assert (step["difference"], step["finding"]) == (1.5, "exceeds")


def test_tasks_of_rework_are_not_added():
    rows = [{"step_norm": 2, "task_norm": 2}, {"step_norm": 2, "task_norm": 9, "is_rework": True}]
    assert audit(rows).filter(level="step")["finding"].to_list() == ["agrees"]


def test_steps_are_added_up_to_the_limit_of_the_procedure():
    rows = [{"step": s, "step_norm": n, "task_norm": n} for s, n in (("a", 4), ("b", 12))]
    found = audit(rows, P=15.0).filter(level="procedure").row(0, named=True)
    assert (found["parts"], found["difference"], found["finding"]) == (16.0, 1.0, "exceeds")


def test_an_unknown_norm_is_shown_as_unknown():
    rows = [
        {"step": "a", "step_norm": 0, "task_norm": 1},
        {"step": "b", "step_norm": 2, "task_norm": 0},
    ]
    found = audit(rows)["finding"].to_list()
    assert found == ["no_norm", "no_norm", "no_parts"]


@pytest.mark.shared
def test_yenbai_steps_and_their_tasks_do_not_add_up(shared_data):
    read = pl.read_csv(shared_data / "yenbai" / "workflow_steps.csv", infer_schema_length=None)
    tasks = read.select(
        pl.col("procedure").alias("procedure_id"),
        pl.col("step_first_task").alias("step"),
        "task",
        pl.col("step_days").alias("step_norm"),
        pl.col("task_days").alias("task_norm"),
        (pl.col("kind") == "rework").fill_null(False).alias("is_rework"),
    )
    limits = pl.DataFrame(schema={"procedure_id": pl.String, "limit": pl.Float64})
    steps = norm_audit(tasks, limits).filter(level="step")
    found = dict(steps["finding"].value_counts().rows())
    assert found == {"agrees": 13, "exceeds": 14, "short": 14, "no_parts": 9, "no_norm": 493}
    by_one_day = steps.filter(finding="exceeds", difference=1.0)
    assert by_one_day.height == 11
