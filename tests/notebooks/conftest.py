"""A project of 330 dossiers whose clock and measures are made by the real models.

Two units carry markup in their names, one of them few dossiers; every third dossier of the slow
unit is late in its last half-year. Everything is counted off, nothing is random.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from made_once import made_once
from workbench.answers import Book, open_book
from workbench.charts import unchecked_charts
from workbench.clock.stage import clock
from workbench.core.project import Project
from workbench.core.run_folders import RunFolders
from workbench.explain import explain
from workbench.figures import on_request
from workbench.ingest.fields import OTHER_RECORDS, SERVICE_RECORDS

UNITS = ("SD-P1", "SD-VH", "SD-YT", "<script>alert(1)</script>")
MOMENT = pl.Datetime("us", "UTC")
STEPS = (
    ("Tiếp nhận", "intake", 0, 1),
    ("Thẩm định <b onclick=x>", "work", 4, 20),
    ("Trình ký", "sign", 30, 33),
    ("Vào sổ, đóng dấu", "record", 33, 34),
)
"""Step, kind, hours from receipt to start and to end (true hours; nights do not count)."""


def _hours(start: dt.datetime, hours: float) -> dt.datetime:
    return start + dt.timedelta(hours=hours)


def _dossiers() -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    first = dt.datetime(2021, 1, 4, 1, 30, tzinfo=dt.UTC)
    for number in range(330):
        unit = UNITS[number % 3] if number % 30 else UNITS[3]
        received = first + dt.timedelta(days=7 * (number // 5), hours=number % 5)
        late = unit == "SD-VH" and number % (3 if received.year == 2022 else 15) == 1
        resolved = received + dt.timedelta(days=7 if late else 2, hours=1)
        still_open = number >= 322
        rows.append(
            {
                "dossier_id": f"H{number:04d}",
                "source": "test",
                "unit_id": unit,
                "procedure_id": "P1",
                "procedure_name": "Thủ tục",
                "field_of_work": "Hộ tịch",
                "channel_in": "online" if number % 3 else "counter",
                "channel_out": "post" if number % 4 == 0 else "counter",
                "service_level": "full",
                "processed_online": bool(number % 3),
                "applicant_kind": "citizen",
                "submitted_at": received,
                "received_at": received,
                "received_on": (received + dt.timedelta(hours=7)).date(),
                "due_at": received + dt.timedelta(days=3),
                "due_first_at": received + dt.timedelta(days=3),
                "resolved_at": None if still_open else resolved,
                "reported_end_at": None if still_open else resolved,
                "returned_at": None if still_open else resolved + dt.timedelta(hours=2),
                "paper_result_on": None,
                "status": "in_progress" if still_open else "returned",
                "snapshot_at": dt.datetime(2022, 6, 30, 10, tzinfo=dt.UTC),
                "calendar_id": "vn_dong_thap",
                "time_zone": "Asia/Ho_Chi_Minh",
                "term_value": 3,
                "term_unit": "working_day",
                "synthetic": True,
                "source_file": "a.xlsx",
                "source_row": number,
            }
        )
    return rows


def _steps(dossiers: list[dict[str, object]]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for dossier in dossiers:
        received, resolved = dossier["received_at"], dossier["resolved_at"]
        assert isinstance(received, dt.datetime)
        scale = 1.0
        if isinstance(resolved, dt.datetime):
            scale = (resolved - received) / dt.timedelta(hours=34)
        for number, (step, kind, start, end) in enumerate(STEPS, start=1):
            open_end = resolved is None and kind in ("sign", "record")
            if open_end:
                continue
            rows.append(
                {
                    "dossier_id": dossier["dossier_id"],
                    "step_no": number,
                    "step": step,
                    "step_kind": kind,
                    "unit_id": dossier["unit_id"],
                    "holder_id": "cb01",
                    "arrived_at": _hours(received, start * scale),
                    "started_at": _hours(received, start * scale),
                    "finished_at": _hours(received, end * scale),
                    "step_due_at": None,
                    "norm_seconds": 3600 * 8,
                    "source_file": "b.csv",
                    "source_row": len(rows),
                }
            )
    return rows


def _frame(rows: list[dict[str, object]]) -> pl.DataFrame:
    moments = [n for n in rows[0] if n.endswith("_at")]
    dates = {"paper_result_on": pl.Date}
    return pl.DataFrame(
        rows,
        schema_overrides=dict.fromkeys(moments, MOMENT) | dates if rows else None,
        infer_schema_length=None,
    )


def write_clean_tables(folder: Path, *, synthetic: bool = True) -> None:
    """Write the clean tables of the small project."""
    folder.mkdir(parents=True)
    dossiers = _dossiers()
    frames = {
        "dossiers": _frame(dossiers).with_columns(
            pl.lit(synthetic).alias("synthetic"),
            pl.lit(None, dtype=pl.String).alias("lateness_excluded"),
            pl.lit(None, dtype=pl.String).alias("late_reason"),
        ),
        "steps": _frame(_steps(dossiers)),
        "pauses": pl.DataFrame(
            schema={
                "dossier_id": pl.String,
                "pause_no": pl.Int64,
                "reason": pl.String,
                "paused_at": MOMENT,
                "resumed_at": MOMENT,
            }
        ),
        "other_records": pl.DataFrame(schema=OTHER_RECORDS),
        "service_records": pl.DataFrame(schema=SERVICE_RECORDS),
        "quarantine": pl.DataFrame(
            {
                "rule_id": ["D06", "P05"],
                "severity": ["error", "warn"],
                "source_file": ["a.xlsx", "b.csv"],
                "source_sheet": ["", ""],
                "source_row": [7, 9],
                "message": ["<img src=x onerror=alert(1)> row 7", "row 9"],
                "message_en": ["<img src=x onerror=alert(1)> line 7", "line 9"],
                "record": ["{}", "{}"],
            }
        ),
        "source_findings": pl.DataFrame(
            {
                "rule_id": ["F09", "F08"],
                "source_file": ["<b>ghi-chu</b>.txt", "a.xlsx"],
                "source_sheet": ["", ""],
                "field": ["", ""],
                "n_values": [1, 4],
                "time_of_day": [None, None],
            },
            schema_overrides={"time_of_day": pl.String},
        ),
        "reconciliation": pl.DataFrame(
            {
                "source_file": ["a.xlsx", "b.csv"],
                "rows_read": [340, 1320],
                "rows_clean": [330, 1316],
                "rows_quarantined": [1, 0],
                "rows_merged": [2, 0],
                "rows_ignored": [7, 4],
            }
        ),
    }
    for name, frame in frames.items():
        frame.write_parquet(folder / f"{name}.parquet")


CHECKED = ("test_book", "test_words_of_answers")
"""Modules that ask every question with its chart checked against Altair's schema."""


@pytest.fixture(autouse=True)
def _draw_as_in_a_run(request: pytest.FixtureRequest) -> Iterator[None]:
    """Draw charts without the check of Altair, as a run does, but in the modules that make it."""
    if request.path.stem in CHECKED:
        yield
        return
    with unchecked_charts():
        yield


@pytest.fixture(scope="session")
def small_project(tmp_path_factory: pytest.TempPathFactory, repository: Project) -> Project:
    """A finished pipeline on 330 dossiers; tests read it and never write into it."""

    def make(folder: Path) -> None:
        project = Project(folder / "project")
        write_clean_tables(project.clean)
        (project.root / "dvc.yaml").write_text("stages: {}\n", encoding="utf-8")
        project.pipelines.mkdir()
        shutil.copytree(repository.notebooks, project.notebooks)
        shutil.copytree(repository.reference, project.reference)
        folders = RunFolders(project, repository)
        clock(folders)
        explain(folders, profile="wb_strict")

    return Project(made_once(tmp_path_factory, "small", make) / "project")


@pytest.fixture(scope="session", autouse=True)
def _counted_once(small_project: Project) -> Iterator[None]:
    """Count what questions ask of the small project once: no test changes its tables."""
    count = on_request.count_on_request
    counted: dict[str, dict[str, pl.DataFrame]] = {}

    def count_once(
        names: tuple[str, ...], folders: tuple[Path, ...], facts: Project, **asked: Any
    ) -> dict[str, pl.DataFrame]:
        is_small = all(small_project.root in folder.parents for folder in folders)
        if not is_small or asked.get("dossiers") is not None:
            return count(names, folders, facts, **asked)
        key = repr((names, facts, sorted(asked.items())))
        if key not in counted:
            counted[key] = count(names, folders, facts, **asked)
        return counted[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(on_request, "count_on_request", count_once)
        yield


@pytest.fixture(scope="session")
def small_book(small_project: Project) -> Book:
    """The small project's results, speaking Vietnamese."""
    return open_book(small_project.root, language="vi")


@pytest.fixture
def analysed(small_project: Project, tmp_path: Path) -> Path:
    """The same results as an ``analyse`` folder."""
    tables = tmp_path / "analysed" / "tables"
    tables.mkdir(parents=True)
    for folder in (small_project.clean, small_project.clock, small_project.results):
        for table in folder.glob("*.parquet"):
            shutil.copy(table, tables / table.name)
    return tables.parent
