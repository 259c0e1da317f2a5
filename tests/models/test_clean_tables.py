"""What the clean tables hold: units by date, procedures, snapshots, numbers of steps, the sums."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

landed = pytest.mark.landed

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


@landed(
    [
        {"dossier_id": f"{n}", "unit_id": written, "received_at": on, "resolved_at": None}
        for n, (written, on, _) in enumerate(UNITS)
    ],
    snapshot_at="31/12/2025 17:00",
)
def test_a_unit_is_the_one_that_had_the_name_on_the_day(cleaned) -> None:
    units = cleaned["dossiers"]["unit_id"]
    assert units.to_list() == [unit_id for _, _, unit_id in UNITS]


@landed(
    [
        {"dossier_id": f"{n}", "procedure_id": code, "procedure_name": name}
        for n, (code, name, _) in enumerate(PROCEDURES)
    ]
)
def test_a_procedure_is_known_by_code_or_name(cleaned) -> None:
    procedures = cleaned["dossiers"]["procedure_id"]
    assert procedures.to_list() == [procedure_id for _, _, procedure_id in PROCEDURES]


@landed([{}])
def test_a_missing_field_of_work_comes_from_the_procedure(cleaned) -> None:
    assert cleaned["dossiers"]["field_of_work"].to_list() == ["Hộ tịch"]


@landed(
    [{"unit_id": "PWDx", "procedure_id": None, "procedure_name": "Pothole"}],
    unit_list="as_is",
    procedure_list="as_is",
)
def test_a_list_taken_as_it_is_knows_every_unit_and_procedure(cleaned) -> None:
    dossiers = cleaned["dossiers"]
    assert dossiers.select("unit_id", "procedure_id").rows() == [("PWDx", "Pothole")]


@landed([{}])
def test_instants_are_read_in_the_zone_of_the_file(cleaned) -> None:
    dossier = cleaned["dossiers"].row(0, named=True)
    assert dossier["received_at"] == dt.datetime(2022, 1, 4, 1, tzinfo=dt.UTC)
    assert dossier["received_on"] == dt.date(2022, 1, 4)
    assert dossier["snapshot_at"] == dt.datetime(2022, 6, 30, 10, tzinfo=dt.UTC)


@landed([{"resolved_at": "30/06/2022 23:00"}], snapshot_at="2022-06-30")
def test_a_snapshot_given_as_a_date_is_the_end_of_that_day(cleaned) -> None:
    assert cleaned["dossiers"].height == 1
    assert cleaned["quarantine"].is_empty()


@landed(
    [{"due_at": "10/01/2030 17:00"}],
    steps=[{"finished_at": "09/01/2022 10:00:00"}],
    snapshot_at="latest",
)
def test_the_latest_stamp_stands_for_a_snapshot_but_no_due_date_does(cleaned) -> None:
    assert cleaned["dossiers"]["snapshot_at"][0] == dt.datetime(2022, 1, 9, 3, tzinfo=dt.UTC)


@landed(
    [{}],
    steps=[{"finished_at": "30/06/2022 17:00:01"}],
    files={"steps.csv": {"snapshot_at": None}},
)
def test_a_file_without_a_snapshot_takes_its_sources(cleaned) -> None:
    assert cleaned["quarantine"]["rule_id"].to_list() == ["D06"]


@landed(
    [{}],
    steps=[
        {"step_no": "5", "finished_at": "05/01/2022 10:00:00"},
        {"step_no": "2", "finished_at": "06/01/2022 10:00:00"},
    ],
)
def test_steps_keep_the_numbers_of_their_log(cleaned) -> None:
    assert cleaned["steps"]["step_no"].to_list() == [2, 5]


@pytest.mark.parametrize("numbers", [(None, None), ("1", "1"), ("0", "1"), ("1", None)])
@landed(
    [{}],
    steps=lambda numbers: [
        {"step_no": numbers[0], "finished_at": "06/01/2022 10:00:00"},
        {"step_no": numbers[1], "finished_at": "05/01/2022 10:00:00"},
    ],
)
def test_steps_without_numbers_in_the_log_are_numbered_by_their_stamps(cleaned, numbers) -> None:
    days = cleaned["steps"].sort("step_no")["finished_at"].dt.day()
    assert days.to_list() == [5, 6]


@landed([{}], steps=[{"norm_hours": "0,5"}])
def test_a_norm_in_hours_becomes_seconds(cleaned) -> None:
    assert cleaned["steps"]["norm_seconds"].to_list() == [1800]


@landed([{"x_queue": "night"}])
def test_a_source_keeps_its_own_attributes(cleaned) -> None:
    assert cleaned["dossiers"]["x_queue"].to_list() == ["night"]


@landed(
    [{}, {}, {"dossier_id": "B", "received_at": None}, {"dossier_id": "C", "due_at": None}],
    steps=[{}, {"dossier_id": "B"}],
)
def test_the_parts_add_up_to_the_rows_read(cleaned) -> None:
    sums = cleaned["reconciliation"].rows(named=True)
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


LOG = {"source_file": "log.xes", "source_row": 1}


@landed(
    [{**LOG, "resolved_at": "03/01/2022 08:00"}],
    steps=[LOG, {**LOG, "source_row": 2, "step": "Trình ký"}],
)
def test_a_row_that_feeds_a_dossier_and_a_step_counts_once(cleaned) -> None:
    assert cleaned["reconciliation"]["rows_quarantined"].to_list() == [2]


OLD, NEW = {"source_file": "old.csv"}, {"source_file": "new.csv"}
EXPORTS = {"old.csv": "31/03/2022 17:00", "new.csv": "30/06/2022 17:00"}


def exports(old, new, **more):
    """Mark a test with a dossier, its step and its pause in an old and in a new export."""
    steps = [{**OLD, "source_row": 90, "step": "cũ"}, {**NEW, "source_row": 90, "step": "mới"}]
    pauses = [{**OLD, "source_row": 91, "reason": "cũ"}, {**NEW, "source_row": 91, "reason": "mới"}]
    return landed([{**OLD, **old}, {**NEW, **new}], steps, pauses, snapshots=EXPORTS, **more)


@exports({"status": "in_progress", "resolved_at": None}, {})
def test_the_newest_export_of_a_dossier_wins_whole(cleaned) -> None:
    assert cleaned["dossiers"]["source_file"].to_list() == ["new.csv"]
    assert cleaned["steps"]["step"].to_list() == ["mới"]
    assert cleaned["pauses"]["reason"].to_list() == ["mới"]
    merged = cleaned["quarantine"].filter(rule_id="P12")
    assert merged.select("source_file", "severity").unique().rows() == [("old.csv", "merged")]
    sums = cleaned["reconciliation"].select("rows_read", "rows_clean", "rows_merged").rows()
    assert sums == [(3, 3, 0), (3, 0, 3)]


@exports({}, {})
def test_an_unchanged_row_counts_as_of_the_newest_export(cleaned) -> None:
    assert cleaned["dossiers"]["source_file"].to_list() == ["new.csv"]
    assert cleaned["dossier_history"].height == 2


@exports({}, {"due_at": "14/01/2022 17:00"})
def test_a_changed_due_date_is_kept_as_history_and_flagged(cleaned) -> None:
    flagged = cleaned["quarantine"].filter(rule_id="D28").row(0, named=True)
    assert flagged["source_file"] == "new.csv"
    assert "2022-01-10T10:00:00Z > 2022-01-14T10:00:00Z" in flagged["message"]
    dossier = cleaned["dossiers"].row(0, named=True)
    assert dossier["due_first_at"] == dt.datetime(2022, 1, 10, 10, tzinfo=dt.UTC)
    assert dossier["due_first_from"] == "export"
    history = cleaned["dossier_history"].filter(field="due_at")["value"].to_list()
    assert history == ["2022-01-10T10:00:00Z", "2022-01-14T10:00:00Z"]


@pytest.mark.parametrize(("now", "rules"), [("in_progress", ["D29"]), ("returned", [])])
@landed(
    lambda now: [OLD, {**NEW, "status": now}],
    snapshots=EXPORTS,
)
def test_a_status_that_goes_back_is_flagged(cleaned, now, rules) -> None:
    rule_ids = cleaned["quarantine"].filter(source_file="new.csv", row_kind="dossier")["rule_id"]
    assert [rule for rule in rule_ids if rule.startswith("D")] == rules


@exports({}, {}, files={name: {"incremental": True} for name in EXPORTS})
def test_a_log_that_only_adds_replaces_nothing(cleaned) -> None:
    assert sorted(cleaned["steps"]["step"]) == ["cũ", "mới"]


DUE_FIRST = {"due_first_at": "03/01/2022 17:00"}


@landed(
    [
        {**DUE_FIRST, "due_first_from": "note"},
        {**DUE_FIRST, "dossier_id": "B", "due_first_from": "column"},
    ]
)
def test_an_old_due_date_in_a_note_is_believed_and_one_of_a_column_at_seven_days_not(
    cleaned,
) -> None:
    dossiers = cleaned["dossiers"].select("due_first_at", "due_first_from").rows()
    assert dossiers == [(dt.datetime(2022, 1, 3, 10, tzinfo=dt.UTC), "note"), (None, None)]


PERMIT = {
    "procedure_id": None,
    "procedure_name": "Gia hạn giấy phép xây dựng",
    "unit_id": "29905",
    "resolved_at": None,
}


@landed(
    [
        {**PERMIT, "dossier_id": "A", "received_at": "30/06/2025 08:00"},
        {**PERMIT, "dossier_id": "B", "received_at": "01/07/2025 08:00"},
    ],
    snapshot_at="31/12/2025 17:00",
)
def test_a_name_that_a_reform_gave_to_another_code_is_taken_by_its_date(cleaned) -> None:
    dossiers = cleaned["dossiers"]
    assert dossiers["procedure_id"].to_list() == ["1.009998", "1.013227"]


STAMPS = (
    "schedule 08",
    "start 09",
    "other 09",
    "complete 10",
    "start 11",
    "complete 12",
    "start 13",
)


@landed(
    [{}],
    [
        {"transition": kind, "finished_at": f"05/01/2022 {hour}:{30 * (kind == 'other'):02d}:00"}
        for kind, hour in map(str.split, STAMPS)
    ],
)
def test_starts_of_a_log_are_joined_to_their_completions(cleaned) -> None:
    columns = ("arrived_at", "started_at", "finished_at")
    hours = cleaned["steps"].select(pl.col(c).dt.hour() + 7 for c in columns).rows()
    assert hours == [(8, 9, 10), (None, 11, 12), (None, 13, None)]
    assert set(cleaned["quarantine"]["rule_id"]) == {"P11"}
    assert cleaned["reconciliation"].filter(source_file="steps.csv")["rows_merged"].to_list() == [4]


EVENTS = ("in_progress 08", "supplement 09", "supplement 10", "in_progress 14", "financial 16")
STATES = [
    {"status_after": status, "finished_at": f"05/01/2022 {hour}:00:00"}
    for status, hour in map(str.split, EVENTS)
]


@landed([{}], STATES)
def test_a_log_with_the_status_gives_pauses(cleaned) -> None:
    pauses = cleaned["pauses"].select(
        "reason", pl.col("paused_at").dt.hour() + 7, pl.col("resumed_at").dt.hour() + 7
    )
    assert pauses.rows() == [("supplement", 9, 14), ("financial", 16, None)]


@landed([{}], STATES, pauses=[{"reason": "own list"}])
def test_a_list_of_pauses_outranks_the_status_of_a_log(cleaned) -> None:
    assert cleaned["pauses"]["reason"].to_list() == ["own list"]


@landed(
    [{"received_at": None, "resolved_at": None, "status": None}],
    [{"finished_at": "05/01/2022 10:00:00", "started_at": "05/01/2022 09:00:00"}],
    files={"dossiers.csv": {"case_dates": "received_at,resolved_at"}},
)
def test_the_dates_of_a_case_can_come_from_its_events(cleaned) -> None:
    dossier = cleaned["dossiers"].row(0, named=True)
    assert dossier["received_at"] == dt.datetime(2022, 1, 5, 2, tzinfo=dt.UTC)
    assert dossier["resolved_at"] == dt.datetime(2022, 1, 5, 3, tzinfo=dt.UTC)


def test_each_old_unit_merged_into_one_that_began_the_next_day(reference_dir) -> None:
    units = pl.read_csv(reference_dir / "units.csv", infer_schema=False)
    mergers = pl.read_csv(reference_dir / "unit_mergers.csv", infer_schema=False)
    old = mergers.join(units, left_on="old_unit_id", right_on="unit_id")
    new = mergers.join(units, left_on="new_unit_id", right_on="unit_id")
    assert new.height == mergers.height
    assert old.height == 9
    assert old["admin_code"].equals(old["old_code"])
    assert set(old["valid_to"]) == {"2025-06-30"}
    assert set(new["valid_from"]) == {"2025-07-01"} == set(mergers["merged_on"])
