"""The first screen of a briefing: four numbers and the key claims of every later section.

It states nothing that a later section does not show with its table.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from workbench.answers import (
    adjusted_units,
    causes,
    headline,
    period_change,
    quality,
    time_use,
    units,
    whatif,
)
from workbench.answers.answer import Answer, claim
from workbench.answers.phrasing import measures_of, values_of
from workbench.answers.question import Question
from workbench.figures import compare
from workbench.messages import say

if TYPE_CHECKING:
    from workbench.answers.book import Book


def summary(book: Book, question: Question, against: str, measure: str) -> Answer:
    """Answer the first questions of a reader: how much, what changed, who, where the time went.

    Under another profile than that of the results, causes are left out with a note.
    """
    answers = _answers(book, question, against, measure)
    now = measures_of(book, question, question.period)
    claims = [c for answer in answers for c in answer.claims if c.key]
    if question.profile != book.result_profile:
        words = {"asked": question.profile, "computed": book.result_profile}
        claims.append(claim(say("why.other_profile", **words), key=True))
    return Answer(
        title=say("briefing.summary_title"),
        claims=tuple(claims),
        frame=compare.headline(
            book.measures, period=question.period, profile=question.profile, unit_id=question.unit
        ),
        denominators=say("briefing.levels"),
        tiles=headline.tiles(now),
        values=values_of(row for name, row in now.items() if name in headline.TILES),
    )


def _answers(book: Book, question: Question, against: str, measure: str) -> Iterator[Answer]:
    yield headline.headline(book, question, against)
    yield period_change.change(book, question, against, measure)
    yield units.units(book, question, measure)
    if question.profile == book.result_profile:
        yield causes.causes(book, question)
        yield adjusted_units.cells(book, question)
        yield whatif.whatif(book, question)
    yield time_use.slowest_steps(book, question)
    yield quality.excluded(book)
