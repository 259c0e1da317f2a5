"""Why figures moved: which inputs of the pipeline differ between two ``dvc.lock`` files.

DVC records the hash of everything each stage reads, so a reason is a fact: an input with equal
hashes did not cause the change. Stages are compared one by one: an entry of a stage that was not
run again says nothing about the others. Outputs of one stage that another reads are left out; they
are consequences. Which input moved which dossier is not decided here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from workbench.core.git import git
from workbench.core.project import Project
from workbench.review.sides import Side

Group = Literal["data", "rules", "calendar", "reference", "code", "unrecorded"]

GROUPS: tuple[Group, ...] = ("data", "rules", "calendar", "reference", "code", "unrecorded")

_FOLDERS: tuple[tuple[str, Group], ...] = (
    ("data/inbox", "data"),
    ("data/reference/calendars", "calendar"),
    ("data/reference/profiles", "rules"),
    ("data/reference", "reference"),
    ("params.yaml", "rules"),
)


@dataclass(frozen=True)
class Reason:
    """One input that differs.

    Attributes:
        group: The kind of input it is.
        what: A path from the project's folder, or ``params.yaml:<key>``.
        stages: The stages that read it.
        left: Its state on the left: a short hash, a parameter's value, empty where absent.
        right: Its state on the right.
        files: For a folder kept in git, the files in it that differ.
    """

    group: Group
    what: str
    stages: tuple[str, ...]
    left: str
    right: str
    files: tuple[str, ...] = ()


def find_reasons(project: Project, left: Side, right: Side) -> tuple[Reason, ...]:
    """Return every recorded input that differs, ordered by group and path."""
    before, after = _inputs(left.lock()), _inputs(right.lock())
    stages: dict[tuple[str, str, str], list[str]] = {}
    for stage, what in [*before, *(pair for pair in after if pair not in before)]:
        states = before.get((stage, what), ""), after.get((stage, what), "")
        if states[0] != states[1]:
            stages.setdefault((what, *states), []).append(stage)
    reasons = [
        Reason(group, what, tuple(names), old, new, files)
        for (what, old, new), names in stages.items()
        for group, files in _by_group(what, _files(project, what, left, right))
    ]
    return tuple(sorted(reasons, key=lambda r: (GROUPS.index(r.group), r.what, r.left, r.right)))


def find_stale_stages(lock: dict[str, Any]) -> tuple[str, ...]:
    """Return the stages that read another state of a stage's output than the one it recorded last.

    >>> made = {"path": "data/clean", "md5": "new"}
    >>> read = {"path": "data/clean", "md5": "old"}
    >>> find_stale_stages({"clean": {"outs": [made]}, "clock": {"deps": [read]}})
    ('clock',)
    """
    outputs = {o["path"]: o.get("md5") for stage in lock.values() for o in stage.get("outs", [])}
    return tuple(
        name
        for name, stage in lock.items()
        if any(outputs.get(d["path"], d.get("md5")) != d.get("md5") for d in stage.get("deps", []))
    )


def _inputs(lock: dict[str, Any]) -> dict[tuple[str, str], str]:
    """Return the state of every input by stage and name."""
    made = [out["path"] for stage in lock.values() for out in stage.get("outs", [])]
    return {
        (name, what): state
        for name, stage in lock.items()
        for what, state in _stage_inputs(name, stage)
        if not any(what == out or what.startswith(f"{out}/") for out in made)
    }


def _stage_inputs(name: str, stage: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield f"dvc.yaml:{name}", str(stage.get("cmd", ""))
    for dep in stage.get("deps", []):
        yield dep["path"], str(dep.get("md5", ""))[:8]
    for file, values in stage.get("params", {}).items():
        for key, value in _leaves(values):
            yield f"{file}:{key}", value


def _leaves(values: object, key: str = "") -> Iterator[tuple[str, str]]:
    if not isinstance(values, dict):
        yield key, str(values)
        return
    for name, value in values.items():
        yield from _leaves(value, f"{key}.{name}" if key else str(name))


def _group(what: str) -> Group:
    for folder, group in _FOLDERS:
        if what == folder or what.startswith((f"{folder}/", f"{folder}:")):
            return group
    return "code"


def _by_group(what: str, files: tuple[str, ...]) -> Iterator[tuple[Group, tuple[str, ...]]]:
    """Yield an input's files by kind: a stage may read a folder that keeps several kinds."""
    if not files:
        yield _group(what), ()
    for group in GROUPS:
        if some := tuple(file for file in files if _group(file) == group):
            yield group, some


def _files(project: Project, what: str, left: Side, right: Side) -> tuple[str, ...]:
    if ":" in what or (project.root / what).is_file():
        return ()
    differing = _differing(project, left.commit, right.commit, what)
    return tuple(sorted(path for path in differing if path != what))


def _differing(project: Project, left: str, right: str, path: str) -> set[str]:
    sides = [side for side in (left, right) if side]
    if not sides:
        return set()
    names = git(project.root, "diff", "--name-only", "--relative", "-z", *sides, "--", path)
    if not right:
        names += git(project.root, "ls-files", "--others", "--exclude-standard", "-z", "--", path)
    return {name for name in names.split("\0") if name}
