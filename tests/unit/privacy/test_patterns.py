"""What counts as an identifier inside text, and what looks like one and is none."""

from __future__ import annotations

import polars as pl
import pytest

from workbench.core.errors import InputRejected
from workbench.privacy import Patterns, read_patterns


@pytest.fixture(scope="module")
def patterns(reference_dir) -> Patterns:
    return read_patterns(reference_dir)


FOUND = [
    ("liên hệ 0912345678 nhé", "liên hệ [điện thoại] nhé"),
    ("0912 345 678", "[điện thoại]"),
    ("0912.345.678", "[điện thoại]"),
    ("091 234 5678", "[điện thoại]"),
    ("+84 912 345 678", "[điện thoại]"),
    ("+84912345678", "[điện thoại]"),
    ("84912345678", "[điện thoại]"),
    ("(0277) 02773861234", "(0277) [điện thoại]"),
    ("CCCD 087204001234.", "CCCD [căn cước]."),
    ("087 204 001 234", "[căn cước]"),
    ("CMND: 341234567", "CMND: [chứng minh nhân dân]"),
    ("cmnd số 341 234 567", "cmnd số [chứng minh nhân dân]"),
    ("Hộ chiếu B1234567", "Hộ chiếu [hộ chiếu]"),
    ("thư: Nguoi.Nop+1@mail.dongthap.gov.vn,", "thư: [thư điện tử],"),
    ("bà Nguyễn Thị Mẫu chưa nộp", "bà [tên người] chưa nộp"),
    ("ÔNG Trần Văn Ví Dụ", "ÔNG [tên người]"),
    ("trả cho ông Mẫu", "trả cho ông [tên người]"),
    ("Ông/bà Lê Ví Dụ", "Ông/bà [tên người]"),
    ("ông (bà) Đặng Ái Ví", "ông (bà) [tên người]"),
]
NOT_FOUND = [
    "Hạn cũ: 05.01.2022 08:30",
    "05/01/2022 08:30:00",
    "20220105083000",
    "202201050830",
    "000.00.14.H20-220105-0912",
    "H26.103.25.7-250908-0112",
    "1.001193.000.00.00.H20",
    "UBND Phường An Hòa",
    "Tên thủ tục: chuyển mục đích sử dụng đất",
    "thửa 341234567",
    "anh em ruột, bà nội",
    "101001234567",
]


@pytest.mark.parametrize(("text", "masked"), FOUND)
def test_an_identifier_is_masked_in_any_column(patterns, text, masked) -> None:
    assert patterns.masked(text) == masked


@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_only_looks_like_one_stays(patterns, text) -> None:
    assert patterns.masked(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [("1401234567-001 nộp", "[mã số thuế] nộp"), ("Phạm Thị Ví Dụ nhận", "[tên người] nhận")],
)
def test_more_counts_where_people_write_freely(patterns, text, masked) -> None:
    column = pl.Series([text])
    assert patterns.mask(column, free_text=True)[0].to_list() == [masked]
    assert patterns.mask(column, free_text=False)[0].to_list() == [text]


def test_finds_are_reported_by_row_and_pattern_without_the_text(patterns) -> None:
    texts = [None, "bà Lan 0912345678 và 0912345679", "không", "bà Lan 0912345678 và 0912345679"]
    masked, found = patterns.mask(pl.Series(texts), free_text=True)
    assert masked.to_list()[:3] == [None, "bà [tên người] [điện thoại] và [điện thoại]", "không"]
    assert sorted(found.rows()) == [
        (1, "phone"),
        (1, "titled_name"),
        (3, "phone"),
        (3, "titled_name"),
    ]


def test_what_is_masked_is_not_masked_again(patterns) -> None:
    for text, masked in FOUND:
        assert patterns.masked(masked) == masked, text


def test_the_reviewed_patterns_say_where_they_come_from(reference_dir) -> None:
    rows = pl.read_csv(reference_dir / "privacy" / "patterns.csv", infer_schema=False)
    for column in ("pattern", "regex", "label_vi", "label_en", "source", "verified"):
        assert rows[column].null_count() == 0, column
    assert rows["pattern"].is_unique().all()


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("phone,here,x,,a,b,,,no", "privacy.bad_reach"),
        ("phone,every,(?<!x)y,,a,b,,,no", "privacy.bad_pattern"),
        (None, "privacy.no_patterns"),
    ],
)
def test_patterns_that_cannot_be_used_stop_the_ingest(tmp_path, line, key) -> None:
    if line:
        head = "pattern,reach,regex,keep,label_vi,label_en,note,source,verified"
        (tmp_path / "privacy").mkdir()
        text = f"{head}\n{line}\n"
        (tmp_path / "privacy" / "patterns.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputRejected) as problem:
        read_patterns(tmp_path)
    assert problem.value.key == key
    assert "{" not in str(problem.value)


@pytest.mark.parametrize("reach", ["every", "text", "list", "never", "part"])
def test_the_pattern_that_cannot_be_compiled_is_named(tmp_path, reach) -> None:
    rows = ["pattern,reach,regex,keep,label_vi,label_en,note,source,verified"]
    rows += [f"good_{kind},{kind},x+,,a,b,,,no" for kind in ("every", "text", "list", "never")]
    rows += [f"bad,{reach},(?<!x)y,,a,b,,,no", "good,text,y+,,a,b,,,no"]
    (tmp_path / "privacy").mkdir()
    (tmp_path / "privacy" / "patterns.csv").write_text("\n".join(rows), encoding="utf-8")
    with pytest.raises(InputRejected) as problem:
        read_patterns(tmp_path)
    assert "bad" in str(problem.value)
    assert "good" not in str(problem.value)
