"""Run the whole pipeline on any files, outside a DVC project: from exports to tables and a page.

Facts and rules are those of the project around the current folder, or the ones shipped with the
installation. ``tables/``, ``landed/`` (the rows as delivered), ``measures.json`` and
``briefing.html`` of the output folder are replaced together, only after a successful run; other
files there are kept. When cleaning leaves no dossier, ``tables/`` has the clean tables, which say
why, and the others but ``landed/`` are removed. Where an audit fails, or a claim of the page lacks
what it must bring, the tables are written, ``stopped.html`` says why and there is no page.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import polars as pl
from cyclopts import Parameter

from workbench.clean import clean
from workbench.cli.options import PLAIN, AnalysisOptions, Language, argument, option
from workbench.clock.stage import clock
from workbench.core.errors import InputRejected, RuleFailed, UsageProblem
from workbench.core.project import (
    Project,
    Scratch,
    check_output,
    find_facts,
    only_writer,
    replace_folder,
)
from workbench.core.run_folders import Progress, RunFolders
from workbench.explain import explain, known_profile
from workbench.messages import say
from workbench.program import shown_progress

WRITTEN = ("tables", "landed", "measures.json", "briefing.html")
"""Names that this command writes in the output folder."""


def command(
    paths: Annotated[list[Path], argument("paths", "PATH")],
    /,
    *,
    source: Annotated[list[str], option("source", "NAME|FILE")],
    out: Annotated[Path, option("out", "DIR")],
    options: Annotated[AnalysisOptions, Parameter(name="*")] = PLAIN,
    lang: Annotated[Language | None, option("lang")] = None,
) -> None:
    """Run the whole pipeline on the files and print the briefing's path."""
    with shown_progress() as progress:
        page = analyse(paths, sources=source, out=out, options=options, progress=progress)
    sys.stdout.write(say("cli.analysed", page=page) + "\n")


def analyse(
    paths: Sequence[Path],
    *,
    sources: Sequence[str],
    out: Path,
    options: AnalysisOptions,
    progress: Progress,
) -> Path:
    """Run every stage on the files and return the briefing's path.

    Args:
        paths: Files or folders.
        sources: Names of shipped source profiles, or paths to some. One reads every file; of
            several, each file is read by the first whose file pattern fits its name.
        out: Folder for ``tables/``, ``landed/``, ``measures.json`` and ``briefing.html``.
        options: When the exports were taken where they do not state it, the kind of period and the
            lateness profile of headlines, and how texts are written whatever their profile says.
        progress: Receives a short text about each step.

    Raises:
        InputRejected: A file, profile or reference table cannot be read as such, or no dossier is
            left after cleaning.
        RuleFailed: A table breaks its key or a promise, or a check stops the page.
        UsageProblem: There is no such profile; or the output folder is the one the command runs
            in, a file, or lies where nothing can be written.
        OutputBusy: Another run writes to the output folder, or it cannot be replaced.
    """
    from workbench.ingest import TextForm, check_dossier_rows, deliveries, find_profile, ingest

    facts = find_facts()
    check_output(out)
    options = replace(options, profile=known_profile(facts, options.profile))
    form = TextForm(**asdict(options.text))
    exports = deliveries(paths, *(find_profile(source, facts.reference) for source in sources))
    exports = [replace(export, part=form.of(export.part)) for export in exports]
    check_dossier_rows(exports)
    if Path.cwd().is_relative_to(out.resolve()):
        raise UsageProblem("cli.out_is_here", folder=out.resolve())
    with only_writer(out), Scratch("analysis") as scratch:
        work = Project(scratch)
        folders = RunFolders(work, facts, progress)
        ingest(
            exports,
            work.landed,
            as_of=options.as_of,
            progress=progress,
            reference=facts.reference,
        )
        clean(folders)
        if _is_empty(work.clean / "dossiers.parquet"):
            with replace_folder(out, replaced=WRITTEN) as fresh:
                _copy_tables([work.clean], fresh)
                shutil.copytree(work.landed, fresh / "landed")
            raise InputRejected("stages.no_dossiers", folder=out / "tables")
        clock(folders)
        explain(folders, profile=options.profile, kind=options.period)
        return replace_results(work, out, options, progress)


def replace_results(
    work: Project, out: Path, options: AnalysisOptions, progress: Progress = lambda _: None
) -> Path:
    """Replace what an earlier run wrote by the tables of this one and their page; return the page.

    Raises:
        RuleFailed: A check stops the page, of which none is left then; the tables are written.
    """
    stopped: RuleFailed | None = None
    with replace_folder(out, replaced=WRITTEN) as fresh:
        _copy_tables([work.clean, work.clock, work.results], fresh)
        shutil.copytree(work.landed, fresh / "landed")
        shutil.copy(work.results / "measures.json", fresh / "measures.json")
        try:
            _write_page(fresh, out, options, progress)
        except RuleFailed as problem:
            if problem.key != "gate.stopped":
                raise
            stopped = problem
    if stopped:
        raise stopped
    return out / "briefing.html"


def _is_empty(table: Path) -> bool:
    height: int = pl.scan_parquet(table).select(pl.len()).collect().item()
    return height == 0


def _copy_tables(folders: Sequence[Path], out: Path) -> None:
    (out / "tables").mkdir()
    for folder in folders:
        for table in sorted(folder.glob("*.parquet")):
            shutil.copy(table, out / "tables" / table.name)


def _write_page(fresh: Path, out: Path, options: AnalysisOptions, progress: Progress) -> None:
    from workbench.answers import open_book
    from workbench.pages import Outputs, write_page

    outputs = Outputs(out, is_draft=options.draft)
    profile, kind = options.profile, options.period
    book = open_book(fresh)
    write_page(book, kind=kind, profile=profile, out=fresh, outputs=outputs, progress=progress)
