"""One sheet for every unit and every procedure of a period, made side by side in processes.

Each sheet is a notebook run for one unit or procedure; an index page links to all of them. The
processes share nothing but the tables on disk, and the same tables give the same bytes.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

from workbench.answers import Book, open_book
from workbench.answers.sheets import procedure_names
from workbench.core import numerals
from workbench.core.project import only_writer, replace_folder
from workbench.core.run_folders import CountedStep, Progress
from workbench.core.vocabulary import EVERYTHING
from workbench.messages import say, use_language
from workbench.pages.briefings import stop
from workbench.pages.folders import folder_name
from workbench.pages.gate import Shown, faults_of_pages, faults_of_tables
from workbench.pages.jobs import Job, Outputs, job_page, run_job, shown_on
from workbench.pages.notebooks import notebook_environment
from workbench.pages.page import Section, render, render_sections

SHEETS = "sheets"
_KINDS = ("unit", "procedure")


@dataclass(frozen=True)
class Sheet:
    """One sheet to make: its notebook, whose it is, and its file below the folder of all."""

    kind: str
    subject: str
    file: str


def write_sheets(
    book: Book,
    *,
    period: str,
    profile: str = "",
    out: Outputs,
    workers: int = 0,
    progress: Progress = lambda _: None,
) -> Path:
    """Write the sheets of a period into ``<folder>/<period>/sheets/`` and return their index.

    Args:
        book: The results; sheets speak its language.
        period: Label of the period.
        profile: Lateness profile; that of the results when left out.
        out: Folder of all briefings, and marks above every heading.
        workers: Number of processes; as many as processors when zero.
        progress: Receives what is made, one sheet at a time.

    Raises:
        UsageProblem: The period or profile does not exist.
        RuleFailed: A notebook failed, or a check of the tables or of a sheet.
        OutputBusy: Another run is writing, or the folder cannot be written.
    """
    label, judged = book.period(period), book.computed_profile(profile)
    sheets = list(_sheets(book, label))
    name = SHEETS if book.language == "vi" else f"{SHEETS}.{book.language}"
    folder = out.folder / label / name
    with only_writer(out.folder), replace_folder(folder) as fresh, use_language(book.language):
        faults = faults_of_tables(book)
        if faults and not out.is_draft:
            stop(book, faults, out)
        for kind in _KINDS:
            (fresh / kind).mkdir()
        tasks = [(book.home, book.language, label, judged, sheet, fresh, out) for sheet in sheets]
        count = min(workers or os.cpu_count() or 1, len(sheets)) or 1
        # a forked process would inherit locks and threads of the libraries in the middle of work
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(count, mp_context=context) as pool:
            made = {pool.submit(_write_sheet, *task): task[4] for task in tasks}
            shown = {}
            for number, task in enumerate(as_completed(made), 1):
                sheet = made[task]
                shown[sheet] = task.result()
                title = _subject_name(book, sheet)
                progress(CountedStep(title, "brief", number, len(sheets)))
        # each by itself: the figures of one unit are those of its sheet alone
        label_of_rule = book.profile_label(judged)
        faults = [f for sheet in sheets for f in faults_of_pages([shown[sheet]], label_of_rule)]
        if faults and not out.is_draft:
            stop(book, faults, out)
        _write_index(book, label, judged, sheets, fresh, out)
    return folder / "index.html"


def _sheets(book: Book, period: str) -> Iterator[Sheet]:
    """Yield the units and procedures that have dossiers in a period."""
    measures = book.measures.filter(period=period, channel_in=EVERYTHING)
    for kind, column in (("unit", "unit_id"), ("procedure", "procedure_id")):
        rest = "procedure_id" if kind == "unit" else "unit_id"
        of_kind = measures.filter(measures[rest] == EVERYTHING)
        for subject in sorted(set(of_kind[column].drop_nulls()) - {EVERYTHING}):
            yield Sheet(kind, subject, f"{kind}/{folder_name(subject)}.html")


def _write_sheet(
    home: Path,
    language: str,
    period: str,
    profile: str,
    sheet: Sheet,
    folder: Path,
    out: Outputs,
) -> Shown:
    """Write one sheet, in a process of its own, and return what it shows."""
    book = open_book(home, language=language)
    with use_language(language), notebook_environment(book.home):
        job = _job(book, period, profile, sheet, folder)
        executed = run_job(book, job)
        about = _about(book, period, sheet)
        page = replace(job_page(book, job, out), about=about, is_sheet=True)
        html = render(executed, page, job.notebook)
        shown = shown_on(executed, page, job.notebook)
    (folder / sheet.file).write_text(html, encoding="utf-8", newline="\n")
    return shown


def _job(book: Book, period: str, profile: str, sheet: Sheet, folder: Path) -> Job:
    about = {"period": period, "language": book.language, "profile": profile}
    return Job(sheet.kind, {**about, sheet.kind: sheet.subject}, folder, linked=False)


def _subject_name(book: Book, sheet: Sheet) -> str:
    if sheet.kind == "unit":
        return book.unit_name(sheet.subject)
    return procedure_names(book)[sheet.subject]


def _about(book: Book, period: str, sheet: Sheet) -> str:
    words = {"unit": _subject_name(book, sheet), "period": numerals.period(period)}
    return say("briefing.page_about", **words)


def _write_index(
    book: Book, period: str, profile: str, sheets: list[Sheet], folder: Path, out: Outputs
) -> None:
    """Write the page that links to every sheet, by name."""
    job = Job("unit", {"period": period, "unit": EVERYTHING, "profile": profile}, folder, False)
    page = replace(job_page(book, job, out), title=say("sheets.index_title"))
    sections = []
    for kind in _KINDS:
        of_kind = [(s.file, _subject_name(book, s)) for s in sheets if s.kind == kind]
        items = "".join(
            f'<li><a href="{escape(file)}">{escape(name)}</a></li>'
            for file, name in sorted(of_kind, key=lambda item: item[1])
        )
        heading = escape(say(f"sheets.all_{kind}"))
        sections.append(Section(f'<h2 id="{kind}">{heading}</h2><ul class="claims">{items}</ul>'))
    text = render_sections(sections, page)
    (folder / "index.html").write_text(text, encoding="utf-8", newline="\n")
