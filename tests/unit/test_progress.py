"""Progress is a bar per stage on a terminal, and one line per step anywhere else."""

from __future__ import annotations

import io
import re

import pytest

from workbench.core.run_folders import CountedStep
from workbench.program import shown_progress

STEPS = (
    CountedStep("a.xlsx", "ingest", 1, 1),
    "a.xlsx: 50,000 rows",
    CountedStep("dossiers", "clean", 1, 2),
    CountedStep("steps\x1b[31m", "clean", 2, 2),
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def drawn(monkeypatch: pytest.MonkeyPatch, *, fails: bool = False) -> str:
    """What is left on a terminal after the steps, without escape sequences."""
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr("sys.__stderr__", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    try:
        with shown_progress() as progress:
            for step in STEPS:
                progress(step)
            if fails:
                raise ValueError
    except ValueError:
        pass
    frames = terminal.getvalue().split("\x1b[?25h")[0]
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", frames)


def test_elsewhere_each_step_is_a_line(capsys) -> None:
    with shown_progress() as progress:
        for step in STEPS:
            progress(step)
    lines = [f"  · {step}" for step in STEPS]
    assert capsys.readouterr().err.splitlines() == lines


def test_a_terminal_has_a_bar_for_every_stage_with_its_steps_counted(monkeypatch) -> None:
    *_, ingest, clean = drawn(monkeypatch).rstrip().splitlines()
    assert re.match(r"ingest +━+ 1/1 ", ingest)
    assert re.match(r"clean +━+ 2/2 ", clean)


def test_a_run_that_fails_leaves_its_bar_where_it_was(monkeypatch) -> None:
    *_, clean = drawn(monkeypatch, fails=True).rstrip().splitlines()
    assert re.match(r"clean .* 1/2 .* steps$", clean)


def test_a_terminal_that_cannot_move_its_cursor_gets_lines(monkeypatch, capsys) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "dumb")
    with shown_progress() as progress:
        progress(STEPS[0])
    assert capsys.readouterr().err == "  · a.xlsx\n"
