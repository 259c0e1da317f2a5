"""Read the tables of one run as frames, and answer questions about them.

``open_book()`` reads the project in the current folder, ``open_book("DIR")`` the output of
``workbench analyse``. A book never writes; an unknown unit, period or profile is a
``UsageProblem`` that lists the known ones.
"""

from __future__ import annotations

from pathlib import Path

from workbench.answers.answer import Answer, Claim, Prose, Tile
from workbench.answers.book import Book
from workbench.answers.papermill_run import check_injected, show_provenance
from workbench.answers.published import Publication, publish
from workbench.core.errors import UsageProblem
from workbench.core.origins import check_origins
from workbench.core.project import find_project, shipped
from workbench.messages import LANGUAGES, use_language
from workbench.messages import language as spoken

__all__ = ["Answer", "Book", "Claim", "Prose", "Publication", "Tile", "open_book", "publish"]


def open_book(path: str | Path | None = None, *, language: str = "") -> Book:
    """Open the results of a project or of an ``analyse`` folder.

    Args:
        path: A folder with ``tables/``, a project's folder, or nothing for the project around
            the current folder.
        language: ``vi`` or ``en``; the language in force when left out.

    Raises:
        UsageProblem: The folder is neither, or has no results yet; or there is no such language;
            or papermill was given a parameter that the notebook does not have, or a value of
            another type.
        RuleFailed: The outputs of its stages are of different runs.
    """
    if language and language not in LANGUAGES:
        raise UsageProblem("briefing.no_language", asked=language, known=", ".join(LANGUAGES))
    parameters = check_injected()
    book = _book(path, language or spoken())
    if parameters:
        with use_language(book.language):
            show_provenance(book, parameters)
    return book


def _book(path: str | Path | None, spoken_language: str) -> Book:
    folder = Path(path) if path else None
    if folder is not None and (folder / "tables").is_dir():
        return Book(folder.resolve(), (folder / "tables",), shipped().reference, spoken_language)
    if folder is not None and not (folder / "dvc.yaml").is_file():
        raise UsageProblem("briefing.no_results", folder=folder)
    project = find_project(folder)
    folders = (project.clean, project.clock, project.results)
    if not any(folder.is_dir() for folder in folders):
        raise UsageProblem("briefing.no_results_yet", folder=project.root)
    check_origins(*folders)
    return Book(project.root, folders, project.reference, spoken_language)
