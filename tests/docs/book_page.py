"""The manual's page on the book: its frames and its questions, read from the code.

``python tests/docs/book_page.py`` rewrites ``docs/manual/book.md``; a test holds it to the book.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

from workbench.answers import Answer, Book
from workbench.answers.frames import Frame
from workbench.answers.questions import Part, Question

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "manual" / "book.md"
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

`level` is the weakest evidence that an answer may rest on: 1 accounting, 2 comparison,
3 counterfactual, 4 causal. `from` names the tables that the question declares; it can read no
other. A name that is no frame is counted when it is asked for.

A summary under another profile than that of the results leaves the causes out and says so.
"""
UNDER = {"AnyProfile": "any", "ResultProfile": "results"}
"""What the annotation of a profile says, in the words of the page."""


def frames() -> list[list[str]]:
    """Return name, stored table and grain of every frame, by name."""
    members = inspect.getmembers(Book, lambda member: isinstance(member, Frame))
    return [[f"`book.{name}`", f"`{m.table}`", str(m.__doc__)] for name, m in members]


def parts() -> dict[str, type[Part]]:
    """Return the methods of the book that open further questions, and where these stand."""
    opened = {
        name: get_type_hints(method)["return"]
        for name, method in inspect.getmembers(Book, inspect.isfunction)
        if not name.startswith("_")
    }
    return {n: k for n, k in opened.items() if isinstance(k, type) and issubclass(k, Part)}


def answering(kind: type) -> Iterator[tuple[str, Question[Any, Any, Any]]]:
    """Yield the questions of a class that are answered in words."""
    for name, member in inspect.getmembers(kind, lambda m: isinstance(m, Question)):
        if get_type_hints(member.__wrapped__)["return"] is Answer:
            yield name, member


def questions() -> list[list[str]]:
    """Return call, profile, evidence level, tables and meaning of every question, by name."""
    rows = [_row(f"book.{name}", asked, {}) for name, asked in answering(Book)]
    for part, kind in parts().items():
        given = _parameters(inspect.signature(getattr(Book, part)))
        call = f"book.{part}({', '.join(given)})"
        rows += [_row(f"{call}.{name}", asked, given) for name, asked in answering(kind)]
    return rows


def _row(call: str, asked: Question[Any, Any, Any], opened: dict[str, str]) -> list[str]:
    meaning = str(inspect.getdoc(asked)).split("\n\n")[0].replace("\n", " ")
    named = _parameters(asked.signature)
    under = UNDER.get(named.get("profile", ""), "any" if "profile" in opened else "none")
    tables = ", ".join(f"`{table}`" for table in asked.tables)
    return [f"`{call}({', '.join(named)})`", under, str(asked.level), meaning, tables]


def _parameters(signature: inspect.Signature) -> dict[str, str]:
    """Return the parameters but the first, which is who is asked, and their annotations."""
    return {name: str(p.annotation) for name, p in list(signature.parameters.items())[1:]}


def page() -> str:
    """Return the whole page."""
    asked = {name for name, _ in answering(Book)}
    shared = [row for row in frames() if row[1].strip("`") in asked]
    renamed = [[row[1], row[0], f"`book.{row[1].strip('`')}(…)`"] for row in shared]
    parts = [
        HEAD.format(renamed=_table(["table", "frame", "question"], renamed)),
        _table(["frame", "table", "what it holds"], frames()),
        QUESTIONS,
        _table(["question", "profile", "level", "what it answers", "from"], questions()),
    ]
    return "\n".join(parts)


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
