"""The unit, period and profile of a question, and their names in the reference lists.

Only this module reads the list of units for names. Without a list, ids are shown.
"""

from __future__ import annotations

import csv
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

PROFILE = ""
"""The lateness profile of a question that names none: the one the results were computed under."""
RATE = "late_or_overdue"
"""The rate of a question that names none: open dossiers past their due instant count."""


@dataclass(frozen=True)
class Question:
    """Period, unit and profile of one question, all known to exist."""

    period: str
    unit: str
    profile: str


def units(reference: Path) -> dict[str, dict[str, str]]:
    """Return the rows of ``units.csv`` by unit id; nothing when there is no list."""
    listing = reference / "units.csv"
    if not listing.is_file():
        return {}
    with listing.open(encoding="utf-8", newline="") as rows:
        return {row["unit_id"]: row for row in csv.DictReader(rows)}


def common_body(register: dict[str, dict[str, str]], ids: Iterable[str]) -> str:
    """Return the lowest body that all units belong to or are; empty where there is none.

    >>> bodies = {"a": {"parent": "b"}, "b": {"parent": "c"}, "c": {}}
    >>> common_body(bodies, ["a", "b"])
    'b'
    """
    chains = [_chain(register, unit_id) for unit_id in ids]
    shared = [body for body in chains[0] if all(body in chain for chain in chains)]
    return shared[0] if shared else ""


def _chain(register: dict[str, dict[str, str]], unit_id: str) -> list[str]:
    """Return a listed unit and the listed bodies above it, lowest first."""
    chain: list[str] = []
    while unit_id in register and unit_id not in chain:
        chain.append(unit_id)
        unit_id = register[unit_id].get("parent", "")
    return chain


def profile_label(reference: Path, profile: str, language: str) -> str:
    """Return the sentence that defines a lateness profile; its name when no file defines it."""
    listing = reference / "profiles" / f"{profile}.toml"
    if not listing.is_file():
        return profile
    defined = tomllib.loads(listing.read_text(encoding="utf-8"))
    return str(defined.get(f"label_{language}", profile))


def name(row: dict[str, str], language: str) -> str:
    """Return the name of a unit's row in a language, or the Vietnamese one.

    >>> name({"name_vi": "Thanh tra", "name_en": ""}, "en")
    'Thanh tra'
    """
    return row.get(f"name_{language}") or row.get("name_vi", "")


def distinct(ids: Iterable[str], named: Callable[[str], str]) -> dict[str, str]:
    """Return a name for each id; ids that share a name get the id behind it.

    >>> distinct(["a", "b", "c"], {"a": "Y tế", "b": "Y tế", "c": "Thuế"}.__getitem__)
    {'a': 'Y tế (a)', 'b': 'Y tế (b)', 'c': 'Thuế'}
    """
    names = {i: named(i) for i in ids}
    often = Counter(names.values())
    return {i: f"{n} ({i})" if often[n] > 1 else n for i, n in names.items()}
