"""Markup planted in an export is shown as text: nothing of it runs in a briefing."""

from __future__ import annotations

import json

import pytest

pytestmark = pytest.mark.browser


def test_nothing_planted_in_an_export_runs_in_its_briefing(planted, context, guard) -> None:
    pages = sorted(planted.rglob("*.html"))
    assert planted / "briefing.html" in pages
    for path in pages:
        watch = guard(("file:",))
        page = watch.watch(context)
        page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        page.goto(path.as_uri())
        page.wait_for_timeout(300)
        assert page.evaluate("window.ran") is None, path.name
        assert page.locator("img[src=x]").count() == 0, path.name
        assert page.locator("a[href^=javascript]").count() == 0, path.name
        assert page.locator("[onload], [onerror], [onclick]").count() == 0, path.name
        assert watch.errors == []
        assert watch.refused == []


def test_what_was_planted_is_shown_as_the_text_it_is(planted, context, guard) -> None:
    page = guard(("file:",)).watch(context)
    page.goto((planted / "briefing.html").as_uri())
    assert "<img src=x onerror=window.ran=1>" in page.locator("body").inner_text()


def test_no_table_of_text_holds_a_live_formula(planted) -> None:
    for path in planted.rglob("*.csv"):
        for line in path.read_text(encoding="utf-8").splitlines():
            for cell in line.split(","):
                assert not cell.lstrip('"').startswith(("=", "+", "@")), (path.name, line)
    json.loads((planted / "measures.json").read_text(encoding="utf-8"))
