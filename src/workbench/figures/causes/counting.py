"""Tables of one period under one lateness profile, counted when they are asked for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import polars as pl

from workbench.core.vocabulary import Period
from workbench.warehouse import Warehouse

CountedTable = Literal["time_use", "step_time", "verdict_counts"]
"""``time_use``: working time by kind of segment; ``step_time``: by kind and step;
``verdict_counts``: late dossiers of each unit with and without suspect records."""


def count_table(
    table: CountedTable,
    folders: Iterable[Path],
    pipelines: Path,
    *,
    period: str,
    profile: str,
) -> pl.DataFrame:
    """Return a table of one period under one profile, counted now: nothing is stored.

    Args:
        table: Name of the SQL model of ``explain``.
        folders: Folders that hold the tables of ``clean`` and ``clock``.
        pipelines: Folder of the SQL models, which say what the columns are.
        period: Label of a period; dossiers belong to it by the day they ended.
        profile: Lateness profile that decides which dossiers are late.

    Raises:
        InputRejected: A table is missing.
    """
    asked = Period.parse(period)
    days = {"period": [period], "starts_on": [asked.starts_on], "ends_on": [asked.ends_on]}
    with Warehouse(pipelines) as warehouse:
        for folder in folders:
            warehouse.attach(folder)
        warehouse.add_frame("periods", pl.DataFrame(days))
        warehouse.set("profile", profile)
        warehouse.build("explain", wanted=(table,))
        return warehouse.frame(table)
