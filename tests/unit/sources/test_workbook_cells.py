"""Cells of a workbook that have no value of their own, or whose value is lost."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.core.errors import InputRejected
from workbench.ingest import SourceProfile, read_profile
from workbench.ingest.readers import RawTable, read

SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEADER = ("Code", "Office", "Received", "Due", "Note")
PROFILE = """
name = "book"
title_vi = "Sổ"
title_en = "Book"
time_zone = "Asia/Ho_Chi_Minh"
calendar_id = "always"
[snapshot]
latest = true
[[files]]
patterns = ["book*"]
kind = "xlsx"
rows = "dossier"
ignored = ["Note"]
[files.columns]
"Code" = "dossier_id"
"Office" = "unit_id"
"Received" = "received_at"
"Due" = "due_at"
"""


def text(place: str, value: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'


def row(number: int, *cells: str, start: str = "A", attributes: str = "") -> str:
    """A row of a sheet: texts, or cells as XML."""
    places = [f"{chr(ord(start) + n)}{number}" for n in range(len(cells))]
    written = (
        cell if cell.startswith("<") else text(place, cell)
        for place, cell in zip(places, cells, strict=True)
        if cell
    )
    return f'<row r="{number}" {attributes}>{"".join(written)}</row>'


def book(sheets: dict[str, str], *, hidden: tuple[str, ...] = (), state: str = "hidden") -> bytes:
    """A workbook of sheets by name, each the XML inside its ``sheetData`` (and what follows)."""
    named = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"'
        f"{f' state={chr(34)}{state}{chr(34)}' if name in hidden else ''}/>"
        for n, name in enumerate(sheets, 1)
    )
    links = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n, _ in enumerate(sheets, 1)
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r0" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheets>{named}</sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">{links}'
        "</Relationships>",
    }
    for n, rows in enumerate(sheets.values(), 1):
        inside, _, after = rows.partition("|")
        parts[f"xl/worksheets/sheet{n}.xml"] = (
            f'<worksheet xmlns="{SHEET}"><sheetData>{inside}</sheetData>{after}</worksheet>'
        )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


Read = Callable[..., list[RawTable]]


@pytest.fixture
def tables(tmp_path: Path) -> Read:
    """Read a workbook: ``tables(bytes, 'hidden = "read"')`` with a further line of the profile."""

    def read_all(content: bytes, line: str = "") -> list[RawTable]:
        source, path = tmp_path / "book.toml", tmp_path / "book.xlsx"
        text = PROFILE.replace("[files.columns]", f"{line}\n[files.columns]")
        source.write_text(text, encoding="utf-8")
        path.write_bytes(content)
        profile: SourceProfile = read_profile(source)
        return list(read(path, profile.parts[0]))

    return read_all


def refused(tables: Read, content: bytes, line: str = "") -> str:
    with pytest.raises(InputRejected) as caught:
        tables(content, line)
    return str(caught.value)


def register(*rows: str, after: str = "", start: str = "A") -> bytes:
    """A workbook of one sheet with the header in row 1."""
    return book({"S": row(1, *HEADER, start=start) + "".join(rows) + f"|{after}"})


FORMULA = "<f>C2+10</f>"


@pytest.mark.parametrize("cell", [f'<c r="D2">{FORMULA}<v/></c>', f'<c r="D2">{FORMULA}</c>'])
def test_a_formula_without_a_value_is_refused_with_its_cell(tables, cell) -> None:
    message = refused(tables, register(row(2, "A-1", "P1", "2022-03-04", cell)))
    assert "book.xlsx › S, cell D2 (column «Due»): a formula without a value" in message
    assert "1 such cells" in message


def test_the_cell_is_named_where_the_first_columns_are_empty(tables) -> None:
    cell = f'<c r="F2">{FORMULA}<v/></c>'
    content = register(row(2, "A-1", "P1", "2022-03-04", cell, start="C"), start="C")
    assert "cell F2 (column «Due»)" in refused(tables, content)


@pytest.mark.parametrize(
    "rows",
    [
        [row(2, "A-1", "P1", "2022-03-04", f'<c r="D2" t="str">{FORMULA}<v></v></c>')],
        [row(2, "A-1", "P1", "2022-03-04", f'<c r="D2">{FORMULA}<v>44635</v></c>')],
        [row(2, "A-1", "P1", "2022-03-04", "", f'<c r="E2">{FORMULA}<v/></c>')],
        [row(2, "A-1", "P1", "2022-03-04"), f'<row r="9"><c r="D9">{FORMULA}<v/></c></row>'],
    ],
    ids=["empty text", "value", "column not read", "no record"],
)
def test_other_formulas_are_read(tables, rows) -> None:
    (table,) = tables(register(*rows))
    assert table.frame["Code"].to_list() == ["A-1"]


def test_an_error_stands_as_its_text_whether_typed_or_calculated(tables) -> None:
    cells = ('<c r="B2" t="e"><v>#N/A</v></c>', '<c r="C2" t="e"><f>1/0</f><v>#DIV/0!</v></c>')
    (table,) = tables(register(row(2, "A-1", *cells, "2022-03-04")))
    assert table.frame.row(0)[2:4] == ("#N/A", "#DIV/0!")


@pytest.mark.parametrize("number", ["1.234567890123457e+17", "1234567890123456", "1E15"])
def test_a_code_of_more_digits_than_excel_keeps_is_refused(tables, number) -> None:
    message = refused(tables, register(row(2, f'<c r="A2"><v>{number}</v></c>', "P", "2022-03-04")))
    assert "cell A2 (column «Code»)" in message
    assert "format the column as text" in message


@pytest.mark.parametrize(
    "cells",
    [
        ('<c r="A2"><v>123456789012345</v></c>', "P1", "2022-03-04"),
        ("12345678901234567890", "P1", "2022-03-04"),
        ("A-1", "P1", '<c r="C2"><v>1.6463556e+15</v></c>', "2022-03-04"),
        ("A-1", "P1", "2022-03-04", "2022-03-05", '<c r="E2"><v>1E20</v></c>'),
    ],
    ids=["fifteen digits", "text", "date", "column not read"],
)
def test_other_long_numbers_are_read(tables, cells) -> None:
    (table,) = tables(register(row(2, *cells)))
    assert table.frame.height == 1


ONE, TWO = row(2, "A-1", "P1", "2022-03-04"), row(3, "A-2", "P1", "2022-03-04")


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_with_the_header_is_left_out_and_reported(tables, state) -> None:
    top = row(1, *HEADER)
    sheets = {"S": top + ONE, "Draft": top + ONE + TWO, "List": row(1, "x") + row(2, "y")}
    content = book(sheets, hidden=("Draft", "List"), state=state)
    found = [(t.sheet, t.frame.height, t.rows_ignored, t.notes.rows()) for t in tables(content)]
    assert found == [("S", 1, 0, []), ("Draft", 0, 2, [("F03", "", 2)]), ("List", 0, 2, [])]
    for line in ('hidden = "read"', 'sheet = "Draft"'):
        read_too = {t.sheet: t for t in tables(content, line)}["Draft"]
        assert (read_too.frame.height, read_too.notes.rows()) == (2, [("F05", "", 2)])


def test_a_workbook_with_the_header_on_hidden_sheets_only_is_refused(tables) -> None:
    content = book({"S": row(1, "x"), "Draft": row(1, *HEADER) + ONE}, hidden=("Draft",))
    assert "only hidden sheets have the header: Draft" in refused(tables, content)


@pytest.mark.parametrize("attributes", ['hidden="1"', 'hidden="true"', 'ht="0" customHeight="1"'])
def test_hidden_and_filtered_rows_are_left_out_and_reported(tables, attributes) -> None:
    content = register(row(2, "A-1", "P1", "2022-03-04", attributes=attributes), TWO)
    (table,) = tables(content)
    assert table.frame["Code"].to_list() == ["A-2"]
    assert (table.rows_ignored, table.notes.rows()) == (1, [("F04", "", 1)])
    (whole,) = tables(content, 'hidden = "read"')
    assert (whole.frame.height, whole.notes.rows()) == (2, [("F05", "", 1)])


def merged(*ranges: str) -> str:
    cells = "".join(f'<mergeCell ref="{cells}"/>' for cells in ranges)
    return f"<mergeCells>{cells}</mergeCells>"


def test_a_merged_cell_holds_for_all_its_rows_and_no_further(tables) -> None:
    rows = (row(n, f"A-{n}", "P1" if n == 2 else "", "2022-03-04") for n in range(2, 6))
    (table,) = tables(register(*rows, after=merged("B2:B4")))
    assert table.frame["Office"].to_list() == ["P1", "P1", "P1", None]
    assert table.notes.rows() == [("F06", "Office", 2)]


def test_a_merged_number_makes_no_further_dossiers(tables) -> None:
    rows = (row(2, "A-2", "P1", "2022-03-04"), row(3, "", "P1", "2022-03-04", "2022-03-05"))
    (table,) = tables(register(*rows, after=merged("A2:A3", "E2:E3", "A9:E9")))
    assert table.frame["Code"].to_list() == ["A-2", None]
    assert table.notes.is_empty()


def test_a_merged_cell_keeps_what_its_rows_hold_themselves(tables) -> None:
    rows = (row(2, "A-2", "P1", "2022-03-04"), row(3, "A-3", "P2", "2022-03-04"))
    (table,) = tables(register(*rows, after=merged("B2:B3")))
    assert table.frame["Office"].to_list() == ["P1", "P2"]


def grouped(*groups: tuple[str, ...]) -> bytes:
    """A register whose offices stand in rows of their own, each before its dossiers."""
    rows, number = [], 2
    for name, *codes in groups:
        rows.append(row(number, *name.split("|")))
        for code in codes:
            number += 1
            rows.append(row(number, code, "", "2022-03-04", "2022-03-08"))
        number += 1
    return register(*rows)


def test_a_row_with_a_name_alone_gives_its_dossiers_the_unit(tables) -> None:
    groups = ("I|Phòng Tư pháp", "A-1", "A-2"), ("II. Phường 1", "A-3"), ("Tổng cộng: 3",)
    (table,) = tables(grouped(*groups))
    assert table.frame["Code"].to_list() == ["A-1", "A-2", "A-3"]
    assert table.frame["Office"].to_list() == ["Phòng Tư pháp", "Phòng Tư pháp", "Phường 1"]
    assert table.notes.rows() == [("F08", "Office", 3)]
    assert table.rows_ignored == 3


def test_a_dossier_keeps_the_unit_it_names_itself(tables) -> None:
    rows = (row(2, "Đơn vị: Phường 1"), row(3, "A-1", "Phường 2", "2022-03-04"))
    (table,) = tables(register(*rows, row(4, "A-2", "", "2022-03-04")))
    assert table.frame["Office"].to_list() == ["Phường 2", "Phường 1"]
    assert table.notes.rows() == [("F08", "Office", 1)]


@pytest.mark.parametrize("note", ["(Kèm theo báo cáo số 12)", "Tổng số", "12345", "1."])
def test_notes_totals_and_numbers_name_no_unit(tables, note) -> None:
    (table,) = tables(register(row(2, note), row(3, "A-1", "", "2022-03-04", "2022-03-08")))
    assert table.frame["Office"][-1] is None


def test_rows_with_a_name_alone_are_passed_over_where_the_profile_says_so(tables) -> None:
    (table,) = tables(grouped(("Phường 1", "A-1")), 'unit_rows = "ignore"')
    assert (table.frame["Office"].to_list(), table.notes.height) == ([None], 0)
