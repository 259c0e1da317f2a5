"""Names near to one that was typed, whatever its case and marks: «Phong Y te» for «Phòng Y tế»."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches


def near_names(typed: str, names: Iterable[str]) -> list[str]:
    """Return up to three names that are near to a typed one, the nearest first.

    >>> near_names("phong y te", ["Phòng Tư pháp", "Phòng Y tế"])[0]
    'Phòng Y tế'
    """
    by_letters: dict[str, list[str]] = {}
    for name in names:
        by_letters.setdefault(_letters(name), []).append(name)
    near = get_close_matches(_letters(typed), list(by_letters), n=3, cutoff=0.5)
    return [name for letters in near for name in by_letters[letters]][:3]


def _letters(name: str) -> str:
    """Return a name in small letters without marks."""
    if name.isascii():
        return name.casefold()
    apart = unicodedata.normalize("NFD", name.casefold()).replace("đ", "d")
    return "".join(sign for sign in apart if not unicodedata.combining(sign))
