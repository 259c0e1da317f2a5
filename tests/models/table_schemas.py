"""The columns and types of every table, as the pipeline itself makes them on a small register."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from workbench.clock import Calendars
from workbench.clock.lateness import lateness_profiles
from workbench.core.project import Project
from workbench.core.vocabulary import PERIOD_KINDS, periods_between
from workbench.explain import calendar_periods
from workbench.figures.waits import batch_heads
from workbench.ingest import deliveries, find_profile, ingest
from workbench.testing import one_stop_export
from workbench.warehouse import Warehouse
from workbench.warehouse.models import models_of

Schemas = dict[str, pl.Schema]

PERIODS = pl.DataFrame(
    [
        (str(period), kind, period.starts_on, period.ends_on)
        for kind in PERIOD_KINDS
        for period in periods_between(dt.date(2020, 1, 1), dt.date(2022, 12, 31), kind)
    ],
    schema=["period", "kind", "starts_on", "ends_on"],
    orient="row",
)


def table_schemas(facts: Project) -> Schemas:
    """Return the schema of every model's table, and of the tables that models are given."""
    with TemporaryDirectory() as home, Warehouse(facts.pipelines) as warehouse:
        work = Project(Path(home))
        one_stop_export(work.inbox, dossiers=40)
        exports = deliveries([work.inbox], find_profile("one_stop", facts.reference))
        ingest(exports, work.landed, reference=facts.reference)
        warehouse.attach(work.landed)
        warehouse.attach(facts.reference)
        calendars = Calendars.read(facts.reference / "calendars")
        warehouse.add_frame("calendar_days", calendars.days())
        warehouse.add_frame("calendar_keys", calendars.keys())
        warehouse.add_frame("unit_calendars", calendars.units())
        warehouse.add_frame("profiles", lateness_profiles(facts.reference / "profiles"))
        warehouse.add_frame("periods", PERIODS)
        warehouse.add_frame("report_periods", calendar_periods(PERIODS))
        warehouse.set("profile", "wb_strict")
        warehouse.set("sojourns_since", PERIODS["starts_on"][0])
        names = _build(warehouse, facts, ("clean", "clock", "explain", "waiting"))
        warehouse.add_frame("batch_heads", batch_heads(warehouse.frame("batch_runs")))
        names |= {"batch_heads", *_build(warehouse, facts, ("waits",))}
        return {name: warehouse.frame(name).schema for name in sorted(names)}


def _build(warehouse: Warehouse, facts: Project, stages: tuple[str, ...]) -> set[str]:
    names: set[str] = set()
    for stage in stages:
        warehouse.build(stage)
        for model in models_of(facts.pipelines, stage):
            names |= {model.name, *model.reads}
    return names


def shared_schemas(facts: Project, folder: Path) -> Schemas:
    """Return the schemas from files that the first test process writes."""
    if not folder.is_dir():
        fresh = folder.with_name("fresh-schemas")
        fresh.mkdir()
        for name, schema in table_schemas(facts).items():
            pl.DataFrame(schema=schema).write_parquet(fresh / f"{name}.parquet")
        fresh.rename(folder)
    return {path.stem: pl.read_parquet(path).schema for path in folder.glob("*.parquet")}
