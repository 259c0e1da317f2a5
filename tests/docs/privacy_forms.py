"""Ways in which staff type persons and numbers of persons into notes, all made up.

``FORMS`` are texts by kind, each with the parts that must not be left in it; ``HARMLESS`` are texts
that stay as they are. Titles, cases, marks, punctuation and places in a sentence are crossed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

NAMES = ("Nguyễn Văn Mẫu", "Trần Thị Ví Dụ", "Lê Minh Thử", "Phạm Hư Cấu", "Đỗ Ngọc Giả Định")
RARE_NAMES = ("Lò Văn Mẫu", "Thạch Thị Thử", "Giàng A Giả", "Cao Minh Ví Dụ", "Đoàn Hư Cấu Thử")
GIVEN = ("Mẫu", "Thử", "Giả")
TITLES = (
    *("ông", "bà", "anh", "chị", "cô", "chú", "bác", "cụ", "cháu", "em", "đ/c", "đồng chí"),
    *("ông/bà", "ông (bà)", "anh/chị", "ông, bà", "vợ chồng ông", "hộ ông", "hộ bà"),
)
LABELS = (
    *("chủ hộ", "người nộp", "người nhận", "họ tên", "họ và tên", "chủ sử dụng đất", "đại diện"),
    *("người được ủy quyền", "chủ hồ sơ", "con trai", "vợ", "chồng", "gia đình", "cán bộ"),
)
PLACES = ("{}", "{} chưa nộp đủ giấy tờ", "Đã gọi {}, hẹn lại", "trả hồ sơ cho {}.", "({})")
MOBILE = "0912345678"


@dataclass(frozen=True)
class Form:
    """A text and the parts of it that identify somebody."""

    kind: str
    text: str
    parts: tuple[str, ...]


def bare(text: str) -> str:
    """Return a text without the marks of its letters, as it is typed on a foreign keyboard."""
    letters = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(c for c in letters if not unicodedata.combining(c))


def _names() -> Iterator[Form]:
    """Cross titles and labels with names, cases, marks, punctuation and places."""
    heads = [(t, s) for t in TITLES for s in (" ", ": ", ". ", " - ")] + [
        (label, s) for label in LABELS for s in (" ", ": ", " là ")
    ]
    for number, (head, sign) in enumerate(heads):
        full = (*NAMES, *RARE_NAMES)[number % 10]
        place = PLACES[number % len(PLACES)]
        text = f"{head}{sign}{full}"
        kind = "title" if head in TITLES else "label"
        yield Form(f"name, {kind}", place.format(text), (full,))
        capitals = f"{head.capitalize()}{sign}{full}"
        yield Form(f"name, {kind}", place.format(capitals), (full,))
        yield Form("name, capitals", place.format(text.upper()), (full.upper(),))
        known = NAMES[number % 5]
        lower = f"{head}{sign}{known.lower()}"
        yield Form("name, small letters", place.format(lower), (known.lower(),))
        plain = bare(f"{head}{sign}{known}")
        yield Form("name, no marks", place.format(plain), (bare(known),))
        yield Form("name, no marks", place.format(plain.lower()), (bare(known).lower(),))
        given = GIVEN[number % 3]
        if sign != " - ":
            yield Form("name, given only", place.format(f"{head}{sign}{given}"), (given,))
    for number, full in enumerate((*NAMES, *RARE_NAMES)):
        for place in PLACES:
            yield Form("name, bare", place.format(full), (full,))
        yield Form("name, bare", PLACES[number % 5].format(bare(full)), (bare(full),))
        yield Form("name, bare", PLACES[number % 5].format(full.upper()), (full.upper(),))
    for text in ("ông N.V.A", "bà Ng. T. Mẫu", "Ô. Nguyễn V. Thử", "anh Ng.V.Thử"):
        yield Form("name, initials", text, (text.split(" ", 1)[1],))


def _grouped(digits: str, groups: tuple[int, ...], sign: str) -> str:
    at, parts = 0, []
    for size in groups:
        parts.append(digits[at : at + size])
        at += size
    return sign.join(parts)


def _numbers(kind: str, written: list[str], words: tuple[str, ...]) -> Iterator[Form]:
    for number, digits in enumerate(written):
        places = ("{}", "{} (nhận thay)", "đã gọi {}, hẹn lại", "số {}.", "{};", "ghi chú:{}")
        yield Form(kind, digits, (digits,))
        yield Form(kind, places[number % len(places)].format(digits), (digits,))
        for word in words:
            for sign in (" ", ": ", ":"):
                yield Form(kind, f"{word}{sign}{digits} đã xác nhận", (digits,))


def _phones() -> Iterator[Form]:
    mobile = [(10,), (4, 3, 3), (3, 3, 4), (4, 2, 2, 2), (5, 5), (3, 4, 3), (2, 2, 2, 2, 2), (4, 6)]
    written = [_grouped(MOBILE, g, s) for g in mobile for s in (" ", ".", "-", " - ")]
    written += ["+84912345678", "+84 912 345 678", "(+84) 912345678", "(+84)912.345.678"]
    written += ["0084912345678", "84 912 345 678", "+84 (0)912 345 678", "(091) 234 5678"]
    written += ["0277 3861234", "(0277) 3861234", "0277.3861.234", "02773861234", "0277-3861-234"]
    yield from _numbers("phone", written, ("SĐT", "ĐT", "điện thoại", "zalo", "Sdt", "liên hệ"))
    for word in ("SĐT", "SDT", "ĐT", "đt", "Tel", "sđt"):
        yield Form("phone, glued", f"{word}{MOBILE}", (MOBILE,))
        yield Form("phone, glued", f"{word}:{MOBILE}gọi lại", (MOBILE,))
    for digits in ("912345678", "912 345 678", "912.345.678"):
        for word in ("SĐT", "đt", "gọi", "liên hệ", "điện thoại:"):
            yield Form("phone, no zero", f"{word} {digits}", (digits,))
        yield Form("phone, no zero", f"gặp lại sau {digits}", (digits,))


def _papers() -> Iterator[Form]:
    digits = "087204001234"
    groups = [(12,), (3, 3, 3, 3), (4, 4, 4), (6, 6), (3, 9), (3, 3, 6), (3, 1, 2, 6)]
    written = [_grouped(digits, g, s) for g in groups for s in (" ", ".", "-")]
    yield from _numbers("citizen number", written, ("CCCD", "căn cước", "số CCCD", "định danh"))
    for word in ("CCCD", "cccd", "CMND", "CC", "Căn cước"):
        yield Form("citizen number", f"{word}{digits}", (digits,))
    old = ["341234567", "341 234 567", "341.234.567", "341-234-567"]
    yield from _numbers(
        "old identity number", old, ("CMND", "CMT", "chứng minh nhân dân", "cmnd số")
    )
    for word in ("STK", "số tài khoản", "TK Vietcombank", "tài khoản ngân hàng", "Agribank", "stk"):
        for account in ("0071001234567", "19031234567890", "1234567890", "6500 2051 23456"):
            for sign in (" ", ": "):
                yield Form("bank account", f"{word}{sign}{account} chuyển lại", (account,))
    for account in ("0071001234567", "19031234567890", "9704 3612 3456 7890"):
        yield Form("bank account", f"chuyển {account}", (account,))
    for word in ("BHXH", "mã số BHXH", "thẻ BHYT", "số BHYT", "bảo hiểm xã hội", "Sổ BHXH số"):
        for card in ("8712345678", "87 1234 5678", "DN4878712345678", "DN 4 87 8712345678"):
            for sign in (" ", ": "):
                yield Form("insurance number", f"{word}{sign}{card}", (card.split(" ")[-1],))
    for card in ("DN4878712345678", "GD 4 87 87 123 45678", "HC4-87-8712345678"):
        yield Form("insurance number", f"thẻ {card} còn hạn", (card,))
    for word in ("hộ chiếu", "Hộ chiếu số", "passport"):
        yield Form("passport", f"{word} B1234567", ("B1234567",))
    for word in ("MST", "mã số thuế", "mst:"):
        for code in ("1401234567", "1401234567-001"):
            yield Form("tax code", f"{word} {code}", (code,))


def _mails() -> Iterator[Form]:
    written = ("nguoi.mau@example.vn", "Mau_1@mail.example.com.vn", "mau+1@example.org")
    spaced = ("nguoi.mau @example.vn", "nguoi.mau@ example.vn", "nguoi.mau @ example . vn")
    odd = ("nguoi.mau(at)example.vn", "nguoi.mau [at] example [dot] vn", "nguoimau@gmail")
    for text in (*written, *spaced, *odd):
        for place in ("{}", "gửi {} hôm qua", "email: {}.", "({})", "thư điện tử:{}"):
            yield Form("e-mail", place.format(text), ("mau",))


def _addresses() -> Iterator[Form]:
    written = (
        "số 12 đường Mô Phỏng, phường 1",
        "12/5 đường Mô Phỏng, khóm 2, phường 3",
        "số nhà 45A, ấp Giả Định, xã Thử",
        "tổ 5, khóm 2, phường 1",
        "ấp Mô Phỏng, xã Ví Dụ, huyện Thử",
        "thôn Giả Định, xã Ví Dụ",
        "123 Mô Phỏng, phường 2, TP Thử",
        "số 7 ngõ 15 phố Giả Định",
        "12 duong Mo Phong, phuong 1",
        "to 3, ap Gia Dinh, xa Thu",
    )
    for text in written:
        for place in ("{}", "nhà ở {}", "địa chỉ: {}", "thường trú tại {}", "Đ/c: {}", "ngụ {}"):
            yield Form("address", place.format(text), (text[-12:],))


FORMS: tuple[Form, ...] = tuple(
    form for forms in (_names(), _phones(), _papers(), _mails(), _addresses()) for form in forms
)

HARMLESS = (
    *("1.001193.000.00.00.H20", "thủ tục 2.000815", "1.003583.000.00.00.H21", "TTHC 1.001193"),
    *("000.00.14.H20-220105-0912", "H26.103.25.7-250908-0112", "hồ sơ 000.00.31.H20-220314-0007"),
    *(
        "05/01/2022",
        "5.1.2022",
        "05.01.2022 08:30",
        "2022-01-05 08:30:00",
        "20220105",
        "05-01-2022",
    ),
    *("202201050830", "20220105083000", "ngày 05 tháng 01 năm 2022", "8 giờ 30 ngày 05/01/2022"),
    *("15 ngày làm việc", "thời hạn 30 ngày", "03 ngày làm việc", "08 giờ làm việc", "trễ 2 ngày"),
    *("Nghị định 61/2018/NĐ-CP", "Nghị định số 107/2021/NĐ-CP", "Quyết định 766/QĐ-TTg"),
    *("Thông tư 01/2018/TT-VPCP", "Luật Đất đai 2024", "Công văn số 1234/UBND-NC"),
    *("theo Điều 12 khoản 3 điểm a", "Kế hoạch 45/KH-UBND", "12345/QĐ-UBND ngày 05/01/2022"),
    *("UBND Phường 1", "UBND xã Tân Khánh Đông", "UBND Phường An Hòa", "Phòng Tư pháp"),
    *("Sở Tài nguyên và Môi trường", "Chi cục Thuế khu vực Cao Lãnh", "Văn phòng Đăng ký đất đai"),
    *("Trung tâm Phục vụ hành chính công tỉnh", "UBND thành phố Hồ Chí Minh", "TP. Hồ Chí Minh"),
    *("Trường THCS Nguyễn Du", "UBND phường Trần Phú", "đường Lê Lợi", "Bộ phận Một cửa"),
    *("Phòng Văn hóa và Thông tin", "Sở Kế hoạch và Đầu tư", "Công an huyện", "Chi nhánh số 2"),
    *("UBND huyện Châu Thành", "Phòng Lao động - Thương binh và Xã hội", "UBND Thị xã Hồng Ngự"),
    *("1.500.000 đồng", "lệ phí 150.000đ", "2.500.000.000 VNĐ", "số tiền 341.234.567 đồng"),
    *("15 triệu đồng", "phí 50.000", "tổng tiền: 12.345.678 đ", "1,2 tỷ đồng", "150000 đồng"),
    *("thửa 341, tờ bản đồ 12", "thửa đất số 1234", "diện tích 1.234,5 m2", "tờ 05 thửa 112"),
    *("Chờ bổ sung giấy tờ", "Yêu cầu bổ sung", "Chờ thuế", "Niêm yết công khai", "Hồ sơ đủ"),
    *("Đăng ký khai sinh", "Chứng thực bản sao từ bản chính", "Đăng ký thường trú"),
    *("Xóa đăng ký tạm trú", "Cấp giấy phép xây dựng nhà ở riêng lẻ", "Đăng ký kết hôn"),
    *("anh em ruột, bà nội", "bà mẹ Việt Nam anh hùng", "trẻ em dưới 6 tuổi", "Bà Rịa - Vũng Tàu"),
    *("Chú ý: nộp bản chính", "Lý do trễ hạn", "HỒ SƠ CHƯA ĐỦ", "đào tạo cán bộ", "cụ thể như sau"),
    *("Cán bộ Tư pháp - Hộ tịch", "Giám đốc Sở", "Chủ tịch UBND", "người dân nộp trực tuyến"),
    *("bước 3/5", "mức độ 4", "phiên bản 2.1", "98,5 %", "tuần 12/2022", "quý I/2022", "Đợt 2"),
)
"""Codes, dates, terms, documents, units, amounts and plain words."""


def misses(mask: Callable[[str], str]) -> dict[str, tuple[int, int, list[str]]]:
    """Return by kind how many forms there are, how many leave a part of a person, and which."""
    counts: dict[str, tuple[int, int, list[str]]] = {}
    for form in FORMS:
        seen, missed, texts = counts.get(form.kind, (0, 0, []))
        masked = mask(form.text)
        left = any(_is_left(part, masked) for part in form.parts)
        counts[form.kind] = (seen + 1, missed + left, texts + [form.text] * left)
    return counts


def _is_left(part: str, masked: str) -> bool:
    """Say whether any word of a part of a person is still there; initials do not identify."""
    words = [word for word in part.split() if len(word) > 2] or [part]
    known = {word.strip(".,;()[]") for word in masked.split()}
    return part in masked or any(word in known for word in words)
