"""A small project of two commits, of which the second changed everything."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
import warnings
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import polars as pl
import pytest
from dvc.cli import main as dvc

from made_once import made_once
from workbench.core.project import Project, shipped
from workbench.review import RevisionDiff, compare_revisions

DVC_YAML = """\
stages:
  ingest:
    cmd: {python} src/copy_folder.py landed
    deps: [data/inbox, src]
    outs: [data/landed]
  clean:
    cmd: {python} src/copy_folder.py clean
    deps: [data/landed, made/clean]
    outs: [data/clean]
  clock:
    cmd: {python} src/copy_folder.py clock
    deps: [data/clean, made/clock, data/reference/calendars/days.csv]
    params: [explain.profile]
    outs: [data/clock]
  explain:
    cmd: {python} src/copy_folder.py results
    deps: [data/clock, made/results]
    outs: [data/results]
"""
COPY_FOLDER = """\
import shutil, sys
shutil.copytree(f"made/{sys.argv[1]}", f"data/{sys.argv[1]}", dirs_exist_ok=True)
"""
NASTY = "<script>alert(1)</script>|`*"


def utc(day: int) -> dt.datetime:
    return dt.datetime(2022, 6, day, 10, tzinfo=dt.UTC)


def figure(measure: str, numerator: int, denominator: int | None, **groups: str) -> dict[str, Any]:
    keys = {"unit_id": "*", "period": "2022-H1", "procedure_id": "*", "channel_in": "*", **groups}
    value = numerator if denominator is None else (numerator / denominator if denominator else None)
    method = "count" if denominator is None else "wilson"
    return {
        "measure": measure,
        "profile": "due_instant",
        **keys,
        "numerator": numerator,
        "denominator": denominator,
        "value": None if value is None else float(value),
        "lower": None if value is None else float(value) - (denominator is not None) * 0.1,
        "upper": None if value is None else float(value) + (denominator is not None) * 0.1,
        "method": method,
    }


def judged(dossier: str, outcome: str, due: int, end: int, slack: int) -> dict[str, Any]:
    return {
        "dossier_id": dossier,
        "profile": "due_instant",
        "outcome": outcome,
        "due_at_used": utc(due),
        "ended_at_used": utc(end),
        "slack_seconds": slack,
    }


def known(*dossiers: str) -> list[dict[str, Any]]:
    return [
        {
            "dossier_id": d,
            "unit_id": NASTY if d == "D3" else "p1",
            "procedure_id": "t1",
            "status": "resolved",
            "received_at": utc(1),
            "due_at": utc(5),
            "resolved_at": utc(5),
            "returned_at": utc(5),
            "snapshot_at": utc(30),
            "time_zone": "Asia/Ho_Chi_Minh",
            "source_file": "a",
            "source_row": 1,
        }
        for d in dossiers
    ]


def landed(**hashes: str) -> list[dict[str, Any]]:
    return [
        {"source_file": f"{name}.csv", "source_sheet": None, "sha256": value, "rows_landed": 2}
        for name, value in hashes.items()
    ]


BEFORE = {
    "landed/landed_files": landed(a="1", b="1"),
    "clean/dossiers": known("D1", "D2", "D3", "D4"),
    "clock/outcomes": [
        judged("D1", "early", 5, 4, 3600),
        judged("D2", "on_time", 5, 5, 60),
        judged("D3", "on_time", 5, 5, 60),
        judged("D4", "early", 5, 4, 3600),
    ],
    "results/measures": [
        figure("received", 4, None),
        figure("resolved", 4, None),
        figure("late_done", 0, 4),
        figure("late_done", 0, 0, unit_id="p9"),
        figure("late_done", 0, 1, period="2022-06"),
        figure("late_done", 0, 4, channel_in="online"),
        figure("online_in", 1, 4),
    ],
}
AFTER = {
    "landed/landed_files": landed(a="2", c="1"),
    "clean/dossiers": known("D1", "D2", "D3", "D5"),
    "clock/outcomes": [
        judged("D1", "early", 5, 4, 3600),
        judged("D2", "late", 4, 5, -7200),
        judged("D3", "late", 4, 6, -7200),
        judged("D5", "early", 5, 4, 3600),
    ],
    "results/measures": [
        figure("received", 4, None),
        figure("resolved", 1005, None),
        figure("late_done", 2, 4),
        figure("late_done", 1, 2, unit_id="p9"),
        figure("late_done", 1, 1, period="2022-06"),
        figure("late_done", 1, 4, channel_in="online"),
        figure("late_done", 1, 4, unit_id="p1"),
        figure("online_in", 1, 4),
    ],
}


def fill(root: Path, tables: dict[str, list[dict[str, Any]]]) -> None:
    for name, rows in tables.items():
        file = root / "made" / f"{name}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        pl.DataFrame(rows, infer_schema_length=None).write_parquet(file)


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


def environment(root: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DVC_SITE_CACHE_DIR": str(root / ".dvc" / "tmp" / "site"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "t",
        "GIT_AUTHOR_EMAIL": "t@example.org",
        "GIT_COMMITTER_NAME": "t",
        "GIT_COMMITTER_EMAIL": "t@example.org",
    }


def run(root: Path, *command: str) -> None:
    subprocess.run(command, cwd=root, check=True, capture_output=True, env=environment(root))


def run_dvc(root: Path, *arguments: str) -> None:
    """Run a command of DVC in this process: to start one takes longer than what it does here."""
    with chdir(root), patch.dict(os.environ, environment(root)), warnings.catch_warnings():
        # those of DVC's own code
        warnings.simplefilter("ignore")
        assert dvc(arguments) == 0


def keep(root: Path, message: str) -> None:
    run_dvc(root, "repro", "-q")
    run(root, "git", "add", "-A")
    run(root, "git", "commit", "-qm", message)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Two commits, ``before`` and ``after``, with every kind of input changed between them."""
    return Project(made_once(tmp_path_factory, "revisions", _make_history))


def _make_history(root: Path) -> None:
    here = shipped().root
    for stage in ("clean", "clock", "figures", "review", "macros"):
        shutil.copytree(here / "pipelines" / stage, root / "pipelines" / stage)
    write(root, ".dvc/config", (here / ".dvc" / "config").read_text(encoding="utf-8"))
    write(root, ".dvc/.gitignore", (here / ".dvc" / ".gitignore").read_text(encoding="utf-8"))
    write(root, ".gitignore", "/data/*\n!/data/reference/\n")
    write(root, "dvc.yaml", DVC_YAML.format(python=sys.executable))
    write(root, "src/copy_folder.py", COPY_FOLDER)
    parameters = (here / "params.yaml").read_text(encoding="utf-8")
    write(root, "params.yaml", parameters)
    write(root, "data/inbox/a.csv", "1")
    write(root, "data/reference/calendars/days.csv", "day\n2022-06-05\n")
    fill(root, BEFORE)
    run(root, "git", "init", "-q", ".")
    keep(root, "before")
    run(root, "git", "tag", "before")

    fill(root, AFTER)
    write(root, "data/inbox/a.csv", "2")
    write(root, "src/new_rule.py", "")
    write(root, "params.yaml", parameters.replace("profile: wb_strict", "profile: due_instant"))
    write(root, "data/reference/calendars/days.csv", "day\n2022-06-04\n")
    keep(root, "after")
    run(root, "git", "tag", "after")


@pytest.fixture(scope="session")
def revisions(project: Project) -> RevisionDiff:
    """What differs between the two commits."""
    return compare_revisions(project, "before", "after")


@dataclass(frozen=True)
class Copy:
    """The project once more, for a test to spoil."""

    root: Path

    @property
    def project(self) -> Project:
        return Project(self.root)

    def dvc(self, *arguments: str) -> None:
        run_dvc(self.root, *arguments)

    def git(self, *arguments: str) -> None:
        run(self.root, "git", *arguments)

    def write(self, path: str, text: str) -> None:
        write(self.root, path, text)


@pytest.fixture
def copied(project: Project, tmp_path: Path) -> Copy:
    root = tmp_path / "copy"
    shutil.copytree(project.root, root, symlinks=True)
    return Copy(root)
