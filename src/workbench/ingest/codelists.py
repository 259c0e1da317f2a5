"""Known codes of values by field, used to draft a profile for an unknown export.

Shipped profiles list those of their own sources; ``data/reference/code_aliases.csv`` lists common
wordings of other sources.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from workbench.core.errors import InputRejected
from workbench.ingest.headers import bare_key
from workbench.ingest.spelling import fold


@cache
def known_codes(reference: Path) -> dict[str, dict[str, str]]:
    """Return the code of each known value, by field; of two profiles the first by name counts.

    Values are in the spelling in which codes are compared. The reviewed profiles go before the
    list of usual wordings.

    Raises:
        InputRejected: The list of usual wordings is missing.
    """
    code_lists: dict[str, dict[str, str]] = {}
    for path in sorted((reference / "sources").glob("*.toml")):
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        for field, codes in raw.get("codes", {}).items():
            for value, code in codes.items():
                code_lists.setdefault(field, {}).setdefault(fold(value), code)
    path = reference / "code_aliases.csv"
    if not path.is_file():
        raise InputRejected("sources.no_file", file=path)
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            code_lists.setdefault(row["field"], {}).setdefault(fold(row["value"]), row["code"])
    return code_lists


def likely_code(value: str, codes: Mapping[str, str]) -> str | None:
    """Return the code whose known wording is the longest within a value, if it is one code's alone.

    >>> codes = {"thuế": "external", "thụ lý": "work", "trả hồ sơ": "return", "hồ sơ": "intake"}
    >>> [likely_code(v, codes) for v in ("DT01::THU_LY", "Trả hồ sơ", "Thuế thụ lý", "Thuế", "?")]
    ['work', 'return', 'work', 'external', None]
    """
    words = _words(value)
    matches = [
        (len(part), code) for known, code in codes.items() if (part := _words(known)) in words
    ]
    longest = {code for length, code in matches if length == max(matches)[0]}
    return longest.pop() if len(longest) == 1 else None


def _words(text: str) -> str:
    return f" {' '.join(re.findall('[a-z0-9]+', bare_key(text)))} "
