"""Check workbooks that are not ``.xlsx`` before their cells are built, and gather their facts.

Old (``.xls``) and binary (``.xlsb``) workbooks are followed record by record (``biff``),
OpenDocument ones as XML (``opendocument``). What holds for ``.xlsx`` holds for them: hidden sheets
and rows, merged cells, errors, formulas without a value, numbers too long, limits of size.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.parsers.expat import ExpatError

from workbench.core.errors import InputRejected
from workbench.ingest.readers import limits
from workbench.ingest.readers.archive import DAMAGED, check_text, check_workbook, sheet_limits
from workbench.ingest.readers.biff import xls_book, xlsb_book
from workbench.ingest.readers.file_bytes import unreadable
from workbench.ingest.readers.opendocument import ods_book
from workbench.ingest.readers.sheetspan import Span
from workbench.ingest.readers.sheetxml import OtherBook, SheetPart, TooManyFactsError

_FOLLOW: Mapping[str, Callable[[Path], OtherBook]] = {
    "xls": xls_book,
    "xlsb": xlsb_book,
    "ods": ods_book,
}


@dataclass(frozen=True)
class BookFacts:
    """The spans and sheets of a workbook by name, and whether it counts days from 1904."""

    spans: Mapping[str, Span]
    parts: Mapping[str, SheetPart]
    is_date_1904: bool


def read_other(path: Path, kind: str) -> BookFacts:
    """Return what a workbook says of its sheets, if memory can hold them.

    Args:
        path: The workbook.
        kind: ``xls``, ``xlsb`` or ``ods``.

    Raises:
        InputRejected: It is damaged, has a password, is older than Excel 97, or is too large.
    """
    if kind != "xls":
        check_workbook(path, has_xml_cells=False)
    try:
        with sheet_limits(path, path.name):
            book = _FOLLOW[kind](path)
    except TooManyFactsError as problem:
        most = limits.SHEET_FACTS
        raise InputRejected(
            "readers.many_facts", file=path.name, part=path.name, most=most
        ) from problem
    except (*DAMAGED, ExpatError, LookupError, struct.error) as problem:
        raise unreadable(path, problem) from problem
    for sheet in book.sheets:
        check_text(path, sheet.name, sheet.n_bytes)
    parts = {s.name: SheetPart(s.name, s.is_hidden, s.facts) for s in book.sheets}
    return BookFacts({s.name: s.span for s in book.sheets}, parts, book.is_date_1904)
