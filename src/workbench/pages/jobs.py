"""Run the notebooks of briefings and write what they show: pages, notebooks, documents.

One job is one notebook for one unit. The jobs of a folder become its pages; the briefing among
them also becomes a document in every other format that is asked for.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from workbench import __version__
from workbench.answers import Book
from workbench.answers.late_list import records_apologies
from workbench.answers.moved_due_dates import has_late_announcements
from workbench.answers.notebook_list import notebook_heading
from workbench.answers.quality import has_step_log
from workbench.core import numerals
from workbench.core.errors import UsageProblem
from workbench.core.project import shipped
from workbench.core.run_folders import CountedStep, Progress
from workbench.core.vocabulary import EVERYTHING
from workbench.messages import catalogue, say
from workbench.pages.document import Grid, Heading, Part, parse_fragment, parts_of
from workbench.pages.footer import dated_line, footer_lines
from workbench.pages.formats import (
    HTML,
    LIVE,
    Document,
    known_formats,
    lacking_library,
    write_document,
)
from workbench.pages.gate import Shown, faults_of_pages, faults_of_tables, values_of_notebook
from workbench.pages.notebooks import as_text, check_parameters, run_notebook, words_of_cells
from workbench.pages.office_text import PLACES, office_parts, office_text_path, read_office_text
from workbench.pages.page import FOLDED, Page, Section, render, render_sections
from workbench.pages.repetition import without_repetitions

NOTEBOOKS = (
    "briefing",
    "one_page",
    "compare_units",
    "compare_periods",
    "causes",
    "official",
    "quality",
)
OF_STEPS = ("causes",)
"""Notebooks that say nothing where the exports log no steps."""
PUBLISHED = ("published",)
"""Notebooks of a briefing that leaves the office; its page is called as that of any briefing."""
_FIRST = "briefing"
"""What the first page of a folder is called."""
HALF_RUN = "stopped.ipynb"
"""The notebook of which a cell failed in the last run."""


@dataclass(frozen=True)
class Job:
    """One notebook to run for one unit, and the folder its files go to.

    Args:
        notebook: Its name.
        parameters: Value by name, those that its page names among them.
        folder: Where its files go.
        linked: Whether the other pages of the briefing lie beside it.
        source: Where the notebook is, if it is not the project's own or the shipped one.
    """

    notebook: str
    parameters: Mapping[str, Any]
    folder: Path
    linked: bool = True
    source: Path | None = None

    @property
    def is_published(self) -> bool:
        """Whether its files leave the office."""
        return self.notebook in PUBLISHED

    @property
    def stem(self) -> str:
        """What its files are called."""
        return _FIRST if self.is_published else self.notebook

    @property
    def is_alone(self) -> bool:
        """Whether its page stands by itself: no page of a briefing lies beside it."""
        return self.is_published or self.notebook not in NOTEBOOKS

    def path(self, book: Book) -> Path:
        """Return the notebook."""
        return self.source or notebook_path(book, self.notebook)

    def describe(self, book: Book) -> str:
        """Say which notebook is made, for whom."""
        unit = book.unit_name(self.parameters["unit"])
        period = numerals.period(self.parameters["period"])
        return say("briefing.running", notebook=self.notebook, unit=unit, period=period)


def job_of(book: Book, notebook: str, question: Mapping[str, str], folder: Path) -> Job:
    """Give a notebook the parameters of a briefing; another period only if its cells use one."""
    spared = {"against"} - words_of_cells(notebook_path(book, notebook))
    return Job(notebook, {n: v for n, v in question.items() if n not in spared}, folder)


def check_own_notebook(book: Book, asked: str, question: Mapping[str, str]) -> str:
    """Return the name of a notebook of the project after checking that its page would be true.

    Args:
        book: The results.
        asked: Its name, with or without ``.ipynb`` and its folder.
        question: The parameters of a briefing. Its page names period, unit and language, so the
            notebook must take the period, and whatever else differs from the usual.

    Raises:
        UsageProblem: There is no such notebook, or it lacks a parameter that the page would name,
            or it is the shipped publication.
    """
    refuse_publication(Path(asked).stem)
    path = notebook_path(book, Path(asked).stem)
    defaults = {"against": "", "unit": EVERYTHING, "language": "vi", "profile": ""}
    needed = {name: value for name, value in question.items() if value != defaults.get(name)}
    check_parameters(path, needed)
    return path.stem


def refuse_publication(notebook: str) -> None:
    """Refuse to run the shipped publication by itself: every publication is recorded.

    Raises:
        UsageProblem: It is that notebook.
    """
    if notebook in PUBLISHED:
        raise UsageProblem("briefing.publication_alone", notebook=notebook)


def notebooks_of(book: Book) -> tuple[str, ...]:
    """Return the notebooks that have something to say about these results."""
    spared = () if has_step_log(book) else OF_STEPS
    return tuple(name for name in NOTEBOOKS if name not in spared)


def notebook_path(book: Book, name: str) -> Path:
    """Return a notebook: the project's own or the shipped one."""
    notebooks = book.home / "notebooks"
    return (notebooks if notebooks.is_dir() else shipped().notebooks) / f"{name}.ipynb"


@dataclass(frozen=True)
class Outputs:
    """What is written where.

    Args:
        folder: Of all briefings.
        formats: Of each briefing.
        is_draft: Whether pages are written although checks fail; every page then says so.
    """

    folder: Path
    formats: tuple[str, ...] = (HTML,)
    is_draft: bool = False

    @property
    def documents(self) -> tuple[str, ...]:
        """The formats that one briefing is laid out in beside its page."""
        return tuple(name for name in self.formats if name not in (HTML, LIVE))

    @property
    def names(self) -> tuple[str, ...]:
        """Everything in which these outputs differ from others."""
        return (HTML, *self.documents, *self.marks)

    @property
    def marks(self) -> tuple[str, ...]:
        """Words above every heading."""
        return (say("gate.draft"),) if self.is_draft else ()


def check_formats(asked: str) -> tuple[str, ...]:
    """Return the formats of a list with commas, each once, after checking that they can be written.

    Raises:
        UsageProblem: There is no such format, none is asked for, or its library is not installed.
    """
    formats = [name.strip().lower() for name in asked.split(",") if name.strip()]
    formats_here = (*known_formats(), LIVE)
    unknown = [name for name in formats if name not in formats_here]
    if unknown or not formats:
        listed = ", ".join(formats_here)
        raise UsageProblem("briefing.format", asked=", ".join(unknown) or "–", known=listed)
    chosen = tuple(dict.fromkeys((HTML, *formats)))
    for name in chosen:
        if lacking := lacking_library(name):
            raise UsageProblem("briefing.format_lacking", asked=name, library=lacking)
    return chosen


def make_pages(book: Book, jobs: Sequence[Job], outputs: Outputs, progress: Progress) -> list[str]:
    """Run the notebooks one after another and write what they show; stop at the first fault.

    Returns:
        What is wrong with the tables or the claims of the pages, each in a sentence.
    """
    faults = faults_of_tables(book) if jobs else []
    folders: dict[Path, list[tuple[Job, Shown, tuple[Part, ...]]]] = {}
    for number, job in enumerate(jobs, 1):
        progress(CountedStep(job.describe(book), "brief", number, len(jobs)))
        executed = run_job(book, job, outputs.folder / HALF_RUN)
        page = job_page(book, job, outputs)
        shown = shown_on(executed, page, job.notebook)
        concise = without_repetitions(executed, page.foot, FOLDED)
        _write(book, job, concise, outputs)
        parts = parts_of(concise, FOLDED)
        folders.setdefault(job.folder, []).append((job, shown, parts))
    for pages in folders.values():
        label = book.profile_label(pages[0][0].parameters["profile"] or book.result_profile)
        faults += faults_of_pages([shown for _, shown, _ in pages], label)
        _write_documents(book, [(job, parts) for job, _, parts in pages], outputs)
    return faults


def shown_on(executed: Any, page: Page, notebook: str) -> Shown:
    """Return what the page of an executed notebook shows, for its checks."""
    values = values_of_notebook(executed)
    return Shown(notebook, parts_of(executed, FOLDED), page.foot, values)


def _write_documents(
    book: Book, pages: Sequence[tuple[Job, tuple[Part, ...]]], outputs: Outputs
) -> None:
    """Write the first page of a folder as documents, with the tables of all its pages."""
    if not outputs.documents:
        return
    job, parts = pages[0]
    annexes = [part for _, more in pages for part in more if isinstance(part, Grid)]
    if not job.is_published and has_step_log(book):
        annexes += _late_list(book, job)
    period = job.parameters["period"]
    texts = read_office_text(book.home, period)
    document = Document(
        job_page(book, job, outputs),
        parts,
        tuple(annexes),
        office_text={place: texts.get(place, "") for place in PLACES},
        office_text_file=office_text_path(book.home, period).name,
    )
    for name in outputs.documents:
        path = job.folder / f"{job.stem}.{name}"
        path.write_bytes(write_document(document, name))


def _late_list(book: Book, job: Job) -> list[Grid]:
    """Return the late dossiers of a briefing, all of them."""
    scope = {name: job.parameters[name] for name in ("period", "unit", "profile")}
    listing = book.late_list(**scope, rows=book.late_dossiers.height).listing
    if listing is None:
        return []
    return [part for part in parse_fragment(listing.html()) if isinstance(part, Grid)]


def run_job(book: Book, job: Job, half_run: Path | None = None) -> Any:
    """Run one notebook in the book's folder; keep it half run where a cell fails."""
    data = "." if (book.home / "tables").is_dir() else ""
    path = job.path(book)
    parameters = {**job.parameters, "data": data}
    if job.notebook not in NOTEBOOKS:
        # what an analyst's notebook must take has been checked, the rest it may leave out
        taken = check_parameters(path, {})
        parameters = {name: value for name, value in parameters.items() if name in taken}
    spared = [] if has_step_log(book) else ["step-log"]
    if not records_apologies(book):
        spared.append("apologies")
    if not has_late_announcements(book):
        spared.append("late-announcements")
    if job.notebook != NOTEBOOKS[0]:
        # a sentence stands once among pages that are made together
        spared.append("on-another-page")
    return run_notebook(path, parameters, home=book.home, without=spared, half_run=half_run)


def _write(book: Book, job: Job, executed: Any, outputs: Outputs) -> None:
    executed.metadata["workbench"] = _provenance(book, job)
    more = _office_sections(book, job) if job.stem == _FIRST else []
    page = render(executed, job_page(book, job, outputs), job.notebook, more)
    (job.folder / f"{job.stem}.html").write_text(page, encoding="utf-8", newline="\n")
    if job.linked:
        text = as_text(executed)
        path = job.folder / f"{job.stem}.ipynb"
        path.write_text(text, encoding="utf-8", newline="\n")


def _office_sections(book: Book, job: Job) -> list[Section]:
    """Return what the office wrote itself for the period, as sections of a page."""
    sections: list[str] = []
    for part in office_parts(read_office_text(book.home, job.parameters["period"])):
        text = escape(part.text)
        if isinstance(part, Heading):
            sections.append(f'<h2 id="{part.anchor}">{text}</h2>')
        else:
            about = ' class="note"' if part.kind == "note" else ""
            sections[-1] += f"<p{about}>{text}</p>"
    return [Section(html) for html in sections]


def job_page(book: Book, job: Job, outputs: Outputs) -> Page:
    """Return heading, title and footer of one page."""
    unit = job.parameters.get("unit", EVERYTHING)
    against = job.parameters.get("against", "")
    agency = dict.fromkeys(
        [
            book.parent_name(unit, job.parameters["period"]),
            "" if unit == EVERYTHING else book.unit_name(unit),
        ]
    )
    about = say(
        "briefing.page_against" if against else "briefing.page_about",
        unit=book.unit_name(unit),
        period=numerals.period(job.parameters["period"]),
        against=numerals.period(against) if against else "",
    )
    others = [name for name in notebooks_of(book) if name != job.notebook and not job.is_alone]
    return Page(
        language=book.language,
        title=_title(book, job),
        about=about,
        agency=tuple(line for line in agency if line),
        dated=dated_line(book),
        synthetic=book.synthetic,
        results=book.fingerprint,
        provenance=json.dumps(_provenance(book, job), ensure_ascii=False, sort_keys=True),
        foot=footer_lines(book, job.parameters["profile"], published=job.is_published),
        snapshot_at=_stamp(book),
        marks=outputs.marks,
        links=tuple((f"{n}.html", say(f"briefing.page_{n}")) for n in others if job.linked),
    )


def _title(book: Book, job: Job) -> str:
    """Return the title of a notebook's page: as it is worded, else its own first heading."""
    key = f"page_{job.notebook}"
    if key in catalogue("briefing"):
        return say(f"briefing.{key}")
    return notebook_heading(job.path(book)) or job.notebook


def _provenance(book: Book, job: Job) -> dict[str, str]:
    """Return what a page was made from, for machines; the same stands in its notebook."""
    return {
        **job.parameters,
        "data": book.fingerprint,
        "notebook": job.notebook,
        "profile": job.parameters["profile"] or book.result_profile,
        "snapshot": book.snapshot.isoformat() if book.snapshot else "",
        "version": __version__,
    }


def _stamp(book: Book) -> dt.datetime:
    """Return the moment of the exports as documents keep it: without a zone."""
    at = book.snapshot or dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
    return at.astimezone(dt.UTC).replace(tzinfo=None, microsecond=0)


def stopped_page(book: Book, faults: Sequence[str]) -> str:
    """Return the page that says why nothing was put out."""
    items = "".join(f"<li>{escape(fault)}</li>" for fault in faults)
    return plain_page(book, say("gate.title"), say("gate.why"), f'<ul class="claims">{items}</ul>')


def plain_page(book: Book, title: str, about: str, html: str) -> str:
    """Return a page that no notebook makes, with one section."""
    page = book_page(book, title, about, book.result_profile)
    return render_sections([Section(html)], page)


def book_page(
    book: Book, title: str, about: str, profile: str | None, *, is_public: bool = False
) -> Page:
    """Return heading, title and footer of a page that no notebook makes."""
    return Page(
        language=book.language,
        title=title,
        about=about,
        agency=(),
        dated=dated_line(book),
        synthetic=book.synthetic,
        results=book.fingerprint,
        provenance="{}",
        foot=footer_lines(book, profile, published=is_public),
        snapshot_at=_stamp(book),
    )
