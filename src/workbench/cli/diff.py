"""``workbench diff``: what moved between two revisions, and why."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

from workbench.cli.options import Language, argument, option
from workbench.core.project import find_project
from workbench.review import WRITERS, compare_revisions, enforce_limits, read_limits


def command(
    rev_a: Annotated[str, argument("rev_a", "REV_A")],
    rev_b: Annotated[str | None, argument("rev_b", "REV_B")] = None,
    /,
    *,
    format: Annotated[Literal["text", "md", "html"], option("diff_format")] = "text",  # noqa: A002
    rows: Annotated[int, option("rows", "N")] = 40,
    fail_on: Annotated[tuple[str, ...], option("fail_on", "LIMIT")] = (),
    lang: Annotated[Language | None, option("lang")] = None,
) -> None:
    """Print the comparison, then fail where a limit is passed."""
    limits = read_limits(fail_on)
    comparison = compare_revisions(find_project(), rev_a, rev_b)
    sys.stdout.write(WRITERS[format](comparison, rows=rows))
    enforce_limits(comparison, limits)
