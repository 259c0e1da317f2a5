"""Unattended runs keep what a Jupyter kernel would have kept, without starting one."""

from __future__ import annotations

import builtins
import gc
import sys
import weakref
from pathlib import Path

import nbformat
import papermill
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from workbench.core.errors import RuleFailed
from workbench.pages.engine import ENGINE
from workbench.pages.notebooks import run_notebook

CELLS = (
    "x = 6",
    "print('a'); print('b', end='')\nx * 7",
    "from IPython.display import HTML, display\ndisplay(HTML('<b>1</b>'))\nx",
    "class Shown:\n    def __repr__(self):\n        return 's'\n"
    "    def _repr_mimebundle_(self, **_):\n"
    "        return {'text/html': '<i>h</i>'}, {'text/html': {'isolated': True}}\n"
    "Shown()",
    "class Picture:\n    def __repr__(self):\n        return 'p'\n"
    "    def _repr_png_(self):\n        return b'\\x89PNG'\nPicture()",
    "None",
    "_ = 1;\n'silent';",
    "get_ipython().__class__ is not None",
)


def notebook(path: Path, *cells: str) -> Path:
    parameters = new_code_cell("period = 1", metadata={"tags": ["parameters"]})
    content = new_notebook(
        cells=[parameters, new_markdown_cell("# Words"), *map(new_code_cell, cells)]
    )
    content.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "P"}
    nbformat.write(content, path)
    return path


def outputs(executed: nbformat.NotebookNode) -> list[object]:
    return [(c.execution_count, c.outputs) for c in executed.cells if c.cell_type == "code"]


def test_outputs_are_those_of_a_jupyter_kernel(tmp_path: Path) -> None:
    path = notebook(tmp_path / "n.ipynb", *CELLS)
    run = {"kernel_name": "python3", "language": "python", "progress_bar": False}
    ours = papermill.execute_notebook(path, None, {}, engine_name=ENGINE, **run)
    kernel = papermill.execute_notebook(path, None, {}, **run)
    assert outputs(ours) == outputs(kernel)
    assert any(count and shown for count, shown in outputs(ours))


def test_a_notebook_leaves_the_process_as_it_was(tmp_path: Path) -> None:
    before = (
        sys.modules["__main__"],
        sys.displayhook,
        sys.excepthook,
        sys.stdout,
        dict(vars(builtins)),
    )
    home = Path.cwd()
    path = notebook(tmp_path / "n.ipynb", "import sys; sys.ps1 = 'x'", "seen = 1")
    run_notebook(path, {}, home=tmp_path)
    after = (
        sys.modules["__main__"],
        sys.displayhook,
        sys.excepthook,
        sys.stdout,
        dict(vars(builtins)),
    )
    assert after == before
    assert Path.cwd() == home


def test_a_notebook_sees_nothing_of_the_one_before(tmp_path: Path) -> None:
    run_notebook(notebook(tmp_path / "a.ipynb", "seen = 1"), {}, home=tmp_path)
    with pytest.raises(RuleFailed, match="NameError: name 'seen' is not defined"):
        run_notebook(notebook(tmp_path / "b.ipynb", "seen"), {}, home=tmp_path)


def test_what_a_notebook_made_goes_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of pages are written in one run: each must give its tables back."""
    made: list[weakref.ref[object]] = []
    monkeypatch.setattr(
        builtins, "keep_note_of", lambda thing: made.append(weakref.ref(thing)), raising=False
    )
    cell = "class Table: pass\ntable = Table()\nkeep_note_of(table)\ntable"
    run_notebook(notebook(tmp_path / "n.ipynb", cell), {}, home=tmp_path)
    gc.collect()
    assert [note() for note in made] == [None]


def test_a_notebook_works_in_its_home(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    path = notebook(tmp_path / "n.ipynb", "from pathlib import Path", "print(Path.cwd().name)")
    executed = run_notebook(path, {}, home=tmp_path / "home")
    assert executed.cells[-1].outputs[0].text == "home\n"


def test_a_request_to_end_ends_the_run_and_not_only_the_cell(tmp_path: Path) -> None:
    path = notebook(tmp_path / "n.ipynb", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        run_notebook(path, {}, home=tmp_path)


@pytest.mark.parametrize(
    ("cell", "error"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("x = = 1", "SyntaxError"),
        ("raise SystemExit(3)", "SystemExit"),
    ],
)
def test_the_first_failing_cell_ends_the_run(tmp_path: Path, cell: str, error: str) -> None:
    path = notebook(tmp_path / "n.ipynb", "1 + 1", cell, "print('not reached')")
    with pytest.raises(RuleFailed, match=error):
        run_notebook(path, {}, home=tmp_path)
