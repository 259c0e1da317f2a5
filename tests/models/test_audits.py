"""Each audit of an identity turns red when the tables stop keeping it, and says so in plain words.

A run's tables are mutated one figure at a time; the audit must stop the stage with exit code 4 and
a sentence that names the dossier, unit or comparison, and no table of the program alone.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from workbench.clock.lateness import lateness_profiles
from workbench.core.errors import RuleFailed
from workbench.explain import calendar_periods
from workbench.figures import compare
from workbench.warehouse import Warehouse

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
Tables = dict[str, pl.DataFrame]
D1 = pl.col("dossier_id") == "D1"
FIRST = pl.col("segment_no") == 1


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.fixture(scope="module")
def whole(run_clock, pipelines_dir, reference_dir) -> Tables:
    """Tables of clock and counting on three dossiers: late with a pause, in time, open undated."""
    day = {"received_at": at("2022-01-04 08:00"), "snapshot_at": at("2022-02-15 17:00")}
    due = {"due_at": at("2022-01-10 17:00")}
    dossiers = [
        {"dossier_id": "D1", **day, **due, "resolved_at": at("2022-01-20 10:00")},
        {"dossier_id": "D2", **day, **due, "resolved_at": at("2022-01-07 10:00")},
        {"dossier_id": "D3", "unit_id": "U2", **day},
    ]
    steps = [
        {
            "dossier_id": name,
            "step_no": number,
            "step": kind,
            "step_kind": kind,
            "arrived_at": at(f"2022-01-0{day} 08:00"),
            "started_at": at(f"2022-01-0{day} 09:00"),
            "finished_at": at(f"2022-01-0{day} 10:00"),
        }
        for name in ("D1", "D2")
        for number, (kind, day) in enumerate([("intake", 4), ("work", 5), ("sign", 6)], start=1)
    ]
    paused = {"paused_at": at("2022-01-05 14:00"), "resumed_at": at("2022-01-06 07:30")}
    names = ("dossiers", "outcomes", "ledger", "dossier_calendars", "pause_spells", "receptions")
    tables = run_clock(
        dossiers,
        steps,
        [{"dossier_id": "D1", "pause_no": 1, "reason": "supplement", **paused}],
        tables=names,
    )
    periods = calendar_periods(dt.date(2022, 1, 1), dt.date(2022, 2, 15), ("month", "quarter"))
    tables |= {"periods": periods, "profiles": lateness_profiles(reference_dir / "profiles")}
    counting = ("counts", "dossier_spans", "count_groups", "outcome_spans", "period_spans")
    with Warehouse(pipelines_dir) as warehouse:
        for name, frame in tables.items():
            warehouse.add_frame(name, frame)
        warehouse.build("explain", wanted=counting)
        return tables | {name: warehouse.frame(name) for name in counting}


@pytest.fixture
def audit(pipelines_dir, tmp_path) -> Callable[..., None]:
    """Hold tables to one audit: ``audit("clock/broken_ledgers", tables)``."""

    def run(path: str, tables: Tables) -> None:
        folder = tmp_path / path
        if not folder.exists():
            shutil.copytree(pipelines_dir / "macros", folder / "macros")
            (folder / path).parent.mkdir(parents=True)
        stage, name = path.split("/")
        (model,) = (pipelines_dir / stage).rglob(f"{name}.sql")
        shutil.copy(model, folder / f"{path}.sql")
        with Warehouse(folder) as warehouse:
            warehouse.set("profile", "wb_strict")
            for name, frame in tables.items():
                warehouse.add_frame(name, frame)
            warehouse.build(Path(path).parent.name)

    return run


def red(run: Callable[[], None], *words: str) -> None:
    """Expect exit code 4 and a sentence with these words that names no table of the program."""
    with pytest.raises(RuleFailed) as problem:
        run()
    message = str(problem.value)
    assert problem.value.exit_code == 4
    assert "fault of the program" in message
    for word in words:
        assert word in message
    assert not [
        name for name in ("ledger", "promise", "cause_cells", "made_", "sql") if name in message
    ]


def changed(frame: pl.DataFrame, where: pl.Expr, **columns: pl.Expr) -> pl.DataFrame:
    """The same frame with some columns set anew on the rows where a condition holds."""
    return frame.with_columns(
        pl.when(where).then(value).otherwise(pl.col(name)).alias(name)
        for name, value in columns.items()
    )


MINUTE = dt.timedelta(minutes=1)
LEDGERS = {
    "a minute more in every segment": lambda f: f.with_columns(pl.col("work_seconds") + 60),
    "a minute more in one segment": lambda f: changed(
        f, D1 & FIRST, work_seconds=pl.col("work_seconds") + 60
    ),
    "a segment lost": lambda f: f.filter(~(D1 & (pl.col("segment_no") == 2))),
    "the last segment lost": lambda f: f.filter(
        ~(D1 & (pl.col("segment_no") == pl.col("segment_no").max().over("dossier_id")))
    ),
    "a segment counted twice": lambda f: pl.concat([f, f.filter(D1 & FIRST)]),
    "a dossier without segments": lambda f: f.filter(~D1),
    "an unknown dossier": lambda f: f.with_columns(
        pl.col("dossier_id").replace("D1", "D9"),
    ),
    "a hole, and an overlap as long": lambda f: changed(
        changed(f, D1 & (pl.col("segment_no") == 2), from_at=pl.col("from_at") + MINUTE),
        D1 & (pl.col("segment_no") == 3),
        from_at=pl.col("from_at") - MINUTE,
    ),
    "a pause read as work": lambda f: f.with_columns(
        pl.col("kind").cast(pl.String).replace("pause", "work")
    ),
    "a segment without working time": lambda f: changed(
        f, D1 & FIRST, work_seconds=pl.lit(None, pl.Int64)
    ),
}


@pytest.mark.parametrize("mutation", LEDGERS.values(), ids=LEDGERS)
def test_a_ledger_that_does_not_split_the_clock_exactly_stops_the_stage(whole, audit, mutation):
    path = "clock/broken_ledgers"
    audit(path, whole)
    broken = whole | {"ledger": mutation(whole["ledger"])}
    red(lambda: audit(path, broken), "dossier D")


OUTCOMES = {
    "not judged under one rule": lambda f: f.filter(~(D1 & (pl.col("profile") == "qd766"))),
    "judged twice under one rule": lambda f: pl.concat(
        [f, f.filter(D1 & (pl.col("profile") == "qd766"))]
    ),
    "another time used under one rule": lambda f: changed(
        f, D1 & (pl.col("profile") == "qd766"), used_seconds=pl.col("used_seconds") + 1
    ),
}


@pytest.mark.parametrize("mutation", OUTCOMES.values(), ids=OUTCOMES)
def test_a_dossier_not_judged_alike_by_every_rule_stops_the_stage(whole, audit, mutation):
    broken = whole | {"outcomes": mutation(whole["outcomes"])}
    red(lambda: audit("clock/broken_ledgers", broken), "dossier D1", "rules")


IN_MARCH = (pl.col("profile") == "wb_strict") & (pl.col("unit_id") == "U2")
COUNTS = {
    "an open dossier resolved as well": lambda f: changed(
        f, IN_MARCH & (pl.col("period") == "2022-02"), unknown=pl.col("unknown") + 1
    ),
    "an open dossier lost": lambda f: changed(f, IN_MARCH, open_unknown=pl.lit(0)),
    "a unit's month lost": lambda f: f.filter(~(IN_MARCH & (pl.col("period") == "2022-01"))),
    "a dossier received twice": lambda f: changed(
        f, IN_MARCH & (pl.col("period") == "2022-01"), received=pl.col("received") * 2
    ),
    "a quarter that is not its months": lambda f: changed(
        f, IN_MARCH & (pl.col("period") == "2022-Q1"), withdrawn=pl.lit(1)
    ),
    "all units together off by one": lambda f: changed(
        f, pl.col("unit_id") == "*", late=pl.col("late") + 1
    ),
}


@pytest.mark.parametrize("mutation", COUNTS.values(), ids=COUNTS)
def test_counts_that_do_not_balance_stop_the_stage(whole, audit, mutation):
    red(
        lambda: audit("explain/unbalanced_counts", whole | {"counts": mutation(whole["counts"])}),
        "in period 2022-",
        "still open",
    )


LATE = pl.DataFrame({"dossier_id": ["D1"], "unit_id": ["U1"], "ended_on": [dt.date(2022, 1, 20)]})
CAUSES = pl.DataFrame(
    {"dossier_id": ["D1", "D1"], "cause": ["queue", "slow_work"], "late_share": [0.25, 0.75]}
)


@pytest.fixture
def caused(whole) -> Tables:
    """The late dossier with two causes that share its overrun exactly."""
    judged = whole["outcomes"].filter(D1, pl.col("profile") == "wb_strict")
    overrun = -judged["slack_seconds"].item()
    late = LATE.with_columns(pl.lit(overrun).alias("overrun_seconds"))
    causes = CAUSES.with_columns(pl.Series("late_seconds", [100, overrun - 100]))
    return whole | {"late_dossiers": late, "causes": causes}


def late_again(f: Tables) -> Tables:
    return {"late_dossiers": pl.concat([f["late_dossiers"], f["late_dossiers"]])}


BROKEN_CAUSES = {
    "half of every share": lambda f: {"causes": f["causes"].with_columns(pl.col("late_share") / 2)},
    "a second more": lambda f: {"causes": f["causes"].with_columns(pl.col("late_seconds") + 1)},
    "a cause lost": lambda f: {"causes": f["causes"].head(1)},
    "a share missing": lambda f: {
        "causes": f["causes"].with_columns(pl.lit(None, pl.Float64).alias("late_share"))
    },
    "no cause at all": lambda f: {"causes": f["causes"].clear()},
    "a late dossier lost": lambda f: {"late_dossiers": f["late_dossiers"].clear()},
    "another overrun": lambda f: {
        "late_dossiers": f["late_dossiers"].with_columns(pl.col("overrun_seconds") - 60)
    },
    "causes of a dossier in time": lambda f: {
        "causes": pl.concat([f["causes"], f["causes"].with_columns(dossier_id=pl.lit("D2"))])
    },
}


@pytest.mark.parametrize("mutation", BROKEN_CAUSES.values(), ids=BROKEN_CAUSES)
def test_causes_that_do_not_add_up_to_the_lateness_stop_the_stage(caused, audit, mutation):
    red(lambda: audit("explain/broken_causes", caused | mutation(caused)), "late dossier D")


def test_causes_that_add_up_pass(caused, audit):
    audit("explain/broken_causes", caused)


CELL = {"unit_id": "U1", "period": "2022-01", "procedure_id": "P1", "channel_in": "counter"}
CELLS = pl.DataFrame(
    [
        {**CELL, "cause": "*", "n_late": 1, "late_share": 1.0},
        {**CELL, "cause": "queue", "n_late": 1, "late_share": 0.25},
        {**CELL, "cause": "slow_work", "n_late": 1, "late_share": 0.75},
    ]
)
JANUARY = pl.col("period") == "2022-01"
BROKEN_CELLS = {
    "half of every share": lambda f: f.with_columns(pl.col("late_share") / 2),
    "a cause lost": lambda f: f.head(2),
    "a late dossier counted twice": lambda f: f.with_columns(pl.col("n_late") * 2),
    "a unit's month lost": lambda f: f.clear(),
}


@pytest.mark.parametrize("mutation", BROKEN_CELLS.values(), ids=BROKEN_CELLS)
def test_shares_that_do_not_give_the_number_of_late_dossiers_stop_the_stage(
    caused, audit, mutation
):
    known = caused | {"cause_cells": CELLS, "periods": caused["periods"].filter(JANUARY)}
    audit("explain/unbalanced_causes", known)
    broken = known | {"cause_cells": mutation(CELLS)}
    red(lambda: audit("explain/unbalanced_causes", broken), "unit U1", "2022-01")


def gap(comparison: str, effects: dict[str, float]) -> list[dict[str, object]]:
    shared = {"comparison": comparison, "kind": "unit", "left": "A", "right": "B", "gap": 0.25}
    counts = dict.fromkeys(("left_late", "right_late"), 1)
    counts |= dict.fromkeys(("left_dossiers", "right_dossiers"), 4)
    bounds = {"gap_lower": 0.0, "gap_upper": 0.5, "method": "kitagawa", "evidence_level": 2}
    return [
        {**shared, **counts, **bounds, "component": c, "effect": e, "lower": e, "upper": e}
        for c, e in effects.items()
    ]


PARTS = {"mix": 0.1, "calendar": 0.0, "cause:queue": 0.05, "cause:slow_work": 0.0, "residual": 0.1}
GAPS = pl.DataFrame(gap("A|B", PARTS) + gap("A|C", PARTS), compare.GAPS).with_columns(
    pl.lit("wb_strict").alias("profile")
)
BROKEN_GAPS = {
    "a component dropped": lambda f: f.filter(pl.col("component") != "mix"),
    "a component of no effect dropped from one": lambda f: f.filter(
        ~((pl.col("component") == "cause:slow_work") & (pl.col("comparison") == "A|B"))
    ),
    "an effect off by a billionth": lambda f: changed(
        f,
        pl.col("component") == "residual",
        effect=pl.col("effect") + 1e-9,
        upper=pl.col("upper") + 1e-9,
    ),
}


@pytest.mark.parametrize("mutation", BROKEN_GAPS.values(), ids=BROKEN_GAPS)
def test_parts_that_do_not_sum_to_the_gap_stop_the_stage(pipelines_dir, mutation):
    with Warehouse(pipelines_dir) as warehouse:
        warehouse.check_frames("figures", {"gaps": GAPS})
        red(
            lambda: warehouse.check_frames("figures", {"gaps": mutation(GAPS)}),
            "gap between A and B",
        )
