"""Names without a list: one spelling where only case, spaces or tone marks differ, else a word.

Spellings are compared over all sources, and all tests are cleaned at once: each has its own names.
"""

from __future__ import annotations

import unicodedata

import pytest

AS_IS = {"unit_list": "as_is", "procedure_list": "as_is"}
landed = pytest.mark.landed


def of_units(*names: str) -> list[dict[str, object]]:
    return [{"dossier_id": f"{n}", "unit_id": name} for n, name in enumerate(names)]


@pytest.mark.parametrize(
    ("name", "variant"),
    [
        ("Phòng Hoà An", "PHÒNG HOÀ AN"),
        ("Phòng Hoà Bình", "phòng hoà bình"),
        ("Phòng Hoà Cát", "Phòng Hòa Cát"),
        ("Phòng Hoà Dân", unicodedata.normalize("NFD", "Phòng Hoà Dân")),
    ],
)
@landed(
    dossiers=lambda name, variant: of_units(*[name] * 3, variant),
    steps=lambda variant: [{"dossier_id": "0", "unit_id": variant, "step": variant}],
    **AS_IS,
)
def test_a_unit_written_another_way_is_the_same_unit_and_is_reported(
    cleaned, name, variant
) -> None:
    assert cleaned["dossiers"]["unit_id"].to_list() == [name] * 4
    assert cleaned["steps"]["unit_id"].to_list() == [name]
    findings = cleaned["quarantine"].filter(rule_id="D19")
    assert findings.select("row_kind", "source_row", "severity").rows() == [
        ("dossier", 5, "info"),
        ("step", 2, "info"),
    ]
    assert findings["message"].str.ends_with(f"unit_id: «{variant}» → «{name}»").all()


@landed(of_units("TỔ A", "Tổ A", "tổ B", "Tổ B"), **AS_IS)
def test_of_spellings_as_frequent_the_one_not_all_in_capitals_is_taken(cleaned) -> None:
    assert cleaned["dossiers"]["unit_id"].to_list() == ["Tổ A", "Tổ A", "Tổ B", "Tổ B"]


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Phòng A", "Phong A"),
        ("Phòng E", "Phòng-E"),
        ("Phòng I", "PhòngI"),
        ("Phòng O", "Phòng \u041e"),
        ("Phòng U", "Phóng U"),
        ("UBND phường Yên", "Phường Yên"),
        ("Xã Ý", "Ủy ban nhân dân xã Ý"),
    ],
)
@landed(dossiers=lambda name, other: of_units(name, name, other), **AS_IS)
def test_names_that_look_alike_stay_apart_and_the_rarer_one_is_reported(
    cleaned, name, other
) -> None:
    assert cleaned["dossiers"]["unit_id"].to_list() == [name, name, other]
    rows = cleaned["quarantine"].filter(rule_id="D33")
    assert rows.select("source_row", "severity").rows() == [(4, "info")]
    assert f"unit_id: «{other}» ~ «{name}»" in rows["message"][0]


@pytest.mark.parametrize("names", [("Đội 1-2", "Đội 12"), ("Tổ 1", "Tổ 11"), ("-", "—")])
@landed(dossiers=lambda names: of_units(*names), **AS_IS)
def test_numbers_that_differ_look_like_nothing(cleaned, names) -> None:
    assert cleaned["dossiers"]["unit_id"].to_list() == list(names)
    assert set(cleaned["quarantine"]["rule_id"]).isdisjoint({"D19", "D33"})


WAYS = [("Khai sinh", "Hộ tịch"), ("KHAI SINH", "HỘ TỊCH"), ("Khai sinh", "Hộ tịch")]


@landed(
    [
        {"dossier_id": f"{n}", "procedure_id": None, "procedure_name": name, "field_of_work": field}
        for n, (name, field) in enumerate(WAYS)
    ],
    **AS_IS,
)
def test_procedures_and_fields_of_work_are_put_into_one_spelling_too(cleaned) -> None:
    columns = ("procedure_id", "procedure_name", "field_of_work")
    names = cleaned["dossiers"].select(columns).rows()
    assert set(names) == {("Khai sinh", "Khai sinh", "Hộ tịch")}
    assert cleaned["quarantine"].filter(rule_id="D19")["source_row"].to_list() == [3]


@landed(
    [{"dossier_id": f"{n}", "procedure_id": code} for n, code in enumerate(["Tt1", "tt1"])],
    **AS_IS,
)
def test_codes_that_differ_by_case_are_one_procedure(cleaned) -> None:
    assert cleaned["dossiers"]["procedure_id"].to_list() == ["Tt1", "Tt1"]


@landed(
    [
        {"dossier_id": "1", "unit_id": "Ban A", "source_file": "a.csv"},
        {"dossier_id": "2", "unit_id": "Ban A", "source_file": "a.csv"},
        {"dossier_id": "3", "unit_id": "BAN A", "source_file": "b.csv", "source": "b"},
    ],
    **AS_IS,
    files={"b.csv": {"source": "b"}},
)
def test_two_sources_of_one_unit_share_its_spelling(cleaned) -> None:
    assert set(cleaned["dossiers"]["source"]) == {"test", "b"}
    assert cleaned["dossiers"]["unit_id"].to_list() == ["Ban A"] * 3


@landed(of_units("UBND Phường 1", "ubnd phường 1"), procedure_list="as_is")
def test_units_of_a_list_are_left_to_the_list(cleaned) -> None:
    assert cleaned["dossiers"]["unit_id"].to_list() == ["SD-P1", "SD-P1"]
    assert set(cleaned["quarantine"]["rule_id"]).isdisjoint({"D19", "D33"})
