"""One spelling for headers, codes and cells: composed letters, single spaces, no edges.

Vietnamese text comes composed or decomposed, with hard spaces, line breaks and invisible characters
(zero width spaces, soft hyphens, direction marks, control characters) copied from pages and chats.
Headers and codes are compared without any of these; values lose the invisible characters and keep
their inner spaces, except names (``single_spaced``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import combinations

import polars as pl

from workbench.core.characters import BREAKS, CONTROLS, ESCAPES, INVISIBLE

_OFTEN = 4
_ALIKE = 0.9
_NUMBERS = re.compile(r"\d+")
_OFFICE_WORDS = {"ubnd", "uy", "ban", "nhan", "dan", "phuong", "p", "xa", "tp", "thanh", "pho"}
"""Words, without marks, that say what kind of body a name is of."""
_HARD_SPACES = "[\u00a0\u2000-\u200a\u202f\u205f\u3000]"
_SPACES = r"\s+"
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_TONE_ON_SECOND_VOWEL = re.compile(rf"(o)([ae])([{_TONES}])(?![\u0302\u0306])|(u)(y)([{_TONES}])")


def tidy(text: str) -> str:
    """Return a header as it is compared: NFC, one space between words.

    >>> tidy("  Ngày hẹn   trả ")
    'Ngày hẹn trả'
    """
    visible = re.sub(INVISIBLE, "", re.sub(BREAKS, " ", re.sub(ESCAPES, "", text)))
    return " ".join(unicodedata.normalize("NFC", re.sub(CONTROLS, "", visible)).split())


def fold(text: str) -> str:
    """Return a code as it is compared: tidy, without regard to case."""
    return tidy(text).casefold()


def name_key(text: str) -> str:
    """Return a name as it is compared: folded, the tone mark of oa, oe and uy on the first vowel.

    The macro of the same name compares names in the same way in the models.

    >>> name_key("UBND Phường An  Hoà") == name_key("ubnd phường an hòa")
    True
    """
    apart = unicodedata.normalize("NFD", fold(text))
    moved = _TONE_ON_SECOND_VOWEL.sub(r"\1\3\2\4\6\5", apart)
    return unicodedata.normalize("NFC", moved)


def name_keys(names: pl.Series) -> pl.Series:
    """Return names as they are compared; each different name is looked at once."""
    texts = names.unique().drop_nulls()
    return names.replace_strict({name: name_key(name) for name in texts}, return_dtype=pl.String)


def single_spaced(names: pl.Series) -> pl.Series:
    r"""Return names with one space between words, line breaks included.

    >>> single_spaced(pl.Series(["Phòng  A", "Phòng\nA", None])).to_list()
    ['Phòng A', 'Phòng A', None]
    """
    if not names.str.contains(r"\s\s|[^\S ]").any():
        return names
    return names.str.replace_all(_SPACES, " ")


def trimmed(column: str) -> pl.Expr:
    """Give a column's cells as they land: NFC, nothing invisible, no edges, empty ones missing."""
    visible = _visible(pl.col(column)).str.replace_all(_HARD_SPACES, " ")
    return _filled(visible.str.normalize("NFC").str.strip_chars()).alias(column)


def trimmed_series(cells: pl.Series) -> pl.Series:
    """Give cells as ``trimmed`` does, at the cost of what they hold.

    Plain letters need no composition, and a value that comes often is trimmed once.

    >>> trimmed_series(pl.Series(["  a", "", None])).to_list()
    ['a', None, None]
    """
    name = cells.name
    if is_ascii(cells) and not cells.str.contains(CONTROLS).any():
        return cells.to_frame().select(_filled(pl.col(name).str.strip_chars()).alias(name))[name]
    texts = cells.unique()
    if len(texts) * _OFTEN > len(cells):
        return cells.to_frame().select(trimmed(name))[name]
    return cells.replace_strict(texts, texts.to_frame().select(trimmed(name))[name])


def folded(expr: pl.Expr) -> pl.Expr:
    """Give cells in the spelling in which codes are compared."""
    visible = _visible(expr).str.normalize("NFC")
    return visible.str.replace_all(_SPACES, " ").str.strip_chars().str.to_lowercase()


def is_ascii(cells: pl.Series) -> bool:
    """Return whether a column includes no letter beyond ASCII."""
    return bool(cells.str.len_bytes().sum() == cells.str.len_chars().sum())


def _visible(cells: pl.Expr) -> pl.Expr:
    """Take out what cannot be seen: escape sequences, control characters, marks."""
    spaced = cells.str.replace_all(ESCAPES, "").str.replace_all(BREAKS, " ")
    return spaced.str.replace_all(CONTROLS, "").str.replace_all(INVISIBLE, "")


def _filled(expr: pl.Expr) -> pl.Expr:
    return pl.when(expr != "").then(expr)


def alike_names(names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return the pairs of names that differ by marks, letters or words for the kind of office.

    Numbers tell units apart: wards 1 and 11 are never alike.

    >>> alike_names(["Phường 1", "Phường 11", "UBND phường 1", "Xã Tân Quy Đông", "Tân Quy Đôg"])
    (('Phường 1', 'UBND phường 1'), ('Xã Tân Quy Đông', 'Tân Quy Đôg'))
    """
    keys = {name: _office_key(name) for name in names}
    return tuple(
        (one, other)
        for one, other in combinations(names, 2)
        if _NUMBERS.findall(keys[one]) == _NUMBERS.findall(keys[other])
        and SequenceMatcher(None, keys[one], keys[other]).ratio() >= _ALIKE
    )


def _office_key(name: str) -> str:
    letters = unicodedata.normalize("NFD", fold(name)).replace("đ", "d")
    bare = "".join(sign for sign in letters if not unicodedata.combining(sign))
    words = [word for word in re.split(r"\W+", bare) if word and word not in _OFFICE_WORDS]
    return " ".join(words)
