"""What every test may ask for: the project's folders, the real registers, a clock to run."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling

from kept_warehouse import Warehouses, keep_calendars
from workbench.clean import clean
from workbench.clock import Calendars
from workbench.clock.lateness import lateness_profiles
from workbench.clock.stage import clock
from workbench.core.project import Project
from workbench.core.run_folders import RunFolders
from workbench.ingest import deliveries, find_profile, ingest
from workbench.ingest.fields import SERVICE_RECORDS

REPOSITORY = Path(__file__).resolve().parents[1]

if (worker := os.environ.get("PYTEST_XDIST_WORKER")) and hasattr(os, "sched_setaffinity"):
    # one processor to each test process and what it starts: threads that share one only wait
    processors = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {processors[int(worker.removeprefix("gw")) % len(processors)]})

LAB = "tests/browser/test_lab"


class LoadFiles(LoadFileScheduling):
    """Gives all tests of a file to one process, and to one all that share the lab in a browser."""

    def _split_scope(self, nodeid: str) -> str:
        return LAB if nodeid.startswith(LAB) else super()._split_scope(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFiles | None:
    """Schedule ``--dist loadfile``."""
    return LoadFiles(config, log) if config.getvalue("dist") == "loadfile" else None


settings.register_profile(
    "steady",
    derandomize=True,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def unofficial() -> re.Pattern[str]:
    """Ids of the program, words that offices do not use, and a hyphen in place of a minus sign."""
    return re.compile(
        r"channel_in|unit_id|procedure_id|received_quarter|wb_\w+|due_instant|data/reference"
        r"|cách ly|(?<![\w/.–−-])-\d|\bNone\b|\bnan\b|\bundefined\b|\bNaN\b|\bnull\b"
    )


@pytest.fixture(scope="session")
def repository() -> Project:
    """This checkout as a project."""
    return Project(REPOSITORY)


@pytest.fixture(scope="session")
def reference_dir() -> Path:
    """The reviewed facts shipped with the project."""
    return REPOSITORY / "data" / "reference"


@pytest.fixture(scope="session")
def pipelines_dir() -> Path:
    """The SQL models."""
    return REPOSITORY / "pipelines"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real registers that lie beside the project on some machines."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real registers (shared/data beside the project) are not on this machine")
    return folder


@pytest.fixture(scope="session")
def cleaned_register(
    shared_data: Path, repository: Project, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Project]:
    """Ingest and clean a public register, once for all test processes.

    ``cleaned_register("wabo", "wabo/file")`` returns the project with both folders; only to be
    read.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def run(profile: str, *paths: str) -> Project:
        name = "+".join((profile, *paths)).replace("/", "_")
        work = Project(shared / name)
        with FileLock(shared / f"{name}.lock"):
            if not work.clean.is_dir():
                files = [shared_data / path for path in paths]
                with pytest.MonkeyPatch.context() as patch:
                    patch.setenv("WORKBENCH_KEY", "the same staff in csv and xes")
                    exports = deliveries(files, find_profile(profile, repository.reference))
                    ingest(exports, work.landed)
                clean(RunFolders(work, repository))
        return work

    return run


@pytest.fixture(scope="session")
def clocked_register(
    cleaned_register: Callable[..., Project], repository: Project
) -> Callable[..., Project]:
    """Clean a public register and clock it, once for all test processes; only to be read."""

    def run(profile: str, *paths: str) -> Project:
        work = cleaned_register(profile, *paths)
        with FileLock(f"{work.root}.clock.lock"):
            if not work.clock.is_dir():
                clock(RunFolders(work, repository))
        return work

    return run


@pytest.fixture(scope="session")
def calendars(reference_dir: Path) -> Calendars:
    """The shipped calendars."""
    return Calendars.read(reference_dir / "calendars")


@pytest.fixture(scope="session")
def warehouses(pipelines_dir: Path, reference_dir: Path) -> Iterator[Warehouses]:
    """Lend a warehouse in which models read the reviewed facts: ``with warehouses() as it:``."""
    shared = Warehouses(pipelines_dir, reference_dir)
    yield shared
    shared.close()


@pytest.fixture(autouse=True)
def _speak_english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests read messages in English unless they ask otherwise."""
    monkeypatch.setenv("WORKBENCH_LANG", "en")


DOSSIER = {
    "dossier_id": pl.String,
    "source": pl.String,
    "unit_id": pl.String,
    "procedure_id": pl.String,
    "field_of_work": pl.String,
    "channel_in": pl.String,
    "channel_out": pl.String,
    "service_level": pl.String,
    "processed_online": pl.Boolean,
    "applicant_kind": pl.String,
    "submitted_at": pl.Datetime("us", "UTC"),
    "received_at": pl.Datetime("us", "UTC"),
    "received_on": pl.Date,
    "due_at": pl.Datetime("us", "UTC"),
    "due_first_at": pl.Datetime("us", "UTC"),
    "resolved_at": pl.Datetime("us", "UTC"),
    "returned_at": pl.Datetime("us", "UTC"),
    "status": pl.String,
    "lateness_excluded": pl.String,
    "snapshot_at": pl.Datetime("us", "UTC"),
    "calendar_id": pl.String,
    "time_zone": pl.String,
    "term_value": pl.Int64,
    "term_unit": pl.String,
}
STEP = {
    "dossier_id": pl.String,
    "step_no": pl.Int64,
    "step": pl.String,
    "step_kind": pl.String,
    "unit_id": pl.String,
    "holder_id": pl.String,
    "arrived_at": pl.Datetime("us", "UTC"),
    "started_at": pl.Datetime("us", "UTC"),
    "finished_at": pl.Datetime("us", "UTC"),
    "norm_seconds": pl.Int64,
}
PAUSE = {
    "dossier_id": pl.String,
    "pause_no": pl.Int64,
    "reason": pl.String,
    "paused_at": pl.Datetime("us", "UTC"),
    "resumed_at": pl.Datetime("us", "UTC"),
}
HOUSE = {
    "source": "test",
    "unit_id": "U1",
    "procedure_id": "P1",
    "channel_in": "counter",
    "calendar_id": "vn_dong_thap",
    "time_zone": "Asia/Ho_Chi_Minh",
    "snapshot_at": dt.datetime(2026, 6, 30, 10, tzinfo=dt.UTC),
}


def dossier(row: dict[str, object]) -> dict[str, object]:
    """Fill in what a row does not name; one without a date of its end is open, as in a register."""
    ended = row.get("resolved_at") or row.get("returned_at")
    return {**HOUSE, "status": "resolved" if ended else "in_progress", **row}


def table(rows: list[dict[str, object]], schema: dict[str, object]) -> pl.DataFrame:
    """Build a clean table from rows that name only what matters; the rest is missing."""
    full = [{name: row.get(name) for name in schema} for row in rows]
    frame = pl.DataFrame(full, schema=schema, orient="row")
    if "received_on" in schema:
        zone = frame["time_zone"][0] if frame.height else "UTC"
        local = pl.col("received_at").dt.convert_time_zone(zone).dt.date()
        frame = frame.with_columns(local.alias("received_on"))
    return frame


Clock = Callable[..., dict[str, pl.DataFrame]]


@pytest.fixture(scope="session")
def run_clock(calendars: Calendars, reference_dir: Path, warehouses: Warehouses) -> Clock:
    """Run the clock models on dossiers, steps and pauses given as rows or frames.

    ``facts`` are tables to use instead of the shipped facts, calendars and profiles.
    """
    shipped = calendars

    def run(
        dossiers: list[dict[str, object]] | pl.DataFrame,
        steps: list[dict[str, object]] | pl.DataFrame = (),
        pauses: list[dict[str, object]] | pl.DataFrame = (),
        *,
        calendars: Calendars = calendars,
        tables: tuple[str, ...] = ("outcomes", "ledger", "due_dates"),
        facts: dict[str, pl.DataFrame] | None = None,
    ) -> dict[str, pl.DataFrame]:
        if not isinstance(dossiers, pl.DataFrame):
            dossiers = table([dossier(row) for row in dossiers], DOSSIER)
        if "lateness_excluded" not in dossiers.columns:
            none = pl.lit(None, dtype=pl.String)
            dossiers = dossiers.with_columns(none.alias("lateness_excluded"))
        with warehouses() as warehouse:
            warehouse.add_frame("dossiers", dossiers)
            for name, rows, schema in (("steps", steps, STEP), ("pauses", pauses, PAUSE)):
                frame = rows if isinstance(rows, pl.DataFrame) else table(list(rows), schema)
                warehouse.add_frame(name, frame)
            keep_calendars(warehouse, shipped)
            warehouse.keep("profiles", lambda: lateness_profiles(reference_dir / "profiles"))
            for name, frame in {**_changed(calendars, shipped), **(facts or {})}.items():
                warehouse.add_frame(name, frame)
            warehouse.build("clock", wanted=tables)
            made = {name: warehouse.frame(name) for name in tables}
        # no test of the clock has a field that only offices count; those who count read the table
        return {**made, "service_records": pl.DataFrame(schema=SERVICE_RECORDS)}

    return run


def _changed(calendars: Calendars, shipped: Calendars) -> dict[str, pl.DataFrame]:
    if calendars is shipped:
        return {}
    return {
        "calendar_keys": calendars.keys(),
        "calendar_days": calendars.days(),
        "unit_calendars": calendars.units(),
    }
