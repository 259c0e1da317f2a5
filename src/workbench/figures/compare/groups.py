"""Groups of dossiers against each other: is one later, and is it so among alike dossiers?

A group is whatever a column says: a channel, a month of reception, a department. Crude odds mix
the group with the kinds of dossiers it gets; the adjusted ones compare within each kind. Both
stand side by side, with an alarm where they contradict. Nothing here says why.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workbench.figures.estimates import Estimate, wilson
from workbench.figures.estimates.odds import odds_ratio

Floats = NDArray[np.float64]
Side = tuple[Floats, Floats]


def groups_alike(counts: pl.DataFrame, by: str, *, other: str = "") -> pl.DataFrame:
    """Return every group of a column against another one, crude and among alike dossiers.

    Args:
        counts: n_dossiers and n_late per group and kind; every other column makes the kinds.
        by: Column that holds the groups.
        other: The group to compare with; all other groups together when left out.

    Returns:
        Ordered by group: n_dossiers, n_late, late share with bounds; the same of the other side
        (``other_n_dossiers``, ``other_n_late``, ``other_share``); crude and adjusted odds ratio
        (group over other) with bounds; n_alike, dossiers of the group in kinds both sides have;
        kinds_above and kinds_below, kinds whose own interval lies above or below 1;
        simpson_alarm, both intervals leave out 1 on opposite sides; method; evidence_level 2.

    Source: as ``estimates.odds.odds_ratio``; Simpson (1951), J. R. Stat. Soc. B 13, 238-241.

    >>> counts = pl.DataFrame(
    ...     {"channel": ["a", "b"], "n_dossiers": [100, 100], "n_late": [20, 10]})
    >>> groups_alike(counts, "channel")["crude"].round(2).to_list()
    [2.25, 0.44]
    """
    names, late, dossiers = _grid(counts, by)
    rows = []
    for number, name in enumerate(names):
        if name == other:
            continue
        own = late[number], dossiers[number]
        if other:
            rest = late[names.index(other)], dossiers[names.index(other)]
        else:
            rest = late.sum(axis=0) - own[0], dossiers.sum(axis=0) - own[1]
        rows.append({by: name, "other": other, **_row(rest, own)})
    return pl.DataFrame(rows, infer_schema_length=None)


def _grid(counts: pl.DataFrame, by: str) -> tuple[list[str], Floats, Floats]:
    """Return the groups, and late ones and dossiers as arrays of groups x kinds."""
    kinds = [c for c in counts.columns if c not in (by, "n_dossiers", "n_late")]
    summed = counts.group_by(by, *kinds).agg(pl.sum("n_dossiers", "n_late")).sort(by, *kinds)
    names = summed[by].unique().sort().to_list()
    row = summed[by].rank("dense").to_numpy().astype(np.int64) - 1
    column = np.zeros(summed.height, dtype=np.int64)
    if kinds:
        code = summed.select(pl.struct(kinds).rank("dense")).to_series()
        column = code.to_numpy().astype(np.int64) - 1
    shape = (len(names), int(column.max(initial=0)) + 1)
    late, dossiers = np.zeros(shape), np.zeros(shape)
    np.add.at(late, (row, column), summed["n_late"].to_numpy())
    np.add.at(dossiers, (row, column), summed["n_dossiers"].to_numpy())
    return names, late, dossiers


def _row(rest: Side, own: Side) -> dict[str, object]:
    whole = (rest[0].sum(), rest[1].sum()), (own[0].sum(), own[1].sum())
    crude, adjusted = odds_ratio(*whole), odds_ratio(rest, own)
    share = wilson(int(own[0].sum()), int(own[1].sum()))
    shared = (rest[1] > 0) & (own[1] > 0)
    sides = [_side(odds_ratio(*kind)) for kind in _kinds(rest, own, shared)]
    return {
        "n_dossiers": int(own[1].sum()),
        "n_late": int(own[0].sum()),
        **_bounds("share", share),
        "other_n_dossiers": int(rest[1].sum()),
        "other_n_late": int(rest[0].sum()),
        "other_share": wilson(int(rest[0].sum()), int(rest[1].sum())).value,
        **_bounds("crude", crude),
        **_bounds("adjusted", adjusted),
        "n_alike": int(own[1][shared].sum()),
        "kinds_above": sides.count(1),
        "kinds_below": sides.count(-1),
        "simpson_alarm": _side(crude) * _side(adjusted) == -1,
        "method": adjusted.method,
        "evidence_level": 2,
    }


def _kinds(rest: Side, own: Side, shared: NDArray[np.bool_]) -> Iterator[tuple[Side, Side]]:
    for kind in np.flatnonzero(shared):
        at = slice(kind, kind + 1)
        yield (rest[0][at], rest[1][at]), (own[0][at], own[1][at])


def _bounds(name: str, found: Estimate) -> dict[str, float | None]:
    return {name: found.value, f"{name}_lower": found.lower, f"{name}_upper": found.upper}


def _side(ratio: Estimate) -> int:
    """Return 1 where the whole interval lies above 1, -1 below, else 0."""
    if ratio.lower is None or ratio.upper is None:
        return 0
    return int(ratio.lower > 1) - int(ratio.upper < 1)
