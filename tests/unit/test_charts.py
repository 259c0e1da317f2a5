"""Charts draw offline, read without colour, and come out the same everywhere."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from workbench.charts import (
    FONTS,
    LAB_MIME,
    Bar,
    Dot,
    Figure,
    FunnelPoint,
    Pair,
    Scale,
    bars,
    course,
    dots,
    draw,
    funnel,
    narrow_svg,
    paired_bars,
    shares,
    svg_of,
)
from workbench.charts.grids import Square, grid
from workbench.charts.timeline import Mark, TimelineBar, timeline
from workbench.messages import use_language

RATE = Scale(4.1, "mức chung 4,1%", "tỷ lệ trễ hạn (%)", "phần / tổng")
CHANGE = Scale(0.0, "không đổi", "thay đổi", "trước · sau", "change")
WAY = (
    TimelineBar("1. ký", 8, 9.5, "1:30", "waiting"),
    TimelineBar("2. dừng", 9.5, 30, "6:30", "pause"),
)
SHARES = [("2021", "đúng", 96.0, "96,0%"), ("2021", "trễ", 4.0, "4,0%")]
UNITS = (
    Dot("UBND Phường 1", 12.0, 9.0, 16.0, "24/200", "above"),
    Dot("Phòng Tư pháp", 5.0, 3.0, 7.0, "10/200", "within", marked=True),
    Dot("Thanh tra", 50.0, 9.4, 90.6, "1/2", "few"),
    Dot("Phòng Nội vụ", 0.0, 0.0, 1.9, "0/200", "below"),
)


def moved(dot: Dot) -> Dot:
    return Dot(dot.name, dot.value - 8, dot.lower - 9, dot.upper - 7, dot.note, dot.standing)


NAMES = ("units", "change", "course", "kinds", "steps", "way", "outcomes")
EACH_FIGURE = pytest.mark.parametrize("name", NAMES)


@cache
def figures() -> dict[str, Figure]:
    with use_language("vi"):
        charts = (
            dots(UNITS, RATE),
            dots([moved(d) for d in UNITS], CHANGE),
            course(UNITS, "%"),
            paired_bars([Pair("chờ xử lý", 27.3, 1.5), Pair("ký", 3.0, None)], "giờ"),
            bars([Bar("Chờ: Thẩm định", 2182.0, "2.182 giờ")], "giờ"),
            timeline(WAY, [(0, 7), (17, 24)], [Mark(20, "hạn", is_due=True)], [(0, "1/1")]),
            shares(SHARES, ["đúng", "trễ"], "%"),
        )
        return {
            name: draw(chart, f"Hình {name}", f"Mô tả <{name}> «ễ»")
            for name, chart in zip(NAMES, charts, strict=True)
        }


@EACH_FIGURE
@pytest.mark.parametrize("vega_lite", ["5.8", "6.4"])
def test_a_chart_is_drawn_by_the_vega_lite_of_the_lab_and_by_the_newest(name, vega_lite):
    schema = f"https://vega.github.io/schema/vega-lite/v{vega_lite[0]}.json"
    drawn = svg_of({**figures()[name].spec, "$schema": schema}, vega_lite)
    assert drawn.count("<path") > 1
    assert 'font-family="Noto Sans"' in drawn
    assert "NaN" not in drawn


@EACH_FIGURE
def test_a_notebook_gets_a_chart_that_the_lab_draws_without_a_network(name):
    data, metadata = figures()[name]._repr_mimebundle_()
    assert set(data) == {LAB_MIME, "image/svg+xml", "text/plain"}
    assert data[LAB_MIME]["$schema"].endswith("/v5.json")
    assert metadata == {"caption": f"Hình {name}"}
    fetched = re.findall(r"https?://[^\s\"<]+", json.dumps(data))
    assert {a for a in fetched if "w3.org" not in a and "vega.github.io/schema" not in a} == set()


@EACH_FIGURE
def test_a_picture_is_described_for_those_who_cannot_see_it(name):
    picture = figures()[name].svg
    assert f'role="img" aria-label="Mô tả &lt;{name}&gt; «ễ»"' in picture
    assert "graphics-symbol" not in picture


def longer_words() -> dict[str, Figure]:
    """Charts beside whose plot words stand out further than usual."""
    words = Scale(40.0, "mức chung của toàn thành phố trong kỳ này 40,0%", "tỷ lệ", "phần / tổng")
    steps = ("Tiếp nhận hồ sơ", "Thẩm định hồ sơ", "Trả kết quả giải quyết tại Bộ phận Một cửa")
    cells = [Square("UBND Phường 1", step, 0.5, "3") for step in steps]
    return {
        "label": draw(dots(UNITS, words), "", ""),
        "aslant": draw(grid(cells, slanted=True), "", ""),
    }


@pytest.mark.parametrize("name", [*sorted({*NAMES} - {"way"}), "label", "aslant"])
def test_a_narrow_screen_gets_the_chart_drawn_at_its_width_with_letters_of_twelve_pixels(name):
    spec = (figures() | longer_words())[name].spec
    before = json.dumps(spec)
    picture = narrow_svg(spec)
    assert json.dumps(spec) == before
    assert float(re.search(r'<svg [^>]*?width="([\d.]+)"', picture)[1]) <= 358
    sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)', picture)]
    assert min(sizes) >= 12, sizes
    words = set(re.findall(r"<text[^>]*>([^<]+)</text>", svg_of(spec)))
    assert {w for w in words if w in ("24/200", "UBND Phường 1", "2.182 giờ")} <= set(
        re.findall(r"<text[^>]*>([^<]+)</text>", picture)
    )


def test_two_pictures_on_a_page_share_no_identifier():
    ids = [set(re.findall(r'\bid="([^"]+)"', f.svg)) for f in figures().values()]
    assert sum(map(len, ids)) == len(set().union(*ids))


DRAW_AGAIN = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
from test_charts import figures
print(hashlib.sha256("".join(f.svg for f in figures().values()).encode()).hexdigest())
"""


def test_pictures_are_the_same_bytes_in_another_process_zone_and_hash_order():
    here = hashlib.sha256("".join(f.svg for f in figures().values()).encode()).hexdigest()
    again = subprocess.run(
        [sys.executable, "-c", DRAW_AGAIN, str(Path(__file__).parent)],
        env={**os.environ, "TZ": "America/New_York", "PYTHONHASHSEED": "7"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert again.stdout.strip() == here


def test_shape_says_what_colour_says():
    shapes = figures()["units"].spec["layer"][3]["encoding"]["shape"]["scale"]["range"]
    fills = figures()["units"].spec["layer"][3]["encoding"]["fill"]["scale"]["range"]
    assert len({*zip(shapes, fills, strict=True)}) == 4
    assert shapes == ["diamond", "circle", "triangle-down", "circle"]
    assert fills[3] == "#ffffff", "few dossiers are hollow"


def test_an_interval_of_few_dossiers_does_not_widen_the_plot():
    spec = figures()["units"].spec
    layer = spec["layer"][2]
    upper = layer["encoding"]["x"]["scale"]["domain"][1]
    assert upper == pytest.approx(50 * 1.06)
    assert max(row["upper"] for row in spec["datasets"][layer["data"]["name"]]) == upper


def test_a_name_with_quotes_and_markup_stays_a_name():
    name = """<script>alert("1")</script>'\\"""
    drawn = draw(dots([Dot(name, 1, 0, 2, "1/1", "few", marked=True)], RATE), "c", name).svg
    assert "<script" not in drawn
    assert "&lt;script&gt;" in drawn


def test_axis_numbers_follow_the_language():
    half = [Bar("a", 0.75, "")]
    with use_language("vi"):
        vietnamese = draw(bars(half, "giờ"), "c", "d").svg
    with use_language("en"):
        english = draw(bars(half, "hours"), "c", "d").svg
    assert ">0,2<" in vietnamese
    assert ">0.2<" in english


def test_the_shipped_font_has_every_vietnamese_letter_and_its_licence_beside_it():
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text(encoding="utf-8")
    for weight in ("Regular", "Bold"):
        assert (FONTS / f"NotoSans-{weight}.ttf").stat().st_size < 60_000
        assert (FONTS / f"NotoSans-{weight}.woff2").read_bytes()[:4] == b"wOF2"


def test_a_chart_of_the_analysts_own_draws_in_house_style():
    import altair as alt

    own = alt.Chart(alt.InlineData(values=[{"a": 1}])).mark_bar().encode(x="a:Q")
    data = own._repr_mimebundle_()
    bundle = data[0] if isinstance(data, tuple) else data
    assert "image/svg+xml" in bundle
    assert bundle[LAB_MIME]["config"]["font"] == "Noto Sans"


def test_a_picture_is_the_same_however_many_were_drawn_before():
    clipped = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "data": {"values": [{"x": 1, "y": 2}, {"x": 2, "y": 3}]},
        "mark": {"type": "line", "clip": True},
        "encoding": {"x": {"field": "x"}, "y": {"field": "y"}},
    }
    first, second = svg_of(clipped), svg_of(clipped)
    assert "clip-path" in first
    assert first == second


def test_the_last_digit_of_a_processor_names_no_rows_of_a_chart():
    """Altair names the rows of a chart by their digest, which stands in executed notebooks."""

    def spec(ratio: float) -> dict[str, object]:
        spot = FunnelPoint("a", 3.0, ratio, 0.2, 2.1, apart=False, marked=False)
        return draw(funnel([spot], "x", "y"), "caption", "description").spec

    assert 0.1 + 0.2 != 0.3
    assert spec(0.1 + 0.2) == spec(0.3)
