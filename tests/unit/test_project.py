"""A folder is replaced whole; leftovers of a killed run go, those of a running one stay."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from workbench.core.errors import OutputBusy
from workbench.core.project import find_project, replace_folder, restore_folders

KILLED_RUN = """
import os, sys
from pathlib import Path
from workbench.core.project import replace_folder

folder, number, moment = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
rename, done = Path.rename, []

def kill(path, target):
    done.append(path)
    if len(done) == number and moment == "before":
        os._exit(137)
    rename(path, target)
    if len(done) == number:
        os._exit(137)

Path.rename = kill
with replace_folder(folder) as fresh:
    (fresh / "table").write_text("new")
"""
"""Replaces a folder and dies at once, as by SIGKILL, before or after its n-th rename."""


def leftover(folder: Path, *, age: float) -> Path:
    """A scratch folder as a run leaves it that was killed so many seconds ago."""
    scratch = folder.parent / f".{folder.name}-killed"
    (scratch / "new").mkdir(parents=True)
    (scratch / ".in-use").touch()
    backdate(scratch / ".in-use", age)
    return scratch


def backdate(file: Path, age: float) -> None:
    then = file.stat().st_mtime - age
    os.utime(file, (then, then))


def test_what_a_killed_run_left_is_gone_after_the_next_one(tmp_path) -> None:
    folder = tmp_path / "clean"
    scratch = leftover(folder, age=3600)
    with replace_folder(folder) as fresh:
        (fresh / "table").touch()
    assert not scratch.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["clean"]


def test_the_scratch_folder_of_a_living_run_stays(tmp_path) -> None:
    folder = tmp_path / "clean"
    scratch = leftover(folder, age=3600)
    with FileLock(scratch / ".in-use") as lock:
        backdate(Path(lock.lock_file), 3600)
        with replace_folder(folder):
            assert scratch.exists()
    assert scratch.exists()


def test_a_run_that_only_just_began_is_left_alone(tmp_path) -> None:
    folder = tmp_path / "clean"
    scratch = leftover(folder, age=0)
    with replace_folder(folder):
        pass
    assert scratch.exists()


def test_what_a_killed_run_left_a_moment_ago_is_gone_after_the_next_one(tmp_path) -> None:
    folder = tmp_path / "clean"
    command = [sys.executable, "-c", KILLED_RUN, str(folder), "1", "before"]
    assert subprocess.run(command, check=False).returncode == 137
    assert len(list(tmp_path.iterdir())) == 1
    with replace_folder(folder):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["clean"]


def test_a_hidden_folder_without_our_lock_is_no_leftover(tmp_path) -> None:
    other = tmp_path / ".clean-notes"
    other.mkdir()
    with replace_folder(tmp_path / "clean"):
        pass
    assert other.exists()


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", [1, 2])
def test_wherever_a_run_is_killed_one_whole_copy_is_found_again(tmp_path, number, moment) -> None:
    folder = tmp_path / "data" / "clean [1]"
    folder.mkdir(parents=True)
    (folder / "table").write_text("old")
    command = [sys.executable, "-c", KILLED_RUN, str(folder), str(number), moment]
    assert subprocess.run(command, check=False).returncode == 137
    restore_folders(folder.parent)
    assert (folder / "table").read_text() == ("new" if (number, moment) == (2, "after") else "old")
    with replace_folder(folder) as fresh:
        (fresh / "table").write_text("newer")
    assert (folder / "table").read_text() == "newer"


def test_a_command_finds_results_that_a_killed_run_had_moved_aside(tmp_path) -> None:
    (tmp_path / "dvc.yaml").touch()
    (tmp_path / "pipelines").mkdir()
    page = tmp_path / "data" / "briefings" / "2022-H1" / ".all-x1" / "old" / "briefing.html"
    page.parent.mkdir(parents=True)
    page.touch()
    project = find_project(tmp_path)
    assert (project.briefings / "2022-H1" / "all" / "briefing.html").is_file()


def test_a_run_that_is_just_replacing_a_folder_is_not_disturbed(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("workbench.core.project._PATIENCE", 0)
    scratch = leftover(tmp_path / "clean", age=0)
    (scratch / "old").mkdir()
    with FileLock(scratch / ".in-use"):
        restore_folders(tmp_path)
    assert not (tmp_path / "clean").exists()


def test_an_interrupt_between_the_two_renames_puts_the_old_folder_back(
    tmp_path, monkeypatch
) -> None:
    folder = tmp_path / "clean"
    folder.mkdir()
    (folder / "table").touch()
    rename = Path.rename

    def interrupt(path: Path, target: Path) -> Path:
        if path.name == "new":
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", interrupt)
    with pytest.raises(KeyboardInterrupt), replace_folder(folder):
        pass
    assert (folder / "table").is_file()


def test_a_place_that_is_no_folder_is_one_message(tmp_path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(OutputBusy, match="cannot be written"),
        replace_folder(tmp_path / "file" / "x"),
    ):
        pass
