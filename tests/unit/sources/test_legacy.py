"""Text of fonts from before Unicode becomes Vietnamese letters; Unicode text stays as it is."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import xlsxwriter

from workbench.ingest import SourceProfile
from workbench.ingest.legacy import LETTERS, TCVN3, VNI, convention_of, to_unicode
from workbench.ingest.readers import read

REGISTER = (
    "SỔ THEO DÕI HỒ SƠ THỦ TỤC HÀNH CHÍNH",
    "Mã hồ sơ",
    "Tên thủ tục",
    "Ngày tiếp nhận",
    "Đăng ký khai sinh quá hạn",
    "Cấp giấy phép xây dựng nhà ở riêng lẻ",
    "Chuyển mục đích sử dụng đất nông nghiệp",
    "Uỷ ban nhân dân phường Tân Quy Đông",
)
SMALL_LETTERS = tuple(text.lower() for text in REGISTER)


def drawn(text: str, convention: str) -> str:
    """The signs that a font of the convention draws the text by, as latin-1 shows them."""
    signs = {letter: sign for sign, letter in (TCVN3 if convention == "tcvn3" else VNI).items()}
    return "".join(signs.get(letter, letter) for letter in text)


def test_there_are_134_letters_and_each_convention_has_them_all() -> None:
    assert len(set(LETTERS)) == 134
    assert set(TCVN3.values()) == set(VNI.values()) == set(LETTERS)


@pytest.mark.skipif(not shutil.which("iconv"), reason="iconv is not on this machine")
def test_the_table_of_tcvn3_is_that_of_iconv() -> None:
    signs = "".join(TCVN3).encode("latin-1")
    known = subprocess.run(
        ["iconv", "-f", "TCVN-5712", "-t", "UTF-8"], input=signs, capture_output=True, check=False
    )
    if known.returncode:
        pytest.skip("this iconv does not know TCVN 5712")
    assert known.stdout.decode() == LETTERS


@pytest.mark.parametrize(
    ("signs", "letters"),
    [
        ("Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam", "Cộng hòa xã hội chủ nghĩa Việt Nam"),
        ("Ñoäc laäp - Töï do - Haïnh phuùc", "Độc lập - Tự do - Hạnh phúc"),
        ("ÑÔN XIN CAÁP GIAÁY PHEÙP", "ĐƠN XIN CẤP GIẤY PHÉP"),
        ("ngöôøi nhaän kyù, ñöôïc höôûng", "người nhận ký, được hưởng"),
    ],
)
def test_words_in_vni_read_as_they_were_typed(signs, letters) -> None:
    assert to_unicode(signs, "vni") == letters


@pytest.mark.parametrize("convention", ["tcvn3", "vni"])
@pytest.mark.parametrize("texts", [REGISTER, SMALL_LETTERS])
def test_a_convention_is_recognised_by_its_spelling_and_undone(convention, texts) -> None:
    signs = [drawn(text, convention) for text in texts]
    assert convention_of(signs) == convention
    assert [to_unicode(text, convention) for text in signs] == list(texts)


@pytest.mark.parametrize(
    "texts",
    [
        REGISTER,
        ["Verklaring van geen bezwaar", "coördinatie", "één", "reëel", "geïnformeerd"],
        ["Straße", "Müller", "für", "größer", "Ämter", "Übergabe"],
        ["déjà reçu", "délai dépassé", "à l'étude", "réglé", "français"],
        ["plain words"],
        [],
    ],
)
def test_unicode_and_other_languages_are_left_alone(texts) -> None:
    assert convention_of(texts) == ""


def test_a_cell_that_is_unicode_already_is_left_alone_in_an_old_sheet() -> None:
    assert to_unicode("Đăng ký", "tcvn3") == "Đăng ký"


def rows(sep: str = ",") -> str:
    lines = [
        "No.,Code,Name,Received,Due,Channel",
        "1,A-1,Đặng Thị Phượng,05/01/2022 08:00,10/01/2022,Tại quầy",
        "2,A-2,Nguyễn Hữu Thắng Lợi,05/01/2022 08:00,10/01/2022,Tại quầy",
    ]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("encoded", "encoding"),
    [
        (drawn(rows(), "tcvn3").encode("latin-1"), "tcvn3"),
        (drawn(rows(), "vni").encode("latin-1"), "vni"),
        (drawn(rows(), "tcvn3").encode(), "tcvn3"),
        (rows().encode("utf-16"), "utf-16"),
        (rows().encode(), "utf-8-sig"),
    ],
)
def test_a_text_in_an_old_encoding_reads_like_the_same_in_unicode(
    put, small: SourceProfile, encoded, encoding
) -> None:
    table = next(read(put("small.csv", encoded), small.parts[0]))
    assert table.encoding == encoding
    assert table.frame["Channel"].to_list() == ["Tại quầy", "Tại quầy"]
    assert table.frame["Name"].to_list() == ["Đặng Thị Phượng", "Nguyễn Hữu Thắng Lợi"]


def test_windows_1258_is_read_and_composed(put, small: SourceProfile) -> None:
    import unicodedata

    # windows-1258 holds â, ê, ô, ơ, ư, đ as letters and the five tones as marks of their own
    whole = {c: c for c in "âăêôơưđÂĂÊÔƠƯĐ"}
    signs = "".join(
        whole.get(c) or "".join(_marked(c)) for c in unicodedata.normalize("NFC", rows())
    )
    table = next(read(put("small.csv", signs.encode("cp1258")), small.parts[0]))
    assert table.encoding == "cp1258"
    assert table.frame["Channel"].to_list() == ["Tại quầy", "Tại quầy"]


def _marked(letter: str) -> list[str]:
    """The letter and its tone, apart."""
    import unicodedata

    parts = unicodedata.normalize("NFD", letter)
    tones = [c for c in parts if c in "\u0300\u0301\u0303\u0309\u0323"]
    rest = unicodedata.normalize("NFC", "".join(c for c in parts if c not in tones))
    return [rest, *tones]


def test_a_workbook_typed_in_an_old_font_reads_like_one_in_unicode(
    tmp_path: Path, reference_dir: Path
) -> None:
    from workbench.ingest import find_profile

    part = find_profile("one_stop", reference_dir).parts[0]
    path = tmp_path / "so-theo-doi-ho-so.xlsx"
    with xlsxwriter.Workbook(path) as made:
        page = made.add_worksheet("Sheet1")
        for column, name in enumerate(part.headers()):
            page.write(0, column, drawn(name, "tcvn3"))
            page.write(1, column, drawn(f"giá trị {column}", "tcvn3"))
    (table,) = read(path, part)
    assert table.encoding == "tcvn3"
    assert table.frame["Tên thủ tục hành chính"].to_list()[0].startswith("giá trị")


def test_a_serial_number_of_a_workbook_from_1904_counts_from_1900(
    tmp_path: Path, reference_dir: Path
) -> None:
    from workbench.ingest import find_profile

    part = find_profile("one_stop", reference_dir).parts[0]
    path = tmp_path / "so-theo-doi-ho-so.xlsx"
    with xlsxwriter.Workbook(path, {"date_1904": True}) as made:
        page = made.add_worksheet("Sheet1")
        page.write_row(0, 0, list(part.headers()))
        page.write_row(1, 0, [43104.4375 if "Ngày" in name else "44566" for name in part.headers()])
    (table,) = read(path, part)
    assert table.frame["Ngày tiếp nhận"].to_list() == ["44566.4375"]
    assert table.frame["Mã hồ sơ"].to_list() == ["44566"]
