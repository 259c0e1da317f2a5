"""What the XML of an OpenDocument spreadsheet says of its sheets: span, hidden rows, merged cells.

Cells and rows stand once and say how often they are repeated; blank ones at the end of a row or a
sheet are not counted, as they fill every sheet to its last row and column.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.parsers import expat

from workbench.ingest.readers import limits
from workbench.ingest.readers.sheetxml import OtherBook, OtherSheet

_BLOCK = 1 << 20
_CELLS = ("table:table-cell", "table:covered-table-cell")
_NOT_SHOWN = ("collapse", "filter")


def ods_book(path: Path) -> OtherBook:
    """Return the sheets of an OpenDocument spreadsheet.

    Raises:
        KeyError: It has no content.
        ExpatError: Its content is no XML.
        ValueError: A number is none.
        SpanExceededError: A sheet spans more cells than it may.
    """
    content = _Content()
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = content.start, content.end
    parser.CharacterDataHandler = content.text
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as stream:
        while block := stream.read(_BLOCK):
            parser.Parse(block, False)
    return OtherBook(content.sheets, content.is_date_1904)


class _Content:
    """Follows tables, rows and cells while the XML is parsed."""

    def __init__(self) -> None:
        self.sheets: list[OtherSheet] = []
        self.is_date_1904 = False
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._row, self._n_rows = 1, 1
        self._column, self._n_columns = 1, 1
        self._cell: dict[str, str] | None = None
        self._letters = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Open a table, a row or a cell."""
        if tag in _CELLS:
            self._cell, self._letters = attributes, ""
            self._n_columns = int(attributes.get("table:number-columns-repeated", 1))
        elif tag == "table:table-row":
            self._column, self._n_rows = 1, int(attributes.get("table:number-rows-repeated", 1))
            if attributes.get("table:visibility") in _NOT_SHOWN:
                last = min(self._row + self._n_rows, limits.SHEET_ROWS + 1)
                self.sheets[-1].facts.hidden_rows.update(range(self._row, last))
        elif tag == "table:table":
            name, style = attributes.get("table:name", ""), attributes.get("table:style-name", "")
            self.sheets.append(OtherSheet(name, style in self._hidden_styles))
            self._row = 1
        elif tag == "style:style":
            self._style = attributes.get("style:name", "")
        elif tag == "style:table-properties" and attributes.get("table:display") == "false":
            self._hidden_styles.add(self._style)
        elif tag == "table:null-date":
            self.is_date_1904 = attributes.get("table:date-value", "").startswith("1904")

    def end(self, tag: str) -> None:
        """Close a row or a cell."""
        if tag in _CELLS:
            self._close_cell(self._cell or {})
            self._column, self._cell = self._column + self._n_columns, None
        elif tag == "table:table-row":
            self._row += self._n_rows

    def text(self, letters: str) -> None:
        """Take in a part of the text of a cell."""
        if self._cell is not None:
            self._letters += letters

    def _close_cell(self, attributes: dict[str, str]) -> None:
        sheet, cell = self.sheets[-1], (self._row, self._column)
        kind = attributes.get("office:value-type")
        has_formula = "table:formula" in attributes
        if not (kind or self._letters or has_formula):
            return
        sheet.span.reach(self._row + self._n_rows - 1, self._column + self._n_columns - 1)
        sheet.n_bytes += 3 * len(self._letters) * self._n_rows * self._n_columns
        if attributes.get("calcext:value-type") == "error":
            sheet.facts.errors[cell] = self._letters
        elif has_formula and not kind and not self._letters:
            sheet.facts.uncalculated.add(cell)
        elif kind == "float":
            sheet.facts.add_number(cell, float(attributes.get("office:value", 0)))
        rows = int(attributes.get("table:number-rows-spanned", 1))
        columns = int(attributes.get("table:number-columns-spanned", 1))
        if rows > 1 or columns > 1:
            last = (self._row + rows - 1, self._column + columns - 1)
            sheet.facts.add_merge(cell, last)
