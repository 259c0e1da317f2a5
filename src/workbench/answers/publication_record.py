"""Record of publications: every published cell, shown with its count or withheld.

The record is one CSV file of the project. It holds counts that are public already and the positions
of withheld ones, no dossier and no person. The next publication reads it, because a quarter beside
a half-year, or another definition of late beside the first, could reveal withheld cells.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from workbench.core.errors import InputRejected
from workbench.core.project import Project

SCHEMA = {
    "profile": pl.String,
    "unit_id": pl.String,
    "period": pl.String,
    "measure": pl.String,
    "value": pl.Int64,
    "published_with": pl.String,
}
"""One row per cell; ``value`` is missing where it is withheld, ``published_with`` names the period
that the publication was about."""
KEY = ("profile", "unit_id", "period", "measure")


def record_file(home: Path) -> Path:
    """Return the path of a project's record."""
    return Project(home).publications / "cells.csv"


def read_record(home: Path) -> pl.DataFrame:
    """Return the cells published before, none where nothing was.

    Raises:
        InputRejected: The record is damaged: without it, no publication is safe.
    """
    file = record_file(home)
    if not file.is_file():
        return pl.DataFrame(schema=SCHEMA)
    try:
        record = pl.read_csv(file, schema=SCHEMA)
    except (OSError, pl.exceptions.PolarsError) as problem:
        reason = next(iter(str(problem).splitlines()), "")
        raise InputRejected("published.bad_record", file=file, reason=reason) from problem
    if (
        record.select(*KEY).is_duplicated().any()
        or record.select(*KEY).null_count().row(0) != (0,) * 4
    ):
        raise InputRejected("published.bad_record", file=file, reason="-")
    return record


def write_record(home: Path, cells: pl.DataFrame) -> None:
    """Add the cells of a publication to the record; they replace earlier entries of a cell.

    Args:
        home: The project's folder.
        cells: Rows of ``SCHEMA``.
    """
    file = record_file(home)
    record = pl.concat([cells.select(*SCHEMA), read_record(home)]).unique(
        KEY, keep="first", maintain_order=True
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(".new")
    record.sort(KEY).write_csv(fresh)
    fresh.replace(file)


def published_with(record: pl.DataFrame, cells: Iterable[tuple[str, str]]) -> str:
    """Name the publications that showed or withheld a unit's cells of a period."""
    pairs = pl.DataFrame(sorted(set(cells)), ["unit_id", "period"], orient="row")
    names = record.join(pairs, on=["unit_id", "period"], how="semi")["published_with"]
    return ", ".join(names.unique().sort().to_list())
