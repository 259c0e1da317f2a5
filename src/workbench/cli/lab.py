"""JupyterLab on the project's folder, working without a network.

Settings come with the package, the lab's own files stay in ``data/.lab/``; nothing is read from
or written to the user's home. The lab asks no server for news, updates or extensions, listens
on this machine only, and offers one kernel: the Python that runs it. Notebooks of the project
are saved without their outputs, since figures about people belong in no repository and the
pipeline reads the notebook, not its last run.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import Annotated, Any

from nbformat.v4 import new_markdown_cell, new_notebook

from workbench.cli.options import option
from workbench.core.environment import LAB_HOME, check_installed
from workbench.core.errors import UsageProblem, WorkbenchError
from workbench.core.project import Project, Scratch, find_project, shipped
from workbench.messages import language, say
from workbench.pages.notebooks import as_text, notebook_environment, run_notebook

_SETTINGS = Path(__file__).parents[1] / "assets" / "lab"
_STRIPPED = "notebooks/"
_BROWSED = "?file-browser-path=/notebooks"
_TRANSLATION = "@jupyterlab/translation-extension:plugin"
_LOCALES = {"vi": "vi_VN", "en": "default"}


def command(
    *,
    no_browser: Annotated[bool, option("no_browser")] = False,
    port: Annotated[int, option("port", "N")] = 8888,
) -> None:
    """Open JupyterLab on the project around the current folder."""
    start_lab(find_project(), browser=not no_browser, port=port)


def start_lab(
    project: Project, *, browser: bool = True, port: int = 8888, extra: Sequence[str] = ()
) -> None:
    """Run JupyterLab until it is stopped.

    Args:
        project: The folder shown; new kernels find it as their project.
        browser: Open the lab in the default browser; its address is printed either way.
        port: Where it listens on this machine; 0 takes any free one.
        extra: Further arguments of ``jupyter lab``.

    Raises:
        UsageProblem: The port is invalid, or JupyterLab is not installed.
    """
    if not 0 <= port <= 65535:
        raise UsageProblem("lab.bad_port", port=port)
    check_installed("jupyterlab", "lab")
    _write_settings(project)
    start = _write_start_page(project)
    with _environment(project):
        # Two seconds to import, and it reads its folders from the environment when it starts.
        from jupyter_core.utils import ensure_event_loop
        from jupyterlab.labapp import LabApp  # type: ignore[import-untyped]

        # Else an extension sets another loop than the server's, and no schedule is ever looked at.
        ensure_event_loop()
        arguments = lab_arguments(project, browser=browser, port=port, start=start, extra=extra)
        LabApp.launch_instance(arguments)


def lab_arguments(
    project: Project, *, browser: bool, port: int, start: Path, extra: Sequence[str] = ()
) -> list[str]:
    """Return the arguments of ``jupyter lab``; what never changes stands in ``assets/lab``."""
    arguments = [
        f"--LabApp.default_url=/lab/tree/{start.relative_to(project.root).as_posix()}{_BROWSED}",
        f"--ServerApp.root_dir={project.root}",
        f"--ServerApp.port={port}",
        f"--ServerApp.open_browser={browser}",
    ]
    if project.notebooks.is_dir():
        arguments.append(f"--FileContentsManager.preferred_dir={project.notebooks}")
    if sys.platform == "linux":
        # Kernels answer through files that only this user can open, not through ports.
        arguments.append("--KernelManager.transport=ipc")
    return [*arguments, *extra]


def lab_environment(project: Project, runtime: Path) -> dict[str, str]:
    """Return the variables that keep every file of the lab inside the project or ``runtime``."""
    home = project.data / ".lab"
    return {
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_CONFIG_PATH": str(_SETTINGS),
        "JUPYTER_DATA_DIR": str(home / "share"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        LAB_HOME: str(home),
        "JUPYTER_RUNTIME_DIR": os.environ.get("JUPYTER_RUNTIME_DIR", str(runtime)),
        "WORKBENCH_LANG": language(),
        "WORKBENCH_PROJECT": str(project.root),
    }


def _write_settings(project: Project) -> None:
    """Write what the lab reads from the project: the reader's language, and the kernel's extension.

    What a user has set in the lab itself goes before.
    """
    home = project.data / ".lab"
    settings = {_TRANSLATION: {"locale": _LOCALES[language()]}}
    kernel = {"IPKernelApp": {"extensions": ["workbench.lab"]}}
    files = {
        home / "config" / "labconfig" / "default_setting_overrides.json": settings,
        home / "ipython" / "profile_default" / "ipython_kernel_config.json": kernel,
    }
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8", newline="\n")


def _write_start_page(project: Project) -> Path:
    """Run the start notebook, so that the lab opens on what is here and not on empty cells.

    Where there are no results yet, the page says what to do.
    """
    page = project.data / "start.ipynb"
    shipped_or_own = (project.notebooks / page.name, shipped().notebooks / page.name)
    notebook = next(path for path in shipped_or_own if path.is_file())
    try:
        with notebook_environment(project.root):
            words = [] if language() == "vi" else ["analyst"]
            about = {"language": language()}
            executed = run_notebook(notebook, about, home=project.root, without=words)
        text = as_text(_without_code(executed))
    except WorkbenchError as problem:
        text = _page_of_words(str(problem))
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text, encoding="utf-8", newline="\n")
    return page


def _without_code(executed: Any) -> Any:
    """Fold the code of an executed notebook away; the parameters it was run with stay in one cell.

    A click on the fold shows the code, and the cells can be run again.
    """
    *_, injected = (
        c for c in executed.cells if "injected-parameters" in c.metadata.get("tags", [])
    )
    cells = [cell for cell in executed.cells if cell is not injected]
    for cell in cells:
        if "parameters" in cell.metadata.get("tags", []):
            cell.source = f'{injected.source}\ndata = ""'
        if cell.cell_type == "code":
            cell.metadata["jupyter"] = {"source_hidden": True}
    executed.cells = cells
    return executed


def _page_of_words(why: str) -> str:
    """Return a notebook that says why there is nothing to show."""
    words = f"# {say('lab.start_none')}\n\n{say('lab.start_none_why', why=why)}"
    return as_text(new_notebook(cells=[new_markdown_cell(words, id="none")]))


@contextmanager
def _environment(project: Project) -> Iterator[None]:
    before = dict(os.environ)
    # Outside the project: a socket's path may be 107 characters long and no more.
    # The panel of jobs puts what it downloads below the working folder.
    with Scratch("lab") as runtime, chdir(project.root):
        os.environ.update(lab_environment(project, runtime))
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def strip_outputs(model: dict[str, Any], path: str, **_: object) -> None:
    """Take outputs and run counts from a project notebook about to be saved (a Jupyter hook).

    Only notebooks under ``notebooks/`` are touched; what is on the screen stays there.

    >>> cell = {"cell_type": "code", "outputs": [1], "execution_count": 3, "metadata": {}}
    >>> model = {"type": "notebook", "content": {"cells": [cell], "metadata": {}}}
    >>> strip_outputs(model, "notebooks/causes.ipynb")
    >>> cell["outputs"], cell["execution_count"]
    ([], None)
    """
    if model["type"] != "notebook" or not path.startswith(_STRIPPED) or not model.get("content"):
        return
    for cell in model["content"]["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = []
            cell["execution_count"] = None
            cell["metadata"].pop("execution", None)
    # The version of Python that happened to open the notebook is no part of it.
    model["content"]["metadata"]["language_info"] = {"name": "python"}
