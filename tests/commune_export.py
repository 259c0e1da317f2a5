"""A made-up export of a commune's public-service centre in 2026, with the headers of many programs.

No row is a real dossier. Three dossiers were received each Monday from 22 December 2025 on, and
every tenth ended late; all fields that offices count beside the clock stand in columns of their
own, as offices mark them.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import xlsxwriter

HEADERS = (
    *("STT", "Số hồ sơ", "Tên TTHC", "Cơ quan thực hiện", "Nơi nộp hồ sơ", "Họ tên người nộp"),
    *(
        "Ngày nhận hồ sơ",
        "Thời hạn giải quyết",
        "Hẹn trả",
        "Ngày kết thúc xử lý",
        "Ngày Trả KQ",
        "Tình trạng",
    ),
    *("Hình thức tiếp nhận", "Nhận kết quả qua", "Mức độ", "Thư xin lỗi", "Ngày thư xin lỗi"),
    *("Số lần gia hạn", "Số lần bổ sung", "Phi địa giới", "Hình thức thanh toán"),
    *("Số hóa thành phần hồ sơ", "Kết quả điện tử", "Mức độ hài lòng", "Phản ánh, kiến nghị"),
)
WARD = "Phòng Kinh tế, Hạ tầng và Đô thị phường Sa Đéc"
CENTRE = "Trung tâm Phục vụ hành chính công phường Sa Đéc"
NEIGHBOUR = "UBND phường Cao Lãnh"
DOSSIERS = 60


def write_commune_export(path: Path) -> Path:
    """Write the workbook and return its path."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Sổ theo dõi")
        heading = ("UBND PHƯỜNG SA ĐÉC", "SỔ THEO DÕI HỒ SƠ", "Số liệu tính đến ngày 30/06/2026")
        for line, text in enumerate(heading):
            sheet.write(line, 0, text)
        sheet.write_row(4, 0, HEADERS)
        for number in range(DOSSIERS):
            sheet.write_row(5 + number, 0, _row(number))
        sheet.write_row(5 + DOSSIERS, 0, ("", "Tổng cộng", f"{DOSSIERS} hồ sơ"))
    return path


def _row(number: int) -> list[object]:
    received = dt.date(2025, 12, 22) + dt.timedelta(days=7 * (number // 3))
    due = received + dt.timedelta(days=7)
    is_late, is_open = number % 10 == 1, number >= DOSSIERS - 2
    ended = received + dt.timedelta(days=9 if is_late else 3)
    is_paid = number % 4 == 0
    return [
        *(number + 1, f"H20.29905-{received:%y%m%d}-{number:04d}", "Cấp giấy phép xây dựng"),
        *(WARD, NEIGHBOUR if number % 12 == 5 else CENTRE, "Nguyễn Thị Mẫu"),
        *(f"{received:%d/%m/%Y} 08:{number:02d}", "8 ngày làm việc", f"{due:%d/%m/%Y}"),
        *(("", "") if is_open else (f"{ended:%d/%m/%Y} 09:30", f"{ended:%d/%m/%Y} 15:00")),
        *(
            "Đang xử lý" if is_open else "Đã trả kết quả",
            "Trực tuyến" if number % 2 else "Trực tiếp",
        ),
        *("" if is_open else "Trực tiếp", 4 if number % 2 else 2),
        *(("Có", f"{due:%d/%m/%Y}") if is_late and number % 20 == 1 else ("", "")),
        *(1 if is_late else "", 1 if number % 15 == 2 else "", "x" if number % 12 == 5 else ""),
        *(("Trực tuyến" if number % 8 == 0 else "Tiền mặt") if is_paid else "Miễn phí",),
        *("x" if number % 3 else "", "Có" if number % 2 else "Không"),
        *("Hài lòng" if number % 5 else "Không hài lòng", "x" if number == 7 else ""),
    ]
