"""The same chart for a narrow screen: drawn anew at its width, not scaled down.

Names of rows stand above their rows and notes at the right end of that line, so that the plot has
the whole width and no letter is smaller than on a wide page.
"""

from __future__ import annotations

import math
import re
from copy import deepcopy
from typing import Any

from workbench.charts.style import svg_of

SCREEN = 358
"""Pixels between the margins of a telephone's page: a wider picture would be scaled down."""
PLOT = 322
"""Width of the plot in pixels; what stands out beside it has the rest."""
_LEAST = 160
"""Width below which no plot is drawn, whatever stands out beside it."""
_LINE, _SMALLEST, _NOTES = 17, 12, 84
_AXIS, _SLANTED = 46, 90
"""Pixels of the plot's width that numbers beside it and headings aslant above it take."""
_TALL = 26
"""Height of a bar that fills its row: its name needs more space."""


def narrow_svg(spec: dict[str, Any]) -> str:
    """Draw a finished specification for a narrow screen.

    How far numbers and legends stand out beside a plot shows in the picture only: where it is
    wider than the screen, it is drawn again, with a plot smaller by as much, until it fits.

    A timeline, whose rows share a fixed height, stays as it is.
    """
    plot = PLOT
    picture = _picture(spec, plot)
    while (excess := math.ceil(_width(picture) - SCREEN)) > 0 and plot - excess > _LEAST:
        plot -= excess
        picture = _picture(spec, plot)
    return picture


def _width(picture: str) -> float:
    size = re.search(r'<svg [^>]*?\bwidth="([\d.]+)"', picture)
    return float(size[1]) if size else 0.0


def _picture(spec: dict[str, Any], plot: int) -> str:
    chart = deepcopy(spec)
    views = _views(chart)
    if any(isinstance(v.get("height"), int) and any(map(_has_rows, _layers(v))) for v in views):
        return svg_of(chart)
    for view in views:
        _narrow(view, plot)
    legend = chart.setdefault("config", {}).setdefault("legend", {})
    legend |= {"direction": "vertical", "columns": 1, "labelLimit": plot - 30, "offset": 26}
    return svg_of(chart)


def _views(chart: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the plots of a chart, where several stand beside or below each other."""
    parts = [part for key in ("hconcat", "vconcat", "concat") for part in chart.get(key, ())]
    return [view for part in parts for view in _views(part)] or [chart]


def _narrow(view: dict[str, Any], plot: int) -> None:
    layers = _layers(view)
    rows = [layer for layer in layers if _has_rows(layer)]
    if not rows:
        view["width"] = plot - _AXIS
        for layer in layers:
            _enlarge(layer)
        return
    is_aslant = any(_angle(layer) for layer in layers)
    view["width"] = plot - _SLANTED if is_aslant else plot
    lift = _space_rows(view, layers)
    for layer in layers:
        _enlarge(layer)
        _move_texts(layer, lift, plot)
        if _has_rows(layer):
            _lift_names(layer["encoding"]["y"], lift, plot)


def _layers(chart: dict[str, Any]) -> list[dict[str, Any]]:
    parts = chart.get("layer", ())
    itself = [chart] if "encoding" in chart or not parts else []
    return [*itself, *(layer for part in parts for layer in _layers(part))]


def _has_rows(layer: dict[str, Any]) -> bool:
    y = layer.get("encoding", {}).get("y", {})
    return y.get("type") in ("nominal", "ordinal")


def _angle(layer: dict[str, Any]) -> float:
    axis = layer.get("encoding", {}).get("x", {}).get("axis")
    return float(axis.get("labelAngle", 0)) if isinstance(axis, dict) else 0.0


def _kind(layer: dict[str, Any]) -> tuple[str, float]:
    mark = layer.get("mark")
    if isinstance(mark, dict):
        return str(mark.get("type")), float(mark.get("height", 0))
    return str(mark), 0.0


def _space_rows(view: dict[str, Any], layers: list[dict[str, Any]]) -> int:
    """Leave space for a line above every row; return by how much a name stands above its middle."""
    kinds = [_kind(layer) for layer in layers]
    height = view.get("height")
    step = height if isinstance(height, dict) else {}
    if step.get("for"):
        _pad(layers, 0.5)
        return 2 * int(step["step"]) - 6
    if any(kind == "rect" for kind, _ in kinds):
        row_step = step["step"] + _LINE + 3
        _pad(layers, 1 - step["step"] / row_step, outer=0.25)
        step["step"] = row_step
        return int(row_step / 2)
    tall = max((size for _, size in kinds), default=0) >= _TALL
    if step:
        step["step"] += _LINE + (8 if tall else 0)
    return _LINE + 5 if tall else _LINE


def _pad(layers: list[dict[str, Any]], inner: float, outer: float = 0.0) -> None:
    for layer in layers:
        if _has_rows(layer):
            scale = layer["encoding"]["y"].setdefault("scale", {})
            scale |= {"paddingInner": round(inner, 3), "paddingOuter": outer}


def _enlarge(layer: dict[str, Any]) -> None:
    mark = layer.get("mark")
    if isinstance(mark, dict) and mark.get("type") == "text":
        mark["fontSize"] = max(mark.get("fontSize", _SMALLEST), _SMALLEST)


def _move_texts(layer: dict[str, Any], lift: int, plot: int) -> None:
    """Set notes at the right end of the line of names, and words above the plot above that line."""
    mark, encoding = layer.get("mark"), layer.get("encoding", {})
    if not isinstance(mark, dict):
        return
    for channel in ("fill", "shape", "stroke"):
        legend = encoding.get(channel, {}).get("legend")
        if isinstance(legend, dict) and "offset" in legend:
            legend["offset"] += _LINE
    if mark.get("type") != "text":
        return
    is_note = encoding.get("text", {}).get("field") == "note"
    if is_note or encoding.get("x", {}).get("value", 0) > PLOT:
        encoding["x"] = {"value": plot}
        mark |= {"align": "right", "dx": 0}
        if _has_rows(layer):
            mark["dy"] = -lift
    if encoding.get("y", {}).get("value", 0) < 0:
        encoding["y"] = {"value": encoding["y"]["value"] - _LINE + 6}


def _lift_names(y: dict[str, Any], lift: int, plot: int) -> None:
    """Set the names of rows above their rows, from the left edge of the plot."""
    axis = y.get("axis")
    y["axis"] = {
        **(axis if isinstance(axis, dict) else {}),
        "labelAlign": "left",
        "labelPadding": 0,
        "labelOffset": -lift,
        "labelLimit": plot - _NOTES,
    }
