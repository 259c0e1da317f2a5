"""List the outputs of the stages that differ between two revisions.

``dvc.lock`` records the hash of every output of a stage. Where both record the same one, the
outputs are the same bytes; the files of the working tree are hashed as they are, so that a change
that no run recorded is seen as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbench.review.sides import Side


@dataclass(frozen=True)
class Output:
    """One output of a stage that is not the same bytes on both sides.

    Attributes:
        path: The output, from the project's folder.
        files: Its files that differ or exist on one side only; empty where the output is one file
            or the cache no longer has the tables of a side.
    """

    path: str
    files: tuple[str, ...]


def changed_outputs(left: Side, right: Side) -> tuple[Output, ...]:
    """Return every output that differs, ordered by path."""
    before, after = _outputs(left), _outputs(right)
    changed = []
    for path in sorted(before.keys() | after.keys()):
        is_recorded_alike = before.get(path) == after.get(path)
        if is_recorded_alike and left.commit and right.commit:
            continue
        sides = left.file_hashes(path), right.file_hashes(path)
        if sides[0] != sides[1] or not is_recorded_alike:
            changed.append(Output(path, _differing(*sides)))
    return tuple(changed)


def _outputs(side: Side) -> dict[str, str]:
    """Return the recorded hash of every output by path."""
    stages = side.lock().values()
    return {out["path"]: str(out.get("md5", "")) for s in stages for out in s.get("outs", [])}


def _differing(left: Mapping[str, str] | None, right: Mapping[str, str] | None) -> tuple[str, ...]:
    if left is None or right is None:
        return ()
    names = sorted(left.keys() | right.keys())
    return tuple(name for name in names if name and left.get(name) != right.get(name))
