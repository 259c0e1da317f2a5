"""Check a workbook part by part before any cells are built.

Parts are unpacked block by block, counted and discarded; names of parts are never used as paths.
Rejected are workbooks that unpack to far more than an export, that declare a document type or
entities in any part, and sheets that span more cells or text than an export
(``sheetspan``).
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from xml.parsers.expat import ExpatError

from workbench.core.errors import InputRejected
from workbench.ingest.readers import limits
from workbench.ingest.readers.file_bytes import bomb, unreadable
from workbench.ingest.readers.sheetspan import (
    Span,
    SpanExceededError,
    SpanSearch,
    parsed_span,
    text_lengths,
)

_BLOCK = 1 << 20
_OVERLAP = 64
_XML = (".xml", ".rels", ".vml")
_DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_SHARED = "xl/sharedstrings.xml"
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


def check_workbook(path: Path, *, has_xml_cells: bool = True) -> dict[str, Span]:
    """Return the span of each part of a workbook; refuse one that could exhaust memory.

    Args:
        path: The workbook.
        has_xml_cells: Whether its parts may have cells in the XML of ``.xlsx``; without them only
            what it unpacks to is checked.

    Raises:
        InputRejected: It unpacks to too much, declares entities, spans too many cells or too much
            text, or is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _check_parts(path, archive, has_xml_cells=has_xml_cells)
    except (*DAMAGED, ExpatError) as problem:
        raise unreadable(path, problem) from problem


def check_sheets(path: Path, parts: Iterable[str], spans: Mapping[str, Span]) -> None:
    """Refuse a workbook whose sheets together are more than memory holds.

    Args:
        path: The workbook.
        parts: The part of each sheet; one part may be that of many sheets.
        spans: What ``check_workbook`` returned.

    Raises:
        InputRejected: It has more sheets than any register, or they span too many cells.
    """
    sheets = list(parts)
    if len(sheets) > limits.SHEETS:
        most = limits.SHEETS
        raise InputRejected("readers.many_sheets", file=path.name, count=len(sheets), most=most)
    largest = max((span.cells for span in spans.values()), default=0)
    cells = sum(spans[part].cells if part in spans else largest for part in sheets)
    if cells > limits.SHEET_CELLS:
        most = limits.SHEET_CELLS
        raise InputRejected("readers.many_cells", file=path.name, count=cells, most=most)


def _check_parts(path: Path, archive: zipfile.ZipFile, *, has_xml_cells: bool) -> dict[str, Span]:
    parts, packed, unpacked = archive.infolist(), path.stat().st_size, 0
    if len(parts) > limits.WORKBOOK_PARTS:
        raise InputRejected("readers.many_parts", file=path.name, count=len(parts))
    searches: dict[str, SpanSearch] = {}
    for part in parts:
        is_xml = part.filename.casefold().endswith(_XML)
        search = searches[part.filename] = SpanSearch()
        before = b""
        blocks = _blocks(archive, part.filename)
        with sheet_limits(path, part.filename), closing(blocks):
            for block in blocks:
                unpacked += len(block)
                if limits.is_bomb(unpacked, packed, limits.WORKBOOK_BYTES):
                    raise bomb(path, unpacked, packed)
                if is_xml:
                    _check_declarations(path, part.filename, before + block)
                if has_xml_cells:
                    search.add(block)
                before = block[-_OVERLAP:]
            search.finish()
    return _spans(path, archive, searches)


def _spans(
    path: Path, archive: zipfile.ZipFile, searches: Mapping[str, SpanSearch]
) -> dict[str, Span]:
    """Return the span of each part with cells, parsing those whose bytes do not say it."""
    shared = next((name for name in searches if name.casefold() == _SHARED), "")
    longest = searches[shared].longest_text if shared else 0
    spans, texts = {}, list[int]()
    for part, search in searches.items():
        if not search.span.n_cells:
            continue
        n_bytes, is_long = 0, longest * search.span.n_cells > limits.SHEET_TEXT
        if is_long and not texts:
            with closing(_blocks(archive, shared)) as blocks:
                texts = text_lengths(blocks)
        spans[part] = search.span
        if is_long or not search.is_placed:
            with sheet_limits(path, part), closing(_blocks(archive, part)) as blocks:
                spans[part], n_bytes = parsed_span(blocks, texts)
        check_text(path, part, n_bytes)
    return spans


def check_text(path: Path, part: str, n_bytes: int) -> None:
    """Refuse a sheet that shows more text than memory holds.

    Raises:
        InputRejected: It does.
    """
    if n_bytes > limits.SHEET_TEXT:
        size, most = n_bytes >> 20, limits.SHEET_TEXT >> 20
        raise InputRejected("readers.much_text", file=path.name, part=part, size=size, most=most)


@contextmanager
def sheet_limits(path: Path, part: str) -> Iterator[None]:
    """Turn a span beyond the limits into a rejected input.

    Raises:
        InputRejected: A sheet spans more than it may.
    """
    try:
        yield
    except SpanExceededError as problem:
        raise InputRejected(
            "readers.wide_sheet",
            file=path.name,
            part=part,
            rows=problem.rows,
            columns=problem.columns,
            most=limits.SHEET_CELLS,
        ) from problem


def _blocks(archive: zipfile.ZipFile, part: str) -> Generator[bytes, None, None]:
    with archive.open(part) as stream:
        while block := stream.read(_BLOCK):
            yield block


def _check_declarations(path: Path, part: str, block: bytes) -> None:
    if b"\0" in block:
        raise ValueError("UTF-16")
    if _DECLARED.search(block):
        raise InputRejected("readers.entities_part", file=path.name, part=part)


def is_date_1904(path: Path) -> bool:
    """Return whether a workbook counts days from 1904, as old Macintosh versions of Excel did.

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
