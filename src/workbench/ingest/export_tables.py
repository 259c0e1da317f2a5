"""Find the table in an unknown export: its header, the kind of its rows, its records by column.

Every visible sheet, and every way to split a text, is tried; the one with the best header is
used. Event logs and JSON name their columns themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from workbench.core.errors import InputRejected
from workbench.ingest.header_rows import find_table_header
from workbench.ingest.headers import Aliases
from workbench.ingest.named_tables import best_rows, events_of, objects_of
from workbench.ingest.profile import AS_FOUND, SUFFIXES, FileLayout, Target, TextForm
from workbench.ingest.readers import layout
from workbench.ingest.readers.file_bytes import check_content, content_of, opened
from workbench.ingest.readers.text import Decoded, after_line, cells_of, top_rows, whole_rows
from workbench.ingest.readers.workbook import modern, open_book, sheet_cells

_DELIMITERS = (",", ";", "\t", "|")
_MOST_BYTES = 256 << 20
_KINDS: Mapping[str, tuple[str, ...]] = {
    **SUFFIXES,
    "csv": (*SUFFIXES["csv"], ".tsv", ".tsv.gz"),
}


@dataclass(frozen=True)
class Table:
    """The records of an unknown export and how they were found.

    ``frame`` has one text column per header. ``header_row`` is counted from 1. ``repeated`` are
    headers that stand over several columns, whose first counts; ``unnamed`` the numbers, from 1,
    of columns that hold values without a header. ``heading`` are the texts above the header.
    ``records`` is the key of the envelope around the objects of a JSON file.
    """

    kind: str
    rows: str
    frame: pl.DataFrame
    sheet: str = ""
    header_row: int = 0
    encoding: str = ""
    delimiter: str = ""
    heading: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    unnamed: tuple[int, ...] = ()
    records: str = ""
    score: float = 0.0
    is_whole: bool = True


def read_table(path: Path, aliases: Aliases, form: TextForm = AS_FOUND) -> Table:
    """Find the table of an export; a text is read in the form that is asked for.

    Raises:
        InputRejected: The file is damaged or hostile, of another kind, or has no header.
    """
    content_of(path)
    kind = _kind(path)
    check_content(path, kind)
    if kind == "xes":
        frame, is_whole = events_of(path)
        return Table(kind, "event", frame, is_whole=is_whole)
    if kind == "json":
        frame, records = objects_of(path, aliases)
        return Table(kind, best_rows(frame.columns[1:], aliases), frame, records=records)
    tables = list(_sheets(path, aliases) if kind == "xlsx" else _texts(path, aliases, form))
    if not tables:
        raise InputRejected("inspect.no_header", file=path.name)
    return max(tables, key=lambda table: table.score)


def _kind(path: Path) -> str:
    name = path.name.casefold()
    for kind, endings in _KINDS.items():
        if name.endswith(endings):
            return kind
    raise InputRejected("inspect.other_kind", file=path.name)


def _sheets(path: Path, aliases: Aliases) -> Iterator[Table]:
    book = open_book(path)
    for name in book.reader.sheet_names:
        if book.reader.load_sheet(name, header_row=None, n_rows=0).visible != "visible":
            continue
        cells, convention = modern(sheet_cells(book, name, path))
        cells = cells.with_columns(pl.col("source_row").cast(pl.Int64))
        top = cells.head(layout.SEARCH_ROWS).drop("source_row").rows()
        header = find_table_header(top, aliases)
        if header.score > 0:
            heading = tuple(cell for row in top[: header.header.row] for cell in row if cell)
            below = cells.slice(header.header.below)
            table = _records(below, header.header, header.rows, aliases, "xlsx")
            yield replace(
                table, sheet=name, encoding=convention, heading=heading, score=header.score
            )


def _texts(path: Path, aliases: Aliases, form: TextForm) -> Iterator[Table]:
    """Split a text by each delimiter; the right one gives the best header."""
    data, encoding, is_whole = _read(path, form.encoding or "utf-8-sig")
    for delimiter in form.delimiter or _DELIMITERS:
        top, lines = top_rows(data, delimiter, path)
        header_row = find_table_header(top, aliases)
        if header_row.score <= 0:
            continue
        header = header_row.header
        width = max(map(len, top[header.row : header.below]))
        line = lines[header.below - 1]
        cells = cells_of(after_line(data, line), delimiter, width, path, row=line + 1)
        yield replace(
            _records(cells, header, header_row.rows, aliases, "csv"),
            encoding=encoding,
            delimiter=delimiter,
            heading=tuple(cell for row in top[: header.row] for cell in row if cell),
            score=header_row.score,
            is_whole=is_whole,
        )


def _read(path: Path, declared: str) -> tuple[bytes, str, bool]:
    """Return a text as UTF-8, what its encoding was, and whether that is all of it."""
    blocks, size = [], 0
    with opened(path) as stream:
        decoded = Decoded(stream, declared, path)
        for block in whole_rows(decoded, path):
            blocks.append(block)
            size += len(block)
            if size > _MOST_BYTES:
                return b"".join(blocks), decoded.encoding, False
        return b"".join(blocks), decoded.encoding, True


def _records(
    cells: pl.DataFrame, header: layout.Header, rows: str, aliases: Aliases, kind: str
) -> Table:
    """Name the columns under a header, each name once, and keep the records."""
    counts = Counter(header.names)
    names, part = _first_of_each(header.names), _any_part(header.names, rows, aliases, kind)
    texts = [text for text in cells.columns if text != "source_row"]
    unread = [text for text in texts if not dict(enumerate(names)).get(int(text[1:]))]
    blank = cells.with_columns(pl.lit(None, pl.String).alias(text) for text in unread)
    single = layout.Header(header.row, header.depth, names)
    frame, _ = layout.records(blank, single, part, where="")
    record_cells = cells.join(frame.select("source_row"), on="source_row", how="semi")
    unnamed = tuple(
        number + 1
        for number, text in enumerate(texts)
        if not dict(enumerate(header.names)).get(number)
        and (record_cells[text].str.strip_chars() != "").any()
    )
    return Table(
        kind=kind,
        rows=rows,
        frame=frame,
        header_row=header.row + 1,
        repeated=tuple(name for name, count in counts.items() if name and count > 1),
        unnamed=unnamed,
    )


def _first_of_each(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names with repeated ones left out."""
    return tuple(name if name not in names[:n] else "" for n, name in enumerate(names))


def _any_part(names: tuple[str, ...], rows: str, aliases: Aliases, kind: str) -> FileLayout:
    """Return a layout that maps every column, so that record rows differ from text between them."""
    columns = {}
    for name in filter(None, names):
        guess = aliases.guess(name, rows)
        is_key = guess is not None and guess.field == "dossier_id"
        columns[name] = (Target("dossier", "dossier_id" if is_key else "x_any"),)
    return FileLayout((), "xlsx" if kind == "xlsx" else "csv", rows, columns)
