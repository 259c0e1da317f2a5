"""Writes ``docs/reference/python.md``: the public names of ``workbench``, from their docstrings.

``python tests/docs/python_page.py`` writes the page anew.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, get_type_hints

import workbench
from workbench.answers import Answer, Book
from workbench.answers.questions import Part

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "python.md"
HEAD = """# Python

`import workbench as wb` offers {names}. Other modules are not public: they may change
without notice. What the frames of a book hold is in [tables](../tables.md), what its questions
read and under which lateness profile in [the book](../manual/book.md).

This page is written by `python tests/docs/python_page.py`.
"""
_SECTION = re.compile(r"^(Args|Returns|Raises|Yields|Attributes|Source):\s*(.*)$")
_QUOTED = re.compile(r"(: |-> )'([^']*)'")
_CODE = re.compile(r"``([^`]+)``")
_WIDTH = 88
_ITEM = re.compile(r"^ {4}\*{0,2}([\w, ]+): (.*)$")


def page() -> str:
    """Return the whole page."""
    names = ", ".join(f"`wb.{name}`" for name in workbench.__all__)
    parts = [
        HEAD.format(names=names),
        "## Opening and publishing\n",
        *_described("wb.open", workbench.open),
        *_described("wb.publish", workbench.publish),
        "## Answers\n",
        *_described("Answer", Answer),
        *_members("answer", Answer),
        "## Questions of a book\n",
        *_described("wb.Book", Book),
        *_members("book", Book, answers=True),
    ]
    for name, kind in _parts():
        parts += [f"## Questions of `book.{name}(…)`\n", *_members(f"book.{name}(…)", kind)]
    parts += ["## Names that a book looks up\n", *_members("book", Book, answers=False)]
    parts += ["## Periods\n", *_described("wb.Period", workbench.Period)]
    parts += [*_members("Period", workbench.Period), "## Synthetic registers for tests\n"]
    for name in workbench.testing.__all__:
        parts += _described(f"wb.testing.{name}", getattr(workbench.testing, name))
    return "\n".join(parts).rstrip() + "\n"


def _members(owner: str, kind: type, *, answers: bool | None = None) -> Iterator[str]:
    """Yield the public methods of a class by name: all, or those that answer, or the others."""
    for name in sorted(dir(kind)):
        static = inspect.getattr_static(kind, name)
        if name.startswith("_") or isinstance(static, property | cached_property):
            continue
        member = getattr(kind, name)
        if not callable(member) or answers not in (None, _answers(member)):
            continue
        if member.__doc__:
            yield from _described(f"{owner}.{name}", member, owned=True)


def _answers(member: Callable[..., Any]) -> bool:
    """Return whether a method answers, itself or by what it opens."""
    kind = get_type_hints(inspect.unwrap(member)).get("return")
    return isinstance(kind, type) and issubclass(kind, Answer | Part)


def _parts() -> Iterator[tuple[str, type]]:
    """Yield the methods of a book that open further questions, and the class of these."""
    for name in sorted(dir(Book)):
        member = getattr(Book, name)
        if name.startswith("_") or not inspect.isfunction(member):
            continue
        kind = get_type_hints(member).get("return")
        if _answers(member) and kind is not Answer:
            yield name, kind


def _described(call: str, member: Callable[..., Any], *, owned: bool = False) -> list[str]:
    """Return a heading, how a function is called, and the docstring as Markdown."""
    lines = [f"### `{call}`", ""]
    if not inspect.isclass(member):
        lines += ["```python", _signature(call, member, owned=owned), "```", ""]
    return [*lines, _markdown(inspect.getdoc(member) or ""), ""]


def _signature(call: str, member: Callable[..., Any], *, owned: bool) -> str:
    """Return how a function is called, without who is asked, a parameter a line where long."""
    signature = inspect.signature(member)
    parameters = list(signature.parameters.values())
    if owned and not inspect.ismethod(member):
        parameters = parameters[1:]
    text = _QUOTED.sub(r"\1\2", f"{call}{signature.replace(parameters=parameters)}")
    if len(text) <= _WIDTH:
        return text
    head, _, result = text.rpartition(" -> ")
    given = head.removeprefix(f"{call}(").removesuffix(")").split(", ")
    return f"{call}(\n    " + ",\n    ".join(given) + f",\n) -> {result}"


def _markdown(doc: str) -> str:
    """Turn a docstring into Markdown: sections into lists, examples into code."""
    lines: list[str] = []
    for paragraph in re.split(r"\n\s*\n", _CODE.sub(r"`\1`", doc)):
        if paragraph.lstrip().startswith(">>>"):
            lines += ["```python", inspect.cleandoc(paragraph), "```", ""]
        else:
            lines += [*_paragraph(paragraph.splitlines()), ""]
    return "\n".join(lines).rstrip()


def _paragraph(lines: list[str]) -> list[str]:
    if not (found := _SECTION.match(lines[0])):
        return lines
    if found[2] or found[1] in ("Returns", "Yields"):
        return [
            f"*{found[1]}*: {' '.join([found[2], *(line.strip() for line in lines[1:])]).strip()}"
        ]
    items = [f"*{found[1]}*", ""]
    for line in lines[1:]:
        if item := _ITEM.match(line):
            items.append(f"- `{item[1]}`: {item[2]}")
        elif items[-1]:
            items[-1] += f" {line.strip()}"
        else:
            items.append(line.strip())
    return items


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
