"""Folders that a run of the stages reads and writes, and its progress messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workbench.core.project import Project

Progress = Callable[[str], None]
"""Receives a short text about each step of a run."""


@dataclass(frozen=True)
class RunFolders:
    """Folder of facts and rules that a run reads, and folders to which it writes tables.

    In a project both are the project; ``analyse`` uses the shipped facts and a scratch folder.
    """

    work: Project
    facts: Project
    progress: Progress = lambda _: None
