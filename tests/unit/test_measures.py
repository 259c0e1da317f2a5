"""Rates name their numerators and denominators; comparisons carry their intervals."""

from __future__ import annotations

import re

import numpy as np
import polars as pl
import pytest

from workbench.core.project import shipped
from workbench.figures import causes, compare
from workbench.figures.estimates import difference, wilson
from workbench.figures.measures import COUNTS, measure, measures_in_turn, read_rates
from workbench.warehouse.models import find_model

RATES = read_rates(shipped().reference)
UNITS = {
    "*": {"received": 70, "early": 30, "on_time": 25, "late": 5, "open_overdue": 3, "unknown": 2},
    "A": {"received": 40, "early": 20, "on_time": 10, "late": 5, "open_overdue": 3, "unknown": 2},
    "B": {"received": 30, "early": 10, "on_time": 15},
}


def counts(period="2022-H1", units=UNITS, **changes):
    rows = [
        {
            "profile": "wb_strict",
            "period": period,
            "unit_id": unit,
            "procedure_id": "*",
            "channel_in": "*",
            **counters,
            **changes,
        }
        for unit, counters in units.items()
    ]
    return pl.from_dicts(rows, infer_schema_length=None)


@pytest.fixture(scope="module")
def measures():
    harder = {
        unit: {**c, "late": c.get("late", 0) + 10 * (unit != "B")} for unit, c in UNITS.items()
    }
    return measure(pl.concat([counts(), counts("2022-H2", harder)], how="diagonal"), RATES)


def figure(measures, name, unit="*", period="2022-H1"):
    rows = measures.filter(
        pl.col("measure") == name, pl.col("unit_id") == unit, pl.col("period") == period
    )
    return rows.row(0, named=True)


def test_resolved_counts_every_outcome_but_rates_leave_the_undecidable_out(measures):
    assert figure(measures, "resolved")["numerator"] == 62
    assert figure(measures, "late_done")["denominator"] == 60
    assert figure(measures, "late_done")["numerator"] == 5


def test_both_denominators_differ_by_the_open_overdue(measures):
    done, with_open = figure(measures, "ot_done"), figure(measures, "ot_done_plus_overdue_open")
    assert (done["numerator"], done["denominator"]) == (55, 60)
    assert (with_open["numerator"], with_open["denominator"]) == (55, 63)
    both = figure(measures, "late_or_overdue")
    assert (both["numerator"], both["denominator"]) == (8, 63)
    assert both["value"] + with_open["value"] == pytest.approx(1)


def test_every_figure_carries_numerator_method_and_level(measures):
    assert measures["numerator"].null_count() == 0
    assert set(measures["method"]) == {"count", "wilson"}
    assert set(measures["evidence_level"]) == {1}
    rates = measures.filter(pl.col("method") == "wilson")
    assert rates["denominator"].min() > 0
    inside = (rates["lower"] <= rates["value"]) & (rates["value"] <= rates["upper"])
    assert inside.all()


def test_a_rate_of_a_single_dossier_has_its_row():
    one = measure(counts(units={"C": {"received": 1, "late": 1}}), RATES)
    assert figure(one, "late_done", unit="C")["denominator"] == 1


def test_a_rate_without_dossiers_has_no_row(measures):
    assert measures.filter(pl.col("measure") == "post_out").is_empty()


def test_definitions_use_only_counters_that_the_models_make(pipelines_dir):
    text = "".join(
        find_model(pipelines_dir, "explain", name).sql
        for name in (
            "reception_counts",
            "closing_counts",
            "caseload_counts",
            "open_counts",
            "counts",
        )
    )
    used = {c for cs in COUNTS.values() for c in cs} | {c for n, d in RATES.values() for c in n + d}
    assert [counter for counter in sorted(used) if not re.search(rf"\b{counter}\b", text)] == []


def test_where_no_channel_is_known_there_is_no_share_filed_online():
    group = {"profile": "p", "unit_id": "*", "period": "2022-H1", "procedure_id": "*"}
    counted = pl.DataFrame([{**group, "channel_in": "*", "received": 9}])
    assert "online_in" not in measure(counted, RATES)["measure"].to_list()
    known = counted.with_columns(channel_known=9)
    row = measure(known, RATES).filter(measure="online_in").row(0, named=True)
    assert (row["numerator"], row["denominator"]) == (0, 9)


def test_units_stand_side_by_side_without_rank(measures):
    units = compare.units_side_by_side(measures, period="2022-H1", profile="wb_strict")
    assert units["unit_id"].to_list() == ["A", "B"]
    a, b = units.rows(named=True)
    assert (a["late"], b["late"], b["open_overdue"]) == (5, 0, 0)
    assert a["late_done"] == pytest.approx(5 / 35)
    assert a["late_done_upper"] == pytest.approx(wilson(5, 35).upper)
    assert (b["late_done"], b["late_done_lower"]) == (0.0, 0.0)


def test_a_change_holds_both_sides_and_an_interval(measures):
    moved = compare.change(measures, left="2022-H1", right="2022-H2", profile="wb_strict")
    together = moved.filter(pl.col("unit_id") == "*").row(0, named=True)
    assert (together["left_numerator"], together["right_numerator"]) == (8, 18)
    assert together["difference"] == pytest.approx(18 / 73 - 8 / 63)
    assert together["lower"] < together["difference"] < together["upper"]
    assert (together["method"], together["evidence_level"]) == ("newcombe", 2)


def test_a_unit_that_is_missing_on_one_side_has_no_difference():
    only = measure(pl.concat([counts(), counts("2022-H2", {"*": UNITS["*"]})]), RATES)
    moved = compare.change(only, left="2022-H1", right="2022-H2", profile="wb_strict")
    row = moved.filter(pl.col("unit_id") == "B").row(0, named=True)
    assert (row["difference"], row["lower"], row["right_denominator"]) == (None, None, None)


def test_the_headline_is_one_units_figures_of_one_period(measures):
    mine = compare.headline(measures, period="2022-H1", profile="wb_strict", unit_id="A")
    assert set(mine["unit_id"]) == {"A"}
    assert mine.filter(pl.col("measure") == "received")["numerator"].to_list() == [40]


def step_time(rows):
    schema = ["is_late", "kind", "step", "n_dossiers", "work_seconds", "median_seconds"]
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.with_columns(pl.lit("2022-H1").alias("period"), pl.lit("*").alias("unit_id"))


def test_steps_are_listed_by_what_late_dossiers_spent_beyond_the_others():
    table = step_time(
        [
            (True, "transfer", "sign", 4, 4_000, 1_000),
            (False, "transfer", "sign", 40, 4_000, 100),
            (True, "work", "work", 4, 40_000, 10_000),
            (False, "work", "work", 40, 400_000, 10_000),
            (True, "external", "opinion", 1, 500, 500),
        ]
    )
    slow = causes.slowest_steps(table, period="2022-H1")
    assert slow["kind"].to_list() == ["transfer", "work", "external"]
    assert slow["excess_seconds"].to_list() == [3_600, 0, None]
    assert slow["n_others"].to_list() == [40, 40, 0]


def test_shares_of_time_add_up_to_one_in_each_group():
    table = step_time(
        [
            (True, "work", "-", 2, 30, 15),
            (True, "queue", "-", 2, 70, 35),
            (False, "work", "-", 5, 50, 10),
        ]
    ).drop("step")
    use = causes.time_use(table, period="2022-H1")
    shares = use.group_by("is_late").agg(pl.col("share").sum())
    assert shares["share"].to_list() == [1.0, 1.0]
    assert use.filter("is_late", pl.col("kind") == "queue")["mean_seconds"].to_list() == [35.0]


def test_measures_made_in_turn_are_those_made_at_once():
    counted = pl.concat([counts(profile=name) for name in ("wb_strict", "qd766")])
    whole = measure(counted, RATES)
    assert whole.equals(whole.sort("measure", "profile", "unit_id", "period"))
    in_turn = list(measures_in_turn(counted, RATES))
    assert all(one["measure"].n_unique() <= 1 for one in in_turn)
    assert pl.concat(in_turn).equals(whole)


def moved_units(random: np.random.Generator, batch: int, rate: float = 0.1) -> pl.DataFrame:
    """Fourteen units in two periods, of 100 dossiers each that are late by batches."""
    rows = [
        {
            "unit_id": f"U{unit:02d}",
            "period": period,
            "profile": "p",
            "procedure_id": "*",
            "channel_in": "*",
            "measure": "late_or_overdue",
            "numerator": int(random.binomial(100 // batch, rate)) * batch,
            "denominator": 100,
            **dict.fromkeys(("value", "lower", "upper"), 0.0),
            "design_effect": 1.0,
        }
        for unit in range(14)
        for period in ("2022-H1", "2022-H2")
    ]
    return pl.DataFrame(rows)


@pytest.mark.parametrize("batch", [1, 5])
def test_no_unit_of_many_moved_where_nothing_changed(batch):
    random = np.random.default_rng(5)
    pages = []
    for _ in range(100):
        table = moved_units(random, batch)
        moved = compare.change(table, left="2022-H1", right="2022-H2", profile="p")
        pages.append(((moved["sure_lower"] > 0) | (moved["sure_upper"] < 0)).any())
    assert np.mean(pages) <= 0.10


def test_all_together_fall_clearly_though_every_unit_moves_by_itself():
    table = moved_units(np.random.default_rng(0), 1)
    later, rises = pl.col("period") == "2022-H2", pl.col("unit_id") < "U07"
    number = pl.when(later).then(pl.when(rises).then(20).otherwise(5))
    table = table.with_columns(numerator=number.otherwise(pl.when(rises).then(5).otherwise(40)))
    whole = table.group_by("period").agg(pl.sum("numerator", "denominator"))
    rest = table.drop("numerator", "denominator").filter(unit_id="U00")
    both = rest.join(whole, on="period").with_columns(unit_id=pl.lit("*"), design_effect=2.0)
    all_rows = pl.concat([table, both.select(table.columns)], how="vertical_relaxed")
    changes = compare.change(all_rows, left="2022-H1", right="2022-H2", profile="p")
    together = changes.row(by_predicate=pl.col("unit_id") == "*", named=True)
    # -0.1, by 1.96 * sqrt(2 * (0.225 * 0.775 + 0.125 * 0.875) / 1400)
    assert (together["lower"], together["upper"]) == pytest.approx((-0.139, -0.061), abs=2e-3)


def by_months(shares: dict[str, tuple[float, float]], random: np.random.Generator) -> pl.DataFrame:
    """Units of 60 dossiers a month, with a share late in each half-year, as months and as halves.

    The level of each month varies at a correlation of 0.05.
    """
    one = moved_units(random, 1).row(0, named=True)
    rows = []
    for unit, of_halves in shares.items():
        for half, share in enumerate(of_halves, 1):
            levels = random.beta(19 * share, 19 * (1 - share), 6)
            late = [int(random.binomial(60, level)) for level in levels]
            months = [f"2022-{6 * half - 5 + number:02d}" for number in range(6)]
            parts = [*zip(months, late, [60] * 6, strict=True), (f"2022-H{half}", sum(late), 360)]
            rows += [
                one | {"unit_id": unit, "period": label, "numerator": n, "denominator": of}
                for label, n, of in parts
            ]
    return pl.DataFrame(rows)


def test_a_unit_is_judged_by_its_months_and_not_by_how_others_change():
    random, counts = np.random.default_rng(3), {"fell": [], "rose": [], "alike": []}
    kinds = {"fell": (0.35, 0.03), "rose": (0.03, 0.3), "alike": (0.1, 0.1)}
    units = {f"{kind}{n}": both for kind, both in kinds.items() for n in range(5)}
    for _ in range(20):
        table = by_months(units, random)
        for left, right in (("2022-H1", "2022-H2"), ("2022-06", "2022-07")):
            changes = compare.change(table, left=left, right=right, profile="p")
            assert changes.height == 15
            for unit, low, high in changes.select("unit_id", "sure_lower", "sure_upper").rows():
                side = -1 if high < 0 else int(low > 0)
                counts[unit[:-1]].append((left == "2022-H1", side))
    of_halves = {kind: np.array([x for is_half, x in c if is_half]) for kind, c in counts.items()}
    assert (of_halves["fell"] == -1).mean() >= 0.8
    assert (of_halves["rose"] == 1).mean() >= 0.8
    assert np.mean([x != 0 for _, x in counts["alike"]]) <= 0.01


def test_months_of_one_unit_widen_its_own_change_alone():
    units = {f"U{n}": (0.1, 0.1) for n in range(5)}
    table = by_months(units, np.random.default_rng(0)).with_columns(numerator=pl.lit(6))
    month = pl.col("period").str.contains("-H").not_()
    in_turn = pl.col("period").is_in([f"2022-{n:02d}" for n in range(1, 13, 2)])
    varies = pl.when(in_turn).then(12).otherwise(0)
    number = pl.when(month & (pl.col("unit_id") == "U0")).then(varies).otherwise("numerator")
    number = pl.when(month).then(number).otherwise(36)
    table = table.with_columns(numerator=number)
    changes = compare.change(table, left="2022-H1", right="2022-H2", profile="p")
    upper = dict(changes.select("unit_id", "upper").rows())
    # six months, 36 off each: 36 * 6 * 6 / 5 over 36 * 0.9, and five of its fifteen parts
    wide = (5 * 8 + 10 * 0) / 15
    assert upper["U1"] == pytest.approx(difference(wilson(36, 360), wilson(36, 360))[2])
    sides = [wilson(36, 360, wide)] * 2
    assert upper["U0"] == pytest.approx(difference(*sides)[2])
