"""Landed tables from a few rows, cleaned by the models of the pipeline."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import ClassVar

import polars as pl
import pytest
from filelock import FileLock

from kept_warehouse import KeptWarehouse, Warehouses
from models.explained_cases import explain, explained_cases, tables
from models.landed_cases import Case, CleanedCase, clean_cases
from models.table_schemas import Schemas, calendar_columns, schema_of, shared_schemas
from models.text_tables import parse_table
from workbench.clock import Calendars
from workbench.clock.lateness import lateness_profiles
from workbench.core.errors import RuleFailed
from workbench.core.project import Project
from workbench.ingest.fields import FIELDS, FILES_SCHEMA, NUMBERS, POSITION
from workbench.ingest.pseudonyms import MASKS
from workbench.ingest.repairs import REPAIRS
from workbench.ingest.structure import ROW_FINDINGS, SHEET_FINDINGS
from workbench.warehouse import Warehouse
from workbench.warehouse.models import Model, find_model, models_of

__all__ = ["explain", "explained_cases", "tables"]
Rows = list[dict[str, object]]
Clean = Callable[..., Mapping[str, pl.DataFrame]]

DOSSIER = {
    "dossier_id": "A",
    "unit_id": "SD-P1",
    "procedure_id": "1.001193",
    "channel_in": "counter",
    "received_at": "04/01/2022 08:00",
    "due_at": "10/01/2022 17:00",
    "resolved_at": "07/01/2022 10:00",
    "status": "resolved",
}
STEP = {
    "dossier_id": "A",
    "step": "Thẩm định",
    "step_kind": "work",
    "unit_id": "SD-P1",
    "finished_at": "05/01/2022 10:00:00",
}
PAUSE = {"dossier_id": "A", "reason": "supplement", "paused_at": "05/01/2022 08:00:00"}
FILE = {
    "source": "test",
    "source_sheet": "",
    "rows_ignored": 0,
    "day_first": True,
    "time_zone": "Asia/Ho_Chi_Minh",
    "calendar_id": "vn_dong_thap",
    "unit_list": "reference",
    "departments_of": "SD,P-SADEC",
    "procedure_list": "reference",
    "snapshot_at": "30/06/2022 17:00",
    "synthetic": False,
}
TABLES = (
    "dossiers",
    "steps",
    "pauses",
    "quarantine",
    "reconciliation",
    "dossier_history",
    "other_records",
    "service_records",
    "source_findings",
)


class Cleaned(Mapping[str, pl.DataFrame]):
    """The tables of the stage by name; each is built when it is asked for, with what it reads.

    Their audits are tests of their own (``test_audits``), and run in every test of a pipeline.
    """

    empty: ClassVar[dict[str, pl.DataFrame]] = {}
    """What parsing no rows makes: the same table in every test, and slow to plan."""

    def __init__(self, warehouses: Warehouses, without: set[str]) -> None:
        self.models = {model.name: model for model in models_of(warehouses.pipelines, "clean")}
        self.without = without
        self.built: set[str] = set()
        self.warehouses = warehouses
        self.warehouse = warehouses.take()

    def __getitem__(self, name: str) -> pl.DataFrame:
        self._build(name)
        return self.warehouse.frame(name)

    def __iter__(self) -> Iterator[str]:
        return iter(TABLES)

    def __len__(self) -> int:
        return len(TABLES)

    def __del__(self) -> None:
        self.warehouses.give_back(self.warehouse)

    def _build(self, name: str) -> None:
        if name in self.models and name not in self.built:
            self.built.add(name)
            if name in self.without and name in self.empty:
                self.warehouse.add_frame(name, self.empty[name])
                return
            for table in self.models[name].reads:
                self._build(table)
            self.warehouse.build_model(self.models[name])
            if name in self.without:
                self.empty[name] = self.warehouse.frame(name)


def landed(kind: str, rows: Rows, house: dict[str, object]) -> pl.DataFrame:
    """A landed table whose rows name only what matters."""
    texts = ["dossier_id", "source", *FIELDS[kind][1:]]
    texts += sorted({name for row in rows for name in row if name.startswith("x_")})
    numbers = list(NUMBERS.get(kind, ()))
    schema = dict.fromkeys(texts, pl.String) | dict.fromkeys(numbers, pl.Int64)
    schema |= dict.fromkeys(POSITION[:2], pl.String) | {POSITION[2]: pl.Int64}
    file = {"source": "test", "source_file": f"{kind}s.csv", "source_sheet": "", "variant_no": 1}
    full = [{"source_row": n, **file, **house, **row} for n, row in enumerate(rows, start=2)]
    return pl.DataFrame([{c: row.get(c) for c in schema} for row in full], schema, orient="row")


@pytest.fixture(scope="session")
def calendar_days(reference_dir: Path) -> pl.DataFrame:
    """The days of every calendar, as the stage registers them."""
    return Calendars.read(reference_dir / "calendars").days()


@pytest.fixture(scope="session")
def clean(warehouses: Warehouses, calendar_days: pl.DataFrame) -> Clean:
    """Clean landed rows: ``clean(dossiers, steps, pauses, snapshot_at=...)`` -> tables by name."""

    def build(
        dossiers: Rows,
        steps: Rows = (),
        pauses: Rows = (),
        masks: Rows = (),
        repairs: Rows = (),
        **file_facts: object,
    ) -> dict[str, pl.DataFrame]:
        tables = {
            "dossier": landed("dossier", dossiers, DOSSIER),
            "step": landed("step", list(steps), STEP),
            "pause": landed("pause", list(pauses), PAUSE),
            "paper": landed("paper", [], {}),
        }
        rows = pl.concat(frame.select(POSITION[0], POSITION[2]) for frame in tables.values())
        read = rows.unique().group_by("source_file").agg(pl.len().alias("rows_read"))
        taken = file_facts.pop("snapshots", {})
        extra = file_facts.pop("files", {})
        structure = file_facts.pop("structure", {})
        files = [
            {**FILE, **row, **file_facts} for row in read.sort("source_file").iter_rows(named=True)
        ]
        files = [{**f, "snapshot_at": taken.get(f["source_file"], f["snapshot_at"])} for f in files]
        files = [{**f, **extra.get(f["source_file"], {})} for f in files]
        without = {
            f"parsed_{kind}s" for kind in ("step", "pause", "paper") if tables[kind].is_empty()
        }
        cleaned = Cleaned(warehouses, without)
        warehouse = cleaned.warehouse
        warehouse.keep("calendar_days", lambda: calendar_days)
        for kind, frame in tables.items():
            warehouse.add_frame(f"landed_{kind}s", frame)
        known = [{c: row.get(c) for c in FILES_SCHEMA} for row in files]
        warehouse.add_frame("landed_masks", pl.DataFrame(list(masks), MASKS, orient="row"))
        warehouse.add_frame("landed_repairs", pl.DataFrame(list(repairs), REPAIRS, orient="row"))
        for name, schema in (
            ("landed_row_findings", ROW_FINDINGS),
            ("landed_sheet_findings", SHEET_FINDINGS),
        ):
            rows_of = structure.get(name, [])
            warehouse.add_frame(name, pl.DataFrame(rows_of, schema, orient="row"))
        warehouse.add_frame("landed_files", pl.DataFrame(known, FILES_SCHEMA, orient="row"))
        return cleaned

    return build


def pytest_configure(config: pytest.Config) -> None:
    """Name the markers of the rows that a test wants cleaned or explained."""
    config.addinivalue_line("markers", "landed(dossiers, steps, pauses, **facts): rows to clean")
    config.addinivalue_line("markers", "register(dossiers, pauses, ...): dossiers to explain")


@pytest.fixture(scope="module")
def cleaned_cases(request: pytest.FixtureRequest, clean: Clean) -> dict[str, CleanedCase]:
    """Clean the rows of all tests of a module that are marked ``landed``, in one register."""
    tests = [item for item in request.session.items if item.path == request.path]
    marked = [item for item in tests if item.get_closest_marker("landed")]
    return clean_cases(clean, {item.nodeid: Case.of_test(item) for item in marked})


@pytest.fixture
def cleaned(request: pytest.FixtureRequest, cleaned_cases: dict[str, CleanedCase]) -> CleanedCase:
    """The tables that cleaning makes of the rows with which the test is marked."""
    return cleaned_cases[request.node.nodeid]


class ModelTest:
    """Builds one model on rows written as text tables and compares what it makes.

    ``model_test("explain/causes", given={"ledger": text, ...}, expect=text)``: tables that the
    model reads and the test does not give are empty, but for the reviewed facts, the calendars,
    their days and the lateness profiles, which are the shipped ones. Columns that a given table
    does not name are missing in its rows. Only the columns of the expectation are compared, ordered
    by the key. An audit must stop the build where rows are expected of it, and only there.
    """

    def __init__(self, facts: Project, schemas: Schemas) -> None:
        self.facts = facts
        self.schemas = schemas
        self.calendars = Calendars.read(facts.reference / "calendars")
        self.warehouses = Warehouses(facts.pipelines)

    def __call__(
        self,
        path: str,
        *,
        given: dict[str, str],
        expect: str,
        variables: dict[str, object] | None = None,
    ) -> None:
        stage, name = path.split("/")
        model = find_model(self.facts.pipelines, stage, name)
        if strange := sorted(set(given) - set(model.reads)):
            raise ValueError(f"{path} does not read {', '.join(strange)}; it reads {model.reads}")
        with self.warehouses() as warehouse:
            for variable, value in (variables or {}).items():
                warehouse.set(variable, value)
            for table in model.reads:
                self._provide(warehouse, table, given.get(table))
            is_stopped = _stops(warehouse, model)
            made = warehouse.frame(name)
        expected = parse_table(expect, made.schema)
        assert made.select(expected.columns).rows(named=True) == expected.rows(named=True)
        assert is_stopped == bool(model.audit and expected.height)

    @cached_property
    def cumulative_days(self) -> pl.DataFrame:
        """The days of the shipped calendars, counted by the model that counts them."""
        with Warehouse(self.facts.pipelines, threads=1) as warehouse:
            warehouse.add_frame("calendar_days", self.calendars.days())
            warehouse.build("clock", wanted=["cumulative_days"])
            return warehouse.frame("cumulative_days")

    @cached_property
    def cause_list(self) -> pl.DataFrame:
        """The reviewed list of causes, as the model reads it."""
        with Warehouse(self.facts.pipelines, threads=1) as warehouse:
            warehouse.attach(self.facts.reference)
            return warehouse.query("explain/cause_list")

    def _provide(self, warehouse: KeptWarehouse, table: str, text: str | None) -> None:
        if text is None and (shipped := self._shipped(table)) is not None:
            warehouse.keep(table, shipped)
            return
        empty = pl.DataFrame(schema=schema_of(table, self.schemas))
        rows = parse_table(text, empty.schema) if text else empty
        warehouse.add_frame(table, pl.concat([empty, rows], how="diagonal"))

    def _shipped(self, table: str) -> Callable[[], pl.DataFrame] | None:
        """Return what makes a reviewed fact, calendars or profiles; nothing for another table."""
        made = {
            "calendar_days": self.calendars.days,
            "cumulative_days": lambda: self.cumulative_days,
            "cause_list": lambda: self.cause_list,
            "calendar_keys": self.calendars.keys,
            "unit_calendars": self.calendars.units,
            "profiles": lambda: lateness_profiles(self.facts.reference / "profiles"),
        }
        if table in made:
            return made[table]
        if any(self.facts.pipelines.rglob(f"{table}.sql")):
            return None
        file = self.facts.reference / f"{table.removeprefix('reference_')}.csv"
        return partial(pl.read_csv, file, infer_schema=False) if file.is_file() else None


def _stops(warehouse: Warehouse, model: Model) -> bool:
    """Build a model; return whether it is an audit that stops the build."""
    try:
        warehouse.build_model(model)
    except RuleFailed as problem:
        if not model.audit or problem.key != model.audit:
            raise
        return True
    return False


@pytest.fixture(scope="session")
def model_test(
    repository: Project, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ModelTest]:
    """Build one model on text tables: see ``ModelTest``."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with FileLock(shared / "schemas.lock"):
        schemas = shared_schemas(repository, shared / "schemas")
    test = ModelTest(repository, schemas)
    yield test
    test.warehouses.close()


@pytest.fixture(scope="session")
def dong_thap(repository: Project) -> str:
    """The calendar of Đồng Tháp as shared columns: open from 7:00 to 11:30 and 13:30 to 17:00."""
    return calendar_columns(repository, "vn_dong_thap")
