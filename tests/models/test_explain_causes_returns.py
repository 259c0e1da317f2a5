"""Time after the result: whose it is where the return is judged, and that it counts nowhere else.

The shipped profiles judge by the day on which the result was ready, so the post delays nothing
there; only ``huanvu_tra`` judges by the return. A return step inside the clock is met where a log
has no signature after which all is recording.
"""

from __future__ import annotations

import pytest

from models.explained_cases import at, case_of, causes_of, crowd, verdict
from workbench.figures.causes import evidence_text
from workbench.messages import use_language

register = pytest.mark.register
BY_RETURN = "huanvu_tra"


def given_back(after: float, **fields):
    """An ordinary dossier, ready after 6.5 hours, handed over so many hours after reception."""
    return case_of("X", returned_at=at(after), status="returned", **fields)


@register([*crowd(), given_back(30, channel_out="post")], profile=BY_RETURN)
def test_a_result_that_came_by_post_after_the_due_date_is_the_posts(tables):
    causes = causes_of(tables)
    assert set(causes) == {"return_post"}
    post = causes["return_post"]
    assert post["excess_seconds"] == round(23.5 * 3600)
    assert post["late_seconds"] == verdict(tables)["overrun_seconds"] == round(14.1 * 3600)
    assert (post["grade"], post["but_for"], post["late_share"]) == ("B", True, 1)
    with use_language("en"):
        sentence = evidence_text(post)
    assert sentence.startswith("The result was ready and handed over 23.5 working hours later;")


@register([*crowd(), given_back(30, channel_out="counter")], profile=BY_RETURN)
def test_a_result_not_collected_is_the_applicants(tables):
    assert set(causes_of(tables)) == {"applicant"}


@register(
    [*crowd(), given_back(30, channel_out="post", changed=[("work", 2, 16)])], profile=BY_RETURN
)
def test_the_post_shares_lateness_with_what_came_before_it(tables):
    causes = causes_of(tables)
    assert set(causes) == {"return_post", "slow_work"}
    assert causes["return_post"]["excess_seconds"] == round(7.5 * 3600)


@register([*crowd(), given_back(30, channel_out="post")])
def test_where_the_result_is_judged_the_post_delays_nothing(tables):
    assert tables["cause_cells"].filter(unit_id="U0").height > 0
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


@register(
    [
        *(returning(f"C{n:03d}", unit=f"V{n % 2}", start=n % 5, ends=6) for n in range(40)),
        returning("X", ends=30),
    ]
)
def test_a_long_return_step_before_the_recorded_end_is_the_returns(tables):
    causes = causes_of(tables)
    assert set(causes) == {"return_post"}
    assert causes["return_post"]["late_seconds"] == verdict(tables)["overrun_seconds"]
    assert causes["return_post"]["grade"] == "B"
    assert causes["return_post"]["evidence"].split("|")[0] == "extreme"


def recorded_by_a_return():
    dossier, steps = case_of("X", changed=[("record", 1, 24)])
    steps[4] |= {"step": "return", "step_kind": "return"}
    return dossier, steps


@register([*crowd(), recorded_by_a_return()])
def test_a_return_step_after_the_signature_is_recording(tables):
    assert set(causes_of(tables)) == {"record_lag"}
