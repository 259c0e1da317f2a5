"""How long it takes from the ledger to the cause of every late dossier, exact shares included.

A register of a million dossiers with eight steps each, two in five of them late, goes through the
clock first; then the models of ``pipelines/explain`` that say why run on it, and only they are
measured. CPU seconds are those of this process, all threads together.

``python benches/causes.py [--steps N] [--keep FOLDER]``
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from register import FACTS, Meter, give_facts, make_register, with_due_dates

from workbench.clock.lateness import lateness_profiles
from workbench.clock.stage import CLOCK_TABLES
from workbench.core.vocabulary import periods_between
from workbench.warehouse import Warehouse

PROFILE = "wb_strict"
RESULTS = ("causes", "late_dossiers", "cause_cells")


def main() -> None:
    """Make the register where it is missing, then run and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=8_000_000)
    parser.add_argument("--keep", type=Path, help="where the register is kept between runs")
    parser.add_argument("--part", choices=("all", "clock", "causes"), default="all")
    args = parser.parse_args()
    with TemporaryDirectory() as scratch:
        folder = args.keep or Path(scratch)
        if args.part != "causes":
            _clocked(args.steps // 8, folder)
        if args.part != "clock":
            _explained(folder)


def _clocked(dossiers: int, folder: Path) -> None:
    """Write dossiers and steps, and what the clock makes of them."""
    folder.mkdir(parents=True, exist_ok=True)
    make_register(dossiers, folder)
    with_due_dates(folder)
    with Warehouse(FACTS.pipelines) as warehouse:
        _attach(warehouse, folder)
        warehouse.build("clock", wanted=CLOCK_TABLES)
        warehouse.write(CLOCK_TABLES, folder / "clock")


def _explained(folder: Path) -> None:
    meter = Meter()
    with Warehouse(FACTS.pipelines) as warehouse:
        warehouse.attach(folder / "clock")
        _attach(warehouse, folder)
        warehouse.set("profile", PROFILE)
        warehouse.build("explain", meter.step, RESULTS)
        meter.step("write")
        warehouse.write(RESULTS, folder / "results")
    figures = meter.figures()
    late = pl.scan_parquet(folder / "results" / "late_dossiers.parquet").select(pl.len())
    rows = pl.scan_parquet(folder / "results" / "causes.parquet").select(pl.len())
    print(
        f"ledger to causes: {late.collect().item():,} late dossiers, {rows.collect().item():,} "
        f"causes: {figures}"
    )
    meter.print_slowest()
    sys.stdout.flush()


def _attach(warehouse: Warehouse, folder: Path) -> None:
    """Give a warehouse the register and the reviewed facts, as the stages do."""
    warehouse.attach(folder)
    profiles = lateness_profiles(FACTS.reference / "profiles")
    give_facts(warehouse, profiles.filter(pl.col("profile") == PROFILE))
    warehouse.add_frame("periods", _periods(folder))


def _periods(folder: Path) -> pl.DataFrame:
    days = pl.read_parquet(folder / "dossiers.parquet", columns=["received_on", "snapshot_at"])
    first, last = days["received_on"].to_list()[0], days["snapshot_at"].to_list()[0].date()
    first = min(first, days.select(pl.col("received_on").sort()).to_series().to_list()[0])
    rows = [
        (str(period), kind, period.starts_on, period.ends_on)
        for kind in ("month", "quarter", "half", "year")
        for period in periods_between(first, last, kind)
    ]
    return pl.DataFrame(rows, schema=["period", "kind", "starts_on", "ends_on"], orient="row")


if __name__ == "__main__":
    main()
