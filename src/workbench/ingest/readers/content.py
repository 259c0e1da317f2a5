"""Detect the format of a delivered file by its bytes, so that an error names it and the remedy."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

from workbench.core.errors import InputRejected

_BLOCK = 1 << 20
_START = 2048
_GZIP, _ZIP, _OLE, _PDF = b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"
_PROTECTED = "EncryptedPackage".encode("utf-16-le")
_OVERLAP = len(_PROTECTED)
_XML_SHEET = re.compile(rb"urn:schemas-microsoft-com:office:spreadsheet|mso-application")
_HTML = re.compile(rb"^\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|meta|table|body)\b", re.I)

_CURES: Mapping[str, str] = {
    "protected": "readers.is_protected",
    "xls": "readers.is_xls",
    "xlsb": "readers.is_xlsb",
    "ods": "readers.is_ods",
    "xml_sheet": "readers.is_xml_sheet",
    "html": "readers.is_html",
    "pdf": "readers.is_pdf",
    "zip": "readers.is_zip",
}
"""Kinds of files that no reader reads, and the message that names each."""


def check_readable(path: Path) -> str:
    """Return whether a file is ``text``, ``gzip`` or ``xlsx``; refuse what no reader reads.

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
    except (zipfile.BadZipFile, ValueError, OSError):
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
