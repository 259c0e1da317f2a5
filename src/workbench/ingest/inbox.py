"""Match files to source profiles, and check whether the landed tables came from these files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from workbench.core.errors import InputRejected
from workbench.ingest.profile import FileLayout, SourceProfile
from workbench.ingest.readers import limits
from workbench.ingest.readers.file_bytes import check_regular, content_of, fingerprint
from workbench.ingest.requirements import gives_dossiers

_PREFIXES = (".", "~$")
"""Hidden files, and the lock files of Office beside an open workbook."""
_CLUTTER = frozenset({"desktop.ini", "thumbs.db", "ehthumbs.db", "icon\r"})
_CLUTTER_FOLDERS = frozenset({"__macosx", "$recycle.bin", "system volume information"})
"""Files that Windows and macOS create in folders, in lower case."""


@dataclass(frozen=True)
class Delivery:
    """One file of an export and its layout."""

    path: Path
    profile: SourceProfile
    part: FileLayout


def deliveries(paths: Iterable[Path], *profiles: SourceProfile) -> list[Delivery]:
    """Pair the files (or the files of folders) handed over with the parts of their profile.

    Args:
        paths: Files and folders.
        *profiles: One reads every file; of several, the first whose file pattern fits.

    Raises:
        InputRejected: A path does not exist, a folder is empty, or no part reads a file.
    """
    inbox_files = (file for path in paths for file in _files(path))
    if len(profiles) > 1:
        return [export for file in dict.fromkeys(inbox_files) for export in _known(file, profiles)]
    (profile,) = profiles
    files = dict.fromkeys(file for file in inbox_files if not profile.passes_over(file))
    for file in files:
        content_of(file)
    return [Delivery(file, profile, part) for file in files for part in profile.parts_of(file)]


def check_dossier_rows(exports: Sequence[Delivery]) -> None:
    """Reject files that together cannot give a dossier, before any of them is read.

    Raises:
        InputRejected: Every file is read as steps or pauses only.
    """
    if not any(gives_dossiers(export.part) for export in exports):
        kinds = sorted({export.part.rows for export in exports})
        profile = ", ".join(sorted({export.profile.name for export in exports}))
        raise InputRejected("sources.no_dossier_rows", profile=profile, rows=", ".join(kinds))


@dataclass(frozen=True)
class SortedInbox:
    """The files of an inbox that profiles read, and those that none knows."""

    exports: tuple[Delivery, ...]
    unknown: tuple[Path, ...]

    @property
    def paths(self) -> list[Path]:
        """The files that profiles read."""
        return list(dict.fromkeys(export.path for export in self.exports))


def sort_inbox(
    inbox: Path, profiles: Sequence[SourceProfile], *, strict: bool = False
) -> SortedInbox:
    """Match every file of a project's inbox to the profile whose file pattern fits.

    Raises:
        InputRejected: The inbox is missing or empty, no profile knows any file or, where
            ``strict``, one of them.
    """
    files = export_files(inbox)
    if not files:
        raise InputRejected("sources.empty_inbox", folder=inbox)
    known = [file for file in files if any(profile.parts_named(file) for profile in profiles)]
    unknown = [file for file in files if file not in known]
    read = files if strict or not known else known
    exports = tuple(export for file in read for export in _known(file, profiles))
    return SortedInbox(exports, tuple(unknown))


def inbox_deliveries(inbox: Path, profiles: Sequence[SourceProfile]) -> list[Delivery]:
    """Match every file of a project's inbox to its profile; one that none knows is refused.

    Raises:
        InputRejected: As ``sort_inbox``, strictly.
    """
    return list(sort_inbox(inbox, profiles, strict=True).exports)


def export_files(folder: Path) -> list[Path]:
    """Return the files below a folder that people put there, sorted; none where there is none.

    Raises:
        InputRejected: Something there is no file of data (a pipe, a device, a link that leads
            nowhere or to a folder), has a name that is not UTF-8, or there are too many files.
    """
    below = (path for path in folder.rglob("*") if _is_export(path.relative_to(folder)))
    files = [path for path in below if path.is_symlink() or not path.is_dir()]
    if len(files) > limits.FILES:
        raise InputRejected("readers.many_files", folder=folder, most=limits.FILES)
    for path in files:
        check_regular(path)
    return sorted(files)


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


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        if not (found := export_files(path)):
            raise InputRejected("sources.empty_folder", folder=path)
        return found
    check_regular(path)
    return [path]


def _known(file: Path, profiles: Sequence[SourceProfile]) -> list[Delivery]:
    for profile in profiles:
        if parts := profile.parts_named(file):
            return [Delivery(file, profile, part) for part in parts]
    content_of(file)
    profile_texts = "; ".join(
        f"{profile.name}: {', '.join(profile.patterns)}" for profile in profiles
    )
    raise InputRejected("sources.no_pattern", file=file.name, known=profile_texts)
