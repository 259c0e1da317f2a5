"""Where the log lets a cause be told: a part of its own, or one that was put down to it."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from workbench.warehouse import Warehouse

MARCH = dt.date(2022, 3, 1)
LATE = [("A1", 1, "A"), ("A2", 2, "A"), ("B1", 3, "B")]
IN_TIME = ("A3", 4, "A")
PARTS = [
    # dossier, part
    (1, "transfer"),
    (1, "sign"),
    (2, "gap_or_queue"),
    (2, "queue_or_work"),
    (3, "any"),
    (3, "unlogged"),
    (4, "intake"),
]
WEIGHED = [(2, "queue"), (4, "assignment_wait")]
"""What could not be told apart of A2 was put down to the queue."""


@pytest.fixture(scope="module")
def told(pipelines_dir, reference_dir) -> set[tuple[str, str]]:
    def frame(rows, *names: str) -> pl.DataFrame:
        return pl.DataFrame(rows, schema=list(names), orient="row")

    late = frame(LATE, "dossier_id", "dossier_no", "unit_id").with_columns(ended_on=MARCH)
    judged = frame([*LATE, IN_TIME], "dossier_id", "dossier_no", "unit_id")
    with Warehouse(pipelines_dir) as warehouse:
        warehouse.attach(reference_dir)
        warehouse.add_frame("cause_list", warehouse.query("explain/cause_list"))
        warehouse.add_frame("late_dossiers", late.drop("dossier_no"))
        warehouse.add_frame("cause_dossiers", judged.drop("unit_id"))
        warehouse.add_frame("attributable_time", frame(PARTS, "dossier_no", "part"))
        warehouse.add_frame("attributed_time", frame(WEIGHED, "dossier_no", "cause"))
        period = [("2022-Q1", dt.date(2022, 1, 1), dt.date(2022, 3, 31))]
        warehouse.add_frame("periods", frame(period, "period", "starts_on", "ends_on"))
        rows = warehouse.query("explain/observable_causes")
    assert set(rows["period"]) == {"2022-Q1"}
    return {(unit, cause) for unit, cause in rows.select("unit_id", "cause").iter_rows()}


def causes(told: set[tuple[str, str]], unit: str) -> set[str]:
    return {cause for of, cause in told if of == unit}


def test_parts_of_a_late_dossier_let_their_causes_be_told(told):
    assert {"portal_transfer", "signature_wait", "batching"} <= causes(told, "A")


def test_what_cannot_be_told_apart_counts_where_it_was_put_down(told):
    assert "queue" in causes(told, "A")
    assert "slow_work" not in causes(told, "A")


def test_without_steps_only_the_due_date_can_be_told(told):
    assert causes(told, "B") == {"due_date_error"}


def test_what_dossiers_in_time_show_tells_nothing_of_late_ones(told):
    assert not causes(told, "A") & {"intake_delay", "assignment_wait"}


def test_all_units_together_tell_what_any_tells(told):
    assert causes(told, "*") == causes(told, "A") | causes(told, "B")
