"""JSON that programs read differently, and what only looks like a file, are refused by name."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from workbench.core.errors import InputRejected
from workbench.ingest import deliveries, ingest, read_profile
from workbench.ingest.profile import FileLayout
from workbench.ingest.readers import limits, read

HEADER = "No.,Code,Name,Received,Due,Channel\n"
ROW = "1,A-1,Somebody,05/01/2022 08:00,10/01/2022,Tại quầy\n"


def refused(path: Path, part: FileLayout) -> str:
    with pytest.raises(InputRejected) as caught:
        list(read(path, part))
    return str(caught.value)


# --- JSON that is no register


PAYLOAD = """
name = "payload"
title_vi = "Gói"
title_en = "Payload"
time_zone = "Asia/Ho_Chi_Minh"
calendar_id = "always"

[snapshot]
latest = true

[[files]]
patterns = ["payload*.json"]
kind = "json"
rows = "dossier"
ignored = ["note", "by"]

[files.columns]
"id" = "dossier_id"
"at" = "received_at"
"""


@pytest.fixture
def payload(tmp_path: Path) -> FileLayout:
    path = tmp_path / "payload.toml"
    path.write_text(PAYLOAD, encoding="utf-8")
    return read_profile(path).parts[0]


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (r'{"id": "A\ud800", "at": "2022-01-05"}', "record 1, key «id»: a NUL character or half"),
        (r'{"id": "A", "at": "\udc00"}', "key «at»"),
        (r'{"id": "A\u0000", "at": "2022-01-05"}', "key «id»"),
        (r'{"id": "A", "at": "2022-01-05", "by": {"x\ud83d": 1}}', "key «x�»"),
        ('{"id": "A", "id": "B", "at": "2022-01-05"}', "the key «id» occurs twice"),
        ('{"id": "A", "at": "2022-01-05", "by": ' + "[" * 64 + "]" * 64 + "}", "more than 64 deep"),
        ('{"a":' * 200_000 + "1" + "}" * 200_000, "more than 64 deep"),
        ('{"id": "' + "x" * 40_000 + '", "at": "2022-01-05"}', "row 1, column «id»: a cell"),
        ('{"id": ' + "9" * 40_000 + ', "at": "2022-01-05"}', "row 1, column «id»: a cell"),
    ],
)  # fmt: skip
def test_json_that_no_program_reads_alike_is_refused(put, payload, record, message) -> None:
    assert message in refused(put("payload.json", f"[{record}]"), payload)
    assert message in refused(put("payload.json", f"{record}\n"), payload)


@pytest.mark.parametrize(
    "record",
    [
        r'{"id": "A-1", "id": "A-1", "at": "2022-01-05"}',
        r'{"id": "A-1", "at": "2022-01-05", "note": "\ud83d\ude00 [[[[ \\"}',
        '{"id": "A-1", "at": {"$date": {"$numberLong": "' + "9" * 5_000 + '"}}}',
        '{"id": "A-1", "at": "2022-01-05", "by": ' + "[" * 40 + "]" * 40 + "}",
        '{"id": "A-1", "at": "2022-01-05", "note": "' + "[" * 100 + '"}',
        '{"id": "A-1", "at": "2022-01-05", "note": "' + "x" * 1_000_000 + '"}',
    ],
)
def test_json_that_only_looks_hostile_is_read(put, payload, record) -> None:
    (table,) = read(put("payload.json", f"[{record}]"), payload)
    assert table.frame["id"].to_list() == ["A-1"]


def test_json_of_more_bytes_or_values_than_memory_holds_is_refused(
    monkeypatch, put, payload
) -> None:
    path = put("payload.json", '[{"id": "A", "at": "2022-01-05"}' + ",{}" * 100 + "]")
    with monkeypatch.context() as changed:
        changed.setattr(limits, "PAYLOAD_VALUES", 100)
        assert "more than 100 JSON values" in refused(path, payload)
    monkeypatch.setattr(limits, "PAYLOAD_BYTES", 200)
    assert "MiB of JSON" in refused(path, payload)


# --- wider than any table


def test_a_text_of_too_many_columns_is_refused(put, small) -> None:
    path = put("small.csv", HEADER.strip() + "," * 20_000 + "\n" + ROW)
    assert "has 20006 columns" in refused(path, small.parts[0])


def test_a_log_in_which_every_event_has_other_attributes_is_refused(put, small) -> None:
    events = "".join(f'<event><string key="k{n}" value="x"/></event>' for n in range(17_000))
    path = put("log.xes", f"<log><trace>{events}</trace></log>")
    assert "has 17000 columns" in refused(path, small.parts[1])


# --- what only looks like a file


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(str(path))


@pytest.mark.skipif(os.name == "nt", reason="Windows has neither pipes nor sockets in folders")
@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (os.mkfifo, "a pipe"),
        (make_socket, "a socket"),
        (lambda path: path.symlink_to("/dev/zero"), "a device"),
        (lambda path: path.symlink_to(path.name), "a link that leads back to itself"),
        (lambda path: path.symlink_to("nowhere"), "a link to something that is not there"),
        (lambda path: path.symlink_to("."), "a link to a folder"),
    ],
)
def test_what_is_no_file_is_refused_by_what_it_is(monkeypatch, put, small, make, kind) -> None:
    folder = put("small.csv", HEADER + ROW).parent
    monkeypatch.chdir(folder)
    make(Path("small-2.csv"))
    for paths in (
        ([folder], [folder / "small-2.csv"]) if kind != "a link to a folder" else [[folder]]
    ):
        with pytest.raises(InputRejected, match=kind):
            deliveries(paths, small)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep names as Unicode")
def test_a_file_name_that_is_not_utf8_is_refused_by_an_escaped_name(put, small) -> None:
    folder = put("small.csv", HEADER + ROW).parent
    path = folder / os.fsdecode(b"small\xff.csv")
    path.write_text(HEADER + ROW)
    with pytest.raises(InputRejected, match="not UTF-8"):
        deliveries([folder], small)


def test_a_file_that_goes_between_listing_and_reading_is_named(tmp_path, put, small) -> None:
    path = put("small.csv", HEADER + ROW)
    exports = deliveries([path], small)
    path.unlink()
    with pytest.raises(InputRejected, match="no file"):
        ingest(exports, tmp_path / "landed")


def test_too_many_files_are_refused_before_any_is_read(monkeypatch, put, small) -> None:
    monkeypatch.setattr(limits, "FILES", 2)
    folder = put("small.csv", HEADER + ROW).parent
    put("small-2.csv", HEADER + ROW)
    put("small-3.csv", HEADER + ROW)
    with pytest.raises(InputRejected, match="more than 2 files"):
        deliveries([folder], small)
