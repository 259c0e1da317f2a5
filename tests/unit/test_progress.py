"""Progress is a bar per stage on a terminal, and one line per step anywhere else."""

from __future__ import annotations

import io
import re

import pytest

from workbench.core.run_folders import BuiltTable, CountedStep
from workbench.program import shown_progress

STEPS = (
    CountedStep("a.xlsx", "ingest", 1, 1),
    "a.xlsx: 50,000 rows",
    BuiltTable("dossiers", "clean", 1, 2),
    BuiltTable("steps", "clean", 2, 2),
    CountedStep("half 1\x1b[31m", "brief", 1, 1),
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


def test_elsewhere_each_step_is_a_line_and_tables_are_one_a_stage(capsys) -> None:
    with shown_progress() as progress:
        for step in STEPS:
            progress(step)
    lines = capsys.readouterr().err.splitlines()
    shown = ("a.xlsx", "a.xlsx: 50,000 rows", "clean: 2", "half 1\x1b[31m")
    assert lines == [f"  · {text}" for text in shown]


def test_a_terminal_has_a_bar_for_every_stage_with_its_steps_counted(monkeypatch) -> None:
    *_, ingest, clean, brief = drawn(monkeypatch).rstrip().splitlines()
    assert re.match(r"ingest +━+ 1/1 ", ingest)
    assert re.match(r"clean +━+ 2/2 ", clean)
    assert re.match(r"brief +━+ 1/1 ", brief)
    assert "dossiers" not in drawn(monkeypatch)


def test_a_run_that_fails_leaves_its_bar_where_it_was(monkeypatch) -> None:
    *_, brief = drawn(monkeypatch, fails=True).rstrip().splitlines()
    assert re.match(r"brief .* 0/1 .* half 1$", brief)


def test_a_terminal_that_cannot_move_its_cursor_gets_lines(monkeypatch, capsys) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "dumb")
    with shown_progress() as progress:
        progress(STEPS[0])
    assert capsys.readouterr().err == "  · a.xlsx\n"
