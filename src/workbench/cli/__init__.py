"""The command line: what each word does, in the reader's language, with an exit code per kind.

0 done · 2 usage · 3 input rejected · 4 rule or audit failed · 5 output busy · 1 a fault of ours.
Every failure is one message that says what was found, where, what was expected and what to do;
set ``WORKBENCH_DEBUG=1`` to see where in the program an unforeseen one came from.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

from workbench.cli.parser import build_parser
from workbench.errors import WorkbenchError
from workbench.wording import language, say, use_language

_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    _speak_utf8()
    asked = build_parser().parse_args(arguments)
    with use_language(getattr(asked, "lang", None) or language()):
        try:
            asked.run(asked)
        except WorkbenchError as problem:
            sys.stderr.write(f"workbench: {_without_people(str(problem))}\n")
            return problem.exit_code
        except KeyboardInterrupt:
            sys.stderr.write(f"workbench: {say('cli.interrupted')}\n")
            return _INTERRUPTED
        except Exception as fault:
            if os.environ.get("WORKBENCH_DEBUG"):
                raise
            what = f"{type(fault).__name__}: {fault}".splitlines()[0]
            sys.stderr.write(f"workbench: {_without_people(say('cli.fault', what=what))}\n")
            return WorkbenchError.exit_code
    return 0


def _without_people(message: str) -> str:
    """Mask identifiers in what a message quotes from a file: logs are kept and sent around."""
    from workbench.privacy import read_patterns
    from workbench.project import shipped

    return read_patterns(shipped().reference).masked(message)


def _speak_utf8() -> None:
    """Let Vietnamese through on consoles that would stop at the first letter beyond ASCII."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
