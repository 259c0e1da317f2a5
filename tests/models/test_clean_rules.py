"""Each rule of the clean models: one row that breaks it, one that does not."""

from __future__ import annotations

import datetime as dt
import json

import polars as pl
import pytest

landed = pytest.mark.landed


def broken(tables: dict[str, pl.DataFrame]) -> list[tuple[str, str, str]]:
    """The findings as (kind of row, rule, severity)."""
    quarantine = tables["quarantine"].sort("row_kind", "source_row", "rule_id")
    return quarantine.select("row_kind", "rule_id", "severity").rows()


@landed([{}], steps=[{}], pauses=[{}])
def test_a_sound_dossier_breaks_no_rule(cleaned) -> None:
    assert broken(cleaned) == []
    assert [cleaned[name].height for name in ("dossiers", "steps", "pauses")] == [1, 1, 1]


# a dossier row and the one rule it breaks
DOSSIERS = [
    ("D01", "error", {"dossier_id": None}),
    ("D04", "error", {"received_at": None}),
    (
        "D05",
        "error",
        {
            "received_at": "30/06/2022 17:01",
            "due_at": "04/07/2022 17:00",
            "resolved_at": None,
            "status": None,
        },
    ),
    ("D06", "error", {"resolved_at": "30/06/2022 17:01"}),
    ("D06", "error", {"returned_at": "01/07/2022 08:00"}),
    ("D07", "error", {"resolved_at": "04/01/2022 07:59"}),
    ("D08", "warn", {"resolved_at": None}),
    ("D09", "warn", {"service_level": "2", "channel_in": "online"}),
    ("D10", "warn", {"due_at": None}),
    ("D11", "warn", {"due_at": "31/12/2021 17:00"}),
    ("D12", "warn", {"due_at": "08/01/2022 17:00"}),
    ("D14", "warn", {"resolved_at": "04/01/2022 08:00"}),
    ("D15", "warn", {"returned_at": "06/01/2022 10:00"}),
    ("D18", "warn", {"due_at": "10/01/2565 17:00"}),
    ("D18", "warn", {"due_at": "31/12/9999"}),
    ("D18", "warn", {"returned_at": "01/01/1900"}),
    ("D21", "error", {"unit_id": "UBND Phường Không Có"}),
    ("D21", "error", {"unit_id": None}),
    ("D42", "info", {"unit_id": "Phường Sa Đéc"}),
    ("D30", "info", {"late_reason": "chờ ý kiến"}),
    ("P01", "error", {"due_at": "ngày 10 tháng 1"}),
    ("P04", "warn", {"procedure_id": "9.999999", "procedure_name": "Thủ tục lạ"}),
    ("P05", "warn", {"status": "in_progress"}),
    ("P13", "warn", {"due_first_at": "03/01/2022 17:00", "due_first_from": "column"}),
    ("P14", "warn", {"resolved_at": None, "returned_at": "11/01/2022 08:00"}),
    ("P10", "error", {"received_at": None, "resolved_at": None, "status": "submitted"}),
]
STEPS = [
    ("D18", "warn", {"started_at": "04/01/2022 08:00", "finished_at": "31/12/9999"}),
    ("D18", "warn", {"started_at": "30/12/1899"}),
    ("D06", "error", {"finished_at": "30/06/2022 17:00:01"}),
    ("P01", "error", {"norm_hours": "tám giờ"}),
    ("P03", "error", {"dossier_id": "không có"}),
    ("P06", "warn", {"unit_id": None}),
    ("P06", "warn", {"unit_id": "UBND Phường Không Có"}),
    ("P08", "warn", {"started_at": "05/01/2022 10:00:01"}),
]
PAUSES = [
    ("D18", "warn", {"resumed_at": "31/12/9999 00:00:00"}),
    ("P01", "error", {"resumed_at": "mai"}),
    ("P03", "error", {"dossier_id": "không có"}),
    ("P09", "error", {"resumed_at": "05/01/2022 07:59:59"}),
    ("P09", "error", {"paused_at": None}),
]
CASES = [
    (kind, *case)
    for kind, cases in (("dossier", DOSSIERS), ("step", STEPS), ("pause", PAUSES))
    for case in cases
]


@pytest.mark.parametrize(("kind", "rule", "severity", "row"), CASES)
@landed(
    dossiers=lambda kind, row: [row] if kind == "dossier" else [{}],
    steps=lambda kind, row: [row] if kind == "step" else [],
    pauses=lambda kind, row: [row] if kind == "pause" else [],
)
def test_a_rule_fires_alone_on_its_row(cleaned, kind, rule, severity, row) -> None:
    assert broken(cleaned) == [(kind, rule, severity)]
    assert cleaned[f"{kind}s"].height == (0 if severity == "error" else 1)


@landed(
    [
        {"dossier_id": "due", "due_at": "31/12/9999"},
        {"dossier_id": "end", "resolved_at": "01/01/1900"},
        {"dossier_id": "reception", "received_at": "01/01/1900 08:00"},
    ]
)
def test_a_date_outside_any_plausible_range_is_reported_and_not_used(cleaned) -> None:
    assert broken(cleaned) == [
        ("dossier", "D18", "warn"),
        ("dossier", "D08", "warn"),
        ("dossier", "D18", "warn"),
        ("dossier", "D04", "error"),
        ("dossier", "D18", "warn"),
    ]
    kept = cleaned["dossiers"].sort("dossier_id").select("dossier_id", "due_at", "resolved_at")
    assert kept["dossier_id"].to_list() == ["due", "end"]
    assert kept["due_at"].is_null().to_list() == [True, False]
    assert kept["resolved_at"].is_null().to_list() == [False, True]
    messages = cleaned["quarantine"].filter(rule_id="D18").sort("source_row")["message_en"]
    assert messages[0].endswith("due_at = 31/12/9999")
    assert messages[2].endswith("received_at = 01/01/1900 08:00")


@landed(
    [{"received_at": "01/11/2015 01:30", "resolved_at": "02/11/2015 01:30", "due_at": None}],
    time_zone="America/New_York",
    unit_list="as_is",
    term_value=1,
)
def test_a_stamp_in_a_clock_change_is_flagged_and_stays(cleaned) -> None:
    assert ("dossier", "P02", "warn") in broken(cleaned)
    assert cleaned["dossiers"].height == 1


@landed([{"due_at": None}], term_value=56, term_unit="calendar_day")
def test_a_register_with_a_term_of_its_own_needs_no_due_date(cleaned) -> None:
    assert broken(cleaned) == []
    assert cleaned["dossiers"].select("term_value", "term_unit").rows() == [(56, "calendar_day")]


@landed([{"received_at": None}], steps=[{}], pauses=[{}])
def test_the_steps_of_a_refused_dossier_are_refused_with_it(cleaned) -> None:
    assert [finding[:2] for finding in broken(cleaned)] == [
        ("dossier", "D04"),
        ("pause", "P03"),
        ("step", "P03"),
    ]


@landed([{}, {}], steps=[{}, {}], pauses=[{}, {}])
def test_an_exact_repeat_is_merged(cleaned) -> None:
    assert {finding[1:] for finding in broken(cleaned)} == {("P07", "merged")}
    assert [cleaned[name].height for name in ("dossiers", "steps", "pauses")] == [1, 1, 1]


@landed([{}], steps=[{"variant_no": 1}, {"variant_no": 2}])
def test_rows_of_a_log_that_differ_outside_the_map_are_no_repeats(cleaned) -> None:
    assert cleaned["steps"]["step_no"].to_list() == [1, 2]


@landed([{}, {"unit_id": "SD-P2"}])
def test_the_same_number_with_other_content_is_refused_in_favour_of_the_first(cleaned) -> None:
    assert broken(cleaned) == [("dossier", "D01", "error")]
    assert cleaned["dossiers"]["unit_id"].to_list() == ["SD-P1"]


@landed([{"status": "in_progress"}])
def test_an_open_status_outranks_a_date_of_the_end(cleaned) -> None:
    dossier = cleaned["dossiers"].row(0, named=True)
    assert dossier["resolved_at"] is None
    assert dossier["reported_end_at"] == dt.datetime(2022, 1, 7, 3, tzinfo=dt.UTC)


@landed([{"status": None}, {"dossier_id": "B", "status": None, "resolved_at": None}])
def test_a_register_without_status_is_open_where_no_end_stands(cleaned) -> None:
    assert cleaned["dossiers"]["status"].to_list() == ["resolved", "in_progress"]


@landed([{"resolved_at": "04/01/2022"}])
def test_a_result_dated_on_the_day_of_reception_is_not_before_it(cleaned) -> None:
    dossier = cleaned["dossiers"].row(0, named=True)
    assert broken(cleaned) == []
    assert dossier["resolved_at"] == dossier["received_at"]


@landed([{"received_at": None, "x_kept": "as it was"}])
def test_the_record_of_a_finding_is_the_landed_row(cleaned) -> None:
    record = json.loads(cleaned["quarantine"]["record"][0])
    assert record["dossier_id"] == "A"
    assert record["x_kept"] == "as it was"


CODE = "000.00.14.H20-{}-0001"
NUMBERS = {
    CODE.format("220104"): [],
    CODE.format("220107"): [],
    CODE.format("220110"): ["D03"],
    "biên nhận 17": ["D02"],
}


def test_a_number_follows_a_pattern_and_its_date_the_reception(clean) -> None:
    tables = clean([{"dossier_id": number} for number in NUMBERS], code_list="reference")
    findings = tables["quarantine"].select("source_row", "rule_id").rows()
    by_number = {
        number: [r for row, r in findings if row == n] for n, number in enumerate(NUMBERS, 2)
    }
    assert by_number == NUMBERS


@landed([{"dossier_id": "biên nhận 17"}])
def test_numbers_of_a_register_of_its_own_follow_no_pattern(cleaned) -> None:
    assert cleaned["dossiers"]["dossier_id"].to_list() == ["biên nhận 17"]
    assert broken(cleaned) == []


@landed([{"unit_id": "29905"}, {"dossier_id": "B", "unit_id": "29911"}])
def test_a_reused_code_is_joined_by_date_and_says_so(cleaned) -> None:
    assert broken(cleaned) == [("dossier", "D22", "info")]
    assert cleaned["dossiers"]["unit_id"].to_list() == ["SD-P1", "SD-P2"]


SWAPPED = {"received_at": "04/05/2022 08:00", "resolved_at": "05/04/2022 10:00", "due_at": None}
HOPELESS = {"received_at": "13/05/2022 08:00", "resolved_at": "13/04/2022 10:00", "due_at": None}


@landed([SWAPPED, {**HOPELESS, "dossier_id": "B"}])
def test_a_month_typed_first_is_suspected_where_it_makes_sense(cleaned) -> None:
    findings = cleaned["quarantine"].filter(pl.col("rule_id") != "D10")
    assert findings.sort("source_row", "rule_id").select("source_row", "rule_id").rows() == [
        (2, "D07"),
        (2, "D17"),
        (3, "D07"),
    ]


DAYS = [{"dossier_id": f"{n}", "received_at": "04/01/2022"} for n in range(20)]
FEWER = [{**row, "dossier_id": f"f{n}", "source_file": "few.csv"} for n, row in enumerate(DAYS[1:])]


@landed([*DAYS, *FEWER])
def test_a_column_of_days_is_distinguished_from_one_of_instants(cleaned) -> None:
    findings = cleaned["source_findings"].select("source_file", "field", "time_of_day").rows()
    assert ("dossiers.csv", "received_at", "00:00:00") in findings
    assert {file for file, _, _ in findings} == {"dossiers.csv"}


@landed(
    [
        {"resolved_at": None},
        {"dossier_id": "B", "resolved_at": None, "returned_at": "11/01/2022 08:00"},
        {"dossier_id": "C", "resolved_at": None, "returned_at": "10/01/2022 08:00"},
    ]
)
def test_what_no_profile_may_judge_names_its_rules(cleaned) -> None:
    dossiers = cleaned["dossiers"]
    assert dossiers["lateness_excluded"].to_list() == ["D08", "P14", None]
    assert dossiers["resolved_at"].is_null().to_list() == [True, False, False]


@landed([{"due_at": "10.1", "received_at": "04/13/2022"}])
def test_an_unreadable_field_is_named(cleaned) -> None:
    message = cleaned["quarantine"].filter(rule_id="P01")["message_en"][0]
    assert message.endswith("received_at, due_at")


def test_every_rule_that_can_fire_has_words_in_both_languages(reference_dir) -> None:
    rules = pl.read_csv(reference_dir / "quality_rules.csv", infer_schema=False)
    assert rules.null_count().sum_horizontal()[0] == 0
    assert rules["rule_id"].is_unique().all()
    assert set(rules["severity"]) == {"error", "warn", "info", "merged"}
