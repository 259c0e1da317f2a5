"""Every kind of fault is planted, and the rules of cleaning are scored against the truth."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import polars as pl
import pytest

from pipeline.fault_scores import false_findings, score_faults
from pipeline.planted_faults import shipped_faults, simulate_faults
from workbench.clock import Calendars
from workbench.clock.lateness import lateness_profiles
from workbench.ingest import inbox_deliveries, ingest, shipped_profiles
from workbench.warehouse import Warehouse

SEED = 20220701
RECALL, PRECISION = 0.95, 0.90


@dataclass(frozen=True)
class Scored:
    """The truth, what was found with and without faults, and the score."""

    truth: pl.DataFrame
    faulty: dict[str, pl.DataFrame]
    usual: dict[str, pl.DataFrame]
    rules: list[str]

    @property
    def score(self) -> pl.DataFrame:
        found, usual = self.faulty["findings"], self.usual["findings"]
        return score_faults(self.truth, found, usual=usual, rules=self.rules)


def cleaned(reference, pipelines, folder) -> dict[str, pl.DataFrame]:
    exports = inbox_deliveries(folder / "inbox", shipped_profiles(reference))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_KEY", "a key of the tests: pseudonyms of applicants need one")
        ingest(exports, folder / "landed")
    with Warehouse(pipelines) as warehouse:
        warehouse.attach(folder / "landed")
        warehouse.attach(reference)
        calendars = Calendars.read(reference / "calendars")
        warehouse.add_frame("calendar_days", calendars.days())
        warehouse.add_frame("calendar_keys", calendars.keys())
        warehouse.add_frame("unit_calendars", calendars.units())
        warehouse.add_frame("profiles", lateness_profiles(reference / "profiles"))
        warehouse.build("clean")
        warehouse.build("clock", wanted=("due_findings",))
        rows = ("rule_id", "record")
        found = [warehouse.frame(name).select(rows) for name in ("quarantine", "due_findings")]
        return {"findings": pl.concat(found), "reconciliation": warehouse.frame("reconciliation")}


@pytest.fixture(scope="module")
def scored(reference_dir, pipelines_dir, tmp_path_factory) -> Scored:
    faulty, usual = (tmp_path_factory.mktemp(name) for name in ("faulty", "usual"))
    truth = simulate_faults(reference_dir, seed=SEED, out=faulty / "inbox", truth=faulty / "truth")
    simulate_faults(reference_dir, seed=SEED, out=usual / "inbox", planted=False)
    written = pl.read_csv(faulty / "truth" / "faults.csv", infer_schema=False)
    assert written.fill_null("").equals(truth)
    rules = pl.read_csv(reference_dir / "quality_rules.csv", infer_schema=False)["rule_id"]
    tables = [cleaned(reference_dir, pipelines_dir, folder) for folder in (faulty, usual)]
    return Scored(truth, *tables, rules.to_list())


def test_every_kind_of_fault_is_planted_and_a_dossier_carries_one(scored) -> None:
    planted = dict(scored.truth.group_by("fault").agg(pl.col("dossier_id").n_unique()).rows())
    for fault in shipped_faults():
        assert planted[fault.name] >= fault.planted, fault.name
    kinds = scored.truth.group_by("dossier_id").agg(pl.col("fault").n_unique())
    assert kinds["fault"].max() == 1


def test_each_rule_that_exists_finds_the_faults_and_little_else(scored) -> None:
    with pl.Config(tbl_rows=-1, tbl_hide_dataframe_shape=True):
        sys.stdout.write(f"{scored.score}\n")
    weak = scored.score.filter(
        "exists", (pl.col("recall") < RECALL) | (pl.col("precision") < PRECISION)
    )
    why = false_findings(scored.truth, scored.faulty["findings"], scored.usual["findings"])
    assert weak.is_empty(), (
        weak.rows(),
        why.filter(pl.col("rule_id").is_in(weak["rule_id"].to_list())),
    )


def test_no_fault_is_planted_that_no_rule_looks_for(scored) -> None:
    assert scored.score.filter(~pl.col("exists"))["rule_id"].to_list() == []


def test_no_row_is_lost_however_faulty_the_exports(scored) -> None:
    table = scored.faulty["reconciliation"]
    parts = ("rows_clean", "rows_quarantined", "rows_merged", "rows_ignored")
    assert table["rows_read"].equals(table.select(pl.sum_horizontal(parts))["rows_clean"])
