"""What moves through time: each transfer from leaving to arriving, and the work in progress.

Days count from the first one shown and are labelled with strings made by the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from workbench.charts.style import BLUE, INK, MUTED, PALE, RULE, RUST, WIDTH, inline_data
from workbench.messages import say

PANEL = 92
"""Height of one transfer's panel in pixels."""


@dataclass(frozen=True)
class TransferLine:
    """One dossier on one transfer: when it left and when it arrived, in days."""

    transfer: str
    left: float
    arrived: float
    is_late: bool


Ticks = Sequence[tuple[float, str]]


def spectrum(passages: Sequence[TransferLine], ticks: Ticks) -> Any:
    """Draw a panel per transfer: lines from leaving (top) to arriving (bottom).

    Steep lines are quick; lines that meet below are arrivals in a bunch, crossing ones overtake.
    Late dossiers are drawn over the others.
    """
    transfers = list(dict.fromkeys(p.transfer for p in passages))
    ends = [p.left for p in passages] + [p.arrived for p in passages]
    scale = alt.Scale(domain=[min(ends), max(ends)], nice=False, zero=False)
    panels = [
        _panel(name, [p for p in passages if p.transfer == name], scale, ticks)
        for name in transfers
    ]
    return alt.vconcat(*panels, spacing=26)


def _panel(name: str, passages: Sequence[TransferLine], scale: alt.Scale, ticks: Ticks) -> Any:
    late, other = say("charts.late_dossiers"), say("charts.other_dossiers")
    rows = [
        {"left": p.left, "arrived": p.arrived, "group": late if p.is_late else other}
        for p in sorted(passages, key=lambda p: p.is_late)
    ]
    lines = (
        alt.Chart(inline_data(rows))
        .mark_rule(strokeWidth=0.8, opacity=0.65)
        .encode(
            x=alt.X("left:Q", scale=scale, axis=None),
            x2=alt.X2("arrived:Q"),
            y=alt.YValue(0),
            y2=alt.Y2Value(PANEL),
            stroke=alt.Stroke(
                "group:N", title=None, scale=alt.Scale(domain=[late, other], range=[RUST, BLUE])
            ),
        )
    )
    marks = [{"at": at, "label": label} for at, label in ticks]
    days = alt.Chart(inline_data(marks)).encode(x=alt.X("at:Q", scale=scale, axis=None))
    labels = days.mark_text(baseline="top", align="left", fontSize=11, color=MUTED).encode(
        y=alt.YValue(PANEL + 5), text=alt.Text("label:N")
    )
    rules = days.mark_rule(color=RULE).encode(y=alt.YValue(0), y2=alt.Y2Value(PANEL))
    title = alt.TitleParams(
        name, anchor="start", fontSize=12, fontWeight="normal", color=INK, offset=4
    )
    return (rules + lines + labels).properties(width=WIDTH + 160, height=PANEL, title=title)


def level(days: Sequence[tuple[float, int, int]], ticks: Ticks, axis: str) -> Any:
    """Draw how many dossiers were open day by day, and how many of them overdue.

    Args:
        days: Day, open dossiers, overdue ones among them.
        ticks: Where days begin and how they are called.
        axis: Title of the axis.
    """
    rows = [{"day": d, "open": o, "overdue": late} for d, o, late in days]
    top = max((o for _, o, _ in days), default=1) or 1
    y = alt.Scale(domain=[0, top * 1.08], nice=False)
    x = alt.Axis(
        values=[at for at, _ in ticks],
        title=None,
        grid=False,
        labelExpr=" : ".join([*(f"datum.value == {at} ? '{label}'" for at, label in ticks), "''"]),
    )
    base = alt.Chart(inline_data(rows)).encode(
        x=alt.X("day:Q", axis=x, scale=alt.Scale(nice=False, zero=False))
    )
    still = base.mark_area(color=PALE, line={"color": BLUE, "strokeWidth": 1.5}).encode(
        y=alt.Y("open:Q", scale=y, axis=alt.Axis(title=axis, grid=True, tickCount=4, format="d"))
    )
    over = base.mark_area(color=RUST).encode(y=alt.Y("overdue:Q", scale=y))
    return (still + over).properties(width=WIDTH + 160, height=170)
