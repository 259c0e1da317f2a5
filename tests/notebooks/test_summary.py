"""The one page: what is chosen for it, in which order, and that every link has its section."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace

import polars as pl
import pytest

from workbench.answers import Book, open_book
from workbench.answers.priorities import SHOWN, Kind, Priority, choose
from workbench.answers.questions import RATE
from workbench.charts.tables import Link
from workbench.core.cause_list import cause_label, known_causes
from workbench.messages import use_language
from workbench.pages import run_notebook
from workbench.pages.page import number_anchors

PERIOD = "2022-H1"
UNIT = "SD-P1"


def planned(
    kind: Kind = "difference", unit: str = "U", saved: int | None = 0, lower: float = 1.0
) -> Priority:
    """A candidate of which only what decides the choice matters."""
    row = None if saved is None else {"n_saved": saved}
    excess = 20.0 - (saved or 0)  # the order must not be that of the excess
    return Priority(kind, unit, "queue", 9, 5, 0.1, excess, lower, row)


def test_the_most_saved_dossiers_come_first_and_no_more_than_five_are_chosen():
    given = [planned(unit=f"U{n}", saved=n) for n in (3, 9, None, 1, 7, 5, 2)]
    chosen, others = choose(given)
    assert [p.n_saved for p in chosen] == [9, 7, 5, 3, 2]
    assert [p.n_saved for p in others] == [1, 0]
    assert len(chosen) == SHOWN


def test_an_overload_that_saves_nothing_takes_the_last_place_of_others():
    given = [planned(unit=f"U{n}", saved=n) for n in range(4, 10)]
    chosen, others = choose([*given, planned("overload", "Q", None)])
    assert [p.unit for p in chosen] == ["U9", "U8", "U7", "U6", "Q"]
    assert [p.unit for p in others] == ["U5", "U4"]


def test_what_does_not_reach_beyond_its_interval_is_never_chosen():
    given = [planned(kind, lower=0.0, saved=99) for kind in ("difference", "overload", "apart")]
    assert choose(given) == ([], [])


@pytest.fixture
def planted(small_book) -> Callable[..., Book]:
    """A book in which one cell of a unit and cause is named, and one scenario saves some of it."""

    def plant(cause: str, reading: str | None, *, scenario: str = "", lower: float = 4.0) -> Book:
        book = open_book(small_book.home, language="en")
        cells = book.cell_tests.filter(pl.col("reading").is_not_null()).clear()
        if reading:
            row = {
                **small_book.cell_tests.row(0, named=True),
                "unit_id": UNIT,
                "period": PERIOD,
                "cause": cause,
                "reading": reading,
                "excess": 8.0,
                "expected": 0.2,
                "lower": lower,
                "upper": 9.0,
            }
            cells = pl.DataFrame([row], schema=small_book.cell_tests.schema)
        saved = book.saved.clear()
        if scenario:
            row = {
                **small_book.saved.row(0, named=True),
                "scenario": scenario,
                "unit_id": UNIT,
                "period": PERIOD,
                "n_late": 9,
                "n_saved": 7,
                "lower": 5.0,
                "upper": 8.0,
            }
            saved = pl.DataFrame([row], schema=small_book.saved.schema)
        object.__setattr__(book, "cell_tests", cells)
        object.__setattr__(book, "saved", saved)
        return book

    return plant


def row_of(book: Book, name: str = "Phường 1") -> list[str]:
    """The row of the table that begins with a unit's name, as texts; nothing without one."""
    table = book.summary(PERIOD).listing
    texts = [
        [cell.text if isinstance(cell, Link) else str(cell) for cell in row]
        for row in (table.rows if table else ())
    ]
    return next((row for row in texts if row[0].startswith(f"{name}: ")), [])


SCENARIOS = {
    "portal_transfer": "transfer_as_usual",
    "assignment_wait": "assign_same_day",
    "intake_delay": "intake_in_norm",
    "slow_work": "work_in_norm",
    "signature_wait": "sign_every_day",
    "batching": "sign_every_day",
    "record_lag": "record_same_day",
    "external_agency": "opinion_in_norm",
    "due_date_error": "due_date_right",
    "queue": "one_more_officer",
}


@pytest.mark.parametrize("cause", sorted(set(known_causes()) - {"unexplained"}))
def test_a_planted_cause_of_each_kind_is_there_with_what_helps_and_how_sure(planted, cause):
    reading = "overload" if known_causes()[cause].in_waves else "difference"
    where, why, helps, sure = row_of(planted(cause, reading, scenario=SCENARIOS.get(cause, "")))
    with use_language("en"):
        label = cause_label(cause)
    assert where.startswith("Phường 1: ")
    assert label[1:] in why
    assert ("7/9 late ones (5–8 by assumption)" in helps) is (cause in SCENARIOS)
    assert "(comparison, level 2)" in sure
    assert ("no lasting weakness" in sure) is (reading == "overload")


@pytest.mark.parametrize(
    ("on_record", "words"),
    [((True, True), " (all on record only)"), ((True, False), " (1 on record only)"), ((), "")],
)
def test_lateness_on_record_only_is_said_wherever_a_unit_is_named(planted, on_record, words):
    book = planted("record_lag", "difference", scenario="record_same_day")
    late = book.late_dossiers.filter(unit_id="SD-VH").tail(max(len(on_record), 1))
    realities = ["record_only" if it_is else "real" for it_is in on_record or (False,)]
    late = late.with_columns(unit_id=pl.lit(UNIT), reality=pl.Series(realities))
    object.__setattr__(book, "late_dossiers", late)
    n = late.height
    assert row_of(book)[0] == f"Phường 1: {n} late{words}"
    assert f" at Phường 1: {n}/{n} late dossiers{words}" in book.summary(PERIOD).lead


def test_lateness_that_nothing_explains_is_there_without_a_cause_or_a_cure(planted):
    _, why, helps, sure = row_of(planted("unexplained", "unexplained"))
    assert why.startswith("Not known")
    assert helps.startswith("Not computed")
    assert "do not say why" in sure


def test_a_cell_within_its_interval_is_not_named(planted):
    assert row_of(planted("queue", "overload", lower=0.0)) == []


def test_who_acts_is_the_body_above_for_staff_and_the_unit_else(planted):
    above = row_of(planted("queue", "overload", scenario="one_more_officer"))[2]
    own = row_of(planted("record_lag", "difference", scenario="record_same_day"))[2]
    assert above.endswith("Sa Đéc city People's Committee decides")
    assert own.endswith("The unit acts")


def test_the_place_with_most_late_dossiers_is_there_though_no_test_names_it(planted):
    book = planted("queue", None)
    n = book.late_dossiers.filter(pl.col("ended_on") >= dt.date(2022, 1, 1), unit_id="SD-VH").height
    where, _, _, sure = row_of(book, "Culture and information")
    assert where.startswith(f"Culture and information: {n} late")
    assert sure.startswith("Counted (level 1)")
    assert "not shown to differ" in sure
    lead = book.summary(PERIOD).lead
    assert f"at Culture and information: {n}/29 late dossiers (2 on record only)" in lead
    assert "not shown to differ from elsewhere" in lead


def test_a_named_place_is_not_called_the_one_with_most_when_another_has_more(planted):
    lead = planted("queue", "overload", scenario="one_more_officer").summary(PERIOD).lead
    assert "at Culture and information: " in lead
    assert "Phường 1" not in lead


def test_a_cause_found_here_and_there_names_no_unit(small_book):
    book = open_book(small_book.home, language="en")
    # the unit with most late dossiers is named for another cause, the rest of this one for none
    named = {"unit_id": "SD-VH", "period": PERIOD, "cause": "queue", "reading": "difference"}
    cell = {**book.cell_tests.row(0, named=True), **named, "excess": 8.0, "lower": 4.0}
    object.__setattr__(book, "cell_tests", pl.DataFrame([cell], schema=book.cell_tests.schema))
    saved = book.saved.filter(period=PERIOD, unit_id="*").sort("n_saved", descending=True).head(1)
    row = {**saved.row(0, named=True), "scenario": "work_in_norm", "n_saved": 20, "lower": 12.0}
    object.__setattr__(book, "saved", pl.DataFrame([{**row, "upper": 22.0}], schema=saved.schema))
    names = [book.unit_name(unit) for unit in book.units()]
    table = book.summary(PERIOD).table()
    scattered = [row for row in table.rows if "not enough to name a place" in str(row[-1])]
    assert scattered
    assert not [name for name in names for row in scattered if name in str(row)]


def test_the_headline_says_what_changed_where_and_why(small_book):
    book = open_book(small_book.home, language="en")
    lead = book.summary(PERIOD).lead
    assert lead.startswith("Late dossiers clearly rose, from 6.9% a year before to 40.8%")


def test_no_word_of_statistics_and_no_id_is_on_the_page(small_book):
    for language in ("vi", "en"):
        answer = open_book(small_book.home, language=language).summary(PERIOD)
        text = f"{answer} {' '.join(map(str, answer.tiles))}"
        words = r"Shapley|\bq\b|Wilson|p-value|funnel|phễu|SD-\w+|wb_\w+|None|nan"
        assert re.findall(words, text) == []


def test_every_link_of_the_page_leads_to_a_section_of_the_briefing(small_book):
    book = open_book(small_book.home, language="en")
    answer = book.summary(PERIOD)
    sections = {claim.section for claim in answer.claims} | {t.section for t in answer.tiles}
    cells = [c for row in (answer.listing.rows if answer.listing else ()) for c in row]
    sections |= {cell.section for cell in cells if isinstance(cell, Link)}
    executed = run_notebook(
        book.home / "notebooks" / "briefing.ipynb",
        {"period": PERIOD, "unit": "*", "language": "en"},
        home=book.home,
    )
    html = "".join(
        str(output.data.get("text/html", ""))
        for cell in executed.cells
        for output in cell.get("outputs", [])
    )
    assert sections - {""} <= set(re.findall(r'<h2 id="([\w-]+)"', html))


def test_two_sections_of_one_question_have_two_anchors():
    from workbench.pages.page import Section

    two = [Section('<h2 id="form">A</h2>'), Section(""), Section('<h2 id="form">B</h2>')]
    assert [s.headings for s in number_anchors(two)] == [[("form", "", "A")], [("2-form", "", "B")]]


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ((90, 1000), (20, 1000), "Late dossiers clearly fell, from 9.0% a year before to 2.0%"),
        ((20, 1000), (90, 1000), "Late dossiers clearly rose, from 2.0% a year before to 9.0%"),
        ((40, 1000), (36, 1000), "fell from 4.0% a year before to 3.6%, but within the usual"),
        ((36, 1000), (40, 1000), "rose from 3.6% a year before to 4.0%, but within the usual"),
        ((40, 1000), (40, 1000), "4.0% were late, as a year before"),
        ((1, 9), (3, 9), "33.3% were late, 11.1% a year before: too few dossiers"),
    ],
)
def test_the_headline_says_the_direction_and_whether_it_goes_beyond_the_usual(
    small_book, before, after, sentence
):
    book = open_book(small_book.home, language="en")
    sides = {"2021-H1": before, PERIOD: after}
    given = small_book.unit_measures
    row = given.filter(measure=RATE, profile=book.result_profile).row(0, named=True)
    rates = [
        row | {"unit_id": unit, "period": period, "numerator": n, "denominator": of}
        for period, (n, of) in sides.items()
        for unit in ("*", UNIT)
    ]
    others = given.filter(pl.col("measure") != RATE)
    measures = pl.concat([others, pl.DataFrame(rates, schema=given.schema)])
    object.__setattr__(book, "unit_measures", measures)
    assert sentence in book.summary(PERIOD, against="2021-H1").lead


def test_a_summary_of_one_unit_speaks_of_that_unit_alone(planted):
    book = planted("queue", "overload", scenario="one_more_officer")
    own = book.summary(PERIOD, unit=UNIT)
    other = book.summary(PERIOD, unit="SD-YT")
    assert own.listing is not None
    assert other.listing is None
    assert replace(own, name="").tiles != other.tiles
