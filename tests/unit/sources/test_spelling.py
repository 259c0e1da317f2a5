"""Characters that cannot be seen, spaces, case and tone marks do not make another text."""

from __future__ import annotations

import itertools
import unicodedata
from pathlib import Path

import duckdb
import polars as pl
import pytest

from workbench.ingest import deliveries, ingest, read_profile
from workbench.ingest.spelling import fold, name_key, tidy, trimmed_series

UNSEEN = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202c\u2060\ufeff"
SPACES = "\u00a0\u2003\u2009\u202f\u3000"


@pytest.mark.parametrize("sign", UNSEEN)
def test_a_character_that_cannot_be_seen_changes_neither_header_nor_code_nor_cell(sign) -> None:
    for text in (f"Đơn{sign} vị", f"{sign}Đơn vị", f"Đơn vị{sign}", f"Đ{sign}ơn vị {sign}"):
        assert tidy(text) == "Đơn vị"
        assert fold(text) == "đơn vị"
        assert trimmed_series(pl.Series([text, None])).to_list() == ["Đơn vị", None]
    assert trimmed_series(pl.Series([f" {sign} "])).to_list() == [None]


@pytest.mark.parametrize("space", SPACES)
def test_any_space_is_a_space(space) -> None:
    assert tidy(f"Đơn{space}vị") == "Đơn vị"
    assert trimmed_series(pl.Series([f"{space}Đơn{space}vị"])).to_list() == ["Đơn vị"]


def test_models_and_sources_compare_names_alike(pipelines_dir: Path) -> None:
    tones = "\u0300\u0301\u0303\u0309\u0323"
    pairs = ("".join(p) for p in itertools.product(("o", "O"), ("a", "e", "A"), tones))
    words = [f"H{pair}{end}" for pair in pairs for end in ("", "n", "  I")]
    words += [f"{u}{y}{tone}" for u in "uU" for y in "yY" for tone in tones]
    words += ["Phường\u00a01", "Đội  3", "hoặc", "thoắt", "Mường Khoa"]
    spelled = [unicodedata.normalize(form, word) for word in words for form in ("NFC", "NFD")]
    words = pl.DataFrame({"word": spelled})
    with duckdb.connect() as connection:
        connection.execute((pipelines_dir / "macros" / "text.sql").read_text(encoding="utf-8"))
        keys = connection.sql("select word, name_key(word) from words").fetchall()
    assert words.height == len(keys)
    assert [word for word, key in keys if key != name_key(word)] == []


PROFILE = """
name = "mine"
title_vi = "Sổ"
title_en = "Register"
time_zone = "Asia/Ho_Chi_Minh"
calendar_id = "always"
[snapshot]
latest = true
[[files]]
patterns = ["mine*.csv"]
kind = "csv"
rows = "event"
case_dates = ["received_at"]
keep_text = ["dossier.x_note"]
[files.columns]
"id" = "dossier_id"
"unit" = "dossier.unit_id"
"who" = "step.holder_id"
"note" = "dossier.x_note"
"at" = "step.finished_at"
"""


def test_names_land_single_spaced_and_one_person_has_one_id(put, tmp_path: Path) -> None:
    source = tmp_path / "mine.toml"
    source.write_text(PROFILE, encoding="utf-8")
    rows = (
        "1,Phòng  A,Lê  Thị Hoà,a  b,2022-01-04\n"
        "2,Phòng\u200b A,LÊ THỊ HÒA,a b,2022-01-04\n"
        '3,"Phòng\nA",lê thị hoà\ufeff,a,\u200e2022-01-04\n'
        "4,Phòng A,Lê Thị Hoa,a,2022-01-04\n"
    )
    path = put("mine.csv", "id,unit,who,note,at\n" + rows)
    ingest(deliveries([path], read_profile(source)), tmp_path / "landed")
    landed = {
        name: pl.read_parquet(tmp_path / "landed" / f"landed_{name}.parquet")
        for name in ("dossiers", "steps", "repairs")
    }
    assert landed["dossiers"]["unit_id"].to_list() == ["Phòng A"] * 4
    assert landed["dossiers"]["x_note"].to_list() == ["a  b", "a b", "a", "a"]
    holders = landed["steps"]["holder_id"].to_list()
    assert len(set(holders[:3])) == 1
    assert holders[3] != holders[0]
    assert set(landed["steps"]["finished_at"]) == {"2022-01-04"}
    unseen = landed["repairs"].filter(repair="invisible").sort("source_row", "field")
    assert unseen.select("row_kind", "field").rows() == [
        ("dossier", "unit_id"),
        ("step", "finished_at"),
        ("step", "holder_id"),
    ]
