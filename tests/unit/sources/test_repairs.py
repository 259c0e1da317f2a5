"""Letters put right are marked cell by cell; text that needs nothing leaves no mark."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import polars as pl
import pytest

from workbench.ingest import deliveries, ingest
from workbench.ingest.profile_files import read_profile
from workbench.ingest.repairs import marks_of

PROFILE = """
name = "letters"
title_vi = "Chữ"
title_en = "Letters"
time_zone = "Asia/Ho_Chi_Minh"
calendar_id = "vn_dong_thap"

[snapshot]
at = "2022-06-30 17:00"

[[files]]
patterns = ["*.csv"]
kind = "csv"
rows = "dossier"
personal = ["owner"]

[files.columns]
"code" = "dossier_id"
"field" = ["field_of_work", "x_field"]
"received" = "received_at"
"""
LEGACY = "Chøng thùc b¶n sao tõ b¶n chÝnh"
LOOSE = unicodedata.normalize("NFD", "Hộ tịch")


def landed(tmp_path: Path, fields: list[str], owner: str = "") -> tuple[pl.DataFrame, pl.DataFrame]:
    export, profile = tmp_path / "export", tmp_path / "letters.toml"
    export.mkdir()
    profile.write_text(PROFILE, encoding="utf-8")
    rows = [f"D{n},{text},04/01/2022 08:00,{owner}" for n, text in enumerate(fields)]
    text = "\n".join(["code,field,received,owner", *rows])
    (export / "a.csv").write_text(text, encoding="utf-8", newline="\n")
    ingest(deliveries([export], read_profile(profile)), tmp_path / "out")
    names = ("landed_dossiers", "landed_repairs")
    return tuple(pl.read_parquet(tmp_path / "out" / f"{name}.parquet") for name in names)


def test_a_cell_of_an_old_font_among_unicode_is_converted_and_marked(tmp_path) -> None:
    dossiers, repairs = landed(tmp_path, ["Đất đai và môi trường", LEGACY, "Hộ tịch"])
    assert dossiers["field_of_work"][1] == "Chứng thực bản sao từ bản chính"
    assert repairs.select("source_row", "row_kind", "field", "repair").rows() == [
        (3, "dossier", "field_of_work", "tcvn3"),
        (3, "dossier", "x_field", "tcvn3"),
    ]


def test_letters_apart_from_their_marks_are_composed_and_marked(tmp_path) -> None:
    dossiers, repairs = landed(tmp_path, ["Hộ tịch", LOOSE])
    assert dossiers["field_of_work"].to_list() == ["Hộ tịch", "Hộ tịch"]
    assert repairs["source_row"].to_list() == [3, 3]
    assert set(repairs["repair"]) == {"composed"}


def test_text_in_order_and_personal_columns_leave_no_mark(tmp_path) -> None:
    dossiers, repairs = landed(tmp_path, ["Hộ tịch", "Land · 20 m²", "Œuvre à côté"], owner=LOOSE)
    assert repairs.is_empty()
    assert dossiers["field_of_work"].to_list() == ["Hộ tịch", "Land · 20 m²", "Œuvre à côté"]


@pytest.mark.parametrize("text", ["b¶n", "Số nhà 5 · tổ 3", "Voyage à l'île", "D0", "µg"])
def test_a_few_odd_signs_prove_no_old_font(text) -> None:
    cells = pl.DataFrame({"source_row": [1], "c0": [text]})
    assert marks_of(cells, {"c0": "note"}).is_empty()
