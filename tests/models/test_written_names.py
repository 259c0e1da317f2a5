"""Names without a list: one spelling where only case, spaces or tone marks differ, else a word."""

from __future__ import annotations

import unicodedata

import pytest

AS_IS = {"unit_list": "as_is", "procedure_list": "as_is"}


def units(clean, *names: str, steps: tuple[str, ...] = (), **facts):
    rows = [{"dossier_id": f"{n}", "unit_id": name} for n, name in enumerate(names)]
    log = [{"dossier_id": "0", "unit_id": name, "step": name} for name in steps]
    return clean(rows, log, **(AS_IS | facts))


@pytest.mark.parametrize(
    "variant",
    ["PHÒNG HOÀ AN", "phòng hoà an", "Phòng Hòa An", unicodedata.normalize("NFD", "Phòng Hoà An")],
)
def test_a_unit_written_another_way_is_the_same_unit_and_is_reported(clean, variant) -> None:
    tables = units(clean, *["Phòng Hoà An"] * 3, variant, steps=(variant,))
    assert set(tables["dossiers"]["unit_id"]) == {"Phòng Hoà An"}
    assert tables["steps"]["unit_id"].to_list() == ["Phòng Hoà An"]
    findings = tables["quarantine"].filter(rule_id="D19")
    assert findings.select("row_kind", "source_row", "severity").rows() == [
        ("dossier", 5, "info"),
        ("step", 2, "info"),
    ]
    assert findings["message"].str.ends_with(f"unit_id: «{variant}» → «Phòng Hoà An»").all()


def test_of_spellings_as_frequent_the_one_not_all_in_capitals_is_taken(clean) -> None:
    assert set(units(clean, "TỔ A", "Tổ A")["dossiers"]["unit_id"]) == {"Tổ A"}
    assert set(units(clean, "tổ A", "Tổ A")["dossiers"]["unit_id"]) == {"Tổ A"}


@pytest.mark.parametrize("other", ["Phong A", "Phòng-A", "PhòngA", "Phòng А", "Phóng A"])
def test_names_that_look_alike_stay_apart_and_the_rarer_one_is_reported(clean, other) -> None:
    tables = units(clean, "Phòng A", "Phòng A", other)
    assert set(tables["dossiers"]["unit_id"]) == {"Phòng A", other}
    rows = tables["quarantine"].filter(rule_id="D33")
    assert rows.select("source_row", "severity").rows() == [(4, "info")]
    assert f"unit_id: «{other}» ~ «Phòng A»" in rows["message"][0]


@pytest.mark.parametrize(("one", "other"), [("Đội 1-2", "Đội 12"), ("Tổ 1", "Tổ 11"), ("-", "—")])
def test_numbers_that_differ_look_like_nothing(clean, one, other) -> None:
    rules = set(units(clean, one, other)["quarantine"]["rule_id"])
    assert rules.isdisjoint({"D19", "D33"})


def test_procedures_and_fields_of_work_are_put_into_one_spelling_too(clean) -> None:
    ways = [("Khai sinh", "Hộ tịch"), ("KHAI SINH", "HỘ TỊCH"), ("Khai sinh", "Hộ tịch")]
    rows = [
        {"dossier_id": f"{n}", "procedure_id": None, "procedure_name": name, "field_of_work": field}
        for n, (name, field) in enumerate(ways)
    ]
    tables = clean(rows, **AS_IS)
    columns = ("procedure_id", "procedure_name", "field_of_work")
    assert set(tables["dossiers"].select(columns).rows()) == {("Khai sinh", "Khai sinh", "Hộ tịch")}
    assert tables["quarantine"].filter(rule_id="D19")["source_row"].to_list() == [3]


def test_codes_that_differ_by_case_are_one_procedure(clean) -> None:
    rows = [{"dossier_id": f"{n}", "procedure_id": code} for n, code in enumerate(["Tt1", "tt1"])]
    assert set(clean(rows, **AS_IS)["dossiers"]["procedure_id"]) == {"Tt1"}


def test_two_sources_of_one_unit_share_its_spelling(clean) -> None:
    rows = [
        {"dossier_id": "1", "unit_id": "Phòng A", "source_file": "a.csv"},
        {"dossier_id": "2", "unit_id": "Phòng A", "source_file": "a.csv"},
        {"dossier_id": "3", "unit_id": "PHÒNG A", "source_file": "b.csv", "source": "b"},
    ]
    tables = clean(rows, **AS_IS, files={"b.csv": {"source": "b"}})
    assert set(tables["dossiers"]["unit_id"]) == {"Phòng A"}


def test_units_of_a_list_are_left_to_the_list(clean) -> None:
    tables = units(clean, "UBND Phường 1", "ubnd phường 1", unit_list="reference")
    assert set(tables["dossiers"]["unit_id"]) == {"SD-P1"}
    assert set(tables["quarantine"]["rule_id"]).isdisjoint({"D19", "D33"})
