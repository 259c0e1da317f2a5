"""The reference says what the command line and the docstrings say."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

import workbench
from workbench.answers import Book
from workbench.cli.app import COMMANDS

HERE = Path(__file__).parent


@pytest.mark.parametrize("name", ["commands_page.py", "python_page.py"])
def test_a_page_of_the_reference_is_what_the_code_says(name):
    page = runpy.run_path(str(HERE / name))
    assert page["PAGE"].read_text(encoding="utf-8") == page["page"]()


def test_the_reference_has_every_command_and_every_public_name():
    commands = (HERE.parents[1] / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    python = (HERE.parents[1] / "docs" / "reference" / "python.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"## workbench {name}\n" not in commands] == []
    assert [name for name in workbench.__all__ if f"`wb.{name}" not in python] == []
    questions = [name for name in ("causes", "watch", "compare_units") if hasattr(Book, name)]
    assert [name for name in questions if f"### `book.{name}`\n" not in python] == []
