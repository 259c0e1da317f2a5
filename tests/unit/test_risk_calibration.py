"""Risks made again at earlier days: only what was known then, judged by what came."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from statsmodels.api import Logit, add_constant

from workbench.figures.compare.risk_calibration import as_of, calibrate_risks, past_lists
from workbench.figures.estimates.breach_risk import (
    calibration_slope,
    predicted_number,
    variance_between_lists,
)

NEW_YEAR = dt.date(2022, 1, 1)


def progress(rows) -> pl.DataFrame:
    names = ["dossier_id", "unit_id", "received_on", "seen_on", "ending"]
    frame = pl.DataFrame(rows, schema=[*names, "elapsed_seconds", "allowed_seconds"], orient="row")
    return frame.cast({"elapsed_seconds": pl.Int64, "allowed_seconds": pl.Int64})


def day(number: int) -> dt.date:
    return NEW_YEAR + dt.timedelta(days=number)


def test_as_of_an_earlier_day_later_endings_are_unknown_and_time_is_cut():
    known = progress(
        [
            ("ended", "A", day(0), day(5), "resolved", 50, 100),
            ("later", "A", day(0), day(20), "resolved", 120, 100),
            ("future", "A", day(15), day(16), "resolved", 10, 100),
        ]
    )
    then = as_of(known, day(10)).sort("dossier_id")
    assert then["dossier_id"].to_list() == ["ended", "later"]
    assert then["ending"].to_list() == ["resolved", "open"]
    assert then["elapsed_seconds"].to_list() == [50, 60]


def test_risks_that_come_true_lie_inside_what_happened():
    """A tenth of the dossiers run late, all at one speed: the forecast must be near it."""
    rows = []
    for i in range(600):
        late = i % 10 == 0
        received = day(i)
        lasted = 22 if late else 3 + i % 7
        elapsed = lasted * 5
        rows.append(
            (f"D{i}", "A", received, received + dt.timedelta(days=lasted), "resolved", elapsed, 100)
        )
    table = calibrate_risks(progress(rows), [day(n) for n in range(200, 560, 30)])
    assert table["n_dossiers"].sum() > 50
    whole = (table["predicted"] * table["n_dossiers"]).sum() / table["n_dossiers"].sum()
    came = (table["happened"] * table["n_dossiers"]).sum() / table["n_dossiers"].sum()
    assert abs(whole - came) < 0.12


def test_a_dossier_withdrawn_in_time_was_not_late_and_one_resolved_at_once_does_not_doom_the_rest():
    """One in ten ends late, one in ten is withdrawn, and some are resolved at the very counter."""
    rows = [("at once", "A", day(150), day(150), "resolved", 0, 100)]
    for i in range(600):
        kind = i % 10
        lasted = 22 if kind == 0 else 3 + i % 7
        ending = "withdrawn" if kind == 1 else "resolved"
        end = day(i) + dt.timedelta(days=lasted)
        rows.append((f"D{i}", "A", day(i), end, ending, lasted * 5, 100))
    days = [day(n) for n in range(200, 560, 30)]
    table = calibrate_risks(progress(rows), days).row(0, named=True)
    open_then = sum(
        start <= at < end and 5 * (at - start).days <= 100
        for at in days
        for _, _, start, end, *_ in rows
    )
    n_dossiers = calibrate_risks(progress(rows), days)["n_dossiers"].sum()
    assert n_dossiers == open_then
    assert table["came"] == pytest.approx(table["expected"], rel=0.2)


def test_a_calibration_slope_is_that_of_statsmodels_and_missing_where_there_is_none():
    random = np.random.default_rng(3)
    risk = random.uniform(0.05, 0.95, 400)
    late = random.random(400) < risk**2
    odds = np.log(risk / (1 - risk))
    model = Logit(late.astype(float), add_constant(odds)).fit(disp=0)
    low, high = model.conf_int()[1]
    expected = pytest.approx((model.params[1], low, high), abs=1e-6)
    assert calibration_slope(risk, late) == expected
    assert calibration_slope([0.3] * 9, [0, 1, 0] * 3) is None
    assert calibration_slope([0.1, 0.9] * 9, [0, 1] * 9) is None


def test_a_past_list_counts_what_was_open_then_and_what_became_of_it():
    """What ended late, or is overdue now, was late; what is open and in time now is left out."""
    ends = [("resolved", 130), ("resolved", 120), ("withdrawn", 60), ("resolved", 80)]
    rows = [
        (f"{n}", "A", day(0), day(40), ending, used, 100) for n, (ending, used) in enumerate(ends)
    ]
    rows.append(("in time, open", "A", day(0), day(60), "open", 90, 100))
    rows.append(("late, open", "A", day(0), day(60), "open", 110, 100))
    rows.append(("gone then", "A", day(0), day(5), "resolved", 150, 100))
    rows.append(("not yet here", "A", day(11), day(40), "resolved", 150, 100))
    given = progress(rows)
    lists = past_lists(given, [day(50), day(10), day(70)])
    assert lists["listed_on"].to_list() == [day(10), day(50)]
    assert lists.row(0, named=True) | {"expected": 0, "variance": 0} == {
        "listed_on": day(10),
        "n_dossiers": 5,
        "n_late": 3,
        "expected": 0,
        "variance": 0,
    }
    assert past_lists(given.lazy(), [day(10)]).equals(lists.head(1))
    assert past_lists(given, []).is_empty()


def test_nothing_open_then_gives_an_empty_table():
    calm = progress([("a", "A", day(0), day(1), "resolved", 10, 100)])
    assert calibrate_risks(calm, [day(30)]).is_empty()


@pytest.mark.parametrize("apart", [0.0, 0.3])
def test_the_number_that_comes_lies_in_its_interval_of_prediction(apart):
    """Lists fare differently as a whole; the interval is of the number, not of its mean."""
    random = np.random.default_rng(3)
    lists = []
    for _ in range(130):
        risk = random.beta(1, 9, 60)
        common = random.gamma(1 / apart, apart) if apart else 1.0
        came = random.binomial(1, np.minimum(risk * common, 1)).sum()
        lists.append((risk, came, (risk * (1 - risk)).sum()))
    past, now = lists[:30], lists[30:]
    between = variance_between_lists(
        [came for _, came, _ in past],
        [risk.sum() for risk, _, _ in past],
        [variance for _, _, variance in past],
    )
    covered = []
    for risk, came, _ in now:
        _, low, high = predicted_number(risk, risk, risk, between)
        covered.append(low <= came <= high)
    assert 0.9 <= np.mean(covered) <= 1.0
