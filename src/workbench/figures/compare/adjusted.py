"""Units after fair case mix: expected and observed, funnel, likely share, and how sure its place.

Crude and adjusted stand side by side, with an alarm where they contradict. No league table: the
frame is ordered by unit, ranks come as intervals, and a unit is called apart only outside limits
that allow for the spread all units have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from workbench.core.vocabulary import EVERYTHING
from workbench.figures.compare.headline_rates import sure_bounds
from workbench.figures.estimates import Estimate
from workbench.figures.estimates.excess import count_limits
from workbench.figures.estimates.healthy_counts import HealthyCounts, healthy_counts
from workbench.figures.estimates.poisson import ratio as ratio_of
from workbench.figures.estimates.precision import rounded
from workbench.figures.estimates.shares import wilson_many
from workbench.figures.estimates.shrinkage import shrunk_ratios
from workbench.figures.estimates.standardise import (
    Adjusted,
    compared,
    direct,
)

Floats = NDArray[np.float64]
STRATA = ("procedure_id", "channel_in", "limit_class")
"""What fair comparison holds equal, as far as a table has it."""
PEERED = 0.5
"""A unit that shares less of its work than this with others is not compared."""
MAY_BE_APART = 0.208
"""Share of units that may be apart, before anything was seen."""
ALARM = 0.998
"""Level whose limits are crossed by one healthy unit in five hundred."""
_PLACES = ("likely", "likely_lower", "likely_upper", "rank", "rank_lower", "rank_upper")
_COMPARED = ("direct", "ratio", "funnel_", "spread", "adjusted_")
"""Columns, by how they begin, that are empty for a unit that cannot be compared."""


def count_strata(
    cause_cells: pl.DataFrame,
    overdue_cells: pl.DataFrame,
    effects: pl.DataFrame,
    *,
    period: str,
) -> pl.DataFrame:
    """Return the dossiers and late ones of each stratum that a period's late share counts.

    Args:
        cause_cells: The table of that name: dossiers judged in the period.
        overdue_cells: The table of that name: those overdue at the period's close besides.
        effects: ``unit_effects`` of the period.
        period: Label of a period.

    Returns:
        unit_id, period, procedure_id, channel_in, n_dossiers, n_late; design_effect, the unit's.
    """
    keys = ["unit_id", "period", "procedure_id", "channel_in"]
    of_period = pl.col("period") == period
    judged = cause_cells.filter(of_period).group_by(keys).agg(pl.max("n_dossiers", "n_late"))
    overdue = overdue_cells.filter(of_period).select(
        *keys, *(pl.col("n_overdue").alias(name) for name in ("n_dossiers", "n_late"))
    )
    counts = pl.concat([judged, overdue]).group_by(keys).agg(pl.sum("n_dossiers", "n_late"))
    return counts.join(effects, on="unit_id", how="left").sort(keys)


def units_adjusted(cells: pl.DataFrame, *, period: str) -> pl.DataFrame:
    """Return one row per unit of a period, crude and adjusted for its mix of work.

    Args:
        cells: One row per unit, period and stratum with n_dossiers and n_late; columns of
            ``STRATA`` that are there make the strata, ``design_effect`` says how many dossiers of
            the unit are worth an independent one (1 without it). A table with a column ``cause``
            may be given as it is: counts repeated on each cause are taken once.
        period: Label of a period.

    Returns:
        Ordered by unit. n_dossiers, n_late; peered (share of its dossiers in strata that other
        units have too); crude (limits: ``sure_bounds``), direct (the unit's rates on everybody's
        mix) and ratio each with ``_lower``, ``_upper`` and ``_method``; ratio is late over
        expected, both in the shared strata (``n_late_compared``, ``expected`` from the other
        units); the funnel's limits of the ratio (``funnel_lower``, ``funnel_upper``, 99.8 %,
        widened by ``spread``, the relative variance of healthy units) and ``standing``; likely
        (the ratio drawn to the common level) with bounds; rank with bounds (1 is the lowest);
        crude_difference and adjusted_difference to all other units together, with bounds;
        simpson_alarm; evidence_level 2. A unit that shares less than ``PEERED`` of its work has no
        standardised rate, ratio, limits or rank.

    Source: as ``estimates.standardise``, ``estimates.healthy_counts`` and ``estimates.shrinkage``.
    """
    units, late, dossiers, effect = _grid(cells.filter(pl.col("period") == period))
    if not units:
        return pl.DataFrame(schema={"unit_id": pl.String})
    everybody = dossiers.sum(axis=0)
    peers = _against_others(late, dossiers, effect)
    frame = pl.DataFrame(
        {
            "unit_id": units,
            "n_dossiers": dossiers.sum(axis=1).astype(np.int64),
            "n_late": late.sum(axis=1).astype(np.int64),
            "n_late_compared": peers.late.astype(np.int64),
            "expected": peers.expected,
            "peered": peers.peered,
        }
    )
    each = range(len(units))
    crude = _crude(late.sum(axis=1), dossiers.sum(axis=1), effect)
    # counts worth as many independent dossiers: the same shares and ratios, wider intervals
    late_worth, worth = late / effect[:, None], dossiers / effect[:, None]
    standardised = [_a_share(direct(late_worth[u], worth[u], everybody)) for u in each]
    ratios = [ratio_of(*(float(x[u] / effect[u]) for x in peers.ratio)) for u in each]
    against = [_to_others(late, dossiers, effect, u) for u in each]
    adjusted = frame.with_columns(
        *_estimated("crude", crude),
        *_estimated("direct", standardised),
        *_estimated("ratio", ratios),
        *_funnel(peers),
        *_likely(peers),
        *_differences(against),
        pl.lit(2).cast(pl.Int32).alias("evidence_level"),
    )
    is_comparable = pl.col("peered") >= PEERED
    kinds = adjusted.schema.items()
    adjusted = adjusted.with_columns(rounded(*(name for name, kind in kinds if kind.is_float())))
    return adjusted.with_columns(
        pl.when(is_comparable).then(pl.col(name)).alias(name)
        for name in adjusted.columns
        if name.startswith(_COMPARED)
    )


def standings(cells: pl.DataFrame, *, period: str) -> pl.DataFrame:
    """Return unit_id, peered and standing of ``units_adjusted``, without the rest of it.

    Args:
        cells: As in ``units_adjusted``.
        period: Label of a period.

    Source: as ``estimates.healthy_counts``.
    """
    units, late, dossiers, effect = _grid(cells.filter(pl.col("period") == period))
    peers = _against_others(late, dossiers, effect)
    standing = _funnel(peers)[-1]
    return pl.DataFrame({"unit_id": units, "peered": peers.peered, "standing": standing})


def contradictions(cells: pl.DataFrame, *, period: str) -> pl.DataFrame:
    """Return the pairs of units whose crude and adjusted comparison contradict each other.

    One row per pair (left before right) with crude_difference and adjusted_difference, right
    minus left, each with bounds; empty on data where mix changes nothing.

    Source: as ``estimates.standardise.compared``.
    """
    units, late, dossiers, effect = _grid(cells.filter(pl.col("period") == period))
    pairs = _opposed(late, dossiers, effect)
    comparisons = [
        compared((late[i], dossiers[i], effect[i]), (late[j], dossiers[j], effect[j]))
        for i, j in pairs
    ]
    frame = pl.DataFrame(
        {"left": [units[i] for i, _ in pairs], "right": [units[j] for _, j in pairs]},
        schema={"left": pl.String, "right": pl.String},
    )
    differences = frame.with_columns(*_differences(comparisons))
    return differences.filter("simpson_alarm").drop("simpson_alarm")


def _opposed(late: Floats, dossiers: Floats, effect: Floats) -> list[tuple[int, int]]:
    """Return the pairs that clearly differ as a whole and lie the other way round at the same mix.

    No other pair can contradict itself; most are done with after these two sums.
    """
    counts = late.sum(axis=1), np.maximum(dossiers.sum(axis=1), 1.0)
    share, low, high = wilson_many(*counts, effect)
    pairs = []
    for one in range(len(share)):
        rest = slice(one + 1, None)
        gap = share[rest] - share[one]
        down = np.hypot(share[rest] - low[rest], high[one] - share[one])
        up = np.hypot(high[rest] - share[rest], share[one] - low[one])
        side = (gap > down).astype(np.int64) - (gap < -up)
        whole = np.maximum(dossiers[one] + dossiers[rest], 1.0)
        same_mix = (late[rest] * dossiers[one] - late[one] * dossiers[rest]) / whole
        opposed = side * np.sign(same_mix.sum(axis=1)) < 0
        pairs += [(one, one + 1 + int(other)) for other in np.flatnonzero(opposed)]
    return pairs


def _grid(cells: pl.DataFrame) -> tuple[list[str], Floats, Floats, Floats]:
    """Return units, late ones and dossiers as arrays of units x strata, and design effects."""
    strata = [c for c in STRATA if c in cells.columns]
    keys = ["unit_id", *strata]
    once = cells.filter(pl.col("unit_id") != EVERYTHING)
    if "cause" in cells.columns:
        once = once.group_by(keys).agg(pl.max("n_dossiers", "n_late"))
    summed = once.group_by(keys).agg(pl.sum("n_dossiers", "n_late")).sort(keys)
    units = summed["unit_id"].unique().sort().to_list()
    if not units:
        return [], np.zeros((0, 0)), np.zeros((0, 0)), np.ones(0)
    row = summed["unit_id"].rank("dense").to_numpy().astype(np.int64) - 1
    code = summed.select(pl.struct(strata).rank("dense")) if strata else pl.DataFrame({"s": [1]})
    column = np.broadcast_to(code.to_series().to_numpy().astype(np.int64) - 1, row.shape)
    shape = (len(units), int(column.max()) + 1)
    late, dossiers = np.zeros(shape), np.zeros(shape)
    np.add.at(late, (row, column), summed["n_late"].to_numpy())
    np.add.at(dossiers, (row, column), summed["n_dossiers"].to_numpy())
    return units, late, dossiers, _effects(cells, units)


def _effects(cells: pl.DataFrame, units: list[str]) -> Floats:
    if "design_effect" not in cells.columns:
        return np.ones(len(units))
    effects = dict(cells.group_by("unit_id").agg(pl.max("design_effect")).iter_rows())
    return np.array([effects[unit] or 1.0 for unit in units])


@dataclass(frozen=True)
class _Peers:
    """Late dossiers of each unit in the strata that others have too, and what these let expect.

    ``peered`` is the share of the unit's dossiers in such strata, ``law`` how healthy units vary,
    counted in independent dossiers: ``effect`` dossiers of a unit are worth one.
    """

    late: Floats
    expected: Floats
    peered: Floats
    effect: Floats
    law: HealthyCounts

    @property
    def ratio(self) -> tuple[Floats, Floats]:
        """Late dossiers and expected ones."""
        return self.late, self.expected

    @property
    def comparable(self) -> NDArray[np.bool_]:
        """Units of which enough is done by others as well."""
        return (self.peered >= PEERED) & (self.expected > 0)


def _against_others(late: Floats, dossiers: Floats, effect: Floats) -> _Peers:
    """Expect each unit from the others, level as that of all units not apart."""
    others = dossiers.sum(axis=0) - dossiers
    shared = others > 0
    rates = (late.sum(axis=0) - late) / np.maximum(others, 1.0)
    expected = np.where(shared, dossiers * rates, 0.0).sum(axis=1)
    late_shared = np.where(shared, late, 0.0).sum(axis=1)
    peered = np.where(shared, dossiers, 0.0).sum(axis=1) / np.maximum(dossiers.sum(axis=1), 1.0)
    is_known = (peered >= PEERED) & (expected > 0)
    counts = (x[is_known] / effect[is_known] for x in (late_shared, expected))
    law = healthy_counts(*counts, apart=MAY_BE_APART)
    return _Peers(late_shared, expected, peered, effect, law)


def _crude(late: Floats, dossiers: Floats, effect: Floats) -> list[Estimate]:
    """Return the rate of each unit within the limits by which it is above or below all."""
    names = ("numerator", "denominator", "design_effect")
    rates = [dict(zip(names, row, strict=True)) for row in zip(late, dossiers, effect, strict=True)]
    return [
        Estimate(
            rate["numerator"] / rate["denominator"],
            *sure_bounds(rate, len(rates)),
            rate["numerator"],
            rate["denominator"],
            "exact",
        )
        for rate in rates
    ]


def _a_share(found: Estimate) -> Estimate:
    """Keep the upper bound of a share at one: the gamma limits of a rate know no such end."""
    return replace(found, upper=None if found.upper is None else min(found.upper, 1.0))


def _to_others(late: Floats, dossiers: Floats, effect: Floats, unit: int) -> Adjusted:
    others = late.sum(axis=0) - late[unit], dossiers.sum(axis=0) - dossiers[unit]
    sizes = np.delete(dossiers.sum(axis=1), unit)
    mean = float((sizes * np.delete(effect, unit)).sum() / max(sizes.sum(), 1.0))
    return compared((*others, max(mean, 1.0)), (late[unit], dossiers[unit], effect[unit]))


def _estimated(name: str, found: Sequence[Estimate]) -> list[pl.Series]:
    bounds = {"": "value", "_lower": "lower", "_upper": "upper"}
    columns = [
        pl.Series(name + ending, [getattr(e, bound) for e in found], dtype=pl.Float64)
        for ending, bound in bounds.items()
    ]
    return [*columns, pl.Series(f"{name}_method", [e.method for e in found])]


def _funnel(peers: _Peers) -> list[pl.Series]:
    """Return limits and standing: exact tails, widened by how healthy units vary."""
    worth = peers.expected / peers.effect
    mean = np.maximum(peers.law.expected(worth), 1e-9)
    given = np.maximum(worth, 1e-9)
    spread = peers.law.spread(worth)
    # decided on rounded values, as processors differ in the last digit
    low, high = (np.round(x / given, 9) for x in count_limits(mean, spread, ALARM))
    ratio = np.round(peers.late / np.maximum(peers.expected, 1e-9), 9)
    standing = np.where(ratio > high, "above", np.where(ratio < low, "below", "within"))
    standing = np.where(peers.comparable, standing, "within")
    return [
        pl.Series("funnel_lower", low),
        pl.Series("funnel_upper", high),
        pl.Series("spread", spread + (peers.effect - 1) / np.maximum(peers.expected, 1e-9)),
        pl.Series("standing", standing.tolist(), dtype=pl.String),
    ]


def _likely(peers: _Peers) -> list[pl.Series]:
    """Return shrunken ratios and ranks among the units that can be compared.

    A count of correlated dossiers is worth as many independent ones as its variance says.
    """
    is_known = peers.comparable
    if not is_known.any():
        kinds = ((name, pl.Float64 if name.startswith("likely") else pl.Int64) for name in _PLACES)
        return [pl.Series(name, [None] * is_known.size, kind) for name, kind in kinds]
    linear = 1 + float((peers.law.weight * peers.law.linear).sum())
    worth = linear * peers.effect[is_known]
    shrunk = shrunk_ratios(peers.late[is_known] / worth, peers.expected[is_known] / worth)

    def placed(name: str, values: Floats, kind: type[pl.DataType]) -> pl.Series:
        all_units = np.full(is_known.size, np.nan)
        all_units[is_known] = values
        return pl.Series(name, all_units).fill_nan(None).cast(kind)

    return [
        placed("likely", shrunk.value, pl.Float64),
        placed("likely_lower", shrunk.lower, pl.Float64),
        placed("likely_upper", shrunk.upper, pl.Float64),
        placed("rank", shrunk.rank, pl.Int64),
        placed("rank_lower", shrunk.rank_lower, pl.Int64),
        placed("rank_upper", shrunk.rank_upper, pl.Int64),
    ]


def _differences(found: Sequence[Adjusted]) -> list[pl.Series]:
    columns = [
        pl.Series(f"{name}_difference{ending}", [getattr(a, name)[i] for a in found], pl.Float64)
        for name in ("crude", "adjusted")
        for i, ending in enumerate(("", "_lower", "_upper"))
    ]
    return [*columns, pl.Series("simpson_alarm", [a.alarm for a in found], dtype=pl.Boolean)]
