"""A public bench: dossiers whose causes of lateness are known, and the score of finding them.

The modules that explain lateness know nothing of it: they import nothing from here and share no
parameter. What is put in, and when, is known only to the truth.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from workbench.core.errors import UsageProblem
from workbench.core.project import Project
from workbench.latebench.page import write_report
from workbench.latebench.pm4py_side import pm4py_version
from workbench.latebench.register import TIERS
from workbench.latebench.run import Grid, Task, run_grid
from workbench.messages import say

__all__ = ["latebench"]

QUICK = Grid(tiers=("full",), sizes=(25,), doses=(1.0,), seeds=(1, 2))
"""What ``--quick`` runs: a look at tuning seeds within half a minute."""

_KINDS: dict[str, tuple[Callable[[str], Any], str]] = {
    "tiers": (str, ", ".join(TIERS)),
    "sizes": (int, "6-1000"),
    "doses": (float, "0.1-2"),
    "seeds": (int, "5201-5220"),
}


def latebench(
    facts: Project,
    *,
    out: Path,
    asked: Mapping[str, str],
    page: Path | None = None,
    quick: bool = False,
    pm4py: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Path:
    """Run the bench and write ``scores.csv`` and the page about it.

    Args:
        facts: Where the reviewed facts and rules lie.
        out: Folder of ``scores.csv``.
        asked: Lists by name (tiers, sizes, doses, seeds), empty for the usual ones; seeds may be
            a span such as ``5201-5220``.
        page: Where the page goes, ``latebench.md`` in the same folder by default.
        quick: Run a small grid on tuning seeds where no list says otherwise.
        pm4py: A Python that has PM4Py, for the third contender.
        progress: Called with a line on how far the run is.

    Returns:
        The path of the page.

    Raises:
        UsageProblem: A list cannot be read, or PM4Py does not run.
        OutputBusy: A file cannot be written.
    """
    grid = _grid(QUICK if quick else Grid(), asked)
    others = {"pm4py": pm4py_version(pm4py)} if pm4py else {}
    started = time.monotonic()

    def report_run(done: int, runs: int, task: Task) -> None:
        details = {"tier": task.tier, "size": task.size, "dose": task.dose, "seed": task.seed}
        progress(say("latebench.run", done=done, all=runs, **details))

    scores = run_grid(grid, facts, pm4py=pm4py, progress=report_run)
    seeds = ", ".join(map(str, grid.seeds))
    written = write_report(scores, seeds, out, page=page, others=others)
    spent = round(time.monotonic() - started)
    progress(say("latebench.done", runs=len(grid.tasks()), seconds=spent, page=written))
    return written


def _grid(usual: Grid, asked: Mapping[str, str]) -> Grid:
    """Replace the lists that were asked for.

    >>> _grid(QUICK, {"seeds": "3-5", "doses": "0.6"}).seeds
    (3, 4, 5)
    """
    given = {name: _values(name, text) for name, text in asked.items() if text}
    return replace(usual, **given)


def _values(name: str, text: str) -> tuple[Any, ...]:
    kind, allowed = _KINDS[name]
    problem = UsageProblem("latebench.bad_list", text=text, option=f"--{name}", allowed=allowed)
    try:
        values = tuple(value for part in text.split(",") for value in _span(kind, part.strip()))
    except ValueError:
        raise problem from None
    wrong = [v for v in values if (v not in TIERS if name == "tiers" else v <= 0)]
    if wrong or not values:
        raise problem
    return values


def _span(kind: Callable[[str], Any], part: str) -> list[Any]:
    first, dash, last = part.partition("-")
    if kind is int and dash:
        return list(range(int(first), int(last) + 1))
    return [kind(part)]
