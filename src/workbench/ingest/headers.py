"""Guess the field of a column of an unknown export from its header.

Known headers are reviewed facts (``data/reference/header_aliases.csv``). A header is compared
without regard to case, spaces and punctuation, then also without accents (``createdAt`` is two
words); a longer header that contains a known one counts less, one that has only the keywords
of a field, in any order, least. An unknown header gives no guess.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from workbench.core.errors import InputRejected
from workbench.ingest.fields import FIELDS, ROW_KINDS, is_instant

PERSONAL, IGNORED, STAGE = "personal", "ignored", "stage:"
WORDS = "words"
"""Rows of the list that name keywords of a field in registers of dossiers."""
_EXACT, _BARE, _WITHIN, _KEYWORDS = 1.0, 0.9, 0.6, 0.5
_LONG_ENOUGH, _LONG_ENOUGH_FOR_PERSONS = 6, 4
_MOST_WORDS = 12
_SPLIT = re.compile(r"[\W_]+")
_HUMP = re.compile(r"(?<=[a-zà-ỹ0-9])(?=[A-ZĐ])")


@dataclass(frozen=True)
class Guess:
    """What a header says its column is: a field, ``personal``, ``ignored`` or ``stage:<kind>``.

    ``rank`` is its position in the list of known headers: of two equally good headers for a field,
    the first is preferred.
    """

    field: str
    score: float
    rank: int = 0


@dataclass(frozen=True)
class Aliases:
    """Known headers by kind of row (``dossier``, ``step``, ``pause``, ``event``, ``any``)."""

    exact: Mapping[str, Mapping[str, str]]
    bare: Mapping[str, Mapping[str, str]]
    words: Mapping[frozenset[str], str]
    _guesses: dict[tuple[str, str], Guess | None] = field(default_factory=dict, repr=False)

    def guess(self, header: str, rows: str) -> Guess | None:
        """Return what a header says in a table of such rows, or nothing.

        All words of a header say more than one of them: a «service instructeur» is an office.
        """
        known, key = self._known(header, rows), bare_key(_HUMP.sub(" ", header))
        if known and known.score > _WITHIN:
            return known
        return self._in_keywords(key, rows) or known or self._by_keywords(key, rows)

    def _in_keywords(self, key: str, rows: str) -> Guess | None:
        """Guess by keywords that are the whole header."""
        words = frozenset(key.split())
        if rows != "dossier" or words not in self.words:
            return None
        return Guess(self.words[words], _KEYWORDS, list(self.words).index(words))

    def _known(self, header: str, rows: str) -> Guess | None:
        if (header, rows) not in self._guesses:
            self._guesses[header, rows] = self._guess(header, rows)
        return self._guesses[header, rows]

    def _guess(self, header: str, rows: str) -> Guess | None:
        apart = _HUMP.sub(" ", header)
        return (
            self._equal(self.exact, _header_key(header), rows, _EXACT)
            or self._equal(self.exact, _header_key(apart), rows, _EXACT)
            or self._equal(self.bare, bare_key(header), rows, _BARE)
            or self._equal(self.bare, bare_key(apart), rows, _BARE)
            or self._within(bare_key(apart), rows)
        )

    def _equal(
        self, known: Mapping[str, Mapping[str, str]], key: str, rows: str, score: float
    ) -> Guess | None:
        for kind in (rows, "any"):
            if target := known[kind].get(key):
                return Guess(target, score, list(known[kind]).index(key))
        return None

    def _within(self, key: str, rows: str) -> Guess | None:
        """Guess by the longest known header inside a longer one.

        Where persons are named beside it, the column is theirs, unless it holds dates.
        """
        words = key.split()[:_MOST_WORDS]
        parts = [
            " ".join(words[start:end])
            for start in range(len(words))
            for end in range(start + 1, len(words) + 1)
        ]
        matches = [
            (len(part), to)
            for kind in (rows, "any")
            for part in parts
            if (to := self.bare[kind].get(part)) and len(part) >= _least_length(to)
        ]
        if not matches:
            return None
        target = max(matches)[1]
        if not is_instant(target) and any(other == PERSONAL for _, other in matches):
            target = PERSONAL
        return Guess(target, _WITHIN)

    def _by_keywords(self, key: str, rows: str) -> Guess | None:
        """Guess by keywords, the most and then the first of the list; then by spelling."""
        if rows != "dossier":
            return None
        present = set(key.split()[:_MOST_WORDS])
        matches = [(-len(words), n) for n, words in enumerate(self.words) if words <= present]
        if matches:
            return Guess(list(self.words.values())[min(matches)[1]], _KEYWORDS, min(matches)[1])
        alike = (self._misspelt(word, rows) for word in key.split())
        return next((Guess(target, _KEYWORDS) for target in alike if target), None)

    def _misspelt(self, word: str, rows: str) -> str:
        """Return the field of the known header of one word that a word is but for one letter."""
        if len(word) < _LONG_ENOUGH:
            return ""
        headers = (*self.bare[rows].items(), *self.bare["any"].items())
        near = (to for one, to in headers if len(one) >= _LONG_ENOUGH and _is_misspelt(word, one))
        return next(near, "")

    def score(self, headers: Iterable[str], rows: str) -> float:
        """Return how well a row of cells reads as the header of a table of such rows.

        Each field counts once, an explained but unmapped column half. Keywords do not count:
        cells with values have them too.
        """
        best: dict[str, float] = {}
        for header in filter(None, headers):
            if guess := self._known(header, rows):
                idle = guess.field in (PERSONAL, IGNORED)
                name = header if idle else guess.field
                best[name] = max(best.get(name, 0.0), guess.score / (2 if idle else 1))
        return sum(best.values())


def _least_length(field: str) -> int:
    return _LONG_ENOUGH_FOR_PERSONS if field == PERSONAL else _LONG_ENOUGH


def _header_key(header: str) -> str:
    r"""Return a header as it is compared: words in lower case, composed, one space between.

    >>> _header_key("Ngày hẹn\n trả (*)"), _header_key("CASE_ENQUIRY_ID"), _header_key("MaHoSo")
    ('ngày hẹn trả', 'case enquiry id', 'mahoso')
    """
    words = _SPLIT.split(unicodedata.normalize("NFC", header).casefold())
    return " ".join(word for word in words if word)


def bare_key(header: str) -> str:
    """Return a header as it is compared without accents.

    >>> bare_key("Địa chỉ")
    'dia chi'
    """
    parts = unicodedata.normalize("NFD", _header_key(header)).replace("đ", "d")
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


@cache
def read_aliases(reference: Path) -> Aliases:
    """Read the known headers of ``data/reference``.

    Raises:
        InputRejected: The file is missing or names an unknown kind of row.
    """
    path = reference / "header_aliases.csv"
    if not path.is_file():
        raise InputRejected("sources.no_file", file=path)
    with path.open(encoding="utf-8", newline="") as lines:
        return _aliases_of(list(csv.DictReader(lines)), path)


def _aliases_of(rows: Sequence[Mapping[str, str]], path: Path) -> Aliases:
    """Arrange the rows of the file; of two rows with one header the first counts.

    A header that is the name of a field goes before them.
    """
    kinds = (*ROW_KINDS, "any")
    exact = {kind: {_header_key(field): field for field in FIELDS.get(kind, ())} for kind in kinds}
    bare = {kind: dict(fields) for kind, fields in exact.items()}
    words: dict[frozenset[str], str] = {}
    for row in rows:
        if row["rows"] == WORDS:
            words.setdefault(frozenset(bare_key(row["header"]).split()), row["field"])
            continue
        if row["rows"] not in kinds:
            raise InputRejected(
                "sources.bad_choice",
                file=path.name,
                key="rows",
                value=row["rows"],
                accepted=", ".join(kinds),
            )
        exact[row["rows"]].setdefault(_header_key(row["header"]), row["field"])
        bare[row["rows"]].setdefault(bare_key(row["header"]), row["field"])
    return Aliases(exact, bare, words)


def _is_misspelt(word: str, known: str) -> bool:
    """Return whether a word differs from a known one by one letter: left out, added or another.

    >>> _is_misspelt("statut", "status"), _is_misspelt("unite", "unit"), _is_misspelt("a", "b c")
    (True, True, False)
    """
    if abs(len(word) - len(known)) > 1 or word == known:
        return False
    ahead = next(
        (n for n, (a, b) in enumerate(zip(word, known, strict=False)) if a != b),
        min(len(word), len(known)),
    )
    rests = {(1, 1), (1, 0) if len(word) > len(known) else (0, 1)}
    if len(word) == len(known):
        rests = {(1, 1)}
    return any(word[ahead + a :] == known[ahead + b :] for a, b in rests)
