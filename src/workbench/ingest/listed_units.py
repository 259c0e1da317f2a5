"""Whether the units of an export are those of the reviewed list, so that mergers apply to them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from workbench.core.reference_rows import read_rows
from workbench.ingest.spelling import name_key

_COUNCIL = re.compile("^(ubnd|ủy ban nhân dân) ")
_ENOUGH = 3
"""Places that must be known by more than a number or a letter: every city has a ward 1."""


def are_listed(names: Iterable[str], reference: Path) -> bool:
    """Return whether every name is that of a listed place, and enough of them are distinctive.

    Departments are left out: their bare names mean nothing without the place they belong to.

    Args:
        names: The units as an export writes them.
        reference: The folder ``data/reference``.
    """
    units, aliases = reference / "units.csv", reference / "unit_aliases.csv"
    if not (units.is_file() and aliases.is_file()):
        return False
    rows = [row for row in read_rows(units) if "department" not in row["kind"]]
    ids = {row["unit_id"] for row in rows}
    listed = {_place(row["name_vi"]) for row in rows}
    listed |= {_place(row["alias"]) for row in read_rows(aliases) if row["unit_id"] in ids}
    places = {_place(name) for name in names}
    distinctive = [place for place in places if not re.search(r"\d", place)]
    return places <= listed and len(distinctive) >= _ENOUGH


def _place(name: str) -> str:
    return _COUNCIL.sub("", name_key(name))
