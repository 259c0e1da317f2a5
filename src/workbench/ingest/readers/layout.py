"""Find the table inside a sheet made for printing.

Offices print national headings and titles above the table, merge header cells over two rows,
number the columns, and put section rows, totals and signatures between and below the records. The
header is the block of one to three rows with most of the profile's column names. A row is a record
when it has a dossier number, or enough of the other mapped cells; everything else is counted as
ignored. A record without its number is kept for the quality rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from workbench.core.errors import InputRejected
from workbench.ingest.profile import FileLayout
from workbench.ingest.readers import limits
from workbench.ingest.readers.raw import place
from workbench.ingest.repairs import converted, marks_of
from workbench.ingest.spelling import tidy, trimmed_series

SEARCH_ROWS = 40
MOST_DEPTH = 3
"""Of how many rows a header is made at most: two rows of groups over one of names."""
TOTALS = r"(?i)^(tổng cộng|tổng số|tổng|cộng|trong đó|total)\b"
_COLUMN_NUMBER = r"^\(?\d{1,2}\)?$"
_ENOUGH_CELLS = 3

Cells = Sequence[str | None]


@dataclass(frozen=True)
class Header:
    """The header found: its first row (counted from 0), how many rows it takes, its names.

    A column without a header has the name ``""``.
    """

    row: int
    depth: int
    names: tuple[str, ...]

    @property
    def width(self) -> int:
        """How many cells a whole row has: up to the last column with a name."""
        return max((number for number, name in enumerate(self.names, 1) if name), default=0)

    @property
    def below(self) -> int:
        """First row under the header, counted from 0."""
        return self.row + self.depth


def find_header(top: Sequence[Cells], part: FileLayout) -> Header | None:
    """Find the header among the first rows of a sheet, or nothing that resembles it.

    Returns the candidate with most of the part's column names; at least half of the required
    ones must be there.
    """
    headers = set(part.headers())
    best, best_score = None, max(1, len(part.required()) // 2) - 1
    for depth in range(1, MOST_DEPTH + 1):
        for row in range(len(top) - depth + 1):
            names = names_of(top[row : row + depth])
            if (score := len(headers.intersection(names))) > best_score:
                best, best_score = Header(row, depth, names), score
    return best


def check_header(header: Header | None, part: FileLayout, path: Path, sheet: str = "") -> Header:
    """Return a header whose columns are all known and all there.

    Raises:
        InputRejected: No header was found, a column is unknown, repeated or missing.
    """
    where = place(path.name, sheet)
    if header is None:
        raise InputRejected("sources.no_header", file=where, expected=", ".join(part.required()))
    check_columns(header.names, part, file=where, row=header.row + 1)
    return header


def check_columns(names: Sequence[str], part: FileLayout, *, file: str, row: int = 0) -> None:
    """Refuse a column that is neither mapped, personal nor ignored, and a missing one.

    ``row`` is the row of the header, 0 for an event log, which has none.

    Raises:
        InputRejected: Names the column, where it stands and what the profile knows.
    """
    check_known(names, part, file=file, row=row)
    for name in part.required():
        if name not in names:
            present = ", ".join(n for n in names if n)
            raise InputRejected("sources.missing_column", file=file, column=name, found=present)


def check_known(names: Sequence[str], part: FileLayout, *, file: str, row: int = 0) -> None:
    """Refuse a column that is neither mapped, personal nor ignored, and a repeated one.

    A column that is not read may be repeated.

    Raises:
        InputRejected: Names the column and what the profile knows.
    """
    known, read = part.headers(), part.headers_read()
    for name, count in Counter(name for name in names if name).items():
        if name not in known:
            key = "sources.unknown_column" if row else "sources.unknown_attribute"
            raise InputRejected(key, file=file, row=row, column=name, accepted=", ".join(known))
        if count > 1 and name in read:
            raise InputRejected("sources.same_column", file=file, column=name)


def records(
    cells: pl.DataFrame, header: Header, part: FileLayout, *, where: str, is_first: bool = True
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Name the columns of the rows under a header and keep the records, with the marks of cells.

    Old fonts draw letters in the places of control characters: their cells are converted first.

    Args:
        cells: Text columns in sheet order and ``source_row``, rows under the header only.
        header: The header of these columns.
        part: Which columns are mapped.
        where: File and sheet, for messages.
        is_first: The rows follow the header, not an earlier piece of the same table.

    Returns:
        The records, and which cells of mapped columns had their letters put right (``MARKS``).

    Raises:
        InputRejected: A column without a header holds values, or a cell is larger than any cell.
    """
    cells = cells.drop(_row_indexes(cells, header, part, is_first=is_first))
    columns = _named(cells, header)
    marks = marks_of(cells, {t: t for t, name in columns.items() if name in part.columns})
    modern = converted(cells, marks)
    frame = modern.with_columns(
        trimmed_series(modern[text]) for text in modern.columns if text != "source_row"
    )
    texts = [text for text in frame.columns if text != "source_row"]
    rows = frame.filter(_is_record(texts, columns, part, is_first=is_first))
    refuse_huge(rows, columns, where)
    _refuse_unnamed(rows.drop(_headed(cells, header)), where)
    marks = marks.with_columns(pl.col("column").replace(columns))
    return rows.select("source_row", *columns).rename(columns), marks


def _named(cells: pl.DataFrame, header: Header) -> dict[str, str]:
    """Return the name of each column that has one; of repeated names the first column."""
    firsts: dict[str, str] = {}
    for text, name in _headed(cells, header).items():
        firsts.setdefault(name, text)
    return {text: name for name, text in firsts.items()}


def _headed(cells: pl.DataFrame, header: Header) -> dict[str, str]:
    names = {f"c{number}": name for number, name in enumerate(header.names) if name}
    return {text: name for text, name in names.items() if text in cells.columns}


def _row_indexes(
    cells: pl.DataFrame, header: Header, part: FileLayout, *, is_first: bool
) -> list[str]:
    """Name the columns without a header that are not read.

    These are the ones that the profile passes over by number, and the index that a data frame
    writes before its first column: whole numbers that rise from 0.
    """
    unnamed = [f"c{number - 1}" for number in part.unnamed]
    if not header.names[0] and "c0" in cells.columns and _is_index(cells["c0"], is_first=is_first):
        unnamed.append("c0")
    headed = _headed(cells, header)
    return [text for text in unnamed if text in cells.columns and text not in headed]


def _is_index(column: pl.Series, *, is_first: bool) -> bool:
    numbers = column.drop_nulls().str.strip_chars()
    if numbers.is_empty() or not numbers.str.contains(r"^\d{1,15}$").all():
        return False
    values = numbers.cast(pl.Int64)
    return bool((values.diff().drop_nulls() > 0).all()) and not (is_first and values[0])


def refuse_huge(frame: pl.DataFrame, named: Mapping[str, str], where: str) -> None:
    """Refuse a cell that is larger than any cell.

    Args:
        frame: Text columns and ``source_row``.
        named: The header of each column that is searched.
        where: File and sheet, for messages.

    Raises:
        InputRejected: Names the row and the header.
    """
    lengths = frame.select(pl.col(list(named)).str.len_bytes().max())
    for column in lengths.columns:
        if (lengths[column][0] or 0) <= limits.CELL_LENGTH:
            continue
        at = (frame[column].str.len_chars() > limits.CELL_LENGTH).arg_true()
        if len(at):
            raise InputRejected(
                "readers.huge_cell",
                file=where,
                row=frame["source_row"][at[0]],
                column=named[column],
                most=limits.CELL_LENGTH,
            )


def check_size(rows: int, columns: int, where: str) -> None:
    """Refuse a table that is wider than any, or whose rows and columns span too many cells.

    Raises:
        InputRejected: Says how many there are, and the limit.
    """
    if columns > limits.COLUMNS:
        most = limits.COLUMNS
        raise InputRejected("readers.many_columns", file=where, count=columns, most=most)
    if (count := rows * columns) > limits.TABLE_CELLS:
        most = limits.TABLE_CELLS
        raise InputRejected(
            "readers.wide_table", file=where, rows=rows, columns=columns, count=count, most=most
        )


def _refuse_unnamed(rest: pl.DataFrame, where: str) -> None:
    for column in rest.columns[1:]:
        at = rest[column].is_not_null().arg_true()
        if len(at):
            row, number = rest["source_row"][at[0]], int(column.removeprefix("c")) + 1
            raise InputRejected("sources.unnamed_column", file=where, row=row, number=number)


def names_of(rows: Sequence[Cells]) -> tuple[str, ...]:
    """Join a header of up to three rows; a name met twice is led by its groups'.

    >>> names_of([("Mã hồ sơ", "Thời gian", None), (None, "Ngày nộp", "Ngày trả")])
    ('Mã hồ sơ', 'Ngày nộp', 'Ngày trả')
    >>> names_of([("Nộp", None, "Trả"), ("Ngày", "Giờ", "Ngày")])
    ('Nộp / Ngày', 'Giờ', 'Trả / Ngày')
    """
    width = max((len(row) for row in rows), default=0)
    padded = [[tidy(row[i] or "") if i < len(row) else "" for i in range(width)] for row in rows]
    levels = [max((n for n, row in enumerate(padded) if row[i]), default=0) for i in range(width)]
    names = [padded[level][i] for i, level in enumerate(levels)]
    for above in range(1, len(padded)):
        repeated = {name for name, count in Counter(names).items() if count > 1 and name}
        for i, level in enumerate(levels):
            group = _group_over(padded, level - above, i)
            if names[i] in repeated and group not in ("", names[i]):
                names[i] = f"{group} / {names[i]}"
    return tuple(names)


def _group_over(rows: Sequence[Sequence[str]], level: int, column: int) -> str:
    """Return the label of a row of groups that spans a column: the last one up to it."""
    if level < 0:
        return ""
    return next((label for label in reversed(rows[level][: column + 1]) if label), "")


def _is_record(
    texts: list[str], named: dict[str, str], part: FileLayout, *, is_first: bool
) -> pl.Expr:
    mapped = [text for text, name in named.items() if name in part.columns]
    key = next((t for t in mapped if _feeds_key(part, named[t])), texts[0])
    others = [pl.col(text).is_not_null() for text in mapped if text != key] or [pl.lit(False)]
    filled = pl.sum_horizontal(others)
    first = pl.coalesce(texts)
    numbers = pl.all_horizontal(
        pl.col(text).is_null() | pl.col(text).str.contains(_COLUMN_NUMBER) for text in texts
    ) & (pl.int_range(pl.len()) == (0 if is_first else -1))
    has_key = pl.col(key).is_not_null() & ~pl.col(key).str.contains(r"\s")
    enough = filled >= min(_ENOUGH_CELLS, max(1, len(others) - 1))
    own_key = pl.col(key).is_not_null() & (pl.col(key) != first)
    total = first.str.contains(TOTALS) & ~(own_key & enough)
    return (has_key | enough) & ~total.fill_null(value=False) & ~numbers


def _feeds_key(part: FileLayout, header: str) -> bool:
    return any(target.field == "dossier_id" for target in part.columns[header])
