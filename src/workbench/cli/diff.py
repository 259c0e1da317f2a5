"""``workbench diff``: what moved between two revisions, and why."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

from workbench.cli.options import Language, argument, option
from workbench.core.errors import UsageProblem
from workbench.core.project import Project, find_project, shipped
from workbench.program import shown_progress
from workbench.review import WRITERS, compare_revisions, enforce_limits, read_limits

_ROWS = {"text": 0, "md": 0, "html": 500, "json": 500}
"""Rows of a table behind the first screen: a terminal and a pull request show it alone."""


def command(
    rev_a: Annotated[str, argument("rev_a", "REV_A")],
    rev_b: Annotated[str | None, argument("rev_b", "REV_B")] = None,
    /,
    *,
    format: Annotated[Literal["text", "md", "html", "json"], option("diff_format")] = "text",  # noqa: A002
    rows: Annotated[int | None, option("rows", "N")] = None,
    fast: Annotated[bool, option("fast")] = False,
    fail_on: Annotated[tuple[str, ...], option("fail_on", "LIMIT")] = (),
    lang: Annotated[Language | None, option("lang")] = None,
) -> None:
    """Print the comparison, then fail where a limit is passed."""
    limits = read_limits(fail_on)
    with shown_progress() as progress:
        comparison = compare_revisions(
            _project(rev_a, rev_b), rev_a, rev_b, runs_again=not fast, progress=progress
        )
    shown = _ROWS[format] if rows is None else rows
    sys.stdout.write(WRITERS[format](comparison, rows=shown))
    enforce_limits(comparison, limits)


def _project(*sides: str | None) -> Project:
    """Return the project around; two folders of ``analyse`` need none."""
    try:
        return find_project()
    except UsageProblem:
        if all(side and Path(side).is_dir() for side in sides):
            return shipped()
        raise
