"""Gaps between units and periods: exact parts, mix not blamed, one sentence."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl
import pytest

from workbench.figures.compare import (
    GAPS,
    PEERS,
    Side,
    cells,
    companions_by_cause,
    describe_gap,
    gaps,
)
from workbench.figures.estimates import difference, wilson
from workbench.messages import use_language

MONTHS = ("2022-01", "2022-02", "2022-03", "2022-04")
TET = {"2022-01": "plain", "2022-02": "tet", "2022-03": "plain", "2022-04": "plain"}


def cell(unit: str, period: str, procedure: str, dossiers: int, **late: float) -> list[tuple]:
    whole = round(sum(late.values()))
    return [
        (unit, period, procedure, "online", cause, dossiers, whole, float(share))
        for cause, share in late.items()
    ]


def frame(*cells: list[tuple]) -> pl.DataFrame:
    names = ("unit_id", "period", "procedure_id", "channel_in", "cause")
    rows = [row for one in cells for row in one]
    return pl.DataFrame(rows, schema=[*names, "n_dossiers", "n_late", "late_share"], orient="row")


def effects(table: pl.DataFrame) -> dict[str, float]:
    return dict(table.select("component", "effect").iter_rows())


HARDER_WORK = frame(
    cell("A", "2022-Q1", "easy", 90, queue=9, slow_work=0),
    cell("A", "2022-Q1", "hard", 10, queue=3, slow_work=2),
    cell("B", "2022-Q1", "easy", 10, queue=1, slow_work=0),
    cell("B", "2022-Q1", "hard", 90, queue=27, slow_work=18),
)


def test_a_gap_of_harder_work_alone_is_put_on_the_mix_and_on_no_cause():
    parts = effects(gaps(HARDER_WORK, [(Side("A", "2022-Q1"), Side("B", "2022-Q1"))]))
    assert parts["mix"] == pytest.approx(0.32)
    assert [parts[f"cause:{c}"] for c in ("queue", "slow_work")] == pytest.approx([0, 0])


def test_a_worse_rate_at_the_same_mix_is_put_on_its_cause():
    rows = frame(
        cell("A", "2022-Q1", "easy", 100, queue=5, record_lag=5),
        cell("B", "2022-Q1", "easy", 100, queue=5, record_lag=15),
    )
    table = gaps(rows, [(Side("A", "2022-Q1"), Side("B", "2022-Q1"))])
    assert effects(table) == pytest.approx(
        {"mix": 0, "calendar": 0, "cause:queue": 0, "cause:record_lag": 0.10, "residual": 0}
    )
    lag = table.row(by_predicate=pl.col("component") == "cause:record_lag", named=True)
    assert 0 < lag["lower"] < 0.10 < lag["upper"]
    assert (lag["left_late"], lag["left_dossiers"], lag["right_late"]) == (10, 100, 20)
    assert (lag["kind"], lag["evidence_level"], table.schema) == ("unit", 2, GAPS)


def random_world(seed: int) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    parts = []
    for unit in ("A", "B", "C"):
        for month in MONTHS:
            for procedure in ("p1", "p2", "p3"):
                done = int(random.poisson(6))
                late = random.multinomial(int(random.binomial(done, 0.3)), [0.5, 0.3, 0.2])
                shares = zip(("queue", "slow_work", "unexplained"), late, strict=True)
                parts.append(cell(unit, month, procedure, done, **dict(shares)))
    return frame(*parts)


def own_past(rows: pl.DataFrame, left: str, right: str) -> list[tuple[Side, Side]]:
    """Every unit, and all together, in one period beside another."""
    units = ["*", *rows["unit_id"].unique().sort()]
    return [(Side(unit, left), Side(unit, right)) for unit in units]


def to_peers(period: str) -> list[tuple[Side, Side]]:
    return [(Side(PEERS, period), Side(unit, period)) for unit in "ABC"]


@pytest.mark.parametrize("seed", range(5))
def test_effects_of_every_comparison_sum_to_its_gap(seed):
    rows = random_world(seed)
    tables = [
        gaps(rows, to_peers("2022-02")),
        gaps(rows, own_past(rows, "2022-01", "2022-03")),
        gaps(rows, own_past(rows, "2022-Q1", "2022-04"), calendar=TET),
    ]
    sums = pl.concat(tables).group_by("comparison").agg(pl.sum("effect"), pl.first("gap"))
    assert sums.height == 3 + 4 + 4
    assert (sums["effect"] - sums["gap"]).abs().max() < 1e-12


def test_peers_are_all_the_others_together():
    rows = random_world(1)
    table = gaps(rows, to_peers("2022-02"))
    first = table.filter(pl.col("right") == "A@2022-02").row(0, named=True)
    judged = rows.filter(pl.col("period") == "2022-02", pl.col("cause") == "queue")
    others = judged.filter(pl.col("unit_id") != "A")
    assert first["left"] == f"{PEERS}@2022-02"
    assert first["left_dossiers"] == others["n_dossiers"].sum()
    assert first["left_late"] == others["n_late"].sum()


def test_units_that_are_out_of_line_are_nobodys_peers():
    rows = frame(
        cell("A", "2022-Q1", "p", 100, queue=4),
        cell("B", "2022-Q1", "p", 100, queue=4),
        cell("C", "2022-Q1", "p", 100, queue=40),
    )
    sick = pl.DataFrame({"unit_id": ["C", "B"], "period": ["2022-Q1", "2022-Q2"]})
    asked = (Side(PEERS, "2022-Q1"), Side("A", "2022-Q1"))
    counted = {
        name: gaps(rows, [asked], named=named)["left_dossiers"][0]
        for name, named in (("all", None), ("in_line", sick))
    }
    assert counted == {"all": 200, "in_line": 100}
    everybody = pl.DataFrame({"unit_id": ["B", "C"], "period": ["2022-Q1"] * 2})
    table = gaps(rows, [asked], named=everybody)
    assert table["left_late"][0] == 44


def test_what_tet_does_to_everybody_is_put_on_the_calendar():
    def month(unit: str, label: str, late: int) -> list[tuple]:
        return cell(unit, label, "easy", 100, queue=late)

    rows = frame(
        *(month("A", m, 20 if m == "2022-02" else 5) for m in MONTHS),
        *(month("B", m, 20 if m == "2022-02" else 5) for m in MONTHS),
    )
    parts = effects(gaps(rows, [(Side("A", "2022-Q1"), Side("A", "2022-04"))], calendar=TET))
    assert parts["calendar"] == pytest.approx(-0.05)
    assert parts["cause:queue"] == pytest.approx(0.0)


def test_late_dossiers_put_down_to_no_cause_are_the_residual():
    rows = frame(cell("A", "2022-Q1", "p", 100, queue=5), cell("B", "2022-Q1", "p", 100, queue=5))
    more = rows.with_columns(
        pl.when(pl.col("unit_id") == "B").then(9).otherwise("n_late").alias("n_late")
    )
    parts = effects(gaps(more, [(Side("A", "2022-Q1"), Side("B", "2022-Q1"))]))
    assert parts["residual"] == pytest.approx(0.04)


STEADY = [f"2022-{month:02d}" for month in range(1, 13)]


def steady() -> tuple[pl.DataFrame, pl.DataFrame]:
    """Twelve months alike: 20 late of 180 judged in each, and 20 overdue at the close of each.

    Those overdue at the last close are those of the snapshot, whose causes are known already.
    """
    months = [cell(unit, m, "P", 180, queue=20) for unit in "ABC" for m in STEADY[:-1]]
    last = [cell(unit, STEADY[-1], "P", 200, queue=40) for unit in "ABC"]
    is_last = pl.col("period") == STEADY[-1]
    rows = frame(*months, *last).with_columns(
        pl.when(is_last).then(20).otherwise(0).alias("n_open"),
        pl.when(is_last).then(20.0).otherwise(0.0).alias("open_share"),
    )
    names = ("unit_id", "period", "procedure_id", "channel_in", "n_overdue")
    closes = [(unit, month, "P", "online", 20) for unit in "ABC" for month in STEADY[:-1]]
    return rows, pl.DataFrame(closes, schema=names, orient="row")


def test_the_newest_period_is_not_worse_for_being_the_newest():
    rows, overdue = steady()
    pairs = [(Side("A", before), Side("A", after)) for before, after in pairwise(STEADY)]
    table = gaps(rows, pairs, overdue=overdue)
    assert table["comparison"].n_unique() == 11
    assert table["gap"].abs().max() == table["effect"].abs().max() == 0
    newest = cells(rows, kind="month").filter(period=STEADY[-1])
    assert newest.select("n_dossiers", "n_late", "observed").unique().rows() == [(180, 20, 20.0)]


def test_a_side_without_dossiers_is_no_comparison():
    assert gaps(HARDER_WORK, [(Side("A", "2022-Q1"), Side("C", "2022-Q1"))]).is_empty()


def widths(table: pl.DataFrame) -> dict[str, float]:
    """Return how wide the interval of each part is, and that of the gap."""
    parts = zip(table["component"], table["upper"] - table["lower"], strict=True)
    return dict(parts) | {"gap": table["gap_upper"][0] - table["gap_lower"][0]}


def test_dossiers_of_a_cause_that_are_closed_together_widen_its_interval_only():
    pair = [(Side("A", "2022-Q1"), Side("B", "2022-Q1"))]
    plain = widths(gaps(HARDER_WORK, pair))
    wide = widths(gaps(HARDER_WORK, pair, companions={"queue": 3.0}))
    assert wide["cause:queue"] > 1.5 * plain["cause:queue"]
    others = ("mix", "cause:slow_work", "gap")
    assert [wide[part] for part in others] == [plain[part] for part in others]
    assert set(companions_by_cause(random_world(1), kind="month")) == {
        "queue",
        "slow_work",
        "unexplained",
    }


def test_a_unit_closing_in_batches_widens_all_parts_of_its_gap_and_the_gap():
    """Ten times as many dossiers, of which ten are worth one, say as much as there were."""
    pair = [(Side("A", "2022-Q1"), Side("B", "2022-Q1"))]
    plain = widths(gaps(HARDER_WORK, pair))
    counted = pl.col("n_dossiers", "n_late", "late_share") * 10
    effects = dict.fromkeys([(unit, "2022-Q1", "2022-Q1") for unit in "AB"], 10.0)
    many = gaps(HARDER_WORK.with_columns(counted), pair, effects=effects, companions={"queue": 4.0})
    assert widths(many) == pytest.approx(plain)


def test_peers_have_the_mean_of_their_design_effects_without_units_out_of_line():
    rows = frame(
        cell("A", "2022-Q1", "p", 100, queue=10),
        cell("B", "2022-Q1", "p", 300, queue=30),
        cell("C", "2022-Q1", "p", 100, queue=10),
        cell("D", "2022-Q1", "p", 100, queue=90),
    )
    sick = pl.DataFrame({"unit_id": ["D"], "period": ["2022-Q1"]})
    of_units = zip("ABCD", (2, 3, 7, 50), strict=True)
    effects = {(unit, "2022-Q1", "2022-Q1"): effect for unit, effect in of_units}
    asked = [(Side(PEERS, "2022-Q1"), Side("A", "2022-Q1"))]
    gap = gaps(rows, asked, effects=effects, named=sick).row(0, named=True)
    low, high = difference(wilson(40, 400, (3 * 300 + 7 * 100) / 400), wilson(10, 100, 2))[1:]
    assert (gap["gap_lower"], gap["gap_upper"]) == pytest.approx((low, high))


def test_one_comparison_is_described_in_one_sentence():
    table = gaps(HARDER_WORK, [(Side("A", "2022-Q1"), Side("B", "2022-Q1"))])
    names = {"A@2022-Q1": "A", "B@2022-Q1": "B"}
    with use_language("en"):
        sentence = describe_gap(table, names)
    assert sentence.startswith(
        "B against A: the late share differs by +32.0 points (+19.5 to +43.2)"
    )
    assert "the case mix explains +32.0" in sentence
    assert sentence.endswith("other causes and overdue dossiers without a cause yet 0.0.")
    with pytest.raises(ValueError, match="one comparison"):
        describe_gap(pl.concat([table, table.with_columns(comparison=pl.lit("x"))]), names)
