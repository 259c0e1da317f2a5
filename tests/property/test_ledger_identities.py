"""The ledger on random dossiers: whatever the log holds, the split is exact.

Steps overlap, repeat, lack stamps, lie outside the clock; pauses overlap and stay open. The
segments must tile the clock without gap or overlap, and their working seconds must add up to
used + paused to the second.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

BASE = dt.datetime(2022, 1, 3, tzinfo=dt.UTC)
minutes = st.integers(-2_000, 60_000)
stamp = st.one_of(st.none(), minutes)


def _at(minute: int | None) -> dt.datetime | None:
    return None if minute is None else BASE + dt.timedelta(minutes=minute, seconds=minute % 60)


step = st.tuples(
    st.sampled_from(["intake", "assign", "work", "opinion", "sign", "record", "return", "other"]),
    stamp,
    stamp,
    stamp,
    st.one_of(st.none(), st.integers(0, 500_000)),
)
dossier = st.tuples(
    st.integers(0, 30_000),
    st.one_of(st.none(), st.integers(0, 30_000)),
    st.lists(step, max_size=7),
    st.lists(st.tuples(minutes, stamp), max_size=4),
)


def dossiers_of(fewest, most):
    """Draw a register of so many dossiers: none says anything about another."""
    return st.lists(dossier, min_size=fewest, max_size=most)


def tables_of(drawn):
    """Return drawn dossiers as rows of dossiers, steps and pauses."""
    dossiers, steps, pauses = [], [], []
    for number, (start, length, its_steps, its_pauses) in enumerate(drawn):
        name = f"D{number:03d}"
        end = None if length is None else start + length
        dossiers.append(
            {
                "dossier_id": name,
                "received_at": _at(start),
                "resolved_at": _at(end),
                "due_at": _at(start + 9_000),
                "status": "in_progress" if end is None else "resolved",
                "snapshot_at": _at(70_000),
            }
        )
        for number_in, (kind, *stamps, norm) in enumerate(its_steps, start=1):
            arrived, started, finished = (_at(s) for s in stamps)
            steps.append(
                {
                    "dossier_id": name,
                    "step_no": number_in,
                    "step": kind,
                    "step_kind": kind,
                    "arrived_at": arrived,
                    "started_at": started,
                    "finished_at": finished,
                    "norm_seconds": norm,
                }
            )
        for number_in, (paused, resumed) in enumerate(its_pauses, start=1):
            later = None if resumed is None else max(paused, resumed)
            pauses.append(
                {
                    "dossier_id": name,
                    "pause_no": number_in,
                    "paused_at": _at(paused),
                    "resumed_at": _at(later),
                }
            )
    return dossiers, steps, pauses


@settings(max_examples=3)
@given(drawn=dossiers_of(40, 80))
def test_segments_tile_the_clock_and_add_up_and_overrun_is_time_beyond_the_norm(run_clock, drawn):
    tables = run_clock(*tables_of(drawn), tables=("outcomes", "ledger", "dossier_calendars"))
    assert_segments_tile(tables)
    assert_overruns_are_beyond_norms(tables["ledger"])


def assert_segments_tile(tables):
    ledger = tables["ledger"].sort("dossier_id", "segment_no")
    spans = tables["dossier_calendars"].select("dossier_id", "start_second", "end_second")
    ends = ledger.with_columns(
        pl.col("from_at").dt.epoch("s").alias("from_second"),
        pl.col("to_at").dt.epoch("s").alias("to_second"),
    )
    before = pl.col("to_second").shift(1).over("dossier_id")
    follows = ends.filter(before.is_not_null(), pl.col("from_second") != before)
    assert follows.is_empty(), "a gap or an overlap between two segments"

    total = ends.group_by("dossier_id").agg(
        pl.col("from_second").min(),
        pl.col("to_second").max(),
        pl.col("work_seconds").sum(),
        pl.col("clock_seconds").sum(),
        pl.col("work_seconds").filter(pl.col("kind") == "pause").sum().alias("paused"),
    )
    judged = tables["outcomes"].filter(pl.col("profile") == "wb_strict")
    whole = spans.join(total, on="dossier_id", how="left").join(judged, on="dossier_id")
    for row in whole.iter_rows(named=True):
        length = row["end_second"] - row["start_second"]
        assert (row["clock_seconds"] or 0) == length
        if length:
            assert (row["from_second"], row["to_second"]) == (
                row["start_second"],
                row["end_second"],
            )
        assert (row["work_seconds"] or 0) == row["used_seconds"] + row["paused_seconds"]
        assert (row["paused"] or 0) == row["paused_seconds"]


def assert_overruns_are_beyond_norms(ledger):
    own = ledger.filter(pl.col("norm_seconds").is_not_null())
    by_step = own.group_by("dossier_id", "step_no").agg(
        pl.col("work_seconds").sum(), pl.col("overrun_seconds").sum(), pl.col("norm_seconds").max()
    )
    for row in by_step.iter_rows(named=True):
        assert row["overrun_seconds"] == max(row["work_seconds"] - row["norm_seconds"], 0)
