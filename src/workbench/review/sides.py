"""Find what a name of a side stands for: a revision of the project, or a folder of ``analyse``."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

from workbench.core.environment import processors
from workbench.core.errors import InputRejected
from workbench.core.project import Project
from workbench.review.snapshots import RevisionTables, file_md5


class Side(Protocol):
    """One side of a comparison, read-only; used in a ``with`` block."""

    @property
    def label(self) -> str:
        """What a page calls it."""

    @property
    def commit(self) -> str:
        """Its commit; empty where it is none."""

    def __enter__(self) -> Self:
        """Open what it is read from."""

    def __exit__(self, *failure: object) -> None:
        """Close what was opened."""

    def lock(self) -> dict[str, Any]:
        """Return the stages that DVC recorded; empty where there are none."""

    def headline(self) -> str:
        """Return the lateness profile of headlines."""

    def table_hashes(self) -> dict[str, str]:
        """Return the MD5 of every table by its name."""

    def file_hashes(self, output: str) -> dict[str, str] | None:
        """Return the MD5 of each file of an output; nothing where it is not known."""

    def copy_table(self, table: str, target: Path) -> None:
        """Copy a table that ``table_hashes`` names."""


@dataclass(frozen=True)
class AnalysedFolder:
    """A folder that ``workbench analyse --out`` wrote: its tables, without a record of inputs."""

    folder: Path

    def __enter__(self) -> Self:
        """Open nothing: its files are read as they lie there."""
        return self

    def __exit__(self, *failure: object) -> None:
        """Close nothing."""

    @property
    def label(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def commit(self) -> str:
        """Empty: it is no commit."""
        return ""

    def lock(self) -> dict[str, Any]:
        """Return no stages: ``analyse`` runs outside DVC."""
        return {}

    def headline(self) -> str:
        """Return the profile under which the folder's own figures were made.

        Raises:
            InputRejected: ``measures.json`` does not say it.
        """
        file = self.folder / "measures.json"
        try:
            return str(json.loads(file.read_text(encoding="utf-8"))["profile"])
        except (OSError, ValueError, KeyError):
            raise InputRejected("revisions.not_analysed", folder=self.folder) from None

    def table_hashes(self) -> dict[str, str]:
        """Return the MD5 of every table by its name."""
        files = self._files()
        with ThreadPoolExecutor(processors()) as pool:
            return {
                file.stem: md5 for file, md5 in zip(files, pool.map(file_md5, files), strict=True)
            }

    def file_hashes(self, output: str) -> dict[str, str] | None:
        """Return no files: the folder has no outputs of stages."""
        del output
        return None

    def copy_table(self, table: str, target: Path) -> None:
        """Link a table that ``table_hashes`` names, or copy it where there are no links."""
        source = self.folder / "tables" / f"{table}.parquet"
        try:
            target.symlink_to(source)
        except OSError:
            shutil.copyfile(source, target)

    def _files(self) -> list[Path]:
        return sorted((self.folder / "tables").glob("*.parquet"))


def find_side(project: Project, name: str | None) -> Side:
    """Return the side of a name: a folder that ``analyse`` wrote, else a revision.

    Args:
        project: The project whose revisions are meant.
        name: A folder with ``tables``, any name git knows, or a DVC experiment; nothing for the
            working tree.

    Raises:
        UsageProblem: There is neither such a folder nor such a revision.
    """
    if name is not None and (Path(name) / "tables").is_dir():
        return AnalysedFolder(Path(name).resolve())
    return RevisionTables.at(project, name)
