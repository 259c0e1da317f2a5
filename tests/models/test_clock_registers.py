"""The identities of the ledger on real registers and on the sample, dossier by dossier."""

from __future__ import annotations

import polars as pl
import pytest

from workbench.clean import clean
from workbench.clock.stage import clock
from workbench.core.project import Project
from workbench.core.run_folders import RunFolders
from workbench.ingest import inbox_deliveries, ingest, shipped_profiles
from workbench.testing.simulate import simulate

TABLES = ("outcomes", "ledger", "dossier_calendars", "due_dates")
Tables = dict[str, pl.DataFrame]


def tables_of(work: Project) -> Tables:
    return {name: pl.read_parquet(work.clock / f"{name}.parquet") for name in TABLES}


@pytest.fixture(scope="module")
def register(clocked_register):
    """Tables of a public register: ``register("wabo", "wabo/file")``."""
    return lambda profile, path: tables_of(clocked_register(profile, path))


def residuals(tables: Tables) -> dict[str, int]:
    """How far the ledger is from tiling each clock and from used + paused, in seconds."""
    ledger = tables["ledger"].sort("dossier_id", "segment_no")
    gap = pl.col("from_at") != pl.col("to_at").shift(1).over("dossier_id")
    sums = ledger.group_by("dossier_id").agg(
        pl.col("work_seconds", "clock_seconds").sum(),
        pl.col("work_seconds").filter(kind="pause").sum().alias("paused"),
    )
    spans = tables["dossier_calendars"].select(
        "dossier_id", (pl.col("end_second") - pl.col("start_second")).alias("length")
    )
    whole = spans.join(sums, on="dossier_id", how="left").fill_null(0)
    both = tables["outcomes"].join(whole, on="dossier_id")
    total = pl.col("used_seconds") + pl.col("paused_seconds")
    return {
        "gaps": ledger.filter(gap).height,
        "clock": (whole["clock_seconds"] - whole["length"]).abs().sum(),
        "work": both.select((pl.col("work_seconds") - total).abs().sum()).item(),
        "pause": both.select((pl.col("paused") - pl.col("paused_seconds")).abs().sum()).item(),
    }


EXACT = {"gaps": 0, "clock": 0, "work": 0, "pause": 0}


def outcomes(tables: Tables, profile: str) -> dict[str, int]:
    """How many dossiers have which outcome."""
    rows = tables["outcomes"].filter(profile=profile)["outcome"].value_counts().sort("outcome")
    return dict(rows.rows())


def test_the_sample_is_split_exactly(repository, tmp_path):
    work = Project(tmp_path)
    simulate(repository.reference, seed=7, out=work.inbox, dossiers=1_000)
    exports = inbox_deliveries(work.inbox, shipped_profiles(repository.reference))
    ingest(exports, work.landed)
    folders = RunFolders(work, repository)
    clean(folders)
    clock(folders)
    assert residuals(tables_of(work)) == EXACT


@pytest.mark.shared
def test_receipt_is_split_exactly_and_says_what_it_cannot_separate(register):
    tables = register("receipt", "receipt/receipt.csv.gz")
    assert residuals(tables) == EXACT
    own = tables["ledger"].filter(~pl.col("phase").is_in(["gap", "pause"]))
    assert set(own["phase"]) == {"not_separable"}


@pytest.mark.shared
def test_the_wabo_registers_are_split_exactly(register):
    tables = register("wabo", "wabo")
    assert residuals(tables) == EXACT


@pytest.mark.shared
def test_boston_has_no_steps_and_is_split_exactly_all_the_same(register):
    tables = register("boston311", "boston311")
    assert residuals(tables) == EXACT
    assert set(tables["ledger"]["kind"]) == {"unlogged"}
