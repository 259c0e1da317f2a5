"""The columns and types of every table, as the pipeline itself makes them on a small register."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from workbench.clock import Calendars
from workbench.clock.lateness import lateness_profiles
from workbench.core.project import Project
from workbench.explain import calendar_periods
from workbench.figures.waits import batch_heads
from workbench.ingest import deliveries, find_profile, ingest
from workbench.testing import one_stop_export
from workbench.warehouse import Warehouse
from workbench.warehouse.models import models_of

Schemas = dict[str, pl.Schema]

PERIODS = calendar_periods(dt.date(2020, 1, 1), dt.date(2022, 12, 31))

_FIGURE_KEY = "profile unit_id period"
_FRAMES = {
    "measures": (
        f"measure {_FIGURE_KEY} procedure_id channel_in method",
        "numerator denominator evidence_level",
        "value lower upper design_effect",
    ),
    "cells": (
        f"{_FIGURE_KEY} cause reading",
        "n_dossiers n_late evidence_level",
        "observed expected excess lower upper p_value q_value",
    ),
    "gaps": (
        "profile comparison kind left right component method",
        "left_late left_dossiers right_late right_dossiers evidence_level",
        "effect lower upper gap gap_lower gap_upper",
    ),
    "watchlist": (
        "profile dossier_id unit_id waiting_at kind step_unit_id holder_id method",
        "slack_seconds evidence_level",
        "spent risk lower upper",
    ),
    "past_lists": ("profile", "n_dossiers n_late", "expected variance"),
    "whatif": (
        f"scenario {_FIGURE_KEY} method assumption assumption_en",
        "n_late n_touched n_saved evidence_level",
        "lower upper",
    ),
    "printed_rates": ("rate_id printed", "numerator denominator", ""),
}
"""Text, whole and real columns of the tables that Python makes and no model of these stages."""
_OTHERS = {
    "past_lists": {"listed_on": pl.Date()},
    "cells": {"flagged": pl.Boolean()},
    "watchlist": {
        "is_after_step": pl.Boolean(),
        "due_at": pl.Datetime("us", "UTC"),
        "since_at": pl.Datetime("us", "UTC"),
    },
}


def frame_schemas() -> Schemas:
    """Return the schemas of tables that Python makes, as models read them."""
    kinds = (pl.String(), pl.Int64(), pl.Float64())
    columns_of = {
        table: {
            column: kind
            for columns, kind in zip(texts, kinds, strict=True)
            for column in columns.split()
        }
        | _OTHERS.get(table, {})
        for table, texts in _FRAMES.items()
    }
    return {table: pl.Schema(columns) for table, columns in columns_of.items()}


def schema_of(table: str, schemas: Schemas) -> pl.Schema:
    """Return the schema of a table, of one side of a comparison or of a made figure, too."""
    bare = re.sub("^(left|right|made)_", "", table)
    return schemas[table] if table in schemas else schemas[bare]


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
    made = {path.stem: pl.read_parquet(path).schema for path in folder.glob("*.parquet")}
    return frame_schemas() | made


def calendar_columns(facts: Project, calendar_id: str) -> str:
    """Return what the clock knows of a Vietnamese calendar, as shared columns of a text table."""
    keys = Calendars.read(facts.reference / "calendars").keys()
    row = keys.filter(calendar_id=calendar_id).row(0, named=True)
    values = {**row, "has_days_off": "yes", "time_zone": "Asia/Ho_Chi_Minh", "is_clocked": "yes"}
    return "\n".join(f"{name} = {value}" for name, value in values.items()) + "\n"
