"""The live page: from disk, without a request, each figure as Python has it to the last digit."""

from __future__ import annotations

import csv
import json
import random
import re
from itertools import combinations_with_replacement
from pathlib import Path

import polars as pl
import pytest

from workbench.answers import Book, open_book
from workbench.answers.live import NO_PROCEDURE, LiveCells, live_cells
from workbench.core import numerals
from workbench.core.vocabulary import REALITIES, Period, ReportSpan
from workbench.figures.estimates import Estimate, wilson
from workbench.messages import use_language
from workbench.pages import Outputs
from workbench.pages.live import write_live_page

pytestmark = pytest.mark.browser

STATES = 10_000
ALL = -1
COUNTERS = (
    *("received", "early", "on_time", "late", "unknown", "withdrawn", "rejected"),
    *("open_in_time", "open_overdue", "open_unknown"),
)
FIGURES = """(states) => JSON.stringify(JSON.parse(states).map((state) => {
  const figures = figuresAt(state);
  const rates = ["late_done", "late_or_overdue", "real_share"].map((name) => figures[name]);
  return [
    counters.map((name) => figures[name]),
    rates.map((rate) => [rate.share, rate.lower, rate.upper]),
    rates.map((rate) => [writeShare(rate), writeInterval(rate), writeFraction(rate)]),
  ];
}))"""
"""As one text in and out: browsers pass ten thousand values slowly one by one."""


@pytest.fixture(scope="module")
def book(reproduced, tmp_path_factory) -> Book:
    """Results of exports that were taken in different months, of open dossiers in earlier ones."""
    bench = reproduced.copy_to(tmp_path_factory.mktemp("live") / "project")
    file = bench.project.clean / "dossiers.parquet"
    dossiers = pl.read_parquet(file)
    outcomes = pl.read_parquet(bench.project.clock / "outcomes.parquet")
    still_open = outcomes.filter(pl.col("outcome").str.starts_with("open"))["dossier_id"].unique()
    months = [pl.col("snapshot_at").dt.offset_by(f"-{n}mo") for n in (3, 1)]
    is_open = pl.col("dossier_id").is_in(still_open.implode())
    earlier = pl.coalesce(
        *(pl.when(is_open & (month >= pl.col("received_at"))).then(month) for month in months),
        "snapshot_at",
    ).alias("snapshot_at")
    assert dossiers.select(earlier).n_unique() > 1
    dossiers.with_columns(earlier).write_parquet(file)
    return open_book(bench.root, language="vi")


@pytest.fixture(scope="module")
def live(book, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    with use_language("vi"):
        arguments = (book.latest("half"), book.result_profile)
        write_live_page(book, folder, Outputs(folder), *arguments, is_public=False)
    return folder / "index.html"


@pytest.fixture
def page(live, context, guard):
    watch = guard(("file:",))
    page = watch.watch(context)
    page.goto(live.as_uri())
    yield page
    assert watch.refused == []
    assert watch.errors + watch.complaints == []


def _counted(book: Book, months: list[str]) -> dict[tuple[str, ...], tuple[int, ...]]:
    """Count every span of months by the SQL of reports, each span as a period of its own."""
    ends = [(Period.parse(a).starts_on, Period.parse(z).ends_on) for a, z in _spans(months)]
    spans = [
        ReportSpan("calendar", f"{a}..{z}", *days)
        for (a, z), days in zip(_spans(months), ends, strict=True)
    ]
    procedure = pl.col("procedure_id").fill_null(NO_PROCEDURE)
    dossiers = book.dossiers.with_columns(procedure.alias("field_of_work"))
    counts = book.counted_dossiers(dossiers, spans, "*").filter(channel_in="*", procedure_id="*")
    key = ["profile", "period", "unit_id", "field_of_work"]
    of_units = counts.filter(pl.col("unit_id") != "*", pl.col("field_of_work") != "*")
    of_all = of_units.with_columns(pl.lit("*").alias("unit_id")).group_by(key).agg(
        pl.col(COUNTERS).sum()
    )  # fmt: skip
    counts = pl.concat([counts.select(*key, *COUNTERS), of_all.select(*key, *COUNTERS)])
    return {row[:4]: row[4:] for row in counts.select(*key, *COUNTERS).iter_rows()}


def _spans(months: list[str]) -> list[tuple[str, str]]:
    return list(combinations_with_replacement(months, 2))


def _rates(counts: dict[str, int], late: tuple[int, int]) -> list[tuple[int, int]]:
    judged = counts["early"] + counts["on_time"] + counts["late"]
    overdue = counts["open_overdue"]
    return [(counts["late"], judged), (counts["late"] + overdue, judged + overdue), late]


def _states(cells: LiveCells) -> list[tuple[tuple[str, str, str, str], dict[str, int]]]:
    """Draw states: what each counts (profile, first and last month, unit, procedure), and the
    numbers that the page has for that. Most are of pairs with dossiers, or they would be empty."""
    pick = random.Random(20)  # noqa: S311 - no secret
    units, kinds = ({**{n: i for i, n in enumerate(names)}, "*": ALL}
                    for names in (cells.units, cells.procedures))  # fmt: skip
    pairs = cells.counts.select("unit_id", "procedure_id").unique().sort("*").rows()
    states = []
    for n in range(STATES):
        unit, kind = pick.choice([*units]), pick.choice([*kinds])
        if n % 3:
            unit, kind = (pick.choice([one, one, "*"]) for one in pick.choice(pairs))
        first, last = sorted(pick.choices(range(len(cells.months)), k=2))
        rule = pick.randrange(len(cells.profiles))
        state = {"rule": rule, "unit": units[unit], "procedure": kinds[kind]}
        span = f"{cells.months[first]}..{cells.months[last]}"
        of = (cells.profiles[rule], span, unit, kind)
        states.append((of, {**state, "from": first, "to": last}))
    return states


def _written(estimate: Estimate) -> list[str]:
    return [
        numerals.percent(estimate.value),
        numerals.percent_range(estimate.lower, estimate.upper),
        numerals.fraction(estimate.numerator, estimate.denominator),
    ]


def _real_of_late(book: Book, key: tuple[str, str, str, str]) -> tuple[int, int]:
    profile, span, unit, kind = key
    if profile != book.result_profile:
        return 0, 0
    first, last = span.split("..")
    late = [
        reality
        for of_unit, of_kind, reality, ended_on in book.late_dossiers.select(
            "unit_id", "procedure_id", "reality", "ended_on"
        ).iter_rows()
        if unit in ("*", of_unit)
        and kind in ("*", of_kind or NO_PROCEDURE)
        and first <= f"{ended_on:%Y-%m}" <= last
    ]
    return late.count(REALITIES[0]), len(late)


def test_ten_thousand_states_are_as_python_counts_them(book, page):
    cells = live_cells(book)
    keys, states = zip(*_states(cells), strict=True)
    page.evaluate(f"() => {{ window.counters = {list(COUNTERS)}; }}")
    expected = _counted(book, cells.months)
    wrong, filled = [], 0
    figures = json.loads(page.evaluate(FIGURES, json.dumps(states)))
    with use_language("vi"):
        for key, shown in zip(keys, figures, strict=True):
            counts = dict(zip(COUNTERS, expected.get(key, (0,) * len(COUNTERS)), strict=True))
            rates = [wilson(*pair) for pair in _rates(counts, _real_of_late(book, key))]
            right = [
                list(counts.values()),
                [[rate.value, rate.lower, rate.upper] for rate in rates],
                [_written(rate) for rate in rates],
            ]
            filled += any(counts.values())
            if shown != right:
                wrong.append((key, shown, right))
    assert wrong == []
    assert filled > STATES / 3


def test_pickers_brushing_sorting_filtering_and_saving(book, page):
    assert 1 < page.locator("#table tbody tr").count() <= len(book.units())
    page.select_option("#rows", "month")
    months = page.evaluate("data.months.length")
    page.locator("#course svg").scroll_into_view_if_needed()
    box = page.locator("#course svg").bounding_box()
    left, width, y = box["x"] + 52, box["width"] - 68, box["y"] + 100
    page.mouse.move(left + width * 0.5 / months, y)
    page.mouse.down()
    page.mouse.move(left + width * 2.5 / months, y)
    assert re.search(r"\d,\d%", page.locator("#reading").inner_text())
    page.mouse.up()
    assert page.locator("#from").input_value() == "0"
    assert page.locator("#to").input_value() == "2"
    assert page.locator("#table tbody tr").count() <= 3
    page.locator("#reset").focus()
    page.keyboard.press("Enter")
    page.select_option("#rows", "unit")
    page.locator("thead button").nth(2).focus()
    page.keyboard.press("Enter")
    resolved = page.locator("#table tbody tr td:nth-child(3)").all_inner_texts()
    counts = [int(text.replace(".", "")) for text in resolved]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1]
    page.fill("#filter", "phường 1")
    names = page.locator("#table tbody th").all_inner_texts()
    assert names
    assert all("phường 1" in name.lower() for name in names)
    with page.expect_download() as saving:
        page.click("#download")
    rows = [*csv.reader(saving.value.path().read_text(encoding="utf-8-sig").splitlines())]
    assert [row[0] for row in rows[1:]] == names
    rate = dict(zip(rows[0][5:10], rows[1][5:10], strict=True))
    above, below, share, lower, upper = (float(n) for n in rate.values())
    estimate = wilson(above, int(below))
    assert (share, lower, upper) == (estimate.value, estimate.lower, estimate.upper)


def test_what_the_live_page_says_is_written_as_offices_write(page, unofficial):
    for rule in range(page.evaluate("data.rules.length")):
        page.select_option("#rule", str(rule))
        for axis in ("unit", "procedure", "month"):
            page.select_option("#rows", axis)
            text = page.locator("main").inner_text()
            assert unofficial.findall(text) == [], text
            assert {len(d) for d in re.findall(r"\d,(\d+)%", text)} == {1}


def test_the_live_page_fits_a_telephone_and_is_small(live, browser, guard):
    assert live.stat().st_size < 6e6
    narrow = browser.new_context(viewport={"width": 390, "height": 800})
    page = guard(("file:",)).watch(narrow)
    page.goto(live.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    narrow.close()


def test_names_with_markup_stay_text(planted, context, guard, tmp_path):
    """Every free field of the export holds a script."""
    book = open_book(planted, language="en")
    with use_language("en"):
        period = book.latest("half")
        write_live_page(book, tmp_path, Outputs(tmp_path), period, "wb_strict", is_public=False)
    watch = guard(("file:",))
    page = watch.watch(context)
    page.goto((tmp_path / "index.html").as_uri())
    assert "<img src=x" in page.locator("#table tbody").inner_text()
    page.select_option("#rows", "procedure")
    assert page.evaluate("window.ran") is None
    assert page.locator("#table img, #table script").count() == 0
    assert watch.refused + watch.errors + watch.complaints == []
