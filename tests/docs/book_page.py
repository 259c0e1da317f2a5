"""The manual's page on the book: its frames and its questions, told apart, read off the code.

``python tests/docs/book_page.py`` rewrites ``docs/manual/book.md``; a test holds it to the book.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from workbench.answers import Book
from workbench.answers.clock import LegalClock
from workbench.answers.official import Official
from workbench.answers.work_patterns import Rhythm

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "manual" / "book.md"
PARTS = {"rhythm": Rhythm, "official": Official, "clock": LegalClock}
HEAD = """# The book: frames and questions

`book = wb.open()` opens the results of the project around the current folder, `wb.open("DIR")`
those that `workbench analyse` wrote. A *frame* is a table of the run as it is stored (Polars,
instants in the zone of the source). A *question* is called with what it is about and returns an
answer: sentences with their evidence level, a table, a chart and a small frame (`.frame`).

Three tables share their name with a question; the frame then has another name:

{renamed}
This page is written by `python tests/docs/book_page.py`.

## Frames
"""
QUESTIONS = """## Questions

`period` is a label such as `2022-H1`, `2022-Q1`, `2022-03`, or `latest`; `unit` an id or a name,
`*` for all units together; `profile` a lateness profile ([what "late" means](lateness.md)), that
of the results when left out. What a question says of the profile:

- *any*: answered under every profile, counted under it;
- *results*: causes, comparisons, scenarios and the watch list are computed under one profile per
  run (`book.result_profile`); another one is refused with what to do: set `explain.profile` in
  `params.yaml` and run `workbench dvc repro`, or give `analyse` the option `--profile NAME`;
- *none*: the answer does not depend on what is late.

A summary under another profile than that of the results leaves the causes out and says so.
"""
_TABLE = re.compile(r" \(table ``(\w+)``\)")
_REFUSES = ("_asked_of_causes(", "computed_profile(")


def frames() -> list[list[str]]:
    """Return name, stored table and grain of every frame, by name."""
    rows = []
    for name, member in inspect.getmembers(Book, lambda m: isinstance(m, cached_property)):
        if member.func.__annotations__["return"] == "pl.DataFrame" and not name.startswith("_"):
            grain = str(member.__doc__)
            table = found[1] if (found := _TABLE.search(grain)) else name
            rows.append([f"`book.{name}`", f"`{table}`", _TABLE.sub("", grain)])
    return rows


def questions() -> list[list[str]]:
    """Return call, profile and meaning of every question, by name."""
    rows = [_row(f"book.{name}", method, "") for name, method in _answering(Book)]
    for part, kind in PARTS.items():
        opened = getattr(Book, part)
        call = f"book.{part}({_parameters(opened)})"
        rows += [_row(f"{call}.{name}", m, _parameters(opened)) for name, m in _answering(kind)]
    return rows


def _answering(kind: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name, method in inspect.getmembers(kind, inspect.isfunction):
        if not name.startswith("_") and inspect.signature(method).return_annotation == "Answer":
            yield name, method


def _row(call: str, method: Callable[..., Any], opened: str) -> list[str]:
    meaning = str(inspect.getdoc(method)).split("\n\n")[0].replace("\n", " ")
    named = _parameters(method)
    under = "any" if "profile" in f"{named} {opened}" else "none"
    if any(word in inspect.getsource(method) for word in _REFUSES):
        under = "results"
    return [f"`{call}({named})`", under, meaning]


def _parameters(method: Callable[..., Any]) -> str:
    return ", ".join(name for name in inspect.signature(method).parameters if name != "self")


def page() -> str:
    """Return the whole page."""
    asked = {name for name, _ in _answering(Book)}
    shared = [row for row in frames() if row[1].strip("`") in asked]
    renamed = [[row[1], row[0], f"`book.{row[1].strip('`')}(…)`"] for row in shared]
    parts = [
        HEAD.format(renamed=_table(["table", "frame", "question"], renamed)),
        _table(["frame", "table", "what it holds"], frames()),
        QUESTIONS,
        _table(["question", "profile", "what it answers"], questions()),
    ]
    return "\n".join(parts)


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
