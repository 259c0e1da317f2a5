"""Masking knows what staff type, leaves what is no person, and the manual says how much."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

FLOORS = {"name": 0.90, "other": 0.99}


@pytest.fixture(scope="module")
def module() -> dict:
    return runpy.run_path(str(Path(__file__).with_name("privacy_page.py")))


def test_names_and_numbers_are_recognised_up_to_their_floors(module) -> None:
    kinds, _ = module["measure"]()
    assert len(kinds) > 15
    for kind, (count, missed, texts) in kinds.items():
        floor = FLOORS["name" if kind.startswith("name") else "other"]
        assert 1 - missed / count >= floor, (kind, texts[:5])


def test_texts_without_a_person_stay_as_they_are(module) -> None:
    assert module["measure"]()[1] == []


def test_the_page_on_personal_data_says_what_is_missed(module) -> None:
    assert module["PAGE"].read_text(encoding="utf-8") == module["page"]()
