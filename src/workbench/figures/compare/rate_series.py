"""A rate over time: control chart against a person's baseline, and the date of a change.

Months are judged, never ranked, and the baseline is an argument with its written reason: nothing
here moves it. A kind of month known to be slow (Tet) enters through what is expected of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from workbench.core.vocabulary import EVERYTHING, Period, PeriodKind
from workbench.figures.estimates.change_point import seasonal, shift
from workbench.figures.estimates.control import Baseline, Chart, share_chart, xmr_chart


@dataclass(frozen=True)
class BaselinePeriods:
    """The periods, both included, that a person calls usual, and why."""

    first: str
    last: str
    reason: str


def series(
    measures: pl.DataFrame,
    *,
    unit_id: str,
    profile: str,
    measure: str = "late_or_overdue",
    kind: PeriodKind = "month",
) -> pl.DataFrame:
    """Return one rate of one unit (``*``: all) over the periods of a kind, in order of time.

    Periods without dossiers between the first and the last are there, with nothing in them.
    """
    rows = measures.filter(
        pl.col("measure") == measure,
        pl.col("profile") == profile,
        pl.col("unit_id") == unit_id,
        pl.col("procedure_id") == EVERYTHING,
        pl.col("channel_in") == EVERYTHING,
    )
    known = {p: Period.parse(p) for p in rows["period"].unique()}
    labels = sorted((p for p in known if known[p].kind == kind), key=lambda p: known[p].starts_on)
    if not labels:
        return rows.select("period", "numerator", "denominator", "design_effect").clear()
    every, at = [labels[0]], known[labels[0]]
    while every[-1] != labels[-1]:
        at = at.next()
        every.append(str(at))
    return (
        pl.DataFrame({"period": every})
        .join(
            rows.select("period", "numerator", "denominator", "design_effect"),
            on="period",
            how="left",
        )
        .with_columns(
            pl.col("numerator", "denominator").fill_null(0), pl.col("design_effect").fill_null(1.0)
        )
    )


def charted(
    course: pl.DataFrame, usual: BaselinePeriods, *, rules: Literal["exact", "xmr"] = "exact"
) -> pl.DataFrame:
    """Return a course with centre, limits, and what is called out against the usual periods.

    Args:
        course: One row per period in order: period, numerator, denominator, design_effect
            (``series``).
        usual: The baseline, set by a person, with the reason.
        rules: ``exact`` limits widened by scatter (default), or the ``xmr`` rules on request.

    Returns:
        The rows with value, centre, lower, upper (limits), rule (missing where nothing is called),
        is_shaky (counts too small for the rules asked for), spread, method, reason,
        evidence_level 2.

    Raises:
        ValueError: The baseline has no reason, no dossiers, or is not in the course.

    Source: as ``estimates.control``.
    """
    labels = course["period"].to_list()
    if usual.first not in labels or usual.last not in labels:
        raise ValueError(f"the baseline {usual.first} to {usual.last} is not in the course")
    base = Baseline(labels.index(usual.first), labels.index(usual.last), usual.reason)
    late = course["numerator"].to_numpy().astype(np.float64)
    dossiers = course["denominator"].to_numpy().astype(np.float64)
    effect = course["design_effect"].to_numpy()
    chart = (
        share_chart(late, dossiers, base, effect)
        if rules == "exact"
        else _xmr(late, dossiers, base)
    )
    rule = [r or None for r in chart.rule]
    return course.with_columns(
        pl.Series("value", chart.value, dtype=pl.Float64).fill_nan(None),
        pl.Series("centre", chart.centre),
        pl.Series("lower", chart.lower),
        pl.Series("upper", chart.upper),
        pl.Series("rule", rule, dtype=pl.String),
        pl.lit(chart.is_shaky).alias("is_shaky"),
        pl.lit(chart.spread).alias("spread"),
        pl.lit(chart.method).alias("method"),
        pl.lit(chart.reason).alias("reason"),
        pl.lit(2).cast(pl.Int32).alias("evidence_level"),
    )


def changed(
    course: pl.DataFrame,
    *,
    kinds: Mapping[str, str] | None = None,
    shares: Mapping[str, float] | None = None,
) -> pl.DataFrame:
    """Return the likeliest single change of a course, its credible dates and its p-value.

    Args:
        course: As in ``charted``.
        kinds: Period -> kind of month, say ``tet`` and ``plain``; with ``shares``.
        shares: Kind of month -> everybody's late share in it; what it explains is no change.

    Returns:
        One row: period (first of the new level), earliest, latest (credible dates), before and
        after (shares, or ratios to the expected), their counts, p_value, method, evidence_level
        2. Missing where the course is too short or has no late dossier.

    Source: as ``estimates.change_point``.
    """
    labels = course["period"].to_list()
    late, dossiers = (course[c].to_numpy() for c in ("numerator", "denominator"))
    expected = None
    if kinds is not None and shares is not None:
        expected = seasonal(dossiers, [kinds[p] for p in labels], dict(shares))
    change = shift(late, dossiers, expected)
    dates = [None if i is None else labels[i] for i in (change.at, change.first, change.last)]
    names = ("before_numerator", "before_denominator", "after_numerator", "after_denominator")
    return pl.DataFrame(
        {
            **{n: [d] for n, d in zip(("period", "earliest", "latest"), dates, strict=True)},
            "before": [change.before],
            "after": [change.after],
            **{n: [c] for n, c in zip(names, change.counts, strict=True)},
            "p_value": [change.p_value],
            "method": [change.method],
            "evidence_level": [2],
        },
        schema_overrides={
            **dict.fromkeys(("period", "earliest", "latest"), pl.String),
            **dict.fromkeys(("before", "after", *names), pl.Float64),
            "evidence_level": pl.Int32,
        },
    )


def shares_by_kind(
    measures: pl.DataFrame,
    kinds: Mapping[str, str],
    *,
    profile: str,
    measure: str = "late_or_overdue",
) -> dict[str, float]:
    """Return everybody's late share in months of each kind, what ``changed`` expects of them."""
    everybody = series(measures, unit_id=EVERYTHING, profile=profile, measure=measure)
    kept = everybody.filter(pl.col("period").is_in(list(kinds)))
    summed = (
        kept.with_columns(pl.col("period").replace_strict(dict(kinds)).alias("kind"))
        .group_by("kind")
        .agg(pl.sum("numerator", "denominator"))
        .filter(pl.col("denominator") > 0)
        .sort("kind")
    )
    return {r["kind"]: r["numerator"] / r["denominator"] for r in summed.iter_rows(named=True)}


def _xmr(late: np.ndarray, dossiers: np.ndarray, base: Baseline) -> Chart:
    """Draw the XmR chart of shares; a period without dossiers takes the baseline's share."""
    level = float(base.of(late).sum() / max(base.of(dossiers).sum(), 1.0))
    value = np.where(dossiers > 0, late / np.maximum(dossiers, 1.0), level)
    return xmr_chart(value, base, dossiers * level)
