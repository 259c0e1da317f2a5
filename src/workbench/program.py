"""Start and end our programs: streams, requests to stop, failures in words.

The command line and ``python -m workbench.clean`` and the other stages run through ``run_program``.
0 done · 2 usage · 3 input rejected · 4 rule or audit failed · 5 output busy · 1 internal error.
Every failure is one message: what was found, where, what was expected and what to do; set
``WORKBENCH_DEBUG=1`` to see the origin of an unforeseen one. Messages and patterns of personal data
are read only after a failure: a stage depends on neither.
"""

from __future__ import annotations

import atexit
import gc
import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

from workbench.core.characters import plain_text
from workbench.core.environment import EXIT_NOTE
from workbench.core.errors import WorkbenchError
from workbench.core.machine_failures import environment_problem
from workbench.core.run_folders import BuiltTable, CountedStep, Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

_INTERRUPTED = 130
_CONTAINERS = 100_000
"""New containers before Python looks for unused ones in circles: 700 cost a tenth of a run."""


def run_program(work: Callable[[], None]) -> int:
    """Run a program and return its exit code; a failure becomes one message."""
    with console():
        return exit_code(work)


def leave(code: int) -> NoReturn:
    """End the process as ``sys.exit`` does, but leave its memory to the system.

    Libraries would take half a second of the processor to free, piece by piece, what they loaded.
    A failure is noted for the program that runs DVC, which does not pass on the code of a stage.
    """
    if code and (note := os.environ.get(EXIT_NOTE)):
        Path(note).write_text(str(code), "ascii")
    others = set(threading.enumerate()) - {threading.main_thread()}
    if not all(thread.daemon for thread in others):
        sys.exit(code)
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        sys.exit(code)
    os._exit(code)


@contextmanager
def console() -> Iterator[None]:
    """Print UTF-8 without terminal escapes, and treat a request to end as Ctrl+C.

    Python looks for unused objects in circles more rarely from here on: a run ends within minutes.
    """
    _speak_utf8()
    _stop_on_request()
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (_PlainStream(stream) for stream in before)
    gc.set_threshold(_CONTAINERS)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def exit_code(work: Callable[[], None]) -> int:
    """Run ``work`` inside ``console``; print what stopped it and return the exit code."""
    try:
        work()
    except KeyboardInterrupt:
        from workbench.messages import say

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


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """Show the steps of a run, apart from results: a bar per stage, or lines outside a terminal.

    The tables of a stage are one line, with their number.

    Yields:
        Receives each step before it is done.
    """
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        with _progress_bars(sys.__stderr__) as progress:
            yield progress
    else:
        yield _print_step


def _print_step(step: str) -> None:
    if not isinstance(step, BuiltTable):
        print_remark(f"  · {step}")
    elif step.number == 1:
        print_remark(f"  · {step.stage}: {step.of}")


@contextmanager
def _progress_bars(terminal: TextIO | None) -> Iterator[Progress]:
    from rich import progress as rich
    from rich.console import Console
    from rich.table import Column

    columns = (
        rich.TextColumn("{task.description:8}", markup=False),
        rich.BarColumn(),
        rich.MofNCompleteColumn(),
        rich.TimeElapsedColumn(),
        rich.TextColumn("{task.fields[step]}", markup=False, table_column=Column(no_wrap=True)),
    )
    with rich.Progress(
        *columns, console=Console(file=terminal), redirect_stdout=False, redirect_stderr=False
    ) as bars:
        stages = _StageBars(bars)
        yield stages.show
        stages.finish()


class _StageBars:
    """A bar for every stage: its steps done, how many there are, the one being done."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._stage = ""
        self._bar: TaskID | None = None

    def show(self, step: str) -> None:
        """Move the bar of the step's stage; an uncounted step changes the text beside it only."""
        text = "" if isinstance(step, BuiltTable) else plain_text(step)
        if not isinstance(step, CountedStep):
            self._bar = self._new_bar("", None) if self._bar is None else self._bar
            self._bars.update(self._bar, step=text)
            return
        if self._bar is None or step.stage != self._stage:
            self.finish()
            self._stage, self._bar = step.stage, self._new_bar(step.stage, step.of)
        self._bars.update(self._bar, completed=step.number - 1, total=step.of, step=text)

    def finish(self) -> None:
        """Fill the bar of the stage that is done."""
        if self._bar is not None:
            total = self._bars.tasks[-1].total
            self._bars.update(self._bar, completed=total, step="")

    def _new_bar(self, stage: str, total: int | None) -> TaskID:
        return self._bars.add_task(stage, total=total, step="")


def print_remark(text: str) -> None:
    """Print a sentence for the person at the console, apart from results."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _explain(fault: BaseException) -> int:
    """Print what stopped the program and return its exit code."""
    problem = environment_problem(fault) or fault
    if isinstance(problem, WorkbenchError):
        _complain(str(problem))
        return problem.exit_code
    if os.environ.get("WORKBENCH_DEBUG"):
        raise fault
    from workbench.messages import say

    what = next(iter(f"{type(fault).__name__}: {fault}".splitlines()))
    _complain(say("cli.fault", what=what))
    return WorkbenchError.exit_code


def _complain(message: str) -> None:
    """Write a message without personal names to the console, whatever its letters."""
    plain = message.encode("utf-8", "backslashreplace").decode("utf-8")
    sys.stderr.write(f"workbench: {_without_people(plain)}\n")


def _stop_on_request() -> None:
    """Handle a request to end like Ctrl+C, so that cleanup runs."""
    if threading.current_thread() is threading.main_thread():
        with suppress(ValueError):
            signal.signal(signal.SIGTERM, signal.default_int_handler)


def _without_people(message: str) -> str:
    """Mask identifiers in what a message quotes from a file: logs are kept and sent around."""
    from workbench.core.project import shipped
    from workbench.privacy import read_patterns

    return read_patterns(shipped().reference).masked(message)


class _PlainStream:
    """A stream that removes control characters from names of files and values of exports."""

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


def _speak_utf8() -> None:
    """Write UTF-8, so that consoles of another encoding do not stop at a Vietnamese letter."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
