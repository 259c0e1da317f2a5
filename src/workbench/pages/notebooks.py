"""Runs a notebook with checked parameters and gives back what never changes between two runs.

A misspelt parameter is an error, not a silence. The executed notebook holds no time stamp, no
version, no random id and no path of the machine: same input, same bytes. The kernel is private
and reads no configuration of the user.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import copy_context
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from workbench.core.errors import RuleFailed, UsageProblem
from workbench.core.project import Scratch
from workbench.messages import language

KERNEL = "python3"
_OURS = ("UsageProblem", "InputRejected", "RuleFailed", "OutputBusy")


def run_notebook(
    notebook: Path, parameters: Mapping[str, str], out: Path | None = None, *, home: Path
) -> Any:
    """Run a notebook and return it executed and stripped of everything that varies.

    Args:
        notebook: The notebook to run; it is only read.
        parameters: Value by name; every name must stand in its parameters cell.
        out: Where to write the executed notebook, if anywhere.
        home: Folder the kernel works in: a project or an ``analyse`` folder.

    Raises:
        UsageProblem: There is no such notebook, or it has no such parameter.
        RuleFailed: A cell failed; the message names notebook, cell and error.
    """
    check_parameters(notebook, parameters)
    executed = _execute(notebook, parameters, home)
    settle(executed, parameters)
    if out is not None:
        out.write_text(as_text(executed), encoding="utf-8", newline="\n")
    return executed


def check_parameters(notebook: Path, parameters: Mapping[str, str]) -> list[str]:
    """Return the names of a notebook's parameters after checking that it takes those given.

    Raises:
        UsageProblem: There is no such notebook, or it lacks one of the parameters.
    """
    import papermill

    if not notebook.is_file():
        known = sorted(p.stem for p in notebook.parent.glob("*.ipynb"))
        listed = ", ".join(known) or "–"
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
                near=", ".join(get_close_matches(asked, names, n=1)) or "–",
                known=", ".join(names) or "–",
            )
    return names


def _execute(notebook: Path, parameters: Mapping[str, str], home: Path) -> Any:
    import papermill
    from nbclient.exceptions import CellExecutionError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    from workbench.pages.kernels import PrivateKernelManager

    try:
        return _with_own_loop(
            papermill.execute_notebook,
            notebook,
            None,
            parameters=dict(parameters),
            kernel_name=KERNEL,
            language="python",
            progress_bar=False,
            record_timing=False,
            shutdown_kernel="immediate",
            cwd=home,
            kernel_manager_class=PrivateKernelManager,
        )
    except PapermillExecutionError as problem:
        told = problem.evalue if problem.ename in _OURS else f"{problem.ename}: {problem.evalue}"
        raise RuleFailed(
            "briefing.failed", notebook=notebook.stem, cell=problem.exec_count, error=told
        ) from problem
    except (CellExecutionError, DeadKernelError, RuntimeError, TimeoutError) as problem:
        raise RuleFailed(
            "briefing.failed", notebook=notebook.stem, cell="–", error=problem
        ) from problem


def _with_own_loop(run: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call something of Jupyter's with an event loop that is closed behind it."""
    from jupyter_core.utils import ensure_event_loop

    def called() -> Any:
        loop = ensure_event_loop()
        try:
            return run(*args, **kwargs)
        finally:
            loop.close()

    return copy_context().run(called)


def settle(notebook: Any, parameters: Mapping[str, str]) -> None:
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
                f"{name} = {json.dumps(value, ensure_ascii=False)}"
                for name, value in parameters.items()
            )


def as_text(notebook: Any) -> str:
    """Return a notebook as the text of its file."""
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


@contextmanager
def quiet_jupyter(project: Path) -> Iterator[None]:
    """Let kernels started inside find no user configuration, only the project and the language.

    The environment and the working folder are as before afterwards: papermill moves the process
    into the notebook's folder, and two notebooks at once would leave it there.
    """
    before, here = dict(os.environ), Path.cwd()
    with Scratch("jupyter") as scratch:
        rooms = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
        os.environ.update({room: f"{scratch}/{room.lower()}" for room in rooms})
        os.environ |= {
            "JUPYTER_PLATFORM_DIRS": "1",
            "PYTHONWARNINGS": "ignore",
            "TMPDIR": str(scratch),
            "WORKBENCH_LANG": language(),
            "WORKBENCH_PROJECT": str(project),
        }
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)
            os.chdir(here)
