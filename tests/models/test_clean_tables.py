"""What the clean tables hold: units by date, procedures, snapshots, numbers of steps, the sums."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from workbench.ingest.fields import OTHER_RECORDS

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


def test_a_unit_is_the_one_that_had_the_name_on_the_day(clean) -> None:
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
def test_steps_without_numbers_in_the_log_are_numbered_by_their_stamps(clean, numbers) -> None:
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


OLD, NEW = {"source_file": "old.csv"}, {"source_file": "new.csv"}
EXPORTS = {"old.csv": "31/03/2022 17:00", "new.csv": "30/06/2022 17:00"}


def exports(clean, old, new, **more):
    steps = [{**OLD, "source_row": 90, "step": "cũ"}, {**NEW, "source_row": 90, "step": "mới"}]
    pauses = [{**OLD, "source_row": 91, "reason": "cũ"}, {**NEW, "source_row": 91, "reason": "mới"}]
    return clean([{**OLD, **old}, {**NEW, **new}], steps, pauses, snapshots=EXPORTS, **more)


def test_the_newest_export_of_a_dossier_wins_whole(clean) -> None:
    tables = exports(clean, {"status": "in_progress", "resolved_at": None}, {})
    assert tables["dossiers"]["source_file"].to_list() == ["new.csv"]
    assert tables["steps"]["step"].to_list() == ["mới"]
    assert tables["pauses"]["reason"].to_list() == ["mới"]
    merged = tables["quarantine"].filter(rule_id="P12")
    assert merged.select("source_file", "severity").unique().rows() == [("old.csv", "merged")]
    sums = tables["reconciliation"].select("rows_read", "rows_clean", "rows_merged").rows()
    assert sums == [(3, 3, 0), (3, 0, 3)]


def test_an_unchanged_row_counts_as_of_the_newest_export(clean) -> None:
    tables = exports(clean, {}, {})
    assert tables["dossiers"]["source_file"].to_list() == ["new.csv"]
    assert tables["dossier_history"].height == 2


def test_a_changed_due_date_is_kept_as_history_and_flagged(clean) -> None:
    tables = exports(clean, {}, {"due_at": "14/01/2022 17:00"})
    flagged = tables["quarantine"].filter(rule_id="D28").row(0, named=True)
    assert flagged["source_file"] == "new.csv"
    assert "2022-01-10T10:00:00Z > 2022-01-14T10:00:00Z" in flagged["message"]
    dossier = tables["dossiers"].row(0, named=True)
    assert dossier["due_first_at"] == dt.datetime(2022, 1, 10, 10, tzinfo=dt.UTC)
    assert dossier["due_first_from"] == "export"
    history = tables["dossier_history"].filter(field="due_at")["value"].to_list()
    assert history == ["2022-01-10T10:00:00Z", "2022-01-14T10:00:00Z"]


@pytest.mark.parametrize(("now", "rules"), [("in_progress", ["D29"]), ("returned", [])])
def test_a_status_that_goes_back_is_flagged(clean, now, rules) -> None:
    tables = exports(clean, {}, {"status": now})
    found = tables["quarantine"].filter(source_file="new.csv", row_kind="dossier")["rule_id"]
    assert [rule for rule in found if rule.startswith("D")] == rules


def test_a_log_that_only_adds_replaces_nothing(clean) -> None:
    added = {name: {"incremental": True} for name in EXPORTS}
    tables = exports(clean, {}, {}, files=added)
    assert sorted(tables["steps"]["step"]) == ["cũ", "mới"]


def test_an_old_due_date_in_a_note_is_believed_and_one_of_a_column_at_seven_days_not(clean) -> None:
    old = {"due_first_at": "03/01/2022 17:00"}
    rows = [
        {**old, "due_first_from": "note"},
        {**old, "dossier_id": "B", "due_first_from": "column"},
    ]
    dossiers = clean(rows)["dossiers"].select("due_first_at", "due_first_from").rows()
    assert dossiers == [(dt.datetime(2022, 1, 3, 10, tzinfo=dt.UTC), "note"), (None, None)]


def test_a_name_that_a_reform_gave_to_another_code_is_taken_by_its_date(clean) -> None:
    rows = [
        {"dossier_id": "A", "received_at": "30/06/2025 08:00"},
        {"dossier_id": "B", "received_at": "01/07/2025 08:00"},
    ]
    name = {"procedure_id": None, "procedure_name": "Gia hạn giấy phép xây dựng"}
    rows = [{**row, **name, "unit_id": "29905", "resolved_at": None} for row in rows]
    dossiers = clean(rows, snapshot_at="31/12/2025 17:00")["dossiers"]
    assert dossiers["procedure_id"].to_list() == ["1.009998", "1.013227"]


def test_starts_of_a_log_are_joined_to_their_completions(clean) -> None:
    stamps = ["schedule 08", "start 09", "complete 10", "start 11", "complete 12", "start 13"]
    steps = [
        {"transition": kind, "finished_at": f"05/01/2022 {hour}:00:00"}
        for kind, hour in map(str.split, stamps)
    ]
    steps.append({"transition": "other", "finished_at": "05/01/2022 09:30:00"})
    tables = clean([{}], steps)
    columns = ("arrived_at", "started_at", "finished_at")
    hours = tables["steps"].select(pl.col(c).dt.hour() + 7 for c in columns).rows()
    assert hours == [(8, 9, 10), (None, 11, 12), (None, 13, None)]
    assert set(tables["quarantine"]["rule_id"]) == {"P11"}
    assert tables["reconciliation"].filter(source_file="steps.csv")["rows_merged"].to_list() == [4]


def test_a_log_with_the_status_gives_pauses(clean) -> None:
    events = ["in_progress 08", "supplement 09", "supplement 10", "in_progress 14", "financial 16"]
    steps = [
        {"status_after": status, "finished_at": f"05/01/2022 {hour}:00:00"}
        for status, hour in map(str.split, events)
    ]
    tables = clean([{}], steps)
    pauses = tables["pauses"].select(
        "reason", pl.col("paused_at").dt.hour() + 7, pl.col("resumed_at").dt.hour() + 7
    )
    assert pauses.rows() == [("supplement", 9, 14), ("financial", 16, None)]
    listed = clean([{}], steps, pauses=[{"reason": "own list"}])["pauses"]["reason"].to_list()
    assert listed == ["own list"]


def test_the_dates_of_a_case_can_come_from_its_events(clean) -> None:
    bare = {"received_at": None, "resolved_at": None, "status": None}
    steps = [{"finished_at": "05/01/2022 10:00:00", "started_at": "05/01/2022 09:00:00"}]
    dates = {"dossiers.csv": {"case_dates": "received_at,resolved_at"}}
    dossier = clean([bare], steps, files=dates)["dossiers"].row(0, named=True)
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


OFFICE = {"source": "one_stop", "source_file": "office.csv"}
PORTAL = {"source": "national_portal", "source_file": "portal.json"}
KEPT = {
    "office.csv": {"source": "one_stop", "kept_by": "office"},
    "portal.json": {"source": "national_portal", "kept_by": "portal"},
}


def both(clean, office=(), portal=(), steps=(), pauses=(), **facts):
    """One dossier as the office and as the portal record it."""
    rows = [{**OFFICE, **dict(office)}, {**PORTAL, **dict(portal)}]
    return clean(rows, steps, pauses, files=KEPT, **facts)


def found(tables, *rules):
    return tables["quarantine"].filter(pl.col("rule_id").is_in(rules)).sort("rule_id")


def test_the_table_of_other_records_has_the_columns_that_are_promised(clean) -> None:
    assert dict(clean([{}])["other_records"].schema) == dict(OTHER_RECORDS)
    assert dict(both(clean)["other_records"].schema) == dict(OTHER_RECORDS)


def test_a_dossier_that_two_sources_record_counts_once(clean) -> None:
    tables = both(clean)
    assert tables["dossiers"]["source"].to_list() == ["one_stop"]
    assert found(tables, "P15", "P16")["source_file"].to_list() == ["portal.json"]
    sums = tables["reconciliation"].select("source_file", "rows_clean", "rows_merged").rows()
    assert sums == [("office.csv", 1, 0), ("portal.json", 0, 1)]


@pytest.mark.parametrize("portal_snapshot", ["31/03/2022 17:00", "31/12/2022 17:00"])
def test_the_record_that_ends_later_counts_whichever_export_is_newer(
    clean, portal_snapshot
) -> None:
    snapshots = {"office.csv": "30/06/2022 17:00", "portal.json": portal_snapshot}
    tables = both(clean, portal={"resolved_at": "13/01/2022 09:00"}, snapshots=snapshots)
    assert tables["dossiers"]["source"].to_list() == ["national_portal"]
    other = tables["other_records"].row(0, named=True)
    assert (other["source"], other["kept_by"]) == ("one_stop", "office")
    assert (other["counted_source"], other["counted_kept_by"]) == ("national_portal", "portal")
    assert other["ended_at"] == dt.datetime(2022, 1, 7, 3, tzinfo=dt.UTC)
    assert other["differs"]
    finding = found(tables, "P16").row(0, named=True)
    assert finding["source_file"] == "portal.json"
    assert finding["message_en"].endswith("one_stop 2022-01-07 <> national_portal 2022-01-13")


def test_a_portal_that_never_learned_of_the_end_has_the_dossier_open(clean) -> None:
    tables = both(clean, portal={"resolved_at": None, "status": "in_progress"})
    assert tables["dossiers"].select("source", "resolved_at").rows() == [("national_portal", None)]
    assert tables["other_records"]["differs"].to_list() == [True]


def test_an_old_payload_of_an_open_dossier_contradicts_no_record(clean) -> None:
    snapshots = {"portal.json": "05/01/2022 17:00"}
    tables = both(clean, portal={"resolved_at": None, "status": "in_progress"}, snapshots=snapshots)
    assert tables["dossiers"]["source"].to_list() == ["one_stop"]
    assert tables["other_records"].select("ended_at", "differs").rows() == [(None, False)]
    assert found(tables, "P16").is_empty()


def test_a_record_that_cannot_be_judged_gives_way(clean) -> None:
    tables = both(clean, portal={"resolved_at": "13/01/2022 09:00", "due_at": None})
    assert tables["dossiers"]["source"].to_list() == ["one_stop"]
    assert found(tables, "P16").height == 1


def test_steps_and_pauses_in_two_sources_are_taken_from_the_office(clean) -> None:
    steps = [{**OFFICE, "source_row": 9, "step": "sổ"}, {**PORTAL, "source_row": 9, "step": "cổng"}]
    steps += [{**PORTAL, "source_row": 10, "step": "cổng 2"}]
    pauses = [{**OFFICE, "source_row": 11}, {**PORTAL, "source_row": 11}]
    tables = both(clean, portal={"resolved_at": "13/01/2022 09:00"}, steps=steps, pauses=pauses)
    assert tables["dossiers"]["source"].to_list() == ["national_portal"]
    assert tables["steps"]["step"].to_list() == ["sổ"]
    assert tables["pauses"]["source_file"].to_list() == ["office.csv"]
    merged = found(tables, "P15").filter(pl.col("row_kind") != "dossier")
    assert merged["source_file"].unique().to_list() == ["portal.json"]
    sums = tables["reconciliation"]
    parts = pl.sum_horizontal("rows_clean", "rows_quarantined", "rows_merged", "rows_ignored")
    assert sums["rows_read"].equals(sums.select(parts).to_series())


def test_steps_that_only_the_portal_has_stay(clean) -> None:
    office = {**OFFICE, "dossier_id": "another", "source_row": 9}
    tables = both(clean, steps=[{**PORTAL, "source_row": 9}, office])
    assert tables["dossiers"]["source"].to_list() == ["one_stop"]
    assert tables["steps"]["source_file"].to_list() == ["portal.json"]


def test_another_due_date_at_the_portal_is_no_change_of_the_due_date(clean) -> None:
    tables = both(clean, portal={"due_at": "11/01/2022 17:00"})
    assert tables["dossier_history"].is_empty()
    assert found(tables, "D28").is_empty()
    assert tables["dossiers"]["due_first_at"].to_list() == [None]
