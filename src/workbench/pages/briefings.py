"""Write the pages of a period: which notebooks, for which units, under which heading.

The output folder is locked for the time of writing; a second run does not wait. Nothing
is replaced before everything is made.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from workbench import __version__
from workbench.answers import Book
from workbench.answers.publication_record import write_record
from workbench.answers.published import publish
from workbench.answers.quality import has_step_log
from workbench.core import numerals
from workbench.core.errors import OutputBusy, UsageProblem
from workbench.core.project import only_writer, replace_folder, shipped
from workbench.core.run_folders import CountedStep, Progress
from workbench.core.vocabulary import EVERYTHING, LATEST, PeriodKind
from workbench.messages import say, use_language
from workbench.pages.footer import dated_line, footer_lines
from workbench.pages.notebooks import (
    as_text,
    notebook_environment,
    run_notebook,
    words_of_cells,
)
from workbench.pages.page import Page, render
from workbench.pages.page_record import PageRecord, question_digest, sources_digest

NOTEBOOKS = ("briefing", "compare_units", "compare_periods", "causes", "official", "quality")
OF_STEPS = ("causes",)
"""Notebooks that say nothing where the exports log no steps."""
PUBLISHED = ("published",)
"""Notebooks of a briefing that leaves the office; its page is called as that of any briefing."""
EACH = "each"
USUAL_PROFILE = "wb_strict"
"""The profile that the name of a folder does not state."""
_RESULTS = re.compile(r'<meta name="results" content="(?P<fingerprint>\w+)">')


def write_briefings(
    book: Book,
    *,
    period: str,
    against: str = "",
    unit: str = EVERYTHING,
    profile: str = "",
    out: Path,
    progress: Progress = lambda _: None,
) -> list[Path]:
    """Write a period's briefings into ``out/<period>/<unit>/`` and return the briefing pages.

    Pages in another language, and pages that may leave the office, have a folder of their own
    beside it: see ``folder_name``.

    Args:
        book: The results; pages speak its language.
        period: Label of the period, such as ``2022-H1``.
        against: Period to compare with; a year before, else the one before, when left out.
        unit: A unit's id or name, ``*`` or ``all`` for all together, ``each`` for one folder
            per unit beside the one for all.
        profile: Lateness profile of every figure on the pages; that of the results when left out.
        out: Folder of all briefings.
        progress: Receives the name of each notebook before it is run.

    Raises:
        UsageProblem: A unit, period or profile does not exist.
        RuleFailed: A notebook failed, or made something a page may not hold.
        OutputBusy: Another run is writing, or the folder cannot be written.
    """
    question = _parameters(book, period, against, unit, profile)
    return _write_folders(book, question, _notebooks_of(book), out, progress)


def publish_briefings(
    book: Book,
    *,
    period: str,
    against: str = "",
    unit: str = EVERYTHING,
    profile: str = "",
    out: Path,
    progress: Progress = lambda _: None,
) -> list[Path]:
    """Write what may leave the office of a period: small cells withheld, nothing else beside.

    Arguments, result and errors are those of ``write_briefings``; the folders hold the published
    page alone.
    """
    question = _parameters(book, period, against, unit, profile)
    return _write_folders(book, question, PUBLISHED, out, progress)


def copy_as_latest(pages: Sequence[Path], out: Path) -> list[Path]:
    """Copy the folders of briefing pages to ``out/latest/``, replacing it, and return the copies.

    The pipeline's briefing so has one place that depends on the data alone, while each period's
    own folder keeps what was once written for it.

    Raises:
        OutputBusy: The folder cannot be replaced.
    """
    with replace_folder(out / LATEST) as fresh:
        for page in pages:
            shutil.copytree(page.parent, fresh / page.parent.name)
    return [out / LATEST / page.parent.name / page.name for page in pages]


def results_of(page: Path) -> str:
    """Return the fingerprint of the results that a briefing page was made from, or nothing.

    It stands in the page's head and is compared with ``Book.fingerprint``: a page of earlier
    results is stale.
    """
    match = _RESULTS.search(page.read_text(encoding="utf-8"))
    return match["fingerprint"] if match else ""


def _write_folders(
    book: Book, question: Mapping[str, str], notebooks: Sequence[str], out: Path, progress: Progress
) -> list[Path]:
    period, unit = book.period(question["period"]), question["unit"]
    against = book.against(period, question["against"])
    units = [EVERYTHING, *book.units()] if unit == EACH else [book.unit(unit)]
    is_public = notebooks is PUBLISHED
    profile = (book.profile if is_public else book.computed_profile)(question["profile"])
    folders = [
        out / period / briefing_folder(book, one, period, against, profile, is_public=is_public)
        for one in units
    ]
    questions = [_parameters(book, period, against, one, profile) for one in units]
    with only_writer(out), _ready_for_notebooks(book, out):
        record = PageRecord(out)
        sources = sources_digest(book, [_notebook(book, name) for name in notebooks])
        made_from = {
            folder: question_digest(sources, asked, notebooks)
            for folder, asked in zip(folders, questions, strict=True)
        }
        with ExitStack() as stack:
            jobs = []
            for asked, folder in zip(questions, folders, strict=True):
                # what is published depends on what was published before: it is always made anew
                if is_public or not record.has(folder, made_from[folder]):
                    fresh = stack.enter_context(replace_folder(folder))
                    jobs += [_job(book, name, asked, fresh) for name in notebooks]
            publication = (
                publish(book, period, against=against, profile=profile) if is_public else None
            )
            _make(book, jobs, progress)
            if publication is not None:
                # before the pages are in their place: a record without a page harms none
                write_record(book.home, publication.record)
        if not is_public:
            record.add(made_from)
    return [folder / "briefing.html" for folder in folders]


def write_page(
    book: Book,
    *,
    kind: PeriodKind = "half",
    profile: str = "",
    out: Path,
    progress: Progress = lambda _: None,
) -> Path:
    """Write ``briefing.html`` of an ``analyse`` folder, for its last ended period of a kind.

    The caller ensures that no other process writes to the folder.

    Raises:
        UsageProblem: The results hold no period of that kind, or no such profile.
        RuleFailed: The notebook failed.
        OutputBusy: The folder cannot be written.
    """
    last = book.latest(kind)
    question = _parameters(
        book, last, book.against(last), EVERYTHING, book.computed_profile(profile)
    )
    with _ready_for_notebooks(book, out), TemporaryDirectory(dir=out, prefix=".page-") as fresh:
        _make(book, [Job("briefing", question, Path(fresh), linked=False)], progress)
        (Path(fresh) / "briefing.html").replace(out / "briefing.html")
    return out / "briefing.html"


def briefing_folder(
    book: Book, unit: str, period: str, against: str, profile: str, *, is_public: bool = False
) -> str:
    """Return the folder of a briefing within that of its period: see ``folder_name``.

    Args:
        book: The results; the comparison that they take by themselves is not in the name.
        unit: Id of the unit, or ``*``.
        period: Label of the period.
        against: Label of the period to compare with, or nothing.
        profile: Name of the lateness profile.
        is_public: Whether the pages may leave the office.
    """
    return folder_name(
        unit,
        language=book.language,
        is_public=is_public,
        against="" if against == book.against(period) else against,
        profile="" if profile == USUAL_PROFILE else profile,
    )


def folder_name(
    unit: str,
    *,
    language: str = "vi",
    is_public: bool = False,
    against: str = "",
    profile: str = "",
) -> str:
    """Return the folder of a unit's briefing; ids that are not a file name get a safe one.

    Pages in another language than Vietnamese, pages that may leave the office, those with another
    comparison than the usual one and those under another profile bear that in the folder's name,
    so that no variant replaces another.

    >>> folder_name("*"), folder_name("SD-P1"), folder_name("a/b")
    ('all', 'SD-P1', 'a_b-c14cddc0')
    >>> folder_name("all", language="en", is_public=True)
    'all.published.en'
    >>> folder_name("all", against="2021-H2", profile="wb_legal")
    'all.against-2021-H2.wb_legal'
    """
    name = "all" if unit in (EVERYTHING, "all") else re.sub(r"[^\w-]", "_", unit)
    if name not in ("all", unit):
        name = f"{name}-{sha256(unit.encode()).hexdigest()[:8]}"
    variants = (
        PUBLISHED[0] if is_public else "",
        f"against-{against}" if against else "",
        profile,
        "" if language == "vi" else language,
    )
    return ".".join((name, *(variant for variant in variants if variant)))


@dataclass(frozen=True)
class Job:
    """One notebook to run for one unit, and the folder its files go to."""

    notebook: str
    parameters: Mapping[str, str]
    folder: Path
    linked: bool = True

    @property
    def is_published(self) -> bool:
        """Whether its files leave the office."""
        return self.notebook in PUBLISHED

    @property
    def stem(self) -> str:
        """What its files are called."""
        return "briefing" if self.is_published else self.notebook

    def describe(self, book: Book) -> str:
        """Say which notebook is made, for whom."""
        unit, period = (
            book.unit_name(self.parameters["unit"]),
            numerals.period(self.parameters["period"]),
        )
        return say("briefing.running", notebook=self.notebook, unit=unit, period=period)


def _parameters(book: Book, period: str, against: str, unit: str, profile: str) -> dict[str, str]:
    """Return the parameters of a briefing, as its notebooks name them."""
    return {
        "period": period,
        "against": against,
        "unit": unit,
        "language": book.language,
        "profile": profile,
    }


def _job(book: Book, notebook: str, question: Mapping[str, str], folder: Path) -> Job:
    """Give a notebook the parameters of a briefing; another period only if its cells use one."""
    spared = {"against"} - words_of_cells(_notebook(book, notebook))
    return Job(notebook, {n: v for n, v in question.items() if n not in spared}, folder)


def _notebooks_of(book: Book) -> tuple[str, ...]:
    """Return the notebooks that have something to say about these results."""
    spared = () if has_step_log(book) else OF_STEPS
    return tuple(name for name in NOTEBOOKS if name not in spared)


def _notebook(book: Book, name: str) -> Path:
    """Return a notebook: the project's own or the shipped one."""
    notebooks = book.home / "notebooks"
    return (notebooks if notebooks.is_dir() else shipped().notebooks) / f"{name}.ipynb"


def check_formats(formats: Sequence[str]) -> None:
    """Do nothing for the formats this version writes, which is ``html``.

    Raises:
        UsageProblem: Another format is asked for, or none.
    """
    unknown = [f for f in formats if f != "html"]
    if unknown or not formats:
        raise UsageProblem("briefing.format", asked=", ".join(unknown) or "–")


@contextmanager
def _ready_for_notebooks(book: Book, out: Path) -> Iterator[None]:
    """Speak the book's language; notebooks see nothing of the user's configuration."""
    try:
        with use_language(book.language), notebook_environment(book.home):
            yield
    except OSError as problem:
        raise OutputBusy(
            "briefing.cannot_write", folder=out, error=problem.strerror or problem
        ) from problem


def _make(book: Book, jobs: Sequence[Job], progress: Progress) -> None:
    """Run the notebooks one after another and write each with its page; stop at the first fault."""
    for number, job in enumerate(jobs, 1):
        progress(CountedStep(job.describe(book), "brief", number, len(jobs)))
        _write(book, job, _run(book, job))


def _run(book: Book, job: Job) -> Any:
    """Run one notebook in the book's folder."""
    data = "." if (book.home / "tables").is_dir() else ""
    parameters = {**job.parameters, "data": data}
    spared = () if has_step_log(book) else ("step-log",)
    return run_notebook(_notebook(book, job.notebook), parameters, home=book.home, without=spared)


def _write(book: Book, job: Job, executed: Any) -> None:
    executed.metadata["workbench"] = _provenance(book, job)
    page = render(executed, _page(book, job), job.notebook)
    (job.folder / f"{job.stem}.html").write_text(page, encoding="utf-8", newline="\n")
    if job.linked:
        text = as_text(executed)
        path = job.folder / f"{job.stem}.ipynb"
        path.write_text(text, encoding="utf-8", newline="\n")


def _page(book: Book, job: Job) -> Page:
    """Return heading, title and footer of one page."""
    unit, against = job.parameters["unit"], job.parameters.get("against", "")
    agency = dict.fromkeys(
        [book.parent_name(unit), "" if unit == EVERYTHING else book.unit_name(unit)]
    )
    about = say(
        "briefing.page_against" if against else "briefing.page_about",
        unit=book.unit_name(unit),
        period=numerals.period(job.parameters["period"]),
        against=numerals.period(against) if against else "",
    )
    others = [name for name in _notebooks_of(book) if name != job.notebook and not job.is_published]
    return Page(
        language=book.language,
        title=say(f"briefing.page_{job.notebook}"),
        about=about,
        agency=tuple(line for line in agency if line),
        dated=dated_line(book),
        synthetic=book.synthetic,
        results=book.fingerprint,
        provenance=json.dumps(_provenance(book, job), ensure_ascii=False, sort_keys=True),
        foot=footer_lines(book, job.parameters["profile"], published=job.is_published),
        links=tuple((f"{n}.html", say(f"briefing.page_{n}")) for n in others if job.linked),
    )


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
