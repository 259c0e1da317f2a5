"""The figures of a report: counts, and rates that each name their numerator and denominator.

The definitions stand in two tables below; nothing else in the project computes a rate. A rate
whose denominator is zero has no value. Evidence level 1: plain accounting.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from workbench.estimates import Estimate, count, wilson

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
    "online_in": (("received_online",), ("received",)),
    "online_processed": (("online_processed",), ("online_known",)),
    "post_out": (("returned_by_post",), ("returned",)),
}
"""Measure -> counters of the numerator, counters of the denominator.

``ot_done``, ``ot_done_plus_overdue_open``, ``ot_due`` and ``early_share`` are the definitions in
use by provinces; a figure without the name of its definition is worthless, they differ by points.
"""

GROUP = ("profile", "unit_id", "period", "procedure_id", "channel_in")
_SCHEMA = {
    "measure": pl.String,
    **dict.fromkeys(GROUP, pl.String),
    "numerator": pl.Int64,
    "denominator": pl.Int64,
    "value": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "method": pl.String,
    "evidence_level": pl.Int32,
}


def measure(counts: pl.DataFrame) -> pl.DataFrame:
    """Turn counters into measures.

    Args:
        counts: One row per group (profile, unit, period, procedure, channel) and counter, with
            ``n``; ``*`` in a group column stands for all values together.

    Returns:
        One row per measure and group, with numerator, denominator, value and 95 % interval,
        ordered by measure and group. Groups without a single dossier have no row; a rate that
        no counter of the group feeds has none either.
    """
    wide = counts.pivot(on="counter", index=list(GROUP), values="n", aggregate_function="sum")
    rows = [row for record in wide.iter_rows(named=True) for row in _rows(record)]
    frame = pl.DataFrame(rows, schema=_SCHEMA, orient="row")
    return frame.sort("measure", *GROUP)


def _rows(record: dict[str, object]) -> Iterator[tuple[object, ...]]:
    group = tuple(record[name] for name in GROUP)
    for name, counters in COUNTS.items():
        yield _row(name, group, count(_total(record, counters)))
    for name, (above, below) in RATES.items():
        if denominator := _total(record, below):
            yield _row(name, group, wilson(_total(record, above), denominator))


def _row(name: str, group: tuple[object, ...], e: Estimate) -> tuple[object, ...]:
    return (name, *group, e.numerator, e.denominator, e.value, e.lower, e.upper, e.method, 1)


def _total(record: dict[str, object], counters: tuple[str, ...]) -> int:
    found = (record.get(name) for name in counters)
    return sum(n for n in found if isinstance(n, int))
