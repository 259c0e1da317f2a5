"""Instants of a log as working seconds, each row by its own calendar."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import polars as pl

Seconds = npt.NDArray[np.int64]

WorkingSeconds = Callable[[str, Seconds], Seconds]
"""Calendar id and epoch seconds in, working seconds out."""


def worked(rows: pl.DataFrame, column: str, working: WorkingSeconds) -> Seconds:
    """Return a column of instants as working seconds of each row's ``calendar_id``."""
    seconds = rows[column].dt.epoch("s").to_numpy()
    numbers = rows["calendar_id"].rank("dense").to_numpy()
    found = np.zeros(len(seconds), dtype=np.int64)
    for number, calendar in enumerate(rows["calendar_id"].unique().sort(), start=1):
        here = numbers == number
        found[here] = working(calendar, seconds[here])
    return found
