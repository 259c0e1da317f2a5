"""Tables that statistics make keep their keys and promises, or the stage stops before it writes."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from workbench.core.errors import RuleFailed
from workbench.warehouse import Warehouse

GROUP = {"profile": "wb_strict", "unit_id": "U1", "period": "2022-01"}
GROUP |= {"procedure_id": "*", "channel_in": "*"}
KEPT = {
    "measures": {
        "measure": "late_done",
        **GROUP,
        "numerator": 1,
        "denominator": 4,
        "value": 0.25,
        "lower": 0.05,
        "upper": 0.7,
        "method": "wilson",
        "design_effect": 1.5,
        "evidence_level": 1,
    },
    "cells": {
        "profile": "wb_strict",
        "unit_id": "U1",
        "period": "2022-01",
        "cause": "queue",
        "n_dossiers": 9,
        "n_late": 3,
        "observed": 2.0,
        "expected": 1.0,
        "excess": 1.0,
        "lower": -1.0,
        "upper": 3.0,
        "p_value": 0.4,
        "q_value": 0.8,
        "flagged": False,
        "reading": None,
        "evidence_level": 2,
    },
    "whatif": {
        "profile": "wb_strict",
        "scenario": "no_queue",
        "unit_id": "U1",
        "period": "2022-01",
        "n_late": 3,
        "n_touched": 2,
        "n_saved": 1,
        "lower": 0.1,
        "upper": 1.9,
        "method": "timeline_range",
        "assumption": "hàng chờ không đổi",
        "assumption_en": "queues stay as they were",
        "evidence_level": 3,
    },
    "watchlist": {
        "profile": "wb_strict",
        "dossier_id": "D1",
        "unit_id": "U1",
        "due_at": dt.datetime(2022, 1, 10, tzinfo=dt.UTC),
        "slack_seconds": 3600,
        "spent": 0.5,
        "risk": 0.4,
        "lower": 0.2,
        "upper": 0.6,
        "waiting_at": "check",
        "kind": "work",
        "is_after_step": False,
        "step_unit_id": "U1",
        "holder_id": "h1",
        "since_at": dt.datetime(2022, 1, 5, tzinfo=dt.UTC),
        "method": "speed_km",
        "evidence_level": 2,
    },
    "past_lists": {
        "profile": "wb_strict",
        "listed_on": dt.date(2022, 1, 31),
        "n_dossiers": 9,
        "n_late": 3,
        "expected": 2.5,
        "variance": 1.5,
    },
}
BREAKS = [
    ("measures", {"numerator": 5}, "unit U1, period 2022-01"),
    ("measures", {"denominator": None}, "denominator = -"),
    ("measures", {"value": None}, "value = -"),
    ("measures", {"period": None}, "period = -"),
    ("cells", {"q_value": None}, "q_value = -"),
    ("cells", {"q_value": 1.5}, "unit U1, period 2022-01"),
    ("cells", {"flagged": True}, "flagged = True"),
    ("cells", {"n_late": 1}, "observed = 2.0"),
    ("cells", {"lower": 2.0}, "excess = 1.0"),
    ("whatif", {"n_saved": 4}, "n_saved = 4"),
    ("whatif", {"upper": None}, "upper = -"),
    ("whatif", {"assumption": None}, "assumption = -"),
    ("whatif", {"profile": None}, "key profile, scenario"),
    ("past_lists", {"n_late": 10}, "n_late = 10"),
    ("past_lists", {"expected": None}, "expected = -"),
    ("watchlist", {"risk": None}, "dossier D1"),
    ("watchlist", {"slack_seconds": -1}, "risk = 0.4"),
    ("watchlist", {"dossier_id": None}, "dossier_id = -"),
]


@pytest.mark.parametrize(("table", "change", "words"), BREAKS)
def test_a_table_of_the_statistics_that_breaks_its_promise_stops_the_stage(
    pipelines_dir, table, change, words
):
    row = KEPT[table]
    schema = pl.DataFrame([row]).schema
    with Warehouse(pipelines_dir) as warehouse:
        warehouse.check_frames("figures", {table: pl.DataFrame([row], schema)})
        with pytest.raises(RuleFailed) as problem:
            warehouse.check_frames("figures", {table: pl.DataFrame([row | change], schema)})
    assert problem.value.exit_code == 4
    assert words in str(problem.value)
    assert "fault of the program" in str(problem.value)


@pytest.mark.parametrize("table", KEPT)
def test_a_row_counted_twice_in_a_table_of_the_statistics_stops_the_stage(pipelines_dir, table):
    frame = pl.DataFrame([KEPT[table]] * 2)
    with (
        Warehouse(pipelines_dir) as warehouse,
        pytest.raises(RuleFailed, match="is counted 2 times instead of once"),
    ):
        warehouse.check_frames("figures", {table: frame})
