"""What the clean tables hold: units by date, procedures, snapshots, numbers of steps, the sums."""

from __future__ import annotations

import datetime as dt

import pytest

UNITS = [
    ("SD-P1", "04/01/2022 08:00", "SD-P1"),
    ("UBND Phường 1", "04/01/2022 08:00", "SD-P1"),
    ("phường  1", "04/01/2022 08:00", "SD-P1"),
    ("UBND Phường An Hoà", "04/01/2022 08:00", "SD-PAH"),
    ("29905", "30/06/2025 08:00", "SD-P1"),
    ("29905", "01/07/2025 08:00", "P-SADEC"),
    ("Văn phòng HĐND và UBND", "30/06/2025 08:00", "SD-VP"),
    ("Văn phòng HĐND và UBND", "01/07/2025 08:00", "P-SADEC-VP"),
]
PROCEDURES = [
    ("1.001193", None, "1.001193"),
    ("1.001193.000.00.00.H20", None, "1.001193"),
    (None, "đăng ký KHAI SINH", "1.001193"),
    (None, "Tách thửa, hợp thửa", "TD-DD-05"),
    ("8.000000", None, "8.000000"),
]


def test_a_unit_is_whoever_held_the_name_on_the_day(clean) -> None:
    rows = [
        {"dossier_id": f"{n}", "unit_id": written, "received_at": on, "resolved_at": None}
        for n, (written, on, _) in enumerate(UNITS)
    ]
    units = clean(rows, snapshot_at="31/12/2025 17:00")["dossiers"]["unit_id"]
    assert units.to_list() == [unit_id for _, _, unit_id in UNITS]


def test_a_procedure_is_known_by_code_or_name(clean) -> None:
    rows = [
        {"dossier_id": f"{n}", "procedure_id": code, "procedure_name": name}
        for n, (code, name, _) in enumerate(PROCEDURES)
    ]
    procedures = clean(rows)["dossiers"]["procedure_id"]
    assert procedures.to_list() == [procedure_id for _, _, procedure_id in PROCEDURES]


def test_a_missing_field_of_work_comes_from_the_procedure(clean) -> None:
    assert clean([{}])["dossiers"]["field_of_work"].to_list() == ["Hộ tịch"]


def test_a_list_taken_as_it_is_knows_every_unit_and_procedure(clean) -> None:
    row = {"unit_id": "PWDx", "procedure_id": None, "procedure_name": "Pothole"}
    dossiers = clean([row], unit_list="as_is", procedure_list="as_is")["dossiers"]
    assert dossiers.select("unit_id", "procedure_id").rows() == [("PWDx", "Pothole")]


def test_instants_are_read_in_the_zone_of_the_file(clean) -> None:
    dossier = clean([{}])["dossiers"].row(0, named=True)
    assert dossier["received_at"] == dt.datetime(2022, 1, 4, 1, tzinfo=dt.UTC)
    assert dossier["received_on"] == dt.date(2022, 1, 4)
    assert dossier["snapshot_at"] == dt.datetime(2022, 6, 30, 10, tzinfo=dt.UTC)


def test_a_snapshot_given_as_a_date_is_the_end_of_that_day(clean) -> None:
    tables = clean([{"resolved_at": "30/06/2022 23:00"}], snapshot_at="2022-06-30")
    assert tables["quarantine"].is_empty()


def test_the_latest_stamp_stands_for_a_snapshot_but_no_due_date_does(clean) -> None:
    tables = clean(
        [{"due_at": "10/01/2030 17:00"}],
        steps=[{"finished_at": "09/01/2022 10:00:00"}],
        snapshot_at="latest",
    )
    assert tables["dossiers"]["snapshot_at"][0] == dt.datetime(2022, 1, 9, 3, tzinfo=dt.UTC)


def test_a_file_without_a_snapshot_takes_its_sources(clean) -> None:
    early = {"finished_at": "30/06/2022 17:00:01"}
    tables = clean([{}], steps=[early])
    assert tables["quarantine"]["rule_id"].to_list() == ["D06"]


def test_steps_keep_the_numbers_of_their_log(clean) -> None:
    steps = [
        {"step_no": "5", "finished_at": "05/01/2022 10:00:00"},
        {"step_no": "2", "finished_at": "06/01/2022 10:00:00"},
    ]
    assert clean([{}], steps=steps)["steps"]["step_no"].to_list() == [2, 5]


@pytest.mark.parametrize("numbers", [(None, None), ("1", "1"), ("0", "1"), ("1", None)])
def test_steps_that_a_log_does_not_tell_apart_are_numbered_by_their_stamps(clean, numbers) -> None:
    steps = [
        {"step_no": numbers[0], "finished_at": "06/01/2022 10:00:00"},
        {"step_no": numbers[1], "finished_at": "05/01/2022 10:00:00"},
    ]
    days = clean([{}], steps=steps)["steps"].sort("step_no")["finished_at"].dt.day()
    assert days.to_list() == [5, 6]


def test_a_norm_in_hours_becomes_seconds(clean) -> None:
    assert clean([{}], steps=[{"norm_hours": "0,5"}])["steps"]["norm_seconds"].to_list() == [1800]


def test_a_source_keeps_its_own_attributes(clean) -> None:
    assert clean([{"x_queue": "night"}])["dossiers"]["x_queue"].to_list() == ["night"]


def test_the_parts_add_up_to_the_rows_read(clean) -> None:
    rows = [{}, {}, {"dossier_id": "B", "received_at": None}, {"dossier_id": "C", "due_at": None}]
    sums = clean(rows, steps=[{}, {"dossier_id": "B"}])["reconciliation"].rows(named=True)
    by_file = {row.pop("source_file"): row for row in sums}
    assert by_file["dossiers.csv"] == {
        "source": "test",
        "rows_read": 4,
        "rows_clean": 2,
        "rows_quarantined": 1,
        "rows_merged": 1,
        "rows_ignored": 0,
    }
    assert by_file["steps.csv"]["rows_quarantined"] == 1


def test_a_row_that_feeds_a_dossier_and_a_step_counts_once(clean) -> None:
    log = {"source_file": "log.xes", "source_row": 1}
    tables = clean(
        [{**log, "resolved_at": "03/01/2022 08:00"}],
        steps=[log, {**log, "source_row": 2, "step": "Trình ký"}],
    )
    assert tables["reconciliation"]["rows_quarantined"].to_list() == [2]
