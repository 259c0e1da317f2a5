"""Count the figures of official forms on request.

One period under one convention is counted at a time: all of them, under every lateness profile,
would be many times as many rows as there are dossiers. The rules are the models
``official_counts`` and ``official_overruns``; nothing is stored.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from workbench.official.conventions import ReportSpan
from workbench.warehouse import Warehouse

_PERIODS = {
    "convention": pl.String,
    "period": pl.String,
    "starts_on": pl.Date,
    "ends_on": pl.Date,
}


@dataclass(frozen=True)
class OfficialTables:
    """What was counted for some periods and lateness profiles.

    ``counts`` has one row per profile, convention, period, unit, field, procedure and channel, one
    column per counter of the forms; ``overruns`` one per profile, convention, period and unit with
    late dossiers. A period without dossiers has no rows.
    """

    counts: pl.DataFrame
    overruns: pl.DataFrame


def count_official_forms(
    folders: Iterable[Path], pipelines: Path, spans: Iterable[ReportSpan], profiles: pl.DataFrame
) -> OfficialTables:
    """Count some periods under some profiles.

    Args:
        folders: Where the tables of the stages ``clean`` and ``clock`` are.
        pipelines: Folder of the SQL models.
        spans: Periods, each under its reporting convention.
        profiles: Rows of ``lateness_profiles`` to count under.

    Raises:
        InputRejected: A table is missing.
    """
    periods = [(s.convention, s.period, s.starts_on, s.ends_on) for s in spans]
    with Warehouse(pipelines) as warehouse:
        for folder in folders:
            warehouse.attach(folder)
        warehouse.add_frame("report_periods", pl.DataFrame(periods, _PERIODS, orient="row"))
        warehouse.add_frame("profiles", profiles)
        warehouse.build("explain", wanted=("official_counts", "official_overruns"))
        return OfficialTables(
            warehouse.frame("official_counts"), warehouse.frame("official_overruns")
        )
