"""What would have helped: counted under its assumption, refused where no assumption fits."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from workbench.figures.whatif import more_officers, shifted
from workbench.figures.whatif.capacity import Queues, fitted_factors, queue_waits

DAY = dt.datetime(2022, 1, 3, tzinfo=dt.UTC)


def drawn(seed: int, number: int, load: float) -> tuple[np.ndarray, np.ndarray]:
    """Poisson arrivals and exponential services of mean 10,000 s for two servers."""
    random = np.random.default_rng(seed)
    arrived = np.cumsum(random.exponential(10_000 / (2 * load), number)).astype(np.int64)
    return arrived, random.exponential(10_000, number).astype(np.int64)


def queue(arrived, served, officers: int) -> Queues:
    return Queues.of([arrived], [served], [officers])


ONCE = np.ones(1)


def test_two_servers_wait_as_erlang_says():
    """M/M/2 at load 0.75: Erlang's C is 9/14, the mean wait 9/7 of a service (textbook)."""
    arrived, served = drawn(1917, 400_000, 0.75)
    waits = queue_waits(queue(arrived, served, 2), ONCE)
    assert waits.mean() / 10_000 == pytest.approx(9 / 7, rel=0.05)


def test_the_factor_gives_back_the_waits_it_was_made_with():
    line = queue(*drawn(7, 2_000, 0.6), 2)
    target = queue_waits(line, 1.3 * ONCE).sum(axis=0)
    assert fitted_factors(line, target).tolist() == [pytest.approx(1.3, 0.01)]


def test_waits_that_no_load_explains_are_refused():
    """Three visits, days apart: whatever made them wait, it was no queue."""
    apart = np.array([0, 1_000_000, 2_000_000])
    lone = queue(apart, np.array([10, 10, 10]), 1)
    assert np.isnan(fitted_factors(lone, np.array([50_000.0]))).all()


def test_another_officer_never_makes_anyone_wait_longer():
    line = queue(*drawn(11, 3_000, 0.9), 2)
    waits, eased = (queue_waits(run, ONCE) for run in (line, line.with_more(1)))
    assert (eased <= waits).all()
    assert eased.sum() < waits.sum() / 2


def test_queues_side_by_side_wait_as_each_would_alone():
    """Of other lengths, officers, loads and targets, one of them refused."""
    drawings = [drawn(seed, 400 - 90 * seed, 0.5 + 0.1 * seed) for seed in range(4)]
    officers, factors = [2, 1, 3, 2], np.array([1.0, 0.7, 2.5, 1.2])
    both = Queues.of(*zip(*drawings, strict=True), officers)
    alone = [queue(*drawing, n) for drawing, n in zip(drawings, officers, strict=True)]
    waits = queue_waits(both, factors)
    for column, line in enumerate(alone):
        expected = queue_waits(line, factors[column : column + 1])[:, 0]
        assert waits[: len(expected), column].tolist() == expected.tolist()
        assert not waits[len(expected) :, column].any()
    targets = waits.sum(axis=0) * np.array([1.0, 1.1, 1e6, 0.9])
    found = fitted_factors(both, targets)
    by_one = [fitted_factors(line, targets[n : n + 1])[0] for n, line in enumerate(alone)]
    assert found == pytest.approx(by_one, nan_ok=True, abs=1e-12)
    assert np.isnan(found).tolist() == [False, False, True, False]


def test_queues_out_of_order_are_no_queues():
    with pytest.raises(ValueError, match="longest first"):
        Queues.of([np.array([0]), np.array([0, 1])], [np.array([1]), np.array([1, 1])], [1, 1])


def overloaded() -> tuple[pl.DataFrame, pl.DataFrame]:
    """A unit with one officer, 60 dossiers half an hour apart, 40 minutes of work each."""
    number = 60
    arrived = np.arange(number, dtype=np.int64) * 1_800
    waited = queue_waits(queue(arrived, np.full(number, 2_400), 1), ONCE)[:, 0]
    table = pl.DataFrame(
        {
            "dossier_id": [f"D{i:02}" for i in range(number)],
            "step_no": [1] * number,
            "unit_id": ["U"] * number,
            "calendar_id": ["always"] * number,
            "holder_id": ["h"] * number,
            "arrived_at": [DAY + dt.timedelta(seconds=int(s)) for s in arrived],
            "served_seconds": [2_400] * number,
            "waited_seconds": waited,
        }
    ).with_columns(pl.col("arrived_at").dt.cast_time_unit("us"))
    late = pl.DataFrame(
        {
            "dossier_id": ["D50", "D55", "D59"],
            "unit_id": ["U"] * 3,
            "ended_on": [dt.date(2022, 1, 5)] * 3,
            "overrun_seconds": [20_000, 30_000, 40_000],
        }
    )
    return table, late


def from_first_day(_calendar: str, seconds: np.ndarray) -> np.ndarray:
    return seconds - int(DAY.timestamp())


def test_one_more_officer_saves_those_whose_wait_was_their_overrun():
    table, late = overloaded()
    found = more_officers(table, late, working=from_first_day, scenario="one_more", more=1)
    quarter = found.filter(pl.col("period") == "2022-Q1", pl.col("unit_id") == "U")
    row = quarter.row(0, named=True)
    # waits grow by 600 s a dossier: 30,000 s for D50, 33,000 for D55, 35,400 for D59
    assert (row["n_late"], row["n_touched"], row["n_saved"]) == (3, 3, 2)
    assert row["lower"] <= row["n_saved"] <= row["upper"]
    assert row["evidence_level"] == 3
    assert set(found["unit_id"]) == {"U", "*"}


def test_a_queue_that_cannot_be_run_gives_no_row():
    table, late = overloaded()
    calm = table.with_columns(pl.lit(0, pl.Int64).alias("waited_seconds"))
    few = table.head(20)
    for visits_of in (calm, few):
        found = more_officers(visits_of, late, working=from_first_day, scenario="x", more=1)
        assert found.is_empty()
        assert "n_saved" in found.columns


def test_a_shift_counts_every_dossier_and_ranges_over_what_is_assumed():
    counts = pl.DataFrame(
        {
            "scenario": ["s"] * 3,
            "unit_id": ["*"] * 3,
            "period": ["2022"] * 3,
            "n_late": [100, 10, 5],
            "n_touched": [40, 4, 0],
            "n_least": [20, 4, 0],
            "n_saved": [30, 4, 0],
            "n_most": [40, 4, 0],
        }
    )
    found = shifted(counts)
    assert found.select("lower", "upper").rows() == [(20.0, 40.0), (4.0, 4.0), (0.0, 0.0)]
    assert set(found["method"]) == {"timeline_range"}
