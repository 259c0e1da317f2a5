"""Made-up people for the personal columns, none of them a real person.

Names say that they are examples, telephone numbers cannot be dialled, streets do not exist.
They are there so that ingest has something personal to leave behind.
"""

from __future__ import annotations

_FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Võ", "Đặng", "Bùi")
_GIVEN = ("Mẫu", "Ví Dụ", "Giả Định", "Mô Phỏng", "Thử Nghiệm")
_MIDDLE = ("Văn", "Thị")


def applicant_name(number: int, kind: str) -> str:
    """Return the name of applicant ``number``.

    >>> applicant_name(7, "business")
    'Công ty TNHH Ví Dụ 0007'
    """
    if kind == "business":
        return f"Công ty TNHH Ví Dụ {number:04d}"
    if kind == "other":
        return f"Tổ chức Mô Phỏng {number:04d}"
    family, middle = _FAMILY[number % len(_FAMILY)], _MIDDLE[number // 8 % len(_MIDDLE)]
    return f"{family} {middle} {_GIVEN[number // 16 % len(_GIVEN)]} {number:04d}"


def telephone(number: int) -> str:
    """Return a number that no network gives out.

    >>> telephone(7)
    '0000000007'
    """
    return f"{number:010d}"


def address(number: int) -> str:
    """Return an address in a street that does not exist."""
    return f"Số {number % 97 + 1}, đường Mô Phỏng, Khóm 0"


def staff_name(account: str) -> str:
    """Return the name shown beside an account.

    >>> staff_name("sd-p1-cb02")
    'Cán bộ Mẫu sd-p1-cb02'
    """
    return f"Cán bộ Mẫu {account}"
