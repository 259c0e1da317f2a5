"""Jobs and schedules in the lab's panel, with the network cut: made in its form, seen in its lists.

The panel is jupyter-scheduler's; its jobs make their pages as ``workbench brief`` makes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from workbench.answers import open_book
from workbench.pages import write_own_notebook

pytestmark = pytest.mark.browser

NAME = "five"
FIVE_LINES = (
    'period = "latest"',
    "import workbench as wb\n\nbook = wb.open()\n"
    "display(book.compare_units(period))\nbook.causes(period)",
)
PANEL = ".jp-notebook-jobs-panel"
SHOW_NOTEBOOKS = """() => {
  window.jupyterapp.commands.execute('filebrowser:go-to-path', {path: 'notebooks'});
}"""
# The lists of the panel are those of the moment they were asked for: they are asked again until
# they show what is waited for.
IN_LIST = """words => {
  const panel = document.querySelector('.jp-notebook-jobs-panel');
  const row = [...panel.querySelectorAll('tbody tr')].find(
    row => words.every(word => row.innerText.includes(word)));
  const buttons = [...panel.querySelectorAll('button')];
  if (!row) buttons.find(button => button.textContent === 'Tải lại')?.click();
  return Boolean(row);
}"""
# The schedule's own time is next month: it is set to one that comes in a quarter of a minute.
DUE = """async () => {
  const address = `${location.origin}/scheduler/job_definitions`;
  const {job_definitions} = await (await fetch(address)).json();
  const [{job_definition_id: id, schedule, timezone}] = job_definitions;
  const due = new Date(Date.now() + 15000);
  const soon = [due.getUTCMinutes(), due.getUTCHours(), due.getUTCDate(), due.getUTCMonth() + 1];
  const token = document.cookie.match(/_xsrf=([^;]*)/)[1];
  const answer = await fetch(`${address}/${id}`, {
    method: 'PATCH',
    headers: {'Content-Type': 'application/json', 'X-XSRFToken': token},
    body: JSON.stringify({schedule: `${soon.join(' ')} * ${due.getUTCSeconds()}`, timezone: 'UTC'}),
  });
  return [schedule, answer.status];
}"""


@pytest.fixture(scope="module")
def page_of_brief(lab, tmp_path_factory) -> bytes:
    """The page of the five lines as ``workbench brief --notebook`` makes it."""
    first, rest = FIVE_LINES
    cells = [new_code_cell(first, metadata={"tags": ["parameters"]}), new_code_cell(rest)]
    about = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = new_notebook(cells=cells, metadata=about)
    nbformat.write(notebook, lab.root / "notebooks" / f"{NAME}.ipynb")
    book = open_book(lab.root, language="vi")
    out = tmp_path_factory.mktemp("brief")
    # the unit as params.yaml has it, which the five lines have no parameter for
    (page,) = write_own_notebook(book, NAME, period=book.period("latest"), unit="all", out=out)
    return page.read_bytes()


@pytest.fixture(scope="module")
def notebooks(desk, page_of_brief) -> Iterator[None]:
    """The list of the project's notebooks beside the start page, once the lab has settled.

    The page draws as long as it is open, and nothing comes after these tests: it is left then.
    """
    desk.wait_for("start.ipynb")
    desk.page.evaluate(SHOW_NOTEBOOKS)
    yield
    desk.page.goto("about:blank")


def fill_in(desk, when: str) -> None:
    """Ask for a page of the notebook in the panel's form, run ``Job`` or ``JobDefinition``."""
    page = desk.page
    page.locator(".jp-DirListing-item", has_text=NAME).click(button="right")
    page.locator(".lm-Menu-item", has_text="Tạo lần chạy").click()
    page.locator(f"{PANEL} input[name=jobName]").wait_for()
    for extra in ("docx", "pdf", "xlsx"):
        page.locator(f"#jp-create-job-outputFormat-{extra}").uncheck()
    page.locator(f"{PANEL} input[value={when}]").check()


def press(desk, words: str) -> None:
    """Press a button of the panel, or one of the two tabs above its lists."""
    desk.page.locator(PANEL).locator("button").filter(has_text=re.compile(f"^{words}$")).click()


def pages_of_jobs(root: Path) -> list[bytes]:
    """Return the pages that were fetched from the panel."""
    return [page.read_bytes() for page in (root / "data" / "jobs").rglob("*.html")]


@pytest.mark.usefixtures("notebooks")
def test_a_job_of_the_panel_makes_the_page_of_workbench_brief(lab, desk, page_of_brief) -> None:
    fill_in(desk, "Job")
    press(desk, "Tạo")
    desk.wait(IN_LIST, [NAME, "Đã xong"])
    desk.page.locator(f"{PANEL} button[aria-label=download]").click()
    desk.page.locator(f"{PANEL} tbody a", has_text="Trang HTML").wait_for()
    assert pages_of_jobs(lab.root) == [page_of_brief]


@pytest.mark.usefixtures("notebooks")
def test_a_schedule_of_the_panel_runs_when_it_is_due(lab, desk, page_of_brief, tmp_path) -> None:
    fill_in(desk, "JobDefinition")
    desk.page.locator(f"{PANEL} [role=button]", has_text="Ngày thường trong tuần").click()
    desk.page.locator("[role=option]", has_text="Hằng tháng").click()
    desk.page.locator(f"{PANEL} input[name=jobName]").fill("every-month")
    press(desk, "Tạo")
    desk.wait(IN_LIST, ["every-month", "Đang chạy"])
    assert desk.page.evaluate(DUE) == ["0 0 1 * *", 204]
    press(desk, "Lần chạy")
    desk.wait(IN_LIST, ["every-month", "Đã xong"])
    desk.page.screenshot(path=tmp_path / "jobs.png")
    desk.page.locator(f"{PANEL} button[aria-label=download]").click()
    desk.page.locator(f"{PANEL} tbody a", has_text="Trang HTML").nth(1).wait_for()
    assert pages_of_jobs(lab.root) == [page_of_brief] * 2

    assert desk.watch.refused == []
    assert desk.watch.errors == []
