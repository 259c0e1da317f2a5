"""Where things lie: the rooms of a project and the files shipped with the package.

One place knows the folder names of the design; everything else asks a ``Project``. A room is
replaced whole or not at all (``fresh_folder``).
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock

from workbench.errors import OutputBusy, UsageProblem


@dataclass(frozen=True)
class Project:
    """The rooms of one project folder.

    >>> Project(Path("p")).landed.as_posix()
    'p/data/landed'
    """

    root: Path

    @property
    def data(self) -> Path:
        """Every data room lies in here."""
        return self.root / "data"

    @property
    def inbox(self) -> Path:
        """Exports as delivered; they hold names and never leave."""
        return self.data / "inbox"

    @property
    def truth(self) -> Path:
        """The injected causes of the synthetic sample; no analysis reads it."""
        return self.data / "truth"

    @property
    def landed(self) -> Path:
        """Typed-as-text rows without personal data."""
        return self.data / "landed"

    @property
    def clean(self) -> Path:
        """Dossiers, steps, pauses, quarantine, reconciliation."""
        return self.data / "clean"

    @property
    def clock(self) -> Path:
        """Outcomes and ledger."""
        return self.data / "clock"

    @property
    def results(self) -> Path:
        """Measures, comparisons, causes, metrics and plots."""
        return self.data / "results"

    @property
    def briefings(self) -> Path:
        """One folder per period and unit."""
        return self.data / "briefings"

    @property
    def reference(self) -> Path:
        """Reviewed facts: calendars, units, procedures, code lists, profiles."""
        return self.data / "reference"

    @property
    def pipelines(self) -> Path:
        """SQL models, one file per table."""
        return self.root / "pipelines"

    @property
    def notebooks(self) -> Path:
        """Parameterised notebooks."""
        return self.root / "notebooks"

    @property
    def params(self) -> Path:
        """Knobs of the pipeline."""
        return self.root / "params.yaml"


def find_project(start: Path | None = None) -> Project:
    """Find the project a command was called in: the nearest folder upwards with ``dvc.yaml``.

    Raises:
        UsageProblem: No folder from ``start`` (default: the current one) upwards is a project.
    """
    here = (start or Path(os.environ.get("WORKBENCH_PROJECT", "."))).resolve()
    for folder in (here, *here.parents):
        if (folder / "dvc.yaml").is_file() and (folder / "pipelines").is_dir():
            return Project(folder)
    raise UsageProblem("cli.no_project", folder=here)


def shipped() -> Project:
    """Return the models, notebooks and reference facts shipped with this installation.

    A checkout ships itself; an installed wheel carries copies inside the package.
    """
    packaged = Path(__file__).parent / "_home"
    return Project(packaged if packaged.is_dir() else Path(__file__).resolve().parents[2])


_IN_USE, _SETTLED = ".in-use", 60
"""A scratch folder's lock, and the seconds after which an unlocked one can only be a dead run's."""


def _sweep(folder: Path) -> None:
    """Remove scratch folders beside a folder whose runs were killed: nobody holds their lock."""
    for lock in folder.parent.glob(f".{folder.name}-*/{_IN_USE}"):
        try:
            if time.time() - lock.stat().st_mtime < _SETTLED:
                continue
            FileLock(lock).acquire(timeout=0).lock.release()
        except OSError:
            continue
        shutil.rmtree(lock.parent, ignore_errors=True)


@contextmanager
def fresh_folder(folder: Path) -> Iterator[Path]:
    """Give an empty folder to write into, and put it in the place of ``folder`` at the end.

    When the block fails, what stood there before stays as it was and nothing half-written is
    left behind. What a killed run left behind is removed by the next one.

    Raises:
        OutputBusy: The place cannot be written or is held open by another program.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    with (
        TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as scratch,
        FileLock(Path(scratch) / _IN_USE),
    ):
        fresh, old = Path(scratch) / "new", Path(scratch) / "old"
        fresh.mkdir()
        yield fresh
        try:
            if folder.exists():
                folder.rename(old)
            fresh.rename(folder)
        except OSError as problem:
            if old.exists() and not folder.exists():
                old.rename(folder)
            raise OutputBusy("cli.output_busy", folder=folder, reason=problem.strerror) from problem
