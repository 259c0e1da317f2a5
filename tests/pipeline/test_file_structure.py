"""Files damaged in places, judged to the end: what is unusable is reported, the rest counts."""

from __future__ import annotations

from io import BytesIO

import polars as pl
import xlsxwriter

PROFILE = """
name = "mine"
title_vi = "Sổ thử"
title_en = "Trial register"
time_zone = "Asia/Ho_Chi_Minh"
calendar_id = "always"
[snapshot]
at = "2023-06-30"
"""
PERMITS = f"""{PROFILE}
[codes.status]
done = "resolved"
open = "in_progress"
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
status = "status"
"""
HEADER = "permit,district,type,applied,target,issued,status\n"
LATE = "B-2,North,shed,2023-03-02,2023-03-13,2023-03-20,done\n"


def balance(run) -> list[tuple[int, ...]]:
    parts = ("rows_read", "rows_clean", "rows_quarantined", "rows_merged", "rows_ignored")
    return run.table("reconciliation").select(parts).rows()


def places(run) -> list[tuple[str, int, str]]:
    """File, row and rule of everything in quarantine."""
    found = run.table("quarantine").select("source_file", "source_row", "rule_id")
    return sorted(found.iter_rows())


def test_a_row_that_is_cut_off_is_set_aside_and_the_others_count(run_stages) -> None:
    cut = ("B-1,North,shed,2023-03-01,2023-03-10", "B-1,No", "B-1,a,b,,,")
    files = {f"permits-{n}.csv": f"{HEADER}C{n}-{LATE}{row}\n" for n, row in enumerate(cut)}
    run = run_stages(files, PERMITS)
    assert places(run) == [(name, 3, "F01") for name in files]
    assert run.outcomes() == dict.fromkeys(("C0-B-2", "C1-B-2", "C2-B-2"), "late")
    assert balance(run) == [(2, 1, 1, 0, 0)] * 3


def test_an_error_of_a_spreadsheet_names_no_unit_and_is_no_date(run_stages) -> None:
    files = {
        f"permits-{n}.csv": f"{HEADER}C{n}-{LATE}"
        f"C{n}-3,{error},shed,2023-03-02,2023-03-13,2023-03-20,done\n"
        f"C{n}-4,North,shed,2023-03-02,{error},2023-03-20,done\n"
        f"{error},North,shed,2023-03-02,2023-03-13,2023-03-20,done\n"
        for n, error in enumerate(("#N/A", "#REF!", "#DIV/0!", "#NAME?", "Err:502"))
    }
    run = run_stages(files, PERMITS)
    rules = ((3, "F02"), (4, "P01"), (5, "F02"))
    assert places(run) == [(name, *rule) for name in files for rule in rules]
    assert run.table("dossiers")["unit_id"].to_list() == ["North"] * 5
    wrong = run.table("quarantine").filter(rule_id="F02").sort("source_file", "source_row")
    named = [text.rsplit(": ")[-1] for text in wrong["message_en"]]
    assert named == ["unit_id", "dossier_id"] * 5
    assert balance(run) == [(4, 1, 3, 0, 0)] * 5


LOG = f"""{PROFILE}
[[files]]
patterns = ["log*"]
kind = "csv"
rows = "event"
case_dates = ["received_at", "resolved_at"]
[files.columns]
case = "dossier_id"
office = "dossier.unit_id"
activity = "step.step"
done = "step.finished_at"
who = "step.holder_id"
"""


def test_a_cut_event_gives_a_case_neither_a_unit_nor_a_date(run_stages) -> None:
    text = (
        "case,office,activity,done,who\n"
        "C1,Sou\n"
        "C1,South,start,2023-03-01 08:00,u1\n"
        "C1,South,end,2023-03-02 09:00,u1\n"
        "C1,South,end,2023-03-09 09:00\n"
        "C2,Sou\n"
    )
    run = run_stages({"log.csv": text}, LOG, last="clean")
    assert {row for row, rule in run.findings() if rule == "F01"} == {2, 5, 6}
    cases = run.table("dossiers").select("dossier_id", "unit_id", pl.col("resolved_at").dt.day())
    assert cases.rows() == [("C1", "South", 2)]
    assert balance(run) == [(5, 2, 3, 0, 0)]


GROUPED = f"""{PROFILE}
[[files]]
patterns = ["permits*"]
kind = "xlsx"
rows = "dossier"
[files.columns]
permit = "dossier_id"
type = "procedure_id"
applied = "received_at"
target = "due_at"
issued = "resolved_at"
"""


def workbook(*rows: tuple[str, ...]) -> bytes:
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate((("permit", "type", "applied", "target", "issued"), *rows)):
            sheet.write_row(number, 0, row)
    return buffer.getvalue()


def test_units_that_stand_in_rows_of_their_own_are_no_single_body(run_stages) -> None:
    late = ("shed", "2023-03-02", "2023-03-13", "2023-03-20")
    content = workbook(("Phòng Tư pháp",), ("B-1", *late), ("Phường 1",), ("B-2", *late))
    run = run_stages({"permits.xlsx": content}, GROUPED, last="clean")
    units = run.table("dossiers").select("dossier_id", "unit_id").rows()
    assert units == [("B-1", "Phòng Tư pháp"), ("B-2", "Phường 1")]
    assert run.table("source_findings").filter(pl.col("rule_id") == "F08").height == 1
    assert balance(run) == [(4, 2, 0, 0, 2)]
