"""Read single rows of large Parquet files, and two files side by side.

A file is read group by group; a group without a wanted row is not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow.parquet as pq

Changes = Mapping[str, np.ndarray]
"""By column, whether the bytes of each group of rows differ."""


def changed_groups(left: Path, right: Path) -> Changes | None:
    """Find in which groups of rows the bytes of each column differ.

    Nothing where the files are not divided into groups of the same length.
    """
    metas = [pq.read_metadata(file) for file in (left, right)]
    groups = [[m.row_group(n) for n in range(m.num_row_groups)] for m in metas]
    if [g.num_rows for g in groups[0]] != [g.num_rows for g in groups[1]]:
        return None
    if metas[0].schema != metas[1].schema:
        return None
    names = [metas[0].schema.column(n).path.split(".")[0] for n in range(metas[0].num_columns)]
    changes = {name: np.zeros(len(groups[0]), dtype=np.bool_) for name in names}
    with left.open("rb") as one, right.open("rb") as other:
        for group, pair in enumerate(zip(*groups, strict=True)):
            for number, name in enumerate(names):
                chunks = [side.column(number) for side in pair]
                changes[name][group] |= _differ(chunks, (one, other))
    return changes


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


class _Groups:
    """Rows of a Parquet file by position; the group that was read last stays in memory."""

    def __init__(self, file: Path) -> None:
        self._opened = pq.ParquetFile(file)
        meta = self._opened.metadata
        heights = [meta.row_group(number).num_rows for number in range(meta.num_row_groups)]
        self.ends = np.cumsum([0, *heights])
        self._last: tuple[int, list[str], pl.DataFrame] = (-1, [], pl.DataFrame())

    def parts(self, positions: np.ndarray) -> Iterator[tuple[int, slice]]:
        """Yield the groups that have some positions, ascending, and which of these they have."""
        cuts = np.searchsorted(positions, self.ends)
        for number, (first, last) in enumerate(pairwise(cuts)):
            if first < last:
                yield number, slice(first, last)

    def rows(self, positions: np.ndarray, columns: Sequence[str]) -> pl.DataFrame:
        """Return the rows at some positions, of which there is one, in ascending order."""
        frames = []
        for number, part in self.parts(positions):
            whole, at = self._group(number, list(columns)), positions[part] - self.ends[number]
            frames.append(whole if len(at) == whole.height else whole[at])
        return pl.concat(frames)

    def _group(self, number: int, columns: list[str]) -> pl.DataFrame:
        if self._last[:2] != (number, columns):
            group = pl.DataFrame(self._opened.read_row_group(number, columns=columns))
            self._last = number, columns, group.select(columns)
        return self._last[2]


def paired_blocks(
    files: tuple[Path, Path],
    places: tuple[np.ndarray, np.ndarray],
    columns: Sequence[str],
    changes: Changes | None,
) -> Iterator[tuple[slice, list[pl.DataFrame]]]:
    """Yield some pairs of rows at a time, as which of the pairs they are and one frame per file.

    Args:
        files: Both files.
        places: The positions of the pairs in each, ascending.
        columns: The columns that are read.
        changes: Where the pairs are the same positions of both files, in which groups of rows
            each column differs: it is not read elsewhere.
    """
    sides = [_Groups(file) for file in files]
    with ThreadPoolExecutor(len(sides)) as pool:
        for number, block in sides[0].parts(places[0]):
            names = [name for name in columns if changes is None or changes[name][number]]
            if names:
                wanted = [at[block] for at in places]
                yield block, list(pool.map(_Groups.rows, sides, wanted, [names, names]))


def file_height(file: Path) -> int:
    """Return the number of rows of a file."""
    return int(pq.read_metadata(file).num_rows)


def values_of(file: Path, name: str) -> list[str]:
    """Return the values of a column of a table, each once, in no order."""
    values = pl.scan_parquet(file).select(pl.col(name).drop_nulls().unique()).collect()
    return values[name].to_list()


def without_lists(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows with lists as text: they are compared as a whole."""
    lists = [name for name, kind in rows.schema.items() if isinstance(kind, pl.List)]
    return rows.with_columns(
        pl.col(name).list.eval(pl.element().cast(pl.String)).list.join("; ") for name in lists
    )


def groups_at(
    file: Path, positions: np.ndarray, columns: Sequence[str]
) -> Iterator[tuple[np.ndarray, pl.DataFrame]]:
    """Yield the rows at some positions in ascending order, group by group, with their positions."""
    groups = _Groups(file)
    for _, part in groups.parts(positions):
        yield positions[part], groups.rows(positions[part], columns)


def rows_at(file: Path, positions: np.ndarray, columns: Sequence[str]) -> pl.DataFrame:
    """Return the rows at some positions in ascending order."""
    frames = [frame for _, frame in groups_at(file, positions, columns)]
    if frames:
        return pl.concat(frames)
    return pl.scan_parquet(file).select(columns).head(0).collect()


def survey_keys(
    file: Path, positions: np.ndarray, named: np.ndarray, key: Sequence[str], number: int
) -> tuple[np.ndarray, pl.Series]:
    """Return where the first of some rows are, and what the first column of the key names.

    Args:
        file: The file that is read.
        positions: The positions of these rows, ascending.
        named: Those of them of which the first column is returned, each value once, ascending.
        key: The columns by which rows are ordered.
        number: How many positions are returned at most; they are ascending.
    """
    best = pl.DataFrame()
    names = [rows_at(file, positions[:0], key[:1])]
    for wanted, frame in groups_at(file, positions, key):
        placed = frame.with_columns(pl.Series("position:", wanted))
        best = pl.concat([best, placed.sort(key).head(number)], how="diagonal")
        best = best.sort(key, maintain_order=True).head(number)
        first, last = np.searchsorted(named, (wanted[0], wanted[-1] + 1))
        is_named = np.isin(wanted, named[first:last], assume_unique=True)
        names.append(frame.filter(pl.Series(is_named)).select(pl.col(key[0]).unique()))
    shown = np.sort(best["position:"].to_numpy()) if best.height else positions[:0]
    return shown, pl.concat(names)[key[0]].unique().sort()


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
