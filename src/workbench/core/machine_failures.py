"""Distinguish failures of the machine (disk full, no write access, no memory) from our own faults.

Every library words these failures in its own way: Python by number, DuckDB, Polars and Arrow by
text, a notebook by the text of its last error. A user gets one sentence per kind.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator, Mapping
from tempfile import gettempdir

from workbench.core.errors import OutputBusy, WorkbenchError

_KINDS: Mapping[str, tuple[tuple[int, ...], re.Pattern[str]]] = {
    "cli.disk_full": (
        (errno.ENOSPC, errno.EDQUOT, errno.EFBIG),
        re.compile(
            r"(?i)no space left on device|disk quota exceeded|file too large|os error 28\b"
            r"|errno 28\b|max_temp_directory_size|not enough space on the disk"
        ),
    ),
    "cli.no_access": (
        (errno.EACCES, errno.EPERM, errno.EROFS),
        re.compile(r"(?i)permission denied|read-only file system|os error 13\b|access is denied"),
    ),
    "cli.no_memory": (
        (errno.ENOMEM,),
        re.compile(r"(?i)out of memory|cannot allocate memory|memory allocation of|malloc of size"),
    ),
}
_LIBRARIES = ("duckdb", "polars", "pyarrow", "pyo3_runtime", "sqlite3")
_WITH_FOREIGN_TEXT = ("briefing.failed", "briefing.cannot_write", "cli.output_busy")
"""Our messages that quote the error of a library or a notebook."""


def environment_problem(fault: BaseException) -> WorkbenchError | None:
    """Return the sentence for a failure of the machine, or nothing for any other failure.

    >>> problem = environment_problem(OSError(errno.ENOSPC, "No space left on device", "/data/x"))
    >>> problem.key, problem.exit_code
    ('cli.disk_full', 5)
    >>> environment_problem(KeyError("x")) is None
    True
    """
    for cause in _causes(fault):
        if (kind := _kind_of(cause)) is not None:
            folder = cause.values.get("folder") if isinstance(cause, WorkbenchError) else None
            place = folder or getattr(cause, "filename", None) or gettempdir()
            return OutputBusy(kind, place=place, reason=_reason(cause))
    return None


def _causes(fault: BaseException) -> Iterator[BaseException]:
    """Yield a failure and its causes; a message of ours stands for its causes."""
    seen: set[int] = set()
    cause: BaseException | None = fault
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        if isinstance(cause, WorkbenchError) and cause.key not in _WITH_FOREIGN_TEXT:
            return
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)


def _kind_of(fault: BaseException) -> str | None:
    if isinstance(fault, MemoryError):
        return "cli.no_memory"
    number = fault.errno if isinstance(fault, OSError) else None
    is_foreign = type(fault).__module__.partition(".")[0].lstrip("_") in _LIBRARIES
    is_quoting = isinstance(fault, WorkbenchError) and fault.key in _WITH_FOREIGN_TEXT
    for kind, (numbers, words) in _KINDS.items():
        if number in numbers:
            return kind
        if (is_foreign or is_quoting or isinstance(fault, OSError)) and words.search(str(fault)):
            return kind
    return "cli.no_file_access" if number is not None else None


def _reason(fault: BaseException) -> str:
    words = getattr(fault, "strerror", None) or str(fault)
    return next(iter(words.splitlines()), type(fault).__name__)
