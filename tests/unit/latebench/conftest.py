"""A small bench: eight dossiers a cell, each case simulated and analysed once for all tests."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from workbench.clock import Calendar, Calendars
from workbench.core.project import shipped
from workbench.latebench.contenders import Analysis
from workbench.latebench.register import CALENDAR, Tier
from workbench.latebench.run import Case, Runner, Task, make_case

SIZE, DOSE, SEED = 8, 1.0, 3

Bench = Callable[..., Case]


@pytest.fixture(scope="session")
def calendar(reference_dir: Path) -> Calendar:
    return Calendars.read(reference_dir / "calendars")[CALENDAR]


@pytest.fixture(scope="session")
def bench(calendar: Calendar) -> Bench:
    """Return a case: ``bench(tier)``, with ``dose=0`` no injected cause."""

    @cache
    def make(tier: Tier = "full", *, dose: float = DOSE, seed: int = SEED) -> Case:
        return make_case(calendar, Task(tier, SIZE, dose, seed))

    return make


@pytest.fixture(scope="session")
def runner() -> Runner:
    return Runner(shipped())


@pytest.fixture(scope="session")
def analysed(bench: Bench, runner: Runner) -> Callable[[Tier], Analysis]:
    """Return what the pipeline makes of a tier's register."""
    return cache(lambda tier: runner.analyse(bench(tier)))
