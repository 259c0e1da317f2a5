"""The shipped sample, written once for all tests, and the engine behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from workbench.core.params import read_params
from workbench.core.project import Project
from workbench.testing.simulate import SNAPSHOT, Summary, simulate
from workbench.testing.simulate.population import Dossiers, draw_dossiers
from workbench.testing.simulate.process import ProcessSimulator, ProcessTimes
from workbench.testing.simulate.register import SimulatedRegister, register_at
from workbench.testing.simulate.sample import instant_of
from workbench.testing.simulate.scenario import Scenario, read_scenario
from workbench.testing.simulate.snapshot import ObservedState
from workbench.testing.simulate.streams import Streams


@dataclass(frozen=True)
class Sample:
    """The files of one run and the truth about them."""

    inbox: Path
    truth: Path
    summary: Summary

    def causes(self) -> pl.DataFrame:
        return pl.read_csv(self.truth / "causes.csv", comment_prefix="#")

    def cells(self) -> pl.DataFrame:
        return pl.read_csv(self.truth / "cells.csv", comment_prefix="#")


@dataclass(frozen=True)
class World:
    """The shipped scenario with its dossiers; ``live`` handles them under any scenario."""

    scenario: Scenario
    sent: Dossiers
    seed: int

    def live(self, scenario: Scenario | None = None) -> ProcessTimes:
        streams = Streams(self.seed, len(self.sent))
        return ProcessSimulator(self.sent, scenario or self.scenario, streams).run()

    def look(self, scenario: Scenario | None = None) -> ObservedState:
        under = scenario or self.scenario
        return ObservedState(self.live(under), under.calendar, instant_of(SNAPSHOT, under))

    def register(self) -> SimulatedRegister:
        return register_at(self.sent, self.scenario, self.look())


@pytest.fixture(scope="session")
def seed(repository: Project) -> int:
    """The seed of the shipped sample."""
    return read_params(repository).simulate_seed


@pytest.fixture(scope="session")
def sample(seed: int, reference_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """The shipped sample."""
    folder = tmp_path_factory.mktemp("sample")
    inbox, truth = folder / "inbox", folder / "truth"
    return Sample(inbox, truth, simulate(reference_dir, seed=seed, out=inbox, truth=truth))


@pytest.fixture(scope="session")
def world(seed: int, reference_dir: Path) -> World:
    """The engine behind the shipped sample."""
    scenario = read_scenario(reference_dir)
    return World(scenario, draw_dossiers(scenario, seed), seed)


@pytest.fixture(scope="session")
def register(world: World) -> SimulatedRegister:
    """The shipped register, typed, before it is made untidy."""
    return world.register()


Small = Callable[..., tuple[dict[str, bytes], Summary]]


@pytest.fixture
def small(reference_dir: Path, tmp_path: Path) -> Small:
    """Write a small register and return its files by name."""

    def write(seed: int, **options: object) -> tuple[dict[str, bytes], Summary]:
        out = tmp_path / f"run-{len(list(tmp_path.iterdir()))}"
        summary = simulate(
            reference_dir, seed=seed, out=out, truth=out / "truth", dossiers=150, **options
        )
        return {path.name: path.read_bytes() for path in summary.files}, summary

    return write
