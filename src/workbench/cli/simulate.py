"""``workbench simulate``: the exports of a synthetic register, and the truth beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from workbench.cli.options import option
from workbench.core.errors import UsageProblem
from workbench.core.params import read_params
from workbench.core.project import find_project
from workbench.ingest import export_files
from workbench.messages import say
from workbench.program import print_remark


def command(
    *,
    seed: Annotated[int | None, option("seed", "N")] = None,
    out: Annotated[Path | None, option("simulate_out", "DIR")] = None,
    truth: Annotated[Path | None, option("truth", "DIR")] = None,
    if_empty: Annotated[bool, option("if_empty")] = False,
) -> None:
    """Write the exports into an empty folder; no file of an office is overwritten."""
    from workbench.testing.simulate import simulate

    project = find_project()
    folder = out or project.inbox
    if export_files(folder):
        if if_empty:
            print_remark(say("cli.inbox_kept", folder=folder))
            return
        raise UsageProblem("cli.inbox_filled", folder=folder)
    number = read_params(project).simulate_seed if seed is None else seed
    simulate(project.reference, seed=number, out=folder, truth=truth or project.truth)
    print_remark(say("cli.simulated", folder=folder))
