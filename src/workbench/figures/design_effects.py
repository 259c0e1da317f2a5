"""By how much the late share of a unit varies beyond that of independent dossiers.

Dossiers closed on one day, or in one week, tend to be late together. How much so is counted from
all closings of a register (table ``closing_clusters``), unit by unit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import polars as pl

from workbench.core.vocabulary import EVERYTHING, Period
from workbench.figures.estimates.clusters import Clusters, correlations, design_effect

CLUSTERED = ("profile", "unit_id", "period")
_SCHEMA = {**dict.fromkeys(CLUSTERED, pl.String), "design_effect": pl.Float64}
_KINDS = ("day", "week")
_SUMS = ("squares", "products", "late_squares")


def design_effects(clusters: pl.DataFrame) -> pl.DataFrame:
    """Return by how much lateness of each unit and period varies beyond independent dossiers.

    Args:
        clusters: The table ``closing_clusters``.

    Returns:
        profile, unit_id (``*`` all together), period, design_effect: that of days or that of
        weeks, whichever is larger, at least 1. The correlation within them is that of the unit's
        months, whose levels may differ.

    Source: as ``estimates.clusters``; of nested clusters the larger ones where these say more:
    Cameron and Miller (2015), Journal of Human Resources 50, 317-372.
    """
    effects: list[dict[str, object]] = []
    months = [x for x in clusters["period"].unique() if Period.parse(x).kind == "month"]
    rows_in_order = clusters.sort(CLUSTERED).with_columns(
        pl.col("period").is_in(months).alias("is_month")
    )
    for _, of_profile in groupby(rows_in_order.to_dicts(), itemgetter("profile")):
        units = [list(group) for _, group in groupby(of_profile, itemgetter("unit_id"))]
        together = [rows for rows in units if rows[0]["unit_id"] == EVERYTHING]
        effects += _effects(together)
        effects += _effects([rows for rows in units if rows not in together])
    return pl.DataFrame(effects, _SCHEMA)


def _effects(units: Sequence[Sequence[Mapping[str, Any]]]) -> Iterator[dict[str, object]]:
    """Yield the effects of units, each given by its rows, one a period."""
    by_kind = [correlations(_months(rows, kind) for rows in units) for kind in _KINDS]
    for rows, *within in zip(units, *by_kind, strict=True):
        for row in rows:
            effects = (
                design_effect(x, _clusters(row, k)) for x, k in zip(within, _KINDS, strict=True)
            )
            yield {name: row[name] for name in CLUSTERED} | {
                "design_effect": round(max(effects), 6)
            }


def _months(rows: Sequence[Mapping[str, Any]], kind: str) -> list[Clusters]:
    return [_clusters(row, kind) for row in rows if row["is_month"]]


def _clusters(row: Mapping[str, Any], kind: str) -> Clusters:
    sums = (row[f"{kind}_{name}"] for name in _SUMS)
    return Clusters(row[f"n_{kind}s"], row["n_dossiers"], row["n_late"], *sums)
