"""The stock of open dossiers at the end of a period, where some stand still at that moment."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from workbench.clock.lateness import lateness_profiles
from workbench.warehouse import Warehouse

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def at(text: str) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE) if text else None


@pytest.fixture(scope="module")
def counted(run_clock, pipelines_dir, reference_dir):
    """Stock at the end of January 2022 of one dossier received on the 4th and due on the 10th."""

    def run(paused: str, resumed: str, ended: str, due: str = "2022-01-10 17:00") -> dict[str, str]:
        dossier = {
            "dossier_id": "A",
            "received_at": at("2022-01-04 08:00"),
            "due_at": at(due),
            "resolved_at": at(ended),
            "status": "resolved" if ended else "in_progress",
            "snapshot_at": at("2022-06-30 17:00"),
        }
        stood = {"dossier_id": "A", "pause_no": 1, "reason": "supplement"}
        pauses = [{**stood, "paused_at": at(paused), "resumed_at": at(resumed)}] if paused else []
        tables = run_clock(
            [dossier], pauses=pauses, tables=("dossiers", "outcomes", "pause_spells")
        )
        days = {"starts_on": dt.date(2022, 1, 1), "ends_on": dt.date(2022, 1, 31)}
        with Warehouse(pipelines_dir) as warehouse:
            for name, frame in tables.items():
                warehouse.add_frame(name, frame)
            warehouse.add_frame("profiles", lateness_profiles(reference_dir / "profiles"))
            period = {"convention": "calendar", "period": "2022-01", **days}
            warehouse.add_frame("periods", pl.DataFrame([period]))
            warehouse.build("explain", wanted=("stock",))
            rows = warehouse.frame("stock")
        return dict(rows.select("profile", "state").rows())

    return run


def test_a_dossier_on_pause_at_the_end_of_the_period_is_not_overdue_then(counted):
    found = counted("2022-01-07 09:00", "2022-02-15 09:00", "2022-02-16 09:00")
    assert found["wb_strict"] == "open_in_time"
    assert found["form07a"] == "open_overdue"


def test_one_whose_pause_was_over_or_began_after_the_due_day_is_overdue(counted):
    over = counted("2022-01-05 09:00", "2022-01-07 09:00", "2022-02-16 09:00")
    after = counted("2022-01-12 09:00", "2022-02-15 09:00", "2022-02-16 09:00")
    assert over["wb_strict"] == after["wb_strict"] == "open_overdue"
    assert after["huanvu_thongke"] == "open_in_time"


def test_a_stock_without_due_date_is_unknown_by_ours_and_in_time_by_a_vendor(counted):
    found = counted("", "", "2022-02-16 09:00", due="")
    assert found["wb_strict"] == "open_unknown"
    assert found["opencps_stat"] == "open_in_time"


def test_what_ended_within_the_period_is_stock_only_where_collection_ends_it(counted):
    assert counted("", "", "2022-01-07 09:00") == {"huanvu_tra": "open_overdue"}


@pytest.mark.parametrize(
    ("arrived", "ended", "kind"),
    [
        ("2022-01-04 08:00", "", "transfer"),
        ("", "", "unlogged"),
        ("2022-01-04 08:00", "2022-02-01 09:00", "unlogged"),
    ],
    ids=["sent on, not yet received", "a log without arrivals", "closed without a further step"],
)
def test_the_time_after_the_last_finished_step(run_clock, arrived, ended, kind):
    """Between two holders where the log would know of an arrival; else nothing is known."""
    dossier = {
        "dossier_id": "A",
        "received_at": at("2022-01-04 08:00"),
        "due_at": at("2022-01-10 17:00"),
        "resolved_at": at(ended),
        "status": "resolved" if ended else "in_progress",
        "snapshot_at": at("2022-06-30 17:00"),
    }
    step = {
        "dossier_id": "A",
        "step_no": 1,
        "step": "intake",
        "step_kind": "intake",
        "arrived_at": at(arrived),
        "finished_at": at("2022-01-05 10:00"),
    }
    ledger = run_clock([dossier], [step], tables=("ledger",))["ledger"]
    last = ledger.sort("segment_no").row(-1, named=True)
    assert (last["kind"], last["phase"], last["step_no"]) == (kind, "gap", None)
