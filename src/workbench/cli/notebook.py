"""``workbench notebook new``: an analyst's own notebook, for the lab and for schedules."""

from __future__ import annotations

import re
import sys
from typing import Annotated

from nbformat import NO_CONVERT, writes
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from workbench.cli.options import argument
from workbench.core.errors import UsageProblem
from workbench.core.project import find_project
from workbench.messages import language, say

_NAME = re.compile(r"[\w-]+")
_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_PARAMETERS = 'period = "latest"\nunit = "*"\nlanguage = "{language}"\nprofile = ""\ndata = ""'
_OPEN = "import workbench as wb\n\nbook = wb.open(data, language=language)"
_QUESTIONS = (
    ("headline", "book.headline(period, unit=unit, profile=profile)"),
    ("units", "book.compare_units(period, unit=unit, profile=profile)"),
)


def new(name: Annotated[str, argument("notebook_name", "NAME")], /) -> None:
    """Make a notebook from the template in the project around the current folder.

    Raises:
        UsageProblem: There is a notebook of this name, or it is no name of a file.
    """
    project = find_project()
    stem = name.removesuffix(".ipynb")
    path = project.notebooks / f"{stem}.ipynb"
    if not _NAME.fullmatch(stem):
        raise UsageProblem("lab.bad_notebook_name", name=name)
    if path.exists():
        raise UsageProblem("lab.notebook_exists", path=path)
    path.parent.mkdir(exist_ok=True)
    path.write_text(notebook_text(stem), encoding="utf-8", newline="\n")
    sys.stdout.write(f"{say('lab.notebook_made', path=path, name=stem)}\n")


def notebook_text(name: str) -> str:
    """Return a notebook with parameters, the opened book and two questions, as the lab saves it."""
    about = new_markdown_cell(
        f"# {name}\n\n{say('lab.notebook_about')}", id="about", metadata={"tags": ["analyst"]}
    )
    parameters = _PARAMETERS.format(language=language())
    cells = [
        about,
        new_code_cell(parameters, id="parameters", metadata={"tags": ["parameters"]}),
        new_code_cell(_OPEN, id="open"),
        *(new_code_cell(source, id=key) for key, source in _QUESTIONS),
    ]
    return f"{writes(new_notebook(cells=cells, metadata=_METADATA), version=NO_CONVERT)}\n"
