"""Temporary files go with their run, a killed run's with the next; outputs are closed to others."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.core.project import Project, Scratch, close_to_others, replace_folder
from workbench.warehouse import Warehouse

posix = pytest.mark.skipif(os.name == "nt", reason="Windows folders inherit their rights")
RUN = """
import signal, sys
from workbench.cli import main
from workbench.core.project import Scratch
import workbench.clean.__main__ as stage

def wait():
    with Scratch("test") as folder:
        (folder / "connection.json").write_text("key")
        print(folder, flush=True)
        signal.pause()

stage.find_project = wait
sys.exit(main(["clean"]))
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def start() -> tuple[subprocess.Popen[str], Path]:
    """Start a run that waits, and return it with its scratch folder."""
    run = subprocess.Popen([sys.executable, "-c", RUN], stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    with run.stdout:
        return run, Path(run.stdout.readline().strip())


@posix
def test_the_next_run_removes_what_a_killed_run_left_and_nothing_else(temporary: Path) -> None:
    (temporary / "workbench-of-a-user").mkdir()
    killed, left = start()
    killed.kill()
    killed.wait()
    assert (left / "connection.json").is_file()
    living, kept = start()
    try:
        assert not left.exists()
        with Scratch("next"):
            assert kept.is_dir()
    finally:
        living.kill()
        living.wait()
    assert (temporary / "workbench-of-a-user").is_dir()


@posix
def test_a_run_asked_to_end_cleans_up(temporary: Path) -> None:
    run, folder = start()
    run.send_signal(signal.SIGTERM)
    assert run.wait() == 130
    assert not folder.exists()
    assert list(temporary.iterdir()) == []


def test_a_database_leaves_nothing_behind(temporary: Path, repository: Project) -> None:
    with Warehouse(repository.pipelines):
        assert len(list(temporary.iterdir())) == 1
    assert list(temporary.iterdir()) == []


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@posix
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_outputs_are_for_owner_and_group_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        with replace_folder(tmp_path / "landed") as fresh:
            (fresh / "plots").mkdir()
            for name in ("a.parquet", "plots/a.csv"):
                (fresh / name).write_text("x")
        with replace_folder(tmp_path / "out", replaced=["tables", "a.html"]) as fresh:
            (fresh / "tables").mkdir()
            for name in ("a.html", "tables/a.parquet"):
                (fresh / name).write_text("x")
    finally:
        os.umask(before)
    for folder in ("landed", "landed/plots", "out/tables"):
        assert mode(tmp_path / folder) == 0o750, folder
    for file in ("landed/a.parquet", "landed/plots/a.csv", "out/a.html", "out/tables/a.parquet"):
        assert mode(tmp_path / file) == 0o640, file


@posix
def test_what_others_keep_in_an_output_folder_keeps_its_rights(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    other = tmp_path / "out" / "notes.txt"
    other.write_text("x")
    other.chmod(0o664)
    with replace_folder(tmp_path / "out", replaced=["a.html"]) as fresh:
        (fresh / "a.html").write_text("x")
    assert mode(other) == 0o664


@posix
def test_exports_are_for_their_owner_alone_and_links_stay(tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    inbox = project.inbox / "2022"
    inbox.mkdir(parents=True)
    (project.root / ".dvc").mkdir()
    elsewhere = tmp_path / "elsewhere.csv"
    elsewhere.write_text("x")
    elsewhere.chmod(0o644)
    (inbox / "a.csv").write_text("x")
    (inbox / "b.csv").symlink_to(elsewhere)
    close_to_others(project)
    assert [mode(path) for path in (project.inbox, inbox, inbox / "a.csv")] == [0o700] * 2 + [0o600]
    assert mode(elsewhere) == 0o644
    assert [mode(path) for path in (project.data, project.root / ".dvc" / "cache")] == [0o750] * 2
