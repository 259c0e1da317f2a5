"""Pair the rows of two tables by their key and compare them column by column, by hashes.

Memory holds a few hashes per row. A column whose bytes are the same on both sides is not read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from workbench.review.file_rows import unmoved_columns
from workbench.warehouse.differences import HashedPair, hashed_pair

PSEUDONYMS = ("holder_id",)
"""Columns of pseudonyms."""
_AT_ONCE = 40_000_000
"""Hashes of values in memory at once."""


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
    """Pair the rows of two files; nothing where two rows of one of them have the same key.

    Args:
        left: A Parquet file.
        right: The other one.
        key: The columns by which rows are paired.
        others: The columns that are compared.
        as_text: Columns whose kinds of values differ: they are compared as text.
    """
    unmoved = unmoved_columns(left, right)
    with hashed_pair(left, right, [*key, *others], as_text) as hashes:
        if unmoved.issuperset(key):
            places = np.arange(_height(left))
            matched = places, places, places[:0], places[:0]
        else:
            unmoved = frozenset()
            pairing = _matched(hashes.of_rows("left", key), hashes.of_rows("right", key))
            if pairing is None:
                return None
            matched = pairing
        moved, renames = {}, {}
        for name, values in _differing(hashes, matched, [c for c in others if c not in unmoved]):
            is_moved = values[0] != values[1]
            if name in PSEUDONYMS and is_moved.any():
                renames[name], is_renamed = _renamed(hashes, name, values, is_moved)
                is_moved &= ~is_renamed
            if is_moved.any():
                moved[name] = is_moved
    return PairedRows(*matched, moved, renames)


def replacing(pairs: pl.DataFrame, old: str, new: str) -> pl.DataFrame:
    """Return of pairs with their ``rows`` those in which a new name replaces an old one.

    An old name is replaced by the one that most of its rows have now; a new one replaces one only.
    """
    pairs = pairs.sort(pl.col("rows") * -1, old, new)
    return pairs.unique(old, keep="first", maintain_order=True).unique(
        new, keep="first", maintain_order=True
    )


def _height(file: Path) -> int:
    return int(pl.scan_parquet(file).select(pl.len()).collect().item())


def _matched(
    left: np.ndarray, right: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray] | None:
    """Pair the rows of two files by the hashes of their keys, which are distinct in each."""
    if np.array_equal(left, right):
        places = np.arange(len(left))
        return places, places, places[:0], places[:0]
    orders = [np.argsort(hashes) for hashes in (left, right)]
    ordered = [hashes[order] for hashes, order in zip((left, right), orders, strict=True)]
    if any((hashes[1:] == hashes[:-1]).any() for hashes in ordered):
        return None
    partners = np.full(len(left), -1)
    if len(left):
        at = np.minimum(np.searchsorted(ordered[0], ordered[1]), len(left) - 1)
        is_common = ordered[0][at] == ordered[1]
        partners[orders[0][at[is_common]]] = orders[1][is_common]
    common = np.flatnonzero(partners >= 0)
    is_added = np.ones(len(right), dtype=np.bool_)
    is_added[partners[common]] = False
    return common, partners[common], np.flatnonzero(partners < 0), np.flatnonzero(is_added)


def _differing(
    hashes: HashedPair, matched: tuple[np.ndarray, ...], columns: Sequence[str]
) -> Iterator[tuple[str, tuple[np.ndarray, np.ndarray]]]:
    """Yield the hashes of each pair of values, a few columns at once."""
    left, right, removed, added = matched
    is_in_place = not len(removed) and not len(added) and np.array_equal(left, right)
    height = 2 * len(left) + len(removed) + len(added)
    step = max(1, _AT_ONCE // max(1, height))
    for start in range(0, len(columns), step):
        names = columns[start : start + step]
        sides = hashes.of_columns("left", names), hashes.of_columns("right", names)
        for name, one, other in zip(names, *sides, strict=True):
            yield name, (one, other) if is_in_place else (one[left], other[right])


def _renamed(
    hashes: HashedPair, name: str, values: tuple[np.ndarray, np.ndarray], is_moved: np.ndarray
) -> tuple[pl.DataFrame, np.ndarray]:
    """Return which pseudonyms replace each other, and whether each pair differs by that."""
    texts = [hashes.names(side, name) for side in ("left", "right")]
    kept = texts[0].keys() & texts[1].keys()
    differing = pl.DataFrame([side[is_moved] for side in values], schema=["old", "new"])
    counts = differing.group_by("old", "new").agg(pl.len().alias("rows"))
    rows = [
        (old, new, texts[0][old], texts[1][new], count)
        for old, new, count in counts.iter_rows()
        if old in texts[0].keys() - kept and new in texts[1].keys() - kept
    ]
    schema = {"old": pl.UInt64, "new": pl.UInt64, "left": pl.String, "right": pl.String}
    pairs = pl.DataFrame(rows, {**schema, "rows": pl.Int64}, orient="row")
    replaced = replacing(pairs, "left", "right")
    known = replaced.select("old", "new", pl.lit(value=True).alias("known"))
    is_known = pl.DataFrame(values, schema=["old", "new"]).join(
        known, on=["old", "new"], how="left", maintain_order="left"
    )["known"]
    return replaced.select("left", "right", "rows"), is_known.fill_null(value=False).to_numpy()
