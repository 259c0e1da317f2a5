"""Parameters of notebooks are checked, by our runs and by papermill alone; outputs say origins."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

from workbench.answers import open_book, papermill_run
from workbench.answers.papermill_run import check_injected
from workbench.core.errors import UsageProblem
from workbench.core.project import Project
from workbench.pages import run_notebook

ROOT = Path(__file__).resolve().parents[2]
DEFAULTS = 'period = "latest"\nunit = "*"\nlimit = 3'


@pytest.fixture
def run_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process look like a Jupyter kernel that has run some cells."""

    def use(*cells: str, kernel: bool = True) -> None:
        shell = SimpleNamespace(user_ns={"In": ["", *cells]})
        if kernel:
            shell.kernel = True
        jupyter = SimpleNamespace(get_ipython=lambda: shell)
        monkeypatch.setattr(papermill_run, "sys", SimpleNamespace(modules={"IPython": jupyter}))

    return use


def test_what_papermill_gave_stands_beside_the_defaults(run_cells) -> None:
    run_cells(DEFAULTS, '# Parameters\nperiod = "2022-Q1"\nlimit = 5\n', "import workbench as wb")
    assert check_injected() == {"period": "2022-Q1", "unit": "*", "limit": 5}


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ('perod = "2022-Q1"', "no parameter «perod».*period, unit, limit. Did you mean «period»"),
        ('buu_cuc = "1"', r"Its parameters: period, unit, limit\.$"),
        ("period = 2022", "«period».*not 2022.*-r period 2022"),
        ("unit = None", "«unit».*not None"),
        ("limit = True", "«limit».*not True"),
    ],
)
def test_an_unknown_or_ill_typed_parameter_is_an_error(run_cells, cell, message) -> None:
    run_cells(DEFAULTS, f"# Parameters\n{cell}\n", "import workbench as wb")
    with pytest.raises(UsageProblem, match=message):
        check_injected()


def test_nothing_is_checked_where_papermill_gave_nothing_or_no_kernel_runs(run_cells) -> None:
    run_cells(DEFAULTS, "period = 2022")
    assert check_injected() == {}
    run_cells(DEFAULTS, "# Parameters\nperod = 1", kernel=False)
    assert check_injected() == {}


def test_an_unknown_parameter_is_an_error_that_names_the_known_ones(small_project):
    notebook = small_project.notebooks / "causes.ipynb"
    with pytest.raises(UsageProblem, match=r"«perod».*period, unit, language.*mean «period»"):
        run_notebook(notebook, {"perod": "2022-H1"}, home=small_project.root)


def test_an_unknown_notebook_is_an_error_that_names_the_known_ones(small_project):
    notebook = small_project.notebooks / "cause.ipynb"
    with pytest.raises(UsageProblem, match=r"«cause».*briefing, causes"):
        run_notebook(notebook, {}, home=small_project.root)


def test_a_language_that_nobody_speaks_is_refused(small_project: Project) -> None:
    with pytest.raises(UsageProblem, match=r"«fr».*vi, en"):
        open_book(small_project.root, language="fr")


def test_papermill_alone_runs_a_notebook_and_its_output_says_what_it_is_made_from(
    small_project: Project, tmp_path: Path
) -> None:
    notebook = nbformat.read(ROOT / "notebooks" / "one_page.ipynb", as_version=4)
    notebook.cells[-1].source = "import workbench as wb\nbook = wb.open(data, language=language)"
    nbformat.write(notebook, tmp_path / "short.ipynb")

    command = [sys.executable, "-m", "papermill", "short.ipynb", "out.ipynb"]
    done = subprocess.run(
        [*command, "-p", "data", str(small_project.root), "-p", "period", "2022-Q1"],
        cwd=tmp_path,
        env={**os.environ, "IPYTHONDIR": str(tmp_path)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    output = nbformat.read(tmp_path / "out.ipynb", as_version=4).cells[-1].outputs[0]
    book = open_book(small_project.root)
    about = output.metadata.workbench
    assert (about.period, about.unit, about.data) == ("2022-Q1", "*", book.fingerprint)
    assert about.snapshot == book.snapshot.isoformat()
    assert {"revision", "has_local_changes", "version", "profile"} <= about.keys()
    assert book.fingerprint in output.data["text/plain"]
