"""An inspection reads dates in many spellings, other formats, and what is not to be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import xlsxwriter

from workbench.ingest import deliveries, ingest, read_profile
from workbench.ingest.inspection import inspect
from workbench.ingest.spelling import name_key


@pytest.fixture
def drafted(tmp_path, reference_dir):
    """Inspect a file, read it by its draft, and return both: the draft's text and the rows."""

    def run(path):
        text = inspect(path, reference_dir).to_toml()
        draft = tmp_path / "draft.toml"
        draft.write_text(text, encoding="utf-8")
        landing = ingest(deliveries([path], read_profile(draft)), tmp_path / "landed")
        return text, landing.rows

    return run


@pytest.mark.parametrize(
    ("received", "profile_line"),
    [
        ("4/3/2022 08:00:00.123", '"Created" = "received_at"'),
        ("7g30 ngày 04/03/2022", '"Created" = "received_at"'),
        ("ngày 04 tháng 3 năm 2022", '"Created" = "received_at"'),
        ("Mar 4, 2022 8:00 AM", '"Created" = "received_at"'),
        ("2022/03/04 08:00:00.000", '"Created" = "received_at"'),
        ("1646355600", '"Created" = "received_at"'),
        ("15.03.2022 0815", 'date_formats = { received_at = ["%d.%m.%Y %H%M"] }'),
        ("03.15.2022 0815", 'date_formats = { received_at = ["%m.%d.%Y %H%M"] }'),
    ],
)
def test_dates_are_drafted_in_the_way_they_are_written(
    put, drafted, received, profile_line
) -> None:
    path = put("x.csv", f'Ticket ID,Created\nT-1,"{received}"\nT-2,"{received}"\n')
    text, rows = drafted(path)
    assert profile_line in text
    assert rows == 2


def test_a_column_of_times_joins_its_column_of_dates(put, drafted) -> None:
    text, rows = drafted(
        put(
            "x.csv",
            "Mã hồ sơ;Ngày tiếp nhận;Ngày có kết quả;Giờ;Giờ tiếp nhận\n"
            "A-1;04/03/2022;14/03/2022;9h30;08:00\nA-2;05/03/2022;-;-;08:10\n",
        )
    )
    assert 'received_at = ["Ngày tiếp nhận", "Giờ tiếp nhận"]' in text
    assert 'resolved_at = ["Ngày có kết quả", "Giờ"]' in text
    assert 'empty_values = ["-"]' in text
    assert rows == 2


def test_json_is_drafted_with_its_envelope_its_paths_and_its_typed_dates(put, drafted) -> None:
    tickets = [
        {
            "_id": {"$oid": f"6220{n}"},
            "ticketId": f"T-{n}",
            "createdAt": {"$date": "2022-03-04T08:00:00Z"},
            "closedAt": {"$date": {"$numberLong": "1646441999000"}} if n else None,
            "team": {"name": "P1"},
            "requester": {"name": "Ann Invented"} if n else None,
            "tags": ["a"],
        }
        for n in range(2)
    ]
    text, rows = drafted(put("x.json", json.dumps({"data": tickets})))
    assert 'records = "data"' in text
    for line in ('"ticketId" = "dossier_id"', '"createdAt" = "received_at"',
                 '"closedAt" = "resolved_at"', '"team.name" = "unit_id"'):  # fmt: skip
        assert line in text
    assert "Ann Invented" not in text
    assert rows == 2


def test_an_event_log_with_a_prefix_is_drafted(put, drafted) -> None:
    event = (
        '<x:event><x:string key="concept:name" value="{}"/>'
        '<x:date key="time:timestamp" value="2022-03-0{}T08:00:00+07:00"/></x:event>'
    )
    text, _ = drafted(
        put(
            "x.xes",
            '<x:log xmlns:x="http://www.xes-standard.org/"><x:trace>'
            '<x:string key="concept:name" value="C1"/>'
            f"{event.format('A', 4)}{event.format('B', 5)}</x:trace></x:log>",
        )
    )
    assert 'case_dates = ["received_at", "resolved_at"]' in text
    assert '"case:concept:name" = "dossier_id"' in text


def test_the_index_of_a_data_frame_is_passed_over(put, drafted) -> None:
    text, rows = drafted(
        put("x.csv", ",Mã hồ sơ,Ngày tiếp nhận\n0,A-1,13/01/2022\n1,A-2,14/01/2022\n")
    )
    assert "unnamed = [1]" in text
    assert rows == 2


def test_a_hidden_sheet_is_not_inspected(tmp_path, reference_dir) -> None:
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name, number in (("Sổ", "A-1"), ("Nháp", "B-1")):
            page = book.add_worksheet(name)
            page.write_row(0, 0, ["Mã hồ sơ", "Ngày tiếp nhận", "Trạng thái"])
            page.write_row(1, 0, [number, "13/01/2022", "Đã trả"])
            if name == "Nháp":
                page.write(0, 3, "Ngày hẹn trả")
                page.hide()
    assert inspect(path, reference_dir).sheet == "Sổ"


def test_an_old_workbook_is_inspected_as_any_other(reference_dir):
    path = Path(__file__).with_name("odd.xls")
    inspection = inspect(path, reference_dir)
    assert (inspection.kind, inspection.sheet, inspection.header_row) == ("xlsx", "Sổ", 3)
    targets = {p.header: p.targets[0] for p in inspection.proposals}
    assert targets["Mã hồ sơ"] == "dossier_id"
    assert 'patterns = ["odd*.xls"]' in inspection.to_toml()


def test_names_that_may_be_one_unit_are_offered_and_numbered_ones_are_not(put, reference_dir):
    names = ("Phòng Tư pháp", "Phòng  Tư  Pháp", "Phòng Tư phap", "Phường 1", "Phường 11", "An Hòa")
    rows = [f"H{n:03d};{name};04/03/2022;14/03/2022" for n, name in enumerate(names * 3)]
    found = inspect(
        put("x.csv", "\n".join(["Mã hồ sơ;Đơn vị;Ngày tiếp nhận;Ngày hẹn trả", *rows])),
        reference_dir,
    )
    pairs = [set(map(name_key, pair)) for pair in found.alike_units]
    assert pairs == [{"phòng tư pháp", "phòng tư phap"}]  # spaces and case are one unit anyway
    assert "«Phòng Tư phap»" in found.to_toml()


STEPS = "case_id,activity,start_time,end_time,resource\n"


def steps_of(cases: int, *, overlap: bool) -> str:
    """Cases of two steps, of which the second begins an hour after, or before, the first ended."""
    rows = []
    for case in range(cases):
        day, hour = f"2026-01-{5 + case:02d}", "09" if overlap else "11"
        rows.append(f"C{case},Check,{day} 08:00,{day} 10:00,r{case % 2}")
        rows.append(f"C{case},Sign,{day} {hour}:00,{day} 12:00,r{case % 2}")
    return STEPS + "\n".join(rows)


@pytest.mark.parametrize(("overlap", "is_proposed"), [(False, True), (True, False)])
def test_an_arrival_is_offered_only_where_steps_follow_one_another(
    put, reference_dir, overlap, is_proposed
) -> None:
    """As a comment: no log says what the program does with a click."""
    draft = inspect(put("log.csv", steps_of(9, overlap=overlap)), reference_dir).to_toml()
    assert ('# arrives_with = "step_before"' in draft.splitlines()) == is_proposed


def test_activities_that_never_begin_are_instant_where_others_begin(put, reference_dir) -> None:
    """As in logs of the BPI challenges: states of the application beside handled work."""
    event = (
        '<event><string key="concept:name" value="{0}"/><string key="lifecycle:transition" '
        'value="{1}"/><date key="time:timestamp" value="2026-01-05T0{2}:00:00Z"/></event>'
    )
    events = [("A_SUBMITTED", "COMPLETE", 1), ("W_Check", "SCHEDULE", 2), ("W_Check", "START", 3)]
    events += [("W_Check", "COMPLETE", 4), ("A_APPROVED", "COMPLETE", 5)]
    trace = "".join(event.format(*one) for one in events)
    trace = f'<trace><string key="concept:name" value="{{}}"/>{trace}</trace>'
    text = f"<log>{''.join(trace.format(number) for number in range(6))}</log>"
    log = put("log.xes", text)
    assert inspect(log, reference_dir).stamps.instant_steps == ("A_APPROVED", "A_SUBMITTED")
    alone = put("alone.xes", text.replace("START", "COMPLETE"))
    assert inspect(alone, reference_dir).stamps.instant_steps == ()


def test_a_log_of_beginnings_offers_that_a_step_ends_with_the_next(put, reference_dir) -> None:
    text = "case_id,activity,start_time\n" + "\n".join(
        f"C{n // 2},S{n % 2},2026-01-{5 + n:02d} 08:00" for n in range(12)
    )
    draft = inspect(put("log.csv", text), reference_dir).to_toml()
    assert '# finishes_with = "next_step"' in draft.splitlines()
