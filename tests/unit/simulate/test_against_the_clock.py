"""The pipeline, which knows nothing of the simulator, reads from the exports what was simulated."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
import pytest

from workbench.clean import clean
from workbench.clock.stage import clock
from workbench.core.project import Project
from workbench.core.run_folders import RunFolders
from workbench.ingest import inbox_deliveries, ingest, shipped_profiles
from workbench.testing.simulate.register import SimulatedRegister


@dataclass(frozen=True)
class Read:
    """What the pipeline made of the shipped sample."""

    dossiers: pl.DataFrame
    steps: pl.DataFrame
    quarantine: pl.DataFrame
    outcomes: pl.DataFrame
    due_dates: pl.DataFrame


@pytest.fixture(scope="module")
def read(sample, repository: Project, tmp_path_factory: pytest.TempPathFactory) -> Read:
    work = Project(tmp_path_factory.mktemp("project"))
    ingest(inbox_deliveries(sample.inbox, shipped_profiles(repository.reference)), work.landed)
    folders = RunFolders(work, repository)
    clean(folders)
    clock(folders)
    names = {"dossiers": "clean", "steps": "clean", "quarantine": "clean"}
    names |= {"outcomes": "clock", "due_dates": "clock"}
    return Read(
        **{
            name: pl.read_parquet(work.data / stage / f"{name}.parquet")
            for name, stage in names.items()
        }
    )


@pytest.fixture(scope="module")
def judged(read: Read, register: SimulatedRegister) -> pl.DataFrame:
    """Simulated dossiers beside the pipeline's verdict by day."""
    verdicts = read.outcomes.filter(profile="wb_strict").select(
        "dossier_id", "slack_seconds", verdict="outcome"
    )
    return register.dossiers.join(verdicts, on="dossier_id")


def test_only_dossiers_without_reception_are_kept_out(read: Read, register: SimulatedRegister):
    kept_out = register.dossiers.join(read.dossiers, on="dossier_id", how="anti")
    assert kept_out["status"].value_counts().sort("status").rows() == [
        ("returned", 2),
        ("submitted", len(register.dossiers.filter(status="submitted"))),
    ]


def test_every_verdict_is_the_simulated_outcome(judged: pl.DataFrame):
    assert len(judged) > 5_400
    differing = judged.filter(pl.col("outcome") != pl.col("verdict"))
    assert differing.is_empty()


def test_every_overrun_is_the_simulated_one_to_the_minute_of_the_export(judged: pl.DataFrame):
    late = judged.filter(pl.col("late_seconds") > 0)
    lost = late["late_seconds"] + late["slack_seconds"]
    assert len(late) > 250
    assert lost.is_between(0, 59).all()


def test_rows_written_twice_are_read_once(read: Read, register: SimulatedRegister):
    known = register.steps.join(read.dossiers, on="dossier_id", how="semi")
    assert len(read.steps) == len(known)


def test_recomputed_dates_are_the_first_promises_but_for_the_wrong_ones(
    read: Read, register: SimulatedRegister, world
):
    zone = world.scenario.calendar.time_zone
    due = pl.col("due_recomputed_at").dt.convert_time_zone(zone).dt.replace_time_zone(None)
    both = register.dossiers.join(read.due_dates, on="dossier_id")
    differing = both.filter(due.dt.cast_time_unit("us") != pl.col("due_first_at"))
    wrong = {i.unit_id for i in world.scenario.injections if i.cause == "due_date_error"}
    assert set(differing["unit_id"]) == wrong
    assert 40 < len(differing) < 120
