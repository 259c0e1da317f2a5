"""Read an XES event log, plain or gzipped, as a stream: one row per event.

A case's attributes repeat on each of its events under ``case:<key>``, as in the CSV form of such
logs; a case without events gives one row without event attributes. Defaults in ``<global>`` are
not applied: what the log lacks stays missing. Nested attributes are named ``<key>/<inner key>``. A
document type or an entity (used by expansion attacks) rejects the file, and so do attributes nested
too deep, values without end and, at the first batch that has one, an attribute unknown to the
profile. Memory holds one batch of events as Python objects, never the document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.parsers import expat

import polars as pl

from workbench.core.errors import InputRejected
from workbench.ingest.profile import FileLayout
from workbench.ingest.readers import limits
from workbench.ingest.readers.file_bytes import Bytes, opened, unreadable
from workbench.ingest.readers.layout import check_columns, check_known, check_size, refuse_huge
from workbench.ingest.readers.raw import RawTable
from workbench.ingest.repairs import marked
from workbench.ingest.spelling import trimmed_series

_BLOCK = 1 << 16
_BATCH = 20_000
_NAMES = {
    name: name for name in ("event", "trace", "string", "date", "int", "float", "boolean", "id")
}
"""Elements without a prefix, the usual ones by far, found quicker than a prefix is looked for."""


class _ForbiddenError(Exception):
    """The log declares a document type or an entity."""


class _MisplacedError(Exception):
    """An event stands outside a case."""


class _TooDeepError(Exception):
    """Attributes are nested deeper than any log nests them."""


def read_event_log(path: Path, part: FileLayout) -> Iterator[RawTable]:
    """Yield the one table of an event log.

    Raises:
        InputRejected: The log is damaged, declares entities, or has an unknown attribute.
    """
    with opened(path) as stream:
        frames = list(_frames(stream, path, part))
    if not frames:
        raise InputRejected("sources.no_cases", file=path.name)
    names = {name for frame in frames for name in frame.columns}
    check_size(sum(frame.height for frame in frames), len(names), path.name)
    events = pl.concat(frames, how="diagonal").with_row_index("source_row", offset=1)
    frame = events.with_columns(pl.col("source_row").cast(pl.Int64))
    headers = [name for name in frame.columns if name != "source_row"]
    check_columns(headers, part, file=path.name)
    mapped = {name: name for name in headers if name in part.columns}
    refuse_huge(frame, mapped, path.name)
    modern, marks = marked(frame, part.columns)
    tidied = modern.with_columns(trimmed_series(modern[name]) for name in mapped)
    yield RawTable("", tidied, frame.height, (), "utf-8", marks)


def first_events(path: Path, most: int) -> tuple[pl.DataFrame, bool]:
    """Return the first events of a log, every attribute as text, and whether these are all.

    Args:
        path: The log.
        most: How many events are enough; a batch more may be read.

    Raises:
        InputRejected: The log is damaged or declares entities.
    """
    frames, size, log = list[pl.DataFrame](), 0, _Log()
    with opened(path) as stream:
        for _ in _parsed(stream, log, path):
            if len(log.rows) >= _BATCH:
                frames.append(log.batch(path))
                size += frames[-1].height
                if size >= most:
                    return pl.concat(frames, how="diagonal"), False
        if log.rows:
            frames.append(log.batch(path))
    if not frames:
        raise InputRejected("sources.no_cases", file=path.name)
    return pl.concat(frames, how="diagonal"), True


def _frames(stream: Bytes, path: Path, part: FileLayout) -> Iterator[pl.DataFrame]:
    log = _Log()
    for _ in _parsed(stream, log, path):
        if len(log.rows) >= _BATCH:
            yield _known(log.batch(path), part, path)
    if log.rows:
        yield _known(log.batch(path), part, path)


def _known(frame: pl.DataFrame, part: FileLayout, path: Path) -> pl.DataFrame:
    check_known(frame.columns, part, file=path.name)
    return frame


def _parsed(stream: Bytes, log: _Log, path: Path) -> Iterator[None]:
    """Feed a log block by block, pausing after each."""
    parser, fed = _parser(log), 0
    try:
        while block := stream.read(_BLOCK):
            parser.Parse(block, False)
            fed += len(block)
            _check_value(parser, fed, path)
            yield
        parser.Parse(b"", True)
    except expat.ExpatError as problem:
        raise InputRejected(
            "sources.bad_xml", file=path.name, row=problem.lineno, reason=problem
        ) from problem
    except (LookupError, ValueError) as problem:
        # the declared encoding is unknown, or one that the parser cannot read
        raise unreadable(path, problem) from problem
    except (_ForbiddenError, _MisplacedError, _TooDeepError) as problem:
        row = parser.CurrentLineNumber
        raise InputRejected(
            _REASONS[type(problem)], file=path.name, row=row, most=limits.XML_DEPTH
        ) from problem


_REASONS: Mapping[type, str] = {
    _ForbiddenError: "sources.entities",
    _MisplacedError: "sources.misplaced",
    _TooDeepError: "readers.too_deep",
}


def _check_value(parser: expat.XMLParserType, fed: int, path: Path) -> None:
    """Refuse an element that has not ended after more bytes than any has."""
    if fed - max(parser.CurrentByteIndex, 0) > limits.LINE_BYTES:
        row = parser.CurrentLineNumber
        raise InputRejected("readers.huge_value", file=path.name, row=row, most=limits.LINE_BYTES)


def _parser(log: _Log) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.StartElementHandler = log.start
    parser.EndElementHandler = log.end
    parser.StartDoctypeDeclHandler = _forbid
    parser.EntityDeclHandler = _forbid
    return parser


def _forbid(*_: object) -> None:
    raise _ForbiddenError


class _Log:
    """The state of the parse: the open case, the open event, and the rows finished so far.

    A row is an event and the number of its case, whose attributes are stored once.
    """

    def __init__(self) -> None:
        self.rows: list[dict[str, str]] = []
        self._cases: list[dict[str, str]] = []
        self._owners: list[int] = []
        self._into: dict[str, str] | None = None
        self._path: list[str] = []
        self._has_events = True

    def batch(self, path: Path) -> pl.DataFrame:
        """Return the finished rows as a frame of text and forget them.

        Raises:
            InputRejected: They have more attributes than any log.
        """
        cases = _texts(self._cases, "case:", path.name)
        events = _texts(self.rows, "", path.name)
        frame = pl.concat([cases[self._owners], events], how="horizontal")
        self._cases, self._owners, self.rows = self._cases[-1:], [], []
        return frame

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Open a case, an event, or an attribute inside one."""
        tag = _NAMES.get(tag) or _without_prefix(tag)
        if tag == "event":
            if self._into is None:
                raise _MisplacedError
            self._into, self._has_events = {}, True
        elif tag == "trace":
            self._into, self._has_events = {}, False
            self._cases.append(self._into)
        elif self._into is not None:
            name = attributes.get("key", tag)
            self._path.append(name)
            if len(self._path) > 1:
                name = "/".join(self._path)
                if len(self._path) > limits.XML_DEPTH:
                    raise _TooDeepError
            if (value := attributes.get("value")) is not None:
                self._into[name] = value

    def end(self, tag: str) -> None:
        """Close what ``start`` opened; an event, or a case without any, becomes a row."""
        tag = _NAMES.get(tag) or _without_prefix(tag)
        if tag == "event":
            self._add(self._into or {})
            self._into = self._cases[-1]
        elif tag == "trace":
            if not self._has_events:
                self._add({})
            self._into = None
        elif self._into is not None:
            self._path.pop()

    def _add(self, event: dict[str, str]) -> None:
        self.rows.append(event)
        self._owners.append(len(self._cases) - 1)


def _without_prefix(tag: str) -> str:
    """Return the name of an element without the prefix of its namespace (``xes:trace``)."""
    return tag.rpartition(":")[2]


def _texts(rows: list[dict[str, str]], lead: str, file: str) -> pl.DataFrame:
    """Return rows as columns of text whose names begin with ``lead``."""
    blank = dict.fromkeys(key for row in rows for key in row)
    check_size(len(rows), len(blank), file)
    if not blank:
        return pl.DataFrame(height=len(rows))
    names = [lead + name for name in blank]
    columns = zip(*((blank | row).values() for row in rows), strict=True)
    return pl.DataFrame(dict(zip(names, columns, strict=True)), dict.fromkeys(names, pl.String))
