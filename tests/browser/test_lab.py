"""``make lab``: a session, charts and planted markup in one lab, with the network cut.

That every notebook runs as it is opened is tested without a browser, in ``tests/notebooks``.
JupyterLab trusts what its user runs, so outputs reach the page as they are. The control shows that
the page would run what was planted, had any frame or answer passed it on unescaped.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from workbench.answers import open_book
from workbench.core.project import Project
from workbench.core.vocabulary import Period
from workbench.pages import run_notebook
from workbench.pages.notebooks import notebook_environment

pytestmark = pytest.mark.browser

HERE = ".jp-NotebookPanel:not(.lm-mod-hidden)"
# compare_units is run in the session
CHARTED = ("briefing", "causes", "compare_periods")
OFFERED = f"{HERE} .workbench-chart"
CHARTS = f"{HERE} .jp-OutputArea-output :is(svg.marks, canvas.marks)"
ALL_DRAWN = """([offered, drawn]) => {
  const charts = document.querySelectorAll(offered).length;
  return charts > 0 && document.querySelectorAll(drawn).length >= charts;
}"""
SAVE = "() => window.jupyterapp.commands.execute('docmanager:save')"
PARAMETER = """line => [...window.jupyterapp.shell.currentWidget.content.model.cells]
  .some(cell => cell.sharedModel.getSource().split('\\n').some(one => one.startsWith(line)))"""
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
FORGET_RUN = "() => { delete window.ran; }"


def parameters(file: Path) -> dict[str, str]:
    """Return what the parameters cell of a saved notebook says."""
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    (cell,) = (c for c in cells if "parameters" in c["metadata"].get("tags", []))
    names: dict[str, str] = {}
    exec("".join(cell["source"]), names)  # noqa: S102
    return names


def test_a_session_from_the_start_page_to_an_export(  # noqa: PLR0915 - one session
    lab, desk, tmp_path
) -> None:
    page = desk.page

    # the lab opens on what is here, in the reader's language
    page.locator(f"{HERE} h2", has_text="Dữ liệu đang có").wait_for()
    page.locator(f"{HERE} .jp-OutputArea-output img").nth(13).wait_for()
    page.screenshot(path=tmp_path / "start.png")
    page.locator(f"{HERE} a", has_text="So sánh giữa các đơn vị").first.click()
    desk.wait_for("compare_units.ipynb")
    assert desk.run() == []

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
    desk.wait(PARAMETER, 'period = "2021-H1"')
    desk.wait_for("compare_units.ipynb")
    for picker in page.locator(f"{HERE} select[name=period]").all():
        assert picker.input_value() == "2021-H1"

    # a unit that is clicked is set off everywhere
    page.locator(f"{HERE} svg.marks .mark-symbol path").nth(2).click()
    desk.wait(PARAMETER, 'unit = "SD')
    desk.wait_for("compare_units.ipynb")
    chosen = {picker.input_value() for picker in page.locator(f"{HERE} select[name=unit]").all()}
    assert len(chosen) == 1

    # the saved notebook, run unattended, shows what was seen
    page.evaluate(SAVE)
    saved = lab.root / "notebooks" / "compare_units.ipynb"
    assert parameters(saved)["period"] == "2021-H1"
    assert {parameters(saved)["unit"]} == chosen
    sentence = page.locator(f"{HERE} .jp-OutputArea-output ul").first.inner_text().split("\n")[0]
    project = Project(lab.root)
    with notebook_environment(project.root):
        executed = run_notebook(saved, {}, home=project.root)
    printed = "".join(
        str(output.get("data", {}).get("text/plain", ""))
        for cell in executed.cells
        for output in cell.get("outputs", [])
    )
    assert sentence.rpartition(" mức")[0] in printed

    # a table filters and downloads
    table = page.locator(f"{HERE} table.dataTable").first
    table.scroll_into_view_if_needed()
    before = table.locator("tbody tr").count()
    page.locator(f"{HERE} input[type=search]").first.fill("Phường 4")
    desk.wait(
        "([here, n]) => document.querySelectorAll(`${here} table.dataTable`)[0]"
        ".querySelectorAll('tbody tr').length < n",
        [HERE, before],
    )
    with page.expect_download() as download:
        page.locator(f"{HERE} button.dt-button", has_text="CSV").first.click()
    lines = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) >= 2
    assert lines[0].startswith('"Đơn vị"')
    assert not lines[1].startswith('"Đơn vị"')

    # a dossier tells where its time went, down to its source row
    desk.close()
    desk.open("notebooks/watch.ipynb")
    assert desk.run() == []
    cell = page.locator(f"{HERE} table.dataTable tbody td").first
    cell.scroll_into_view_if_needed()
    number = cell.inner_text()
    cell.click()
    story = page.locator(f"{HERE} .jp-OutputArea-output h2", has_text=number)
    story.wait_for()
    page.locator(f"{HERE} h2", has_text="Dòng gốc trong tệp xuất").wait_for()
    page.screenshot(path=tmp_path / "story.png")

    desk.close()

    assert desk.watch.refused == []
    assert desk.watch.errors == []
    # a slow machine is told how long codemirror took
    assert [text for text in desk.watch.complaints if re.search(r"\berror", text, re.I)] == []


MONTHS = 'period = "latest"\nunit = "*"'
COURSE = """
import workbench as wb
book = wb.open()
book.course(period, unit=unit)
"""


def test_months_that_are_brushed_become_the_period_of_every_answer(lab, desk) -> None:
    cells = (COURSE, "book.headline(period, unit=unit)")
    noted(lab.root / "notebooks", "months", *cells, parameters=MONTHS)
    page, book = desk.page, open_book(lab.root, language="vi")
    desk.open("notebooks/months.ipynb")
    assert desk.run() == []

    # a drag from the first to the last month of a quarter, somewhat beyond the middle of both
    months = [Period.parse(month) for month in book.course("latest").frame["period"]]
    quarter = Period.holding(months[-1].starts_on, "quarter").previous()
    inside = [n for n, m in enumerate(months) if Period.holding(m.starts_on, "quarter") == quarter]
    marks = page.locator(f"{HERE} .workbench-chart svg.marks .mark-symbol path")
    marks.first.scroll_into_view_if_needed()
    first, last = (marks.nth(n).bounding_box() for n in (inside[0], inside[-1]))
    page.mouse.move(first["x"] - 4, first["y"] + 4)
    page.mouse.down()
    page.mouse.move(last["x"] + last["width"] + 4, last["y"] + 4, steps=5)
    page.mouse.up()

    desk.wait(PARAMETER, f'period = "{quarter}"')
    desk.wait_for("months.ipynb")
    chosen = {picker.input_value() for picker in page.locator(f"{HERE} select[name=period]").all()}
    assert chosen == {str(quarter)}
    sentence = book.headline(str(quarter)).claims[0].text
    page.locator(f"{HERE} .jp-OutputArea-output li", has_text=sentence).first.wait_for()
    desk.close()


def boxes(page) -> list[tuple[float, float]]:
    """Width and height of every chart on the page, each scrolled into view first."""
    found = []
    for chart in page.locator(CHARTS).all():
        chart.scroll_into_view_if_needed()
        box = chart.bounding_box()
        found.append((box["width"], box["height"]))
    return found


@pytest.mark.parametrize("name", CHARTED)
def test_a_notebook_runs_and_draws_its_charts_with_the_network_cut_and_is_saved_as_it_was(
    lab, desk, name, tmp_path
):
    file = lab.root / "notebooks" / f"{name}.ipynb"
    before, page = file.read_bytes(), desk.page
    desk.open(f"notebooks/{name}.ipynb")
    assert desk.run() == []
    desk.wait(ALL_DRAWN, [OFFERED, CHARTS])
    drawn = boxes(page)
    assert len(drawn) == page.locator(OFFERED).count() > 0
    assert all(width > 200 and height > 80 for width, height in drawn), drawn
    page.screenshot(path=tmp_path / f"{name}.png")

    assert desk.watch.refused == []
    assert desk.watch.errors == []
    assert page.locator(".Toastify__toast").count() == 0, "the lab asks nothing of a newcomer"

    written = file.stat().st_mtime_ns
    page.evaluate(SAVE)
    assert file.stat().st_mtime_ns > written
    assert file.read_bytes() == before
    desk.close()


def test_the_lab_writes_nothing_into_the_home_of_its_user(lab, desk):
    home = lab.root.parent / "home"
    assert [p for p in home.rglob("*") if p.is_file()] == []


def noted(folder: Path, name: str, *cells: str, parameters: str = "") -> None:
    """Write a notebook of these cells into a lab's folder."""
    tagged = [new_code_cell(parameters, metadata={"tags": ["parameters"]})] if parameters else []
    notebook = new_notebook(
        cells=[
            new_markdown_cell(f"# {name}"),
            *tagged,
            *(new_code_cell(source) for source in cells),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": ""}},
    )
    nbformat.write(notebook, folder / f"{name}.ipynb")


def test_nothing_planted_in_an_export_runs_in_a_notebook_of_the_lab(
    lab, planted, desk, tmp_path
) -> None:
    noted(lab.root / "notebooks", "planted", OPENED.format(folder=str(planted)), *SHOWN)
    page = desk.page
    page.evaluate(FORGET_RUN)
    desk.open("notebooks/planted.ipynb")
    assert desk.run() == []
    page.evaluate(STIRRED)
    page.screenshot(path=tmp_path / "planted.png")
    assert page.evaluate("window.ran") is None
    outputs = page.locator(f"{HERE} .jp-OutputArea-output")
    assert outputs.count() > len(SHOWN)
    assert IMAGE in page.locator(f"{HERE} .jp-Notebook").inner_text()
    assert outputs.locator("img[src=x], script, [onload], [onerror], [onclick]").count() == 0
    assert outputs.locator("a[href^='javascript']").count() == 0
    desk.close()
    assert desk.watch.refused == []


def test_markup_that_is_passed_on_as_it_is_would_run(lab, desk) -> None:
    raw = f"from IPython.display import HTML\nHTML({IMAGE!r})"
    noted(lab.root / "notebooks", "control", raw)
    desk.page.evaluate(FORGET_RUN)
    desk.open("notebooks/control.ipynb")
    desk.run()
    desk.wait("() => window.ran === 1")
    desk.close()
