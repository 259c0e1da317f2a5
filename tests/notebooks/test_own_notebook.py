"""An analyst's own notebook runs like the shipped ones: in five lines, with %sql, on schedule."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from workbench.answers import open_book
from workbench.cli.notebook import notebook_text
from workbench.core.errors import UsageProblem
from workbench.core.project import Project
from workbench.messages import use_language
from workbench.pages import Outputs, write_own_notebook
from workbench.pages.briefings import write_notebook_page

MANUAL = Path(__file__).resolve().parents[2] / "docs" / "manual" / "lab.md"
SQL = "%%sql kept\nselect unit_id, count(*) as n from dossiers group by all order by all"


@pytest.fixture
def project(small_project: Project, tmp_path: Path) -> Project:
    """A project with the results of the small one and notebooks of its own."""
    root = tmp_path / "project"
    shutil.copytree(small_project.root, root, ignore=shutil.ignore_patterns("pipelines"))
    (root / "pipelines").mkdir()
    return Project(root)


def write(project: Project, name: str, cells: list[str]) -> None:
    first, *rest = cells
    tagged = new_code_cell(first, metadata={"tags": ["parameters"]})
    notebook = new_notebook(cells=[tagged, *map(new_code_cell, rest)])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "p", "language": "python"}
    nbformat.write(notebook, project.notebooks / f"{name}.ipynb")


def make(project: Project, name: str, **asked: str) -> str:
    book = open_book(project.root, language="vi")
    (page,) = write_own_notebook(
        book, name, period="2022-H1", out=project.root / "data" / "briefings", **asked
    )
    assert page.name == f"{Path(name).stem}.html"
    return page.read_text(encoding="utf-8")


def job(project: Project, name: str, folder: Path, **given: str) -> str:
    """Return the page of a notebook that a job has put aside."""
    folder.mkdir(exist_ok=True)
    copied = Path(shutil.copy(project.notebooks / f"{name}.ipynb", folder))
    with use_language("vi"):
        page = write_notebook_page(project.root, copied, given, Outputs(folder))
    return page.read_text(encoding="utf-8")


def five_lines() -> list[str]:
    """Return the five lines of the manual, the first one apart: the parameter."""
    blocks = re.findall(r"```python\n(.*?)```", MANUAL.read_text(encoding="utf-8"), re.S)
    (block,) = [block for block in blocks if block.startswith("period = ")]
    lines = [line for line in block.splitlines() if line]
    assert len(lines) == 5
    return [lines[0], "\n".join(lines[1:])]


def test_the_five_lines_of_the_manual_become_a_page_twice_the_same(project: Project) -> None:
    write(project, "mine", five_lines())
    first = make(project, "mine.ipynb")
    assert "Các đơn vị đặt cạnh nhau" in first
    (project.root / "data" / "briefings" / ".pages.json").unlink()
    assert make(project, "notebooks/mine.ipynb") == first


def test_the_index_lists_an_own_page_beside_the_briefings(project: Project) -> None:
    write(project, "mine", ['period = "latest"', "import workbench as wb"])
    make(project, "mine")
    index = (project.root / "data" / "briefings" / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'<td><a href="([^"]*)">', index) == ["2022-H1/all.mine/mine.html"]
    assert "<td>mine · nội bộ" in index


def test_a_job_makes_the_page_that_the_command_makes(project: Project, tmp_path: Path) -> None:
    write(project, "mine", five_lines())
    by_command = make(project, "mine")
    body = by_command[by_command.index("<body") :]
    page = job(project, "mine", tmp_path / "job", period=' "2022-H1"')
    assert page[page.index("<body") :] == body


def test_a_job_is_asked_what_the_parameters_cell_says(project: Project, tmp_path: Path) -> None:
    cells = ['period = "2021-H2"\nunit = "SD-VH"\nrows = 3', "import workbench as wb", "rows + 1"]
    write(project, "own", cells)
    page = job(project, "own", tmp_path / "job", rows="40")
    assert "6 tháng cuối năm 2021" in page
    assert ">41<" in page


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [("published", {}, "--published"), ("watch", {}, "period"), ("unit", {"kỳ": "1"}, "kỳ")],
)
def test_a_job_is_refused_in_one_sentence(
    project: Project, tmp_path: Path, name: str, given: dict[str, str], words: str
) -> None:
    with pytest.raises(UsageProblem, match=words):
        job(project, name, tmp_path / "job", **given)


def test_the_publication_is_no_own_notebook(project: Project) -> None:
    with pytest.raises(UsageProblem, match="--published"):
        make(project, "published")


def test_the_template_becomes_a_page_of_the_unit_that_is_asked_for(project: Project) -> None:
    (project.notebooks / "mau.ipynb").write_text(notebook_text("mau"), encoding="utf-8")
    page = make(project, "mau", unit="SD-VH")
    assert "<h1>mau</h1>" in page or ">mau<" in page
    folder = project.root / "data" / "briefings" / "2022-H1"
    assert [f.name for f in folder.iterdir()] == ["SD-VH.mau"]


def test_a_query_in_a_cell_runs_unattended(project: Project) -> None:
    cells = ['period = "latest"', "import workbench as wb\n\nbook = wb.open()", SQL]
    write(project, "bang", [*cells, "kept.height"])
    page = make(project, "bang")
    assert "SD-VH" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("cells", "asked", "missing"),
    [
        (['unit = "*"', "unit"], {}, "period"),
        (['period = "latest"', "period"], {"unit": "SD-VH"}, "unit"),
        (['period = "latest"', "period"], {"against": "2021-H1"}, "against"),
    ],
)
def test_a_page_is_refused_that_would_name_what_its_notebook_cannot_be_asked_about(
    project: Project, cells: list[str], asked: dict[str, str], missing: str
) -> None:
    write(project, "thieu", cells)
    with pytest.raises(UsageProblem, match=missing):
        make(project, "thieu", **asked)


def test_a_notebook_that_is_not_there_is_answered_with_those_that_are(project: Project) -> None:
    with pytest.raises(UsageProblem, match="compare_units"):
        make(project, "khong_co")
