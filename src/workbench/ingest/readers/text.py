"""Read a delimited text file, plain or gzipped, as text, a block of rows at a time.

Nothing is typed and nothing is repaired. Bytes that the file's encoding cannot decode, a NUL byte,
an open quote, a row without end or with more cells than the header reject the file; a row that ends
before the header does is reported as cut. Only text of fonts from before Unicode is changed
(``legacy``): bytes that are not UTF-8 are tried under the old Vietnamese conventions, and the
table records which one was undone. Memory holds a block, never the file.
"""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

import numpy as np
import polars as pl

from workbench.core.errors import InputRejected
from workbench.ingest.legacy import LEGACY, convention_of, spelling_share, to_unicode
from workbench.ingest.profile import FileLayout
from workbench.ingest.readers import layout, limits
from workbench.ingest.readers.file_bytes import Bytes, opened
from workbench.ingest.readers.raw import NO_NOTES, NO_ROWS, NOTES, RawTable

BLOCK = 8 << 20
_MOST_ROWS = 250_000
_SAMPLE = 1 << 18
_UTF8 = ("utf-8", "utf-8-sig", "utf8")
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_QUOTE, _NEWLINE = 34, 10
_CLEAR = 0.8


def read_text(path: Path, part: FileLayout) -> Iterator[RawTable]:
    """Yield the one table of a text file in pieces of whole rows, each with the heading.

    Raises:
        InputRejected: The file cannot be decoded or split into the profile's columns.
    """
    with opened(path) as stream:
        decoded = Decoded(stream, part.encoding, path)
        blocks = whole_rows(decoded, path)
        first = next(blocks, b"")
        top, lines = top_rows(first, part.delimiter, path)
        header = layout.check_header(layout.find_header(top, part), part, path)
        width = max(map(len, top[header.row : header.below]))
        heading = tuple(cell for row in top[: header.row] for cell in row if cell)
        row = lines[header.below - 1]
        for number, block in enumerate(chain((after_line(first, row),), blocks)):
            cells = cells_of(block, part.delimiter, width, path, row=row + 1)
            frame, marks = layout.records(
                cells, header, part, where=path.name, is_first=number == 0
            )
            short = short_rows(block, part.delimiter, cells, header.width)
            short = short.filter(short.is_in(frame["source_row"].implode()))
            cut, notes = (
                (short, NO_NOTES) if part.short_rows == "refuse" else (NO_ROWS, _padded(short))
            )
            encoding = decoded.encoding
            yield RawTable("", frame, cells.height, heading, encoding, marks, cut, notes)
            row += cells.height


class Decoded:
    """A text file as blocks of UTF-8 bytes, and ``encoding``, what it was before.

    UTF-8 is assumed unless the profile says otherwise; other bytes are tried as UTF-16 (by its
    byte order mark) and under the old Vietnamese conventions.
    """

    def __init__(self, stream: Bytes, encoding: str, path: Path) -> None:
        self._stream, self._path = stream, path
        self._first = stream.read(BLOCK)
        self._codec, self._convention = _encoding_of(self._first, encoding)
        self.encoding = self._convention or self._codec

    def __iter__(self) -> Iterator[bytes]:
        """Yield the file; in an old convention, up to the end of a line each time."""
        rest = ""
        for block, text in self._texts():
            if self._is_utf8:
                yield block
            elif self._convention:
                cut = text.rfind("\n") + 1
                yield _modern(rest + text[:cut], self._convention).encode("utf-8")
                rest = text[cut:]
            else:
                yield text.encode("utf-8")
        yield _modern(rest, self._convention).encode("utf-8")

    @property
    def _is_utf8(self) -> bool:
        """Whether the bytes, once checked, can stay as they are."""
        return self._codec in _UTF8 and not self._convention

    def _texts(self) -> Iterator[tuple[bytes, str]]:
        """Yield each block as bytes and as text, in which every line ends with a line feed."""
        decoder = codecs.getincrementaldecoder(self._codec)()
        block, line = self._first, 1
        old_mac = b"\n" not in block
        mark = codecs.BOM_UTF8 if self._codec == "utf-8-sig" else b""
        while True:
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as problem:
                row = line + bytes(problem.object[: problem.start]).count(b"\n")
                raise InputRejected(
                    "sources.undecodable", file=self._path.name, row=row, encoding=self.encoding
                ) from problem
            if (nul := text.find("\0")) >= 0:
                row = line + text.count("\n", 0, nul)
                raise InputRejected("sources.nul", file=self._path.name, row=row)
            if old_mac:
                yield block.removeprefix(mark).replace(b"\r", b"\n"), text.replace("\r", "\n")
            else:
                yield block.removeprefix(mark), text
            if not block:
                return
            line += block.count(b"\n") if self._is_utf8 else text.count("\n")
            block, mark = self._stream.read(BLOCK), b""


def _encoding_of(start: bytes, declared: str) -> tuple[str, str]:
    """Return the codec of a file and the old convention its letters follow, if any."""
    if declared in LEGACY:
        return "latin-1", declared
    if declared not in _UTF8:
        return declared, ""
    if start.startswith(_UTF16_MARKS):
        return "utf-16", ""
    sample = start[:_SAMPLE]
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return _legacy_codec(sample) or (declared, "")
    return declared, "" if text.isascii() else convention_of(text.splitlines())


def _legacy_codec(sample: bytes) -> tuple[str, str] | None:
    if convention := convention_of(sample.decode("latin-1").splitlines()):
        return "latin-1", convention
    windows = unicodedata.normalize("NFC", sample.decode("cp1258", "replace"))
    return ("cp1258", "") if spelling_share(windows.splitlines()) >= _CLEAR else None


def _modern(text: str, convention: str) -> str:
    return "\n".join(to_unicode(line, convention) for line in text.split("\n")) if text else ""


def whole_rows(blocks: Iterable[bytes], path: Path) -> Iterator[bytes]:
    """Yield the same bytes, cut where a row ends and no quoted cell is open.

    Raises:
        InputRejected: A row is longer than any row, or a quote never closes.
    """
    rest = b""
    for block in blocks:
        data = rest + block
        cut = _end_of_rows(data)
        if len(data) - cut > limits.LINE_BYTES:
            raise _endless(path, data[cut:])
        if cut:
            yield from _few_rows(data[:cut])
        rest = data[cut:]
    if rest.count(b'"') % 2:
        raise InputRejected("sources.open_quote", file=path.name)
    if rest:
        yield rest


def _few_rows(rows: bytes) -> Iterator[bytes]:
    """Yield whole rows in parts of no more than memory should hold: blank lines cost as rows do."""
    cut = _end_of_rows(rows[: len(rows) // 2]) if rows.count(b"\n") > _MOST_ROWS else 0
    if cut:
        yield from _few_rows(rows[:cut])
        yield from _few_rows(rows[cut:])
    else:
        yield rows


def _endless(path: Path, rest: bytes) -> InputRejected:
    if b'"' in rest and b"\n" in rest:
        return InputRejected("sources.open_quote", file=path.name)
    return InputRejected("readers.long_line", file=path.name, most=limits.LINE_BYTES)


def _end_of_rows(data: bytes) -> int:
    if b'"' not in data:
        return data.rfind(b"\n") + 1
    signs = np.frombuffer(data, np.uint8)
    inside = np.bitwise_xor.accumulate((signs == _QUOTE).view(np.uint8))
    ends = np.flatnonzero((signs == _NEWLINE) & (inside == 0))
    return int(ends[-1]) + 1 if len(ends) else 0


def top_rows(data: bytes, delimiter: str, path: Path) -> tuple[list[list[str]], list[int]]:
    """Return the first rows and, for each, the number of the line it ends on.

    Raises:
        InputRejected: They are no rows of a delimited text, or wider than any.
    """
    lines_of = io.TextIOWrapper(io.BytesIO(data), "utf-8", newline="\n")
    reader = csv.reader(lines_of, delimiter=delimiter)
    rows, lines = list[list[str]](), list[int]()
    try:
        for row in islice(reader, layout.SEARCH_ROWS):
            layout.check_size(len(rows), len(row), path.name)
            rows.append(row)
            lines.append(reader.line_num)
    except csv.Error as problem:
        raise _unsplit(path, problem) from problem
    return rows, lines


def after_line(data: bytes, line: int) -> bytes:
    """Return what follows so many lines."""
    at = 0
    for _ in range(line):
        at = data.find(b"\n", at) + 1
        if not at:
            return b""
    return data[at:]


def cells_of(data: bytes, delimiter: str, width: int, path: Path, *, row: int) -> pl.DataFrame:
    """Split whole rows into columns ``c0``, ``c1`` ... with ``source_row`` counted from ``row``.

    Raises:
        InputRejected: A row has more cells than the header.
    """
    names = [f"c{n}" for n in range(width)]
    if not data:
        return pl.DataFrame(schema={"source_row": pl.Int64, **dict.fromkeys(names, pl.String)})
    try:
        frame = pl.read_csv(
            f"{delimiter.join(names)}\n".encode() + data,
            separator=delimiter,
            infer_schema=False,
            row_index_name="source_row",
            row_index_offset=row,
        )
    except pl.exceptions.PolarsError as problem:
        raise _unsplit(path, problem) from problem
    return frame.with_columns(pl.col("source_row").cast(pl.Int64))


def short_rows(data: bytes, delimiter: str, cells: pl.DataFrame, width: int) -> pl.Series:
    """Return the ``source_row`` of rows with fewer cells than the header has names.

    Args:
        data: Whole rows of a text.
        delimiter: What stands between cells.
        cells: The same rows, split; cells that a row lacks are missing.
        width: How many cells a row must have.
    """
    last = f"c{width - 1}"
    open_ended = cells[last].is_null() if last in cells.columns else pl.Series([False])
    if width < 2 or not open_ended.any():
        return NO_ROWS
    counts = _delimiters(data, delimiter)
    return cells["source_row"].filter(open_ended & (counts < width - 1))


def _delimiters(data: bytes, delimiter: str) -> pl.Series:
    """Count the delimiters of each row outside of quoted cells."""
    signs = np.frombuffer(data, np.uint8)
    outside = np.bitwise_xor.accumulate((signs == _QUOTE).view(np.uint8)) == 0
    ends = np.flatnonzero((signs == _NEWLINE) & outside)
    if signs[-1] != _NEWLINE:
        ends = np.append(ends, len(signs))
    marks = np.flatnonzero((signs == ord(delimiter)) & outside)
    return pl.Series(np.diff(np.searchsorted(marks, ends), prepend=0))


def _padded(short: pl.Series) -> pl.DataFrame:
    note = ("F07", "", len(short))
    return pl.DataFrame([note] if len(short) else [], NOTES, orient="row")


def _unsplit(path: Path, problem: Exception) -> InputRejected:
    reason = str(problem).splitlines()[0]
    return InputRejected("sources.ragged", file=path.name, reason=reason)
