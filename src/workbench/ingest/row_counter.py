"""Report the progress of a long reading: the file, and how many of its rows are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workbench.messages import say

EVERY = 50_000
"""Rows between two messages: a fraction of a second of reading, a line or two per workbook."""


@dataclass
class Count:
    """Counts the rows read of one file and reports at every further so many.

    >>> texts = []
    >>> count = Count("log.csv", texts.append)
    >>> for _ in range(3):
    ...     count.add(40_000)
    >>> len(texts)
    2
    """

    name: str
    progress: Callable[[str], None]
    rows: int = 0

    def add(self, rows: int) -> None:
        """Count a piece of the file."""
        before = self.rows // EVERY
        self.rows += rows
        if self.rows // EVERY > before:
            self.progress(say("sources.rows_read", file=self.name, rows=f"{self.rows:,}"))
