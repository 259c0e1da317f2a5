"""Units in a funnel: the fewer dossiers, the wider the limits chance alone would keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from workbench.charts.style import BLUE, GREY, INK, MUTED, RUST, WIDTH, choose, inline_data


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
    limits = [
        base.mark_line(color=GREY, strokeDash=[4, 3], strokeWidth=1.4, clip=True).encode(
            y=alt.Y(f"{side}:Q", **y)
        )
        for side in ("lower", "upper")
    ]
    level = (
        alt.Chart(inline_data([{"at": 1.0}]))
        .mark_rule(color=INK, strokeWidth=1.1)
        .encode(y=alt.Y("at:Q", **y))
    )
    marks = base.mark_point(filled=True, opacity=1, stroke="white", strokeWidth=0.6).encode(
        y=alt.Y("ratio:Q", **y),
        fill=choose(alt.FillValue, "datum.apart", RUST, BLUE),
        shape=choose(alt.ShapeValue, "datum.apart", "diamond", "circle"),
        size=choose(alt.SizeValue, "datum.apart", 95, 55),
    )
    names = base.mark_text(align="left", dx=8, color=MUTED, fontSize=11).encode(
        y=alt.Y("ratio:Q", **y), text=alt.Text("name:N")
    )
    return alt.layer(*limits, level, marks, names).properties(width=WIDTH + 150, height=260)
