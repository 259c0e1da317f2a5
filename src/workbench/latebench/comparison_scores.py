"""How well the workbench compares: intervals, gaps put on the mix, traps left alone, what-if.

Scores of the statistics in ``compare`` and ``whatif``, called as the explain stage calls them.
"""

from __future__ import annotations

import polars as pl

from workbench.core.vocabulary import EVERYTHING
from workbench.figures import compare
from workbench.latebench.contenders import Analysis
from workbench.latebench.scores import CONGESTION, SAME, Scores
from workbench.latebench.truth import SMALL_UNIT, BenchTruth

TRAPS = {"hard_mix": "mix", "supplements": "stopped_clock", SMALL_UNIT: "small_unit"}
"""Kinds of traps, and what a measure of them is called."""

_LEAST = 5
_ROUNDING = 1e-12
_CELL = ["unit_id", "period"]


def score_comparisons(truth: BenchTruth, analysis: Analysis) -> Scores:
    """Return the scores of cells, gaps and what-if on one register."""
    cells = compare.cells(analysis.cause_cells, kind="quarter")
    return {
        **score_intervals(truth, cells),
        **score_traps(truth, cells),
        **_score_mix(truth, analysis.cause_cells, cells),
        **score_whatif(truth, analysis.whatif),
        **score_eventual(truth, analysis.progress, analysis.passages),
    }


def score_intervals(truth: BenchTruth, cells: pl.DataFrame) -> Scores:
    """Score the intervals of the excess where a cause was put in.

    Returns:
        ``interval`` and ``interval:<cause>``: share of the cells whose interval of the excess
        covers what switching the cause off saves in this register; ``attributed``: excess found
        over dossiers saved, over all those cells.
    """
    homes = truth.places.filter(pl.col("cause") != "")
    if homes.is_empty():
        return {}
    key = [*_CELL, "cause"]
    merged = cells.with_columns(pl.col("cause").replace(SAME)).sort("excess")
    # signature wait and signing days are one mechanism here: the larger excess counts for both
    largest = merged.unique(key, keep="last", maintain_order=True)
    joined = (
        homes.join(truth.cells.select(*key, "n_saved"), on=key, how="left")
        .with_columns(pl.col("n_saved").fill_null(0))
        .join(largest.select(*key, "excess", "lower", "upper"), on=key)
    )
    holds = (pl.col("lower") <= pl.col("n_saved")) & (pl.col("n_saved") <= pl.col("upper"))
    scores: Scores = {"interval": _mean(joined, holds)}
    for cause in joined["cause"].unique().sort():
        scores[f"interval:{cause}"] = _mean(joined.filter(pl.col("cause") == cause), holds)
    if saved := int(joined["n_saved"].sum()):
        scores["attributed"] = float(joined["excess"].sum()) / saved
    return scores


def score_traps(truth: BenchTruth, cells: pl.DataFrame) -> Scores:
    """Return whether a trap cell was named: ``<trap>_blamed``, 0 or 1.

    A cell named for congestion is not blamed: an observed overload is not an accusation.
    """
    flagged = cells.filter("flagged", pl.col("cause") != CONGESTION).select(_CELL).unique()
    return {
        f"{name}_blamed": float(
            truth.places.filter(pl.col("kind") == kind).join(flagged, on=_CELL, how="semi").height
            > 0
        )
        for kind, name in TRAPS.items()
        if truth.places.filter(pl.col("kind") == kind).height
    }


def _score_mix(truth: BenchTruth, cause_cells: pl.DataFrame, cells: pl.DataFrame) -> Scores:
    """Score how much of the true effect of a harder mix is attributed to the mix.

    Returns:
        ``mix_share``: effect of the mix compared with the unit's peers, over the true one, summed
        over the run's trap cells; empty where the harder mix happened to have no effect.
    """
    traps = truth.places.filter(pl.col("kind") == "hard_mix")
    if truth.mix_gap <= 0 or traps.is_empty():
        return {}
    pairs = [
        (compare.Side(compare.PEERS, period), compare.Side(unit, period))
        for unit, period in traps.select(_CELL).iter_rows()
    ]
    parts = compare.gaps(cause_cells, pairs, named=cells.filter("flagged"))
    mix = parts.filter(pl.col("component") == "mix")
    return {"mix_share": float(mix["effect"].sum()) / truth.mix_gap}


def score_whatif(truth: BenchTruth, helped: pl.DataFrame) -> Scores:
    """Score what-if against a simulation under the scenario.

    Returns:
        For each scenario with at least five dossiers truly saved: ``whatif_run:<scenario>``
        (whether it was answered and not refused) and, where it was, ``whatif:<scenario>`` (the
        error relative to them) and ``whatif_held:<scenario>`` (whether the interval covers them).
    """
    scores: Scores = {}
    whole = helped.filter(
        pl.col("unit_id") == EVERYTHING, pl.col("period").str.len_chars() == len("2023")
    )
    for scenario, saved in truth.saved.items():
        if saved < _LEAST:
            continue
        rows = whole.filter(pl.col("scenario") == scenario)
        scores[f"whatif_run:{scenario}"] = float(not rows.is_empty())
        if rows.is_empty():
            continue
        found, lower, upper = (float(rows[n].sum()) for n in ("n_saved", "lower", "upper"))
        scores[f"whatif:{scenario}"] = abs(found - saved) / saved
        scores[f"whatif_held:{scenario}"] = float(lower <= saved <= upper)
    return scores


def score_eventual(truth: BenchTruth, progress: pl.DataFrame, passages: pl.DataFrame) -> Scores:
    """Score the late share of the last 30 working days' dossiers while some are still open.

    Returns:
        ``eventual`` and ``closed_only``: how far the corrected share and that of closed dossiers
        lie from the final share; ``eventual_held``: whether the interval of the final share
        covers it. Empty where no dossier is open.
    """
    recent = pl.col("dossier_id").is_in(truth.recent["dossier_id"].to_list())
    risks = compare.breach_risks(progress, passages)
    marked_progress = progress.with_columns(recent.alias("recent"))
    shares = compare.eventual(marked_progress, by=("recent",), risks=risks)
    rows = shares.filter("recent", pl.col("n_open") > 0)
    if rows.is_empty():
        return {}
    row, came = rows.row(0, named=True), _mean(truth.recent, pl.col("is_late"))
    return {
        "eventual": abs(row["eventual"] - came),
        "closed_only": abs(row["closed"] - came),
        "eventual_held": float(
            row["final_lower"] - _ROUNDING <= came <= row["final_upper"] + _ROUNDING
        ),
    }


def _mean(rows: pl.DataFrame, right: pl.Expr) -> float:
    return float(rows.select(right.mean()).item())
