"""Exports whose dates, terms and values stand as other systems write them, judged to the end."""

from __future__ import annotations

import datetime as dt
import json
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from workbench.errors import InputRejected, RuleFailed
from workbench.wording import use_language

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


def column(run, table: str, name: str) -> list[object]:
    return run.table(table).sort("dossier_id")[name].to_list()


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


def test_a_due_column_with_hours_keeps_its_midnights_and_says_so(run_stages) -> None:
    hours = DATES_AS_STAMPS.replace("03-13 00:00:00", "03-13 17:00:00").replace(
        "03-14 00:00:00", "03-14 11:30:00"
    )
    run = run_stages({"permits.csv": hours}, PERMITS)
    assert column(run, "dossiers", "due_at")[0] == local("2023-03-10 00:00")
    assert run.outcomes("due_instant")["B-1"] == "late"
    assert run.table("source_findings")["rule_id"].to_list() == ["P20"]


@pytest.mark.parametrize(
    ("rule", "late"), [("as_written", ["B-1", "B-3", "B-4"]), ("end_of_day", ["B-3"])]
)
def test_a_profile_outranks_the_vote_over_midnights(run_stages, rule, late) -> None:
    said = PERMITS.replace('rows = "dossier"', f'rows = "dossier"\ndue_midnight = "{rule}"')
    run = run_stages({"permits.csv": DATES_AS_STAMPS}, said)
    outcomes = run.outcomes("due_instant")
    assert [name for name, outcome in outcomes.items() if outcome == "late"] == late


def test_the_last_hour_of_a_due_day_is_24_however_it_is_written(run_stages) -> None:
    due = ["2023-03-10 24:00:00", "10/03/2023 24:00", "24h00 ngày 10/03/2023", "2023-03-10T24:00"]
    issued = "2023-03-11 09:00:00"
    rows = [f"B-{n},N,s,2023-03-01 09:00:00,{text},{issued}" for n, text in enumerate(due)]
    run = run_stages({"permits.csv": csv(PERMIT, *rows)}, PERMITS)
    assert set(column(run, "dossiers", "due_at")) == {local("2023-03-10 23:59:59")}
    assert set(run.outcomes().values()) == {"late"}


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
    said = TICKETS + '[files.constants]\nterm_unit = "hour"\n'
    text = csv(
        "number,team,category,opened,sla,closed",
        "T1,desk,mail,2023-03-01 08:00:00,8,2023-03-01 16:30:00",
        "T2,desk,mail,2023-03-01 08:00:00,8,2023-03-02 09:00:00",
        "T3,desk,disk,2023-03-03 15:00:00,4,2023-03-06 09:30:00",
        "T4,desk,disk,2023-03-03 15:00:00,1.5,2023-03-06 09:30:00",
        "T5,desk,disk,2023-03-03 15:00:00,,2023-03-06 09:30:00",
    )
    run = run_stages({"tickets.csv": text}, said)
    outcomes = run.outcomes("wb_legal")
    assert {outcomes["T2"], outcomes["T4"]} == {"late"}
    assert not {outcomes["T1"], outcomes["T3"]} & {"late", "unknown"}
    assert outcomes["T5"] == "unknown"
    assert column(run, "dossiers", "term_unit") == ["hour", "hour", "hour", "minute", None]
    assert column(run, "due_dates", "due_recomputed_at")[3] == local("2023-03-03 16:30:00")


TERMS = [
    ("5 ngày làm việc", (5, "working_day"), "2023-02-07"),
    ("05 (năm) ngày làm việc", None, None),
    ("10 working days", (10, "working_day"), "2023-02-14"),
    ("30 ngày", (30, "calendar_day"), "2023-03-02"),
    ("2 tuần", (14, "calendar_day"), "2023-02-14"),
    ("1 tháng", (1, "calendar_month"), "2023-02-28"),
    ("không quá 3 tháng", (3, "calendar_month"), "2023-05-04"),
    ("48", None, None),
    ("5 ngày làm việc (40 giờ)", None, None),
    ("một tuần", None, None),
]


def test_a_term_in_words_is_read_with_its_unit_or_refused(run_stages) -> None:
    rows = [
        f"T{n:02},desk,mail,2023-01-31 08:00:00,{text}," for n, (text, *_) in enumerate(TERMS)
    ]
    run = run_stages({"tickets.csv": csv("number,team,category,opened,sla,closed", *rows)}, TICKETS)
    read = {
        row["dossier_id"]: (row["term_value"], row["term_unit"])
        for row in run.table("dossiers").iter_rows(named=True)
    }
    assert read == {f"T{n:02}": term for n, (_, term, _) in enumerate(TERMS) if term}
    days = run.table("due_dates").sort("dossier_id")["due_recomputed_at"]
    assert [str(day.astimezone(ZONE).date()) for day in days] == [day for *_, day in TERMS if day]
    refused = run.table("quarantine").filter(rule_id="P01")
    assert refused.height == sum(term is None for _, term, _ in TERMS)
    assert refused["message_en"].str.contains("term_value").all()


LOG = f"""{TOP.replace('at = "2023-06-30"', "latest = true")}
[[files]]
patterns = ["log*"]
kind = "csv"
rows = "event"
case_dates = ["received_at", "resolved_at"]
[files.columns]
case = "dossier_id"
activity = "step.step"
team = ["dossier.unit_id", "step.unit_id"]
done = "step.finished_at"
"""
UNREAD = csv("case,activity,team,done", "C1,Register,T1,04~03~2023 08", "C1,Close,T1,05~03~2023 09")


def test_a_log_without_a_readable_stamp_names_field_value_and_cure(run_stages) -> None:
    with pytest.raises(RuleFailed) as refused:
        run_stages({"log.csv": UNREAD}, LOG)
    with use_language("en"):
        text = str(refused.value)
    for part in ("log.csv", "row 2", "finished_at", "04~03~2023 08", "date_formats"):
        assert part in text
    assert "snapshots" not in text


def test_a_date_format_of_the_profile_reads_what_no_shape_knows(run_stages) -> None:
    said = LOG.replace('rows = "event"', 'rows = "event"\ndate_formats = ["%d~%m~%Y %H"]')
    run = run_stages({"log.csv": UNREAD}, said)
    assert column(run, "dossiers", "received_at") == [local("2023-03-04 08:00")]
    assert column(run, "dossiers", "resolved_at") == [local("2023-03-05 09:00")]


def test_a_format_of_one_field_outranks_the_shape_and_leaves_other_fields_alone(run_stages) -> None:
    said = PERMITS + '[files.date_formats]\ntarget = ["%y%m%d"]\n'
    with pytest.raises(InputRejected):
        run_stages({"permits.csv": DATES_AS_STAMPS}, said)


def test_seconds_since_1970_are_read_where_a_column_holds_them(run_stages) -> None:
    moments = [
        [local(f"2023-03-{day:02} 08:00"), local("2023-03-14 00:00"), local("2023-03-14 10:00")]
        for day in (1, 2, 3)
    ]
    units = (1, 1000, 1)
    rows = [
        f"B-{n},N,s,{','.join(str(int(moment.timestamp()) * unit) for moment in row)}"
        for n, (row, unit) in enumerate(zip(moments, units, strict=True))
    ]
    run = run_stages({"permits.csv": csv(PERMIT, *rows)}, PERMITS)
    assert column(run, "dossiers", "received_at") == [row[0] for row in moments]
    assert set(column(run, "dossiers", "due_at")) == {local("2023-03-14 23:59:59")}
    assert run.table("source_findings")["rule_id"].sort().to_list() == ["P19", "P21"]


def test_a_number_in_a_column_of_written_dates_is_no_epoch(run_stages) -> None:
    text = DATES_AS_STAMPS.replace("2023-03-01 09:12:00", "1400123456")
    run = run_stages({"permits.csv": text}, PERMITS)
    assert (2, "P01") in run.findings()


def test_a_date_and_a_time_of_day_in_two_columns_make_one_instant(run_stages) -> None:
    said = PERMITS.replace('applied = "received_at"\n', "") + (
        '[files.date_with_time]\nreceived_at = ["Ngày nộp", "Giờ nộp"]\n'
    )
    text = csv(
        "permit,district,type,Ngày nộp,Giờ nộp,target,issued",
        "B-1,N,s,04/03/2023,8h30,15/03/2023,2023-03-14 10:00:00",
        "B-2,N,s,14/03/2023,2:15 CH,25/03/2023,2023-03-24 10:00:00",
        "B-3,N,s,2023-03-15 00:00:00,0815,25/03/2023,2023-03-24 10:00:00",
        "B-4,N,s,16/03/2023,,25/03/2023,2023-03-24 10:00:00",
    )
    run = run_stages({"permits.csv": text}, said)
    clock = ["2023-03-04 08:30", "2023-03-14 14:15", "2023-03-15 08:15", "2023-03-16 00:00"]
    assert column(run, "dossiers", "received_at") == [local(stamp) for stamp in clock]


REQUESTS = f"""{TOP}
[[files]]
patterns = ["requests*"]
kind = "json"
rows = "dossier"
records = "result.items"
ignored = ["secret"]
[files.columns]
"_id" = "dossier_id"
"fields.team.name" = "unit_id"
"fields.kind" = "procedure_id"
"times[0].at" = "received_at"
"times[name=target].at" = "due_at"
"closed" = "resolved_at"
"""


def test_values_deep_in_json_and_typed_dates_are_read_by_their_path(run_stages) -> None:
    items = [
        {
            "_id": {"$oid": "a1"},
            "fields": {"team": {"name": "North", "lead": "not read"}, "kind": "pothole"},
            "times": [
                {"name": "opened", "at": {"$date": "2023-03-01T02:00:00Z"}},
                {"name": "target", "at": {"$date": {"$numberLong": "1678381200000"}}},
            ],
            "closed": {"$date": 1678417200000},
            "secret": {"anything": 1},
        },
        {"_id": {"$oid": "a2"}, "fields": {"kind": "lamp"}, "closed": None},
    ]
    run = run_stages({"requests.json": json.dumps({"result": {"items": items}})}, REQUESTS)
    row = run.table("dossiers").row(0, named=True)
    wanted = {
        "dossier_id": "a1",
        "unit_id": "North",
        "received_at": local("2023-03-01 09:00"),
        "due_at": local("2023-03-10 23:59:59"),
        "resolved_at": local("2023-03-10 10:00"),
    }
    assert {name: row[name] for name in wanted} == wanted
    assert (2, "D04") in run.findings()
    assert not any("not read" in text for text in run.table("quarantine")["record"])


def test_the_paper_date_keeps_its_civil_day(run_stages) -> None:
    said = PERMITS.replace('issued = "resolved_at"', 'issued = "resolved_at"\npaper = "paper_result_on"')
    stamps = ["2023-03-10 24:00:00", "2023-03-10T00:00:00+07:00", "10/3/2023", "2023-03-10"]
    rows = [
        f"B-{n},N,s,2023-03-01 09:00:00,2023-03-20,2023-03-10 10:00:00,{text}"
        for n, text in enumerate(stamps)
    ]
    run = run_stages({"permits.csv": csv(f"{PERMIT},paper", *rows)}, said)
    assert column(run, "dossiers", "paper_result_on") == [dt.date(2023, 3, 10)] * len(stamps)
    assert isinstance(run.table("dossiers"), pl.DataFrame)
