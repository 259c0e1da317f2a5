"""Markup planted in an export stays text where it is most dangerous: in a notebook run in the lab.

JupyterLab trusts what its user runs, so outputs reach the page as they are. The control shows that
the page would run what was planted, had any frame or answer passed it on unescaped.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

pytestmark = pytest.mark.browser

IMAGE = "<img src=x onerror=window.ran=1>"

OPENED = """
import workbench as wb
book = wb.open({folder!r}, language="vi")
period = "2022-H1"
one = book.dossiers["dossier_id"][0]
official = book.official()
"""
SHOWN = (
    "book.dossiers",
    "book.steps",
    "book.quarantine",
    "book.ledger",
    "book.measures",
    "book.dossiers.select('dossier_id', 'unit_id', 'procedure_name').head(3).to_dicts()",
    "book.summary(period)",
    "book.headline(period)",
    "book.compare_units(period)",
    "book.compare_periods(period)",
    "book.course(period)",
    "book.time_use(period)",
    "book.slowest_steps(period)",
    "book.excluded()",
    "book.findings()",
    "book.verdicts(period)",
    "book.dossier(one)",
    "book.compare_units(period).chart()",
    "official.form('II.06a', period)",
    "official.rates(period)",
    "wb.publish(book, period).units()",
)
STIRRED = """async () => {
  const widget = window.jupyterapp.shell.currentWidget.content;
  for (let n = 0; n < widget.widgets.length; n++) {
    widget.activeCellIndex = n;
    await new Promise(done => setTimeout(done, 60));
  }
}"""


def noted(folder: Path, name: str, *cells: str) -> None:
    """Write a notebook of these cells into a lab's folder."""
    notebook = new_notebook(
        cells=[new_markdown_cell(f"# {name}"), *(new_code_cell(source) for source in cells)],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": ""}},
    )
    nbformat.write(notebook, folder / f"{name}.ipynb")


def test_nothing_planted_in_an_export_runs_in_a_notebook_of_the_lab(
    lab, planted, context, guard, run_all, tmp_path
) -> None:
    noted(lab.root / "notebooks", "planted", OPENED.format(folder=str(planted)), *SHOWN)
    watch = guard((lab.url,))
    page = watch.watch(context)
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    assert run_all(page, lab.notebook("planted")) == []
    page.evaluate(STIRRED)
    page.screenshot(path=tmp_path / "planted.png")
    assert page.evaluate("window.ran") is None
    outputs = page.locator(".jp-OutputArea-output")
    assert outputs.count() > len(SHOWN)
    assert IMAGE in page.locator(".jp-Notebook").inner_text()
    assert outputs.locator("img[src=x], script, [onload], [onerror], [onclick]").count() == 0
    assert outputs.locator("a[href^='javascript']").count() == 0
    assert watch.refused == []


def test_markup_that_is_passed_on_as_it_is_would_run(lab, context, guard, run_all) -> None:
    raw = f"from IPython.display import HTML\nHTML({IMAGE!r})"
    noted(lab.root / "notebooks", "control", raw)
    page = guard((lab.url,)).watch(context)
    run_all(page, lab.notebook("control"))
    page.wait_for_function("() => window.ran === 1")
