"""One revision as files: its tables from the DVC cache, its ``dvc.lock`` from git.

A side is read-only and complete: a revision that lacks a table is rejected. The working tree is a
side like any other, named by ``None``.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import yaml

from workbench.core.environment import use_environment
from workbench.core.errors import InputRejected, UsageProblem
from workbench.core.git import git
from workbench.core.params import params_of, read_params
from workbench.core.project import Project
from workbench.messages import say

TABLE_FOLDERS = ("data/landed", "data/clean", "data/clock", "data/results")
"""Outputs of stages that hold tables; no two tables have the same name."""


@dataclass(frozen=True)
class RevisionTables:
    """One side of a comparison: a commit, or the working tree where ``commit`` is empty.

    Used in a ``with`` block: DVC keeps databases open while a commit's files are read.
    """

    project: Project
    commit: str
    label: str

    def __enter__(self) -> Self:
        """Read in a ``with`` block."""
        return self

    def __exit__(self, *failure: object) -> None:
        """Close what DVC opened."""
        if "_stored" in self.__dict__:
            self._stored.close()

    @classmethod
    def at(cls, project: Project, revision: str | None) -> RevisionTables:
        """Find a revision by any name git knows.

        Raises:
            UsageProblem: Git knows no such revision, or the project is in no git repository.
        """
        if revision is None:
            return cls(project, "", say("revisions.working_tree"))
        name = f"{revision}^{{commit}}"
        commit = git(
            project.root, "rev-parse", "--verify", "--quiet", "--end-of-options", name
        ).strip()
        commit = commit or _experiment(project, revision)
        if not commit:
            raise UsageProblem("revisions.no_revision", revision=revision, folder=project.root)
        return cls(project, commit, f"{revision} ({commit[:7]})")

    def lock(self) -> dict[str, Any]:
        """Return the stages of ``dvc.lock``, empty where there was none."""
        file = self.project.root / "dvc.lock"
        if self.commit:
            text = git(self.project.root, "show", f"{self.commit}:./dvc.lock")
        else:
            text = file.read_text(encoding="utf-8") if file.is_file() else ""
        stages: dict[str, Any] = (yaml.safe_load(text) or {}).get("stages", {})
        return stages

    def table_hashes(self) -> dict[str, str]:
        """Return the MD5 of every table by its name.

        Raises:
            InputRejected: A folder of tables is neither in the working tree nor in the cache or a
                remote.
        """
        return {Path(path).stem: md5 for path, md5 in self._tables.items()}

    def copy_table(self, table: str, target: Path) -> None:
        """Copy a table that ``table_hashes`` names.

        Raises:
            InputRejected: It is neither in the working tree nor in the cache or a remote.
        """
        path = next(path for path in self._tables if Path(path).stem == table)
        try:
            self._copy(path, target)
        except FileNotFoundError:
            raise self._missing(path) from None

    def copy_folder(self, output: str, target: Path) -> None:
        """Copy an output that is a folder, with what lies in it.

        Raises:
            InputRejected: It is neither in the working tree nor in the cache or a remote.
        """
        hashes = self.file_hashes(output)
        if hashes is None:
            raise self._missing(output)
        for name in hashes:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            self._copy(f"{output}/{name}", target / name)

    def read_texts(self, output: str, suffix: str) -> dict[str, str] | None:
        """Return the texts of an output by path, of one suffix; nothing where they are not here."""
        hashes = self.file_hashes(output)
        if not hashes:
            return None
        names = [name for name in hashes if name.endswith(suffix)]
        with TemporaryDirectory(prefix="workbench-texts-") as folder:
            target = Path(folder) / "text"
            texts = {}
            for name in names:
                try:
                    self._copy(f"{output}/{name}", target)
                except FileNotFoundError:
                    return None
                texts[name] = target.read_text(encoding="utf-8")
        return texts

    @cached_property
    def _tables(self) -> dict[str, str]:
        hashes = {}
        for folder in TABLE_FOLDERS:
            files = self.file_hashes(folder)
            if files is None:
                raise self._missing(folder)
            tables = {n: md5 for n, md5 in files.items() if n.endswith(".parquet")}
            hashes.update({f"{folder}/{name}": md5 for name, md5 in tables.items()})
        return hashes

    def _missing(self, path: str) -> InputRejected:
        key = "revisions.not_cached" if self.commit else "revisions.not_made"
        return InputRejected(key, file=path, label=self.label, commit=self.commit[:7])

    def headline(self) -> str:
        """Return the lateness profile of headlines, as the parameters of this side say.

        Raises:
            InputRejected: The parameters cannot be read.
        """
        if not self.commit:
            return read_params(self.project).explain_profile
        text = git(self.project.root, "show", f"{self.commit}:./{self.project.params.name}")
        return params_of(text, f"{self.label}: {self.project.params.name}").explain_profile

    def file_hashes(self, output: str) -> dict[str, str] | None:
        """Return the MD5 of each file of an output by its path in it; a single file has no path.

        Empty where the output does not exist, or the cache no longer knows its content.
        """
        if not self.commit:
            return _hashes_below(self.project.root / output)
        from dvc_data.index import DataIndexDirError

        try:
            infos = self._stored.find(output, detail=True)
        except (DataIndexDirError, FileNotFoundError):
            return None
        return {
            path[len(output) :].lstrip("/"): str(info.get("md5", ""))
            for path, info in infos.items()
        }

    @cached_property
    def _stored(self) -> Any:
        """The files of a commit in the DVC cache."""
        # Half a second to import, and only a comparison with a commit needs it.
        from dvc.api import DVCFileSystem
        from dvc.config import Config

        use_environment(self.project)
        root = self.project.root
        # a remote that was added after the commit is in the settings of today only
        today = Config(str(root / ".dvc"), validate=False)
        settings = {name: today[name] for name in ("core", "remote") if name in today}
        return DVCFileSystem(repo=str(root), rev=self.commit, config=settings)

    def _copy(self, path: str, target: Path) -> None:
        if not self.commit:
            shutil.copyfile(self.project.root / path, target)
            return
        from dvc.exceptions import DvcException
        from dvc_data.index import DataIndexDirError

        try:
            self._stored.get_file(path, str(target))
        except (DvcException, DataIndexDirError) as problem:
            raise FileNotFoundError(path) from problem


def _experiment(project: Project, name: str) -> str:
    """Return the commit of a DVC experiment, which git keeps outside its branches."""
    refs_text = git(project.root, "for-each-ref", "--format=%(objectname) %(refname)", "refs/exps")
    refs = (line.split(" ", 1) for line in refs_text.splitlines())
    return next((commit for commit, ref in refs if ref.rsplit("/", 1)[-1] == name), "")


def _hashes_below(place: Path) -> dict[str, str] | None:
    if place.is_file():
        return {"": file_md5(place)}
    if not place.is_dir():
        return None
    files = (path for path in place.rglob("*") if path.is_file())
    return {path.relative_to(place).as_posix(): file_md5(path) for path in files}


def file_md5(path: Path) -> str:
    """Return what DVC records of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def folder_md5(folder: Path) -> str:
    """Return what DVC records of a folder: a digest of the names and bytes of its files."""
    hashes = _hashes_below(folder) or {}
    entries = [{"md5": md5, "relpath": path} for path, md5 in sorted(hashes.items())]
    return f"{hashlib.md5(json.dumps(entries).encode(), usedforsecurity=False).hexdigest()}.dir"


def recorded_input(project: Project, path: str) -> str:
    """Return the hash of a stage's input that ``dvc.lock`` records; empty where none does."""
    stages = RevisionTables(project, "", "").lock().values()
    deps = (dep for stage in stages for dep in stage.get("deps", []))
    return next((str(dep.get("md5", "")) for dep in deps if dep["path"] == path), "")


def archive(side: RevisionTables, target: Path) -> None:
    """Write the files of a commit that git keeps into a new folder; the working tree stays."""
    target.mkdir(parents=True)
    packed = subprocess.run(  # noqa: S603 - a fixed program, arguments never through a shell
        ["git", "archive", "--format=tar", side.commit],  # noqa: S607
        cwd=side.project.root,
        check=True,
        capture_output=True,
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as files:
        files.extractall(target, filter="data")
