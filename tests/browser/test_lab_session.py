"""A session in the lab, as an analyst has it: from the start page to an export, network cut."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from workbench.core.project import Project
from workbench.pages import run_notebook
from workbench.pages.notebooks import notebook_environment

pytestmark = pytest.mark.browser

HERE = ".jp-NotebookPanel:not(.lm-mod-hidden)"
OPENED = "name => window.jupyterapp.shell.currentWidget?.context?.path?.endsWith(name)"
IDLE = """() => {
  const widget = window.jupyterapp?.shell?.currentWidget;
  const session = widget?.sessionContext;
  return widget?.context?.isReady && session?.isReady
    && session.session?.kernel?.status === 'idle';
}"""
RUN = "() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }"
RAN = """() => [...window.jupyterapp.shell.currentWidget.content.model.cells]
  .every(cell => cell.type !== 'code' || cell.executionCount !== null)"""
PARAMETER = """line => [...window.jupyterapp.shell.currentWidget.content.model.cells]
  .some(cell => cell.sharedModel.getSource().split('\\n').some(one => one.startsWith(line)))"""
SAVE = "() => window.jupyterapp.commands.execute('docmanager:save')"
TOKEN = os.environ.get("JUPYTER_TOKEN", "for-this-test-only")


def open_and_run(page) -> None:
    page.wait_for_function(IDLE)
    page.evaluate(RUN)
    page.wait_for_function(RAN)
    page.wait_for_function(IDLE)


def parameters(file: Path) -> dict[str, str]:
    """Return what the parameters cell of a saved notebook says."""
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    (cell,) = (c for c in cells if "parameters" in c["metadata"].get("tags", []))
    names: dict[str, str] = {}
    exec("".join(cell["source"]), names)  # noqa: S102
    return names


def test_a_session_from_the_start_page_to_an_export(  # noqa: PLR0915 - one session
    lab, context, guard, tmp_path
) -> None:
    watch = guard((lab.url,))
    page = watch.watch(context)
    page.set_default_timeout(120_000)

    # the lab opens on what is here, in the reader's language
    page.goto(f"{lab.url}lab/tree/data/start.ipynb?reset&token={TOKEN}")
    page.locator(f"{HERE} h2", has_text="Dữ liệu đang có").wait_for()
    assert page.locator(f"{HERE} .jp-OutputArea-output img").count() >= 14
    page.screenshot(path=tmp_path / "start.png")
    page.locator(f"{HERE} a", has_text="So sánh giữa các đơn vị").first.click()
    page.wait_for_function(OPENED, arg="compare_units.ipynb")
    open_and_run(page)

    # a mark says its numbers
    mark = page.locator(f"{HERE} svg.marks .mark-symbol path").first
    mark.scroll_into_view_if_needed()
    mark.hover()
    hint = page.locator("#vg-tooltip-element.visible")
    hint.wait_for()
    assert "Tử số / mẫu số" in hint.inner_text()
    assert "Khoảng tin cậy" in hint.inner_text()

    # another period goes to every answer and into the parameters cell
    page.locator(f"{HERE} select[name=period]").first.select_option("2021-H1")
    page.wait_for_function(PARAMETER, arg='period = "2021-H1"')
    page.wait_for_function(IDLE)
    for picker in page.locator(f"{HERE} select[name=period]").all():
        assert picker.input_value() == "2021-H1"

    # a unit that is clicked is set off everywhere
    page.locator(f"{HERE} svg.marks .mark-symbol path").nth(2).click()
    page.wait_for_function(PARAMETER, arg='unit = "SD')
    page.wait_for_function(IDLE)
    chosen = {picker.input_value() for picker in page.locator(f"{HERE} select[name=unit]").all()}
    assert len(chosen) == 1

    # the saved notebook, run unattended, shows what was seen
    page.evaluate(SAVE)
    saved = lab.root / "notebooks" / "compare_units.ipynb"
    assert parameters(saved)["period"] == "2021-H1"
    assert {parameters(saved)["unit"]} == chosen
    seen = page.locator(f"{HERE} .jp-OutputArea-output ul").first.inner_text().split("\n")[0]
    project = Project(lab.root)
    with notebook_environment(project.root):
        executed = run_notebook(saved, {}, home=project.root)
    printed = "".join(
        str(output.get("data", {}).get("text/plain", ""))
        for cell in executed.cells
        for output in cell.get("outputs", [])
    )
    assert seen.rpartition(" mức")[0] in printed

    # a table filters and downloads
    table = page.locator(f"{HERE} table.dataTable").first
    table.scroll_into_view_if_needed()
    before = table.locator("tbody tr").count()
    page.locator(f"{HERE} input[type=search]").first.fill("Phường 4")
    page.wait_for_function(
        "([here, n]) => document.querySelectorAll(`${here} table.dataTable`)[0]"
        ".querySelectorAll('tbody tr').length < n",
        arg=[HERE, before],
    )
    with page.expect_download() as download:
        page.locator(f"{HERE} button.dt-button", has_text="CSV").first.click()
    lines = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) >= 2
    assert lines[0].startswith('"Đơn vị"')
    assert not lines[1].startswith('"Đơn vị"')

    # a dossier tells where its time went, down to its source row
    page.goto(f"{lab.url}lab/tree/notebooks/watch.ipynb?reset&token={TOKEN}")
    page.wait_for_function(OPENED, arg="watch.ipynb")
    open_and_run(page)
    cell = page.locator(f"{HERE} table.dataTable tbody td").first
    cell.scroll_into_view_if_needed()
    number = cell.inner_text()
    cell.click()
    story = page.locator(f"{HERE} .jp-OutputArea-output h2", has_text=number)
    story.wait_for()
    page.locator(f"{HERE} h2", has_text="Dòng gốc trong tệp xuất").wait_for()
    page.screenshot(path=tmp_path / "story.png")

    assert watch.refused == []
    assert watch.errors == []
    assert [text for text in watch.complaints if "rror" in text] == []
