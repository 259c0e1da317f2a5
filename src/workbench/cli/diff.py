"""``workbench diff``: what moved between two revisions, and why."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from workbench.answers.publication_record import read_record
from workbench.cli.options import Language, argument, option
from workbench.core.errors import UsageProblem
from workbench.core.project import Project, find_project, shipped
from workbench.program import shown_progress
from workbench.review import (
    WRITERS,
    RevisionDiff,
    compare_revisions,
    enforce_limits,
    read_limits,
    to_published,
)

_ROWS = {"text": 0, "md": 0, "html": 500, "json": 500}
"""Rows of a table behind the first screen: a terminal and a pull request show it alone."""


@dataclass(frozen=True)
class PageOptions:
    """How a comparison is written."""

    format: Annotated[Literal["text", "md", "html", "json"], option("diff_format")] = "text"
    rows: Annotated[int | None, option("rows", "N")] = None
    published: Annotated[bool, option("diff_published")] = False


_AS_TEXT = PageOptions()


def command(
    rev_a: Annotated[str, argument("rev_a", "REV_A")],
    rev_b: Annotated[str | None, argument("rev_b", "REV_B")] = None,
    /,
    *,
    page: Annotated[PageOptions, Parameter(name="*")] = _AS_TEXT,
    fast: Annotated[bool, option("fast")] = False,
    fail_on: Annotated[tuple[str, ...], option("fail_on", "LIMIT")] = (),
    lang: Annotated[Language | None, option("lang")] = None,
) -> None:
    """Print the comparison, then fail where a limit is passed."""
    limits, project = read_limits(fail_on), _project(rev_a, rev_b)
    if page.published and page.format == "json":
        raise UsageProblem("revisions.published_json")
    runs_again = not fast and not page.published
    with shown_progress() as progress:
        comparison = compare_revisions(
            project, rev_a, rev_b, runs_again=runs_again, progress=progress
        )
    sys.stdout.write(_written(comparison, page, project))
    enforce_limits(comparison, limits)


def _written(comparison: RevisionDiff, page: PageOptions, project: Project) -> str:
    if page.published and page.format != "json":
        return to_published(comparison, read_record(project.root), page.format)
    rows = _ROWS[page.format] if page.rows is None else page.rows
    return WRITERS[page.format](comparison, rows=rows)


def _project(*sides: str | None) -> Project:
    """Return the project around; two folders of ``analyse`` need none."""
    try:
        return find_project()
    except UsageProblem:
        if all(side and Path(side).is_dir() for side in sides):
            return shipped()
        raise
