"""Causes in two public registers: no unit is blamed, and the reason is given.

Their logs hold the end of each step only, and most of the late dossiers' time lies outside every
step. A contender that blames the longest step blames the wrong one.
"""

from __future__ import annotations

import polars as pl
import pytest

from workbench.core.project import shipped
from workbench.warehouse import Warehouse

pytestmark = pytest.mark.shared

FORWARDING = "Doorsturen aan bevoegd gezag"


@pytest.fixture(scope="module")
def explained(clocked_register, reference_dir, calendars):
    """Take a register the whole way: ``explained("wabo", "wabo") -> tables by name``."""

    def run(profile: str, path: str) -> dict[str, pl.DataFrame]:
        work = clocked_register(profile, path)
        with Warehouse(shipped().pipelines) as warehouse:
            for folder in (work.clean, work.clock, reference_dir):
                warehouse.attach(folder)
            warehouse.add_frame("calendar_days", calendars.days())
            warehouse.set("profile", "due_instant")
            warehouse.build("explain", wanted=("causes", "late_dossiers"))
            return {
                name: warehouse.frame(name)
                for name in ("causes", "late_dossiers", "ledger", "steps")
            }

    return run


@pytest.fixture(scope="module")
def receipt(explained):
    return explained("receipt", "receipt/receipt.csv.gz")


@pytest.fixture(scope="module")
def wabo(explained):
    return explained("wabo", "wabo")


def unlogged(tables) -> float:
    """Share of the late dossiers' time that lies in no step."""
    late = tables["late_dossiers"].select("dossier_id")
    spent = tables["ledger"].join(late, on="dossier_id", how="semi")
    outside = spent.filter(pl.col("kind") == "unlogged")["work_seconds"].sum()
    return outside / spent["work_seconds"].sum()


@pytest.mark.parametrize(("register", "late"), [("receipt", 416), ("wabo", 2381)])
def test_every_second_of_a_register_is_put_down_to_something(register, late, request):
    tables = request.getfixturevalue(register)
    summed = (
        tables["causes"]
        .group_by("dossier_id")
        .agg(
            pl.col("late_seconds").sum(),
            (pl.col("late_share") * 1_000_000_000).round().sum().alias("parts"),
        )
    )
    both = tables["late_dossiers"].join(summed, on="dossier_id", how="left")
    assert both.height == late
    assert both["late_seconds"].to_list() == both["overrun_seconds"].to_list()
    assert set(both["parts"]) == {1_000_000_000}


@pytest.mark.parametrize(("register", "share"), [("receipt", 0.586), ("wabo", 0.623)])
def test_most_of_the_time_is_in_no_step_and_no_unit_is_blamed_for_it(register, share, request):
    tables = request.getfixturevalue(register)
    assert round(unlogged(tables), 3) == share
    assert set(tables["causes"]["cause"]) == {"unexplained"}
    assert "record_only" not in set(tables["late_dossiers"]["reality"])


def test_the_fastest_municipality_has_the_latest_forwarding_step(wabo):
    """Late against the step's own due date, yet the fewest late dossiers: no cause of lateness."""
    known = pl.all_horizontal(pl.col("step_due_at", "finished_at").is_not_null())
    forwarded = wabo["steps"].filter(known, pl.col("step") == FORWARDING)
    over = forwarded.group_by("unit_id").agg(
        (pl.col("finished_at") > pl.col("step_due_at")).mean().alias("late"), pl.len()
    )
    worst = over.filter(pl.col("len") > 100).sort("late").row(-1, named=True)
    assert (worst["unit_id"], round(worst["late"], 2)) == ("WABO_3", 0.64)
    units = wabo["late_dossiers"].group_by("unit_id").len().sort("len")
    assert units["unit_id"][0] == "WABO_3"
