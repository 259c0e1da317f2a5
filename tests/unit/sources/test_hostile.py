"""A file made to harm is refused with its reason, in bounded memory, and nothing of it runs."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from workbench.core.errors import InputRejected
from workbench.ingest import SourceProfile, deliveries, ingest, read_profile
from workbench.ingest.profile import FileLayout
from workbench.ingest.readers import limits, read, read_pieces, text

HEADER = "No.,Code,Name,Received,Due,Channel\n"
ROW = "1,A-1,Somebody,05/01/2022 08:00,10/01/2022,Tại quầy\n"
BOOK = """
name = "book"
title_vi = "Sổ"
title_en = "Book"
time_zone = "Asia/Ho_Chi_Minh"
calendar_id = "always"

[snapshot]
latest = true

[[files]]
patterns = ["book*.xlsx"]
kind = "xlsx"
rows = "dossier"

[files.columns]
"Mã hồ sơ" = "dossier_id"
"Tên thủ tục" = "procedure_name"
"Ngày tiếp nhận" = "received_at"
"""
FORMULA = "=cmd|' /C calc'!A0"
Edit = Callable[[str, bytes], bytes]


@pytest.fixture
def book(tmp_path: Path) -> SourceProfile:
    """A workbook's profile of three columns."""
    path = tmp_path / "book.toml"
    path.write_text(BOOK, encoding="utf-8")
    return read_profile(path)


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[..., Path]:
    """Write a workbook of one row, then change its parts or add others."""

    def write(edit: Edit = lambda _, data: data, more: tuple[tuple[str, bytes], ...] = ()) -> Path:
        plain, path = tmp_path / "plain.xlsx", tmp_path / "book.xlsx"
        with xlsxwriter.Workbook(plain) as made:
            page = made.add_worksheet("Sổ")
            page.write_row(0, 0, ["Mã hồ sơ", "Tên thủ tục", "Ngày tiếp nhận"])
            page.write_row(1, 0, ["A-1", "Khai sinh", "05/01/2022"])
        with (
            zipfile.ZipFile(plain) as old,
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new,
        ):
            for name in old.namelist():
                new.writestr(name, edit(name, old.read(name)))
            for name, data in more:
                new.writestr(name, data)
        return path

    return write


def in_sheet(old: bytes, new: bytes) -> Edit:
    return lambda name, data: data.replace(old, new) if "sheet1" in name else data


def refused(path: Path, part: FileLayout) -> str:
    with pytest.raises(InputRejected) as caught:
        list(read(path, part))
    return str(caught.value)


# --- bombs


def test_a_gzip_bomb_is_stopped_while_it_unpacks(monkeypatch, put, small) -> None:
    monkeypatch.setattr(limits, "RATIO_FROM", 1 << 20)
    packed = gzip.compress((HEADER + ROW).encode() + ROW.encode() * (1 << 19), mtime=0)
    message = refused(put("small.csv.gz", packed), small.parts[0])
    assert "more than 25 MB unpacked" in message
    assert "Unpacking was stopped" in message


def test_a_gzipped_log_that_never_ends_is_stopped(monkeypatch, put, small) -> None:
    monkeypatch.setattr(limits, "RATIO_FROM", 1 << 20)
    packed = gzip.compress(b"<log>" + b"<trace></trace>" * (1 << 20), mtime=0)
    assert "Unpacking was stopped" in refused(put("log.xes.gz", packed), small.parts[1])


def test_a_workbook_bomb_is_stopped_before_a_cell_is_built(monkeypatch, sheet, book) -> None:
    monkeypatch.setattr(limits, "RATIO_FROM", 1 << 20)
    path = sheet(more=(("xl/media/zeros.bin", bytes(16 << 20)),))
    assert "Unpacking was stopped" in refused(path, book.parts[0])


def test_a_part_that_lies_about_its_size_is_damaged(sheet, book) -> None:
    path = sheet(more=(("xl/media/long.bin", b"x" * 5_000),))
    data = path.read_bytes()
    size = (5_000).to_bytes(4, "little")
    path.write_bytes(data.replace(size, (10).to_bytes(4, "little")))
    assert "cannot be read" in refused(path, book.parts[0])


def test_a_bomb_of_parts_is_refused(monkeypatch, sheet, book) -> None:
    monkeypatch.setattr(limits, "WORKBOOK_PARTS", 20)
    path = sheet(more=tuple((f"xl/{n}.bin", b"") for n in range(30)))
    assert "has 40 parts" in refused(path, book.parts[0])


@pytest.mark.parametrize("place", ["XFD1048576", "A99999999999999999999", "ZZZZZZZ2"])
def test_a_cell_in_a_far_corner_does_not_cost_all_memory(sheet, book, place) -> None:
    row = f'<row><c r="{place}"><v>1</v></c></row></sheetData>'.encode()
    assert "its cells span" in refused(sheet(in_sheet(b"</sheetData>", row)), book.parts[0])


# --- entities


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml"])
@pytest.mark.parametrize(
    "declared",
    [
        b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        b"<!--" + b" " * (1 << 20) + b'--><!DOCTYPE x SYSTEM "http://example.org/x">',
    ],
)
def test_entities_in_a_workbook_are_refused(sheet, book, part, declared) -> None:
    def edit(name: str, data: bytes) -> bytes:
        return data.replace(b"?>", b"?>" + declared, 1) if name == part else data

    assert f"part {part}: declares a DOCTYPE" in refused(sheet(edit), book.parts[0])


# --- sizes inside a file


def test_a_line_of_ten_megabytes_is_refused(put, small) -> None:
    path = put("small.csv", HEADER + ROW + "x" * 10_000_000)
    assert "a line of more than 1048576 bytes" in refused(path, small.parts[0])


def test_a_line_of_ten_megabytes_among_others_is_refused(put, small) -> None:
    path = put("small.csv", HEADER + ROW.replace("A-1", "x" * 10_000_000) + ROW)
    assert "a line of more than 1048576 bytes" in refused(path, small.parts[0])


def test_a_huge_cell_is_named_by_its_row_and_column(put, small) -> None:
    path = put("small.csv", HEADER + ROW + ROW.replace("Somebody", "đ" * 32_768))
    assert "row 3, column «Name»" in refused(path, small.parts[0])


def test_a_cell_as_large_as_excel_allows_is_read(put, small) -> None:
    path = put("small.csv", HEADER + ROW.replace("Somebody", "đ" * 32_767))
    assert next(read(path, small.parts[0])).frame["Name"].str.len_chars().to_list() == [32_767]


def test_a_quote_that_swallows_a_file_is_refused_before_its_end(monkeypatch, put, small) -> None:
    monkeypatch.setattr(text, "BLOCK", 1 << 20)
    path = put("small.csv", HEADER + ROW.replace("Somebody", '"Some') + ROW * 60_000)
    assert "never closes" in refused(path, small.parts[0])


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        ('<string key="k" value="v">' * 50, "nested more than 16 deep"),
        (f'<string key="note" value="{"x" * 3_000_000}"/>', "more than 1048576 bytes"),
    ],
)
def test_an_event_log_nested_or_long_without_end_is_refused(put, small, inside, message) -> None:
    log = f"<log><trace><event>{inside}"
    assert message in refused(put("log.xes", log), small.parts[1])


def test_a_log_of_ever_new_attributes_is_refused_at_its_first_batch(
    monkeypatch, put, small
) -> None:
    monkeypatch.setattr("workbench.ingest.readers.eventlog._BATCH", 10)
    events = "".join(f'<event><string key="k{n}" value="v"/></event>' for n in range(5_000))
    log = f'<log><trace><string key="concept:name" value="A"/>{events}'
    assert "the attribute «k0»" in refused(put("log.xes", log), small.parts[1])


# --- names, extensions and formulas


@pytest.mark.parametrize("name", ["../../climbed.txt", "/climbed.txt", "C:\\climbed.txt"])
def test_names_inside_an_archive_are_never_used_as_paths(tmp_path, sheet, book, name) -> None:
    path = sheet(more=((name, b"out"),))
    before = sorted(tmp_path.parent.rglob("*"))
    assert next(read(path, book.parts[0])).frame.height == 1
    assert sorted(tmp_path.parent.rglob("*")) == before


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("book.xlsx", b"M\xc3\xa3 h\xe1\xbb\x93 s\xc6\xa1,text\n"),
        ("book.xlsx", b"\x1f\x8b packed"),
        ("book.xlsx", b"\xd0\xcf\x11\xe0 old"),
        ("book.xlsx", b"<html><table></table></html>"),
        ("book.xlsx", b"PK\x03\x04 and then nothing"),
    ],
)
def test_something_else_under_the_name_of_a_workbook_is_refused(put, book, name, content) -> None:
    assert name in refused(put(name, content), book.parts[0])


def test_of_a_formula_only_the_text_shown_is_read(sheet, book) -> None:
    formula = b'<c r="B2" t="str"><f>cmd|\' /C calc\'!A0</f><v>shown</v></c>'
    old = b'<c r="B2" t="s"><v>4</v></c>'
    path = sheet(in_sheet(old, formula))
    assert next(read(path, book.parts[0])).frame["Tên thủ tục"].to_list() == ["shown"]


def test_a_formula_typed_as_text_stays_the_text_it_was(put, small) -> None:
    path = put("small.csv", HEADER + ROW.replace("Somebody", FORMULA))
    assert next(read(path, small.parts[0])).frame["Name"].to_list() == [FORMULA]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_refusal_speaks_the_reader_s_language(monkeypatch, put, small, language) -> None:
    monkeypatch.setenv("WORKBENCH_LANG", language)
    message = refused(put("small.csv", HEADER + "x" * 2_000_000), small.parts[0])
    assert ("Hãy kiểm tra" in message) is (language == "vi")


# --- pieces


def test_a_text_read_in_pieces_is_the_text_read_at_once(monkeypatch, put, small) -> None:
    rows = [ROW.replace("A-1", f"A-{n}").replace("Somebody", '"a,\n""b"""') for n in range(200)]
    path = put("small.csv", "Sổ\n" + HEADER + "".join(rows) + "\nCộng,,,,,\n")
    at_once = next(read(path, small.parts[0]))
    monkeypatch.setattr(text, "BLOCK", 1_000)
    pieces = list(read_pieces(path, small.parts[0]))
    (joined,) = read(path, small.parts[0])
    assert len(pieces) > 10
    assert joined.frame.equals(at_once.frame)
    assert (joined.rows_read, joined.heading) == (at_once.rows_read, at_once.heading)


def test_memory_stays_small_however_long_the_text(monkeypatch, put, small) -> None:
    monkeypatch.setattr(text, "BLOCK", 1 << 16)
    path = put("small.csv", HEADER + ROW * 50_000)
    assert max(piece.rows_read for piece in read_pieces(path, small.parts[0])) < 2_000


def test_markup_and_formulas_land_as_the_text_they_are(put, tmp_path, small) -> None:
    import polars as pl

    code = "<img/src=x/onerror=alert(1)>"
    row = ROW.replace("A-1", code)
    path = put("small.csv", HEADER + row)
    ingest(deliveries([path], small), tmp_path / "landed")
    landed = pl.read_parquet(tmp_path / "landed" / "landed_dossiers.parquet")
    assert landed["dossier_id"].to_list() == [code]


def test_a_file_of_blank_lines_costs_no_more_than_one_of_rows(put, small) -> None:
    path = put("small.csv", HEADER + ROW + "\n" * 2_000_000)
    pieces = list(read_pieces(path, small.parts[0]))
    assert max(piece.rows_read for piece in pieces) <= 250_000
    assert sum(piece.rows_ignored for piece in pieces) == 2_000_000


@pytest.mark.parametrize("unit", [FORMULA, "+1", "-1", "@SUM(A1)", "\t=1"])
def test_a_unit_named_like_a_formula_is_inert_in_the_csv_of_the_plots(tmp_path, unit) -> None:
    import polars as pl

    from workbench.figures.metrics import write_plots

    whole = {"profile": "p", "measure": "late_or_overdue", "procedure_id": "*", "channel_in": "*"}
    figures = {"numerator": 1, "denominator": 2, "value": 0.5, "lower": 0.1, "upper": 0.9}
    rows = [{**whole, **figures, "unit_id": u, "period": "2022-H1"} for u in (unit, "*")]
    write_plots(pl.DataFrame(rows), "p", tmp_path / "plots")
    written = pl.read_csv(tmp_path / "plots" / "late_by_unit.csv", infer_schema=False)
    assert written["unit_id"].to_list() == [f"'{unit}"]


# --- places that follow from the order of cells


def unplaced(rows: int, columns: int, cell: bytes = b"<c/>") -> bytes:
    last = b"<row>" + cell * (columns - 1) + b"<c><v>1</v></c></row>"
    return b"<row/>" * (rows - 1) + last + b"</sheetData>"


@pytest.mark.parametrize(
    ("rows", "columns", "cell"),
    [
        (2, 20_000, b"<c/>"),
        (2, 20_000, b'<x:c s="1"/>'),
        (2, 20_000, b'<c x:r="A1"/>'),
        (2_000_000, 2, b"<c/>"),
        (3_000, 12_000, b"<c/>"),
        (3_000, 12_000, b"<c a='>' />"),
    ],
)
def test_cells_without_a_place_do_not_cost_all_memory(sheet, book, rows, columns, cell) -> None:
    path = sheet(in_sheet(b"</sheetData>", unplaced(rows, columns, cell)))
    assert path.stat().st_size < 50_000
    assert "its cells span" in refused(path, book.parts[0])


def test_rows_and_cells_without_a_place_are_read_in_their_order(sheet, book) -> None:
    text = b'<c t="inlineStr"><is><t>%s</t></is></c>'
    row = b"<row>" + text % b"A-2" + text % b"Khai sinh" + text % b"06/01/2022" + b"</row>"
    (table,) = read(sheet(in_sheet(b"</sheetData>", row + b"</sheetData>")), book.parts[0])
    assert table.frame["Mã hồ sơ"].to_list() == ["A-1", "A-2"]
    assert table.frame["source_row"].to_list() == [2, 3]


def test_a_padded_number_of_a_row_is_read_as_it_is(sheet, book) -> None:
    far = b'<row r="%s"><c r="XFD%s"><v>1</v></c></row></sheetData>' % ((b"0" * 30 + b"9999",) * 2)
    assert "its cells span 9999 rows" in refused(
        sheet(in_sheet(b"</sheetData>", far)), book.parts[0]
    )


def test_a_long_shared_text_shown_in_many_cells_is_refused(monkeypatch, sheet, book) -> None:
    monkeypatch.setattr(limits, "SHEET_TEXT", 1 << 20)

    def edit(name: str, data: bytes) -> bytes:
        if name.endswith("sharedStrings.xml"):
            return data.replace(b"Khai sinh", b"x" * 30_000)
        cells = b"".join(b'<row><c t="s"><v>4</v></c></row>' for _ in range(100))
        return data.replace(b"</sheetData>", cells + b"</sheetData>") if "sheet1" in name else data

    assert "its cells show 2 MiB of text" in refused(sheet(edit), book.parts[0])


def test_a_long_shared_text_beside_many_short_ones_is_read(monkeypatch, sheet, book) -> None:
    monkeypatch.setattr(limits, "SHEET_TEXT", 100_000)

    def edit(name: str, data: bytes) -> bytes:
        return data.replace(b"Khai sinh", b"x" * 30_000) if "shared" in name else data

    (table,) = read(sheet(edit), book.parts[0])
    assert table.frame["Tên thủ tục"].str.len_chars().to_list() == [30_000]


def sheets(count: int) -> Edit:
    more = b"".join(
        b'<sheet name="s%d" sheetId="%d" r:id="rId1"/>' % (n, n) for n in range(2, count + 1)
    )
    return lambda name, data: (
        data.replace(b"</sheets>", more + b"</sheets>") if name == "xl/workbook.xml" else data
    )


def test_more_sheets_than_any_register_has_are_refused(sheet, book) -> None:
    assert "has 501 sheets" in refused(sheet(sheets(501)), book.parts[0])


def test_sheets_that_share_a_part_count_each(monkeypatch, sheet, book) -> None:
    monkeypatch.setattr(limits, "SHEET_CELLS", 29)
    assert "together span 30 cells" in refused(sheet(sheets(5)), book.parts[0])


def test_a_merged_range_to_the_end_of_the_world_is_refused(sheet, book) -> None:
    merge = b'</sheetData><mergeCells><mergeCell ref="A2:A99999999999999"/></mergeCells>'
    path = sheet(in_sheet(b"</sheetData>", merge))
    assert "rows of merged cells" in refused(path, book.parts[0])
