"""``workbench brief``: what is briefed, for which period, and the path of its page.

Without options the pipeline's own briefing is written, as ``params.yaml`` says; its pages are also
copied to ``data/briefings/latest``, which the pipeline tracks. With options the pages go only to
the period's folder, beside those of other units, languages and publications.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from workbench.answers import Book, open_book
from workbench.cli.options import NO_OPTIONS, BriefingOptions, option
from workbench.cli.relative_periods import resolve_against, resolve_period
from workbench.core.errors import RuleFailed, UsageProblem
from workbench.core.params import Params, read_params
from workbench.core.project import Project, find_project
from workbench.core.vocabulary import LATEST, Period, latest_kind
from workbench.messages import language, say
from workbench.pages import (
    EACH,
    Outputs,
    briefing_folder,
    check_formats,
    copy_as_latest,
    publish_briefings,
    results_of,
    write_briefings,
    write_own_notebook,
    write_sheets,
)
from workbench.program import shown_progress

AUTOMATIC = "auto"
"""``brief.against`` of ``params.yaml``: a year before, else the period before, if there is one."""


def command(
    *,
    period: Annotated[str, option("period", "PERIOD")] = "",
    format: Annotated[str, option("format", "FORMATS")] = "html",  # noqa: A002
    draft: Annotated[bool, option("draft")] = False,
    sheets: Annotated[bool, option("sheets")] = False,
    where: Annotated[bool, option("where")] = False,
    options: Annotated[BriefingOptions, Parameter(name="*")] = NO_OPTIONS,
) -> None:
    """Write a period's briefings; safe to run twice, rejected while another run writes."""
    project = find_project()
    if where:
        print_briefing_path(project, period, options)
        return
    formats = check_formats(format)
    with shown_progress() as progress:
        out = Outputs(project.briefings, formats, draft)
        pages = brief(project, period, options, out, progress=progress)
        if sheets:
            pages.append(_write_sheets(project, period, options, out, progress))
    for page in pages:
        sys.stdout.write(f"{page}\n")


def brief(
    project: Project,
    period: str,
    options: BriefingOptions,
    out: Outputs,
    *,
    progress: Callable[[str], None],
) -> list[Path]:
    """Write the briefings that options and parameters name and return their pages.

    Args:
        project: Whose results are briefed.
        period: A label, or one relative to today; the parameters' when empty.
        options: What the briefing shows.
        out: Formats, and whether they are drafts.
        progress: Receives the name of each notebook before it is run.

    Raises:
        UsageProblem: A unit, period, profile or format does not exist.
        RuleFailed: A notebook failed.
        OutputBusy: Another run is writing.
    """
    params = read_params(project)
    book = open_book(project.root, language=_language(period, options, params))
    label = book.period(_period(period or params.brief_period))
    question: dict[str, Any] = {
        "period": label,
        "against": _against(period, options, params, label),
        "unit": options.unit or params.brief_unit,
        "out": out,
        "progress": progress,
    }
    if options.notebook:
        return _write_own(book, options, question)
    write = publish_briefings if _is_public(options, params) else write_briefings
    pages = write(book, profile=params.explain_profile, **question)
    if params.brief_period == LATEST and not period and options == NO_OPTIONS:
        return copy_as_latest(pages, project.briefings)
    return pages


def _write_own(book: Book, options: BriefingOptions, asked: dict[str, Any]) -> list[Path]:
    """Write the page of an analyst's own notebook.

    Raises:
        UsageProblem: It shall leave the office, where nothing would withhold its small counts.
    """
    if options.published:
        raise UsageProblem("briefing.own_published", notebook=options.notebook)
    return write_own_notebook(book, options.notebook, **asked)


def _write_sheets(
    project: Project,
    period: str,
    options: BriefingOptions,
    out: Outputs,
    progress: Callable[[str], None],
) -> Path:
    """Write one sheet for every unit and procedure, and return their index."""
    params = read_params(project)
    book = open_book(project.root, language=_language(period, options, params))
    return write_sheets(
        book,
        period=_period(period or params.brief_period),
        profile=params.explain_profile,
        out=out,
        progress=progress,
    )


def print_briefing_path(project: Project, asked: str, options: BriefingOptions) -> None:
    """Print the path and address of the briefing page that options and parameters name.

    Raises:
        UsageProblem: There is no such page yet.
        RuleFailed: The page was made from older results or exports than there are now.
    """
    params = read_params(project)
    speech, is_public = _language(asked, options, params), _is_public(options, params)
    book = open_book(project.root, language=speech)
    unit = options.unit or params.brief_unit
    wanted = asked or params.brief_period
    label = book.period(_period(wanted))
    folder = briefing_folder(
        book,
        book.unit("" if unit == EACH else unit),
        label,
        book.against(label, _against(asked, options, params, label)),
        params.explain_profile,
        is_public=is_public,
    )
    period = LATEST if wanted == LATEST else label
    page = project.briefings / period / folder / "briefing.html"
    if period == LATEST and not page.is_file():
        page = project.briefings / book.period(LATEST) / folder / "briefing.html"
    if not page.is_file():
        raise UsageProblem("cli.no_briefing", page=page)
    _check_is_current(project, book, page)
    sys.stdout.write(f"{say('cli.briefing_at', page=page)}\n{page.as_uri()}\n")


def _check_is_current(project: Project, book: Book, page: Path) -> None:
    """Compare the inputs of a page with the results, and the results with the inbox."""
    from workbench.ingest import differ_from_landed, export_files, shipped_profiles, sort_inbox

    if results_of(page) != book.fingerprint:
        raise RuleFailed("cli.stale_briefing", page=page)
    has_landed = (project.landed / "landed_files.parquet").is_file()
    if not has_landed or not export_files(project.inbox):
        return
    inbox = sort_inbox(project.inbox, shipped_profiles(project.reference))
    if differ_from_landed(inbox.paths, project.landed):
        raise RuleFailed("cli.stale_results", page=page, folder=project.inbox)


def _is_public(options: BriefingOptions, params: Params) -> bool:
    return options.published or params.brief_published


def _language(period: str, options: BriefingOptions, params: Params) -> str:
    return options.lang or (language() if period else params.brief_language)


def _period(text: str) -> str:
    """Return a label or ``latest…`` for what a command names; ``last-half`` depends on today."""
    today = dt.datetime.now().astimezone().date()
    return text if latest_kind(text) else str(resolve_period(text, today))


def _against(period: str, options: BriefingOptions, params: Params, label: str) -> str:
    wanted = options.against or (AUTOMATIC if period else params.brief_against)
    if wanted in ("", AUTOMATIC):
        return ""
    return str(resolve_against(wanted, Period.parse(label)))
