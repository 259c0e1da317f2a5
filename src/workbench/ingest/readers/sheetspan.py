"""How many cells and how much text the sheets of a workbook span, known before any is built.

A reader of workbooks reserves the rectangle that a sheet's cells span, and copies a shared text
into every cell that shows it: a few kilobytes can so ask for more memory than any machine has.
Sheets whose rows and cells all name their place, as Excel writes them, are measured by searching
their bytes; others, whose places follow from their order, are parsed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.parsers import expat

from workbench.ingest.readers import limits

_PREFIX = rb"<(?:[^\s<>/!?:]{1,64}:)?"
_OTHER = rb"(?:\s+(?!r\s*=)[\w:.\-]+=\"[^\"<>]*\"){0,8}\s+r="
_CELL = re.compile(_PREFIX + rb"c(?=[\s/>])")
_ROW = re.compile(_PREFIX + rb"row(?=[\s/>])")
_PLACED_CELL = re.compile(_PREFIX + rb"c" + _OTHER + rb"\"([A-Z]{1,3})([1-9]\d{0,6})\"")
_PLACED_ROW = re.compile(_PREFIX + rb"row" + _OTHER + rb"\"([1-9]\d{0,6})\"")
_TEXT_END = b"si>"


class SpanExceededError(Exception):
    """A sheet spans more than it may; ``rows`` and ``columns`` say how far it reached."""

    def __init__(self, rows: int, columns: int) -> None:
        super().__init__(rows, columns)
        self.rows, self.columns = rows, columns


@dataclass
class Span:
    """The rectangle from the first cell of a sheet to its last, and how many cells it names."""

    rows: int = 0
    columns: int = 0
    n_cells: int = 0

    @property
    def cells(self) -> int:
        """Cells of the rectangle, blank ones included."""
        return self.rows * self.columns

    def reach(self, row: int, column: int) -> None:
        """Extend the rectangle to a place, counted from 1.

        Raises:
            SpanExceededError: It is larger than a sheet may be.
        """
        self.rows, self.columns = max(self.rows, row), max(self.columns, column)
        within = self.rows <= limits.SHEET_ROWS and self.columns <= limits.COLUMNS
        if not within or self.cells > limits.SHEET_CELLS:
            raise SpanExceededError(self.rows, self.columns)


class SpanSearch:
    """Measures a part of a workbook from its bytes, block by block."""

    def __init__(self) -> None:
        self.span = Span()
        self.is_placed = True
        self.longest_text = 0
        self._letters: set[bytes] = set()
        self._rest = b""
        self._text = 0

    def add(self, block: bytes) -> None:
        """Take in a block; ``is_placed`` turns false at a row or cell without a plain place.

        Raises:
            SpanExceededError: The cells span more than a sheet may.
        """
        self._add_texts(block)
        data = self._rest + block
        cut = max(data.rfind(b"<"), 0)
        self._rest = data[cut:] if data[cut : cut + 1] == b"<" else b""
        if len(self._rest) > limits.LINE_BYTES:
            self.is_placed = self.is_placed and b">" in self._rest
            cut, self._rest = len(data), b""
        self._search(data[:cut])

    def finish(self) -> None:
        """Take in what is left after the last block."""
        self._search(self._rest)
        self._rest = b""

    def _search(self, data: bytes) -> None:
        cells, rows = _PLACED_CELL.findall(data), _PLACED_ROW.findall(data)
        n_cells = len(_CELL.findall(data))
        self.span.n_cells += n_cells
        if n_cells != len(cells) or len(_ROW.findall(data)) != len(rows):
            self.is_placed = False
        letters = {column for column, _ in cells} - self._letters
        self._letters |= letters
        bottom = max((int(row) for row in (*rows, *(row for _, row in cells))), default=0)
        self.span.reach(bottom, max(map(column_number, letters), default=0))

    def _add_texts(self, block: bytes) -> None:
        """Follow how many bytes stand between the ends of shared texts."""
        first, *more = block.split(_TEXT_END)
        self._text += len(first)
        self.longest_text = max(self.longest_text, self._text, *map(len, more))
        if more:
            self._text = len(more[-1])


def parsed_span(blocks: Iterable[bytes], texts: Sequence[int] = ()) -> tuple[Span, int]:
    """Return the span of a sheet as a reader counts its rows and cells, and its bytes of text.

    Args:
        blocks: The bytes of the sheet.
        texts: The bytes of each shared text, by number.

    Raises:
        SpanExceededError: The cells span more than a sheet may.
        ExpatError: The sheet is no XML.
        ValueError: A place is not one.
    """
    sheet = _SheetParser(texts)
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = sheet.start, sheet.end
    if texts:
        parser.CharacterDataHandler = sheet.text
    for block in blocks:
        parser.Parse(block, False)
    return sheet.span, sheet.n_bytes


def text_lengths(blocks: Iterable[bytes]) -> list[int]:
    """Return the bytes of each shared text of a workbook.

    Raises:
        ExpatError: The part is no XML.
    """
    lengths: list[int] = []

    def start(tag: str, _: dict[str, str]) -> None:
        if _local(tag) == "si":
            lengths.append(0)

    def text(letters: str) -> None:
        if lengths:
            lengths[-1] += len(letters.encode("utf-8"))

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.CharacterDataHandler = start, text
    for block in blocks:
        parser.Parse(block, False)
    return lengths


class _SheetParser:
    """Follows rows and cells; one without a place comes after the one before it."""

    def __init__(self, texts: Sequence[int]) -> None:
        self.span = Span()
        self.n_bytes = 0
        self._texts = texts
        self._row, self._column = 1, 1
        self._is_shared, self._in_value, self._value = False, False, ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = _local(tag)
        if tag == "c":
            self._place(attributes.get("r"))
            self._is_shared, self._value = attributes.get("t") == "s", ""
        elif tag == "row":
            self._row, self._column = int(attributes.get("r", self._row)), 1
        elif tag == "v":
            self._in_value = self._is_shared

    def end(self, tag: str) -> None:
        tag = _local(tag)
        if tag == "row":
            self._row, self._column = self._row + 1, 1
        elif tag == "v":
            self._in_value = False
        elif tag == "c" and self._value.strip().isdecimal():
            number = int(self._value)
            self.n_bytes += self._texts[number] if number < len(self._texts) else 0

    def text(self, letters: str) -> None:
        if self._in_value:
            self._value += letters

    def _place(self, place: str | None) -> None:
        row = self._row
        if place is not None:
            letters = place.rstrip("0123456789")
            row, self._column = int(place[len(letters) :]), column_number(letters.encode())
        self.span.n_cells += 1
        self.span.reach(row, self._column)
        self._column += 1


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


def column_number(letters: bytes) -> int:
    """Return the number of a column, from 1, by its letters.

    >>> column_number(b"A"), column_number(b"AB")
    (1, 28)
    """
    number = 0
    for letter in letters[:8].upper():
        number = number * 26 + letter - 64
    return number
