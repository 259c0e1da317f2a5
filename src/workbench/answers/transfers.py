"""Transfers between desks: how long, how many on the same day, and their performance spectrum.

Accounting (evidence level 1): one line per dossier from leaving to arriving, nothing modelled.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from workbench.answers.answer import Answer, claim
from workbench.answers.phrasing import Row
from workbench.answers.timeline import clock
from workbench.charts import draw
from workbench.charts.flows import TransferLine, spectrum
from workbench.charts.tables import Column, Table
from workbench.core import numerals
from workbench.messages import say

PANELS = 3
"""Number of transfers drawn; the table has all."""
LINES = 300
"""Number of dossiers a panel draws at most, evenly sampled; late ones are all among them."""
TICKS = 6


def transfers(rows: pl.DataFrame, period: str) -> Answer:
    """Answer how transfers ran.

    Args:
        rows: One row per transfer: step it led to, from_at, to_at, work_seconds, is_late.
        period: The period as readers call it.
    """
    same_day = pl.col("from_at").dt.date() == pl.col("to_at").dt.date()
    sums = rows.group_by("step").agg(
        pl.len().cast(pl.Int64).alias("n"),
        pl.col("work_seconds").sum().alias("seconds"),
        pl.col("work_seconds").median().alias("median"),
        pl.col("work_seconds").quantile(0.9, "nearest").alias("p90"),
        same_day.sum().alias("n_same_day"),
        pl.col("is_late").sum().alias("n_late"),
    )
    frame = sums.sort(-pl.col("seconds"), "step")
    rows_by_step = frame.to_dicts()
    caption = say("rhythm.transfers_caption", period=period)
    top_steps = [r["step"] for r in rows_by_step[:PANELS]]
    names = {s: say("briefing.step_transfer", step=s) for s in frame["step"]}
    words = "; ".join(_describe_transfer(names, r) for r in rows_by_step[:PANELS])
    claims = [claim(say("rhythm.transfers_sentence", transfers=words))] if rows_by_step else []
    return Answer(
        title=say("rhythm.transfers_title"),
        claims=tuple(claims) or (claim(say("rhythm.no_transfers")),),
        frame=frame,
        denominators=say("rhythm.transfers_denominators", n=numerals.count(rows.height)),
        listing=_transfers_table(rows_by_step, names, caption) if rows_by_step else None,
        figure=draw(_spectrum(rows, top_steps, names), caption, f"{caption} {words}.")
        if rows_by_step
        else None,
    )


def _describe_transfer(names: dict[str, str], row: Row) -> str:
    return say(
        "rhythm.transfer_sentence",
        name=names[row["step"]],
        median=clock(int(row["median"])),
        p90=clock(int(row["p90"])),
        same=numerals.percent(row["n_same_day"] / row["n"]),
        n=numerals.count(row["n"]),
    )


def _transfers_table(rows: list[Row], names: dict[str, str], caption: str) -> Table:
    headings = ("n", "n_late", "same_day", "median", "p90", "total")
    columns = (
        Column(say("rhythm.transfer"), number=False),
        *(Column(say(f"rhythm.head_{heading}")) for heading in headings),
    )
    cells = tuple(
        (
            names[r["step"]],
            numerals.count(r["n"]),
            numerals.count(r["n_late"]),
            numerals.percent(r["n_same_day"] / r["n"]),
            clock(int(r["median"])),
            clock(int(r["p90"])),
            clock(int(r["seconds"])),
        )
        for r in rows
    )
    return Table(caption, columns, cells, notes=(say("rhythm.exact_hours"),))


def _spectrum(rows: pl.DataFrame, shown: list[str], names: dict[str, str]) -> object:
    first: dt.date = rows["from_at"].dt.date().sort().to_list()[0]
    passages = [
        TransferLine(names[step], _day(first, left), _day(first, arrived), late)
        for step in shown
        for left, arrived, late in _thinned(rows.filter(pl.col("step") == step))
        .select("from_at", "to_at", "is_late")
        .iter_rows()
    ]
    return spectrum(passages, ticks(first, int(max(p.arrived for p in passages)) + 1))


def _thinned(rows: pl.DataFrame) -> pl.DataFrame:
    """Keep late dossiers and every n-th other, so that a panel stays legible."""
    others = rows.filter(~pl.col("is_late"))
    apart = -(-others.height // LINES) or 1
    return pl.concat([others.gather_every(apart), rows.filter(pl.col("is_late"))])


def _day(first: dt.date, at: dt.datetime) -> float:
    since = at.replace(tzinfo=None) - dt.datetime.combine(first, dt.time())
    return since.total_seconds() / 86_400


def ticks(first: dt.date, days: int) -> list[tuple[float, str]]:
    """Return where days begin on the axis, counted from the first, and their labels."""
    apart = max(1, -(-days // TICKS))
    marks = range(0, max(days, 1), apart)
    return [(float(n), f"{first + dt.timedelta(days=n):%d/%m}") for n in marks]
