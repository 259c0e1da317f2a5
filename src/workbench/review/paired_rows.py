"""Pair the rows of two tables by their key and compare them column by column.

Memory holds a few rows at once and some bytes for each: two large tables need no more where every
row differs. Columns are read where their bytes differ.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from workbench.review.file_rows import (
    Changes,
    changed_groups,
    file_height,
    paired_blocks,
    values_of,
    without_lists,
)
from workbench.warehouse.differences import row_hashes, surplus_hashes

PSEUDONYMS = ("holder_id",)
"""Columns of pseudonyms."""


@dataclass(frozen=True)
class PairedRows:
    """Rows of two files by position, paired where they have the same key.

    Attributes:
        left: Positions of the pairs in the left file, ascending.
        right: Those in the right file, in the order of ``left``.
        removed: Positions of rows of which only the left file has the key, ascending.
        added: Positions of rows of which only the right file has it, ascending.
        moved: By column, whether the values of each pair differ in more than a renaming; columns
            without such a pair are left out.
        renames: By column of pseudonyms, the old and the new one and the number of ``rows``.
    """

    left: np.ndarray
    right: np.ndarray
    removed: np.ndarray
    added: np.ndarray
    moved: dict[str, np.ndarray]
    renames: dict[str, pl.DataFrame]

    def moved_in(self, columns: Collection[str]) -> np.ndarray:
        """Return for each pair whether one of some columns differs."""
        moved = np.zeros(len(self.left), dtype=np.bool_)
        for name in self.moved.keys() & set(columns):
            moved |= self.moved[name]
        return moved


def pair_rows(
    left: Path, right: Path, key: Sequence[str], others: Sequence[str], as_text: Collection[str]
) -> PairedRows | None:
    """Pair the rows of two files; nothing where what both have stands in another order.

    Args:
        left: A Parquet file.
        right: The other one.
        key: The columns by which rows are paired.
        others: The columns that are compared.
        as_text: Columns whose kinds of values differ: they are compared as text.
    """
    changes = changed_groups(left, right)
    if changes and not any(changes[name].any() for name in key):
        places = np.arange(file_height(left))
        matched = places, places, places[:0], places[:0]
    else:
        changes = None
        pairing = _matched(left, right, key)
        if pairing is None:
            return None
        matched = pairing
    moved, pseudonyms = _moved((left, right), matched[:2], (others, as_text), changes)
    renames = {}
    for name, pairs in pseudonyms.items():
        renames[name] = pairs.renames(name, left, right)
        moved[name] &= ~pairs.are_renamed(renames[name])
    moved = {name: is_moved for name, is_moved in moved.items() if is_moved.any()}
    return PairedRows(*matched, moved, renames)


def _moved(
    files: tuple[Path, Path],
    places: tuple[np.ndarray, np.ndarray],
    columns: tuple[Sequence[str], Collection[str]],
    changes: Changes | None,
) -> tuple[dict[str, np.ndarray], dict[str, _PseudonymPairs]]:
    """Return by column which pairs of values differ, and how pseudonyms are paired there."""
    others, as_text = columns
    height = len(places[0])
    moved: dict[str, np.ndarray] = {}
    pseudonyms: dict[str, _PseudonymPairs] = {}
    for block, sides in paired_blocks(files, places, others, changes):
        one, other = (_with_texts(side, as_text) for side in sides)
        for name in one.columns:
            is_moved = one[name].ne_missing(other[name]).to_numpy()
            if is_moved.any() and name not in moved:
                moved[name] = np.zeros(height, dtype=np.bool_)
                if name in PSEUDONYMS:
                    pseudonyms[name] = _PseudonymPairs(height)
            if is_moved.any():
                moved[name][block] = is_moved
                if name in PSEUDONYMS:
                    pseudonyms[name].add(block, one[name], other[name])
    return moved, pseudonyms


def _with_texts(rows: pl.DataFrame, as_text: Collection[str]) -> pl.DataFrame:
    texts = without_lists(rows.select(name for name in rows.columns if name in as_text))
    return rows.with_columns(texts.cast(pl.String).get_columns())


class _PseudonymPairs:
    """Which two pseudonyms stand in a pair of rows, by the number of that pair of names."""

    def __init__(self, height: int) -> None:
        self._names = pl.DataFrame(schema={"left": pl.String, "right": pl.String})
        self._numbers = np.full(height, -1, dtype=np.int32)

    def add(self, block: slice, left: pl.Series, right: pl.Series) -> None:
        """Take note of the pseudonyms of some pairs of rows."""
        pairs = pl.DataFrame({"left": left, "right": right})
        on = ["left", "right"]
        fresh = pairs.unique().join(self._names, on=on, how="anti", nulls_equal=True)
        self._names = pl.concat([self._names, fresh])
        numbered = self._names.with_row_index("number")
        numbers = pairs.join(numbered, on=on, how="left", nulls_equal=True, maintain_order="left")
        self._numbers[block] = numbers["number"].to_numpy()

    def renames(self, name: str, left: Path, right: Path) -> pl.DataFrame:
        """Return which pseudonyms of two files replace each other, and in how many ``rows``."""
        counts = np.bincount(self._numbers[self._numbers >= 0], minlength=self._names.height)
        return find_renames(self._names.with_columns(rows=counts), name, left, right)

    def are_renamed(self, renames: pl.DataFrame) -> np.ndarray:
        """Return for each pair of rows whether its pseudonyms replace each other."""
        known = renames.select("left", "right", is_known=True)
        names = self._names.join(
            known, on=["left", "right"], how="left", nulls_equal=True, maintain_order="left"
        )
        # the last one, -1, is of rows with the same pseudonym
        is_known = np.append(names["is_known"].fill_null(value=False).to_numpy(), False)
        renamed: np.ndarray = is_known[self._numbers]
        return renamed


def find_renames(pairs: pl.DataFrame, name: str, left: Path, right: Path) -> pl.DataFrame:
    """Return the pseudonyms that are gone, each with the new one that replaces it.

    An old name is replaced by the one that most of its rows have now; a new one replaces one only.

    Args:
        pairs: Pseudonyms of the same rows, ``left`` and ``right``, with the number of ``rows``.
        name: Their column.
        left: The earlier file.
        right: The later one.
    """
    kept = {*values_of(left, name)} & {*values_of(right, name)}
    differing = pairs.drop_nulls().filter(
        pl.col("left") != pl.col("right"), ~pl.col("left", "right").is_in(kept)
    )
    ordered = differing.sort(pl.col("rows") * -1, "left", "right")
    return ordered.unique("left", keep="first", maintain_order=True).unique(
        "right", keep="first", maintain_order=True
    )


def _matched(
    left: Path, right: Path, key: Sequence[str]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray] | None:
    """Pair the rows of two files that stand in the same order, by the hashes of their keys."""
    one, other = (row_hashes(file, key) for file in (left, right))
    if np.array_equal(one, other):
        places = np.arange(len(one))
        return places, places, places[:0], places[:0]
    surplus = surplus_hashes(one, other)
    is_removed, is_added = (_is_among(surplus, side) for side in (one, other))
    # a key that a side has twice is counted more than once
    has_doubles = int(is_removed.sum() + is_added.sum()) != len(surplus)
    if has_doubles or not np.array_equal(one[~is_removed], other[~is_added]):
        return None
    wanted = (~is_removed, ~is_added, is_removed, is_added)
    pairs = tuple(np.flatnonzero(rows) for rows in wanted)
    return pairs[0], pairs[1], pairs[2], pairs[3]


def _is_among(surplus: np.ndarray, hashes: np.ndarray) -> np.ndarray:
    is_among: np.ndarray = pl.Series(hashes >> np.uint64(1)).is_in(pl.Series(surplus)).to_numpy()
    return is_among
