"""``workbench form``: an official form of a period as an Excel workbook in its official layout."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from workbench.answers import open_book
from workbench.cli.options import Language, argument, option
from workbench.core.params import read_params
from workbench.core.project import find_project
from workbench.messages import language


def command(
    name: Annotated[str, argument("form", "FORM")],
    /,
    *,
    period: Annotated[str, option("period", "PERIOD")],
    out: Annotated[Path, option("xlsx", "FILE")],
    convention: Annotated[str, option("convention", "NAME")] = "calendar",
    unit: Annotated[str, option("unit", "ID")] = "*",
    profile: Annotated[str, option("profile", "NAME")] = "",
    lang: Annotated[Language | None, option("lang")] = None,
) -> None:
    """Write the form of a period and print its path."""
    project = find_project()
    book = open_book(project.root, language=language())
    official = book.official(
        convention=convention, unit=unit, profile=profile or read_params(project).explain_profile
    )
    sys.stdout.write(f"{official.write_form(name, period, out)}\n")
