"""Reads an XES event log, plain or gzipped, as a stream: one row per event.

A case's attributes repeat on each of its events under ``case:<key>``, as in the CSV form of such
logs; a case without events gives one row without event attributes. Defaults in ``<global>`` are
not applied: what the log does not say stays missing. Nested attributes are named
``<key>/<inner key>``. A document type or an entity, the door of expansion attacks, rejects the
file; memory holds one batch of events as Python objects, never the document.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.parsers import expat

import polars as pl

from workbench.errors import InputRejected
from workbench.sources.profile import Part
from workbench.sources.readers.delivery import opened
from workbench.sources.readers.layout import check_columns
from workbench.sources.readers.raw import RawTable
from workbench.sources.spelling import trimmed

_BLOCK = 1 << 16
_BATCH = 20_000


class _Forbidden(Exception):
    """The log declares a document type or an entity."""


def read_event_log(path: Path, part: Part) -> Iterator[RawTable]:
    """Yield the one table of an event log.

    Raises:
        InputRejected: The log is damaged, declares entities, or has an unknown attribute.
    """
    with opened(path) as stream:
        frames = list(_frames(stream, path))
    if not frames:
        raise InputRejected("sources.no_cases", file=path.name)
    events = pl.concat(frames, how="diagonal").with_row_index("source_row", offset=1)
    frame = events.with_columns(pl.col("source_row").cast(pl.Int64))
    headers = [name for name in frame.columns if name != "source_row"]
    check_columns(headers, part, file=path.name, sheet="-", row="-")
    tidied = frame.with_columns(trimmed(name) for name in headers if name in part.columns)
    yield RawTable("", tidied, frame.height, (), "utf-8")


def _frames(stream: IO[bytes], path: Path) -> Iterator[pl.DataFrame]:
    log = _Log()
    parser = _parser(log)
    try:
        while block := stream.read(_BLOCK):
            parser.Parse(block, False)
            if len(log.rows) >= _BATCH:
                yield log.batch()
        parser.Parse(b"", True)
    except expat.ExpatError as problem:
        raise InputRejected(
            "sources.bad_xml", file=path.name, row=problem.lineno, reason=problem
        ) from problem
    except _Forbidden as problem:
        row = parser.CurrentLineNumber
        raise InputRejected("sources.entities", file=path.name, row=row) from problem
    if log.rows:
        yield log.batch()


def _parser(log: _Log) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.StartElementHandler = log.start
    parser.EndElementHandler = log.end
    parser.StartDoctypeDeclHandler = _forbid
    parser.EntityDeclHandler = _forbid
    return parser


def _forbid(*_: object) -> None:
    raise _Forbidden


class _Log:
    """The state of the parse: the open case, the open event, and the rows finished so far."""

    def __init__(self) -> None:
        self.rows: list[dict[str, str]] = []
        self._case: dict[str, str] = {}
        self._into: dict[str, str] | None = None
        self._path: list[str] = []
        self._events = 0

    def batch(self) -> pl.DataFrame:
        """Return the finished rows as a frame of text and forget them."""
        rows, self.rows = self.rows, []
        names = dict.fromkeys(key for row in rows for key in row)
        return pl.DataFrame(
            {n: [row.get(n) for row in rows] for n in names}, dict.fromkeys(names, pl.String)
        )

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Open a case, an event, or an attribute inside one."""
        if tag == "event":
            self._into, self._events = dict(self._case), self._events + 1
        elif tag == "trace":
            self._into = self._case = {}
            self._events = 0
        elif self._into is not None:
            self._path.append(attributes.get("key", tag))
            if (value := attributes.get("value")) is not None:
                lead = "case:" if self._into is self._case else ""
                self._into[lead + "/".join(self._path)] = value

    def end(self, tag: str) -> None:
        """Close what ``start`` opened; an event, or a case without any, becomes a row."""
        if tag == "event":
            if self._into is not None:
                self.rows.append(self._into)
            self._into = self._case
        elif tag == "trace":
            if not self._events:
                self.rows.append(self._case)
            self._into = None
        elif self._into is not None:
            self._path.pop()
