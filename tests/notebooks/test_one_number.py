"""One figure has one value on every page, and none divides by more than its page is about."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from html import unescape

import nbformat
import polars as pl
import pytest

from workbench.answers import Answer
from workbench.answers.questions import remember_answers
from workbench.core.vocabulary import EVERYTHING, Period
from workbench.figures import compare

PAGES = ("briefing", "causes", "compare_periods", "compare_units", "official", "quality", "watch")
OF_DOSSIERS = ("briefing", "official", "quality")
"""Pages that divide by dossiers; the others divide by steps and clicks too."""
DIVISOR = re.compile(r"\(\d[\d.]*/(\d[\d.]*)[;)]")
OVERALL = "mức chung"
"""What a sentence says that sets a unit beside all of them."""
VALUE = re.compile(
    r'<data data-name="([^"]*)" data-unit="([^"]*)" data-period="([^"]*)"'
    r' data-profile="([^"]*)" value="([^"]*)">'
)


def rates(book, period):
    """Return (late, judged) of each unit as the measures count them."""
    rows = compare.units_side_by_side(book.measures, period=period, profile="wb_strict")
    columns = ("unit_id", "late_or_overdue_numerator", "late_or_overdue_denominator")
    return {unit: (late, judged) for unit, late, judged in rows.select(columns).iter_rows()}


def overdue_months(book):
    """Return the months in which dossiers ended and at whose close others were overdue."""
    return sorted(set(book.overdue_cells["period"]) & set(book.periods("month")))


def test_the_small_project_has_dossiers_overdue_at_an_earlier_close(small_book):
    assert len(overdue_months(small_book)) > 1


@pytest.mark.parametrize("unit", [EVERYTHING, "SD-VH"])
def test_a_gap_between_periods_is_the_change_of_the_measure(small_book, unit):
    compared = 0
    for later in overdue_months(small_book):
        before = small_book.against(later)
        gap = small_book.gap(later, against=before, unit=unit).frame
        moved = small_book.compare_periods(later, against=before, unit=unit).frame
        if not before or gap.is_empty():
            continue
        sides, change = gap.row(0, named=True), moved.filter(unit_id=unit).row(0, named=True)
        for side in ("left", "right"):
            assert sides[f"{side}_late"] == change[f"{side}_numerator"]
            assert sides[f"{side}_dossiers"] == change[f"{side}_denominator"]
        assert sides["gap"] == pytest.approx(change["difference"], abs=1e-12)
        assert gap["effect"].sum() == pytest.approx(change["difference"], abs=1e-12)
        compared += 1
    assert compared > 1


def test_units_after_case_mix_are_those_of_the_measure(small_book):
    for period in (*overdue_months(small_book), "2021-H1", "2022-H1"):
        frame = small_book.fair_units(period).frame
        counted = {u: (late, n) for u, late, n in frame["unit_id", "n_late", "n_dossiers"].rows()}
        measured = {u: pair for u, pair in rates(small_book, period).items() if pair[1]}
        assert counted == measured


@pytest.mark.parametrize("unit", [EVERYTHING, "SD-VH"])
def test_the_stock_of_the_last_day_is_that_of_the_headline(small_book, unit):
    for period in (*overdue_months(small_book), "2022-H1"):
        last = small_book.rhythm(unit=unit).in_progress(period).frame.row(-1, named=True)
        measured = small_book.headline(period, unit=unit).frame.filter(period=period)
        stock = dict(measured["measure", "numerator"].rows())
        assert last["overdue"] == stock["open_overdue"]
        assert last["open"] == stock["open_overdue"] + stock["open_in_time"]


def answers_of_page(notebook, asked):
    """Run the cells of a notebook in this process and return what each of them shows."""
    known = {}
    for cell in nbformat.read(notebook, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        lines = ast.parse(cell.source).body
        shown = lines.pop() if isinstance(lines[-1], ast.Expr) else None
        exec(compile(ast.Module(lines, []), notebook.name, "exec"), known)  # noqa: S102
        known |= {name: value for name, value in asked.items() if name in known}
        if shown is not None:
            answer = eval(compile(ast.Expression(shown.value), notebook.name, "eval"), known)  # noqa: S307
            yield from (answer, *answer.then)


def values_on(answer):
    """Return (name, unit, period, profile) and number of each figure in an answer's HTML."""
    html = answer.prose().html()
    return [(tuple(map(unescape, key)), float(number)) for *key, number in VALUE.findall(html)]


def dossiers_in_play(book, unit, labels):
    """The most dossiers of a unit that had come and were not resolved before one of the periods."""
    own = book.dossiers.filter(pl.col("unit_id") == unit) if unit != EVERYTHING else book.dossiers
    resolved_on = pl.col("resolved_at").dt.date()
    return max(
        own.filter(
            pl.col("received_on") <= period.ends_on,
            resolved_on.is_null() | (resolved_on >= period.starts_on),
        ).height
        for period in map(Period.parse, filter(None, labels))
    )


@pytest.mark.parametrize(("period", "unit"), [("2022-H1", "*"), ("2021-12", "SD-VH")])
def test_pages_contradict_neither_each_other_nor_their_scope(small_book, monkeypatch, period, unit):
    monkeypatch.setattr("workbench.open", lambda *_, **__: small_book)
    stated = defaultdict(set)
    pages = defaultdict(set)
    divisors = set()
    asked = {"period": period, "unit": unit}
    for page in PAGES:
        notebook = small_book.home / "notebooks" / f"{page}.ipynb"
        with remember_answers():  # as the page itself is made
            answers = list(answers_of_page(notebook, asked))
        for answer in answers:
            assert isinstance(answer, Answer)
            divisors |= {
                (int(number.replace(".", "")), claim.text)
                for claim in answer.claims
                if page in OF_DOSSIERS and OVERALL not in claim.text
                for number in DIVISOR.findall(claim.text)
            }
            for key, number in values_on(answer):
                stated[key].add(number)
                pages[key].add(page)
    most = dossiers_in_play(small_book, unit, [period, small_book.against(period, "")])
    assert divisors
    assert not {found for found in divisors if found[0] > most}
    contradictions = {key: numbers for key, numbers in stated.items() if len(numbers) > 1}
    assert not contradictions
    shared = {name for (name, *_), on in pages.items() if len(on) > 1}
    assert {"late_or_overdue.numerator", "open_overdue", "late_with_causes"} <= shared
