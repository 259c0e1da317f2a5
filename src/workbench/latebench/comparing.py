"""How well the workbench compares: intervals, gaps put on the mix, traps left alone, what-if.

Scores of the statistics in ``compare`` and ``whatif``, called as the explain stage calls them.
"""

from __future__ import annotations

import polars as pl

from workbench import compare, whatif
from workbench.latebench.contenders import Analysis
from workbench.latebench.scores import SAME, Scores
from workbench.latebench.truth import SMALL_UNIT, Truth
from workbench.vocabulary import EVERYTHING

TRAPS = {"hard_mix": "mix", "supplements": "stopped_clock", SMALL_UNIT: "small_unit"}
"""Kinds of traps, and what a measure of them is called."""

_LEAST = 5
_CELL = ["unit_id", "period"]


def score_comparisons(truth: Truth, analysis: Analysis) -> Scores:
    """Return the scores of cells, gaps and what-if on one register."""
    cells = compare.cells(analysis.cause_cells, kind="quarter")
    return {
        **score_intervals(truth, cells),
        **score_traps(truth, cells),
        **score_mix(truth, analysis.cause_cells),
        **score_whatif(truth, analysis.whatif_counts),
    }


def score_intervals(truth: Truth, cells: pl.DataFrame) -> Scores:
    """Score the intervals of the excess where a cause was put in.

    Returns:
        ``interval`` and ``interval:<cause>``: share of the cells whose interval of late dossiers
        due to the cause holds what switching it off saves; ``attributed``: excess found over
        dossiers saved, all those cells together.
    """
    homes = truth.places.filter(pl.col("cause") != "")
    if homes.is_empty():
        return {}
    key = [*_CELL, "cause"]
    named = pl.col("cause").replace(SAME)
    # signature wait and signing days are one mechanism here: the larger excess speaks for both
    found = cells.with_columns(named).sort("excess").unique(key, keep="last", maintain_order=True)
    beside = (
        homes.join(truth.cells.select(*key, "n_saved"), on=key, how="left")
        .with_columns(pl.col("n_saved").fill_null(0))
        .join(found.select(*key, "excess", "lower", "upper"), on=key)
    )
    holds = (pl.col("lower") <= pl.col("n_saved")) & (pl.col("n_saved") <= pl.col("upper"))
    scores: Scores = {"interval": _mean(beside, holds)}
    for cause in beside["cause"].unique().sort():
        scores[f"interval:{cause}"] = _mean(beside.filter(pl.col("cause") == cause), holds)
    if saved := int(beside["n_saved"].sum()):
        scores["attributed"] = float(beside["excess"].sum()) / saved
    return scores


def score_traps(truth: Truth, cells: pl.DataFrame) -> Scores:
    """Say whether any trap cell was named for any cause: ``<trap>_blamed``, 0 or 1."""
    named = cells.filter("flagged").select(_CELL).unique()
    return {
        f"{name}_blamed": float(
            truth.places.filter(pl.col("kind") == kind).join(named, on=_CELL, how="semi").height > 0
        )
        for kind, name in TRAPS.items()
        if truth.places.filter(pl.col("kind") == kind).height
    }


def score_mix(truth: Truth, cause_cells: pl.DataFrame) -> Scores:
    """Score how much of the gap between harder mixes and their peers is put on the mix.

    Returns:
        ``mix_share``: effect of the mix over the gap, the run's trap cells together; nothing
        where these happen not to be later than their peers.
    """
    traps = truth.places.filter(pl.col("kind") == "hard_mix")
    pairs = [
        (compare.Side(compare.PEERS, period), compare.Side(unit, period))
        for unit, period in traps.select(_CELL).iter_rows()
    ]
    parts = compare.gaps(cause_cells, pairs, replicates=1)
    mix = parts.filter(pl.col("component") == "mix")
    gap = float(mix["gap"].sum())
    return {"mix_share": float(mix["effect"].sum()) / gap} if gap > 0 else {}


def score_whatif(truth: Truth, counts: pl.DataFrame) -> Scores:
    """Score what-if against lives re-lived under the scenario.

    Returns:
        For each scenario with at least five dossiers truly saved: ``whatif:<scenario>`` (the
        error relative to them) and ``whatif_held:<scenario>`` (whether the interval holds them).
    """
    scores: Scores = {}
    whole = whatif.shifted(counts).filter(
        pl.col("unit_id") == EVERYTHING, pl.col("period").str.len_chars() == len("2023")
    )
    for scenario, saved in truth.saved.items():
        if saved < _LEAST:
            continue
        rows = whole.filter(pl.col("scenario") == scenario)
        found, lower, upper = (float(rows[n].sum()) for n in ("n_saved", "lower", "upper"))
        scores[f"whatif:{scenario}"] = abs(found - saved) / saved
        scores[f"whatif_held:{scenario}"] = float(lower <= saved <= upper)
    return scores


def _mean(rows: pl.DataFrame, right: pl.Expr) -> float:
    return float(rows.select(right.mean()).item())
