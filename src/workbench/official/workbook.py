"""A filled form as an Excel workbook in the official layout.

National heading, title, merged header as the form has it, a row of column numbers, totals, notes
and the signature block, Times New Roman on A4 landscape; a second sheet lists the identities that
do not hold. Texts are written as texts, so that no name from the data is ever a formula, and every
stamp is the snapshot's: the same figures give the same bytes.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.core import numerals
from workbench.core.errors import OutputBusy
from workbench.messages import language, say
from workbench.official.filling import FilledForm
from workbench.official.forms import LABEL_COLUMNS, FormColumn

_ROWS_ON_A_PAGE = 40
_LETTERS_IN_A_LINE = 200
_FONT = {"font_name": "Times New Roman", "font_size": 11, "valign": "vcenter"}
_BOX = {"border": 1, "text_wrap": True}
_STYLES: dict[str, dict[str, Any]] = {
    "plain": {},
    "note": {"text_wrap": True, "font_size": 10, "valign": "top"},
    "heading": {"bold": True, "align": "center"},
    "motto": {"bold": True, "align": "center", "underline": 1},
    "title": {"bold": True, "align": "center", "font_size": 14},
    "under": {"italic": True, "align": "center"},
    "warning": {"bold": True, "align": "center", "font_color": "#B00000"},
    "head": {**_BOX, "bold": True, "align": "center"},
    "number": {**_BOX, "italic": True, "align": "center", "font_size": 9},
    "label": _BOX,
    "count": {**_BOX, "num_format": "#,##0", "align": "right"},
    "share": {**_BOX, "num_format": "0.0%", "align": "right"},
    "missing": {**_BOX, "align": "center"},
    "bold_label": {**_BOX, "bold": True},
    "bold_count": {**_BOX, "bold": True, "num_format": "#,##0", "align": "right"},
    "bold_share": {**_BOX, "bold": True, "num_format": "0.0%", "align": "right"},
    "bold_missing": {**_BOX, "bold": True, "align": "center"},
}


@dataclass(frozen=True)
class Letterhead:
    """The reporting office, and the basis of the figures.

    Attributes:
        agency: The reporting office; an empty text leaves a dotted line to fill in.
        parent: The body above it.
        profile_label: Definition of the lateness profile, with its version.
        convention_title: What the reporting convention is called.
        snapshot_at: When the exports were made; also the workbook's only time stamp.
        synthetic: Whether any dossier is simulated.
    """

    agency: str
    parent: str
    profile_label: str
    convention_title: str
    snapshot_at: dt.datetime
    synthetic: bool


def write_form(filled: FilledForm, path: Path, letterhead: Letterhead) -> None:
    """Write a filled form in the current language.

    Args:
        filled: The form with its figures.
        path: The ``.xlsx`` file; an existing one is replaced.
        letterhead: Office, provenance and snapshot.

    Raises:
        OutputBusy: The file cannot be written, or is open in another program.
    """
    from xlsxwriter.exceptions import FileCreateError

    try:
        _write_workbook(filled, path, letterhead)
    except FileCreateError as problem:
        raise OutputBusy("cli.output_busy", folder=path, reason=problem) from problem


def _write_workbook(filled: FilledForm, path: Path, letterhead: Letterhead) -> None:
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        created = letterhead.snapshot_at.replace(tzinfo=None, microsecond=0)
        title = f"{filled.form.name}: {filled.form.title[language()]}"
        book.set_properties({"title": title, "created": created})
        styles = {name: book.add_format({**_FONT, **style}) for name, style in _STYLES.items()}
        _FormSheet(book.add_worksheet(say("official.sheet_form")), styles, filled).write(letterhead)
        _write_gaps(book.add_worksheet(say("official.sheet_gaps")), styles, filled)


class _FormSheet:
    """The sheet of the form, written from top to bottom."""

    def __init__(self, sheet: Any, styles: dict[str, Any], filled: FilledForm) -> None:
        self.sheet, self.styles, self.filled = sheet, styles, filled
        self.columns = filled.form.columns
        self.last = len(self.columns) - 1
        self.line = 0

    def write(self, letterhead: Letterhead) -> None:
        self._page()
        self._heading(letterhead)
        first = self.line
        self._header()
        self.sheet.repeat_rows(first, self.line - 1)
        self.sheet.freeze_panes(self.line, LABEL_COLUMNS)
        self._body()
        self._notes(letterhead)
        self._signatures()

    def _page(self) -> None:
        self.sheet.set_paper(9)
        self.sheet.set_landscape()
        self.sheet.fit_to_pages(1, 1 if self.filled.table.height <= _ROWS_ON_A_PAGE else 0)
        self.sheet.set_margins(left=0.6, right=0.6, top=0.8, bottom=0.8)
        self.sheet.set_header('&C&"Times New Roman,Regular"&P', {"scale_with_doc": False})
        self.sheet.set_column(0, 0, 5)
        self.sheet.set_column(1, 1, 34)
        self.sheet.set_column(2, self.last, 9 if self.last < 20 else 7.5)

    def _span(self, first: int, last: int, text: str, style: str, *, down: int = 0) -> None:
        """Write a text into a block of cells, merged when it is more than one."""
        line, form = self.line, self.styles[style]
        if first != last or down:
            self.sheet.merge_range(line, first, line + down, last, "", form)
        self.sheet.write_string(line, first, text, form)

    def _heading(self, letterhead: Letterhead) -> None:
        middle = max(2, self.last * 2 // 5)
        dots = "…" * 12
        left = (letterhead.parent.upper(), letterhead.agency.upper() or dots)
        for text, nation, style in zip(
            left,
            (say("official.nation"), say("official.motto")),
            ("heading", "motto"),
            strict=True,
        ):
            self._span(0, middle, text, "heading")
            self._span(middle + 1, self.last, nation, style)
            self.line += 1
        self.line += 1
        span, form = self.filled.span, self.filled.form
        days = {"first": numerals.day(span.starts_on), "last": numerals.day(span.ends_on)}
        period = say("official.period_line", period=numerals.period(span.period), **days)
        lines = [(form.title[language()], "title"), (period, "under")]
        lines.append((say("official.form_line", form=form.name), "under"))
        if letterhead.synthetic:
            lines.append((say("official.synthetic"), "warning"))
        for text, style in lines:
            self._span(0, self.last, text, style)
            self.line += 1
        self.line += 1

    def _header(self) -> None:
        paths = [_path(column) for column in self.columns]
        depth = max(len(path) for path in paths)
        for level in range(depth):
            self.sheet.set_row(self.line, 66 if level == depth - 1 else 22)
            for first, last, text, down in _blocks(paths, level, depth):
                self._span(first, last, text, "head", down=down)
            self.line += 1
        for position, column in enumerate(self.columns):
            self.sheet.write_string(
                self.line, position, f"({column.number})", self.styles["number"]
            )
        self.line += 1

    def _body(self) -> None:
        for row in self.filled.table.iter_rows(named=True):
            weight = "" if row["row_kind"] == "row" else "bold_"
            label = say("official.total") if row["row_kind"] == "total" else row["label"]
            self.sheet.write_string(self.line, 0, row["row_no"], self.styles[f"{weight}missing"])
            self.sheet.write_string(self.line, 1, label, self.styles[f"{weight}label"])
            for position, column in enumerate(self.filled.form.figures, start=LABEL_COLUMNS):
                self._figure(position, column, row[column.key], weight)
            self.line += 1
        self.line += 1

    def _figure(self, position: int, column: FormColumn, value: float | None, weight: str) -> None:
        if value is None:
            style = self.styles[f"{weight}missing"]
            self.sheet.write_string(self.line, position, numerals.MISSING, style)
            return
        style = self.styles[f"{weight}{'share' if column.rate else 'count'}"]
        self.sheet.write_number(self.line, position, value, style)

    def _notes(self, letterhead: Letterhead) -> None:
        for text in notes(self.filled, letterhead):
            self._span(0, self.last, text, "note")
            self.sheet.set_row(self.line, 15 * (1 + len(text) // _LETTERS_IN_A_LINE))
            self.line += 1
        self.line += 1

    def _signatures(self) -> None:
        middle = self.last // 2
        self._span(0, middle, say("official.drawn_up_by"), "heading")
        self._span(middle + 1, self.last, say("official.head_of_unit"), "heading")
        self.line += 1
        self._span(0, middle, say("official.sign_here"), "under")
        self._span(middle + 1, self.last, say("official.sign_and_seal"), "under")


def notes(filled: FilledForm, letterhead: Letterhead) -> tuple[str, ...]:
    """Return the sentences under a form: provenance, gaps of the total row, cells left empty."""
    lines = [
        say(
            "official.provenance",
            profile=letterhead.profile_label,
            convention=letterhead.convention_title,
            snapshot=numerals.instant(letterhead.snapshot_at),
        )
    ]
    in_total = filled.gaps.filter(filled.gaps["row_kind"] == "total")
    for row in in_total.iter_rows(named=True):
        lines.append(
            say(
                "official.gap",
                identity=row["identity"],
                gap=numerals.count(row["gap"]),
                explained=_counters_in_words(row["explained_by"]),
                unexplained=numerals.count(row["unexplained"]),
            )
        )
    if filled.gaps.is_empty():
        lines.append(say("official.no_gap"))
    return (*lines, *_absences(filled))


def _counters_in_words(counters: str) -> str:
    pairs = [part.rsplit(" ", 1) for part in counters.split(", ") if part]
    words = [f"{say(f'official.counter_{name}')} {numerals.count(int(n))}" for name, n in pairs]
    return ", ".join(words) or numerals.MISSING


def _absences(filled: FilledForm) -> list[str]:
    """Return one sentence per reason why cells are empty, with the columns it concerns."""
    total = filled.total
    reasons: dict[str, list[str]] = {}
    for column in filled.form.figures:
        reason = column.absent[language()]
        if reason and total[column.key] is None:
            reasons.setdefault(reason, []).append(f"({column.number})")
    return [
        say("official.empty_columns", columns=", ".join(columns), reason=reason)
        for reason, columns in reasons.items()
    ]


def _path(column: FormColumn) -> list[str]:
    group = column.group[language()]
    return [*(part for part in group.split(" / ") if part), column.header[language()]]


def _blocks(paths: list[list[str]], level: int, depth: int) -> list[tuple[int, int, str, int]]:
    """Return the cells of one line of the header: first and last column, text, lines downwards.

    Neighbours under the same groups share a cell; a heading without further parts reaches down
    to the last line.

    >>> _blocks([["No."], ["In", "a"], ["In", "b"]], 0, 2)
    [(0, 0, 'No.', 1), (1, 2, 'In', 0)]
    """
    blocks: list[tuple[int, int, str, int]] = []
    position = 0
    while position < len(paths):
        path, last = paths[position], position
        if level < len(path) - 1:
            while last + 1 < len(paths) and _same(paths[last + 1], path, level):
                last += 1
            blocks.append((position, last, path[level], 0))
        elif level == len(path) - 1:
            blocks.append((position, position, path[level], depth - 1 - level))
        position = last + 1
    return blocks


def _same(other: list[str], path: list[str], level: int) -> bool:
    return len(other) > level + 1 and other[: level + 1] == path[: level + 1]


def _write_gaps(sheet: Any, styles: dict[str, Any], filled: FilledForm) -> None:
    """Write the identities that do not hold, one line each; one sentence when all hold."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, say("official.gaps_title", form=filled.form.name), styles["title"])
    if filled.gaps.is_empty():
        sheet.write_string(1, 0, say("official.no_gap"), styles["plain"])
        return
    labels = dict(filled.table.select("row_id", "label").rows())
    names = ("row", "identity", "left", "right", "gap", "explained_by", "unexplained")
    for position, (name, width) in enumerate(zip(names, (34, 26, 10, 10, 10, 44, 16), strict=True)):
        sheet.set_column(position, position, width)
        sheet.write_string(1, position, say(f"official.gap_{name}"), styles["head"])
    for line, row in enumerate(filled.gaps.iter_rows(named=True), start=2):
        label = labels.get(row["row_id"]) or say("official.total")
        sheet.write_string(line, 0, label, styles["label"])
        sheet.write_string(line, 1, row["identity"], styles["label"])
        for position, name in ((2, "left"), (3, "right"), (4, "gap"), (6, "unexplained")):
            sheet.write_number(line, position, row[name], styles["count"])
        sheet.write_string(line, 5, _counters_in_words(row["explained_by"]), styles["label"])
