"""Open dossiers counted: the eventual late share, the risk of each, the same figures for ever."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from workbench.figures.compare import breach_risks, curve, eventual
from workbench.figures.estimates.breach_risk import reliability

SNAPSHOT = dt.date(2022, 6, 30)
RECENT = dt.date(2022, 5, 19)


def register(seed: int, number: int = 4_000) -> pl.DataFrame:
    """Dossiers of 540 days and twelve units of different speed, and whether each ends late."""
    random = np.random.default_rng(seed)
    age = random.integers(0, 540, number)
    unit = random.integers(0, 12, number)
    limit = random.choice([3, 5, 10, 20, 30], number)
    speed = np.exp(random.normal(0, 0.15, 12))
    whole = random.lognormal(np.log(0.55), 0.33, number) * speed[unit]
    ended = whole * limit * 1.4 <= age
    spent = np.where(ended, whole, age / (limit * 1.4))
    days = np.where(ended, whole * limit * 1.4, age)
    received = [SNAPSHOT - dt.timedelta(days=int(a)) for a in age]
    return pl.DataFrame(
        {
            "dossier_id": [f"D{i:05d}" for i in range(number)],
            "unit_id": [f"U{u:02d}" for u in unit],
            "received_on": received,
            "seen_on": [r + dt.timedelta(days=int(d)) for r, d in zip(received, days, strict=True)],
            "ending": np.where(ended, "resolved", "open"),
            "elapsed_seconds": (spent * limit * 28_800).astype(np.int64),
            "allowed_seconds": limit * 28_800,
            "is_recent": [r > RECENT for r in received],
            "ends_late": whole > 1,
        }
    )


def test_the_eventual_share_of_recent_dossiers_is_nearer_the_truth_than_that_of_closed_ones():
    closed, corrected, covered = [], [], []
    for seed in range(8):
        rows = register(seed, 16_000)
        found = eventual(rows, ["is_recent"]).filter("is_recent").row(0, named=True)
        truth = rows.filter("is_recent")["ends_late"].mean()
        closed.append(abs(found["closed"] - truth))
        corrected.append(abs(found["eventual"] - truth))
        covered.append(found["eventual_lower"] <= truth <= found["eventual_upper"])
        assert found["closed_is_biased"]
    assert np.mean(corrected) <= 0.006
    assert np.mean(corrected) < np.mean(closed) / 2
    assert np.mean(covered) >= 0.9


def test_risks_are_calibrated_on_dossiers_not_yet_late():
    risk, late = [], []
    for seed in range(20, 32):
        rows = register(seed)
        risks = breach_risks(rows).filter(pl.col("spent") <= 1)
        joined = risks.join(rows.select("dossier_id", "ends_late"), on="dossier_id")
        risk += joined["risk"].to_list()
        late += joined["ends_late"].to_list()
    table = reliability(risk, late, groups=8)
    inside = (table.lower <= table.predicted) & (table.predicted <= table.upper)
    assert inside.sum() >= 6


def test_groups_are_units_unless_something_else_is_asked():
    rows = register(3)
    units = eventual(rows)
    assert units["unit_id"].to_list() == sorted(set(rows["unit_id"]))
    assert units["n_received"].sum() == rows.height
    assert units["n_late"].sum() == eventual(rows, [])["n_late"].item()


def test_without_open_dossiers_all_three_shares_are_the_same_and_nothing_is_biased():
    rows = register(3).filter(pl.col("ending") == "resolved")
    found = eventual(rows, []).row(0, named=True)
    assert found["closed"] == found["known"] == found["eventual"]
    assert not found["closed_is_biased"]
    assert breach_risks(rows).is_empty()


def test_withdrawn_dossiers_are_counted_apart_and_in_no_share():
    rows = register(4).with_columns(
        pl.when(pl.col("dossier_id") < "D00100")
        .then(pl.lit("withdrawn"))
        .otherwise("ending")
        .alias("ending")
    )
    found = eventual(rows, []).row(0, named=True)
    assert found["n_left"] == 100
    assert found["eventual_denominator"] == found["n_received"] - 100


def test_what_will_be_withdrawn_or_refused_first_is_not_counted_late():
    """Resolved at a rate of 1.5 a limit, withdrawn at 0.7: half of the limit is left to each."""
    random = np.random.default_rng(11)
    resolved, gone = random.exponential(1 / 1.5, 24_000), random.exponential(1 / 0.7, 24_000)
    first = np.minimum(resolved, gone)
    is_open = (np.arange(24_000) >= 20_000) & (first > 0.5)
    rows = pl.DataFrame(
        {
            "dossier_id": [f"D{i:05d}" for i in range(24_000)],
            "unit_id": "U",
            "received_on": RECENT,
            "seen_on": SNAPSHOT,
            "ending": np.where(is_open, "open", np.where(resolved < gone, "resolved", "withdrawn")),
            "elapsed_seconds": (np.where(is_open, 0.5, first) * 1e6).astype(np.int64),
            "allowed_seconds": 1_000_000,
        }
    )
    true = np.exp(-(1.5 + 0.7) * 0.5)
    found = breach_risks(rows)
    assert found.height == is_open.sum()
    assert found["risk"].unique().len() == 1
    assert found["risk"][0] == pytest.approx(true, abs=0.02)
    assert found["risk"][0] == pytest.approx((first[is_open] > 1).mean(), abs=0.03)
    assert found["lower"][0] < true < found["upper"][0]


def test_cohorts_are_periods_of_reception_in_order():
    found = eventual(register(5), [], cohort="quarter")
    assert found["cohort"].to_list() == sorted(found["cohort"].to_list())
    assert found["n_received"].sum() == 4_000
    assert not found["closed_is_biased"][0]
    assert found["closed_is_biased"][-1]


def test_a_dossier_past_its_limit_has_risk_one_and_its_group_counts_it_late():
    rows = register(6).with_columns(
        pl.when(pl.col("ending") == "open")
        .then(pl.col("allowed_seconds") + 1)
        .otherwise("elapsed_seconds")
        .alias("elapsed_seconds")
    )
    risks = breach_risks(rows)
    assert risks.filter(pl.col("spent") > 1)["risk"].unique().to_list() == [1.0]
    assert risks["dossier_id"].to_list() == sorted(risks["dossier_id"].to_list())
    found = eventual(rows, []).row(0, named=True)
    late_now = found["n_late"] + found["n_overdue"]
    assert found["known_numerator"] == late_now <= found["eventual_numerator"]


def test_rows_in_any_order_give_the_same_figures():
    rows = register(7, 800)
    mixed = rows.sample(fraction=1.0, shuffle=True, seed=2)
    assert breach_risks(mixed).equals(breach_risks(rows))


def test_a_unit_unseen_in_the_window_gets_the_common_speed():
    rows = register(8, 500)
    stranger = rows.head(1).with_columns(
        unit_id=pl.lit("Z99"),
        dossier_id=pl.lit("Z"),
        ending=pl.lit("resolved"),
        received_on=dt.date(2019, 1, 1),
        seen_on=dt.date(2019, 2, 1),
    )
    assert breach_risks(pl.concat([rows, stranger])).height == breach_risks(rows).height


def test_the_curve_of_a_group_ends_at_its_late_share():
    rows = register(9)
    running = curve(rows).filter(pl.col("spent") <= 1).tail(1).row(0, named=True)
    resolved = curve(rows, "resolved").filter(pl.col("spent") <= 1).tail(1).row(0, named=True)
    assert running["share"] == pytest.approx(1 - resolved["share"], abs=1e-9)
    assert running["lower"] < running["share"] < running["upper"]
