"""One dossier's time, stretch by stretch, as an inspector would read it.

Accounting (evidence level 1): the stretches tile the dossier's time without gap or overlap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from workbench import numerals
from workbench.book.answer import Answer, Claim, claim
from workbench.book.flow import step_name
from workbench.book.judging import Row
from workbench.charts import Figure, Stretch, draw, path
from workbench.tables import Blank, Column, Table
from workbench.wording import say

if TYPE_CHECKING:
    from workbench.book.book import Book


def dossier(book: Book, dossier_id: str, profile: str) -> Answer:
    """Answer how one dossier spent its time, segment by segment."""
    segments = book.ledger.filter(pl.col("dossier_id") == dossier_id).sort("segment_no")
    step = book.steps.filter(pl.col("dossier_id") == dossier_id).select("step_no", "step")
    frame = segments.join(step, on="step_no", how="left", maintain_order="left")
    rows = list(frame.iter_rows(named=True))
    caption = say("briefing.dossier_caption", dossier=dossier_id)
    return Answer(
        title=say("briefing.dossier_title", dossier=dossier_id),
        claims=_dossier_claims(book, dossier_id, profile),
        frame=frame,
        denominators=say("briefing.dossier_denominators"),
        listing=_dossier_table(book, rows, caption),
        figure=_dossier_figure(rows, caption) if rows else None,
    )


def _dossier_claims(book: Book, dossier_id: str, profile: str) -> tuple[Claim, ...]:
    found = book.outcomes.filter(
        pl.col("dossier_id") == dossier_id, pl.col("profile") == profile
    ).to_dicts()
    return tuple(
        claim(
            say(
                "briefing.dossier_outcome",
                outcome=say(f"labels.{row['outcome']}"),
                profile=profile,
                due=numerals.instant(row["due_at_used"]),
                ended=numerals.instant(row["ended_at_used"]),
                spent=numerals.hours(row["used_seconds"] + row["paused_seconds"]),
                allowed=numerals.hours(row["allowed_seconds"]),
                paused=numerals.hours(row["paused_seconds"]),
            )
        )
        for row in found
    )


def _dossier_figure(rows: list[Row], caption: str) -> Figure:
    stretches, at = [], 0.0
    for row in rows:
        end = at + row["work_seconds"] / 3600
        name = f"{row['segment_no']}. {step_name(row)}"
        counted = row["kind"] != "pause"
        stretches.append(Stretch(name, at, end, numerals.hours(row["work_seconds"]), counted))
        at = end
    described = "; ".join(f"{s.name} {s.note}" for s in stretches)
    return draw(path(stretches, say("briefing.hours_since")), caption, f"{caption} {described}.")


def _dossier_table(book: Book, rows: list[Row], caption: str) -> Table:
    columns = (
        Column(say("briefing.segment"), number=False),
        Column(say("briefing.unit"), number=False),
        Column(say("briefing.from")),
        Column(say("briefing.to")),
        Column(say("briefing.work_hours")),
        Column(say("briefing.overrun")),
    )
    none = Blank(say("briefing.no_norm"))
    cells = [
        (
            f"{r['segment_no']}. {step_name(r)}",
            book.unit_name(r["unit_id"] or numerals.MISSING),
            numerals.instant(r["from_at"]),
            numerals.instant(r["to_at"]),
            numerals.hours(r["work_seconds"]),
            none if r["overrun_seconds"] is None else numerals.hours(r["overrun_seconds"]),
        )
        for r in rows
    ]
    return Table(caption, columns, tuple(cells), notes=(say("briefing.hours_only"),))
