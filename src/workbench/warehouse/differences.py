"""Reduce the rows of two Parquet files to hashes: a comparison needs no whole file in memory.

Two different values share a hash of 64 bits once in 10¹⁹ pairs; two different rows of thirty
million, or two keys, share theirs once in 20,000 comparisons.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from workbench.core.environment import processors
from workbench.core.project import Scratch

MEMORY = "1500MB"
"""Memory of the database before it spills to disk."""
_HASHES = "select hash(*columns(*)) as row_hash from {side}_rows"
_ROWS = """
select * from {side}_rows
where (hash(*columns(*)) >> 1) in (select row_hash from surplus_hashes)
"""


def row_hashes(file: Path, columns: Sequence[str]) -> np.ndarray:
    """Return one hash per row of a Parquet file over some columns, in the order of its rows."""
    names = ", ".join(map(_quoted, columns))
    with _database() as database:
        rows = database.read_parquet(str(file)).project(f"hash({names}) as row_hash")
        hashes: np.ndarray = rows.fetchnumpy()["row_hash"]
    return hashes


def differing_rows(
    left: Path | None, right: Path | None, columns: Sequence[str], as_text: Collection[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of each side that the other has less often.

    Args:
        left: A Parquet file; without it that side has no rows.
        right: The other file.
        columns: Columns that are compared; both files have them.
        as_text: Those of them whose kinds of values differ: they are compared as text.
    """
    with _opened(left, right, columns, as_text) as database:
        database.execute("set preserve_insertion_order = false")
        hashes = (
            database.sql(_HASHES.format(side=side)).fetchnumpy()["row_hash"]
            for side in ("left", "right")
        )
        surplus = pl.DataFrame({"row_hash": surplus_hashes(*hashes)})
        database.register("surplus_hashes", surplus.to_arrow())
        frames = [database.sql(_ROWS.format(side=side)).pl() for side in ("left", "right")]
    return frames[0], frames[1]


@contextmanager
def _database() -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database in memory, within its limits."""
    with Scratch("differences") as folder, duckdb.connect() as database:
        database.execute("set TimeZone = 'UTC'")
        for name, value in (
            ("threads", processors()),
            ("memory_limit", MEMORY),
            ("temp_directory", str(folder)),
        ):
            database.execute(f"set {name} = '{value}'")
        yield database


@contextmanager
def _opened(
    left: Path | None, right: Path | None, columns: Sequence[str], as_text: Collection[str]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database in which ``left_rows`` and ``right_rows`` are the columns of the files."""
    listed = [_quoted(name) for name in columns]
    texts = [
        f"{name}::varchar as {name}" if column in as_text else name
        for name, column in zip(listed, columns, strict=True)
    ]
    with _database() as database:
        for side, file, other in (("left_rows", left, right), ("right_rows", right, left)):
            rows = database.read_parquet(str(file or other)).project(", ".join(texts))
            (rows if file else rows.filter("false")).create_view(side)
        yield database


def surplus_hashes(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the hashes, halved, that one side has more often than the other; each once.

    To sort numbers takes a tenth of the time that counting them in a hash table does.
    """
    # the lowest bit says the side
    hashes = np.concatenate([left | np.uint64(1), right & ~np.uint64(1)])
    hashes.sort()
    # most rows have one like them on the other side, which then is their neighbour
    first = np.flatnonzero(hashes[1:] ^ hashes[:-1] == 1)
    is_left_over = np.ones(len(hashes), dtype=np.bool_)
    is_left_over[first] = is_left_over[first + 1] = False
    rest = hashes[is_left_over]
    halved, where, counts = np.unique(rest >> np.uint64(1), return_inverse=True, return_counts=True)
    of_left = np.bincount(where, weights=rest & np.uint64(1), minlength=len(halved))
    surplus: np.ndarray = halved[2 * of_left != counts]
    return surplus


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
