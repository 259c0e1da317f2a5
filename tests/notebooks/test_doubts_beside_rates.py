"""What a rate leaves out, and names that may be one unit, are said where units are compared."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from workbench.answers import open_book

PERIOD = "2022-H1"
ONE, OTHER = "SD-P1", "SD-YT"


@pytest.fixture
def returns(small_book):
    """Return a book in which some dossiers of the period are dated by their return alone."""

    def mark(n: int):
        book = open_book(small_book.home, language="en")
        here = pl.col("returned_at").dt.date().is_between(dt.date(2022, 1, 1), dt.date(2022, 6, 30))
        ids = book.dossiers.filter(here)["dossier_id"].sort().head(n).to_list()
        rule = pl.when(pl.col("dossier_id").is_in(ids)).then(pl.lit("P14"))
        vars(book)["dossiers"] = book.dossiers.with_columns(lateness_excluded=rule)
        return book

    return mark


def overall(book):
    rows = book.headline(PERIOD).frame.filter(period=PERIOD, measure="late_or_overdue")
    return rows["numerator"][0], rows["denominator"][0]


def test_a_late_share_without_undecided_returns_is_an_interval_and_no_verdict(returns):
    book = returns(40)
    late, judged = overall(book)
    low, high = (f"{100 * n / (judged + 40):.1f}" for n in (late, late + 40))
    page = book.summary(PERIOD, against="2021-H1")
    assert page.lead.startswith(f"Between {low}% and {high}% were late: of 40 dossiers")
    assert page.tiles[0].number == f"{low}–{high}%"
    assert "40 dossiers of which only a return after the due date" in page.sentence()
    bounds = f"lies between {low}% (all in time) and {high}% (all late)"
    for answer in (book.headline(PERIOD), book.compare_units(PERIOD)):
        assert bounds in answer.sentence()
    on_time = book.compare_units(PERIOD, measure="ot_done")
    assert "all in time" not in on_time.sentence()


def test_few_undecided_returns_are_said_and_leave_the_first_sentence(returns):
    book = returns(1)
    assert "Between" not in book.summary(PERIOD).lead
    assert "Of 1 dossiers only the return" in book.headline(PERIOD).sentence()
    assert "only the return" not in returns(0).headline(PERIOD).sentence()


def test_a_change_holds_whatever_undecided_returns_were(returns):
    late, judged = overall(returns(0))
    books = (returns(0), returns(1_000))
    vars(books[1])["dossiers"] = pl.concat([books[1].dossiers] * 10)
    n = books[1].dossiers["lateness_excluded"].count()
    usual, wide = (
        book.compare_periods(PERIOD, against="2021-H1").frame.filter(unit_id="*").to_dicts()[0]
        for book in books
    )
    before = usual["left_numerator"] / usual["left_denominator"]
    least, most = late / (judged + n) - before, (late + n) / (judged + n) - before
    for name in ("lower", "sure_lower"):
        assert wide[name] == pytest.approx(min(usual[name], least))
    for name in ("upper", "sure_upper"):
        assert wide[name] == pytest.approx(max(usual[name], most))
    assert wide["lower"] < usual["lower"]
    assert wide["difference"] == usual["difference"]


@pytest.mark.parametrize(("copies", "is_apart"), [(0, True), (10, False)])
def test_a_unit_is_not_set_apart_by_what_is_not_known(returns, copies, is_apart):
    book = returns(1_000)
    vars(book)["dossiers"] = pl.concat([book.dossiers.clear(), *[book.dossiers] * copies])
    for unit, late, judged in (("*", 550, 1_000), (ONE, 70, 100)):
        numbers = {"numerator": late, "denominator": judged, "value": late / judged}
        is_rate = (pl.col("measure") == "late_or_overdue") & (pl.col("period") == PERIOD)
        vars(book)["unit_measures"] = book.unit_measures.with_columns(
            pl.when(is_rate & (pl.col("unit_id") == unit))
            .then(pl.lit(number))
            .otherwise(name)
            .cast(book.unit_measures.schema[name])
            .alias(name)
            for name, number in numbers.items()
        )
    sentence = book.compare_units(PERIOD).sentence()
    assert ("1 above the overall rate" in sentence) == is_apart, sentence


def test_units_with_names_that_look_alike_are_named_beside_the_comparison(small_book):
    book = open_book(small_book.home, language="en")
    row = {**book.quarantine.row(0, named=True), "rule_id": "D33"}
    row["message"] = f"x unit_id: «{OTHER}» ~ «{ONE}», unit_id: «Elsewhere» ~ «{ONE}»"
    vars(book)["quarantine"] = pl.DataFrame([row], schema=book.quarantine.schema)
    sentence = f"counted apart: «{ONE}» – «{OTHER}»."
    alike = (book.compare_units(PERIOD), book.fair_units(PERIOD), book.unit_sheet(PERIOD, unit=ONE))
    assert all(sentence in answer.sentence() for answer in alike)
    assert "may be one unit" not in book.unit_sheet(PERIOD, unit="SD-VH").sentence()
    assert "may be one unit" not in small_book.compare_units(PERIOD).sentence()
