"""Why dossiers are late: shares of causes, where the time went, and the evidence in words.

The causes come from the models of ``pipelines/explain``; here their tables are read for people.
Shares of a period are accounting (level 1): they add up to the late dossiers, with the unexplained
ones in a row of their own. The interval is for the share of dossiers of which a cause is the main
one, as a sample of how the unit works. Working time by kind of segment, step and transfer is
accounting, too: it shows where the time is, not whose fault it is. A row of ``causes`` has the
ground and its numbers, never a person; a ground without a sentence is an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from workbench.core.cause_list import known_causes
from workbench.core.numerals import day, decimal
from workbench.core.vocabulary import EVERYTHING, REALITIES, Period
from workbench.figures.estimates import wilson
from workbench.messages import say


def late_shares(cells: pl.DataFrame, *, period: str, unit_id: str = EVERYTHING) -> pl.DataFrame:
    """Return how much of the lateness of a period each cause explains.

    Args:
        cells: The ``cause_cells`` table.
        period: Label of a period, such as ``2022-H1``.
        unit_id: A unit, or ``*`` for all together.

    Returns:
        One row per cause met, in the order of the vocabulary: n_dossiers (judged), n_late,
        late_share (late dossiers explained, in fractions; sums to n_late), share (of n_late,
        missing when none is late), n_dominant (late dossiers with this main cause), dominant with
        lower and upper (n_dominant / n_late, 95 %), excess_seconds (working seconds the cause took
        from all judged dossiers), evidence_level 1.
    """
    rows = cells.filter(pl.col("period") == period)
    if unit_id != EVERYTHING:
        rows = rows.filter(pl.col("unit_id") == unit_id)
    return _with_rates(_summed(rows, cells["cause"].unique(), []))


def causes_by_unit(cells: pl.DataFrame, *, period: str) -> pl.DataFrame:
    """Return the same for every unit of a period: one row per unit and cause."""
    rows = cells.filter(pl.col("period") == period)
    return _with_rates(_summed(rows, cells["cause"].unique(), ["unit_id"]))


def realities(
    late_dossiers: pl.DataFrame, *, period: str, unit_id: str = EVERYTHING
) -> pl.DataFrame:
    """Return how many late dossiers of a period are really late, late on record only, or neither.

    Args:
        late_dossiers: The table of that name.
        period: Label of a period; dossiers belong to it by the day they ended (the snapshot's).
        unit_id: A unit, or ``*`` for all together.

    Returns:
        One row per reality in the order of the vocabulary: n, n_late, share with lower and upper
        (95 %), missing when none is late.
    """
    asked = Period.parse(period)
    rows = late_dossiers.filter(pl.col("ended_on").is_between(asked.starts_on, asked.ends_on))
    if unit_id != EVERYTHING:
        rows = rows.filter(pl.col("unit_id") == unit_id)
    counted = dict(rows.group_by("reality").len().rows())
    table = pl.DataFrame(
        [(name, counted.get(name, 0), rows.height) for name in REALITIES],
        schema={"reality": pl.String, "n": pl.Int64, "n_late": pl.Int64},
        orient="row",
    )
    return _interval(table, "n", "share")


def _summed(rows: pl.DataFrame, met: pl.Series, key: list[str]) -> pl.DataFrame:
    """Add up the strata of a period: a cause has rows only where it took something."""
    judged = rows.filter(pl.col("cause") == EVERYTHING).with_columns(pl.lit(0).alias("together"))
    whole = judged.group_by("together", *key).agg(pl.sum("n_dossiers", "n_late"))
    causes = pl.DataFrame({"cause": met.filter(met != EVERYTHING)})
    taken = rows.group_by("cause", *key).agg(
        pl.col("late_share").sort_by("period", "unit_id", "procedure_id", "channel_in").sum(),
        pl.col("n_dominant").sum(),
        pl.col("excess_seconds").sum(),
    )
    every = whole.drop("together").join(causes, how="cross")
    return every.join(taken, on=["cause", *key], how="left").with_columns(
        pl.col("late_share", "n_dominant", "excess_seconds").fill_null(0)
    )


def _with_rates(summed: pl.DataFrame) -> pl.DataFrame:
    place = pl.col("cause").replace_strict({c: n for n, c in enumerate(known_causes())})
    units = [c for c in ("unit_id",) if c in summed.columns]
    late = pl.when(pl.col("n_late") > 0).then(pl.col("n_late"))
    ordered = summed.sort(*units, place).with_columns((pl.col("late_share") / late).alias("share"))
    rated = _interval(ordered, "n_dominant", "dominant")
    return rated.with_columns(pl.lit(1, dtype=pl.Int32).alias("evidence_level"))


def _interval(table: pl.DataFrame, count: str, name: str) -> pl.DataFrame:
    """Add a share of n_late with its interval (Wilson 1927)."""
    rates = [wilson(part, whole) for part, whole in table.select(count, "n_late").iter_rows()]
    columns = {name: "value", "lower": "lower", "upper": "upper"}
    return table.with_columns(
        pl.Series(column, [getattr(rate, field) for rate in rates], dtype=pl.Float64)
        for column, field in columns.items()
    )


def time_use(table: pl.DataFrame, *, period: str, unit_id: str = EVERYTHING) -> pl.DataFrame:
    """Return working time by kind of segment for late dossiers and for the others.

    Args:
        table: The ``time_use`` table.
        period: Label of a period, such as ``2022-H1``.
        unit_id: A unit, or ``*`` for all together.

    Returns:
        One row per (is_late, kind): n_dossiers, work_seconds, mean_seconds, median_seconds,
        p90_seconds and share of the group's time. Open overdue dossiers count as late.
    """
    rows = _of(table, period, unit_id)
    return rows.with_columns(
        (pl.col("work_seconds") / pl.col("n_dossiers")).alias("mean_seconds"),
        (pl.col("work_seconds") / pl.col("work_seconds").sum().over("is_late")).alias("share"),
    ).sort("is_late", "kind")


def slowest_steps(table: pl.DataFrame, *, period: str, unit_id: str = EVERYTHING) -> pl.DataFrame:
    """Return the steps and transfers on which late dossiers spent more than the others.

    Args:
        table: The ``step_time`` table.
        period: Label of a period.
        unit_id: A unit, or ``*`` for all together.

    Returns:
        One row per (kind, step) met by a late dossier: n_late, n_others, median_late_seconds,
        median_others_seconds (null when no other dossier met it), and ``excess_seconds``: the
        late dossiers' time beyond the others' median, in total. Largest excess first.
    """
    rows = _of(table, period, unit_id)
    late = rows.filter(pl.col("is_late")).select(
        "kind",
        "step",
        pl.col("n_dossiers").alias("n_late"),
        pl.col("median_seconds").alias("median_late_seconds"),
        pl.col("work_seconds").alias("late_seconds"),
    )
    others = rows.filter(~pl.col("is_late")).select(
        "kind",
        "step",
        pl.col("n_dossiers").alias("n_others"),
        pl.col("median_seconds").alias("median_others_seconds"),
    )
    beside = late.join(others, on=["kind", "step"], how="left", maintain_order="left")
    excess = pl.col("late_seconds") - pl.col("n_late") * pl.col("median_others_seconds")
    return beside.with_columns(
        pl.col("n_others").fill_null(0), excess.alias("excess_seconds")
    ).sort("excess_seconds", "kind", "step", descending=[True, False, False], nulls_last=True)


def _of(table: pl.DataFrame, period: str, unit_id: str) -> pl.DataFrame:
    return table.filter(pl.col("period") == period, pl.col("unit_id") == unit_id).drop(
        "period", "unit_id"
    )


def evidence_text(row: Mapping[str, Any]) -> str:
    """Return the sentence that supports a row of ``causes``, times in working hours.

    >>> from workbench.messages import use_language
    >>> row = {"ground": "rest", "spent_seconds": 5400, "usual_seconds": 0}
    >>> row |= {"n_in_progress": None, "counted_ended_on": None}
    >>> with use_language("en"):
    ...     evidence_text(row)
    '1.5 working hours that the log does not explain.'
    >>> row |= {"ground": "extreme", "n_in_progress": 12, "usual_in_progress": 4}
    >>> with use_language("en"):
    ...     evidence_text(row).split(". ")[-1]
    'When the dossier came, the unit had 12 in progress, usually 4.'
    """
    values = {"spent": _hours(row["spent_seconds"]), "usual": _hours(row["usual_seconds"])}
    if row["counted_ended_on"] is not None:
        values |= {
            "other": row["other_source"],
            "ended": day(row["other_ended_on"]),
            "counted": row["counted_source"],
            "until": day(row["counted_ended_on"]),
        }
    sentence = say(f"causes.because_{row['ground']}", **values)
    if row["n_in_progress"] is None:
        return sentence
    workload = {"n_open": row["n_in_progress"], "usual": row["usual_in_progress"]}
    return f"{sentence} {say('causes.in_hand', **workload)}"


def reality_label(reality: str) -> str:
    """Return the label of a late dossier: really late, late only on record, not decidable."""
    return say(f"causes.reality_{reality}")


def _hours(seconds: int) -> str:
    return decimal(seconds / 3600, 1)
