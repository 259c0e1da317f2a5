"""Which files of a folder are exports, and whether the landed tables were made from them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from workbench.sources.readers.delivery import fingerprint

_PREFIXES = (".", "~$")
"""Hidden files, and the locks that Office lays beside an open workbook."""
_CLUTTER = frozenset({"desktop.ini", "thumbs.db", "ehthumbs.db", "icon\r"})
_CLUTTER_FOLDERS = frozenset({"__macosx", "$recycle.bin", "system volume information"})
"""What Windows and macOS leave in folders by themselves, in lower case."""


def export_files(folder: Path) -> list[Path]:
    """Return the files below a folder that people put there, sorted; none where there is none."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in files if _is_export(path.relative_to(folder)))


def _is_export(path: Path) -> bool:
    name = path.name.casefold()
    folders = {part.casefold() for part in path.parts[:-1]}
    return not (name.startswith(_PREFIXES) or name in _CLUTTER or folders & _CLUTTER_FOLDERS)


def differ_from_landed(exports: Sequence[Path], landed: Path) -> bool:
    """Return whether the landed tables were made from other files than these exports.

    Args:
        exports: Every file that would be ingested now.
        landed: Folder with ``landed_files.parquet`` (one row per file and sheet, ``sha256``).
    """
    digests = set(pl.read_parquet(landed / "landed_files.parquet", columns=["sha256"])["sha256"])
    return {fingerprint(path) for path in exports} != digests
