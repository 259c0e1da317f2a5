"""Every notebook runs as an analyst opens it: all cells, the parameters as they stand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.answers import Book
from workbench.core.project import Project

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def cells(notebook: Path) -> list[str]:
    """Return the code of a notebook, cell by cell."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    return ["".join(c["source"]) for c in content["cells"] if c["cell_type"] == "code"]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_cell_runs_with_the_parameters_as_they_stand(
    notebook: Path, small_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(small_project.root)
    names: dict[str, object] = {}
    for number, code in enumerate(cells(notebook), start=1):
        exec(compile(code, f"{notebook.stem}, cell {number}", "exec"), names)  # noqa: S102


@pytest.mark.parametrize("question", ["due_dates", "pauses", "receptions", "norms"])
def test_the_clock_reads_the_latest_period_like_its_label(question: str, small_book: Book) -> None:
    clock, label = small_book.clock(), small_book.period("latest")
    latest, named = (getattr(clock, question)(p) for p in ("latest", label))
    assert str(latest) == str(named)


@pytest.mark.parametrize("question", ["report", "rates", "sensitivity", "index_766", "criteria"])
def test_official_figures_read_the_latest_period_like_its_label(
    question: str, small_book: Book
) -> None:
    official, label = small_book.official(), small_book.period("latest")
    latest, named = (getattr(official, question)(p) for p in ("latest", label))
    assert str(latest) == str(named)


def test_a_form_of_the_latest_period_is_that_of_its_label(small_book: Book) -> None:
    official, label = small_book.official(), small_book.period("latest")
    assert str(official.form("II.06a", "latest")) == str(official.form("II.06a", label))
