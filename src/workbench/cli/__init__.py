"""The command line: its commands, in the reader's language, with an exit code per kind of error."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn

from workbench.cli.app import asked_language, read_command
from workbench.messages import use_language
from workbench.program import console, exit_code, leave


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    with console(), use_language(asked_language(words)):
        return exit_code(lambda: read_command(words).run())


def run_command_line() -> NoReturn:
    """Run the command that this process was started for, and end with its exit code."""
    leave(main())
