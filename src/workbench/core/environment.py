"""The environment of a run: variables for DVC and scheduled runs, processors it may use.

``workbench dvc`` sets it before DVC starts. The Makefile, the commands of the README and every
entry of ``workbench schedule`` call DVC through it, so none of them sets a variable of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from workbench.core.errors import UsageProblem
from workbench.core.project import Project

SITE = Path(".dvc", "tmp", "site")
"""Folder of DVC's index of file names, inside the project: its default is a folder of the whole
machine that is never cleared and that other accounts may read."""
EXIT_NOTE = "WORKBENCH_EXIT_NOTE"
"""Names the file in which a stage that fails writes its exit code: DVC's own is always 255."""
LAB_HOME = "WORKBENCH_LAB_DIR"
"""Names the folder of the lab's own files to its kernels."""


def project_environment(project: Project) -> dict[str, str]:
    """Return the variables that keep DVC inside the project, offline and in UTF-8."""
    return {
        "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(project.root / SITE),
        "PYTHONUTF8": "1",
    }


def full_environment(project: Project, outer: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return a whole environment for a program: the outer one, ours, this installation first."""
    before = dict(os.environ if outer is None else outer)
    scripts = sysconfig.get_path("scripts")
    path = os.pathsep.join(filter(None, (scripts, before.get("PATH", ""))))
    return {**before, **project_environment(project), "PATH": path}


def use_environment(project: Project) -> None:
    """Set the variables for DVC inside this program, before it is imported."""
    os.environ.update(project_environment(project))


def check_installed(package: str, extra: str) -> None:
    """Refuse what needs a package of an extra that this installation was made without.

    Raises:
        UsageProblem: The package is not there; the message says how to install it.

    >>> check_installed("json", "lab")
    """
    if find_spec(package) is None:
        raise UsageProblem("cli.not_installed", package=package, extra=extra)


def run_dvc(project: Project, arguments: Sequence[str]) -> int:
    """Run DVC of this installation in the project's folder and return its exit code.

    Where a stage failed that is the code of the stage.

    Raises:
        UsageProblem: DVC is not installed.
    """
    check_installed("dvc", "review")
    command = [sys.executable, "-m", "dvc", *arguments]
    with TemporaryDirectory(prefix="workbench-") as folder:
        note = Path(folder, "exit_code")
        variables = full_environment(project) | {EXIT_NOTE: str(note)}
        done = subprocess.run(  # noqa: S603 - our own interpreter, no shell
            command, cwd=project.root, env=variables, check=False
        )
        is_of_stage = done.returncode != 0 and note.is_file()
        return int(note.read_text("ascii")) if is_of_stage else done.returncode


def processors() -> int:
    """Return how many processors this process may use: fewer than the machine's in a container."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
