"""What papermill gave the notebook that is being run, and what its pages are made from.

papermill keeps the default of a parameter whose name is misspelt, and lets a value of any type
pass; a notebook that opens a book is stopped instead. The same output then has, in its metadata,
what the pages were made from. Briefings of the workbench's own do so by themselves
(``workbench.pages``); here it is for ``papermill NOTEBOOK OUTPUT -p period 2022-H1``.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from workbench import __version__
from workbench.answers.run import Run
from workbench.core import numerals
from workbench.core.errors import UsageProblem
from workbench.core.git import read_revision
from workbench.messages import say

_INJECTED = "# Parameters"
"""The first line of the cell that papermill adds below the parameters of a notebook."""
_OUTPUT = "application/vnd.workbench.provenance+json"


def check_injected() -> dict[str, Any]:
    """Return the parameters of the notebook that papermill runs in this kernel; empty elsewhere.

    Raises:
        UsageProblem: papermill was given a parameter that the notebook does not have, or a value
            of another type than the one that stands there.
    """
    cells = _cells_of_kernel()
    at = max((n for n, cell in enumerate(cells) if cell.startswith(_INJECTED)), default=0)
    if not at:
        return {}
    defaults, given = _assigned(cells[at - 1]), _assigned(cells[at])
    for name, value in given.items():
        if name not in defaults:
            raise UsageProblem(
                "briefing.unknown_parameter",
                asked=name,
                near=name_the_nearest(name, list(defaults)),
                known=", ".join(defaults),
            )
        if type(value) is not type(defaults[name]):
            raise UsageProblem(
                "briefing.ill_typed_parameter", name=name, value=value, default=defaults[name]
            )
    return {**defaults, **given}


def name_the_nearest(asked: str, names: list[str]) -> str:
    """Return the sentence that asks whether the most similar name was meant; empty without one."""
    near = get_close_matches(asked, names, n=1)
    return " " + say("usage.meant", name=near[0]) if near else ""


def _cells_of_kernel() -> list[str]:
    """Return the code that this Jupyter kernel has run, cell by cell."""
    jupyter: Any = sys.modules.get("IPython")
    shell: Any = jupyter.get_ipython() if jupyter else None
    # the shell of our own unattended runs is no kernel: their parameters are checked already
    return list(shell.user_ns.get("In", [])) if hasattr(shell, "kernel") else []


def _assigned(cell: str) -> dict[str, Any]:
    r"""Return the values of the assignments in a cell; of what is not a literal, its text.

    >>> _assigned("period = 'latest'\nlimit = -1")
    {'period': 'latest', 'limit': -1}
    """
    values: dict[str, Any] = {}
    for line in ast.parse(cell).body:
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
            try:
                values[line.targets[0].id] = ast.literal_eval(line.value)
            except ValueError:
                values[line.targets[0].id] = ast.unparse(line.value)
    return values


def show_provenance(run: Run, parameters: Mapping[str, Any]) -> None:
    """Show what a notebook is made from, and put it into the metadata of the output."""
    from IPython.display import display

    revision, has_local_changes = read_revision(run.home)
    provenance = {
        **parameters,
        "data": run.fingerprint,
        "has_local_changes": has_local_changes,
        "profile": parameters.get("profile") or run.result_profile,
        "revision": revision,
        "snapshot": run.snapshot.isoformat() if run.snapshot else "",
        "version": __version__,
    }
    commit = f"{revision[:7] or numerals.MISSING}{'+' if has_local_changes else ''}"
    line = say(
        "briefing.provenance",
        data=run.fingerprint,
        snapshot=numerals.instant(run.snapshot),
        revision=commit,
        profile=provenance["profile"],
    )
    display({_OUTPUT: provenance, "text/plain": line}, raw=True, metadata={"workbench": provenance})
