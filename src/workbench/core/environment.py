"""Environment in which DVC and scheduled runs work for a project, the same on all platforms.

``workbench dvc`` sets it before DVC starts. The Makefile, the commands of the README and every
entry of ``workbench schedule`` call DVC through it, so none of them sets a variable of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path

from workbench.core.project import Project

SITE = Path(".dvc", "tmp", "site")
"""Folder of DVC's index of file names, inside the project: its default is a folder of the whole
machine that is never cleared and that other accounts may read."""


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


def run_dvc(project: Project, arguments: Sequence[str]) -> int:
    """Run DVC of this installation in the project's folder and return its exit code."""
    command = [sys.executable, "-m", "dvc", *arguments]
    done = subprocess.run(  # noqa: S603 - our own interpreter, no shell
        command, cwd=project.root, env=full_environment(project), check=False
    )
    return done.returncode
