"""The figures of a report: counts, and rates that each name their numerator and denominator.

The definitions stand in two tables below; nothing else in the project computes a rate. A rate
whose denominator is zero has no value. Evidence level 1: plain accounting.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from workbench.figures.estimates import wilson_many

COUNTS: dict[str, tuple[str, ...]] = {
    "received": ("received",),
    "resolved": ("early", "on_time", "late", "unknown"),
    "early": ("early",),
    "on_time": ("on_time",),
    "late": ("late",),
    "unknown": ("unknown",),
    "withdrawn": ("withdrawn",),
    "rejected": ("rejected",),
    "open_in_time": ("open_in_time",),
    "open_overdue": ("open_overdue",),
    "open_unknown": ("open_unknown",),
}
"""Measure -> the counters it adds up."""

_IN_TIME = ("early", "on_time")
_JUDGED = ("early", "on_time", "late")

RATES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "ot_done": (_IN_TIME, _JUDGED),
    "late_done": (("late",), _JUDGED),
    "early_share": (("early",), _JUDGED),
    "ot_done_plus_overdue_open": (_IN_TIME, (*_JUDGED, "open_overdue")),
    "late_or_overdue": (("late", "open_overdue"), (*_JUDGED, "open_overdue")),
    "ot_due": (("fell_due_in_time",), ("fell_due",)),
    "ot_766": (("progress_in_time",), ("in_play",)),
    "reception_8h": (("received_within_8h",), ("reception_known",)),
    "online_in": (("received_online",), ("channel_known",)),
    "online_processed": (("online_processed",), ("online_known",)),
    "online_full_share": (("online_full",), ("received_online",)),
    "post_out": (("returned_by_post",), ("returned",)),
    "electronic_out": (("returned_online",), ("returned",)),
}
"""Measure -> counters of the numerator, counters of the denominator.

``ot_done``, ``ot_done_plus_overdue_open``, ``ot_due`` and ``early_share`` are the definitions in
use by provinces. They differ by points: a figure must be given with the name of its definition.
"""

GROUP = ("profile", "unit_id", "period", "procedure_id", "channel_in")
ESTIMATED = {
    "numerator": pl.Int64,
    "denominator": pl.Int64,
    "value": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "method": pl.String,
}
"""The columns of a figure with its interval, wherever one stands in a table."""
_METHODS = pl.Enum(["count", "wilson"])
_SCHEMA = {
    "measure": pl.String,
    **dict.fromkeys(GROUP, pl.String),
    **ESTIMATED,
    "evidence_level": pl.Int32,
}


def measure(counts: pl.DataFrame) -> pl.DataFrame:
    """Turn counters into measures.

    Args:
        counts: One row per group (profile, unit, period, procedure, channel) and a column per
            counter; one that is not there counts nothing. ``*`` in a group column stands for all
            values together.

    Returns:
        One row per measure and group, with numerator, denominator, value and 95 % interval,
        ordered by measure and group. Groups without a single dossier have no row; a rate that
        no counter of the group feeds has none either.
    """
    return pl.concat(measures_in_turn(counts)).cast({pl.Enum: pl.String})


def measures_in_turn(counts: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Turn counters into measures one by one: one under the other they are those of ``measure``.

    So that no more than one measure is in memory at a time. Texts come as enumerations: millions of
    rows name few things.
    """
    ordered = counts.with_columns(
        pl.col(name).cast(pl.Enum(counts[name].unique().sort())) for name in GROUP
    ).sort(GROUP)
    defined: dict[str, tuple[tuple[str, ...], tuple[str, ...] | None]] = {
        **{name: (counters, None) for name, counters in COUNTS.items()},
        **RATES,
    }
    names = pl.Enum(sorted(defined))
    for name, (above, below) in sorted(defined.items()):
        part = ordered.select(
            pl.lit(name, dtype=names).alias("measure"),
            *GROUP,
            _total(ordered, above).alias("numerator"),
            _total(ordered, below or ()).alias("denominator"),
        )
        if below is None:
            yield _finished(part, pl.lit(None), [pl.col("numerator")] * 3, "count")
        else:
            part = part.filter(pl.col("denominator") > 0)
            intervals = wilson_many(part["numerator"], part["denominator"])
            yield _finished(part, pl.col("denominator"), [pl.lit(x) for x in intervals], "wilson")


def _finished(
    part: pl.DataFrame, denominator: pl.Expr, found: Sequence[pl.Expr], method: str
) -> pl.DataFrame:
    """Return a measure with its columns in order; ``intervals`` are value, lower and upper."""
    figures = zip(("value", "lower", "upper"), found, strict=True)
    columns = part.select(
        "measure",
        *GROUP,
        "numerator",
        denominator.alias("denominator"),
        *(figure.alias(name) for name, figure in figures),
        pl.lit(method, dtype=_METHODS).alias("method"),
        pl.lit(1).alias("evidence_level"),
    )
    return columns.cast({name: kind for name, kind in _SCHEMA.items() if kind != pl.String})


def _total(wide: pl.DataFrame, counters: tuple[str, ...]) -> pl.Expr:
    met = [pl.col(name) for name in counters if name in wide.columns]
    return pl.sum_horizontal(pl.lit(0, dtype=pl.Int64), *met)
