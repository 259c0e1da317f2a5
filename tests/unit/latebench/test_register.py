"""What registers record and what they leave out, tier by tier."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from workbench.latebench.register import TIERS, ZONE

STAMPS = ("arrived_at", "started_at", "finished_at")


def local(column: str) -> pl.Expr:
    return pl.col(column).dt.convert_time_zone(ZONE)


@pytest.mark.parametrize("tier", TIERS)
def test_the_same_task_gives_the_same_register(bench, tier):
    first, second = bench(tier), bench.__wrapped__(tier)  # made anew
    for name, table in first.register.tables().items():
        assert table.equals(second.register.tables()[name]), name
    assert first.truth.dossiers.equals(second.truth.dossiers)


def test_the_full_register_holds_every_stamp_in_order(bench):
    steps = bench("full").register.steps
    assert steps.null_count().select(STAMPS).row(0) == (0, 0, 0)
    assert steps.filter(pl.col("arrived_at") > pl.col("started_at")).is_empty()
    assert steps.filter(pl.col("started_at") > pl.col("finished_at")).is_empty()


def test_finish_stamps_only_means_no_arrival_and_no_start(bench):
    steps = bench("finish_only").register.steps
    assert steps["arrived_at"].null_count() == steps["started_at"].null_count() == steps.height
    assert steps["finished_at"].null_count() == 0


def test_one_arrival_in_five_is_missing(bench):
    steps = bench("missing_arrivals").register.steps
    assert 0.15 < steps["arrived_at"].null_count() / steps.height < 0.25
    assert steps["started_at"].null_count() == 0


def test_dates_only_means_midnight_and_a_due_date_means_its_end(bench):
    register = bench("date_only").register
    for column in STAMPS:
        assert register.steps.select((local(column).dt.time() == dt.time()).all()).item()
    assert register.dossiers.select((local("due_at").dt.time() == dt.time(23, 59, 59)).all()).item()


def test_bulk_closing_moves_finishes_to_the_end_of_their_own_day(bench):
    honest, bulk = bench("full").register.steps, bench("bulk_closing").register.steps
    pairs = honest.join(bulk, on=["dossier_id", "step_no"], suffix="_bulk")
    days = pl.col("finished_at").dt.date() == pl.col("finished_at_bulk").dt.date()
    assert pairs.select(days.all()).item()
    assert bulk.select((local("finished_at").dt.time() > dt.time(16, 30)).all()).item()


def test_late_clicks_leave_no_step_that_shows_when_the_result_was_ready(bench):
    honest, clicked = bench("full").register.steps, bench("late_clicks").register.steps
    sign = pl.col("step_kind") == "sign"
    pairs = honest.filter(sign).join(clicked.filter(sign), on="dossier_id", suffix="_clicked")
    moved = pairs.filter(pl.col("finished_at") != pl.col("finished_at_clicked"))
    assert moved.height
    assert moved.select((pl.col("finished_at_clicked") > pl.col("finished_at")).all()).item()


def test_a_merged_unit_is_registered_under_the_other_from_its_day_on(bench):
    alone, merged = bench("full").register.dossiers, bench("merged_unit").register.dossiers
    moved = alone.join(merged, on="dossier_id", suffix="_merged").filter(
        pl.col("unit_id") != pl.col("unit_id_merged")
    )
    assert set(moved["unit_id"]) == {"LB-U02"}
    assert set(moved["unit_id_merged"]) == {"LB-U01"}
    assert moved["received_on"].min() >= dt.date(2023, 8, 15)


def test_a_register_seen_before_the_end_holds_nothing_of_what_follows(bench):
    register = bench("open_dossiers").register
    snapshot = register.dossiers["snapshot_at"][0]
    for table in register.tables().values():
        for name, kind in table.schema.items():
            if kind == pl.Datetime("us", "UTC") and name not in ("due_at", "due_first_at"):
                assert table.filter(pl.col(name) > snapshot).is_empty(), name
    assert register.dossiers["resolved_at"].null_count()
