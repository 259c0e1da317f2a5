"""Patterns of work: transfers, hours and weekdays of clicks, signatures, open dossiers.

``book.rhythm(unit="*").transfers("2022-H1")`` and the other methods draw the stamps (accounting,
evidence level 1): a pattern raises a question, it is not yet a cause. Figures are of units, never
of a person.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import polars as pl

from workbench.answers.answer import Answer, Claim, Value, claim
from workbench.answers.columns import Col, Row, count, figure, picture, table, text
from workbench.answers.phrasing import FEW, clock, distinct, exact, of_unit
from workbench.answers.questions import Part, PeriodLabel, question
from workbench.answers.run import Run
from workbench.charts import draw
from workbench.charts.flows import TransferLine, level, spectrum
from workbench.charts.grids import Square, grid
from workbench.charts.tables import Cell, Table
from workbench.core import numerals
from workbench.core.vocabulary import Period
from workbench.messages import say

BURST = 60
"""Seconds between two clicks of one account that count as consecutive."""
CONCENTRATED = 0.8
LATE = ("late", "open_overdue")
PANELS = 3
"""Number of transfers drawn; the table has all."""
LINES = 300
"""Number of dossiers a panel draws at most, evenly sampled; late ones are all among them."""
TICKS = 6


@dataclass(frozen=True)
class Rhythm(Part):
    """Questions about the patterns of work of one unit, ``*`` for all together."""

    unit: str
    profile: str

    @question("steps", "outcomes", "ledger")
    def transfers(self, period: PeriodLabel) -> Answer:
        """When did dossiers leave one desk, and when did they arrive at the next?"""
        return _transfers_answer(self._transfers(period), numerals.period(period))

    @question("steps")
    def clicks(self, period: PeriodLabel) -> Answer:
        """At what hour and on which weekday were steps closed?"""
        return _clicks(self._finished(period), numerals.period(period))

    @question("steps")
    def signing_days(self, period: PeriodLabel) -> Answer:
        """On which weekdays does each unit sign?"""
        signed = self._finished(period).filter(pl.col("step_kind") == "sign")
        return _signing(self.run, signed, numerals.period(period))

    @question("daily_stock")
    def in_progress(self, period: PeriodLabel) -> Answer:
        """How many dossiers were open day by day, and how many of them overdue?"""
        frame = self._open_by_day(Period.parse(period))
        answer = _in_progress(frame, numerals.period(period))
        return replace(answer, values=self._values(frame, period))

    def _values(self, frame: pl.DataFrame, period: str) -> tuple[Value, ...]:
        """Return the stock of the last day, which is that at the close of the period."""
        return tuple(
            Value(name, self.unit, period, self.profile, row[column])
            for row in frame.tail(1).iter_rows(named=True)
            for name, column in (("open", "open"), ("open_overdue", "overdue"))
        )

    def _within(self, period: str, column: str) -> pl.Expr:
        scope_period = Period.parse(period)
        return pl.col(column).dt.date().is_between(scope_period.starts_on, scope_period.ends_on)

    def _finished(self, period: str) -> pl.DataFrame:
        return of_unit(self.run.steps, self.unit).filter(self._within(period, "finished_at"))

    def _transfers(self, period: str) -> pl.DataFrame:
        """One row per transfer that began in the period, with the step it led to."""
        steps = self.run.steps.select("dossier_id", "step_no", "step")
        late = self.run.outcomes.filter(
            pl.col("profile") == self.profile, pl.col("outcome").is_in(LATE)
        ).select("dossier_id", pl.lit(value=True).alias("is_late"))
        return (
            of_unit(self.run.ledger, self.unit)
            .filter(pl.col("kind") == "transfer", self._within(period, "from_at"))
            .join(steps, on=["dossier_id", "step_no"], how="left")
            .join(late, on="dossier_id", how="left")
            .with_columns(pl.col("is_late").fill_null(value=False), pl.col("step").fill_null("-"))
            .sort("from_at", "dossier_id", "segment_no")
        )

    def _open_by_day(self, period: Period) -> pl.DataFrame:
        """One row per day up to the snapshot: open dossiers at its end, overdue ones among them."""
        snapshot = self.run.snapshot
        until = min(period.ends_on, snapshot.date()) if snapshot else period.ends_on
        daily_stock = self.run.daily_stock(period, until, self.profile)
        stock = (
            of_unit(daily_stock, self.unit)
            .group_by("day")
            .agg(pl.sum("n_open").alias("open"), pl.sum("n_overdue").alias("overdue"))
        )
        days = pl.DataFrame({"day": pl.date_range(period.starts_on, until, eager=True)})
        return days.join(stock, on="day", how="left").fill_null(0).sort("day")


# transfers --------------------------------------------------------------------------------


def _transfers_answer(rows: pl.DataFrame, period: str) -> Answer:
    """Answer how transfers ran: step each led to, from_at, to_at, work_seconds, is_late."""
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
    labels = [_describe_transfer(names, r) for r in rows_by_step[:PANELS]]
    sentence = say("rhythm.transfers_sentence", transfers="; ".join(labels))
    return Answer(
        title=say("rhythm.transfers_title"),
        claims=(claim(sentence if labels else say("rhythm.no_transfers"), 1),),
        frame=frame,
        denominators=say("rhythm.transfers_denominators", n=numerals.count(rows.height)),
        listing=_transfers_table(rows_by_step, names, caption) if rows_by_step else None,
        figure=picture(_spectrum(rows, top_steps, names), caption, labels) if labels else None,
    )


def _describe_transfer(names: dict[str, str], row: Row) -> str:
    return say(
        "rhythm.transfer_sentence",
        name=names[row["step"]],
        median=clock(row["median"]),
        p90=clock(row["p90"]),
        same=numerals.percent(row["n_same_day"] / row["n"]),
        n=numerals.count(row["n"]),
    )


def _transfers_table(rows: list[Row], names: dict[str, str], caption: str) -> Table:
    return table(
        caption,
        rows,
        [
            text("rhythm.transfer", lambda row: names[row["step"]]),
            count("rhythm.head_n", "n"),
            count("rhythm.head_n_late", "n_late"),
            figure("rhythm.head_same_day", lambda r: numerals.percent(r["n_same_day"] / r["n"])),
            exact("rhythm.head_median", "median"),
            exact("rhythm.head_p90", "p90"),
            exact("rhythm.head_total", "seconds"),
        ],
        notes=[say("rhythm.exact_hours")],
    )


def _spectrum(rows: pl.DataFrame, shown: list[str], names: dict[str, str]) -> object:
    first: dt.date = rows["from_at"].dt.date().sort().to_list()[0]
    passages = [
        TransferLine(names[step], _day(first, left), _day(first, arrived), late)
        for step in shown
        for left, arrived, late in _thinned(rows.filter(pl.col("step") == step))
        .select("from_at", "to_at", "is_late")
        .iter_rows()
    ]
    return spectrum(passages, _ticks(first, int(max(p.arrived for p in passages)) + 1))


def _thinned(rows: pl.DataFrame) -> pl.DataFrame:
    """Keep late dossiers and every n-th other, so that a panel stays legible."""
    others = rows.filter(~pl.col("is_late"))
    apart = -(-others.height // LINES) or 1
    return pl.concat([others.gather_every(apart), rows.filter(pl.col("is_late"))])


def _day(first: dt.date, at: dt.datetime) -> float:
    since = at.replace(tzinfo=None) - dt.datetime.combine(first, dt.time())
    return since.total_seconds() / 86_400


def _ticks(first: dt.date, days: int) -> list[tuple[float, str]]:
    """Return where days begin on the axis, counted from the first, and their labels."""
    apart = max(1, -(-days // TICKS))
    marks = range(0, max(days, 1), apart)
    return [(float(n), f"{first + dt.timedelta(days=n):%d/%m}") for n in marks]


# clicks -----------------------------------------------------------------------------------


def _clicks(steps: pl.DataFrame, period: str) -> Answer:
    counts = (
        steps.group_by(
            pl.col("finished_at").dt.weekday().alias("weekday"),
            pl.col("finished_at").dt.hour().alias("hour"),
        )
        .agg(pl.len().cast(pl.Int64).alias("n"))
        .sort("weekday", "hour")
    )
    caption = say("rhythm.clicks_caption", period=period)
    return Answer(
        title=say("rhythm.clicks_title"),
        claims=_click_claims(steps, counts),
        frame=counts,
        denominators=say("rhythm.clicks_denominators", n=numerals.count(steps.height)),
        listing=_click_table(counts, caption) if counts.height else None,
        figure=draw(grid(_squares(counts)), caption, caption) if counts.height else None,
    )


def _squares(counted: pl.DataFrame) -> list[Square]:
    most = int(counted.select(pl.col("n").max()).item())
    counts = {(w, h): n for w, h, n in counted.iter_rows()}
    hours = range(min(h for _, h in counts), max(h for _, h in counts) + 1)
    return [
        Square(
            _weekday(w),
            f"{h}h",
            counts.get((w, h), 0) / most,
            numerals.count(counts.get((w, h), 0)),
        )
        for w in sorted({w for w, _ in counts})
        for h in hours
    ]


def _weekday(number: int) -> str:
    return say(f"rhythm.weekday_{number}")


def _click_claims(steps: pl.DataFrame, counted: pl.DataFrame) -> tuple[Claim, ...]:
    if steps.is_empty():
        return (claim(say("rhythm.no_clicks"), 1),)
    total = steps.height
    hour = counted.group_by("hour").agg(pl.col("n").sum()).sort(-pl.col("n"), "hour").row(0)
    day = counted.group_by("weekday").agg(pl.col("n").sum()).sort(-pl.col("n"), "weekday").row(0)
    sentence = say(
        "rhythm.clicks_sentence",
        hour=hour[0],
        at_hour=numerals.percent(hour[1] / total),
        weekday=_weekday(day[0]),
        on_day=numerals.percent(day[1] / total),
        n=numerals.count(total),
    )
    attributed_steps = steps.filter(pl.col("holder_id").is_not_null()).sort(
        "holder_id", "finished_at"
    )
    if attributed_steps.is_empty():
        return (claim(sentence, 1),)
    gap = pl.col("finished_at").diff().over("unit_id", "holder_id").dt.total_seconds()
    rapid = int(attributed_steps.select((gap <= BURST).sum()).item())
    row = say(
        "rhythm.clicks_in_a_row",
        share=numerals.percent(rapid / attributed_steps.height),
        over=numerals.fraction(rapid, attributed_steps.height),
        seconds=BURST,
    )
    return (claim(sentence, 1), claim(row, 1))


def _click_table(counted: pl.DataFrame, caption: str) -> Table:
    days = counted.group_by("weekday").agg(pl.col("n").sum()).sort("weekday")
    total = int(days["n"].sum())
    return table(
        caption,
        days.iter_rows(named=True),
        [
            text("rhythm.weekday", lambda row: _weekday(row["weekday"])),
            count("rhythm.steps", "n"),
            figure("rhythm.share", lambda row: numerals.percent(row["n"] / total)),
        ],
    )


# signing days -----------------------------------------------------------------------------


def _signing(run: Run, signed: pl.DataFrame, period: str) -> Answer:
    counts = (
        signed.group_by("unit_id", pl.col("finished_at").dt.weekday().alias("weekday"))
        .agg(pl.len().cast(pl.Int64).alias("n"))
        .sort("unit_id", "weekday", nulls_last=True)
    )
    units = counts["unit_id"].drop_nulls().unique().sort().to_list()
    names = distinct(units, run.unit_name)
    by_unit = {
        u: dict(counts.filter(pl.col("unit_id") == u).select("weekday", "n").rows()) for u in units
    }
    days = sorted({w for found in by_unit.values() for w in found})
    squares = [
        Square(names[u], _weekday(w), n.get(w, 0) / sum(n.values()), numerals.count(n.get(w, 0)))
        for u, n in by_unit.items()
        for w in days
    ]
    caption = say("rhythm.signing_caption", period=period)
    listing = table(
        caption,
        [{"name": names[u], "counts": n} for u, n in by_unit.items()],
        [
            text("briefing.unit", "name"),
            *(Col(_weekday(day), partial(_on_day, day)) for day in days),
            figure("rhythm.two_days", lambda row: numerals.percent(_two(row["counts"]))),
        ],
    )
    return Answer(
        title=say("rhythm.signing_title"),
        claims=_signing_claims({names[u]: n for u, n in by_unit.items()}),
        frame=counts,
        denominators=say("rhythm.signing_denominators", n=numerals.count(signed.height), few=FEW),
        listing=listing if by_unit else None,
        figure=draw(grid(squares), caption, caption) if by_unit else None,
    )


def _on_day(day: int, row: Row) -> Cell:
    return numerals.count(row["counts"].get(day, 0))


def _two(counts: dict[int, int]) -> float:
    """Return the share of signatures on the two busiest weekdays; two of five give 40 %."""
    return sum(sorted(counts.values())[-2:]) / sum(counts.values())


def _signing_claims(by_unit: dict[str, dict[int, int]]) -> tuple[Claim, ...]:
    if not by_unit:
        return (claim(say("rhythm.no_signing"), 1),)
    sentences = [
        say("rhythm.signs_on", unit=name, days=_main_days(n), share=numerals.percent(_two(n)))
        for name, n in by_unit.items()
        if sum(n.values()) >= FEW and _two(n) >= CONCENTRATED
    ]
    if not sentences:
        return (claim(say("rhythm.no_signing_days", share=numerals.percent(CONCENTRATED)), 1),)
    return (claim(say("rhythm.signing_sentence", units="; ".join(sentences)), 1),)


def _main_days(counts: dict[int, int]) -> str:
    main = sorted(sorted(counts, key=lambda w: -counts[w])[:2])
    return ", ".join(_weekday(w) for w in main)


# work in progress -------------------------------------------------------------------------


def _in_progress(frame: pl.DataFrame, period: str) -> Answer:
    caption = say("rhythm.open_caption", period=period)
    if frame.is_empty():
        nothing = (claim(say("rhythm.no_days"), 1),)
        return Answer(say("rhythm.open_title"), nothing, frame, say("rhythm.open_denominators"))
    rows = frame.to_dicts()
    first, last = rows[0], rows[-1]
    peak = max(rows, key=lambda r: r["open"])
    sentence = say(
        "rhythm.open_sentence",
        first=numerals.count(first["open"]),
        last=numerals.count(last["open"]),
        overdue=numerals.count(last["overdue"]),
        peak=numerals.count(peak["open"]),
        day=numerals.day(peak["day"]),
    )
    days = [(float(n), r["open"], r["overdue"]) for n, r in enumerate(rows)]
    ends = [r for r, after in pairwise(rows) if after["day"].day == 1] + rows[-1:]
    columns = [
        text("rhythm.until", lambda row: numerals.day(row["day"])),
        count("rhythm.open", "open"),
        count("rhythm.overdue", "overdue"),
    ]
    chart = level(days, _ticks(first["day"], len(rows)), say("rhythm.open_axis"))
    return Answer(
        title=say("rhythm.open_title"),
        claims=(claim(sentence, 1),),
        frame=frame,
        denominators=say("rhythm.open_denominators"),
        listing=table(caption, ends, columns),
        figure=draw(chart, caption, f"{caption} {sentence}"),
    )
