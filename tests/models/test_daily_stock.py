"""The open caseload day by day follows the rule of the stock at a period's close."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from workbench.core.vocabulary import Period
from workbench.figures.on_request import count_on_request, up_to_each_day

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


@pytest.fixture
def daily_stock(folder, repository):
    """The open caseload of January 2022: ``daily_stock(profile, until) -> frame``."""

    def count(profile: str, until: dt.date):
        spans = up_to_each_day(Period.parse("2022-01"), until)
        found = count_on_request(
            ["daily_stock"], [folder], repository, profile=profile, spans=spans
        )
        return found["daily_stock"]

    return count


@pytest.mark.parametrize(
    ("profile", "first_overdue"), [("wb_strict", None), ("form07a", dt.date(2022, 1, 10))]
)
def test_a_dossier_on_pause_is_overdue_only_where_its_clock_runs(
    daily_stock, profile, first_overdue
):
    stock = daily_stock(profile, dt.date(2022, 2, 5))
    assert stock["day"].to_list() == [dt.date(2022, 1, day) for day in range(4, 32)]
    assert stock["n_open"].unique().to_list() == [1]
    overdue = stock.filter(stock["n_overdue"] > 0)["day"]
    assert overdue.min() == first_overdue


def test_days_after_the_snapshot_are_left_out(daily_stock):
    assert daily_stock("wb_strict", dt.date(2022, 1, 6))["day"].max() == dt.date(2022, 1, 6)
