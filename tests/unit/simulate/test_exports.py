"""The exports are as untidy as the layout says, and still hold the register."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from pathlib import Path

import fastexcel
import polars as pl
import pytest

from workbench.testing.simulate.exports import address, applicant_name, staff_name, telephone
from workbench.testing.simulate.sheet import COLUMNS
from workbench.testing.simulate.spelling import UnitNames, old_tones

SYNTHETIC = "DỮ LIỆU MÔ PHỎNG - không phải hồ sơ thật"
DATE_COLUMNS = range(13, 19)
STAMP = re.compile(r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d")


@pytest.fixture(scope="module")
def grids(sample) -> dict[str, list[tuple[str | None, ...]]]:
    """All cells of each workbook as text, by half-year."""
    found = {}
    for path in sorted(sample.inbox.glob("*.xlsx")):
        book = fastexcel.read_excel(path)
        assert book.sheet_names == ["Sổ theo dõi"]
        sheet = book.load_sheet(
            0, header_row=None, dtypes="string", skip_whitespace_tail_rows=False
        )
        found[path.stem[-7:]] = sheet.to_polars().rows()
    return found


@pytest.fixture(scope="module")
def rows(grids) -> list[tuple[str | None, ...]]:
    """The rows of dossiers of all workbooks."""
    return [row for grid in grids.values() for row in grid if row[1] and row[1][:3] == "000"]


@pytest.fixture(scope="module")
def journals(sample) -> dict[str, list[list[str]]]:
    """The rows of each text file under its two title lines, by file name."""
    found = {}
    for path in sorted(sample.inbox.glob("*.csv")):
        text = path.read_bytes().decode("utf-8-sig")
        found[path.name] = list(csv.reader(io.StringIO(text), delimiter=";"))
    return found


def test_workbooks_open_with_heading_title_label_and_snapshot(grids):
    for grid in grids.values():
        assert grid[0][0] == "UBND THÀNH PHỐ SA ĐÉC"
        assert grid[0][8] == "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
        assert grid[3][0] == "SỔ THEO DÕI HỒ SƠ THỦ TỤC HÀNH CHÍNH"
        assert grid[4][0] == SYNTHETIC
        assert grid[5][0] == "Số liệu tính đến 17:00 ngày 30/06/2022"


def test_header_spans_two_rows_with_groups_and_a_row_of_numbers(grids):
    for grid in grids.values():
        top, below, numbers = grid[6:9]
        assert top[2] == "Chủ hồ sơ"
        assert below[2:5] == ("Họ tên", "Số điện thoại", "Địa chỉ")
        assert top[13] == "Thời gian"
        assert [a or b for a, b in zip(below, top, strict=True)] == [h for h, _ in COLUMNS]
        assert numbers == tuple(f"({i})" for i in range(1, 23))


def test_header_cells_are_merged(sample):
    book = next(iter(sorted(sample.inbox.glob("*.xlsx"))))
    with zipfile.ZipFile(book) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode("utf-8")
    merged = set(re.findall(r'<mergeCell ref="([A-Z]+\d+:[A-Z]+\d+)"', sheet))
    assert {"C7:E7", "N7:S7", "A7:A8", "B7:B8", "A4:V4"} <= merged


def test_each_unit_has_a_section_and_its_subtotal(grids):
    for grid in grids.values():
        marks = [row[0] for row in grid[9:] if row[0] and not row[0].isdigit()]
        sections = [m for m in marks if re.match(r"[A-V]\. ", m)]
        assert marks.count("Cộng") == len(sections) == 22
        assert marks.count("Tổng cộng") == 1
        assert sections[0] == "A. UBND Thành phố Sa Đéc"


def test_totals_count_the_rows_above_them(grids):
    for grid in grids.values():
        counted = total = 0
        for row in grid[9:]:
            if row[0] == "Cộng":
                assert row[6] == f"{counted} hồ sơ"
                total, counted = total + counted, 0
            elif row[0] == "Tổng cộng":
                assert row[6] == f"{total} hồ sơ"
            elif row[1] and row[0]:
                counted += 1
                assert row[0] == str(counted)


def test_a_signature_block_stands_below_the_total(grids):
    for grid in grids.values():
        flat = [cell for row in grid[-4:] for cell in row if cell]
        assert "NGƯỜI LẬP BIỂU" in flat
        assert "THỦ TRƯỞNG ĐƠN VỊ" in flat


def test_every_dossier_stands_in_the_workbook_of_its_half_year(grids, register):
    for half, grid in grids.items():
        listed = [row[1] for row in grid if row[1] and row[1][:3] == "000"]
        assert listed == register.dossiers.filter(period=half)["dossier_id"].to_list()


def test_dates_are_text_for_most_and_true_dates_for_a_share(sample):
    for path in sorted(sample.inbox.glob("*.xlsx")):
        with zipfile.ZipFile(path) as parts:
            sheet = parts.read("xl/worksheets/sheet1.xml").decode("utf-8")
        received = re.findall(r'<c r="O\d+"( s="\d+")?( t="s")?><v>', sheet)
        as_date = sum(1 for _, text in received if not text)
        assert 0.08 < as_date / len(received) < 0.16


def test_stamps_in_the_register_are_the_true_ones_to_the_minute(rows, register):
    truth = {row["dossier_id"]: row for row in register.dossiers.iter_rows(named=True)}
    checked = 0
    for row in rows:
        for column, name in ((15, "due_at"), (16, "resolved_at")):
            known = truth[row[1]][name]
            if row[column] is None:
                assert known is None
                continue
            as_text, as_date = f"{known:%d/%m/%Y %H:%M}", f"{known:%Y-%m-%d %H:%M}:00"
            assert row[column] in (as_text, as_date)
            checked += 1
    assert checked > 10_000


def test_two_resolved_dossiers_have_lost_their_date_of_reception(rows):
    lost = [
        row for row in rows if row[14] is None and row[20] not in ("Mới đăng ký", "Chờ tiếp nhận")
    ]
    assert len(lost) == 2
    assert all(row[16] and row[13] for row in lost)


def test_codes_carry_unit_and_day_of_reception(register, world):
    numbers = {o.unit_id: o.code_number for o in world.scenario.offices}
    wanted = register.dossiers.filter(pl.col("received_at").is_not_null()).select(
        "dossier_id", "unit_id", "received_at"
    )
    for code, unit, received in wanted.iter_rows():
        assert re.fullmatch(r"000\.00\.\d{2}\.H20-\d{6}-\d{4}", code)
        assert code.startswith(f"000.00.{numbers[unit]}.H20-{received:%y%m%d}-")
    assert register.dossiers["dossier_id"].is_unique().all()


def test_codes_count_the_dossiers_of_a_unit_and_day(register):
    by_day = register.dossiers.group_by(pl.col("dossier_id").str.head(20), maintain_order=True)
    for _, day in by_day:
        numbers = day["dossier_id"].str.tail(4).cast(pl.Int64).to_list()
        assert numbers == list(range(1, len(numbers) + 1))


def test_units_are_written_in_several_ways_that_all_mean_the_unit(rows, reference_dir, world):
    names = {o.name: o.unit_id for o in world.scenario.offices}
    aliases = pl.read_csv(reference_dir / "unit_aliases.csv", infer_schema=False)
    known = names | dict(aliases.select("alias", "unit_id").iter_rows())
    known |= {old_tones(name): unit for name, unit in names.items()}
    written = {row[8] for row in rows}
    meant = {known[unicodedata.normalize("NFC", name)] for name in written}
    assert meant == set(names.values())
    assert {"Phường An Hòa", "UBND Phường An Hoà", "UBND Phường 1", "Phường 1"} <= written
    assert any(unicodedata.normalize("NFC", name) != name for name in written)


def test_national_codes_come_with_and_without_the_agencys_suffix(rows):
    codes = {row[5] for row in rows}
    assert "2.000815" in codes
    assert "2.000815.000.00.00.H20" in codes
    assert not [c for c in codes if c.startswith("TD-") and c.endswith("H20")]


def test_old_due_dates_hide_in_the_note(rows, register):
    moved = register.dossiers.filter(pl.col("due_at") != pl.col("due_first_at"))
    notes = {row[1]: row[21] for row in rows if row[21]}
    assert set(notes) == set(moved["dossier_id"])
    first = dict(moved.select("dossier_id", "due_first_at").iter_rows())
    for code, note in notes.items():
        assert note == f"Hạn cũ: {first[code]:%d/%m/%Y %H:%M}"


def test_no_person_in_the_personal_columns_can_be_real(rows):
    for row in rows:
        assert re.search(r"Mẫu|Ví Dụ|Giả Định|Mô Phỏng|Thử Nghiệm", row[2])
        assert re.fullmatch(r"000000\d{4}", row[3])
        assert "đường Mô Phỏng" in row[4]


def test_text_files_say_first_that_they_are_synthetic(journals):
    assert len(journals) == 6
    for name, lines in journals.items():
        assert lines[0] == [SYNTHETIC]
        assert lines[1][0].endswith("số liệu tính đến 17:00 ngày 30/06/2022"), name


def test_text_files_have_a_byte_order_mark_and_windows_line_ends(sample):
    for path in sample.inbox.glob("*.csv"):
        raw = path.read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        assert raw.count(b"\n") == raw.count(b"\r\n")


def test_journals_have_the_columns_of_the_layout(journals):
    for name, lines in journals.items():
        if name.startswith("nhat-ky"):
            assert ";".join(lines[2]) == (
                "Mã hồ sơ;Bước;Tên bước;Đơn vị;Mã tài khoản;Người xử lý;"
                "Đến;Bắt đầu;Kết thúc;Hạn bước;Định mức (giờ)"
            )
        else:
            assert lines[2] == ["Mã hồ sơ", "Lý do", "Tạm dừng từ", "Tiếp tục từ"]


def test_journals_hold_every_step_and_a_few_rows_twice(journals, register):
    rows = [
        tuple(line)
        for name, lines in journals.items()
        if name.startswith("nhat-ky")
        for line in lines[3:]
    ]
    once = set(rows)
    assert 10 < len(rows) - len(once) < 80
    keys = {(row[0], int(row[1])) for row in once}
    assert len(keys) == len(once)
    assert keys == set(register.steps.select("dossier_id", "step_no").iter_rows())


def test_journal_stamps_are_text_to_the_second(journals):
    for name, lines in journals.items():
        columns = slice(6, 10) if name.startswith("nhat-ky") else slice(2, 4)
        for line in lines[3:]:
            assert all(not cell or STAMP.fullmatch(cell) for cell in line[columns])


def test_norms_are_written_with_a_decimal_comma(journals):
    norms = {line[10] for line in journals["nhat-ky-xu-ly_2022-H1.csv"][3:]}
    assert all(re.fullmatch(r"\d+,\d", norm) for norm in norms - {""})
    assert len(norms) > 5


def test_accounts_name_the_unit_and_the_role(journals):
    accounts = {line[4] for line in journals["nhat-ky-xu-ly_2022-H1.csv"][3:]}
    assert "sd-p1-cb02" in accounts
    assert all(re.fullmatch(r"sd(-[a-z0-9]+)?-(mc|ld|cb|vt)\d\d", a) for a in accounts)


def test_made_up_people_differ_by_number_and_kind():
    assert applicant_name(1, "citizen") != applicant_name(2, "citizen")
    assert applicant_name(1, "other").startswith("Tổ chức")
    assert telephone(42) == "0000000042"
    assert address(3) == "Số 4, đường Mô Phỏng, Khóm 0"
    assert staff_name("sd-vp-mc01").endswith("sd-vp-mc01")


def test_a_unit_without_other_names_is_written_by_its_own(tmp_path: Path):
    names = UnitNames({"U": "Phòng Hòa Giải"}, tmp_path / "no-aliases.csv")
    assert names.write("U", 0.01) == "Phòng Hoà Giải"
    assert names.write("U", 0.9) == "Phòng Hòa Giải"
    assert names.write("U", 0.26) == unicodedata.normalize("NFD", "Phòng Hòa Giải")
