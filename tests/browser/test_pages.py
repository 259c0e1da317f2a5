"""Pages that leave the house open from disk, with their charts, and ask the network for nothing."""

from __future__ import annotations

import re

import polars as pl
import pytest

from workbench.answers import open_book
from workbench.pages import Outputs, sheets

pytestmark = pytest.mark.browser

PAGES = ("briefing", "compare_units", "compare_periods", "causes")


def opened(context, guard, path):
    """Open a page from disk; return it and what it asked for beyond files."""
    watch = guard(("file:",))
    page = watch.watch(context)
    page.goto(path.as_uri())
    return page, watch


@pytest.mark.parametrize("name", PAGES)
def test_a_briefing_opens_from_disk_with_its_charts(reproduced, context, guard, name, tmp_path):
    folder = reproduced.project.briefings / "2022-H1" / "all"
    page, watch = opened(context, guard, folder / f"{name}.html")
    figures = page.locator("figure svg:visible")  # each stands there in a narrow version as well
    assert figures.count() == page.locator("figure").count() > 0
    for figure in figures.all():
        figure.scroll_into_view_if_needed()
        box = figure.bounding_box()
        assert box["width"] > 200, box
        assert box["height"] > 80, box
    assert page.locator("figure").count() <= page.locator("table").count()
    assert page.locator("script").count() == 0
    assert "mô phỏng" in page.locator("body").inner_text().lower()
    page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
    assert watch.refused == []
    assert watch.errors + watch.complaints == []


def test_the_page_for_a_chairman_prints_on_one_sheet(reproduced, context, guard):
    folder = reproduced.project.briefings / "2022-H1" / "all"
    page, _ = opened(context, guard, folder / "one_page.html")
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) == 1


def test_a_briefing_fits_a_telephone(reproduced, browser, guard):
    narrow = browser.new_context(viewport={"width": 390, "height": 800})
    page, _ = opened(narrow, guard, reproduced.project.briefings / "2022-H1/all/briefing.html")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    narrow.close()


def test_dvc_plots_draws_from_disk(reproduced, context, guard, tmp_path):
    bench = reproduced.copy_to(tmp_path / "project")
    bench.workbench("plots-page")
    bench.dvc("plots", "show", "-q", "-o", "pages")
    page, watch = opened(context, guard, bench.root / "pages" / "index.html")
    page.wait_for_selector("svg.marks")
    plots = page.locator("svg.marks")
    assert plots.count() == 2
    for plot in plots.all():
        box = plot.bounding_box()
        assert box["width"] > 200, box
        assert box["height"] > 80, box
        assert plot.locator(".role-mark.mark-symbol path").count() >= 18
        assert plot.locator(".role-mark.mark-rule line").count() >= 18
    page.screenshot(path=tmp_path / "plots.png", full_page=True)
    assert watch.refused == []
    assert watch.errors == []


@pytest.fixture(scope="module")
def comparison(reproduced, tmp_path_factory):
    """The page of ``workbench diff HEAD`` where ten dossiers are no longer late, and one more file
    was delivered."""
    base = tmp_path_factory.mktemp("comparison")
    bench = reproduced.copy_to(base / "project")
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    bench.run("git", "add", "-A")
    bench.run("git", *identity, "commit", "-qm", "before")
    (bench.project.inbox / "note.txt").write_text("a note", encoding="utf-8")
    file = bench.project.clock / "outcomes.parquet"
    outcomes = pl.read_parquet(file)
    late = outcomes.filter(pl.col("outcome") == "late", pl.col("profile") == "wb_strict")
    some = late["dossier_id"].head(10).implode()
    changed = pl.when(pl.col("dossier_id").is_in(some)).then(pl.lit("on_time"))
    outcomes.with_columns(changed.otherwise("outcome").alias("outcome")).write_parquet(file)
    bench.dvc("commit", "-q", "-f")
    page = base / "page.html"
    html = bench.call("diff", "HEAD", "--format", "html", "--rows", "500").stdout
    page.write_text(html, encoding="utf-8")
    return page


def test_a_comparison_is_searched_sorted_and_filtered_on_its_page(context, guard, comparison):
    page, watch = opened(context, guard, comparison)
    assert page.locator("table").count() >= 4
    rows = page.locator("details table tbody tr")
    everything = page.locator("#shown").inner_text()
    assert int(everything) == rows.count() > 20
    folds = page.locator("details")
    flips = folds.filter(has=page.locator("th", has_text="what moved"))
    dossier = flips.locator("tbody tr th").first.text_content()
    page.fill("#search", f"{dossier.lower()} wb_strict")
    assert flips.locator("tbody tr:not([hidden])").count() == 1
    shown = page.locator("details table tbody tr:not([hidden])")
    assert page.locator("#shown").inner_text() == str(shown.count())
    page.fill("#search", "")
    unit = flips.locator("tbody tr td").first.text_content()
    page.select_option('select[data-heading="unit"]', unit)
    units = flips.locator("tbody tr:not([hidden]) td:nth-child(2)").all_text_contents()
    assert set(units) == {unit}
    page.select_option('select[data-heading="unit"]', "")
    assert page.locator("#shown").inner_text() == everything
    head = flips.locator("thead th").nth(5)
    for expected in (sorted, lambda numbers: sorted(numbers, reverse=True)):
        head.click()
        cells = flips.locator("tbody tr td:nth-child(6)").all_text_contents()
        numbers = [float(cell.replace(",", "").replace("−", "-")) for cell in cells if cell != "–"]
        assert numbers == expected(numbers)
        assert len(set(numbers)) > 1
    assert watch.refused == []
    assert watch.errors + watch.complaints == []


def test_sheets_of_the_busiest_unit_and_procedure_print_on_one_page_each(
    reproduced, context, guard, monkeypatch, tmp_path
):
    book = open_book(reproduced.root, language="vi")
    busiest = [
        sheets.Sheet(kind, book.dossiers[column].mode().sort()[0], f"{kind}/busiest.html")
        for kind, column in (("unit", "unit_id"), ("procedure", "procedure_id"))
    ]
    monkeypatch.setattr(sheets, "_sheets", lambda *_: iter(busiest))
    index = sheets.write_sheets(book, period="2022-H1", out=Outputs(tmp_path), workers=1)
    for sheet in busiest:
        page, _ = opened(context, guard, index.parent / sheet.file)
        printed = page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) == 1, sheet.kind
