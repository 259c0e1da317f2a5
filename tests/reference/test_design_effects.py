"""Correlation within clusters against the analysis of variance, and what it does to pages."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from workbench.figures import compare
from workbench.figures.design_effects import design_effects
from workbench.figures.estimates.clusters import Clusters, correlations, design_effect
from workbench.figures.measures import measure

WORKING_DAYS = 21


def clusters(dossiers: np.ndarray, late: np.ndarray) -> Clusters:
    some = dossiers > 0
    n, x = dossiers[some], late[some]
    sums = (n.sum(), x.sum(), (n * n).sum(), (n * x).sum(), (x * x).sum())
    return Clusters(n.size, *(int(total) for total in sums))


def month(random: np.random.Generator, dossiers: int, share: float, batch: int) -> Clusters:
    """Batches signed on days drawn anew, each wholly late or wholly in time."""
    days = random.integers(0, WORKING_DAYS, dossiers // batch)
    late = random.random(days.size) < share
    sizes = [np.bincount(days, part, WORKING_DAYS) * batch for part in (np.ones(days.size), late)]
    return clusters(*(size.astype(np.int64) for size in sizes))


def row(unit: str, period: str, of: Clusters) -> dict[str, object]:
    sums = {"squares": of.squares, "products": of.products, "late_squares": of.late_squares}
    return {
        "profile": "p",
        "unit_id": unit,
        "period": period,
        "n_dossiers": of.dossiers,
        "n_late": of.late,
        **{f"n_{kind}s": of.number for kind in ("day", "week")},
        **{f"{kind}_{name}": x for kind in ("day", "week") for name, x in sums.items()},
    }


@pytest.mark.parametrize("late", [[5, 5, 0, 0], [3, 1, 2, 0], [1, 4, 0, 5], [2, 3, 2, 3]])
def test_of_equal_clusters_the_correlation_is_that_of_the_analysis_of_variance(late):
    size, counts = 5, np.array(late)
    total, share = size * counts.size, counts.sum() / (size * counts.size)
    between = (size * (counts / size - share) ** 2).sum() / (counts.size - 1)
    within = (counts * (1 - counts / size)).sum() / (total - counts.size)
    expected = (between - within) / (between + (size - 1) * within)
    estimates = correlations([[clusters(np.full(counts.size, size), counts)]])
    assert estimates == [pytest.approx(max(expected, 0.0), abs=1e-12)]


def test_months_of_other_levels_are_no_correlation_within_days():
    one, other = ([clusters(np.full(4, 5), np.full(4, x))] for x in (1, 4))
    assert correlations([one + other]) == [0.0]


def test_a_unit_of_few_days_is_taken_to_be_like_the_others():
    batched = [clusters(np.full(40, 5), np.tile([5, 0, 0, 0], 10))]
    one_day = [clusters(np.array([5]), np.array([2]))]
    # of two days with two dossiers, one late: -1 by themselves, 0.9934 with the others' 150 / 150
    two_days = [clusters(np.full(2, 2), np.full(2, 1))]
    estimates = correlations([batched, one_day, two_days])
    common = (150 - 0.5) / (150 + 0.5)
    expected = [(40 + 30 * common) / 70, common, (-2 + 30 * common) / 32]
    assert estimates == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("batch", [1, 3, 10])
def test_a_batch_is_worth_one_dossier(batch):
    random = np.random.default_rng(batch)
    units = [[month(random, 90, 0.1, batch) for _ in range(12)] for _ in range(20)]
    estimates = correlations(units)
    effects = [design_effect(x, of[0]) for x, of in zip(estimates, units, strict=True)]
    assert np.mean(effects) == pytest.approx(batch, rel=0.12)


def test_the_larger_of_days_and_weeks_counts_and_everybody_is_judged_by_themselves():
    even = np.full(20, 5)
    days = row("A", "2022-01", clusters(even, np.tile([1, 1, 1, 1, 1], 4)))
    weeks = row("A", "2022-01", clusters(np.full(4, 25), np.array([20, 0, 0, 0])))
    both = days | {name: x for name, x in weeks.items() if "week" in name}
    rows = pl.DataFrame([both, row("*", "2022-01", clusters(even, np.tile([5, 0, 0, 0, 0], 4)))])
    effect_of = dict(design_effects(rows).select("unit_id", "design_effect").iter_rows())
    assert effect_of["A"] == pytest.approx(1 + correlations([[_of(weeks)]])[0] * 24, abs=1e-6)
    assert effect_of["*"] == pytest.approx(5.0, abs=1e-6)


def test_all_together_vary_as_the_months_of_the_units_do():
    late = {"A": (0, 0, 30), "B": (3, 3, 3)}

    def alone(number: int, late: int) -> Clusters:
        return clusters(np.ones(number, np.int64), (np.arange(number) < late).astype(np.int64))

    rows = [
        row(unit, f"2022-0{number}", alone(30, count))
        for unit, counts in late.items()
        for number, count in enumerate(counts, 1)
    ]
    quarter, january = row("*", "2022-Q1", alone(180, 39)), row("*", "2022-01", alone(60, 3))
    effect_of = {
        (r["unit_id"], r["period"]): r["design_effect"]
        for r in design_effects(pl.DataFrame([*rows, quarter, january])).to_dicts()
    }
    # A has 10 a month in the mean: 100 + 100 + 400 of three months, of which one is given
    assert effect_of["*", "2022-Q1"] == pytest.approx(600 * 3 / 2 / (39 * 141 / 180), abs=1e-6)
    assert effect_of["*", "2022-01"] == 1.0


def _of(given: dict[str, object]) -> Clusters:
    sums = (given[f"week_{name}"] for name in ("squares", "products", "late_squares"))
    return Clusters(given["n_weeks"], given["n_dossiers"], given["n_late"], *sums)  # type: ignore[arg-type]


def test_the_interval_of_a_late_rate_widens_and_that_of_a_channel_does_not():
    group = {"profile": "p", "unit_id": "U", "period": "2022-01"}
    every = {"procedure_id": "*", "channel_in": "*"}
    counts = {"late": 20, "on_time": 80, "received_online": 20, "channel_known": 100}
    part = {**group, "procedure_id": "*", "channel_in": "post", "late": 1, "on_time": 1}
    rates = {
        "late_done": (("late",), ("on_time", "late")),
        "online_in": (("received_online",), ("channel_known",)),
    }
    effects = pl.DataFrame([{**group, "design_effect": 4.0}])
    rows = pl.from_dicts([{**group, **every, **counts}, part], infer_schema_length=None)
    measures = measure(rows.fill_null(0), rates, effects)
    of = {(r["measure"], r["channel_in"]): r for r in measures.to_dicts()}
    # a quarter of as many: the interval of 5 of 25
    assert of["late_done", "*"]["lower"] == pytest.approx(0.0886, abs=1e-4)
    assert of["online_in", "*"]["lower"] == pytest.approx(0.1334, abs=1e-4)
    # two dossiers are worth one at least
    assert of["late_done", "post"]["design_effect"] == 2.0


@pytest.mark.parametrize("batch", [1, 5, 10])
def test_on_pages_of_units_alike_no_unit_is_apart_and_intervals_and_ranks_hold(batch):
    random = np.random.default_rng(100 + batch)
    pages, crude, ratio, rank = [], [], [], []
    for turn in range(24):
        true = 0.1 * np.exp((turn % 2) * random.normal(0, 0.4, 14))
        months = [[month(random, 60, float(p), batch) for _ in range(6)] for p in true]
        rows = [
            {**row(f"U{u:02d}", f"2022-{m + 1:02d}", of), "design_effect": design_effect(x, of)}
            for u, (x, unit) in enumerate(zip(correlations(months), months, strict=True))
            for m, of in enumerate(unit)
        ]
        cells = (
            pl.DataFrame(rows)
            .group_by("unit_id", maintain_order=True)
            .agg(pl.sum("n_dossiers", "n_late"), pl.mean("design_effect"))
        )
        comparisons = compare.units_adjusted(
            cells.with_columns(period=pl.lit("2022")), period="2022"
        )
        others = (true.sum() - true) / 13
        crude.append(_holds(comparisons, "crude", true))
        ratio.append(_holds(comparisons, "ratio", true / others))
        if turn % 2:
            rank.append(_holds(comparisons, "rank", true.argsort().argsort() + 1))
            continue
        level = cells["n_late"].sum() / cells["n_dossiers"].sum()
        limits = [
            compare.sure_bounds({"numerator": late, "denominator": n, "design_effect": wide}, 14)
            for n, late, wide in cells.drop("unit_id").iter_rows()
        ]
        pages.append(any(low > level or high < level for low, high in limits))
        pages.append((comparisons["standing"] != "within").any())
    assert np.mean(pages) <= 0.10
    assert min(np.mean(crude), np.mean(ratio), np.mean(rank)) >= 0.92


def _holds(found: pl.DataFrame, name: str, true: np.ndarray) -> float:
    low, high = (found[f"{name}_{side}"].to_numpy() for side in ("lower", "upper"))
    return float(((low <= true) & (true <= high)).mean())


def test_no_month_of_batches_is_called_or_stands_above_the_others():
    random, pages = np.random.default_rng(7), []
    baseline = compare.BaselinePeriods("2021-01", "2021-12", "the whole year")
    for _ in range(60):
        months = [month(random, 60, 0.1, 10) for _ in range(12)]
        effect = correlations([months])[0]
        course = pl.DataFrame(
            {
                "period": [f"2021-{m + 1:02d}" for m in range(12)],
                "numerator": [of.late for of in months],
                "denominator": [of.dossiers for of in months],
                "design_effect": [design_effect(effect, of) for of in months],
            }
        )
        level = course["numerator"].sum() / course["denominator"].sum()
        above = [compare.sure_bounds(r, 12)[0] > level for r in course.to_dicts()]
        is_called = compare.charted(course, baseline)["rule"].is_not_null().any()
        pages.append((is_called, any(above)))
    assert np.max(np.mean(pages, axis=0)) <= 0.10
