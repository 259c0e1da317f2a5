"""Whatever damage a file has taken, it is read or refused with a reason."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import example, given, settings
from hypothesis import strategies as st

from workbench.core.errors import InputRejected
from workbench.ingest import SourceProfile, deliveries, find_profile, ingest

LOG = b"""<?xml version="1.0" encoding="UTF-8" ?>
<log xes.version="1.0"><trace><string key="concept:name" value="7"/>
<date key="startDate" value="2012-01-05T09:00:00+01:00"/>
<event><string key="taskName" value="one"/><string key="note" value="n">
<string key="inner" value="i"/></string></event></trace></log>
"""
STEPS = (
    "Mã hồ sơ;Bước;Tên bước;Đơn vị;Mã tài khoản;Người xử lý;Đến;Bắt đầu;Kết thúc\n"
    "A;1;Tiếp nhận;Phường 1;cb;Ai đó;05/01/2022 08:00:00;;05/01/2022 09:00:00\n"
).encode()


def workbook(folder: Path) -> bytes:
    """A small workbook's bytes."""
    path = folder / "seed.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Sổ").write_row(0, 0, ["Mã hồ sơ", "Ngày tiếp nhận"])
    return path.read_bytes()


@pytest.fixture(scope="module")
def attempt(tmp_path_factory, reference_dir: Path) -> Callable[[str, str, bytes], None]:
    """Ingest bytes under a name; a refusal is fine, anything else is not."""
    folder = tmp_path_factory.mktemp("damaged")
    profiles: dict[str, SourceProfile] = {
        name: find_profile(name, reference_dir) for name in ("one_stop", "wabo")
    }

    def run(profile: str, name: str, content: bytes) -> None:
        path = folder / name
        path.write_bytes(content)
        try:
            ingest(deliveries([path], profiles[profile]), folder / "landed")
        except InputRejected as refusal:
            str(refusal)

    return run


EDITS = st.lists(
    st.tuples(st.integers(0, 100_000), st.binary(max_size=4), st.integers(0, 3)), max_size=5
)


def damaged(content: bytes, edits: list[tuple[int, bytes, int]], kept: int) -> bytes:
    """Cut bytes out, put others in, and end early."""
    for at, put, cut in edits:
        place = at % (len(content) + 1)
        content = content[:place] + put + content[place + cut :]
    return content[: kept % (len(content) + 1)] if kept else content


@settings(max_examples=100)
@example(edits=[], kept=0)
@given(edits=EDITS, kept=st.integers(0, 100_000))
def test_a_damaged_text_file_never_breaks_the_run(attempt, edits, kept) -> None:
    attempt("one_stop", "nhat-ky-xu-ly.csv", damaged(STEPS, edits, kept))


@settings(max_examples=100)
@example(edits=[], kept=0)
@given(edits=EDITS, kept=st.integers(0, 100_000))
def test_a_damaged_event_log_never_breaks_the_run(attempt, edits, kept) -> None:
    attempt("wabo", "CoSeLoG_WABO_9.xes", damaged(LOG, edits, kept))


@settings(max_examples=100)
@given(edits=EDITS, kept=st.integers(0, 100_000))
def test_a_damaged_archive_never_breaks_the_run(attempt, edits, kept) -> None:
    packed = gzip.compress(STEPS, mtime=0)
    attempt("one_stop", "nhat-ky-xu-ly.csv.gz", damaged(packed, edits, kept))


@settings(max_examples=100)
@given(edits=EDITS, kept=st.integers(0, 100_000))
def test_a_damaged_workbook_never_breaks_the_run(attempt, tmp_path_factory, edits, kept) -> None:
    content = workbook(tmp_path_factory.getbasetemp())
    attempt("one_stop", "so-theo-doi-ho-so.xlsx", damaged(content, edits, kept))
