"""Codes that the shipped profiles already know, by field: what an unknown export may reuse."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from workbench.sources.spelling import fold


@cache
def known_codes(reference: Path) -> dict[str, dict[str, str]]:
    """Return the code of each known value, by field; of two profiles the first by name counts.

    Values are in the spelling in which codes are compared.
    """
    known: dict[str, dict[str, str]] = {}
    for path in sorted((reference / "sources").glob("*.toml")):
        said = tomllib.loads(path.read_text(encoding="utf-8"))
        for field, codes in said.get("codes", {}).items():
            for value, code in codes.items():
                known.setdefault(field, {}).setdefault(fold(value), code)
    return known
