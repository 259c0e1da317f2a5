"""The page of the bench in the manual, written from the table of scores and from nothing else."""

from __future__ import annotations

import io
import platform
import sys
from importlib.metadata import version
from pathlib import Path

import polars as pl

from workbench.errors import OutputBusy
from workbench.latebench.register import Tier

SCORES, PAGE = "scores.csv", "latebench.md"

_MAIN: Tier = "full"
_PARTS = ("duckdb", "polars", "numpy", "scipy")
_CONTENDERS = ("workbench", "pm4py", "dashboard")

_HEAD = """# LateBench: are the causes found that are there?

Twelve units over four quarters are lived on the working-time axis with one random stream per
mechanism, so that one cause can be switched off and the *same* dossiers lived again: what that
changes is the truth, dossier by dossier and cell by cell (a cell is a unit in a quarter). Each
contender sees the register only. This page is written by `workbench latebench` from `scores.csv`;
every figure is a median over seeds, with the lowest and highest seed in brackets.

- Put in, in 14 cells: transfers left lying on the portal, too few officers, a sudden rush,
  signing every fourth day, slow work, results recorded late. The dose is their strength.
- Traps: supplement requests at 40 % instead of 7 % (the clock stands still), harder dossiers, a
  unit with six dossiers a quarter, a channel without any effect.
- About 4.4 % are late with nothing put in.
- `workbench` is this project's clock and explain models as they stand. `dashboard` calls a cell
  red above the average late rate and blames the longest part. `pm4py` is an expert's script:
  performance graph per cell in business hours, an edge at 1.5 times the whole log named where the
  late rate is above the average; it runs in an environment of its own.

To be said against it: the world, and the reading of other tools' output as causes, are this
project's own. Slow work lengthens a dossier's own handling but takes no more of the officer's
attention. `dashboard` and `pm4py` are told for nothing which dossiers are late and when they were
resolved. Seeds 1 to 5 are those on which rules are tuned; 1001 to 1010 are reported and never
tuned on. Waiting for a signature and signing days count as one mechanism. A cell is true where
switching its cause off saves three late dossiers (two at 25 a cell); where it saves fewer but some,
naming it is neither right nor wrong.
"""
_DOSSIERS = """## Late dossiers: the cause named

`dominant`: of the late dossiers that an injected cause made later, the share whose dominant cause
is named rightly. `mixed up`: of those truly late by transfer, queue or late recording, the share
put on another of the three. `record only`: late by the click although sealed in time.
"""
_CELLS = """## Cells: the right unit, quarter and cause
"""
_NULL = """## Nothing put in: cells named all the same

Of 48 cells. `beside queue` leaves out cells named for congestion: queues do build up by chance,
and saying "overload observed" is no accusation.
"""
_TIERS = """## Worse registers

{size} dossiers a cell, dose {dose:g}. `finish_only`: no arrivals, no starts. `missing_arrivals`:
one in five arrival stamps missing. `date_only`: days without hours. `bulk_closing`: every finish
stamped at the end of its day. `late_clicks`: signature and seal clicked together, late; the
paper's date in two units of three. `two_causes` in each cell. `merged_unit`: a unit goes into
another in August. `open_dossiers`: seen on 15 November.
"""
_TARGETS = (
    ("dominant", 1.0, None, 0.92, "at least"),
    ("dominant", 0.6, None, 0.85, "at least"),
    ("dominant", 0.35, None, 0.75, "at least"),
    ("mixed_up", None, None, 0.05, "at most"),
    ("record_only_precision", None, None, 0.95, "at least"),
    ("record_only_recall", None, None, 0.95, "at least"),
    ("cell_f1", 1.0, 150, 0.97, "at least"),
    ("cell_f1", 0.6, 60, 0.90, "at least"),
    ("cell_f1", 0.35, 25, 0.70, "at least"),
    ("cell_precision", None, None, 0.90, "at least"),
    ("cells_false", 0.0, None, 0.5, "at most"),
    ("any_false_not_queue", 0.0, None, 0.10, "at most"),
    ("false_discovery", None, None, 0.12, "at most"),
)
"""Measure, dose, size, figure to reach; means over seeds for the last four, else medians."""
_BY_MEAN = {"cells_false", "any_false_not_queue", "false_discovery"}


def write_report(scores: pl.DataFrame, seeds: str, folder: Path, page: Path | None = None) -> Path:
    """Write ``scores.csv`` into a folder and the page, beside it or where said; return the page.

    The first lines of the CSV, marked ``#``, say seeds, machine class and versions.

    Raises:
        OutputBusy: A file cannot be written.
    """
    text = _heading(seeds) + scores.write_csv()
    target = page or folder / PAGE
    try:
        for path, content in ((folder / SCORES, text), (target, render(text))):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8", newline="\n")
    except OSError as problem:
        raise OutputBusy("cli.output_busy", folder=folder, reason=problem.strerror) from problem
    return target


def _heading(seeds: str) -> str:
    versions = ", ".join(f"{name} {version(name)}" for name in _PARTS)
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
    named = (
        "dominant",
        "dominant_strict",
        "mixed_up",
        "record_only_precision",
        "record_only_recall",
    )
    parts += [_DOSSIERS, _table(given, named)]
    parts += [
        _CELLS,
        _table(given, ("cell_precision", "cell_recall", "cell_f1", "false_discovery")),
    ]
    null = main.filter(pl.col("dose") == 0)
    if null.height:
        parts += [_NULL, _table(null, ("cells_false", "cells_false_not_queue", "late_rate"))]
    hard = scores.filter(pl.col("tier") != _MAIN)
    if hard.height:
        size, dose = hard.select("size", "dose").row(0)
        measures = (
            *named[:1],
            *named[2:],
            "undecidable",
            "cell_precision",
            "cell_recall",
            "cell_f1",
        )
        parts += [_TIERS.format(size=size, dose=dose), _table(hard, measures)]
    return "\n".join(parts)


def _targets(scores: pl.DataFrame) -> str:
    own = scores.filter(pl.col("tier") == _MAIN, pl.col("contender") == "workbench")
    lines = []
    for measure, dose, size, figure, side in _TARGETS:
        rows = own.filter(
            pl.col("measure") == measure,
            pl.col("dose") == dose if dose is not None else pl.col("dose") > 0,
            pl.col("size") == size if size is not None else pl.lit(value=True),
        )
        column = "mean" if measure in _BY_MEAN else "median"
        for row in rows.sort("size", "dose").iter_rows(named=True):
            value = row[column]
            reached = value >= figure if side == "at least" else value <= figure
            place = f"{row['size']} a cell, dose {row['dose']:g}"
            lines.append(
                [
                    measure,
                    place,
                    f"{side} {figure:g}",
                    f"{value:.3f}",
                    "yes" if reached else "**no**",
                ]
            )
    title = "## Figures to reach (workbench, main tier)\n\n"
    return title + _rows(["measure", "where", "wanted", "found", "reached"], lines)


def _table(scores: pl.DataFrame, measures: tuple[str, ...]) -> str:
    """Lay out contenders below and measures beside each other, only those that were taken."""
    key = ["tier", "size", "dose", "contender"]
    kept = scores.filter(pl.col("measure").is_in(measures))
    taken = set(kept["measure"].to_list())
    shown = [measure for measure in measures if measure in taken]
    cells = {
        (*row[:4], row[4]): f"{row[5]:.2f} ({row[6]:.2f}-{row[7]:.2f})"
        for row in kept.select(*key, "measure", "median", "low", "high").iter_rows()
    }
    places = sorted({name[:4] for name in cells}, key=lambda p: (*p[:3], _CONTENDERS.index(p[3])))
    lines = [
        [
            place[0],
            str(place[1]),
            f"{place[2]:g}",
            place[3],
            *(cells.get((*place, m), "") for m in shown),
        ]
        for place in places
    ]
    head = ["tier", "a cell", "dose", "contender", *(name.replace("_", " ") for name in shown)]
    return _rows(head, lines)


def _rows(head: list[str], lines: list[list[str]]) -> str:
    table = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in table) + "\n"
