"""Folders of a project, and the files shipped with the package.

No other module knows the folder names: all ask a ``Project``. An output folder is replaced as a
whole or not at all (``replace_folder``).
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from filelock import FileLock, Timeout

from workbench.core.errors import OutputBusy, UsageProblem


@dataclass(frozen=True)
class Project:
    """The folders of one project.

    >>> Project(Path("p")).landed.as_posix()
    'p/data/landed'
    """

    root: Path

    @property
    def data(self) -> Path:
        """Parent of all data folders."""
        return self.root / "data"

    @property
    def inbox(self) -> Path:
        """Exports as delivered: they include personal names and stay here."""
        return self.data / "inbox"

    @property
    def truth(self) -> Path:
        """The injected causes of the synthetic sample; no analysis reads it."""
        return self.data / "truth"

    @property
    def landed(self) -> Path:
        """Landed tables: text as delivered, without personal columns."""
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
    def publications(self) -> Path:
        """The record of what has left the office."""
        return self.data / "publications"

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
        """The file of parameters."""
        return self.root / "params.yaml"


def find_project(start: Path | None = None) -> Project:
    """Return the project around a folder: the nearest one upwards with ``dvc.yaml``.

    A result folder that a killed run had moved aside is restored, and its scratch folders go.

    Raises:
        UsageProblem: No folder from ``start`` (default: the current one) upwards is a project.
    """
    here = (start or Path(os.environ.get("WORKBENCH_PROJECT", "."))).resolve()
    for folder in (here, *here.parents):
        if (folder / "dvc.yaml").is_file() and (folder / "pipelines").is_dir():
            project = Project(folder)
            places = (project.data, project.briefings, *project.briefings.glob("*/"))
            for place in places:
                restore_folders(place)
            return project
    raise UsageProblem("cli.no_project", folder=here)


def shipped() -> Project:
    """Return the models, notebooks and reference facts shipped with this installation.

    A checkout ships itself; an installed wheel carries copies inside the package.
    """
    packaged = Path(__file__).parents[1] / "_home"
    return Project(packaged if packaged.is_dir() else Path(__file__).resolve().parents[3])


def find_facts() -> Project:
    """Return the project around the current folder, or what is shipped where there is none."""
    try:
        return find_project()
    except UsageProblem:
        return shipped()


_IN_USE, _SETTLED, _PATIENCE = ".in-use", 60, 10
"""Name of a scratch folder's lock; seconds after which an unlocked folder is a dead run's, whatever
process has its number now; seconds to wait for a running process that is replacing a folder."""
_NEW, _OLD = "new", "old"
PATIENCE = 0.5
"""Seconds to wait for another run before giving up."""


_OUTPUT_FOLDER, _OUTPUT_FILE = 0o750, 0o640
"""Outputs name dossiers: the owner writes, the group reads, others have no access."""
_PRIVATE_FOLDER, _PRIVATE_FILE = 0o700, 0o600
"""Exports as delivered include personal names: only the owner has access."""


def close_to_others(project: Project) -> None:
    """Close exports, outputs and DVC's cache of outputs to other accounts.

    DVC makes the objects of its cache readable to all, so their folder is closed instead. Files of
    another account are left as they are, and so is everything on Windows, where folders inherit
    their rights.
    """
    _set_modes(project.inbox, _PRIVATE_FOLDER, _PRIVATE_FILE)
    cache = project.root / ".dvc" / "cache"
    if cache.parent.is_dir():
        with suppress(OSError):
            cache.mkdir(exist_ok=True)
    for folder in (project.data, cache):
        _set_mode(folder, _OUTPUT_FOLDER)


def _set_modes(folder: Path, folder_mode: int, file_mode: int) -> None:
    for parent, _, files in os.walk(folder):
        _set_mode(Path(parent), folder_mode)
        for name in files:
            _set_mode(Path(parent, name), file_mode)


def _set_mode(path: Path, mode: int) -> None:
    """Set the rights of a file or folder of ours, whatever the umask; links stay as they are."""
    if os.name != "nt" and not path.is_symlink():
        with suppress(OSError):
            path.chmod(mode)


class Scratch:
    """A folder for the temporary files of one run, removed when it ends.

    What a killed run left behind is removed when the next run begins: its lock is free.

    >>> with Scratch("example") as folder:
    ...     folder.is_dir()
    True
    >>> folder.exists()
    False
    """

    def __init__(self, name: str) -> None:
        _sweep_scratch()
        prefix = f"{_SCRATCH}{os.getpid()}-{name}-"
        self._folder = TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True)
        self.path = Path(self._folder.name)
        self._lock = FileLock(self.path / _IN_USE)
        self._lock.acquire()

    def __enter__(self) -> Path:
        """Return the folder."""
        return self.path

    def __exit__(self, *_: object) -> None:
        """Remove the folder."""
        self.cleanup()

    def cleanup(self) -> None:
        """Remove the folder and all that is in it."""
        self._lock.release()
        self._folder.cleanup()


_SCRATCH = "workbench-"


def _sweep_scratch() -> None:
    """Remove the scratch folders of killed runs of this account."""
    for lock in Path(gettempdir()).glob(f"{_SCRATCH}*-*/{_IN_USE}"):
        try:
            facts = lock.stat()
            if os.name != "nt" and facts.st_uid != os.geteuid():
                continue
            is_fresh = time.time() - facts.st_mtime < _SETTLED
            if is_fresh and _is_running(lock.parent.name.removeprefix(_SCRATCH).split("-")[0]):
                continue
            FileLock(lock).acquire(timeout=0).lock.release()
        except OSError:
            continue
        shutil.rmtree(lock.parent, ignore_errors=True)


def _is_running(process: str) -> bool:
    """Return whether a process may run; always true on Windows, where a query would end it."""
    if os.name == "nt" or not process.isdecimal():
        return True
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def restore_folders(place: Path) -> None:
    """Restore the folders that killed runs had moved aside, and remove what else they left."""
    for old in sorted(place.glob(f".*-*/{_OLD}")):
        folder = place / old.parent.name[1:].rpartition("-")[0]
        if folder.exists():
            continue
        try:
            with FileLock(old.parent / _IN_USE, timeout=_PATIENCE):
                if old.exists() and not folder.exists():
                    old.rename(folder)
        except OSError:  # a living run holds the lock, or the place cannot be written
            continue
    _sweep(place)


def _sweep(place: Path) -> None:
    """Remove scratch folders of killed runs in a folder: their locks are free."""
    for lock in place.glob(f".*-*/{_IN_USE}"):
        name, _, process = lock.parent.name[1:].rpartition("-")
        is_only_copy = (lock.parent / _OLD).exists() and not (place / name).exists()
        try:
            is_fresh = time.time() - lock.stat().st_mtime < _SETTLED
            if is_only_copy or (is_fresh and _is_running(process.partition("_")[0])):
                continue
            FileLock(lock).acquire(timeout=0).lock.release()
        except OSError:
            continue
        shutil.rmtree(lock.parent, ignore_errors=True)


@contextmanager
def replace_folder(folder: Path, *, replaced: Collection[str] = ()) -> Iterator[Path]:
    """Yield an empty folder to write into, and swap it with ``folder`` at the end.

    If the block fails, the old folder stays unchanged and no partial output remains. Wherever a run
    is killed, one complete copy is on the disk: the next command restores it
    (``restore_folders``) and the next run removes the remains.

    Args:
        folder: The folder to replace; it is made if missing.
        replaced: Names in it that the block writes or removes; everything else in the folder is
            kept. Without names, the whole folder is replaced.

    Raises:
        OutputBusy: The folder cannot be written, or another program has it open.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        restore_folders(folder.parent)
        # the process stands in the name, so that the run after a killed one sees that it is dead
        prefix = f".{folder.name}-{os.getpid()}_"
        scratch = TemporaryDirectory(prefix=prefix, dir=folder.parent)
    except OSError as problem:
        raise OutputBusy("cli.output_busy", folder=folder, reason=problem.strerror) from problem
    with scratch as name, FileLock(Path(name) / _IN_USE):
        fresh, old = Path(name) / _NEW, Path(name) / _OLD
        fresh.mkdir()
        yield fresh
        try:
            if replaced and folder.exists():
                _take_over(folder, fresh, replaced)
            for place in (fresh / name for name in replaced) if replaced else (fresh,):
                _set_mode(place, _OUTPUT_FILE if place.is_file() else _OUTPUT_FOLDER)
                _set_modes(place, _OUTPUT_FOLDER, _OUTPUT_FILE)
            _flush(fresh)
            if folder.exists():
                folder.rename(old)
            fresh.rename(folder)
            _flush_entries(folder.parent)
        except OSError as problem:
            raise OutputBusy("cli.output_busy", folder=folder, reason=problem.strerror) from problem
        finally:
            # whatever stopped the run: remove the scratch folder, but never the only copy
            if old.exists() and not folder.exists():
                old.rename(folder)


def check_output(folder: Path) -> None:
    """Refuse an output folder that is a file, or that lies where nothing can be written.

    Raises:
        UsageProblem: It is one of these; the message says what to name instead.
    """
    parents = [parent for parent in (folder, *folder.resolve().parents) if parent.exists()]
    if not parents[0].is_dir():
        raise UsageProblem("cli.out_is_file", folder=folder, file=parents[0])
    try:
        TemporaryDirectory(prefix=f".{folder.name}-", dir=parents[0]).cleanup()
    except OSError:
        raise UsageProblem("cli.out_unwritable", folder=folder, parent=parents[0]) from None


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Refuse a second run into a folder while this one lasts: it would overwrite our results.

    Raises:
        OutputBusy: Another run writes there, or the folder's parent cannot be written.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder.parent / f".{folder.name}.lock", timeout=PATIENCE)
        lock.acquire()
    except Timeout as problem:
        raise OutputBusy("cli.busy", folder=folder) from problem
    except OSError as problem:
        raise OutputBusy("cli.output_busy", folder=folder, reason=problem.strerror) from problem
    try:
        yield
    finally:
        lock.release()


def _take_over(folder: Path, fresh: Path, replaced: Collection[str]) -> None:
    """Copy into a fresh folder what others keep in the old one; link instead where possible."""

    def ours(place: str, names: list[str]) -> set[str]:
        return {name for name in names if Path(place) == folder and name in replaced}

    shutil.copytree(
        folder, fresh, symlinks=True, ignore=ours, copy_function=_link, dirs_exist_ok=True
    )


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # a file system without links
        shutil.copy2(source, target, follow_symlinks=False)


def _flush(folder: Path) -> None:
    """Flush everything below a folder to the disk before it replaces another (power cuts)."""
    for parent, _, files in os.walk(folder):
        for name in files:
            _flush_file(Path(parent, name), os.O_RDWR if os.name == "nt" else os.O_RDONLY)
        _flush_entries(Path(parent))


def _flush_entries(folder: Path) -> None:
    """Flush the names in a folder to the disk; Windows does so by itself."""
    if os.name != "nt":
        _flush_file(folder, os.O_RDONLY)


def _flush_file(path: Path, flags: int) -> None:
    file = os.open(path, flags)
    try:
        os.fsync(file)
    finally:
        os.close(file)
