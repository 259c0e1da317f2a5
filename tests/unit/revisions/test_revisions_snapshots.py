"""A later export of a register beside the earlier one: what it says otherwise, counted by kind."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from workbench.core.project import shipped
from workbench.review import compare_revisions, to_json, to_text

AT = dt.datetime(2022, 6, 1, 10, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
PLANTED = {"closed": 40, "status_back": 3, "end_revised": 7, "due_reissued": 5, "unit_renamed": 11}
"""How many dossiers of the later export were changed in each way, no dossier in two."""
OVERDUE = 6
"""Open dossiers of which nothing changed but that the later snapshot lies past their due date."""


def dossiers(count: int) -> pl.DataFrame:
    """An export whose first half is closed and whose second half is open."""
    is_open = [number >= count // 2 for number in range(count)]
    return pl.DataFrame(
        {
            "dossier_id": [f"D{number:03d}" for number in range(count)],
            "unit_id": "U1",
            "procedure_id": "P1",
            "status": ["in_progress" if one else "returned" for one in is_open],
            "received_at": AT - 9 * DAY,
            "due_at": AT + 9 * DAY,
            "resolved_at": [None if one else AT for one in is_open],
            "returned_at": [None if one else AT for one in is_open],
            "snapshot_at": AT + DAY,
            "time_zone": "Asia/Ho_Chi_Minh",
            "source_file": "a.xlsx",
            "source_row": range(2, count + 2),
        }
    )


def later(earlier: pl.DataFrame) -> pl.DataFrame:
    """Return the export of a month later, with ``PLANTED`` changes and nothing else."""
    rows = earlier.with_columns(snapshot_at=AT + 31 * DAY).to_dicts()
    closed = [row for row in rows if row["status"] == "returned"]
    still_open = [row for row in rows if row["status"] == "in_progress"]
    for row in still_open[: PLANTED["closed"]]:
        row |= {"status": "resolved", "resolved_at": AT + 5 * DAY}
    for row in still_open[-PLANTED["due_reissued"] :]:
        row["due_at"] += 20 * DAY
    back, revised, renamed = (PLANTED[k] for k in ("status_back", "end_revised", "unit_renamed"))
    for row in closed[:back]:
        row |= {"status": "in_progress", "resolved_at": None, "returned_at": None}
    for row in closed[back : back + revised]:
        row["resolved_at"] -= DAY
    for row in closed[-renamed:]:
        row["unit_id"] = "U2"
    return pl.DataFrame(rows, earlier.schema)


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    base = tmp_path_factory.mktemp("snapshots")
    earlier = dossiers(200)
    tables = {"before": earlier, "after": later(earlier)}
    for side, frame in tables.items():
        folder = base / side / "tables"
        folder.mkdir(parents=True)
        frame.write_parquet(folder / "dossiers.parquet")
        is_overdue = pl.int_range(pl.len()).is_between(150, 149 + OVERDUE)
        outcome = pl.when(is_overdue & (side == "after")).then(pl.lit("open_overdue"))
        frame.select(
            "dossier_id",
            outcome.otherwise(pl.lit("open_in_time")).alias("outcome"),
            profile=pl.lit("p"),
            due_at_used=AT,
            ended_at_used=pl.lit(None, earlier.schema["resolved_at"]),
            slack_seconds=0,
        ).write_parquet(folder / "outcomes.parquet")
        _copy_measures(base / side)
    return compare_revisions(shipped(), str(base / "before"), str(base / "after"))


def _copy_measures(folder: Path) -> None:
    keys = dict.fromkeys(("unit_id", "procedure_id", "channel_in"), "*")
    row = {"measure": "received", "profile": "p", **keys, "period": "2022-H1", "method": "count"}
    numbers = {"numerator": 200, "denominator": None, "value": 200.0, "lower": 1.0, "upper": 2.0}
    pl.DataFrame([row | numbers]).write_parquet(folder / "tables" / "measures.parquet")
    (folder / "measures.json").write_text('{"profile": "p"}', encoding="utf-8")


def test_every_kind_of_change_is_counted_exactly(compared):
    assert dict(compared.records["change"].value_counts().iter_rows()) == PLANTED
    text = to_text(compared, rows=0)
    assert (
        "has otherwise: closed 40; unit renamed 11; end revised 7; due date re-issued 5; "
        "status went back 3." in text
    )
    assert '"change": "status_back"' in to_json(compared, rows=500)


def test_what_only_the_later_snapshot_moved_is_put_down_to_it(compared):
    assert compared.flips["is_snapshot_moved"].sum() == compared.flips.height == OVERDUE
    assert "the lateness profile" not in to_text(compared, rows=40)
    assert f"later snapshot lies past their due date: {OVERDUE}." in to_text(compared)
