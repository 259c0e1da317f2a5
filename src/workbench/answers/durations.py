"""How long dossiers take, by group and by each definition of their end.

Medians of ended dossiers only flatter young cohorts, so they are shown beside those in which open
dossiers count. The definition of the end (the result, the printed end date or the last logged step)
can reverse the order of groups; pairs that clearly change order are named.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from workbench.answers.answer import Answer, Claim, claim
from workbench.answers.groups import NO_VALUE, check_column, name_scope, received
from workbench.answers.phrasing import FEW, Row
from workbench.answers.questions import ReceptionPeriod, UnitId, question
from workbench.answers.run import Run
from workbench.charts.tables import Blank, Cell, Column, Table
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING
from workbench.figures import compare
from workbench.messages import say

ENDS = ("result", "printed", "last_step")
"""Result of a closed dossier; printed end date, closed or not; last step of a closed one."""
OVER = ("resolved", "returned", "withdrawn", "rejected", "refused_intake")
_DAY = 86_400


@question("dossiers", "steps", level=2)
def durations(
    run: Run,
    by: str = "unit_id",
    *,
    period: ReceptionPeriod = "",
    unit: UnitId = EVERYTHING,
) -> Answer:
    """How long do dossiers take, open ones included, and does the order of groups hold?

    Args:
        run: Its tables.
        by: As in ``compare_groups``.
        period: Period of reception; all dossiers by default.
        unit: A unit; all together by default.

    Raises:
        UsageProblem: Column, period or unit is unknown.
    """
    check_column(run, by)
    spans = _spans(run, received(run, period, unit)).with_columns(
        pl.col(by).cast(pl.String).fill_null(NO_VALUE)
    )
    measured = spans.filter(pl.col("days").is_not_null())
    frame = (
        compare.medians(measured, ("end", by)) if measured.height else measured.select("end", by)
    )
    tables = {end: frame.filter(pl.col("end") == end) for end in ENDS}
    rows = list(pl.concat(tables.values()).iter_rows(named=True))
    unknown = spans.filter(pl.col("days").is_null(), pl.col("end") == "result").height
    return Answer(
        title=say("durations.title", by=by, scope=name_scope(run, unit, period)),
        claims=_claims(tables, by),
        frame=frame,
        denominators=say(
            "durations.denominators",
            n=numerals.count(spans.height // len(ENDS)),
            unknown=numerals.count(unknown),
        ),
        listing=_table(rows, by) if rows else None,
    )


def _spans(run: Run, dossiers: pl.DataFrame) -> pl.DataFrame:
    """Return one row per dossier and kind of end: days to it, or to the snapshot where open.

    Days are missing where a dossier ended on an unknown date.
    """
    last = (
        run.steps.join(dossiers.select("dossier_id", "snapshot_at"), on="dossier_id")
        .filter(pl.col("finished_at") <= pl.col("snapshot_at"))
        .group_by("dossier_id")
        .agg(pl.col("finished_at").max().alias("last_step_at"))
    )
    over = pl.col("status").is_in(OVER)
    ends = {
        "result": pl.when(over).then("resolved_at"),
        "printed": pl.coalesce("reported_end_at", "resolved_at"),
        "last_step": pl.when(over).then("last_step_at"),
    }
    rows = dossiers.join(last, on="dossier_id", how="left")
    return pl.concat([_span(rows.with_columns(pl.lit(e).alias("end")), x) for e, x in ends.items()])


def _span(rows: pl.DataFrame, end: pl.Expr) -> pl.DataFrame:
    seen = pl.col("ended_at").is_not_null() & (pl.col("ended_at") <= pl.col("snapshot_at"))
    waits = ~pl.col("status").is_in(OVER) | (pl.col("ended_at") > pl.col("snapshot_at"))
    until = pl.when(seen).then("ended_at").when(waits).then("snapshot_at")
    seconds = (until - pl.col("received_at")).dt.total_seconds()
    return rows.with_columns(end.alias("ended_at")).with_columns(
        (seconds.clip(0) / _DAY).alias("days"), seen.alias("ended")
    )


def _claims(tables: dict[str, pl.DataFrame], by: str) -> tuple[Claim, ...]:
    rows = [r for r in tables["result"].iter_rows(named=True) if r["n_dossiers"] >= FEW]
    if not rows:
        return (claim(say("durations.nothing"), 2),)
    claims = [claim(_sentence(row, by), 2, key=True) for row in rows]
    if any(row["closed_is_biased"] for row in rows):
        claims.append(claim(say("durations.biased"), 2))
    pairs = [
        say("durations.turned_one", fast=fast, slow=slow, end=say(f"durations.{one}"))
        + say("durations.turned_other", end=say(f"durations.{other}"))
        for one, other in (("printed", "last_step"), ("printed", "result"), ("result", "last_step"))
        for fast, slow in compare.turned(tables[one], tables[other], by)
    ]
    hangs = say("durations.turned", pairs="; ".join(pairs)) if pairs else say("durations.steady")
    return (*claims, claim(hangs, 2))


def _sentence(row: Row, by: str) -> str:
    return say(
        "durations.sentence" if row["median"] is not None else "durations.not_half",
        group=row[by],
        n=numerals.count(row["n_dossiers"]),
        running=numerals.count(row["n_dossiers"] - row["n_ended"]),
        closed=numerals.decimal(row["closed"]),
        median=_median(row, "median"),
    )


def _median(row: Row, name: str) -> str:
    """Write a median with its interval; an unreached bound is left open."""
    low, high = (row[name + end] for end in ("_lower", "_upper"))
    bounds = ["…" if x is None else numerals.decimal(x) for x in (low, high)]
    return f"{numerals.decimal(row[name])} ({'–'.join(bounds)})"


def _table(rows: Sequence[Row], by: str) -> Table:
    heads = ("dossiers", "ended", "closed", "median")
    columns = (
        Column(by, number=False),
        Column(say("durations.end"), number=False),
        *(Column(say(f"durations.{head}")) for head in heads),
    )
    return Table(say("durations.table"), columns, tuple(_cells(row, by) for row in rows))


def _cells(row: Row, by: str) -> tuple[Cell, ...]:
    none = Blank(say("durations.none_yet"))
    mark = say("durations.mark") if row["closed_is_biased"] else ""
    return (
        row[by],
        say(f"durations.{row['end']}"),
        numerals.count(row["n_dossiers"]),
        numerals.count(row["n_ended"]),
        none if row["closed"] is None else _median(row, "closed") + mark,
        none if row["median"] is None else _median(row, "median"),
    )
