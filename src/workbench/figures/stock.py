"""The open caseload day by day, counted when it is asked for; nothing is stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from workbench.core.vocabulary import Period
from workbench.warehouse import Warehouse


def count_daily_stock(
    folders: Iterable[Path],
    pipelines: Path,
    profiles: pl.DataFrame,
    *,
    period: Period,
    until: dt.date,
) -> pl.DataFrame:
    """Return how many dossiers each unit had open, and overdue, at the end of each day.

    The rule is that of the model ``stock``, from which the measures of a period's close come.

    Args:
        folders: Where the tables of a run lie.
        pipelines: Folder of the SQL models.
        profiles: The one profile asked for, as a row of ``lateness_profiles``.
        period: The days asked for.
        until: The day of the last snapshot: later days are left out.

    Returns:
        unit_id, day, n_open, n_overdue; a unit has no row on a day on which it had none open.

    Raises:
        InputRejected: A table is missing.
    """
    bounds = {"period": [str(period)], "starts_on": [period.starts_on], "ends_on": [period.ends_on]}
    last = min(period.ends_on, until)
    days = pl.DataFrame({"ends_on": pl.date_range(period.starts_on, last, eager=True)})
    with Warehouse(pipelines) as warehouse:
        for folder in folders:
            warehouse.attach(folder)
        warehouse.add_frame("periods", pl.DataFrame(bounds))
        warehouse.add_frame("report_periods", days)
        warehouse.add_frame("profiles", profiles)
        warehouse.build("explain", wanted=("daily_stock",))
        return warehouse.frame("daily_stock")
