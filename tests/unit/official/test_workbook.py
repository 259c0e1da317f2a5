"""The forms as Excel workbooks: official layout, texts that stay texts, the same bytes."""

from __future__ import annotations

import datetime as dt
import re
import zipfile

import fastexcel
import polars as pl
import pytest

from workbench.core.errors import OutputBusy
from workbench.core.vocabulary import ReportSpan
from workbench.figures.measures import COUNTERS
from workbench.messages import use_language
from workbench.official import Form, Letterhead, Names, fill, form_names, write_form

SPAN = ReportSpan("nd09_2019", "2022-H1", dt.date(2021, 12, 15), dt.date(2022, 6, 14))
TRICK = '=HYPERLINK("x","y")'
LETTERHEAD = Letterhead(
    agency="UBND Thành phố Sa Đéc",
    parent="UBND Tỉnh Đồng Tháp",
    profile_label="wb_strict@1",
    convention_title="Nghị định 09",
    snapshot_at=dt.datetime(2022, 6, 30, 17, 0, tzinfo=dt.timezone(dt.timedelta(hours=7))),
    synthetic=True,
)


def counts(**given: int) -> pl.DataFrame:
    figures = dict.fromkeys(COUNTERS, 0) | given
    keys = {
        "profile": "wb_strict",
        "convention": SPAN.convention,
        "period": SPAN.period,
        "unit_id": "U1",
        "field_of_work": TRICK,
        "procedure_id": "P1",
        "channel_in": "online",
    }
    return pl.DataFrame([keys | figures])


@pytest.fixture
def filled(reference_dir):
    figures = {"in_play": 1200, "received": 1200, "received_online": 1200, "done": 1190}
    figures |= {"early": 1000, "on_time": 100, "late": 90, "late_unrecorded": 90, "withdrawn": 10}
    figures |= {"territory_unknown": 1200, "payment_unknown": 1200}

    def fill_form(name: str = "II.06a"):
        form = Form.read(name, reference_dir)
        return fill(form, counts(**figures), span=SPAN, profile="wb_strict", names=Names())

    return fill_form


@pytest.fixture
def written(filled, tmp_path):
    def write(name: str = "II.06a", letterhead: Letterhead = LETTERHEAD):
        path = tmp_path / "form.xlsx"
        with use_language("vi"):
            write_form(filled(name), path, letterhead)
        return path

    return write


def cells(path, sheet=0) -> list[list[str]]:
    frame = fastexcel.read_excel(path).load_sheet(sheet, header_row=None, dtypes="string")
    return [[c for c in row if c] for row in frame.to_polars().rows()]


def test_the_sheet_reads_from_the_heading_to_the_signatures(written):
    texts = [text for row in cells(written()) for text in row]
    for text in (
        "UBND THÀNH PHỐ SA ĐÉC",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Kỳ báo cáo: 6 tháng đầu năm 2022 (từ ngày 15/12/2021 đến ngày 14/06/2022)",
        "DỮ LIỆU MÔ PHỎNG",
        "Số hồ sơ nhận giải quyết",
        "Trong kỳ",
        "(13)",
        "Tổng cộng",
        "NGƯỜI LẬP BIỂU",
        "THỦ TRƯỞNG ĐƠN VỊ",
    ):
        assert text in texts
    note = next(t for t in texts if t.startswith("Ghi chú"))
    for part in ("wb_strict@1", "Nghị định 09", "17:00 30/06/2022"):
        assert part in note


@pytest.mark.parametrize(("form", "columns"), [("II.06a", 13), ("07a/BTP", 26), ("opencps20", 20)])
def test_a_form_has_its_columns_numbered(written, form, columns):
    numbers = [f"({n})" for n in range(1, columns + 1)]
    assert numbers in cells(written(form))


def test_the_total_stands_under_its_columns(written):
    total = next(row for row in cells(written()) if row[:1] == ["Tổng cộng"])
    assert total[1:] == ["1200", "1200", "0", "0", "1190", "1000", "100", "90", "0", "0", "0"]


def test_real_data_carry_no_mark_of_simulation(written):
    real = Letterhead("", "", "wb_strict@1", "", LETTERHEAD.snapshot_at, synthetic=False)
    assert not any("MÔ PHỎNG" in text for row in cells(written(letterhead=real)) for text in row)


def test_a_gap_is_printed_with_its_reason_under_the_form_and_on_its_own_sheet(written):
    path = written()
    notes = [text for row in cells(path) for text in row if "Chênh lệch" in text]
    assert notes == [
        "Chênh lệch ở dòng tổng cộng: cột 3 = 7 + 11 lệch 10; do: công dân rút 10; "
        "chưa giải thích được: 0."
    ]
    gaps = cells(path, sheet=1)
    assert len(gaps) == 2 + 2
    assert gaps[-1][1:] == ["3 = 7 + 11", "1200", "1190", "10", "công dân rút 10", "0"]


def test_an_empty_cell_says_why(written):
    texts = [text for row in cells(written("07a/BTP")) for text in row]
    assert any(t.startswith("Cột (13), (14) để trống") for t in texts)
    assert any(t.startswith("Cột (24), (25), (26) để trống") for t in texts)


def test_a_name_from_the_data_is_never_a_formula(written):
    with zipfile.ZipFile(written()) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        shared = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "=HYPERLINK" in shared


def test_the_font_is_times_new_roman_everywhere_but_in_the_default_style(written):
    with zipfile.ZipFile(written()) as book:
        fonts = re.findall(r'<name val="([^"]+)"', book.read("xl/styles.xml").decode())
    assert fonts.count("Times New Roman") == len(fonts) - 1


@pytest.mark.parametrize("form", ["II.06a", "07a/BTP", "opencps20"])
def test_the_same_figures_give_the_same_bytes(written, form):
    assert written(form).read_bytes() == written(form).read_bytes()


def test_every_form_can_be_written_in_english(filled, tmp_path, reference_dir):
    for number, name in enumerate(form_names(reference_dir)):
        path = tmp_path / f"{number}.xlsx"
        with use_language("en"):
            write_form(filled(name), path, LETTERHEAD)
        assert "SIMULATED DATA" in [text for row in cells(path) for text in row]


def test_a_folder_that_cannot_be_written_is_reported(filled, tmp_path):
    with pytest.raises(OutputBusy, match="cannot be written"):
        write_form(filled("II.06a"), tmp_path / "nowhere" / "form.xlsx", LETTERHEAD)
