"""The places that dossiers passed through, counted when they are asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from workbench.figures.estimates.sojourn_times import BLOCK_DAYS, BLOCKS
from workbench.warehouse import Warehouse


def first_day(day: dt.date) -> dt.date:
    """Return since when dossiers must have been seen to say how fast places are on a day.

    A day more than the stays that count there, since instants lie in several zones.

    >>> first_day(dt.date(2022, 7, 1))
    datetime.date(2022, 1, 1)
    """
    return day - dt.timedelta(days=BLOCK_DAYS * BLOCKS + 1)


def count_passages(
    folders: Iterable[Path], pipelines: Path, day: dt.date, profile: str
) -> pl.DataFrame:
    """Return the table ``passages`` as forecasts from a day on need it, counted now.

    Args:
        folders: Where the tables of a run lie.
        pipelines: Folder of the SQL models, which say what the columns are.
        day: The earliest day of a forecast.
        profile: Lateness profile whose clock says when a dossier ended.

    Returns:
        One row per dossier and place, of dossiers seen since ``first_day``.

    Raises:
        InputRejected: A table is missing.
    """
    with Warehouse(pipelines) as warehouse:
        for folder in folders:
            warehouse.attach(folder)
        warehouse.set("sojourns_since", first_day(day))
        warehouse.set("profile", profile)
        warehouse.build("explain", wanted=("passages",))
        return warehouse.frame("passages")
