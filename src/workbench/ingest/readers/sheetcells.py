"""Apply the facts of a sheet's XML: show errors, fill merged cells, refuse values that are lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from workbench.core.errors import InputRejected
from workbench.ingest.fields import is_instant
from workbench.ingest.profile import FileLayout
from workbench.ingest.readers.layout import Header
from workbench.ingest.readers.sheetxml import Cell, SheetFacts, cell_name

_NUMBERS = ("term_value", "step_no", "norm_hours")
_FILLED = {"source_row": pl.Int64, "column": pl.String}


def put_cells(cells: pl.DataFrame, first: int, texts: Mapping[Cell, str]) -> pl.DataFrame:
    """Return a sheet with these texts in cells that have none.

    Args:
        cells: Text columns ``c0``, ``c1`` ... and ``source_row``.
        first: The number of the column ``c0`` in the sheet, from 1.
        texts: Text by row and column, both from 1; cells outside of the sheet are left out.
    """
    columns: dict[str, dict[int, str]] = {}
    for (row, number), text in texts.items():
        columns.setdefault(f"c{number - first}", {})[row] = text
    for column, rows in columns.items():
        if column in cells.columns:
            put = pl.col("source_row").replace_strict(
                list(rows), list(rows.values()), default=None, return_dtype=pl.String
            )
            is_blank = pl.col(column).fill_null("").str.strip_chars() == ""
            cells = cells.with_columns(
                pl.when(is_blank & put.is_not_null()).then(put).otherwise(column).alias(column)
            )
    return cells


def fill_merged(
    below: pl.DataFrame, first: int, facts: SheetFacts, header: Header, part: FileLayout
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give every row of a merged cell its value, in mapped columns under the header.

    A number of a dossier is not given to other dossiers.

    Returns:
        The rows, and the ``source_row`` and ``column`` (header) of each cell filled.
    """
    texts: dict[Cell, str] = {}
    filled: list[tuple[int, str]] = []
    values = {row["source_row"]: row for row in below.iter_rows(named=True)} if facts.merges else {}
    for (top, column), (bottom, _) in facts.merges:
        place = column - first
        name = header.names[place] if 0 <= place < len(header.names) else ""
        value = values.get(top, {}).get(f"c{place}")
        if value is None or name not in part.columns or _is_key(part, name):
            continue
        for row in range(top + 1, bottom + 1):
            if row in values and values[row][f"c{place}"] is None:
                texts[row, column] = value
                filled.append((row, name))
    return put_cells(below, first, texts), pl.DataFrame(filled, _FILLED, orient="row")


def check_cells(
    frame: pl.DataFrame, first: int, facts: SheetFacts, header: Header, part: FileLayout, where: str
) -> None:
    """Refuse records with a formula that has no value, or a code whose last digits are lost.

    Args:
        frame: The records, with ``source_row``.
        first: The number of the first column of the header, from 1.
        facts: What the XML of the sheet says.
        header: Names of the columns.
        part: Which columns are read, and which of them hold codes.
        where: File and sheet, for messages.

    Raises:
        InputRejected: Names the first such cell, how many there are, and the cure.
    """
    rows = set(frame["source_row"]) if facts.uncalculated or facts.long_numbers else set()
    for key, cells, columns in (
        ("readers.uncalculated", facts.uncalculated, part.headers_read()),
        ("readers.long_number", facts.long_numbers, _code_columns(part)),
    ):
        wanted = {n for n, name in enumerate(header.names, first) if name in columns}
        if met := sorted(cell for cell in cells if cell[0] in rows and cell[1] in wanted):
            column = header.names[met[0][1] - first]
            cell = cell_name(met[0])
            raise InputRejected(key, file=where, cell=cell, column=column, count=len(met))


def _code_columns(part: FileLayout) -> frozenset[str]:
    """Name the columns read whose cells are no dates and no numbers."""
    mapped = {name for name, to in part.columns.items() if _are_codes(t.field for t in to)}
    ends = {stage.ends for stage in part.stages}
    return (part.headers_read() - set(part.columns) - set(part.timed()) - ends) | mapped


def _are_codes(fields: Iterable[str]) -> bool:
    return any(not is_instant(name) and name not in _NUMBERS for name in fields)


def _is_key(part: FileLayout, name: str) -> bool:
    return part.rows == "dossier" and any(t.field == "dossier_id" for t in part.columns[name])
