"""Read JSON payloads: one object, a list, one object per line, or an envelope around a list.

Every value arrives as the text it has in the file, numbers included. A nested list of objects is a
table of its own, read by the part that names it; there a key of the object around it is called
``../key``. A value deeper inside is named by its path: ``fields.status.name``, ``dates[0]``,
``custom[name=SLA].value`` (``paths``). A row is the number of the object, counted from 1.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from workbench.core.errors import InputRejected
from workbench.ingest.profile import FileLayout
from workbench.ingest.readers import limits
from workbench.ingest.readers.file_bytes import opened
from workbench.ingest.readers.layout import check_columns, check_size, refuse_huge
from workbench.ingest.readers.paths import at_path, with_paths, without_type
from workbench.ingest.readers.raw import RawTable, place
from workbench.ingest.repairs import marked
from workbench.ingest.spelling import trimmed

_BLOCK = 1 << 20
_MARKS = tuple([ord(sign) for sign in signs] for signs in ("[{", "]}", ","))
"""What opens an object or a list, what closes one, and what stands between values."""
_ODD_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
"""Characters that no text holds: NUL, and halves of a Unicode pair that stand alone."""
Object = dict[str, Any]


def read_payload(path: Path, part: FileLayout) -> Iterator[RawTable]:
    """Yield the one table a part takes from a payload.

    Raises:
        InputRejected: The file is not JSON, holds something else than objects, or an object has a
            key that the profile does not know.
    """
    objects = list(_objects(path, part))
    inner = list(_nested(objects, part, path)) if part.nested else objects
    rows = [with_paths(row, part.headers()) for row in inner]
    where = place(path.name, part.nested)
    names = list(dict.fromkeys(name for row in rows for name in row))
    if rows:
        check_columns([*names, *_absent(part, names)], part, file=where)
    check_size(len(rows), len(names), where)
    texts = {
        name: [_text(row, name, part, where, n) for n, row in enumerate(rows, start=1)]
        for name in names
    }
    frame = pl.DataFrame(texts, dict.fromkeys(names, pl.String))
    numbered = frame.with_row_index("source_row", offset=1)
    refuse_huge(numbered, {name: name for name in names if name in part.columns}, where)
    modern, marks = marked(numbered, part.columns)
    tidied = modern.with_columns(
        pl.col("source_row").cast(pl.Int64), *(trimmed(name) for name in names)
    )
    yield RawTable(part.nested, tidied, tidied.height, (), "utf-8", marks)


def read_objects(path: Path, records: str) -> list[Object]:
    """Return the objects of a payload as they are, those inside an envelope where there is one.

    Raises:
        InputRejected: The file is not JSON or holds something else than objects.
    """
    return list(_objects(path, FileLayout((), "json", "dossier", {}, records=records)))


def _absent(part: FileLayout, names: list[str]) -> list[str]:
    """Senders leave out keys that have no value: only the dossier's number must be there."""
    return [
        name
        for name, fed in part.columns.items()
        if name not in names and all(target.field != "dossier_id" for target in fed)
    ]


def _objects(path: Path, part: FileLayout) -> Iterator[Object]:
    data = _bytes(path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise InputRejected(
            "sources.undecodable", file=path.name, row=line, encoding="utf-8"
        ) from problem
    _check_shape(data, path)
    has_odd_texts = _ODD_ESCAPE.search(text) is not None
    for number, value in enumerate(_values(text, path), start=1):
        if not isinstance(value, dict):
            raise InputRejected("sources.no_object", file=path.name, row=number)
        if has_odd_texts:
            _check_texts(value, path, number)
        yield from _inside(value, part, path, number)


def _bytes(path: Path) -> bytes:
    blocks, size = [], 0
    with opened(path) as stream:
        while block := stream.read(_BLOCK):
            blocks.append(block)
            size += len(block)
            if size > limits.PAYLOAD_BYTES:
                most = limits.PAYLOAD_BYTES >> 20
                raise InputRejected("readers.large_payload", file=path.name, most=most)
    return b"".join(blocks)


def _check_shape(data: bytes, path: Path) -> None:
    """Refuse a payload that is nested too deep or has too many values, before any is built."""
    bare = data.replace(rb"\\", b"__").replace(rb"\"", b"__")
    depth = quotes = n_values = 0
    for start in range(0, len(bare), _BLOCK):
        signs = np.frombuffer(bare[start : start + _BLOCK], np.uint8)
        inside = (np.cumsum(signs == ord('"')) + quotes) % 2
        quotes = int(inside[-1])
        opens, closes, commas = (np.isin(signs, kinds) & (inside == 0) for kinds in _MARKS)
        depths = depth + np.cumsum(opens.astype(np.int32) - closes.astype(np.int32))
        depth = int(depths[-1])
        n_values += int(opens.sum()) + int(commas.sum())
        if int(depths.max()) > limits.JSON_DEPTH:
            raise InputRejected("readers.deep_payload", file=path.name, most=limits.JSON_DEPTH)
        if n_values > limits.PAYLOAD_VALUES:
            most = limits.PAYLOAD_VALUES
            raise InputRejected("readers.many_values", file=path.name, most=most)


def _check_texts(value: Object, path: Path, number: int) -> None:
    """Refuse a record with a text that no table can hold."""
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        key, inner = waiting.pop()
        if isinstance(inner, dict):
            waiting += [(name, name) for name in inner]
            waiting += inner.items()
        elif isinstance(inner, list):
            waiting += [(key, entry) for entry in inner]
        elif isinstance(inner, str) and _NO_TEXT.search(inner):
            printable = _NO_TEXT.sub("\N{REPLACEMENT CHARACTER}", key)
            raise InputRejected("readers.no_text", file=path.name, row=number, key=printable)


def _values(text: str, path: Path) -> Iterable[Any]:
    """Return the objects of a document, or of each line where every line is a document."""
    try:
        value = _parsed(text, path)
    except json.JSONDecodeError as problem:
        lines = [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
        if len(lines) < 2:
            raise _broken(path, problem.lineno, problem) from problem
        return [_line(line, n, path) for n, line in lines]
    return value if isinstance(value, list) else [value]


def _line(line: str, number: int, path: Path) -> Any:
    try:
        return _parsed(line, path)
    except json.JSONDecodeError as problem:
        raise _broken(path, number, problem) from problem


def _parsed(text: str, path: Path) -> Any:
    def with_single_keys(pairs: list[tuple[str, Any]]) -> Object:
        value = dict(pairs)
        if len(value) < len(pairs):
            for key, inner in pairs:
                if inner != value[key]:
                    printable = _NO_TEXT.sub("\N{REPLACEMENT CHARACTER}", key)
                    raise InputRejected("readers.same_key", file=path.name, key=printable)
        return value

    return json.loads(
        text,
        parse_int=str,
        parse_float=str,
        parse_constant=str,
        object_pairs_hook=with_single_keys,
    )


def _inside(value: Object, part: FileLayout, path: Path, number: int) -> Iterator[Object]:
    """Unwrap an envelope: an object whose key ``records`` holds the list of rows."""
    inner = at_path(value, part.records) if part.records else None
    if inner is None:
        yield value
        return
    for row in inner if isinstance(inner, list) else [inner]:
        if not isinstance(row, dict):
            raise InputRejected("sources.no_object", file=path.name, row=number)
        yield row


def _nested(rows: list[Object], part: FileLayout, path: Path) -> Iterator[Object]:
    for number, row in enumerate(rows, start=1):
        entries = at_path(row, part.nested) or []
        for entry in entries if isinstance(entries, list) else [entries]:
            if not isinstance(entry, dict):
                raise InputRejected("sources.no_object", file=path.name, row=number)
            around = with_paths({f"../{k}": v for k, v in row.items()}, part.headers())
            yield {k: v for k, v in around.items() if k in part.columns} | entry


def _text(row: Object, name: str, part: FileLayout, where: str, number: int) -> str | None:
    value = without_type(row.get(name))
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if name in part.columns:
        raise InputRejected("sources.not_a_value", file=where, row=number, column=name)
    return None


def _broken(path: Path, row: int, problem: json.JSONDecodeError) -> InputRejected:
    return InputRejected("sources.bad_json", file=path.name, row=row, reason=problem.msg)
