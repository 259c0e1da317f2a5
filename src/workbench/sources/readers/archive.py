"""What a workbook holds, looked at part by part before anything builds cells of it.

Parts are unpacked into nothing, a block at a time, and counted; names of parts are never used as
paths. Refused are workbooks that unpack to far more than a register, that declare a document type
or entities in any part, and sheets that span more cells than a register has: a reader reserves
the whole rectangle, so two cells in far corners would take all memory.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from workbench.errors import InputRejected
from workbench.sources.readers import limits
from workbench.sources.readers.delivery import bomb, unreadable

_BLOCK = 1 << 20
_OVERLAP = 64
_XML = (".xml", ".rels", ".vml")
_DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_PLACE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]*)(\d+)[\"']")
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
)
"""What reading a damaged archive raises."""


def check_workbook(path: Path) -> None:
    """Refuse a workbook that could exhaust memory or that asks for anything outside itself.

    Raises:
        InputRejected: It unpacks to too much, declares entities, spans too many cells, or is
            damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_parts(path, archive)
    except DAMAGED as problem:
        raise unreadable(path, problem) from problem


def _check_parts(path: Path, archive: zipfile.ZipFile) -> None:
    parts, packed, unpacked = archive.infolist(), path.stat().st_size, 0
    if len(parts) > limits.WORKBOOK_PARTS:
        raise InputRejected("readers.many_parts", file=path.name, count=len(parts))
    for part in parts:
        is_xml = part.filename.casefold().endswith(_XML)
        span = _Span(path, part.filename)
        for block, fresh in _blocks(archive, part):
            unpacked += fresh
            if limits.is_bomb(unpacked, packed, limits.WORKBOOK_BYTES):
                raise bomb(path, unpacked, packed)
            if is_xml:
                _check_declarations(path, part.filename, block)
            if "worksheets/" in part.filename.casefold():
                span.add(block)


def _blocks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[tuple[bytes, int]]:
    """Yield a part's bytes, each block led by the end of the one before, and its fresh bytes."""
    with archive.open(part) as stream:
        before = b""
        while block := stream.read(_BLOCK):
            yield before + block, len(block)
            before = block[-_OVERLAP:]


def _check_declarations(path: Path, part: str, block: bytes) -> None:
    if b"\0" in block:
        raise ValueError("UTF-16")
    if _DECLARED.search(block):
        raise InputRejected("readers.entities_part", file=path.name, part=part)


class _Span:
    """The rectangle that a sheet's cells span, from the places they name."""

    def __init__(self, path: Path, part: str) -> None:
        self._path, self._part = path, part
        self._letters: set[bytes] = set()
        self._columns, self._rows = 1, 1

    def add(self, block: bytes) -> None:
        """Take in the cells of a block.

        Raises:
            InputRejected: The rectangle is larger than a sheet may be.
        """
        places = _PLACE.findall(block)
        if not places:
            return
        self._rows = max(self._rows, *(int(row[:12]) for _, row in places))
        letters = {column for column, _ in places} - self._letters
        self._letters |= letters
        self._columns = max([self._columns, *(column_number(column) for column in letters)])
        within = self._rows <= limits.SHEET_ROWS and self._columns <= limits.SHEET_COLUMNS
        if not within or self._rows * self._columns > limits.SHEET_CELLS:
            raise InputRejected(
                "readers.wide_sheet",
                file=self._path.name,
                part=self._part,
                rows=self._rows,
                columns=self._columns,
                most=limits.SHEET_CELLS,
            )


def column_number(letters: bytes) -> int:
    """Return the number of a column, from 1, by its letters.

    >>> column_number(b"A"), column_number(b"AB")
    (1, 28)
    """
    number = 0
    for letter in letters[:8].upper():
        number = number * 26 + letter - 64
    return number


def is_date_1904(path: Path) -> bool:
    """Say whether a workbook counts days from 1904, as old Macintosh versions of Excel did.

    Raises:
        InputRejected: The workbook is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive, archive.open("xl/workbook.xml") as part:
            return bool(re.search(rb"\bdate1904\s*=\s*[\"'](?:1|true)[\"']", part.read(_BLOCK)))
    except KeyError:
        return False
    except DAMAGED as problem:
        raise unreadable(path, problem) from problem
