"""Ask git about a project: what a command of it prints, and the commit of its files."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from workbench.core.errors import UsageProblem


def git(folder: Path, *arguments: str) -> str:
    """Return what a git command prints in a folder, nothing where it fails.

    Raises:
        UsageProblem: The folder is in no git repository, or git is not installed.
    """
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program, arguments never through a shell
            ["git", *arguments],  # noqa: S607
            cwd=folder,
            check=False,
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**os.environ, "LC_ALL": "C"},
        )
    except FileNotFoundError:
        raise UsageProblem("revisions.no_git", folder=folder) from None
    if done.returncode == 128 and "not a git repository" in done.stderr:
        raise UsageProblem("revisions.no_git", folder=folder)
    return done.stdout if done.returncode == 0 else ""


def read_revision(folder: Path) -> tuple[str, bool]:
    """Return the commit of a project and whether files differ from it; nothing without git."""
    try:
        return git(folder, "rev-parse", "HEAD").strip(), bool(git(folder, "status", "--porcelain"))
    except UsageProblem:
        return "", False
