"""Identifiers of people inside text: which are looked for, and the text without them.

The patterns are reviewed facts (``data/reference/privacy/patterns.csv``). A pattern of reach
``every`` is looked for in every landed column, one of reach ``text`` only where people write
freely, because ten digits or a family name mean something else in a code or the name of an
office. A bare name without a title that follows no pattern is not recognised: columns that hold
names belong among the ``personal`` ones of a source profile.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from workbench.errors import InputRejected

MASKS_SCHEMA: Mapping[str, type[pl.DataType]] = {
    "row_kind": pl.String,
    "field": pl.String,
    "pattern": pl.String,
}
"""What a mask says beside the position of its row."""

REACHES = ("every", "text")
_SUSPICIOUS = r"@|\d{3}[ .\-]?\d{2}|\d[ .\-]\d{4}|\p{L}\s+\p{Lu}"


@dataclass(frozen=True)
class Pattern:
    """One kind of identifier.

    ``regex`` is written for Polars (no look-around); ``keep`` are the groups that stay, usually
    the word before the number; ``label`` stands for what was taken out.
    """

    name: str
    reach: str
    regex: str
    keep: str
    label: str

    @property
    def replacement(self) -> str:
        """What stands in the place of a find."""
        return f"{self.keep}[{self.label}]"


@dataclass(frozen=True)
class Patterns:
    """All patterns, in the order in which they are looked for."""

    patterns: tuple[Pattern, ...]

    def mask(self, column: pl.Series, *, free_text: bool) -> tuple[pl.Series, pl.DataFrame]:
        r"""Return a text column without identifiers, and where each was found.

        Args:
            column: Text; each distinct value is searched once.
            free_text: Whether people write freely here, so that patterns of reach ``text`` count.

        Returns:
            The column, and a frame ``row`` (counted from 0), ``pattern``: one row per value and
            pattern found in it, however often.

        >>> known = Patterns((Pattern("phone", "every", r"\b0[35789]\d{8}\b", "", "phone"),))
        >>> masked, found = known.mask(pl.Series(["gọi 0912345678", "-"]), free_text=True)
        >>> masked.to_list(), found.rows()
        (['gọi [phone]', '-'], [(0, 'phone')])
        """
        values = column.unique().drop_nulls()
        suspects = values.filter(values.str.contains(_SUSPICIOUS))
        suspects = suspects.filter(suspects.str.contains(self._any_of(free_text=free_text)))
        masked, names = self._searched(suspects, free_text=free_text)
        hit = names.list.len() > 0
        if not hit.any():
            return column, pl.DataFrame(schema={"row": pl.UInt32, "pattern": pl.String})
        finds = pl.DataFrame(
            {"text": suspects.filter(hit), "to": masked.filter(hit), "pattern": names.filter(hit)}
        )
        rows = column.to_frame("text").with_row_index("row")
        found = rows.join(finds, on="text", maintain_order="left").explode("pattern")
        clean = column.replace(finds["text"], finds["to"])
        return clean, found.select("row", "pattern")

    def masked(self, text: str) -> str:
        """Return one text, such as a message or a file name, without identifiers."""
        return str(self._searched(pl.Series([text]), free_text=False)[0][0])

    def _wanted(self, *, free_text: bool) -> list[Pattern]:
        return [p for p in self.patterns if free_text or p.reach == "every"]

    def _any_of(self, *, free_text: bool) -> str:
        """Return one regex for all patterns: a text that it spares is searched no further."""
        wanted = self._wanted(free_text=free_text)
        return "|".join(f"(?:{p.regex})" for p in wanted) or r"[^\s\S]"

    def _searched(self, texts: pl.Series, *, free_text: bool) -> tuple[pl.Series, pl.Series]:
        wanted = self._wanted(free_text=free_text)
        names = []
        for pattern in wanted:
            after = texts.str.replace_all(pattern.regex, pattern.replacement)
            changed = pl.Series("found", after != texts)
            names.append(
                changed.to_frame().select(
                    pl.when("found").then(pl.lit(pattern.name)).alias(pattern.name)
                )[pattern.name]
            )
            texts = after
        frame = pl.DataFrame(names) if names else pl.DataFrame(height=len(texts))
        return texts, frame.select(pl.concat_list(pl.all()).list.drop_nulls().alias("names"))[
            "names"
        ]


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
        return Patterns(tuple(_pattern(row, path) for row in csv.DictReader(lines)))


def _pattern(row: dict[str, str], path: Path) -> Pattern:
    name, reach, regex = row["pattern"], row["reach"], row["regex"]
    if reach not in REACHES:
        accepted = ", ".join(REACHES)
        raise InputRejected(
            "privacy.bad_reach", file=path.name, pattern=name, reach=reach, accepted=accepted
        )
    try:
        pl.Series([""]).str.contains(regex)
    except pl.exceptions.PolarsError as problem:
        reason = str(problem).splitlines()[0]
        raise InputRejected(
            "privacy.bad_pattern", file=path.name, pattern=name, reason=reason
        ) from problem
    return Pattern(name, reach, regex, row["keep"], row["label_vi"])
