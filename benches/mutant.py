"""One small change of a source, and the list of those that change nothing."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Mutant:
    """One change: the text between two places of a source replaced by another."""

    start: int
    end: int
    text: str

    def applied(self, source: str) -> str:
        """Return the source with the change made."""
        return source[: self.start] + self.text + source[self.end :]

    def lines(self, source: str) -> tuple[int, str, str]:
        """Return the number of the changed line, what it was and what it is."""
        number = source.count("\n", 0, self.start)
        after = self.applied(source).splitlines()[number]
        return number + 1, source.splitlines()[number].strip(), after.strip()


def equivalents() -> set[tuple[str, str, str]]:
    """Return the changes known to change nothing: model or module, line before, line after."""
    with (HERE / "equivalent_mutants.csv").open(encoding="utf-8", newline="") as file:
        return {(row["model"], row["before"], row["after"]) for row in csv.DictReader(file)}
