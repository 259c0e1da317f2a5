"""Write the pages of a period: which notebooks, for which units, under which heading.

The output folder is locked for the time of writing; a second run does not wait. Nothing
is replaced before everything is made.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

from workbench.answers import Book, open_book
from workbench.answers.publication_record import write_record
from workbench.answers.published import publish
from workbench.core.errors import OutputBusy, RuleFailed
from workbench.core.project import only_writer, replace_folder
from workbench.core.run_folders import Progress
from workbench.core.vocabulary import EVERYTHING, LATEST, PeriodKind
from workbench.messages import language, use_language
from workbench.pages.folders import briefing_folder
from workbench.pages.formats import LIVE
from workbench.pages.index import write_index
from workbench.pages.jobs import (
    HALF_RUN,
    NOTEBOOKS,
    PUBLISHED,
    Job,
    Outputs,
    check_own_notebook,
    job_of,
    make_pages,
    notebook_path,
    notebooks_of,
    refuse_publication,
    stopped_page,
)
from workbench.pages.live import live_folder, write_live_page
from workbench.pages.notebooks import check_parameters, notebook_environment, read_parameters
from workbench.pages.office_text import read_office_text
from workbench.pages.page_record import PageRecord, question_digest, sources_digest

EACH = "each"
STOPPED = "stopped.html"
"""The page that says why the last run put nothing out."""
_RESULTS = re.compile(r'<meta name="results" content="(?P<fingerprint>\w+)">')


def write_briefings(
    book: Book,
    *,
    period: str,
    against: str = "",
    unit: str = EVERYTHING,
    profile: str = "",
    out: Path | Outputs,
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
        out: Folder of all briefings; with their formats and marks where more than pages is wanted.
        progress: Receives the name of each notebook before it is run.

    Raises:
        UsageProblem: A unit, period or profile does not exist.
        RuleFailed: A notebook failed, or made something a page may not hold.
        OutputBusy: Another run is writing, or the folder cannot be written.
    """
    question = _parameters(book, period, against, unit, profile)
    return _write_folders(book, question, notebooks_of(book), _outputs(out), progress)


def publish_briefings(
    book: Book,
    *,
    period: str,
    against: str = "",
    unit: str = EVERYTHING,
    profile: str = "",
    out: Path | Outputs,
    progress: Progress = lambda _: None,
) -> list[Path]:
    """Write what may leave the office of a period: small cells withheld, nothing else beside.

    Arguments, result and errors are those of ``write_briefings``; the folders hold the published
    page alone.
    """
    question = _parameters(book, period, against, unit, profile)
    return _write_folders(book, question, PUBLISHED, _outputs(out), progress)


def write_own_notebook(
    book: Book,
    notebook: str,
    *,
    period: str,
    against: str = "",
    unit: str = EVERYTHING,
    out: Path | Outputs,
    progress: Progress = lambda _: None,
) -> list[Path]:
    """Write the page of one notebook of the project, like those of a briefing.

    Arguments, result and errors are those of ``write_briefings``; ``notebook`` is its name. Figures
    are under the profile of the results; the page has a folder of its own beside the briefing's.

    Raises:
        UsageProblem: There is no such notebook, or it lacks a parameter that its page would name.
    """
    one = unit if unit == EACH else book.unit(unit)
    question = _parameters(book, period, against, one, "")
    name = check_own_notebook(book, notebook, question)
    return _write_folders(book, question, (name,), _outputs(out), progress)


def write_notebook_page(
    home: Path, notebook: Path, given: Mapping[str, str], outputs: Outputs
) -> Path:
    """Write the page of one notebook, wherever it is, and return the page.

    It is asked about what its parameters cell says, in its language, except for what is given.

    Args:
        home: Folder of the project, or an ``analyse`` folder.
        notebook: The notebook; it is only read.
        given: Value by name as a person types it: text with or without quotes.
        outputs: The folder of the page, which is its own, and the formats.

    Raises:
        UsageProblem: The notebook lacks a parameter that is given or that its page would name, or
            it is the shipped publication, of which a record must be kept.
        RuleFailed: The notebook failed, or made something a page may not hold.
    """
    refuse_publication(notebook.stem)
    check_parameters(notebook, {"period": LATEST, **given})
    parameters = read_parameters(notebook, given)
    book = open_book(home, language=parameters.get("language") or language())
    period = book.period(parameters["period"])
    question = {
        "period": period,
        "unit": book.unit(parameters.get("unit", EVERYTHING)),
        "profile": book.computed_profile(parameters.get("profile", "")),
    }
    if "against" in parameters:
        question["against"] = book.against(period, parameters["against"])
    filled = {**parameters, "language": book.language, **question}
    job = Job(notebook.stem, filled, outputs.folder, linked=False, source=notebook)
    with _ready_for_notebooks(book, outputs.folder):
        faults = make_pages(book, [job], outputs, lambda _: None)
        if faults:
            stop(book, faults, outputs)
    return outputs.folder / f"{job.stem}.html"


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
    book: Book,
    question: Mapping[str, str],
    notebooks: Sequence[str],
    outputs: Outputs,
    progress: Progress,
) -> list[Path]:
    period, unit = book.period(question["period"]), question["unit"]
    against = book.against(period, question["against"])
    units = [EVERYTHING, *book.units()] if unit == EACH else [book.unit(unit)]
    is_public = notebooks is PUBLISHED
    profile = (book.profile if is_public else book.computed_profile)(question["profile"])
    out = outputs.folder
    is_shipped = is_public or notebooks[0] in NOTEBOOKS
    suffix = "" if is_shipped else f".{notebooks[0]}"
    questions = {
        out / period / f"{folder}{suffix}": _parameters(book, period, against, one, profile)
        for one in units
        for folder in [briefing_folder(book, one, period, against, profile, is_public=is_public)]
    }
    live = out / live_folder(book.language, is_public=is_public)
    with only_writer(out), _ready_for_notebooks(book, out):
        record = PageRecord(out)
        made_from = _digests(book, questions, notebooks, outputs, live)
        with ExitStack() as stack:
            jobs = []
            for folder, asked in questions.items():
                # what is published depends on what was published before: it is always made anew
                if is_public or not record.has(folder, made_from[folder]):
                    fresh = stack.enter_context(replace_folder(folder))
                    jobs += [job_of(book, name, asked, fresh) for name in notebooks]
            publication = (
                publish(book, period, against=against, profile=profile) if is_public else None
            )
            faults = make_pages(book, jobs, outputs, progress)
            if faults and not outputs.is_draft:
                stop(book, faults, outputs)
            if publication is not None:
                # before the pages are in their place: a record without a page harms none
                write_record(book.home, publication.record)
            if live in made_from and (is_public or not record.has(live, made_from[live])):
                fresh = stack.enter_context(replace_folder(live))
                write_live_page(book, fresh, outputs, period, profile, is_public=is_public)
        if not is_public:
            record.add(made_from)
        for remains in (STOPPED, HALF_RUN):
            (out / remains).unlink(missing_ok=True)
        write_index(book, out)
    page = "briefing" if is_shipped else notebooks[0]
    return [folder / f"{page}.html" for folder in questions]


def _digests(
    book: Book,
    questions: Mapping[Path, Mapping[str, str]],
    notebooks: Sequence[str],
    outputs: Outputs,
    live: Path,
) -> dict[Path, str]:
    """Return what each folder is made from, as a digest: those of briefings, and the live page."""
    sources = sources_digest(book, [notebook_path(book, name) for name in notebooks])
    first = next(iter(questions.values()))
    texts = read_office_text(book.home, first["period"])
    marks = [*notebooks, *outputs.names, *(f"{place} {text}" for place, text in texts.items())]
    digests = {folder: question_digest(sources, q, marks) for folder, q in questions.items()}
    if LIVE in outputs.formats:
        start = {name: first[name] for name in ("period", "profile")}
        digests[live] = question_digest(sources, start, [LIVE, *outputs.marks])
    return digests


def write_page(
    book: Book,
    *,
    kind: PeriodKind = "half",
    profile: str = "",
    out: Path,
    outputs: Outputs | None = None,
    progress: Progress = lambda _: None,
) -> Path:
    """Write ``briefing.html`` of an ``analyse`` folder, for its last ended period of a kind.

    The caller ensures that no other process writes to the folder.

    Args:
        book: The results.
        kind: The kind of period.
        profile: Lateness profile of the page; that of the results when left out.
        out: Where the page is written.
        outputs: Where what stops the page is kept, and whether it is a draft; ``out`` when left
            out.
        progress: Receives the name of the notebook before it is run.

    Raises:
        UsageProblem: The results hold no period of that kind, or no such profile.
        RuleFailed: The notebook failed, or the page or its tables lack what they must bring.
        OutputBusy: The folder cannot be written.
    """
    outputs = outputs or Outputs(out)
    last = book.latest(kind)
    question = _parameters(
        book, last, book.against(last), EVERYTHING, book.computed_profile(profile)
    )
    with _ready_for_notebooks(book, out), TemporaryDirectory(dir=out, prefix=".page-") as fresh:
        job = Job("briefing", question, Path(fresh), linked=False)
        faults = make_pages(book, [job], outputs, progress)
        if faults and not outputs.is_draft:
            stop(book, faults, outputs)
        (Path(fresh) / "briefing.html").replace(out / "briefing.html")
    for remains in (STOPPED, HALF_RUN):
        (outputs.folder / remains).unlink(missing_ok=True)
    return out / "briefing.html"


def _parameters(book: Book, period: str, against: str, unit: str, profile: str) -> dict[str, str]:
    """Return the parameters of a briefing, as its notebooks name them."""
    return {
        "period": period,
        "against": against,
        "unit": unit,
        "language": book.language,
        "profile": profile,
    }


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


def stop(book: Book, faults: Sequence[str], outputs: Outputs) -> NoReturn:
    """Write the page that says why nothing is put out, and end the run.

    Raises:
        RuleFailed: Always.
    """
    outputs.folder.mkdir(parents=True, exist_ok=True)
    page = outputs.folder / STOPPED
    page.write_text(stopped_page(book, faults), encoding="utf-8", newline="\n")
    raise RuleFailed("gate.stopped", n=len(faults), first=faults[0], page=page)


def _outputs(out: Path | Outputs) -> Outputs:
    return out if isinstance(out, Outputs) else Outputs(out)
