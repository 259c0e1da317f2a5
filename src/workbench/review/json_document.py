"""A comparison for machines; ``assets/revisions.schema.json`` describes every field."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import polars as pl

from workbench.review import scoreboard
from workbench.review.comparison import RevisionDiff
from workbench.review.effects import Effects


def to_json(revisions: RevisionDiff, *, rows: int = 40) -> str:
    """Return the comparison for machines, as its schema describes it."""
    figures = revisions.figures.filter(pl.col("measure").is_in(scoreboard.FIGURES))
    content = {
        "schema": 1,
        "left": {"label": revisions.left, "profile": revisions.left_headline},
        "right": {"label": revisions.right, "profile": revisions.headline},
        "is_empty": revisions.is_empty,
        "counts": revisions.counts,
        "figures": figures.to_dicts(),
        "verdicts": [asdict(verdict) for verdict in revisions.verdicts],
        "flips": revisions.flips.head(rows).to_dicts(),
        "dossiers": revisions.dossiers.head(rows).to_dicts(),
        "records": revisions.records.head(rows).to_dicts(),
        "exports": revisions.exports.to_dicts(),
        "reasons": [asdict(reason) for reason in revisions.reasons],
        "stale_stages": revisions.stale_stages,
        "effects": _effects(revisions.effects),
        "outputs": [asdict(output) for output in revisions.outputs],
        "pages": revisions.pages and [asdict(page) for page in revisions.pages],
        "tables": [
            {
                **{k: v for k, v in vars(change).items() if k not in ("values", "dossiers")},
                "columns": dict(change.columns),
                "n_dossiers": len(change.dossiers),
                "values": change.values.head(rows).to_dicts(),
            }
            for change in revisions.tables
        ],
    }
    return json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n"


def _effects(effects: Effects | None) -> dict[str, Any] | None:
    if effects is None:
        return None
    frames = {"figures": effects.figures.to_dicts(), "flips": effects.flips.to_dicts()}
    return {**vars(effects), **frames}
