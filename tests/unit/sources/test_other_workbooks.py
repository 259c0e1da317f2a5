"""Workbooks that are not ``.xlsx`` say the same as one that is: cells, facts and refusals.

``odd.xls`` and ``odd.ods`` are what LibreOffice 7.4 saved of the workbook that ``write_odd``
writes. It does not save ``.xlsb``: those records are written here, as [MS-XLSB] describes them.
"""

from __future__ import annotations

import datetime as dt
import shutil
import struct
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from workbench.core.errors import InputRejected
from workbench.ingest import read_profile
from workbench.ingest.readers import RawTable, limits, read

PROFILE = """
name = "odd"
title_vi = "Sổ lạ"
title_en = "Odd book"
time_zone = "Asia/Ho_Chi_Minh"
calendar_id = "always"

[snapshot]
latest = true

[[files]]
patterns = ["odd*"]
kind = "xlsx"
rows = "dossier"

[files.columns]
"Mã hồ sơ" = "dossier_id"
"Ngày nhận" = "received_at"
"Đơn vị" = "unit_id"
"Số" = "x_number"
"""
SAVED = Path(__file__).parent
HEADER = ("Mã hồ sơ", "Ngày nhận", "Đơn vị", "Số")


def write_odd(path: Path) -> Path:
    """Write a sheet from C3 on, with a merged unit, a hidden row, an error and a long number."""
    with xlsxwriter.Workbook(path) as book:
        sheet, hidden = book.add_worksheet("Sổ"), book.add_worksheet("Ẩn")
        hidden.hide()
        sheet.write_row(2, 2, HEADER)
        hidden.write_row(0, 0, HEADER)
        hidden.write_row(1, 0, ("HS-900", "05/01/2026", "Phòng B", "1"))
        moments = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for number in range(5):
            sheet.write(3 + number, 2, f"HS-{number:03d}")
            received = dt.datetime(2026, 1, 5 + number, 0 if number == 1 else 8)  # noqa: DTZ001
            sheet.write(3 + number, 3, received, moments)
            sheet.write(3 + number, 5, number * 1.5)
        sheet.merge_range("E4:E7", "Phòng A")
        sheet.write("E8", "Phòng B")
        sheet.write_formula("F5", "=1/0", None, "#DIV/0!")
        sheet.set_row(7, None, None, {"hidden": True})
        sheet.write("F8", 1234567890123456789)
    return path


def binary(kind: int, content: bytes = b"") -> bytes:
    """One record of ``.xlsb``: kind and size take seven bits a byte."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
    return head + bytes([len(content)]) + content


def text(letters: str) -> bytes:
    return struct.pack("<I", len(letters)) + letters.encode("utf-16-le")


def write_xlsb(path: Path) -> Path:
    """Write the first sheet of ``write_odd`` as far as its rows are read or hidden."""
    rows = b""

    def cell(kind: int, column: int, value: bytes) -> bytes:
        return binary(kind, struct.pack("<II", column, 0) + value)

    def row(number: int, *cells: bytes, flags: int = 0) -> bytes:
        return binary(0, struct.pack("<IIH", number, 0, 300) + bytes([0, flags, 0]) + bytes(4)) + (
            b"".join(cells)
        )

    for number in range(5):
        value = cell(5, 5, struct.pack("<d", 1234567890123456789 if number == 4 else number * 1.5))
        rows += row(
            3 + number,
            cell(6, 2, text(f"HS-{number:03d}")),
            cell(6, 3, text(f"{5 + number:02d}/01/2026")),
            *(
                cell(6, 4, text(unit))
                for at, unit in ((0, "Phòng A"), (4, "Phòng B"))
                if at == number
            ),
            cell(3, 5, b"\x07") if number == 1 else value,
            flags=0x10 if number == 4 else 0,
        )
    header = row(2, *(cell(6, 2 + n, text(name)) for n, name in enumerate(HEADER)))
    merged = binary(177, struct.pack("<I", 1)) + binary(176, struct.pack("<4I", 3, 6, 4, 4))
    sheet = binary(129) + binary(148, struct.pack("<4I", 2, 7, 2, 5)) + binary(145) + header + rows
    sheet += binary(146) + merged + binary(178) + binary(130)
    bundle = binary(156, struct.pack("<II", 0, 1) + text("rId1") + text("Sổ"))
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "xl/_rels/workbook.bin.rels",
            "<Relationships><Relationship Id='rId1' "
            f"Type='{office}/worksheet' Target='worksheets/sheet1.bin'/></Relationships>",
        )
        archive.writestr(
            "xl/workbook.bin", binary(131) + binary(143) + bundle + binary(144) + binary(132)
        )
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
    return path


def tables(path: Path, line: str = "") -> list[RawTable]:
    source = path.parent / "odd.toml"
    source.write_text(PROFILE.replace("[files.columns]", f"{line}\n[files.columns]"), "utf-8")
    return list(read(path, read_profile(source).parts[0]))


@pytest.mark.parametrize("name", ["odd.xls", "odd.ods", "odd_renamed.xlsx"])
def test_a_saved_workbook_is_read_as_the_one_it_was_saved_of(tmp_path: Path, name: str) -> None:
    """Also under the name of another format."""
    modern = tables(write_odd(tmp_path / "odd.xlsx"))
    saved = SAVED / ("odd.xls" if name == "odd_renamed.xlsx" else name)
    other = tables(Path(shutil.copy(saved, tmp_path / name)))
    for one, two in zip(modern, other, strict=True):
        assert one.sheet == two.sheet
        assert one.notes.rows() == two.notes.rows()
        # OpenDocument writes instants with a T
        rows = [[str(value).replace("T", " ") for value in row] for row in two.frame.rows()]
        assert rows == [[str(value) for value in row] for row in one.frame.rows()]
    sheet = modern[0].frame
    assert sheet["Số"].to_list() == ["0", "#DIV/0!", "3", "4.5"]
    assert sheet["Đơn vị"].to_list() == ["Phòng A"] * 4


def test_a_binary_workbook_gives_cells_errors_merged_and_hidden_rows(tmp_path: Path) -> None:
    (table,) = tables(write_xlsb(tmp_path / "odd.xlsb"))
    assert table.frame["Mã hồ sơ"].to_list() == ["HS-000", "HS-001", "HS-002", "HS-003"]
    assert table.frame["source_row"].to_list() == [4, 5, 6, 7]
    assert table.frame["Số"].to_list() == ["0", "#DIV/0!", "3", "4.5"]
    assert table.frame["Đơn vị"].to_list() == ["Phòng A"] * 4
    assert {tuple(row) for row in table.notes.rows()} == {("F04", "", 1), ("F06", "Đơn vị", 3)}


@pytest.mark.parametrize("name", ["odd.xls", "odd.ods", "odd.xlsb"])
def test_a_code_that_lost_its_last_digits_is_refused_with_its_cell(tmp_path, name) -> None:
    path = tmp_path / name
    write_xlsb(path) if name == "odd.xlsb" else shutil.copy(SAVED / name, path)
    with pytest.raises(InputRejected, match="F8"):
        tables(path, 'hidden = "read"')


@pytest.mark.parametrize("name", ["odd.xls", "odd.ods", "odd.xlsb"])
def test_a_sheet_beyond_the_limits_is_refused_before_its_cells_are_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(limits, "SHEET_CELLS", 20)
    path = tmp_path / name
    write_xlsb(path) if name == "odd.xlsb" else shutil.copy(SAVED / name, path)
    with pytest.raises(InputRejected, match="20"):
        tables(path)


@pytest.mark.parametrize("name", ["odd.xls", "odd.ods"])
def test_a_workbook_cut_off_is_refused_as_damaged(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    for size in (600, 1500, 4000):
        path.write_bytes((SAVED / name).read_bytes()[:size])
        with pytest.raises(InputRejected, match=name):
            tables(path)


def test_an_encrypted_spreadsheet_is_named_as_one(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("WORKBENCH_LANG", "en")
    path = tmp_path / "odd.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", b"\0\1\2")
        archive.writestr("META-INF/manifest.xml", "<manifest:encryption-data/>")
    with pytest.raises(InputRejected, match="password"):
        tables(path)
