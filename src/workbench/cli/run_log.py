"""The log of unattended runs: one JSON object a line in ``data/runs.jsonl``, oldest first.

It names exports, parameters and results, and no person. A log that has grown long is set aside as
``data/runs.1.jsonl``, replacing the one before. ``data/.run.json`` is the entry of the run under
way: where a run finds one that no running process keeps, the run before was killed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from workbench.core.errors import OutputBusy
from workbench.core.project import Project
from workbench.messages import say

LONGEST = 1_000_000
"""Bytes of a log before a new one is begun: some thousand runs."""
DONE = ("done", "unchanged")
"""Outcomes of a run that left a briefing of its period."""

PATIENCE = 6 * 3600
"""Seconds that a run waits for another one: schedules may be due at the same time."""

Entry = dict[str, Any]


def log_file(project: Project) -> Path:
    """Return the file of the log."""
    return project.data / "runs.jsonl"


@contextmanager
def alone(project: Project, entry: Entry) -> Iterator[None]:
    """Let no other unattended run of the project run meanwhile; log one that was killed before.

    Raises:
        OutputBusy: Another run has not ended after hours.
    """
    project.data.mkdir(parents=True, exist_ok=True)
    under_way = project.data / ".run.json"
    try:
        lock = FileLock(project.data / ".run.lock", timeout=PATIENCE)
        lock.acquire()
    except Timeout:
        raise OutputBusy("run.busy", folder=project.root, hours=PATIENCE // 3600) from None
    try:
        if under_way.is_file():
            killed = _entry(under_way.read_text(encoding="utf-8")) or {}
            append_run(project, {**killed, "outcome": "killed", "message": say("run.was_killed")})
        under_way.write_text(json.dumps(entry, ensure_ascii=False), encoding="utf-8")
        try:
            yield
        finally:
            under_way.unlink(missing_ok=True)
    finally:
        lock.release()


def append_run(project: Project, entry: Entry) -> None:
    """Add a run to the log."""
    file = log_file(project)
    file.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(file.parent / ".runs.lock"):
        if file.is_file() and file.stat().st_size > LONGEST:
            file.replace(file.with_name("runs.1.jsonl"))
        with file.open("a", encoding="utf-8", newline="\n") as log:
            log.write(json.dumps(entry, ensure_ascii=False, sort_keys=True) + "\n")


def read_runs(project: Project) -> list[Entry]:
    """Return the logged runs, oldest first; a line cut short by a crash is passed over."""
    current = log_file(project)
    entries: list[Entry] = []
    for file in (current.with_name("runs.1.jsonl"), current):
        lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
        entries += [entry for line in lines if (entry := _entry(line))]
    return entries


def earlier_runs(project: Project, entry: Entry) -> list[Entry]:
    """Return the runs of the same schedule that left their briefings, oldest first.

    A schedule is what is asked for, whatever the period: another unit, language or format is
    another schedule. What an older entry does not say is taken to be the same.
    """
    question = _question(entry)
    finished = (run for run in read_runs(project) if run.get("outcome") in DONE)
    return [run for run in finished if question == {**question, **_question(run)}]


def _question(entry: Entry) -> dict[str, Any]:
    arguments = entry.get("arguments", {})
    return {name: value for name, value in arguments.items() if name != "period"}


def _entry(line: str) -> Entry | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None
