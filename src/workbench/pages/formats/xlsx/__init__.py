"""The tables of a briefing as a workbook: a cover with notes, then one table on each sheet.

Every table behind a chart is here in full, those of the pages beside the briefing too, and the
late dossiers by code. Texts are written as texts, so that no name from the data is a formula.
"""

from __future__ import annotations

import io
import re
from textwrap import wrap
from typing import Any

import xlsxwriter

from workbench.messages import language, say
from workbench.pages.document import Grid, Heading, Text
from workbench.pages.formats import Document

_LONGEST_NAME, _WIDEST = 31, 60
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_NUMBER = re.compile(r"[-−+]?\d{1,3}(?:[.,]\d{3})*(?:[.,]\d+)?")


def write(document: Document) -> bytes:
    """Return the tables of a document as a workbook."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties(
        {
            "title": document.page.title,
            "subject": document.page.about,
            "created": document.page.snapshot_at,
        }
    )
    styles = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "valign": "top"}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "number": book.add_format({"align": "right", "valign": "top"}),
        "warning": book.add_format({"bold": True, "font_color": "#B00000"}),
    }
    grids = list(dict.fromkeys(_tables(document)))
    names = _sheet_names([grid.caption for grid in grids])
    _write_cover(book.add_worksheet(say("briefing.cover")), styles, document, grids, names)
    for grid, name in zip(grids, names, strict=True):
        _write_sheet(book.add_worksheet(name), styles, grid)
    book.close()
    return buffer.getvalue()


def _tables(document: Document) -> list[Grid]:
    """Return the tables of the briefing and of the pages beside it; of two alike the fuller."""
    grids = [part for part in document.parts if isinstance(part, Grid)]
    fuller: dict[str, Grid] = {}
    for grid in (*grids, *document.annexes):
        before = fuller.get(grid.caption)
        if before is None or len(grid.rows) > len(before.rows):
            fuller[grid.caption] = grid
    return list(fuller.values())


def _sheet_names(captions: list[str]) -> list[str]:
    """Return a name for each sheet that Excel takes, with the number of the table in front.

    >>> _sheet_names(["Trễ: theo đơn vị", "Trễ"])
    ['1 Trễ theo đơn vị', '2 Trễ']
    """
    return [
        f"{number} {_FORBIDDEN.sub('', caption)}"[:_LONGEST_NAME].strip()
        for number, caption in enumerate(captions, 1)
    ]


def _write_cover(
    sheet: Any, styles: dict[str, Any], document: Document, grids: list[Grid], names: list[str]
) -> None:
    """Write what the workbook is about, the sentence of the period, the sheets and the notes."""
    page = document.page
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 90)
    leads = [p.text for p in document.parts if isinstance(p, Text) and p.kind == "lead"]
    warnings = [*([say("briefing.synthetic")] if page.synthetic else []), *page.marks]
    lines = [
        *((text, "warning") for text in warnings),
        (page.title, "title"),
        (page.about, "text"),
        *((text, "text") for text in leads),
    ]
    line = 0
    for text, style in lines:
        sheet.write_string(line, 0, text, styles["title" if style == "title" else style])
        line += 1
    line += 1
    for name, grid in zip(names, grids, strict=True):
        sheet.write_url(line, 0, f"internal:'{name}'!A1", string=name)
        sheet.write_string(line, 1, grid.caption, styles["text"])
        line += 1
    line += 1
    for text in (*page.foot, *_notes(document)):
        sheet.merge_range(line, 0, line, 1, "", styles["text"])
        sheet.write_string(line, 0, text, styles["text"])
        sheet.set_row(line, 15 * (1 + len(text) // 120))
        line += 1


def _notes(document: Document) -> list[str]:
    """Return the notes of the briefing, each under the heading of its section."""
    heading, notes = "", []
    for part in document.parts:
        if isinstance(part, Heading):
            heading = part.text
        elif isinstance(part, Text) and part.kind == "note":
            notes.append(f"{heading}: {part.text}")
    return notes


def _write_sheet(sheet: Any, styles: dict[str, Any], grid: Grid) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    sheet.freeze_panes(3, 1)
    sheet.write_string(0, 0, grid.caption, styles["title"])
    lines = 1
    for position, heading in enumerate(grid.columns):
        word = max(map(len, heading.split(" ")))
        longest = max([word, *(len(row[position]) for row in grid.rows)])
        width = min(max(longest + 2, 8), _WIDEST)
        lines = max(lines, len(wrap(heading, width - 1)))
        sheet.set_column(position, position, width)
        sheet.write_string(2, position, heading, styles["head"])
    # a heading of several lines is cut off where the height of its row is left open
    sheet.set_row(2, 15 * lines)
    for line, row in enumerate(grid.rows, 3):
        for position, text in enumerate(row):
            number = _number(text) if grid.numbers[position] else None
            if number is None:
                style = styles["number" if grid.numbers[position] else "text"]
                sheet.write_string(line, position, text, style)
            else:
                sheet.write_number(line, position, number)
    if grid.rows:
        sheet.autofilter(2, 0, 2 + len(grid.rows), len(grid.columns) - 1)


def _number(text: str) -> float | None:
    """Return the number that a whole text is, written in the language of the page, or nothing.

    >>> from workbench.messages import use_language
    >>> with use_language("vi"):
    ...     _number("1.234,5"), _number("3,7% (81/2.198)"), _number("–")
    (1234.5, None, None)
    """
    if not _NUMBER.fullmatch(text):
        return None
    thousands, point = (".", ",") if language() == "vi" else (",", ".")
    plain = text.replace(thousands, "").replace(point, ".").replace("−", "-")
    return float(plain)
