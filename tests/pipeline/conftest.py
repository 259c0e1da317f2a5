"""A project of its own for the pipeline's tests: the checkout's files and a small made-up inbox."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import nbformat
import polars as pl
import pytest
from dvc.cli import main as run_dvc

from made_once import made_once
from workbench.clean import clean
from workbench.cli import main
from workbench.clock.stage import clock
from workbench.core.project import Project
from workbench.core.run_folders import RunFolders
from workbench.explain import explain as run_explain
from workbench.ingest import deliveries, find_profile, ingest
from workbench.testing import one_stop_export

ROOT = Path(__file__).resolve().parents[2]
FILES = ("dvc.yaml", "params.yaml", ".gitignore", ".dvcignore", ".dvc/config", ".dvc/.gitignore")
FOLDERS = ("src", "pipelines", "notebooks", "data/reference", ".dvc/plots")
STAGES = ("ingest", "clean", "clock", "explain", "brief")
DOSSIERS = 400
SETTINGS = ("WORKBENCH_", "DVC_", "JUPYTER", "IPYTHON", "GIT_", "PYTHONDONTWRITEBYTECODE")


@dataclass(frozen=True)
class Bench:
    """A project folder and the commands of this installation run in it."""

    root: Path
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def project(self) -> Project:
        return Project(self.root)

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command as a newcomer would: empty home, nothing set, English."""
        done = subprocess.run(
            command,
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not check or done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
        return done

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            cwd=self.root,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: v for name, v in os.environ.items() if not name.startswith(SETTINGS)}
        return {
            **kept,
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(self.root / ".dvc" / "tmp" / "site"),
            "HOME": str(self.root.parent / "home"),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            # the same sources as the project's own, compiled already
            "PYTHONPATH": str(ROOT / "src"),
            "WORKBENCH_LANG": "en",
            **self.settings,
        }

    def dvc(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command of DVC: in this process where it is quiet and runs no stage."""
        if "-q" not in arguments or arguments[0] == "repro":
            return self.run(sys.executable, "-m", "dvc", *arguments, check=check)
        with warnings.catch_warnings():
            # DVC shows an empty plot where reading its data warns
            warnings.simplefilter("ignore")
            return self._within(run_dvc, arguments, check=check)

    def workbench(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self.run(sys.executable, "-m", "workbench.cli", *arguments, check=check)

    def call(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run one of our commands in this process, where no process of its own is tested."""
        return self._within(main, arguments, check=check)

    def _within(
        self, program: Callable[[Sequence[str]], int], arguments: Sequence[str], *, check: bool
    ) -> subprocess.CompletedProcess[str]:
        out, err = StringIO(), StringIO()
        with (
            chdir(self.root),
            patch.dict(os.environ, self.environment, clear=True),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            code = program(arguments)
        said = out.getvalue(), err.getvalue()
        assert not check or code == 0, said
        return subprocess.CompletedProcess(arguments, code, *said)

    def make_all(self, *stages: str) -> str:
        """Run stages in this process, let DVC keep what they made, and return what was printed."""
        runs = [self.call(stage) for stage in stages or STAGES]
        runs.append(self.dvc("commit", "-f", "-v"))
        return "".join(run.stdout + run.stderr for run in runs)

    def copy_to(self, root: Path, **settings: str) -> Bench:
        shutil.copytree(self.root, root, symlinks=True)
        return Bench(root, settings)

    def tree(self, folder: str = "data") -> dict[str, bytes]:
        """The bytes of every file by path, without what hides behind a dot or locks a place."""
        files = [p for p in sorted((self.root / folder).rglob("*")) if p.is_file()]
        names = {p.relative_to(self.root).as_posix(): p for p in files if p.suffix != ".lock"}
        return {name: p.read_bytes() for name, p in names.items() if "/." not in f"/{name}"}


def lay_out(root: Path) -> Bench:
    """Lay out a project as a fresh clone has it, with a small register in its inbox."""
    skipped = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, root / folder, ignore=skipped)
    for name in FILES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, root / name)
    (root / ".dvc" / "plots" / "page.html").unlink(missing_ok=True)
    one_stop_export(root / "data" / "inbox", dossiers=DOSSIERS)
    bench = Bench(root)
    bench.run("git", "init", "-q", ".")
    return bench


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """A project as cloned, nothing reproduced yet. Only to be copied."""
    return lay_out(tmp_path_factory.mktemp("fresh") / "dự án")


@pytest.fixture(scope="session")
def reproduced(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """A project as ``dvc repro`` leaves it; made once for all test processes. Only to be copied."""

    def make(folder: Path) -> None:
        lay_out(folder / "project").make_all()

    return Bench(made_once(tmp_path_factory, "reproduced", make) / "project")


@pytest.fixture(scope="session")
def short_pages(reproduced: Bench, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """The same project with notebooks of one word each, where pages are not what is tested."""

    def make(folder: Path) -> None:
        bench = reproduced.copy_to(folder / "project")
        shorten(*bench.project.notebooks.glob("*.ipynb"))
        bench.make_all("brief")

    return Bench(made_once(tmp_path_factory, "short", make) / "project")


def shorten(*notebooks: Path) -> None:
    """Leave of notebooks their parameters and one word."""
    for path in notebooks:
        notebook = nbformat.read(path, as_version=4)
        notebook.cells = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
        notebook.cells.append(nbformat.v4.new_code_cell(f'"{path.stem}"'))
        nbformat.write(notebook, path)


@dataclass(frozen=True)
class StageRun:
    """The tables of stages, or of an analysis, run in this process on a few files."""

    work: Project

    def table(self, name: str) -> pl.DataFrame:
        """Return a table of whichever stage wrote it."""
        work = self.work
        folders = (work.landed, work.clean, work.clock, work.results, work.root / "tables")
        paths = [folder / f"{name}.parquet" for folder in folders]
        return pl.read_parquet(next(path for path in paths if path.is_file()))

    def outcomes(self, profile: str = "wb_strict") -> dict[str, str]:
        """Return the outcome of each dossier under a lateness profile."""
        rows = self.table("outcomes").filter(pl.col("profile") == profile)
        return dict(rows.select("dossier_id", "outcome").sort("dossier_id").iter_rows())

    def findings(self) -> set[tuple[int, str]]:
        """Return the source row and the rule of everything in quarantine."""
        return set(self.table("quarantine").select("source_row", "rule_id").iter_rows())


RunStages = Callable[..., StageRun]


@pytest.fixture(scope="session")
def run_stages(tmp_path_factory: pytest.TempPathFactory) -> RunStages:
    """Run ingest, clean and clock on files with a source profile: seconds, not a whole briefing.

    ``run_stages({"mine.csv": text_or_bytes}, profile_toml)``; ``last="explain"`` adds the results,
    and ``last="clean"`` is enough where no time is looked at. The profile's ``name`` must be
    ``mine``.
    """

    def run(files: dict[str, str | bytes], profile: str, *, last: str = "clock") -> StageRun:
        home = tmp_path_factory.mktemp("stages")
        inbox, source = home / "files", home / "mine.toml"
        inbox.mkdir()
        source.write_text(profile, encoding="utf-8")
        for name, content in files.items():
            raw = content.encode() if isinstance(content, str) else content
            (inbox / name).write_bytes(raw)
        facts, work = Project(ROOT), Project(home / "work")
        exports = deliveries([inbox], find_profile(str(source), facts.reference))
        ingest(exports, work.landed, reference=facts.reference)
        folders = RunFolders(work, facts)
        clean(folders)
        if last != "clean":
            clock(folders)
        if last == "explain":
            run_explain(folders, profile="wb_strict")
        return StageRun(work)

    return run
