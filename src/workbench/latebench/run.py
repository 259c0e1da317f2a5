"""One run of the bench: live a world, write its register, let the contenders answer, score them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.clock import Calendar, Calendars
from workbench.core.project import Project
from workbench.latebench.comparison_scores import score_comparisons
from workbench.latebench.contenders import (
    Analysis,
    Workbench,
    dashboard_answer,
    workbench_answer,
)
from workbench.latebench.plan import draw_plan
from workbench.latebench.pm4py_side import pm4py_answer
from workbench.latebench.register import CALENDAR, BenchTables, Tier, observed_log, write_register
from workbench.latebench.scores import Scores, score
from workbench.latebench.truth import BenchTruth, ground_truth
from workbench.latebench.world import World


@dataclass(frozen=True, order=True)
class Task:
    """One run: tier of the register, dossiers per cell, dose (0: no injection), seed."""

    tier: Tier
    size: int
    dose: float
    seed: int


@dataclass(frozen=True)
class Case:
    """A register, and the truth that no contender sees."""

    register: BenchTables
    truth: BenchTruth


class Runner:
    """Runs tasks with one set of reviewed facts and rules.

    ``pm4py`` is a Python that has PM4Py; without one that contender does not run.
    """

    def __init__(self, facts: Project, *, pm4py: Path | None = None) -> None:
        self._calendar = Calendars.read(facts.reference / "calendars")[CALENDAR]
        self._workbench = Workbench(facts, threads=1)
        self._pm4py = pm4py

    def case(self, task: Task) -> Case:
        """Return the register of a task and its truth."""
        return make_case(self._calendar, task)

    def analyse(self, case: Case) -> Analysis:
        """Return what the real pipeline makes of a register."""
        return self._workbench.analyse(case.register)

    def run(self, task: Task, *, with_pm4py: bool = False) -> dict[str, Scores]:
        """Return the scores of every contender on a task."""
        case = self.case(task)
        analysis = self.analyse(case)
        answers = {
            "workbench": workbench_answer(analysis),
            "dashboard": dashboard_answer(analysis),
        }
        if self._pm4py and with_pm4py:
            answers["pm4py"] = pm4py_answer(self._pm4py, case.register, analysis)
        scores = {
            name: score(case.truth, answer) | {"late_rate": _late_rate(case)}
            for name, answer in answers.items()
        }
        scores["workbench"] |= score_comparisons(case.truth, analysis)
        return scores


def make_case(calendar: Calendar, task: Task) -> Case:
    """Simulate a task's world under its plan and record it as its tier does."""
    world = World(calendar, seed=task.seed, per_cell=task.size)
    plan = draw_plan(task.seed, task.dose, two_causes=task.tier == "two_causes")
    times = world.simulate_plan(plan)
    record = observed_log(world, times, task.tier)
    return Case(
        write_register(world, times, record, task.tier),
        ground_truth(world, plan, times, record, task.tier),
    )


def _late_rate(case: Case) -> float:
    return case.truth.dossiers.height / max(case.register.dossiers.height, 1)
