"""Each waiting cause on a handful of steps: who waited, for what, and that seconds add up."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from workbench.figures.on_request import split_waits
from workbench.figures.waits import WAITING_CAUSES

HOURS = ("unit_id", "holder_id", "weekday", "opens", "closes")
INSTANT = pl.Datetime("us", "UTC")
STEPS = {
    "dossier_id": pl.String,
    "step_no": pl.Int32,
    "step": pl.String,
    "unit_id": pl.String,
    "holder_id": pl.String,
    "arrived_at": INSTANT,
    "started_at": INSTANT,
    "finished_at": INSTANT,
}
MONDAY = dt.datetime(2022, 5, 9, tzinfo=dt.UTC)


def at(clock: str) -> dt.datetime:
    """An instant of the Monday, or of a later day written as ``+1 08:00``."""
    days, _, time = clock.rpartition(" ")
    hours, minutes = time.split(":")
    return MONDAY + dt.timedelta(days=int(days or 0), hours=int(hours), minutes=int(minutes))


@pytest.fixture
def waited(repository, tmp_path):
    """Split the waits of steps (dossier, step, holder, arrived, started, finished), in minutes."""

    def run(*steps: tuple[str, str, str, str | None, str, str], closes: str = "17:00"):
        rows = [
            (d, n, step, "u", holder, *(at(c) if c else None for c in stamps))
            for n, (d, step, holder, *stamps) in enumerate(steps, start=1)
        ]
        frame = pl.DataFrame(rows, schema=STEPS, orient="row")
        dossiers = frame.select("dossier_id").unique().sort("dossier_id")
        constants = {"procedure_id": "p", "time_zone": "UTC", "calendar_id": "always"}
        frame.write_parquet(tmp_path / "steps.parquet")
        dossiers.with_columns(pl.lit(v).alias(k) for k, v in constants.items()).write_parquet(
            tmp_path / "dossiers.parquet"
        )
        days = [(None, h, str(d), "08:00", closes) for h in ("ann", "bob") for d in range(1, 6)]
        hours = pl.DataFrame(days, schema=dict.fromkeys(HOURS, pl.String), orient="row")
        found = split_waits(tmp_path, repository, hours=hours)
        return {
            (r["dossier_id"], r["step"]): {
                c: r[f"{c}_seconds"] // 60 for c in WAITING_CAUSES if r[f"{c}_seconds"]
            }
            for r in found.to_dicts()
        }

    return run


def test_a_wait_behind_what_was_ready_before_is_contention(waited):
    found = waited(
        ("a", "check", "ann", "08:00", "08:00", "09:00"),
        ("b", "check", "ann", "08:30", "09:00", "10:00"),
    )
    assert found == {("a", "check"): {}, ("b", "check"): {"contention": 30}}


def test_a_wait_behind_what_came_later_is_prioritisation(waited):
    found = waited(
        ("a", "check", "ann", "08:00", "10:00", "11:00"),
        ("b", "sign", "ann", "08:30", "09:00", "10:00"),
    )
    assert found["a", "check"] == {"prioritisation": 60, "extraneous": 60}
    assert found["b", "sign"] == {"extraneous": 30}


def test_nights_and_weekends_are_unavailability(waited):
    found = waited(("a", "check", "ann", "16:00", "+1 09:00", "+1 10:00"))
    assert found == {("a", "check"): {"unavailability": 15 * 60, "extraneous": 120}}


def test_time_busy_off_duty_counts_once_as_contention(waited):
    found = waited(
        ("a", "check", "ann", "16:00", "16:00", "18:00"),
        ("b", "sign", "ann", "16:30", "19:00", "20:00"),
    )
    assert found["b", "sign"] == {"contention": 90, "unavailability": 60}


def test_tasks_worked_in_a_row_wait_until_the_last_of_them_could_be_started(waited):
    found = waited(
        ("a", "sign", "ann", "08:00", "10:00", "10:10"),
        ("b", "sign", "ann", "09:00", "10:10", "10:20"),
        ("c", "sign", "ann", "11:00", "11:00", "11:10"),
    )
    assert found["a", "sign"] == {"batching": 60, "extraneous": 60}
    assert found["b", "sign"] == {"contention": 10, "extraneous": 60}
    assert found["c", "sign"] == {}


def test_a_batch_ends_where_a_task_was_not_yet_waiting_when_it_began(waited):
    found = waited(
        ("a", "sign", "ann", "08:00", "10:00", "10:30"),
        ("b", "sign", "ann", "09:00", "10:30", "11:00"),
        ("c", "sign", "ann", "10:10", "11:00", "11:30"),
        ("d", "sign", "ann", "10:40", "11:30", "12:00"),
    )
    assert found["c", "sign"] == {"batching": 30, "contention": 20}
    assert found["d", "sign"] == {"contention": 50}


def test_two_tasks_in_hand_at_once_are_counted_once_and_the_older_one_first(waited):
    found = waited(
        ("a", "check", "ann", "08:00", "08:00", "09:30"),
        ("b", "note", "ann", "08:45", "09:00", "10:00"),
        ("c", "sign", "ann", "08:30", "10:00", "11:00"),
    )
    assert found["c", "sign"] == {"contention": 60, "prioritisation": 30}


def test_what_another_holder_worked_on_explains_no_wait(waited):
    found = waited(
        ("a", "check", "bob", "08:00", "08:00", "10:00"),
        ("b", "check", "ann", "09:00", "10:00", "11:00"),
    )
    assert found["b", "check"] == {"extraneous": 60}


def test_without_arrivals_a_task_waits_from_the_end_of_the_one_before_it(waited):
    found = waited(
        ("a", "check", "ann", None, "08:00", "09:00"),
        ("a", "sign", "bob", None, "09:30", "10:00"),
    )
    assert found == {("a", "sign"): {"extraneous": 30}}


def test_a_step_that_runs_side_by_side_with_another_does_not_wait_for_it(waited):
    found = waited(
        ("a", "open", "ann", None, "08:00", "09:00"),
        ("a", "tax", "ann", None, "09:00", "10:00"),
        ("a", "land", "bob", None, "09:30", "11:00"),
        ("b", "open", "ann", None, "10:00", "11:00"),
        ("b", "land", "bob", None, "11:00", "12:00"),
        ("b", "tax", "ann", None, "12:30", "13:00"),
    )
    assert found["a", "land"] == {"extraneous": 30}
    assert found["b", "tax"] == {"extraneous": 90}
