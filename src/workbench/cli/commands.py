"""What each command does. Modules are imported when their command runs, and only then.

A pipeline stage so reads and imports nothing that its entry in ``dvc.yaml`` does not name.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from workbench.core.errors import UsageProblem
from workbench.core.project import find_project, shipped
from workbench.core.run_folders import RunFolders
from workbench.messages import say
from workbench.program import print_progress


def _tell(text: str) -> None:
    """Say what is being done, apart from results."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def analyse(asked: Namespace) -> None:
    """The whole way on any files, outside DVC."""
    from workbench.cli.analysis import analyse as run

    page = run(
        asked.paths,
        source=asked.source,
        out=asked.out,
        as_of=asked.as_of,
        kind=asked.period,
        profile=asked.profile,
        progress=print_progress,
    )
    sys.stdout.write(say("cli.analysed", page=page) + "\n")


def ingest(asked: Namespace) -> None:
    """Bring the inbox in: mapped, non-personal columns only."""
    from workbench.ingest.stage import ingest_inbox

    landing = ingest_inbox(find_project(), as_of=asked.as_of, progress=print_progress)
    _tell(say("cli.ingested", files=landing.files, rows=landing.rows))


def clean(_asked: Namespace) -> None:
    """Turn landed text into clean tables."""
    from workbench.clean import clean as run

    run(_folders())


def clock(_asked: Namespace) -> None:
    """Judge every dossier and split its time."""
    from workbench.clock.stage import clock as run

    run(_folders())


def explain(asked: Namespace) -> None:
    """Count and measure; or, with a dossier's code, tell that dossier's story."""
    if asked.dossier:
        _one_dossier(asked.dossier, asked.data)
        return
    from workbench.core.params import read_params
    from workbench.explain import explain as run

    folders = _folders()
    run(folders, profile=read_params(folders.work).explain_profile)


def _folders() -> RunFolders:
    """Return the folders of a stage that is run by hand: the project one stands in."""
    project = find_project()
    return RunFolders(project, project, print_progress)


def _one_dossier(dossier: str, data: Path | None) -> None:
    from workbench.answers import open_book

    here = Path()
    analysed = here if (here / "tables").is_dir() else None
    sys.stdout.write(f"{open_book(data or analysed).dossier(dossier)}\n")


def watch(asked: Namespace) -> None:
    """List the open dossiers at risk of being late, and where each one waits."""
    from workbench.answers import open_book
    from workbench.messages import language

    book = open_book(asked.data, language=asked.lang or language())
    sys.stdout.write(f"{book.watch(unit=asked.unit)}\n")


def brief(asked: Namespace) -> None:
    """Write a period's briefings; safe to run twice, refused while another run writes."""
    from workbench.cli.briefing import brief as run
    from workbench.cli.briefing import print_briefing_path

    project = find_project()
    if asked.where:
        print_briefing_path(project, asked)
        return
    for page in run(project, asked, progress=print_progress):
        sys.stdout.write(f"{page}\n")


def form(asked: Namespace) -> None:
    """Write an official form of a period as an Excel workbook in its official layout."""
    from workbench.answers import open_book
    from workbench.core.params import read_params
    from workbench.messages import language

    project = find_project()
    profile = asked.profile or read_params(project).explain_profile
    book = open_book(project.root, language=language())
    official = book.official(convention=asked.convention, unit=asked.unit, profile=profile)
    sys.stdout.write(f"{official.write_form(asked.name, asked.period, asked.out)}\n")


def diff(asked: Namespace) -> None:
    """Say what moved between two revisions, and why."""
    from workbench.review import WRITERS, compare_revisions, enforce_limits, read_limits

    limits = read_limits(asked.fail_on)
    found = compare_revisions(find_project(), asked.rev_a, asked.rev_b)
    sys.stdout.write(WRITERS[asked.format](found, rows=asked.rows))
    enforce_limits(found, limits)


def plots_page(_asked: Namespace) -> None:
    """Write the page that lets ``dvc plots diff`` draw without a network."""
    from workbench.review import write_plots_page

    _tell(say("cli.plots_page", page=write_plots_page(find_project())))


def simulate(asked: Namespace) -> None:
    """Write the synthetic sample's exports, and the truth beside them."""
    from workbench.core.params import read_params
    from workbench.ingest import export_files
    from workbench.testing.simulate import simulate as run

    project = find_project()
    out = asked.out or project.inbox
    if export_files(out):
        if asked.if_empty:
            _tell(say("cli.inbox_kept", folder=out))
            return
        raise UsageProblem("cli.inbox_filled", folder=out)
    seed = read_params(project).simulate_seed if asked.seed is None else asked.seed
    run(project.reference, seed=seed, out=out, truth=asked.truth or project.truth)
    _tell(say("cli.simulated", folder=out))


def latebench(asked: Namespace) -> None:
    """Score how well causes are found where they are known, and write the page about it."""
    from workbench.latebench import latebench as run

    page = run(
        shipped(),
        out=asked.out,
        page=asked.page,
        asked={name: getattr(asked, name) for name in ("tiers", "sizes", "doses", "seeds")},
        quick=asked.quick,
        pm4py=asked.pm4py,
        progress=_tell,
    )
    sys.stdout.write(f"{page}\n")


def schedule(asked: Namespace) -> None:
    """Print the entry that makes a scheduler brief each period."""
    from workbench.cli.schedule import brief_options, schedule_lines

    handed_on = ("against", "unit", "format", "lang", "published")
    text = schedule_lines(
        find_project(),
        kind=asked.kind,
        period=asked.period,
        at=asked.at,
        convention=asked.convention,
        options=brief_options({name: getattr(asked, name) for name in handed_on}),
        refresh=not asked.no_refresh,
    )
    sys.stdout.write(text)


def lab(asked: Namespace) -> None:
    """Open JupyterLab on the project, ready to work without a network."""
    from workbench.cli.lab import start_lab

    start_lab(find_project(), browser=not asked.no_browser, port=asked.port)


def inspect_source(asked: Namespace) -> None:
    """Guess the profile of an unknown export and write its draft; no file is overwritten."""
    from workbench.ingest import inspect

    out = asked.out
    if out and out.exists():
        raise UsageProblem("cli.draft_exists", file=out)
    try:
        reference = find_project().reference
    except UsageProblem:
        reference = shipped().reference
    draft = inspect(asked.path, reference).to_toml()
    if out is None:
        sys.stdout.write(draft)
        return
    try:
        out.write_text(draft, encoding="utf-8", newline="\n")
    except OSError as problem:
        raise UsageProblem("cli.draft_unwritten", file=out, reason=problem.strerror) from problem
    _tell(say("cli.drafted", file=out))


def epar(asked: Namespace) -> None:
    """Turn the configuration of e-par into reference tables; no file is overwritten."""
    from workbench.ingest.epar import write_reference

    for file in write_reference(asked.path, asked.out):
        sys.stdout.write(f"{file}\n")


def dvc(asked: Namespace) -> None:
    """Run a command of DVC in the environment of the project; its exit code is ours."""
    from workbench.core.environment import run_dvc
    from workbench.ingest import export_files

    project = find_project()
    if asked.arguments[:1] == ["repro"]:
        # DVC opens every file of the inbox before our code runs, and waits at a pipe for ever
        export_files(project.inbox)
    if code := run_dvc(project, asked.arguments):
        raise SystemExit(code)


def forget(asked: Namespace) -> None:
    """Remove a source or file from the inbox, the rooms and the cache; say what is left."""
    from workbench.review.erasure import forget as run

    gone = run(find_project(), asked.what, progress=print_progress)
    done = say("forgetting.done", what=asked.what, files=len(gone.files), objects=gone.objects)
    sys.stdout.write("\n".join([done, *gone.left]) + "\n")
