"""The open caseload day by day follows the rule of the stock at a period's close."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from workbench.clock.lateness import lateness_profiles
from workbench.core.vocabulary import Period
from workbench.figures.stock import count_daily_stock

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def at(day: int, month: int = 1) -> dt.datetime:
    return dt.datetime(2022, month, day, 9, tzinfo=ZONE)


@pytest.fixture(scope="module")
def folder(run_clock, tmp_path_factory):
    """One dossier received on 4 January, due on the 10th, on pause from the 7th into February."""
    dossier = {
        "dossier_id": "A",
        "unit_id": "U1",
        "received_at": at(4),
        "due_at": at(10),
        "resolved_at": at(16, 2),
        "status": "resolved",
        "snapshot_at": at(30, 6),
    }
    pause = {"dossier_id": "A", "pause_no": 1, "reason": "supplement"}
    pauses = [{**pause, "paused_at": at(7), "resumed_at": at(15, 2)}]
    tables = run_clock([dossier], pauses=pauses, tables=("dossiers", "outcomes", "pause_spells"))
    made = tmp_path_factory.mktemp("clocked")
    for name, frame in tables.items():
        frame.write_parquet(made / f"{name}.parquet")
    return made


@pytest.mark.parametrize(
    ("profile", "first_overdue"), [("wb_strict", None), ("form07a", dt.date(2022, 1, 10))]
)
def test_a_dossier_on_pause_is_overdue_only_where_its_clock_runs(
    folder, pipelines_dir, reference_dir, profile, first_overdue
):
    listed = lateness_profiles(reference_dir / "profiles").filter(profile=profile)
    stock = count_daily_stock(
        [folder], pipelines_dir, listed, period=Period.parse("2022-01"), until=dt.date(2022, 1, 31)
    )
    assert stock["day"].to_list() == [dt.date(2022, 1, day) for day in range(4, 32)]
    assert stock["n_open"].unique().to_list() == [1]
    overdue = stock.filter(stock["n_overdue"] > 0)["day"]
    assert overdue.min() == first_overdue


def test_days_after_the_snapshot_are_left_out(folder, pipelines_dir, reference_dir):
    listed = lateness_profiles(reference_dir / "profiles").filter(profile="wb_strict")
    stock = count_daily_stock(
        [folder], pipelines_dir, listed, period=Period.parse("2022-01"), until=dt.date(2022, 1, 6)
    )
    assert stock["day"].max() == dt.date(2022, 1, 6)
