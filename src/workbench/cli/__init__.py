"""The command line: its commands, in the reader's language, with an exit code per kind of error."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.cli.parser import build_parser
from workbench.messages import language, use_language
from workbench.program import console, exit_code


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    with console():
        args = build_parser().parse_args(arguments)
        with use_language(getattr(args, "lang", None) or language()):
            return exit_code(lambda: args.run(args))
