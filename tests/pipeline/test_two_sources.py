"""One inbox with an office's register and the payloads it sent to the portal, the whole way."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from workbench.clean import clean
from workbench.cli import main
from workbench.clock.stage import clock
from workbench.core.project import Project, shipped
from workbench.core.run_folders import RunFolders
from workbench.explain import explain
from workbench.ingest import inbox_deliveries, ingest, shipped_profiles

CODES = {
    name: f"000.00.14.H20-220104-000{n}"
    for n, name in enumerate(
        ("synced late", "in both alike", "late in both", "never synced"), start=1
    )
}
DAY_IN = "04/01/2022 08:00"
DUE = "10/01/2022 17:00"
DONE = {"synced late": 7, "in both alike": 7, "late in both": 13, "never synced": 7}
"""The day of January on which the office's own register has the result."""

SYNCED = {"synced late": 13, "in both alike": 7, "late in both": 17, "never synced": None}
"""The day on which the portal has the result."""


def write_register(folder: Path) -> None:
    header = ("Mã hồ sơ", "Mã thủ tục", "Tên thủ tục hành chính", "Lĩnh vực", "Đơn vị giải quyết")
    header += ("Hình thức nộp", "Mức độ", "Đối tượng", "Xử lý trực tuyến", "Ngày tiếp nhận")
    header += ("Ngày hẹn trả", "Ngày có kết quả", "Ngày trả kết quả", "Trạng thái")
    header += ("Họ tên", "Số điện thoại", "Địa chỉ", "STT", "Ghi chú")
    same = ("1.001193", "Đăng ký khai sinh", "Hộ tịch", "UBND Phường 1", "Trực tiếp", "2")
    with xlsxwriter.Workbook(folder / "so-theo-doi-ho-so_2022-H1.xlsx") as book:
        sheet = book.add_worksheet("Sổ")
        sheet.write(0, 0, "Số liệu tính đến 17:00 ngày 31/01/2022")
        sheet.write_row(2, 0, header)
        for n, (name, code) in enumerate(CODES.items()):
            done = f"{DONE[name]:02}/01/2022 10:00"
            row = (code, *same, "Cá nhân", "Không", DAY_IN, DUE, done, done, "Đã trả kết quả")
            sheet.write_row(3 + n, 0, (*row, "Người Thử", "", "", str(n + 1), ""))


def write_steps(folder: Path) -> None:
    """Log the steps of the dossier that the office itself finished late."""
    code = CODES["late in both"]
    lines = [
        "Mã hồ sơ;Bước;Tên bước;Đơn vị;Mã tài khoản;Đến;Bắt đầu;Kết thúc;Người xử lý",
        f"{code};1;Tiếp nhận;UBND Phường 1;a1;{DAY_IN};{DAY_IN};04/01/2022 09:00;Người Thử",
        f"{code};2;Thẩm định;UBND Phường 1;a2;04/01/2022 09:00;05/01/2022 09:00;"
        "13/01/2022 09:00;Người Thử",
        f"{code};3;Trình ký;UBND Phường 1;a3;13/01/2022 09:00;13/01/2022 09:30;"
        "13/01/2022 10:00;Người Thử",
    ]
    text = "\n".join(lines)
    (folder / "nhat-ky-xu-ly_2022-H1.csv").write_text(text, encoding="utf-8-sig")


def write_payloads(folder: Path) -> None:
    rows = [
        {
            "MaHoSo": code,
            "MaTTHC": "1.001193.000.00.00.H20",
            "TenTTHC": "Đăng ký khai sinh",
            "TenLinhVuc": "Hộ tịch",
            "KenhThucHien": 1,
            "LoaiDoiTuong": 1,
            "NgayTiepNhan": "20220104080000",
            "NgayHenTra": "20220110170000",
            "NgayKetThucXuLy": f"202201{day:02}143000" if (day := SYNCED[name]) else "",
            "TrangThaiHoSo": 10 if day else 4,
            "DonViXuLy": "UBND Phường 1",
        }
        for name, code in CODES.items()
    ]
    text = json.dumps({"data": rows}, ensure_ascii=False)
    (folder / "DongBoHoSoMC_20220131170000.json").write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    work = Project(tmp_path_factory.mktemp("two") / "project")
    work.inbox.mkdir(parents=True)
    write_register(work.inbox)
    write_steps(work.inbox)
    write_payloads(work.inbox)
    facts = shipped()
    exports = inbox_deliveries(work.inbox, shipped_profiles(facts.reference))
    ingest(exports, work.landed, reference=facts.reference)
    folders = RunFolders(work, facts)
    clean(folders)
    clock(folders)
    explain(folders, profile="wb_strict")
    return work


def by_name(table: pl.DataFrame, column: str) -> dict[str, str]:
    names = {code: name for name, code in CODES.items()}
    return {names[code]: value for code, value in table.select("dossier_id", column).iter_rows()}


def test_each_dossier_counts_once_by_one_of_its_records(project):
    dossiers = pl.read_parquet(project.clean / "dossiers.parquet")
    assert by_name(dossiers, "source") == {
        "synced late": "national_portal",
        "in both alike": "one_stop",
        "late in both": "national_portal",
        "never synced": "national_portal",
    }
    sums = pl.read_parquet(project.clean / "reconciliation.parquet").sort("source", "source_file")
    assert sums.select("source", "rows_read", "rows_clean", "rows_merged").rows() == [
        ("national_portal", 4, 3, 1),
        ("one_stop", 3, 3, 0),
        ("one_stop", 4, 1, 3),
    ]


def test_late_only_at_the_portal_is_distinguished_from_really_late(project):
    late = pl.read_parquet(project.results / "late_dossiers.parquet")
    assert by_name(late, "reality") == {
        "synced late": "record_only",
        "late in both": "real",
        "never synced": "record_only",
    }
    causes = pl.read_parquet(project.results / "causes.parquet").filter(cause="record_lag")
    assert by_name(causes, "grade") == dict.fromkeys(by_name(late, "reality"), "A")


def test_the_page_of_a_dossier_names_both_sources_and_both_days(project, tmp_path, capsys):
    tables = tmp_path / "tables"
    tables.mkdir()
    for folder in (project.clean, project.clock, project.results):
        for table in folder.glob("*.parquet"):
            (tables / table.name).write_bytes(table.read_bytes())
    command = ["explain", CODES["synced late"], "--data", str(tmp_path), "--lang", "en"]
    assert main(command) == 0
    output = " ".join(capsys.readouterr().out.split())
    assert "(one_stop) the dossier ended on 07/01/2022" in output
    assert "national_portal has it on 13/01/2022" in output
    assert "late only on record" in output
