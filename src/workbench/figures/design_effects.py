"""By how much the late share of a unit varies beyond that of independent dossiers.

Dossiers closed on one day, or in one week, tend to be late together. How much so is counted from
all closings of a register (table ``closing_clusters``), unit by unit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, groupby, pairwise
from math import fsum
from operator import itemgetter
from statistics import median
from typing import Any

import polars as pl
from scipy.special import chdtri

from workbench.core.vocabulary import EVERYTHING, Period, PeriodKind
from workbench.figures.estimates.clusters import Clusters, correlations, design_effect

CLUSTERED = ("profile", "unit_id", "period")
_SCHEMA = {**dict.fromkeys(CLUSTERED, pl.String), "design_effect": pl.Float64}
_KINDS = ("day", "week")
_LONGER: tuple[PeriodKind, ...] = ("quarter", "half", "year")
_SUMS = ("squares", "products", "late_squares")
_FEWEST_ALIKE = 4
"""Fewer months in a row do not show what they carry over."""
_MOST_CARRIED = 19
"""So many twentieths, less one, of a month's value are carried over to the next at most."""
_FEW_MONTHS = 10
"""Free months of a unit that weigh as much as what the months of all units show."""


def design_effects(clusters: pl.DataFrame) -> pl.DataFrame:
    """Return by how much lateness of each unit and period varies beyond independent dossiers.

    Args:
        clusters: The table ``closing_clusters``.

    Returns:
        profile, unit_id (``*`` all together), period, design_effect: that of days or that of
        weeks, whichever is larger, at least 1. The correlation within them is that of the unit's
        months, whose levels may differ. All together also vary as the months of the units do: a
        queue at one of them lasts longer than weeks.

    Source: as ``estimates.clusters``; of nested clusters the larger ones where these say more:
    Cameron and Miller (2015), Journal of Human Resources 50, 317-372; months of units as the
    clusters of each: Kish (1965), Survey Sampling, section 6.4.
    """
    effects: list[dict[str, Any]] = []
    months = [x for x in clusters["period"].unique() if Period.parse(x).kind == "month"]
    rows_in_order = clusters.sort(CLUSTERED).with_columns(
        pl.col("period").is_in(months).alias("is_month")
    )
    for _, of_profile in groupby(rows_in_order.to_dicts(), itemgetter("profile")):
        units = [list(group) for _, group in groupby(of_profile, itemgetter("unit_id"))]
        together = [rows for rows in units if rows[0]["unit_id"] == EVERYTHING]
        single = [rows for rows in units if rows[0]["unit_id"] != EVERYTHING]
        of_months = _variance_of_months(single)
        for row, counts in zip(_effects(together), chain(*together), strict=True):
            least = _effect_of_months(of_months.get(counts["period"], 0.0), counts)
            effects.append(row | {"design_effect": max(row["design_effect"], least)})
        effects += _effects(single)
    return pl.DataFrame(effects, _SCHEMA)


def month_effects(
    rates: pl.DataFrame, periods: Sequence[str]
) -> dict[tuple[str, str], float] | None:
    """Return by how much the months of each unit vary beyond independent dossiers.

    Args:
        rates: One rate of ``measures`` with its months, a row for each unit and period.
        periods: Labels. A month has the variation of the half-year that holds it.

    Returns:
        By unit (``*`` is one) and period; less than 1 where months are more alike than by chance.
        The effect of a unit's own months is shrunk towards the median of all units, which units
        that change do not shift. A month takes the median: the other months of its half-year
        are part of what it is compared for. None where no unit has two months.

    Source: as ``design_effects``; the middle over that of its law: Efron (2004), J. Am. Stat.
    Assoc. 99, 96-104.
    """
    months = _months_by_period(rates, periods)
    effects = {key: one for key, of in months.items() if (one := _own_effect(of))}
    ratios = [
        effect / (chdtri(free, 0.5) / free)
        for (unit, _), (effect, free) in effects.items()
        if unit != EVERYTHING
    ]
    if not ratios:
        return None
    common = float(median(ratios))
    # decided on rounded values, as processors differ in the last digit
    return {
        (unit, period): round(common, 6)
        if Period.parse(period).kind == "month" or (unit, period) not in effects
        else round(_towards_median(*effects[unit, period], common), 6)
        for unit in rates["unit_id"].unique()
        for period in periods
    }


def together_effects(rates: pl.DataFrame, periods: Sequence[str]) -> dict[tuple[str, str], float]:
    """Return by how much all units together vary as the months of each do, by ``*`` and period.

    Args:
        rates: As of ``month_effects``, of a stock at the end of each month.
        periods: Labels.

    The dossiers of a queue lie for more than a month, so that month ends which follow each other
    are alike and vary less among themselves than periods do: by how much follows from how alike
    they are in all units. A period that happened to be quiet varies as all periods do.

    Source: variance of a mean-corrected series that carries over, Bayley and Hammersley (1946),
    J. R. Stat. Soc. Suppl. 8, 184-197; carry-over found from its expectation, Quenouille (1949),
    J. R. Stat. Soc. B 11, 68-84.
    """
    months = _months_by_period(rates, periods)
    of_units: dict[str, list[list[tuple[int, int]]]] = defaultdict(list)
    for (unit, period), ends in months.items():
        if unit != EVERYTHING:
            of_units[period].append(ends)
    seen = _seen_of_variance(list(chain(*of_units.values())))
    variances, independent = {}, {}
    for (unit, period), ends in months.items():
        if unit == EVERYTHING:
            dossiers, late = (fsum(counts) for counts in zip(*ends, strict=True))
            independent[period] = late * (1 - late / dossiers)
            variances[period] = fsum(map(_variance_between, of_units[period])) / seen
    pooled = _over(fsum(variances.values()), fsum(independent.values()))
    return {
        (EVERYTHING, period): max(_over(variances[period], independent[period]), pooled)
        for period in variances
    }


def _seen_of_variance(units: Sequence[Sequence[tuple[int, int]]]) -> float:
    """Return which part of the variance of their months shows among those of one period."""
    number = max((len(months) for months in units), default=0)
    distances = [_distances(months) for months in units if len(months) == number]
    squares = fsum(x * x for of_unit in distances for x in of_unit)
    if number < _FEWEST_ALIKE or not squares:
        return 1.0
    alike = fsum(x * y for of_unit in distances for x, y in pairwise(of_unit)) / squares
    carried = [_seen_where_carried(number, part / 20) for part in range(_MOST_CARRIED)]
    # the least carry-over that is expected to show as much likeness
    return next((seen for likeness, seen in carried if likeness >= alike), carried[-1][1])


def _seen_where_carried(number: int, part: float) -> tuple[float, float]:
    """Return how alike neighbours are expected to look, and which part of the variance shows.

    Of so many values in a row, taken from their mean, where each carries over a part of the one
    before.
    """
    likeness = [[part ** abs(i - j) for j in range(number)] for i in range(number)]
    of_row = [fsum(row) / number for row in likeness]
    of_all = fsum(of_row) / number
    squares = fsum(1 - 2 * row + of_all for row in of_row)
    products = fsum(part - one - other + of_all for one, other in pairwise(of_row))
    return products / squares, squares / (number - 1)


def _distances(months: Sequence[tuple[int, int]]) -> list[float]:
    """Return by how much the number late of each month lies from that of the unit's share."""
    dossiers, late = (fsum(counts) for counts in zip(*months, strict=True))
    share = late / dossiers
    return [late_ones - share * all_ones for all_ones, late_ones in months]


def _months_by_period(
    rates: pl.DataFrame, periods: Sequence[str]
) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """Return dossiers and late ones of each unit's months in a period, of a month in its half."""
    months: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    kind_of = {label: Period.parse(label).kind for label in periods}
    rows = rates.sort("unit_id", "period").select("unit_id", "period", "denominator", "numerator")
    for unit, label, *counts in rows.iter_rows():
        month = Period.parse(label)
        if month.kind != "month":
            continue
        for period, kind in kind_of.items():
            longer: PeriodKind = "half" if kind == "month" else kind
            day = Period.parse(period).starts_on
            if Period.holding(month.starts_on, longer) == Period.holding(day, longer):
                months[unit, period].append((counts[0], counts[1]))
    return months


def _own_effect(months: Sequence[tuple[int, int]]) -> tuple[float, int] | None:
    """Return the effect of a unit's months and how many of them are free, where there is one."""
    dossiers, late = (fsum(counts) for counts in zip(*months, strict=True))
    if len(months) < 2 or not 0 < late < dossiers:
        return None
    counts = {"n_dossiers": dossiers, "n_late": late}
    return _effect_of_months(_variance_between(months), counts), len(months) - 1


def _towards_median(effect: float, free: int, common: float) -> float:
    return (free * effect + _FEW_MONTHS * common) / (free + _FEW_MONTHS)


def _effects(units: Sequence[Sequence[Mapping[str, Any]]]) -> Iterator[dict[str, Any]]:
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


def _variance_of_months(units: Sequence[Sequence[Mapping[str, Any]]]) -> dict[str, float]:
    """Return the variance of the number late by longer period: of units, by their months."""
    parts: dict[str, list[float]] = defaultdict(list)
    for rows in units:
        counts: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for row in rows:
            for kind in _LONGER if row["is_month"] else ():
                label = str(Period.holding(Period.parse(row["period"]).starts_on, kind))
                counts[label].append((row["n_dossiers"], row["n_late"]))
        for label, months in counts.items():
            parts[label].append(_variance_between(months))
    return {label: fsum(variances) for label, variances in parts.items()}


def _variance_between(months: Sequence[tuple[int, int]]) -> float:
    """Return the variance of a unit's number late; one month says only what chance does."""
    number = len(months)
    dossiers, late = (fsum(counts) for counts in zip(*months, strict=True))
    if number == 1:
        return late * (1 - late / dossiers)
    return fsum(x * x for x in _distances(months)) * number / (number - 1)


def _effect_of_months(variance: float, counts: Mapping[str, Any]) -> float:
    """Return a variance of the number late over that of independent dossiers; 1 where none is."""
    late, dossiers = (float(counts[name]) for name in ("n_late", "n_dossiers"))
    return _over(variance, late * (1 - late / dossiers))


def _over(variance: float, independent: float) -> float:
    return round(variance / independent, 6) if independent > 0 else 1.0


def _months(rows: Sequence[Mapping[str, Any]], kind: str) -> list[Clusters]:
    return [_clusters(row, kind) for row in rows if row["is_month"]]


def _clusters(row: Mapping[str, Any], kind: str) -> Clusters:
    sums = (row[f"{kind}_{name}"] for name in _SUMS)
    return Clusters(row[f"n_{kind}s"], row["n_dossiers"], row["n_late"], *sums)
