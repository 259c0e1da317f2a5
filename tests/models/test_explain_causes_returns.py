"""Time after the result: whose it is where the return is judged, and that it counts nowhere else.

The shipped profiles judge by the day on which the result was ready, so the post delays nothing
there; only ``huanvu_tra`` judges by the return. A return step inside the clock is met where a log
has no signature after which all is recording.
"""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from workbench.figures.causes import evidence_text
from workbench.messages import use_language

MODELS = runpy.run_path(str(Path(__file__).with_name("test_explain_causes.py")))
case_of, crowd, at = (MODELS[name] for name in ("case_of", "crowd", "at"))
causes_of, verdict = MODELS["causes_of"], MODELS["verdict"]
BY_RETURN = "huanvu_tra"


@pytest.fixture(scope="module")
def explained(run_clock, warehouses, calendars):
    """Clock and causes on the dossiers of a test."""
    return MODELS["explainer"](run_clock, warehouses, calendars)


def given_back(after: float, **fields):
    """An ordinary dossier, ready after 6.5 hours, handed over so many hours after reception."""
    return case_of("X", returned_at=at(after), status="returned", **fields)


def test_a_result_that_came_by_post_after_the_due_date_is_the_posts(explained):
    cases = [*crowd(), given_back(30, channel_out="post")]
    tables = explained(cases, profile=BY_RETURN)
    found = causes_of(tables)
    assert set(found) == {"return_post"}
    post = found["return_post"]
    assert post["excess_seconds"] == round(23.5 * 3600)
    assert post["late_seconds"] == verdict(tables)["overrun_seconds"] == round(14.1 * 3600)
    assert (post["grade"], post["but_for"], post["late_share"]) == ("B", True, 1)
    with use_language("en"):
        sentence = evidence_text(post)
    assert sentence.startswith("The result was ready and handed over 23.5 working hours later;")


def test_a_result_not_collected_is_the_applicants(explained):
    cases = [*crowd(), given_back(30, channel_out="counter")]
    assert set(causes_of(explained(cases, profile=BY_RETURN))) == {"applicant"}


def test_the_post_shares_lateness_with_what_came_before_it(explained):
    slow = given_back(30, channel_out="post", changed=[("work", 2, 16)])
    found = causes_of(explained([*crowd(), slow], profile=BY_RETURN))
    assert set(found) == {"return_post", "slow_work"}
    assert found["return_post"]["excess_seconds"] == round(7.5 * 3600)


def test_where_the_result_is_judged_the_post_delays_nothing(explained):
    tables = explained([*crowd(), given_back(30, channel_out="post")])
    assert tables["late_dossiers"].is_empty()


def returning(name: str, *, ends: float, **fields):
    """A dossier whose log knows no signature: worked on for 5 hours, then a return step."""
    dossier, steps = case_of(name, **fields)
    first = dossier["received_at"]
    last = {
        **steps[3],
        "step": "return",
        "step_kind": "return",
        "holder_id": f"{dossier['unit_id']}-return",
        "arrived_at": at(5.2, first),
        "started_at": at(5.3, first),
        "finished_at": at(ends, first),
    }
    dossier["resolved_at"] = last["finished_at"]
    return dossier, [*steps[:3], last]


def test_a_long_return_step_before_the_recorded_end_is_the_returns(explained):
    others = [returning(f"C{n:03d}", unit=f"V{n % 2}", start=n % 5, ends=6) for n in range(40)]
    tables = explained([*others, returning("X", ends=30)])
    found = causes_of(tables)
    assert set(found) == {"return_post"}
    assert found["return_post"]["late_seconds"] == verdict(tables)["overrun_seconds"]
    assert found["return_post"]["grade"] == "B"
    assert found["return_post"]["evidence"].split("|")[0] == "extreme"


def test_a_return_step_after_the_signature_is_recording(explained):
    dossier, steps = case_of("X", changed=[("record", 1, 24)])
    steps[4] |= {"step": "return", "step_kind": "return"}
    assert set(causes_of(explained([*crowd(), (dossier, steps)]))) == {"record_lag"}
