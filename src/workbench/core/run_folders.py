"""Folders that a run of the stages reads and writes, and its progress: steps, counted or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from workbench.core.project import Project

Progress = Callable[[str], None]
"""Receives a short text about each step of a run, a ``CountedStep`` where steps are counted."""


class CountedStep(str):
    """The text of a step that knows its place among those of its stage.

    Attributes:
        stage: What the steps belong to.
        number: The place of the step, from 1.
        of: How many there are.
    """

    __slots__ = ("number", "of", "stage")
    stage: str
    number: int
    of: int

    def __new__(cls, text: str, stage: str, number: int, of: int) -> Self:
        """Make the text of the ``number``-th step ``of`` so many.

        >>> step = CountedStep("dossiers", "clean", 3, 31)
        >>> f"{step}: {step.number} / {step.of}"
        'dossiers: 3 / 31'
        """
        step = super().__new__(cls, text)
        step.stage, step.number, step.of = stage, number, of
        return step


class BuiltTable(CountedStep):
    """The name of a table being built: one of many, which are counted but not shown to a person."""


@dataclass(frozen=True)
class RunFolders:
    """Folder of facts and rules that a run reads, and folders to which it writes tables.

    In a project both are the project; ``analyse`` uses the shipped facts and a scratch folder.
    """

    work: Project
    facts: Project
    progress: Progress = lambda _: None
