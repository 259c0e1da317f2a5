"""Dossiers saved under a scenario: those whose removed time is worth their overrun."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from workbench.warehouse import Warehouse

SCENARIOS = [
    ("moved", "shift", "portal_transfer"),
    ("by the rule", "rule", "portal_transfer"),
    ("signed", "shift", "signature_wait batching"),
    ("staffed", "queue", "queue"),
]
LATE = [
    # dossier, unit, ended on, overrun
    ("A1", "A", dt.date(2022, 3, 31), 100),
    ("A2", "A", dt.date(2022, 4, 1), 100),
    ("B1", "B", dt.date(2022, 3, 1), 100),
]
CAUSES = [
    ("A1", "portal_transfer", 100),
    ("A2", "portal_transfer", 99),
    ("A2", "signature_wait", 60),
    ("A2", "batching", 40),
    ("B1", "queue", 500),
]
OBSERVABLE = [
    ("portal_transfer", "A", "2022-Q1"),
    ("portal_transfer", "*", "2022-Q1"),
    ("portal_transfer", "A", "2022-Q2"),
    ("batching", "A", "2022-Q2"),
    ("signature_wait", "B", "2022-Q1"),
    ("batching", "B", "2022-Q1"),
]


@pytest.fixture(scope="module")
def counted(pipelines_dir):
    with Warehouse(pipelines_dir) as warehouse:
        warehouse.add_frame("scenarios", frame(SCENARIOS, "scenario", "kind", "causes"))
        late = frame(LATE, "dossier_id", "unit_id", "ended_on", "overrun_seconds")
        warehouse.add_frame("late_dossiers", late.with_columns(dominant_cause=pl.lit("queue")))
        warehouse.add_frame("causes", frame(CAUSES, "dossier_id", "cause", "excess_seconds"))
        dossiers = [(n, *row[:3]) for n, row in enumerate(LATE, start=1)]
        names = ("dossier_no", "dossier_id", "unit_id", "ended_on")
        warehouse.add_frame("cause_dossiers", frame(dossiers, *names))
        causes = [("portal_transfer", ["transfer"]), ("queue", ["queue"])]
        causes += [("signature_wait", ["sign"]), ("batching", ["sign"])]
        warehouse.add_frame("cause_list", frame(causes, "cause", "parts"))
        columns = {"dossier_no": pl.Int64, "cause": pl.String, "is_doubtful": pl.Boolean}
        warehouse.add_frame("cause_counterfactuals", pl.DataFrame(schema=columns))
        warehouse.add_frame("observable_causes", frame(OBSERVABLE, "cause", "unit_id", "period"))
        days = [("2022-Q1", dt.date(2022, 1, 1), dt.date(2022, 3, 31))]
        days += [("2022-Q2", dt.date(2022, 4, 1), dt.date(2022, 6, 30))]
        warehouse.add_frame("periods", frame(days, "period", "starts_on", "ends_on"))
        rows = warehouse.query("explain/whatif_counts")
    return {
        (r["scenario"], r["unit_id"], r["period"]): (r["n_late"], r["n_touched"], r["n_saved"])
        for r in rows.iter_rows(named=True)
    }


def frame(rows, *names: str) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=list(names), orient="row")


def test_time_worth_the_overrun_saves_and_a_second_less_does_not(counted):
    assert counted["moved", "A", "2022-Q1"] == (1, 1, 1)
    assert counted["moved", "A", "2022-Q2"] == (1, 1, 0)


def test_the_causes_of_a_scenario_are_taken_away_together(counted):
    assert counted["signed", "A", "2022-Q2"] == (1, 1, 1)


def test_all_units_together_count_every_late_dossier(counted):
    assert counted["moved", "*", "2022-Q1"] == (2, 1, 1)


def test_a_scenario_without_an_observable_cause_is_refused_and_no_other_is(counted):
    assert ("moved", "B", "2022-Q1") not in counted
    assert ("signed", "A", "2022-Q1") not in counted
    assert counted["signed", "B", "2022-Q1"] == (1, 0, 0)


@pytest.mark.parametrize("scenario", ["by the rule", "staffed"])
def test_transfers_by_the_rule_and_questions_of_capacity_are_never_shifted(counted, scenario):
    assert not [key for key in counted if key[0] == scenario]
