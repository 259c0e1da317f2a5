"""Turn an executed notebook into one page that opens from disk, prints, and runs nothing.

Text, tables and still pictures only: styles and the font are included; there is no script and no
address to fetch. An output that would need one is rejected by name.
"""

from __future__ import annotations

import datetime as dt
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from html import escape, unescape
from html.parser import HTMLParser
from itertools import count
from typing import Any

from workbench.charts import FONTS, LAB_MIME, narrow_svg
from workbench.charts.tables import ASSETS, template
from workbench.core.characters import plain_text
from workbench.core.errors import RuleFailed
from workbench.messages import say

LISTED = 4
"""A page with more sections than this has a table of contents."""
FOLDED = 8
"""A table with more rows than this is folded under the chart that shows it."""

_TAGS = {"script", "iframe", "object", "embed", "link", "base", "meta", "foreignobject"}
_TAGS |= {"form", "input", "button", "audio", "video"}
_FETCHING = {"src", "href", "xlink:href", "srcset", "action", "formaction", "poster", "data"}
_HARMLESS = ("#", "data:image/png", "data:image/jpeg")
_HEADING = re.compile(
    r'<h2 id="(?P<anchor>[\w-]+)"(?: data-number="(?P<number>\d+)")?[^>]*>(?P<title>[^<]*)</h2>'
)
_NUMBERED = re.compile(r'<h2(?! id="summary")(?: id="[\w-]+")?')
"""The begin of every heading but the one that pages hide."""
_CAPTION = re.compile(r"<caption>(?P<text>[^<]*)</caption>")
_LINK = re.compile(r'<a href="#(?P<anchor>[\w-]+)">(?P<text>[^<]*)</a>')


@dataclass(frozen=True)
class Page:
    """Everything on a page but the answers: heading, title, footer, and what it was made from.

    ``marks`` are words set above the heading, such as that it is a draft; ``snapshot_at`` is the
    moment of the exports, without a zone; ``is_sheet`` asks for one sheet of paper.
    """

    language: str
    title: str
    about: str
    agency: tuple[str, ...]
    dated: str
    synthetic: bool
    results: str
    provenance: str
    foot: tuple[str, ...]
    snapshot_at: dt.datetime
    marks: tuple[str, ...] = ()
    is_sheet: bool = False
    links: tuple[tuple[str, str], ...] = ()


def render(notebook: Any, page: Page, name: str, more: Sequence[Section] = ()) -> str:
    """Return the page of an executed notebook.

    Args:
        notebook: The executed notebook.
        page: Heading, title and footer.
        name: What a message calls the notebook.
        more: Sections that no cell makes; they stand before what is for analysts.

    Raises:
        RuleFailed: A cell's output includes something a page may not contain.
    """
    sections = list(_sections(notebook, name))
    annex = next((n for n, s in enumerate(sections) if s.is_annex), len(sections))
    return render_sections(number_anchors([*sections[:annex], *more, *sections[annex:]]), page)


def render_sections(sections: Sequence[Section], page: Page) -> str:
    """Return a page of sections, with a table of contents where there are many."""
    sections = number_headings(sections)
    contents = [heading for s in sections for heading in s.headings]
    here = {anchor for anchor, _, _ in contents}
    elsewhere = page.links[0][0] if page.links else ""
    return render_template(
        "page.html",
        page,
        sections=[replace(s, html=_aimed(s.html, here, elsewhere)) for s in sections],
        contents=contents[1:] if len(contents) > LISTED else [],
        annex=say("briefing.annex"),
        contents_title=say("briefing.contents"),
    )


def render_template(name: str, page: Page, **values: Any) -> str:
    """Return a page of a template: ``page.html`` or one that extends it."""
    html = template(name).render(
        page=page,
        style=_style(),
        running_head=_quoted(f"{page.title} – {page.about}"),
        nation=say("briefing.nation"),
        motto=say("briefing.motto"),
        banner=say("briefing.synthetic"),
        more=say("briefing.more"),
        **values,
    )
    return plain_text(html)


@dataclass(frozen=True)
class Section:
    """The outputs of one cell as HTML, and whether they are for analysts."""

    html: str
    is_annex: bool = False

    @property
    def headings(self) -> list[tuple[str, str, str]]:
        """Anchor, number and text of each heading that has an anchor."""
        headings = _HEADING.finditer(self.html)
        return [(m["anchor"], m["number"] or "", unescape(m["title"])) for m in headings]


def number_anchors(sections: Iterable[Section]) -> list[Section]:
    """Return the sections that say something; an anchor met before gets a number."""
    met: Counter[str] = Counter()

    def numbered(match: re.Match[str]) -> str:
        met[match["anchor"]] += 1
        n = met[match["anchor"]]
        return match[0] if n == 1 else match[0].replace('"', f'"{n}-', 1)

    return [replace(s, html=_HEADING.sub(numbered, s.html)) for s in sections if s.html]


def number_headings(sections: Iterable[Section]) -> list[Section]:
    """Return the sections with a number at every heading a reader sees, counted through the page.

    >>> [s.html for s in number_headings([Section('<h2 id="a">A</h2>'), Section("<h2>B</h2>")])]
    ['<h2 id="a" data-number="1">A</h2>', '<h2 data-number="2">B</h2>']
    """
    numbers = count(1)

    def numbered(match: re.Match[str]) -> str:
        return f'{match[0]} data-number="{next(numbers)}"'

    return [replace(s, html=_NUMBERED.sub(numbered, s.html)) for s in sections]


def _aimed(html: str, here: set[str], elsewhere: str) -> str:
    """Aim links at sections of this page, else of the page where they are; unlink the rest."""

    def aimed(match: re.Match[str]) -> str:
        anchor, text = match["anchor"], match["text"]
        if anchor in here:
            return match[0]
        return f'<a href="{elsewhere}#{anchor}">{text}</a>' if elsewhere else text

    return _LINK.sub(aimed, html)


def _quoted(text: str) -> str:
    """Return a text as a string of a style sheet."""
    safe = re.sub(r'[<>&"\\\n]', " ", text)
    return f'"{safe}"'


def _sections(notebook: Any, name: str) -> Iterator[Section]:
    for number, cell in enumerate(notebook.cells, start=1):
        tags = cell.metadata.get("tags", [])
        if "analyst" in tags:
            continue
        parts = [_markdown(cell.source)] if cell.cell_type == "markdown" else []
        if cell.cell_type == "code":
            parts = [_output(output) for output in cell.outputs]
        for part in parts:
            refuse_active(part, name, number)
        yield Section("\n".join(part for part in parts if part), "annex" in tags)


def _output(output: Any) -> str:
    """Return one output as HTML: a picture, a fragment, or text."""
    if output.output_type == "stream":
        return f"<pre>{escape(output.text)}</pre>"
    data, metadata = output.get("data", {}), output.get("metadata", {})
    if "image/svg+xml" in data:
        caption = escape(metadata.get("caption", ""))
        picture = data["image/svg+xml"]
        if LAB_MIME in data:
            small = narrow_svg(data[LAB_MIME])
            picture = f'<div class="broad">{picture}</div><div class="narrow">{small}</div>'
        return f"<figure>{picture}<figcaption>{caption}</figcaption></figure>"
    if "text/html" in data:
        return _folded(str(data["text/html"]), metadata)
    if "image/png" in data:
        picture = f'<img alt="" src="data:image/png;base64,{data["image/png"].strip()}">'
        return f"<figure>{picture}</figure>"
    return f"<pre>{escape(str(data.get('text/plain', '')))}</pre>"


def _folded(fragment: str, metadata: dict[str, Any]) -> str:
    if "rows" not in metadata:
        return fragment
    caption = _CAPTION.search(fragment)
    label = caption["text"] if caption else ""
    # what is wider than a telephone is scrolled, from the keyboard as well
    reached = f'class="table" tabindex="0" role="group" aria-label="{label}"'
    table = f"<div {reached}>{fragment}</div>"
    if metadata["rows"] <= FOLDED:
        return table
    summary = escape(say("briefing.show_table", rows=metadata["rows"]))
    return f"<details><summary>{summary}</summary>{table}</details>"


def _markdown(source: str) -> str:
    import mistune

    return str(mistune.create_markdown(escape=True, plugins=["table"])(source))


class _Watch(HTMLParser):
    """Records the first thing in a fragment that could run or fetch."""

    found = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one tag and its attributes."""
        if tag in _TAGS:
            self.found = self.found or f"<{tag}>"
        for name, value in attrs:
            target = (value or "").strip()
            fetches = name in _FETCHING and not target.startswith(_HARMLESS)
            if name.startswith("on") or fetches or _styled_away(name, target):
                self.found = self.found or f"{name}="

    def handle_data(self, data: str) -> None:
        """Look at the text of style sheets."""
        if self.cdata_elem == "style" and _styled_away("style", data):
            self.found = self.found or "<style>"


def _styled_away(name: str, value: str) -> bool:
    """Return whether a style fetches something."""
    declarations = value.replace(" ", "").lower()
    return name == "style" and (
        "@import" in declarations or "url(" in declarations.replace("url(#", "")
    )


def refuse_active(fragment: str, notebook: str, cell: int) -> None:
    """Check that a fragment neither runs nor fetches anything.

    Raises:
        RuleFailed: It does; the message names notebook, cell and what was found.

    >>> refuse_active("<p onclick=x>", "briefing", 3)
    Traceback (most recent call last):
    workbench.core.errors.RuleFailed: ...
    """
    watch = _Watch()
    watch.feed(fragment)
    watch.close()
    if watch.found:
        raise RuleFailed("briefing.unsafe", notebook=notebook, cell=cell, what=watch.found)


@cache
def _style() -> str:
    """Return the style sheet with the font inside."""
    faces = [_font_face(name, weight) for name, weight in (("Regular", 400), ("Bold", 700))]
    sheet = (ASSETS / "page.css").read_text(encoding="utf-8")
    return "\n".join([*faces, sheet])


def _font_face(name: str, weight: int) -> str:
    letters = b64encode((FONTS / f"NotoSans-{name}.woff2").read_bytes()).decode()
    source = f"src:url(data:font/woff2;base64,{letters})"
    return f'@font-face{{font-family:"Noto Sans";font-weight:{weight};{source}}}'
