"""How the figures depend on the definition of "late": every headline under every profile.

The same dossiers, judged under each named profile in turn; none is called the right one. The short
form is in every briefing, the long one (every headline) beside the official figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl

from workbench.answers.answer import Answer, Claim, Value, claim
from workbench.answers.question import Question, distinct
from workbench.charts import Figure, draw, shares
from workbench.charts.tables import Blank, Cell, Column, Table
from workbench.core import numerals
from workbench.core.vocabulary import EVERYTHING
from workbench.figures import compare
from workbench.messages import say

if TYPE_CHECKING:
    from workbench.answers.book import Book

SHORT = ("ot_done", "late", "open_overdue", "unknown")
"""Headlines of the short form, in the order of its columns."""
_PARTS = ("early", "on_time", "late")


def short(book: Book, question: Question) -> Answer:
    """Answer how the on-time share differs between profiles; the one in use is marked."""
    return _answer(book, question, SHORT)


def long(book: Book, question: Question) -> Answer:
    """Answer with every headline under every profile."""
    return _answer(book, question, compare.SENSITIVE)


def _answer(book: Book, question: Question, shown: tuple[str, ...]) -> Answer:
    frame = compare.sensitivity(book.measures, period=question.period, unit_id=question.unit)
    names = distinct(frame["profile"], lambda profile: _short_name(book, profile))
    return Answer(
        title=say("official.sensitivity_title", period=numerals.period(question.period)),
        claims=_spread(frame, names, question),
        frame=frame,
        denominators=say("official.sensitivity_denominators"),
        listing=_table(book, frame, names, shown, question),
        figure=_figure(frame, names, question),
        values=tuple(
            Value(name, question.unit, question.period, row["profile"], row[name])
            for row in frame.iter_rows(named=True)
            for name in shown
            if f"{name}_denominator" not in row
        ),
    )


def _short_name(book: Book, profile: str) -> str:
    """Return the part of a profile's label before the colon."""
    return book.profile_label(profile).split(":")[0]


def _spread(frame: pl.DataFrame, names: dict[str, str], question: Question) -> tuple[Claim, ...]:
    rows = frame.filter(pl.col("ot_done").is_not_null()).sort("ot_done", "profile")
    if rows.is_empty():
        return (claim(say("official.nothing")),)
    low, high = rows.row(0, named=True), rows.row(-1, named=True)
    spread = say(
        "official.sensitivity_sentence",
        n=frame.height,
        low=numerals.decimal(low["ot_done"] * 100, 2),
        low_profile=names[low["profile"]],
        high=numerals.decimal(high["ot_done"] * 100, 2),
        high_profile=names[high["profile"]],
    )
    late = frame["late"].to_list()
    counts = {"fewest": numerals.count(min(late)), "most": numerals.count(max(late))}
    sentence = say("official.sensitivity_late", used=names[question.profile], **counts)
    return claim(spread), claim(sentence)


def _table(
    book: Book,
    frame: pl.DataFrame,
    names: dict[str, str],
    shown: tuple[str, ...],
    question: Question,
) -> Table:
    columns = [Column(say("official.profile"), number=False)]
    columns += [Column(say(f"briefing.{name}")) for name in shown]
    columns.append(Column(say("official.profile_says"), number=False))
    rows = list(frame.iter_rows(named=True))
    lines = tuple(
        (
            names[row["profile"]],
            *(_cell(row, name) for name in shown),
            f"{row['profile']}: {book.profile_label(row['profile'])}",
        )
        for row in rows
    )
    marked = frozenset(n for n, row in enumerate(rows) if row["profile"] == question.profile)
    return Table(say("official.sensitivity_caption"), tuple(columns), lines, marked=marked)


def _cell(row: Mapping[str, Any], name: str) -> Cell:
    if f"{name}_denominator" not in row:
        return numerals.count(row[name])
    if row[name] is None:
        return Blank(say("official.nothing"))
    over = numerals.fraction(row[f"{name}_numerator"], row[f"{name}_denominator"])
    return f"{numerals.decimal(row[name] * 100, 2)}% ({over})"


def _figure(frame: pl.DataFrame, names: dict[str, str], question: Question) -> Figure | None:
    rows = []
    for row in frame.iter_rows(named=True):
        judged = sum(row[part] for part in _PARTS)
        for part in _PARTS if judged else ():
            share = row[part] / judged
            rows.append(
                (
                    names[row["profile"]],
                    say(f"labels.{part}"),
                    share * 100,
                    numerals.decimal(share * 100, 2) + "%",
                )
            )
    if not rows:
        return None
    order = [say(f"labels.{part}") for part in _PARTS]
    unit = "" if question.unit == EVERYTHING else f" ({question.unit})"
    caption = say("official.sensitivity_drawn", period=numerals.period(question.period)) + unit
    described = "; ".join(f"{row}, {part} {label}" for row, part, _, label in rows)
    chart = shares(rows, order, say("briefing.outcome_axis"))
    return draw(chart, caption, f"{caption} {described}.")
