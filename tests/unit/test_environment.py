"""DVC works inside the project wherever it is started from, and all who start it agree."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.cli import main
from workbench.cli.app import read_command
from workbench.cli.schedule import schedule_lines
from workbench.core.environment import SITE, full_environment, project_environment, run_dvc
from workbench.core.errors import InputRejected, UsageProblem
from workbench.core.project import Project, shipped
from workbench.review import erasure

ROOT = Path(__file__).resolve().parents[2]
CALLERS = ("README.md", "README.vi.md", "Makefile")
ANY_CALL = re.compile(
    r"(?:^|[\s@`(;&«/\\])dvc +(?:repro|metrics|plots|config|gc|push|pull)\b", re.M
)
OUR_CALL = re.compile(r"workbench +dvc +repro\b")
OUR_RUN = re.compile(r"workbench(?:\.exe</Command>\s*<Arguments>| )run\b")
"""What a schedule calls; it reproduces the pipeline as ``workbench dvc repro`` does."""


def calls(text: str) -> int:
    """Count calls of DVC that do not go through the workbench."""
    return len(ANY_CALL.findall(text)) - len(re.findall(r"workbench +(?=dvc +\w)", text))


def entries() -> dict[str, str]:
    texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in CALLERS}
    for kind in ("cron", "systemd", "windows"):
        texts[kind] = schedule_lines(shipped(), kind=kind)
    return texts


@pytest.fixture
def project(tmp_path) -> Project:
    (tmp_path / "data").mkdir()
    command = [sys.executable, "-m", "dvc", "init", "--no-scm", "-q"]
    environment = full_environment(Project(tmp_path))
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, env=environment)
    return Project(tmp_path)


@pytest.mark.parametrize("name", [*CALLERS, "cron", "systemd", "windows"])
def test_every_entry_starts_dvc_through_the_workbench_and_sets_nothing_itself(name) -> None:
    text = entries()[name]
    assert (OUR_CALL if name in CALLERS else OUR_RUN).search(text)
    assert calls(text) == 0, ANY_CALL.findall(text)
    assert not re.search(r"\bDVC_\w+|PYTHONUTF8|PYTHONIOENCODING", text)


def test_the_word_is_read_with_whatever_follows_it() -> None:
    words = ["repro", "--force", "explain", "--", "-h", "--help"]
    assert read_command(["dvc", *words]).values["arguments"] == tuple(words)


def test_the_environment_is_that_of_the_project_with_this_installation_first(tmp_path) -> None:
    outer = {"PATH": "/bin", "DVC_SITE_CACHE_DIR": "/elsewhere", "HOME": "/h"}
    whole = full_environment(Project(tmp_path), outer)
    assert whole["DVC_SITE_CACHE_DIR"] == str(tmp_path / SITE)
    assert whole["HOME"] == "/h"
    assert whole["PATH"].endswith("/bin") != whole["PATH"].startswith("/bin")
    assert set(project_environment(Project(tmp_path))) <= set(whole)


def test_dvc_keeps_its_index_inside_the_project(project, capfd, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "elsewhere"))
    assert run_dvc(project, ["doctor"]) == 0
    assert f"Repo.site_cache_dir: {project.root / SITE}" in capfd.readouterr().out
    assert run_dvc(project, ["repro"]) != 0


STAGE = """
stages:
  ingest:
    cmd: python -c "from workbench.program import leave; leave(3)"
    deps: [data/inbox]
"""
LOCK = """
schema: "2.0"
stages:
  ingest:
    cmd: python -c "from workbench.program import leave; leave(3)"
    deps:
    - {path: data/inbox, hash: md5, md5: 0123456789abcdef0123456789abcdef.dir, size: 9, nfiles: 1}
"""


def test_the_exit_code_is_that_of_the_stage_and_an_empty_inbox_is_said(
    project, monkeypatch, capsys
) -> None:
    monkeypatch.chdir(project.root)
    (project.root / "pipelines").mkdir()
    (project.root / "dvc.yaml").write_text(STAGE, encoding="utf-8")
    assert main(["dvc", "repro"]) == InputRejected.exit_code
    assert "has no export to read" in capsys.readouterr().err
    project.inbox.mkdir()
    (project.inbox / "a.csv").write_text("a", encoding="utf-8")
    assert run_dvc(project, ["repro"]) == 3


def test_where_results_come_from_other_exports_the_sample_is_not_advised(
    project, reference_dir, monkeypatch, capsys
) -> None:
    monkeypatch.chdir(project.root)
    shutil.copytree(reference_dir, project.reference)
    shutil.copy(ROOT / "params.yaml", project.root)
    (project.root / "pipelines").mkdir()
    (project.root / "dvc.yaml").write_text(STAGE, encoding="utf-8")
    (project.root / "dvc.lock").write_text(LOCK, encoding="utf-8")
    assert main(["dvc", "repro"]) == UsageProblem.exit_code
    assert "were made from other exports" in capsys.readouterr().err


def test_what_dvc_kept_outside_the_project_is_forgotten_too(
    project, monkeypatch, tmp_path_factory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(outside))
    subprocess.run(
        [sys.executable, "-m", "dvc", "doctor"], cwd=project.root, check=True, capture_output=True
    )
    assert list((outside / "repo").iterdir())
    assert erasure._clear_outside(project) == ()
    assert not list((outside / "repo").iterdir())
