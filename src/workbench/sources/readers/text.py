"""Reads a delimited text file, plain or gzipped, as text.

Nothing is typed and nothing is repaired: bytes that the profile's encoding cannot decode, a NUL
byte, an open quote or a row with more cells than the header reject the file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import polars as pl

from workbench.errors import InputRejected
from workbench.sources.profile import Part
from workbench.sources.readers import layout
from workbench.sources.readers.delivery import opened
from workbench.sources.readers.raw import RawTable


def read_text(path: Path, part: Part) -> Iterator[RawTable]:
    """Yield the one table of a text file.

    Raises:
        InputRejected: The file cannot be decoded or split into the profile's columns.
    """
    with opened(path) as stream:
        data = _utf8(stream.read(), part.encoding, path)
    try:
        top, lines = _top_rows(data, part.delimiter)
    except csv.Error as problem:
        raise _unsplit(path, problem) from problem
    header = layout.check_header(layout.find_header(top, part), part, path)
    cells = _cells(data, lines[header.below - 1], part.delimiter, path)
    heading = tuple(cell for row in top[: header.row] for cell in row if cell)
    frame = layout.records(cells, header, part, where=path.name)
    yield RawTable("", frame, cells.height, heading, part.encoding)


def _utf8(data: bytes, encoding: str, path: Path) -> bytes:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise InputRejected(
            "sources.undecodable", file=path.name, row=line, encoding=encoding
        ) from problem
    if (nul := text.find("\0")) >= 0:
        raise InputRejected("sources.nul", file=path.name, row=text.count("\n", 0, nul) + 1)
    if text.count('"') % 2:
        raise InputRejected("sources.open_quote", file=path.name)
    return text.encode("utf-8")


def _top_rows(data: bytes, delimiter: str) -> tuple[list[list[str]], list[int]]:
    """Return the first rows and, for each, the number of the line it ends on."""
    reader = csv.reader(
        io.TextIOWrapper(io.BytesIO(data), "utf-8", newline=""), delimiter=delimiter
    )
    rows, lines = [], []
    for row in islice(reader, layout.SEARCH_ROWS):
        rows.append(row)
        lines.append(reader.line_num)
    return rows, lines


def _cells(data: bytes, header_line: int, delimiter: str, path: Path) -> pl.DataFrame:
    try:
        frame = pl.read_csv(
            io.BytesIO(data),
            separator=delimiter,
            skip_lines=header_line - 1,
            infer_schema=False,
            row_index_name="source_row",
            row_index_offset=header_line + 1,
        )
    except pl.exceptions.PolarsError as problem:
        raise _unsplit(path, problem) from problem
    numbered = frame.with_columns(pl.col("source_row").cast(pl.Int64))
    return numbered.rename({c: f"c{i}" for i, c in enumerate(numbered.columns[1:])})


def _unsplit(path: Path, problem: Exception) -> InputRejected:
    reason = str(problem).splitlines()[0]
    return InputRejected("sources.ragged", file=path.name, reason=reason)
