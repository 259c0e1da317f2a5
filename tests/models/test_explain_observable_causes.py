"""Where the log makes a cause observable: time of its class, or time attributed to it."""

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
"""The ambiguous time of A2 was attributed to the queue."""


@pytest.fixture(scope="module")
def observable(pipelines_dir, reference_dir) -> set[tuple[str, str]]:
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


def causes(observable: set[tuple[str, str]], unit: str) -> set[str]:
    return {cause for of, cause in observable if of == unit}


def test_the_time_of_a_late_dossier_makes_its_causes_observable(observable):
    assert {"portal_transfer", "signature_wait", "batching"} <= causes(observable, "A")


def test_ambiguous_time_counts_where_it_was_attributed(observable):
    assert "queue" in causes(observable, "A")
    assert "slow_work" not in causes(observable, "A")


def test_without_steps_only_the_due_date_is_observable(observable):
    assert causes(observable, "B") == {"due_date_error"}


def test_dossiers_in_time_make_no_cause_of_late_ones_observable(observable):
    assert not causes(observable, "A") & {"intake_delay", "assignment_wait"}


def test_all_units_together_have_every_cause_observable_in_any(observable):
    assert causes(observable, "*") == causes(observable, "A") | causes(observable, "B")
