"""OpenCPS exports name no unit in their actions: units are compared all the same."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from models.other_world import Office, Register, Sickness, write
from workbench.clean import clean
from workbench.clock.stage import clock
from workbench.core.project import Project
from workbench.core.run_folders import RunFolders
from workbench.explain import explain
from workbench.ingest import deliveries, find_profile, ingest

UNITS = {"U00": "SD-P1", "U01": "SD-P2"}
PROCEDURE = "1.001193"
OFFICE = Office("narrow", 11, units=2, size=40, sick=(Sickness("signature_wait", unit=1),))


def export(register: Register, names: dict[str, str], folder: Path) -> None:
    """Write a register as the tables of OpenCPS have it: each action by its end alone."""

    def stamp(column: str) -> pl.Expr:
        local = pl.col(column).dt.convert_time_zone("Asia/Ho_Chi_Minh")
        return local.dt.strftime("%d/%m/%Y %H:%M:%S")

    folder.mkdir(parents=True)
    register.dossiers.select(
        dossierNo="dossier_id",
        serviceCode=pl.lit(PROCEDURE),
        serviceName=pl.lit("Thủ tục"),
        govAgencyName=pl.col("unit_id").replace_strict(names),
        receiveDate=stamp("received_at"),
        dueDate=stamp("due_at"),
        releaseDate=stamp("resolved_at"),
        finishDate=stamp("resolved_at"),
        dossierStatus=pl.lit("done"),
        online=pl.lit("false"),
    ).write_csv(folder / "opencps_dossier.csv")
    register.steps.select(
        dossierNo="dossier_id",
        fromStepName="step",
        actionUser="holder_id",
        createDate=stamp("finished_at"),
    ).write_csv(folder / "opencps_action.csv")


@pytest.fixture(scope="module")
def project(tmp_path_factory, repository, calendars) -> Project:
    """The export read, cleaned and clocked."""
    work = Project(tmp_path_factory.mktemp("opencps") / "work")
    units = pl.read_csv(repository.reference / "units.csv", infer_schema=False)
    titles = dict(units.select("unit_id", "name_vi").iter_rows())
    names = {number: titles[unit] for number, unit in UNITS.items()}
    export(write(OFFICE, calendars["vn_dong_thap"]), names, work.inbox)
    shipped = (repository.reference / "sources" / "opencps.toml").read_text(encoding="utf-8")
    profile = work.root / "opencps.toml"
    kinds = shipped.replace('"fromStepName" = "step"', '"fromStepName" = ["step", "step_kind"]')
    profile.write_text(kinds, encoding="utf-8")
    exports = deliveries([work.inbox], find_profile(profile, repository.reference))
    ingest(exports, work.landed, reference=repository.reference)
    clean(RunFolders(work, repository))
    clock(RunFolders(work, repository))
    return work


def dominant(work: Project, repository: Project) -> pl.DataFrame:
    explain(RunFolders(work, repository), profile="wb_strict")
    late = pl.read_parquet(work.results / "late_dossiers.parquet")
    return late.select("dossier_id", "dominant_cause").sort("dossier_id")


def test_a_step_without_a_unit_is_put_down_to_the_same_cause_as_one_with_it(project, repository):
    steps = pl.read_parquet(project.clean / "steps.parquet")
    assert steps["unit_id"].is_null().all()
    bare = dominant(project, repository)
    named = steps.drop("unit_id").join(
        pl.read_parquet(project.clean / "dossiers.parquet").select("dossier_id", "unit_id"),
        on="dossier_id",
    )
    named.select(steps.columns).write_parquet(project.clean / "steps.parquet")
    filled = dominant(project, repository)
    assert bare.height == filled.height >= 60
    same = (bare["dominant_cause"] == filled["dominant_cause"]).mean()
    assert same >= 0.98
    assert (bare["dominant_cause"] == "signature_wait").mean() >= 0.5
