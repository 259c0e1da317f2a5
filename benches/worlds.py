"""Scores the causes on worlds by other simulators, by the columns that their logs have.

``python benches/worlds.py WORLD SIZE DOSE SEED PYTHON [PM4PY]``: PYTHON has SimPy and Ciw, PM4PY is
a Python with PM4Py. Puts this run into ``docs/manual/latebench/worlds.csv`` beside those that are
there; without arguments writes the page ``docs/manual/worlds.md`` from it.
"""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Iterator
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
WORLDS = {"SimPy": "simpy_world.py", "Ciw": "ciw_world.py"}
EVENTS = "event instants"
COLUMNS = {
    "arrival, start, end, unit": (),
    "no unit in steps": ("unit_id",),
    "start and end only": ("arrived_at",),
    EVENTS: ("arrived_at",),
    "end only": ("arrived_at", "started_at"),
}
"""What the log of a register has: the columns of steps that it lacks. Events are instants: of work
its begin and its end, of other steps one click, which the profile states (``instant_steps``)."""
KINDS = ("intake", "assign", "work", "sign", "record")
GROUP = ("world", "columns", "size", "dose", "contender")
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
for slow work is slow work. `dose` is how much is wrong: the share of transfers that lie and of days
without enough officers, how much slower work is, how far signing days lie apart.

Measured on 1 December 2026 on seeds 8601 to 8603, which were used for nothing else, with the rules
of the commit "Judge quarters out of line by their own year too"; since then work without holders
changed alone, and every log here has holders. Rules were developed on 101, 102, 7301 to 7303 and
9001 to 9005.
`python benches/worlds.py` adds a run, and without arguments writes this page.

`dominant`: of the late dossiers that something wrong made later, the share put down to it, the
coarser name `handover` being right for a transfer and a queue. `cell f1`: the right unit, quarter
and cause; `cells false not queue`: named though nothing is wrong there, overload apart, a year.
`dashboard` calls red what is above the average and blames the longest part; `pm4py` is the expert's
script of [LateBench](latebench.md), speaks of cells only, and ran on seed 8501 alone, with all
columns. `size` is dossiers a quarter and unit; `event instants` are the begin and the end of work
and one click of each other step. At dose 0 nothing is wrong in Ciw; in SimPy one unit still signs
once a day, which is its truth. Medians over the seeds, lowest and highest in brackets; the worse
world first.

{table}

## Figures to reach (workbench, medians)

| columns | dose | measure | wanted | reached |
| --- | --- | --- | --- | --- |
{targets}

What is missed:

- Two or three seeds a world and dose: there was no time for ten. A target missed or reached by a
  tenth may be the other way round with more seeds.
- Of a unit with a long queue in one quarter, the queue of the quarters beside it often is not named
  in a log with arrivals: its other quarters are part of what is known of how queues vary. Laws
  without the unit's own quarters showed no gain on LateBench's tuning seeds (150 a cell, dose 1:
  142 of 161 sick cells and 3 false ones in eight runs, as they are 104 of 119 and 1 in six).
- Without holders it is not known how many dossiers an officer has in work at once: which
  names are given then, and what has no cause, stands at the end of this page.
- Without arrivals a transfer shows where its officer meanwhile took up later ones at once; of the
  transfers of a unit with little work many stay unexplained: its cell is named, not each dossier.
- A log of ends alone does not distinguish work from waiting: most stays unexplained.
- Harder mixes, stopped clocks and clicks at the end are traps of [LateBench](latebench.md) alone.
  Here the traps are units with a quarter of the dossiers, with dossiers in random order and with
  several dossiers in work at once (Ciw): they count among the cells that are named falsely.
- Kronos, whose program is not part of this project, is compared on its own published logs alone
  (`tests/reference/test_waiting.py`).

## What a register of 25 dossiers a quarter can show

At dose 0.35 a Ciw register of 25 has one true cell or two, in the middle with two dossiers saved
(seeds 9001 to 9004: 4, 2, 2, 2). Of each 0.05 late dossiers are usual, so that two have a chance of
0.003; among some 240 cells and causes a q-value of 0.10 needs about 0.0004. Two dossiers cannot be
named by any test that keeps to that, three can (0.00002): F1 is 0 or 1 by what the seed brings.

LateBench's tuning seeds 11 to 24 say the same. Its oracle knows what healthy cells have of each
cause and how they vary (the same years with nothing put in), or even how many dossiers each cell
would have spared; it names what passes q 0.10 and exceeds what is usual by one dossier.

| a cell, dose | wanted | workbench | false | oracle | false | oracle that knows the saved | false |
| --- | --- | --- | --- | --- | --- | --- | --- |
| 25, 0.35 | 0.74 | 0.59 (23 of 62) | 0 | 0.67 (36 of 62) | 3 | 0.70 (39 of 62) | 0 |
| 25, 0.6 |  | 0.80 (81 of 121) | 1 | 0.88 (94 of 121) | 2 | 0.89 (95 of 121) | 0 |
| 60, 0.6 | 0.88 | 0.84 (108 of 154) | 0 | 0.92 (131 of 154) | 5 | 0.91 (127 of 154) | 0 |

Cell F1, median of runs; true cells named of all; false cells of all runs. At 25 and 0.35 what is
wanted lies above what even that knowledge gives. Missed there are mostly queues, and transfers
whose 99 % limits hold zero. Limits at 98 % give 0.86, not 0.83, at 60 and 0.6, and 0.94, not 0.93,
at 150 and 1 (seeds 11 to 16), but of drawn registers (`benches/cells.py`, 60 of each kind) 5 %, not
3 %, get a false name at a correlation of 0.02 and 7 %, not 5 %, where a quarter is bad for all, and
limits of correlated cells, which hold too little, would hold less: not taken.

## Officers with several dossiers in work at once

Registers of `tests/models/other_world.py` (12 units, 60 dossiers a quarter, lognormal times) in
which officers divide their time among all dossiers that they have begun; runs of eight in which a
healthy unit is named for anything but overload, before and after a dossier's work is judged by its
own share of its officer's time. Seeds 4101 and 11 to 17 were looked at while the rule was made, 21
to 28 only afterwards.

| who works so | what is wrong | before | now | fresh seeds |
| --- | --- | --- | --- | --- |
| all units | nothing | 2 of 8 | 0 of 8 | 0 of 8 |
| all units | one unit has too few officers | 4 of 8 | 0 of 8 | 0 of 8 |
| all units | one unit is slow | 2 of 8 | 0 of 8 | 0 of 8 |
| six of twelve | nothing | 2 of 8 | 0 of 8 | not run |
| six of twelve | one of them has too few officers | 6 of 8 | 0 of 8 | 1 of 8 |
| one unit | it has too few officers | 1 of 8 | 0 of 8 | not run |

Of the eight fresh registers with a slow unit among units that all work so, it is named in five; of
one register, in which it was named in two quarters before, it is not named any more.

## The same registers without holders

The same officers, in logs that do not say who worked on a dossier: seeds 31 to 38, of which none
was looked at before. Of the unit with the fault, the share of its late dossiers that is put down to
slow handling and to overload (mean of eight runs), and the runs in which a healthy unit is named
for anything but overload, before and after slow work must show in the unit's throughput. All were
measured before the last change of that rule: in seed 31, with nothing wrong, a unit's stock grew by
chance, and it was named while its throughput refuted slow work. Run again since, seed 31 names no
unit; the fresh seeds 61 to 66 and 71 to 78 name none either, but named none before, so that they
show no harm, not a gain.

| who works so | what is wrong | slow before | slow now | overload | healthy before | now |
| --- | --- | --- | --- | --- | --- | --- |
| all units | nothing |  |  |  | 0 of 8 | 1 of 8 |
| all units | one unit has too few officers | 0.99 | 0.00 | 0.99 | 2 of 8 | 1 of 8 |
| six of twelve | one of them has too few officers | 0.99 | 0.00 | 0.99 | 1 of 8 | 0 of 8 |
| one unit | it has too few officers | 0.99 | 0.00 | 0.99 | 0 of 8 | 0 of 8 |
| none | one unit is slow | 0.89 | 0.86 |  | 0 of 8 | 0 of 8 |

Of twelve slow units among units that all work so (seeds 1 to 6, 61 to 66) three are named, before
this change four; where no one works so all six of seeds 61 to 66, before and now. On seeds 1 to 4
an overloaded one was named for slow handling in 12 of 12 registers at first, and in none now.
"""
TARGETS = {
    "arrival, start, end, unit": ((0.95, 0.90, 0.78), (0.95, 0.88, 0.74), 0.3),
    "no unit in steps": ((0.93, 0.88, 0.76), (0.92, 0.85, 0.71), 0.3),
    "start and end only": ((0.85, 0.78, 0.65), (0.85, 0.75, 0.60), 0.5),
    EVENTS: ((0.80, 0.72, 0.60), (0.80, 0.70, 0.55), 0.5),
    "end only": (None, None, 0.3),
}
"""Wanted by column set: dominant and cell F1 at least, at dose 1, 0.6 and 0.35; false cells at
most."""


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
    if columns == EVENTS:
        is_click = pl.col("step_kind") != "work"
        steps = steps.with_columns(
            started_at=pl.when(is_click).then("finished_at").otherwise("started_at")
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


def measure(
    world: str, size: str, dose: str, seed: str, python: str, pm4py: Path | None
) -> list[dict[str, object]]:
    """Run one world and return a row per column set and contender."""
    facts = shipped()
    calendar = Calendars.read(facts.reference / "calendars")[CALENDAR]
    bench, rows = Workbench(facts, threads=1), []
    with TemporaryDirectory() as home:
        folder = Path(home)
        command = [python, str(ROOT / "benches" / WORLDS[world]), seed, size, dose, str(folder)]
        subprocess.run(command, check=True)  # noqa: S603
        for columns, missing in COLUMNS.items():
            tables = register(folder, calendar, columns)
            analysis, truth = bench.analyse(tables), truth_of(folder, tables, int(size))
            answers = {"workbench": workbench_answer(analysis)}
            if columns in OTHERS:
                answers["dashboard"] = dashboard_answer(analysis)
                if pm4py and not missing:
                    answers["pm4py"] = pm4py_answer(pm4py, tables, analysis)
            for contender, answer in answers.items():
                scores = scores_of(truth, answer)
                key = (world, columns, size, dose, contender, seed, truth.dossiers.height)
                rows.append(
                    dict(zip((*GROUP, "seed", "n_late"), key, strict=True))
                    | {m: round(scores[m], 3) if m in scores else "" for m in MEASURES}
                )
    return rows


def page(rows: list[dict[str, str]]) -> str:
    """Write the page from the rows of ``worlds.csv``."""
    heads = (*GROUP, "seeds", *(m.replace("_", " ") for m in MEASURES))
    lines = [f"| {' | '.join(heads)} |", "|" + " --- |" * len(heads)]
    groups: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in GROUP), []).append(row)
    runs = [r for r in rows if r["contender"] == "workbench"]
    worst = {
        w: median(float(r["cell_f1"]) for r in runs if r["world"] == w and r["cell_f1"])
        for w in WORLDS
    }
    for group, here in sorted(groups.items(), key=lambda item: (worst[item[0][0]], item[0])):
        cells = [_spread([float(r[name]) for r in here if r[name]]) for name in MEASURES]
        lines.append(f"| {' | '.join((*group, str(len(here)), *cells))} |")
    return PAGE.format(table="\n".join(lines), targets="\n".join(_targets(runs)))


def _targets(runs: list[dict[str, str]]) -> Iterator[str]:
    """Yield a row per target: of the worlds, how many reach it, and how far they are."""
    for columns, (dominant, f1, false) in TARGETS.items():
        for place, dose in enumerate(("1", "0.6", "0.35")):
            bounds = (dominant and dominant[place], f1 and f1[place], false)
            for name, bound in zip(("dominant", "cell_f1", MEASURES[-1]), bounds, strict=True):
                here = [r for r in runs if (r["columns"], r["dose"]) == (columns, dose) and r[name]]
                if bound is not None and here:
                    yield f"| {columns} | {dose} | {_reached(name, bound, here)} |"


def _reached(name: str, bound: float, rows: list[dict[str, str]]) -> str:
    values = {
        f"{world} {size}": median(float(r[name]) for r in rows if (r["world"], r["size"]) == place)
        for place in sorted({(r["world"], r["size"]) for r in rows})
        for world, size in [place]
    }
    is_least = name != MEASURES[-1]
    reached = [v >= bound if is_least else v <= bound for v in values.values()]
    places = ", ".join(f"{place}: {value:.2f}" for place, value in values.items())
    sign = "at least" if is_least else "at most"
    outcome = f"{sum(reached)} of {len(reached)} ({places})"
    return f"{name.replace('_', ' ')} | {sign} {bound} | {outcome}"


def _spread(values: list[float]) -> str:
    return f"{median(values):.2f} ({min(values):.2f}-{max(values):.2f})" if values else ""


def main() -> None:
    """Add one run to the scores, or write the page from them."""
    path = MANUAL / "latebench" / "worlds.csv"
    if len(sys.argv) > 1:
        *run, python = sys.argv[1:6]
        rows = measure(*run, python, Path(sys.argv[6]) if len(sys.argv) > 6 else None)
        is_new = not path.exists()
        with path.open("a", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            if is_new:
                table.writeheader()
            table.writerows(rows)
        return
    with path.open(encoding="utf-8", newline="") as file:
        (MANUAL / "worlds.md").write_text(page(list(csv.DictReader(file))), encoding="utf-8")


if __name__ == "__main__":
    main()
