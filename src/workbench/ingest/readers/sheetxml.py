"""What a workbook's own XML says of a sheet and the library that reads its cells does not.

These are the state of sheets and rows (hidden), merged cells, errors, formulas that no program has
calculated, and numbers of more digits than Excel keeps. Cells are known by row and column, both
counted from 1. A sheet without any of these is searched once and not parsed.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from workbench.core.errors import InputRejected
from workbench.ingest.readers import limits
from workbench.ingest.readers.archive import DAMAGED
from workbench.ingest.readers.file_bytes import unreadable
from workbench.ingest.readers.sheetspan import Span, column_number

_BLOCK = 1 << 20
_OVERLAP = 128
_ROOT = "_rels/.rels"
_WORTH_PARSING = re.compile(
    rb"<(?:\w+:)?(?:f[\s/>]|mergeCell\s|row\s[^>]*\b(?:hidden|ht=[\"']0[.0]*[\"']))"
    rb"|\st\s*=\s*[\"']e[\"']"
    rb"|<(?:\w+:)?v[^>]*>\s*-?(?:\d{16}|\d(?:\.\d+)?[eE]\+?(?:1[5-9]|[2-9]\d))"
)
_MOST_EXACT = 10**15
"""Excel keeps fifteen digits: of numbers from here on the last ones are lost."""

Cell = tuple[int, int]


class TooManyFactsError(Exception):
    """A sheet has more odd cells than any register."""


@dataclass
class SheetFacts:
    """What the XML of one sheet says of its cells and rows.

    ``merges`` are the first and last cell of each merged range.
    """

    errors: dict[Cell, str] = field(default_factory=dict)
    uncalculated: set[Cell] = field(default_factory=set)
    long_numbers: set[Cell] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    merges: list[tuple[Cell, Cell]] = field(default_factory=list)
    merged_rows: int = 0

    def add_merge(self, first: Cell, last: Cell) -> None:
        """Take in a merged range.

        Raises:
            TooManyFactsError: Such ranges have more rows than any register.
        """
        self.merges.append((first, last))
        self.merged_rows += last[0] - first[0] + 1
        if last[0] > limits.SHEET_ROWS or self.merged_rows > limits.SHEET_FACTS:
            raise TooManyFactsError

    def add_number(self, cell: Cell, value: float) -> None:
        """Take in a number, whose last digits may be lost.

        Raises:
            TooManyFactsError: There are more of them than in any register.
        """
        if abs(value) >= _MOST_EXACT:
            self.long_numbers.add(cell)
            self.check()

    def check(self) -> None:
        """Refuse a sheet with more odd cells than any register.

        Raises:
            TooManyFactsError: It is one.
        """
        if sum(map(len, (self.errors, self.uncalculated, self.long_numbers))) > limits.SHEET_FACTS:
            raise TooManyFactsError


@dataclass(frozen=True)
class SheetPart:
    """Where the XML of a sheet is inside a workbook, and whether the sheet is hidden.

    ``facts`` are those of a sheet that has no XML of its own.
    """

    part: str
    is_hidden: bool
    facts: SheetFacts | None = None


@dataclass
class OtherSheet:
    """A sheet of a workbook that is not ``.xlsx``; ``n_bytes`` are those of the texts it shows.

    ``place`` and ``part`` say where its records are, in a stream or an archive.
    """

    name: str
    is_hidden: bool
    place: int = 0
    part: str = ""
    span: Span = field(default_factory=Span)
    n_bytes: int = 0
    facts: SheetFacts = field(default_factory=SheetFacts)


@dataclass(frozen=True)
class OtherBook:
    """The sheets of a workbook that is not ``.xlsx``, and whether it counts days from 1904."""

    sheets: list[OtherSheet]
    is_date_1904: bool


def sheet_parts(path: Path) -> dict[str, SheetPart]:
    """Return the parts of a workbook's sheets by the name of the sheet.

    Raises:
        InputRejected: The workbook is damaged.
    """
    sheets: dict[str, SheetPart] = {}
    root = relations(path, _ROOT, "").values()
    book = next((part for kind, part in root if kind.endswith("/officeDocument")), "")
    folder, _, name = book.rpartition("/")
    parts = relations(path, f"{folder}/_rels/{name}.rels", folder)

    def add_sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            key = next((v for name, v in attributes.items() if name.endswith(":id")), "")
            _, part = parts.get(key, ("", ""))
            is_hidden = attributes.get("state", "visible") != "visible"
            sheets[attributes.get("name", "")] = SheetPart(part, is_hidden)

    _parse(path, book, add_sheet)
    return sheets


def relations(path: Path, part: str, folder: str) -> dict[str, tuple[str, str]]:
    """Return the type and the part that each relation of a workbook leads to, by its id.

    Raises:
        InputRejected: The workbook is damaged.
    """
    by_id: dict[str, tuple[str, str]] = {}

    def add(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            target = attributes.get("Target", "")
            led_to = target if target.startswith("/") else f"{folder}/{target}"
            kind = attributes.get("Type", "")
            by_id[attributes.get("Id", "")] = (kind, led_to.lstrip("/"))

    _parse(path, part, add)
    return by_id


def read_facts(path: Path, sheet: SheetPart | None) -> SheetFacts:
    """Return what the XML of a sheet says of its cells and rows.

    Raises:
        InputRejected: The workbook is damaged.
    """
    if sheet and sheet.facts:
        return sheet.facts
    parser = _CellParser()
    if sheet and _is_worth_parsing(path, sheet.part):
        try:
            _parse(path, sheet.part, parser.start, parser.end, parser.text)
        except TooManyFactsError as problem:
            most = limits.SHEET_FACTS
            raise InputRejected(
                "readers.many_facts", file=path.name, part=sheet.part, most=most
            ) from problem
    return parser.facts


def cell_name(cell: Cell) -> str:
    """Return how Excel calls a cell.

    >>> cell_name((2, 5)), cell_name((10, 28))
    ('E2', 'AB10')
    """
    row, column = cell
    letters = ""
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(65 + letter) + letters
    return f"{letters}{row}"


class _CellParser:
    """Gathers the facts of a sheet while its XML is parsed."""

    def __init__(self) -> None:
        self.facts = SheetFacts()
        self._row, self._column = 0, 0
        self._type, self._value = "", ""
        self._has_formula, self._has_value = False, False
        self._in_value = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Open a row, a cell, or what a cell holds."""
        if tag == "c":
            self._open_cell(attributes)
        elif tag == "v":
            self._in_value = self._has_value = True
        elif tag == "is":
            self._has_value = True
        elif tag == "f":
            self._has_formula = True
        elif tag == "row":
            self._row, self._column = int(attributes.get("r", self._row + 1)), 0
            if attributes.get("hidden") in ("1", "true") or _is_zero(attributes.get("ht")):
                self.facts.hidden_rows.add(self._row)
        elif tag == "mergeCell":
            first, _, last = attributes.get("ref", "").partition(":")
            if last:
                self.facts.add_merge(_cell(first), _cell(last))

    def end(self, tag: str) -> None:
        """Close a value or a cell."""
        if tag == "v":
            self._in_value = False
        elif tag == "c":
            self._close_cell()

    def text(self, letters: str) -> None:
        """Take in a part of a cell's value."""
        if self._in_value:
            self._value += letters

    def _open_cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r")
        self._column = _cell(place)[1] if place else self._column + 1
        self._type, self._value = attributes.get("t", "n"), ""
        self._has_formula = self._has_value = False

    def _close_cell(self) -> None:
        cell, value = (self._row, self._column), self._value.strip()
        if self._type == "e" and value:
            self.facts.errors[cell] = value
        elif self._has_formula and not value and not (self._type == "str" and self._has_value):
            self.facts.uncalculated.add(cell)
        elif self._type == "n" and value:
            self.facts.add_number(cell, float(value))
            return
        else:
            return
        self.facts.check()


def _cell(place: str) -> Cell:
    letters = place.rstrip("0123456789")
    return int(place[len(letters) :] or 0), column_number(letters.encode())


def _is_zero(height: str | None) -> bool:
    return height is not None and float(height) == 0


def _is_worth_parsing(path: Path, part: str) -> bool:
    try:
        before = b""
        for block in _blocks(path, part):
            if _WORTH_PARSING.search(before + block):
                return True
            before = block[-_OVERLAP:]
    except DAMAGED as problem:
        raise unreadable(path, problem) from problem
    return False


def _blocks(path: Path, part: str) -> Iterator[bytes]:
    with zipfile.ZipFile(path) as archive:
        if part not in archive.namelist():
            return
        with archive.open(part) as stream:
            while block := stream.read(_BLOCK):
                yield block


def _parse(
    path: Path,
    part: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] = lambda _: None,
    text: Callable[[str], None] = lambda _: None,
) -> None:
    """Parse a part, calling the handlers with names of elements without their prefix."""
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda tag, attributes: start(tag.rpartition(":")[2], attributes)
    parser.EndElementHandler = lambda tag: end(tag.rpartition(":")[2])
    parser.CharacterDataHandler = text
    try:
        for block in _blocks(path, part):
            parser.Parse(block, False)
    except (*DAMAGED, expat.ExpatError) as problem:
        raise unreadable(path, problem) from problem
