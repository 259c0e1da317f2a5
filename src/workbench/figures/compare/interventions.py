"""Did a dated change in some units help? Judged against the units that did not get it.

Late shares are compared with those expected from the mix of procedures and channels, so that a
change of mix is not an effect. The evidence level is 4 only where every condition of a difference
in differences holds; else it is 2, and the reasons are beside the figure.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workbench.core.vocabulary import EVERYTHING
from workbench.figures.estimates.difference_in_differences import difference_in_differences

Floats = NDArray[np.float64]
_STRATUM = ("procedure_id", "channel_in")


def intervention(
    cells: pl.DataFrame,
    *,
    treated: Collection[str],
    periods: Sequence[str],
    since: str,
) -> pl.DataFrame:
    """Return the effect of a change that the treated units got at the start of a period.

    Args:
        cells: One row per unit, period and stratum with n_dossiers and n_late (``cause_cells``
            as it is will do).
        treated: Units that got the change; all others are the comparison.
        periods: The periods looked at, in order of time.
        since: The first period after the change, one of them.

    Returns:
        One row: value (points of the late share, treated against others, after against before),
        lower, upper, p_value, numerator and denominator (treated, after), n_treated, n_others,
        trend with ``_lower`` and ``_upper`` (courses before the change, a period),
        evidence_level, reasons (what keeps it from level 4; empty at 4), method.

    Raises:
        ValueError: ``since`` is not among the periods, or is the first of them.

    Source: as ``estimates.did``; expected from everybody's rates by stratum outside the treated
    units after the change.
    """
    labels = list(periods)
    if since not in labels[1:]:
        raise ValueError(f"{since} is none of the periods after the first")
    after = labels.index(since)
    units, late, dossiers, expected = _tables(cells, labels, frozenset(treated), after)
    ours = np.array([u in treated for u in units], dtype=bool)
    found = difference_in_differences(late, dossiers, expected, treated=ours, after=after)
    trend = dict(zip(("trend", "trend_lower", "trend_upper"), found.trend, strict=True))
    numbers = {"value": found.value, "lower": found.lower, "upper": found.upper}
    figures = {**numbers, "p_value": found.p_value, **trend}
    return pl.DataFrame(
        {
            **{name: [value] for name, value in figures.items()},
            "numerator": [found.numerator],
            "denominator": [found.denominator],
            "n_treated": [int(ours.sum())],
            "n_others": [int((~ours).sum())],
            "evidence_level": [found.evidence_level],
            "reasons": [list(found.reasons)],
            "method": [found.method],
        },
        schema_overrides={
            **dict.fromkeys(figures, pl.Float64),
            "evidence_level": pl.Int32,
            "reasons": pl.List(pl.String),
        },
    )


def _tables(
    cells: pl.DataFrame, labels: list[str], treated: frozenset[str], after: int
) -> tuple[list[str], Floats, Floats, Floats]:
    """Return units, and late ones, dossiers and expected late ones as units x periods."""
    keys = ["unit_id", "period", *_STRATUM]
    kept = cells.filter(pl.col("unit_id") != EVERYTHING, pl.col("period").is_in(labels))
    rows = kept.group_by(keys).agg(pl.max("n_dossiers", "n_late")).sort(keys)
    touched = pl.col("unit_id").is_in(list(treated)) & pl.col("period").is_in(labels[after:])
    rates = (
        rows.filter(~touched)
        .group_by(_STRATUM)
        .agg((pl.sum("n_late") / pl.sum("n_dossiers")).alias("rate"))
    )
    overall = rows.filter(~touched).select(pl.sum("n_late") / pl.sum("n_dossiers")).item() or 0.0
    full = rows.join(rates, on=list(_STRATUM), how="left").with_columns(
        (pl.col("rate").fill_nan(None).fill_null(overall) * pl.col("n_dossiers")).alias("due")
    )
    units = full["unit_id"].unique().sort().to_list()
    place = {u: i for i, u in enumerate(units)}
    tables = np.zeros((3, len(units), len(labels)))
    summed = full.group_by("unit_id", "period").agg(pl.sum("n_late", "n_dossiers", "due"))
    for row in summed.sort("unit_id", "period").iter_rows(named=True):
        at = place[row["unit_id"]], labels.index(row["period"])
        tables[:, *at] = row["n_late"], row["n_dossiers"], row["due"]
    return units, *tables
