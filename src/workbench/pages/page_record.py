"""Remember what pages were made from, so that unchanged ones need not be made again.

The record (``data/briefings/.pages.json``) lies beside the periods' folders, in none of them: DVC
does not track it. Whoever wants pages made anyway removes it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from hashlib import file_digest, sha256
from importlib import metadata
from pathlib import Path

from workbench.answers import Book

_DISTRIBUTION = "dossier-workbench"
_CODE = Path(__file__).parents[1]


class PageRecord:
    """What each folder of pages was made from, and what its files were then."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._path = out / ".pages.json"
        self._entries = _entries(self._path)

    def has(self, folder: Path, sources: str) -> bool:
        """Return whether a folder still holds the pages that were made from these sources."""
        return folder.is_dir() and self._entries.get(self._name(folder)) == _entry(folder, sources)

    def add(self, folders: Mapping[Path, str]) -> None:
        """Note down what each folder of pages, now in its place, was made from."""
        for folder, sources in folders.items():
            self._entries[self._name(folder)] = _entry(folder, sources)
        entries = {name: e for name, e in self._entries.items() if (self._out / name).is_dir()}
        text = json.dumps(entries, indent=1, sort_keys=True) + "\n"
        self._path.write_text(text, encoding="utf-8", newline="\n")

    def _name(self, folder: Path) -> str:
        return folder.relative_to(self._out).as_posix()


def sources_digest(book: Book, notebooks: Iterable[Path]) -> str:
    """Return a digest of all that pages are made from but the question.

    These are the tables, reviewed facts, SQL models and notebooks, this program and the versions
    of the libraries that it asks for.
    """
    folders = (*book.folders, book.reference, book.facts.pipelines, _CODE)
    files = (path for folder in folders for path in sorted(folder.rglob("*")) if _counts(path))
    digest = sha256(" ".join(_versions()).encode())
    for path in (*files, *notebooks):
        digest.update(f"{path.name} {_file_digest(path)}\n".encode())
    return digest.hexdigest()


def question_digest(sources: str, question: Mapping[str, str], notebooks: Iterable[str]) -> str:
    """Return a digest of what one folder of pages is made from."""
    question_text = json.dumps([sources, dict(question), list(notebooks)], sort_keys=True)
    return sha256(question_text.encode()).hexdigest()


def _entry(folder: Path, sources: str) -> dict[str, str]:
    pages = sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        pages.update(f"{path.name} {_file_digest(path)}\n".encode())
    return {"sources": sources, "pages": pages.hexdigest()}


def _entries(path: Path) -> dict[str, dict[str, str]]:
    """Return the record of a file; a damaged one records nothing."""
    try:
        entries: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return entries


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _counts(path: Path) -> bool:
    return path.is_file() and path.parent.name != "__pycache__"


def _versions() -> list[str]:
    """Return the libraries of this installation that the program asks for, with their versions."""
    requirements = {line.split(";")[0] for line in metadata.requires(_DISTRIBUTION) or ()}
    names = {re.split(r"[^\w.-]", name, maxsplit=1)[0] for name in requirements}
    return [f"{name} {version}" for name in sorted(names) if (version := _version(name))]


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""
