"""Readers of files as delivered: every cell as text, with its row number.

A reader rejects what it cannot read completely; it never repairs, types or drops a value.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from pathlib import Path

from workbench.ingest.profile import FileLayout
from workbench.ingest.readers.ahead import ahead
from workbench.ingest.readers.eventlog import read_event_log
from workbench.ingest.readers.file_bytes import check_content
from workbench.ingest.readers.payload import read_payload
from workbench.ingest.readers.raw import RawTable, place, whole
from workbench.ingest.readers.text import read_text
from workbench.ingest.readers.workbook import read_workbook

__all__ = ["RawTable", "ahead", "place", "read", "read_pieces"]

_READERS: Mapping[str, Callable[[Path, FileLayout], Iterator[RawTable]]] = {
    "csv": read_text,
    "xlsx": read_workbook,
    "xes": read_event_log,
    "json": read_payload,
}


def read(path: Path, part: FileLayout) -> Iterator[RawTable]:
    """Yield the tables of a file, one per sheet, as the part of a profile describes them.

    Raises:
        InputRejected: The file is missing, is something else than its name says, is damaged, or
            has columns the profile does not know.
    """
    return whole(read_pieces(path, part))


def read_pieces(path: Path, part: FileLayout) -> Generator[RawTable, None, None]:
    """Yield the tables of a file in pieces that memory can hold.

    Pieces of a sheet follow one another in the order of its rows, each with the heading.

    Raises:
        InputRejected: As ``read``.
    """
    check_content(path, part.kind)
    yield from _READERS[part.kind](path, part)
