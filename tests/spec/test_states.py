"""Open, resolved, withdrawn or rejected, and since which month: one table of cases for all counts.

The table (``states.csv``) is the definition: a dossier has a state under each kind of lateness
profile, whether or not it can be decided if it is late. Stamps are Vietnamese local time; the
export was taken on 15/03/2022 at 17:00. The manual shows the same table.
"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from workbench.clock.lateness import lateness_profiles
from workbench.explain import calendar_periods
from workbench.warehouse import Warehouse

TABLE = Path(__file__).with_name("states.csv")
PROFILES = ("wb_strict", "form06a", "huanvu_thongke", "huanvu_tra")
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
SNAPSHOT = dt.datetime(2022, 3, 15, 17, tzinfo=ZONE)
MONTHS = ("2022-01", "2022-02", "2022-03")


def cases() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def at(text: str) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE) if text else None


def dossier(number: int, case: dict[str, str]) -> dict[str, object]:
    stamps = {name: at(case[name]) for name in ("received", "due", "resolved", "returned")}
    return {
        "dossier_id": f"D{number:02d}",
        "unit_id": f"D{number:02d}",
        **{f"{name}_at": stamp for name, stamp in stamps.items()},
        "status": case["status"],
        "lateness_excluded": case["excluded"] or None,
        "snapshot_at": SNAPSHOT,
    }


@pytest.fixture(scope="module")
def counted(run_clock, pipelines_dir, reference_dir) -> dict[str, pl.DataFrame]:
    """The counts of every case, each in a unit of its own, by measures and by forms."""
    listed = list(enumerate(cases(), start=2))
    waiting = [(f"D{n:02d}", at(case["paused"])) for n, case in listed if case["paused"]]
    names = ("dossiers", "outcomes", "pause_spells", "receptions")
    tables = run_clock(
        [dossier(*entry) for entry in listed],
        pauses=[
            {"dossier_id": d, "pause_no": 1, "reason": "supplement", "paused_at": since}
            for d, since in waiting
        ],
        tables=names,
    )
    with Warehouse(pipelines_dir) as warehouse:
        for name, frame in tables.items():
            warehouse.add_frame(name, frame)
        warehouse.add_frame("profiles", lateness_profiles(reference_dir / "profiles"))
        months = calendar_periods(dt.date(2022, 1, 1), SNAPSHOT.date(), ("month",))
        warehouse.add_frame("periods", months)
        warehouse.set("by_field", True)
        warehouse.build("explain", wanted=("counts",))
        found = warehouse.frame("counts").filter(channel_in="*")
        return {
            "measures": found.filter(field_of_work="*").with_columns(
                pl.sum_horizontal("early", "on_time", "late", "unknown").alias("resolved"),
                pl.sum_horizontal("open_in_time", "open_overdue", "open_unknown").alias("open"),
            ),
            "forms": found.filter(pl.col("field_of_work") != "*").rename(
                {"done": "resolved", "open_total": "open"}
            ),
            "outcomes": tables["outcomes"],
        }


def months_of(case: str) -> dict[str, str]:
    """What each month must count a case as: open until the month in which it was closed."""
    state, _, month = case.partition(" ")
    before = [label for label in MONTHS if not month or label < month]
    return dict.fromkeys(before, "open") | ({month: state} if month else {})


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("table", ["measures", "forms"])
def test_every_count_follows_the_table_of_states(counted, table, profile):
    found, expected = [], []
    for number, case in enumerate(cases(), start=2):
        rows = counted[table].filter(profile=profile, unit_id=f"D{number:02d}").sort("period")
        kinds = ("resolved", "withdrawn", "rejected", "open")
        counts = {
            row["period"]: kind for row in rows.iter_rows(named=True) for kind in kinds if row[kind]
        }
        assert rows.select(pl.sum_horizontal(*kinds).alias("n"))["n"].max() == 1, case["case"]
        found.append(f"line {number}: {case['case']}: {counts}")
        expected.append(f"line {number}: {case['case']}: {months_of(case[profile])}")
    assert found == expected


@pytest.mark.parametrize("profile", PROFILES)
def test_outcomes_carry_the_state_that_the_table_says(counted, profile):
    rows = counted["outcomes"].filter(profile=profile).sort("dossier_id")
    assert rows["state"].to_list() == [case[profile].partition(" ")[0] for case in cases()]


def test_a_dossier_without_a_date_of_its_end_is_undecidable(counted):
    undated = [f"D{n:02d}" for n, c in enumerate(cases(), start=2) if c["excluded"] == "D08"]
    rows = counted["outcomes"].filter(pl.col("dossier_id").is_in(undated))
    assert set(rows["outcome"]) == {"unknown"}
