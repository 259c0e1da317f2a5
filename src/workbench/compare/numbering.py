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
    return np.unique(number, return_inverse=True)[1].astype(np.int64)
