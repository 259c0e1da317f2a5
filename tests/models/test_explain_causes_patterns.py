"""Other agencies, applicants and the post are named; closings by pattern leave it undecidable."""

from __future__ import annotations

import datetime as dt

import pytest

from models.explained_cases import at, case_of, causes_of, crowd, verdict

register = pytest.mark.register


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


def usual_stops(kind):
    return [
        with_stop(f"C{n:03d}", kind, 1, unit=f"V{n % 2}", start=n % 6, where=f"O{n % 3}")
        for n in range(60)
    ]


@pytest.mark.parametrize(
    ("kind", "cause"),
    [("opinion", "external_agency"), ("external", "external_agency"), ("applicant", "applicant")],
)
@register(lambda kind: [*usual_stops(kind), with_stop("X", kind, 20), with_stop("KEPT", kind, 1)])
def test_the_holder_of_the_dossier_outside_the_unit_is_named(tables, kind, cause):
    assert tables["late_dossiers"]["dossier_id"].to_list() == ["X"]
    assert verdict(tables)["dominant_cause"] == cause
    assert causes_of(tables)[cause]["but_for"]


def waited_for():
    dossier, steps = with_stop("X", "applicant", 20)
    steps[4]["finished_at"] += dt.timedelta(days=7)
    return {**dossier, "due_at": at(30), "resolved_at": steps[4]["finished_at"]}, steps


@register(
    [*usual_stops("applicant"), waited_for()],
    pauses=[
        {
            "dossier_id": "X",
            "pause_no": 1,
            "reason": "supplement",
            "paused_at": waited_for()[1][-1]["arrived_at"],
            "resumed_at": waited_for()[1][-1]["finished_at"],
        }
    ],
)
def test_an_applicant_waited_for_on_a_stopped_clock_is_no_cause(tables):
    assert causes_of(tables)
    assert "applicant" not in causes_of(tables)


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
MINUTE = dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("when", "reality"),
    [
        (moments(END_OF_QUARTER, apart=2.5 * MINUTE), "undecidable"),
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
@register(
    lambda when: [
        *crowd(),
        *(closed_at(f"B{n:02d}", m + 6 * MINUTE * (n // 6)) for n, m in enumerate(when)),
    ]
)
def test_closings_by_pattern_leave_it_undecidable(tables, when, reality):
    late = tables["late_dossiers"].filter(unit_id="U0")
    assert late.height == len(when)
    assert set(late["reality"]) == {reality}


def bunched_on(day, share):
    """Of 60 dossiers that came on every weekday one in two or three is closed on one of them."""
    cases, bunched = [], set()
    for n in range(60):
        monday = dt.datetime(2022, 2, 14, 1, tzinfo=dt.UTC) + dt.timedelta(days=7 * (n // 10))
        weekday = day if n % share == 0 else n % 5
        moment = monday + dt.timedelta(days=weekday, minutes=11 * (n % 10))
        cases.append(closed_at(f"B{n:02d}", moment, days=14 + weekday - n % 5))
        if weekday == day:
            bunched.add(f"B{n:02d}")
    return cases, bunched


@pytest.mark.parametrize(("day", "share"), [(4, 2), (1, 2), (2, 3)])
@register(lambda day, share: [*crowd(), *bunched_on(day, share)[0]])
def test_closings_bunched_on_any_weekday_beside_the_units_own_work_leave_it_undecidable(
    tables, day, share
):
    cases, bunched = bunched_on(day, share)
    late = tables["late_dossiers"].filter(unit_id="U0")
    assert late.height == len(cases)
    assert set(late.filter(reality="undecidable")["dossier_id"]) == bunched


def partly_on_paper(late_papers):
    """Every sixth late dossier has a date on paper, in time or after the due date."""
    days = [dt.datetime(2022, 2, 14, 1 + n % 5, 7, tzinfo=dt.UTC) for n in range(36)]
    moments_of = [day + dt.timedelta(days=n, minutes=n) for n, day in enumerate(days)]
    cases = [closed_at(f"B{n:02d}", moment) for n, moment in enumerate(moments_of)]
    for dossier, _ in cases[::6]:
        on = dossier["resolved_at"] if late_papers else dossier["received_at"]
        dossier["paper_result_on"] = on.date()
    return cases


@pytest.mark.parametrize(("late_papers", "reality"), [(False, "undecidable"), (True, "real")])
@register(lambda late_papers: [*crowd(), *partly_on_paper(late_papers)])
def test_paper_dates_known_for_some_speak_for_the_rest_of_the_unit(tables, late_papers, reality):
    late = tables["late_dossiers"].filter(unit_id="U0")
    assert set(late.filter(~late["has_paper"])["reality"]) == {reality}
    dated = set(late.filter("has_paper")["reality"])
    assert dated == {"real" if late_papers else "record_only"}
