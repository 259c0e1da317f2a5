"""Time still spent at a place and on the rest of the way: shapes, paces, risks."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

from workbench.figures.compare import breach_risks, eventual
from workbench.figures.compare.risk_calibration import calibrate_risks
from workbench.figures.compare.sojourn_risk import FEWEST, passages_as_of, sojourn_risks
from workbench.figures.estimates.breach_risk import reliability
from workbench.figures.estimates.sojourn_times import (
    BLOCKS,
    Pace,
    SojournTimes,
    pace,
    remaining_time_risks,
)

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
SNAPSHOT = dt.datetime(2022, 6, 30, 17, tzinfo=HERE)
DAY = 28_800


def stays(seconds, over, *, unit=None, age=None) -> SojournTimes:
    number = len(seconds)
    return SojournTimes(
        np.array(seconds, dtype=float),
        np.array(over),
        np.zeros(number, dtype=np.int64),
        np.zeros(number, dtype=np.int64) if unit is None else np.array(unit),
        np.zeros(number) if age is None else np.array(age, dtype=float),
    )


def known(*seconds: float) -> Pace:
    """The pace of a place where exactly these times are taken, each as often."""
    nothing = np.zeros((1, BLOCKS))
    return Pace(np.zeros(1), nothing, nothing, np.log(seconds), 1.0)


def test_the_risk_is_the_share_of_those_still_there_whose_stay_and_way_take_too_long():
    law = known(1_000, 2_000, 3_000, 4_000)
    now = stays([1_500, 1_500, 500], [False] * 3)
    bounds = remaining_time_risks((law, now), (known(1_000), np.zeros(3)), [1_600, -1, 1_501])
    for bound in bounds:
        assert bound.tolist() == pytest.approx([2 / 3, 1.0, 3 / 4])


def test_one_who_stayed_longer_than_nearly_all_seen_has_the_tail_of_the_normal_law():
    law = known(1_000, 2_000, 3_000, 4_000)
    value, _, _ = remaining_time_risks(
        (law, stays([5_000], [False])), (known(60), np.zeros(1)), [0]
    )
    assert value.tolist() == pytest.approx([1.0])
    later, _, _ = remaining_time_risks(
        (law, stays([5_000], [False])), (known(60), np.zeros(1)), [50_000]
    )
    assert 0 < later[0] < 1


def test_what_is_not_known_of_a_units_pace_widens_the_bounds_about_the_risk():
    sure = known(*np.linspace(1_000, 9_000, 200))
    unsure = Pace(sure.usual, sure.own, np.full((1, BLOCKS), 0.04), sure.shape, 0.5)
    now = stays([1_500], [False])
    value, lower, upper = remaining_time_risks((unsure, now), (known(60), np.zeros(1)), [4_000])
    assert lower[0] < value[0] - 0.02 < value[0] + 0.02 < upper[0]


def test_a_pace_knows_the_kinds_and_the_unit_that_has_slowed_down_lately():
    random = np.random.default_rng(1)
    number = 3_000
    kind, unit = random.integers(0, 2, number), random.integers(0, 6, number)
    age = random.uniform(0, 175, number)
    slowed = (unit == 3) & (age < 50)
    time = 10_000 * np.exp(1.5 * kind + 0.6 * slowed + random.normal(0, 0.4, number))
    over = time < age * DAY / 2
    seen = np.where(over, time, age * DAY / 2)
    found = pace(SojournTimes(seen, over, kind, unit, age), 2, 6)
    assert found.usual[1] - found.usual[0] == pytest.approx(1.5, abs=0.1)
    assert found.own[3, 1] - found.own[:3, 1].mean() == pytest.approx(0.6, abs=0.15)
    assert abs(found.own[3, 10] - found.own[:3, 10].mean()) < 0.15
    assert found.spread == pytest.approx(0.4, abs=0.05)


def test_dossiers_that_have_not_left_make_a_place_slower_not_faster():
    left = [1_000, 2_000, 3_000, 4_000] * 10
    fast = pace(stays(left, [True] * 40), 1, 1)
    slow = pace(stays([*left, *[4_000] * 20], [True] * 40 + [False] * 20), 1, 1)
    assert slow.usual[0] + slow.own[0, 0] > fast.usual[0] + fast.own[0, 0] + 0.2


# tables -----------------------------------------------------------------------------------


PROGRESS = [
    *("dossier_id", "unit_id", "received_on", "seen_on", "ending"),
    *("elapsed_seconds", "allowed_seconds"),
]
PASSAGES = [
    *("dossier_id", "unit_id", "procedure_id", "place_no", "step", "entered_at", "left_at"),
    *("sojourn_seconds", "remaining_seconds", "has_left", "has_ended"),
]


def register(seed: int, number: int = 3_000) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Dossiers worked on, then signed; progress and passages at the snapshot, and who is late.

    Working time is a third of clock time. Signing takes up to two days, whatever the limit.
    """
    random = np.random.default_rng(seed)
    limit = random.choice([3, 10, 20], number)
    unit = random.integers(0, 6, number)
    pace_of = np.exp(random.normal(0, 0.3, 6))
    work = random.lognormal(np.log(0.45), 0.45, number) * pace_of[unit] * limit * DAY
    sign = random.uniform(0, 2 * DAY, number)
    age = random.uniform(0, 200 * DAY, number)
    progress, passages, truth = [], [], []
    for i in range(number):
        name, place = f"D{i:05d}", f"U{unit[i]}"
        came = SNAPSHOT - dt.timedelta(seconds=3 * age[i])
        worked, signed = min(work[i], age[i]), min(max(age[i] - work[i], 0), sign[i])
        done = bool(age[i] >= work[i] + sign[i])
        moved = came + dt.timedelta(seconds=3 * worked)
        end = moved + dt.timedelta(seconds=3 * signed)
        seen = end if done else SNAPSHOT
        ending = "resolved" if done else "open"
        spent = (int(worked + signed), int(limit[i] * DAY))
        progress.append((name, place, came.date(), seen.date(), ending, *spent))
        row = (name, place, f"P{limit[i]}")
        in_work = bool(age[i] < work[i])
        passages.append((*row, 1, "work", came, moved, int(worked), int(signed), not in_work, done))
        if not in_work:
            passages.append((*row, 2, "sign", moved, end, int(signed), 0, done, done))
        truth.append((name, bool(work[i] + sign[i] > limit[i] * DAY)))
    return (
        pl.DataFrame(
            progress,
            schema=PROGRESS,
            orient="row",
        ),
        pl.DataFrame(
            passages,
            schema=PASSAGES,
            orient="row",
        ).with_columns(
            place=pl.lit("in_hand"),
            entered_at=pl.col("entered_at").dt.convert_time_zone("Asia/Ho_Chi_Minh"),
            left_at=pl.col("left_at").dt.convert_time_zone("Asia/Ho_Chi_Minh"),
        ),
        pl.DataFrame(truth, schema=["dossier_id", "is_late"], orient="row"),
    )


def brier(risks: pl.DataFrame, truth: pl.DataFrame) -> float:
    joined = risks.filter(pl.col("spent") <= 1).join(truth, on="dossier_id")
    return reliability(joined["risk"], joined["is_late"]).brier


def test_the_current_step_predicts_better_than_the_elapsed_time_alone():
    risks, late, whole, placed = [], [], [], []
    for seed in range(4):
        progress, passages, truth = register(seed)
        by_place = breach_risks(progress, passages)
        assert set(by_place["method"]) == {"stay_pace"}
        placed.append(brier(by_place, truth))
        whole.append(brier(breach_risks(progress), truth))
        ahead = by_place.filter(pl.col("spent") <= 1).join(truth, on="dossier_id")
        risks += ahead["risk"].to_list()
        late += ahead["is_late"].to_list()
    assert np.mean(placed) < 0.9 * np.mean(whole)
    table = reliability(risks, late, groups=6)
    assert ((table.lower <= table.predicted) & (table.predicted <= table.upper)).sum() >= 5


def test_the_list_made_again_at_earlier_days_is_as_good():
    progress, passages, _ = register(7)
    days = [dt.date(2022, month, 10) for month in (4, 5, 6)]
    placed, whole = (calibrate_risks(progress, days, known) for known in (passages, None))
    assert placed["brier"][0] < 0.95 * whole["brier"][0]
    inside = pl.col("predicted").is_between(pl.col("lower"), pl.col("upper"))
    assert placed.filter(inside).height >= 4


def test_without_places_the_risks_are_those_of_the_time_that_is_gone():
    progress, passages, _ = register(2, 600)
    plain = breach_risks(progress)
    assert breach_risks(progress, passages.clear()).equals(plain)
    few = passages.filter((pl.col("dossier_id").cum_count() < FEWEST) | ~pl.col("has_left")).filter(
        pl.col("step") == "work"
    )
    assert sojourn_risks(progress, few).is_empty()
    assert breach_risks(progress, few).equals(plain)


def test_rows_in_any_order_give_the_same_risks():
    progress, passages, _ = register(3, 600)
    mixed = [t.sample(fraction=1.0, shuffle=True, seed=5) for t in (progress, passages)]
    assert breach_risks(*mixed).equals(breach_risks(progress, passages))


def test_an_open_dossier_past_its_limit_has_risk_one():
    progress, passages, _ = register(4, 900)
    open_ones = pl.col("ending") == "open"
    over = progress.filter(open_ones)
    late = pl.when(open_ones).then(pl.col("allowed_seconds") + 1).otherwise("elapsed_seconds")
    progress = progress.with_columns(late.alias("elapsed_seconds"))
    risks = sojourn_risks(progress, passages)
    assert risks["dossier_id"].to_list() == over["dossier_id"].sort().to_list()
    assert risks["risk"].unique().to_list() == [1.0]


def test_passages_of_an_earlier_day_are_cut_there_and_know_nothing_of_what_came():
    noon = dt.datetime(2022, 6, 10, tzinfo=HERE)
    columns = ["dossier_id", "place_no", "step", "entered_at", "left_at", "sojourn_seconds"]
    columns += ["remaining_seconds", "has_left", "has_ended"]
    days = [noon + dt.timedelta(days=d) for d in range(5)]
    rows = pl.DataFrame(
        [
            ("ended", 1, "work", days[0], days[1], 90, 10, True, True),
            ("ended", 2, "sign", days[1], days[2], 10, 0, True, True),
            ("went on", 1, "work", days[0], days[1], 50, 900, True, True),
            ("went on", 2, "sign", days[1], days[3], 800, 100, True, True),
            ("went on", 3, "post", days[3], days[4], 100, 0, True, True),
        ],
        schema=columns,
        orient="row",
    ).with_columns(pl.col("entered_at", "left_at").dt.convert_time_zone("Asia/Ho_Chi_Minh"))
    then = passages_as_of(rows, dt.date(2022, 6, 11))
    assert then.filter(dossier_id="ended").equals(rows.filter(dossier_id="ended"))
    cut = then.filter(dossier_id="went on").select(*columns[5:]).rows()
    assert cut == [(50, 400, True, False), (400, 0, False, False)]
    assert then["left_at"].max() == days[2]


def test_where_the_share_will_come_to_rest_hangs_on_the_open_ones_alone():
    rows = [("a", "resolved", 150), *((f"r{i}", "resolved", 50) for i in range(7))]
    rows += [("x", "open", 50), ("y", "open", 50)]
    progress = pl.DataFrame(
        rows, schema=["dossier_id", "ending", "elapsed_seconds"], orient="row"
    ).with_columns(
        unit_id=pl.lit("U"),
        allowed_seconds=pl.lit(100),
        received_on=dt.date(2022, 6, 1),
        seen_on=dt.date(2022, 6, 20),
    )
    risks = pl.DataFrame({"dossier_id": ["x", "y"], "risk": [0.5, 0.5]})
    sure = risks.with_columns(lower="risk", upper="risk")
    row = eventual(progress, (), risks=sure).row(0, named=True)
    assert row["eventual"] == pytest.approx(0.2)
    # 1 late, at most 2 more; 2 expected, variance 0.5: 2 ± 1.39
    assert (row["final_lower"], row["final_upper"]) == pytest.approx((0.1, 0.3))
    likely = risks.with_columns(risk=pl.lit(0.02), lower=pl.lit(0.02), upper=pl.lit(0.02))
    row = eventual(progress, (), risks=likely).row(0, named=True)
    assert row["final_upper"] == pytest.approx(
        (1.04 + 1.96 * (2 * 0.02 * 0.98) ** 0.5) / 10, abs=1e-4
    )
    unsure = likely.with_columns(lower=pl.lit(0.0), upper=pl.lit(0.196))
    wide = eventual(progress, (), risks=unsure).row(0, named=True)
    half = 1.96 * (2 * 0.02 * 0.98 + 0.1**2) ** 0.5
    assert wide["final_upper"] == pytest.approx((1.04 + half) / 10, abs=1e-4)
    ended = eventual(progress.filter(pl.col("ending") != "open"), (), risks=sure).row(0, named=True)
    assert ended["final_lower"] == ended["final_upper"] == ended["eventual"]
