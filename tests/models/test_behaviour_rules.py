"""Rules about behaviour: each fired once and once at rest. They flag, and no row leaves by them."""

from __future__ import annotations

import polars as pl
import pytest

landed = pytest.mark.landed


def flagged(tables: dict[str, pl.DataFrame], rule: str) -> list[tuple[str, int]]:
    rows = tables["quarantine"].filter(rule_id=rule).sort("row_kind", "source_row")
    assert set(rows["severity"]) <= {"warn"}
    return rows.select("row_kind", "source_row").rows()


def dossiers(count: int, **fields: object) -> list[dict[str, object]]:
    return [{"dossier_id": f"d{n}", **fields} for n in range(count)]


def clicks(count: int, gap: int, **fields: object) -> list[dict[str, object]]:
    """Steps of as many dossiers, completed by one person ``gap`` seconds apart."""
    stamps = [f"05/01/2022 10:{n * gap // 60:02d}:{n * gap % 60:02d}" for n in range(count)]
    return [
        {"dossier_id": f"d{n}", "holder_id": "cb-1", "finished_at": stamp, **fields}
        for n, stamp in enumerate(stamps)
    ]


@landed(dossiers(6), clicks(5, gap=59))
def test_a_batch_of_clicks_is_flagged_step_by_step(cleaned) -> None:
    assert flagged(cleaned, "D24") == [("step", row) for row in range(2, 7)]
    assert cleaned["steps"].height == 5


def closed(count: int, stamp: str, start: int = 0) -> list[dict[str, object]]:
    return [
        {"dossier_id": f"{stamp} {n}", "resolved_at": f"{stamp}:{n:02d}"}
        for n in range(start, start + count)
    ]


QUIET = [row for day in range(10, 22) for row in closed(1, f"{day}/01/2022 09")]


@landed([*QUIET, *closed(12, "30/03/2022 16")])
def test_closing_in_bulk_before_the_end_of_a_quarter_is_flagged(cleaned) -> None:
    assert flagged(cleaned, "D25") == [("dossier", row) for row in range(14, 26)]
    assert cleaned["dossiers"].height == 24


@pytest.mark.parametrize(
    ("stamp", "report"),
    [
        ("13/06/2022 16", "2022-06-14 (nd09_2019)"),
        ("20/05/2022 16", "2022-05-20 (vinh_phuc_2021)"),
        ("27/02/2022 16", "2022-02-28 (calendar, lam_dong_2020)"),
    ],
    ids=["15th to 14th", "21st to 20th", "last of February"],
)
@landed(dossiers=lambda stamp: [*QUIET, *closed(12, stamp)])
def test_bulk_before_the_end_of_another_reporting_convention_is_flagged(
    cleaned, stamp, report
) -> None:
    assert len(flagged(cleaned, "D25")) == 12
    assert (
        cleaned["quarantine"].filter(rule_id="D25")["message_en"][0].endswith(f"n = 12; {report}")
    )


DATE, MOMENT = "04/01/2022", "04/01/2022 08:00:07"


@landed(
    [{"received_at": MOMENT, "resolved_at": MOMENT}],
    [{"started_at": MOMENT, "finished_at": MOMENT}],
)
def test_an_end_in_the_second_of_the_begin_is_flagged(cleaned) -> None:
    assert flagged(cleaned, "D14") == [("dossier", 2), ("step", 2)]


@landed(
    [{"received_at": DATE, "resolved_at": DATE}],
    [
        {"step_no": "1", "started_at": DATE, "finished_at": DATE},
        {"step_no": "2", "started_at": MOMENT, "finished_at": "04/01/2022 08:00:08"},
        {"step_no": "3", "started_at": MOMENT, "finished_at": MOMENT, "step_kind": "intake"},
        {"step_no": "4", "finished_at": MOMENT},
    ],
)
def test_mere_dates_hand_overs_and_a_second_of_work_are_no_sign(cleaned) -> None:
    assert cleaned["steps"].height == 4
    assert flagged(cleaned, "D14") == []


APPLICANT = {"x_applicant_key": "digest"}


@landed([APPLICANT, {**APPLICANT, "dossier_id": "B"}, {"dossier_id": "C", "x_applicant_key": "o"}])
def test_one_applicant_twice_on_one_day_is_flagged_where_a_key_was_made(cleaned) -> None:
    assert flagged(cleaned, "D23") == [("dossier", 2), ("dossier", 3)]


PAUSE = {"source_file": "pauses.csv", "source_sheet": "", "source_row": 2, "row_kind": "pause"}


@landed(
    [{}],
    pauses=[{}, {"paused_at": "05/01/2022 09:00:00"}],
    masks=[{**PAUSE, "field": "reason", "pattern": p} for p in ("phone", "titled_name")],
)
def test_masked_text_is_flagged_with_the_field_and_the_kind(cleaned) -> None:
    assert cleaned["pauses"].height == 2
    assert flagged(cleaned, "D31") == [("pause", 2)]
    message = cleaned["quarantine"].filter(rule_id="D31")["message_en"][0]
    assert message.endswith("reason: phone, reason: titled_name")


@landed([APPLICANT, {**APPLICANT, "dossier_id": "B"}])
def test_the_key_of_an_applicant_is_in_no_record_of_the_quarantine(cleaned) -> None:
    records = cleaned["quarantine"]["record"]
    assert len(records) == 2
    assert not records.str.contains("digest").any()


def messages(tables: dict[str, pl.DataFrame], rule: str) -> list[str]:
    rows = tables["quarantine"].filter(rule_id=rule)
    assert set(rows["severity"]) <= {"info"}
    return rows["message_en"].str.split(". ").list.last().to_list()


PLACE = {"source_file": "dossiers.csv", "source_sheet": "", "source_row": 2, "row_kind": "dossier"}


@landed(
    [{}, {"dossier_id": "B"}],
    repairs=[
        {**PLACE, "field": "field_of_work", "repair": "composed"},
        {**PLACE, "field": "procedure_name", "repair": "tcvn3"},
        {**PLACE, "field": "unit_id", "repair": "control"},
        {**PLACE, "field": "procedure_id", "repair": "reserved"},
    ],
)
def test_letters_that_a_reader_corrected_are_reported_with_their_field(cleaned) -> None:
    findings = (
        cleaned["quarantine"].sort("rule_id").select("rule_id", "source_row", "severity").rows()
    )
    assert findings == [
        ("D19", 2, "info"),
        ("D20", 2, "info"),
        ("D38", 2, "warn"),
        ("D39", 2, "warn"),
    ]
    assert cleaned["dossiers"].height == 2


@pytest.mark.parametrize(
    ("name", "finds"),
    [
        ("UBND Xã Tân Khánh Đông", []),
        ("UBND Phường An Hòa", []),
        ("UBND Phường An Hoà", ["unit_id: tone mark"]),
        ("SD-P1", []),
    ],
)
@landed(dossiers=lambda name: [{"unit_id": name}])
def test_a_units_tone_mark_in_the_other_place_is_reported_and_the_unit_found(
    cleaned, name, finds
) -> None:
    assert messages(cleaned, "D19") == finds
    assert cleaned["dossiers"].height == 1


@landed(
    [{"source_file": "old.csv"}, {"source_file": "new.csv", "dossier_id": "B"}],
    files={
        "old.csv": {"encoding": "tcvn3", "rows_landed": 1},
        "new.csv": {"encoding": "utf-8", "rows_landed": 1},
    },
)
def test_a_file_in_an_old_font_is_reported_once_and_a_unicode_file_is_not(cleaned) -> None:
    findings = cleaned["source_findings"].select("source_file", "rule_id", "field", "n_values")
    assert findings.rows() == [("old.csv", "D20", "tcvn3", 1)]
