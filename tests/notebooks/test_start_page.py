"""The lab opens on what is here, in the reader's language, and loads its extension."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pytest

from workbench.cli.lab import start_lab
from workbench.core.project import Project
from workbench.messages import use_language


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The arguments that the lab was started with, instead of starting it."""
    seen: list[str] = []
    monkeypatch.setattr("jupyterlab.labapp.LabApp.launch_instance", seen.extend)
    return seen


@pytest.fixture
def project(small_project: Project, tmp_path: Path) -> Project:
    root = tmp_path / "project"
    shutil.copytree(small_project.root, root)
    return Project(root)


@pytest.mark.parametrize(
    ("language", "words", "locale"),
    [("vi", "Dữ liệu đang có", "vi_VN"), ("en", "What data is here", "default")],
)
def test_the_lab_opens_on_an_executed_page_in_the_language_of_its_reader(
    project: Project, launched: list[str], language: str, words: str, locale: str
) -> None:
    with use_language(language):
        start_lab(project, browser=False, port=0)
    assert any(a.startswith("--LabApp.default_url=/lab/tree/data/start.ipynb") for a in launched)
    notebook = nbformat.read(project.data / "start.ipynb", as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.metadata["jupyter"]["source_hidden"] for cell in code)
    tags = [tag for cell in code for tag in cell.metadata.get("tags", [])]
    assert tags == ["parameters"]
    shown = json.dumps(notebook, ensure_ascii=False)
    assert words in shown
    assert ("Bắt đầu từ đây" in shown) is (language == "vi")
    lab = project.data / ".lab"
    overrides = json.loads(
        (lab / "config" / "labconfig" / "default_setting_overrides.json").read_text("utf-8")
    )
    assert overrides["@jupyterlab/translation-extension:plugin"]["locale"] == locale
    kernel = lab / "ipython" / "profile_default" / "ipython_kernel_config.json"
    assert "workbench.lab" in json.loads(kernel.read_text("utf-8"))["IPKernelApp"]["extensions"]


def test_a_project_without_results_opens_on_what_to_do(
    project: Project, launched: list[str]
) -> None:
    for folder in (project.clean, project.clock, project.results):
        shutil.rmtree(folder)
    start_lab(project, browser=False, port=0)
    page = (project.data / "start.ipynb").read_text(encoding="utf-8")
    assert "make briefing" in page
    assert "data/inbox" in page
    assert launched


def test_two_starts_write_the_same_page(project: Project, launched: list[str]) -> None:
    start_lab(project, browser=False, port=0)
    first = (project.data / "start.ipynb").read_bytes()
    start_lab(project, browser=False, port=0)
    assert (project.data / "start.ipynb").read_bytes() == first
