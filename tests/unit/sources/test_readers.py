"""Readers hand over the records of a file whole, or say what is wrong with it and where."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
import xlsxwriter

from workbench.core.errors import InputRejected
from workbench.ingest import SourceProfile, find_profile
from workbench.ingest.readers import RawTable, read

HEADER = "No.;Code;Name;Received;Due;Channel\n".replace(";", ",")
ROW = "1,A-1,Somebody,05/01/2022 08:00,10/01/2022,Tại quầy\n"
LOG = """<?xml version="1.0" encoding="UTF-8" ?>
<log>
  <global scope="trace"><string key="concept:name" value="UNKNOWN"/></global>
  <global scope="event"><string key="unmapped" value="UNKNOWN"/></global>
  <string key="of the log" value="not of a case"/>
  <trace>
    <string key="concept:name" value="A"/>
    <date key="start" value="2022-01-05T08:00:00.000+07:00"/>
    <event>
      <string key="concept:name" value="one"/>
      <string key="note" value="outer"><string key="inner" value="nested"/></string>
      <date key="time:timestamp" value="2022-01-05T09:00:00.120+07:00"/>
    </event>
    <event><string key="concept:name" value="two"/></event>
  </trace>
  <trace><string key="concept:name" value="B"/></trace>
</log>
"""


def only(path: Path, profile: SourceProfile) -> RawTable:
    """The one table of a file."""
    (table,) = read(path, profile.parts_of(path)[0])
    return table


def refused(path: Path, profile: SourceProfile) -> str:
    """The message with which a file is refused."""
    with pytest.raises(InputRejected) as caught:
        list(read(path, profile.parts_of(path)[0]))
    return str(caught.value)


# --- delimited text


def test_a_text_file_gives_its_records_with_their_rows(put, small) -> None:
    table = only(put("small.csv", "Title\n\n" + HEADER + ROW + "\n" + ROW), small)
    assert table.frame["source_row"].to_list() == [4, 6]
    assert (table.rows_read, table.rows_ignored) == (3, 1)
    assert table.heading == ("Title",)


def test_totals_sections_and_column_numbers_are_no_records(put, small) -> None:
    rows = "(1),(2),(3),(4),(5),(6)\nA. Ward one,,,,,\n" + ROW + "Cộng,1,,,,\nTổng cộng,,,,,\n"
    table = only(put("small.csv", HEADER + rows), small)
    assert table.frame["Code"].to_list() == ["A-1"]
    assert table.rows_ignored == 4


def test_a_record_without_its_number_is_kept_for_the_rules(put, small) -> None:
    row = ROW.replace("A-1", "")
    assert only(put("small.csv", HEADER + row), small).frame["Code"].to_list() == [None]


def test_values_are_trimmed_and_composed(put, small) -> None:
    row = ROW.replace("A-1", "  A-1\u00a0").replace("Tại quầy", "Ta\u0323i qu\u0061\u0302\u0300y")
    frame = only(put("small.csv", HEADER + row), small).frame
    assert frame.select("Code", "Channel").row(0) == ("A-1", "Tại quầy")


def test_a_gzipped_text_file_reads_like_the_plain_one(put, small) -> None:
    plain = only(put("small.csv", HEADER + ROW), small)
    packed = only(put("small.csv.gz", gzip.compress((HEADER + ROW).encode(), mtime=0)), small)
    assert packed.frame.equals(plain.frame)


def test_a_quoted_cell_may_hold_delimiters_and_line_breaks(put, small) -> None:
    row = ROW.replace("Somebody", '"Some, body\nand another"')
    table = only(put("small.csv", HEADER + row + ROW), small)
    assert table.frame["Code"].to_list() == ["A-1", "A-1"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("small.csv", "", "empty"),
        ("small.csv", HEADER.replace("No.", "Number") + ROW, "row 1: the column «Number»"),
        ("small.csv", HEADER.replace("Received,", "") + ROW, "«Received» is missing"),
        ("small.csv", HEADER.replace("No.", "Code") + ROW, "«Code» occurs more than once"),
        ("small.csv", HEADER.replace("No.", "") + ROW, "row 2: column number 1 has values"),
        ("small.csv", "a,b\n1,2\n", "no header in the first 40 rows"),
        ("small.csv", HEADER + ROW.replace("\n", ",surplus\n"), "cannot be split"),
        ("small.csv", HEADER + ROW.replace("Somebody", '"Somebody'), "never closes"),
        ("small.csv", HEADER + ROW + "\0\n", "row 3: a NUL"),
        ("small.csv", "x" * 200_000 + "\n" + HEADER + ROW, "cannot be split"),
        ("small.csv", (HEADER + ROW).encode() + b"\xff\xfe", "row 3: bytes that are not utf-8"),
        ("small.csv", gzip.compress(HEADER.encode(), mtime=0), "is gzip"),
        ("small.csv.gz", HEADER, "is text"),
        ("small.csv.gz", gzip.compress((HEADER + ROW).encode(), mtime=0)[:-9], "cannot be read"),
        (
            "small.csv.gz",
            gzip.compress(ROW.encode(), mtime=0)[:12] + b"damage" * 9,
            "cannot be read",
        ),
    ],
)
def test_a_damaged_text_file_is_refused_with_its_reason(put, small, name, content, message) -> None:
    assert message in refused(put(name, content), small)


def test_a_missing_file_is_refused(tmp_path: Path, small) -> None:
    assert "no file" in refused(tmp_path / "small.csv", small)


# --- workbooks


def test_the_register_of_an_office_is_read_through_its_furniture(
    one_stop_files: Path, reference_dir: Path
) -> None:
    profile = find_profile("one_stop", reference_dir)
    table = only(one_stop_files / "so-theo-doi-ho-so_2022-H1.xlsx", profile)
    assert table.frame["source_row"].to_list() == [11, 12]
    assert (table.rows_read, table.rows_ignored) == (11, 9)
    assert "Số liệu tính đến 17:00 ngày 30/06/2022" in table.heading


def test_a_true_date_arrives_in_iso_form_and_a_text_date_as_it_is(
    one_stop_files: Path, reference_dir: Path
) -> None:
    profile = find_profile("one_stop", reference_dir)
    table = only(one_stop_files / "so-theo-doi-ho-so_2022-H1.xlsx", profile)
    assert table.frame["Ngày hẹn trả"].to_list() == ["14/01/2022 17:00", "2022-01-14 17:00:00"]


@pytest.fixture
def one_stop(reference_dir: Path) -> SourceProfile:
    """The shipped one-stop profile."""
    return find_profile("one_stop", reference_dir)


def workbook(path: Path, header: list[str], sheet: str = "Sổ theo dõi") -> Path:
    """A workbook of one sheet with a header and one row."""
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet(sheet)
        page.write_row(0, 0, header)
        page.write_row(1, 0, [f"cell {n}" for n, _ in enumerate(header)])
    return path


def known_headers(profile: SourceProfile) -> list[str]:
    """All columns of the one-stop register."""
    return list(profile.parts[0].headers())


def test_the_sheet_may_have_any_name(tmp_path: Path, one_stop) -> None:
    path = workbook(tmp_path / "so-theo-doi-ho-so.xlsx", known_headers(one_stop), "Sheet1")
    assert only(path, one_stop).sheet == "Sheet1"


def test_a_sheet_without_the_header_is_counted_as_ignored(tmp_path: Path, one_stop) -> None:
    path = tmp_path / "so-theo-doi-ho-so.xlsx"
    with xlsxwriter.Workbook(path) as book:
        notes = book.add_worksheet("Hướng dẫn")
        notes.write_column(0, 0, ["Cách ghi sổ", "1. Ghi rõ ràng"])
        page = book.add_worksheet("Sổ")
        page.write_row(0, 0, known_headers(one_stop))
        page.write_row(1, 0, [f"cell {n}" for n, _ in enumerate(known_headers(one_stop))])
    tables = list(read(path, one_stop.parts_of(path)[0]))
    assert [(table.sheet, table.rows_ignored) for table in tables] == [("Hướng dẫn", 2), ("Sổ", 0)]


def test_an_unknown_column_of_a_workbook_is_named_with_its_sheet(tmp_path: Path, one_stop) -> None:
    headers = [*known_headers(one_stop), "Số CCCD"]
    path = workbook(tmp_path / "so-theo-doi-ho-so.xlsx", headers)
    message = refused(path, one_stop)
    assert "so-theo-doi-ho-so.xlsx › Sổ theo dõi, row 1: the column «Số CCCD»" in message


def test_an_optional_column_may_vanish(tmp_path: Path, one_stop) -> None:
    headers = [name for name in known_headers(one_stop) if name != "Ngày ký văn bản"]
    path = workbook(tmp_path / "so-theo-doi-ho-so.xlsx", headers)
    assert "Ngày ký văn bản" not in only(path, one_stop).frame.columns


@pytest.mark.parametrize("kept", [8, 200, 2_000])
def test_a_truncated_workbook_is_refused(one_stop_files: Path, one_stop, kept) -> None:
    path = one_stop_files / "so-theo-doi-ho-so_2022-H1.xlsx"
    path.write_bytes(path.read_bytes()[:kept])
    assert "cannot be read" in refused(path, one_stop)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"M\xc3\xa3,text", "is text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "cannot be read"),
    ],
)
def test_a_workbook_that_is_something_else_is_refused(put, one_stop, content, message) -> None:
    assert message in refused(put("so-theo-doi-ho-so.xlsx", content), one_stop)


# --- event logs


def test_an_event_log_gives_one_row_per_event_and_one_for_an_empty_case(put, small) -> None:
    frame = only(put("log.xes", LOG), small).frame
    rows = frame.select("source_row", "case:concept:name", "concept:name").rows()
    assert rows == [(1, "A", "one"), (2, "A", "two"), (3, "B", None)]


def test_a_nested_attribute_is_named_after_its_path(put, small) -> None:
    assert only(put("log.xes", LOG), small).frame["note/inner"].to_list() == ["nested", None, None]


def test_defaults_of_an_event_log_are_not_applied(put, small) -> None:
    assert "unmapped" not in only(put("log.xes", LOG), small).frame.columns


def test_a_log_longer_than_a_batch_keeps_case_and_event_together(monkeypatch, put, small) -> None:
    monkeypatch.setattr("workbench.ingest.readers.eventlog._BLOCK", 64)
    monkeypatch.setattr("workbench.ingest.readers.eventlog._BATCH", 1)
    frame = only(put("log.xes", LOG), small).frame
    assert frame["case:concept:name"].to_list() == ["A", "A", "B"]
    assert frame["case:start"].is_not_null().to_list() == [True, True, False]


LAUGHS = """<?xml version="1.0"?>
<!DOCTYPE log [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>
<log><trace><string key="concept:name" value="&c;"/></trace></log>
"""


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("log.xes", LAUGHS, "row 2: declares a DOCTYPE"),
        ("log.xes", '<!DOCTYPE log SYSTEM "file:///etc/passwd"><log/>', "declares a DOCTYPE"),
        ("log.xes", LOG[: len(LOG) // 2], "broken or truncated XML"),
        ("log.xes", LOG.replace("UTF-8", "UTF-99"), "unknown encoding"),
        ("log.xes", LOG.replace("UTF-8", "shift_jis"), "cannot be read"),
        ("log.xes", "plain words", "broken or truncated XML"),
        ("log.xes", "<log></log>", "no case"),
        ("log.xes", "<log><event/></log>", "an event outside a case"),
        ("log.xes", LOG.replace('"note"', '"remark"'), "the attribute «remark»"),
        ("log.xes", LOG.replace("concept:name", "name"), "the attribute «case:name»"),
        ("log.xes.gz", gzip.compress(LOG.encode(), mtime=0)[:-9], "cannot be read"),
        ("log.xes", b"PK\x03\x04 and more", "is xlsx"),
    ],
)
def test_a_hostile_or_damaged_event_log_is_refused(put, small, name, content, message) -> None:
    assert message in refused(put(name, content), small)
