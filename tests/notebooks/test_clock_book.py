"""The book on the legal clock: due dates, pauses, receptions, norms, and how rules move figures."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from workbench.answers import open_book
from workbench.core.errors import UsageProblem

QUESTIONS = {
    "due_dates": lambda book: book.clock().due_dates("2022-H1"),
    "pauses": lambda book: book.clock().pauses("2022-H1"),
    "receptions": lambda book: book.clock().receptions("2022-H1"),
    "norms": lambda book: book.clock().norms("2022-H1"),
    "sensitivity": lambda book: book.sensitivity("2022-H1"),
}
EACH_QUESTION = pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
PERIOD = pl.col("received_on").is_between(dt.date(2022, 1, 1), dt.date(2022, 6, 30))


@EACH_QUESTION
@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_answer_speaks_both_languages_and_escapes_the_data(small_project, ask, language):
    answer = ask(open_book(small_project.root, language=language))
    assert answer.claims
    assert answer.evidence_level == 1
    assert "{" not in str(answer)
    assert "<script>" not in answer.prose().html() + answer.table().html()


def test_every_dossier_received_stands_in_one_class(small_book):
    frame = small_book.clock().due_dates("2022-H1").frame
    received = small_book.dossiers.filter(PERIOD)
    assert frame["dossiers"].sum() == received.height
    expected = received.join(small_book.due_dates, on="dossier_id")["due_class"].value_counts()
    counted = frame.group_by("due_class").agg(pl.col("dossiers").sum())
    assert dict(counted.rows()) == dict(expected.rows())


def test_the_classes_of_the_units_add_up_to_all_together(small_book):
    whole = small_book.clock().due_dates("2022-H1").frame["dossiers"].sum()
    parts = [
        small_book.clock(unit=unit).due_dates("2022-H1").frame["dossiers"].sum()
        for unit in small_book.units()
    ]
    assert sum(parts) == whole


def test_a_class_names_up_to_three_dossiers_but_not_where_all_is_well(small_book):
    frame = small_book.clock().due_dates("2022-H1").frame
    assert frame["examples"].list.len().max() == 3
    text = str(small_book.clock().due_dates("2022-H1").table())
    assert (
        next(row for row in frame.iter_rows(named=True) if row["due_class"] != "agrees")[
            "examples"
        ][0]
        in text
    )


def test_odd_pauses_are_counted_by_kind_and_listed(analysed):
    book = open_book(analysed, language="en")
    first = book.dossiers.filter(PERIOD)["dossier_id"].sort().head(4).to_list()
    odd = pl.DataFrame(
        {
            "dossier_id": first,
            "pause_no": [1, 1, 2, 0],
            "oddity": ["overlapping", "negative", "overlapping", "paused_without_pause"],
        }
    )
    odd.write_parquet(analysed / "tables" / "odd_pauses.parquet")
    answer = open_book(analysed, language="en").clock().pauses("2022-H1")
    assert answer.frame["oddity"].to_list() == [
        *("overlapping", "overlapping", "negative", "paused_without_pause")
    ]
    assert [row[1:3] for row in answer.table().rows] == [("2", "2"), ("1", "1"), ("1", "1")]
    assert first[0] in str(answer.table())
    assert "4 findings" in answer.claims[0].text


def test_norms_that_pass_the_term_are_named(small_book):
    answer = small_book.clock().norms("2022-H1")
    row = answer.frame.row(0, named=True)
    assert (row["norm"], row["parts"], row["finding"]) == (24, 32, "exceeds")
    assert "P1 Thủ tục" in str(answer.table())


def test_every_profile_stands_in_the_short_table_and_the_one_in_use_is_set_off(small_book):
    answer = small_book.sensitivity("2022-H1", profile="due_instant")
    assert set(answer.frame["profile"]) == set(small_book.measures["profile"])
    table = answer.table()
    assert [table.rows[n][-1].split(":")[0] for n in table.marked] == ["Theo thời điểm hẹn"]
    assert "Theo thời điểm hẹn" in answer.claims[1].text
    answer.chart()


def test_the_long_table_has_the_same_shares_and_more(small_book):
    short, long = (
        small_book.sensitivity("2022-H1"),
        small_book.official().sensitivity("2022-H1"),
    )
    assert short.frame.equals(long.frame)
    assert len(long.table().columns) > len(short.table().columns)


def test_an_unknown_unit_or_period_is_named(small_book):
    with pytest.raises(UsageProblem, match="Phòng không có"):
        small_book.clock(unit="Phòng không có")
    with pytest.raises(UsageProblem, match="2019-H1"):
        small_book.clock().due_dates("2019-H1")
