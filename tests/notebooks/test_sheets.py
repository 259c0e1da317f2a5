"""One sheet for every unit and every procedure: beside the others as a range, never ranked."""

from __future__ import annotations

import html
import re
from pathlib import Path

import polars as pl
import pytest

from workbench.answers import open_book
from workbench.answers.sheets import middle_half
from workbench.core.errors import RuleFailed, UsageProblem
from workbench.pages import Outputs, write_sheets
from workbench.pages.folders import folder_name

PERIOD = "2022-H1"
MARKUP = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def sheets(small_project, tmp_path_factory) -> tuple[Path, list[str]]:
    """All sheets of the small project, made by one other process, and what was reported."""
    made: list[str] = []
    book = open_book(small_project.root, language="en")
    out = Outputs(tmp_path_factory.mktemp("sheets") / "briefings", is_draft=True)
    index = write_sheets(book, period=PERIOD, out=out, workers=1, progress=made.append)
    return index.parent, made


def test_every_unit_and_procedure_has_its_sheet_and_the_index_links_to_all(sheets, small_book):
    folder, made = sheets
    files = {p.relative_to(folder).as_posix() for p in folder.rglob("*.html")}
    wanted = {f"unit/{folder_name(unit)}.html" for unit in small_book.units()}
    assert files == {"index.html", "procedure/P1.html", *wanted}
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert set(re.findall(r'href="([^"#]+)"', index)) == files - {"index.html"}
    assert len(made) == len(files) - 1
    assert folder.name == "sheets.en"


def test_a_sheet_bears_its_units_name_as_text_its_causes_course_and_open_dossiers(sheets):
    folder, _ = sheets
    text = (folder / f"unit/{folder_name(MARKUP)}.html").read_text(encoding="utf-8")
    assert html.escape(MARKUP) in text
    assert "<script" not in text
    assert 'class="sheet"' in text
    assert "DRAFT" in text
    sections = re.findall(r'<h2 id="([\w-]+)"', text)
    assert sections == ["unit_sheet", "causes", "course", "oldest"]


def test_few_others_give_no_range_and_nothing_is_judged_by_it(small_book):
    answer = open_book(small_book.home, language="en").unit_sheet(PERIOD, unit="SD-VH")
    assert {getattr(row[-1], "reason", row[-1]) for row in answer.table().rows} == {
        "Fewer than four others have enough dossiers."
    }
    assert "middle half" not in answer.sentence()


def test_the_others_are_a_range_of_those_with_enough_dossiers():
    row = {"measure": "late_or_overdue"}
    shares = {"A": (1, 100), "B": (2, 100), "C": (3, 100), "D": (4, 100), "E": (9, 9)}
    rows = [{**row, "value": n / of, "denominator": of} for n, of in shares.values()]
    half = middle_half(pl.DataFrame(rows), "late_or_overdue")
    assert (round(half["low"], 4), round(half["high"], 4), half["n_others"]) == (0.0175, 0.0325, 4)
    assert middle_half(pl.DataFrame(rows[1:]), "late_or_overdue")["low"] is None


def test_an_unknown_procedure_is_named_with_those_there_are(small_book):
    book = open_book(small_book.home, language="en")
    assert book.oldest(procedure="Thủ tục").frame.equals(book.oldest(procedure="P1").frame)
    with pytest.raises(UsageProblem, match=r"No procedure «P2».*P1"):
        book.procedure_sheet(PERIOD, procedure="P2")
    with pytest.raises(UsageProblem, match=r"No procedure «P2»"):
        book.oldest(procedure="P2")


def test_tables_that_do_not_add_up_stop_the_sheets_and_a_page_says_why(
    small_book, tmp_path, monkeypatch
):
    monkeypatch.setattr("workbench.pages.sheets.faults_of_tables", lambda _: ["1 + 1 = 3"])
    with pytest.raises(RuleFailed, match="1 \\+ 1 = 3"):
        write_sheets(small_book, period=PERIOD, out=Outputs(tmp_path / "briefings"))
    assert [p.name for p in tmp_path.rglob("*.html")] == ["stopped.html"]
    assert "1 + 1 = 3" in (tmp_path / "briefings" / "stopped.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["unit", "procedure"])
def test_a_sheet_says_nothing_as_offices_do_not_write(small_book, kind, unofficial):
    book = open_book(small_book.home, language="vi")
    subject = {"unit": "SD-VH", "procedure": "P1"}[kind]
    answers = [
        getattr(book, f"{kind}_sheet")(PERIOD, **{kind: subject}),
        book.oldest(**{kind: subject}),
    ]
    for answer in answers:
        text = "\n".join([answer.title, *(c.text for c in answer.claims), str(answer.table())])
        assert unofficial.findall(text) == [], text
    heads = [column.heading for column in book.oldest(**{kind: subject}).table().columns]
    assert ("Đơn vị" in heads, "Thủ tục" in heads) == (kind != "unit", kind != "procedure")
