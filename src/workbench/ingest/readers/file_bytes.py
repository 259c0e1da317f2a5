"""Bytes of a delivered file, checked against its name before anything parses them."""

from __future__ import annotations

import errno
import gzip
import stat
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, Protocol

from workbench.core.errors import InputRejected
from workbench.ingest.readers import limits
from workbench.ingest.readers.content import check_readable
from workbench.messages import say


class Bytes(Protocol):
    """A file being read from its beginning, block by block."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, at most so many; none at the end."""
        ...


def check_content(path: Path, kind: str) -> None:
    """Reject a file whose content contradicts its extension, or that no reader reads.

    Raises:
        InputRejected: The file is missing or empty, or is something else than its name says.
    """
    content = content_of(path)
    packed = path.suffix.casefold() == ".gz"
    expected = "gzip" if packed else "xlsx" if kind == "xlsx" else "text"
    if content != expected:
        raise InputRejected(
            "sources.wrong_content", file=path.name, found=content, expected=expected
        )


def check_regular(path: Path) -> None:
    """Reject what is not a regular file: opening a pipe or a device could wait forever.

    Raises:
        InputRejected: Nothing is there, it is something else than a file, or its name cannot be
            written down.
    """
    printable = path.name.encode("utf-8", "backslashreplace").decode("utf-8")
    if printable != path.name:
        raise InputRejected("readers.odd_name", file=printable)
    try:
        mode = path.stat().st_mode
    except OSError as problem:
        if not path.is_symlink():
            raise _unopened(path, problem) from problem
        kind = "broken" if problem.errno == errno.ENOENT else "loop"
    else:
        if stat.S_ISREG(mode):
            return
        if stat.S_ISDIR(mode) and not path.is_symlink():
            raise InputRejected("readers.is_folder", folder=path.name)
        kind = next((name for name, is_kind in _KINDS.items() if is_kind(mode)), "device")
    raise InputRejected("readers.no_regular_file", file=path.name, kind=say(f"readers.kind_{kind}"))


_KINDS: Mapping[str, Callable[[int], bool]] = {
    "pipe": stat.S_ISFIFO,
    "socket": stat.S_ISSOCK,
    "folder_link": stat.S_ISDIR,
}


def content_of(path: Path) -> str:
    """Return whether a file is ``text``, ``gzip`` or ``xlsx``.

    Raises:
        InputRejected: The file is missing, unreadable or empty, or has a format without a reader.
    """
    check_regular(path)
    _first_bytes(path)
    return check_readable(path)


def _first_bytes(path: Path, count: int = 8) -> bytes:
    """Return the first bytes of a file that is there and not empty.

    Raises:
        InputRejected: The file is missing, unreadable or empty.
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(count)
    except OSError as problem:
        raise _unopened(path, problem) from problem
    if not start:
        raise InputRejected("sources.empty_file", file=path.name)
    return start


@contextmanager
def opened(path: Path) -> Iterator[Bytes]:
    """Open a file for reading, unpacking ``.gz``; a damaged archive is a rejected input.

    Raises:
        InputRejected: The archive is truncated or damaged, or unpacks to more than it may.
    """
    try:
        with path.open("rb") as stream:
            packed = path.suffix.casefold() == ".gz"
            yield _Unpacked(path, stream) if packed else stream
    except (EOFError, zlib.error) as problem:
        raise unreadable(path, problem) from problem
    except OSError as problem:
        raise _unopened(path, problem) from problem


class _Unpacked:
    """A gzipped file that stops unpacking at the limit."""

    def __init__(self, path: Path, stream: IO[bytes]) -> None:
        self._path, self._size = path, path.stat().st_size
        self._stream = gzip.GzipFile(fileobj=stream)
        self._unpacked = 0

    def read(self, size: int, /) -> bytes:
        """Return the next unpacked bytes.

        Raises:
            InputRejected: The file unpacks to more than it may.
        """
        block = self._stream.read(size)
        self._unpacked += len(block)
        if limits.is_bomb(self._unpacked, self._size):
            raise bomb(self._path, self._unpacked, self._size)
        return block


def bomb(path: Path, unpacked: int, packed: int) -> InputRejected:
    """Return the error for a file that unpacks to far more than an export."""
    return InputRejected(
        "readers.bomb",
        file=path.name,
        packed=f"{packed / 1e6:.1f}",
        unpacked=f"{unpacked / 1e6:.0f}",
        most=limits.UNPACKED_BYTES >> 30,
        workbook=limits.WORKBOOK_BYTES >> 30,
        ratio=limits.RATIO,
    )


def _unopened(path: Path, problem: OSError) -> InputRejected:
    """Return the error for a file that cannot be opened or read on."""
    if isinstance(problem, FileNotFoundError):
        return InputRejected("sources.no_file", file=path)
    return unreadable(path, problem.strerror or problem)


def unreadable(path: Path, problem: object) -> InputRejected:
    """Return the error for a damaged file."""
    return InputRejected("sources.unreadable", file=path.name, reason=problem)


def fingerprint(path: Path) -> str:
    """Return the SHA-256 of a file as delivered.

    Raises:
        InputRejected: The file is gone, or cannot be read.
    """
    digest = sha256()
    try:
        with path.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    except OSError as problem:
        raise _unopened(path, problem) from problem
    return digest.hexdigest()
