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
    briefings_page,
    compare_briefings,
    compare_revisions,
    enforce_limits,
    is_briefing,
    read_briefing,
    read_limits,
    to_published,
)

_ROWS = {"text": 0, "md": 0, "html": 500, "json": 500}
"""Rows of a table behind the first screen: a terminal and a pull request show it alone."""

_LINES = 40
"""Lines of a page of two briefings."""


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
    if page.published and page.format == "json":
        raise UsageProblem("revisions.published_json")
    if rev_b and _is_of_briefings(rev_a, rev_b):
        sys.stdout.write(_briefings_written(Path(rev_a), Path(rev_b), page))
        return
    limits, project = read_limits(fail_on), _project(rev_a, rev_b)
    runs_again = not fast and not page.published
    with shown_progress() as progress:
        comparison = compare_revisions(
            project, rev_a, rev_b, runs_again=runs_again, progress=progress
        )
    sys.stdout.write(_written(comparison, page, project))
    enforce_limits(comparison, limits)


def _is_of_briefings(*sides: str) -> bool:
    """Whether both sides are executed notebooks, or folders of some that are no ``analyse``."""
    places = [Path(side) for side in sides]
    return all(p.exists() and not (p / "tables").is_dir() and is_briefing(p) for p in places)


def _briefings_written(left: Path, right: Path, page: PageOptions) -> str:
    """Write what reads otherwise in two briefings, whatever made them.

    Raises:
        UsageProblem: JSON or a page for publication is asked for.
    """
    if page.published or page.format == "json":
        raise UsageProblem("revisions.briefings_only_read")
    pages = compare_briefings(read_briefing(left), read_briefing(right))
    rows = _LINES if page.rows is None else page.rows
    return briefings_page(str(left), str(right), pages, page.format, rows)


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
