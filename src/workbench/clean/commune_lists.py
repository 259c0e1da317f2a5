"""Add the communes of a province, as they are since 1 July 2025, to the list of units.

The communes and what became of those before stand in ``data/reference/communes``, for the whole
country. What is added is marked as reviewed in part: names and codes come from a public data set.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from unicodedata import normalize

from workbench.core.errors import UsageProblem
from workbench.core.reference_rows import read_rows, write_rows

MERGED_ON = dt.date(2025, 7, 1)
"""Day on which the communes of today began."""
SOURCE = "vietnamadminunits 1.0.4"
_Row = dict[str, str]


@dataclass(frozen=True)
class AddedProvince:
    """What was added: communes not yet listed, and lines of succession."""

    province: str
    communes: int
    mergers: int


def add_province(reference: Path, province: str) -> AddedProvince:
    """Add a province's communes to ``units.csv`` and their succession to ``unit_mergers.csv``.

    Units and lines that are there already stay as they are.

    Args:
        reference: Folder of the reviewed facts.
        province: Its code (``82``) or name, with or without its level and marks (``dong thap``).

    Raises:
        UsageProblem: There is no such province, or its name means several.
        InputRejected: A table is missing.

    Source:
        The data set vietnamadminunits 1.0.4 (MIT).
    """
    units = read_rows(reference / "units.csv", "unit_id", "kind", "admin_code", "valid_from")
    mergers = read_rows(reference / "unit_mergers.csv", "old_code", "new_code", "new_unit_id")
    communes = _communes_of(reference / "communes", province)
    parent = _province_unit(units, communes[0])
    listed_ids = {row["admin_code"]: row["unit_id"] for row in units if row["valid_from"]}
    fresh: list[_Row] = []
    for commune in communes:
        if commune["code"] not in listed_ids:
            fresh.append(_unit(commune, parent["unit_id"], [*units, *fresh]))
    ids = listed_ids | {row["admin_code"]: row["unit_id"] for row in fresh}
    codes = {commune["code"] for commune in communes}
    there = {(row["old_code"], row["new_code"]) for row in mergers}
    lines = [
        _merger(row, ids[row["new_code"]])
        for row in read_rows(reference / "communes" / "mergers.csv", "old_code", "new_code")
        if row["new_code"] in codes and (row["old_code"], row["new_code"]) not in there
    ]
    with_parent = units if parent in units else [*units, parent]
    write_rows(reference / "units.csv", [*with_parent, *fresh])
    write_rows(reference / "unit_mergers.csv", [*mergers, *lines])
    return AddedProvince(communes[0]["province"], len(fresh), len(lines))


def _communes_of(folder: Path, province: str) -> list[_Row]:
    rows = read_rows(folder / "communes.csv", "province_code", "province", "code", "name")
    wanted = _plain(province)
    communes = [r for r in rows if wanted in (r["province_code"], *_names(r["province"]))]
    if not communes:
        names = ", ".join(sorted({_names(row["province"])[1].lower() for row in rows}))
        raise UsageProblem("units.no_province", province=province, known=names)
    return communes


def _names(province: str) -> tuple[str, str]:
    """Return a province's name without marks, and the same without its level."""
    name = _plain(province)
    return name, name.removeprefix("TINH ").removeprefix("THANH PHO ")


def _plain(text: str) -> str:
    """Return a text in Latin capitals without marks.

    >>> _plain("Đồng Tháp")
    'DONG THAP'
    """
    letters = normalize("NFD", text.upper().replace("Đ", "D"))
    return "".join(letter for letter in letters if letter.isascii()).strip()


def _province_unit(units: list[_Row], commune: _Row) -> _Row:
    """Return the listed unit of the province of today, or one to be listed."""
    code, name = commune["province_code"], commune["province"]
    for row in units:
        if row["kind"] == "province" and row["admin_code"] == code and row["valid_from"]:
            return row
    body = f"UBND {name[0].lower()}{name[1:]}"
    return _listed(f"T-{_names(name)[1].replace(' ', '')}", body, "province", "", code)


def _unit(commune: _Row, parent: str, units: list[_Row]) -> _Row:
    """Return the row of a commune; its id comes from its name, and its code where that is taken."""
    level, _, rest = commune["name"].partition(" ")
    unit_id = f"{_plain(level)[0]}-{_plain(rest).replace(' ', '').replace('-', '')}"
    if any(row["unit_id"] == unit_id for row in units):
        unit_id = f"{unit_id}-{commune['code']}"
    return _listed(unit_id, commune["name"], "commune level 2025", parent, commune["code"])


def _listed(unit_id: str, name: str, kind: str, parent: str, code: str) -> _Row:
    return {
        "unit_id": unit_id,
        "name_vi": name,
        "name_en": name,
        "kind": kind,
        "parent": parent,
        "valid_from": f"{MERGED_ON}",
        "admin_code": code,
        "source": SOURCE,
        "verified": "partly",
    }


def _merger(row: _Row, unit_id: str) -> _Row:
    """Return a line of succession; a commune that was divided has no known share."""
    return {
        "old_code": row["old_code"],
        "new_unit_id": unit_id,
        "new_code": row["new_code"],
        "merged_on": f"{MERGED_ON}",
        "share": row["share"],
        "note": "" if row["share"] else "divided between communes: shares not known",
        "source": SOURCE,
        "verified": "partly",
    }
