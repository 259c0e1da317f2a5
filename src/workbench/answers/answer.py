"""The answer to a question: claims with their evidence level, a chart, a table and the frame.

An answer is finished text in one language; it computes nothing. In a notebook it shows itself as
prose, an interactive chart and a table; in a page the same parts are laid out by the briefing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from workbench.answers.asking import Asking
from workbench.answers.workbook import write_workbook
from workbench.charts import Figure
from workbench.charts.tables import Table, template
from workbench.core.errors import UsageProblem
from workbench.messages import language, say, use_language

_EARLIER: ContextVar[set[str] | None] = ContextVar("earlier_claims", default=None)
"""The claims that the page being made has shown so far; none outside of a page."""


@contextmanager
def show_claims_once() -> Iterator[None]:
    """Show a claim that several answers of a page make only where it stands first."""
    token = _EARLIER.set(set())
    try:
        yield
    finally:
        _EARLIER.reset(token)


@dataclass(frozen=True)
class Claim:
    """One sentence and how strong the evidence for it is.

    Levels: 1 accounting, 2 comparison, 3 counterfactual, 4 causal. ``badge`` is the level in
    words. ``section`` names the question under whose answer its figures stand.
    """

    text: str
    level: int
    badge: str
    section: str = ""


def claim(text: str, level: int) -> Claim:
    """Make a claim in the current language.

    Args:
        text: The sentence.
        level: 1 for what follows from the records by counting; 2 for what is judged by an interval
            or a comparison, or by leaving a time out of a sum; 3 for what work done again under
            another rule gives, with its range; 4 for the effect of a recorded change.

    >>> claim("Trễ 2%.", 1).badge
    'mức 1'
    """
    return Claim(text[:1].upper() + text[1:], level, say("briefing.level", level=level))


@dataclass(frozen=True)
class Tile:
    """One large number at the head of a page; ``section`` as of a ``Claim``."""

    label: str
    number: str
    note: str
    section: str = ""


@dataclass(frozen=True)
class Value:
    """One figure that an answer states, by name and scope.

    Names are those of the measures (``late``, ``late_or_overdue.numerator``). Wherever two answers
    state the same name of the same unit, period and profile, the number is the same.
    """

    name: str
    unit: str
    period: str
    profile: str
    number: float


@dataclass(frozen=True)
class Prose:
    """A heading, large numbers and claims, as a fragment of a page; its values as data.

    A table of sentences stands between the numbers and the claims. What has nothing but one claim
    ``is_short``: heading and claim share a line.
    """

    title: str
    claims: tuple[Claim, ...]
    denominators: str
    tiles: tuple[Tile, ...] = ()
    values: tuple[Value, ...] = ()
    name: str = ""
    lead: str = ""
    listing: Table | None = None
    is_short: bool = False

    def html(self) -> str:
        """Return the fragment; every value is escaped."""
        return template("prose.html").render(prose=self)

    def __str__(self) -> str:
        """Return the claims for a terminal, each with its level."""
        lead = [self.lead] if self.lead else []
        tiles = [f"{tile.label}: {tile.number} – {tile.note}" for tile in self.tiles]
        lines = [f"{c.text} [{c.badge}]" for c in self.claims]
        return "\n".join([self.title, *lead, *tiles, *lines, self.denominators])

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": str(self)}


@dataclass(frozen=True)
class Answer:
    """The answer to one question.

    Args:
        title: What was asked.
        claims: Sentences with their evidence level, most important first.
        frame: The figures behind the claims, one row per row of the table or finer.
        denominators: What was counted and what was left out, in one sentence.
        listing: The table, where it shows more than the claims.
        figure: The chart, where there is something to draw.
        tiles: Large numbers for the head of a page.
        then: Further answers to the same question, shown below it.
        values: The figures stated, by name and scope.
        name: The question that is answered; the section of a page is called by it.
        lead: One sentence above all others.
        asking: The question as it was put; nothing for a part of another answer.
    """

    title: str
    claims: tuple[Claim, ...]
    frame: pl.DataFrame
    denominators: str
    listing: Table | None = None
    figure: Figure | None = None
    tiles: tuple[Tile, ...] = ()
    then: tuple[Answer, ...] = ()
    values: tuple[Value, ...] = ()
    name: str = ""
    lead: str = ""
    asking: Asking | None = field(default=None, repr=False, compare=False)

    @property
    def evidence_level(self) -> int:
        """The weakest evidence level among the claims (1 is the most certain)."""
        return max((c.level for c in self.claims), default=1)

    def sentence(self) -> str:
        """Return the claims as running text."""
        return " ".join([*filter(None, [self.lead]), *(c.text for c in self.claims)])

    def chart(self) -> Figure:
        """Return the chart.

        Raises:
            UsageProblem: There is nothing to draw for this question.
        """
        if self.figure is None:
            raise UsageProblem("briefing.no_chart", title=self.title)
        return self.figure

    def table(self) -> Table:
        """Return the table.

        Raises:
            UsageProblem: The claims say all there is.
        """
        if self.listing is None:
            raise UsageProblem("briefing.no_listing", title=self.title)
        return self.listing

    def to_polars(self) -> pl.DataFrame:
        """Return the figures behind the claims (``frame``)."""
        return self.frame

    def to_excel(self, path: str | Path = "") -> Path:
        """Write claims, table and figures as a workbook, and return its path.

        Args:
            path: Where to; a file called as the question in the current folder when left out.
        """
        sentences = [(c.text, c.badge) for c in self.claims]
        head = [(self.title, ""), *([(self.lead, "")] if self.lead else []), *sentences]
        target = Path(path or f"{self.name or 'answer'}.xlsx")
        with use_language(self.asking.book.language if self.asking else language()):
            write_workbook(target, [*head, (self.denominators, "")], self.listing, self.frame)
        return target

    @property
    def sql(self) -> str:
        """The query over the stored tables that recounts the figures.

        It runs as it stands under ``%%sql`` and by ``book.sql``.

        Raises:
            UsageProblem: The figures are counted when they are asked for, from no stored table.
        """
        return str(self.as_asked().book.recount(self))

    def dossiers(self, *, measure: str = "", period: str = "", unit: str = "") -> Answer:
        """Return the dossiers behind the answer, each with its source row.

        Args:
            measure: A measure or cause (``late_done``, ``overload``); by default the one that the
                answer is about.
            period: Another period than that of the answer.
            unit: One unit of those that the answer shows.

        Raises:
            UsageProblem: The answer is about no dossiers, or there is no such figure.
        """
        about = {"measure": measure, "period": period, "unit": unit}
        answer: Answer = self.as_asked().book.dossiers_behind(self, **about)
        return answer

    def as_asked(self) -> Asking:
        """Return the question as it was put.

        Raises:
            UsageProblem: This is a part of another answer, which has the question.
        """
        if self.asking is None:
            raise UsageProblem("lab.no_asking", title=self.title)
        return self.asking

    def prose(self) -> Prose:
        """Return title, large numbers and claims as one piece."""
        is_alone = self.listing is None and self.figure is None and not self.tiles
        claims = _new_claims(self.claims)
        return Prose(
            self.title,
            claims,
            self.denominators,
            self.tiles,
            self.values,
            self.name,
            self.lead,
            listing=self.listing if self._has_sentences else None,
            is_short=is_alone and len(claims) == 1 and not self.then,
        )

    @property
    def _has_sentences(self) -> bool:
        """Whether the table belongs to the prose, as its cells are sentences."""
        return self.listing is not None and self.listing.is_prose

    def __str__(self) -> str:
        """Return prose and table for a terminal."""
        parts = [self.prose(), *([self.listing] if self.listing else []), *self.then]
        return "\n\n".join(str(part) for part in parts)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        listing = None if self._has_sentences else self.listing
        for part in (self.prose(), self.figure, listing):
            if part is not None:
                display(part)
        for answer in self.then:
            answer._ipython_display_()


def _new_claims(claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """Return the claims that the page has not shown yet; all where it has shown every one."""
    earlier = _EARLIER.get()
    if earlier is None:
        return claims
    new = tuple(one for one in claims if one.text not in earlier)
    earlier.update(one.text for one in claims)
    return new or claims
