"""Follow the records of binary workbooks: Excel 97 to 2003 (``.xls``) and ``.xlsb``.

No cell is built here. One pass says which rectangle each sheet spans and how much text it
shows, before the library that reads the cells reserves it, and what that library does not say:
hidden rows, merged cells, errors, formulas without a value, numbers too long (``sheetxml``).
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

from workbench.core.errors import InputRejected
from workbench.ingest.readers.container import stream_of
from workbench.ingest.readers.sheetxml import OtherBook, OtherSheet, relations

_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_BIFF8, _UNICODE = 0x0600, 1
_BEGIN, _END, _DATES, _PASSWORD, _CONTINUED = 0x809, 0x0A, 0x22, 0x2F, 0x3C
_SHEET, _TEXTS, _ROW, _MERGES = 0x85, 0xFC, 0x208, 0xE5
_FORMULA, _NUMBER, _BOOL_OR_ERROR, _SHARED_TEXT = 0x06, 0x203, 0x205, 0xFD
_ONE_CELL = (_FORMULA, _NUMBER, _BOOL_OR_ERROR, _SHARED_TEXT, 0x201, 0x204, 0x27E, 0xD6)
_SEVERAL_CELLS = (0xBD, 0xBE)
_ROW_B, _ERROR_B, _NUMBER_B, _TEXT_B, _FORMULA_NUMBER_B, _FORMULA_ERROR_B = 0, 3, 5, 7, 9, 11
_SHEET_B, _DATES_B, _TEXT_ITEM_B, _MERGE_B = 156, 153, 19, 176


def xls_book(path: Path) -> OtherBook:
    """Follow the records of a workbook of Excel 97 to 2003.

    Raises:
        InputRejected: It has a password, or was written by Excel 95 or before.
        ValueError: It is damaged.
        struct.error: It is cut off.
        SpanExceededError: A sheet spans more cells than it may.
    """
    data = stream_of(path.read_bytes(), ("Workbook", "WORKBOOK"))
    if not data or _u16(data, 4) != _BIFF8:
        raise InputRejected("readers.is_old_xls", file=path.name)
    sheets, texts, is_date_1904, before = list[OtherSheet](), list[bytes](), False, _BEGIN
    for kind, at, size in _records(data, 0):
        if kind == _PASSWORD:
            raise InputRejected("readers.is_protected", file=path.name)
        if kind == _SHEET:
            start, state, _, _, letters = struct.unpack_from("<IBBBB", data, at)
            name = data[at + 8 : at + size].decode("utf-16-le" if letters & _UNICODE else "latin-1")
            sheets.append(OtherSheet(name, bool(state & 3), place=start))
        elif kind == _DATES:
            is_date_1904 = _u16(data, at) == 1
        elif kind == _TEXTS or (kind == _CONTINUED and before == _TEXTS):
            texts.append(data[at : at + size])
            continue
        before = kind
    lengths = _text_lengths(texts)
    for sheet in sheets:
        _follow_xls(data, sheet, lengths)
    return OtherBook(sheets, is_date_1904)


def _records(data: bytes, start: int) -> Iterator[tuple[int, int, int]]:
    """Yield kind, position and size of the records from one beginning to its end."""
    at, depth = start, 0
    while at + 4 <= len(data):
        kind, size = struct.unpack_from("<HH", data, at)
        depth += (kind == _BEGIN) - (kind == _END)
        if depth <= 1:
            yield kind, at + 4, size
        if depth == 0:
            return
        at += 4 + size
    raise ValueError("no end")


def _follow_xls(data: bytes, sheet: OtherSheet, lengths: list[int]) -> None:
    """Take in the cells of a sheet."""
    facts, span = sheet.facts, sheet.span
    for kind, at, size in _records(data, sheet.place):
        if kind in _ONE_CELL:
            row, column = struct.unpack_from("<HH", data, at)
            cell = (row + 1, column + 1)
            span.reach(*cell)
            if kind == _SHARED_TEXT:
                number = struct.unpack_from("<I", data, at + 6)[0]
                sheet.n_bytes += lengths[number] if number < len(lengths) else 0
            elif kind == _NUMBER:
                facts.add_number(cell, struct.unpack_from("<d", data, at + 6)[0])
            elif kind == _BOOL_OR_ERROR and data[at + 7]:
                facts.errors[cell] = _ERRORS.get(data[at + 6], "#")
            elif kind == _FORMULA and data[at + 12 : at + 14] != b"\xff\xff":
                if _is_open_nought(data[at + 6 : at + 14], _u16(data, at + 14) & 3):
                    facts.uncalculated.add(cell)
            elif kind == _FORMULA and data[at + 6] == 2:
                facts.errors[cell] = _ERRORS.get(data[at + 8], "#")
        elif kind in _SEVERAL_CELLS:
            span.reach(_u16(data, at) + 1, _u16(data, at + size - 2) + 1)
        elif kind == _ROW and data[at + 12] & 0x20:
            facts.hidden_rows.add(_u16(data, at) + 1)
        elif kind == _MERGES:
            for number in range(_u16(data, at)):
                top, bottom, left, right = struct.unpack_from("<4H", data, at + 2 + 8 * number)
                facts.add_merge((top + 1, left + 1), (bottom + 1, right + 1))


def _is_open_nought(value: bytes, flags: int) -> bool:
    """Return whether a formula is to be calculated on opening and shows 0 until then."""
    return bool(flags) and value == b"\0" * 8


def _text_lengths(records: list[bytes]) -> list[int]:
    """Return the bytes of each shared text; one may go on in the next record."""
    lengths: list[int] = []
    if not records:
        return lengths
    n_texts, place, at = struct.unpack_from("<I", records[0], 4)[0], 0, 8
    while len(lengths) < n_texts and place < len(records):
        if at >= len(records[place]):
            place, at = place + 1, 0
            continue
        n_letters, flags = struct.unpack_from("<HB", records[place], at)
        at += 3
        beside = 0
        if flags & 8:
            beside += 4 * _u16(records[place], at)
            at += 2
        if flags & 4:
            beside += int(struct.unpack_from("<I", records[place], at)[0])
            at += 4
        lengths.append(3 * n_letters)
        width = 1 + (flags & _UNICODE)
        while n_letters or beside:
            n_left = len(records[place]) - at
            fits = min(n_letters, n_left // width)
            n_letters, at = n_letters - fits, at + fits * width
            if not n_letters:
                skipped = min(beside, len(records[place]) - at)
                beside, at = beside - skipped, at + skipped
            if n_letters or beside:
                place, at = place + 1, 0
                if place >= len(records):
                    return lengths
                if n_letters:
                    width, at = 1 + (records[place][0] & _UNICODE), 1
    return lengths


def xlsb_book(path: Path) -> OtherBook:
    """Follow the records of a binary workbook (``.xlsb``).

    Raises:
        InputRejected: It is damaged.
        ValueError: Likewise.
        struct.error: A record is cut off.
        SpanExceededError: A sheet spans more cells than it may.
    """
    parts = relations(path, "xl/_rels/workbook.bin.rels", "xl")
    sheets, is_date_1904 = list[OtherSheet](), False
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        for kind, record in _parts(archive.read("xl/workbook.bin")):
            if kind == _SHEET_B:
                key, after = _text(record, 8)
                part = parts.get(key, ("", ""))[1]
                is_hidden = record[:4] != b"\0\0\0\0"
                sheets.append(OtherSheet(_text(record, after)[0], is_hidden, part=part))
            elif kind == _DATES_B:
                is_date_1904 = bool(record[0] & 1)
        texts = archive.read(_TEXT_PART) if _TEXT_PART in names else b""
        lengths = [3 * _u32(item, 1) for kind, item in _parts(texts) if kind == _TEXT_ITEM_B]
        for sheet in sheets:
            if sheet.part in names:
                _follow_xlsb(archive.read(sheet.part), sheet, lengths)
    return OtherBook(sheets, is_date_1904)


_TEXT_PART = "xl/sharedStrings.bin"


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield kind and content of the records of a part: both numbers take one byte or more."""
    at = 0
    while at < len(data):
        kind, at = _packed(data, at, 2)
        size, at = _packed(data, at, 4)
        yield kind, data[at : at + size]
        at += size


def _packed(data: bytes, at: int, most: int) -> tuple[int, int]:
    number = 0
    for place in range(most):
        byte = data[at + place]
        number |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return number, at + place + 1
    return number, at + most


def _follow_xlsb(data: bytes, sheet: OtherSheet, lengths: list[int]) -> None:
    """Take in the cells of a sheet."""
    facts, row = sheet.facts, 0
    for kind, record in _parts(data):
        if kind == _ROW_B:
            row = _u32(record, 0) + 1
            if record[11] & 0x10:
                facts.hidden_rows.add(row)
        elif kind <= _FORMULA_ERROR_B:
            cell = (row, _u32(record, 0) + 1)
            sheet.span.reach(*cell)
            if kind == _TEXT_B:
                number = _u32(record, 8)
                sheet.n_bytes += lengths[number] if number < len(lengths) else 0
            elif kind in (_ERROR_B, _FORMULA_ERROR_B):
                facts.errors[cell] = _ERRORS.get(record[8], "#")
            elif kind == _NUMBER_B:
                facts.add_number(cell, struct.unpack_from("<d", record, 8)[0])
            elif kind == _FORMULA_NUMBER_B and _is_open_nought(record[8:16], record[16] & 2):
                facts.uncalculated.add(cell)
        elif kind == _MERGE_B:
            top, bottom, left, right = struct.unpack_from("<4I", record)
            facts.add_merge((top + 1, left + 1), (bottom + 1, right + 1))


def _text(record: bytes, at: int) -> tuple[str, int]:
    """Return a text inside a record and the place behind it."""
    after = at + 4 + 2 * _u32(record, at)
    return record[at + 4 : after].decode("utf-16-le"), after


def _u16(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "little")


def _u32(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<I", data, at)[0])
