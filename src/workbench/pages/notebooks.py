"""Runs a notebook with checked parameters and gives back what never changes between two runs.

A misspelt parameter is an error, not a silence. The executed notebook holds no time stamp, no
version, no random id and no path of the machine: same input, same bytes. No kernel is started and
no configuration of the user is read.
"""

from __future__ import annotations

import json
import os
import re
from ast import literal_eval
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import copy_context
from pathlib import Path
from typing import Any

from workbench.answers.answer import show_claims_once
from workbench.answers.papermill_run import name_the_nearest
from workbench.answers.questions import remember_answers
from workbench.charts import unchecked_charts
from workbench.core.errors import RuleFailed, UsageProblem
from workbench.core.project import Scratch
from workbench.messages import language

KERNEL = "python3"
_OURS = ("UsageProblem", "InputRejected", "RuleFailed", "OutputBusy")


def run_notebook(
    notebook: Path,
    parameters: Mapping[str, Any],
    out: Path | None = None,
    *,
    home: Path,
    without: Collection[str] = (),
    half_run: Path | None = None,
) -> Any:
    """Run a notebook and return it executed and stripped of everything that varies.

    Args:
        notebook: The notebook to run; it is only read.
        parameters: Value by name; every name must stand in its parameters cell.
        out: Where to write the executed notebook, if anywhere.
        home: Folder the notebook works in: a project or an ``analyse`` folder.
        without: Tags of cells that are left out.
        half_run: Where a notebook is kept of which a cell failed, with a mark above that cell.

    Raises:
        UsageProblem: There is no such notebook, or it has no such parameter.
        RuleFailed: A cell failed; the message names notebook, cell and error.
    """
    check_parameters(notebook, parameters)
    with Scratch("notebook") as scratch:
        chosen = _without(notebook, without, scratch) if without else notebook
        executed = _execute(chosen, parameters, home, half_run)
    settle(executed, parameters)
    if out is not None:
        out.write_text(as_text(executed), encoding="utf-8", newline="\n")
    return executed


def check_parameters(notebook: Path, parameters: Mapping[str, Any]) -> list[str]:
    """Return the names of a notebook's parameters after checking that it takes those given.

    Raises:
        UsageProblem: There is no such notebook, or it lacks one of the parameters.
    """
    import papermill

    if not notebook.is_file():
        notebook_names = sorted(p.stem for p in notebook.parent.glob("*.ipynb"))
        listed = ", ".join(notebook_names) or "–"
        raise UsageProblem(
            "briefing.no_notebook", asked=notebook.stem, folder=notebook.parent, known=listed
        )
    names = list(papermill.inspect_notebook(notebook))
    for asked in parameters:
        if asked not in names:
            raise UsageProblem(
                "briefing.no_parameter",
                notebook=notebook.stem,
                asked=asked,
                near=name_the_nearest(asked, names),
                known=", ".join(names) or "–",
            )
    return names


def read_parameters(notebook: Path, given: Mapping[str, str]) -> dict[str, Any]:
    """Return the parameters of a notebook by name: those given, else as its cell has them.

    Args:
        notebook: The notebook, of which ``check_parameters`` knows what is given.
        given: Value by name as a person types it: text with or without quotes, numbers as they
            are.
    """
    import papermill

    cell = papermill.inspect_notebook(notebook)
    defaults = {name: _literal(about["default"]) for name, about in cell.items()}
    typed = {
        name: text.strip().strip("\"'") if isinstance(defaults[name], str) else _literal(text)
        for name, text in given.items()
    }
    return {**defaults, **typed}


def _literal(text: str) -> Any:
    """Return the value that a piece of code stands for; the text itself where it is an expression.

    >>> _literal('"latest"'), _literal("20"), _literal("2022-Q1")
    ('latest', 20, '2022-Q1')
    """
    try:
        return literal_eval(text.strip())
    except (ValueError, SyntaxError):
        return text.strip()


def _without(notebook: Path, tags: Collection[str], folder: Path) -> Path:
    """Write a notebook without the cells of some tags, under its own name, and return its path."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    content["cells"] = [
        cell for cell in content["cells"] if not set(cell["metadata"].get("tags", [])) & {*tags}
    ]
    path = folder / notebook.name
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def words_of_cells(notebook: Path) -> set[str]:
    """Return the words in the code of a notebook: the parameters that it uses are among them.

    Raises:
        UsageProblem: There is no such notebook.
    """
    check_parameters(notebook, {})
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    code = [c for c in cells if c["cell_type"] == "code"]
    used = [c for c in code if "parameters" not in c["metadata"].get("tags", [])]
    return set(re.findall(r"\w+", "\n".join("".join(c["source"]) for c in used)))


def _execute(
    notebook: Path, parameters: Mapping[str, Any], home: Path, half_run: Path | None
) -> Any:
    import papermill
    from papermill.exceptions import PapermillExecutionError

    from workbench.pages.engine import ENGINE

    runs: list[Any] = []
    try:
        # what cells set in their context, such as a language, ends with them
        with unchecked_charts(), remember_answers(), show_claims_once():
            return copy_context().run(
                papermill.execute_notebook,
                notebook,
                None,
                parameters=dict(parameters),
                kernel_name=KERNEL,
                language="python",
                engine_name=ENGINE,
                progress_bar=False,
                cwd=home,
                runs=runs,
            )
    except PapermillExecutionError as problem:
        is_ours = problem.ename in _OURS
        error = problem.evalue if is_ours else f"{problem.ename}: {problem.evalue}"
        where = {"notebook": notebook.stem, "cell": problem.exec_count, "error": error}
        if half_run is None:
            raise RuleFailed("briefing.failed", **where) from problem
        # papermill has put its marks at the top and above the cell that failed
        settle(runs[0], parameters)
        half_run.parent.mkdir(parents=True, exist_ok=True)
        half_run.write_text(as_text(runs[0]), encoding="utf-8", newline="\n")
        raise RuleFailed("briefing.failed_half_way", **where, page=half_run) from problem


def settle(notebook: Any, parameters: Mapping[str, Any]) -> None:
    """Take from an executed notebook what differs between two runs of the same thing."""
    notebook.metadata.pop("papermill", None)
    notebook.metadata["language_info"] = {"name": "python"}
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"c{number:03d}"
        for noise in ("papermill", "execution"):
            cell.metadata.pop(noise, None)
        if cell.cell_type == "code":
            cell.outputs = [o for o in cell.outputs if o.get("name") != "stderr"]
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.source = "\n".join(
                f"{name} = {_code(value)}" for name, value in parameters.items()
            )


def _code(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def as_text(notebook: Any) -> str:
    """Return a notebook as the text of its file."""
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


@contextmanager
def notebook_environment(project: Path) -> Iterator[None]:
    """Let notebooks run inside find no user configuration, only the project and the language.

    The environment and the working folder are as before afterwards.
    """
    before, here = dict(os.environ), Path.cwd()
    with Scratch("notebooks") as scratch:
        os.environ |= {
            "IPYTHONDIR": str(scratch),
            "WORKBENCH_LANG": language(),
            "WORKBENCH_PROJECT": str(project),
        }
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)
            os.chdir(here)
