"""One dossier on a time axis: its segments, when the office was closed, and when it was due.

Hours count from midnight of the first day shown; days are labelled with strings made by the
caller, so the picture does not depend on the machine's zone. The fill shows the kind of a segment;
a pause is hollow, closed hours are shaded.
"""

from __future__ import annotations

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
    RULE,
    RUST,
    WIDTH,
    choose,
    inline_data,
)
from workbench.messages import say

Sort = Literal["handling", "waiting", "transfer", "pause", "unlogged"]
_FILL: dict[Sort, tuple[str, str]] = {
    "handling": (BLUE, BLUE),
    "waiting": (PALE, BLUE),
    "transfer": (RUST, RUST),
    "pause": (PAPER, BLUE),
    "unlogged": (RULE, GREY),
}
CLOSED = "#f0f1f3"
ROW = 22


@dataclass(frozen=True)
class TimelineBar:
    """One segment: its name, from and to in hours, its note, its kind."""

    name: str
    start: float
    end: float
    note: str
    sort: Sort


@dataclass(frozen=True)
class Mark:
    """An instant with its words: the due one, the end."""

    at: float
    label: str
    is_due: bool = False


def timeline(
    bars: Sequence[TimelineBar],
    closed: Sequence[tuple[float, float]],
    marks: Sequence[Mark],
    days: Sequence[tuple[float, str]],
) -> Any:
    """Draw one row per segment in time order; closed hours shaded, due instant and end upright.

    Args:
        bars: The segments, with distinct names.
        closed: Spans in which the office was closed, in hours.
        marks: Instants to draw through all rows.
        days: Where a day begins, in hours, and its label.
    """
    ends = [b.end for b in bars] + [m.at for m in marks]
    domain = [min((b.start for b in bars), default=0.0) // 24 * 24, max(ends, default=24.0)]
    domain[1] += (domain[1] - domain[0]) * 0.02
    scale = alt.Scale(domain=domain, nice=False, zero=False)
    height = ROW * max(len(bars), 1)
    layers = alt.layer(
        _shades(closed, domain, scale),
        *_bars(bars, scale),
        *_marks(marks, domain, scale),
        _days(days, domain, scale, height),
    )
    return layers.properties(width=WIDTH + 60, height=height)


def _shades(closed: Sequence[tuple[float, float]], domain: list[float], scale: alt.Scale) -> Any:
    cut = [(max(a, domain[0]), min(b, domain[1])) for a, b in closed]
    rows = [{"from": a, "to": b} for a, b in cut if a < b]
    base = alt.Chart(inline_data(rows)).mark_rect(color=CLOSED)
    return base.encode(x=alt.X("from:Q", scale=scale, axis=None), x2=alt.X2("to:Q"))


def _bars(bars: Sequence[TimelineBar], scale: alt.Scale) -> tuple[Any, Any]:
    rows = [
        {
            "name": b.name,
            "start": b.start,
            "end": b.end,
            "note": b.note,
            "sort": say(f"charts.time_{b.sort}"),
        }
        for b in bars
    ]
    present = [s for s in _FILL if any(b.sort == s for b in bars)]
    names = [say(f"charts.time_{s}") for s in present]
    base = alt.Chart(inline_data(rows)).encode(y=alt.Y("name:N", sort=None, title=None))
    look = {
        part: alt.Scale(domain=names, range=[_FILL[s][n] for s in present])
        for n, part in enumerate(("fill", "stroke"))
    }
    bar_layer = base.mark_bar(height=11, strokeWidth=1).encode(
        x=alt.X("start:Q", scale=scale, axis=None),
        x2=alt.X2("end:Q"),
        fill=alt.Fill("sort:N", scale=look["fill"], legend=alt.Legend(title=None, offset=36)),
        stroke=alt.Stroke("sort:N", scale=look["stroke"], legend=alt.Legend(title=None, offset=36)),
    )
    notes = base.mark_text(align="left", color=INK, fontSize=11).encode(
        x=alt.XValue(WIDTH + 66), text=alt.Text("note:N")
    )
    return bar_layer, notes


def _marks(marks: Sequence[Mark], domain: list[float], scale: alt.Scale) -> tuple[Any, ...]:
    """Draw upright lines; the words of neighbours stand in two rows above the plot."""
    middle = sum(domain) / 2
    ordered = sorted(marks, key=lambda m: m.at)
    rows = [
        {"at": m.at, "label": m.label, "due": m.is_due, "up": -6 - 14 * (n % 2)}
        for n, m in enumerate(ordered)
    ]
    base = alt.Chart(inline_data(rows)).encode(
        x=alt.X("at:Q", scale=scale, axis=None),
        color=choose(alt.ColorValue, "datum.due", RUST, INK),
    )
    lines = base.mark_rule(strokeWidth=1.4, strokeDash=[5, 3])
    words = [
        base.transform_filter(f"datum.at {side} {middle}")
        .mark_text(align=align, baseline="bottom", fontSize=11)
        .encode(y=alt.Y("up:Q", scale=None, axis=None), text=alt.Text("label:N"))
        for side, align in (("<", "left"), (">=", "right"))
    ]
    return lines, *words


def _days(
    days: Sequence[tuple[float, str]], domain: list[float], scale: alt.Scale, height: int
) -> Any:
    rows = [{"at": at, "label": label} for at, label in days if domain[0] <= at <= domain[1]]
    base = alt.Chart(inline_data(rows)).mark_text(
        align="left", baseline="top", fontSize=11, color=MUTED
    )
    return base.encode(
        x=alt.X("at:Q", scale=scale, axis=None), y=alt.YValue(height + 6), text=alt.Text("label:N")
    )
