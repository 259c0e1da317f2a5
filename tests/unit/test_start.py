"""The first minutes with an unknown file: a profile, questions with defaults, pages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbench.cli import main
from workbench.cli.start import draft_profiles, settle
from workbench.core.errors import InputRejected, UsageProblem
from workbench.ingest import AS_FOUND, TextForm, find_profile, inspect

ENDS = ("resolved_at", "returned_at")
HEADER = "Ticket ID;Office;Created;Due date;Closed;State;Via"
ROWS = "".join(
    f"K-{n:03d};{'North' if n % 2 else 'South'};{n + 1:02d}/03/2026 08:00;{n + 11:02d}/03/2026;"
    + (f"{n + 9:02d}/03/2026 10:00;ganz fertig;Schalter\n" if n % 3 else ";noch dran;Brief\n")
    for n in range(12)
)


@pytest.fixture
def export(tmp_path):
    path = tmp_path / "register.csv"
    path.write_text(f"{HEADER}\n{ROWS}", encoding="utf-8")
    return path


def test_questions_have_defaults_from_the_data_and_an_answer_is_kept(export, reference_dir):
    asked = {}

    def answer(question: str, default: str) -> str:
        asked[question] = default
        return "Europe/Berlin" if "time zone" in question else default

    found = inspect(export, reference_dir)
    settled = settle(found, answer)
    assert settled.time_zone == "Europe/Berlin"
    defaults = {question: default for question, default in asked.items() if "«" in question}
    assert {default for q, default in defaults.items() if "ganz fertig" in q} == {"resolved"}
    assert {default for q, default in defaults.items() if "noch dran" in q} == {"in_progress"}
    draft = export.with_suffix(".toml")
    draft.write_text(settled.to_toml(), encoding="utf-8")
    profile = find_profile(draft, reference_dir)
    assert profile.codes["status"] == {"ganz fertig": "resolved", "noch dran": "in_progress"}


def test_an_answer_that_is_no_code_and_a_role_that_is_missing_are_the_user_s_errors(
    export, reference_dir
):
    found = inspect(export, reference_dir)
    with pytest.raises(UsageProblem, match="«maybe» is not a code"):
        settle(found, lambda _, default: "maybe" if default == "resolved" else default)
    without = tuple(p for p in found.proposals if p.targets[0] != "received_at")
    with pytest.raises(UsageProblem, match="no column gives the date of reception"):
        settle(replace(found, proposals=without), lambda _, default: default)


def test_several_columns_that_may_be_the_end_are_a_question_and_a_unit_is_never_guessed(
    tmp_path, reference_dir
):
    lines = [line.split(";") for line in f"{HEADER}\n{ROWS}".splitlines()]
    lines[0][1], lines[0][4] = "zz", "yy"
    path = tmp_path / "odd.csv"
    text = "\n".join(";".join([*line, "ww" if not n else line[4]]) for n, line in enumerate(lines))
    path.write_text(text + "\n", encoding="utf-8")
    found = inspect(path, reference_dir)
    assert found.choices == {"resolved_at": ("yy", "ww"), "unit_id": ("zz", "Via")}
    by_default = settle(found, lambda _, default: default)
    targets = {p.header: p.targets for p in by_default.proposals}
    assert targets["yy"] == ("resolved_at",)
    assert targets["zz"] != ("unit_id",)
    chosen = settle(found, lambda question, default: "zz" if "the unit" in question else default)
    assert ("unit_id",) in [p.targets for p in chosen.proposals if p.header == "zz"]
    with pytest.raises(UsageProblem, match="«State» is not a column to choose"):
        settle(found, lambda *_: "State")


def test_whether_the_only_end_is_the_result_or_its_return_is_a_question(tmp_path, reference_dir):
    path = tmp_path / "so.csv"
    rows = "".join(f"H{n};0{n + 1}/03/2026;1{n}/03/2026;1{n + 1}/03/2026\n" for n in range(6))
    head = "Mã hồ sơ;Ngày tiếp nhận;Ngày hẹn trả;Ngày trả kết quả"
    path.write_text(f"{head}\n{rows}", encoding="utf-8")
    found = inspect(path, reference_dir)

    def ends(answer: str) -> list[str]:
        settled = settle(found, lambda question, default: answer if "end" in question else default)
        return [t for p in settled.proposals for t in p.targets if t in ENDS]

    assert ends("returned_at") == ["returned_at"]
    assert ends("resolved_at") == ["resolved_at"]
    by_default = settle(found, lambda _, default: default)
    assert [t for p in by_default.proposals for t in p.targets if t in ENDS] == ["returned_at"]
    with pytest.raises(UsageProblem, match="«both» is not an answer"):
        ends("both")


def test_a_draft_that_a_person_corrected_is_used_again(export, tmp_path, capsys):
    (draft,) = draft_profiles([export], tmp_path / "sources", lambda _, default: default)
    draft.write_text(draft.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    draft_profiles([export], tmp_path / "sources", lambda _, default: default)
    assert draft.read_text(encoding="utf-8").endswith("# mine\n")
    assert "is used again" in capsys.readouterr().err


def test_one_command_leads_from_an_unknown_file_to_all_pages(export, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["start", str(export), "--yes", "--out", str(out), "--lang", "en"]) == 0
    said = capsys.readouterr()
    assert str(out / "briefing.html") in said.out
    pages = {page.name for page in (out / "pages").rglob("*.html")}
    assert pages >= {"briefing.html", "compare_units.html", "official.html", "quality.html"}
    assert "causes.html" not in pages
    page = next((out / "pages").rglob("briefing.html")).read_text(encoding="utf-8")
    assert page.count("The exports log no steps") == 1
    assert "What would have kept dossiers on time" not in page
    assert 'href="causes.html"' not in page
    assert "[UTC]" in said.err
    # the newest stamp is 20/03 10:00; of the open dossiers one is due on that day, three before
    assert "newest date, 20/03/2026, counts as the snapshot" in page
    assert "a week later, 1 more open dossiers could have been overdue" in page
    form = ["form", "II.06a", "--period", "2026-Q1", "--data", str(out)]
    assert main([*form, "--out", str(tmp_path / "form.xlsx")]) == 0


def test_the_one_body_of_an_export_without_units_is_the_office_that_its_head_names(
    tmp_path, reference_dir
):
    path = tmp_path / "so.csv"
    heads = "ỦY BAN NHÂN DÂN XÃ PHÚ HỰU\nSổ theo dõi hồ sơ\nNgày xuất: 03/07/2026 08:15\n"
    rows = "".join(f"H{n};0{n + 1}/03/2026;1{n}/03/2026\n" for n in range(6))
    path.write_text(f"{heads}Mã hồ sơ;Ngày tiếp nhận;Ngày hẹn trả\n{rows}", encoding="utf-8")
    assert inspect(path, reference_dir).body == "ỦY BAN NHÂN DÂN XÃ PHÚ HỰU"


def test_an_output_that_cannot_be_written_is_refused_before_anything_is_read(
    export, tmp_path, capsys, monkeypatch
):
    occupied = tmp_path / "report.html"
    occupied.touch()
    for command in (["start", "--yes"], ["analyse", "--source", "receipt"]):
        for out in (occupied, occupied / "below"):
            assert main([*command, str(export), "--out", str(out), "--lang", "en"]) == 2
            assert f"{occupied} is a file, not a folder" in capsys.readouterr().err

    def refuse(*_, **__):
        raise PermissionError

    monkeypatch.setattr("workbench.core.project.TemporaryDirectory", refuse)
    asked = ["analyse", str(export), "--source", "receipt", "--out", str(tmp_path / "o")]
    assert main([*asked, "--lang", "en"]) == 2
    assert "nothing can be written in" in capsys.readouterr().err


def test_encoding_and_delimiter_may_be_said_and_come_before_the_profile(tmp_path, reference_dir):
    path = tmp_path / "register.csv"
    text = "Ticket ID~Office~Created\nK-1~Köpenick~01/03/2026\nK-2~Süd~02/03/2026\n"
    path.write_text(text, encoding="cp1252")
    with pytest.raises(InputRejected):
        inspect(path, reference_dir)
    found = inspect(path, reference_dir, TextForm("cp1252", "~"))
    assert [proposal.header for proposal in found.proposals] == ["Ticket ID", "Office", "Created"]
    assert (found.encoding, found.delimiter) == ("cp1252", "~")
    draft = tmp_path / "register.toml"
    draft.write_text(found.to_toml(), encoding="utf-8")
    part = find_profile(draft, reference_dir).parts[0]
    assert (part.encoding, part.delimiter) == ("cp1252", "~")
    other = TextForm("utf-16", "TAB").of(part)
    assert (other.encoding, other.delimiter) == ("utf-16", "\t")
    assert AS_FOUND.of(part) == part


def test_a_form_that_no_text_has_is_the_user_s_error_in_line_and_profile(tmp_path, reference_dir):
    for wrong in ({"encoding": "utf-9"}, {"encoding": "hex"}, {"delimiter": ";;"}):
        with pytest.raises(UsageProblem, match=r"There is no|Columns cannot"):
            TextForm(**wrong)
        key, value = next(iter(wrong.items()))
        shipped_text = (reference_dir / "sources" / "kronos.toml").read_text(encoding="utf-8")
        lines = [line for line in shipped_text.splitlines() if not line.startswith(key)]
        first = lines.index("[[files]]") + 1
        profile = tmp_path / "wrong.toml"
        wrong_line = f'{key} = "{value}"'
        profile.write_text("\n".join([*lines[:first], wrong_line, *lines[first:]]), "utf-8")
        with pytest.raises(InputRejected, match=rf"files\[1\]\.{key}"):
            find_profile(profile, reference_dir)


@pytest.mark.parametrize(
    ("units", "is_listed"),
    [
        (("Phường Sa Đéc", "UBND xã Phú Hựu", "Xã Lai Vung", "Xã Tân Dương"), True),
        (("Ủy ban nhân dân Phường 1", "Phường 2", "Phường 3", "Phường 4"), False),
        (("Phường Sa Đéc", "Xã Phú Hựu", "Xã Lai Vung", "Xã Không Có Tên"), False),
        (("Phường Sa Đéc", "Xã Phú Hựu", "Xã Lai Vung", "Phòng Tư pháp"), False),
    ],
)
def test_units_are_looked_up_where_all_are_listed_places(tmp_path, reference_dir, units, is_listed):
    path = tmp_path / "so.csv"
    rows = "".join(f"H{n};{unit};0{n + 1}/03/2026;1{n}/03/2026\n" for n, unit in enumerate(units))
    path.write_text(f"Mã hồ sơ;Đơn vị;Ngày tiếp nhận;Ngày hẹn trả\n{rows}", encoding="utf-8")
    found = inspect(path, reference_dir)
    assert ('unit_list = "reference"' in found.to_toml()) == is_listed
