"""``workbench form``: an official form of a period as an Excel workbook in its official layout."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from workbench.answers import open_book
from workbench.cli.options import Language, argument, option
from workbench.core.params import read_params
from workbench.core.project import find_project
from workbench.messages import language


@dataclass(frozen=True)
class FormScope:
    """What a form is about, and by which convention and profile it counts."""

    convention: Annotated[str, option("convention", "NAME")] = "calendar"
    unit: Annotated[str, option("unit", "ID")] = "*"
    profile: Annotated[str, option("profile", "NAME")] = ""


_ALL = FormScope()


def command(
    name: Annotated[str, argument("form", "FORM")],
    /,
    *,
    period: Annotated[str, option("period", "PERIOD")],
    out: Annotated[Path, option("xlsx", "FILE")],
    scope: Annotated[FormScope, Parameter(name="*")] = _ALL,
    data: Annotated[Path | None, option("data", "DIR")] = None,
    lang: Annotated[Language | None, option("lang")] = None,
) -> None:
    """Write the form of a period and print its path."""
    if data is None:
        project = find_project()
        book = open_book(project.root, language=language())
        chosen = scope.profile or read_params(project).explain_profile
    else:
        book = open_book(data, language=language())
        chosen = scope.profile or book.result_profile
    official = book.official(convention=scope.convention, unit=scope.unit, profile=chosen)
    sys.stdout.write(f"{official.write_form(name, period, out)}\n")
