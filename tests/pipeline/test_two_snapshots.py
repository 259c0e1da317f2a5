"""Two exports of one simulated register, read and cleaned: what changed is counted exactly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest

from workbench.clean import clean
from workbench.core.project import Project
from workbench.core.run_folders import RunFolders
from workbench.ingest import deliveries, find_profile, ingest
from workbench.testing.simulate.register import SimulatedRegister
from workbench.testing.simulate.sample import Sample

# local time of the office, as its exports state it
EARLIER = dt.datetime(2022, 4, 29, 17)  # noqa: DTZ001
LATER = dt.datetime(2022, 6, 30, 17)  # noqa: DTZ001
OPEN = ("submitted", "received", "in_progress", "supplement")
WEEK = dt.timedelta(days=7)


@pytest.fixture(scope="module")
def sample(repository: Project) -> Sample:
    """Dossiers drawn once; each snapshot sees them at another time."""
    return Sample.drawn(repository.reference, 1, 300)


@pytest.fixture(scope="module")
def read_export(sample, repository, tmp_path_factory) -> Callable[..., pl.DataFrame]:
    """Export a register as an office does, and return its dossiers as the pipeline cleans them."""

    def read(register: SimulatedRegister, taken: dt.datetime) -> pl.DataFrame:
        home = tmp_path_factory.mktemp("snapshot")
        inbox, work = home / "inbox", Project(home / "work")
        inbox.mkdir()
        sample.exporter(taken).write(register, inbox)
        exports = deliveries([inbox], find_profile("one_stop", repository.reference))
        ingest(exports, work.landed, reference=repository.reference)
        clean(RunFolders(work, repository))
        return pl.read_parquet(work.clean / "dossiers.parquet")

    return read


def change(dossiers: pl.DataFrame, ids: list[str], **values: pl.Expr) -> pl.DataFrame:
    """Write other values into some dossiers."""
    is_one = pl.col("dossier_id").is_in(ids)
    return dossiers.with_columns(
        pl.when(is_one).then(value).otherwise(pl.col(name)).alias(name)
        for name, value in values.items()
    )


def test_each_kind_of_change_is_counted_exactly(sample, read_export, warehouses):
    registers = [sample.register(taken) for taken in (EARLIER, LATER)]
    before = read_export(registers[0], EARLIER)
    truth = registers[0].dossiers.join(registers[1].dossiers, on="dossier_id", suffix="_now")
    is_open, is_open_now = (pl.col(name).is_in(OPEN) for name in ("status", "status_now"))
    closed = truth.filter(is_open, ~is_open_now)["dossier_id"].to_list()
    assert len(closed) > 1

    # what no office's process does by itself is written into the later register
    took_days = pl.col("resolved_at") - pl.col("received_at") > dt.timedelta(days=1)
    returned = before.filter(
        pl.col("status") == "returned", pl.col("due_at").is_not_null(), took_days
    )
    ids = returned.sort("dossier_id")["dossier_id"].to_list()
    back, revised, reissued, renamed = ids[:3], ids[3:10], ids[10:15], ids[15:24]
    none = pl.lit(None, pl.Datetime("us"))
    later = registers[1].dossiers
    units = later.filter(pl.col("dossier_id").is_in(renamed))["unit_id"].unique().to_list()
    other = next(unit for unit in sorted(later["unit_id"].unique()) if unit not in units)
    later = change(later, back, status=pl.lit("in_progress"), resolved_at=none, returned_at=none)
    later = change(later, revised, resolved_at=pl.col("resolved_at") - dt.timedelta(hours=1))
    later = change(later, reissued, due_at=pl.col("due_at") + WEEK)
    later = change(later, renamed, unit_id=pl.lit(other))
    after = read_export(replace(registers[1], dossiers=later), LATER)

    with warehouses() as warehouse:
        warehouse.add_frame("left_dossiers", before)
        warehouse.add_frame("right_dossiers", after)
        warehouse.build("review", wanted=("changed_records",))
        records = warehouse.frame("changed_records")
    kinds = {
        kind: sorted(records.filter(pl.col("change") == kind)["dossier_id"])
        for kind in records["change"].unique()
    }
    expected = {
        "closed": closed,
        "status_back": back,
        "end_revised": revised,
        "due_reissued": reissued,
        "unit_renamed": renamed,
    }
    assert kinds == {kind: sorted(dossiers) for kind, dossiers in expected.items()}
