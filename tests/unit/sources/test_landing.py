"""What lands: mapped columns only, each row with its place, all of it or nothing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from workbench.clean import clean
from workbench.core.errors import InputRejected, UsageProblem
from workbench.core.project import Project, shipped
from workbench.core.run_folders import RunFolders
from workbench.ingest import (
    SourceProfile,
    check_dossier_rows,
    deliveries,
    differ_from_landed,
    find_profile,
    inbox_deliveries,
    ingest,
    read_profile,
    shipped_profiles,
    sort_inbox,
)
from workbench.ingest.fields import FIELDS, FILES_SCHEMA

TABLES = ("landed_dossiers", "landed_steps", "landed_pauses", "landed_files")
HEADER = "No.,Code,Name,Received,Due,Channel\n"
SOUND = (
    '<event><string key="concept:name" value="sound"/>'
    '<date key="time:timestamp" value="2022-01-05T09:00:00Z"/></event>'
)
ROW = "1,A-1,Somebody,25/01/2022 08:00,10/01/2022,Tại quầy\n"


def land(
    paths: list[Path], profile: SourceProfile, out: Path, as_of: str = ""
) -> dict[str, pl.DataFrame]:
    """Ingest files and return the four tables."""
    ingest(deliveries(paths, profile), out, as_of=as_of)
    return {table: pl.read_parquet(out / f"{table}.parquet") for table in TABLES}


@pytest.fixture
def one_stop(one_stop_files: Path, reference_dir: Path, tmp_path: Path) -> dict[str, pl.DataFrame]:
    """The hand-written one-stop export, landed."""
    profile = find_profile("one_stop", reference_dir)
    return land([one_stop_files], profile, tmp_path / "landed")


def test_the_four_tables_are_always_written_with_all_their_columns(put, small, tmp_path) -> None:
    tables = land([put("small.csv", HEADER + ROW)], small, tmp_path / "landed")
    position = ["source_file", "source_sheet", "source_row"]
    steps = ["dossier_id", "source", *FIELDS["step"][1:], "variant_no", *position]
    assert tables["landed_steps"].columns == steps
    assert tables["landed_pauses"].is_empty()
    assert tables["landed_files"].columns == list(FILES_SCHEMA)


PAPERS = """
[[files]]
patterns = ["papers*.csv"]
kind = "csv"
rows = "paper"

[files.columns]
"Number" = "dossier_id"
"Signed" = "paper_result_on"
"""


def test_a_paper_register_dates_the_papers_of_dossiers_by_its_profile_alone(
    put, profile_file, tmp_path
) -> None:
    profile_file.write_text(profile_file.read_text(encoding="utf-8") + PAPERS, encoding="utf-8")
    register = put("small.csv", f"{HEADER}{ROW}{ROW.replace('A-1', 'A-2')}")
    papers = put("papers.csv", "Number,Signed\nA-2,07/01/2022\nZ-9,08/01/2022\n")
    work = Project(tmp_path / "work")
    ingest(deliveries([register, papers], read_profile(profile_file)), work.landed)
    clean(RunFolders(work, shipped()))
    dossiers = pl.read_parquet(work.clean / "dossiers.parquet").sort("dossier_id")
    assert dossiers["paper_result_on"].to_list() == [None, dt.date(2022, 1, 7)]
    unmatched = pl.read_parquet(work.clean / "quarantine.parquet").filter(row_kind="paper")
    assert unmatched["rule_id"].to_list() == ["P03"]


def test_a_paper_register_alone_makes_no_dossiers(put, profile_file) -> None:
    profile_file.write_text(profile_file.read_text(encoding="utf-8") + PAPERS, encoding="utf-8")
    papers = put("papers.csv", "Number,Signed\nA-2,07/01/2022\n")
    with pytest.raises(InputRejected, match="paper"):
        check_dossier_rows(deliveries([papers], read_profile(profile_file)))


def test_a_row_keeps_its_text_and_its_place(put, small, tmp_path) -> None:
    rows = land([put("small.csv", HEADER + ROW)], small, tmp_path / "landed")["landed_dossiers"]
    row = rows.row(0, named=True)
    assert (row["received_at"], row["due_at"]) == ("25/01/2022 08:00", "10/01/2022")
    assert (row["channel_in"], row["x_channel"]) == ("counter", "Tại quầy")
    assert (row["source_file"], row["source_row"]) == ("small.csv", 2)


def test_the_one_stop_export_lands_in_three_tables(one_stop) -> None:
    heights = [one_stop[table].height for table in TABLES]
    assert heights == [2, 1, 1, 3]
    assert one_stop["landed_steps"]["step_kind"].to_list() == ["intake"]
    assert one_stop["landed_dossiers"]["status"].to_list() == ["resolved", "resolved"]


def test_a_file_says_how_it_is_to_be_understood(one_stop) -> None:
    register = one_stop["landed_files"].filter(row_kind="dossier").row(0, named=True)
    assert register["snapshot_at"] == "30/06/2022 17:00"
    assert register["synthetic"]
    assert (register["rows_read"], register["rows_landed"], register["rows_ignored"]) == (11, 2, 9)
    assert (register["calendar_id"], register["unit_list"]) == ("vn_dong_thap", "reference")


def test_the_order_of_day_and_month_is_voted_for_once_per_file(put, small, tmp_path) -> None:
    american = put("small-us.csv", HEADER + ROW.replace("25/01", "01/25").replace("10/01", "1/31"))
    silent = put("small-silent.csv", HEADER + ROW.replace("25/01", "05/01"))
    tables = land([put("small.csv", HEADER + ROW), american, silent], small, tmp_path / "landed")
    files = tables["landed_files"].select("source_file", "day_first", "day_first_evidence").rows()
    text = "first number above 12: {}; second number above 12: {}"
    assert files == [
        ("small-silent.csv", True, text.format(0, 0)),
        ("small-us.csv", False, text.format(0, 2)),
        ("small.csv", True, text.format(1, 0)),
    ]


def outputs(folder: Path) -> Iterator[bytes]:
    """Every byte of a folder, as written and with Parquet's pages unpacked."""
    for path in sorted(folder.rglob("*")):
        yield path.name.encode() + path.read_bytes()
        if path.suffix == ".parquet":
            yield repr(pl.read_parquet(path).rows()).encode()


def test_no_personal_value_reaches_any_byte_of_the_landed_folder(
    one_stop, personal_values, tmp_path
) -> None:
    everything = b"".join(outputs(tmp_path / "landed"))
    leaked = [value for value in personal_values if value.encode() in everything]
    assert leaked == []
    assert b"000.00.14.H20-220104-0001" in everything


def test_the_same_export_gives_the_same_bytes(one_stop_files, reference_dir, tmp_path) -> None:
    profile = find_profile("one_stop", reference_dir)
    for out in ("first", "second"):
        land([one_stop_files], profile, tmp_path / out)
    for table in TABLES:
        first, second = ((tmp_path / out / f"{table}.parquet") for out in ("first", "second"))
        assert first.read_bytes() == second.read_bytes()


def test_an_unknown_code_names_its_cell_and_the_list(put, small, tmp_path) -> None:
    path = put("small.csv", HEADER + ROW + ROW.replace("Tại quầy", "Qua bạn bè"))
    with pytest.raises(InputRejected) as caught:
        land([path], small, tmp_path / "landed")
    message = str(caught.value)
    assert "column «Channel»: «Qua bạn bè» (row 3; 1 in all)" in message
    assert "Accepted: Tại quầy, Qua mạng" in message


def test_a_rejected_file_leaves_the_previous_landing_as_it_was(put, small, tmp_path) -> None:
    out = tmp_path / "landed"
    good = put("small.csv", HEADER + ROW)
    land([good], small, out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    bad = put("small-bad.csv", HEADER + ROW.replace("Tại quầy", "?"))
    with pytest.raises(InputRejected):
        land([good, bad], small, out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


def test_a_date_of_the_export_given_by_hand_outranks_the_heading(
    one_stop_files, reference_dir, tmp_path
) -> None:
    profile = find_profile("one_stop", reference_dir)
    files = land([one_stop_files], profile, tmp_path / "out", "2022-03-31")["landed_files"]
    assert files["snapshot_at"].unique().to_list() == ["2022-03-31"]


def test_a_register_that_does_not_say_when_it_was_taken_is_refused(
    put, profile_file, tmp_path
) -> None:
    text = profile_file.read_text(encoding="utf-8")
    heading = "heading = 'as of (?P<date>[0-9/]+)'"
    profile_file.write_text(text.replace("latest = true", heading), encoding="utf-8")
    profile = find_profile(profile_file, tmp_path)
    dated = put("small-dated.csv", "as of 30/06/2022\n" + HEADER + ROW)
    files = land([dated], profile, tmp_path / "landed")["landed_files"]
    assert files["snapshot_at"].to_list() == ["30/06/2022"]
    with pytest.raises(InputRejected, match="--as-of"):
        land([put("small.csv", HEADER + ROW)], profile, tmp_path / "landed")


def test_a_date_that_is_none_is_a_usage_problem(put, small, tmp_path) -> None:
    with pytest.raises(UsageProblem, match="«30/06/2022» is not a date"):
        land([put("small.csv", HEADER + ROW)], small, tmp_path / "landed", "30/06/2022")


def test_a_number_that_counts_within_its_unit_is_led_by_it(put, profile_file, tmp_path) -> None:
    text = profile_file.read_text(encoding="utf-8").replace(
        "[snapshot]", 'id_scope = "unit"\n[snapshot]'
    )
    text = text.replace("[files.constants]\n", "[files.from_name]\n")
    text = text.replace('"dossier.unit_id" = "U1"', "\"dossier.unit_id\" = 'log_(.)'")
    profile_file.write_text(text + "\"step.unit_id\" = 'log_(.)'\n", encoding="utf-8")
    profile = find_profile(profile_file, tmp_path)
    log = (
        '<log><trace><string key="concept:name" value="7"/>'
        '<event><string key="concept:name" value="one"/>'
        '<date key="time:timestamp" value="2022-01-05T09:00:00Z"/></event></trace></log>'
    )
    tables = land([put("log_A.xes", log), put("log_B.xes", log)], profile, tmp_path / "landed")
    for table in ("landed_dossiers", "landed_steps"):
        assert tables[table]["dossier_id"].to_list() == ["A/7", "B/7"]
    with pytest.raises(InputRejected, match="lacks the part that gives unit_id"):
        land([put("log.xes", log)], profile, tmp_path / "landed")


def test_instants_of_different_writers_land_in_one_spelling(put, small, tmp_path) -> None:
    log = (
        '<log><trace><string key="concept:name" value="7"/>'
        '<date key="start" value="2022-01-05T09:00:00.000+01:00"/>'
        '<event><string key="concept:name" value="one"/>'
        '<date key="time:timestamp" value="2022-01-05T09:00:00.120000Z"/></event></trace></log>'
    )
    tables = land([put("log.xes", log)], small, tmp_path / "landed")
    assert tables["landed_dossiers"]["received_at"].to_list() == ["2022-01-05 09:00:00+01:00"]
    assert tables["landed_steps"]["finished_at"].to_list() == ["2022-01-05 09:00:00.12+00:00"]


def test_events_alike_in_mapped_columns_only_stay_distinct(put, small, tmp_path) -> None:
    event = '<event><string key="concept:name" value="one"/><string key="note" value="{}"/></event>'
    events = "".join(event.format(note) for note in ("x", "y", "x"))
    log = f'<log><trace><string key="concept:name" value="7"/>{events}{SOUND}</trace></log>'
    steps = land([put("log.xes", log)], small, tmp_path / "landed")["landed_steps"]
    assert steps["variant_no"].to_list() == [1, 2, 1, 1]


def test_a_case_without_events_gives_a_dossier_and_no_step(put, small, tmp_path) -> None:
    empty = '<trace><string key="concept:name" value="8"/></trace>'
    log = f'<log><trace><string key="concept:name" value="7"/>{SOUND}</trace>{empty}</log>'
    tables = land([put("log.xes", log)], small, tmp_path / "landed")
    assert [tables[table].height for table in TABLES] == [2, 1, 0, 1]


def test_files_of_one_name_are_distinguished_by_their_folder(put, small, tmp_path) -> None:
    first = put("small.csv", HEADER + ROW)
    second = tmp_path / "other" / "small.csv"
    second.parent.mkdir()
    second.write_text(HEADER + ROW, encoding="utf-8")
    files = land([first, second], small, tmp_path / "landed")["landed_files"]
    assert files["source_file"].to_list() == ["export/small.csv", "other/small.csv"]


# --- the inbox


def test_every_file_of_the_inbox_finds_its_profile(one_stop_files, reference_dir) -> None:
    exports = inbox_deliveries(one_stop_files, shipped_profiles(reference_dir))
    assert {(export.profile.name, export.part.rows) for export in exports} == {
        ("one_stop", "dossier"),
        ("one_stop", "step"),
        ("one_stop", "pause"),
    }


def test_a_file_of_the_inbox_that_no_profile_knows_is_refused(
    one_stop_files, reference_dir
) -> None:
    (one_stop_files / "bao-cao.docx").write_bytes(b"PK")
    with pytest.raises(
        InputRejected, match=r"bao-cao\.docx.*one_stop: so-theo-doi-ho-so"
    ) as refusal:
        inbox_deliveries(one_stop_files, shipped_profiles(reference_dir))
    # two sheets of one workbook have one pattern
    for known in str(refusal.value).split("; "):
        patterns = re.findall(r"[^ ,:]*\*[^ ,]*", known)
        assert len(set(patterns)) == len(patterns)


def test_a_file_that_no_profile_knows_is_set_aside_and_noted(
    one_stop_files, reference_dir, tmp_path
) -> None:
    (one_stop_files / "ghi-chu.txt").write_text("x", encoding="utf-8")
    inbox = sort_inbox(one_stop_files, shipped_profiles(reference_dir))
    assert len(inbox.exports) == 3
    assert [path.name for path in inbox.unknown] == ["ghi-chu.txt"]
    ingest(inbox.exports, tmp_path / "landed", set_aside=inbox.unknown)
    findings = pl.read_parquet(tmp_path / "landed" / "landed_sheet_findings.parquet")
    assert findings.filter(rule_id="F09")["source_file"].to_list() == ["ghi-chu.txt"]
    assert not differ_from_landed(inbox.paths, tmp_path / "landed")
    with pytest.raises(InputRejected, match=r"ghi-chu\.txt"):
        sort_inbox(one_stop_files, shipped_profiles(reference_dir), strict=True)


def test_an_inbox_of_nothing_but_unknown_files_is_refused(tmp_path, reference_dir) -> None:
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    with pytest.raises(InputRejected, match=r"a\.txt"):
        sort_inbox(tmp_path, shipped_profiles(reference_dir))


def test_lock_files_of_office_programs_and_hidden_files_are_no_exports(
    one_stop_files, reference_dir
) -> None:
    for name in (".gitkeep", "~$so-theo-doi-ho-so_2022-H1.xlsx"):
        (one_stop_files / name).write_bytes(b"")
    assert len(inbox_deliveries(one_stop_files, shipped_profiles(reference_dir))) == 3


@pytest.mark.parametrize("exists", [True, False])
def test_an_empty_or_missing_inbox_says_how_to_fill_it(tmp_path, reference_dir, exists) -> None:
    inbox = tmp_path / "inbox"
    if exists:
        inbox.mkdir()
    with pytest.raises(InputRejected, match="workbench simulate"):
        inbox_deliveries(inbox, shipped_profiles(reference_dir))


def test_a_missing_path_or_an_empty_folder_is_refused(tmp_path, small) -> None:
    with pytest.raises(InputRejected, match="no file"):
        deliveries([tmp_path / "none.csv"], small)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputRejected, match="has no file"):
        deliveries([tmp_path / "empty"], small)


def test_of_several_sources_each_file_goes_to_the_one_whose_pattern_fits(
    put, small, one_stop_files, reference_dir
) -> None:
    profile = find_profile("one_stop", reference_dir)
    exports = deliveries([put("small.csv", HEADER + ROW), one_stop_files], small, profile)
    sources = {export.path.name: export.profile.name for export in exports}
    assert sources.pop("small.csv") == small.name
    assert set(sources.values()) == {"one_stop"}
    with pytest.raises(InputRejected, match=r"other\.csv"):
        deliveries([put("other.csv", HEADER + ROW)], small, profile)


def test_progress_shows_the_rows_of_a_file_while_it_is_read(
    put, small, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr("workbench.ingest.row_counter.EVERY", 2)
    reports: list[str] = []
    export = put("small.csv", HEADER + ROW + ROW.replace("A-1", "A-2"))
    ingest(deliveries([export], small), tmp_path / "landed", progress=reports.append)
    assert reports[0] == "small.csv"
    assert "small.csv" in reports[1]
    assert "2" in reports[1].removeprefix("small.csv")
