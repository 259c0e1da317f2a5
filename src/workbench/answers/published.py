"""The publishable figures of a period: no cell of 1 to 4 can be derived.

Counts of two periods, of all units and of all of them together go through suppression of small
counts as one system, with every sum that a page shows or allows; tables, sentences and charts use
the result. The unit marked on a page makes no difference to the suppression, so the pages of one
period may be compared. Every earlier publication of the project belongs to the system
(``publication_record``), so that a quarter beside a half-year reveals nothing. Stocks are published
only where overdue: with the flows of the next period their sum would reveal small cells. Months,
steps, causes, findings and anything about staff stay in the office. Figures published elsewhere are
not known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import polars as pl

from workbench.answers.answer import Answer, Claim, claim
from workbench.answers.columns import Col, Row, figure, pair, table, text
from workbench.answers.phrasing import FEW, distinct, share_dot
from workbench.answers.published_counts import CELLS, COUNTS, RATES, publishable_counts
from workbench.answers.questions import Part, UnitId, question
from workbench.answers.run import Run
from workbench.answers.units import rate_dots
from workbench.charts import Figure
from workbench.charts.tables import Blank, Cell, Table
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING
from workbench.figures.estimates import Estimate, difference, wilson
from workbench.messages import say, use_language
from workbench.privacy import THRESHOLD

_COMPARED = "late_or_overdue"

Figures = dict[str, int | None]


def publish(book: Run, period: str, *, against: str = "", profile: str = "") -> Publication:
    """Return what may be published of a period, beside another one.

    Raises:
        UsageProblem: A period or the profile is unknown.
        RuleFailed: Nothing of it can be published beside what was published before.
    """
    label, name = book.period(period), book.profile(profile)
    other = book.against(label, against)
    periods = list(dict.fromkeys(p for p in (label, other) if p))
    with use_language(book.language):
        return Publication(book, label, other, name, publishable_counts(book, periods, name))


@dataclass(frozen=True)
class Publication(Part):
    """One period's publishable figures; answers speak the book's language.

    ``cells`` has one row per unit (``*`` all) and period; suppressed counts are missing.
    """

    period: str
    against: str
    profile: str
    cells: pl.DataFrame

    @property
    def record(self) -> pl.DataFrame:
        """The rows of this publication for the record."""
        rows = self.cells.unpivot(
            CELLS, index=["unit_id", "period"], variable_name="measure", value_name="value"
        )
        return rows.with_columns(
            pl.lit(self.profile).alias("profile"), pl.lit(self.period).alias("published_with")
        )

    @question()
    def figures(self, unit: UnitId = EVERYTHING) -> Answer:
        """How much came in and was resolved, how much of it late; beside the other period."""
        sides = [self._row(unit, p) for p in (self.period, self.against) if p]
        name = self.run.unit_inline(unit)
        return Answer(
            title=say("published.figures_title"),
            claims=(*_flow_claims(sides[0], name, self.period), self._describe_withheld()),
            frame=self.cells.filter(pl.col("unit_id") == unit),
            denominators=say("published.denominators", threshold=THRESHOLD),
            listing=self._figures_table(sides, name),
        )

    @question()
    def units(self, unit: UnitId = EVERYTHING) -> Answer:
        """Every unit's figures, ordered by unit: no league table."""
        rows = {u: self._row(u, self.period) for u in (*self.run.units(), EVERYTHING)}
        names = distinct(rows, self.run.unit_name)
        caption = say("briefing.units_table", period=numerals.period(self.period))
        return Answer(
            title=say("briefing.units_title"),
            claims=_units_claims(rows),
            frame=self.cells.filter(pl.col("period") == self.period),
            denominators=say("published.denominators", threshold=THRESHOLD),
            listing=_units_table(rows, names, caption, unit),
            figure=_units_figure(rows, names, numerals.period(self.period)),
        )

    @question(level=2)
    def change(self, unit: UnitId = EVERYTHING) -> Answer:
        """How did the late share move against the other period, where both are publishable?"""
        words = {"period": numerals.period(self.period), "rate": say(f"briefing.{_COMPARED}")}
        if not self.against:
            unchanged = claim(say("briefing.change_nothing", period=words["period"]), 1)
            title = say("briefing.change_nothing_title")
            return Answer(title, (unchanged,), self.cells.clear(), "")
        words["against"] = numerals.period(self.against)
        return Answer(
            title=say("published.change_title", **words),
            claims=(claim(say("published.change_sentence", **words), 2),),
            frame=self.cells,
            denominators=say("published.denominators", threshold=THRESHOLD),
            listing=self._change_table(unit, words),
        )

    def _describe_withheld(self) -> Claim:
        """Say how many printed counts are withheld, which of all units together, and why."""
        n = int(self.cells.select(COUNTS).null_count().sum_horizontal()[0])
        if not n:
            return claim(say("published.nothing_withheld"), 1)
        whole = self.cells.filter(pl.col("unit_id") == EVERYTHING)
        of_all = [
            say("published.withheld_of_all", measure=say(f"briefing.{name}"), period=period)
            for name in COUNTS
            for value, label in whole.select(name, "period").rows()
            if value is None and (period := numerals.period(label))
        ]
        counts = {"n": numerals.count(n), "all": numerals.count(self.cells.height * len(COUNTS))}
        listing = "; ".join(of_all) or say("published.withheld_none_of_all")
        words = {**counts, "most": THRESHOLD - 1, "of_all": listing}
        return claim(say("published.withheld", **words), 1)

    def _row(self, unit_id: str, period: str) -> Figures:
        rows = self.cells.filter(pl.col("unit_id") == unit_id, pl.col("period") == period)
        return {name: rows[name][0] for name in CELLS}

    def _figures_table(self, sides: list[Figures], name: str) -> Table:
        periods = [numerals.period(p) for p in (self.period, self.against) if p]
        return table(
            say("briefing.headline_caption", unit=name),
            [{"name": n} for n in (*COUNTS, *RATES)],
            [
                text("briefing.measure", lambda row: say(f"briefing.{row['name']}")),
                *(
                    column
                    for period, side in zip(periods, sides, strict=True)
                    for column in pair(period, partial(_figure_cells, side))
                ),
            ],
        )

    def _change_table(self, marked: str, about: dict[str, str]) -> Table:
        everyone = (EVERYTHING, *self.run.units())
        names = distinct(everyone, self.run.unit_name)
        before, after = (
            {u: self._row(u, p) for u in everyone} for p in (self.against, self.period)
        )
        return table(
            say("published.change_table", **about),
            [{"unit": u, "before": before[u], "after": after[u]} for u in everyone],
            [
                text("briefing.unit", lambda row: names[row["unit"]]),
                Col(about["against"], lambda row: _rate_cells(row["before"], _COMPARED)[0]),
                Col(about["period"], lambda row: _rate_cells(row["after"], _COMPARED)[0]),
                *pair(say("briefing.change_points"), _difference_cells),
            ],
            marked=lambda row: row["unit"] == marked,
        )


# formatted cells -------------------------------------------------------------------------


def _suppressed_cell() -> Blank:
    sign = say("published.sign", threshold=THRESHOLD)
    return Blank(say("published.reason", threshold=THRESHOLD, most=THRESHOLD - 1), sign)


def _count_cell(value: int | None) -> Cell:
    return _suppressed_cell() if value is None else numerals.count(value)


def _shown_count(value: int | None) -> str:
    return say("published.sign", threshold=THRESHOLD) if value is None else numerals.count(value)


def _estimate(side: Figures, rate: str) -> Estimate | None:
    """Return a rate of which both counts are publishable; nothing where one is suppressed."""
    above, below = (side[name] for name in RATES[rate])
    return None if above is None or below is None else wilson(above, below)


def _rate_cells(side: Figures, rate: str) -> tuple[Cell, Cell]:
    estimate = _estimate(side, rate)
    if estimate is None:
        return _suppressed_cell(), _suppressed_cell()
    if estimate.value is None:
        none = Blank(say("briefing.no_denominator"))
        return none, none
    over = numerals.fraction(estimate.numerator, estimate.denominator)
    interval = numerals.percent_range(estimate.lower, estimate.upper)
    return f"{numerals.percent(estimate.value)} ({over})", interval


def _figure_cells(side: Figures, measure: Row) -> tuple[Cell, Cell]:
    name = measure["name"]
    if name in RATES:
        return _rate_cells(side, name)
    return _count_cell(side[name]), Blank(say("briefing.no_interval"))


def _difference_cells(row: Row) -> tuple[Cell, Cell]:
    before, after = (_estimate(row[side], _COMPARED) for side in ("before", "after"))
    if before is None or after is None:
        return _suppressed_cell(), _suppressed_cell()
    value, lower, upper = difference(before, after)
    if value is None:
        none = Blank(say("briefing.no_difference"))
        return none, none
    return numerals.points(value), numerals.points_range(lower, upper)


# sentences, table and chart of the units ---------------------------------------------------


def _flow_claims(side: Figures, unit: str, period: str) -> tuple[Claim, ...]:
    counts = {name: _shown_count(side[name]) for name in COUNTS}
    flow = say("published.flow", unit=unit, period=numerals.period(period), **counts)
    return (claim(flow, 1), *_describe_rates(side))


def _describe_rates(side: Figures) -> list[Claim]:
    claims = []
    for rate in ("late_done", "late_or_overdue"):
        estimate = _estimate(side, rate)
        if estimate is not None and estimate.value is not None:
            words = {
                "rate": say(f"briefing.{rate}"),
                "value": numerals.percent(estimate.value),
                "fraction": numerals.fraction(estimate.numerator, estimate.denominator),
                "interval": numerals.percent_range(estimate.lower, estimate.upper),
            }
            claims.append(claim(say("published.rate", **words), 1))
    return claims


def _units_claims(rows: dict[str, Figures]) -> tuple[Claim, ...]:
    published = [u for u, side in rows.items() if u != EVERYTHING and _estimate(side, _COMPARED)]
    sentence = say("published.units_sentence", shown=len(published), units=len(rows) - 1)
    return (claim(sentence, 1), *_describe_rates(rows[EVERYTHING]))


def _units_table(
    rows: dict[str, Figures], names: dict[str, str], caption: str, marked: str
) -> Table:
    def written(name: str, row: Row) -> Cell:
        return _count_cell(row["side"][name])

    def rate(name: str, row: Row) -> tuple[Cell, Cell]:
        return _rate_cells(row["side"], name)

    return table(
        caption,
        [{"unit": unit, "side": side} for unit, side in rows.items()],
        [
            text("briefing.unit", lambda row: names[row["unit"]]),
            *(
                figure(f"briefing.{name}", partial(written, name))
                for name in ("received", "resolved", "late", "open_overdue")
            ),
            *pair(say("briefing.late_done"), partial(rate, "late_done")),
            *pair(say(f"briefing.{_COMPARED}"), partial(rate, _COMPARED)),
        ],
        marked=lambda row: row["unit"] == marked,
    )


def _units_figure(rows: dict[str, Figures], names: dict[str, str], period: str) -> Figure | None:
    estimates = {u: _estimate(side, _COMPARED) for u, side in rows.items()}
    overall = estimates.pop(EVERYTHING)
    unit_dots = [
        share_dot(
            names[unit],
            [bound or 0.0 for bound in (e.value, e.lower, e.upper)],
            numerals.fraction(e.numerator, e.denominator),
            "few" if (e.denominator or 0) < FEW else "within",
        )
        for unit, e in estimates.items()
        if e is not None and e.value is not None
    ]
    if not unit_dots or overall is None or overall.value is None:
        return None
    rate = say(f"briefing.{_COMPARED}")
    caption = say("published.units_caption", rate=rate, period=period)
    return rate_dots(unit_dots, overall.value, rate, caption)
