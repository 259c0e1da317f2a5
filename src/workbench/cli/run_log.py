"""The log of unattended runs: one JSON object a line in ``data/runs.jsonl``, oldest first.

It names exports, parameters and results, and no person. A log that has grown long is set aside as
``data/runs.1.jsonl``, replacing the one before.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from filelock import FileLock

from workbench.core.project import Project

LONGEST = 1_000_000
"""Bytes of a log before a new one is begun: some thousand runs."""
DONE = ("done", "unchanged")
"""Outcomes of a run that left a briefing of its period."""

Entry = dict[str, Any]


def log_file(project: Project) -> Path:
    """Return the file of the log."""
    return project.data / "runs.jsonl"


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


def _entry(line: str) -> Entry | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None
