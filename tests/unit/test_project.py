"""A room is replaced whole; what a killed run left beside it goes, what a living one uses stays."""

from __future__ import annotations

import os
from pathlib import Path

from filelock import FileLock

from workbench.project import fresh_folder


def leftover(room: Path, *, age: float) -> Path:
    """A scratch folder as a run leaves it that was killed so many seconds ago."""
    scratch = room.parent / f".{room.name}-killed"
    (scratch / "new").mkdir(parents=True)
    (scratch / ".in-use").touch()
    backdate(scratch / ".in-use", age)
    return scratch


def backdate(file: Path, age: float) -> None:
    then = file.stat().st_mtime - age
    os.utime(file, (then, then))


def test_what_a_killed_run_left_is_gone_after_the_next_one(tmp_path) -> None:
    room = tmp_path / "clean"
    scratch = leftover(room, age=3600)
    with fresh_folder(room) as fresh:
        (fresh / "table").touch()
    assert not scratch.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["clean"]


def test_the_scratch_folder_of_a_living_run_stays(tmp_path) -> None:
    room = tmp_path / "clean"
    scratch = leftover(room, age=3600)
    with FileLock(scratch / ".in-use") as lock:
        backdate(Path(lock.lock_file), 3600)
        with fresh_folder(room):
            assert scratch.exists()
    assert scratch.exists()


def test_a_run_that_only_just_began_is_left_alone(tmp_path) -> None:
    room = tmp_path / "clean"
    scratch = leftover(room, age=0)
    with fresh_folder(room):
        pass
    assert scratch.exists()


def test_a_hidden_folder_without_our_lock_is_no_leftover(tmp_path) -> None:
    other = tmp_path / ".clean-notes"
    other.mkdir()
    with fresh_folder(tmp_path / "clean"):
        pass
    assert other.exists()
