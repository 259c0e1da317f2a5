"""The index lists every briefing, says which are stale, and what moved since the period before."""

from __future__ import annotations

import json
from dataclasses import replace
from html import escape

import pytest

from workbench.messages import use_language
from workbench.pages.folders import briefing_folder
from workbench.pages.index import write_index

FIGURE = '<data data-name="{}" data-unit="{}" data-period="{}" data-profile="wb_strict" value="{}">'


@pytest.fixture
def put_page(tmp_path, small_book):
    """Write a briefing with its late dossiers: ``put_page("2022-H1", "all", 5)``."""

    def put(period, folder, late, *, unit="*", results=small_book.fingerprint, language="en"):
        about = {"period": period, "unit": unit, "language": language, "profile": "wb_strict"}
        about |= {"snapshot": "2022-06-30T17:00:00+07:00", "against": ""}
        path = tmp_path / period / folder / "briefing.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            f'<meta name="results" content="{results}">'
            f'<meta name="provenance" content="{escape(json.dumps(about))}">'
            + FIGURE.format("late", unit, period, late)
            + FIGURE.format("late", "SD-VH", period, 999),
            encoding="utf-8",
        )

    return put


@pytest.fixture
def lines(tmp_path, small_book):
    def read() -> list[str]:
        book = replace(small_book, language="en")
        with use_language("en"):
            page = write_index(book, tmp_path).read_text(encoding="utf-8")
        return page[page.index("<tbody>") : page.index("</tbody>")].split("</tr>")[:-1]

    return read


def test_a_briefing_is_compared_with_the_period_before_of_its_own_kind(put_page, lines):
    put_page("2021-H2", "all", 7)
    put_page("2022-H1", "all", 5)
    put_page("2022-H1", "all.published", 4)
    put_page("2022-H1", "SD-P1", 3, unit="SD-P1")
    put_page("2021-Q4", "all", 1)
    found = {row.split('href="')[1].split('"')[0]: row for row in lines()}
    assert len(found) == 5
    assert "since H2 2021: Late: 7 → 5" in found["2022-H1/all/briefing.html"]
    others = [row for name, row in found.items() if name != "2022-H1/all/briefing.html"]
    assert all("nothing earlier to compare with" in row for row in others)
    assert "999" not in "".join(found.values())
    assert "published" in found["2022-H1/all.published/briefing.html"]


def test_a_page_of_older_results_is_stale_and_copies_as_latest_are_not_listed(put_page, lines):
    put_page("2022-H1", "all", 5, results="0123456789ab")
    put_page("latest", "all", 5)
    (row,) = lines()
    assert "make it again" in row


def test_two_pages_that_differ_in_anything_have_two_addresses(small_book):
    default = small_book.against("2022-H1")
    other = "2022-H1" if default != "2022-H1" else "2021-H2"
    folders = {
        briefing_folder(book, unit, "2022-H1", against, profile, is_public=is_public)
        for book in (small_book, replace(small_book, language="en"))
        for unit in ("*", "SD-P1")
        for against in (default, other)
        for profile in ("wb_strict", "wb_legal")
        for is_public in (False, True)
    }
    assert len(folders) == 2**5
    assert "all" in folders
