"""How well the rules of cleaning find planted faults: rule, planted, found, missed, false.

    python benches/faults.py [--seed N]

Writes a register's exports twice, with and without faults, cleans both, and scores every rule
against the truth. The key of the applicants' pseudonyms is set for this run only.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from workbench.clock import Calendars
from workbench.clock.lateness import lateness_profiles
from workbench.core.project import Project, shipped
from workbench.ingest import inbox_deliveries, ingest, shipped_profiles
from workbench.warehouse import Warehouse

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from pipeline.fault_scores import false_findings, score_faults
from pipeline.planted_faults import simulate_faults

FACTS = shipped()
COLUMNS = ("rule_id", "record")


def main() -> None:
    """Plant, clean, score, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=20220701)
    seed = parser.parse_args().seed
    os.environ["WORKBENCH_KEY"] = "a key of the bench: pseudonyms of applicants need one"
    with TemporaryDirectory() as scratch:
        faulty, usual = (Project(Path(scratch) / name) for name in ("faulty", "usual"))
        truth = simulate_faults(FACTS.reference, seed=seed, out=faulty.inbox)
        simulate_faults(FACTS.reference, seed=seed, out=usual.inbox, planted=False)
        found, always = findings(faulty), findings(usual)
    rules = pl.read_csv(FACTS.reference / "quality_rules.csv", infer_schema=False)["rule_id"]
    with pl.Config(tbl_rows=-1, tbl_hide_dataframe_shape=True):
        print(score_faults(truth, found, usual=always, rules=rules.to_list()))
        print(false_findings(truth, found, always))


def findings(project: Project) -> pl.DataFrame:
    """Return what the rules find in a project's inbox."""
    ingest(inbox_deliveries(project.inbox, shipped_profiles(FACTS.reference)), project.landed)
    calendars = Calendars.read(FACTS.reference / "calendars")
    with Warehouse(FACTS.pipelines) as warehouse:
        warehouse.attach(project.landed)
        warehouse.attach(FACTS.reference)
        warehouse.add_frame("calendar_days", calendars.days())
        warehouse.add_frame("calendar_keys", calendars.keys())
        warehouse.add_frame("unit_calendars", calendars.units())
        warehouse.add_frame("profiles", lateness_profiles(FACTS.reference / "profiles"))
        warehouse.build("clean")
        warehouse.build("clock", wanted=("due_findings",))
        tables = ("quarantine", "due_findings")
        return pl.concat(warehouse.frame(name).select(COLUMNS) for name in tables)


if __name__ == "__main__":
    main()
