"""The workbook of a register as a one-stop office prints it.

National heading, title, two-row merged header, a row of column numbers, one section per unit
with its subtotal, the total, and the signature block.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from workbench.messages import say, use_language

COLUMNS = (
    ("STT", ""),
    ("Mã hồ sơ", ""),
    ("Họ tên", "Chủ hồ sơ"),
    ("Số điện thoại", "Chủ hồ sơ"),
    ("Địa chỉ", "Chủ hồ sơ"),
    ("Mã thủ tục", ""),
    ("Tên thủ tục hành chính", ""),
    ("Lĩnh vực", ""),
    ("Đơn vị giải quyết", ""),
    ("Hình thức nộp", ""),
    ("Mức độ", ""),
    ("Đối tượng", ""),
    ("Xử lý trực tuyến", ""),
    ("Ngày nộp", "Thời gian"),
    ("Ngày tiếp nhận", "Thời gian"),
    ("Ngày hẹn trả", "Thời gian"),
    ("Ngày có kết quả", "Thời gian"),
    ("Ngày trả kết quả", "Thời gian"),
    ("Ngày ký văn bản", "Thời gian"),
    ("Hình thức nhận kết quả", ""),
    ("Trạng thái", ""),
    ("Ghi chú", ""),
)
"""Header of each column, and the group it stands under."""

_NOTHING: Mapping[tuple[str, str], str] = {}
_SHEET = "Sổ theo dõi"
_CREATED = dt.datetime(2022, 6, 30, 17)  # noqa: DTZ001 - a workbook keeps local time
_SERIALS = 0.12
_LAST = len(COLUMNS) - 1
_HEADER_ROW = 6
_TOTAL_COLUMN = 6


def write_workbook(
    path: Path, rows: pl.DataFrame, snapshot: str, typed: Mapping[tuple[str, str], str] = _NOTHING
) -> None:
    """Write the register of one half-year.

    Args:
        path: The workbook.
        rows: ``section`` (the unit under whose heading a row stands), ``serial`` (a number in
            [0, 1) that picks the rows whose dates are true dates), then one column per
            ``COLUMNS`` but the first; rows of a section stand together.
        snapshot: Local time of the export, as printed in the heading.
        typed: What somebody typed over a cell: (dossier's code, header) -> text.
    """
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "dd/mm/yyyy hh:mm"})
    book.set_properties({"title": _SHEET, "created": _CREATED})
    with use_language("vi"):
        _Page(book, typed).fill(rows, snapshot)
    book.close()


class _Page:
    """Writes the sheet from top to bottom."""

    def __init__(self, book: Any, typed: Mapping[tuple[str, str], str]) -> None:
        self.typed = typed
        self.sheet = book.add_worksheet(_SHEET)
        self.bold = book.add_format({"bold": True})
        self.head = book.add_format(
            {"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True}
        )
        self.centre = book.add_format({"bold": True, "align": "center"})
        self.row = 0

    def fill(self, rows: pl.DataFrame, snapshot: str) -> None:
        """Write the whole sheet."""
        self._heading(snapshot)
        self._header()
        for number, (key, section) in enumerate(rows.group_by("section", maintain_order=True)):
            self._section(chr(ord("A") + number), str(key[0]), section)
        self._total("Tổng cộng", len(rows))
        self._signatures()

    def _heading(self, snapshot: str) -> None:
        halves = ((0, 5), (8, 15))
        for row in (0, 1):
            for (first, last), side in zip(halves, ("office", "nation"), strict=True):
                text = say(f"simulate.{side}_{row + 1}")
                self.sheet.merge_range(row, first, row, last, text, self.centre)
        lines = ("title", "synthetic", "as_of")
        for row, entry in enumerate(lines, start=3):
            text = say(f"simulate.{entry}", snapshot=snapshot)
            self.sheet.merge_range(row, 0, row, _LAST, text, self.centre)
        self.row = _HEADER_ROW

    def _header(self) -> None:
        top, below = self.row, self.row + 1
        groups: dict[str, list[int]] = {}
        for column, (header, group) in enumerate(COLUMNS):
            if group:
                groups.setdefault(group, []).append(column)
                self.sheet.write(below, column, header, self.head)
            else:
                self.sheet.merge_range(top, column, below, column, header, self.head)
            self.sheet.write(below + 1, column, f"({column + 1})", self.head)
        for group, columns in groups.items():
            self.sheet.merge_range(top, columns[0], top, columns[-1], group, self.head)
        self.sheet.set_column(1, _LAST, 18)
        self.sheet.freeze_panes(below + 2, 2)
        self.row = below + 2

    def _section(self, letter: str, name: str, section: pl.DataFrame) -> None:
        self.sheet.write(self.row, 0, f"{letter}. {name}", self.bold)
        self.row += 1
        for number, cells in enumerate(section.drop("section").iter_rows(), start=1):
            self._dossier(number, cells)
        self._total("Cộng", len(section))

    def _dossier(self, number: int, cells: tuple[Any, ...]) -> None:
        as_serial = cells[0] < _SERIALS
        self.sheet.write_number(self.row, 0, number)
        for column, cell in enumerate(cells[1:], start=1):
            value = self.typed.get((cells[1], COLUMNS[column][0]), cell)
            if value is None:
                continue
            if isinstance(value, dt.date):
                self._date(column, value, as_serial=as_serial)
            elif isinstance(value, int):
                self.sheet.write_number(self.row, column, value)
            else:
                self.sheet.write_string(self.row, column, value)
        self.row += 1

    def _date(self, column: int, value: dt.date, *, as_serial: bool) -> None:
        if isinstance(value, dt.datetime):
            value, text = value.replace(second=0, microsecond=0), f"{value:%d/%m/%Y %H:%M}"
        else:
            text = f"{value:%d/%m/%Y}"
        if as_serial:
            self.sheet.write_datetime(self.row, column, value)
        else:
            self.sheet.write_string(self.row, column, text)

    def _total(self, label: str, dossiers: int) -> None:
        self.sheet.write(self.row, 0, label, self.bold)
        self.sheet.write(self.row, _TOTAL_COLUMN, f"{dossiers} hồ sơ", self.bold)
        self.row += 1

    def _signatures(self) -> None:
        self.sheet.write(self.row + 1, 15, say("simulate.place_and_day"))
        self.sheet.write(self.row + 2, 1, "NGƯỜI LẬP BIỂU", self.bold)
        self.sheet.write(self.row + 2, 15, "THỦ TRƯỞNG ĐƠN VỊ", self.bold)
        self.sheet.write(self.row + 3, 1, "(Ký, ghi rõ họ tên)")
        self.sheet.write(self.row + 3, 15, "(Ký tên, đóng dấu)")
