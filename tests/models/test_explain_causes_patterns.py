"""Other agencies, applicants and the post are named; closings by pattern leave it undecidable."""

from __future__ import annotations

import datetime as dt
import runpy
from pathlib import Path

import pytest

MODELS = runpy.run_path(str(Path(__file__).with_name("test_explain_causes.py")))
at, case_of, crowd, causes_of, verdict = (
    MODELS[name] for name in ("at", "case_of", "crowd", "causes_of", "verdict")
)


@pytest.fixture(scope="module")
def explained(run_clock, warehouses, calendars):
    """Clock and causes on the dossiers of a test."""
    return MODELS["explainer"](run_clock, warehouses, calendars)


def with_stop(name, kind, hours, *, unit="U0", start=0, where="O0"):
    """A dossier that stops ``hours`` at a step of this kind, between work and signature."""
    dossier, steps = case_of(name, unit=unit, start=start, changed=[("sign", 0, hours)])
    came = steps[2]["finished_at"]
    stop = {
        **steps[3],
        "step": kind,
        "step_kind": kind,
        "step_no": 9,
        "unit_id": where,
        "holder_id": f"{where}-{kind}",
        "arrived_at": came,
        "started_at": came,
        "finished_at": steps[3]["arrived_at"] - dt.timedelta(minutes=6),
    }
    return dossier, [*steps, stop]


@pytest.mark.parametrize(
    ("kind", "cause"),
    [("opinion", "external_agency"), ("external", "external_agency"), ("applicant", "applicant")],
)
def test_the_holder_of_the_dossier_outside_the_unit_is_named(explained, kind, cause):
    usual = [
        with_stop(f"C{n:03d}", kind, 1, unit=f"V{n % 2}", start=n % 6, where=f"O{n % 3}")
        for n in range(60)
    ]
    tables = explained([*usual, with_stop("X", kind, 20)])
    assert verdict(tables)["dominant_cause"] == cause
    assert causes_of(tables)[cause]["but_for"]
    kept = explained([*usual, with_stop("X", kind, 1)])
    assert kept["late_dossiers"].is_empty()


def test_an_applicant_waited_for_on_a_stopped_clock_is_no_cause(explained):
    usual = [
        with_stop(f"C{n:03d}", "applicant", 1, unit=f"V{n % 2}", start=n % 6, where=f"O{n % 3}")
        for n in range(60)
    ]
    late = with_stop("X", "applicant", 20)
    late[0]["due_at"] = at(30)
    late[1][4]["finished_at"] += dt.timedelta(days=7)
    late[0]["resolved_at"] = late[1][4]["finished_at"]
    stop = late[1][-1]
    pause = {
        "dossier_id": "X",
        "pause_no": 1,
        "reason": "supplement",
        "paused_at": stop["arrived_at"],
        "resumed_at": stop["finished_at"],
    }
    assert "applicant" not in causes_of(explained([*usual, late], [pause]))


def closed_at(name: str, moment: dt.datetime, *, days: int = 14):
    """A dossier examined too long, closed by its officer's own click; nothing was signed."""
    received = (moment - dt.timedelta(days=days)).replace(hour=1, minute=0)
    dossier, steps = case_of(name)
    stamps = [received, received + dt.timedelta(minutes=20), received + dt.timedelta(hours=1)]
    ends = [*stamps[1:], moment]
    steps = [
        {
            **step,
            "holder_id": f"{name}-{step['step']}",
            "arrived_at": came,
            "started_at": came,
            "finished_at": end,
        }
        for step, came, end in zip(steps[:3], stamps, ends, strict=True)
    ]
    dates = {"received_at": received, "due_at": received + dt.timedelta(days=5)}
    return {**dossier, **dates, "resolved_at": moment}, steps


def moments(first: dt.datetime, *, apart: dt.timedelta, number: int = 20):
    return [first + apart * n for n in range(number)]


END_OF_QUARTER = dt.datetime(2022, 3, 31, 2, tzinfo=dt.UTC)
MIDDLE = dt.datetime(2022, 2, 15, 2, tzinfo=dt.UTC)
MINUTES = dt.timedelta(minutes=2, seconds=30)


@pytest.mark.parametrize(
    ("when", "reality"),
    [
        (moments(END_OF_QUARTER, apart=MINUTES), "undecidable"),
        (
            [
                m
                for day in range(4)
                for m in moments(
                    MIDDLE + dt.timedelta(days=day, hours=-1),
                    apart=dt.timedelta(minutes=70),
                    number=3,
                )
            ],
            "real",
        ),
        (moments(MIDDLE, apart=dt.timedelta(days=7, minutes=7), number=6) * 4, "undecidable"),
    ],
    ids=["in bulk before the quarter ends", "day by day", "on one weekday only"],
)
def test_closings_by_pattern_leave_it_undecidable(explained, when, reality):
    cases = [
        closed_at(f"B{n:02d}", m + dt.timedelta(minutes=6 * (n // 6))) for n, m in enumerate(when)
    ]
    late = explained([*crowd(), *cases])["late_dossiers"].filter(unit_id="U0")
    assert late.height == len(when)
    assert set(late["reality"]) == {reality}


@pytest.mark.parametrize(("day", "share"), [(4, 2), (1, 2), (2, 3)])
def test_closings_bunched_on_any_weekday_beside_the_units_own_work_leave_it_undecidable(
    explained, day, share
):
    """Of 60 dossiers that came on every weekday one in two or three is closed on one of them."""
    cases, bunched = [], set()
    for n in range(60):
        monday = dt.datetime(2022, 2, 14, 1, tzinfo=dt.UTC) + dt.timedelta(days=7 * (n // 10))
        weekday = day if n % share == 0 else n % 5
        moment = monday + dt.timedelta(days=weekday, minutes=11 * (n % 10))
        cases.append(closed_at(f"B{n:02d}", moment, days=14 + weekday - n % 5))
        if weekday == day:
            bunched.add(f"B{n:02d}")
    late = explained([*crowd(), *cases])["late_dossiers"].filter(unit_id="U0")
    assert late.height == len(cases)
    assert set(late.filter(reality="undecidable")["dossier_id"]) == bunched


@pytest.mark.parametrize(("late_papers", "reality"), [(False, "undecidable"), (True, "real")])
def test_paper_dates_known_for_some_speak_for_the_rest_of_the_unit(explained, late_papers, reality):
    """Every sixth late dossier has a date on paper, in time or after the due date."""
    days = [dt.datetime(2022, 2, 14, 1 + n % 5, 7, tzinfo=dt.UTC) for n in range(36)]
    moments_of = [day + dt.timedelta(days=n, minutes=n) for n, day in enumerate(days)]
    cases = [closed_at(f"B{n:02d}", moment) for n, moment in enumerate(moments_of)]
    for dossier, _ in cases[::6]:
        on = dossier["resolved_at"] if late_papers else dossier["received_at"]
        dossier["paper_result_on"] = on.date()
    late = explained([*crowd(), *cases])["late_dossiers"].filter(unit_id="U0")
    assert set(late.filter(~late["has_paper"])["reality"]) == {reality}
    dated = set(late.filter("has_paper")["reality"])
    assert dated == {"real" if late_papers else "record_only"}
