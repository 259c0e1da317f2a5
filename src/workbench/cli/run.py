"""``workbench run``: what a schedule calls: bring the results up to date, brief, log the run.

Silent when all is well, so that cron mails failures only. The exit code is that of the stage that
failed. Periods that earlier runs missed are briefed as well; a period for which no export is new
enough is refused, not briefed from stale data.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import polars as pl
from cyclopts import Parameter

from workbench import __version__
from workbench.answers import Book, open_book
from workbench.cli.brief import brief
from workbench.cli.options import AS_USUAL, NO_OPTIONS, BriefingOptions, RunOptions, option
from workbench.cli.relative_periods import resolve_period
from workbench.cli.run_log import DONE, Entry, append_run, read_runs
from workbench.core.environment import check_installed, full_environment
from workbench.core.errors import InputRejected, WorkbenchError
from workbench.core.params import read_params
from workbench.core.project import Project, find_project
from workbench.core.vocabulary import Period, latest_kind
from workbench.messages import say
from workbench.pages import Outputs, check_formats
from workbench.review.snapshots import git

_EXITED = re.compile(r"exited with (\d+)")
_REFRESHED = "explain"
"""The last stage before pages."""


def command(
    *,
    period: Annotated[str, option("period", "PERIOD")] = "",
    format: Annotated[str, option("format", "FORMATS")] = "html",  # noqa: A002
    way: Annotated[RunOptions, Parameter(name="*")] = AS_USUAL,
    options: Annotated[BriefingOptions, Parameter(name="*")] = NO_OPTIONS,
) -> None:
    """Reproduce, brief and log; on failure say why, call for help and keep the exit code."""
    project = find_project()
    formats = check_formats(format)
    out = Outputs(project.briefings, formats, is_draft=False)
    entry = _begun(project, period, options)
    try:
        if not way.no_refresh:
            _refresh(project)
        _brief_all(project, period, options, out, entry)
        if way.commit:
            _commit(project, entry)
    except BaseException as fault:
        _end(project, entry, "failed", _exit_code(fault), _message(fault))
        if way.on_failure:
            _call_for_help(way.on_failure, entry, project)
        raise
    before = [run for run in read_runs(project) if run.get("outcome") in DONE]
    same = ("data", "pages", "parameters", "version")
    is_same = bool(before) and all(before[-1].get(name) == entry[name] for name in same)
    _end(project, entry, "unchanged" if is_same else "done", 0, "")


def _begun(project: Project, period: str, options: BriefingOptions) -> Entry:
    revision, changes = _revision(project)
    return {
        "started_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "version": __version__,
        "revision": revision,
        "has_local_changes": changes,
        "arguments": {"period": period, **asdict(options)},
        "inputs": [],
        "data": "",
        "periods": [],
        "pages": [],
    }


def _revision(project: Project) -> tuple[str, bool]:
    """Return the commit of a project and whether files differ from it; nothing without git."""
    try:
        return git(project, "rev-parse", "HEAD").strip(), bool(
            git(project, "status", "--porcelain")
        )
    except WorkbenchError:
        return "", False


def _refresh(project: Project) -> None:
    """Reproduce the pipeline up to its results; what it says is shown only if it fails.

    Raises:
        SystemExit: A stage failed, with the code of the stage.
    """
    check_installed("dvc", "review")
    done = subprocess.run(  # noqa: S603 - our own interpreter, no shell
        [sys.executable, "-m", "dvc", "repro", _REFRESHED],
        cwd=project.root,
        env=full_environment(project),
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        sys.stderr.write(done.stdout)
        exited = _EXITED.search(done.stdout)
        raise SystemExit(int(exited[1]) if exited else done.returncode)


def _brief_all(
    project: Project, period: str, options: BriefingOptions, out: Outputs, entry: Entry
) -> None:
    """Brief the period that is asked for, and those that earlier runs have missed.

    Raises:
        InputRejected: No export was taken after the end of the period.
    """
    params = read_params(project)
    book = open_book(project.root)
    entry["parameters"] = asdict(params)
    entry["data"] = book.fingerprint
    entry["inputs"] = _inputs(project)
    for label in _periods(project, book, period or params.brief_period):
        name = "" if not period and latest_kind(label) else label
        pages = brief(project, name, options, out, progress=lambda _: None)
        entry["periods"].append(label)
        entry["pages"] += [page.relative_to(project.root).as_posix() for page in pages]


def _inputs(project: Project) -> list[Entry]:
    file = project.landed / "landed_files.parquet"
    if not file.is_file():
        return []
    columns = ["source_file", "source_sheet", "sha256", "rows_landed"]
    return pl.read_parquet(file, columns=columns).to_dicts()


def _periods(project: Project, book: Book, period: str) -> Iterator[str]:
    if latest_kind(period):
        yield period
        return
    latest = resolve_period(period, dt.datetime.now().astimezone().date())
    taken = book.snapshot
    if taken is not None and taken.date() < latest.ends_on:
        raise InputRejected("run.no_newer_export", period=latest, taken=f"{taken:%d/%m/%Y}")
    yield from map(str, _missed(project, latest))
    yield str(latest)


def _missed(project: Project, latest: Period) -> list[Period]:
    """Return the periods between the last one that a run has briefed and this one, in order."""
    labels = [label for run in read_runs(project) if run.get("outcome") in DONE
              for label in run.get("periods", []) if not latest_kind(label)]  # fmt: skip
    briefed = [one for one in map(Period.parse, labels) if one.kind == latest.kind and one < latest]
    missed: list[Period] = []
    earlier = latest.previous()
    while briefed and earlier > max(briefed):
        missed.insert(0, earlier)
        earlier = earlier.previous()
    return missed


def _commit(project: Project, entry: Entry) -> None:
    """Commit what the run has recorded in ``dvc.lock``; nothing where it is as before."""
    if git(project, "status", "--porcelain", "--", "dvc.lock"):
        text = say("run.committed", periods=", ".join(entry["periods"]), data=entry["data"])
        git(project, "commit", "--quiet", "--message", text, "--", "dvc.lock")


def _end(project: Project, entry: Entry, outcome: str, code: int, message: str) -> None:
    now = dt.datetime.now(dt.UTC)
    began = dt.datetime.fromisoformat(entry["started_at"])
    entry |= {
        "ended_at": now.isoformat(timespec="seconds"),
        "seconds": round((now - began).total_seconds()),
        "outcome": outcome,
        "exit_code": code,
        "message": message,
    }
    append_run(project, entry)


def _exit_code(fault: BaseException) -> int:
    if isinstance(fault, WorkbenchError):
        return fault.exit_code
    if isinstance(fault, SystemExit):
        return fault.code if isinstance(fault.code, int) else 1
    return 130 if isinstance(fault, KeyboardInterrupt) else 1


def _message(fault: BaseException) -> str:
    """Return what the log says of a failure; of an unforeseen one its kind alone."""
    if isinstance(fault, SystemExit):
        return say("run.stage_failed")
    return str(fault) if isinstance(fault, WorkbenchError) else type(fault).__name__


def _call_for_help(on_failure: str, entry: Entry, project: Project) -> None:
    variables = {
        "WORKBENCH_EXIT_CODE": str(entry["exit_code"]),
        "WORKBENCH_MESSAGE": entry["message"],
        "WORKBENCH_PROJECT_FOLDER": str(Path(project.root)),
    }
    subprocess.run(  # noqa: S602 - the command that whoever set up the schedule chose
        on_failure, shell=True, cwd=project.root, env={**os.environ, **variables}, check=False
    )
