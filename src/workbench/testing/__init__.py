"""Small synthetic inputs for tests of programs that build on the workbench.

Everything made here is invented, marked as such in its heading, and follows from its seed alone.
"""

from __future__ import annotations

from pathlib import Path

from workbench.core.project import shipped
from workbench.testing.simulate import Summary, simulate

__all__ = ["one_stop_export"]


def one_stop_export(
    folder: Path, *, seed: int = 1, dossiers: int = 60, truth: Path | None = None
) -> Summary:
    """Write a small one-stop register as an office exports it, ready for ``one_stop``.

    Args:
        folder: Receives, per half-year from January 2021 to June 2022, a workbook of dossiers
            and two text files, of steps and of pauses.
        seed: The same seed gives the same bytes.
        dossiers: About how many dossiers in all; the register's shape is kept.
        truth: Folder for the known causes of each late dossier, if wanted.

    Returns:
        The files written, and the counts of each half-year.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     len(one_stop_export(Path(folder)).files)
    9
    """
    return simulate(shipped().reference, seed=seed, out=folder, truth=truth, dossiers=dossiers)
