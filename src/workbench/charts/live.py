"""A chart for a front end: values on hovering, marks that can be clicked, periods to brush.

The script that draws it carries Vega with it, so that nothing is fetched.
"""

from __future__ import annotations

import os
import re
from copy import deepcopy
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import vl_convert

from workbench.charts.style import FONT, VEGA_LITE, Figure
from workbench.core.numerals import decimal
from workbench.messages import say

_SCRIPT = Path(__file__).parents[1] / "assets" / "lab" / "chart.js"
_DISTRIBUTION = "vl-convert-python"
_MARKS = ("point", "bar", "rect", "circle", "area")
_SHOWN = ("name", "row", "column", "part", "group", "value", "interval", "note", "label")
"""Columns of the rows of charts in the order in which a mark shows them."""
_DECIMALS = ".4~g"
_FRACTION = re.compile(r"[\d.,]+/[\d.,]+")


@cache
def chart_script(folder: Path | None = None) -> str:
    """Return the script of live charts as one module.

    Args:
        folder: Where it is kept for other processes: to bundle it takes two seconds.
    """
    script = _SCRIPT.read_text(encoding="utf-8")
    if folder is None:
        return str(vl_convert.javascript_bundle(script, vl_version=VEGA_LITE))
    digest = sha256(f"{version(_DISTRIBUTION)} {VEGA_LITE} {script}".encode()).hexdigest()
    file = folder / f"chart-{digest[:12]}.js"
    if not file.is_file():
        fresh = file.with_suffix(f".{os.getpid()}")
        fresh.write_text(chart_script(), encoding="utf-8", newline="\n")
        fresh.replace(file)
    return file.read_text(encoding="utf-8")


def live_spec(figure: Figure, *, brushed: bool) -> dict[str, Any]:
    """Return the specification of a chart whose marks say their values.

    Args:
        figure: The chart.
        brushed: Whether a run of neighbouring names along the x axis can be chosen.
    """
    spec = deepcopy(figure.spec)
    spec["config"] = {**spec.get("config", {}), "font": f"{FONT}, sans-serif"}
    rows = spec.get("datasets", {})
    for values in rows.values():
        for row in values:
            if "lower" in row and "upper" in row:
                row["interval"] = f"{decimal(row['lower'])} – {decimal(row['upper'])}"
    layers = spec.get("layer", [spec])
    for layer in layers:
        data = rows.get(layer.get("data", spec.get("data", {})).get("name"), [])
        if data and _kind(layer) in _MARKS:
            layer.setdefault("encoding", {})["tooltip"] = _tooltip(data[0])
    if brushed:
        points = [layer for layer in layers if _kind(layer) == "point"]
        for layer in points[:1]:
            select = {"type": "interval", "encodings": ["x"]}
            layer["params"] = [*layer.get("params", []), {"name": "brush", "select": select}]
    return spec


def _kind(layer: dict[str, Any]) -> str:
    mark = layer.get("mark", "")
    return str(mark.get("type", "") if isinstance(mark, dict) else mark)


def _tooltip(row: dict[str, Any]) -> list[dict[str, str]]:
    """Return what a mark says on hovering, by the columns of its row."""
    return [
        {"field": name, "title": _title(name, row[name]), **_type(row[name])}
        for name in _SHOWN
        if name in row
    ]


def _title(name: str, value: object) -> str:
    """Return the words before a value; a note that is a fraction says what its numbers are."""
    is_fraction = name == "note" and _FRACTION.fullmatch(str(value))
    return say(f"charts.hover_{'fraction' if is_fraction else name}")


def _type(value: object) -> dict[str, str]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {"type": "quantitative", "format": _DECIMALS}
    return {"type": "nominal"}
