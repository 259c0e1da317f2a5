"""``workbench dvc``: a command of DVC in the environment of the project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from workbench.cli.options import argument
from workbench.core.environment import run_dvc
from workbench.core.errors import InputRejected
from workbench.core.project import find_project

NARROW = (
    *("--drop", ".*", "--keep"),
    r"Experiment|rev|explain\.profile|measures\.\d{4}-H[12]\.all\.(late|late_or_overdue)$",
)
"""Columns of ``dvc exp show`` where none are asked for: metrics of units would fill screens."""
_CHOOSING = {"--drop", "--keep", "--only-changed"}


def command(
    *arguments: Annotated[str, argument("dvc", "ARGUMENTS"), Parameter(allow_leading_hyphen=True)],
) -> None:
    """Run DVC; its exit code, or that of the stage that failed, is ours."""
    project = find_project()
    is_repro = arguments[:1] == ("repro",)
    # DVC opens every file of the inbox before our code runs, and waits at a pipe for ever
    is_empty = is_repro and not _has_exports(project.inbox)
    if arguments[:2] == ("exp", "show") and not _CHOOSING & set(arguments):
        arguments = (*arguments, *NARROW)
    if code := run_dvc(project, arguments):
        if is_empty:
            from workbench.cli.simulate import check_lock

            check_lock(project)
            raise InputRejected("sources.empty_inbox", folder=project.inbox)
        raise SystemExit(code)


def _has_exports(inbox: Path) -> bool:
    """Return whether a folder has files; a pipe or a device there is refused.

    To read exports takes longer to import than DVC does to find that nothing changed.
    """
    paths = [path for path in inbox.rglob("*") if path.is_symlink() or not path.is_dir()]
    if paths and all(path.is_file() and not path.is_symlink() for path in paths):
        return True
    from workbench.ingest import export_files

    return bool(export_files(inbox))
