"""The counting models on a handful of dossiers: who counts in which period, and where."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from workbench.core.vocabulary import Period, periods_between
from workbench.explain import calendar_periods
from workbench.warehouse import Warehouse

SNAPSHOT = dt.datetime(2022, 6, 30, 10, tzinfo=dt.UTC)


def local(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{text}+07:00").astimezone(dt.UTC)


DOSSIERS = [
    # received in Q1, resolved in Q2 on its day
    ("carried", "A", "2022-03-30 09:00", "2022-04-04 17:00", "2022-04-04 16:00", "online", "post"),
    # open over the end of Q1 although already due: overdue then, late in Q2
    ("overdue", "A", "2022-03-01 09:00", "2022-03-10 17:00", "2022-04-20 10:00", "counter", None),
    # still open at the snapshot, due that very day at five: the day is not over
    ("today", "B", "2022-06-20 09:00", "2022-06-30 17:00", None, "online", None),
    # still open and overdue
    ("forgotten", "B", "2022-06-01 09:00", "2022-06-08 17:00", None, "counter", None),
    # no due date: resolved, and undecidable whether in time
    ("undated", "B", "2022-05-02 09:00", None, "2022-05-09 09:00", "counter", "counter"),
    # received at local midnight of the first day of a quarter: UTC would put it in the one before
    ("midnight", "A", "2022-04-01 00:30", "2022-04-05 17:00", "2022-04-04 10:00", "online", "post"),
]


@pytest.fixture(scope="module")
def counted(run_clock, pipelines_dir):
    rows = [
        {
            "dossier_id": name,
            "unit_id": unit,
            "received_at": local(received),
            "due_at": local(due) if due else None,
            "resolved_at": local(resolved) if resolved else None,
            "returned_at": local(resolved) if resolved and channel_out else None,
            "channel_in": channel,
            "channel_out": channel_out,
            "processed_online": True if channel == "online" else None,
            "status": "resolved" if resolved else "in_progress",
            "snapshot_at": SNAPSHOT,
        }
        for name, unit, received, due, resolved, channel, channel_out in DOSSIERS
    ]
    names = ("dossiers", "outcomes", "ledger", "steps", "pause_spells", "profiles", "receptions")
    tables = run_clock(rows, tables=names)
    first, last = dt.date(2022, 3, 1), dt.date(2022, 6, 30)
    periods = calendar_periods(first, last, ("month", "quarter", "half"))
    with Warehouse(pipelines_dir) as warehouse:
        for name, frame in tables.items():
            warehouse.add_frame(name, frame)
        warehouse.add_frame("periods", periods)
        warehouse.set("profile", "wb_strict")
        warehouse.build("explain", lambda _: None, ("counts",))
        return warehouse.frame("counts").filter(pl.col("profile") == "wb_strict")


def n(counted, counter, period, unit="*", channel="*"):
    rows = counted.filter(
        pl.col("period") == period,
        pl.col("unit_id") == unit,
        pl.col("channel_in") == channel,
        pl.col("procedure_id") == "*",
    )
    return rows[counter].sum()


def test_a_dossier_counts_as_received_by_its_civil_day(counted):
    assert n(counted, "received", "2022-Q1") == 2
    assert n(counted, "received", "2022-Q2") == 4
    assert n(counted, "received", "2022-04") == 1


def test_a_dossier_counts_as_resolved_where_it_was_resolved(counted):
    assert n(counted, "on_time", "2022-Q2", "A") == 1
    assert n(counted, "early", "2022-Q2", "A") == 1
    assert n(counted, "late", "2022-Q2", "A") == 1
    assert n(counted, "unknown", "2022-Q2", "B") == 1
    assert [n(counted, c, "2022-Q1") for c in ("early", "on_time", "late")] == [0, 0, 0]


def test_the_stock_at_a_periods_end_is_judged_as_of_that_day(counted):
    assert n(counted, "open_overdue", "2022-Q1") == 1
    assert n(counted, "open_in_time", "2022-Q1") == 1
    assert n(counted, "open_overdue", "2022-03") == 1


def test_the_last_period_is_judged_at_the_snapshot(counted):
    assert n(counted, "open_overdue", "2022-H1", "B") == 1
    assert n(counted, "open_in_time", "2022-H1", "B") == 1


def test_returns_and_channels_are_counted_where_the_register_says(counted):
    assert n(counted, "returned", "2022-Q2") == 3
    assert n(counted, "returned_by_post", "2022-Q2") == 2
    assert n(counted, "received_online", "2022-H1") == 3
    assert n(counted, "online_processed", "2022-H1") == 3


def test_units_and_channels_add_up_to_the_whole(counted):
    by_unit = counted.filter(
        pl.col("unit_id") != "*", pl.col("channel_in") == "*", pl.col("procedure_id") == "*"
    )
    whole = counted.filter(
        pl.col("unit_id") == "*", pl.col("channel_in") == "*", pl.col("procedure_id") == "*"
    )
    counters = pl.selectors.integer()
    sums = by_unit.group_by("period").agg(counters.sum()).sort("period")
    assert sums.equals(whole.select("period", counters).sort("period"))
    assert sums["received"].sum() > 0


def test_opening_stock_plus_received_is_closed_plus_closing_stock(counted):
    """The identity of every official table, month after month."""
    stock = ("open_in_time", "open_overdue", "open_unknown")
    closed = ("early", "on_time", "late", "unknown", "withdrawn", "rejected")
    for period in (p for p in periods_between(dt.date(2022, 4, 1), SNAPSHOT.date(), "month")):
        label, before = str(period), str(Period.previous(period))
        opening = sum(n(counted, c, before) for c in stock)
        received = n(counted, "received", label)
        done = sum(n(counted, c, label) for c in closed)
        assert opening + received == done + sum(n(counted, c, label) for c in stock), label


def test_a_dossier_of_unknown_channel_counts_as_received_but_in_no_share_of_channels(
    run_clock, pipelines_dir
):
    day = {"received_at": local("2022-03-01 09:00"), "snapshot_at": SNAPSHOT}
    channels = ("online", None, None)
    rows = [{"dossier_id": f"d{n}", "channel_in": c, **day} for n, c in enumerate(channels)]
    tables = run_clock(rows, tables=("dossiers", "receptions"))
    with Warehouse(pipelines_dir) as warehouse:
        for name, frame in tables.items():
            warehouse.add_frame(name, frame)
        march = calendar_periods(dt.date(2022, 3, 1), dt.date(2022, 3, 1), ("month",))
        warehouse.add_frame("periods", march)
        warehouse.build("explain", wanted=("reception_counts", "count_groups"))
        places = warehouse.frame("count_groups").filter(procedure_id="*")
        frame = warehouse.frame("reception_counts")
    totals = frame.join(places, on="group_no", how="semi").sum().row(0, named=True)
    assert (totals["received"], totals["received_online"], totals["channel_known"]) == (3, 1, 1)
