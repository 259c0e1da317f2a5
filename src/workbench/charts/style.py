"""How every chart looks and how it reaches the reader: theme, font, locale, MIME bundle, SVG.

Importing this module sets the house theme and a renderer that draws without a network: Vega-Lite
5 JSON for JupyterLab 4 (which has no newer Vega-Lite), SVG for pages and previews, a sentence for
terminals. Labels are strings made in Python, so a picture never depends on the machine's zone.
It draws what it is given and computes no statistic.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert
from altair.utils import schemapi

from workbench.core.characters import plain_values
from workbench.core.numerals import MINUS
from workbench.messages import language

FONTS = Path(__file__).parents[1] / "assets" / "fonts"
FONT = "Noto Sans"
VEGA_LITE = "6.4"
LAB_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
LAB_MIME = "application/vnd.vegalite.v5+json"

INK, MUTED, RULE, PAPER = "#1f2933", "#5d6975", "#dde2e7", "#ffffff"
BLUE, TEAL, RUST, GREY = "#12436d", "#1e7f77", "#b4410e", "#8b96a1"
PALE = "#b9cbdb"

WIDTH = 440
PICTURES = 256
"""Pictures that are kept, some ten megabytes: the lab and pages of many units show some again."""

_ENGLISH_ROLES = re.compile(r' (?:role="graphics-[a-z]+"|aria-roledescription="[^"]*")')

vl_convert.register_font_directory(str(FONTS))


def row_height(rows: int) -> int:
    """Return the height of a row in pixels: a chart of one or two rows is still a picture.

    >>> row_height(0), row_height(1), row_height(2), row_height(9)
    (66, 66, 33, 22)
    """
    return max(22, 66 // max(rows, 1))


def theme() -> dict[str, Any]:
    """Return the house configuration of Vega-Lite: quiet axes, local numbers, no frame."""
    axis = {
        "labelColor": INK,
        "titleColor": MUTED,
        "titleFontWeight": "normal",
        "titleFontSize": 12,
        "labelFontSize": 12,
        "labelLimit": 230,
        "domain": False,
        "ticks": False,
        "labelPadding": 6,
        "titlePadding": 8,
        "gridColor": RULE,
    }
    return {
        "config": {
            "aria": False,
            "background": PAPER,
            "font": FONT,
            "view": {"stroke": None, "continuousWidth": WIDTH},
            "axis": axis,
            "axisY": {"grid": False, "labelPadding": 10},
            "text": {"color": INK, "fontSize": 12},
            "legend": {
                "orient": "top",
                "direction": "horizontal",
                "title": None,
                "labelFontSize": 12,
                "labelColor": INK,
                "labelLimit": 320,
                "symbolSize": 80,
                "symbolOpacity": 1,
                "columnPadding": 16,
                "offset": 8,
            },
            "header": {"labelFontSize": 12, "labelColor": INK},
            "locale": _locale(),
        }
    }


def _locale() -> dict[str, Any]:
    """Return number and date words of the current language, for axes and tooltips."""
    if language() == "en":
        return {}
    number = {
        "decimal": ",",
        "thousands": ".",
        "grouping": [3],
        "currency": ["", " ₫"],
        "minus": MINUS,
    }
    return {"number": number, "time": vl_convert.get_time_format_locale("vi-VN")}


def lab_bundle(spec: dict[str, Any]) -> dict[str, Any]:
    """Return one chart as JupyterLab, pages and terminals each can show it, without a network."""
    spec = plain_values(spec)
    return {
        LAB_MIME: {**spec, "$schema": LAB_SCHEMA},
        "image/svg+xml": svg_of(spec),
        "text/plain": spec.get("description", "chart"),
    }


def svg_of(spec: dict[str, Any], vega_lite: str = VEGA_LITE) -> str:
    """Draw a Vega-Lite specification as SVG; same specification, same bytes.

    XML allows hardly any control character, and one stops the renderer: none gets there.

    Identifiers inside the picture get a prefix of their own, so that two pictures on one page
    never share a clip path; the picture's own description replaces Vega's English roles.
    """
    return _drawn(json.dumps(plain_values(spec)), vega_lite)


@lru_cache(maxsize=PICTURES)
def _drawn(spec_text: str, vega_lite: str) -> str:
    """Draw the text of a specification; drawing takes a twentieth of a second."""
    spec = json.loads(spec_text)
    picture = _with_own_numbers(
        str(vl_convert.vegalite_to_svg(spec, vl_version=vega_lite, allowed_base_urls=[]))
    )
    prefix = f"f{sha256(picture.encode()).hexdigest()[:8]}-"
    picture = _ENGLISH_ROLES.sub("", picture)
    picture = re.sub(r'\bid="', f'id="{prefix}', picture)
    picture = re.sub(r"url\(#", f"url(#{prefix}", picture)
    label = escape(str(spec.get("description", "")), quote=True)
    return picture.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)


def png_of(svg: str) -> bytes:
    """Return a picture as pixels, fine enough for print, for formats that take no SVG."""
    return bytes(vl_convert.svg_to_png(svg, scale=2))


def _with_own_numbers(svg: str) -> str:
    """Number identifiers such as «clip7» from 1: the renderer counts on through a process.

    >>> _with_own_numbers('<clipPath id="clip7"/><g clip-path="url(#clip7)"/>')
    '<clipPath id="clip1"/><g clip-path="url(#clip1)"/>'
    """
    names: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for name, letters in re.findall(r'\bid="(([^"]*?)\d+)"', svg):
        if name not in names:
            counts[letters] += 1
            names[name] = f"{letters}{counts[letters]}"

    def numbered(match: re.Match[str]) -> str:
        return match[1] + names.get(match[2], match[2])

    return re.sub(r'(\bid="|url\(#)([^")]+)', numbered, svg)


@dataclass(frozen=True)
class Figure:
    """One chart with its caption and a description for those who cannot see it.

    Shown in a notebook it is interactive; in a page it is the same picture as SVG. ``chart`` is
    the Altair chart to build upon, ``spec`` the finished specification in the language it was
    made in.
    """

    chart: Any
    spec: dict[str, Any]
    caption: str

    @property
    def svg(self) -> str:
        """The picture as SVG text."""
        return svg_of(self.spec)

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return lab_bundle(self.spec), {"caption": self.caption}


def draw(chart: Any, caption: str, description: str) -> Figure:
    """Finish a chart: house theme in the current language, caption and description."""
    described = chart.properties(description=description)
    spec = described.to_dict(validate=schemapi.DEBUG_MODE)
    return Figure(described, _rounded(spec), caption)


@contextmanager
def unchecked_charts() -> Iterator[None]:
    """Let Altair draw without checking every part of a chart against its schema as it is made.

    The check costs as much as the drawing, and finds only what is wrong with the code of a chart:
    tests and the lab have it, the pages of an unattended run do not need it.
    """
    with schemapi.debug_mode(False):
        yield


def inline_data(rows: Iterable[Mapping[str, Any]]) -> alt.InlineData:
    """Return the rows of a chart; a tuple, which Altair need not copy at every step of a chart.

    Numbers are rounded already here: Altair names the rows of a chart by a digest of them. A single
    row without columns stays a list, which Altair calls «empty».
    """
    values = tuple(_rounded(dict(row)) for row in rows)
    return alt.InlineData(values=values if any(values) else list(values))


def choose(channel: Any, test: str, yes: Any, no: Any) -> Any:
    """Return a channel with one value where an expression about a row is true and another else.

    Altair's own ``condition`` is a plain dictionary, whose class Altair seeks among all of its own.

    >>> choose(alt.SizeValue, "datum.few", 10, 20).to_dict()
    {'condition': {'test': 'datum.few', 'value': 10}, 'value': 20}
    """
    return channel(no, condition={"test": test, "value": yes})


def _rounded(part: Any) -> Any:
    """Round every number of a specification, so that no last digit of a processor moves a line."""
    if isinstance(part, dict):
        return {key: _rounded(value) for key, value in part.items()}
    if isinstance(part, list | tuple):
        return [_rounded(value) for value in part]
    return float(f"{part:.9g}") + 0.0 if isinstance(part, float) else part


alt.theme.register("workbench", enable=True)(theme)
alt.renderers.register("workbench", lab_bundle)
alt.renderers.enable("workbench")
