"""JupyterLab on the project's folder, working without a network.

Settings come with the package, the lab's own files stay in ``data/.lab/``; nothing is read from
or written to the user's home. The lab asks no server for news, updates or extensions, listens
on this machine only, and offers one kernel: the Python that runs it. Notebooks of the project
are saved without their outputs, since figures about people belong in no repository and the
pipeline reads the notebook, not its last run.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

from workbench.cli.options import option
from workbench.core.environment import check_installed
from workbench.core.errors import UsageProblem
from workbench.core.project import Project, Scratch, find_project

_SETTINGS = Path(__file__).parents[1] / "assets" / "lab"
_STRIPPED = "notebooks/"


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
    with _environment(project):
        # Two seconds to import, and it reads its folders from the environment when it starts.
        from jupyterlab.labapp import LabApp  # type: ignore[import-untyped]

        LabApp.launch_instance(lab_arguments(project, browser=browser, port=port, extra=extra))


def lab_arguments(
    project: Project, *, browser: bool, port: int, extra: Sequence[str] = ()
) -> list[str]:
    """Return the arguments of ``jupyter lab``; what never changes stands in ``assets/lab``."""
    arguments = [
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
        "JUPYTER_RUNTIME_DIR": os.environ.get("JUPYTER_RUNTIME_DIR", str(runtime)),
        "WORKBENCH_PROJECT": str(project.root),
    }


@contextmanager
def _environment(project: Project) -> Iterator[None]:
    before = dict(os.environ)
    # Outside the project: a socket's path may be 107 characters long and no more.
    with Scratch("lab") as runtime:
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
