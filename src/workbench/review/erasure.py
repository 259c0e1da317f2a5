"""Erase a source or one of its files from the inbox, every data folder and the DVC cache.

Figures are not edited: the file is deleted, everything made from it is made again without it, and
the cache keeps only what the new state needs; DVC's index of the project's files, which has their
names, is made anew. Earlier revisions can then no longer be compared by row; their ``dvc.lock`` in
git has fingerprints, no data. Places out of reach (remotes, clones, backups, pages already sent)
are listed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from workbench.core.environment import SITE, full_environment
from workbench.core.errors import OutputBusy, UsageProblem
from workbench.core.project import Project
from workbench.messages import say

Progress = Callable[[str], None]
_SITE_VARIABLE = "DVC_SITE_CACHE_DIR"
_SITE_LINE = re.compile(r"^Repo\.site_cache_dir: (.+)$", re.MULTILINE)
"""The line of ``dvc doctor`` with the path of the index of the project's files."""

_GC = ("gc", "--workspace", "--force")
"""Keep what the project's folder needs now, and nothing else."""
_IN_REMOTE = re.compile(r"^Removed (\d+) objects? from remote", re.MULTILINE)


@dataclass(frozen=True)
class ErasureReport:
    """Result of an erasure.

    ``files`` were deleted from the inbox, ``objects`` from the cache; ``left`` are sentences
    about places out of reach.
    """

    files: tuple[str, ...]
    objects: int
    left: tuple[str, ...]


def forget(project: Project, what: str, *, progress: Progress = lambda _: None) -> ErasureReport:
    """Remove a source, or one file, and everything made from it.

    Safe to run again: a run that was interrupted is finished by the next one.

    Args:
        project: The project whose inbox, data folders and cache are meant.
        what: Name of a source profile, or of a file of the inbox.
        progress: Receives a short text about each step.

    Raises:
        UsageProblem: Neither the inbox nor the landed tables know such a source or file.
        OutputBusy: A file cannot be deleted, or the data folders cannot be made again.
    """
    files = _files_of(project, what)
    _delete(files)
    progress(say("forgetting.deleted", n=len(files)))
    _delete([folder for folder in _derived(project) if folder.exists()])
    if any(path.is_file() for path in project.inbox.rglob("*")):
        progress(say("forgetting.again"))
        _dvc(project, "repro")
    else:
        _delete([project.root / "dvc.lock"])
    cache = Path(project.root, _dvc(project, "cache", "dir").strip()).resolve()
    is_shared = not cache.is_relative_to(project.root.resolve())
    objects = 0 if is_shared else _clear_cache(project, cache)
    _delete([project.root / SITE])
    left = [*_clear_outside(project), *_left(project)]
    if is_shared:
        left.append(say("forgetting.shared_cache", folder=cache))
    return ErasureReport(tuple(path.name for path in files), objects, tuple(left))


def _files_of(project: Project, what: str) -> list[Path]:
    from workbench.ingest import shipped_profiles, sort_inbox

    profiles: dict[Path, str] = {}
    if project.inbox.is_dir() and any(path.is_file() for path in project.inbox.rglob("*")):
        inbox = sort_inbox(project.inbox, shipped_profiles(project.reference))
        profiles = dict.fromkeys(inbox.unknown, "-")
        profiles |= {export.path: export.profile.name for export in inbox.exports}
    chosen = [path for path, source in profiles.items() if what in (source, path.name)]
    landed = _landed(project)
    if not chosen and what not in landed:
        names = sorted({*profiles.values(), *(path.name for path in profiles), *landed})
        raise UsageProblem("forgetting.unknown", what=what, known=", ".join(names) or "-")
    return chosen


def _landed(project: Project) -> set[str]:
    path = project.landed / "landed_files.parquet"
    if not path.is_file():
        return set()
    rows = pl.read_parquet(path, columns=["source", "source_file"])
    return {*rows["source"].to_list(), *rows["source_file"].to_list()}


def _derived(project: Project) -> tuple[Path, ...]:
    """Every folder made from the inbox, briefings of all periods among them."""
    return (project.landed, project.clean, project.clock, project.results, project.briefings)


def _delete(places: list[Path]) -> None:
    for place in places:
        try:
            if place.is_dir():
                shutil.rmtree(place)
            else:
                place.unlink(missing_ok=True)
        except OSError as problem:
            reason = problem.strerror or str(problem)
            raise OutputBusy("forgetting.busy", place=place, reason=reason) from problem


def _dvc(project: Project, *words: str, outer: dict[str, str] | None = None) -> str:
    command = [sys.executable, "-m", "dvc", *words]
    done = subprocess.run(  # noqa: S603 - our own interpreter, no shell
        command,
        cwd=project.root,
        capture_output=True,
        encoding="utf-8",
        check=False,
        env=full_environment(project) if outer is None else outer,
    )
    if done.returncode:
        reason = done.stderr.strip().splitlines() or ["-"]
        raise OutputBusy("forgetting.dvc_failed", command=" ".join(words), reason=reason[-1])
    return done.stdout


def _clear_outside(project: Project) -> tuple[str, ...]:
    """Clear what a DVC that was started without us keeps of the project outside its folder.

    It names the files of the project. Returns what is left, as sentences.
    """
    outer = {name: value for name, value in os.environ.items() if name != _SITE_VARIABLE}
    settings = [outer, dict(os.environ)] if _SITE_VARIABLE in os.environ else [outer]
    left = []
    for environment in settings:
        try:
            match = _SITE_LINE.search(_dvc(project, "doctor", outer=environment))
        except OutputBusy:
            left.append(say("forgetting.index_unknown"))
            continue
        folder = Path(match[1].strip()) if match else None
        if folder is None or folder.resolve().is_relative_to(project.root.resolve()):
            continue
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:
            continue
        except OSError as problem:
            reason = problem.strerror or str(problem)
            left.append(say("forgetting.index_outside", folder=folder, reason=reason))
    return tuple(left)


def _clear_cache(project: Project, cache: Path) -> int:
    before = _objects(cache)
    _dvc(project, *_GC)
    return before - _objects(cache)


def _objects(cache: Path) -> int:
    return sum(1 for path in (cache / "files").rglob("*") if path.is_file())


def _left(project: Project) -> tuple[str, ...]:
    names = _dvc(project, "remote", "list").split()[::2]
    remotes = [_left_in_remote(project, name) for name in names]
    return (*remotes, say("forgetting.history"), say("forgetting.elsewhere"))


def _left_in_remote(project: Project, name: str) -> str:
    """Say how many objects of earlier states a remote still holds; a dry run of DVC counts them."""
    try:
        dry_run = _dvc(project, *_GC, "--cloud", "-r", name, "--dry")
    except OutputBusy:
        return say("forgetting.remote_unknown", name=name)
    objects = sum(int(n) for n in _IN_REMOTE.findall(dry_run))
    return say("forgetting.remote" if objects else "forgetting.remote_clear", name=name, n=objects)
