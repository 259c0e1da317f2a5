"""Every value without a code is named in one message, over all columns, sheets and files."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.core.errors import InputRejected
from workbench.ingest import deliveries, ingest, read_profile

PROFILE = """
name = "mine"
title_vi = "Sổ"
title_en = "Register"
time_zone = "Asia/Ho_Chi_Minh"
calendar_id = "always"
[snapshot]
latest = true
[[files]]
patterns = ["a*.csv"]
kind = "csv"
rows = "dossier"
[files.columns]
"id" = "dossier_id"
"in" = "received_at"
"state" = "status"
"way" = "channel_in"
[codes.channel_in]
"Tại quầy" = "counter"
"""
HEADER = "id,in,state,way\n"


@pytest.fixture
def land(tmp_path: Path, put):
    """Land csv files by name and return the message of their refusal, if any."""

    def run(**files: str) -> str:
        source = tmp_path / "mine.toml"
        source.write_text(PROFILE, encoding="utf-8")
        paths = [put(f"{name}.csv", HEADER + rows) for name, rows in files.items()]
        try:
            ingest(deliveries(paths, read_profile(source)), tmp_path / "landed")
        except InputRejected as refused:
            return str(refused)
        return ""

    return run


def row(number: int, state: str = "resolved", way: str = "Tại quầy") -> str:
    return f"A-{number},2022-01-04,{state},{way}\n"


def test_all_values_of_all_columns_and_files_are_named_with_their_rows(land) -> None:
    first = row(1, "Xong") + row(2, "Treo", "Zalo") + row(3, "Xong")
    message = land(a1=first, a2=row(4, "Rút", "Fax"))
    for named in (
        "a1.csv, column «state»: «Xong» (row 2; 2 in all); «Treo» (row 3; 1 in all)",
        "a1.csv, column «way»: «Zalo» (row 3; 1 in all)",
        "column «state»: «Rút»",
        "«Fax»",
        "5 values",
        "Accepted: Tại quầy",
        "submitted, refused_intake",
    ):
        assert named in message


def test_values_of_a_file_read_in_pieces_are_counted_over_the_whole(land, monkeypatch) -> None:
    monkeypatch.setattr("workbench.ingest.readers.text.BLOCK", 200)
    rows = "".join(row(n, "Treo" if n % 2 else "resolved") for n in range(100))
    assert "1 values" in (message := land(a=rows))
    assert "«Treo» (row 3; 50 in all)" in message


def test_a_field_of_codes_takes_the_codes_themselves_in_any_case(land) -> None:
    assert land(a=row(1, "resolved") + row(2, "RESOLVED") + row(3, "In_Progress")) == ""


def test_a_column_of_free_text_taken_for_codes_is_cut_short(land) -> None:
    message = land(a="".join(row(n, f"{n} " + "x" * 500) for n in range(90)))
    assert "and 60 more values" in message
    assert len(message) < 4_000
