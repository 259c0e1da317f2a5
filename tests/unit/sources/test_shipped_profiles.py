"""Each shipped profile on synthetic files of its documented shape: what lands, what is clean."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from kept_warehouse import Warehouses
from workbench.clock import Calendars
from workbench.ingest import deliveries, find_profile, ingest

Clean = Callable[..., dict[str, pl.DataFrame]]
TABLES = ("dossiers", "steps", "pauses", "quarantine", "reconciliation", "dossier_history")
CODE = "000.00.14.H20-2201{}-0001"


@pytest.fixture(scope="module")
def cleaned(
    reference_dir: Path,
    warehouses: Warehouses,
    calendars: Calendars,
    tmp_path_factory: pytest.TempPathFactory,
) -> Clean:
    """Ingest and clean a folder by a shipped profile."""

    def run(profile: str, folder: Path) -> dict[str, pl.DataFrame]:
        landed = tmp_path_factory.mktemp(profile) / "landed"
        ingest(deliveries([folder], find_profile(profile, reference_dir)), landed)
        with warehouses() as warehouse:
            for table in landed.glob("*.parquet"):
                warehouse.show(table.stem, table)
            warehouse.keep("calendar_days", calendars.days)
            warehouse.build("clean")
            return {name: warehouse.frame(name) for name in TABLES}

    return run


def accounted(tables: dict[str, pl.DataFrame]) -> bool:
    parts = ("rows_clean", "rows_quarantined", "rows_merged", "rows_ignored")
    sums = tables["reconciliation"].select("rows_read", parts=pl.sum_horizontal(parts))
    return sums["rows_read"].equals(sums["parts"])


def hours(column: str) -> pl.Expr:
    """Local time of a stamp, as ``05T09``."""
    return pl.col(column).dt.convert_time_zone("Asia/Ho_Chi_Minh").dt.strftime("%dT%H")


def payload(day: str, **fields: object) -> dict[str, object]:
    return {
        "MaHoSo": CODE.format(day),
        "MaTTHC": "1.001193.000.00.00.H20",
        "TenTTHC": "Đăng ký khai sinh",
        "TenLinhVuc": "Hộ tịch",
        "KenhThucHien": 2,
        "ChuHoSo": "Nguyễn Văn Thử",
        "LoaiDoiTuong": 1,
        "NgayTiepNhan": f"202201{day}080000",
        "NgayHenTra": "20220110170000",
        "NgayKetThucXuLy": "20220107100000",
        "TrangThaiHoSo": 9,
        "DonViXuLy": "UBND Phường 1",
        "TaiLieuNop": [{"TenTepDinhKem": "đơn.pdf"}],
        **fields,
    }


@pytest.fixture(scope="module")
def portal(cleaned, tmp_path_factory) -> dict[str, pl.DataFrame]:
    folder = tmp_path_factory.mktemp("portal")
    request = {"NgayBoSung": "20220105090000", "NgayTiepNhanBoSung": "20220106140000"}
    dossiers = [
        payload("04", DanhSachHoSoBoSung=[{**request, "NguoiYeuCauBoSung": "Cán bộ Thử"}]),
        payload("05", NgayHenTra="", NgayKetThucXuLy="20220105080000"),
        payload("06", NgayKetThucXuLy=None, TrangThaiHoSo=5),
    ]
    done = {"MaHoSo": CODE.format("06"), "NguoiXuLy": "Cán bộ Thử", "NgayBatDau": ""}
    done |= {"PhongBanXuLy": "", "NgayKetThucTheoQuyDinh": "", "ChucDanh": ""}
    progress = [
        {**done, "ThoiDiemXuLy": "20220106090000", "NoiDungXuLy": "Thẩm định", "TrangThai": 4},
        {**done, "ThoiDiemXuLy": "20220106100000", "NoiDungXuLy": "Yêu cầu", "TrangThai": 5},
    ]
    envelope = json.dumps({"data": dossiers}, ensure_ascii=False)
    (folder / "DongBoHoSoMC_20220630170000.json").write_text(envelope, encoding="utf-8")
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in progress)
    name = "CapNhatTienDoHoSoMC_20220630170000.jsonl"
    (folder / name).write_text(lines, encoding="utf-8")
    return cleaned("national_portal", folder)


def test_portal_payloads_give_dossiers_with_their_known_defects_flagged(portal) -> None:
    dossiers = portal["dossiers"]
    assert dossiers.select("procedure_id", "unit_id", "channel_in", "status").unique().height == 2
    assert dossiers["status"].to_list() == ["resolved", "resolved", "supplement"]
    assert dossiers.select(hours("received_at")).to_series().to_list() == [
        "04T08",
        "05T08",
        "06T08",
    ]
    defects = portal["quarantine"].filter(row_kind="dossier").select("source_row", "rule_id")
    assert defects.sort("source_row", "rule_id").rows() == [(2, "D10"), (2, "D14")]
    assert accounted(portal)


def test_portal_requests_and_statuses_become_pauses(portal) -> None:
    pauses = portal["pauses"].select(
        "dossier_id", "reason", hours("paused_at"), hours("resumed_at")
    )
    assert pauses.rows() == [
        (CODE.format("04"), "supplement", "05T09", "06T14"),
        (CODE.format("06"), "supplement", "06T10", None),
    ]


def test_portal_progress_with_blank_times_still_gives_steps(portal) -> None:
    steps = portal["steps"].select("step", hours("finished_at"), "started_at", "unit_id")
    assert steps.rows() == [("Thẩm định", "06T09", None, None), ("Yêu cầu", "06T10", None, None)]
    assert not portal["steps"]["holder_id"].str.contains("Thử").any()


def test_a_payload_sent_again_replaces_the_earlier_one(cleaned, tmp_path) -> None:
    folder = tmp_path / "twice"
    folder.mkdir()
    first = payload("04", NgayKetThucXuLy=None, TrangThaiHoSo=4)
    for sent, row in (("20220105170000", first), ("20220630170000", payload("04"))):
        text = json.dumps([row], ensure_ascii=False)
        (folder / f"DongBoHoSoMC_{sent}.json").write_text(text, encoding="utf-8")
    tables = cleaned("national_portal", folder)
    assert tables["dossiers"]["status"].to_list() == ["resolved"]
    assert tables["reconciliation"]["rows_merged"].sum() == 1
    assert tables["dossier_history"].filter(field="status")["value"].to_list() == [
        "in_progress",
        "resolved",
    ]


OPENCPS = (
    "dossierNo,serviceCode,serviceName,govAgencyName,receiveDate,dueDate,releaseDate,finishDate,"
    "dossierStatus,online\n"
    f"{CODE.format('04')},1.001193,Đăng ký khai sinh,UBND Phường 1,2022-01-04 08:00:00,"
    "2022-01-10 17:00:00,2022-01-07 10:00:00,2022-01-08 08:00:00,done,true\n"
    f"{CODE.format('05')},1.001193,Đăng ký khai sinh,UBND Phường 1,2022-01-05 08:00:00,"
    "2022-01-10 17:00:00,,,waiting,false\n"
)
ACTIONS = (
    "dossierNo,fromStepCode,fromStepName,actionCode,actionUser,actionName,actionNote,actionOverdue,"
    "stepCode,stepName,dueDate,previousActionId,nextActionId,state,createDate,dossierStatus\n"
    f"{CODE.format('04')},100,Tiếp nhận,1,cb01,Chuyển,,,200,Thẩm định,,,,0,"
    "2022-01-04 08:30:00,processing\n"
    f"{CODE.format('04')},200,Thẩm định,2,cb02,Trình,,,300,Ký duyệt,,,,0,"
    "2022-01-06 09:00:00,processing\n"
    f"{CODE.format('05')},200,Thẩm định,3,cb02,Yêu cầu bổ sung,,,201,Chờ,,,,0,"
    "2022-01-06 10:00:00,waiting\n"
)


def test_opencps_tables_give_dossiers_steps_and_pauses(cleaned, tmp_path) -> None:
    folder = tmp_path / "opencps"
    folder.mkdir()
    (folder / "opencps_dossier.csv").write_text(OPENCPS, encoding="utf-8")
    (folder / "opencps_action.csv").write_text(ACTIONS, encoding="utf-8")
    tables = cleaned("opencps", folder)
    dossiers = tables["dossiers"].select("status", "channel_in", hours("resolved_at"))
    assert dossiers.rows() == [("returned", "online", "07T10"), ("supplement", "counter", None)]
    steps = tables["steps"].select("step", hours("finished_at")).rows()
    assert steps == [("Tiếp nhận", "04T08"), ("Thẩm định", "06T09"), ("Thẩm định", "06T10")]
    pauses = tables["pauses"].select("reason", hours("paused_at"), "resumed_at").rows()
    assert pauses == [("supplement", "06T10", None)]
    assert accounted(tables)


WIDE = [
    "STT", "Số hồ sơ", "Chủ sử dụng", "Địa chỉ", "Loại hồ sơ", "Ngày Nhận", "Người nhận",
    "Ngày Giao NV", "NV xử lý", "Ngày Trình KT", "Ngày Trình Ký", "Người Ký Duyệt", "Hoàn thành",
    "Hẹn trả", "Ngày Trả KQ", "Ghi Chú",
]  # fmt: skip
DAYS = ["04/01/2022 08:00", "05/01/2022", "10/01/2022", "11/01/2022", "13/01/2022", "14/01/2022"]


def wide_row(number: int, days: list[str | None], note: str | None) -> list[str | None]:
    received, given, checked, signed, done, returned = days
    return [
        str(number), f"HS-{number}", "Trần Thị Thử", "12 đường Thử", "Tách thửa, hợp thửa",
        received, "cb-1", given, "cb-2", checked, signed, "cb-4", done, "25/01/2022", returned,
        note,
    ]  # fmt: skip


@pytest.fixture(scope="module")
def land(cleaned, tmp_path_factory) -> dict[str, pl.DataFrame]:
    folder = tmp_path_factory.mktemp("land")
    with xlsxwriter.Workbook(folder / "so-dat-dai.xlsx") as book:
        sheet = book.add_worksheet("Hồ sơ")
        sheet.write(0, 0, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")
        sheet.write(3, 0, "DỮ LIỆU MÔ PHỎNG - không phải hồ sơ thật")
        sheet.write(4, 0, "Số liệu tính đến ngày 30/06/2022")
        sheet.write_row(6, 0, WIDE)
        sheet.write_row(7, 0, wide_row(1, DAYS, "Hạn cũ: 20/01/2022, chủ hồ sơ gọi 0912345678"))
        sheet.write_row(8, 0, wide_row(2, [*DAYS[:2], None, *DAYS[3:]], None))
        sheet.write_row(9, 0, wide_row(3, [*DAYS[:3], None, None, None], None))
        sheet.write(11, 1, "NGƯỜI LẬP BIỂU")
        sheet.write(11, 9, "THỦ TRƯỞNG ĐƠN VỊ")
    return cleaned("land_registry", folder)


def test_a_wide_row_gives_a_step_per_stage(land) -> None:
    columns = ("step", hours("arrived_at"), hours("finished_at"))
    of = {
        n: land["steps"].filter(dossier_id=f"HS-{n}").sort("step_no").select(columns).rows()
        for n in (1, 2, 3)
    }
    assert of[1] == [
        ("Giao nhân viên", "04T08", "05T00"),
        ("Thẩm định", "05T00", "10T00"),
        ("Kiểm tra", "10T00", "11T00"),
        ("Trình ký", "11T00", "13T00"),
        ("Trả kết quả", "13T00", "14T00"),
    ]
    assert of[2][1] == ("Kiểm tra", "05T00", "11T00")
    assert of[3][-1] == ("Kiểm tra", "10T00", None)


def test_the_old_due_date_of_a_wide_row_comes_from_its_note(land) -> None:
    first = land["dossiers"].sort("dossier_id").select("due_first_at", "due_first_from").rows()
    day = dt.datetime(2022, 1, 20, 16, 59, 59, tzinfo=dt.UTC)
    assert first == [(day, "note"), (None, None), (None, None)]


def test_the_rows_of_a_wide_sheet_are_counted_once(land) -> None:
    sums = land["reconciliation"].row(0, named=True)
    assert (sums["rows_read"], sums["rows_clean"]) == (5, 3)
    assert accounted(land)


LOG = """<log>
<trace><string key="concept:name" value="c1"/>
{}
</trace></log>"""
EVENT = (
    '<event><string key="concept:name" value="{}"/><string key="lifecycle:transition" value="{}"/>'
    '<string key="org:resource" value="r1"/><date key="time:timestamp" value="{}"/></event>'
)


def test_a_log_of_starts_and_completions_gives_steps_from_csv_and_xes(cleaned, tmp_path) -> None:
    events = [
        ("work", "start", "2022-01-04T08:00:00+00:00"),
        ("work", "complete", "2022-01-04T09:00:00+00:00"),
        ("sign", "complete", "2022-01-04T10:00:00+00:00"),
    ]
    folder = tmp_path / "log"
    folder.mkdir()
    rows = "".join(f"c1,{step},{kind},r1,{at}\n" for step, kind, at in events)
    header = "case:concept:name,concept:name,lifecycle:transition,org:resource,time:timestamp\n"
    (folder / "event-log.csv").write_text(header + rows, encoding="utf-8")
    tables = cleaned("event_log", folder)
    (folder / "event-log.csv").unlink()
    xes = LOG.format("\n".join(EVENT.format(*event) for event in events))
    (folder / "event-log.xes").write_text(xes, encoding="utf-8")
    without = pl.exclude("source_file", "source_row", "holder_id")
    again = cleaned("event_log", folder)
    assert again["steps"].select(without).equals(tables["steps"].select(without))
    stamps = tables["steps"].select("step", hours("started_at"), hours("finished_at")).rows()
    assert stamps == [("work", "04T15", "04T16"), ("sign", None, "04T17")]
    dossier = tables["dossiers"].select(hours("received_at"), hours("resolved_at")).row(0)
    assert dossier == ("04T15", "04T17")
    assert tables["reconciliation"]["rows_merged"].to_list() == [0]


@pytest.mark.shared
def test_kronos_and_extraneous_keep_their_files_apart(cleaned, shared_data) -> None:
    kronos = cleaned("kronos", shared_data / "kronos")
    assert kronos["steps"]["started_at"].null_count() == 0
    assert kronos["dossiers"]["unit_id"].n_unique() == 3
    assert accounted(kronos)
    extraneous = cleaned("extraneous", shared_data / "extraneous")
    assert extraneous["dossiers"].height == 8000
    assert extraneous["steps"].height == 79644
    assert accounted(extraneous)
