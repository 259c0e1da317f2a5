"""No answer shows a reader what only programs write, or more dossiers than its title covers."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import polars as pl
import pytest

from notebooks.test_question_scopes import EACH_QUESTION, QUESTIONS, SCOPE, asked  # noqa: F401
from workbench.answers import Answer

RAW = re.compile(
    r"\b[a-z]+(?:_[a-z0-9]+)+\b|\w@\d|\b(?:data|pipelines|src)/\w|\bSD-[A-Z0-9]+\b"
    r"|: (?:counter|online|post|composed)\b"
)
"""What only programs write: names of columns, profiles and units, paths of the project."""


def shown(answer: Answer) -> Iterator[str]:
    """Everything a reader of a page sees of an answer, but for its picture."""
    yield from (answer.title, answer.denominators, *(one.text for one in answer.claims))
    if answer.listing:
        yield from (answer.listing.caption, *(column.heading for column in answer.listing.columns))
        yield from (str(getattr(c, "text", c)) for row in answer.listing.rows for c in row)
    for more in answer.then:
        yield from shown(more)


@EACH_QUESTION
def test_no_name_of_a_column_unit_or_profile_reaches_a_reader(asked, question):  # noqa: F811
    answer = asked(question)
    raw = {found[0]: text for text in shown(answer) if (found := RAW.search(text))}
    assert not raw


@pytest.mark.parametrize(
    "question", sorted(q for q in QUESTIONS if {"unit", "period"} <= QUESTIONS[q])
)
def test_no_count_exceeds_the_dossiers_of_the_unit_in_the_period(asked, small_book, question):  # noqa: F811
    first, last = dt.date(2022, 1, 1), dt.date(2022, 6, 30)
    ended = pl.min_horizontal("resolved_at", "returned_at").dt.date()
    there = small_book.dossiers.filter(
        pl.col("unit_id") == SCOPE["unit"][0],
        pl.col("received_on") <= last,
        ended.is_null() | (ended >= first),
    )
    frame = asked(question).frame
    for column, scope in (("unit_id", SCOPE["unit"][0]), ("period", "2022-H1")):
        if column in frame.columns:
            frame = frame.filter(pl.col(column) == scope)
    counts = [c for c in frame.columns if c in ("n", "n_dossiers", "denominator", "n_late")]
    most = max((frame[c].max() or 0 for c in counts), default=0) if frame.height else 0
    assert most <= there.height
