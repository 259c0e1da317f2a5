"""A queue is proven by what a unit had in hand, and only where that is known."""

from __future__ import annotations

import pytest

from models.explained_cases import case_of, causes_of, crowd

BEFORE = [case_of(f"A{n:02d}", start=n + 1) for n in range(13)]
AFTER = [case_of(f"B{n:02d}", start=n + 1, changed=[("intake", 0, 6)]) for n in range(13)]
AHEAD = [case_of(f"S{n}", changed=[("work", 2, 4)], due=40) for n in range(6)]
LATE = case_of("X", changed=[("assign", 1, 0.5), ("work", 1, 20)])


@pytest.mark.parametrize(
    ("others", "proof"),
    [
        ([*BEFORE, *AFTER, *AHEAD], ("A", ["6", "0"])),
        ([*BEFORE, *AFTER], ("B", ["0", "0"])),
        ([], ("B", [])),
    ],
    ids=["six in hand", "none in hand", "nothing is usual"],
)
@pytest.mark.register(lambda others: [*crowd(), *others, LATE])
def test_a_queue_is_proven_by_what_the_unit_had_in_hand_when_the_dossier_came(
    tables, others, proof
):
    """X comes behind six others, or after all that came one by one, or where nothing is usual."""
    queue = causes_of(tables)["queue"]
    assert (queue["grade"], queue["evidence"].split("|")[3:]) == proof
