"""What each command does. Modules are imported when their command runs, and only then.

A pipeline stage so reads and imports nothing that its entry in ``dvc.yaml`` does not name.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from workbench.errors import UsageProblem
from workbench.project import close_to_others, find_project, shipped
from workbench.wording import say


def _tell(text: str) -> None:
    """Say what is being done, apart from results."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _step(name: str) -> None:
    _tell(f"  · {name}")


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
        progress=_step,
    )
    sys.stdout.write(say("cli.analysed", page=page) + "\n")


def ingest(asked: Namespace) -> None:
    """Bring the inbox in: mapped, non-personal columns only."""
    from workbench.sources import inbox_deliveries, shipped_profiles
    from workbench.sources import ingest as land

    project = find_project()
    close_to_others(project)
    exports = inbox_deliveries(project.inbox, shipped_profiles(project.reference))
    landing = land(
        exports,
        project.landed,
        as_of=asked.as_of,
        progress=_step,
        reference=project.reference,
    )
    _tell(say("cli.ingested", files=landing.files, rows=landing.rows))


def clean(_asked: Namespace) -> None:
    """Turn landed text into clean tables."""
    from workbench import stages

    project = find_project()
    stages.clean(stages.Rooms(project, project, _step))


def clock(_asked: Namespace) -> None:
    """Judge every dossier and split its time."""
    from workbench import stages

    project = find_project()
    stages.clock(stages.Rooms(project, project, _step))


def explain(asked: Namespace) -> None:
    """Count and measure; or, with a dossier's code, tell that dossier's story."""
    if asked.dossier:
        _one_dossier(asked.dossier, asked.data)
        return
    from workbench import stages
    from workbench.params import read_params

    project = find_project()
    profile = read_params(project).explain_profile
    stages.explain(stages.Rooms(project, project, _step), profile=profile)


def _one_dossier(dossier: str, data: Path | None) -> None:
    from workbench.book import open_book

    here = Path()
    analysed = here if (here / "tables").is_dir() else None
    sys.stdout.write(f"{open_book(data or analysed).dossier(dossier)}\n")


def watch(asked: Namespace) -> None:
    """List the open dossiers at risk of being late, and where each one waits."""
    from workbench.book import open_book
    from workbench.wording import language

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
    for page in run(project, asked, progress=_step):
        sys.stdout.write(f"{page}\n")


def form(asked: Namespace) -> None:
    """Write an official form of a period as an Excel workbook in its official layout."""
    from workbench.book import open_book
    from workbench.params import read_params
    from workbench.wording import language

    project = find_project()
    profile = asked.profile or read_params(project).explain_profile
    book = open_book(project.root, language=language())
    official = book.official(convention=asked.convention, unit=asked.unit, profile=profile)
    sys.stdout.write(f"{official.write_form(asked.name, asked.period, asked.out)}\n")


def diff(asked: Namespace) -> None:
    """Say what moved between two revisions, and why."""
    from workbench.revisions import WRITERS, compare_revisions, enforce_limits, read_limits

    limits = read_limits(asked.fail_on)
    found = compare_revisions(find_project(), asked.rev_a, asked.rev_b)
    sys.stdout.write(WRITERS[asked.format](found, rows=asked.rows))
    enforce_limits(found, limits)


def plots_page(_asked: Namespace) -> None:
    """Write the page that lets ``dvc plots diff`` draw without a network."""
    from workbench.revisions import write_plots_page

    _tell(say("cli.plots_page", page=write_plots_page(find_project())))


def simulate(asked: Namespace) -> None:
    """Write the synthetic sample's exports, and the truth beside them."""
    from workbench.params import read_params
    from workbench.simulate import simulate as run
    from workbench.sources import export_files

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
    from workbench.schedule import brief_options, schedule_lines

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
    from workbench.lab import start_lab

    start_lab(find_project(), browser=not asked.no_browser, port=asked.port)


def inspect_source(asked: Namespace) -> None:
    """Guess the profile of an unknown export and write its draft; no file is overwritten."""
    from workbench.sources import inspect

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
    from workbench.epar import write_reference

    for file in write_reference(asked.path, asked.out):
        sys.stdout.write(f"{file}\n")


def dvc(asked: Namespace) -> None:
    """Run a command of DVC in the environment of the project; its exit code is ours."""
    from workbench.environment import run_dvc

    if code := run_dvc(find_project(), asked.arguments):
        raise SystemExit(code)


def forget(asked: Namespace) -> None:
    """Remove a source or file from the inbox, the rooms and the cache; say what is left."""
    from workbench.forgetting import forget as run

    gone = run(find_project(), asked.what, progress=_step)
    done = say("forgetting.done", what=asked.what, files=len(gone.files), objects=gone.objects)
    sys.stdout.write("\n".join([done, *gone.left]) + "\n")
