"""A page takes text, tables and still pictures from a notebook, and refuses all else by name."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
from typing import Any

import nbformat
import pytest

from workbench.core.errors import RuleFailed
from workbench.pages.folders import folder_name
from workbench.pages.page import FOLDED, Page, refuse_active, render

PAGE = Page(
    results="0123abc",
    provenance='{"data": "0123abc"}',
    language="vi",
    title="Bản tóm tắt <1>",
    about="UBND Phường 1 · 2022",
    agency=("UBND Thành phố", "UBND Phường 1"),
    dated="",
    synthetic=False,
    foot=("Số liệu mã abc",),
    snapshot_at=dt.datetime(2022, 6, 30, 10),  # noqa: DTZ001 (documents keep no zone)
)
v4 = nbformat.v4


def shown(data: dict[str, str], **metadata: Any) -> Any:
    return v4.new_output("display_data", data=data, metadata=metadata)


def page_of(*outputs: Any, **page: Any) -> str:
    cell = v4.new_code_cell("x", outputs=list(outputs))
    return render(v4.new_notebook(cells=[cell]), Page(**{**vars(PAGE), **page}), "briefing")


def test_an_analysts_remark_stays_out_and_other_prose_comes_in_escaped():
    remark = v4.new_markdown_cell("dành cho người phân tích", metadata={"tags": ["analyst"]})
    prose = v4.new_markdown_cell("**đậm** <u>thô</u>\n\n| a |\n|---|\n| 1 |")
    text = render(v4.new_notebook(cells=[remark, prose]), PAGE, "briefing")
    assert "người phân tích" not in text
    assert "<strong>đậm</strong> &lt;u&gt;thô" in text
    assert "<table>" in text


@pytest.mark.parametrize("first", ["summary", "headline"])
def test_the_table_of_contents_has_the_numbers_that_stand_at_the_headings(first):
    """The first section stands above the table of contents; a summary's heading is not seen."""
    names = [first, "units", "cells", "watch", "excluded"]
    headings = [f'<h2 id="{name}" class="short">{name}</h2>' for name in names]
    bare = "<h2>without an anchor</h2>"
    text = page_of(*(shown({"text/html": html}) for html in [*headings[:2], bare, *headings[2:]]))
    numbers = dict(re.findall(r'<h2 id="(\w+)" data-number="(\d+)"', text))
    listed = re.findall(r'<li value="(\d+)"><a href="#(\w+)">', text)
    assert [name for _, name in listed] == names[1:]
    assert {name: number for number, name in listed} == {n: numbers[n] for n in names[1:]}
    assert numbers["units"] == ("1" if first == "summary" else "2")
    assert numbers["cells"] == str(int(numbers["units"]) + 2)


def test_source_code_is_not_on_the_page():
    cell = v4.new_code_cell("secret_name = 1")
    assert "secret_name" not in render(v4.new_notebook(cells=[cell]), PAGE, "briefing")


def test_a_picture_stands_in_a_figure_with_its_caption():
    text = page_of(shown({"image/svg+xml": "<svg></svg>"}, caption="Hình <1>"))
    assert "<figure><svg></svg><figcaption>Hình &lt;1&gt;</figcaption></figure>" in text


def test_text_and_what_was_printed_are_shown_escaped():
    printed = v4.new_output("stream", name="stdout", text="a < b")
    text = page_of(printed, shown({"text/plain": "<1>"}), shown({"image/png": "iVBO\n"}))
    assert "<pre>a &lt; b</pre>" in text
    assert "<pre>&lt;1&gt;</pre>" in text
    assert 'src="data:image/png;base64,iVBO"' in text


def test_a_long_table_is_folded_and_a_short_one_open():
    short = page_of(shown({"text/html": "<table></table>"}, rows=FOLDED))
    long = page_of(shown({"text/html": "<table></table>"}, rows=FOLDED + 1))
    assert "<details>" not in short
    assert f"<summary>Table ({FOLDED + 1} rows)</summary>" in long


def test_the_heading_is_left_out_where_no_agency_is_known_and_the_banner_where_data_are_real():
    assert "letterhead" not in page_of(agency=()).split("<body>")[1]
    assert 'class="synthetic"' not in page_of()
    assert 'class="synthetic"' in page_of(synthetic=True)
    assert "Bản tóm tắt &lt;1&gt;" in page_of()
    assert '<a href="causes.html">Causes</a>' in page_of(links=(("causes.html", "Causes"),))


@pytest.mark.parametrize(
    "fragment",
    [
        "<script>1</script>",
        "<p onclick='x'>",
        "<svg><foreignObject></foreignObject></svg>",
        "<svg><image xlink:href='http://example.org/a.png'/></svg>",
        "<a href='https://example.org'>a</a>",
        "<img src='//example.org/a.png'>",
        "<img src='data:image/svg+xml;base64,AA'>",
        "<style>p{background:url(x.png)}</style>",
        "<style>@import 'x.css';</style>",
        "<p style='background: url( x.png )'>",
        "<iframe srcdoc='x'></iframe>",
        "<meta http-equiv=refresh>",
        "<form action=x></form>",
        "<SCRIPT SRC=x>",
    ],
)
def test_an_output_that_could_run_or_fetch_is_refused_with_notebook_and_cell(fragment):
    with pytest.raises(RuleFailed, match="«briefing», cell 1"):
        page_of(shown({"text/html": fragment}))


@pytest.mark.parametrize(
    "fragment",
    [
        "<svg><g clip-path='url(#c)'></g><a href='#c'>a</a></svg>",
        "<style>.dataframe{border:1px}</style><table></table>",
        "<img src='data:image/png;base64,AA'>",
        "<p>onclick=1 &lt;script&gt; http://example.org</p>",
    ],
)
def test_what_only_shows_is_let_through(fragment):
    refuse_active(fragment, "briefing", 1)


def test_a_unit_whose_id_is_no_file_name_gets_a_safe_folder_of_its_own():
    names = [folder_name(u) for u in ("a/b", "a\\b", "..", "a b", "SD-P1", "*")]
    assert len(set(names)) == 6
    assert all(n.replace("-", "").replace("_", "").isalnum() for n in names)


def test_what_a_page_was_made_from_stands_in_its_head_for_machines():
    content = re.search(r'<meta name="provenance" content="([^"]*)">', page_of())
    assert content is not None
    assert json.loads(html.unescape(content[1])) == {"data": "0123abc"}
