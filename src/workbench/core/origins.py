"""Record which outputs an output was made from, so that figures of two runs are never mixed.

Every stage writes ``origin.json`` beside its tables: a fingerprint of the tables, and those of the
outputs it read. A reader of several outputs checks first that they belong together.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.core.errors import RuleFailed

ORIGIN = "origin.json"


@dataclass(frozen=True)
class _Origin:
    """Fingerprint of an output's tables, and by folder name those of its inputs."""

    fingerprint: str
    made_from: dict[str, str]


def write_origin(folder: Path, inputs: Sequence[Path] = ()) -> None:
    """Write the origin of a stage's tables: their fingerprint, and those of their inputs.

    Args:
        folder: The tables of the stage, complete.
        inputs: Folders of other stages that were read; one without an origin is left out.
    """
    origins = {place.name: _read(place) for place in inputs}
    content = {
        "fingerprint": _fingerprint(folder),
        "made_from": {name: o.fingerprint for name, o in origins.items() if o is not None},
    }
    text = json.dumps(content, indent=1, sort_keys=True) + "\n"
    (folder / ORIGIN).write_text(text, encoding="utf-8", newline="\n")


def check_origins(clean: Path, clock: Path, results: Path | None = None) -> None:
    """Reject outputs of which one was made from another run of an earlier stage.

    Args:
        clean: Folder of the clean tables.
        clock: Folder of the clock's tables.
        results: Folder of the results, unless they are about to be made.

    Raises:
        RuleFailed: A folder was made from tables that differ from those now in another one.
    """
    origins = {clean.name: _read(clean)}
    for folder, command in ((clock, "workbench clock"), (results, "workbench explain")):
        origin = _read(folder) if folder else None
        if folder is None or origin is None:
            continue
        for name, fingerprint in origin.made_from.items():
            now = origins.get(name)
            if now is not None and now.fingerprint != fingerprint:
                raise RuleFailed("stages.other_run", folder=folder, input=name, command=command)
        origins[folder.name] = origin


def _read(folder: Path) -> _Origin | None:
    path = folder / ORIGIN
    return _Origin(**json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None


def _fingerprint(folder: Path) -> str:
    """Return a digest of the names and bytes of the tables in a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.parquet")):
        with path.open("rb") as file:
            digest.update(
                f"{path.name} {hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode()
            )
    return digest.hexdigest()
