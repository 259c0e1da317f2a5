"""Read single rows of large Parquet files, and find the columns that two files have in common.

A file is read group by group; a group without a wanted row is not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow.parquet as pq


def unmoved_columns(left: Path, right: Path) -> frozenset[str]:
    """Return the columns that are the same bytes in every group of rows of both files.

    Empty where the files are not divided into groups of the same length.
    """
    metas = [pq.read_metadata(file) for file in (left, right)]
    groups = [[m.row_group(n) for n in range(m.num_row_groups)] for m in metas]
    if [g.num_rows for g in groups[0]] != [g.num_rows for g in groups[1]]:
        return frozenset()
    if metas[0].schema != metas[1].schema:
        return frozenset()
    names = [metas[0].schema.column(n).path.split(".")[0] for n in range(metas[0].num_columns)]
    moved = set()
    with left.open("rb") as one, right.open("rb") as other:
        for pair in zip(*groups, strict=True):
            for number, name in enumerate(names):
                chunks = [group.column(number) for group in pair]
                if name not in moved and _differ(chunks, (one, other)):
                    moved.add(name)
    return frozenset(names) - moved


def _differ(chunks: Sequence[Any], files: Sequence[Any]) -> bool:
    """Return whether two chunks of a column are not the same bytes."""
    if len({(c.compression, c.num_values, c.total_compressed_size) for c in chunks}) > 1:
        return True
    texts = []
    for chunk, file in zip(chunks, files, strict=True):
        has_dictionary = chunk.has_dictionary_page and chunk.dictionary_page_offset
        first = chunk.data_page_offset
        file.seek(min(first, chunk.dictionary_page_offset) if has_dictionary else first)
        texts.append(file.read(chunk.total_compressed_size))
    return bool(texts[0] != texts[1])


def groups_at(
    file: Path, positions: np.ndarray, columns: Sequence[str]
) -> Iterator[tuple[np.ndarray, pl.DataFrame]]:
    """Yield the rows at some positions in ascending order, group by group, with their positions."""
    with pq.ParquetFile(file) as opened:
        start = 0
        for number in range(opened.num_row_groups):
            end = start + opened.metadata.row_group(number).num_rows
            first, last = np.searchsorted(positions, (start, end))
            if first < last:
                wanted = positions[first:last]
                group = pl.DataFrame(opened.read_row_group(number, columns=list(columns)))
                yield wanted, group.select(columns)[wanted - start]
            start = end


def rows_at(file: Path, positions: np.ndarray, columns: Sequence[str]) -> pl.DataFrame:
    """Return the rows at some positions in ascending order."""
    frames = [frame for _, frame in groups_at(file, positions, columns)]
    if frames:
        return pl.concat(frames)
    return pl.scan_parquet(file).select(columns).head(0).collect()


def first_by_key(file: Path, positions: np.ndarray, key: Sequence[str], number: int) -> np.ndarray:
    """Return which of some positions hold the first rows in the order of the key, ascending."""
    best = pl.DataFrame()
    for wanted, frame in groups_at(file, positions, key):
        placed = frame.with_columns(pl.Series("position:", wanted))
        best = pl.concat([best, placed.sort(key).head(number)], how="diagonal")
        best = best.sort(key, maintain_order=True).head(number)
    return np.sort(best["position:"].to_numpy()) if best.height else positions[:0]


def keep_rows(file: Path, positions: np.ndarray, columns: Sequence[str]) -> None:
    """Leave only the rows at some positions in a file; what a link there leads to stays."""
    target = file.with_suffix(".kept")
    empty = rows_at(file, positions[:0], columns).to_arrow()
    with pq.ParquetWriter(target, empty.schema) as writer:
        writer.write_table(empty)
        for _, frame in groups_at(file, positions, columns):
            writer.write_table(frame.to_arrow().cast(empty.schema))
    file.unlink()
    target.replace(file)
