"""The bytes of a delivered file, checked to be what the name says before anything parses them."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, cast

from workbench.errors import InputRejected

_GZIP, _ZIP, _OLD_EXCEL = b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def check_content(path: Path, kind: str) -> None:
    """Refuse a file whose first bytes contradict its extension.

    Raises:
        InputRejected: The file is missing or empty, or is something else than its name says.
    """
    start = first_bytes(path)
    packed = path.suffix.casefold() == ".gz"
    found = _content(start)
    expected = "gzip" if packed else {"xlsx": "xlsx", "csv": "text", "xes": "text"}[kind]
    if found != expected:
        raise InputRejected("sources.wrong_content", file=path.name, found=found, expected=expected)


def first_bytes(path: Path, count: int = 8) -> bytes:
    """Return the first bytes of a file that is there and not empty.

    Raises:
        InputRejected: The file is missing, unreadable or empty.
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(count)
    except FileNotFoundError as problem:
        raise InputRejected("sources.no_file", file=path) from problem
    except OSError as problem:
        raise unreadable(path, problem) from problem
    if not start:
        raise InputRejected("sources.empty_file", file=path.name)
    return start


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for reading, unpacking ``.gz``; a damaged archive is a rejected input.

    Raises:
        InputRejected: The archive is truncated or damaged.
    """
    try:
        with path.open("rb") as stream:
            packed = path.suffix.casefold() == ".gz"
            yield cast("IO[bytes]", gzip.GzipFile(fileobj=stream)) if packed else stream
    except (EOFError, gzip.BadGzipFile, zlib.error) as problem:
        raise unreadable(path, problem) from problem


def unreadable(path: Path, problem: object) -> InputRejected:
    """Word the failure to read a damaged file."""
    return InputRejected("sources.unreadable", file=path.name, reason=problem)


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of a file as delivered."""
    digest = sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _content(start: bytes) -> str:
    if start.startswith(_GZIP):
        return "gzip"
    if start.startswith(_ZIP):
        return "xlsx"
    if start.startswith(_OLD_EXCEL):
        return "xls"
    return "text"
