"""At ingest staff land as ids, text without people, applicants as a key and only on request."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from workbench.core.errors import InputRejected
from workbench.ingest import deliveries, ingest, read_profile

PROFILE = """
name = "notes"
title_vi = "Sổ có ghi chú"
title_en = "Register with notes"
time_zone = "Asia/Ho_Chi_Minh"
calendar_id = "always"

[snapshot]
at = "2022-06-30"

[[files]]
patterns = ["notes*.csv"]
kind = "csv"
rows = "dossier"
personal = ["Name", "Phone"]
applicant = ["Name", "Phone"]
keep_text = ["x_note"]

[files.columns]
"Code" = "dossier_id"
"Unit" = "unit_id"
"Received" = "received_at"
"Officer" = "x_responsible"
"Note" = "x_note"
"""
HEAD = "Code,Unit,Received,Officer,Note,Name,Phone\n"
ROWS = (
    "A-1,Phường 1,05.01.2022 08:30,officer-one,MST 1401234567 bà Lan,Lê Ví Dụ,0900000001\n"
    "A-2,UBND ông Mẫu,0912345678,officer-one,-,lê ví dụ,0900 000 001\n"
    "0912345679,Phường 1401234567,20220105083000,officer-two,,Trần Ví Dụ,\n"
)


def land_into(folder: Path) -> dict[str, pl.DataFrame]:
    """Ingest the register in a folder; return tables by name."""
    write_register(folder)
    ingest(
        deliveries([folder / "notes.csv"], read_profile(folder / "notes.toml")), folder / "landed"
    )
    tables = ("landed_dossiers", "landed_masks")
    return {name: pl.read_parquet(folder / "landed" / f"{name}.parquet") for name in tables}


def write_register(folder: Path) -> None:
    (folder / "notes.toml").write_text(PROFILE, encoding="utf-8")
    (folder / "notes.csv").write_text(HEAD + ROWS, encoding="utf-8")


@pytest.fixture
def land(tmp_path, monkeypatch):
    """Ingest the register: ``land(secret="")`` -> tables by name."""

    def run(secret: str = "") -> dict[str, pl.DataFrame]:
        monkeypatch.setenv("WORKBENCH_KEY", secret)
        return land_into(tmp_path)

    return run


@pytest.fixture(scope="module")
def landed(tmp_path_factory) -> dict[str, pl.DataFrame]:
    """The register as it lands without a secret."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_KEY", "")
        return land_into(tmp_path_factory.mktemp("notes"))


def test_text_lands_without_people_and_dates_and_codes_as_they_are(landed) -> None:
    rows = landed["landed_dossiers"]
    assert rows["x_note"].to_list() == ["MST [mã số thuế] bà [tên người]", "-", None]
    units = rows["unit_id"].str.replace(r"(\]) [0-9a-f]{10}$", "$1").to_list()
    assert units == ["Phường 1", "UBND ông [tên người]", "Phường 1401234567"]
    stamps = ["05.01.2022 08:30", "[điện thoại]", "20220105083000"]
    assert rows["received_at"].to_list() == stamps
    assert rows["dossier_id"].to_list() == ["A-1", "A-2", "[điện thoại]"]


def test_every_mask_is_kept_with_its_place_and_without_its_text(landed) -> None:
    masks = landed["landed_masks"]
    assert masks.select("source_row", "row_kind", "field", "pattern").rows() == [
        (2, "dossier", "x_note", "tax_word"),
        (2, "dossier", "x_note", "titled_name"),
        (3, "dossier", "received_at", "phone"),
        (3, "dossier", "unit_id", "titled_name"),
        (4, "dossier", "dossier_id", "phone"),
    ]


def test_staff_land_as_distinct_ids(landed) -> None:
    ids = landed["landed_dossiers"]["x_responsible"].to_list()
    assert ids[0] == ids[1] != ids[2]
    assert not any("officer" in text for text in ids)


def test_an_applicant_has_a_key_only_where_a_secret_is_set(land, landed) -> None:
    assert "x_applicant_key" not in landed["landed_dossiers"].columns
    keys = land("a secret of more than sixteen")["landed_dossiers"]["x_applicant_key"].to_list()
    assert keys[0] == keys[1] != keys[2]
    other = land("another secret of the same kind")["landed_dossiers"]["x_applicant_key"].to_list()
    assert not set(keys) & set(other)


def test_the_same_exports_land_as_the_same_bytes(land, tmp_path) -> None:
    land()
    first = {p.name: p.read_bytes() for p in (tmp_path / "landed").iterdir()}
    land()
    assert {p.name: p.read_bytes() for p in (tmp_path / "landed").iterdir()} == first


def test_people_in_names_of_files_do_not_land_and_files_stay_apart(tmp_path) -> None:
    write_register(tmp_path)
    profile = read_profile(tmp_path / "notes.toml")
    files = [tmp_path / f"notes của bà {name}.csv" for name in ("Lan", "Mai")]
    for file in files:
        file.write_text(HEAD + ROWS, encoding="utf-8")
    ingest(deliveries(files, profile), tmp_path / "landed")
    found = pl.read_parquet(tmp_path / "landed" / "landed_files.parquet")["source_file"]
    masked = "notes của bà [tên người].csv"
    assert found.to_list() == [masked, f"{masked} (2)"]


def test_no_landed_byte_includes_the_name_of_a_file_and_deliveries_stay_apart(tmp_path) -> None:
    write_register(tmp_path)
    profile = read_profile(tmp_path / "notes.toml")
    people = ("Zqlan 0912345678", "Zqmai 087204001234", "Zqthu Zqhoa")
    titles = ("bà ", "Ông ", "Nguyễn Thị ")
    files = [
        tmp_path / f"notes_{title}{person}.csv"
        for title, person in zip(titles, people, strict=True)
    ]
    for file in files:
        file.write_text(HEAD + ROWS, encoding="utf-8")
    ingest(deliveries(files, profile), tmp_path / "landed")
    batches = pl.read_parquet(tmp_path / "landed" / "landed_files.parquet")["batch"]
    assert batches.n_unique() == 3
    for path in (tmp_path / "landed").iterdir():
        frame = pl.read_parquet(path) if path.suffix == ".parquet" else None
        text = path.read_text("utf-8") if frame is None else str(frame.to_dicts())
        for part in " ".join(people).split():
            assert part not in text, path.name


def test_only_the_length_of_free_text_lands_unless_the_profile_keeps_it(tmp_path) -> None:
    profile = PROFILE.replace('keep_text = ["x_note"]\n', "")
    (tmp_path / "short.toml").write_text(profile, encoding="utf-8")
    write_register(tmp_path)
    exports = deliveries([tmp_path / "notes.csv"], read_profile(tmp_path / "short.toml"))
    ingest(exports, tmp_path / "short")
    notes = pl.read_parquet(tmp_path / "short" / "landed_dossiers.parquet")["x_note"]
    assert notes.to_list() == [f"[{len('MST 1401234567 bà Lan')} ký tự]", "-", None]
    findings = pl.read_parquet(tmp_path / "short" / "landed_sheet_findings.parquet")
    assert findings.select("rule_id", "field", "n_values").rows() == [("D40", "x_note", 1)]


def test_a_reason_that_a_reviewed_list_knows_lands_as_it_stands(tmp_path) -> None:
    rows = ROWS.replace("-,lê", "Yêu cầu bổ sung,lê").replace("MST 1401234567 bà Lan", "A1")
    profile = PROFILE.replace('keep_text = ["x_note"]\n', "").replace("x_note", "late_reason")
    (tmp_path / "notes.csv").write_text(HEAD + rows, encoding="utf-8")
    (tmp_path / "notes.toml").write_text(profile, encoding="utf-8")
    exports = deliveries([tmp_path / "notes.csv"], read_profile(tmp_path / "notes.toml"))
    ingest(exports, tmp_path / "landed")
    landed = pl.read_parquet(tmp_path / "landed" / "landed_dossiers.parquet")
    assert landed["late_reason"].to_list() == ["A1", "Yêu cầu bổ sung", None]


def test_a_unit_that_is_called_like_a_person_lands_under_a_code(tmp_path) -> None:
    rows = ROWS.replace("Phường 1,", "Nguyễn Văn Mẫu,").replace("UBND ông Mẫu", "Trần Thị Mẫu")
    (tmp_path / "notes.toml").write_text(PROFILE, encoding="utf-8")
    (tmp_path / "notes.csv").write_text(HEAD + rows, encoding="utf-8")
    exports = deliveries([tmp_path / "notes.csv"], read_profile(tmp_path / "notes.toml"))
    ingest(exports, tmp_path / "landed")
    units = pl.read_parquet(tmp_path / "landed" / "landed_dossiers.parquet")["unit_id"]
    assert units.n_unique() == 3
    assert units.str.contains("^\\[tên người\\] [0-9a-f]{10}$").sum() == 2
    masks = pl.read_parquet(tmp_path / "landed" / "landed_masks.parquet")
    assert masks.filter(field="unit_id")["pattern"].to_list() == ["listed_name"] * 2


def test_a_field_that_is_no_free_text_cannot_be_kept(tmp_path) -> None:
    profile = PROFILE.replace('keep_text = ["x_note"]', 'keep_text = ["unit_id"]')
    (tmp_path / "notes.toml").write_text(profile, encoding="utf-8")
    with pytest.raises(InputRejected, match="keep_text"):
        read_profile(tmp_path / "notes.toml")
