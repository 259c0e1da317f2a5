"""Units after fair case mix: expected and observed, funnel, likely share, and how sure its place.

Crude and adjusted stand side by side, with an alarm where they contradict. No league table: the
frame is ordered by unit, ranks come as intervals, and a unit is called apart only outside limits
that allow for the spread all units have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workbench.core.vocabulary import EVERYTHING
from workbench.figures.estimates import Estimate, wilson
from workbench.figures.estimates.excess import count_limits
from workbench.figures.estimates.funnel import ALARM, ratio_dispersion
from workbench.figures.estimates.shrinkage import Shrunk, shrunk_ratios
from workbench.figures.estimates.standardise import Adjusted, compared, direct, indirect

Floats = NDArray[np.float64]
STRATA = ("procedure_id", "channel_in", "limit_class")
"""What fair comparison holds equal, as far as a table has it."""


def count_strata(
    cause_cells: pl.DataFrame, overdue_cells: pl.DataFrame, *, period: str
) -> pl.DataFrame:
    """Return the dossiers and late ones of each stratum that a period's late share counts.

    Args:
        cause_cells: The table of that name: dossiers judged in the period.
        overdue_cells: The table of that name: those overdue at the period's close besides.
        period: Label of a period.

    Returns:
        unit_id, period, procedure_id, channel_in, n_dossiers, n_late.
    """
    keys = ["unit_id", "period", "procedure_id", "channel_in"]
    of_period = pl.col("period") == period
    judged = cause_cells.filter(of_period).group_by(keys).agg(pl.max("n_dossiers", "n_late"))
    overdue = overdue_cells.filter(of_period).select(
        *keys, *(pl.col("n_overdue").alias(name) for name in ("n_dossiers", "n_late"))
    )
    return pl.concat([judged, overdue]).group_by(keys).agg(pl.sum("n_dossiers", "n_late"))


def units_adjusted(cells: pl.DataFrame, *, period: str) -> pl.DataFrame:
    """Return one row per unit of a period, crude and adjusted for its mix of work.

    Args:
        cells: One row per unit, period and stratum with n_dossiers and n_late; columns of
            ``STRATA`` that are there make the strata. A table with a column ``cause`` may be
            given as it is: counts repeated on each cause are taken once.
        period: Label of a period.

    Returns:
        Ordered by unit. n_dossiers, n_late; peered (share of its dossiers in strata that other
        units have too: without them a unit is compared with itself); crude, direct (the unit's
        rates on everybody's mix) and ratio (late over expected) each with ``_lower``, ``_upper``
        and ``_method``; expected; the funnel's limits of the ratio (``funnel_lower``,
        ``funnel_upper``, 99.8 %, widened by the spread between units, ``phi`` and ``tau2``) and
        ``standing``; likely (the
        ratio drawn to the common level) with bounds; rank with bounds (1 is the lowest);
        crude_difference and adjusted_difference to all other units together, with bounds;
        simpson_alarm; evidence_level 2.

    Source: as ``estimates.standardise``, ``estimates.funnel`` and ``estimates.shrinkage``.
    """
    units, late, dossiers = _grid(cells.filter(pl.col("period") == period))
    if not units:
        return pl.DataFrame(schema={"unit_id": pl.String})
    everybody = late.sum(axis=0), dossiers.sum(axis=0)
    rates = everybody[0] / np.maximum(everybody[1], 1.0)
    expected = (dossiers * rates).sum(axis=1)
    frame = pl.DataFrame(
        {
            "unit_id": units,
            "n_dossiers": dossiers.sum(axis=1).astype(np.int64),
            "n_late": late.sum(axis=1).astype(np.int64),
            "expected": expected,
            "peered": _peered(dossiers),
        }
    )
    each = range(len(units))
    crude = [wilson(int(late[u].sum()), int(dossiers[u].sum())) for u in each]
    own = [_a_share(direct(late[u], dossiers[u], everybody[1])) for u in each]
    ratios = [indirect(float(late[u].sum()), dossiers[u], rates) for u in each]
    against = [_to_others(late, dossiers, u) for u in each]
    return frame.with_columns(
        *_estimated("crude", crude),
        *_estimated("direct", own),
        *_estimated("ratio", ratios),
        *_funnel(late.sum(axis=1), expected),
        *_likely(shrunk_ratios(late.sum(axis=1), expected)),
        *_differences(against),
        pl.lit(2).cast(pl.Int32).alias("evidence_level"),
    )


def standings(cells: pl.DataFrame, *, period: str) -> pl.DataFrame:
    """Return unit_id, peered and standing of ``units_adjusted``, without the rest of it.

    Args:
        cells: As in ``units_adjusted``.
        period: Label of a period.

    Source: as ``estimates.funnel``.
    """
    units, late, dossiers = _grid(cells.filter(pl.col("period") == period))
    rates = late.sum(axis=0) / np.maximum(dossiers.sum(axis=0), 1.0)
    standing = _funnel(late.sum(axis=1), dossiers @ rates)[-1]
    return pl.DataFrame({"unit_id": units, "peered": _peered(dossiers), "standing": standing})


def contradictions(cells: pl.DataFrame, *, period: str) -> pl.DataFrame:
    """Return the pairs of units whose crude and adjusted comparison contradict each other.

    One row per pair (left before right) with crude_difference and adjusted_difference, right
    minus left, each with bounds; empty on data where mix changes nothing.

    Source: as ``estimates.standardise.compared``.
    """
    units, late, dossiers = _grid(cells.filter(pl.col("period") == period))
    pairs = [(i, j) for i in range(len(units)) for j in range(i + 1, len(units))]
    found = [compared((late[i], dossiers[i]), (late[j], dossiers[j])) for i, j in pairs]
    frame = pl.DataFrame(
        {"left": [units[i] for i, _ in pairs], "right": [units[j] for _, j in pairs]},
        schema={"left": pl.String, "right": pl.String},
    )
    return frame.with_columns(*_differences(found)).filter("simpson_alarm").drop("simpson_alarm")


def _grid(cells: pl.DataFrame) -> tuple[list[str], Floats, Floats]:
    """Return units, and late ones and dossiers as arrays of units x strata."""
    strata = [c for c in STRATA if c in cells.columns]
    keys = ["unit_id", *strata]
    once = cells.filter(pl.col("unit_id") != EVERYTHING)
    if "cause" in cells.columns:
        once = once.group_by(keys).agg(pl.max("n_dossiers", "n_late"))
    summed = once.group_by(keys).agg(pl.sum("n_dossiers", "n_late")).sort(keys)
    units = summed["unit_id"].unique().sort().to_list()
    if not units:
        return [], np.zeros((0, 0)), np.zeros((0, 0))
    row = summed["unit_id"].rank("dense").to_numpy().astype(np.int64) - 1
    code = summed.select(pl.struct(strata).rank("dense")) if strata else pl.DataFrame({"s": [1]})
    column = np.broadcast_to(code.to_series().to_numpy().astype(np.int64) - 1, row.shape)
    shape = (len(units), int(column.max()) + 1)
    late, dossiers = np.zeros(shape), np.zeros(shape)
    np.add.at(late, (row, column), summed["n_late"].to_numpy())
    np.add.at(dossiers, (row, column), summed["n_dossiers"].to_numpy())
    return units, late, dossiers


def _peered(dossiers: Floats) -> Floats:
    others = dossiers.sum(axis=0) - dossiers
    base = np.maximum(dossiers.sum(axis=1), 1.0)
    return np.asarray(np.where(others > 0, dossiers, 0.0).sum(axis=1) / base)


def _a_share(found: Estimate) -> Estimate:
    """Keep the upper bound of a share at one: the gamma limits of a rate know no such end."""
    return replace(found, upper=None if found.upper is None else min(found.upper, 1.0))


def _to_others(late: Floats, dossiers: Floats, unit: int) -> Adjusted:
    others = late.sum(axis=0) - late[unit], dossiers.sum(axis=0) - dossiers[unit]
    return compared(others, (late[unit], dossiers[unit]))


def _estimated(name: str, found: Sequence[Estimate]) -> list[pl.Series]:
    bounds = {"": "value", "_lower": "lower", "_upper": "upper"}
    columns = [
        pl.Series(name + ending, [getattr(e, bound) for e in found], dtype=pl.Float64)
        for ending, bound in bounds.items()
    ]
    return [*columns, pl.Series(f"{name}_method", [e.method for e in found])]


def _funnel(observed: Floats, expected: Floats) -> list[pl.Series]:
    """Return limits and standing: exact tails, widened by the variance between units."""
    spread = ratio_dispersion(observed, expected)
    mean = np.maximum(expected, 1e-9)
    # A variance on the square-root scale is four times as large on the scale of the ratio.
    low, high = (x / mean for x in count_limits(mean, 4 * spread.tau2, ALARM))
    ratio = observed / mean
    standing = np.where(ratio > high, "above", np.where(ratio < low, "below", "within"))
    number = observed.size
    return [
        pl.Series("funnel_lower", low),
        pl.Series("funnel_upper", high),
        pl.Series("phi", np.full(number, spread.phi)),
        pl.Series("tau2", np.full(number, spread.tau2)),
        pl.Series("standing", standing.tolist(), dtype=pl.String),
    ]


def _likely(found: Shrunk) -> list[pl.Series]:
    return [
        pl.Series("likely", found.value),
        pl.Series("likely_lower", found.lower),
        pl.Series("likely_upper", found.upper),
        pl.Series("rank", found.rank.astype(np.int64)),
        pl.Series("rank_lower", found.rank_lower.astype(np.int64)),
        pl.Series("rank_upper", found.rank_upper.astype(np.int64)),
    ]


def _differences(found: Sequence[Adjusted]) -> list[pl.Series]:
    columns = [
        pl.Series(f"{name}_difference{ending}", [getattr(a, name)[i] for a in found], pl.Float64)
        for name in ("crude", "adjusted")
        for i, ending in enumerate(("", "_lower", "_upper"))
    ]
    return [*columns, pl.Series("simpson_alarm", [a.alarm for a in found], dtype=pl.Boolean)]
