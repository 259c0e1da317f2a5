"""``workbench simulate``: the exports of a synthetic register, and the truth beside them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

from workbench.cli.options import option
from workbench.core.errors import UsageProblem
from workbench.core.params import read_params
from workbench.core.project import Project, Scratch, check_output, find_project
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
    check_output(folder)
    if export_files(folder):
        if if_empty:
            print_remark(say("cli.inbox_kept", folder=folder))
            return
        raise UsageProblem("cli.inbox_filled", folder=folder)
    number = read_params(project).simulate_seed if seed is None else seed
    with Scratch("sample") as scratch:
        simulate(project.reference, seed=number, out=scratch / "exports", truth=scratch / "truth")
        if if_empty and folder == project.inbox:
            check_lock(project, scratch / "exports")
        shutil.copytree(scratch / "exports", folder, dirs_exist_ok=True)
        shutil.copytree(scratch / "truth", truth or project.truth, dirs_exist_ok=True)
    print_remark(say("cli.simulated", folder=folder))


def check_lock(project: Project, sample: Path | None = None) -> None:
    """Refuse the sample where the results of a project were made from other exports.

    Args:
        project: A project.
        sample: The exports of its sample; made where there are results to compare with.

    Raises:
        UsageProblem: ``dvc.lock`` records an inbox that is not the sample.
    """
    from workbench.review.snapshots import folder_md5, recorded_input
    from workbench.testing.simulate import simulate

    recorded = recorded_input(project, project.inbox.relative_to(project.root).as_posix())
    if not recorded:
        return
    with Scratch("sample") as scratch:
        if sample is None:
            sample, seed = scratch / "exports", read_params(project).simulate_seed
            simulate(project.reference, seed=seed, out=sample, truth=scratch / "truth")
        if recorded != folder_md5(sample):
            raise UsageProblem("cli.inbox_elsewhere", folder=project.inbox)
