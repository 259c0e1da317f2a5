"""Late shares in which open dossiers count, and the risk of each open one.

A share of closed dossiers only is biased while dossiers of the cohort are open: the slow ones are
missing. Such a share is marked and shown beside the corrected one. Where the log shows the current
step of an open dossier, the risk depends on it, else on the elapsed part of the allowed time. All
figures depend only on the snapshot in the tables: the same snapshot always gives the same figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import ndtri

from workbench.core.vocabulary import Period, PeriodKind
from workbench.figures.compare.sojourn_risk import sojourn_risks
from workbench.figures.estimates.breach_risk import risks, speeds
from workbench.figures.estimates.shares import wilson
from workbench.figures.estimates.survival import aalen_johansen, kaplan_meier

Floats = NDArray[np.float64]
_WINDOW_DAYS = 365
"""A unit's current speed is taken from what happened in so many days before the snapshot."""
_ASKED = ("dossier_id", "unit_id", "received_on", "seen_on", "ending")
_SUMMED = (
    *("n_closed", "n_known", "n_known_late", "n_judged"),
    *("sum", "sum_lower", "sum_upper", "unsure"),
)
_RISK = ("risk", "lower", "upper")
_WIDE = float(ndtri(0.975))
_LEAST = 1e-12
Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)
_ENDINGS = {"open": 0, "resolved": 1, "withdrawn": 2, "rejected": 3}


def breach_risks(
    progress: pl.DataFrame | pl.LazyFrame,
    passages: pl.DataFrame | None = None,
    *,
    window_days: int = _WINDOW_DAYS,
) -> pl.DataFrame:
    """Return every open dossier with its risk of running past its limit.

    Args:
        progress: One row per dossier: dossier_id, unit_id, received_on, seen_on (day of its end
            or of the snapshot), ending (resolved, withdrawn, rejected, open), elapsed_seconds,
            allowed_seconds.
        passages: As for ``sojourn_risks``. Without them, or for a dossier at a step that no others
            have left recently, the risk depends on the elapsed part of the allowed time.
        window_days: Days before the snapshot from which the units' speed is estimated.

    Returns:
        One row per open dossier, by dossier_id: unit_id, spent (elapsed over allowed), risk with
        lower and upper, method (``stay_pace`` or ``speed_km``), evidence_level 2. 1 for a dossier
        already past its limit. To be withdrawn or refused first competes with being late: the
        risk is that of still running at the limit, neither resolved nor gone.

    Source: as ``estimates.stays`` and ``estimates.breach``; the chance to run on is the product of
    those against each ending, Prentice et al. (1978), Biometrics 34, 541-554, as in
    ``survival.aalen_johansen``.
    """
    given = progress.lazy()
    units = given.select(pl.col("unit_id").unique().sort()).collect()["unit_id"]
    start = pl.max("seen_on") - pl.duration(days=window_days)
    looked_at = given.filter((pl.col("ending") == "open") | (pl.col("seen_on") >= start))
    rows = _spent(looked_at).select(*_ASKED, "spent").collect().sort("dossier_id")
    is_open = rows["ending"].to_numpy() == "open"
    open_ones = rows.filter(pl.Series(is_open))
    bounds = np.zeros((3, open_ones.height))
    if is_open.any():
        bounds = np.stack(_forecast_risks(rows, units, window_days, is_open))
    open_ones = open_ones.with_columns(
        *(pl.Series(n, x) for n, x in zip(_RISK, bounds, strict=True)),
        pl.lit("speed_km").alias("method"),
    )
    if passages is not None:
        open_ones = _prefer_sojourn_risk(open_ones, sojourn_risks(progress, passages))
    staying = _chance_of_staying(rows, window_days, open_ones["spent"].to_numpy())
    open_ones = open_ones.with_columns(pl.col(_RISK) * staying)
    return open_ones.select("dossier_id", "unit_id", "spent", *_RISK, "method").with_columns(
        pl.lit(2).cast(pl.Int32).alias("evidence_level")
    )


def eventual(
    progress: pl.DataFrame,
    by: Sequence[str] = ("unit_id",),
    *,
    risks: pl.DataFrame | None = None,
    cohort: PeriodKind | None = None,
    window_days: int = _WINDOW_DAYS,
) -> pl.DataFrame:
    """Return late shares of groups: of closed ones, with overdue ones, and the eventual one.

    Args:
        progress: As in ``breach_risks``.
        by: Columns that make the groups; none: all together.
        risks: What ``breach_risks`` returned for all dossiers, of which ``progress`` may hold a
            part; none: taken from ``progress``.
        cohort: Also group by the period of reception (column ``cohort``).
        window_days: As in ``breach_risks``.

    Returns:
        One row per group, ordered by it: n_received, n_open, n_left (withdrawn or refused: in no
        share below), n_late (closed late), n_overdue; ``closed`` (late of the closed), ``known``
        (late or overdue of the closed and overdue) and ``eventual`` (late in the end, open ones
        counted by their risk), each with numerator, denominator, ``_lower`` and ``_upper``;
        ``final_lower`` to ``final_upper``, the 95 % interval of the final share of these very
        dossiers;
        ``closed_is_biased`` where dossiers are still open; evidence_level 2. A share of nothing
        is missing.

    The intervals of the shares allow for chance among so few dossiers, as if others like them
    had come; that of ``eventual`` also for what is not known of the risks. The final
    share depends only on the open dossiers not yet overdue: on the chance of each and on the
    uncertainty of the risks, whose errors are common to a unit. Where all have ended it is known.

    Source: as ``breach_risks``; Wilson interval of the expected count, at the bounds of the
    risks; normal law of a sum of unequal chances, Hodges and Le Cam (1960), Ann. Math. Stat. 31,
    737-740.
    """
    if risks is None:
        risks = breach_risks(progress, window_days=window_days)
    rows = _spent(progress).join(risks.select("dossier_id", *_RISK), on="dossier_id", how="left")
    groups = list(by)
    if cohort is not None:
        rows = rows.with_columns(_cohorts(rows["received_on"], cohort))
        groups.append("cohort")
    key = groups or ["all"]
    rows = rows.with_columns(pl.lit(1).alias("all"))
    summed = rows.group_by(key).agg(*_sums()).join(_forecast_variance(rows, key), on=key).sort(key)
    if not groups:
        summed = summed.drop("all")
    return summed.with_columns(
        *_shares(summed, "closed", ("n_late",) * 3, "n_closed"),
        *_shares(summed, "known", ("n_known_late",) * 3, "n_known"),
        *_shares(summed, "eventual", ("sum", "sum_lower", "sum_upper"), "n_judged"),
        *_final_share_bounds(),
        (pl.col("n_open") > 0).alias("closed_is_biased"),
        pl.lit(2).cast(pl.Int32).alias("evidence_level"),
    ).drop(*_SUMMED)


def curve(progress: pl.DataFrame, ending: str | None = None) -> pl.DataFrame:
    """Return the curve of a group: still running, or ended in one way, by elapsed over allowed.

    Args:
        progress: The dossiers of one group, as in ``breach_risks``.
        ending: ``resolved``, ``withdrawn`` or ``rejected`` for the share ended so (the others
            compete); none for the share still running.

    Returns:
        One row per time at which a dossier ended: spent, share, lower, upper, ended.

    Source: as ``estimates.survival``.
    """
    rows = _spent(progress)
    how = rows["ending"].replace_strict(_ENDINGS, return_dtype=pl.Int64).to_numpy()
    if ending is None:
        ended_curve = kaplan_meier(rows["spent"].to_numpy(), how > 0)
    else:
        ended_curve = aalen_johansen(rows["spent"].to_numpy(), how, _ENDINGS[ending])
    each = [ended_curve.at(float(t)) for t in ended_curve.time]
    return pl.DataFrame(
        {
            "spent": ended_curve.time,
            "share": ended_curve.share,
            "lower": [e.lower for e in each],
            "upper": [e.upper for e in each],
            "ended": ended_curve.ended.astype(np.int64),
        }
    )


def _spent(progress: Frame) -> Frame:
    return progress.with_columns(
        (pl.col("elapsed_seconds") / pl.col("allowed_seconds")).alias("spent")
    )


def _prefer_sojourn_risk(risks: pl.DataFrame, by_sojourn: pl.DataFrame) -> pl.DataFrame:
    """Prefer the sojourn-based risk; fall back to the elapsed-time risk."""
    joined = risks.join(by_sojourn, on="dossier_id", how="left", suffix="_there").sort("dossier_id")
    has_sojourn = pl.col("risk_there").is_not_null()
    return joined.with_columns(
        *(pl.coalesce(f"{name}_there", name).alias(name) for name in _RISK),
        pl.when(has_sojourn).then(pl.lit("stay_pace")).otherwise("method").alias("method"),
    )


def _forecast_risks(
    rows: pl.DataFrame, units: pl.Series, window_days: int, is_wanted: NDArray[np.bool_]
) -> tuple[Floats, ...]:
    """Forecast the wanted rows from what the window before the snapshot showed.

    ``units`` names all units in order, also those without dossiers in the window.
    """
    unit = rows["unit_id"].cast(pl.Enum(units)).to_physical().to_numpy().astype(np.int64)
    inside, entered = _watched(rows, window_days)
    spent = rows["spent"].to_numpy()
    resolved = rows["ending"].to_numpy() == "resolved"
    unit_speeds = speeds(spent[inside], resolved[inside], unit[inside], entered)
    last = units.len() - 1
    if unit_speeds.value.shape[1] <= last:
        unit_speeds = speeds(
            np.append(spent[inside], 0.0),
            np.append(resolved[inside], False),
            np.append(unit[inside], last),
            np.append(entered, 0.0),
        )
    return risks(unit_speeds, spent[is_wanted], unit[is_wanted])


def _chance_of_staying(rows: pl.DataFrame, window_days: int, spent: Floats) -> Floats:
    """Return how likely dossiers are not to be withdrawn or refused before their limit."""
    inside, entered = _watched(rows, window_days)
    gone = rows["ending"].is_in(["withdrawn", "rejected"]).to_numpy()
    stays = kaplan_meier(rows["spent"].to_numpy()[inside], gone[inside], entered)
    now = np.minimum(spent, 1.0)
    return np.asarray(stays.values(np.ones_like(now)) / np.maximum(stays.values(now), _LEAST))


def _watched(rows: pl.DataFrame, window_days: int) -> tuple[NDArray[np.bool_], Floats]:
    """Return which dossiers ran within the window, and their elapsed part when it began.

    What ended before it is not known to a register that begins on a date, and what was received
    before it is watched from then on only: left truncation.
    """
    start = pl.max("seen_on") - pl.duration(days=window_days)
    days = (pl.col("seen_on") - pl.col("received_on")).dt.total_days()
    before = (start - pl.col("received_on")).dt.total_days()
    part = (before / days).fill_nan(0.0).clip(0.0, 1.0)
    seen = rows.select(
        pl.when(days > 0).then(part * pl.col("spent")).otherwise(0.0).alias("entered"),
        (pl.col("seen_on") >= start).alias("inside"),
    )
    inside = seen["inside"].to_numpy()
    return inside, seen["entered"].to_numpy()[inside]


def _cohorts(days: pl.Series, kind: PeriodKind) -> pl.Series:
    labels = {day: str(Period.holding(day, kind)) for day in days.unique()}
    return days.replace_strict(labels, return_dtype=pl.String).alias("cohort")


def _sums() -> list[pl.Expr]:
    ending, late = pl.col("ending"), pl.col("spent") > 1
    is_open, resolved = ending == "open", ending == "resolved"
    judged = is_open | resolved
    expected = {"sum": "risk", "sum_lower": "lower", "sum_upper": "upper"}
    return [
        pl.len().cast(pl.Int64).alias("n_received"),
        is_open.sum().cast(pl.Int64).alias("n_open"),
        (~judged).sum().cast(pl.Int64).alias("n_left"),
        (resolved & late).sum().cast(pl.Int64).alias("n_late"),
        (is_open & late).sum().cast(pl.Int64).alias("n_overdue"),
        resolved.sum().alias("n_closed"),
        (resolved | (is_open & late)).sum().alias("n_known"),
        (judged & late).sum().alias("n_known_late"),
        judged.sum().alias("n_judged"),
        *(
            (pl.when(is_open).then(pl.col(risk)).otherwise((resolved & late).cast(pl.Float64)))
            .filter(judged)
            .sum()
            .alias(name)
            for name, risk in expected.items()
        ),
    ]


def _forecast_variance(rows: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Return the variance of how many open dossiers of each group will be late."""
    open_ones = pl.col("ending") == "open"
    chance = (pl.col("risk") * (1 - pl.col("risk"))).filter(open_ones).sum()
    shared = ((pl.col("upper") - pl.col("lower")) / (2 * _WIDE)).filter(open_ones).sum()
    return (
        rows.sort("dossier_id")
        .group_by(*dict.fromkeys((*key, "unit_id")), maintain_order=True)
        .agg((chance + shared**2).alias("unsure"))
        .group_by(key, maintain_order=True)
        .agg(pl.col("unsure").sum())
    )


def _final_share_bounds() -> list[pl.Expr]:
    """Return forecast limits of the final late share.

    They are bounded by no open dossier and by every open dossier becoming late.
    """
    judged, expected = pl.col("n_judged"), pl.col("sum")
    half = _WIDE * pl.col("unsure").sqrt()
    least = pl.col("n_late") + pl.col("n_overdue")
    most = pl.col("n_late") + pl.col("n_open")
    some = judged > 0
    return [
        pl.when(some).then(pl.max_horizontal(expected - half, least) / judged).alias("final_lower"),
        pl.when(some).then(pl.min_horizontal(expected + half, most) / judged).alias("final_upper"),
    ]


def _shares(
    summed: pl.DataFrame, name: str, above: tuple[str, str, str], below: str
) -> list[pl.Series]:
    base = summed[below].to_list()
    middle, low, high = (
        [wilson(min(x, n), n) for x, n in zip(summed[c], base, strict=True)] for c in above
    )
    return [
        pl.Series(f"{name}_numerator", [e.numerator for e in middle], dtype=pl.Float64),
        pl.Series(f"{name}_denominator", base, dtype=pl.Int64),
        pl.Series(name, [e.value for e in middle], dtype=pl.Float64),
        pl.Series(f"{name}_lower", [e.lower for e in low], dtype=pl.Float64),
        pl.Series(f"{name}_upper", [e.upper for e in high], dtype=pl.Float64),
    ]
