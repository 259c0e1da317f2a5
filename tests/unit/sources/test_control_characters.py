"""Control characters and ids that mean *all* land as plain text, with a finding."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from workbench.ingest import deliveries, ingest
from workbench.ingest.profile_files import read_profile

PROFILE = """
name = "signs"
title_vi = "Ký tự"
title_en = "Signs"
time_zone = "Asia/Ho_Chi_Minh"
calendar_id = "vn_dong_thap"

[snapshot]
at = "2022-06-30 17:00"

[[files]]
patterns = ["*.{kind}"]
kind = "{kind}"
rows = "dossier"

[files.columns]
"code" = "dossier_id"
"unit" = "unit_id"
"procedure" = "procedure_id"
"received" = "received_at"
"""
HEADER = ("code", "unit", "procedure", "received")


def landed(folder: Path, kind: str, units: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    export, profile = folder / "export", folder / "signs.toml"
    export.mkdir()
    profile.write_text(PROFILE.replace("{kind}", kind), encoding="utf-8")
    rows = [(f"D{n}", unit, "K1", "04/01/2022 08:00") for n, unit in enumerate(units)]
    if kind == "csv":
        text = "\n".join(",".join(row) for row in (HEADER, *rows))
        (export / "a.csv").write_text(text, encoding="utf-8", newline="\n")
    else:
        with xlsxwriter.Workbook(str(export / "a.xlsx")) as book:
            sheet = book.add_worksheet("S\u202etờ")
            for n, row in enumerate((HEADER, *rows)):
                sheet.write_row(n, 0, row)
    ingest(deliveries([export], read_profile(profile)), folder / "out")
    names = ("landed_dossiers", "landed_repairs")
    return tuple(pl.read_parquet(folder / "out" / f"{name}.parquet") for name in names)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_control_characters_leave_every_value_and_are_marked(tmp_path, kind) -> None:
    units = [
        "Phòng\x0bA",
        "Unit\x07 B",
        "\x1b[31mUnit\x1b[0m C",
        "Tổ \x9b2JD",
        "\u202eTổ E",
        "Tổ F",
    ]
    dossiers, repairs = landed(tmp_path, kind, units)
    assert dossiers["unit_id"].to_list() == [
        *("Phòng A", "Unit B", "Unit C", "Tổ D", "Tổ E", "Tổ F"),
    ]
    assert repairs.select("source_row", "field", "repair").rows() == [
        (2, "unit_id", "control"),
        (3, "unit_id", "control"),
        (4, "unit_id", "control"),
        (5, "unit_id", "control"),
        (6, "unit_id", "invisible"),
    ]
    assert not dossiers["source_sheet"].str.contains("\u202e").any()


def test_a_column_of_plain_letters_is_cleaned_too(tmp_path) -> None:
    dossiers, repairs = landed(tmp_path, "csv", ["A\x0bB", "A B"])
    assert dossiers["unit_id"].to_list() == ["A B", "A B"]
    assert repairs["repair"].to_list() == ["control"]


def test_capitals_of_old_fonts_that_are_control_characters_stay_letters(tmp_path) -> None:
    dossiers, repairs = landed(
        tmp_path, "csv", ["Đất đai và môi trường", "\x80Chøng thùc b¶n sao tõ b¶n chÝnh"]
    )
    assert dossiers["unit_id"][1] == "ÀChứng thực bản sao từ bản chính"
    assert repairs.filter(source_row=3)["repair"].to_list() == ["tcvn3"]


def test_an_id_that_means_all_is_put_into_brackets_and_marked(tmp_path) -> None:
    dossiers, repairs = landed(tmp_path, "csv", ["*", "ALL", "Phòng A"])
    assert dossiers["unit_id"].to_list() == ["(*)", "(ALL)", "Phòng A"]
    assert repairs.select("source_row", "row_kind", "field", "repair").rows() == [
        (2, "dossier", "unit_id", "reserved"),
        (3, "dossier", "unit_id", "reserved"),
    ]
