"""Completion after ``book.``: subjects first, then questions and tables by name.

Names are looked up on the object itself: analysing the source first takes a second and finds the
same.
"""

from __future__ import annotations

import re
from typing import Any

from IPython.core.completer import SimpleCompletion, context_matcher

from workbench.answers import Book
from workbench.answers.frames import Frame
from workbench.answers.questions import Question
from workbench.answers.subjects import Method

_DOTTED = re.compile(r"(?P<name>[^\W\d]\w*)\.(?P<tables>tables\.)?(?P<begin>\w*)$")


def complete_by_subject(shell: Any) -> None:
    """Let a shell complete the names of a book by subject."""

    @context_matcher()  # type: ignore[untyped-decorator]
    def match_book(context: Any) -> dict[str, Any]:
        match = _DOTTED.search(context.text_until_cursor)
        book = shell.user_ns.get(match["name"]) if match else None
        if not match or not isinstance(book, Book):
            return {"completions": [], "suppress": False}
        offered = (
            [(name, "table") for name in book.tables.names] if match["tables"] else names_of_book()
        )
        names = [
            SimpleCompletion(text=name, type=kind)
            for name, kind in offered
            if name.startswith(match["begin"])
        ]
        return {
            "completions": names,
            "matched_fragment": match["begin"],
            "ordered": True,
            "suppress": bool(names),
        }

    shell.Completer.use_jedi = False
    shell.Completer.custom_matchers.insert(0, match_book)


def names_of_book() -> list[tuple[str, str]]:
    """Return the names after ``book.`` with their kind: subject, question, other, table."""
    kinds: dict[str, list[str]] = {"subject": [], "question": [], "function": [], "table": []}
    for name in dir(Book):
        member = vars(Book).get(name) or getattr(Book, name)
        if name.startswith("_"):
            continue
        if isinstance(member, Question):
            kinds["subject" if member.neighbours else "question"].append(name)
        elif isinstance(member, Frame):
            kinds["table"].append(name)
        elif _heads_subject(name):
            kinds["subject"].append(name)
        elif name in ("tables", "sql", "rhythm", "official", "clock"):
            kinds["function"].append(name)
    return [(name, kind) for kind, names in kinds.items() for name in sorted(names)]


def _heads_subject(name: str) -> bool:
    return any(isinstance(vars(kind).get(name), Method) for kind in Book.__mro__)
