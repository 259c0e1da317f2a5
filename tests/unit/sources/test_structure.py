"""Files whose structure is odd but known: read as what they are, or refused with the cure."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.core.errors import InputRejected
from workbench.ingest import SourceProfile, deliveries, read_profile
from workbench.ingest.readers import RawTable, read

HEADER = "No.,Code,Name,Received,Due,Channel\n"
ROWS = (
    "1,A-1,Somebody,05/01/2022 08:00,10/01/2022,Tại quầy\n"
    "2,A-2,Somebody,05/01/2022 08:00,10/01/2022,Qua mạng\n"
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)

Changed = Callable[[str, str], SourceProfile]


@pytest.fixture
def changed(profile_file: Path) -> Changed:
    """The small register's profile with one line of it written otherwise."""

    def change(line: str, to: str) -> SourceProfile:
        text = profile_file.read_text(encoding="utf-8")
        assert line in text
        profile_file.write_text(text.replace(line, to, 1), encoding="utf-8")
        return read_profile(profile_file)

    return change


def only(path: Path, profile: SourceProfile) -> RawTable:
    """The one table of a file."""
    (table,) = read(path, profile.parts_of(path)[0])
    return table


def refused(path: Path, profile: SourceProfile) -> str:
    """The message with which a file is refused."""
    with pytest.raises(InputRejected) as caught:
        list(read(path, deliveries([path], profile)[0].part))
    return str(caught.value)


# --- formats without a reader


def packed(*names: str) -> bytes:
    """A ZIP archive with empty members of these names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "")
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["small.csv", "small.xlsx", "anything.xls"])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (OLE + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (packed("small.csv"), "ZIP archive"),
        (b"\xef\xbb\xbf\r\n<html><body><table>", "HTML page"),
        ("\ufeff<TABLE border=1>".encode("utf-16-le"), "HTML page"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>', "XML of Excel 2003"),
        (b"%PDF-1.7", "PDF"),
    ],
)
def test_a_format_without_a_reader_is_named_whatever_the_file_is_called(
    put, small, name, content, message
) -> None:
    message_text = refused(put(name, content), small)
    assert message in message_text
    assert name in message_text


def test_the_mark_of_a_protected_workbook_is_seen_across_two_blocks(
    monkeypatch, put, small
) -> None:
    monkeypatch.setattr("workbench.ingest.readers.file_bytes._BLOCK", 16)
    path = put("small.xlsx", OLE + b"1234567" + "EncryptedPackage".encode("utf-16-le"))
    assert "password" in refused(path, small)


# --- headers


def test_a_repeated_column_that_is_not_read_does_no_harm(put, small) -> None:
    header = HEADER.replace("\n", ",No.,Name\n")
    rows = ROWS.replace("\n", ",7,Invented\n")
    table = only(put("small.csv", header + rows), small)
    assert table.frame["No."].to_list() == ["1", "2"]
    assert table.frame["Code"].to_list() == ["A-1", "A-2"]


def test_a_repeated_column_that_is_read_is_refused(put, changed) -> None:
    profile = changed('personal = ["Name"]', 'personal = ["Name"]\napplicant = ["Name"]')
    text = HEADER.replace("\n", ",Name\n") + ROWS.replace("\n", ",Invented\n")
    assert "«Name» occurs more than once" in refused(put("small.csv", text), profile)


def indexed(*index: str) -> str:
    """The small register behind a first column without a header."""
    lines = zip(["", *index], (HEADER + ROWS).splitlines(), strict=True)
    return "".join(f"{number},{line}\n" for number, line in lines)


def test_the_index_of_a_data_frame_is_left_out(put, small) -> None:
    table = only(put("small.csv", indexed("0", "5")), small)
    assert table.frame["Code"].to_list() == ["A-1", "A-2"]
    assert "" not in table.frame.columns


@pytest.mark.parametrize("index", [("0", "0"), ("0", "x"), ("7", "8"), ("", "0.5")])
def test_any_other_column_without_a_header_is_refused_with_the_key(put, small, index) -> None:
    message = refused(put("small.csv", indexed(*index)), small)
    assert "column number 1 has values" in message
    assert "unnamed = [1]" in message


def test_a_column_without_a_header_is_left_out_where_the_profile_says_so(put, changed) -> None:
    profile = changed('personal = ["Name"]', 'personal = ["Name"]\nunnamed = [1, 8]')
    text = indexed("x", "y").replace("Tại quầy", "Tại quầy,left over")
    text = text.replace("Channel\n", "Channel,\n").replace("Qua mạng\n", "Qua mạng,\n")
    assert only(put("small.csv", text), profile).frame["Code"].to_list() == ["A-1", "A-2"]


@pytest.mark.parametrize("number", ["0", "true", '"1"'])
def test_numbers_of_columns_count_from_one(changed, number) -> None:
    with pytest.raises(InputRejected, match=r"files\[1\].unnamed"):
        changed('personal = ["Name"]', f'personal = ["Name"]\nunnamed = [{number}]')


# --- event logs


def test_elements_of_a_log_may_carry_the_prefix_of_their_namespace(put, small) -> None:
    log = (
        '<x:log xmlns:x="http://www.xes-standard.org/">'
        '<x:trace><x:string key="concept:name" value="A"/>'
        '<x:event><x:string key="concept:name" value="one"/>'
        '<x:date key="time:timestamp" value="2022-01-05T09:00:00"/></x:event></x:trace></x:log>'
    )
    frame = only(put("log.xes", log), small).frame
    assert frame.row(0) == (1, "A", "one", "2022-01-05T09:00:00")


# --- rows of a text that are cut off


CUT = "3,A-3,Somebody,05/01/2022 08:00\n"


def test_a_row_that_ends_before_the_header_is_reported_with_its_number(put, small) -> None:
    table = only(put("small.csv", HEADER + ROWS + CUT + ROWS), small)
    assert table.cut_rows.to_list() == [4]
    assert table.frame["source_row"].to_list() == [2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    "row",
    [
        "3,A-3,Somebody,05/01/2022 08:00,,\n",  # cells that are empty are there
        '3,A-3,"a, b\n\nc",05/01/2022 08:00,,\n',
        '3,A-3,"a ""b"", c",05/01/2022 08:00,,""\n',
        "\n",  # a blank row is no record, nor is a total
        "Tổng cộng,2\n",
        "3,A-3,Somebody,05/01/2022 08:00,10/01/2022,Tại quầy",
    ],
)
def test_a_whole_row_is_not_reported(put, small, row) -> None:
    assert only(put("small.csv", HEADER + ROWS + row), small).cut_rows.to_list() == []


@pytest.mark.parametrize(
    "row",
    [
        '3,A-3,"a, b\nc, d",05/01/2022 08:00\n',
        "3,A-3,Somebody,05/01/2022 08",
    ],
)
def test_quotation_marks_and_the_end_of_the_file_do_not_hide_a_cut_row(put, small, row) -> None:
    assert only(put("small.csv", HEADER + row), small).cut_rows.to_list() == [2]


def test_cut_rows_are_counted_from_the_top_of_a_file_read_in_pieces(
    monkeypatch, put, small
) -> None:
    monkeypatch.setattr("workbench.ingest.readers.text._MOST_ROWS", 2)
    table = only(put("small.csv", HEADER + ROWS + ROWS + CUT + ROWS + CUT), small)
    assert table.cut_rows.to_list() == [6, 9]


def test_a_column_without_a_name_at_the_end_of_the_header_is_not_missed(put, small) -> None:
    table = only(put("small.csv", HEADER.replace("\n", ",,\n") + ROWS), small)
    assert table.cut_rows.to_list() == []


def test_short_rows_are_padded_where_the_profile_says_so(put, changed) -> None:
    profile = changed('personal = ["Name"]', 'personal = ["Name"]\nshort_rows = "pad"')
    table = only(put("small.csv", HEADER + ROWS + CUT), profile)
    assert table.cut_rows.to_list() == []
    assert table.notes.rows() == [("F07", "", 1)]
