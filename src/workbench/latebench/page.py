"""The page of the bench in the manual, written from the table of scores and from nothing else."""

from __future__ import annotations

import io
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from workbench.core.errors import OutputBusy
from workbench.latebench.comparison_scores import TRAPS
from workbench.latebench.register import Tier

SCORES, PAGE = "scores.csv", "latebench.md"

_MAIN: Tier = "full"
_PARTS = ("duckdb", "polars", "numpy", "scipy")
_CONTENDERS = ("workbench", "pm4py", "dashboard")

_HEAD = """# LateBench: are the causes found that are there?

Twelve units over four quarters are simulated on the working-time axis with one random stream per
mechanism, so that one cause can be switched off and the *same* dossiers simulated again: what
changes is the truth, dossier by dossier and cell by cell (a cell is a unit in a quarter). Each
contender sees the register only. This page is written from `scores.csv` by `workbench latebench
--out docs/manual/latebench --page docs/manual/latebench.md [--pm4py PYTHON]`; every figure is a
median over seeds, with the lowest and highest seed in brackets.

- Injected causes, in 14 cells: late transfers on the portal, too few officers, a sudden rush,
  signing every fourth day, slow work, results recorded late. The dose is their strength.
- Traps: supplement requests at 40 % instead of 7 % (the clock stands still), harder dossiers, a
  unit with six dossiers a quarter, a channel without any effect.
- About 4.4 % are late without any injected cause.
- `workbench` is this project's clock and explain models as they stand. `dashboard` calls a cell
  red above the average late rate and blames the longest part. `pm4py` is an expert's script:
  performance graph per cell in business hours, an edge at 1.5 times the whole log named where the
  late rate is above the average; it runs in an environment of its own, on the first three seeds.

Limitations: this project wrote both the simulation and the rules that read other tools' output as
causes. Slow work lengthens a dossier's own handling but takes no more of the officer's
attention. `dashboard` and `pm4py` get the late dossiers and their resolution dates for free. Seeds
1 to 5, 11 to 30 and 7001 to 7010 are used to tune rules; those below are only reported. Waiting for
a signature and signing days count as one mechanism. A cell is true where switching its cause off
saves three late dossiers (two at 25 a cell); where it saves fewer but some, naming it is neither
right nor wrong.
"""
_DOSSIERS = """## Late dossiers: the cause named

`dominant`: of the late dossiers that an injected cause made later, the share whose dominant cause
is named rightly. `dominant half`: of those of them to which it brought at least half of the
overrun, which is the share `half share`; of the others something else is the larger part, and the
workbench names what is largest. `mixed up`: of those truly late by transfer, queue or late
recording, the share put on another of the three. `record only`: late by the click although sealed
in time.
"""
_CELLS = """## Cells: the right unit, quarter and cause
"""
_NULL = """## No injected cause: cells named all the same

Of 48 cells. `beside queue` leaves out cells named for congestion: queues do build up by chance,
and saying "overload observed" is no accusation.
"""
_TIERS = """## Worse registers

Dose {dose:g}. `finish_only`: no arrivals, no starts. `missing_arrivals`:
one in five arrival stamps missing. `date_only`: days without hours. `bulk_closing`: every finish
stamped at the end of its day. `late_clicks`: signature and seal clicked together, late; the
paper's date in two units of three. `two_causes` in each cell. `merged_unit`: a unit goes into
another in August. `open_dossiers`: seen on 15 November.
"""
_COMPARED = """## Comparisons by the workbench

`interval`: share of the cells with a cause whose interval of late dossiers beyond expectation
covers what switching it off saves: the late dossiers of this register that are on time when the
same year is simulated without it, not an average over other years; by cause below.
`attributed`: such dossiers found over those saved. `mix share`: the effect attributed to case mix,
compared with the unit's ordinary peers, over the true effect of the harder mix on the same cells
(what the unit resolved in that quarter). `whatif`: error of "had every transfer been made by the
rule" (from 15:00 on within the first hour of the next day) and "had every result been entered when
it existed", relative to a simulation of that, and the share of runs whose interval covers the
truth.
`blamed`: share of runs in which a trap was named for anything but congestion.
"""
_INTERVALS = """## Intervals by cause

`interval` of the cells into which that cause was put, two or three a run: the mean over seeds.
"""
_EVENTUAL = """## Open dossiers

Distance of the late share of the last 30 working days' dossiers from its final value (as a share):
corrected for open dossiers, and of the closed ones only.
"""


@dataclass(frozen=True)
class _ScoreTarget:
    """A figure to reach, by the median over seeds or, for shares of runs and errors, the mean."""

    measure: str
    wanted: float
    at_least: bool = True
    dose: float | None = None
    size: int | None = None
    tier: Tier = _MAIN
    by: str = "median"

    def row(self, scores: pl.DataFrame) -> list[str] | None:
        """Return at how many places the figure was reached, and the place farthest from it."""
        dose, size = pl.col("dose"), pl.col("size")
        here = scores.filter(
            pl.col("tier") == self.tier,
            pl.col("contender") == "workbench",
            pl.col("measure") == self.measure,
            dose == self.dose if self.dose is not None else dose > 0,
            size == self.size if self.size is not None else pl.lit(value=True),
        ).sort(self.by, "size", "dose", descending=[not self.at_least, False, False])
        if here.is_empty():
            return None
        reached = here.filter(
            pl.col(self.by) >= self.wanted if self.at_least else pl.col(self.by) <= self.wanted
        )
        worst = here.row(0, named=True)
        return [
            self.measure.replace("_", " "),
            f"{'at least' if self.at_least else 'at most'} {self.wanted:g}",
            f"{'yes' if reached.height == here.height else '**no**'}",
            f"{reached.height} of {here.height}",
            f"{worst[self.by]:.3f} ({worst['size']} a cell, dose {worst['dose']:g})",
        ]


_TARGETS = (
    _ScoreTarget("dominant", 0.92, dose=1.0),
    _ScoreTarget("dominant", 0.85, dose=0.6),
    _ScoreTarget("dominant", 0.75, dose=0.35),
    _ScoreTarget("mixed_up", 0.05, at_least=False),
    _ScoreTarget("record_only_precision", 0.95),
    _ScoreTarget("record_only_recall", 0.95),
    _ScoreTarget("cell_f1", 0.97, dose=1.0, size=150),
    _ScoreTarget("cell_f1", 0.90, dose=0.6, size=60),
    _ScoreTarget("cell_f1", 0.70, dose=0.35, size=25),
    _ScoreTarget("cell_precision", 0.90),
    _ScoreTarget("cells_false", 0.5, at_least=False, dose=0.0, by="mean"),
    _ScoreTarget("any_false_not_queue", 0.10, at_least=False, dose=0.0, by="mean"),
    _ScoreTarget("false_discovery", 0.12, at_least=False, by="mean"),
    _ScoreTarget("interval", 0.93, by="mean"),
    _ScoreTarget("interval", 0.97, at_least=False, by="mean"),
    _ScoreTarget("mix_share", 0.70),
    _ScoreTarget("mix_blamed", 0.05, at_least=False, by="mean"),
    _ScoreTarget("stopped_clock_blamed", 0.0, at_least=False, by="mean"),
    _ScoreTarget("whatif:transfer_same_day", 0.08, at_least=False, by="mean"),
    _ScoreTarget("whatif_held:transfer_same_day", 0.90, by="mean"),
    _ScoreTarget("eventual", 0.006, at_least=False, tier="open_dossiers", by="mean"),
)
_SHARES_OF_RUNS = ("_blamed", "whatif_held", "any_false", "eventual_held", "interval:")


def write_report(
    scores: pl.DataFrame,
    seeds: str,
    folder: Path,
    *,
    page: Path | None = None,
    others: Mapping[str, str] | None = None,
) -> Path:
    """Write ``scores.csv`` into a folder and the page, by default beside it; return the page.

    The first lines of the CSV, marked ``#``, say seeds, machine class and versions, those of
    ``others`` too (what ran in an environment of its own).

    Raises:
        OutputBusy: A file cannot be written.
    """
    text = _heading(seeds, others or {}) + scores.write_csv()
    target = page or folder / PAGE
    try:
        for path, content in ((folder / SCORES, text), (target, render(text))):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8", newline="\n")
    except OSError as problem:
        raise OutputBusy("cli.output_busy", folder=folder, reason=problem.strerror) from problem
    return target


def _heading(seeds: str, others: Mapping[str, str]) -> str:
    used = {name: version(name) for name in _PARTS} | dict(others)
    versions = ", ".join(f"{name} {number}" for name, number in used.items())
    python = ".".join(map(str, sys.version_info[:2]))
    return (
        f"# seeds: {seeds}\n"
        f"# machine: {platform.system()} {platform.machine()}\n"
        f"# versions: python {python}, {versions}\n"
    )


def render(text: str) -> str:
    """Return the page for the text of a ``scores.csv``."""
    notes = [line.removeprefix("# ") for line in text.splitlines() if line.startswith("#")]
    scores = pl.read_csv(io.StringIO(text), comment_prefix="#", schema_overrides={"size": pl.Int64})
    parts = [_HEAD, "\n".join(f"- {note}" for note in notes) + "\n", _targets(scores)]
    main = scores.filter(pl.col("tier") == _MAIN)
    given = main.filter(pl.col("dose") > 0)
    dossier_measures = (
        "dominant",
        "dominant_half",
        "half_share",
        "dominant_strict",
        "mixed_up",
        "record_only_precision",
        "record_only_recall",
    )
    parts += [_DOSSIERS, _table(given, dossier_measures)]
    parts += [
        _CELLS,
        _table(given, ("cell_precision", "cell_recall", "cell_f1", "false_discovery")),
    ]
    ours = given.filter(pl.col("contender") == "workbench")
    answers = sorted(
        {name for name in ours["measure"].to_list() if name.startswith(("whatif:", "whatif_held"))}
    )
    blamed = (f"{trap}_blamed" for trap in TRAPS.values())
    parts += [
        _COMPARED,
        _table(ours, ("interval", "attributed", "mix_share", *answers, *blamed)),
    ]
    causes = sorted({name for name in ours["measure"].to_list() if name.startswith("interval:")})
    parts += [_INTERVALS, _table(ours, tuple(causes))]
    null = main.filter(pl.col("dose") == 0)
    if null.height:
        parts += [_NULL, _table(null, ("cells_false", "cells_false_not_queue", "late_rate"))]
    hard = scores.filter(pl.col("tier") != _MAIN)
    if hard.height:
        dose = hard["dose"].max()
        measures = (
            *dossier_measures[:1],
            *dossier_measures[2:],
            "undecidable",
            "cell_precision",
            "cell_recall",
            "cell_f1",
        )
        parts += [_TIERS.format(dose=dose), _table(hard, measures)]
        shares = ("eventual", "closed_only", "eventual_held")
        opened = hard.filter(pl.col("tier") == "open_dossiers", pl.col("contender") == "workbench")
        parts += [_EVENTUAL, _table(opened, shares)] if opened.height else []
    return "\n".join(parts)


def _targets(scores: pl.DataFrame) -> str:
    title = "## Figures to reach (workbench)\n\n"
    lines = [line for target in _TARGETS if (line := target.row(scores))]
    return title + _rows(["measure", "wanted", "reached", "places", "farthest"], lines)


def _table(scores: pl.DataFrame, measures: tuple[str, ...]) -> str:
    """Lay out contenders below and measures beside each other, only those that were taken."""
    key = ["tier", "size", "dose", "contender"]
    rows = scores.filter(pl.col("measure").is_in(measures))
    taken = set(rows["measure"].to_list())
    shown = [measure for measure in measures if measure in taken]
    cells = {
        tuple(row[name] for name in (*key, "measure")): _figure(row)
        for row in rows.iter_rows(named=True)
    }
    places = sorted({name[:4] for name in cells}, key=lambda p: (*p[:3], _CONTENDERS.index(p[3])))
    lines = []
    for place in places:
        tier, size, dose, contender = place
        seeds = max(n for *at, n in rows.select(*key, "seeds").iter_rows() if (*at,) == place)
        figures = [cells.get((*place, measure), "") for measure in shown]
        lines.append([tier, str(size), f"{dose:g}", contender, str(seeds), *figures])
    names = [name.replace("_", " ") for name in shown]
    head = ["tier", "a cell", "dose", "contender", "seeds", *names]
    return _rows(head, lines)


def _figure(row: dict[str, Any]) -> str:
    """Write a share of runs by its mean, anything else by median, lowest and highest seed."""
    if any(part in row["measure"] for part in _SHARES_OF_RUNS):
        return f"{row['mean']:.2f}"
    digits = 3 if row["measure"] in ("eventual", "closed_only") else 2
    return f"{row['median']:.{digits}f} ({row['low']:.{digits}f}-{row['high']:.{digits}f})"


def _rows(head: list[str], lines: list[list[str]]) -> str:
    table = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in table) + "\n"
