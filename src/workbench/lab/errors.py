"""Errors of a question in one line, with what is near; other errors keep their traceback."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from workbench.answers import Book
from workbench.answers.questions import Part
from workbench.answers.subjects import Subject
from workbench.core.errors import WorkbenchError
from workbench.core.near_names import near_names
from workbench.messages import say, use_language


def show_errors_in_one_line(shell: Any) -> None:
    """Let a shell print what the user can mend without the lines of code in between."""

    def show(
        shell: Any,
        kind: type[BaseException],
        problem: BaseException,
        trace: TracebackType,
        tb_offset: int | None = None,
    ) -> list[str] | None:
        text = _one_line(problem)
        if text is None:
            shell.showtraceback((kind, problem, trace), tb_offset=tb_offset)
            return None
        lines = [text]
        shell._showtraceback(kind, text, lines)
        return lines

    shell.set_custom_exc((WorkbenchError, AttributeError), show)


def _one_line(problem: BaseException) -> str | None:
    """Return the message of an error that the user can mend, else nothing."""
    if isinstance(problem, WorkbenchError):
        return str(problem)
    book = getattr(problem, "obj", None)
    asker = vars(book)["_book"] if isinstance(book, Subject) else book
    if not isinstance(problem, AttributeError) or not isinstance(asker, Book | Part):
        return None
    language = asker.language if isinstance(asker, Book) else asker.run.language
    near = near_names(str(problem.name), dir(book))
    with use_language(language):
        return say("lab.no_question", asked=problem.name, near=", ".join(near) or "–")
