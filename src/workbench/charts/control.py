"""A rate month by month between the limits that a person's baseline leaves to chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from workbench.charts.style import BLUE, GREY, INK, PALE, RUST, WIDTH, choose, inline_data


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
    limits = [
        base.mark_line(color=GREY, strokeDash=[4, 3], strokeWidth=1.2, interpolate="step").encode(
            y=alt.Y(f"{side}:Q", **y)
        )
        for side in ("lower", "upper")
    ]
    centre = base.mark_line(color=INK, strokeWidth=1.0).encode(y=alt.Y("centre:Q", **y))
    line = base.mark_line(color=BLUE, strokeWidth=1.8).encode(y=alt.Y("value:Q", **y))
    marks = base.mark_point(filled=True, opacity=1).encode(
        y=alt.Y("value:Q", **y),
        fill=choose(alt.FillValue, "datum.called", RUST, BLUE),
        shape=choose(alt.ShapeValue, "datum.called", "diamond", "circle"),
        size=choose(alt.SizeValue, "datum.called", 110, 45),
    )
    layers = [baseline, *limits, centre, line, marks]
    if change:
        layers.append(
            alt.Chart(inline_data([{"name": change}]))
            .mark_rule(color=RUST, strokeDash=[6, 3], strokeWidth=1.4)
            .encode(x=alt.X("name:O", sort=None))
        )
    return alt.layer(*layers).properties(width=WIDTH + 150, height=210)
