"""Tables that sort by value, filter and download, without a network."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import polars as pl

from workbench.answers import Answer
from workbench.charts.tables import Table, plain_cell
from workbench.core.numerals import count
from workbench.lab.scripts import Grid
from workbench.messages import language, say

_BUTTONS = ("copyHtml5", "csvHtml5", "excelHtml5")
_PAGE = 15
_NUMBER = re.compile(r"[-−]?\d[\d.,]*")
_DOSSIER = "dossier_id"
_SHOWN = 5000
"""Rows of a frame that go to the browser; the frame has all."""


def live_table(answer: Answer, open_dossier: Callable[[str], None]) -> Grid:
    """Return the table of an answer as a widget; choosing the row of a dossier opens it.

    Args:
        answer: An answer with a table.
        open_dossier: Takes the number of a dossier whose row was chosen.
    """
    listing = answer.table()
    frame = _cells(listing)
    shown = len(listing.columns)
    dossiers = _dossiers(answer, listing)
    widget = Grid(
        frame,
        columnDefs=[
            *({"targets": n, "title": c.heading} for n, c in enumerate(listing.columns)),
            *({"targets": n, "orderData": shown + n} for n in range(shown)),
            {
                "targets": [*range(shown, 2 * shown)],
                "visible": False,
                "searchable": False,
            },
        ],
        buttons=[
            {"extend": kind, "footer": False, "exportOptions": {"columns": [*range(shown)]}}
            for kind in _BUTTONS
        ],
        select="single" if dossiers else False,
        show_dtypes=False,
        **_layout(frame),
    )

    def choose(change: dict[str, Any]) -> None:
        if change["new"]:
            open_dossier(dossiers[change["new"][0]])

    widget.observe(choose, "selected_rows")
    return widget


def live_frame(frame: pl.DataFrame) -> Grid:
    """Return the rows of a frame as a widget, the first ones of very many."""
    note = say("trace.hidden", n=count(frame.height - _SHOWN)) if frame.height > _SHOWN else ""
    return Grid(frame.head(_SHOWN), caption=note, buttons=[*_BUTTONS], **_layout(frame))


def _layout(frame: pl.DataFrame) -> dict[str, Any]:
    return {
        "autoWidth": False,
        "classes": "display compact",
        # a table as wide as its narrowest words breaks every name
        "style": "table-layout:auto;width:100%;margin:0;caption-side:bottom",
        "language": _words(),
        "lengthMenu": [_PAGE, 50, 200],
        "pageLength": _PAGE,
        "order": [],
        "paging": frame.height > _PAGE,
        "showIndex": False,
        "maxBytes": 0,
    }


def _cells(listing: Table) -> pl.DataFrame:
    """Return the cells as text, and beside them hidden what each column sorts by."""
    columns = [[plain_cell(row[n]) for row in listing.rows] for n in range(len(listing.columns))]
    texts = {f"c{n}": cells for n, cells in enumerate(columns)}
    keys = {
        f"k{n}": [_number(cell) for cell in cells] if listing.columns[n].number else cells
        for n, cells in enumerate(columns)
    }
    return pl.DataFrame({**texts, **keys})


def _number(cell: str) -> float | None:
    """Return the first number of a cell, written in the current language.

    >>> _number("12,5% (5/40)"), _number("1.234"), _number("–")
    (12.5, 1234.0, None)
    """
    match = _NUMBER.search(cell)
    if not match:
        return None
    text = match[0].replace("−", "-").rstrip(".,")
    thousands, decimal = (".", ",") if language() == "vi" else (",", ".")
    return float(text.replace(thousands, "").replace(decimal, "."))


def _dossiers(answer: Answer, listing: Table) -> list[str]:
    """Return the dossier of each row, where the rows are dossiers."""
    if _DOSSIER not in answer.frame.columns:
        return []
    ids = set(answer.frame[_DOSSIER])
    rows = [next((c for c in map(plain_cell, row) if c in ids), "") for row in listing.rows]
    return rows if all(rows) else []


def _words() -> dict[str, Any]:
    """Return the words around a table in the current language."""
    names = ("search", "info", "infoEmpty", "infoFiltered", "lengthMenu", "zeroRecords")
    words: dict[str, Any] = {name: say(f"lab.table_{name}") for name in names}
    words["paginate"] = {name: say(f"lab.table_{name}") for name in ("next", "previous")}
    words["select"] = {"rows": {"_": "", "0": "", "1": ""}}
    words["buttons"] = {"copyHtml5": say("lab.table_copy"), "copy": say("lab.table_copy")}
    return words
