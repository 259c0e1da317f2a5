"""Which change moved what: the pipeline run again with some inputs of each side.

Where one group of inputs changed, everything is its effect and nothing is run. Otherwise each
figure is computed for every mixture of the two sides: a group's effect is its Shapley value, the
mean over all orders of changing one group after another, so that effects sum to the whole move.
With more than ``MOST_MIXED`` groups one order stands for all (``ORDER``). A stage is run once for
all mixtures that differ in nothing it reads; the two sides themselves are never run.

Source: Shapley (1953), A value for n-person games.
"""

from __future__ import annotations

import math
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Any

import polars as pl

from workbench.core.errors import InputRejected
from workbench.core.project import Scratch
from workbench.core.vocabulary import EVERYTHING
from workbench.review.reasons import Group, Reason
from workbench.review.snapshots import RevisionTables, archive

ORDER: tuple[Group, ...] = ("data", "calendar", "rules", "reference", "code")
"""The order in which many groups are changed: what is nearest to the office comes first."""
MOST_MIXED = 3
"""Groups of which every mixture is run: at most six runs of a stage."""
_STAGES = ("clean", "clock", "explain")
_LANDED = "data/landed"

Mixture = frozenset[Group]
"""The groups whose inputs are those of the right side; the others are those of the left."""


@dataclass(frozen=True)
class Effects:
    """What each changed group of inputs did.

    Attributes:
        groups: Groups that changed, in ``ORDER``.
        figures: One row per headline figure, period and group: ``measure``, ``period``, ``group``
            and ``effect``, in shares or dossiers; the effects of a figure sum to its whole move.
        flips: One row per dossier whose outcome under the headline profile changed: ``dossier_id``
            and ``group``, the one with the largest part in it (several joined by ``+`` where none
            has the largest).
        is_in_order: Whether the groups were changed in ``ORDER`` only, not in every order.
        n_runs: Stages that were run.
    """

    groups: tuple[Group, ...]
    figures: pl.DataFrame
    flips: pl.DataFrame
    is_in_order: bool
    n_runs: int


def find_effects(
    left: RevisionTables,
    right: RevisionTables,
    reasons: Iterable[Reason],
    progress: Callable[[str], None] = lambda _: None,
) -> Effects:
    """Find what each group of changed inputs did to headline figures and outcomes.

    Args:
        left: The earlier side, a commit.
        right: The later side.
        reasons: The inputs that differ.
        progress: Receives the name of each stage before it is run.

    Raises:
        InputRejected: A stage of a mixture fails: the two sides do not fit together.
    """
    with Scratch("effects") as folder:
        mixtures = _Mixtures(left, right, tuple(reasons), folder, progress)
        groups = mixtures.groups
        in_order = len(groups) > MOST_MIXED
        chosen = _nested(groups) if in_order else _all_mixtures(groups)
        states = {mixture: mixtures.state(mixture) for mixture in chosen}
        whole = frozenset(groups)
        figures = [
            (*key, group, effect)
            for key in sorted(states[frozenset()][0].keys() & states[whole][0].keys())
            for group, effect in _split(
                groups, {m: state[0].get(key, math.nan) for m, state in states.items()}
            ).items()
        ]
        before, after = states[frozenset()][1], states[whole][1]
        flips = []
        for dossier in sorted(before.keys() & after.keys()):
            if before[dossier] != after[dossier]:
                flipped = {
                    m: float(state[1].get(dossier) == after[dossier]) for m, state in states.items()
                }
                flips.append((dossier, _largest(_split(groups, flipped))))
    return Effects(
        groups=groups,
        figures=pl.DataFrame(
            figures,
            {"measure": str, "period": str, "group": str, "effect": float},
            orient="row",
        ),
        flips=pl.DataFrame(flips, {"dossier_id": str, "group": str}, orient="row"),
        is_in_order=in_order,
        n_runs=mixtures.n_runs,
    )


def _all_mixtures(groups: tuple[Group, ...]) -> list[Mixture]:
    return [frozenset(some) for n in range(len(groups) + 1) for some in combinations(groups, n)]


def _nested(groups: tuple[Group, ...]) -> list[Mixture]:
    return [frozenset(groups[:n]) for n in range(len(groups) + 1)]


def _split(groups: tuple[Group, ...], values: Mapping[Mixture, float]) -> dict[Group, float]:
    """Share out the move from no group changed to all changed among the groups.

    >>> values = {frozenset(): 0.0, frozenset({"data"}): 1.0, frozenset({"code"}): 1.0}
    >>> _split(("data", "code"), {**values, frozenset({"data", "code"}): 4.0})
    {'data': 2.0, 'code': 2.0}
    """
    n = len(groups)
    effects = {}
    for group in groups:
        parts = [
            (value - values[mixture - {group}], len(mixture))
            for mixture, value in values.items()
            if group in mixture and mixture - {group} in values
        ]
        if len(parts) == 1:
            effects[group] = parts[0][0]
            continue
        weights = [math.factorial(k - 1) * math.factorial(n - k) for _, k in parts]
        total = math.fsum(w * move for w, (move, _) in zip(weights, parts, strict=True))
        effects[group] = total / math.factorial(n)
    return effects


def _largest(parts: Mapping[Group, float]) -> str:
    most = max(parts.values())
    return "+".join(group for group, part in parts.items() if math.isclose(part, most))


class _Mixtures:
    """Runs the stages of mixtures of two sides, each only where it differs from what is there."""

    def __init__(
        self,
        left: RevisionTables,
        right: RevisionTables,
        reasons: tuple[Reason, ...],
        folder: Path,
        progress: Callable[[str], None],
    ) -> None:
        self.sides = (left, right)
        self.folder = folder
        self.progress = progress
        self.n_runs = 0
        self.reasons = tuple(r for r in reasons if set(r.stages) & set(_STAGES))
        self._made: dict[tuple[str, Mixture], Path] = {}

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The groups that changed; data are all that changed what landed, and how it is read."""
        some = {reason.group for reason in self.reasons}
        landed = [side.file_hashes(_LANDED) for side in self.sides]
        if landed[0] != landed[1]:
            some.add("data")
        return tuple(group for group in ORDER if group in some)

    def state(self, mixture: Mixture) -> tuple[dict[tuple[str, str], float], dict[str, str]]:
        """Return headline figures by measure and period, and outcomes by dossier."""
        profile = self.sides["rules" in mixture].headline()
        measures = pl.read_parquet(self.output("explain", mixture) / "measures.parquet").filter(
            pl.col("profile") == profile,
            *(pl.col(name) == EVERYTHING for name in ("unit_id", "procedure_id", "channel_in")),
            pl.col("value").is_not_null(),
        )
        outcomes = pl.read_parquet(self.output("clock", mixture) / "outcomes.parquet").filter(
            pl.col("profile") == profile
        )
        figures = measures.select("measure", "period", "value").iter_rows()
        by_dossier = dict(outcomes.select("dossier_id", "outcome").iter_rows())
        return {(m, p): value for m, p, value in figures}, by_dossier

    def output(self, stage: str, mixture: Mixture) -> Path:
        """Return the folder of a stage's tables for a mixture, a side's as they are."""
        read = self._read_by(stage)
        mixture = mixture & read
        key = stage, mixture
        if key not in self._made:
            if mixture in (frozenset(), read):
                self._made[key] = self._recorded(stage, is_right=bool(mixture))
            else:
                self._made[key] = self._run(stage, mixture)
        return self._made[key]

    def _read_by(self, stage: str) -> Mixture:
        """The groups that a stage or one before it reads."""
        upto = set(_STAGES[: _STAGES.index(stage) + 1])
        some = {reason.group for reason in self.reasons if upto & set(reason.stages)}
        return frozenset(group for group in self.groups if group == "data" or group in some)

    def _recorded(self, stage: str, *, is_right: bool) -> Path:
        place = self._output_path(stage)
        target = self.folder / f"{'right' if is_right else 'left'}-{stage}"
        self.sides[is_right].copy_folder(place, target)
        return target

    def _output_path(self, stage: str) -> str:
        lock: dict[str, Any] = self.sides[1].lock()[stage]
        return str(lock["outs"][0]["path"])

    def _run(self, stage: str, mixture: Mixture) -> Path:
        self.progress(f"{stage}: {' + '.join(g for g in ORDER if g in mixture)}")
        root = self.folder / f"{stage}-{'-'.join(sorted(mixture))}"
        archive(self.sides[0], root)
        self._take_from_right(root, mixture)
        landed = root / _LANDED
        self.sides["data" in mixture].copy_folder(_LANDED, landed)
        for earlier in _STAGES[: _STAGES.index(stage)]:
            shutil.copytree(
                self.output(earlier, mixture), root / self._output_path(earlier), dirs_exist_ok=True
            )
        command = shlex.split(self.sides["code" in mixture].lock()[stage]["cmd"])
        environment = {
            **os.environ,
            "PYTHONPATH": str(root / "src"),
            "WORKBENCH_PROJECT": str(root),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        done = subprocess.run(  # noqa: S603 - a stage of this project, no shell
            [sys.executable if command[0] == "python" else command[0], *command[1:]],
            cwd=root,
            check=False,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=environment,
        )
        if done.returncode:
            raise InputRejected(
                "revisions.not_run_again",
                stage=stage,
                groups=" + ".join(g for g in ORDER if g in mixture),
                message=done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "",
            )
        self.n_runs += 1
        return root / self._output_path(stage)

    def _take_from_right(self, root: Path, mixture: Mixture) -> None:
        """Replace the inputs of the mixture's groups by those of the right side."""
        names = {
            reason.what.split(":", 1)[0]
            for reason in self.reasons
            if reason.group in mixture and reason.group != "data"
        }
        if not names:
            return
        theirs = self._right_tree
        for name in sorted(names):
            place, source = root / name, theirs / name
            if place.is_dir():
                shutil.rmtree(place)
            else:
                place.unlink(missing_ok=True)
            place.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, place)
            elif source.is_file():
                shutil.copyfile(source, place)

    @cached_property
    def _right_tree(self) -> Path:
        right = self.sides[1]
        if not right.commit:
            return right.project.root
        root = self.folder / "right"
        archive(right, root)
        return root
