"""The groups of decision 766 as one system computes them, as far as the data allow.

A simulation of the software, never an official score: the decision's own text was not available. An
item without data gets no points and a reason; a group says how many of its points are computable;
a band is named only for a full score, so that no part is read as the whole.
"""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from workbench.messages import language, say

_ITEM_SCHEMA = {
    "group_id": pl.String,
    "group": pl.String,
    "item_id": pl.String,
    "item": pl.String,
    "item_points": pl.Float64,
    "numerator": pl.Int64,
    "denominator": pl.Int64,
    "less_numerator": pl.Int64,
    "less_denominator": pl.Int64,
    "value": pl.Float64,
    "threshold": pl.Float64,
    "points": pl.Float64,
    "rule": pl.String,
    "reason": pl.String,
    "source": pl.String,
    "verified": pl.String,
}


@dataclass(frozen=True)
class Simulated766:
    """Result that the software would give.

    Attributes:
        label: States that this is a simulation; shown wherever a figure of it is.
        items: One row per item: numerator, denominator, the share that is taken off
            (less_numerator, less_denominator; null of most items), value, threshold, points (null
            without data, with the reason), source, verified.
        groups: One row per group: points, computable_points (what the items with data can give
            at most), group_points (the decision's maximum).
    """

    label: str
    items: pl.DataFrame
    groups: pl.DataFrame


PORTAL_SINCE = dt.date(2026, 1, 1)
"""First day of the periods that follow the formulas of version 2."""


def version_766(period_ends: dt.date) -> int:
    """Return the version of the formulas for a period: 1 before 2026, 2 from then on.

    >>> version_766(dt.date(2025, 12, 31)), version_766(dt.date(2026, 6, 30))
    (1, 2)
    """
    return 1 if period_ends < PORTAL_SINCE else 2


def simulate_766(figures: dict[str, int], reference: Path, *, version: int = 1) -> Simulated766:
    """Compute the groups of decision 766 from the counters of one period.

    Args:
        figures: Summed counters (``metrics.totals``), under the profile of the version: ``qd766``
            or ``qd766_portal``.
        reference: Folder with ``qd766_formulas.csv``.
        version: 1 as one system computes it, 2 as the national portal does in 2026.
    """
    with (reference / "qd766_formulas.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["version"] == f"{version}"]
    items = pl.DataFrame([_item(r, figures) for r in rows], schema=_ITEM_SCHEMA, orient="row")
    has_points = pl.col("points").is_not_null()
    maxima = pl.DataFrame(
        {"group_id": [r["group_id"] for r in rows], "top": [float(r["group_points"]) for r in rows]}
    ).unique(maintain_order=True)
    groups = (
        items.group_by("group_id", "group", maintain_order=True)
        .agg(
            pl.when(has_points.any()).then(pl.col("points").sum()).alias("points"),
            pl.col("item_points").filter(has_points).sum().alias("computable_points"),
        )
        .join(maxima, on="group_id", how="left", maintain_order="left")
        .rename({"top": "group_points"})
    )
    label = "official.simulated_766" if version == 1 else "official.simulated_766_portal"
    return Simulated766(say(label), items, groups)


def band(points: float, reference: Path) -> str | None:
    """Return the name of the band of a full score out of 100; none outside the bands.

    The bounds are from memory and press reports (``qd766_bands.csv`` says how far verified).

    >>> from workbench.core.project import shipped
    >>> band(61.5, shipped().reference), band(43, shipped().reference)
    ('Trung bình', 'Yếu')
    """
    with (reference / "qd766_bands.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if float(row["from_points"]) <= points < float(row["to_points_exclusive"]):
                return row[f"label_{language()}"]
    return None


def _item(row: dict[str, str], figures: dict[str, int]) -> tuple[object, ...]:
    sides = ("numerator", "denominator", "less_numerator", "less_denominator")
    above, below, less, of = counts = [_sum(row[side], figures) for side in sides]
    value = above / below if above is not None and below else None
    if value is not None and less is not None:
        # what is taken off is a share of other dossiers, and may be larger
        value = max(value - less / of, 0.0) if of else None
    threshold = float(row["threshold"]) if row["threshold"] else None
    points = _points(row, value, threshold)
    absent = row[f"absent_{language()}"] or say("official.nothing")
    reason = absent if points is None else ""
    head = (row["group_id"], row[f"group_{language()}"], row["item_id"], row[f"item_{language()}"])
    cells = (float(row["item_points"]), *counts, value, threshold, points, row["rule"])
    return (*head, *cells, reason, row["source"], row["verified"])


def _points(row: dict[str, str], value: float | None, threshold: float | None) -> float | None:
    top = float(row["item_points"])
    if row["rule"] == "constant":
        return top
    if value is None:
        return None
    if threshold is None:
        return top * value
    if row["rule"] == "capped":
        return top * min(1.0, value / threshold)
    return top if value >= threshold else float(row["reduced_points"])


def _sum(counters: str, figures: dict[str, int]) -> int | None:
    names = [term.strip() for term in counters.split("+") if term.strip()]
    return sum(figures[name] for name in names) if names else None
