"""``workbench brief``: what is briefed, for which period, and the path of its page.

Without options the pipeline's own briefing is written, as ``params.yaml`` says; its pages are also
copied to ``data/briefings/latest``, which the pipeline tracks. With options the pages go only to
the period's folder, beside those of other units, languages and publications.
"""

from __future__ import annotations

import datetime as dt
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from workbench.answers import Book, open_book
from workbench.cli.schedule import resolve_against, resolve_period
from workbench.core.errors import RuleFailed, UsageProblem
from workbench.core.params import Params, read_params
from workbench.core.project import Project
from workbench.core.vocabulary import LATEST, Period, latest_kind
from workbench.messages import language, say
from workbench.pages import (
    EACH,
    check_formats,
    copy_as_latest,
    folder_name,
    publish_briefings,
    results_of,
    write_briefings,
)

AUTOMATIC = "auto"
"""``brief.against`` of ``params.yaml``: a year before, else the period before, if there is one."""


def brief(project: Project, options: Namespace, *, progress: Callable[[str], None]) -> list[Path]:
    """Write the briefings that options and parameters name and return their pages.

    Raises:
        UsageProblem: A unit, period, profile or format does not exist.
        RuleFailed: A notebook failed.
        OutputBusy: Another run is writing.
    """
    check_formats([name.strip() for name in options.format.split(",") if name.strip()])
    params = read_params(project)
    book = open_book(project.root, language=_language(options, params))
    period = book.period(_period(options.period or params.brief_period))
    pages = (publish_briefings if _is_public(options, params) else write_briefings)(
        book,
        period=period,
        against=_against(options, params, period),
        unit=options.unit or params.brief_unit,
        profile=params.explain_profile,
        out=project.briefings,
        progress=progress,
    )
    if params.brief_period == LATEST and not _has_options(options):
        return copy_as_latest(pages, project.briefings)
    return pages


def print_briefing_path(project: Project, options: Namespace) -> None:
    """Print the path and address of the briefing page that options and parameters name.

    Raises:
        UsageProblem: There is no such page yet.
        RuleFailed: The page was made from older results or exports than there are now.
    """
    params = read_params(project)
    speech, is_public = _language(options, params), _is_public(options, params)
    book = open_book(project.root, language=speech)
    unit = options.unit or params.brief_unit
    folder = folder_name(
        book.unit("" if unit == EACH else unit), language=speech, is_public=is_public
    )
    wanted = options.period or params.brief_period
    period = LATEST if wanted == LATEST else book.period(_period(wanted))
    page = project.briefings / period / folder / "briefing.html"
    if period == LATEST and not page.is_file():
        page = project.briefings / book.period(LATEST) / folder / "briefing.html"
    if not page.is_file():
        raise UsageProblem("cli.no_briefing", page=page)
    _check_is_current(project, book, page)
    sys.stdout.write(f"{say('cli.briefing_at', page=page)}\n{page.as_uri()}\n")


def _check_is_current(project: Project, book: Book, page: Path) -> None:
    """Compare the inputs of a page with the results, and the results with the inbox."""
    from workbench.ingest import differ_from_landed, export_files

    if results_of(page) != book.fingerprint:
        raise RuleFailed("cli.stale_briefing", page=page)
    exports = export_files(project.inbox)
    has_landed = (project.landed / "landed_files.parquet").is_file()
    if exports and has_landed and differ_from_landed(exports, project.landed):
        raise RuleFailed("cli.stale_results", page=page, folder=project.inbox)


def _has_options(options: Namespace) -> bool:
    names = ("period", "against", "unit", "lang", "published")
    return any(getattr(options, name) for name in names)


def _is_public(options: Namespace, params: Params) -> bool:
    return bool(options.published) or params.brief_published


def _language(options: Namespace, params: Params) -> str:
    return options.lang or (language() if options.period else params.brief_language)


def _period(text: str) -> str:
    """Return a label or ``latest…`` for what a command names; ``last-half`` depends on today."""
    today = dt.datetime.now().astimezone().date()
    return text if latest_kind(text) else str(resolve_period(text, today))


def _against(options: Namespace, params: Params, period: str) -> str:
    wanted = options.against or (AUTOMATIC if options.period else params.brief_against)
    if wanted in ("", AUTOMATIC):
        return ""
    return str(resolve_against(wanted, Period.parse(period)))
