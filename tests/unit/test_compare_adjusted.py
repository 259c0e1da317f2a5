"""Units after fair case mix: alarms on null data, harder work not blamed, contradictions found."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import polars as pl
import pytest

from workbench.figures.compare import contradictions, units_adjusted
from workbench.figures.estimates.standardise import compared


def table(late: np.ndarray, dossiers: np.ndarray, causes: tuple[str, ...] = ()) -> pl.DataFrame:
    rows = [
        {
            "unit_id": f"U{u:02d}",
            "period": "2022-Q1",
            "procedure_id": f"P{s}",
            "channel_in": "online",
            "n_dossiers": int(dossiers[u, s]),
            "n_late": int(late[u, s]),
            **({"cause": cause} if cause else {}),
        }
        for u in range(dossiers.shape[0])
        for s in range(dossiers.shape[1])
        for cause in causes or ("",)
    ]
    return pl.DataFrame(rows)


def healthy(seed: int, spread: float = 0.0) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    dossiers = random.poisson(random.uniform(3, 40, (30, 1)) * random.dirichlet(np.ones(4), 30))
    factor = random.gamma(1 / spread, spread, (30, 1)) if spread else 1.0
    late = random.poisson(dossiers * np.array([0.02, 0.04, 0.06, 0.1]) * factor)
    return table(np.minimum(late, dossiers), dossiers)


def test_healthy_units_stand_apart_in_at_most_three_of_a_thousand():
    apart = number = alarms = 0
    for seed in range(40):
        frame = units_adjusted(healthy(seed, 0.1 * (seed % 2)), period="2022-Q1")
        apart += frame.filter(pl.col("standing") != "within").height
        alarms += frame["simpson_alarm"].sum()
        number += frame.height
    assert apart / number <= 0.003
    assert alarms == 0


def test_harder_work_is_no_worse_unit():
    dossiers = np.array([[100, 20], [20, 100], [100, 20], [100, 20]])
    late = (dossiers * np.array([0.05, 0.4])).round().astype(int)
    frame = units_adjusted(table(late, dossiers), period="2022-Q1")
    harder = frame.row(1, named=True)
    assert harder["crude"] > 0.3
    assert harder["ratio"] == pytest.approx(1.0, abs=0.05)
    assert harder["standing"] == "within"
    assert harder["direct"] == pytest.approx(frame["direct"][0], abs=0.01)


def test_a_unit_far_out_stands_above_and_its_rank_is_sure():
    dossiers = np.full((20, 2), 60)
    late = np.full((20, 2), 3)
    late[7] = 20
    frame = units_adjusted(table(late, dossiers), period="2022-Q1")
    assert frame.filter(pl.col("standing") == "above")["unit_id"].to_list() == ["U07"]
    assert frame["rank_lower"][7] == 20
    assert frame["rank_upper"][0] - frame["rank_lower"][0] >= 12
    assert frame["evidence_level"].unique().to_list() == [2]


def test_counts_repeated_on_causes_are_taken_once():
    dossiers, late = np.full((3, 2), 50), np.full((3, 2), 4)
    with_causes = table(late, dossiers, ("queue", "slow_work"))
    assert units_adjusted(with_causes, period="2022-Q1").equals(
        units_adjusted(table(late, dossiers), period="2022-Q1")
    )


def test_a_contradiction_between_crude_and_adjusted_is_named_with_both_differences():
    dossiers = np.array([[2700, 800], [870, 2630]])
    late = np.array([[360, 250], [60, 710]])
    found = contradictions(table(late, dossiers), period="2022-Q1").row(0, named=True)
    assert (found["left"], found["right"]) == ("U00", "U01")
    assert found["crude_difference_lower"] > 0 > found["adjusted_difference_upper"]
    assert contradictions(healthy(1), period="2022-Q1").is_empty()


def test_the_pairs_that_contradict_themselves_are_those_found_one_by_one():
    random = np.random.default_rng(1)
    pairs = 0
    for _ in range(12):
        dossiers = 1 + random.poisson(random.gamma(0.8, 60, (12, 5)))
        rates = random.beta(1, 3, 5) * np.exp(random.normal(0, 0.6, (12, 1)))
        late = random.binomial(dossiers, np.minimum(rates, 1))
        sides = [(late[unit], dossiers[unit], 1.0) for unit in range(12)]
        every = {
            (f"U{one:02d}", f"U{other:02d}")
            for one, other in combinations(range(12), 2)
            if compared(sides[one], sides[other]).alarm
        }
        named = contradictions(table(late, dossiers), period="2022-Q1")
        assert set(named.select("left", "right").iter_rows()) == every
        pairs += len(every)
    assert pairs


def test_a_period_without_dossiers_has_no_units():
    assert units_adjusted(healthy(1), period="2021-Q1").is_empty()


def test_three_units_of_ten_that_are_twice_as_late_do_not_hide_one_another():
    """The spread is that of the others: limits that the three widen would hold all of them."""
    random = np.random.default_rng(4102)
    rates = np.where(np.isin(np.arange(10), (3, 5, 6)), 0.2, 0.1)
    dossiers = np.full((10, 1), 800)
    apart = []
    for _ in range(40):
        late = random.binomial(800, rates)[:, None]
        standing = units_adjusted(table(late, dossiers), period="2022-Q1")["standing"]
        apart.append([unit for unit, side in enumerate(standing) if side == "above"])
    assert sum(units == [3, 5, 6] for units in apart) >= 28
    assert all(set(units) <= {3, 5, 6} for units in apart)


def test_a_unit_whose_procedures_nobody_else_has_gets_no_rate_ratio_or_rank_of_comparison():
    dossiers, late = np.full((6, 4), 40), np.full((6, 4), 4)
    dossiers[:5, 3] = late[:5, 3] = 0
    dossiers[5, :3] = late[5, :3] = 0
    late[5, 3] = 30
    frame = units_adjusted(table(late, dossiers), period="2022-Q1")
    alone, others = frame.row(5, named=True), frame.head(5)
    blank = ("direct", "ratio", "likely", "rank", "rank_upper", "adjusted_difference")
    assert [alone[name] for name in blank] == [None] * 6
    assert (alone["crude"], alone["standing"]) == (0.75, "within")
    # nor is it among those that the others are ranked with, or expected from
    assert others["ratio"].to_list() == pytest.approx([1.0] * 5)
    assert others["rank_upper"].max() == 5


def test_units_alike_whose_dossiers_come_in_batches_are_not_apart():
    """Fourteen units alike, batches of five that are late together: one page in ten at most."""
    random = np.random.default_rng(7)
    pages, covered = [], []
    for _ in range(40):
        late = random.binomial(20, 0.1, (14, 1)) * 5
        frame = units_adjusted(table(late, np.full((14, 1), 100)), period="2022-Q1")
        pages.append(frame.filter(pl.col("standing") != "within").height)
        covered += ((frame["likely_lower"] <= 1.02) & (frame["likely_upper"] >= 0.98)).to_list()
    assert sum(number > 0 for number in pages) <= 4
    assert np.mean(covered) >= 0.93


def test_units_of_which_none_can_be_compared_have_no_ratio_and_stop_nothing():
    """Every unit has procedures of its own: there is no healthy unit to learn from."""
    cells = pl.DataFrame(
        {
            "unit_id": ["a", "b"],
            "period": "2022-H1",
            "procedure_id": ["p", "q"],
            "channel_in": "counter",
            "n_dossiers": [60, 80],
            "n_late": [3, 9],
        }
    )
    assert units_adjusted(cells, period="2022-H1")["ratio"].to_list() == [None, None]
