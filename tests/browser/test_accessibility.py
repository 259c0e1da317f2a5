"""Every kind of page is open to all readers: axe finds nothing serious, on a telephone or dark."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from workbench.answers import open_book
from workbench.messages import use_language
from workbench.pages import Outputs
from workbench.pages.live import write_live_page

pytestmark = pytest.mark.browser

PAGES = (
    *("briefing", "one_page", "compare_units", "compare_periods", "causes"),
    *("official", "quality", "index", "live"),
)
VIEWS = {
    "telephone": ({"viewport": {"width": 390, "height": 800}}, PAGES),
    "dark": ({"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"}, ("live",)),
}
"""How pages are looked at, and which of them: their colours are those of one style sheet."""


@pytest.fixture(scope="module")
def live(reproduced, tmp_path_factory):
    folder = tmp_path_factory.mktemp("live")
    book = open_book(reproduced.root, language="vi")
    with use_language("vi"):
        period = book.latest("half")
        write_live_page(book, folder, Outputs(folder), period, "wb_strict", is_public=False)
    return folder / "index.html"


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_serious_on_any_page(reproduced, browser, live, view):
    briefings = reproduced.project.briefings
    paths = {name: briefings / "2022-H1" / "all" / f"{name}.html" for name in PAGES}
    paths |= {"index": briefings / "index.html", "live": live}
    # axe is a script of the test, which no page lets in
    settings, names = VIEWS[view]
    context = browser.new_context(bypass_csp=True, **settings)
    page = context.new_page()
    findings = []
    for name in names:
        page.goto(paths[name].as_uri())
        findings += [
            (name, violation["id"], violation["nodes"][0]["html"])
            for violation in Axe().run(page).response["violations"]
            if violation["impact"] in ("serious", "critical")
        ]
    context.close()
    assert findings == []
