"""``workbench watch``: the open dossiers at risk of being late, and where each one waits."""

from __future__ import annotations

import sys
from typing import Annotated

from workbench.answers import open_book
from workbench.cli.options import Language, option
from workbench.messages import language


def command(
    *,
    unit: Annotated[str, option("unit", "ID")] = "*",
    data: Annotated[str, option("data", "DIR")] = "",
    lang: Annotated[Language | None, option("lang")] = None,
) -> None:
    """Print the watch list of a project or of a folder that ``analyse`` wrote."""
    book = open_book(data, language=language())
    sys.stdout.write(f"{book.watch(unit=unit)}\n")
