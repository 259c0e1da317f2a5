"""Where working time went: by kind of segment, by step and transfer, and in one dossier.

Accounting (evidence level 1): the segments of a dossier tile its time exactly, so the shares
add up. It says where the time lies, not whose fault it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from workbench import causes, numerals
from workbench.book.answer import Answer, Claim
from workbench.book.entries import Asked
from workbench.book.judging import FEW, Row
from workbench.charts import Figure, Pair, Stretch, draw, dumbbells, paired_bars, path
from workbench.tables import Blank, Cell, Column, Table
from workbench.vocabulary import SEGMENT_KINDS
from workbench.wording import say

if TYPE_CHECKING:
    from workbench.book.book import Book

STEPS = 10
"""How many steps the chart shows; the table holds them all."""
NO_STEP = "-"


# by kind of segment -----------------------------------------------------------------------


def time_use(book: Book, asked: Asked) -> Answer:
    """Answer which kinds of segments took the working time of late dossiers and of the others."""
    frame = causes.time_use(book.time_by_kind, period=asked.period, unit_id=asked.unit)
    groups = {(r["is_late"], r["kind"]): r for r in frame.iter_rows(named=True)}
    kinds = [k for k in SEGMENT_KINDS if _seconds(groups, k)]
    kinds.sort(key=lambda k: (-_mean(groups, late=True, kind=k), SEGMENT_KINDS.index(k)))
    caption = say("briefing.time_caption", period=numerals.period(asked.period))
    return Answer(
        title=say("briefing.time_title"),
        claims=_time_claims(groups, kinds),
        frame=frame,
        denominators=_groups_told(groups),
        listing=_time_table(groups, kinds, caption),
        figure=_time_figure(groups, kinds, caption) if kinds else None,
    )


Groups = dict[tuple[bool, str], Row]


def _seconds(groups: Groups, kind: str) -> int:
    return sum(r["work_seconds"] for (_, k), r in groups.items() if k == kind)


def _mean(groups: Groups, *, late: bool, kind: str) -> float:
    row = groups.get((late, kind))
    return row["mean_seconds"] if row else 0.0


def _size(groups: Groups, *, late: bool) -> int:
    return max((r["n_dossiers"] for (side, _), r in groups.items() if side == late), default=0)


def _groups_told(groups: Groups) -> str:
    return say(
        "briefing.time_denominators",
        late=numerals.count(_size(groups, late=True)),
        others=numerals.count(_size(groups, late=False)),
    )


def _time_claims(groups: Groups, kinds: list[str]) -> tuple[Claim, ...]:
    late = [k for k in kinds if _mean(groups, late=True, kind=k)]
    if not late:
        return (Claim(say("briefing.time_nothing")),)
    told = "; ".join(_kind_told(groups, k) for k in late[:3])
    claims = [Claim(say("briefing.time_where", kinds=told))]
    if _size(groups, late=True) < FEW:
        claims.append(Claim(say("briefing.time_few", few=FEW)))
    return tuple(claims)


def _kind_told(groups: Groups, kind: str) -> str:
    late, others = groups[True, kind], groups.get((False, kind))
    return say(
        "briefing.time_kind",
        kind=say(f"labels.{kind}"),
        share=numerals.percent(late["share"]),
        hours=numerals.hours(late["mean_seconds"]),
        others=numerals.hours(others["mean_seconds"] if others else None),
    )


def _time_figure(groups: Groups, kinds: list[str], caption: str) -> Figure:
    pairs = [Pair(say(f"labels.{k}"), *_mean_hours(groups, k)) for k in kinds]
    described = "; ".join(
        say(
            "briefing.pair_told",
            name=p.name,
            late=numerals.decimal(p.late),
            others=numerals.decimal(p.others),
        )
        for p in pairs
    )
    chart = paired_bars(pairs, say("briefing.mean_hours"))
    return draw(chart, caption, f"{caption} {described}.")


def _mean_hours(groups: Groups, kind: str) -> tuple[float | None, float | None]:
    """Return the mean hours of late dossiers and of the others; nothing for an empty group."""
    late, others = (
        _mean(groups, late=side, kind=kind) / 3600 if _size(groups, late=side) else None
        for side in (True, False)
    )
    return late, others


def _time_table(groups: Groups, kinds: list[str], caption: str) -> Table:
    late, others = say("charts.late_dossiers"), say("charts.other_dossiers")
    columns = [Column(say("briefing.segment"), number=False)]
    for group in (late, others):
        for figure in ("mean", "median", "p90", "share"):
            columns.append(
                Column(say("briefing.of_group", figure=say(f"briefing.{figure}"), group=group))
            )
    rows = [
        (
            say(f"labels.{k}"),
            *_time_cells(groups.get((True, k))),
            *_time_cells(groups.get((False, k))),
        )
        for k in kinds
    ]
    return Table(caption, tuple(columns), tuple(rows), notes=(say("briefing.in_hours"),))


def _time_cells(row: Row | None) -> list[Cell]:
    if row is None:
        return [Blank(say("briefing.no_such_dossiers"))] * 4
    return [
        numerals.hours(row["mean_seconds"]),
        numerals.hours(row["median_seconds"]),
        numerals.hours(row["p90_seconds"]),
        numerals.percent(row["share"]),
    ]


# by step and transfer ---------------------------------------------------------------------


def slowest_steps(book: Book, asked: Asked) -> Answer:
    """Answer which steps and transfers took more of late dossiers' time than of the others'."""
    frame = causes.slowest_steps(book.time_by_step, period=asked.period, unit_id=asked.unit)
    rows = list(frame.iter_rows(named=True))
    slow = [r for r in rows if (r["excess_seconds"] or 0) > 0]
    caption = say("briefing.steps_caption", period=numerals.period(asked.period))
    return Answer(
        title=say("briefing.steps_title"),
        claims=_step_claims(slow),
        frame=frame,
        denominators=say("briefing.steps_denominators"),
        listing=_step_table(rows, caption),
        figure=_step_figure(slow[:STEPS], caption) if slow else None,
    )


def step_name(row: Row) -> str:
    """Name a step by its kind of segment and the step's own name."""
    kind = say(f"labels.{row['kind']}")
    return kind if row["step"] in (None, NO_STEP) else f"{kind} · {row['step']}"


def _step_claims(slow: list[Row]) -> tuple[Claim, ...]:
    if not slow:
        return (Claim(say("briefing.steps_nothing")),)
    told = "; ".join(
        say(
            "briefing.step_told",
            step=step_name(r),
            late=numerals.hours(r["median_late_seconds"]),
            others=numerals.hours(r["median_others_seconds"]),
            n=numerals.count(r["n_late"]),
        )
        for r in slow[:3]
    )
    return (Claim(say("briefing.steps_where", steps=told)),)


def _step_figure(slow: list[Row], caption: str) -> Figure:
    pairs = [
        Pair(
            step_name(r),
            r["median_late_seconds"] / 3600,
            r["median_others_seconds"] / 3600,
            numerals.hours(r["excess_seconds"]),
        )
        for r in slow
    ]
    described = "; ".join(
        say(
            "briefing.pair_told",
            name=p.name,
            late=numerals.decimal(p.late),
            others=numerals.decimal(p.others),
        )
        for p in pairs
    )
    chart = dumbbells(pairs, say("briefing.median_hours"), say("briefing.excess_short"))
    return draw(chart, caption, f"{caption} {described}.")


def _step_table(rows: list[Row], caption: str) -> Table:
    columns = (
        Column(say("briefing.step"), number=False),
        Column(say("briefing.n_late")),
        Column(say("briefing.n_others")),
        Column(say("briefing.median_late")),
        Column(say("briefing.median_others")),
        Column(say("briefing.excess")),
    )
    none = Blank(say("briefing.no_such_dossiers"))
    cells = [
        (
            step_name(r),
            numerals.count(r["n_late"]),
            numerals.count(r["n_others"]),
            numerals.hours(r["median_late_seconds"]),
            *(
                none if r[c] is None else numerals.hours(r[c])
                for c in ("median_others_seconds", "excess_seconds")
            ),
        )
        for r in rows
    ]
    return Table(caption, columns, tuple(cells), notes=(say("briefing.in_hours"),))


# one dossier ------------------------------------------------------------------------------


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
        Claim(
            say(
                "briefing.dossier_outcome",
                outcome=say(f"labels.{row['outcome']}"),
                profile=profile,
                due=numerals.instant(row["due_at_used"]),
                ended=numerals.instant(row["ended_at_used"]),
                used=numerals.hours(row["used_seconds"]),
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
    return Table(caption, columns, tuple(cells), notes=(say("briefing.in_hours"),))
