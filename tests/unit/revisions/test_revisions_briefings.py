"""Executed briefings are compared by what a reader sees, not by their drawings or their code."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from workbench.cli import main
from workbench.core.errors import InputRejected
from workbench.review.briefings import compare_briefings

LATE = "<h2 id='late'>Late</h2><p>81 of 2,198 were late.</p>"
TABLE = (
    "<table><caption>By unit</caption><thead><tr><th>unit</th><th>late</th></tr></thead>"
    "<tbody><tr><td>A</td><td>{a}</td></tr><tr><td>B</td><td>3</td></tr></tbody></table>"
)


def page(*html: str, svg: str = "", described: str = "", code: str = "1") -> str:
    """An executed notebook, as the text of its file."""
    outputs = [new_output("display_data", {"text/html": text}) for text in html]
    if svg:
        data = {"image/svg+xml": svg, "text/plain": described}
        outputs.append(new_output("display_data", data, metadata={"caption": "Late by month"}))
    cells = [new_code_cell(code, outputs=outputs, id="c0")]
    return str(nbformat.writes(new_notebook(cells=cells)))


def changes(left: str, right: str) -> list[tuple[str, str | None, str | None]]:
    return [
        line
        for change in compare_briefings({"all/a.ipynb": left}, {"all/a.ipynb": right})
        for line in change.lines
    ]


def test_a_sentence_and_a_row_that_differ_are_named_with_their_section():
    left = page(LATE, TABLE.format(a=4))
    right = page(LATE.replace("81", "79"), TABLE.format(a=5))
    assert changes(left, right) == [
        ("Late", "81 of 2,198 were late.", "79 of 2,198 were late."),
        ("Late", "A | 4", "A | 5"),
    ]


def test_a_line_on_one_side_only_has_no_other_side():
    more = f"{LATE}<p>Nearly all at one office.</p>"
    assert changes(page(LATE), page(more)) == [("Late", None, "Nearly all at one office.")]
    assert changes(page(more), page(LATE)) == [("Late", "Nearly all at one office.", None)]


def test_drawings_code_and_markup_are_no_part_of_what_is_read():
    left = page(LATE, svg="<svg>1</svg>", described="Late share falls", code="1")
    right = page(
        LATE.replace("<p>", "<p class='x'>"),
        svg="<svg>2</svg>",
        described="Late share falls",
        code="2",
    )
    assert left != right
    assert changes(left, right) == []


def test_a_chart_is_compared_by_what_it_shows_in_words():
    left = page(svg="<svg>1</svg>", described="Late share falls")
    right = page(svg="<svg>1</svg>", described="Late share rises")
    assert changes(left, right) == [("", "Late share falls", "Late share rises")]


def test_a_page_on_one_side_only_is_named():
    (change,) = compare_briefings({"all/a.ipynb": page(LATE)}, {})
    assert change.page == "all/a"
    assert change.lines[0] == ("Late", "Late", None)


def test_what_is_no_notebook_is_refused_by_name():
    with pytest.raises(InputRejected, match=r"a\.ipynb"):
        compare_briefings({"a.ipynb": "{"}, {"a.ipynb": page(LATE)})


def test_the_command_compares_two_folders_of_a_briefing(tmp_path: Path, capsys):
    for name, html in (("old", LATE), ("new", LATE.replace("81", "<b>79</b>"))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "causes.ipynb").write_text(page(html), encoding="utf-8")
    sides = [str(tmp_path / "old"), str(tmp_path / "new")]
    assert main(["diff", *sides]) == 0
    text = capsys.readouterr().out
    assert "causes (1)" in text
    assert "  − 81 of 2,198 were late.\n  + 79 of 2,198 were late." in text
    assert main(["diff", *sides, "--format", "html"]) == 0
    assert ">79 of 2,198 were late.</td>" in capsys.readouterr().out
    assert main(["diff", sides[0], sides[0]]) == 0
    assert "No page of the briefing reads otherwise" in capsys.readouterr().out
    assert main(["diff", *sides, "--format", "json"]) == 2
