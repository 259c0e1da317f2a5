"""Scores the causes on worlds by other simulators, by the columns that their logs have.

``python benches/worlds.py PYTHON PM4PY [SEED ...]``: PYTHON has SimPy and Ciw, PM4PY is a Python
with PM4Py. Writes ``docs/manual/latebench/worlds.csv`` and the page ``docs/manual/worlds.md`` from
it.
"""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

from workbench.clock import Calendar, Calendars
from workbench.core.project import shipped
from workbench.latebench.contenders import (
    ContenderAnswer,
    Workbench,
    dashboard_answer,
    workbench_answer,
)
from workbench.latebench.plan import YEAR
from workbench.latebench.pm4py_side import pm4py_answer
from workbench.latebench.register import BenchTables
from workbench.latebench.scores import score_cells, score_dossiers
from workbench.latebench.truth import BenchTruth, enough

ROOT = Path(__file__).resolve().parents[1]
MANUAL = ROOT / "docs" / "manual"
CALENDAR, ZONE = "vn_dong_thap", "Asia/Ho_Chi_Minh"
STAMP = pl.Datetime("us", "UTC")
SIZES = (25, 60, 150)
SEEDS = ("7401", "7402", "7403", "7404", "7405")
WORLDS = {"SimPy": "simpy_world.py", "Ciw": "ciw_world.py"}
NOISY = "start and end, in minutes, one start in 20 missing"
COLUMNS = {
    "arrival, start, end, unit": (),
    "no unit in steps": ("unit_id",),
    "start and end only": ("arrived_at",),
    NOISY: ("arrived_at",),
    "end only": ("arrived_at", "started_at"),
}
"""What the log of a register has: the columns of steps that it lacks."""
KINDS = ("intake", "assign", "work", "sign", "record")
GROUP = ("world", "columns", "size", "contender")
OTHERS = ("arrival, start, end, unit", "start and end only")
"""The columns with which the other contenders are scored as well."""
MEASURES = ("dominant", "cell_f1", "cell_precision", "cells_false_not_queue")

PAGE = """# Worlds by other simulators

Two worlds that share nothing with LateBench, each with the queues of another package:

- **SimPy**: nine offices in [SimPy](https://simpy.readthedocs.io); lognormal and gamma times, every
  second officer away on Friday afternoons, one signer a unit.
- **Ciw**: ten offices in [Ciw](https://ciw.readthedocs.io); heavy-tailed times, fewer officers of
  an afternoon, lags between all steps, one office whose officers work on several dossiers at once
  (processor sharing), one that takes dossiers in random order, one with a quarter of the dossiers.

In the second and third quarter transfers lie at one unit, one has too few officers, one works
slowly, one signs every fourth day (Ciw: fifth); the same year, with the same draws, is run again
without each, and what that changes is the truth, dossier by dossier. A queue that would not be but
for slow work is slow work. `python benches/worlds.py PYTHON PM4PY` writes this page, PYTHON having
SimPy and Ciw. Seeds {seeds} were used for nothing before; rules were developed on 101, 102 and 7301
to 7303.

Measured before usual work was taken from all quarters that are not slow, and before causes were
shared by time (see the changelog); not yet measured anew.

`dominant`: of the late dossiers that something wrong made later, the share put down to it, the
coarser name `handover` being right for a transfer and a queue. `cell f1`: the right unit, quarter
and cause; `cells false not queue`: named though nothing is wrong there, overload apart, a
year. `dashboard` calls red what is above the average and blames the longest part; `pm4py` is the
expert's script of [LateBench](latebench.md), and speaks of cells only. `size` is dossiers a quarter
and unit. Medians over {n} seeds, lowest and highest in brackets; the worse world first.

{table}

## Figures to reach (workbench, medians)

| columns | measure | wanted at 150 and 60 | reached |
| --- | --- | --- | --- |
{targets}

What is missed:

- Of a unit with a long queue in one quarter, the queue of the quarters beside it often is not named
  in a log with arrivals: its other quarters are part of what it is compared with.
- Officers who work on several dossiers at once need longer for each, though no longer in sum. When
  this was measured, such a unit could be named for slow handling (Ciw, processor sharing). Now it
  is overloaded where the log has holders, who have twice the usual number begun. Where all units
  work so, healthy ones are still named for slow handling: in four of
  eight registers of `tests/models/other_world.py` with one overloaded unit (before: in one), in two
  of eight with none (before: in two). In eight where none, or that unit alone, works so: never.
- Without arrivals a transfer shows where its officer meanwhile took up later ones at once; of the
  transfers of a unit with little work many stay unexplained: its cell is named, not each dossier.
- A log of ends alone does not distinguish work from waiting: most stays unexplained.
- Smaller doses are not measured here, and Kronos, whose program is not part of this project, is
  compared on its own published logs alone (`tests/reference/test_waiting.py`).
"""
TARGETS = {
    "arrival, start, end, unit": (0.95, 0.95, 0.3),
    "no unit in steps": (0.93, 0.92, 0.3),
    "start and end only": (0.85, 0.85, 0.5),
    "end only": (None, None, 0.3),
}
"""Wanted by column set: dominant and cell F1 at least, false cells at most."""


def instants(seconds: pl.Series, calendar: Calendar) -> pl.Series:
    """Return working seconds of the world as stamps of the year."""
    first = int(calendar.w(np.array([_new_year()]))[0])
    whole = np.ceil(seconds.to_numpy()).astype(np.int64) + first + 1
    return (
        pl.Series(calendar.instant(whole) * 1_000_000)
        .cast(pl.Datetime("us"))
        .dt.replace_time_zone("UTC")
    )


def _new_year() -> int:
    return int(np.datetime64(f"{YEAR}-01-03", "s").astype(np.int64))


def register(folder: Path, calendar: Calendar, columns: str) -> BenchTables:
    """Return the clean tables of a world whose log lacks some columns."""
    missing = COLUMNS[columns]
    world = pl.read_csv(folder / "dossiers.csv")
    unit = pl.format("U{}", pl.col("unit"))
    received = instants(world["received"], calendar)
    empty = {
        pl.String: (
            "field_of_work",
            "channel_out",
            "service_level",
            "applicant_kind",
            "late_reason",
            "lateness_excluded",
            "due_first_from",
            "term_unit",
        ),
        STAMP: ("submitted_at", "due_first_at", "returned_at", "reported_end_at"),
        pl.Date: ("paper_result_on",),
        pl.Boolean: ("processed_online",),
        pl.Int64: ("term_value",),
    }
    dossiers = world.select(
        pl.col("dossier").alias("dossier_id"),
        unit.alias("unit_id"),
        pl.col("procedure").alias("procedure_id"),
        received.alias("received_at"),
        received.dt.convert_time_zone(ZONE).dt.date().alias("received_on"),
        instants(world["due"] - 2, calendar).alias("due_at"),
        instants(world["ended"], calendar).alias("resolved_at"),
        pl.lit("simpy").alias("source"),
        pl.lit("counter").alias("channel_in"),
        pl.lit("resolved").alias("status"),
        pl.lit(CALENDAR).alias("calendar_id"),
        pl.lit(ZONE).alias("time_zone"),
        pl.int_range(pl.len()).alias("source_row"),
        *(pl.lit(None, kind).alias(n) for kind, names in empty.items() for n in names),
    ).with_columns(snapshot_at=pl.col("resolved_at").max() + pl.duration(days=60))
    log = pl.read_csv(folder / "steps.csv")
    steps = log.select(
        pl.col("dossier").alias("dossier_id"),
        pl.format("U{}-{}", "unit", "officer").alias("holder_id"),
        unit.alias("unit_id"),
        (pl.int_range(pl.len()).over("dossier") + 1).cast(pl.Int64).alias("step_no"),
        pl.col("step"),
        pl.col("step").alias("step_kind"),
        *(
            instants(log[name], calendar).alias(f"{name}_at")
            for name in ("arrived", "started", "finished")
        ),
        pl.lit(None, pl.Int64).alias("norm_seconds"),
        pl.lit(None, STAMP).alias("step_due_at"),
    )
    steps = steps.with_columns(pl.lit(None, steps.schema[name]).alias(name) for name in missing)
    if columns == NOISY:
        steps = steps.with_columns(
            pl.when(pl.int_range(pl.len()) % 20 > 0).then(pl.col("started_at").dt.truncate("1m")),
            pl.col("finished_at").dt.truncate("1m"),
        )
    pauses = pl.DataFrame(
        schema={
            "dossier_id": pl.String,
            "pause_no": pl.Int64,
            "reason": pl.String,
            "paused_at": STAMP,
            "resumed_at": STAMP,
        }
    )
    return BenchTables(dossiers, steps.sort("dossier_id", "step_no"), pauses)


def truth_of(folder: Path, tables: BenchTables, size: int) -> BenchTruth:
    """Return what the world itself says of its late dossiers, in the form that is scored."""
    quarter = pl.format(
        "{}-Q{}", pl.col("resolved_at").dt.year(), pl.col("resolved_at").dt.quarter()
    )
    known = pl.read_csv(folder / "truth.csv").join(
        tables.dossiers.select("dossier_id", "unit_id", quarter.alias("period")),
        left_on="dossier",
        right_on="dossier_id",
    )
    cells = (
        known.filter(pl.col("cause") != "none")
        .group_by("unit_id", "period", "cause")
        .agg(pl.col("spared").sum().alias("n_saved"))
        .filter(pl.col("n_saved") > 0)
        .with_columns((pl.col("n_saved") >= enough(size)).alias("is_true"))
    )
    late = known.select(pl.col("dossier").alias("dossier_id"), "unit_id", "period", "cause")
    none = pl.DataFrame()
    return BenchTruth(late, cells, none, {}, none, 0.0)


def scores_of(truth: BenchTruth, answer: ContenderAnswer) -> dict[str, float]:
    """Return the measures of one contender."""
    scores = score_cells(truth, answer.cells)
    return scores if answer.dossiers is None else scores | score_dossiers(truth, answer.dossiers)


def measure(python: str, pm4py: Path, seeds: list[str]) -> list[dict[str, object]]:
    """Run every world and return a row per world, column set and contender."""
    facts = shipped()
    calendar = Calendars.read(facts.reference / "calendars")[CALENDAR]
    bench, rows = Workbench(facts, threads=2), []
    with TemporaryDirectory() as home:
        for (world, script), size, seed in product(WORLDS.items(), SIZES, seeds):
            folder = Path(home) / f"{world}-{size}-{seed}"
            made = [python, str(ROOT / "benches" / script), seed, str(size), str(folder)]
            subprocess.run(made, check=True)  # noqa: S603
            for columns in COLUMNS:
                tables = register(folder, calendar, columns)
                analysis, truth = bench.analyse(tables), truth_of(folder, tables, size)
                answers = {"workbench": workbench_answer(analysis)}
                if columns in OTHERS:
                    answers["dashboard"] = dashboard_answer(analysis)
                    answers["pm4py"] = pm4py_answer(pm4py, tables, analysis)
                for contender, answer in answers.items():
                    scores = scores_of(truth, answer)
                    rows.append(
                        {
                            "world": world,
                            "columns": columns,
                            "size": size,
                            "seed": seed,
                            "contender": contender,
                            "n_late": truth.dossiers.height,
                        }
                        | {m: round(scores[m], 3) if m in scores else "" for m in MEASURES}
                    )
                    print(rows[-1], flush=True)
    return rows


def page(rows: list[dict[str, str]]) -> str:
    """Write the page from the rows of ``worlds.csv``."""
    heads = (*GROUP, *(m.replace("_", " ") for m in MEASURES))
    lines = [f"| {' | '.join(heads)} |", "|" + " --- |" * len(heads)]
    groups: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in GROUP), []).append(row)
    own = [r for r in rows if r["contender"] == "workbench"]
    worst = {w: median(float(r["cell_f1"]) for r in own if r["world"] == w) for w in WORLDS}
    for group, here in sorted(groups.items(), key=lambda item: worst[item[0][0]]):
        cells = [_spread([float(r[name]) for r in here if r[name]]) for name in MEASURES]
        lines.append(f"| {' | '.join((*group, *cells))} |")
    seeds = sorted({r["seed"] for r in rows})
    return PAGE.format(
        seeds=f"{seeds[0]} to {seeds[-1]}",
        n=len(seeds),
        table="\n".join(lines),
        targets="\n".join(_targets(own)),
    )


def _targets(own: list[dict[str, str]]) -> Iterator[str]:
    """Yield a row per target: of the worlds and sizes that count, how many reach it."""
    for columns, wanted in TARGETS.items():
        for name, bound in zip(("dominant", "cell_f1", MEASURES[-1]), wanted, strict=True):
            if bound is None:
                continue
            reached, far = [], []
            for world, size in product(WORLDS, ("60", "150")):
                here = [
                    float(r[name])
                    for r in own
                    if (r["world"], r["columns"], r["size"]) == (world, columns, size) and r[name]
                ]
                if here:
                    value = median(here)
                    reached.append(value <= bound if name == MEASURES[-1] else value >= bound)
                    far.append(f"{world} {size}: {value:.2f}")
            sign = "at most" if name == MEASURES[-1] else "at least"
            outcome = f"{sum(reached)} of {len(reached)} ({', '.join(far)})"
            yield f"| {columns} | {name.replace('_', ' ')} | {sign} {bound} | {outcome} |"


def _spread(values: list[float]) -> str:
    return f"{median(values):.2f} ({min(values):.2f}-{max(values):.2f})" if values else ""


def main() -> None:
    """Measure where a Python is given, and write the page from the scores."""
    path = MANUAL / "latebench" / "worlds.csv"
    if len(sys.argv) > 1:
        rows = measure(sys.argv[1], Path(sys.argv[2]), sys.argv[3:] or list(SEEDS))
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            table.writeheader()
            table.writerows(rows)
    with path.open(encoding="utf-8", newline="") as file:
        (MANUAL / "worlds.md").write_text(page(list(csv.DictReader(file))), encoding="utf-8")


if __name__ == "__main__":
    main()
