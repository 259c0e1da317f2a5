"""Papermill's engine for unattended runs: cells run in this process, without a Jupyter kernel.

A kernel of its own would import everything anew for every page and listen on sockets. Cells see a
fresh namespace and a shell without history, start-up files or configuration of the user.
Notebooks run one after another: the working folder and the streams belong to the process.
"""

from __future__ import annotations

import atexit
import io
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from nbformat.v4 import new_output
from papermill.engines import Engine, papermill_engines
from traitlets import Type
from traitlets.config import Config

from workbench.lab import register_sql

ENGINE = "in_process"
"""How papermill calls the engine."""

_CONFIG = Config(HistoryManager={"enabled": False, "hist_file": ":memory:"})


class _InProcessEngine(Engine):  # type: ignore[misc]
    """Runs the cells of a notebook in this process and keeps what they show in the notebook."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,  # noqa: ARG003
        *,
        runs: list[NotebookNode] | None = None,
        **_: Any,
    ) -> None:
        """Run the code cells in order; the first that fails keeps its error and ends the run.

        The notebook is added to ``runs``: papermill returns only one whose cells all ended well.
        """
        if runs is not None:
            runs.append(nb_man.nb)
        with _shell() as shell:
            for number, cell in enumerate(nb_man.nb.cells):
                nb_man.cell_start(cell, number)
                if cell.cell_type == "code" and not shell.run(cell):
                    nb_man.cell_exception(cell, number)
                    return
                nb_man.cell_complete(cell, number)


papermill_engines.register(ENGINE, _InProcessEngine)


class _Publisher(DisplayPublisher):  # type: ignore[misc]
    """Keeps what a cell displays among the outputs of the cell."""

    def publish(
        self, data: Mapping[str, Any], metadata: Mapping[str, Any] | None = None, **_: Any
    ) -> None:
        """Add a display to the outputs of the running cell."""
        output = new_output("display_data", _as_json(data), metadata=dict(metadata or {}))
        self.shell.outputs.append(output)


class _ResultHook(DisplayHook):  # type: ignore[misc]
    """Keeps the value of a cell's last line among the outputs of the cell."""

    def write_output_prompt(self) -> None:
        """Print no prompt."""

    def write_format_data(
        self, format_dict: Mapping[str, Any], md_dict: Mapping[str, Any] | None = None
    ) -> None:
        """Add the value to the outputs of the running cell."""
        result = new_output(
            "execute_result",
            _as_json(format_dict),
            metadata=dict(md_dict or {}),
            execution_count=self.prompt_count,
        )
        self.shell.outputs.append(result)

    def finish_displayhook(self) -> None:
        """Print nothing after the value."""


class _Stream(io.TextIOBase):
    """Keeps what is printed among the outputs of a cell, neighbouring pieces as one."""

    def __init__(self, name: str, outputs: list[NotebookNode]) -> None:
        self._name = name
        self._outputs = outputs

    def write(self, text: str) -> int:
        """Add a text to the outputs of the running cell."""
        last = self._outputs[-1] if self._outputs else None
        if last is not None and last.get("name") == self._name:
            last.text += text
        elif text:
            self._outputs.append(new_output("stream", name=self._name, text=text))
        return len(text)


class _Shell(InteractiveShell):  # type: ignore[misc]
    """Runs the source of cells and collects their outputs."""

    outputs: list[NotebookNode]
    display_pub_class = Type(_Publisher)
    displayhook_class = Type(_ResultHook)

    def init_virtualenv(self) -> None:
        """Change no search path: this installation is the one that runs."""

    def run(self, cell: NotebookNode) -> bool:
        """Run a cell, fill its outputs, and return whether it ended well."""
        outputs: list[NotebookNode] = []
        self.outputs = outputs
        cell.execution_count = self.execution_count
        with (
            redirect_stdout(_Stream("stdout", outputs)),
            redirect_stderr(_Stream("stderr", outputs)),
        ):
            result = self.run_cell(cell.source, store_history=True)
        cell.outputs = outputs
        if isinstance(result.error_in_exec, KeyboardInterrupt):
            # the user or the system wants the whole run to end, not a page about it
            raise result.error_in_exec
        return bool(result.success)

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        error = new_output("error", ename=etype.__name__, evalue=str(evalue), traceback=stb)
        self.outputs.append(error)


@contextmanager
def _shell() -> Iterator[_Shell]:
    """Give a new shell, and the process's own state back behind it."""
    InteractiveShell.clear_instance()
    displayhook, excepthook = sys.displayhook, sys.excepthook
    shell = _Shell.instance(config=_CONFIG)
    register_sql(shell)
    try:
        yield shell
    finally:
        shell.restore_sys_module_state()
        _Shell.clear_instance()
        # a shell stays registered for the end of the process, with everything its cells made
        atexit.unregister(shell.atexit_operations)
        shell.user_ns.clear()
        shell.user_ns_hidden.clear()
        shell.displayhook.exec_result = None
        sys.displayhook, sys.excepthook = displayhook, excepthook


def _as_json(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a bundle of representations as a notebook file keeps it: images in base 64."""
    return {
        kind: b64encode(value).decode("ascii") if isinstance(value, bytes) else value
        for kind, value in data.items()
    }
