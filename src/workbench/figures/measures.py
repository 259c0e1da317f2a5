"""The figures of a report: counts, and rates that each name their numerator and denominator.

What a rate divides stands in ``data/reference/metrics.csv`` and nowhere else. A rate whose
denominator is zero has no value. Evidence level 1: plain accounting. The interval of a rate of
lateness allows for dossiers that were closed together and are late together.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl

from workbench.core.errors import InputRejected
from workbench.figures.design_effects import CLUSTERED
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

COUNTERS = (
    "in_play",
    "carried",
    "received",
    "received_online",
    "received_counter",
    "received_post",
    "received_other",
    "channel_known",
    "online_full",
    "online_part",
    "online_rest",
    "online_known",
    "online_processed",
    "reception_known",
    "received_within_8h",
    "filed_elsewhere",
    "territory_unknown",
    "payable",
    "paid",
    "paid_online",
    "paid_counter",
    "payment_unknown",
    "digitisation_known",
    "digitised",
    "extension_known",
    "extended",
    "supplement_known",
    "supplemented",
    "rated",
    "satisfied",
    "complaint_known",
    "complaints",
    "done",
    "early",
    "on_time",
    "late",
    "unknown",
    "late_with_apology",
    "late_without_apology",
    "late_unrecorded",
    "done_returned",
    "done_not_returned",
    "withdrawn",
    "rejected",
    "open_total",
    "open_in_time",
    "open_overdue",
    "open_unknown",
    "waiting",
    "active_in_time",
    "active_overdue",
    "active_unknown",
    "overdue_with_apology",
    "overdue_without_apology",
    "overdue_unrecorded",
    "fell_due",
    "fell_due_in_time",
    "progress_in_time",
    "returned",
    "returned_by_post",
    "returned_online",
    "returned_counter",
    "online_returned",
    "online_returned_online",
    "result_known",
    "results_electronic",
)
"""What the table ``counts`` counts."""

Rate = tuple[tuple[str, ...], tuple[str, ...]]
"""Counters of a rate's numerator, and those of its denominator."""

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
    "design_effect": pl.Float64,
    "evidence_level": pl.Int32,
}
_OF_LATENESS = frozenset(
    (
        *("early", "on_time", "late", "open_overdue"),
        *("fell_due", "fell_due_in_time", "progress_in_time", "in_play"),
    )
)
"""Counters of dossiers by when they were closed: rates of these gather on days as closings do."""


def read_rates(reference: Path) -> dict[str, Rate]:
    """Read what each rate of ``metrics.csv`` divides, by its id.

    Provinces define theirs differently, by points: a figure must be given with the name of its
    definition.

    Raises:
        InputRejected: A rate names a counter that does not exist.

    >>> from workbench.core.project import shipped
    >>> read_rates(shipped().reference)["late_done"]
    (('late',), ('early', 'on_time', 'late'))
    """
    with (reference / "metrics.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["kind"] == "rate"]
    rates = {
        row["metric_id"]: (_counters(row["numerator"]), _counters(row["denominator"]))
        for row in rows
    }
    named = {counter for sides in rates.values() for side in sides for counter in side}
    if wrong := sorted(named - set(COUNTERS)):
        raise InputRejected("official.bad_metrics", wrong=", ".join(wrong))
    return rates


def _counters(text: str) -> tuple[str, ...]:
    return tuple(term.strip() for term in text.split("+") if term.strip())


def measure(
    counts: pl.DataFrame, rates: Mapping[str, Rate], effects: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Turn counters into measures.

    Args:
        counts: One row per group (profile, unit, period, procedure, channel) and a column per
            counter; one that is not there counts nothing. ``*`` in a group column stands for all
            values together.
        rates: What each rate divides (``read_rates``).
        effects: ``design_effects``, those of the unit for a part of its dossiers; none: dossiers
            are independent.

    Returns:
        One row per measure and group, with numerator, denominator, value, 95 % interval and the
        design effect that it allows for, ordered by measure and group. Groups without a single
        dossier have no row; a rate that no counter of the group feeds has none either.
    """
    return pl.concat(measures_in_turn(counts, rates, effects)).cast({pl.Enum: pl.String})


def measures_in_turn(
    counts: pl.DataFrame, rates: Mapping[str, Rate], effects: pl.DataFrame | None = None
) -> Iterator[pl.DataFrame]:
    """Turn counters into measures one by one: one under the other they are those of ``measure``.

    So that no more than one measure is in memory at a time. Texts come as enumerations: millions of
    rows name few things.
    """
    ordered = counts.with_columns(
        pl.col(name).cast(pl.Enum(counts[name].unique().sort())) for name in GROUP
    ).sort(GROUP)
    varying = _beside(ordered, effects)
    defined: dict[str, tuple[tuple[str, ...], tuple[str, ...] | None]] = {
        **{name: (counters, None) for name, counters in COUNTS.items()},
        **rates,
    }
    names = pl.Enum(sorted(defined))
    for name, (above, below) in sorted(defined.items()):
        part = ordered.select(
            pl.lit(name, dtype=names).alias("measure"),
            *GROUP,
            _total(ordered, above).alias("numerator"),
            _total(ordered, below or ()).alias("denominator"),
            (varying if _OF_LATENESS.issuperset((*above, *(below or ()))) else pl.lit(1.0)).alias(
                "design_effect"
            ),
        )
        if below is None:
            part = part.with_columns(pl.lit(1.0).alias("design_effect"))
            yield _finished(part, pl.lit(None), [pl.col("numerator")] * 3, "count")
        else:
            # as many dossiers as there are cannot be worth less than one
            part = part.filter(pl.col("denominator") > 0).with_columns(
                pl.min_horizontal("design_effect", "denominator")
            )
            intervals = wilson_many(part["numerator"], part["denominator"], part["design_effect"])
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
        "design_effect",
        pl.lit(1).alias("evidence_level"),
    )
    return columns.cast({name: kind for name, kind in _SCHEMA.items() if kind != pl.String})


def _beside(groups: pl.DataFrame, effects: pl.DataFrame | None) -> pl.Series:
    """Return the design effect of each row's unit and period, 1 where none is known."""
    if effects is None:
        return pl.repeat(1.0, groups.height, eager=True)
    keys = groups.select(pl.col(name).cast(pl.String) for name in CLUSTERED)
    joined = keys.join(effects, on=CLUSTERED, how="left", maintain_order="left")
    return joined["design_effect"].fill_null(1.0)


def _total(wide: pl.DataFrame, counters: tuple[str, ...]) -> pl.Expr:
    met = [pl.col(name) for name in counters if name in wide.columns]
    return pl.sum_horizontal(pl.lit(0, dtype=pl.Int64), *met)
