"""Inspecting an export proposes its profile: header, columns, dates, codes, people."""

from __future__ import annotations

import gzip
import tomllib
from pathlib import Path

import pytest
import xlsxwriter

from workbench.cli import main
from workbench.core.errors import InputRejected
from workbench.ingest import SourceProfile, deliveries, find_profile, ingest, read_profile
from workbench.ingest.fields import is_instant
from workbench.ingest.inbox import sort_inbox
from workbench.ingest.inspection import Inspection, inspect
from workbench.testing import one_stop_export

SHARE = 0.9


@pytest.fixture(scope="module")
def exports(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    one_stop_export(folder, dossiers=200)
    return folder


def truth(profile: SourceProfile, path: Path) -> dict[str, set[str]]:
    """What the shipped profile says of each column of the file."""
    (part,) = profile.parts_of(path)[:1]
    declared = {
        h: {str(t).removeprefix(f"{part.rows}.") for t in to} for h, to in part.columns.items()
    }
    declared = {
        h: {"dossier_id" if t == "step.dossier_id" else t for t in to} for h, to in declared.items()
    }
    declared |= {h: {"personal"} for h in part.personal}
    declared |= {h: {"ignored"} for h in part.ignored}
    return declared


def is_right(proposed: tuple[str, ...], declared: set[str]) -> bool:
    """One of the fields, or an extra for an extra, by whatever name."""

    def rough(target: str) -> str:
        return "extra" if target.rpartition(".")[2].startswith("x_") else target

    return bool({rough(t) for t in proposed} & {rough(t) for t in declared})


def share_right(found: Inspection, declared: dict[str, set[str]]) -> tuple[float, list[str]]:
    columns = [p for p in found.proposals if p.header in declared]
    wrong = [f"{p.header}: {p.targets}, not {declared[p.header]}" for p in columns
             if not is_right(p.targets, declared[p.header])]  # fmt: skip
    return 1 - len(wrong) / len(columns), wrong


ONE_STOP = [
    ("so-theo-doi-ho-so_2021-H1.xlsx", "dossier", 8),
    ("nhat-ky-xu-ly_2021-H1.csv", "step", 3),
    ("tam-dung_2021-H1.csv", "pause", 3),
]


@pytest.mark.parametrize(("name", "rows", "row"), ONE_STOP)
def test_the_columns_of_a_one_stop_file_are_proposed_as_shipped(
    exports, reference_dir, name, rows, row
) -> None:
    found = inspect(exports / name, reference_dir)
    share, wrong = share_right(
        found, truth(find_profile("one_stop", reference_dir), exports / name)
    )
    assert found.rows == rows
    assert abs(found.header_row - row) <= 1
    assert share >= SHARE, wrong


@pytest.mark.shared
@pytest.mark.parametrize(
    ("source", "file", "rows"),
    [
        ("receipt", "receipt.csv.gz", "event"),
        ("boston311", "requests_2015_jan_jun.csv.gz", "dossier"),
    ],
)
def test_the_columns_of_a_public_register_are_proposed_as_shipped(
    shared_data, reference_dir, source, file, rows
) -> None:
    path = shared_data / source / file
    found = inspect(path, reference_dir)
    share, wrong = share_right(found, truth(find_profile(source, reference_dir), path))
    assert found.rows == rows
    assert share >= SHARE, wrong


def laid_out(part, folder: Path) -> Path:
    """A workbook with the columns of a part and three rows of values that say nothing."""
    dated = {stage.ends for stage in part.stages} | {
        header for header, to in part.columns.items() if any(is_instant(t.field) for t in to)
    }
    path = folder / "unknown.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("Sheet1")
        page.write(0, 0, "SỔ THEO DÕI")
        for column, header in enumerate(part.headers()):
            page.write(6, column, header)
            for row in (7, 8, 9):
                page.write(row, column, f"{row + 10}/01/2022" if header in dated else f"v{row}")
    return path


@pytest.mark.parametrize(
    ("source", "number", "rows"),
    [("land_registry", 0, "dossier"), ("opencps", 0, "dossier")],
)
def test_the_columns_of_another_shipped_layout_are_proposed_as_shipped(
    tmp_path, reference_dir, source, number, rows
) -> None:
    part = find_profile(source, reference_dir).parts[number]
    path = laid_out(part, tmp_path)
    found = inspect(path, reference_dir)
    declared = {h: {str(t).removeprefix(f"{rows}.") for t in to} for h, to in part.columns.items()}
    declared |= {h: {"personal"} for h in part.personal}
    declared |= {h: {"ignored"} for h in part.ignored}
    for stage in part.stages:
        declared[stage.ends] = declared.get(stage.ends, set()) | {f"stage:{stage.step_kind}"}
        declared |= {stage.holder: {"personal", "holder"}} if stage.holder else {}
    share, wrong = share_right(found, declared)
    assert found.rows == rows
    assert found.header_row == 7
    assert share >= SHARE, (share, wrong)


def test_personal_columns_are_found_and_none_of_their_values_is_written(
    exports, reference_dir
) -> None:
    found = inspect(exports / ONE_STOP[0][0], reference_dir)
    personal = {p.header for p in found.proposals if p.targets == ("personal",)}
    assert personal == {"Họ tên", "Số điện thoại", "Địa chỉ"}
    assert not any(p.examples for p in found.proposals if p.header in personal)


def test_a_draft_is_a_profile_that_reads_its_own_file(exports, tmp_path, reference_dir) -> None:
    for name, _, _ in ONE_STOP:
        draft = tmp_path / f"{name}.toml"
        draft.write_text(inspect(exports / name, reference_dir).to_toml(), encoding="utf-8")
        landing = ingest(
            deliveries([exports / name], find_profile(draft, reference_dir)), tmp_path / "landed"
        )
        assert landing.rows > 0


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_draft_says_why_in_the_reader_s_language(
    exports, reference_dir, monkeypatch, language
) -> None:
    monkeypatch.setenv("WORKBENCH_LANG", language)
    text = inspect(exports / ONE_STOP[0][0], reference_dir).to_toml()
    assert ("Bản nháp" if language == "vi" else "Draft") in text
    assert tomllib.loads(text)["codes"]["channel_in"]["Nộp trực tuyến"] == "online"


def test_the_order_of_day_and_month_is_voted_by_the_whole_file(exports, reference_dir, put) -> None:
    rows = "".join(f"A-{n},0{1 + n % 3}/0{1 + n % 5}/2022\n" for n in range(5_000))
    path = put("x.csv", "Mã hồ sơ,Ngày tiếp nhận\n" + rows + "A-X,01/31/2022\n")
    found = inspect(path, reference_dir)
    assert not found.day_first
    assert "second number above 12: 1" in found.day_evidence
    assert inspect(exports / ONE_STOP[0][0], reference_dir).day_first


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_and_packing_do_not_matter(put, reference_dir, delimiter) -> None:
    text = "Mã hồ sơ,Ngày tiếp nhận,Trạng thái\nA,13/01/2022,Đã trả\n".replace(",", delimiter)
    found = inspect(put("x.csv.gz", gzip.compress(text.encode(), mtime=0)), reference_dir)
    assert found.delimiter == delimiter
    assert [p.targets for p in found.proposals] == [("dossier_id",), ("received_at",), ("status",)]


def test_a_column_of_people_is_known_by_its_values(put, reference_dir) -> None:
    text = "Mã hồ sơ,Ngày tiếp nhận,Liên hệ\n" + "A,13/01/2022,0912345678\n" * 9
    found = inspect(put("x.csv", text), reference_dir)
    assert found.proposals[2].targets == ("personal",)
    assert "0912345678" not in found.to_toml()


def test_an_unknown_code_waits_for_a_person(put, tmp_path, reference_dir) -> None:
    text = "Mã hồ sơ,Ngày tiếp nhận,Trạng thái\nA,13/01/2022,Treo\nB,13/01/2022,Đã trả\n"
    path = put("x.csv", text)
    draft = inspect(path, reference_dir).to_toml()
    assert '# "Treo" = "?"' in draft
    profile = tmp_path / "x.toml"
    profile.write_text(draft, encoding="utf-8")
    with pytest.raises(InputRejected, match="Treo"):
        ingest(deliveries([path], read_profile(profile)), tmp_path / "landed")


def test_the_best_sheet_is_taken_and_old_fonts_are_read(tmp_path, reference_dir) -> None:
    path = tmp_path / "so 2022.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Bìa").write(0, 0, "UBND")
        page = book.add_worksheet("Sheet2")
        page.write_row(3, 0, ["M· hå s¬", "Tªn thñ tôc", "Ngµy tiÕp nhËn", "Tr¹ng th¸i"])
        page.write_row(4, 0, ["A-1", "Khai sinh", "13/01/2022", "§· tr¶"])
    found = inspect(path, reference_dir)
    assert (found.sheet, found.header_row, found.encoding) == ("Sheet2", 4, "tcvn3")
    assert found.proposals[0].header == "Mã hồ sơ"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.csv", "one,two\n1,2\n", "none of its first 40 rows"),
        ("x.docx", "text", "only .xlsx, .xls, .xlsb, .ods, .csv, .xes and .json"),
        ("x.xlsx", "text", "is text"),
        ("x.csv", "Mã hồ sơ,Ngày tiếp nhận\n" + "x" * 2_000_000, "a line of more than"),
    ],
)
def test_what_cannot_be_inspected_is_refused(put, reference_dir, name, content, message) -> None:
    with pytest.raises(InputRejected, match=message):
        inspect(put(name, content), reference_dir)


def test_hostile_texts_stay_strings_of_the_draft(put, reference_dir) -> None:
    text = (
        'Mã hồ sơ,Ngày tiếp nhận,Trạng thái,"x"" = 1\n[codes]\u202e"\n'
        'A,13/01/2022,"Đã ""trả""\n=cmd|calc!A0",1\n'
    )
    draft = inspect(put("x.csv", text), reference_dir).to_toml()
    declared = tomllib.loads(draft)
    assert set(declared) >= {"name", "files", "snapshot"}
    assert "\u202e" not in draft


def test_the_kinds_of_steps_are_guessed_from_the_words_of_their_names(put, reference_dir) -> None:
    """Names as two public systems write them; a guess is a comment until a person agrees."""
    guessed = {
        "TIEP_NHAN": "intake",
        "BAN_GIAO_XA": "assign",
        "YEU_CAU_THU_LY_LAI": "work",
        "XET_DUYET": "sign",
        "TRA_KET_QUA": "return",
        "Đăng ký": "?",
    }
    rows = [f"H{n},{name},04/03/2022 08:0{n}" for n in range(9) for name in guessed]
    table = "\n".join(["Mã hồ sơ,Bước xử lý,Thời điểm kết thúc", *rows])
    text = inspect(put("log.csv", table), reference_dir).to_toml()
    for name, kind in guessed.items():
        assert f'# "{name}" = "{kind}"  # ' in text


def test_a_file_of_an_unknown_program_is_refused_with_the_commands_that_read_it(
    tmp_path, reference_dir
):
    export = tmp_path / "inbox" / "register.csv"
    export.parent.mkdir()
    export.write_text("Mã hồ sơ;Ngày tiếp nhận;Ngày hẹn trả\nA;05/01/2026;12/01/2026\n", "utf-8")
    one_stop = find_profile("one_stop", reference_dir)
    with pytest.raises(InputRejected, match=r"workbench sources inspect data/inbox/register\.csv"):
        sort_inbox(export.parent, [one_stop])
    draft = tmp_path / "mine.toml"
    assert main(["sources", "inspect", str(export), "--out", str(draft)]) == 0
    profile = find_profile(draft, reference_dir)
    assert profile.name == "mine", "a profile of a project bears the name of its file"
    assert [one.path for one in sort_inbox(export.parent, [profile]).exports] == [export]


def test_several_files_have_a_draft_each_in_one_folder(put, tmp_path, capsys) -> None:
    files = [put(f"{n}.csv", "Mã hồ sơ;Ngày tiếp nhận\nA;05/01/2026\n") for n in ("so", "buoc")]
    arguments = ["sources", "inspect", *map(str, files)]
    assert main(arguments) == 2
    assert "--out" in capsys.readouterr().err
    assert main([*arguments, "--out", str(tmp_path / "drafts")]) == 0
    drafts = sorted((tmp_path / "drafts").glob("*.toml"))
    assert [read_profile(draft).name for draft in drafts] == ["buoc", "so"]
