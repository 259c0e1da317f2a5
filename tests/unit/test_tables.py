"""Tables are headed, escaped, and never leave a cell without a reason."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from workbench.charts.tables import Blank, Column, Table
from workbench.core import numerals
from workbench.messages import use_language

NASTY = '<script>alert(1)</script>&"'
TABLE = Table(
    "Số liệu <quý I>",
    (Column("Đơn vị", number=False), Column("Trễ hạn"), Column("Tỷ lệ")),
    (
        ("Phường 1", "1.234", "4,7%"),
        (NASTY, "0", Blank("Không có hồ sơ nào.")),
        ("Phường 3", "0", Blank("Không có hồ sơ nào.")),
    ),
    notes=("Theo ngày có kết quả.",),
    marked=frozenset({0}),
)


class Tags(HTMLParser):
    """Collects tags with their attributes, and the text between."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        if data.strip():
            self.text.append(data.strip())

    def of(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


def test_every_column_and_every_row_has_a_heading_with_its_scope():
    page = Tags(TABLE.html())
    scopes = [attrs["scope"] for attrs in page.of("th")]
    assert scopes == ["col"] * 3 + ["row"] * 3
    assert len(page.of("caption")) == 1


def test_text_of_the_data_is_never_markup():
    page = Tags(TABLE.html())
    assert page.of("script") == []
    assert NASTY in page.text
    assert "Số liệu <quý I>" in page.text


def test_a_missing_value_is_a_dash_with_its_reason_given_once():
    page = Tags(TABLE.html())
    blanks = [attrs for attrs in page.of("span") if attrs.get("class") == "blank"]
    assert [b["title"] for b in blanks] == ["Không có hồ sơ nào."] * 2
    assert page.text.count("– Không có hồ sơ nào.") == 1


def test_the_marked_row_is_set_off():
    assert [attrs.get("class") for attrs in Tags(TABLE.html()).of("tr")] == [
        None,
        "marked",
        None,
        None,
    ]


def test_a_terminal_gets_the_same_table_in_columns():
    lines = str(TABLE).splitlines()
    assert lines[0] == "Số liệu <quý I>"
    assert lines[2].split() == ["Phường", "1", "1.234", "4,7%"]
    assert lines[-2:] == ["Theo ngày có kết quả.", "– Không có hồ sơ nào."]


def test_a_row_of_another_length_is_refused():
    with pytest.raises(ValueError, match="row 1: 1 cells, 2 columns"):
        Table("t", (Column("a"), Column("b")), (("1", "2"), ("1",)))


def test_a_notebook_gets_the_length_of_the_table():
    data, metadata = TABLE._repr_mimebundle_()
    assert data["text/html"] == TABLE.html()
    assert metadata == {"rows": 3}


@pytest.mark.parametrize(
    ("written", "vi", "en"),
    [
        (lambda: numerals.count(1234567), "1.234.567", "1,234,567"),
        (lambda: numerals.decimal(1234.55, 2), "1.234,55", "1,234.55"),
        (lambda: numerals.percent(0.9645), "96,5%", "96.5%"),
        (lambda: numerals.percent(0.285), "28,5%", "28.5%"),
        (lambda: numerals.percent(None), "–", "–"),
        (lambda: numerals.percent_range(0.012, 1.0), "1,2–100,0%", "1.2–100.0%"),
        (lambda: numerals.percent_range(None, 1.0), "–", "–"),
        (lambda: numerals.points(-0.0004), "0,0", "0.0"),
        (lambda: numerals.points(0.012), "+1,2", "+1.2"),
        (lambda: numerals.points(None), "–", "–"),
        (lambda: numerals.points_range(-0.01, 0.02), "−1,0 đến +2,0", "−1.0 to +2.0"),
        (lambda: numerals.points_range(None, None), "–", "–"),
        (lambda: numerals.hours(None), "–", "–"),
        (lambda: numerals.instant(None), "–", "–"),
        (lambda: numerals.decimal(None), "–", "–"),
        (lambda: numerals.fraction(7, 2100), "7/2.100", "7/2,100"),
        (lambda: numerals.period("2022"), "năm 2022", "2022"),
        (lambda: numerals.period("2022-H2"), "6 tháng cuối năm 2022", "H2 2022"),
        (lambda: numerals.period("2022-Q4"), "quý IV năm 2022", "quarter IV 2022"),
        (lambda: numerals.period("2022-02"), "tháng 2 năm 2022", "2022-02"),
    ],
)
def test_a_number_is_written_as_the_language_writes_it(written, vi, en):
    with use_language("vi"):
        assert written() == vi
    with use_language("en"):
        assert written() == en


def test_text_stands_left_and_numbers_right_wherever_the_table_is_shown() -> None:
    shown = Table("t", (Column("unit", number=False), Column("late")), (("A", "3"),)).html()
    assert '<th scope="row" style="text-align:left">A</th>' in shown
    assert '<td class="number">3</td>' in shown
