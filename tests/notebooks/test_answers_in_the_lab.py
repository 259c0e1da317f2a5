"""What an analyst gets from an answer: its dossiers, its query, its workbook; names by subject."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import fastexcel
import polars as pl
import pytest

from workbench.answers import Answer, Book, open_book
from workbench.answers.questions import Question
from workbench.core.errors import UsageProblem
from workbench.lab.completion import names_of_book
from workbench.lab.errors import _one_line
from workbench.lab.tables import _number
from workbench.messages import use_language

STATING = (
    "compare_periods",
    "compare_units",
    "course",
    "fair_units",
    "gap",
    "headline",
    "reality",
    "sensitivity",
    "summary",
    "verdicts",
)
_NEAREST = files("workbench.answers").joinpath("recounts", "nearest.csv")
NEAREST = list(csv.DictReader(_NEAREST.read_text(encoding="utf-8").splitlines()))
LISTING = ("cells", "late_list", "whatif")
WRITES = (
    "drop table dossiers",
    "select 1; select 2",
    "copy dossiers to 'x.csv'",
    "create table a as select 1",
    "select * from read_csv('/etc/hostname')",
    "attach 'x.db'",
)


def ask(book: Book, name: str) -> Answer:
    answer: Answer = getattr(book, name)("latest")
    return answer


@pytest.mark.parametrize("name", STATING)
def test_the_query_of_an_answer_recounts_every_count_that_it_states(
    name: str, small_book: Book
) -> None:
    answer = ask(small_book, name)
    rows = small_book.sql(answer.sql).to_dicts()
    recounted = {(r["measure"], r["unit_id"], r["period"], r["profile"]): r for r in rows}
    compared = 0
    for value in answer.values:
        measure, _, side = value.name.partition(".")
        row = recounted.get((measure, value.unit, value.period, value.profile))
        if row and side in ("", "numerator", "denominator"):
            assert row[side or "numerator"] == value.number, value
            compared += 1
    assert compared


@pytest.mark.parametrize("name", LISTING)
def test_the_query_of_a_list_gives_its_rows_in_its_order(name: str, small_book: Book) -> None:
    answer = ask(small_book, name)
    rows = small_book.sql(answer.sql)
    assert answer.frame.height
    assert rows.select(answer.frame.columns).rows() == answer.frame.rows()


def test_the_query_of_causes_adds_up_to_the_late_dossiers(small_book: Book) -> None:
    answer = small_book.causes("latest", unit="SD-VH")
    rows = small_book.sql(answer.sql)
    late = next(v.number for v in answer.values if v.name == "late_with_causes")
    assert late > 0
    assert rows["late_share"].sum() == pytest.approx(late)
    shares = dict(answer.frame.select("cause", "late_share").rows())
    assert {c: s for c, s in rows.select("cause", "late_share").rows() if s} == pytest.approx(
        {c: s for c, s in shares.items() if s}
    )


def test_an_answer_that_is_counted_anew_names_the_nearest_query_instead_of_a_wrong_one(
    small_book: Book,
) -> None:
    answer = ask(small_book, "time_use")
    with pytest.raises(UsageProblem, match=r"book\.tables") as problem:
        _ = answer.sql
    (query,) = re.findall(r'book\.sql\("(.*?)"\)', str(problem.value))
    halves = [small_book.time_use(half).frame for half in small_book.periods("half")]
    late = pl.concat(halves).filter("is_late").group_by("kind").agg(pl.col("work_seconds").sum())
    assert dict(small_book.sql(query).rows()) == dict(
        late.filter(pl.col("work_seconds") > 0).rows()
    )


@pytest.mark.parametrize("row", NEAREST, ids=lambda row: row["answer"])
def test_every_nearest_query_reads_the_tables_that_are_there(
    row: dict[str, str], small_book: Book
) -> None:
    assert isinstance(getattr(Book, row["answer"]), Question)
    assert small_book.sql(row["query"]).width


@pytest.mark.parametrize("measure", ["late_done", "late_or_overdue"])
def test_the_dossiers_behind_a_unit_add_up_to_its_figure(measure: str, small_book: Book) -> None:
    answer = small_book.compare_units("latest", measure=measure)
    row = answer.frame.row(by_predicate=pl.col("unit_id") == "SD-VH", named=True)
    dossiers = answer.dossiers(unit="SD-VH").frame
    assert row[f"{measure}_numerator"] > 0
    assert dossiers["numerator"].sum() == row[f"{measure}_numerator"]
    assert dossiers["denominator"].sum() == row[f"{measure}_denominator"]
    assert dossiers["unit_id"].unique().to_list() == ["SD-VH"]


def test_a_list_of_dossiers_leads_to_those_very_dossiers_and_to_the_story_of_each(
    small_book: Book,
) -> None:
    answer = ask(small_book, "late_list")
    dossiers = answer.dossiers().frame
    assert set(dossiers["dossier_id"]) == set(answer.frame["dossier_id"])
    row = dossiers.row(0, named=True)
    story = str(small_book.dossier(row["dossier_id"]))
    assert row["dossier_id"] in story
    assert row["source_file"] == "a.xlsx"


def test_what_is_about_no_dossiers_names_what_to_ask_instead(small_book: Book) -> None:
    with pytest.raises(UsageProblem, match="late_done"):
        small_book.evidence().dossiers()


def test_a_part_of_an_answer_has_no_question_of_its_own(small_book: Book) -> None:
    part = small_book.dossier("").then[0]
    with pytest.raises(UsageProblem, match=r"\.sql"):
        _ = part.sql


def test_a_workbook_of_an_answer_has_its_sentences_its_table_and_its_figures(
    small_book: Book, tmp_path: Path
) -> None:
    answer = ask(small_book, "compare_units")
    paths = [answer.to_excel(tmp_path / name) for name in ("a.xlsx", "b.xlsx")]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    book = fastexcel.read_excel(paths[0])
    assert book.sheet_names == ["Trả lời", "Bảng", "Số liệu gốc"]
    figures = book.load_sheet("Số liệu gốc").to_polars()
    assert figures["received"].to_list() == answer.frame["received"].to_list()
    table = book.load_sheet("Bảng").to_polars()
    assert table.height == len(answer.table().rows)
    assert answer.to_polars() is answer.frame


def test_an_interval_is_refused_with_the_words_that_make_it_seconds(small_book: Book) -> None:
    interval = "select max({}) as waited from dossiers"
    with pytest.raises(UsageProblem, match=r"waited.*epoch\(waited\)"):
        small_book.sql(interval.format("resolved_at - received_at"))
    seconds = small_book.sql(interval.format("epoch(resolved_at - received_at)"))
    assert seconds["waited"].item() > 0


@pytest.mark.parametrize("query", WRITES)
def test_a_query_that_does_more_than_read_the_tables_is_refused(
    query: str, small_book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageProblem) as refused:
        small_book.sql(query)
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("explain", ["", "explain ", "explain analyze ", "explain (analyze) "])
def test_no_query_writes_where_the_tables_are(explain: str, small_book: Book) -> None:
    """To explain a statement runs it, and beside the tables a file can be written."""
    folder = small_book.folders[0]
    before = sorted(folder.iterdir())
    with pytest.raises(UsageProblem):
        small_book.sql(f"{explain}copy (select 1 as n) to '{folder}/outcomes.csv'")
    assert sorted(folder.iterdir()) == before


def test_a_misspelt_table_is_answered_with_the_one_near(small_book: Book) -> None:
    with pytest.raises(UsageProblem, match="outcomes"):
        small_book.sql("select * from outcoms")
    with pytest.raises(UsageProblem, match="outcomes"):
        _ = small_book.tables.outcoms


def test_a_name_that_is_near_is_offered_in_the_language_of_the_book(small_book: Book) -> None:
    book = open_book(small_book.home, language="en")
    assert "Similar: SD-" in str(book.unknown("briefing.no_unit", "SD-VX", ["SD-VH"], []))
    with pytest.raises(AttributeError) as problem:
        _ = book.causes.by_unit
    text = _one_line(problem.value)
    assert text == (
        "There is no by_unit here. Near it: causes_by_unit. "
        "Type book. and press Tab for the questions."
    )


def test_the_catalogue_explains_every_table_and_column_in_the_language_of_the_book(
    small_book: Book,
) -> None:
    listed = str(small_book.tables)
    for name in small_book.tables.names:
        assert name in listed
        assert all(row[2] for row in small_book.tables[name].rows if not row[0].startswith("x_"))
    assert small_book.sql("select count(*) as n from dossiers")["n"][0] == 330


def test_a_subject_is_still_its_question_and_offers_its_neighbours(small_book: Book) -> None:
    assert str(small_book.causes("latest")) == str(small_book.causes("latest", unit="*"))
    assert small_book.units() == sorted(small_book.units())
    assert str(small_book.causes.reality("latest")) == str(small_book.reality("latest"))
    assert "compare_units" in dir(small_book.units)
    with pytest.raises(AttributeError, match=r"reality\?"):
        _ = small_book.causes.relity


def test_every_question_of_the_book_is_under_a_subject_or_offered_by_its_own_name() -> None:
    offered = Counter(name for name, _ in names_of_book())
    questions = {n for n in dir(Book) if isinstance(getattr(Book, n), Question)}
    assert questions <= set(offered)
    assert max(offered.values()) == 1
    subjects = [name for name, kind in names_of_book() if kind == "subject"]
    assert {"causes", "dossier", "units", "periods"} <= set(subjects)
    assert [name for name, _ in names_of_book()][: len(subjects)] == subjects


@pytest.mark.parametrize(
    ("language", "cell", "number"),
    [("vi", "1.234 (5/40)", 1234.0), ("vi", "−3,5%", -3.5), ("en", "1,234.5", 1234.5)],
)
def test_a_column_sorts_by_its_numbers_as_they_are_written(
    language: str, cell: str, number: float
) -> None:
    with use_language(language):
        assert _number(cell) == number


def test_the_overview_says_what_is_here(small_book: Book) -> None:
    words = str(small_book.overview())
    assert "330 hồ sơ" in words
    assert "mô phỏng" in words
    listed = small_book.notebooks()
    assert {"briefing", "causes", "watch"} <= {link.name for link in listed.links}
    assert "start" not in {link.name for link in listed.links}
    assert listed.html().count("<img") == len(listed.links)


MISFITS: dict[str, tuple[Callable[[Book], object], str]] = {
    "wrong name": (lambda b: b.headline("latest", units="SD-VH"), "Similar: unit."),  # type: ignore[call-arg]
    "wrong name of a method": (lambda b: b.official(convenion="x"), "Similar: convention."),  # type: ignore[call-arg]
    "wrong name of a part": (
        lambda b: b.rhythm().clicks(perod="latest"),  # type: ignore[call-arg]
        "Similar: period.",
    ),
    "name of the asker": (lambda b: b.headline("latest", run=1), "no parameter «run»"),  # type: ignore[call-arg]
    "missing": (lambda b: b.headline(), "headline also needs: period."),  # type: ignore[call-arg]
    "too many": (lambda b: b.headline("latest", "SD-VH"), "which parameter 'SD-VH' is for"),  # type: ignore[call-arg]
    "twice": (lambda b: b.headline("latest", period="latest"), "«period» twice"),  # type: ignore[misc]
    "number": (lambda b: b.headline(2022), 'Write period="2022".'),  # type: ignore[arg-type]
    "nothing": (lambda b: b.headline(None), "not None"),  # type: ignore[arg-type]
    "nothing as unit": (lambda b: b.official(unit=None), "not None"),  # type: ignore[arg-type]
    "no choice": (lambda b: b.cohorts(kind="week"), '"month", "quarter", "half", "year"'),  # type: ignore[arg-type]
    "no choice of a list": (lambda b: b.periods("week"), '"month", "quarter", "half", "year"'),  # type: ignore[arg-type]
    "no number": (lambda b: b.late_list("latest", rows="all"), "rows is a whole number"),  # type: ignore[arg-type]
    "no list": (lambda b: b.compare_groups("channel_in", within=None), "within is a list of names"),  # type: ignore[arg-type]
    "no query": (lambda b: b.sql(5), "query is a text"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("name", MISFITS)
def test_what_a_question_cannot_take_is_one_line_with_what_it_can(
    name: str, small_book: Book
) -> None:
    ask, said = MISFITS[name]
    with use_language("en"), pytest.raises(UsageProblem) as problem:
        ask(open_book(small_book.home, language="en"))
    with use_language("en"):
        text = _one_line(problem.value)
    assert text is not None
    assert said in text
    assert "\n" not in text


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("typed", ["Phong Y te", "PHÒNG Y TÊ", "phong y té"])
def test_a_unit_typed_without_its_marks_is_offered_with_them(
    typed: str, language: str, small_book: Book
) -> None:
    with pytest.raises(UsageProblem) as problem:
        open_book(small_book.home, language=language).unit(typed)
    assert "Phòng Y tế" in str(problem.value)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_unit_is_asked_for_by_its_name_in_either_language(
    language: str, small_book: Book
) -> None:
    book = open_book(small_book.home, language=language)
    for reader in ("vi", "en"):
        name = open_book(small_book.home, language=reader).unit_name("SD-YT")
        assert book.unit(name) == book.unit(name.upper()) == "SD-YT"


def test_a_name_that_two_units_bear_is_no_guess_at_one(small_book: Book, tmp_path: Path) -> None:
    rows = "SD-VH,Phòng Y tế,Health,,\nSD-YT,Phòng Y tế,Health,,\n"
    heading = "unit_id,name_vi,name_en,kind,parent\n"
    (tmp_path / "units.csv").write_text(heading + rows, encoding="utf-8")
    book = replace(small_book, reference=tmp_path)
    with pytest.raises(UsageProblem, match="SD-VH, SD-YT"):
        book.unit("phòng y tế")
    assert book.unit("SD-YT") == "SD-YT"
