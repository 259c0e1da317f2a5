"""Detect and convert Vietnamese text from before Unicode: TCVN3 (ABC fonts) and VNI.

Old fonts drew Vietnamese letters in the positions of other signs, so their text is unreadable
(``M· hå s¬``) without the font. The convention of a file is decided once per file or sheet: the one
under which the marked words are Vietnamese syllables. The exported file is kept as it is, and the
landing records which convention was undone. ABC fonts for capitals draw small letters as capitals;
the text does not show it, so such words become small letters.

Tables: TCVN 5712:1993 (VN1), checked against glibc's iconv; VNI from its published font chart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

LEGACY = ("tcvn3", "vni")
"""Conventions that Python's codecs do not know. A text file may also be windows-1258."""

LETTERS = (
    "àảãáạăằẳẵắặâầẩẫấậèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵđ"
    "ÀẢÃÁẠĂẰẲẴẮẶÂẦẨẪẤẬÈẺẼÉẸÊỀỂỄẾỆÌỈĨÍỊÒỎÕÓỌÔỒỔỖỐỘƠỜỞỠỚỢÙỦŨÚỤƯỪỬỮỨỰỲỶỸÝỴĐ"
)
"""The 134 letters that plain ASCII lacks."""

_TCVN3_BYTES = bytes.fromhex(
    "b5b6b7b8b9a8bbbcbdbec6a9c7c8c9cacbcccecfd0d1aad2d3d4d5d6d7d8dcdddedfe1e2e3e4abe5e6e7e8e9ac"
    "eaebecedeeeff1f2f3f4adf5f6f7f8f9fafbfcfdfeae"
    "8081828384a1afbabfc085a2c1c2c3c4868788898a8ba3c5cdd9da8c8d8e8f909192939495"
    "96a4dbe0f0ff97a598999a9b9c9d9e9f0102a604050611121314151617a7"
)
TCVN3: Mapping[str, str] = dict(zip(_TCVN3_BYTES.decode("latin-1"), LETTERS, strict=True))
"""Sign as latin-1 shows the byte -> letter."""

_VNI_MARKS = {
    "a": "ø û õ ù ï ê è ú ü é ë â à å ã á ä",
    "e": "ø û õ ù ï â à å ã á ä",
    "i": "ì æ ó í ò",
    "o": "ø û õ ù ï â à å ã á ä ô ôø ôû ôõ ôù ôï",
    "u": "ø û õ ù ï ö öø öû öõ öù öï",
    "y": "ø û õ ù î",
    "d": "ñ",
}
_ALONE = "ìæóíòôöîñ"


def _vni() -> dict[str, str]:
    """Pair each of the 134 letters with the signs that VNI fonts draw it by."""
    table, rest = {}, iter(LETTERS[: len(LETTERS) // 2])
    for base, marks in _VNI_MARKS.items():
        for mark in marks.split():
            letter = next(rest)
            signs = mark if mark[0] in _ALONE else base + mark
            table[signs], table[signs.upper()] = letter, letter.upper()
            table[signs[0].upper() + signs[1:]] = letter.upper()
    return table


VNI: Mapping[str, str] = _vni()
"""Signs as latin-1 shows them -> letter; a capital may carry a small or a capital mark."""

_VNI_SIGNS = re.compile("|".join(sorted(map(re.escape, VNI), key=len, reverse=True)))
_TCVN3_SIGNS = str.maketrans({**TCVN3, **{c: c for c in "\t\n\r"}})
_WINDOWS = str.maketrans({chr(n): bytes([n]).decode("cp1252", "replace") for n in range(128, 160)})
_WINDOWS_BACK = {shown: chr(byte) for byte, shown in _WINDOWS.items() if shown != "\ufffd"}

_ONSET = "ngh|ng|nh|gh|gi|kh|ph|th|tr|ch|qu|[bcdđghklmnprstvx]"
_RIME = "[aăâeêioôơuưy]{1,3}"
_CODA = "ng|nh|ch|[cmnpt]"
_SYLLABLE = re.compile(f"(?:{_ONSET})?(?:{_RIME})(?:{_CODA})?")
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_WORD = re.compile(r"[^\s\d!-/:-@\[-`{-~]+")
_FEW, _MOST = 4, 20_000
_CLEAR = 0.8


def to_unicode(text: str, convention: str) -> str:
    """Return text of old fonts in Unicode letters.

    A text that already holds letters beyond latin-1 stays as it is.

    >>> to_unicode("M· hå s¬", "tcvn3"), to_unicode("Maõ hoà sô", "vni")
    ('Mã hồ sơ', 'Mã hồ sơ')
    """
    windows_text = "".join(_WINDOWS_BACK.get(sign, sign) for sign in text)
    if any(sign > "\xff" for sign in windows_text):
        return text
    if convention == "tcvn3":
        return windows_text.translate(_TCVN3_SIGNS)
    return _VNI_SIGNS.sub(lambda signs: VNI[signs[0]], windows_text)


def convention_of(texts: Iterable[str]) -> str:
    """Return the old convention a file's texts follow, or ``""`` for Unicode or no evidence.

    Args:
        texts: Cells of one file or sheet; the first 20,000 marked words decide.

    >>> convention_of(["M· hå s¬", "Tªn thñ tôc hµnh chÝnh", "Ngµy tiÕp nhËn"])
    'tcvn3'
    >>> convention_of(["Mã hồ sơ", "Tên thủ tục hành chính", "Ngày tiếp nhận"])
    ''
    """
    words = _marked(texts)
    if len(words) < _FEW or _share(words) >= _CLEAR:
        return ""
    shares = {name: _share([to_unicode(word, name) for word in words]) for name in LEGACY}
    best = max(LEGACY, key=lambda name: shares[name])
    return best if shares[best] >= _CLEAR else ""


def spelling_share(texts: Iterable[str]) -> float:
    """Return which share of the marked words are Vietnamese syllables; 0 without such words.

    >>> spelling_share(["Tên thủ tục hành chính"])
    1.0
    """
    words = _marked(texts)
    return _share(words) if words else 0.0


def _marked(texts: Iterable[str]) -> list[str]:
    words: dict[str, None] = {}
    for text in texts:
        if not text.isascii():
            words.update((w, None) for w in _WORD.findall(text) if not w.isascii())
        if len(words) > _MOST:
            break
    return list(words)


def _share(words: list[str]) -> float:
    return sum(map(_is_syllable, words)) / len(words)


def _is_syllable(word: str) -> bool:
    plain, tones = _TONES.subn("", unicodedata.normalize("NFD", word.casefold()))
    if tones > 1:
        return False
    return _SYLLABLE.fullmatch(unicodedata.normalize("NFC", plain)) is not None


def is_encoding(name: str) -> bool:
    """Return whether texts can be read in an encoding of this name.

    >>> [is_encoding(name) for name in ("tcvn3", "cp1258", "UTF-16", "utf-9", "hex")]
    [True, True, True, False, False]
    """
    try:
        return name in LEGACY or "".encode(name) is not None
    except (LookupError, ValueError):
        return False
