"""A small register of its own, and the one-stop export written by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from workbench.ingest import SourceProfile, read_profile

PROFILE = """
name = "small"
title_vi = "Sổ nhỏ"
title_en = "Small register"
time_zone = "Asia/Ho_Chi_Minh"
calendar_id = "always"

[snapshot]
latest = true

[codes.channel_in]
"Tại quầy" = "counter"
"Qua mạng" = "online"

[[files]]
patterns = ["small*.csv", "small*.csv.gz"]
kind = "csv"
rows = "dossier"
personal = ["Name"]
ignored = ["No."]
optional = ["Due"]
keep_text = ["x_channel"]

[files.columns]
"Code" = "dossier_id"
"Received" = "received_at"
"Due" = "due_at"
"Channel" = ["channel_in", "x_channel"]

[[files]]
patterns = ["log*.xes", "log*.xes.gz"]
kind = "xes"
rows = "event"
ignored = ["note", "note/inner"]
optional = ["case:start"]

[files.columns]
"case:concept:name" = "dossier_id"
"case:start" = "dossier.received_at"
"concept:name" = "step.step"
"time:timestamp" = "step.finished_at"

[files.constants]
"dossier.unit_id" = "U1"
"""


@pytest.fixture
def profile_file(tmp_path: Path) -> Path:
    """The small register's profile."""
    path = tmp_path / "small.toml"
    path.write_text(PROFILE, encoding="utf-8")
    return path


@pytest.fixture
def small(profile_file: Path) -> SourceProfile:
    """The small register's profile, read."""
    return read_profile(profile_file)


Put = Callable[[str, str | bytes], Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Write a file of an export: ``put("small.csv", "...")``."""
    folder = tmp_path / "export"
    folder.mkdir()

    def write(name: str, content: str | bytes) -> Path:
        path = folder / name
        data = content.encode("utf-8") if isinstance(content, str) else content
        path.write_bytes(data)
        return path

    return write


MARKERS = ("Nguyễn Thị Đánh Dấu", "0912345678", "12 đường Bí Mật", "Cán bộ Lộ Tên", "ghi chú riêng")
GROUPS = {2: "Chủ hồ sơ", 13: "Thời gian"}
REGISTER = (
    "STT",
    "Mã hồ sơ",
    "Họ tên",
    "Số điện thoại",
    "Địa chỉ",
    "Mã thủ tục",
    "Tên thủ tục hành chính",
    "Lĩnh vực",
    "Đơn vị giải quyết",
    "Hình thức nộp",
    "Mức độ",
    "Đối tượng",
    "Xử lý trực tuyến",
    "Ngày nộp",
    "Ngày tiếp nhận",
    "Ngày hẹn trả",
    "Ngày có kết quả",
    "Ngày trả kết quả",
    "Ngày ký văn bản",
    "Hình thức nhận kết quả",
    "Trạng thái",
    "Ghi chú",
)
GROUPED = {*range(2, 5), *range(13, 19)}
CODES = ("000.00.14.H20-220104-0001", "000.00.14.H20-220113-0001")


def dossier(number: int, code: str, due: object) -> list[object]:
    name, phone, address, _, note = MARKERS
    return [
        number,
        code,
        name,
        phone,
        address,
        "1.001193",
        "Đăng ký khai sinh",
        "Hộ tịch",
        "UBND Phường 1",
        "Nộp trực tuyến",
        "4",
        "Người dân",
        "Có",
        "04/01/2022 07:30",
        "13/01/2022 08:00",
        due,
        "14/01/2022 09:00",
        None,
        None,
        "Nhận trực tiếp",
        "Đã xử lý xong",
        note,
    ]


@pytest.fixture
def one_stop_files(tmp_path: Path) -> Path:
    """A one-stop export with every trait of the layout, and marked personal values."""
    folder = tmp_path / "one_stop"
    folder.mkdir()
    _write_register(folder / "so-theo-doi-ho-so_2022-H1.xlsx")
    (folder / "nhat-ky-xu-ly_2022-H1.csv").write_text(
        "\ufeffNHẬT KÝ XỬ LÝ\nSố liệu tính đến 17:00 ngày 30/06/2022\n"
        "Mã hồ sơ;Bước;Tên bước;Đơn vị;Mã tài khoản;Người xử lý;"
        "Đến;Bắt đầu;Kết thúc;Hạn bước;Định mức (giờ)\n"
        f"{CODES[0]};1;Tiếp nhận;UBND Phường 1;cb-01;{MARKERS[3]};"
        "13/01/2022 08:00:00;13/01/2022 08:05:00;13/01/2022 08:10:00;13/01/2022 16:00:00;0,5\n",
        encoding="utf-8",
        newline="\n",
    )
    (folder / "tam-dung_2022-H1.csv").write_text(
        "Mã hồ sơ;Lý do;Tạm dừng từ;Tiếp tục từ\n"
        f"{CODES[0]};Yêu cầu bổ sung;13/01/2022 09:00:00;13/01/2022 10:00:00\n",
        encoding="utf-8",
        newline="\n",
    )
    return folder


def _write_register(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Sổ theo dõi")
        date = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        sheet.write(0, 0, "UBND THÀNH PHỐ SA ĐÉC")
        sheet.write(4, 0, "DỮ LIỆU MÔ PHỎNG - không phải hồ sơ thật")
        sheet.write(5, 0, "Số liệu tính đến 17:00 ngày 30/06/2022")
        for column, header in enumerate(REGISTER):
            sheet.write(7 if column in GROUPED else 6, column, header)
            sheet.write(8, column, f"({column + 1})")
        for column, group in GROUPS.items():
            sheet.write(6, column, group)
        sheet.write(9, 0, "A. Phường 1")
        sheet.write_row(10, 0, dossier(1, CODES[0], "14/01/2022 17:00"))
        sheet.write_row(11, 0, dossier(2, CODES[1], None))
        sheet.write_datetime(11, 15, dt.datetime(2022, 1, 14, 17), date)  # noqa: DTZ001
        sheet.write(12, 0, "Cộng")
        sheet.write(12, 6, "2 hồ sơ")
        sheet.write(13, 0, "Tổng cộng")
        sheet.write(15, 1, "NGƯỜI LẬP BIỂU")
        sheet.write(15, 15, "THỦ TRƯỞNG ĐƠN VỊ")
        sheet.write(18, 1, "Trần Văn Lập Biểu")


@pytest.fixture
def personal_values() -> tuple[str, ...]:
    """What stands in the personal and free-text columns of the hand-written export."""
    return (*MARKERS, "Trần Văn Lập Biểu")
