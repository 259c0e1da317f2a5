"""The book finds what was asked for, refuses what it does not hold, and claims no more."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import workbench as wb
from workbench.answers import Book, open_book, phrasing
from workbench.answers.phrasing import standing
from workbench.charts import Figure
from workbench.core import numerals
from workbench.core.errors import UsageProblem
from workbench.figures import compare
from workbench.messages import use_language

QUESTIONS = {
    "summary": lambda book: book.summary("2022-H1"),
    "headline": lambda book: book.headline("2022-H1"),
    "units": lambda book: book.compare_units("2022"),
    "periods": lambda book: book.compare_periods("2022-H1"),
    "course": lambda book: book.course("2022-H1"),
    "kinds": lambda book: book.time_use("2022-H1"),
    "steps": lambda book: book.slowest_steps("2022-H1"),
    "left out": lambda book: book.excluded(),
    "dossier": lambda book: book.dossier("H0001"),
    "fair units": lambda book: book.fair_units("2022-H1"),
    "cells": lambda book: book.cells("2022-H1"),
    "gap": lambda book: book.gap("2022-H1", unit="SD-VH"),
    "what if": lambda book: book.whatif("2022-H1"),
    "control": lambda book: book.control(),
    "interventions": lambda book: book.interventions(),
    "cohorts": lambda book: book.cohorts(),
    "watch": lambda book: book.watch(),
    "reliability": lambda book: book.reliability(),
}
EACH_QUESTION = pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)


def test_the_package_opens_a_project_and_an_analyse_folder(small_project, analysed):
    project, folder = wb.open(small_project.root), wb.open(str(analysed))
    assert isinstance(project, Book)
    assert project.measures.equals(folder.measures)
    assert project.fingerprint == folder.fingerprint


def test_the_project_around_the_current_folder_is_found(small_project, monkeypatch):
    monkeypatch.delenv("WORKBENCH_PROJECT", raising=False)
    monkeypatch.chdir(small_project.notebooks)
    assert open_book().home == small_project.root


def test_a_folder_that_is_neither_says_what_to_do(tmp_path):
    with pytest.raises(UsageProblem, match="workbench analyse"):
        open_book(tmp_path)


def test_a_project_without_results_says_to_run_the_pipeline(tmp_path):
    (tmp_path / "dvc.yaml").write_text("stages: {}\n", encoding="utf-8")
    (tmp_path / "pipelines").mkdir()
    with pytest.raises(UsageProblem, match="dvc repro"):
        open_book(tmp_path)


def test_a_missing_table_is_named(small_project, tmp_path):
    book = Book(tmp_path, (tmp_path,), small_project.reference, "en")
    with pytest.raises(UsageProblem, match="«measures»"):
        _ = book.measures


def test_frames_are_shown_in_the_zone_of_their_source(small_book):
    assert small_book.dossiers.schema["received_at"] == pl.Datetime("us", "Asia/Ho_Chi_Minh")
    assert small_book.ledger.schema["from_at"] == pl.Datetime("us", "Asia/Ho_Chi_Minh")
    assert small_book.snapshot.isoformat() == "2022-06-30T17:00:00+07:00"
    assert small_book.pauses.height == 0


def test_sources_in_several_zones_stay_in_utc(analysed):
    path = analysed / "tables" / "dossiers.parquet"
    zones = pl.when(pl.col("unit_id") == "SD-P1").then(pl.lit("Europe/Berlin"))
    frame = pl.read_parquet(path)
    frame.with_columns(zones.otherwise("time_zone").alias("time_zone")).write_parquet(path)
    book = open_book(analysed)
    assert book.zone == "UTC"
    assert book.dossiers.schema["received_at"] == pl.Datetime("us", "UTC")


def test_units_are_found_by_id_by_name_and_all_together(small_book):
    assert small_book.units() == ["<script>alert(1)</script>", "SD-P1", "SD-VH", "SD-YT"]
    assert small_book.unit("SD-VH") == "SD-VH"
    assert small_book.unit("sd-vh") == "SD-VH"
    assert small_book.unit("Phòng Văn hóa và Thông tin") == "SD-VH"
    assert [small_book.unit(u) for u in ("*", "all", "")] == ["*"] * 3
    assert small_book.unit_name("U9") == "U9"


def test_files_that_nothing_reads_are_named_where_the_page_says_what_is_left_out(small_book):
    texts = [claim.text for claim in small_book.excluded().claims]
    (said,) = [text for text in texts if "chưa được tính" in text]
    assert "ghi-chu" in said
    assert "a.xlsx" not in said


def test_a_unit_alone_is_not_set_beside_itself(small_book, monkeypatch):
    alone = small_book.unit_measures.filter(pl.col("unit_id").is_in(["*", "SD-P1"]))
    monkeypatch.setitem(vars(small_book), "unit_measures", alone)
    text = [claim.text for claim in small_book.compare_units("2022-H1").claims]
    assert len(text) == 2
    assert "không có đơn vị nào khác" in text[1]
    assert "UBND Phường 1" in text[1]


def test_the_agency_is_the_body_above_a_unit_or_above_all(small_book, analysed):
    assert small_book.parent_name("SD-P1") == "UBND Thành phố Sa Đéc"
    assert small_book.parent_name("*") == "", "one unit stands in no list"
    path = analysed / "tables" / "measures.parquet"
    known = pl.read_parquet(path).filter(~pl.col("unit_id").str.contains("script"))
    known.write_parquet(path)
    assert open_book(analysed, language="vi").parent_name("*") == "UBND Thành phố Sa Đéc"


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda book: book.headline("2022-H1", unit="SD-P11"), "«SD-P11».*SD-P1.*4 units"),
        (lambda book: book.headline("2031-H1"), "«2031-H1».*2021-H1, 2021-H2, 2022-H1"),
        (lambda book: book.headline("2022-H3"), "«2022-H3»"),
        (lambda book: book.headline("2022-H1", against="2020-H1"), "«2020-H1»"),
        (lambda book: book.headline("2022-H1", profile="wb_strickt"), "«wb_strickt».*wb_strict"),
        (lambda book: book.compare_units("2022-H1", measure="late"), "«late».*late_done"),
        (lambda book: book.dossier("H1"), "«H1».*H0000"),
        (lambda book: book.excluded().chart(), "no chart"),
        (lambda book: book.compare_periods("2021-H1").table(), "no table"),
    ],
)
def test_what_does_not_exist_is_named_with_what_does(small_project, ask, message):
    with pytest.raises(UsageProblem, match=message) as problem:
        ask(open_book(small_project.root, language="en"))
    assert problem.value.exit_code == 2


@EACH_QUESTION
@pytest.mark.parametrize("language", ["vi", "en"])
def test_an_answer_speaks_the_books_language_whole(small_project, ask, language):
    answer = ask(open_book(small_project.root, language=language))
    text = f"{answer} {answer.prose().html()}"
    assert answer.sentence()
    assert "{" not in text
    assert bool(re.search("mức [123]", text)) is (language == "vi")
    assert bool(re.search("level [123]", text)) is (language == "en")


@EACH_QUESTION
def test_every_claim_has_a_level_and_every_answer_its_denominators(small_book, ask):
    answer = ask(small_book)
    assert {c.level for c in answer.claims} <= {1, 2, 3}
    assert answer.evidence_level == max(c.level for c in answer.claims)
    assert answer.denominators


def drawn_rows(figure: Figure) -> list[dict[str, Any]]:
    """The rows of data behind a chart."""
    return [row for rows in figure.spec["datasets"].values() for row in rows]


@pytest.mark.parametrize("name", ["units", "periods", "gap"])
def test_an_interval_is_drawn_as_it_is_judged_by(small_book, monkeypatch, name):
    monkeypatch.setattr(phrasing, "FEW", 1)
    rows = drawn_rows(QUESTIONS[name](replace(small_book, language="en")).figure)
    (reference,) = [row["at"] for row in rows if "at" in row]
    judged = [row for row in rows if row.get("standing") and not row["few"]]
    assert judged
    words = {"above overall": 1, "clear rise": 1, "below overall": -1, "clear fall": -1}
    words |= {"whole interval above 0": 1, "whole interval below 0": -1}
    for row in judged:
        side = (row["lower"] > reference) - (row["upper"] < reference)
        assert words.get(row["standing"], 0) == side, row


def test_months_and_units_are_drawn_and_listed_with_the_interval_they_are_judged_by(small_book):
    book = replace(small_book, language="en")
    course = book.course("2022-H1")
    months = [row for row in drawn_rows(course.figure) if "lower" in row]
    assert len(months) == course.frame.height > 3
    for row, month, cells in zip(months, course.frame.to_dicts(), course.listing.rows, strict=True):
        bounds = compare.sure_bounds(month, course.frame.height)
        with use_language("en"):
            assert cells[-1] == numerals.percent_range(*bounds)
        # cut where the plot ends
        assert row["lower"] == pytest.approx(100 * bounds[0], abs=0.01)
    units = book.compare_units("2022-H1")
    sides = [f"late_or_overdue_sure_{side}" for side in ("lower", "upper")]
    for unit, cells in zip(units.frame.to_dicts(), units.listing.rows, strict=True):
        with use_language("en"):
            assert cells[-1] == numerals.percent_range(*(unit[side] for side in sides))


@EACH_QUESTION
def test_markup_in_the_data_is_text_in_the_answer(small_book, ask):
    answer = ask(small_book)
    pieces = [answer.prose().html(), answer.listing.html() if answer.listing else ""]
    pieces.append(answer.figure.svg if answer.figure else "")
    for piece in pieces:
        assert "<script" not in piece
        assert "<img" not in piece
        assert "<b onclick" not in piece


def test_a_notebook_shows_an_answer_as_prose_chart_and_table(small_book, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    answer = small_book.compare_units("2022")
    answer._ipython_display_()
    assert shown == [answer.prose(), answer.chart(), answer.table()]
    shown.clear()
    small_book.excluded()._ipython_display_()
    assert len(shown) == 2


def test_counts_and_both_denominators_of_the_headline_are_those_of_the_dossiers(small_book):
    outcomes = small_book.outcomes.filter(pl.col("profile") == "wb_strict")
    judged = small_book.dossiers.join(outcomes, on="dossier_id")
    half = judged.filter(pl.col("resolved_at").dt.date() >= dt.date(2022, 1, 1))
    late = half.filter(pl.col("outcome") == "late").height
    overdue = judged.filter(pl.col("outcome") == "open_overdue").height
    text = small_book.headline("2022-H1").sentence()
    assert f"({late}/{half.height};" in text
    assert f"({late + overdue}/{half.height + overdue};" in text


def test_a_unit_with_few_dossiers_is_never_named_above_or_below():
    assert standing((0.9, 1.0), 0.05, 29) == "few"
    assert standing((0.9, 1.0), 0.05, 30) == "above"
    assert standing((0.0, 0.01), 0.05, 300) == "below"
    assert standing((0.0, 0.06), 0.05, 300) == "within"
    assert standing((0.0, 0.06), None, 300) == "within"


def test_an_interval_around_the_overall_rate_is_described_so(small_book):
    text = small_book.compare_units("2021", unit="SD-YT").sentence()
    assert "dưới 30 hồ sơ" in text
    assert "chưa đủ căn cứ để nói là khác" in text or "dưới mức chung" in text


def test_a_clear_change_is_called_clear_and_an_unclear_one_unclear(small_book):
    rise = small_book.compare_periods("2022-H1").sentence()
    assert "tăng rõ" in rise
    still = small_book.compare_periods("2021-H2", against="2021-H1").sentence()
    assert "chưa đủ căn cứ để nói có thay đổi" in still
    few = small_book.compare_periods("2022-03", against="2022-02").sentence()
    assert "không nhận xét" in few


def test_a_unit_has_one_interval_of_its_change_in_sentence_and_table(small_book):
    answer = small_book.compare_periods("2022-H1", unit="SD-VH")
    row = answer.frame.row(by_predicate=pl.col("unit_id") == "SD-VH", named=True)
    assert row["sure_lower"] < row["lower"]
    intervals = [str(line[-1]) for line in answer.table().rows]
    assert sum(interval in answer.sentence() for interval in intervals) == 1


def test_without_an_earlier_period_the_comparison_says_so(small_book):
    answer = small_book.compare_periods("2021-H1")
    assert "không có kỳ nào trước" in answer.sentence()
    assert answer.figure is None
    assert answer.listing is None


def test_the_period_compared_with_is_a_year_before_else_the_one_before(small_book):
    assert small_book.against("2022-H1") == "2021-H1"
    assert small_book.against("2021-H2") == "2021-H1"
    assert small_book.against("2021-H1") == ""
    assert small_book.against("2022-H1", "2021-H2") == "2021-H2"


def test_a_period_without_late_dossiers_is_described_so(small_book):
    unit = {"unit": "SD-P1"}
    assert "Không có hồ sơ trễ hạn" in small_book.time_use("2021-H1", **unit).sentence()
    assert "Không có bước nào" in small_book.slowest_steps("2021-H1", **unit).sentence()


def test_steps_that_only_late_dossiers_had_are_marked(small_book):
    assert "Chỉ hồ sơ trễ hạn có" in small_book.slowest_steps("2022-H1").sentence()


def test_one_dossiers_segments_add_up_to_its_time(small_book):
    answer = small_book.dossier("H0001")
    used = small_book.outcomes.filter(
        pl.col("dossier_id") == "H0001", pl.col("profile") == "wb_strict"
    )
    total = used["used_seconds"][0] + used["paused_seconds"][0]
    assert answer.frame["work_seconds"].sum() == total
    assert answer.chart().caption == "Đường đi của hồ sơ H0001"


def test_a_profile_no_file_defines_keeps_its_name(small_book):
    assert "trước ngày hẹn" in small_book.profile_label("wb_strict")
    assert small_book.profile_label("house") == "house"


def test_units_are_shown_by_id_where_no_list_is(analysed):
    book = Book(analysed, (analysed / "tables",), Path("nowhere"), "vi")
    assert book.unit_name("SD-P1") == "SD-P1"
    assert book.parent_name("*") == ""
    assert book.synthetic


def test_a_page_says_that_the_exports_cover_a_part_of_its_period_only(small_book):
    def said(period: str) -> list[str]:
        texts = [claim.text for claim in small_book.headline(period).claims]
        return [text for text in texts if "chưa phải là số của trọn" in text]

    assert said("2022-H1") == []
    (whole_year,) = said("2022")
    assert "30/06/2022" in whole_year
