"""Find the rows in which two Parquet files differ, without holding the files in memory.

Each row is reduced to a hash of 64 bits; of the files only rows whose hash is not equally often on
both sides are returned. Two different rows of thirty million share a hash once in 40,000
comparisons.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import duckdb
import polars as pl

from workbench.core.environment import processors
from workbench.core.project import Scratch

MEMORY = "1500MB"
"""Memory of the database before it spills to disk."""
_SURPLUS = """
create table surplus as
with row_hashes as (
    select hash(*columns(*)) as row_hash, 1 as sign from left_rows
    union all
    select hash(*columns(*)) as row_hash, -1 as sign from right_rows
)
select row_hash from row_hashes group by row_hash having sum(sign) <> 0
"""
_ROWS = "select * from {side} where hash(*columns(*)) in (select row_hash from surplus)"


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
    listed = [_quoted(name) for name in columns]
    texts = [
        f"{name}::varchar as {name}" if column in as_text else name
        for name, column in zip(listed, columns, strict=True)
    ]
    with Scratch("differences") as folder, duckdb.connect() as database:
        database.execute("set TimeZone = 'UTC'")
        database.execute("set preserve_insertion_order = false")
        for name, value in (
            ("threads", processors()),
            ("memory_limit", MEMORY),
            ("temp_directory", str(folder)),
        ):
            database.execute(f"set {name} = '{value}'")
        for side, file, other in (("left_rows", left, right), ("right_rows", right, left)):
            rows = database.read_parquet(str(file or other)).project(", ".join(texts))
            (rows if file else rows.filter("false")).create_view(side)
        database.execute(_SURPLUS)
        frames = [
            database.sql(_ROWS.format(side=f"{side}_rows")).pl() for side in ("left", "right")
        ]
    return frames[0], frames[1]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
