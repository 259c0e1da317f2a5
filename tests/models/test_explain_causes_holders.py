"""What one holder did is his alone: his waits are no transfers, his bursts are his own."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

MODELS = runpy.run_path(str(Path(__file__).with_name("test_explain_causes.py")))
case_of, crowd, causes_of, verdict = (
    MODELS[name] for name in ("case_of", "crowd", "causes_of", "verdict")
)
STEPS = MODELS["STEPS"]


@pytest.fixture(scope="module")
def explained(run_clock, warehouses, calendars):
    """Clock and causes on the dossiers of a test."""
    return MODELS["explainer"](run_clock, warehouses, calendars)


OWN_WAIT = {
    "assign": "assignment_wait",
    "work": "queue",
    "sign": "signature_wait",
}


@pytest.mark.parametrize("step", OWN_WAIT)
def test_a_gap_between_two_steps_of_one_holder_is_a_wait_and_no_transfer(explained, step):
    def with_holders(case, *, alone):
        dossier, steps = case
        place = STEPS.index(step)
        holder = {"holder_id": steps[place - 1]["holder_id"]} if alone else {}
        return dossier, [s | holder if s["step"] == step else s for s in steps]

    late = case_of("X", changed=[(step, 0, 20)])
    others = [with_holders(case, alone=True) for case in crowd(60)]
    one = causes_of(explained([*others, with_holders(late, alone=True)]))
    assert set(one) == {OWN_WAIT[step]}
    two = causes_of(explained([*crowd(60), with_holders(late, alone=False)]))
    assert set(two) == {"portal_transfer"}


def test_one_account_at_two_units_hands_over(explained):
    dossier, steps = case_of("X", changed=[("assign", 0, 20)])
    steps[1] |= {"holder_id": steps[0]["holder_id"], "unit_id": "ELSEWHERE"}
    assert set(causes_of(explained([*crowd(), (dossier, steps)]))) == {"portal_transfer"}


def unsigned(name, *, holder="U0-work", **fields):
    """A late dossier whose log ends with the work, by a holder: no second source of dates."""
    dossier, steps = case_of(name, changed=[("work", 2, 20)], **fields)
    steps[2]["holder_id"] = holder
    return {**dossier, "resolved_at": steps[2]["finished_at"]}, steps[:3]


def test_a_burst_of_closing_clicks_without_a_second_source_leaves_it_undecidable(explained):
    burst = [unsigned(f"X{n}") for n in range(5)]
    tables = explained([*crowd(), *burst])
    assert set(tables["late_dossiers"]["reality"]) == {"undecidable"}
    alone = explained([*crowd(), unsigned("X")])
    assert verdict(alone)["reality"] == "real"


def test_clicks_of_several_holders_at_one_time_are_no_burst(explained):
    """Five officers of a unit close a dossier each, then one at two units, then an unknown one."""
    several = explained([*crowd(), *(unsigned(f"X{n}", holder=f"H{n}") for n in range(5))])
    assert set(several["late_dossiers"]["reality"]) == {"real"}
    one = [unsigned(f"X{n}", holder="H", unit=f"U{n % 2}") for n in range(5)]
    assert set(explained([*crowd(), *one])["late_dossiers"]["reality"]) == {"undecidable"}
    unknown = [unsigned(f"X{n}", holder=None) for n in range(5)]
    assert set(explained([*crowd(), *unknown])["late_dossiers"]["reality"]) == {"undecidable"}
