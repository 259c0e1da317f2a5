"""Where a run of the stages reads and writes; what its stages tell while they work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workbench.core.project import Project

Progress = Callable[[str], None]
"""Receives a few words about each step of a run."""


@dataclass(frozen=True)
class RunFolders:
    """Where a run reads facts and rules, and where it puts tables.

    In a project both are the project; ``analyse`` borrows the facts and works in a scratch place.
    """

    work: Project
    facts: Project
    progress: Progress = lambda _: None
