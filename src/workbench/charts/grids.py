"""A grid of counts: rows by columns, darker is more, every cell with its number.

For causes by unit, clicks by hour and weekday, signatures by weekday. A cell without a number was
not counted; a counted nothing is written as 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from workbench.charts.style import BLUE, INK, PAPER, WIDTH, choose, inline_data

DARK = 0.45
"""From this share of the scale on, the number in a cell is written in white."""


@dataclass(frozen=True)
class Square:
    """One cell: its row and column, how dark it is (0 to 1), and the number in it."""

    row: str
    column: str
    shade: float
    label: str


def grid(squares: Sequence[Square], *, slanted: bool = False) -> Any:
    """Draw the cells, rows and columns in the order in which they first come.

    Args:
        squares: Cells; those left out stay white.
        slanted: Whether the headings of the columns are long and stand aslant.
    """
    rows = list(dict.fromkeys(s.row for s in squares))
    columns = list(dict.fromkeys(s.column for s in squares))
    values = [
        {
            "row": s.row,
            "column": s.column,
            "shade": s.shade,
            "label": s.label,
            "dark": s.shade >= DARK,
        }
        for s in squares
    ]
    heading = alt.Axis(orient="top", labelAngle=-35 if slanted else 0, labelLimit=260, title=None)
    base = alt.Chart(inline_data(values)).encode(
        x=alt.X("column:N", sort=columns, axis=heading),
        y=alt.Y("row:N", sort=rows, title=None),
    )
    cells = base.mark_rect(stroke=PAPER, strokeWidth=2).encode(
        fill=alt.Fill(
            "shade:Q", scale=alt.Scale(domain=[0, 1], range=["#f6f8fa", BLUE]), legend=None
        )
    )
    numbers = base.mark_text(fontSize=11).encode(
        text=alt.Text("label:N"), color=choose(alt.ColorValue, "datum.dark", PAPER, INK)
    )
    longest = max((len(c) for c in columns), default=1)
    label_width = 60 if slanted else max(60, 8 * longest)
    wide = min(label_width, max(22, (WIDTH + 60) // max(len(columns), 1)))
    return (cells + numbers).properties(width=wide * len(columns), height=alt.Step(24))
