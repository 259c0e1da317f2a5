"""How long until half of a group's dossiers have ended, when some have not ended yet.

The median of ended dossiers only leaves out the slow ones that are still open, the more the
younger the cohort; it stands here beside the one in which open dossiers count for the time they
have already run, and says so. What is taken for the end can turn a comparison round: pairs of
groups that clearly change places are named.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import polars as pl

from workbench.figures.estimates import Estimate
from workbench.figures.estimates.survival import kaplan_meier, median_time


def medians(spans: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Return the median time to the end per group: of ended dossiers only, and of all.

    Args:
        spans: One row per dossier: the columns of ``by``, ``days`` (to its end or to the
            snapshot) and ``ended``. A dossier that ended on an unknown date is not allowed here.
        by: Columns that make the groups.

    Returns:
        Ordered by group: n_dossiers, n_ended; ``closed`` (median of the ended ones) and
        ``median`` (Kaplan and Meier) with bounds, in days. No ``median`` where half have not
        ended within the time seen. ``closed_is_biased`` where dossiers are still open; method;
        evidence_level 2.

    Source: as ``estimates.survival.kaplan_meier`` and ``median_time``.

    >>> spans = pl.DataFrame({"unit": ["A"] * 3, "days": [5, 9, 30], "ended": [True, True, False]})
    >>> medians(spans, ["unit"]).select("closed", "median").row(0)
    (5.0, 9.0)
    """
    rows = [_row(dict(zip(by, key, strict=True)), group) for key, group in spans.group_by(by)]
    return pl.DataFrame(rows, infer_schema_length=None).sort(by)


def _row(key: dict[str, object], group: pl.DataFrame) -> dict[str, object]:
    days, over = group["days"].to_numpy(), group["ended"].to_numpy()
    ended = int(over.sum())
    closed = median_time(kaplan_meier(days[over], np.ones(ended, dtype=bool)))
    whole = median_time(kaplan_meier(days, over))
    return {
        **key,
        "n_dossiers": group.height,
        "n_ended": ended,
        **_bounds("closed", closed),
        **_bounds("median", whole),
        "closed_is_biased": ended < group.height,
        "method": whole.method,
        "evidence_level": 2,
    }


def _bounds(name: str, found: Estimate) -> dict[str, float | None]:
    return {name: found.value, f"{name}_lower": found.lower, f"{name}_upper": found.upper}


def turned(one: pl.DataFrame, other: pl.DataFrame, by: str) -> list[tuple[str, str]]:
    """Return the pairs of groups that clearly change places between two tables of medians.

    (faster, slower) in the first table, slower and faster in the second, with intervals apart in
    both; a median that is not reached lies beyond every one that is.

    Source: non-overlap of 95 % intervals, stricter than a test at that level (Schenker and
    Gentleman 2001, The American Statistician 55, 182-186).
    """
    pairs = []
    ranges = [{row[by]: _range(row) for row in t.iter_rows(named=True)} for t in (one, other)]
    for a, b in combinations(sorted(ranges[0].keys() & ranges[1].keys()), 2):
        first, second = (_apart(r[a], r[b]) for r in ranges)
        if first * second == -1:
            pairs.append((a, b) if first < 0 else (b, a))
    return pairs


def _range(row: dict[str, float | None]) -> tuple[float, float]:
    low, high = row["median_lower"], row["median_upper"]
    return (np.inf if low is None else low, np.inf if high is None else high)


def _apart(a: tuple[float, float], b: tuple[float, float]) -> int:
    """Return -1 where the first is faster beyond doubt, 1 where it is slower, else 0."""
    return int(a[0] > b[1]) - int(a[1] < b[0])
