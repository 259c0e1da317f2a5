"""Identifiers of people inside text: which are looked for, and the text without them.

The patterns are reviewed facts (``data/reference/privacy/patterns.csv``), looked for in the order
of the file. A pattern of reach ``every`` is looked for in every landed column, one of reach
``text`` only where people write freely, because nine digits or a family name mean something else in
a code or the name of an office, and one of reach ``list`` in names of units, procedures and steps.
What a pattern of reach ``never`` matches is no identifier and hidden from the patterns after it. A
row of reach ``part`` is a piece that other patterns include as ``{{name}}``. A bare name that
follows no pattern is not recognised: columns that hold names belong among the ``personal`` ones of
a source profile.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from pathlib import Path

import polars as pl

from workbench.core.errors import InputRejected

MASKS_SCHEMA: Mapping[str, type[pl.DataType]] = {
    "row_kind": pl.String,
    "field": pl.String,
    "pattern": pl.String,
}
"""What a mask says beside the position of its row."""

REACHES = ("every", "text", "list", "never", "part")
_SUSPICIOUS = r"[@＠]|\d(?:[^\p{L}\d]{0,3}\d){5}|\p{L}\P{L}{1,6}\p{L}"
_LONGEST = 12_000
"""Characters of joined regexes beyond which compiling them is not tried."""
_BUNDLE = 6
"""Patterns looked for together first: few bundles match, and Polars remembers all compiled."""
_PART = re.compile(r"\{\{(\w+)\}\}")
_LABEL_PLACE = "…"
_FIRST_SIGN = 0xE000
"""Hidden texts are written as one character of the private use area each, in their order."""
_SIGNS = re.compile("[\ue000-\uf8ff]")


@dataclass(frozen=True)
class Pattern:
    """One kind of identifier.

    ``regex`` is written for Polars (no look-around); ``keep`` are the groups that stay, usually
    the word before the number, with a … in the place of the label if others follow it; ``label``
    stands for what was taken out.
    """

    name: str
    reach: str
    regex: str
    keep: str
    label: str

    @property
    def replacement(self) -> str:
        """What stands in the place of a find."""
        before, _, after = self.keep.partition(_LABEL_PLACE)
        return f"{before}[{self.label}]{after}"


@dataclass(frozen=True)
class Patterns:
    """All patterns, in the order in which they are looked for."""

    patterns: tuple[Pattern, ...]

    def mask(
        self, column: pl.Series, *, free_text: bool, open_list: bool = False
    ) -> tuple[pl.Series, pl.DataFrame]:
        r"""Return a text column without identifiers, and where each was found.

        Args:
            column: Text; each distinct value is searched once.
            free_text: Whether people write freely here, so that patterns of reach ``text`` count.
            open_list: Whether these are names of units, procedures and the like, so that patterns
                of reach ``list`` count.

        Returns:
            The column, and a frame ``row`` (counted from 0), ``pattern``: one row per value and
            pattern found in it, however often.

        >>> known = Patterns((Pattern("phone", "every", r"\b0[35789]\d{8}\b", "", "phone"),))
        >>> masked, found = known.mask(pl.Series(["gọi 0912345678", "-"]), free_text=True)
        >>> masked.to_list(), found.rows()
        (['gọi [phone]', '-'], [(0, 'phone')])
        """
        reaches = {"every", "never", *["text"] * free_text, *["list"] * open_list}
        wanted = [pattern for pattern in self.patterns if pattern.reach in reaches]
        values = column.unique().drop_nulls()
        suspects = _with_any_of(values.filter(values.str.contains(_SUSPICIOUS)), wanted)
        nothing = pl.DataFrame(schema={"row": pl.UInt32, "pattern": pl.String})
        if suspects.is_empty():
            return column, nothing
        masked, names = _searched(suspects, self.patterns, reaches)
        hit = names.list.len() > 0
        if not hit.any():
            return column, nothing
        finds = pl.DataFrame(
            {"text": suspects.filter(hit), "to": masked.filter(hit), "pattern": names.filter(hit)}
        )
        rows = column.to_frame("text").with_row_index("row")
        matches = rows.join(finds, on="text", maintain_order="left").explode("pattern")
        clean = column.replace(finds["text"], finds["to"])
        return clean, matches.select("row", "pattern")

    def masked(self, text: str, *, free_text: bool = False) -> str:
        """Return one text, such as a message or a file name, without identifiers."""
        return str(self.mask(pl.Series([text]), free_text=free_text)[0][0])


def _with_any_of(texts: pl.Series, wanted: Sequence[Pattern]) -> pl.Series:
    """Keep the texts that a pattern matches, before anything is hidden: few are searched twice.

    A text that is wholly a date or code, as the first patterns of the file say, is no suspect.
    """
    codes = [p.regex for p in takewhile(lambda p: p.reach == "never", wanted)]
    for regex in _joined(tuple(codes)):
        texts = texts.filter(~texts.str.contains(f"^(?:{regex})$"))
    if texts.is_empty():
        return texts
    frame = pl.DataFrame({"text": texts, "nfc": texts.str.normalize("NFC")})
    regexes = _joined(tuple(p.regex for p in wanted if p.reach != "never"))
    finds = [pl.col("nfc").str.contains(regex) for regex in regexes]
    return frame.filter(pl.any_horizontal(pl.lit(value=False), *finds))["text"]


@cache
def _joined(regexes: tuple[str, ...]) -> tuple[str, ...]:
    """Join regexes into as few as can be compiled: Polars remembers only some dozen of them."""
    joined = "|".join(f"(?:{regex})" for regex in regexes)
    if len(regexes) < 2:
        return regexes
    if len(joined) <= _LONGEST:
        try:
            pl.Series([""]).str.contains(joined)
        except pl.exceptions.ComputeError:
            pass
        else:
            return (joined,)
    half = len(regexes) // 2
    return (*_joined(regexes[:half]), *_joined(regexes[half:]))


def _searched(
    texts: pl.Series, patterns: Sequence[Pattern], reaches: Container[str]
) -> tuple[pl.Series, pl.Series]:
    """Return texts without identifiers, and the names of the patterns found in each.

    A find takes the character before and after it along, so two finds in a row need two turns.
    """
    names: list[list[str]] = [[] for _ in texts]
    hidden: list[list[str]] = [[] for _ in texts]
    masked = texts.str.normalize("NFC")
    for first in range(0, len(patterns), _BUNDLE):
        bundle = patterns[first : first + _BUNDLE]
        regexes = _joined(tuple(pattern.regex for pattern in bundle))
        if not any(masked.str.contains(regex).any() for regex in regexes):
            continue
        for pattern in bundle:
            if pattern.reach in reaches:
                masked = _replaced(masked, pattern, names, hidden)
    visible = [_show(text, hidden_spans) for text, hidden_spans in zip(masked, hidden, strict=True)]
    return pl.Series(visible, dtype=pl.String), pl.Series(names, dtype=pl.List(pl.String))


def _replaced(
    texts: pl.Series, pattern: Pattern, names: list[list[str]], hidden: list[list[str]]
) -> pl.Series:
    """Replace what one pattern matches, and note it with each text."""
    hit = texts.str.contains(pattern.regex).arg_true()
    if not len(hit):
        return texts
    hit_texts = texts.gather(hit)
    if pattern.reach == "never":
        return texts.scatter(hit, _hide(hit_texts, pattern.regex, [hidden[row] for row in hit]))
    for _ in range(2):
        hit_texts = hit_texts.str.replace_all(pattern.regex, pattern.replacement)
    for row in hit:
        names[row].append(pattern.name)
    return texts.scatter(hit, hit_texts)


def _hide(texts: pl.Series, regex: str, hidden: list[list[str]]) -> pl.Series:
    """Write what a regex matches as one sign each, and append it to what is hidden of its text."""
    written = []
    for text, parts, kept in zip(texts, texts.str.extract_all(regex), hidden, strict=True):
        for part in parts:
            text = text.replace(part, chr(_FIRST_SIGN + len(kept)), 1)  # noqa: PLW2901
            kept.append(part)
        written.append(text)
    return pl.Series(written, dtype=pl.String)


def _show(text: str, hidden: list[str]) -> str:
    """Put hidden parts back; one may include the sign of an earlier one."""
    for _ in hidden:
        text = _SIGNS.sub(lambda sign: _part_of(sign[0], hidden), text)
    return text


def _part_of(sign: str, hidden: list[str]) -> str:
    number = ord(sign) - _FIRST_SIGN
    return hidden[number] if number < len(hidden) else sign


@cache
def read_patterns(reference: Path) -> Patterns:
    """Read the patterns of ``data/reference/privacy``.

    Raises:
        InputRejected: The file is missing, has an unknown reach, or a pattern is none.
    """
    path = reference / "privacy" / "patterns.csv"
    if not path.is_file():
        raise InputRejected("privacy.no_patterns", file=path)
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    parts = {row["pattern"]: row["regex"] for row in rows if row["reach"] == "part"}
    patterns = [_pattern(row, parts, path) for row in rows]
    _check_regexes(patterns, path)
    return Patterns(tuple(pattern for pattern in patterns if pattern.reach != "part"))


def _pattern(row: dict[str, str], parts: Mapping[str, str], path: Path) -> Pattern:
    name, reach = row["pattern"], row["reach"]
    regex = _PART.sub(lambda part: f"(?:{parts.get(part[1], part[0])})", row["regex"])
    if reach not in REACHES:
        accepted = ", ".join(REACHES)
        raise InputRejected(
            "privacy.bad_reach", file=path.name, pattern=name, reach=reach, accepted=accepted
        )
    return Pattern(name, reach, regex, row["keep"], row["label_vi"])


def _check_regexes(patterns: Sequence[Pattern], path: Path) -> None:
    """Refuse the first pattern that cannot be compiled.

    All are tried joined, those of texts as ``mask`` joins them: Polars compiles them once for both.
    """
    try:
        for reaches in (("every", "text"), ("list",), ("never",), ("part",)):
            for regex in _joined(tuple(p.regex for p in patterns if p.reach in reaches)):
                pl.Series([""]).str.contains(regex)
    except pl.exceptions.PolarsError:
        for pattern in patterns:
            _check_regex(pattern, path)


def _check_regex(pattern: Pattern, path: Path) -> None:
    try:
        pl.Series([""]).str.contains(pattern.regex)
    except pl.exceptions.PolarsError as problem:
        reason = str(problem).splitlines()[0]
        raise InputRejected(
            "privacy.bad_pattern", file=path.name, pattern=pattern.name, reason=reason
        ) from problem
