"""A briefing as a Word document that an official edits and signs.

The layout is that of Nghị định 30/2020: A4, margins 20, 20, 30 and 15 mm, Times New Roman,
the national heading in two columns, the page number in the middle of the top margin from page 2
on, a place for number, recipients and signature. Headings, captions and lists are real styles,
heading rows repeat on every page, every picture has a text for those who cannot see it.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from workbench.charts import png_of
from workbench.messages import say
from workbench.pages.document import Grid, Heading, Numbers, Part, Picture, Text
from workbench.pages.formats import Document
from workbench.pages.page import Page

_FONT = "Times New Roman"
_INK = RGBColor(0, 0, 0)
_WIDTH = 165
"""Width of the text in millimetres; on a landscape page the next."""
_LANDSCAPE_WIDTH = 252
_WIDE = 10
"""A table with more columns than this is set on a landscape page."""
_NUMERALS = ("I", "III", "IV", "V", "VI")
"""Of the parts that an office writes; the figures are part II."""
_STAMP = (2000, 1, 1, 0, 0, 0)
"""Time of the members of the file: the same document gives the same bytes."""


def write(document: Document) -> bytes:
    """Return the document as a Word file."""
    paper = docx.Document()
    _set_styles(paper)
    _set_page(paper.sections[0])
    _describe(paper, document.page)
    _write_heading(paper, document.page)
    places = list(document.office_text)
    later = places[1:]
    if places:
        _write_own(paper, document, places[:1])
        paper.add_paragraph(f"II. {say('report.results')}", style="Heading 1")
    is_annex = False
    for part, is_landscape in zip(document.parts, _landscape(document.parts), strict=True):
        if isinstance(part, Heading) and part.is_annex and not is_annex:
            is_annex = True
            _turn(paper, is_landscape=False)
            _write_own(paper, document, later)
            _write_end(paper)
            _turn(paper, is_landscape=is_landscape)
            paper.add_paragraph(say("briefing.annex"), style="Heading 1")
        _turn(paper, is_landscape=is_landscape)
        _write_part(paper, part)
    _turn(paper, is_landscape=False)
    if not is_annex:
        _write_own(paper, document, later)
        _write_end(paper)
    for line in document.page.foot:
        paper.add_paragraph().add_run(line).font.size = Pt(9)
    return _settled(paper)


def _set_styles(paper: Any) -> None:
    sizes = {"Normal": 13, "List Bullet": 13, "Caption": 11, "Heading 1": 14, "Heading 2": 13}
    for name, size in sizes.items():
        style = paper.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = _FONT, Pt(size), _INK
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(script), _FONT)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):
            fonts.attrib.pop(qn(theme), None)
        style.paragraph_format.space_after = Pt(6)
    paper.styles["Normal"].paragraph_format.space_before = Pt(0)
    for name in ("Heading 1", "Heading 2"):
        paper.styles[name].font.bold = True
        paper.styles[name].paragraph_format.keep_with_next = True
    paper.styles["Caption"].font.italic = True
    paper.styles["Caption"].font.bold = False


def _set_page(section: Any, *, is_landscape: bool = False) -> None:
    long, short = Mm(297), Mm(210)
    section.orientation = WD_ORIENT.LANDSCAPE if is_landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (long, short) if is_landscape else (short, long)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.different_first_page_header_footer = True
    section.header_distance = Mm(10)
    header = section.header.paragraphs[0]
    if not header.runs:
        header.alignment = ALIGN.CENTER
        _add_field(header, "PAGE")


def _landscape(parts: Sequence[Part]) -> list[bool]:
    """Return of each part whether it stands on a landscape page: a wide table and its notes.

    So does the heading right above it. Two wide tables in a row share
    their pages, with no empty portrait one between.
    """
    orientations, is_landscape = [], False
    for part in parts:
        if isinstance(part, Grid) and not part.is_folded:
            is_landscape = len(part.columns) > _WIDE
        elif not isinstance(part, Grid | Text):
            is_landscape = False
        orientations.append(is_landscape)
    for number in reversed(range(len(parts) - 1)):
        if isinstance(parts[number], Heading) and isinstance(parts[number + 1], Grid):
            orientations[number] = orientations[number + 1]
    return orientations


def _turn(paper: Any, *, is_landscape: bool) -> None:
    """Begin pages of the other orientation where the present ones are not as asked."""
    if (paper.sections[-1].orientation == WD_ORIENT.LANDSCAPE) != is_landscape:
        _set_page(paper.add_section(), is_landscape=is_landscape)


def _add_field(paragraph: Any, name: str) -> None:
    for kind, text in (("begin", ""), ("", name), ("end", "")):
        run = paragraph.add_run()
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._r.append(mark)


def _describe(paper: Any, page: Page) -> None:
    facts = paper.core_properties
    facts.title, facts.subject = page.title, page.about
    facts.author = page.agency[-1] if page.agency else ""
    facts.language, facts.comments, facts.last_modified_by = page.language, "", ""
    facts.created = facts.modified = page.snapshot_at
    languages = paper.styles.element.find(".//" + qn("w:lang"))
    if languages is not None:
        languages.set(qn("w:val"), {"vi": "vi-VN", "en": "en-GB"}[page.language])


def _write_heading(paper: Any, page: Page) -> None:
    """Write agency and national heading side by side, then place, date, title and period."""
    table = paper.add_table(rows=2, cols=2)
    _set_widths(table, (66, 99))
    left, right = table.rows[0].cells
    agency = [line.upper() for line in page.agency] or ["…" * 10]
    _write_lines(left, agency, bold_from=len(agency) - 1)
    _write_lines(right, [say("briefing.nation").upper(), say("briefing.motto")], bold_from=0)
    number, dated = table.rows[1].cells
    _write_lines(number, [say("briefing.number")], bold_from=1)
    _write_lines(dated, [page.dated], bold_from=1, italic=True)
    if page.synthetic:
        _write_line(paper, say("briefing.synthetic"), bold=True)
    for mark in page.marks:
        _write_line(paper, mark, bold=True)
    _write_line(paper, say("briefing.report"), bold=True, size=14)
    _write_line(paper, page.title, bold=True, size=14)
    _write_line(paper, page.about, italic=True)


def _write_lines(cell: Any, lines: Sequence[str], *, bold_from: int, italic: bool = False) -> None:
    for position, text in enumerate(lines):
        paragraph = cell.paragraphs[0] if position == 0 else cell.add_paragraph()
        paragraph.alignment = ALIGN.CENTER
        paragraph.paragraph_format.space_after = Pt(0)
        run = paragraph.add_run(text)
        run.bold, run.italic, run.font.size = position >= bold_from, italic, Pt(12)


def _write_line(
    paper: Any, text: str, *, bold: bool = False, italic: bool = False, size: int = 13
) -> None:
    paragraph = paper.add_paragraph()
    paragraph.alignment = ALIGN.CENTER
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)


def _write_own(paper: Any, document: Document, places: Sequence[str]) -> None:
    """Write what the office wrote itself, or a marked place for it."""
    for place in places:
        numeral = _NUMERALS[list(document.office_text).index(place)]
        paper.add_paragraph(f"{numeral}. {say(f'report.{place}')}", style="Heading 1")
        blank = say("report.place", file=document.office_text_file, place=place)
        for text in (document.office_text[place] or blank).splitlines():
            paragraph = paper.add_paragraph(style="Normal")
            run = paragraph.add_run(text)
            run.italic = not document.office_text[place]


def _write_part(paper: Any, part: Part) -> None:
    if isinstance(part, Heading):
        paper.add_paragraph(part.text, style="Heading 2")
    elif isinstance(part, Numbers):
        _write_numbers(paper, part)
    elif isinstance(part, Picture):
        _write_picture(paper, part)
    elif isinstance(part, Grid):
        _write_grid(paper, part)
    else:
        _write_text(paper, part)


def _write_text(paper: Any, text: Text) -> None:
    paragraph = paper.add_paragraph(style="List Bullet" if text.kind == "item" else "Normal")
    paragraph.alignment = ALIGN.JUSTIFY if text.kind in ("text", "item") else ALIGN.LEFT
    run = paragraph.add_run(text.text)
    run.bold = text.kind == "lead"
    if text.kind == "note":
        run.italic, run.font.size = True, Pt(11)


def _write_numbers(paper: Any, numbers: Numbers) -> None:
    table = paper.add_table(rows=1, cols=len(numbers.tiles))
    table.style = "Table Grid"
    for cell, (label, number, note) in zip(table.rows[0].cells, numbers.tiles, strict=True):
        sizes = ((label, 11, False), (number, 18, True), (note, 10, False))
        for position, (text, size, bold) in enumerate(sizes):
            paragraph = cell.paragraphs[0] if position == 0 else cell.add_paragraph()
            paragraph.alignment = ALIGN.CENTER
            paragraph.paragraph_format.space_after = Pt(2)
            run = paragraph.add_run(text)
            run.font.size, run.bold = Pt(size), bold
    paper.add_paragraph().paragraph_format.space_after = Pt(0)


def _write_picture(paper: Any, picture: Picture) -> None:
    shape = paper.add_picture(io.BytesIO(png_of(picture.svg)), width=Mm(_WIDTH))
    paper.paragraphs[-1].paragraph_format.keep_with_next = True
    about = shape._inline.docPr
    about.set("descr", picture.description)
    about.set("title", picture.caption)
    paper.add_paragraph(picture.caption, style="Caption")


def _write_grid(paper: Any, grid: Grid) -> None:
    if grid.is_folded:
        words = {"caption": grid.caption, "rows": len(grid.rows)}
        paper.add_paragraph(say("briefing.in_workbook", **words), style="Caption")
        return
    is_landscape = len(grid.columns) > _WIDE
    caption = paper.add_paragraph(grid.caption, style="Caption")
    caption.paragraph_format.keep_with_next = True
    table = paper.add_table(rows=1, cols=len(grid.columns))
    table.style = "Table Grid"
    size = 7 if is_landscape else 10
    if is_landscape:
        _set_cell_margins(table)
    _write_row(table.rows[0], grid.columns, grid.numbers, size, is_head=True)
    for row in grid.rows:
        _write_row(table.add_row(), row, grid.numbers, size)
    _set_widths(table, _widths(grid, _LANDSCAPE_WIDTH if is_landscape else _WIDTH))
    paper.add_paragraph().paragraph_format.space_after = Pt(0)


def _widths(grid: Grid, width: float) -> list[float]:
    """Return the width of each column in millimetres: its longest text, within reason.

    Where many columns share the paper, no number and no word is broken before a name is.
    """
    weights: list[float]
    if len(grid.columns) > _WIDE:
        weights = [
            1 + max(len(word) for row in (grid.columns, *grid.rows) for word in row[i].split(" "))
            for i in range(len(grid.columns))
        ]
    else:
        weights = [
            min(max(11, len(heading) / 2, *(len(row[i]) for row in grid.rows)), 36)
            for i, heading in enumerate(grid.columns)
        ]
    return [width * weight / sum(weights) for weight in weights]


def _set_cell_margins(table: Any) -> None:
    """Leave half a millimetre beside the texts of a table: the usual two take half a column."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("w:left", "w:right"):
        margin = OxmlElement(side)
        margin.set(qn("w:w"), "28")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    # the schema of Word has them before the look of the table
    table._tbl.tblPr.find(qn("w:tblLook")).addprevious(margins)


def _set_widths(table: Any, widths: Sequence[float]) -> None:
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Mm(width)


def _write_row(
    row: Any, texts: Sequence[str], numbers: Sequence[bool], size: int, *, is_head: bool = False
) -> None:
    about = row._tr.get_or_add_trPr()
    for name in ("w:cantSplit", *(("w:tblHeader",) if is_head else ())):
        about.append(OxmlElement(name))
    for cell, text, is_number in zip(row.cells, texts, numbers, strict=True):
        paragraph = cell.paragraphs[0]
        paragraph.alignment = ALIGN.RIGHT if is_number and not is_head else ALIGN.LEFT
        paragraph.paragraph_format.space_after = Pt(0)
        run = paragraph.add_run(text)
        run.bold, run.font.size = is_head, Pt(size)


def _write_end(paper: Any) -> None:
    """Write recipients and signature side by side."""
    table = paper.add_table(rows=1, cols=2)
    left, right = table.rows[0].cells
    recipients = left.paragraphs[0].add_run(say("briefing.recipients"))
    recipients.bold = recipients.italic = True
    recipients.font.size = Pt(12)
    for line in (say("briefing.recipient_blank"), say("briefing.recipient_file")):
        left.add_paragraph().add_run(line).font.size = Pt(11)
    signer = say("briefing.signer")
    _write_lines(right, [signer, say("briefing.sign_here"), "", "", "…" * 12], bold_from=9)
    right.paragraphs[0].runs[0].bold = True


def _settled(paper: Any) -> bytes:
    """Return the file with members in order and without the time of writing."""
    first, last = io.BytesIO(), io.BytesIO()
    paper.save(first)
    with zipfile.ZipFile(first) as made, zipfile.ZipFile(last, "w", zipfile.ZIP_DEFLATED) as out:
        for name in made.namelist():
            out.writestr(zipfile.ZipInfo(name, _STAMP), made.read(name), zipfile.ZIP_DEFLATED)
    return last.getvalue()
