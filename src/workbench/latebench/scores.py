"""Scores of a contender on one run: its answers compared with the truth, measure by measure.

A signature that waits for the leader's next session is the same mechanism under two names here
(``signature_wait``, ``batching``); ``dominant_strict`` counts only the finer one. Measures whose
denominator is empty are left out, never scored.
"""

from __future__ import annotations

import polars as pl

from workbench.latebench.contenders import ContenderAnswer
from workbench.latebench.plan import YEAR
from workbench.latebench.truth import NONE, BenchTruth

SAME = {"signature_wait": "batching"}
"""Causes that name the same mechanism in this world."""

COARSER, FINER = "handover", ("portal_transfer", "queue")
"""A log without arrivals does not show which of the finer causes it was. There, and in no other
log, the coarser name is given, and it is right for each of them."""
CONGESTION = "queue"
_MIXED_UP = ("portal_transfer", "queue", "record_lag")
_CELL = ["unit_id", "period", "cause"]

Scores = dict[str, float]


def score(truth: BenchTruth, answer: ContenderAnswer) -> Scores:
    """Return every measure that can be taken of an answer."""
    scores = score_cells(truth, answer.cells)
    if answer.dossiers is not None:
        scores |= score_dossiers(truth, answer.dossiers)
        scores |= _score_largest(truth, answer.dossiers)
        if "reality" in answer.dossiers.columns:
            scores |= _score_reality(truth, answer.dossiers)
    return scores


def beside(truth: BenchTruth, dossiers: pl.DataFrame) -> pl.DataFrame:
    """Return the truth of each late dossier beside the contender's answer.

    ``answer`` is the cause named, after merging mechanisms with two names and replacing a coarser
    name that is right by the finer one; ``strict_answer`` is the cause as named.
    """
    answers = dossiers.with_columns(
        pl.col("cause").replace(SAME).alias("answer"), pl.col("cause").alias("strict_answer")
    ).drop("cause")
    rows = truth.dossiers.join(answers, on="dossier_id", how="left").sort("dossier_id")
    is_coarser = (pl.col("answer") == COARSER) & pl.col("cause").is_in(FINER)
    return rows.with_columns(pl.when(is_coarser).then("cause").otherwise("answer").alias("answer"))


def score_dossiers(truth: BenchTruth, dossiers: pl.DataFrame) -> Scores:
    """Score the dominant cause of the late dossiers that an injected cause made later.

    Returns:
        ``dominant`` (share named rightly), ``dominant:<cause>`` by true cause, ``mixed_up``: of
        those truly late by transfer, queue or late recording, the share put on another of these.
    """
    caused = beside(truth, dossiers).filter(pl.col("cause") != NONE)
    scores: Scores = {}
    if caused.height:
        scores["dominant"] = _share(caused, pl.col("answer") == pl.col("cause"))
        scores["dominant_strict"] = _share(caused, pl.col("strict_answer") == pl.col("cause"))
    for cause in caused["cause"].unique().sort():
        rows = caused.filter(pl.col("cause") == cause)
        scores[f"dominant:{cause}"] = _share(rows, pl.col("answer") == cause)
    three = caused.filter(pl.col("cause").is_in(_MIXED_UP))
    if three.height:
        wrong = pl.col("answer").is_in(_MIXED_UP) & (pl.col("answer") != pl.col("cause"))
        scores["mixed_up"] = _share(three, wrong)
    return scores


def _score_largest(truth: BenchTruth, dossiers: pl.DataFrame) -> Scores:
    """Score the dossiers of which the injected cause brought at least half of the overrun.

    Of the others something else is the larger part, and a rule that names the largest says so.

    Returns:
        ``dominant_half`` (share named rightly) and ``half_share`` (they are of all made later).
    """
    caused = beside(truth, dossiers).filter(pl.col("cause") != NONE)
    half = caused.filter(2 * pl.col("avoidable_seconds") >= pl.col("overrun_seconds"))
    if half.is_empty():
        return {}
    return {
        "dominant_half": _share(half, pl.col("answer") == pl.col("cause")),
        "half_share": half.height / caused.height,
    }


def _score_reality(truth: BenchTruth, dossiers: pl.DataFrame) -> Scores:
    """Score who is called late only on record: in time on paper, late by the click.

    Returns:
        ``record_only_precision`` and ``_recall`` where a second date exists; where none does,
        ``undecidable`` is the share that is called so. Signed in time and sealed after closing by
        ordinary handling is neither right nor wrong.
    """
    rows = beside(truth, dossiers).filter(pl.col("record_only").is_not_null())
    dated = rows.filter("has_second_source")
    called = pl.col("reality") == "record_only"
    scores: Scores = {}
    if (positives := dated.filter(called)).height:
        scores["record_only_precision"] = _share(positives, pl.col("record_only"))
    if (only := dated.filter("record_only")).height:
        scores["record_only_recall"] = _share(only, called)
    bare = rows.filter(~pl.col("has_second_source"), pl.col("record_only"))
    if bare.height:
        scores["undecidable"] = _share(bare, pl.col("reality") == "undecidable")
    return scores


def score_cells(truth: BenchTruth, named: pl.DataFrame) -> Scores:
    """Score the cells named within the year against those where a cause cost late dossiers.

    True are cells where switching the cause off saves enough late dossiers. Where it saves fewer
    but some, naming the cell is neither right nor wrong. A coarser name stands for the finer ones
    at work in that cell.

    Returns:
        ``cells_named``, ``cells_true``, ``cells_right``, ``cells_false``,
        ``cells_false_not_queue``, ``any_false_not_queue``, ``false_discovery`` (share of the named
        that is false, 0 where none is named) and, where something is true, ``cell_precision``,
        ``cell_recall`` and ``cell_f1``.
    """
    called = (
        named.with_columns(pl.col("cause").replace(SAME))
        .filter(pl.col("period").str.starts_with(f"{YEAR}-"))
        .unique(_CELL)
    )
    within = truth.cells.filter(pl.col("period").str.starts_with(f"{YEAR}-"))
    called = _made_finer(called, within)
    true = within.filter("is_true")
    hits = called.join(true, on=_CELL, how="semi").height
    false = called.join(within, on=_CELL, how="anti")
    judged = hits + false.height
    other = false.filter(pl.col("cause") != CONGESTION).height
    scores: Scores = {
        "cells_named": called.height,
        "cells_true": true.height,
        "cells_right": hits,
        "cells_false": false.height,
        "cells_false_not_queue": other,
        "any_false_not_queue": float(other > 0),
        "false_discovery": false.height / max(judged, 1),
    }
    if true.height:
        precision, recall = hits / max(judged, 1), hits / true.height
        scores["cell_precision"] = precision
        scores["cell_recall"] = recall
        scores["cell_f1"] = 2 * precision * recall / max(precision + recall, 1e-9)
    return scores


def _made_finer(called: pl.DataFrame, within: pl.DataFrame) -> pl.DataFrame:
    """Return the cells named, those of a coarser name under the finer ones at work there."""
    at_work = within.filter(pl.col("cause").is_in(FINER)).select(_CELL)
    coarse = called.filter(pl.col("cause") == COARSER)
    finer = at_work.join(coarse, on=_CELL[:2], how="semi")
    none = coarse.join(at_work, on=_CELL[:2], how="anti")
    others = called.filter(pl.col("cause") != COARSER)
    return pl.concat([others, none, finer], how="diagonal").select(_CELL).unique()


def _share(rows: pl.DataFrame, right: pl.Expr) -> float:
    return float(rows.select(right.fill_null(value=False).mean()).item())
