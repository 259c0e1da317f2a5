"""The clock of the pipeline against counting: every minute of eight years looked at, one by one.

The oracle knows nothing of coordinates, keys or cumulative sums per day: it reads the reviewed
rows, asks of each minute whether the office is open, and counts.
"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
START = dt.datetime(2019, 1, 1, tzinfo=ZONE)
DAYS = 2922
INTERVALS = 100_000


class Counter:
    """Counts open seconds minute by minute."""

    def __init__(self, folder: Path) -> None:
        self.open = np.concatenate([self._day(folder, i) for i in range(DAYS)])
        self.counted = np.concatenate([[0], np.cumsum(self.open)])

    def _day(self, folder: Path, index: int) -> np.ndarray:
        day = (START + dt.timedelta(days=index)).date()
        kinds = _kinds(folder)
        works = day.weekday() < 5
        if kinds.get(day) in ("off", "comp", "swap_off", "off_on_weekend"):
            works = False
        if kinds.get(day) == "swap_work":
            works = True
        minutes = np.zeros(1440, dtype=np.int64)
        if works:
            minutes[7 * 60 : 11 * 60 + 30] = 1
            minutes[13 * 60 + 30 : 17 * 60] = 1
        return minutes

    def seconds_before(self, seconds: np.ndarray) -> np.ndarray:
        minute, rest = np.divmod(seconds, 60)
        return self.counted[minute] * 60 + self.open[np.minimum(minute, len(self.open) - 1)] * rest


_cache: dict[dt.date, str] = {}


def _kinds(folder: Path) -> dict[dt.date, str]:
    if not _cache:
        with (folder / "holidays.csv").open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                if row["holiday_list"] == "vn":
                    _cache[dt.date.fromisoformat(row["day"])] = row["kind"]
    return _cache


@pytest.fixture(scope="module")
def counter(reference_dir: Path) -> Counter:
    return Counter(reference_dir / "calendars")


@pytest.fixture(scope="module")
def intervals() -> tuple[np.ndarray, np.ndarray]:
    """Random intervals from seconds to months, a third of their ends on an edge of office hours."""
    random = np.random.default_rng(20220701)
    first = random.integers(0, (DAYS - 200) * 86_400, INTERVALS)
    length = np.exp(random.uniform(0, np.log(180 * 86_400), INTERVALS)).astype(np.int64)
    last = first + length
    edges = np.array([0, 7, 11.5, 13.5, 17, 24]) * 3600
    for ends, share in ((first, 0.3), (last, 0.3)):
        snapped = random.random(INTERVALS) < share
        ends[snapped] = ends[snapped] // 86_400 * 86_400 + random.choice(edges, snapped.sum())
    return np.minimum(first, last), np.maximum(first, last)


def _instants(seconds: np.ndarray) -> pl.Series:
    epoch = seconds + int(START.timestamp())
    return pl.Series(epoch * 1_000_000).cast(pl.Datetime("us", "UTC"))


@pytest.fixture(scope="module")
def judged(run_clock, intervals) -> dict[str, pl.DataFrame]:
    first, last = intervals
    random = np.random.default_rng(7)
    units = random.choice(["working_day", "calendar_day", "hour"], INTERVALS)
    frame = pl.DataFrame(
        {
            "dossier_id": [f"{i:06d}" for i in range(INTERVALS)],
            "received_at": _instants(first),
            "resolved_at": _instants(last),
            "term_value": random.integers(0, 60, INTERVALS),
            "term_unit": units,
        }
    ).with_columns(
        pl.lit("U1").alias("unit_id"),
        pl.lit("P1").alias("procedure_id"),
        pl.lit("resolved").alias("status"),
        pl.lit("vn_dong_thap").alias("calendar_id"),
        pl.lit("Asia/Ho_Chi_Minh").alias("time_zone"),
        pl.lit(None, dtype=pl.Datetime("us", "UTC")).alias("due_at"),
        pl.lit(None, dtype=pl.Datetime("us", "UTC")).alias("due_first_at"),
        pl.lit(None, dtype=pl.Datetime("us", "UTC")).alias("returned_at"),
        pl.lit(None, dtype=pl.Datetime("us", "UTC")).alias("submitted_at"),
        pl.lit("test").alias("source"),
        pl.lit(None, dtype=pl.String).alias("lateness_excluded"),
        pl.lit("counter").alias("channel_in"),
        pl.col("resolved_at").alias("snapshot_at"),
        pl.col("received_at").dt.convert_time_zone(str(ZONE)).dt.date().alias("received_on"),
    )
    return {"dossiers": frame, **run_clock(frame)}


def test_working_seconds_of_the_pipeline_equal_the_count(judged, counter, intervals):
    first, last = intervals
    expected = counter.seconds_before(last) - counter.seconds_before(first)
    outcomes = judged["outcomes"].filter(pl.col("profile") == "due_instant").sort("dossier_id")
    difference = outcomes["used_seconds"].to_numpy() - expected
    assert len(difference) == INTERVALS
    assert np.abs(difference).max() == 0


def test_working_seconds_of_a_calendar_equal_the_count(calendars, counter, intervals):
    calendar, base = calendars["vn_dong_thap"], int(START.timestamp())
    for ends in intervals:
        assert (calendar.w(ends + base) == counter.seconds_before(ends)).all()


def test_plus_n_working_hours_is_the_first_instant_with_n_hours_behind_it(judged, counter):
    due = judged["dossiers"].join(judged["due_dates"], on="dossier_id")
    due = due.filter(pl.col("term_unit") == "hour", pl.col("term_value") > 0)
    received = due["received_at"].dt.epoch("s").to_numpy() - int(START.timestamp())
    reached = due["due_recomputed_at"].dt.epoch("s").to_numpy() - int(START.timestamp())
    wanted = counter.seconds_before(received) + due["term_value"].to_numpy() * 3600
    assert due.height > 30_000
    assert (counter.seconds_before(reached) == wanted).all()
    assert (counter.seconds_before(reached - 1) < wanted).all()


def test_plus_n_days_is_the_closing_of_the_nth_day_counted_one_by_one(judged, reference_dir):
    kinds = _kinds(reference_dir / "calendars")

    def works(day: dt.date) -> bool:
        if day in kinds:
            return kinds[day] == "swap_work"
        return day.weekday() < 5

    def counted(received: dt.date, term: int, unit: str) -> dt.date:
        day = received
        if unit == "calendar_day":
            day += dt.timedelta(days=term)
        for _ in range(term if unit == "working_day" else 0):
            day += dt.timedelta(days=1)
            while not works(day):
                day += dt.timedelta(days=1)
        while not works(day):
            day += dt.timedelta(days=1)
        return day

    due = judged["dossiers"].join(judged["due_dates"], on="dossier_id")
    due = due.filter(pl.col("term_unit") != "hour").head(20_000)
    for row in due.iter_rows(named=True):
        expected = counted(row["received_on"], row["term_value"], row["term_unit"])
        closing = dt.datetime.combine(expected, dt.time(17), tzinfo=ZONE)
        assert row["due_recomputed_at"] == closing, row
