"""The function of each command. Modules are imported only when their command runs.

So a pipeline stage reads and imports nothing that its entry in ``dvc.yaml`` does not name.
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


def _report(text: str) -> None:
    """Print progress, apart from results."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def analyse(args: Namespace) -> None:
    """The whole way on any files, outside DVC."""
    from workbench.cli.analysis import analyse as run

    page = run(
        args.paths,
        source=args.source,
        out=args.out,
        as_of=args.as_of,
        kind=args.period,
        profile=args.profile,
        progress=print_progress,
    )
    sys.stdout.write(say("cli.analysed", page=page) + "\n")


def ingest(args: Namespace) -> None:
    """Land the inbox: mapped, non-personal columns only."""
    from workbench.ingest.stage import ingest_inbox

    landing = ingest_inbox(find_project(), as_of=args.as_of, progress=print_progress)
    _report(say("cli.ingested", files=landing.files, rows=landing.rows))


def clean(_asked: Namespace) -> None:
    """Turn landed text into clean tables."""
    from workbench.clean import clean as run

    run(_folders())


def clock(_asked: Namespace) -> None:
    """Judge every dossier and split its time."""
    from workbench.clock.stage import clock as run

    run(_folders())


def explain(args: Namespace) -> None:
    """Count and measure; or, with a dossier's code, print that dossier's timeline and causes."""
    if args.dossier:
        _one_dossier(args.dossier, args.data)
        return
    from workbench.core.params import read_params
    from workbench.explain import explain as run

    folders = _folders()
    run(folders, profile=read_params(folders.work).explain_profile)


def _folders() -> RunFolders:
    """Return the folders of a stage run by hand: the project around the current folder."""
    project = find_project()
    return RunFolders(project, project, print_progress)


def _one_dossier(dossier: str, data: Path | None) -> None:
    from workbench.answers import open_book

    here = Path()
    analysed = here if (here / "tables").is_dir() else None
    sys.stdout.write(f"{open_book(data or analysed).dossier(dossier)}\n")


def watch(args: Namespace) -> None:
    """List the open dossiers at risk of being late, and where each one waits."""
    from workbench.answers import open_book
    from workbench.messages import language

    book = open_book(args.data, language=args.lang or language())
    sys.stdout.write(f"{book.watch(unit=args.unit)}\n")


def brief(args: Namespace) -> None:
    """Write a period's briefings; safe to run twice, rejected while another run writes."""
    from workbench.cli.briefing import brief as run
    from workbench.cli.briefing import print_briefing_path

    project = find_project()
    if args.where:
        print_briefing_path(project, args)
        return
    for page in run(project, args, progress=print_progress):
        sys.stdout.write(f"{page}\n")


def form(args: Namespace) -> None:
    """Write an official form of a period as an Excel workbook in its official layout."""
    from workbench.answers import open_book
    from workbench.core.params import read_params
    from workbench.messages import language

    project = find_project()
    profile = args.profile or read_params(project).explain_profile
    book = open_book(project.root, language=language())
    official = book.official(convention=args.convention, unit=args.unit, profile=profile)
    sys.stdout.write(f"{official.write_form(args.name, args.period, args.out)}\n")


def diff(args: Namespace) -> None:
    """Print what moved between two revisions, and why."""
    from workbench.review import WRITERS, compare_revisions, enforce_limits, read_limits

    limits = read_limits(args.fail_on)
    comparison = compare_revisions(find_project(), args.rev_a, args.rev_b)
    sys.stdout.write(WRITERS[args.format](comparison, rows=args.rows))
    enforce_limits(comparison, limits)


def plots_page(_asked: Namespace) -> None:
    """Write the page that lets ``dvc plots diff`` draw without a network."""
    from workbench.review import write_plots_page

    _report(say("cli.plots_page", page=write_plots_page(find_project())))


def simulate(args: Namespace) -> None:
    """Write the synthetic sample's exports, and the truth beside them."""
    from workbench.core.params import read_params
    from workbench.ingest import export_files
    from workbench.testing.simulate import simulate as run

    project = find_project()
    out = args.out or project.inbox
    if export_files(out):
        if args.if_empty:
            _report(say("cli.inbox_kept", folder=out))
            return
        raise UsageProblem("cli.inbox_filled", folder=out)
    seed = read_params(project).simulate_seed if args.seed is None else args.seed
    run(project.reference, seed=seed, out=out, truth=args.truth or project.truth)
    _report(say("cli.simulated", folder=out))


def latebench(args: Namespace) -> None:
    """Score the cause analysis against known causes, and write the page about it."""
    from workbench.latebench import latebench as run

    page = run(
        shipped(),
        out=args.out,
        page=args.page,
        asked={name: getattr(args, name) for name in ("tiers", "sizes", "doses", "seeds")},
        quick=args.quick,
        pm4py=args.pm4py,
        progress=_report,
    )
    sys.stdout.write(f"{page}\n")


def schedule(args: Namespace) -> None:
    """Print the entry that makes a scheduler brief each period."""
    from workbench.cli.schedule import brief_options, schedule_lines

    handed_on = ("against", "unit", "format", "lang", "published")
    text = schedule_lines(
        find_project(),
        kind=args.kind,
        period=args.period,
        at=args.at,
        convention=args.convention,
        options=brief_options({name: getattr(args, name) for name in handed_on}),
        refresh=not args.no_refresh,
    )
    sys.stdout.write(text)


def lab(args: Namespace) -> None:
    """Open JupyterLab on the project, ready to work without a network."""
    from workbench.cli.lab import start_lab

    start_lab(find_project(), browser=not args.no_browser, port=args.port)


def inspect_source(args: Namespace) -> None:
    """Guess the profile of an unknown export and write its draft; no file is overwritten."""
    from workbench.ingest import inspect

    out = args.out
    if out and out.exists():
        raise UsageProblem("cli.draft_exists", file=out)
    try:
        reference = find_project().reference
    except UsageProblem:
        reference = shipped().reference
    draft = inspect(args.path, reference).to_toml()
    if out is None:
        sys.stdout.write(draft)
        return
    try:
        out.write_text(draft, encoding="utf-8", newline="\n")
    except OSError as problem:
        raise UsageProblem("cli.draft_unwritten", file=out, reason=problem.strerror) from problem
    _report(say("cli.drafted", file=out))


def epar(args: Namespace) -> None:
    """Turn the configuration of e-par into reference tables; no file is overwritten."""
    from workbench.ingest.epar import write_reference

    for file in write_reference(args.path, args.out):
        sys.stdout.write(f"{file}\n")


def dvc(args: Namespace) -> None:
    """Run a command of DVC in the environment of the project; its exit code is ours."""
    from workbench.core.environment import run_dvc
    from workbench.ingest import export_files

    project = find_project()
    if args.arguments[:1] == ["repro"]:
        # DVC opens every file of the inbox before our code runs, and waits at a pipe for ever
        export_files(project.inbox)
    if code := run_dvc(project, args.arguments):
        raise SystemExit(code)


def forget(args: Namespace) -> None:
    """Remove a source or file from the inbox, the data folders and the cache; list what is left."""
    from workbench.review.erasure import forget as run

    gone = run(find_project(), args.what, progress=print_progress)
    done = say("forgetting.done", what=args.what, files=len(gone.files), objects=gone.objects)
    sys.stdout.write("\n".join([done, *gone.left]) + "\n")
