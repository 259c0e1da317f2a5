"""Derive steps from a wide row: one date column per stage, a step from each date to the next.

A stage begins at the last earlier date in the row, so a column missing from an export merges two
stages instead of inventing an instant. The stage after the last date of an unfinished row is open:
started, not finished.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from workbench.ingest.profile import FileLayout, Stage, Target
from workbench.ingest.readers import RawTable, place

_ARRIVED, _ENDED, _HOLDER = "arrived", "ended", "holder"


def stage_tables(raw: RawTable, part: FileLayout) -> Iterator[tuple[RawTable, FileLayout]]:
    """Yield a table of steps for each stage of a sheet of dossiers, with the part that maps it.

    Each table has the rows in which the stage ended or stands open, in their own rows; its sheet
    is named after the stage.
    """
    if not part.stages:
        return
    begins = _fed_by(part, "received_at")
    dates = [begins, *(stage.ends for stage in part.stages)]
    for number, stage in enumerate(part.stages, start=1):
        frame = _stage_rows(raw.frame, dates, number, stage, _fed_by(part, "dossier_id"))
        sheet = place(raw.sheet, stage.step) if raw.sheet else stage.step
        table = RawTable(sheet, frame, frame.height, (), raw.encoding)
        yield table, _stage_part(part, stage, number)


def _stage_rows(
    frame: pl.DataFrame, dates: list[str], number: int, stage: Stage, key: str
) -> pl.DataFrame:
    last = number == len(dates) - 1
    column = {name: _text(frame, name) for name in {*dates, key, stage.holder} if name}
    before = pl.coalesce(column[name] for name in reversed(dates[:number]))
    ended = column[dates[number]]
    after = [] if last else [column[name].is_not_null() for name in dates[number + 1 :]]
    is_next = column[dates[number - 1]].is_not_null() & ~pl.any_horizontal([pl.lit(False), *after])
    return (
        frame.select(
            "source_row",
            column[key].alias("dossier_id"),
            before.alias(_ARRIVED),
            ended.alias(_ENDED),
            (column[stage.holder] if stage.holder else pl.lit(None, pl.String)).alias(_HOLDER),
            is_next.alias("is_next"),
        )
        .filter(pl.col(_ENDED).is_not_null() | pl.col("is_next"))
        .drop("is_next")
    )


def _stage_part(part: FileLayout, stage: Stage, number: int) -> FileLayout:
    fed = {
        "dossier_id": "dossier_id",
        _ARRIVED: "arrived_at",
        _ENDED: "finished_at",
        _HOLDER: "holder_id",
    }
    constants = {"step": stage.step, "step_kind": stage.step_kind, "step_no": str(number)}
    return FileLayout(
        patterns=part.patterns,
        kind=part.kind,
        rows="step",
        columns={name: (Target("step", field),) for name, field in fed.items()},
        constants={Target("step", field): value for field, value in constants.items()},
        empty_values=part.empty_values,
        date_formats=part.date_formats,
    )


def _fed_by(part: FileLayout, field: str) -> str:
    return next(name for name, fed in part.columns.items() if Target("dossier", field) in fed)


def _text(frame: pl.DataFrame, name: str) -> pl.Expr:
    return pl.col(name) if name in frame.columns else pl.lit(None, pl.String)
