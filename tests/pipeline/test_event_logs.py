"""Event logs as systems write them: blanks in the first event, transitions, work still running."""

from __future__ import annotations

import datetime as dt

import pytest

from workbench.core.errors import InputRejected

PROFILE = """
name = "mine"
title_vi = "Nhật ký sự cố"
title_en = "Incident log"
time_zone = "Asia/Ho_Chi_Minh"
calendar_id = "always"
[snapshot]
at = "2022-06-30 17:00"
[[files]]
patterns = ["mine*"]
kind = "{kind}"
rows = "event"
case_dates = ["received_at", "resolved_at"]
{keys}
[files.columns]
{columns}
{tail}
"""


def at(day: int, hour: int = 8) -> dt.datetime:
    return dt.datetime(2022, 3, day, hour - 7, tzinfo=dt.UTC)


# --- an incident log whose cases are assigned after they are opened -----------------------------

INCIDENTS = """number,event,stamp,group,category,priority
INC1,Open,2022-03-01 08:00:00,?,Network,?
INC1,Assign,2022-03-01 09:00:00,Group 70,Network,3
INC1,Reassign,2022-03-02 08:00:00,Group 24,Network,2
INC1,Close,2022-03-03 08:00:00,Group 24,Mail,2
INC2,Open,2022-03-01 08:00:00,Group 24,?,4
INC2,Close,2022-03-02 08:00:00,Group 24,Mail,4
INC3,Open,2022-03-01 08:00:00,?,?,4
INC3,Close,2022-03-04 08:00:00,?,?,4
INC4,Open,2022-03-01 08:00:00,?,Mail,4
INC4,Assign,2022-03-01 08:30:00,?,Mail,4
INC4,Close,2022-03-05 08:00:00,Group 70,Mail,4
"""
INCIDENT_COLUMNS = """
"number" = "dossier_id"
"event" = "step.step"
"stamp" = "step.finished_at"
"group" = ["dossier.unit_id", "step.unit_id"]
"category" = "dossier.procedure_id"
"priority" = "dossier.x_priority"
"""


def test_what_the_first_event_leaves_blank_comes_from_the_next_that_has_it(run_stages):
    profile = PROFILE.format(
        kind="csv", keys='empty_values = ["?"]', columns=INCIDENT_COLUMNS, tail=""
    )
    run = run_stages({"mine.csv": INCIDENTS}, profile, last="clean")
    cases = run.table("dossiers").sort("dossier_id")
    assert cases.select(
        "dossier_id", "unit_id", "procedure_id", "x_priority", "source_row"
    ).rows() == [
        ("INC1", "Group 70", "Network", "3", 2),
        ("INC2", "Group 24", "Mail", "4", 6),
        ("INC4", "Group 70", "Mail", "4", 10),
    ]
    nowhere = run.table("quarantine").filter(rule_id="D21")
    assert nowhere["source_row"].to_list() == [8]
    assert nowhere["message_en"][0].startswith("The unit is missing, or")
    steps = run.table("steps").filter(dossier_id="INC1").sort("step_no")
    assert steps["unit_id"].to_list() == [None, "Group 70", "Group 24", "Group 24"]


# --- a log of transitions ------------------------------------------------------------------------

COLUMNS = """
"case:concept:name" = "dossier_id"
"concept:name" = "step.step"
"time:timestamp" = "step.finished_at"
"lifecycle:transition" = "step.transition"
"""
UNIT = """
[files.constants]
"dossier.unit_id" = "U"
"step.unit_id" = "U"
"dossier.procedure_id" = "T"
"""
CODES = """
[codes.transition]
"schedule" = "schedule"
"start" = "start"
"complete" = "complete"
"suspend" = "other"
"resume" = "other"
"""
CASES = {
    "ended": "A start 1, A suspend 2, A resume 3, A complete 4, B start 4, B complete 5",
    "begun": "A start 1",
    "running": "A start 1, A complete 2, B start 3",
    "chained": "A start 1, A complete 2, B start 2",
    "suspended": "A start 1, A complete 2, B start 3, B suspend 4",
    "waiting": "A start 1, A complete 2, B schedule 3",
    "again": "A start 1, A complete 2, A start 3",
    "passed": "A start 1, B start 2, B complete 3, C start 4, C complete 5",
    "parallel": "A start 1, B start 2, A complete 3, B complete 4",
    "instant": "A start 1, A complete 1",
    "after": "A start 1, A complete 2, A suspend 3",
}
ENDS = {
    "ended": 5,
    "passed": 5,
    "parallel": 4,
    "instant": 1,
    "after": 2,
    **dict.fromkeys(("begun", "running", "chained", "suspended", "waiting", "again")),
}


def xes(cases: dict[str, str]) -> str:
    traces = []
    for name, events in cases.items():
        nodes = "".join(
            f'<event><string key="concept:name" value="{step}"/>'
            f'<string key="lifecycle:transition" value="{kind}"/>'
            f'<date key="time:timestamp" value="2022-03-{int(day):02}T08:00:00+07:00"/></event>'
            for step, kind, day in (event.split() for event in events.split(", "))
        )
        traces.append(f'<trace><string key="concept:name" value="{name}"/>{nodes}</trace>')
    return f"<log>{''.join(traces)}</log>"


@pytest.fixture
def transitions(run_stages):
    def run(cases: dict[str, str], codes: str = CODES):
        profile = PROFILE.format(kind="xes", keys="", columns=COLUMNS, tail=UNIT + codes)
        return run_stages({"mine.xes": xes(cases)}, profile, last="clean")

    return run


def test_a_case_whose_last_event_begins_a_step_is_open(transitions):
    run = transitions(CASES)
    cases = run.table("dossiers").select("dossier_id", "resolved_at", "status").rows()
    ends = {name: ended for name, ended, _ in cases}
    assert ends == {name: day and at(day) for name, day in ENDS.items()}
    states = {name: status for name, _, status in cases}
    open_ones = {name for name, day in ENDS.items() if day is None}
    assert {name for name, status in states.items() if status == "in_progress"} == open_ones
    quarantine = run.table("quarantine")
    doubtful = quarantine.filter(rule_id="P18")["record"].str.json_path_match("$.dossier_id")
    assert doubtful.to_list() == ["passed"]
    assert "P17" not in set(quarantine["rule_id"])


def test_a_status_that_says_the_case_ended_outranks_running_work(run_stages):
    columns = COLUMNS + '"case:state" = "dossier.status"\n'
    profile = PROFILE.format(kind="xes", keys="", columns=columns, tail=UNIT + CODES)
    log = xes({"closed": CASES["running"]}).replace(
        '<trace><string key="concept:name" value="closed"/>',
        '<trace><string key="concept:name" value="closed"/><string key="state" value="resolved"/>',
    )
    run = run_stages({"mine.xes": log}, profile, last="clean")
    dossier = run.table("dossiers").row(0, named=True)
    assert (dossier["status"], dossier["resolved_at"]) == ("resolved", at(2))


def test_transitions_that_are_all_other_leave_a_finding_for_every_event(transitions):
    codes = CODES.replace('= "start"', '= "other"').replace('= "complete"', '= "other"')
    run = transitions({"a": "A start 1, A complete 2", "b": "A complete 3"}, codes)
    assert run.table("steps").is_empty()
    quarantine = run.table("quarantine").filter(rule_id="P17")
    assert quarantine.height == 3
    assert "no step is left" in quarantine["message_en"][0]
    assert "no step is left" not in quarantine["message"][0]
    ends = run.table("dossiers").sort("dossier_id")["resolved_at"].to_list()
    assert ends == [at(2), at(3)]


DECIDED = """
[[files.event_dates]]
step = "A"
field = "received_at"

[[files.event_dates]]
step = "B"
field = "resolved_at"
status = "resolved"
"""


def test_a_date_of_the_end_is_not_taken_from_an_event_that_only_begins_its_activity(run_stages):
    profile = PROFILE.format(kind="xes", keys="", columns=COLUMNS, tail=UNIT + DECIDED + CODES)
    profile = profile.replace('case_dates = ["received_at", "resolved_at"]\n', "")
    log = xes({"begun": "A start 1, B start 2", "done": "A start 1, B start 2, B complete 3"})
    run = run_stages({"mine.xes": log}, profile, last="clean")
    cases = run.table("dossiers").sort("dossier_id")
    assert cases.select("received_at", "resolved_at", "status").rows() == [
        (at(1), None, "in_progress"),
        (at(1), at(3), "resolved"),
    ]


# --- a log of rows with a start and an end -------------------------------------------------------

SPANS = """case,act,began,ended
C1,A,2022-03-01 08:00:00,2022-03-02 08:00:00
C1,B,2022-03-03 08:00:00,
C2,A,2022-03-01 08:00:00,2022-03-04 08:00:00
C2,B,2022-03-02 08:00:00,2022-03-03 08:00:00
"""


def test_a_row_that_began_last_and_has_no_end_leaves_its_case_open(run_stages):
    columns = (
        '"case" = "dossier_id"\n"act" = "step.step"\n'
        '"began" = "step.started_at"\n"ended" = "step.finished_at"\n'
    )
    profile = PROFILE.format(kind="csv", keys="", columns=columns, tail="")
    run = run_stages({"mine.csv": SPANS}, profile, last="clean")
    cases = run.table("dossiers").sort("dossier_id")
    assert cases["resolved_at"].to_list() == [None, at(4)]
    assert set(cases["unit_id"]) == {"Nhật ký sự cố"}


# --- stamps that follow from others --------------------------------------------------------------

CLICKS = """case,activity,done
C1,Receive,2022-03-01 08:00:00
C1,Examine,2022-03-03 08:00:00
C1,Sign,2022-03-04 08:00:00
C2,Receive,2022-03-02 08:00:00
C2,Sign,2022-03-04 09:00:00
"""
CLICK_COLUMNS = """
"case" = "dossier_id"
"activity" = "step.step"
"done" = "step.finished_at"
"""


def test_the_end_of_a_step_is_the_arrival_of_the_next_where_the_profile_says_so(run_stages):
    keys = 'arrives_with = "step_before"\ninstant_steps = ["Sign"]'
    profile = PROFILE.format(kind="csv", keys=keys, columns=CLICK_COLUMNS, tail=UNIT)
    steps = run_stages({"mine.csv": CLICKS}, profile, last="clean").table("steps")
    stamps = steps.sort("dossier_id", "finished_at").select(
        "dossier_id", "step", "arrived_at", "started_at", "finished_at"
    )
    assert stamps.rows() == [
        ("C1", "Receive", None, None, at(1)),
        ("C1", "Examine", at(1), None, at(3)),
        ("C1", "Sign", at(3), at(4), at(4)),
        ("C2", "Receive", None, None, at(2)),
        ("C2", "Sign", at(2), at(4, 9), at(4, 9)),
    ]


@pytest.mark.parametrize(
    ("key", "accepted"),
    [
        ('arrives_with = "finish"', "step_before"),
        ('starts_with = "before"', "arrival, finish"),
        ('finishes_with = "step_before"', "next_step"),
    ],
)
def test_an_unknown_rule_of_stamps_is_refused_with_those_there_are(run_stages, key, accepted):
    profile = PROFILE.format(kind="csv", keys=key, columns=CLICK_COLUMNS, tail=UNIT)
    with pytest.raises(InputRejected, match=accepted):
        run_stages({"mine.csv": CLICKS}, profile)
