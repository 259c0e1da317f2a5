"""The runs of the bench: live a world, write its register, let the contenders answer, score them.

A grid says which runs there are; they are made side by side and summed up over seeds as one table,
with one row per tier, size, dose, contender and measure. Some seeds are for tuning, the reported
ones are never looked at while rules are chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import polars as pl

from workbench.clock import Calendar, Calendars
from workbench.core.environment import processors
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
from workbench.latebench.register import (
    CALENDAR,
    TIERS,
    BenchTables,
    Tier,
    observed_log,
    write_register,
)
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


TUNING_SEEDS = (*range(1, 6), *range(11, 31), *range(7001, 7011))
REPORTED_SEEDS = tuple(range(5201, 5221))
_SIZES = (25, 60, 150)
_DOSES = (0.35, 0.6, 1.0)

_EVERY_SIZE = ("full", "open_dossiers")
_PM4PY_SEEDS = 3

KEY = ("tier", "size", "dose", "contender", "measure")
_RUN = {
    "tier": pl.String,
    "size": pl.Int64,
    "dose": pl.Float64,
    "seed": pl.Int64,
    "contender": pl.String,
    "measure": pl.String,
    "value": pl.Float64,
}

Progress = Callable[[int, int, Task], None]


@dataclass(frozen=True)
class Grid:
    """Which runs are made.

    The main tier runs at every size and dose and with nothing put in; the harder tiers at the
    size nearest to 60 and the strongest dose, open dossiers at every size.
    """

    tiers: tuple[Tier, ...] = TIERS
    sizes: tuple[int, ...] = _SIZES
    doses: tuple[float, ...] = _DOSES
    seeds: tuple[int, ...] = REPORTED_SEEDS

    def has_pm4py(self, task: Task) -> bool:
        """Say whether PM4Py contends in a run: in the main tier, on the first three seeds."""
        return task.tier == "full" and task.seed in self.seeds[:_PM4PY_SEEDS]

    def tasks(self) -> list[Task]:
        """Return every run, those that take longest first.

        >>> len(Grid(tiers=("full",), seeds=(1,)).tasks())
        12
        """
        middle = min(self.sizes, key=lambda size: abs(size - 60))
        tasks = [
            Task(tier, size, dose, seed)
            for tier in self.tiers
            for size in (self.sizes if tier in _EVERY_SIZE else (middle,))
            for dose in ((0.0, *self.doses) if tier == "full" else (max(self.doses),))
            for seed in self.seeds
        ]
        return sorted(tasks, key=lambda task: (-task.size, task))


def run_grid(
    grid: Grid, facts: Project, *, pm4py: Path | None = None, progress: Progress, workers: int = 0
) -> pl.DataFrame:
    """Run a grid on all cores and return its table.

    Args:
        grid: Which runs.
        facts: Where the reviewed facts and rules lie.
        pm4py: A Python that has PM4Py; without one that contender does not run.
        progress: Called with the number of finished runs, of all runs, and the last one.
        workers: Processes; by default one per core; with 1 all runs in this process.

    Raises:
        UsageProblem: PM4Py does not run.
    """
    tasks = [(task, grid.has_pm4py(task)) for task in grid.tasks()]
    runs: list[tuple[Task, dict[str, Scores]]] = []
    for done in _all(tasks, facts, pm4py, workers or processors()):
        runs.append(done)
        progress(len(runs), len(tasks), done[0])
    return summed_up(runs)


def summed_up(runs: Iterable[tuple[Task, dict[str, Scores]]]) -> pl.DataFrame:
    """Return one row per tier, size, dose, contender and measure: median, low, high, mean, seeds.

    ``low`` and ``high`` are the smallest and largest value of any seed, ``seeds`` how many seeds
    have the measure.
    """
    rows = [
        (task.tier, task.size, task.dose, task.seed, contender, measure, value)
        for task, scores in runs
        for contender, measures in scores.items()
        for measure, value in measures.items()
    ]
    table = pl.DataFrame(rows, schema=_RUN, orient="row").sort("seed")
    value = pl.col("value")
    return (
        table.group_by(KEY)
        .agg(
            value.median().alias("median"),
            value.min().alias("low"),
            value.max().alias("high"),
            value.sort_by("seed").mean().alias("mean"),
            pl.len().cast(pl.Int64).alias("seeds"),
        )
        .with_columns(pl.col("median", "low", "high", "mean").round(6))
        .sort(KEY)
    )


_here: dict[str, Runner] = {}


def _start(facts: Project, pm4py: Path | None) -> None:
    _here["runner"] = Runner(facts, pm4py=pm4py)


def _one(task: Task, with_pm4py: bool) -> tuple[Task, dict[str, Scores]]:
    return task, _here["runner"].run(task, with_pm4py=with_pm4py)


def _all(
    tasks: list[tuple[Task, bool]], facts: Project, pm4py: Path | None, workers: int
) -> Iterable[tuple[Task, dict[str, Scores]]]:
    if workers == 1:
        runner = Runner(facts, pm4py=pm4py)
        yield from ((task, runner.run(task, with_pm4py=also)) for task, also in tasks)
        return
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_start, initargs=(facts, pm4py)
    )
    with pool:
        waiting = [pool.submit(_one, *task) for task in tasks]
        try:
            for done in as_completed(waiting):
                yield done.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
