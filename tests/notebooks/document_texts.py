"""Read the texts of a document in the format of an office, as its reader meets them."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from workbench.pages.formats import Document, write_document


def texts_of(document: Document, form: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the texts of a document in one format, without empty ones."""
    if form == "pdf":
        texts = _texts_laid_out(document, monkeypatch)
    else:
        texts = _texts_zipped(write_document(document, form))
    return [text for text in texts if text]


def _texts_zipped(document: bytes) -> list[str]:
    """Return the paragraphs of a Word document, or the texts of a workbook's cells and names."""
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        names = [n for n in archive.namelist() if n.endswith(("document.xml", "sharedStrings.xml"))]
        roots = [ElementTree.fromstring(archive.read(name)) for name in names]
    wholes = [
        whole for root in roots for tag in ("p", "si") for whole in root.iterfind(f".//{{*}}{tag}")
    ]
    return ["".join(part.text or "" for part in whole.iterfind(".//{*}t")) for whole in wholes]


def _texts_laid_out(document: Document, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the texts of a PDF: its layout gets them all from one file. Nothing is laid out."""
    texts: list[str] = []

    def compile_nothing(file: Path, **_: object) -> bytes:
        content = file.with_name("content.json").read_text(encoding="utf-8")
        texts.extend(_leaves(json.loads(content)))
        return b""

    monkeypatch.setattr("typst.compile", compile_nothing)
    write_document(document, "pdf")
    return texts


def _leaves(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        value = [part for key, part in value.items() if key != "path"]
    if isinstance(value, list):
        for part in value:
            yield from _leaves(part)
    elif isinstance(value, str):
        yield value


def claims_under_headings(page: str) -> list[tuple[str, str]]:
    """Return the claims of a page, each with the heading above it."""
    return [
        (section.partition("</h2>")[0].rpartition(">")[2], claim)
        for section in page.split("<h2")[1:]
        for claim in re.findall(r'<li>([^<]+) <span class="level">', section)
    ]
