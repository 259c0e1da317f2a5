"""Cells of unit, period and cause: healthy ones left alone, sick ones found, congestion named."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from workbench.figures.compare import cells, companions_by_cause
from workbench.figures.compare.cell_expectations import expectations
from workbench.figures.compare.cell_tests import CELLS
from workbench.figures.compare.families import of_kind

CAUSES = {"queue": 0.3, "slow_work": 0.25, "signature_wait": 0.2, "record_lag": 0.25}
RATES = np.array([0.6, 0.9, 1.1, 1.4])
QUARTERS = ("2022-Q1", "2022-Q2", "2022-Q3", "2022-Q4")
SICK = {("U01", "2022-Q2", "record_lag"), ("U01", "2022-Q3", "record_lag")}


def world(seed: int, *, size: int = 60, sick: dict[tuple[str, str, str], float] | None = None):
    """Twelve units, four quarters, four strata; congestion comes in waves, the rest by chance."""
    random = np.random.default_rng(seed)
    shares = random.dirichlet(np.full(4, 4.0), 12)
    rates = 0.045 * RATES
    rows = []
    for unit in range(12):
        for quarter in QUARTERS:
            done = random.multinomial(random.poisson(size), shares[unit])
            wave = random.gamma(1 / 0.3, 0.3)
            for cause, share in CAUSES.items():
                factor = share * (wave if cause == "queue" else 1.0)
                more = (sick or {}).get((f"U{unit:02d}", quarter, cause), 0.0)
                late = random.poisson(done * (rates * factor + more))
                rows += [
                    (f"U{unit:02d}", quarter, f"P{s}", "online", cause, done[s], late[s], late[s])
                    for s in range(4)
                ]
    names = ("unit_id", "period", "procedure_id", "channel_in", "cause")
    frame = pl.DataFrame(rows, schema=[*names, "n_dossiers", "n_late", "late_share"], orient="row")
    return frame.with_columns(pl.col("n_late").sum().over(*names[:4]))


def named(frame: pl.DataFrame) -> set[tuple[str, str, str]]:
    return set(frame.filter("flagged").select("unit_id", "period", "cause").rows())


def test_healthy_worlds_have_next_to_no_named_cells():
    found = [named(cells(world(seed), kind="quarter")) for seed in range(40)]
    assert np.mean([len(f) for f in found]) <= 0.5
    assert np.mean([any(c != "queue" for _, _, c in f) for f in found]) <= 0.10


def test_sick_cells_are_named_and_no_others():
    hit = wrong = 0
    for seed in range(10):
        found = named(cells(world(seed, size=150, sick=dict.fromkeys(SICK, 0.08)), kind="quarter"))
        hit += len(found & SICK)
        wrong += len(found - SICK)
    assert hit >= 19
    assert wrong <= 3


def with_few_late(late: float, *, is_seen: bool) -> pl.DataFrame:
    """A cell with some late dossiers, of which the cause took extremely much of most or of none."""
    at = (pl.col("unit_id") == "U03") & (pl.col("period") == "2022-Q2")
    at &= (pl.col("cause") == "record_lag") & (pl.col("n_dossiers") > 0)
    few = pl.when(at & (pl.col("procedure_id") == "P3")).then(late).otherwise("late_share")
    rare = (pl.int_range(pl.len()) % 33 == 0).cast(pl.Int64).clip(0, pl.col("n_dossiers"))
    many = pl.when(at).then(pl.col("n_dossiers") * 3 // 5).otherwise(rare)
    return world(1, size=25).with_columns(
        few.alias("late_share"), (many if is_seen else rare).alias("n_extreme")
    )


def test_a_cause_seen_in_many_dossiers_needs_fewer_late_ones_to_be_named():
    sick = ("U03", "2022-Q2", "record_lag")
    assert sick in named(cells(with_few_late(3.0, is_seen=True), kind="quarter"))
    assert sick not in named(cells(with_few_late(3.0, is_seen=False), kind="quarter"))


def test_late_dossiers_must_be_too_many_by_themselves():
    table = cells(with_few_late(1.5, is_seen=True), kind="quarter")
    cell = table.row(
        by_predicate=(pl.col("unit_id") == "U03")
        & (pl.col("period") == "2022-Q2")
        & (pl.col("cause") == "record_lag"),
        named=True,
    )
    assert cell["q_value"] < 0.001
    assert cell["p_value"] > 0.01
    assert not cell["flagged"]


def test_extreme_dossiers_that_are_absent_do_not_wipe_out_late_ones():
    table = cells(with_few_late(9.0, is_seen=False), kind="quarter")
    assert named(table) == {("U03", "2022-Q2", "record_lag")}


def test_a_sick_cell_does_not_hide_behind_sicker_ones():
    sickest = {(f"U{u:02d}", "2022-Q1", "slow_work"): 0.5 for u in range(4)}
    mild = ("U05", "2022-Q1", "slow_work")
    found = named(cells(world(3, size=150, sick={**sickest, mild: 0.1}), kind="quarter"))
    assert {*sickest, mild} <= found


def test_congestion_is_reported_as_an_overload_seen_and_not_as_a_difference():
    overloaded = {("U02", "2022-Q4", "queue"): 0.6, ("U03", "2022-Q1", "slow_work"): 0.4}
    frame = cells(world(1, size=100, sick=overloaded), kind="quarter")
    readings = {row["cause"]: row["reading"] for row in frame.filter("flagged").to_dicts()}
    assert readings == {"queue": "overload", "slow_work": "difference"}
    assert frame.filter(~pl.col("flagged"))["reading"].null_count() == frame.height - 2


def test_what_stays_unexplained_is_reported_but_flags_no_cell():
    rows = world(1, size=100, sick={("U03", "2022-Q1", "slow_work"): 0.4})
    renamed = rows.with_columns(pl.col("cause").replace("slow_work", "unexplained"))
    found = cells(renamed, kind="quarter").filter(pl.col("reading") == "unexplained")
    assert found.select("unit_id", "flagged").rows() == [("U03", False)]


DAYS = 63
"""Working days of a quarter."""


def closed_on_days(
    seed: int,
    *,
    batch: int = 1,
    correlation: float = 0.0,
    sick: dict[tuple[int, int], float] | None = None,
) -> pl.DataFrame:
    """Units that close dossiers in batches, which a cause hits as one; extreme ones are more.

    A cause hits some cells more than others by ``correlation``; in ``sick`` cells of unit and
    quarter slow work hits so many more.
    """
    random = np.random.default_rng(seed)
    number = random.poisson(60, 48)
    cell = np.repeat(np.arange(48), number)
    place = np.arange(cell.size) - np.repeat(np.cumsum(number) - number, number)
    _, group = np.unique(cell * 1000 + place // batch, return_inverse=True)
    home = cell[np.searchsorted(group, np.arange(group[-1] + 1))]
    stratum = random.integers(0, 4, home.size)
    day = cell * DAYS + random.integers(0, DAYS, home.size)[group]
    key, at = np.unique(cell * 4 + stratum[group], return_inverse=True)

    def pairs(events: np.ndarray) -> np.ndarray:
        companions = np.bincount(day, events)[day] - events
        return np.bincount(at, events * companions)

    everybody = np.ones(cell.size)
    parts = []
    for cause, share in CAUSES.items():
        rate = 0.09 * share
        chance = rate * RATES[stratum]
        if correlation:
            # relative variance of a rate by which hits of one cell are correlated
            varies = correlation / rate
            chance = chance * random.gamma(1 / varies, varies, 48)[home]
        for (unit, quarter), more in (sick or {}).items():
            chance = chance + (home == unit * 4 + quarter) * more * (cause == "slow_work")
        took = (random.random(home.size) < chance) * random.exponential(1.0, home.size)
        late, extreme = ((took > least)[group].astype(float) for least in (np.log(2), 0.4))
        parts.append(
            pl.DataFrame(
                {
                    "unit_id": [f"U{k // 16:02d}" for k in key],
                    "period": [QUARTERS[k // 4 % 4] for k in key],
                    "procedure_id": [f"P{k % 4}" for k in key],
                    "channel_in": "online",
                    "cause": cause,
                    "n_dossiers": np.bincount(at),
                    "late_share": np.bincount(at, late),
                    "n_extreme": np.bincount(at, extreme),
                    "n_pairs": pairs(everybody),
                    "late_pairs": pairs(late),
                    "extreme_pairs": pairs(extreme),
                }
            )
        )
    rows = pl.concat(parts)
    grain = ["unit_id", "period", "procedure_id", "channel_in"]
    whole = pl.col("late_share").sum().over(grain).round().cast(pl.Int64)
    return rows.with_columns(whole.alias("n_late"))


@pytest.mark.parametrize("drawn", [{"batch": 5}, {"batch": 10}, {"correlation": 0.1}])
def test_healthy_units_whose_dossiers_hang_together_are_not_named(drawn):
    runs = 12
    has_names = [
        bool(named(cells(closed_on_days(s, **drawn), kind="quarter"))) for s in range(runs)
    ]
    # one run in ten is allowed at q = 10 %
    assert sum(has_names) <= 1


def test_late_dossiers_on_one_day_are_fewer_witnesses_than_late_ones_on_many_days():
    rows = closed_on_days(0, sick={(2, 1): 0.3})
    is_sick = (pl.col("unit_id") == "U02") & (pl.col("period") == "2022-Q2")
    is_sick &= pl.col("cause") == "slow_work"
    together = pl.when(is_sick).then(pl.col("late_share").sum().over("unit_id", "period", "cause"))
    on_one_day = rows.with_columns(
        (pl.col("late_share") * (together - 1)).fill_null(pl.col("late_pairs")).alias("late_pairs")
    )
    names = {
        name: cells(table, kind="quarter").filter(is_sick).row(0, named=True)
        for name, table in {"many": rows, "one": on_one_day}.items()
    }
    assert names["many"]["flagged"]
    assert not names["one"]["flagged"]
    assert names["one"]["p_value"] > 100 * names["many"]["p_value"]


def laws(rows: pl.DataFrame) -> dict[str, tuple[float, float]]:
    """Return the linear and quadratic part by which late dossiers of each cause vary."""
    family, parts = of_kind(rows, "quarter", ("late_share", "late_pairs"))
    usual = expectations(family, parts, ("late_share",))
    return {cause: expectation.law.parts for (cause, _), expectation in usual.items()}


def test_batches_of_three_make_late_dossiers_vary_at_least_three_times_as_much():
    rows = closed_on_days(2, batch=3)
    # two others beside each one: a variance of three times the mean
    assert min(linear for linear, _ in laws(rows).values()) >= 2
    companions = companions_by_cause(rows, kind="quarter")
    assert list(companions.values()) == pytest.approx([2] * 4, rel=0.1)


def test_a_queue_varies_at_least_as_much_as_causes_that_do_not_come_in_waves():
    even, uneven = (closed_on_days(3, correlation=correlation) for correlation in (0.0, 0.1))
    is_queue = pl.col("cause") == "queue"
    mixed = pl.concat([even.filter(is_queue), uneven.filter(~is_queue)], how="vertical_relaxed")
    alone, beside_others = (sum(laws(rows)["queue"]) for rows in (even, mixed))
    assert beside_others > 2 * alone


def test_sick_cells_are_named_where_dossiers_are_closed_on_days():
    sick = {(1, 1), (1, 2)}
    hit = wrong = 0
    for seed in range(8):
        table = closed_on_days(seed, sick=dict.fromkeys(sick, 0.3))
        names = named(cells(table, kind="quarter"))
        expected = {("U01", QUARTERS[quarter], "slow_work") for _, quarter in sick}
        hit += len(names & expected)
        wrong += len(names - expected)
    assert hit >= 14
    assert wrong <= 1


@pytest.mark.parametrize(("units", "sick"), [(12, 2), (5, 2)])
def test_units_that_are_always_late_are_named_and_no_others(units, sick):
    always = {(f"U{u:02d}", q, "slow_work"): 0.1 for u in range(sick) for q in QUARTERS}
    rows = world(0, size=150, sick=always).filter(pl.col("unit_id") < f"U{units:02d}")
    found = named(cells(rows, kind="quarter"))
    assert len(found & set(always)) >= 0.9 * len(always)
    assert len(found - set(always)) <= 1


def test_what_no_cause_takes_is_not_tested_by_what_causes_take():
    rows = world(1, size=100, sick={("U03", "2022-Q1", "slow_work"): 0.1})
    is_unexplained = pl.col("cause") == "unexplained"
    some = (pl.int_range(pl.len()) % 33 == 0).cast(pl.Int64)
    taken = pl.when(is_unexplained).then(0).otherwise(some)
    shipped = rows.with_columns(pl.col("cause").replace("slow_work", "unexplained")).with_columns(
        taken.alias("n_extreme"), (taken * 3600).alias("excess_seconds")
    )
    found = cells(shipped, kind="quarter").filter(is_unexplained)
    assert found.filter(reading="unexplained")["unit_id"].to_list() == ["U03"]
    assert (found["p_value"] < 1).any()


def test_what_was_seen_nowhere_else_is_not_impossible():
    rows = world(5).with_columns(
        pl.when(pl.col("cause") == "record_lag").then(0).otherwise("late_share").alias("late_share")
    )
    once = (pl.col("unit_id") == "U03") & (pl.col("period") == "2022-Q2")
    here = once & (pl.col("procedure_id") == "P0") & (pl.col("cause") == "record_lag")
    rows = rows.with_columns(pl.when(here).then(1.0).otherwise("late_share").alias("late_share"))
    found = cells(rows, kind="quarter").filter(once, pl.col("cause") == "record_lag")
    assert found["expected"][0] > 0
    assert found["p_value"][0] > 0.001


def test_figures_of_a_cell_add_up_and_carry_interval_and_level():
    rows = world(2)
    frame = cells(rows, kind="quarter")
    assert frame.schema == CELLS
    assert frame.select("unit_id", "period", "cause").is_duplicated().sum() == 0
    assert frame["observed"].sum() == pytest.approx(rows["late_share"].sum())
    assert frame["expected"].sum() == pytest.approx(rows["late_share"].sum(), rel=0.1)
    plain = frame.filter(pl.col("cause") != "queue")
    assert (plain["excess"] - (plain["observed"] - plain["expected"])).abs().max() < 1e-12
    assert frame.filter(
        (pl.col("lower") > pl.col("excess")) | (pl.col("upper") < pl.col("excess"))
    ).is_empty()
    assert frame["evidence_level"].unique().to_list() == [2]


def test_the_excess_is_uncertain_by_what_is_in_doubt_and_by_what_two_measures_differ():
    rows = world(2, size=100, sick={("U03", "2022-Q1", "slow_work"): 0.3})
    rows = rows.with_columns(pl.col("n_late") * 3)
    sick = pl.col("unit_id") == "U03", pl.col("period") == "2022-Q1", pl.col("cause") == "slow_work"
    found = {}
    for times, doubtful in ((1, 0), (1, 40), (1, 4_000), (2, 0), (0, 0)):
        counted = (times * pl.col("late_share")).alias("n_spared")
        doubtful_rows = rows.with_columns(counted, pl.lit(doubtful).alias("n_doubtful"))
        frame = cells(doubtful_rows, kind="quarter")
        found[times, doubtful] = frame.row(by_predicate=sick[0] & sick[1] & sick[2], named=True)
    sure, doubted, unknown, twice, nothing = found.values()
    for other in (doubted, unknown, twice, nothing):
        assert other["p_value"] == sure["p_value"]
        assert other["excess"] == sure["excess"]
        assert other["lower"] <= sure["lower"] < sure["upper"] < other["upper"]
    assert doubted["lower"] < sure["lower"] == twice["lower"]
    assert sure["excess"] == pytest.approx(sure["observed"] - sure["expected"])
    assert twice["upper"] > 1.9 * sure["excess"]
    assert unknown["upper"] == unknown["n_late"]
    # however small its p-value, a cell is named only where its own interval says so
    assert [cell["flagged"] for cell in found.values()] == [True, True, False, True, False]
    assert max(unknown["lower"], nothing["lower"]) < 0


def test_an_overload_elsewhere_does_not_make_one_here_seem_smaller():
    here = ("U02", "2022-Q4", "queue")
    others = {(f"U{u:02d}", "2022-Q1", "queue"): 0.4 for u in range(5, 9)}
    alone, beside = (
        cells(world(1, size=100, sick=sick), kind="quarter").filter(
            unit_id=here[0], period=here[1], cause=here[2]
        )
        for sick in ({here: 0.6}, {here: 0.6, **others})
    )
    assert beside["p_value"][0] > alone["p_value"][0]
    assert beside["excess"][0] == pytest.approx(alone["excess"][0], rel=0.05)


def test_the_last_dossiers_of_a_register_accuse_no_unit():
    """What ends after receptions have ceased is late by selection, at every unit."""
    rows = world(2, size=100)
    rest = rows.filter(pl.col("period") == "2022-Q4").with_columns(
        pl.lit("2023-Q1").alias("period"),
        pl.lit(1).cast(rows.schema["n_dossiers"]).alias("n_dossiers"),
        pl.lit(1).cast(rows.schema["n_late"]).alias("n_late"),
        (pl.col("cause") == "slow_work").cast(rows.schema["late_share"]).alias("late_share"),
    )
    found = cells(pl.concat([rows, rest]), kind="quarter").filter(period="2023-Q1")
    assert not found.is_empty()
    assert found.filter("flagged").is_empty()


def test_only_periods_of_the_kind_and_causes_proper_make_the_family():
    rows = world(2)
    halves = rows.with_columns(pl.lit("2022-H1").alias("period"))
    everything = rows.with_columns(pl.lit("*").alias("cause"))
    mixed = pl.concat([rows, halves, everything])
    assert cells(mixed, kind="quarter").equals(cells(rows, kind="quarter"))
    assert cells(rows.sample(fraction=1.0, shuffle=True, seed=1), kind="quarter").equals(
        cells(rows, kind="quarter")
    )


def test_no_rows_give_no_cells():
    assert cells(world(2), kind="month").is_empty()
    assert cells(world(2), kind="month").schema == CELLS


def test_a_unit_alone_in_its_strata_is_compared_with_the_overall_rate_and_not_flagged():
    rows = world(4).with_columns(
        pl.when(pl.col("unit_id") == "U00")
        .then(pl.lit("P9"))
        .otherwise("procedure_id")
        .alias("procedure_id")
    )
    grain = ["unit_id", "period", "procedure_id", "channel_in", "cause"]
    frame = cells(rows.group_by(grain).agg(pl.all().sum()), kind="quarter")
    assert frame.filter(pl.col("unit_id") == "U00")["expected"].min() > 0


def test_a_unit_with_procedures_of_its_own_is_not_measured_by_its_own_fault():
    """A cause takes long of half of a unit's dossiers; late are some of a procedure of its own."""
    is_unit = pl.col("unit_id") == "U05"
    is_own = is_unit & (pl.col("procedure_id") == "P3")
    is_hit = is_unit & (pl.col("cause") == "record_lag")
    frame = world(3, size=100).with_columns(
        pl.when(is_hit).then(pl.col("n_dossiers") // 2).otherwise(0).alias("n_extreme"),
        pl.when(is_hit & is_own)
        .then(pl.col("n_dossiers") // 4)
        .when(is_hit)
        .then(0)
        .otherwise("late_share")
        .alias("late_share"),
    )
    frame = frame.with_columns(
        pl.when(is_own)
        .then(pl.format("own {}", "procedure_id"))
        .otherwise("procedure_id")
        .alias("procedure_id")
    )
    names = named(cells(frame, kind="quarter"))
    assert names == {("U05", quarter, "record_lag") for quarter in QUARTERS}
