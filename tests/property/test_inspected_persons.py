"""No value of a person stands in the draft for an unknown export, wherever its header lies."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.ingest.inspection import inspect

PERSONS = {
    "Họ tên": st.sampled_from(("Nguyễn Văn Giả", "TRẦN THỊ MẪU", "Lê Thử", "Đỗ Hư Cấu")),
    "Người nộp": st.sampled_from(("bà Phạm Bịa", "Closed", "Online", "Võ Không Thật")),
    "Applicant": st.sampled_from(("Ann Invented", "DOE, JANE", "O'Invented Pat", "Status")),
    "Incident Address": st.sampled_from(("12 MADE UP STREET", "7 Nowhere Lane", "Address")),
    "Số điện thoại": st.from_regex(r"09[0-9]{8}", fullmatch=True),
    "Email": st.from_regex(r"[a-z]{3,8}@[a-z]{3,6}\.test", fullmatch=True),
    "Cột lạ": st.sampled_from(("Nguyễn Thị Vô Danh", "Trần Văn Ẩn", "Lê Thị Kín", "Vũ Văn Bí")),
    "Ghi thêm": st.sampled_from(
        tuple(f"gặp Invented {n} ở nhà số {n} đường Không Có, hẹn lần sau" for n in range(6))
    ),
}
DAYS = st.dates(dt.date(2015, 1, 1), dt.date(2025, 12, 31))
FACTS = {
    "Mã hồ sơ": st.from_regex(r"HS-[0-9]{4}", fullmatch=True),
    "Ngày tiếp nhận": DAYS.map(lambda day: day.strftime("%d/%m/%Y")),
    "Ngày hẹn trả": DAYS.map(lambda day: day.strftime("%d/%m/%Y 17:00")),
    "Trạng thái": st.sampled_from(("Đã trả", "Đang xử lý", "Treo")),
    "Đơn vị": st.sampled_from(("Phòng A", "Phòng B")),
    "Cột phụ": st.sampled_from(("Closed", "Due Date", "Ngày có kết quả")),
    "Cột nữa": st.sampled_from(("Thủ tục", "Mức độ", "Lĩnh vực")),
    "Nguồn": st.sampled_from(("Online", "Địa chỉ", "Tại quầy")),
}
TITLES = ("SỔ THEO DÕI HỒ SƠ", "Người lập: Nguyễn Văn Giả, tính đến 17:00 ngày 30/06/2022")


@dataclass(frozen=True)
class Export:
    """A made-up export: its text, which row its header begins on, and the values of persons."""

    text: str
    header_row: int
    headers: frozenset[str]
    persons: frozenset[str]


@st.composite
def exports(draw: st.DrawFn) -> Export:
    """Make a table with one to three header rows, some of its columns about persons."""
    facts = ["Mã hồ sơ", "Ngày tiếp nhận"]
    facts += draw(
        st.lists(
            st.sampled_from(sorted(FACTS.keys() - {"Mã hồ sơ", "Ngày tiếp nhận"})),
            max_size=4,
            unique=True,
        )
    )
    about = draw(st.lists(st.sampled_from(sorted(PERSONS)), min_size=1, max_size=4, unique=True))
    columns = draw(st.permutations(list(dict.fromkeys([*facts, *about]))))
    values = {**{name: st.just("") | some for name, some in FACTS.items()}, **PERSONS}
    values["Mã hồ sơ"] = FACTS["Mã hồ sơ"]
    count = draw(st.integers(1, 6))
    records = [[draw(values[name]) for name in columns] for _ in range(count)]
    depth = draw(st.integers(1, 3))
    heading = list(draw(st.sampled_from(((), TITLES[:1], TITLES))))
    rows = [[title] for title in heading] + header(columns, depth) + records
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\n").writerows(rows)
    of_persons = [n for n, name in enumerate(columns) if name in PERSONS]
    persons = frozenset(record[n] for record in records for n in of_persons)
    known = persons | {"Nguyễn Văn Giả"}
    return Export(out.getvalue(), len(heading) + 1, frozenset(columns), known)


def header(columns: list[str], depth: int) -> list[list[str]]:
    """Lay names out under groups: the last half of the columns belongs to groups."""
    half = len(columns) // 2
    top = [*columns[:half], "Nhóm chung"] + [""] * (len(columns) - half - 1)
    low = [""] * half + columns[half:]
    middle = [""] * half + ["Nhóm con"] + [""] * (len(columns) - half - 1)
    return {1: [list(columns)], 2: [top, low], 3: [top, middle, low]}[depth]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(export=exports())
def test_no_value_of_a_person_stands_in_a_draft(tmp_path, reference_dir, export) -> None:
    path = tmp_path / "export.csv"
    path.write_text(export.text, encoding="utf-8")
    found = inspect(path, reference_dir)
    draft = found.to_toml()
    words = {"Closed", "Online", "Status", "Address"}
    assert not [value for value in export.persons - words if value in draft]
    assert found.header_row == export.header_row
    assert {proposal.header for proposal in found.proposals} == export.headers
