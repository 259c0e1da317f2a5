"""What cells cannot say: common rises, dossiers without peers, expectations that are uncertain."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tests.unit.test_compare_cells import named, world

from workbench.figures.compare import cells, common_rises, without_peers
from workbench.figures.estimates.healthy_counts import HealthyCounts


def test_a_rise_at_all_units_alike_is_reported_as_common_and_one_at_two_units_is_not():
    shock = {(f"U{u:02d}", "2022-Q3", "slow_work"): 0.04 for u in range(12)}
    tested = cells(world(1, sick=shock), kind="quarter")
    assert common_rises(tested, "2022-Q3")["cause"].to_list() == ["slow_work"]
    assert common_rises(tested, "2022-Q2").is_empty()
    assert named(tested) == set()
    two = {unit: more for unit, more in shock.items() if unit[0] in ("U03", "U07")}
    assert common_rises(cells(world(1, sick=two), kind="quarter"), "2022-Q3").is_empty()
    # three units are too few to say what all share
    few = cells(world(1, sick=shock).filter(pl.col("unit_id") < "U03"), kind="quarter")
    assert common_rises(few, "2022-Q3").is_empty()


def test_dossiers_of_procedures_that_one_unit_alone_has_are_counted():
    is_alone = (pl.col("unit_id") == "U02") & (pl.col("procedure_id") == "P1")
    rows = world(0).with_columns(
        pl.when(is_alone).then(pl.lit("P9")).otherwise("procedure_id").alias("procedure_id")
    )
    whole = rows.filter(pl.col("cause") == "queue").with_columns(pl.lit("*").alias("cause"))
    alone = without_peers(whole, "2022-Q2").filter(pl.col("n_alone") > 0)
    planted = whole.filter(pl.col("procedure_id") == "P9", pl.col("period") == "2022-Q2")
    assert alone.select("unit_id", "n_alone").rows() == [("U02", planted["n_dossiers"].sum())]
    assert without_peers(whole, "2021-Q2").is_empty()


def test_an_uncertain_expectation_multiplies_what_cells_vary_by_themselves():
    law = HealthyCounts(*(np.array([value]) for value in (1.0, 0.5, 4.0, 1.0)))
    random = np.random.default_rng(1)
    mean = 20 * random.gamma(1 / 0.25, 0.25, 10**5) * random.gamma(1 / 4, 4, 10**5)
    counts = random.negative_binomial(mean / 0.5 + 1e-12, 1 / 1.5)
    beyond_chance = (counts.var() - counts.mean()) / counts.mean() ** 2
    spread = law.spread(np.array([20.0]), unsure=0.25)[0]
    # added up, the two would make 4.275
    assert spread == pytest.approx(beyond_chance, rel=0.05)
