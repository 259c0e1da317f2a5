"""Known codes of values by field, used to draft a profile for an unknown export.

Shipped profiles list those of their own sources; ``data/reference/code_aliases.csv`` lists common
wordings of other sources.
"""

from __future__ import annotations

import csv
import tomllib
from functools import cache
from pathlib import Path

from workbench.core.errors import InputRejected
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
