"""An inspection takes header rows for the header, and nothing else; a draft says what it lacks."""

from __future__ import annotations

import polars as pl
import pytest

from workbench.core.errors import InputRejected
from workbench.ingest import deliveries, ingest, read_profile
from workbench.ingest.date_spelling import plain
from workbench.ingest.inspection import inspect, snapshot_pattern
from workbench.ingest.mapping import heading_instant

REQUESTS = (
    "Unique Key,Created Date,Closed Date,Agency Name,Incident Address,Status,Due Date,"
    "Address Type,Open Data Channel Type\n"
    "2001,04/24/2025 11:33:07 PM,04/25/2025 12:45:11 AM,Water Office,7 INVENTED LANE,Closed,,"
    "ADDRESS,ONLINE\n"
    "2002,04/24/2025 10:33:07 PM,04/25/2025 12:15:11 AM,Water Office,9 INVENTED LANE,Open,,"
    "ADDRESS,PHONE\n"
)


def targets(found) -> dict[str, tuple[str, ...]]:
    return {proposal.header: proposal.targets for proposal in found.proposals}


def test_a_record_whose_words_look_like_headers_is_no_header(put, reference_dir) -> None:
    found = inspect(put("requests.csv", REQUESTS), reference_dir)
    assert found.header_row == 1
    assert targets(found) == {
        "Unique Key": ("dossier_id",),
        "Created Date": ("received_at",),
        "Closed Date": ("resolved_at",),
        "Agency Name": ("unit_id",),
        "Incident Address": ("personal",),
        "Status": ("status",),
        "Due Date": ("due_at",),
        "Address Type": ("personal",),
        "Open Data Channel Type": ("channel_in",),
    }
    assert "INVENTED" not in found.to_toml()


@pytest.mark.parametrize(
    ("record", "next_one"),
    [
        ("Online,13/01/2022,Họ tên,Đã trả", "Bưu điện,14/01/2022,Ông An,Đã trả"),
        ("HS-1,,Họ tên,Trạng thái", "HS-2,14/01/2022,Họ tên,Đã trả"),
        ("1,,Địa chỉ,Trạng thái", "2,,Địa chỉ 2,Đã trả"),
        ("A,,0912345678,Trạng thái", "B,,0987654321,Đã trả"),
        ("Nguồn,,Địa chỉ,Tại quầy", "Nguồn,,Địa chỉ,Tại quầy"),
    ],
)
def test_a_value_of_its_column_makes_a_row_a_record(put, reference_dir, record, next_one) -> None:
    text = f"Mã hồ sơ,Ngày tiếp nhận,Liên lạc,Cột lạ\n{record}\n{next_one}\n{next_one}9\n"
    found = inspect(put("x.csv", text), reference_dir)
    assert found.header_row == 1
    assert found.proposals[0].header == "Mã hồ sơ"


def test_a_header_of_three_rows_is_joined(put, tmp_path, reference_dir) -> None:
    text = (
        "Hồ sơ;;Thời gian;;;Đơn vị\n"
        ";;Tiếp nhận;Giải quyết;;\n"
        "Mã hồ sơ;Họ tên;Ngày tiếp nhận;Ngày hẹn trả;Ngày có kết quả;\n"
        "HS-1;Nguyễn Văn Thử;13/01/2022;15/01/2022;14/01/2022;Phòng A\n"
        "HS-2;Trần Thị Mẫu;14/01/2022;16/01/2022;;Phòng B\n"
    )
    path = put("x.csv", text)
    found = inspect(path, reference_dir)
    assert found.header_row == 1
    assert targets(found) == {
        "Mã hồ sơ": ("dossier_id",),
        "Họ tên": ("personal",),
        "Ngày tiếp nhận": ("received_at",),
        "Ngày hẹn trả": ("due_at",),
        "Ngày có kết quả": ("resolved_at",),
        "Đơn vị": ("unit_id",),
    }
    draft = tmp_path / "x.toml"
    draft.write_text(found.to_toml(), encoding="utf-8")
    assert ingest(deliveries([path], read_profile(draft)), tmp_path / "landed").rows == 2


def test_a_header_in_two_languages_is_no_dossier(put, reference_dir) -> None:
    text = (
        "Mã hồ sơ,Ngày tiếp nhận,Trạng thái\nCase Number,Received Date,Status\n"
        "A-1,13/01/2022,Đã trả\nA-2,14/01/2022,Đã trả\n"
    )
    found = inspect(put("x.csv", text), reference_dir)
    assert found.header_row == 2
    assert targets(found)["Case Number"] == ("dossier_id",)


def test_a_repeated_header_feeds_nothing_and_the_draft_says_so(
    put, reference_dir, monkeypatch
) -> None:
    monkeypatch.setenv("WORKBENCH_LANG", "en")
    text = (
        "Case ID,Activity,Resource,Complete Timestamp,Variant,Owner,Variant,Owner\n"
        "C1,A,u1,2022-03-04 08:00:00,V1,Ann Test,V1,Bob Test\n"
        "C1,B,u1,2022-03-05 08:00:00,V1,Ann Test,V1,Bob Test\n"
    )
    found = inspect(put("x.csv", text), reference_dir)
    draft = found.to_toml()
    assert targets(found)["Variant"] == ("ignored",)
    assert '"Variant",  # this header stands over several columns' in draft
    assert draft.count('"Variant"') == 1
    assert "Ann Test" not in draft


def test_common_english_names_give_a_draft_that_lacks_nothing(
    put, tmp_path, reference_dir, monkeypatch
) -> None:
    monkeypatch.setenv("WORKBENCH_LANG", "en")
    text = (
        "ticket_id,created_at,resolved_at,status,department\n"
        "T-1,2022-03-04 08:00:00,2022-03-05 08:00:00,Resolved,A\n"
        "T-2,2022-03-05 08:00:00,,Open,B\n"
    )
    path = put("x.csv", text)
    found = inspect(path, reference_dir)
    assert [proposal.targets[0] for proposal in found.proposals] == [
        "dossier_id", "received_at", "resolved_at", "status", "unit_id"
    ]  # fmt: skip
    assert "No required field is missing" in found.to_toml()
    draft = tmp_path / "x.toml"
    draft.write_text(found.to_toml(), encoding="utf-8")
    assert ingest(deliveries([path], read_profile(draft)), tmp_path / "landed").rows == 2


def test_a_draft_says_what_it_lacks_and_the_profile_reader_agrees(
    put, tmp_path, reference_dir, monkeypatch
) -> None:
    monkeypatch.setenv("WORKBENCH_LANG", "en")
    text = "Mã hồ sơ,Cột lạ,Ngày hẹn trả,Trạng thái\nA-1,x,13/01/2022,Treo\nA-2,y,14/01/2022,Treo\n"
    found = inspect(put("x.csv", text), reference_dir)
    draft = found.to_toml()
    assert "STILL MISSING" in draft
    assert "No column gives the date of reception" in draft
    assert 'under [files.columns]: "its header" = "received_at"' in draft
    assert "Column «Trạng thái»: values without a code: 1" in draft
    assert "all dossiers count under one body" in draft
    file = tmp_path / "x.toml"
    file.write_text(draft, encoding="utf-8")
    with pytest.raises(InputRejected, match="received_at"):
        read_profile(file)
    filled = draft.replace("\n[files.columns]", '\n[files.columns]\n"Cột lạ" = "received_at"')
    file.write_text(filled.replace('    "Cột lạ",', "", 1), encoding="utf-8")
    assert read_profile(file).parts


@pytest.mark.parametrize(
    ("text", "row"),
    [
        # a column named above a group that is divided again keeps its name
        (
            "Cột lạ;Nhóm chung;\n;Nhóm con;\n;Ngày tiếp nhận;Mã hồ sơ\nabc;04/01/2022;HS-0001\n",
            1,
        ),
        # a letterhead above a title is no group
        (
            "UBND xã;;;Mẫu 01\n;Sổ theo dõi;;\n;Mã hồ sơ;Ngày tiếp nhận;\n1;HS-0001;04/01/2022;x\n",
            3,
        ),
    ],
)
def test_rows_above_are_header_only_where_they_name_and_group_columns(
    put, reference_dir, text, row
) -> None:
    assert inspect(put("export.csv", text), reference_dir).header_row == row


def test_a_folder_is_called_a_folder(tmp_path, reference_dir) -> None:
    with pytest.raises(InputRejected) as problem:
        inspect(tmp_path, reference_dir)
    assert problem.value.key == "readers.is_folder"


@pytest.mark.parametrize(
    ("head", "stamp"),
    [
        ("Từ ngày 01/01/2026 đến ngày 30/06/2026", "30/06/2026"),
        ("Ngày xuất: 12/07/2026 08:15", "12/07/2026 08:15:00"),
        ("Thời điểm xuất báo cáo: 08:15 12/07/2026", "12/07/2026 08:15:00"),
        ("(Số liệu tính đến 17 giờ 00 phút ngày 30 tháng 6 năm 2026)", "2026-06-30 17:00:00"),
        ("Đồng Tháp, ngày 05 tháng 07 năm 2026", "2026-07-05"),
        ("Report generated on 2026-07-05 08:00:00", "2026-07-05 08:00:00"),
        ("Data extracted: July 5, 2026", "2026-07-05"),
        ("Xuất bởi hệ thống lúc 08:15:30 ngày 12/07/2026", "12/07/2026 08:15:30"),
        ("Ban hành kèm theo Thông tư ngày 01/02/2020", ""),
        ("Kỳ báo cáo: 6 tháng đầu năm 2026", ""),
    ],
)
def test_the_date_of_an_export_is_found_in_the_words_that_offices_use(head, stamp):
    pattern = snapshot_pattern(["Sở Nội vụ", head])
    found = heading_instant(pattern, ["Sở Nội vụ", head]) if pattern else ""
    assert plain(pl.Series([found]))[0].removesuffix(":00").rstrip() == stamp.removesuffix(":00")
