"""A queue is proven by what a unit had in hand, and only where that is known."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

MODELS = runpy.run_path(str(Path(__file__).with_name("test_explain_causes.py")))
case_of, crowd, causes_of = (MODELS[name] for name in ("case_of", "crowd", "causes_of"))


@pytest.fixture(scope="module")
def explained(run_clock, warehouses, calendars):
    """Clock and causes on the dossiers of a test."""
    return MODELS["explainer"](run_clock, warehouses, calendars)


def test_a_queue_is_proven_by_what_the_unit_had_in_hand_when_the_dossier_came(explained):
    """X comes behind six others, or after all that came one by one, or where nothing is usual."""
    before = [case_of(f"A{n:02d}", start=n + 1) for n in range(13)]
    after = [case_of(f"B{n:02d}", start=n + 1, changed=[("intake", 0, 6)]) for n in range(13)]
    ahead = [case_of(f"S{n}", changed=[("work", 2, 4)], due=40) for n in range(6)]
    late = case_of("X", changed=[("assign", 1, 0.5), ("work", 1, 20)])
    behind = causes_of(explained([*crowd(), *before, *after, *ahead, late]))["queue"]
    assert (behind["grade"], behind["evidence"].split("|")[3:]) == ("A", ["6", "0"])
    alone = causes_of(explained([*crowd(), *before, *after, late]))["queue"]
    assert (alone["grade"], alone["evidence"].split("|")[3:]) == ("B", ["0", "0"])
    unknown = causes_of(explained([*crowd(), late]))["queue"]
    assert (unknown["grade"], unknown["evidence"].split("|")[3:]) == ("B", [])
