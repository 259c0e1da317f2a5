"""One document in every format: the same words, structure for those who edit or cannot see it."""

from __future__ import annotations

import datetime as dt
import io
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from fastexcel import read_excel

from workbench.core.errors import UsageProblem
from workbench.messages import use_language
from workbench.pages import Outputs, check_formats, formats
from workbench.pages.document import Grid, Heading, Numbers, Part, Picture, Text, parse_fragment
from workbench.pages.formats import Document, known_formats, lacking_library, write_document
from workbench.pages.office_text import PLACES, office_text_path, read_office_text
from workbench.pages.page import Page

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="20" viewBox="0 0 80 20">'
    '<rect width="80" height="20" fill="#12436d"/></svg>'
)
WIDE = tuple(f"Đã giải quyết / Quá hạn đã có thư xin lỗi (c{number})" for number in range(26))
LONG = "1.234.567.890"
"""A number of the wide table that must stand on one line."""
PARTS: tuple[Part, ...] = (
    Heading("Một trang", "summary"),
    Text("Tỷ lệ trễ hạn là 3,7%.", "lead"),
    Numbers((("Trễ hạn", "3,7%", "81/2.198 hồ sơ"), ("Trễ thật", "76,5%", "62/81 hồ sơ"))),
    Grid("Việc cần xem trước", ("Ở đâu", "Vì sao"), (("Phường 2", "chuyển chậm"),), (False,) * 2),
    Text("81 hồ sơ trễ. [mức 2]", "item"),
    Heading("Các đơn vị", "units"),
    Picture(SVG, "Hình các đơn vị", "Phường 2: 6,5%."),
    Grid("Biểu 07a", WIDE, ((*map(str, range(25)), LONG),), (False, *[True] * 25)),
    Grid("Dài", ("Đơn vị", "Số"), tuple((f"Đơn vị {n}", "1.234,5") for n in range(9)),
         (False, True), is_folded=True),
    Heading("Số liệu để riêng", "excluded", is_annex=True),
    Text("=HYPERLINK(\"http://x\")", "note"),
)  # fmt: skip
LATE = Grid("Hồ sơ trễ", ("Mã", "Trễ"), (("=1+1", "3,5"), ("H0002", "–")), (False, True))


PAGE = Page(
    language="vi",
    title="Bản tóm tắt <1>",
    about="Toàn bộ đơn vị · 2022",
    agency=("UBND Thành phố Sa Đéc",),
    dated="Số liệu tính đến 30/06/2022",
    synthetic=True,
    results="0123abc",
    provenance="{}",
    foot=("Số liệu mã 0123abc",),
    snapshot_at=dt.datetime(2022, 6, 30, 10),  # noqa: DTZ001 (documents keep no zone)
    marks=("BẢN NHÁP",),
)


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    """A document in every format, each written twice."""
    answers = {**dict.fromkeys(PLACES, ""), "tasks": "Tăng cường một người.\nTháng 9."}
    document = Document(PAGE, PARTS, (LATE, LATE), answers, "2022-H1.toml")
    names = [name for name in known_formats() if name != "html" and not lacking_library(name)]
    with use_language("vi"):
        written = {name: write_document(document, name) for name in names}
        assert {name: write_document(document, name) for name in names} == written
    return written


@pytest.fixture(scope="module")
def word(files) -> bytes:
    if "docx" not in files:
        pytest.skip("python-docx is not installed here")
    return files["docx"]


def test_every_format_is_a_folder_and_an_unknown_one_is_refused_by_name():
    assert known_formats() == ("html", "docx", "pdf", "xlsx")
    assert check_formats("xlsx, XLSX") == ("html", "xlsx")
    with pytest.raises(UsageProblem, match=r"No such format: odt\. Choose among: html, docx"):
        check_formats("odt")
    with pytest.raises(UsageProblem):
        check_formats("")


LETTER = """
from workbench.pages.formats import Document
from workbench.pages.document import Text


def write(document: Document) -> bytes:
    leads = (p.text for p in document.report if isinstance(p, Text) and p.kind == "lead")
    return "\\n".join((document.page.title, *leads)).encode()
"""


def test_a_fifth_format_is_one_folder_and_nothing_else(tmp_path, monkeypatch):
    """Named by its folder it is known, asked for, laid out, and its lack of a library is said."""
    for name, source in (("letter", LETTER), ("morse", "import no_such_library")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(source, encoding="utf-8")
    monkeypatch.setattr(formats, "__path__", [*formats.__path__, str(tmp_path)])
    assert known_formats() == ("html", "docx", "letter", "morse", "pdf", "xlsx")
    assert check_formats("LETTER") == ("html", "letter")
    assert Outputs(tmp_path, ("html", "letter")).documents == ("letter",)
    assert write_document(Document(PAGE, PARTS), "letter").decode().splitlines() == [
        *("Bản tóm tắt <1>", "Tỷ lệ trễ hạn là 3,7%."),
    ]
    with pytest.raises(UsageProblem, match=r"morse.*no_such_library"):
        check_formats("morse")


def test_word_has_real_styles_repeated_heads_and_a_text_for_each_picture(word):
    with zipfile.ZipFile(io.BytesIO(word)) as archive:
        body = archive.read("word/document.xml").decode()
        styles = archive.read("word/styles.xml").decode()
        header = "".join(archive.read(n).decode() for n in archive.namelist() if "word/header" in n)
        assert {member.date_time for member in archive.infolist()} == {(2000, 1, 1, 0, 0, 0)}
        facts = archive.read("docProps/core.xml").decode()
    used = re.findall(r'w:pStyle w:val="(\w+)"', body)
    assert {"Heading1", "Heading2", "ListBullet", "Caption"} <= set(used)
    assert 'descr="Phường 2: 6,5%."' in body
    assert body.count("<w:tblHeader/>") == 2
    assert "Bản tóm tắt &lt;1&gt;" in body
    assert "BẢN NHÁP" in body
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in body
    assert "Nơi nhận:" in body
    assert 'w:ascii="Times New Roman"' in styles
    assert "PAGE" in header
    assert "<w:titlePg/>" in body
    assert "2022-06-30T10:00:00Z" in facts


def test_word_has_the_margins_of_official_writing_and_lays_wide_tables_down(word):
    with zipfile.ZipFile(io.BytesIO(word)) as archive:
        body = archive.read("word/document.xml").decode()
    margins = set(
        re.findall(r'w:pgMar w:top="(\d+)" w:right="(\d+)" w:bottom="\d+" w:left="(\d+)"', body)
    )
    assert margins == {("1134", "850", "1701")}  # 20, 15 and 30 mm in twentieths of a point
    assert body.count('w:orient="landscape"') == 1
    assert body.index("c25") < body.index('w:orient="landscape"')


def test_a_wide_table_stands_on_its_paper_with_its_numbers_whole(word, files):
    with zipfile.ZipFile(io.BytesIO(word)) as archive:
        root = ElementTree.fromstring(archive.read("word/document.xml"))
    wide = next(t for t in root.iterfind(".//{*}tbl") if len(t.findall("{*}tr/{*}tc")) == 2 * 26)
    space = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}w"
    cells = wide.findall("{*}tr")[1].findall("{*}tc")
    widths = [int(cell.find("{*}tcPr/{*}tcW").get(space)) for cell in cells]
    assert sum(widths) <= 252 / 25.4 * 1440 + 26
    # seven points a letter of half that width, and a tenth of an inch beside it
    assert widths[25] >= len(LONG) * 7 / 2 * 20
    assert wide.find("{*}tblPr/{*}tblCellMar") is not None
    with zipfile.ZipFile(io.BytesIO(files["xlsx"])) as archive:
        sheet = ElementTree.fromstring(archive.read("xl/worksheets/sheet3.xml"))
    columns = [float(column.get("width")) for column in sheet.iterfind(".//{*}col")]
    assert max(columns) < len(LONG) + 4
    heading = next(row for row in sheet.iterfind(".//{*}row") if row.get("r") == "3")
    assert float(heading.get("ht")) >= 15 * 5


def test_wide_tables_in_a_row_share_lying_pages_with_their_headings_and_notes():
    wide = Grid("Biểu 07a", WIDE, ((*map(str, range(25)), LONG),), (False, *[True] * 25))
    parts = (
        *(Text("Trên."), Heading("Biểu", "forms"), wide, Text("Ghi chú.", "note"), wide),
        *(Heading("Sau", "after"), Text("Dưới.")),
    )
    with zipfile.ZipFile(io.BytesIO(write_document(Document(PAGE, parts), "docx"))) as archive:
        body = archive.read("word/document.xml").decode()
    # each section says its orientation where it ends
    pages = re.split(r"<w:sectPr.*?</w:sectPr>", body)
    texts = [[t for t in ("Trên.", "Biểu<", "Ghi chú.", "Dưới.") if t in p] for p in pages[:-1]]
    assert texts == [["Trên."], ["Biểu<", "Ghi chú."], ["Dưới."]]
    assert pages[1].count("<w:tbl>") == 2
    assert body.count('w:orient="landscape"') == 1


def test_word_leaves_long_tables_to_the_page_and_says_so(word):
    with zipfile.ZipFile(io.BytesIO(word)) as archive:
        body = archive.read("word/document.xml").decode()
    assert "Đơn vị 8" not in body
    assert "«Dài» (9 dòng): xem trên trang web của báo cáo này" in body


def test_word_has_the_offices_own_text_or_a_marked_place_before_and_after_the_figures(word):
    with zipfile.ZipFile(io.BytesIO(word)) as archive:
        body = re.sub(r"<[^>]+>", "|", archive.read("word/document.xml").decode())
    order = (
        *("I. Công tác chỉ đạo", "II. Tình hình", "Các đơn vị", "V. Phương hướng"),
        *("Tăng cường một người.", "Tháng 9.", "VI. Đề xuất", "Nơi nhận", "Phụ lục cho người"),
    )
    places = [body.index(text) for text in order]
    assert places == sorted(places)
    assert body.count("đơn vị ghi; hoặc ghi vào tệp 2022-H1.toml trong") == 4


def test_what_the_office_wrote_stands_before_the_annex_marked_as_its_own():
    """The PDF and the page have what is written; a blank place is for the Word document alone."""
    answers = {**dict.fromkeys(PLACES, ""), "proposals": "Xin <2> người.", "tasks": "Một.\n\nHai."}
    document = Document(PAGE, PARTS, office_text=answers)
    note = Text("Written by the office, not worked out from the data.", "note")
    written = (
        *(Heading("Tasks", "office-tasks"), Text("Một."), Text("Hai."), note),
        *(Heading("Proposals", "office-proposals"), Text("Xin <2> người."), note),
    )
    assert document.report == (*PARTS[:-2], *written, *PARTS[-2:])
    assert Document(PAGE, PARTS).report == PARTS
    assert Document(PAGE, PARTS[:3], office_text=answers).report == (*PARTS[:3], *written)


def test_own_text_is_read_per_period_and_an_unknown_entry_is_named(tmp_path):
    assert read_office_text(tmp_path, "2022-H1") == {}
    path = office_text_path(tmp_path, "2022-H1")
    path.parent.mkdir(parents=True)
    path.write_text('tasks = """\nMột.\n"""\n', encoding="utf-8")
    assert read_office_text(tmp_path, "2022-H1") == {"tasks": "Một."}
    wrong = {
        'task = "x"': r"«task».*direction, strengths",
        "tasks = 1": "not a text",
        "tasks =": "cannot be read",
    }
    for text, message in wrong.items():
        path.write_text(text, encoding="utf-8")
        with pytest.raises(UsageProblem, match=message):
            read_office_text(tmp_path, "2022-H1")


def test_own_text_in_the_folder_of_an_earlier_version_is_refused(tmp_path):
    path = tmp_path / "data" / "report" / "2022-H1.toml"
    path.parent.mkdir(parents=True)
    path.touch()
    with pytest.raises(UsageProblem, match=r"Move it to .*reference.report"):
        read_office_text(tmp_path, "2022-H1")


def test_word_opens_in_libreoffice_with_its_text(word, tmp_path):
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not installed here")
    (tmp_path / "a.docx").write_bytes(word)
    command = [office, "--headless", "--convert-to", "txt:Text", "--outdir", str(tmp_path)]
    home = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run([*command, home, str(tmp_path / "a.docx")], check=True, timeout=120)
    assert "Tỷ lệ trễ hạn là 3,7%." in (tmp_path / "a.txt").read_text(encoding="utf-8-sig")


def test_a_pdf_is_tagged_and_says_what_it_is(files):
    if "pdf" not in files:
        pytest.skip("typst is not installed here")
    pdf = files["pdf"]
    assert pdf.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in pdf
    assert b"/Lang (vi" in pdf or b"/Lang(vi" in pdf
    assert b"/CreationDate" not in pdf


def test_a_workbook_holds_each_table_once_with_numbers_as_numbers_and_no_formula(files, tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(files["xlsx"])
    book = read_excel(path)
    names = book.sheet_names
    assert names == ["Bìa và ghi chú", "1 Việc cần xem trước", "2 Biểu 07a", "3 Dài", "4 Hồ sơ trễ"]
    rows = book.load_sheet("4 Hồ sơ trễ", header_row=2).to_polars()
    assert rows["Mã"].to_list() == ["=1+1", "H0002"]
    assert rows["Trễ"].to_list() == ["3.5", "–"]
    assert book.load_sheet("3 Dài", header_row=2).to_polars()["Số"].to_list() == [1234.5] * 9
    with zipfile.ZipFile(path) as made:
        sheets = [made.read(n) for n in made.namelist() if n.startswith("xl/worksheets/sheet")]
    roots = [ElementTree.fromstring(sheet) for sheet in sheets]
    assert all(root.findall(".//{*}row") for root in roots)
    assert [formula for root in roots for formula in root.iterfind(".//{*}f")] == []


def test_a_fragment_of_a_page_is_read_in_its_order():
    parts = parse_fragment(
        '<h2 id="a">A &amp; B</h2><p class="lead">Câu</p><ul><li>Một <span class="level">mức 1'
        '</span></li></ul><table class="prose"><caption>C</caption><thead><tr><th>x</th>'
        '<th class="number">n</th></tr></thead><tbody><tr><th>r</th><td>1</td></tr></tbody></table>'
        '<p class="note">ghi</p><div hidden><data value="3"></data></div>'
    )
    assert parts == [
        Heading("A & B", "a"),
        Text("Câu", "lead"),
        Text("Một [mức 1]", "item"),
        Grid("C", ("x", "n"), (("r", "1"),), (False, True), is_prose=True),
        Text("ghi", "note"),
    ]


def test_the_formats_bring_all_that_they_lay_out():
    """A part of a new kind must be laid out everywhere: formats name the kinds they know."""
    folder = Path(__file__).parents[2] / "src" / "workbench" / "pages" / "formats"
    for name in ("docx", "pdf"):
        source = (folder / name / "__init__.py").read_text(encoding="utf-8")
        assert {k.__name__ for k in (Heading, Numbers, Picture, Grid, Text)} <= set(
            re.findall(r"\w+", source)
        )
