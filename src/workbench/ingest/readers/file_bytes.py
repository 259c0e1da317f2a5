"""Bytes of a delivered file, checked against its name before anything parses them."""

from __future__ import annotations

import errno
import gzip
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, Protocol

from workbench.core.errors import InputRejected
from workbench.ingest.readers import limits
from workbench.messages import say

_BLOCK = 1 << 20
_START = 2048
_GZIP, _ZIP, _OLE, _PDF = b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"
_PROTECTED = "EncryptedPackage".encode("utf-16-le")
_OVERLAP = len(_PROTECTED)
_MANIFEST = "META-INF/manifest.xml"
"""Where an OpenDocument file says that its parts are encrypted."""
_XML_SHEET = re.compile(rb"urn:schemas-microsoft-com:office:spreadsheet|mso-application")
_HTML = re.compile(rb"^\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|meta|table|body)\b", re.I)

_CURES: Mapping[str, str] = {
    "protected": "readers.is_protected",
    "xml_sheet": "readers.is_xml_sheet",
    "html": "readers.is_html",
    "pdf": "readers.is_pdf",
    "zip": "readers.is_zip",
}
"""Kinds of files that no reader reads, and the message that names each."""

_WORKBOOKS = ("xlsx", "xls", "xlsb", "ods")


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
    expected = ("gzip",) if packed else _WORKBOOKS if kind == "xlsx" else ("text",)
    if content not in expected:
        raise InputRejected(
            "sources.wrong_content", file=path.name, found=content, expected=expected[0]
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
    """Return whether a file is ``text``, ``gzip``, ``xlsx``, ``xls``, ``xlsb`` or ``ods``.

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


def check_readable(path: Path) -> str:
    """Return what a file is, as ``content_of`` does; refuse what no reader reads.

    Raises:
        InputRejected: The file is protected by a password or has a format without a reader;
            the message names the format and how to save the file instead.
    """
    kind = _kind_of(path)
    if kind in _CURES:
        raise InputRejected(_CURES[kind], file=path.name)
    return kind


def _kind_of(path: Path) -> str:
    with path.open("rb") as stream:
        start = stream.read(_START)
    if start.startswith(_GZIP):
        return "gzip"
    if start.startswith(_ZIP):
        return _kind_of_zip(path)
    if start.startswith(_OLE):
        return "protected" if _is_protected(path) else "xls"
    if start.startswith(_PDF):
        return "pdf"
    text = _as_ascii(start)
    if text.lstrip().startswith(b"<?xml") and _XML_SHEET.search(text):
        return "xml_sheet"
    return "html" if _HTML.match(text) else "text"


def _kind_of_zip(path: Path) -> str:
    """Return the kind of a packed document; a damaged one is left to the reader of workbooks."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if _MANIFEST in names:
                with archive.open(_MANIFEST) as part:
                    if b":encryption-data" in part.read(_BLOCK):
                        return "protected"
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OSError):
        return "xlsx"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "content.xml" in names and "mimetype" in names:
        return "ods"
    return "xlsx" if "[Content_Types].xml" in names else "zip"


def _is_protected(path: Path) -> bool:
    """Return whether an OLE container wraps an encrypted workbook."""
    before = b""
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            joined = before + block
            if _PROTECTED in joined:
                return True
            before = joined[-_OVERLAP:]
    return False


def _as_ascii(start: bytes) -> bytes:
    """Drop the byte order mark, and the zero bytes of UTF-16, so that tags can be searched."""
    return start.removeprefix(b"\xef\xbb\xbf").lstrip(b"\xff\xfe").replace(b"\0", b"")
