"""Reviewed facts as rows of text: read a table of ``data/reference``, and replace one."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from workbench.core.errors import InputRejected


def read_rows(path: Path, *columns: str) -> list[dict[str, str]]:
    """Return the rows of a reference CSV as text.

    Raises:
        InputRejected: The file or one of the named columns is missing.
    """
    if not path.is_file():
        raise InputRejected("reference.no_file", file=path.name, folder=path.parent)
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        missing = [c for c in columns if c not in (reader.fieldnames or [])]
        if missing:
            raise InputRejected("reference.no_column", file=path.name, column=", ".join(missing))
        return list(reader)


def write_rows(path: Path, rows: Sequence[dict[str, str]]) -> None:
    """Replace a reference CSV as a whole by rows; a column that a row lacks is empty in it."""
    lines = io.StringIO()
    columns = list(dict.fromkeys(column for row in rows for column in row))
    writer = csv.DictWriter(lines, columns, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    beside = path.with_suffix(".new")
    beside.write_text(lines.getvalue(), encoding="utf-8", newline="\n")
    beside.replace(path)
