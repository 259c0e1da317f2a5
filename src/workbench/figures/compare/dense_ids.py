"""Numbers for what rows are about, so that millions of them are compared without their names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray


def numbered(rows: pl.DataFrame, columns: Sequence[str]) -> NDArray[np.int64]:
    """Return one number per row for what stands in some text columns, in their order from zero.

    The same texts give the same number, and numbers rise as the texts do; none is left out.

    >>> numbered(pl.DataFrame({"unit": ["b", "a", "b"], "month": ["1", "2", "1"]}), ["unit"])
    array([1, 0, 1])
    """
    number = np.zeros(rows.height, dtype=np.int64)
    for column in columns:
        texts = rows[column].unique().sort()
        # an enumeration looks each text up once and keeps their order
        places = rows[column].cast(pl.Enum(texts)).to_physical()
        number = number * texts.len() + places.to_numpy()
    return ranked(number)[1]


def ranked(numbers: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where each number first stands, in order of the numbers, and each one's rank.

    Numbers are not negative; ranks rise as the numbers do, from zero, and none is left out.

    >>> ranked(np.array([7, 3, 7]))
    (array([1, 0]), array([1, 0, 1]))
    """
    size = int(numbers.max(initial=-1)) + 1
    if size <= numbers.size:
        first = np.full(size, -1, dtype=np.int64)
        # written from the back: what comes first stays
        first[numbers[::-1]] = np.arange(numbers.size - 1, -1, -1)
        met = first >= 0
        return first[met], (np.cumsum(met) - 1)[numbers]
    # many numbers are those of sorted rows: there are far fewer runs than rows
    change = np.ones(numbers.size, dtype=bool)
    np.not_equal(numbers[1:], numbers[:-1], out=change[1:])
    heads = np.flatnonzero(change)
    _, first, rank = np.unique(numbers[heads], return_index=True, return_inverse=True)
    return heads[first], rank.astype(np.int64)[np.cumsum(change) - 1]
