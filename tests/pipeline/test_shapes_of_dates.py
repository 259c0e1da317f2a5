"""Exports whose due dates and terms stand as other systems write them, judged to the end."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
TOP = """
name = "mine"
title_vi = "Sổ thử"
title_en = "Trial register"
time_zone = "Asia/Ho_Chi_Minh"
calendar_id = "vn_dong_thap"
[snapshot]
at = "2023-06-30"
"""
PERMITS = f"""{TOP}
[[files]]
patterns = ["permits*"]
kind = "csv"
rows = "dossier"
[files.columns]
permit = "dossier_id"
district = "unit_id"
type = "procedure_id"
applied = "received_at"
target = "due_at"
issued = "resolved_at"
"""


def csv(header: str, *rows: str) -> str:
    return "\n".join([header, *rows]) + "\n"


def local(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)


PERMIT = "permit,district,type,applied,target,issued"
DATES_AS_STAMPS = csv(
    PERMIT,
    "B-1,North,shed,2023-03-01 09:12:00,2023-03-10 00:00:00,2023-03-10 15:40:00",
    "B-2,North,shed,2023-03-02 10:05:00,2023-03-13 00:00:00,2023-03-10 08:30:00",
    "B-3,South,deck,2023-03-03 14:20:00,2023-03-14 00:00:00,2023-03-15 09:00:00",
    "B-4,South,deck,2023-03-06 08:45:00,2023-03-15 00:00:00,2023-03-15 16:59:00",
)
BY_THE_STAMP = ("due_instant", "opencps_betime", "opencps_stat", "wb_strict")


def test_due_stamps_all_at_midnight_are_dates_under_every_rule(run_stages) -> None:
    run = run_stages({"permits.csv": DATES_AS_STAMPS}, PERMITS)
    for rule in BY_THE_STAMP:
        late = [name for name, outcome in run.outcomes(rule).items() if outcome == "late"]
        assert late == ["B-3"], rule
    found = run.table("source_findings").filter(rule_id="P19")
    assert found.select("field", "n_values").rows() == [("due_at", 4)]


TICKETS = f"""{TOP}
[[files]]
patterns = ["tickets*"]
kind = "csv"
rows = "dossier"
[files.columns]
number = "dossier_id"
team = "unit_id"
category = "procedure_id"
opened = "received_at"
sla = "term_value"
closed = "resolved_at"
"""


def test_an_sla_in_hours_per_ticket_gives_each_its_own_due_instant(run_stages) -> None:
    profile = TICKETS + '[files.constants]\nterm_unit = "hour"\n'
    text = csv(
        "number,team,category,opened,sla,closed",
        "T1,desk,mail,2023-03-01 08:00:00,8,2023-03-01 16:30:00",
        "T2,desk,mail,2023-03-01 08:00:00,8,2023-03-03 09:00:00",
        "T3,desk,disk,2023-03-03 15:00:00,4,2023-03-06 08:30:00",
        "T4,desk,disk,2023-03-03 15:00:00,1.5,2023-03-06 08:30:00",
        "T5,desk,disk,2023-03-03 15:00:00,,2023-03-06 08:30:00",
        "T6,desk,disk,2023-03-03 15:00:00,soon,2023-03-06 08:30:00",
    )
    run = run_stages({"tickets.csv": text}, profile)
    late = [name for name, outcome in run.outcomes("wb_legal").items() if outcome == "late"]
    assert late == ["T2", "T4"]
    assert run.outcomes("wb_legal")["T5"] == "unknown"
    # by hand: the office is open from 7:00 to 11:30 and from 13:30 to 17:00, Monday to Friday
    due = ["2023-03-02 08:00", "2023-03-02 08:00", "2023-03-06 09:00", "2023-03-03 16:30"]
    reached = run.table("due_dates").sort("dossier_id")["due_recomputed_at"].to_list()
    assert reached == [*(local(stamp) for stamp in due), None]
    refused = run.table("quarantine").filter(rule_id="P01")
    assert refused.select("source_row", "message_en").rows() == [
        (7, "A date or number cannot be read. term_value")
    ]
