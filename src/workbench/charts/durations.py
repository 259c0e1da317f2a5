"""Where working time went: bars per kind of segment and per step.

Dark and filled is late, pale and outlined is the others; lengths are hours of working time, and
every bar carries its number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from workbench.charts.style import (
    BLUE,
    INK,
    MUTED,
    PALE,
    PAPER,
    WIDTH,
    choose,
    inline_data,
    row_height,
)
from workbench.core import numerals
from workbench.messages import say


@dataclass(frozen=True)
class Pair:
    """One row with the hours of late dossiers and of the others; a missing side is ``None``."""

    name: str
    late: float | None
    others: float | None


@dataclass(frozen=True)
class Bar:
    """One row with its length in hours, and what stands at its end."""

    name: str
    value: float
    note: str


def paired_bars(pairs: Sequence[Pair], axis: str) -> Any:
    """Draw two bars per row, late above others, each with its number; rows in the order given."""
    late, others = say("charts.late_dossiers"), say("charts.other_dossiers")
    rows = [
        {"name": p.name, "group": group, "value": value, "label": label}
        for p in pairs
        for group, value in ((late, p.late), (others, p.others))
        for label in (_hours(value),)
        if value is not None
    ]
    x = alt.X("value:Q", title=axis, axis=alt.Axis(tickCount=6, format=".1~f"))
    base = alt.Chart(inline_data(rows)).encode(
        y=alt.Y("name:N", sort=None, title=None, scale=alt.Scale(paddingInner=0.35)),
        yOffset=alt.YOffset("group:N", sort=[late, others]),
        x=x,
    )
    sides = base.mark_bar(strokeWidth=1).encode(
        fill=alt.Fill("group:N", title=None, scale=_two(late, others, BLUE, PALE)),
        stroke=alt.Stroke("group:N", title=None, scale=_two(late, others, BLUE, BLUE)),
    )
    numbers = base.mark_text(align="left", dx=5, fontSize=11, color=MUTED).encode(
        text=alt.Text("label:N")
    )
    return (sides + numbers).properties(width=WIDTH + 60, height=alt.Step(14, **{"for": "offset"}))


def bars(rows: Sequence[Bar], axis: str) -> Any:
    """Draw one bar per row with its note at the end; rows in the order given."""
    values = [{"name": r.name, "value": r.value, "note": r.note} for r in rows]
    base = alt.Chart(inline_data(values)).encode(
        y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=300)),
        x=alt.X("value:Q", title=axis, axis=alt.Axis(tickCount=6, format=",.1~f")),
    )
    notes = base.mark_text(align="left", dx=6, color=MUTED).encode(text=alt.Text("note:N"))
    layers = base.mark_bar(height=12, color=BLUE) + notes
    return layers.properties(width=WIDTH + 20, height=alt.Step(row_height(len(rows))))


def shares(rows: Sequence[tuple[str, str, float, str]], order: Sequence[str], axis: str) -> Any:
    """Draw one full-width bar per row, cut into parts that are labelled where they are wide enough.

    Args:
        rows: (row name, part name, per cent, label), rows and parts in the order to show.
        order: Part names from left to right; three at most, dark to pale.
        axis: Title of the axis.
    """
    values = [
        {"row": r, "part": part, "value": value, "label": label, "order": order.index(part)}
        for r, part, value, label in rows
    ]
    base = alt.Chart(inline_data(values)).encode(
        y=alt.Y("row:N", sort=None, title=None),
        x=alt.X(
            "value:Q",
            stack="zero",
            scale=alt.Scale(domain=[0, 100]),
            axis=alt.Axis(title=axis, tickCount=5, format=".0f", grid=False),
        ),
        order=alt.Order("order:Q"),
    )
    ramp = alt.Scale(domain=list(order), range=[PALE, "#6f93b3", BLUE][: len(order)])
    bars = base.mark_bar(height=26, stroke=PAPER, strokeWidth=2).encode(
        fill=alt.Fill("part:N", title=None, scale=ramp)
    )
    middle = (alt.datum.value >= 7) & (alt.datum.order < len(order) - 1)
    inside = (
        base.transform_filter(middle)
        .mark_text()
        .encode(
            x=alt.X("value:Q", stack="zero", bandPosition=0.5),
            text=alt.Text("label:N"),
            color=choose(alt.ColorValue, "datum.order == 0", INK, PAPER),
        )
    )
    ends = [v for v in values if v["order"] == len(order) - 1]
    last = (
        alt.Chart(inline_data(ends))
        .mark_text(align="left", fontWeight="bold")
        .encode(
            y=alt.Y("row:N", sort=None, title=None),
            x=alt.XValue(WIDTH + 68),
            text=alt.Text("label:N"),
        )
    )
    return (bars + inside + last).properties(width=WIDTH + 60, height=alt.Step(38))


def _two(first: str, second: str, for_first: str, for_second: str) -> alt.Scale:
    """Return a scale that gives each of two groups its look."""
    return alt.Scale(domain=[first, second], range=[for_first, for_second])


def _hours(value: float | None) -> str:
    """Write hours that are already hours."""
    return numerals.decimal(value)
