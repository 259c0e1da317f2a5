"""Amounts from zero with the range they lie in: dossiers saved, risks of open dossiers.

A pale bar reaches the value, a line its range; nothing is compared with a reference here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from workbench.charts.style import BLUE, MUTED, PALE, WIDTH, inline_data, row_height

_NOTES = 90


@dataclass(frozen=True)
class Range:
    """One amount, its range, and what stands beside it."""

    name: str
    value: float
    lower: float
    upper: float
    note: str


def ranges(rows: Sequence[Range], axis: str, note: str) -> Any:
    """Draw one row per amount in the order given, from zero; names must be unique."""
    values = [
        {"name": r.name, "value": r.value, "lower": r.lower, "upper": r.upper, "note": r.note}
        for r in rows
    ]
    reach = max([1.0, *(r.upper for r in rows)]) * 1.05
    x = {
        "scale": alt.Scale(domain=[0, reach], nice=False),
        "axis": alt.Axis(title=axis, tickCount=6, format=",.1~f", grid=True),
    }
    base = alt.Chart(inline_data(values)).encode(
        y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=330))
    )
    amounts = base.mark_bar(height=11, color=PALE).encode(x=alt.X("value:Q", **x))
    spans = base.mark_rule(strokeWidth=2, color=BLUE).encode(
        x=alt.X("lower:Q", **x), x2=alt.X2("upper:Q")
    )
    marks = base.mark_point(filled=True, size=46, color=BLUE, opacity=1).encode(
        x=alt.X("value:Q", **x)
    )
    notes = base.mark_text(align="right", color=MUTED).encode(
        x=alt.XValue(WIDTH + _NOTES), text=alt.Text("note:N")
    )
    head = (
        alt.Chart(inline_data([{}]))
        .mark_text(align="right", baseline="bottom", color=MUTED)
        .encode(x=alt.XValue(WIDTH + _NOTES), y=alt.YValue(-5), text=alt.TextValue(note))
    )
    return alt.layer(amounts, spans, marks, notes, head).properties(
        width=WIDTH, height=alt.Step(row_height(len(rows)))
    )
