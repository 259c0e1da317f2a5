"""How offices write the same thing in several ways.

Codes become the labels that staff see; units are written by their name, by one of their known
other names, with the tone mark in the older place (Hoà for Hòa), or with letters decomposed.
"""

from __future__ import annotations

import csv
import unicodedata
from collections import defaultdict
from pathlib import Path

STEPS = {
    "intake": "Tiếp nhận",
    "assign": "Phân công",
    "work": "Thẩm định",
    "opinion": "Lấy ý kiến",
    "sign": "Trình ký",
    "record": "Vào sổ, đóng dấu",
    "return": "Trả kết quả",
}
STATUSES = {
    "submitted": ("Mới đăng ký", "Chờ tiếp nhận"),
    "received": ("Đã tiếp nhận", "Mới tiếp nhận"),
    "in_progress": ("Đang xử lý", "Đang giải quyết"),
    "supplement": ("Chờ bổ sung", "Yêu cầu bổ sung"),
    "financial": ("Nghĩa vụ tài chính", "Chờ thuế"),
    "withdrawn": ("Công dân rút", "Rút hồ sơ"),
    "rejected": ("Dừng xử lý", "Không đủ điều kiện"),
    "resolved": ("Chờ trả kết quả", "Đã có kết quả"),
    "returned": ("Đã trả kết quả", "Đã trả"),
}
CHANNELS_IN = {
    "counter": ("Trực tiếp", "Trực tiếp"),
    "online": ("Nộp trực tuyến", "Trực tuyến"),
    "post": ("Bưu chính công ích", "Qua bưu chính"),
}
CHANNELS_OUT = {
    "counter": ("Nhận trực tiếp", "Trực tiếp"),
    "online": ("Trả trực tuyến", "Trực tuyến"),
    "post": ("Trả qua bưu chính công ích", "Bưu chính công ích"),
}
APPLICANTS = {"citizen": "Người dân", "business": "Doanh nghiệp", "other": "Tổ chức khác"}
REASONS = {"supplement": "Yêu cầu bổ sung", "financial": "Nghĩa vụ tài chính"}
YES_NO = {True: "Có", False: "Không"}

_OLD_TONES = {"òa": "oà", "óa": "oá", "ỏa": "oả", "õa": "oã", "ọa": "oạ", "ủy": "uỷ"}
_SECOND_WORD = 0.3
_OTHER_NAME, _OLD_TONE, _DECOMPOSED = 0.15, 0.25, 0.27


def word(labels: tuple[str, str], chance: float) -> str:
    """Return the usual label, or now and then the other one."""
    return labels[1] if chance < _SECOND_WORD else labels[0]


class UnitNames:
    """The ways in which each unit's name is written; ``official`` holds the proper one."""

    def __init__(self, names: dict[str, str], aliases: Path) -> None:
        self.official = names
        self._others: dict[str, list[str]] = defaultdict(list)
        if aliases.is_file():
            with aliases.open(encoding="utf-8", newline="") as lines:
                for row in csv.DictReader(lines):
                    self._others[row["unit_id"]].append(row["alias"])

    def write(self, unit_id: str, chance: float) -> str:
        """Return a unit's name in the spelling that a number in [0, 1) picks."""
        name, others = self.official[unit_id], self._others.get(unit_id)
        if chance < _OTHER_NAME and others:
            return others[int(chance / _OTHER_NAME * len(others))]
        if chance < _OLD_TONE:
            return old_tones(name)
        return unicodedata.normalize("NFD", name) if chance < _DECOMPOSED else name


def old_tones(text: str) -> str:
    """Return a text with its tone marks in the older place.

    >>> old_tones("Phường An Hòa")
    'Phường An Hoà'
    """
    for new, old in _OLD_TONES.items():
        text = text.replace(new, old)
    return text
