"""The macros of ``pipelines/macros``, defined in a database when a model first uses them.

To define all of them takes as long as to build a small table; most databases need few.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import duckdb

from workbench.warehouse.models import Model

_DEFINED = re.compile(r"^create (?:macro|type) (\w+)", re.MULTILINE)
_WORD = re.compile(r"\w+")


class Macros:
    """The files of a folder of macros and types that a database does not know yet."""

    def __init__(self, folder: Path) -> None:
        texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.sql"))]
        self._files = {text: frozenset(_DEFINED.findall(text)) for text in texts}

    def define_for(self, models: Iterable[Model], connection: duckdb.DuckDBPyConnection) -> None:
        """Define what the models name, and what that needs itself, in the database."""
        for text in self._needed("\n".join(model.sql for model in models)):
            connection.execute(text)

    def _needed(self, sql: str) -> list[str]:
        """Return the files with a name in some SQL, each after those it needs, once and for all."""
        words = set(_WORD.findall(sql))
        needed: list[str] = []
        for text, names in list(self._files.items()):
            if text in self._files and names & words:
                del self._files[text]
                needed += [*self._needed(text), text]
        return needed
