"""Waiting by cause against logs whose waiting is known: made by hand, and with hidden delays."""

from __future__ import annotations

import json
from itertools import pairwise

import polars as pl
import pytest

from workbench.privacy import staff_ids
from workbench.project import Project
from workbench.sources import deliveries, find_profile, ingest
from workbench.waiting import WAITING_CAUSES, waits
from workbench.warehouse import Warehouse
from workbench.worktime import Calendars

pytestmark = pytest.mark.shared

KEY = "a secret of sixteen letters"
WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
HOURS = dict.fromkeys(("unit_id", "holder_id", "weekday", "opens", "closes"), pl.String)
SPELT = {"prioritisation": "prioritization"}
"""The published figures spell one cause the other way."""


@pytest.fixture(scope="module")
def cleaned(shared_data, repository, tmp_path_factory):
    """Ingest and clean a folder of the registers; returns the folder of its clean tables."""

    def run(name: str):
        room = tmp_path_factory.mktemp(name)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("WORKBENCH_KEY", KEY)
            files = deliveries([shared_data / name], find_profile(name, repository.reference))
            ingest(files, room / "landed")
        calendars = Calendars.read(repository.reference / "calendars")
        with Warehouse(repository.pipelines) as warehouse:
            warehouse.attach(room / "landed")
            warehouse.attach(repository.reference)
            warehouse.register("calendar_days", calendars.days())
            warehouse.build("clean", wanted=("steps", "dossiers"))
            warehouse.write(("steps", "dossiers"), room / "clean")
        return room / "clean"

    return run


def hours_of(published: dict) -> pl.DataFrame:
    """The published calendars as working hours of the ids that stand for the holders."""
    rows = [
        (None, name, str(WEEKDAYS.index(slot["from"]) + 1), slot["beginTime"], slot["endTime"])
        for name, slots in published["calendar"].items()
        for slot in slots
    ]
    named = pl.DataFrame(rows, schema=HOURS, orient="row")
    ids = staff_ids(named["holder_id"], KEY.encode(), "kronos")
    return named.with_columns(ids.alias("holder_id"))


def hours_by_unit(found: pl.DataFrame) -> dict[str, dict[str, float]]:
    """Hours waited per unit: in total and by cause."""
    columns = ("wait", *WAITING_CAUSES)
    sums = found.group_by("unit_id").agg(pl.col(f"{c}_seconds").sum() / 3600 for c in columns)
    return {row["unit_id"]: {c: row[f"{c}_seconds"] for c in columns} for row in sums.to_dicts()}


def test_waiting_hours_of_the_hand_made_logs_are_those_published_to_the_minute(
    cleaned, shared_data, repository: Project
):
    published = json.loads((shared_data / "kronos" / "expected.json").read_text("utf-8"))
    found = hours_by_unit(waits(cleaned("kronos"), repository, hours=hours_of(published)))
    expected = {
        log: {
            "wait": told["wt_total"],
            **{c: told[f"wt_{SPELT.get(c, c)}"] for c in WAITING_CAUSES},
        }
        for log, told in published["expected_waiting_hours"].items()
    }
    assert found == expected


@pytest.fixture(scope="module")
def extraneous(cleaned, repository) -> pl.DataFrame:
    return waits(cleaned("extraneous"), repository)


LOGS = {
    "Loan_Application": ("", "_1_timer", "_3_timers", "_5_timers"),
    "Pharmacy": ("", "_1_timer", "_3_timers", "_5_timers"),
}
"""Each process with none, one, three and five hidden delays; hours are learned from the stamps."""


@pytest.mark.parametrize("process", LOGS)
def test_nothing_is_blamed_where_no_delay_is_hidden(extraneous, process):
    found = hours_by_unit(extraneous)[process]
    assert found["wait"] > 50
    assert found["extraneous"] <= 0.01


@pytest.mark.parametrize("process", LOGS)
def test_as_many_steps_wait_without_a_cause_as_delays_are_hidden(extraneous, process):
    held = extraneous.filter(pl.col("extraneous_seconds") > 0)
    steps = {
        ending: held.filter(pl.col("unit_id") == process + ending)["step"].n_unique()
        for ending in LOGS[process]
    }
    assert steps == {"": 0, "_1_timer": 1, "_3_timers": 3, "_5_timers": 5}


@pytest.mark.parametrize("process", LOGS)
def test_extraneous_waiting_rises_with_the_number_of_hidden_delays(extraneous, process):
    """Per task that passes the delayed steps: fewer applications come back in the last loan log."""
    rises = [
        extraneous.filter(pl.col("unit_id") == process + ending)
        .group_by("step")
        .agg(pl.col("extraneous_seconds").mean())["extraneous_seconds"]
        .sum()
        for ending in LOGS[process]
    ]
    assert all(fewer < more for fewer, more in pairwise(rises)), rises


def test_total_extraneous_hours_by_log_are_these(extraneous):
    found = {log: round(told["extraneous"], 1) for log, told in hours_by_unit(extraneous).items()}
    assert found == {
        "Loan_Application": 0.0,
        "Loan_Application_1_timer": 125.2,
        "Loan_Application_3_timers": 1176.6,
        "Loan_Application_5_timers": 1084.2,
        "Pharmacy": 0.0,
        "Pharmacy_1_timer": 33.3,
        "Pharmacy_3_timers": 76.0,
        "Pharmacy_5_timers": 163.9,
    }
