"""What one holder did is his alone: his waits are no transfers, his bursts are his own."""

from __future__ import annotations

import pytest

from models.explained_cases import STEPS, case_of, causes_of, crowd

register = pytest.mark.register
OWN_WAIT = {
    "assign": "assignment_wait",
    "work": "queue",
    "sign": "signature_wait",
}


def held_on(case, step):
    """The same dossier, this step of which the holder of the one before does, too."""
    dossier, steps = case
    holder = steps[STEPS.index(step) - 1]["holder_id"]
    return dossier, [s | {"holder_id": holder} if s["step"] == step else s for s in steps]


@pytest.mark.parametrize("step", OWN_WAIT)
@register(
    lambda step: [
        held_on(case, step) for case in (*crowd(60), case_of("X", changed=[(step, 0, 20)]))
    ]
)
def test_a_gap_between_two_steps_of_one_holder_is_a_wait_and_no_transfer(tables, step):
    assert set(causes_of(tables)) == {OWN_WAIT[step]}


@pytest.mark.parametrize("step", OWN_WAIT)
@register(lambda step: [*crowd(60), case_of("X", changed=[(step, 0, 20)])])
def test_a_gap_between_the_steps_of_two_holders_is_a_transfer(tables, step):
    assert set(causes_of(tables)) == {"portal_transfer"}, step


def at_two_units():
    dossier, steps = case_of("X", changed=[("assign", 0, 20)])
    steps[1] |= {"holder_id": steps[0]["holder_id"], "unit_id": "ELSEWHERE"}
    return dossier, steps


@register([*crowd(), at_two_units()])
def test_one_account_at_two_units_hands_over(tables):
    assert set(causes_of(tables)) == {"portal_transfer"}


def unsigned(name, *, holder="U0-work", **fields):
    """A late dossier whose log ends with the work, by a holder: no second source of dates."""
    dossier, steps = case_of(name, changed=[("work", 2, 20)], **fields)
    steps[2]["holder_id"] = holder
    return {**dossier, "resolved_at": steps[2]["finished_at"]}, steps[:3]


@pytest.mark.parametrize(
    ("late", "reality"),
    [
        ([unsigned(f"X{n}") for n in range(5)], "undecidable"),
        ([unsigned("X")], "real"),
        ([unsigned(f"X{n}", holder=f"H{n}") for n in range(5)], "real"),
        ([unsigned(f"X{n}", holder="H", unit=f"U{n % 2}") for n in range(5)], "undecidable"),
        ([unsigned(f"X{n}", holder=None) for n in range(5)], "undecidable"),
    ],
    ids=["one holder", "one click", "several holders", "one at two units", "an unknown one"],
)
@register(lambda late: [*crowd(), *late])
def test_a_burst_of_closing_clicks_of_one_holder_without_a_second_source_leaves_it_undecidable(
    tables, late, reality
):
    assert tables["late_dossiers"].height == len(late)
    assert set(tables["late_dossiers"]["reality"]) == {reality}
