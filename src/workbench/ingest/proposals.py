"""Propose the field of each column of an unknown export: by its header, then by its values.

Where two columns would feed one field, the better header is used. A column explained neither by
header nor by values is left out, and one that may hold personal names is listed as personal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from workbench.ingest import value_shapes
from workbench.ingest.fields import is_instant
from workbench.ingest.headers import IGNORED, PERSONAL, STAGE, Aliases, Guess, bare_key
from workbench.ingest.requirements import FIELD_CODES
from workbench.privacy import Patterns

_TIME = "time"
"""What a column of times of day is, until it is joined to its column of dates."""
_MOMENT_WORDS = frozenset(
    ("ngay", "gio", "thoi", "gian", "diem", "luc", "date", "time", "at", "dt", "tm", "hour", "on")
)


@dataclass(frozen=True)
class Proposal:
    """What one column is proposed to be.

    ``targets`` are the fields it feeds, or ``personal``, ``ignored``, ``time`` or a stage;
    ``reason`` is ``header``, ``alike``, ``values``, ``unknown``, ``repeated`` or ``undated``;
    ``examples`` are distinct values of codes, ``formats`` how its dates are written where no
    known shape fits, ``clock`` the column with the time of day of its dates.
    """

    header: str
    targets: tuple[str, ...]
    reason: str
    examples: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    clock: str = ""

    @property
    def is_mapped(self) -> bool:
        """Whether the column feeds a field."""
        return self.targets[0] not in (PERSONAL, IGNORED, _TIME) and not self.targets[0].startswith(
            STAGE
        )


class Proposer:
    """Proposes what the columns of one table are.

    Args:
        frame: One text column per header, and ``source_row``.
        rows: What a row is.
        aliases: Known headers.
        patterns: What identifies people inside a text.
    """

    def __init__(
        self, frame: pl.DataFrame, rows: str, aliases: Aliases, patterns: Patterns
    ) -> None:
        self._frame, self._rows = frame, rows
        self._aliases, self._patterns = aliases, patterns
        self._extras: dict[str, str] = {}

    def proposals(self, repeated: Sequence[str]) -> tuple[Proposal, ...]:
        """Return one proposal per column; a repeated header feeds nothing."""
        headers = self._frame.columns[1:]
        for header in headers:
            guess = self._aliases.guess(header, self._rows)
            if guess and (extra := guess.field.rpartition(".")[2]).startswith("x_"):
                self._extras[header] = extra
        first = {header: self._by_header(header) for header in headers}
        for header in set(repeated).intersection(headers):
            if first[header].targets != (PERSONAL,):
                first[header] = Proposal(header, (IGNORED,), "repeated")
        taken: dict[str, str] = {}
        for header in sorted(headers, key=lambda h: (first[h].reason != "header", self._rank(h))):
            if first[header].is_mapped:
                for target in first[header].targets:
                    taken.setdefault(target, header)
        settled = [self._settled(first[header], taken) for header in headers]
        return self._with_clocks([self._with_code(proposal, taken) for proposal in settled])

    def _rank(self, header: str) -> int:
        guess = self._aliases.guess(header, self._rows)
        return guess.rank if guess else 0

    def _by_header(self, header: str) -> Proposal:
        values = self._frame[header]
        guess = self._aliases.guess(header, self._rows)
        if guess and guess.field == PERSONAL:
            return Proposal(header, (PERSONAL,), "header" if guess.score == 1 else "alike")
        if value_shapes.are_times(values) and (not guess or is_instant(guess.field)):
            return Proposal(header, (_TIME,), "values")
        reason = "header" if guess and guess.score == 1 else "alike"
        if guess and (is_instant(guess.field) or guess.field.startswith(STAGE)):
            return self._dated(Proposal(header, (guess.field,), reason), guess.score)
        if value_shapes.are_people(values, self._patterns) and not self._are_numbers(guess, values):
            return Proposal(header, (PERSONAL,), "values")
        if not guess:
            return self._by_values(header)
        return Proposal(header, (guess.field,), reason, self._codes(guess.field, values))

    def _are_numbers(self, guess: Guess | None, values: pl.Series) -> bool:
        """Return whether a column with the header of dossier numbers holds long ones."""
        return (
            guess is not None
            and guess.field.rpartition(".")[2] == "dossier_id"
            and not value_shapes.are_people(values, self._patterns, free_text=False)
        )

    def _dated(self, proposal: Proposal, score: float) -> Proposal:
        """Return the proposal of a date whose values are dates, in a known shape or a format."""
        values = self._frame[proposal.header]
        if value_shapes.are_dates(values) or value_shapes.are_counted(values):
            return proposal
        if formats := value_shapes.date_formats(values):
            return replace(proposal, formats=formats)
        if score == 1 and value_shapes.are_some_dates(values):
            return proposal
        by_values = self._by_values(proposal.header)
        if by_values.targets == (IGNORED,):
            return replace(by_values, reason="undated")
        return by_values

    def _settled(self, proposal: Proposal, taken: Mapping[str, str]) -> Proposal:
        """Return the proposal, or another one when a better column feeds its field."""
        if not proposal.is_mapped or taken[proposal.targets[0]] == proposal.header:
            return proposal
        return self._by_values(proposal.header)

    def _by_values(self, header: str) -> Proposal:
        values = self._frame[header]
        has_extras = self._rows in ("dossier", "event") and values.null_count() < len(values)
        if has_extras and value_shapes.are_dates(values):
            return Proposal(header, (self._extra(header, "_at"),), "values")
        if value_shapes.may_be_people(values) or value_shapes.are_people(values, self._patterns):
            return Proposal(header, (PERSONAL,), "values")
        if has_extras and value_shapes.are_codes(values):
            return Proposal(header, (self._extra(header),), "values")
        return Proposal(header, (IGNORED,), "unknown")

    def _with_code(self, proposal: Proposal, taken: Mapping[str, str]) -> Proposal:
        """Let a column feed two fields where registers do: the name for a code that is missing."""
        target, values = proposal.targets[0], self._frame[proposal.header]
        table, _, field = target.rpartition(".")
        more = ""
        if field == "procedure_name":
            more = f"{table}.procedure_id".lstrip(".")
        elif target == "step" and self._rows == "step" and value_shapes.are_codes(values):
            more = "step_kind"
        if not more or more in taken:
            return proposal
        return replace(proposal, targets=(target, more), examples=self._codes(more, values))

    def _with_clocks(self, proposals: Sequence[Proposal]) -> tuple[Proposal, ...]:
        """Join each column of times of day to its column of dates; one without is left out."""
        joined = list(proposals)
        for place, clock in enumerate(proposals):
            if clock.targets != (_TIME,):
                continue
            dates = [n for n, p in enumerate(joined) if self._takes_time(p)]
            near = min(dates, key=lambda n: self._distance(joined[n], n, clock, place), default=-1)
            if near < 0 or self._distance(joined[near], near, clock, place) > 1:
                joined[place] = Proposal(clock.header, (IGNORED,), "unknown")
            else:
                joined[near] = replace(joined[near], clock=clock.header)
        return tuple(joined)

    def _takes_time(self, proposal: Proposal) -> bool:
        return (
            proposal.is_mapped
            and len(proposal.targets) == 1
            and is_instant(proposal.targets[0])
            and not proposal.clock
            and value_shapes.have_no_time(self._frame[proposal.header])
        )

    def _distance(self, date: Proposal, place: int, clock: Proposal, at: int) -> float:
        """Return 0 where both headers say the same, else how many columns lie between them."""
        words = (_words(proposal.header) for proposal in (date, clock))
        return 0 if len(set(words)) == 1 and _words(date.header) else abs(at - place)

    def _extra(self, header: str, suffix: str = "") -> str:
        """Return a name of its own for a column that feeds no known field."""
        slug = "_".join(bare_key(header.removeprefix("case:")).split())
        plain = re.sub(r"[^a-z0-9_]", "", slug) or f"column_{self._frame.columns.index(header)}"
        stem, ending = plain.removesuffix(suffix), suffix
        others = {name for other, name in self._extras.items() if other != header}
        names = (f"x_{stem}{n}{ending}" for n in ("", *(f"_{n}" for n in range(2, 1_000))))
        self._extras[header] = next(name for name in names if name not in others)
        table = "dossier." if self._rows == "event" else ""
        return table + self._extras[header]

    def _codes(self, target: str, values: pl.Series) -> tuple[str, ...]:
        if target.rpartition(".")[2] not in FIELD_CODES:
            return ()
        return tuple(sorted(value_shapes.showable(values, self._patterns).to_list()))


def _words(header: str) -> tuple[str, ...]:
    """Return the words of a header but for those that say date or time."""
    return tuple(word for word in bare_key(header).split() if word not in _MOMENT_WORDS)
