"""Did a dated change in some units help, judged on the outcome that it was made for?

Several units with the change are judged against those without it (difference in differences), and
only there can the evidence level be 4: where every condition of that comparison holds. A single
unit is judged on its own course, less that of the others (interrupted series), at level 2. Late
shares are compared with those expected from the mix of procedures and channels, so that a change
of mix is not an effect.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import ndtri

from workbench.core.vocabulary import EVERYTHING
from workbench.figures.estimates.difference_in_differences import difference_in_differences
from workbench.figures.estimates.interrupted_series import interrupted_series
from workbench.figures.estimates.shares import difference, wilson

Floats = NDArray[np.float64]
_STRATUM = ("procedure_id", "channel_in")
_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    **dict.fromkeys(("value", "lower", "upper", "p_value"), pl.Float64),
    **dict.fromkeys(("numerator", "denominator"), pl.Float64),
    **dict.fromkeys(("n_treated", "n_others"), pl.Int64),
    "evidence_level": pl.Int32,
    "reasons": pl.List(pl.String),
    "method": pl.String,
}


@dataclass(frozen=True)
class OutcomeCounts:
    """An outcome of every unit and period, as arrays of units x periods.

    Attributes:
        units: Ids, in order.
        periods: Labels, in order of time.
        met: Dossiers of which the outcome is true.
        dossiers: All of them.
        expected: How many of them were to be expected from the mix; zeros without adjustment.
    """

    units: tuple[str, ...]
    periods: tuple[str, ...]
    met: Floats
    dossiers: Floats
    expected: Floats

    def treated(self, units: Collection[str]) -> NDArray[np.bool_]:
        """Return which units got the change."""
        return np.array([unit in units for unit in self.units], dtype=bool)


def rate_outcome(
    measures: pl.DataFrame, *, measure: str, profile: str, periods: Sequence[str]
) -> OutcomeCounts:
    """Return a rate of ``measures`` as an outcome, without adjustment.

    Args:
        measures: Rows of all procedures and channels together (``unit_measures``).
        measure: Id of the rate.
        profile: Lateness profile.
        periods: The periods looked at, in order of time.
    """
    rows = measures.filter(
        pl.col("measure") == measure,
        pl.col("profile") == profile,
        pl.col("unit_id") != EVERYTHING,
        pl.col("period").is_in(list(periods)),
    )
    figures = rows.select("unit_id", "period", "numerator", "denominator")
    return _outcome(figures.with_columns(pl.lit(0.0).alias("due")), periods)


def late_outcome(
    cells: pl.DataFrame,
    *,
    periods: Sequence[str],
    since: str,
    treated: Collection[str],
    cause: str = EVERYTHING,
) -> OutcomeCounts:
    """Return the late share, or that of one cause, beside what the mix leads to expect.

    Expected from everybody's rates by stratum, outside the treated units after the change.

    Args:
        cells: ``cause_cells``.
        periods: The periods looked at, in order of time.
        since: The first period after the change.
        treated: Units that got the change.
        cause: A cause: only its part in late dossiers counts.
    """
    keys = ["unit_id", "period", *_STRATUM]
    of_units = cells.filter(pl.col("unit_id") != EVERYTHING, pl.col("period").is_in(list(periods)))
    n_late = pl.max("n_late").cast(pl.Float64)
    if cause != EVERYTHING:
        n_late = pl.col("late_share").filter(pl.col("cause") == cause).sum()
    rows = of_units.group_by(keys).agg(pl.max("n_dossiers"), n_late.alias("n_late")).sort(keys)
    later = list(periods)[list(periods).index(since) :]
    touched = pl.col("unit_id").is_in(list(treated)) & pl.col("period").is_in(later)
    rate = pl.sum("n_late") / pl.sum("n_dossiers")
    untouched = rows.filter(~touched)
    rates = untouched.group_by(_STRATUM).agg(rate.alias("rate"))
    overall = untouched.select(rate).item() or 0.0
    full = rows.join(rates, on=list(_STRATUM), how="left", maintain_order="left").with_columns(
        (pl.col("rate").fill_nan(None).fill_null(overall) * pl.col("n_dossiers")).alias("due")
    )
    summed = full.group_by("unit_id", "period", maintain_order=True).agg(
        pl.sum("n_late").alias("numerator"),
        pl.sum("n_dossiers").alias("denominator"),
        pl.sum("due"),
    )
    return _outcome(summed, periods)


def _outcome(figures: pl.DataFrame, periods: Sequence[str]) -> OutcomeCounts:
    units = figures["unit_id"].unique().sort().to_list()
    places = {unit: i for i, unit in enumerate(units)}
    tables = np.zeros((3, len(units), len(periods)))
    order = {period: i for i, period in enumerate(periods)}
    for row in figures.iter_rows(named=True):
        at = places[row["unit_id"]], order[row["period"]]
        tables[:, *at] = row["numerator"], row["denominator"], row["due"]
    return OutcomeCounts(tuple(units), tuple(periods), *tables)


def intervention(outcome: OutcomeCounts, *, treated: Collection[str], since: str) -> pl.DataFrame:
    """Return the effect of a change that the treated units got at the start of a period.

    Args:
        outcome: ``late_outcome`` or ``rate_outcome``.
        treated: Units that got the change; all others are the comparison.
        since: The first period after the change, one of the outcome's.

    Returns:
        One row: value (points of the share, treated against others, after against before), lower,
        upper, p_value, numerator and denominator (treated, after), n_treated, n_others,
        evidence_level, reasons (what keeps it from level 4; empty at 4), method.

    Raises:
        ValueError: ``since`` is not among the periods, or is the first of them.

    Source: as ``estimates.difference_in_differences``.
    """
    after, ours = _after(outcome, since), outcome.treated(treated)
    effect = difference_in_differences(
        outcome.met, outcome.dossiers, outcome.expected, treated=ours, after=after
    )
    bounds = (effect.value, effect.lower, effect.upper, effect.p_value)
    counts = (effect.numerator, effect.denominator, int(ours.sum()), int((~ours).sum()))
    row = (*bounds, *counts, effect.evidence_level, list(effect.reasons), effect.method)
    return pl.DataFrame([row], _SCHEMA, orient="row")


def interrupted(outcome: OutcomeCounts, *, treated: Collection[str], since: str) -> pl.DataFrame:
    """Return the effect of a change on the treated units by their own course, at level 2.

    Their share of each period is taken less that of the other units together, so that what
    happened to all (a season, a campaign) is not an effect; as it is where too few periods hold
    dossiers of the others.

    Args:
        outcome: ``late_outcome`` or ``rate_outcome`` by months.
        treated: Units that got the change, one as a rule.
        since: The first period after the change.

    Returns:
        One row as of ``intervention``; method ``interrupted_series``, or
        ``interrupted_series_alone`` without the others.

    Raises:
        ValueError: ``since`` is not among the periods, or is the first of them.

    Source: as ``estimates.interrupted_series``.
    """
    after, which = _after(outcome, since), outcome.treated(treated)
    ours, others = (_summed(outcome, side) for side in (which, ~which))
    (share, variance), (course, its_variance) = _share(*ours), _share(*others)
    met, size, _ = ours
    common = np.where(others[1] > 0, size, 0.0)
    bounds = interrupted_series(share - course, common, variance + its_variance, after=after)
    is_alone = False
    if bounds[0] is None:
        bounds = interrupted_series(share, size, variance, after=after)
        is_alone = bounds[0] is not None
    reasons = {
        "few_treated": which.sum() == 1,
        "few_controls": is_alone or (~which).sum() < 2,
        "few_periods": bounds[0] is None,
    }
    counts = (float(met[after:].sum()), float(size[after:].sum()))
    row = (
        *(*bounds, None, *counts, int(which.sum()), int((~which).sum()), 2),
        [reason for reason, holds in reasons.items() if holds],
        "interrupted_series_alone" if is_alone else "interrupted_series",
    )
    return pl.DataFrame([row], _SCHEMA, orient="row")


def _after(outcome: OutcomeCounts, since: str) -> int:
    if since not in outcome.periods[1:]:
        raise ValueError(f"{since} is none of the periods after the first")
    return outcome.periods.index(since)


def _summed(outcome: OutcomeCounts, side: NDArray[np.bool_]) -> tuple[Floats, Floats, Floats]:
    """Return counts, dossiers and expected counts of some units together, period by period."""
    met, size, due = (
        table[side].sum(axis=0) for table in (outcome.met, outcome.dossiers, outcome.expected)
    )
    return met, size, due


def _share(met: Floats, size: Floats, due: Floats) -> tuple[Floats, Floats]:
    """Return each period's share beyond the expected one, and its variance by chance.

    The variance is that of the share of all periods, so that none is certain that met none.
    """
    base = np.maximum(size, 1.0)
    level = (met.sum() + 0.5) / (size.sum() + 1.0)
    return (met - due) / base, level * (1 - level) / base


def worse_units(
    outcome: OutcomeCounts,
    *,
    treated: Collection[str],
    since: str,
    is_lower_better: bool,
    effects: Mapping[str, float],
) -> pl.DataFrame:
    """Return the other units whose outcome since the change is worse than that of the treated.

    Args:
        outcome: ``late_outcome`` or ``rate_outcome``.
        treated: Units that got the change.
        since: The first period after it.
        is_lower_better: Whether less of the outcome is better.
        effects: How many dossiers of a unit are worth an independent one; 1 where not known.

    Returns:
        One row per unit that is worse beyond chance, allowing for as many units as there are:
        unit_id, numerator, denominator, value, difference (from the treated) with lower and upper;
        the worst first. Nothing is adjusted for the mix.

    Source: Newcombe (1998), Statistics in Medicine 17, 873-890; Bonferroni (1936).
    """
    after, which = _after(outcome, since), outcome.treated(treated)
    counts = [table[:, after:].sum(axis=1) for table in (outcome.met, outcome.dossiers)]
    z = float(ndtri(1 - 0.025 / max(int((~which).sum()), 1)))
    met, size = (round(float(table[which].sum())) for table in counts)
    effect = max((effects.get(unit, 1.0) for unit in treated), default=1.0)
    ours = wilson(met, size, effect, z)
    sign = 1 if is_lower_better else -1
    rows = []
    for unit, number, base in zip(outcome.units, *counts, strict=True):
        theirs = wilson(round(float(number)), round(float(base)), effects.get(unit, 1.0), z)
        gap, lower, upper = difference(ours, theirs)
        if unit in treated or gap is None or lower is None or upper is None:
            continue
        if min(sign * lower, sign * upper) > 0:
            share = (theirs.numerator, theirs.denominator, theirs.value)
            rows.append((unit, *share, gap, lower, upper))
    rows.sort(key=lambda row: (-abs(row[4]), row[0]))
    names = ("value", "difference", "lower", "upper")
    schema = {"unit_id": pl.String, "numerator": pl.Int64, "denominator": pl.Int64}
    return pl.DataFrame(rows, {**schema, **dict.fromkeys(names, pl.Float64)}, orient="row")
