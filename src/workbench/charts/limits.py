"""Points between the limits that chance alone would keep: months of a rate, units in a funnel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from workbench.charts.style import BLUE, GREY, INK, MUTED, PALE, RUST, WIDTH, choose, inline_data


@dataclass(frozen=True)
class Point:
    """One month in per cent: value (missing without dossiers), centre, limits, called out."""

    name: str
    value: float | None
    centre: float
    lower: float
    upper: float
    called: bool
    in_baseline: bool


def control(points: Sequence[Point], axis: str, change: str = "") -> Any:
    """Draw the course between its limits; a called month is a diamond, the baseline is pale.

    ``change`` names the month from which the level is another, where one was found.
    """
    rows = [
        {
            "name": p.name,
            "value": p.value,
            "centre": p.centre,
            "lower": p.lower,
            "upper": p.upper,
            "called": p.called,
            "base": p.in_baseline,
        }
        for p in points
    ]
    top = max(5.0, *(max(p.upper, p.value or 0.0) for p in points)) * 1.08
    y = {
        "scale": alt.Scale(domain=[0, top], nice=False, clamp=True),
        "axis": alt.Axis(grid=True, format=".1~f", tickCount=5, title=axis),
    }
    base = alt.Chart(inline_data(rows)).encode(
        x=alt.X("name:O", sort=None, title=None, axis=alt.Axis(labelAngle=-45, grid=False))
    )
    baseline = (
        base.transform_filter("datum.base")
        .mark_bar(color=PALE, opacity=0.25, width=alt.RelativeBandSize(1))
        .encode(y=alt.YValue(0), y2=alt.Y2Value("height"))
    )
    limits = _limits(base, y, 1.2, interpolate="step")
    centre = base.mark_line(color=INK, strokeWidth=1.0).encode(y=alt.Y("centre:Q", **y))
    line = base.mark_line(color=BLUE, strokeWidth=1.8).encode(y=alt.Y("value:Q", **y))
    marks = base.mark_point(filled=True, opacity=1).encode(
        y=alt.Y("value:Q", **y), **_set_off("datum.called", (110, 45))
    )
    layers = [baseline, *limits, centre, line, marks]
    if change:
        layers.append(
            alt.Chart(inline_data([{"name": change}]))
            .mark_rule(color=RUST, strokeDash=[6, 3], strokeWidth=1.4)
            .encode(x=alt.X("name:O", sort=None))
        )
    return alt.layer(*layers).properties(width=WIDTH + 150, height=210)


@dataclass(frozen=True)
class FunnelPoint:
    """One unit: late dossiers expected of its mix, late over expected, and the limits there."""

    name: str
    expected: float
    ratio: float
    lower: float
    upper: float
    apart: bool
    marked: bool = False


def funnel(spots: Sequence[FunnelPoint], expected_axis: str, ratio_axis: str) -> Any:
    """Draw late over expected against the number expected, between the funnel's limits.

    Units apart and the reader's own are named; the others are dots. The expected number runs on
    a logarithmic axis, so that small units do not crowd.
    """
    rows = [
        {
            "name": s.name if s.apart or s.marked else "",
            "expected": s.expected,
            "ratio": s.ratio,
            "lower": s.lower,
            "upper": s.upper,
            "apart": s.apart,
        }
        for s in sorted(spots, key=lambda spot: spot.expected)
    ]
    least, most = min(s.expected for s in spots), max(s.expected for s in spots)
    top = max([2.0, *(s.ratio for s in spots)]) * 1.15
    base = alt.Chart(inline_data(rows)).encode(
        x=alt.X(
            "expected:Q",
            scale=alt.Scale(type="log", domain=[least * 0.8, most * 1.6], nice=False),
            axis=alt.Axis(title=expected_axis, format=",.1~f", tickCount=6, grid=False),
        )
    )
    y = {
        "scale": alt.Scale(domain=[0, top], clamp=True, nice=False),
        "axis": alt.Axis(title=ratio_axis, format=",.1~f", tickCount=6, grid=True),
    }
    limits = _limits(base, y, 1.4, clip=True)
    level = (
        alt.Chart(inline_data([{"at": 1.0}]))
        .mark_rule(color=INK, strokeWidth=1.1)
        .encode(y=alt.Y("at:Q", **y))
    )
    marks = base.mark_point(filled=True, opacity=1, stroke="white", strokeWidth=0.6).encode(
        y=alt.Y("ratio:Q", **y), **_set_off("datum.apart", (95, 55))
    )
    names = base.mark_text(align="left", dx=8, color=MUTED, fontSize=11).encode(
        y=alt.Y("ratio:Q", **y), text=alt.Text("name:N")
    )
    return alt.layer(*limits, level, marks, names).properties(width=WIDTH + 150, height=260)


def _limits(base: alt.Chart, y: Mapping[str, Any], width: float, **how: Any) -> list[alt.Chart]:
    """Return the lower and the upper limit as dashed lines."""
    dashed = base.mark_line(color=GREY, strokeDash=[4, 3], strokeWidth=width, **how)
    return [dashed.encode(y=alt.Y(f"{side}:Q", **y)) for side in ("lower", "upper")]


def _set_off(flag: str, sizes: tuple[int, int]) -> dict[str, Any]:
    """Return how a point outside the limits differs from others: a red diamond, and larger."""
    return {
        "fill": choose(alt.FillValue, flag, RUST, BLUE),
        "shape": choose(alt.ShapeValue, flag, "diamond", "circle"),
        "size": choose(alt.SizeValue, flag, *sizes),
    }
