"""The book's official answers: one unit or all, any convention, both languages, nothing hidden."""

from __future__ import annotations

import polars as pl
import pytest

from workbench.answers import open_book
from workbench.core.errors import UsageProblem

QUESTIONS = {
    "06a": lambda official: official.form("II.06a", "2022-H1"),
    "07a": lambda official: official.form("07a/BTP", "2022-Q1"),
    "opencps": lambda official: official.form("opencps20", "2021"),
    "report": lambda official: official.report("2022-H1"),
    "rates": lambda official: official.rates("2022-H1"),
    "sensitivity": lambda official: official.sensitivity("2022-H1"),
    "766": lambda official: official.index_766("2022-H1"),
}
EACH_QUESTION = pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)


@EACH_QUESTION
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_answer_has_words_figures_and_no_markup_of_the_data(small_project, ask, language):
    book = open_book(small_project.root, language=language)
    answer = ask(book.official())
    assert answer.frame.height
    assert answer.claims
    assert answer.evidence_level == 1
    assert "{" not in str(answer)
    shown = answer.prose().html() + (answer.listing.html() if answer.listing else "")
    assert "<script>" not in shown


def test_units_of_a_form_add_up_to_all_together(small_book):
    whole = small_book.official().form("07a/BTP", "2022-H1").frame
    parts = [
        small_book.official(unit=unit).form("07a/BTP", "2022-H1").frame.row(-1, named=True)
        for unit in small_book.units()
    ]
    total = whole.row(-1, named=True)
    for column in ("recv_total", "done_total", "done_in_time", "open_total"):
        assert sum(part[column] for part in parts) == total[column]


def test_a_convention_names_its_days(small_book):
    answer = small_book.official(convention="nd09_2019").form("II.06a", "2022-Q1")
    assert "từ ngày 15/12/2021 đến ngày 14/03/2022" in answer.table().caption
    assert any("Nghị định 09/2019/NĐ-CP" in c.text for c in answer.claims)


def test_the_form_names_profile_version_and_snapshot(small_book):
    note = small_book.official().form("II.06a", "2022-H1").claims[0].text
    assert "Theo ngày hẹn" in note
    assert "(phiên bản 2)" in note
    assert "wb_strict" not in note
    assert "17:00 30/06/2022" in note


def test_every_profile_stands_in_the_sensitivity_table(small_book):
    frame = small_book.official().sensitivity("2022-H1").frame
    assert set(frame["profile"]) == set(small_book.measures["profile"])


def test_measures_and_the_list_of_rates_agree(small_book):
    rates = small_book.official().rates("2022-H1").frame.filter(method="wilson")
    measured = small_book.unit_measures.filter(period="2022-H1", profile="wb_strict", unit_id="*")
    numbers = ["numerator", "denominator", "lower", "upper"]
    both = rates.filter(pl.col("denominator") > 0).rename({"metric_id": "measure"})
    matched = both.join(measured, on="measure", suffix="_measured")
    assert matched.height == both.height
    for number in numbers:
        pairs = matched.select(number, f"{number}_measured").rows()
        assert [one for one, _ in pairs] == pytest.approx([other for _, other in pairs]), number
    # dossiers that end together say less than as many that end alone
    assert measured.filter(measure="late_done")["design_effect"][0] > 1


def test_the_report_gives_each_rate_its_interval_of_the_other_pages(small_book):
    frame = small_book.official().report("2022-H1").frame.filter(figure="late_or_overdue")
    measured = small_book.unit_measures.filter(
        period="2022-H1", profile="wb_strict", unit_id="*", measure="late_or_overdue"
    )
    bounds = ["lower", "upper"]
    assert frame.select(bounds).row(0) == pytest.approx(measured.select(bounds).row(0))


def test_an_analyse_folder_answers_the_same(small_book, analysed):
    other = open_book(analysed, language="vi")
    for ask in QUESTIONS.values():
        assert ask(other.official()).frame.equals(ask(small_book.official()).frame)


def test_a_form_is_written_as_a_workbook(small_book, tmp_path):
    path = small_book.official().write_form("07a/BTP", "2022-H1", tmp_path / "07a.xlsx")
    assert path.read_bytes()[:2] == b"PK"


def test_the_reform_index_has_no_criteria_as_shipped(small_book):
    answer = small_book.official().criteria("2022-H1")
    assert answer.frame.is_empty()
    assert "Chưa có tiêu chí nào có hiệu lực" in answer.claims[0].text


@pytest.mark.parametrize(
    ("scope", "form", "names"),
    [
        ({"convention": "lunar"}, ("II.06a", "2022-H1"), "nd09_2019"),
        ({}, ("II.06z", "2022-H1"), "II.06a"),
        ({}, ("II.06a", "2019-H1"), "2019-H1"),
        ({"unit": "U-99"}, ("II.06a", "2022-H1"), "U-99"),
        ({"profile": "guess"}, ("II.06a", "2022-H1"), "wb_strict"),
    ],
)
def test_what_the_book_does_not_have_is_refused_by_name(small_book, scope, form, names):
    with pytest.raises(UsageProblem, match=names):
        small_book.official(**scope).form(*form)
