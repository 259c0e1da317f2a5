"""The bodies above a unit, by the reviewed list of units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Register = Mapping[str, Mapping[str, str]]
"""The rows of ``units.csv`` by unit id."""


def lowest_common_body(register: Register, unit_ids: Sequence[str]) -> str:
    """Return the lowest body that all units belong to or are; empty without one.

    >>> register = {"a": {"parent": "p"}, "b": {"parent": "p"}, "p": {"parent": ""}}
    >>> lowest_common_body(register, ["a", "b"]), lowest_common_body(register, ["a", "x"])
    ('p', '')
    """
    chains = [_chain(register, unit_id) for unit_id in unit_ids]
    return next((b for b in chains[0] if all(b in chain for chain in chains)), "")


def _chain(register: Register, unit_id: str) -> list[str]:
    """Return a listed unit and what is above it, lowest first; at last its successor."""
    chain: list[str] = []
    while (row := register.get(unit_id)) and unit_id not in chain:
        chain.append(unit_id)
        unit_id = row.get("parent") or row.get("successor", "")
    return chain
