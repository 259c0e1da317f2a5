"""How long the whole ``explain`` stage takes, every table, statistic, metric and plot of it.

A register as a province has it (two hundred units with a hundred procedures each, three years,
two in five dossiers late, some still open) goes through the clock first; then the stage runs as
``workbench explain`` runs it, in a process of its own, and only that is measured.

``python benches/explain.py [--steps N] [--keep FOLDER] [--part clock|explain] [--slowest N]``
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
from register import FACTS, YEAR, YEAR_2019, Meter, make_register, with_due_dates

from workbench.clock.stage import clock
from workbench.core.project import Project
from workbench.core.run_folders import RunFolders
from workbench.explain import RESULT_TABLES, explain

PROFILE = "wb_strict"
YEARS = 3
PROCEDURES, OF_A_UNIT, OF_A_FIELD = 300, 100, 12
CHANNELS = ("counter", "counter", "online", "online", "post", None)
SNAPSHOT = (YEAR_2019 + YEARS * YEAR) * 1_000_000
ODD = 50
"""One dossier in so many has a record that a rule found odd."""


def main() -> None:
    """Make the register where it is missing, then run the stage and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=8_000_000)
    parser.add_argument("--keep", type=Path, help="where the register is kept between runs")
    parser.add_argument("--part", choices=("all", "clock", "explain"), default="all")
    parser.add_argument("--slowest", type=int, default=10, help="how many steps are listed")
    args = parser.parse_args()
    with TemporaryDirectory() as scratch:
        work = Project(args.keep or Path(scratch))
        if args.part != "explain":
            _clocked(args.steps // 8, work)
        if args.part == "all":
            own = (sys.executable, __file__, "--part", "explain", "--slowest", str(args.slowest))
            subprocess.run((*own, "--keep", str(work.root)), check=True)  # noqa: S603
        if args.part == "explain":
            _explained(work, args.slowest)


def _explained(work: Project, slowest: int) -> None:
    meter = Meter()
    explain(RunFolders(work, FACTS, meter.step), profile=PROFILE)
    figures = meter.figures()
    dossiers = pl.scan_parquet(work.clean / "dossiers.parquet").select(pl.len()).collect().item()
    print(f"explain: {dossiers:,} dossiers, {len(RESULT_TABLES)} tables: {figures}")
    meter.print_slowest(slowest)
    sys.stdout.flush()


def _clocked(dossiers: int, work: Project) -> None:
    """Write what ``explain`` reads: the tables of the clean and clock stages."""
    work.clean.mkdir(parents=True, exist_ok=True)
    make_register(dossiers, work.clean, span=YEARS * YEAR)
    with_due_dates(work.clean)
    _as_a_province(work.clean)
    clock(RunFolders(work, FACTS))


def _as_a_province(folder: Path) -> None:
    """Give each dossier a procedure of its unit and a channel, and cut all at the snapshot."""
    path = folder / "dossiers.parquet"
    dossiers = pl.read_parquet(path)
    random = np.random.default_rng(2)
    rank = (OF_A_UNIT ** random.random(dossiers.height)).astype(np.int64)
    procedure = (dossiers["unit_id"].cast(pl.Int64) * 7 + rank) % PROCEDURES
    in_no, out_no = random.integers(0, len(CHANNELS), (2, dossiers.height))
    channel = pl.Series(CHANNELS, dtype=pl.String)
    snapshot = pl.lit(SNAPSHOT).cast(dossiers.schema["snapshot_at"])
    dossiers = dossiers.with_columns(
        procedure.cast(pl.String).str.zfill(3).alias("procedure_id"),
        (procedure // OF_A_FIELD).cast(pl.String).alias("field_of_work"),
        channel.gather(in_no).alias("channel_in"),
        channel.gather(out_no).alias("channel_out"),
        pl.lit("4").alias("service_level"),
        pl.lit(value=True).alias("processed_online"),
        pl.when(pl.col("resolved_at") <= snapshot).then("resolved_at"),
        snapshot.alias("snapshot_at"),
    ).with_columns(
        pl.col("resolved_at").dt.offset_by("1h").alias("returned_at"),
        pl.when(pl.col("resolved_at").is_null())
        .then(pl.lit("in_progress"))
        .otherwise("status")
        .alias("status"),
    )
    dossiers.write_parquet(path)
    steps = pl.read_parquet(folder / "steps.parquet").filter(pl.col("arrived_at") <= snapshot)
    steps.with_columns(
        pl.when(pl.col(stamp) <= snapshot).then(stamp) for stamp in ("started_at", "finished_at")
    ).write_parquet(folder / "steps.parquet")
    pauses = pl.read_parquet(folder / "pauses.parquet").filter(pl.col("resumed_at") <= snapshot)
    pauses.write_parquet(folder / "pauses.parquet")
    dossiers.gather_every(ODD).select(
        pl.lit("D05").alias("rule_id"),
        pl.lit("warn").alias("severity"),
        pl.struct("dossier_id", "unit_id").struct.json_encode().alias("record"),
    ).write_parquet(folder / "quarantine.parquet")


if __name__ == "__main__":
    main()
