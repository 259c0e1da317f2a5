"""No control character reaches a picture, a page or a terminal."""

from __future__ import annotations

import pytest

from workbench.charts import svg_of
from workbench.charts.tables import Column, Table
from workbench.cli import main
from workbench.core.characters import plain_text, plain_values

ODD = "Phòng\x0bA \x1b[31mB\x1b[0m \x1b]0;C\x07\x9b2J\u202eD\ufffe"


@pytest.mark.parametrize("sign", [chr(n) for n in (*range(32), *range(127, 160), 0x2028, 0x202E)])
def test_only_tabs_and_ends_of_lines_stay(sign) -> None:
    assert (sign in plain_text(f"a{sign}b")) == (sign in "\t\n\r")


def test_escape_sequences_go_whole() -> None:
    assert plain_text(ODD) == "Phòng A B D"


def test_lists_and_dictionaries_are_cleaned_inside() -> None:
    assert plain_values({"a\x0b": ["\x07b", 1, None]}) == {"a ": ["b", 1, None]}


def test_a_chart_is_drawn_whatever_its_values_include() -> None:
    spec = {
        "data": {"values": [{"unit": ODD, "n": 1}]},
        "mark": "bar",
        "description": ODD,
        "encoding": {"y": {"field": "unit"}, "x": {"field": "n", "type": "quantitative"}},
    }
    drawn = svg_of(spec)
    assert "Phòng A B D" in drawn
    assert not any(plain_text(line) != line for line in drawn.splitlines())


def test_a_table_of_a_page_is_plain_text() -> None:
    html = Table(ODD, (Column(ODD, number=False),), ((ODD,),)).html()
    assert plain_text(html) == html
    assert "Phòng A B D" in html


def test_no_command_prints_what_a_terminal_would_act_on(tmp_path, capsys) -> None:
    path = tmp_path / "\x1b[31mred\x1b[0m\u202e.csv"
    assert main(["analyse", str(path), "--source", "one_stop", "--out", str(tmp_path / "o")]) == 3
    printed = capsys.readouterr().err
    assert "red" in printed
    assert not any(sign in printed for sign in "\x1b\u202e")
