"""What the machine refuses is one clear sentence with exit code 5, whichever library met it."""

from __future__ import annotations

import errno
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pytest

from workbench.cli import main
from workbench.core.errors import InputRejected, OutputBusy, RuleFailed
from workbench.core.machine_failures import environment_problem
from workbench.messages import use_language

FULL = "No space left on device"


def led_to(fault: Exception, cause: Exception) -> Exception:
    fault.__cause__ = cause
    return fault


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        (OSError(errno.ENOSPC, FULL, "/data/x"), "cli.disk_full"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "cli.disk_full"),
        (duckdb.IOException(f"IO Error: Could not write file: {FULL}"), "cli.disk_full"),
        (
            duckdb.OutOfMemoryException("Out of Memory Error: failed to offload data block … "
                                        "'max_temp_directory_size' 20GB"),
            "cli.disk_full",
        ),
        (duckdb.OutOfMemoryException("Out of Memory Error: failed to pin block"), "cli.no_memory"),
        (pl.exceptions.ComputeError(f"{FULL} (os error 28)"), "cli.disk_full"),
        (pa.ArrowIOError(f"Error writing bytes to file: [errno 28] {FULL}"), "cli.disk_full"),
        (pa.ArrowMemoryError("malloc of size 64 failed"), "cli.no_memory"),
        (MemoryError(), "cli.no_memory"),
        (PermissionError(errno.EACCES, "Permission denied", "/inbox/a"), "cli.no_access"),
        (OSError(errno.EROFS, "Read-only file system", "/inbox/a"), "cli.no_access"),
        (OSError(errno.EIO, "Input/output error", "/inbox/a"), "cli.no_file_access"),
        (led_to(RuntimeError("x"), OSError(errno.ENOSPC, FULL)), "cli.disk_full"),
        (RuleFailed("briefing.failed", notebook="b", cell=1, error=f"OSError: {FULL}"),
         "cli.disk_full"),
        (OutputBusy("cli.output_busy", folder="x", reason=FULL), "cli.disk_full"),
        (ValueError("no space left on device"), None),
        (led_to(InputRejected("sources.no_file", file="x"), OSError(errno.ENOENT, "x")), None),
    ],
)  # fmt: skip
def test_each_failure_of_the_machine_has_its_sentence(fault: Exception, key: str | None) -> None:
    problem = environment_problem(fault)
    assert (problem.key if problem else None) == key
    if problem:
        assert problem.exit_code == 5
        for language in ("vi", "en"):
            with use_language(language):
                assert "{" not in str(problem)


def test_a_full_disk_ends_a_command_with_exit_code_5(monkeypatch, capsys, tmp_path: Path) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, FULL, str(tmp_path))

    monkeypatch.setattr("workbench.clean.__main__.find_project", full)
    assert main(["clean"]) == 5
    message = capsys.readouterr().err
    assert len(message.splitlines()) == 1
    assert str(tmp_path) in message


def test_a_panic_of_a_library_is_no_traceback(monkeypatch, capsys) -> None:
    panic = type("PanicException", (BaseException,), {})

    def fail() -> None:
        raise panic("called unwrap")

    monkeypatch.setattr("workbench.clean.__main__.find_project", fail)
    assert main(["clean"]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
