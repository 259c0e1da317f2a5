"""Rates with their uncertainty: units side by side, changes, and the course over months.

A dot is an estimate, the line through it its 95 % interval, the upright line what it is compared
with. Shape says what colour says. A unit with few dossiers is hollow, whatever its rate.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import altair as alt

from workbench.charts.style import (
    BLUE,
    GREY,
    INK,
    MUTED,
    PALE,
    PAPER,
    RUST,
    TEAL,
    WIDTH,
    choose,
    inline_data,
)
from workbench.messages import say

Standing = Literal["above", "within", "below", "few"]

NOTES = 96
"""Width right of the plot for the denominators, in pixels."""

_LOOK: dict[Standing, tuple[str, str, str]] = {
    "above": ("diamond", RUST, RUST),
    "within": ("circle", BLUE, BLUE),
    "below": ("triangle-down", TEAL, TEAL),
    "few": ("circle", PAPER, GREY),
}


@dataclass(frozen=True)
class Dot:
    """One estimate to draw, in per cent or percentage points; ``note`` is its denominator."""

    name: str
    value: float
    lower: float
    upper: float
    note: str
    standing: Standing
    marked: bool = False


@dataclass(frozen=True)
class Scale:
    """What the dots are measured along: the reference line and the words around the plot."""

    reference: float
    reference_label: str
    axis: str
    note: str
    wording: Literal["rate", "change", "part"] = "rate"


def dots(estimates: Sequence[Dot], scale: Scale) -> Any:
    """Draw one row per estimate, in the order given, against the reference line.

    An interval longer than the plot is cut at its edge; the note keeps the counts readable.
    Names must be unique.
    """
    bounds = _bounds(estimates, scale)
    rows = [_row(dot, bounds, scale) for dot in estimates]
    base = alt.Chart(inline_data(rows)).encode(y=_names(estimates))
    x = {"scale": alt.Scale(domain=list(bounds), nice=False, zero=False), "axis": _axis(scale)}
    spans = base.mark_rule(strokeWidth=2, strokeCap="round").encode(
        x=alt.X("lower:Q", **x),
        x2=alt.X2("upper:Q"),
        opacity=choose(alt.OpacityValue, "datum.few", 0.4, 0.6),
        stroke=_look(alt.Stroke, estimates, scale, 2),
    )
    marks = base.mark_point(size=58, strokeWidth=1.6, opacity=1, filled=True).encode(
        x=alt.X("value:Q", **x),
        shape=_look(alt.Shape, estimates, scale, 0),
        fill=_look(alt.Fill, estimates, scale, 1),
        stroke=_look(alt.Stroke, estimates, scale, 2),
    )
    notes = base.mark_text(align="right", color=MUTED).encode(
        x=alt.XValue(WIDTH + NOTES), text=alt.Text("note:N")
    )
    layers = alt.layer(*_reference(scale, x), spans, marks, notes, _note_title(scale))
    return layers.properties(width=WIDTH, height=alt.Step(20))


def course(months: Sequence[Dot], axis: str) -> Any:
    """Draw a rate month by month: a band for the interval, a line and dots for the rate.

    Months stand in the order given; a hollow dot has few dossiers.
    """
    scale = Scale(0.0, "", axis, "")
    bounds = _bounds(months, scale)
    rows = [_row(dot, bounds, scale) for dot in months]
    base = alt.Chart(inline_data(rows)).encode(
        x=alt.X("name:O", sort=None, title=None, axis=alt.Axis(labelAngle=-45, grid=False))
    )
    y = {
        "scale": alt.Scale(domain=list(bounds), nice=False),
        "axis": alt.Axis(grid=True, format=".1~f", tickCount=5, title=axis),
    }
    band = base.mark_area(color=PALE, opacity=0.5).encode(
        y=alt.Y("lower:Q", **y), y2=alt.Y2("upper:Q")
    )
    line = base.mark_line(color=BLUE, strokeWidth=1.8).encode(y=alt.Y("value:Q", **y))
    marks = base.mark_point(size=42, filled=True, stroke=BLUE, strokeWidth=1.5, opacity=1).encode(
        y=alt.Y("value:Q", **y),
        fill=choose(alt.FillValue, "datum.few", PAPER, BLUE),
    )
    return alt.layer(band, line, marks).properties(width=WIDTH + 150, height=190)


def _bounds(estimates: Sequence[Dot], scale: Scale) -> tuple[float, float]:
    """Return the plot's ends: wide enough for every dot and every well-founded interval."""
    firm = [d for d in estimates if d.standing != "few"]
    high = max([scale.reference, *(d.upper for d in firm), *(d.value for d in estimates)])
    if scale.wording == "rate":
        return 0.0, min(100.0, max(high * 1.06, 5.0))
    low = min([scale.reference, *(d.lower for d in firm), *(d.value for d in estimates)])
    reach = max(abs(low), abs(high), 2.0) * 1.06
    return -reach, reach


def _row(dot: Dot, bounds: tuple[float, float], scale: Scale) -> dict[str, Any]:
    """Return the plain data of one dot, cut to the plot."""
    return {
        "name": dot.name,
        "value": dot.value,
        "lower": max(dot.lower, bounds[0]),
        "upper": min(dot.upper, bounds[1]),
        "note": dot.note,
        "few": dot.standing == "few",
        "standing": _standing(dot.standing, scale),
    }


def _standing(standing: Standing, scale: Scale) -> str:
    """Say how an estimate stands to the reference."""
    return say(f"charts.{scale.wording}_{standing}")


def _names(estimates: Sequence[Dot]) -> alt.Y:
    """Return the axis of names, the marked one in bold."""
    marked = [f"datum.value === {json.dumps(d.name)}" for d in estimates if d.marked]
    weight: Any = {"condition": {"test": " || ".join(marked), "value": "bold"}, "value": "normal"}
    axis = alt.Axis(labelFontWeight=weight) if marked else alt.Axis()
    return alt.Y("name:N", sort=None, title=None, axis=axis)


def _axis(scale: Scale) -> alt.Axis:
    """Return the axis of values."""
    return alt.Axis(
        title=scale.axis,
        grid=True,
        tickCount=6,
        format=".1~f" if scale.wording == "rate" else "+.1~f",
    )


def _look(channel: Any, estimates: Sequence[Dot], scale: Scale, part: int) -> Any:
    """Return a shape or colour channel that says how an estimate stands to the reference."""
    present = [s for s in _LOOK if any(d.standing == s for d in estimates)]
    return channel(
        "standing:N",
        scale=alt.Scale(
            domain=[_standing(s, scale) for s in present],
            range=[_LOOK[s][part] for s in present],
        ),
        legend=alt.Legend(title=None, offset=22),
    )


def _reference(scale: Scale, x: dict[str, Any]) -> tuple[Any, Any]:
    """Return the upright line of comparison and its label above the plot."""
    base = alt.Chart(inline_data([{"at": scale.reference}])).encode(x=alt.X("at:Q", **x))
    line = base.mark_rule(color=INK, strokeWidth=1.2, strokeDash=[5, 3])
    label = base.mark_text(baseline="bottom", color=INK).encode(
        y=alt.YValue(-5), text=alt.TextValue(scale.reference_label)
    )
    return line, label


def _note_title(scale: Scale) -> Any:
    """Return the heading of the column of denominators beside the plot."""
    return (
        alt.Chart(inline_data([{}]))
        .mark_text(align="right", baseline="bottom", color=MUTED)
        .encode(x=alt.XValue(WIDTH + NOTES), y=alt.YValue(-5), text=alt.TextValue(scale.note))
    )
