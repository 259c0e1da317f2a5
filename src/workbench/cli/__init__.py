"""The command line: what each word does, in the reader's language, with an exit code per kind.

0 done · 2 usage · 3 input rejected · 4 rule or audit failed · 5 output busy · 1 a fault of ours.
Every failure is one message that says what was found, where, what was expected and what to do;
set ``WORKBENCH_DEBUG=1`` to see where in the program an unforeseen one came from.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TextIO

from workbench.characters import plain_text
from workbench.cli.machine_failures import environment_problem
from workbench.cli.parser import build_parser
from workbench.errors import WorkbenchError
from workbench.wording import language, say, use_language

_INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    _speak_utf8()
    _stop_on_request()
    with _plain_streams():
        return _run(arguments)


def _run(arguments: Sequence[str] | None) -> int:
    asked = build_parser().parse_args(arguments)
    with use_language(getattr(asked, "lang", None) or language()):
        try:
            asked.run(asked)
        except KeyboardInterrupt:
            _complain(say("cli.interrupted"))
            return _INTERRUPTED
        except Exception as fault:
            return _explain(fault)
        except BaseException as fault:
            # libraries written in Rust raise their panics past ``Exception``
            if type(fault).__name__ != "PanicException":
                raise
            return _explain(fault)
    return 0


def _explain(fault: BaseException) -> int:
    """Say what stopped the command and return its exit code."""
    problem = environment_problem(fault) or fault
    if isinstance(problem, WorkbenchError):
        _complain(str(problem))
        return problem.exit_code
    if os.environ.get("WORKBENCH_DEBUG"):
        raise fault
    what = next(iter(f"{type(fault).__name__}: {fault}".splitlines()))
    _complain(say("cli.fault", what=what))
    return WorkbenchError.exit_code


def _complain(message: str) -> None:
    """Write a message without people to the console, whatever its letters."""
    plain = message.encode("utf-8", "backslashreplace").decode("utf-8")
    sys.stderr.write(f"workbench: {_without_people(plain)}\n")


def _stop_on_request() -> None:
    """Let a request to end run what cleans up, as pressing Ctrl+C does."""
    if threading.current_thread() is threading.main_thread():
        with suppress(ValueError):
            signal.signal(signal.SIGTERM, signal.default_int_handler)


def _without_people(message: str) -> str:
    """Mask identifiers in what a message quotes from a file: logs are kept and sent around."""
    from workbench.privacy import read_patterns
    from workbench.project import shipped

    return read_patterns(shipped().reference).masked(message)


class _PlainStream:
    """A stream that passes no control character: names of files and values of exports get here."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write a text without escape sequences and marks of direction."""
        return self._stream.write(plain_text(text))

    def writelines(self, lines: Iterable[str]) -> None:
        """Write texts one after another."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        """Be the stream itself in everything else."""
        return getattr(self._stream, name)


@contextmanager
def _plain_streams() -> Iterator[None]:
    """Print no terminal escapes inside the block, whatever texts commands quote."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (_PlainStream(stream) for stream in before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def _speak_utf8() -> None:
    """Let Vietnamese through on consoles that would stop at the first letter beyond ASCII."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
