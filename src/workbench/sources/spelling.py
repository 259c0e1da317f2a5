"""One spelling for headers, codes and cells: composed letters, single spaces, no edges.

Vietnamese text comes composed or decomposed, with hard spaces and line breaks inside header
cells. Headers and codes are compared in this spelling; values keep their inner spaces.
"""

from __future__ import annotations

import unicodedata

import polars as pl

_OFTEN = 4
_SPACES = r"[\s\u00a0\u200b]+"


def tidy(text: str) -> str:
    """Return a header as it is compared: NFC, one space between words.

    >>> tidy("  Ngày hẹn   trả ")
    'Ngày hẹn trả'
    """
    flat = text.replace("\u00a0", " ").replace("\u200b", " ")
    return " ".join(unicodedata.normalize("NFC", flat).split())


def fold(text: str) -> str:
    """Return a code as it is compared: tidy, without regard to case."""
    return tidy(text).casefold()


def trimmed(column: str) -> pl.Expr:
    """Give a column's cells as they land: NFC, no spaces at the edges, empty cells missing."""
    clean = pl.col(column).str.normalize("NFC").str.replace_all("\u00a0", " ", literal=True)
    return _filled(clean.str.strip_chars()).alias(column)


def trimmed_series(cells: pl.Series) -> pl.Series:
    """Give cells as ``trimmed`` does, at the cost of what they hold.

    Plain letters need no composition, and a value that comes often is trimmed once.

    >>> trimmed_series(pl.Series(["  a", "", None])).to_list()
    ['a', None, None]
    """
    name = cells.name
    if cells.str.len_bytes().sum() == cells.str.len_chars().sum():
        return cells.to_frame().select(_filled(pl.col(name).str.strip_chars()).alias(name))[name]
    known = cells.unique()
    if len(known) * _OFTEN > len(cells):
        return cells.to_frame().select(trimmed(name))[name]
    return cells.replace_strict(known, known.to_frame().select(trimmed(name))[name])


def folded(expr: pl.Expr) -> pl.Expr:
    """Give cells in the spelling in which codes are compared."""
    return (
        expr.str.normalize("NFC").str.replace_all(_SPACES, " ").str.strip_chars().str.to_lowercase()
    )


def _filled(expr: pl.Expr) -> pl.Expr:
    return pl.when(expr != "").then(expr)
