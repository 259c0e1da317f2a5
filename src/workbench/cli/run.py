"""``workbench run``: what a schedule calls: bring the results up to date, brief, log the run.

Silent when all is well, so that cron mails failures only. The exit code is that of the stage that
failed. Periods that earlier runs missed are briefed as well; a period for which no export is new
enough is waited for or refused, not briefed from stale data. Schedules that are due at the same
time run one after another; a run that was killed is logged by the next.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import polars as pl
from cyclopts import Parameter

from workbench import __version__
from workbench.answers import open_book
from workbench.cli.brief import brief
from workbench.cli.options import AS_USUAL, NO_OPTIONS, BriefingOptions, RunOptions, option
from workbench.cli.relative_periods import resolve_period
from workbench.cli.run_log import Entry, alone, append_run, earlier_runs
from workbench.core.environment import check_installed, full_environment
from workbench.core.errors import InputRejected, WorkbenchError
from workbench.core.git import git, read_revision
from workbench.core.params import read_params
from workbench.core.project import Project, find_project
from workbench.core.vocabulary import Period, latest_kind
from workbench.ingest.inbox import export_files
from workbench.messages import say
from workbench.pages import Outputs, check_formats

_STAGE = re.compile(r"failed to reproduce '(?P<stage>\w+)'.*exited with (?P<code>-?\d+)", re.DOTALL)
_MESSAGE = re.compile(r"^workbench: (.+)$", re.MULTILINE)
_REFRESHED = "explain"
"""The last stage before pages."""
_AGAIN = 600
"""Seconds between two looks for exports that are waited for."""

_AWAITED = ("run.no_newer_export", "run.fetch_failed", "sources.empty_inbox")
"""What may be otherwise at the next look; anything else fails at once."""


class StageFailure(SystemExit):
    """A stage failed in a process of its own: its exit code and its message."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(code)
        self.message = message


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
    entry = _begun(project, period, ",".join(formats), options)
    try:
        with alone(project, entry):
            labels = _labels_to_brief(project, period, way, entry)
            _brief_all(project, labels, period, options, out, entry)
            if way.commit:
                _commit(project, entry)
    except BaseException as fault:
        _end(project, entry, "failed", _exit_code(fault), _message(fault))
        if way.on_failure:
            _call_for_help(way.on_failure, entry, project)
        raise
    before = earlier_runs(project, entry)
    same = ("data", "pages", "parameters", "version")
    is_same = bool(before) and all(before[-1].get(name) == entry[name] for name in same)
    _end(project, entry, "unchanged" if is_same else "done", 0, "")


def _begun(project: Project, period: str, formats: str, options: BriefingOptions) -> Entry:
    revision, changes = read_revision(project.root)
    return {
        "started_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "version": __version__,
        "revision": revision,
        "has_local_changes": changes,
        "arguments": {"period": period, "format": formats, **asdict(options)},
        "inputs": [],
        "data": "",
        "periods": [],
        "pages": [],
    }


def _labels_to_brief(project: Project, period: str, way: RunOptions, entry: Entry) -> list[str]:
    """Bring exports and results up to date, and return the periods to brief, oldest first.

    Raises:
        InputRejected: There is no export, none was taken after the end of the period, or the
            command that brings exports fails, as long as the run waits.
        StageFailure: A stage failed.
    """
    deadline = time.monotonic() + way.wait * 3600
    while True:
        try:
            if way.fetch:
                _fetch(way.fetch, project)
            if not way.no_refresh:
                _refresh(project)
            label = period or read_params(project).brief_period
            return list(_periods(project, label, earlier_runs(project, entry)))
        except InputRejected as problem:
            if problem.key not in _AWAITED or time.monotonic() + _AGAIN > deadline:
                raise
        time.sleep(_AGAIN)


def _fetch(command: str, project: Project) -> None:
    """Run the command that brings exports or results; what it says is shown only if it fails."""
    done = _run(command, project)
    if done.returncode:
        sys.stderr.write(done.stdout)
        raise InputRejected("run.fetch_failed", command=command, code=done.returncode)


def _run(command: str | list[str], project: Project) -> subprocess.CompletedProcess[str]:
    """Run a program, or a line for the shell, in the project's folder."""
    return subprocess.run(  # noqa: S603 - our interpreter, or what whoever set up the schedule chose
        command,
        shell=isinstance(command, str),
        cwd=project.root,
        env=full_environment(project),
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    )


def _refresh(project: Project) -> None:
    """Reproduce the pipeline up to its results; what it says is shown only if it fails.

    Raises:
        InputRejected: The inbox has no export yet.
        StageFailure: A stage failed, with its code; 128 and the signal where it was killed.
    """
    if not export_files(project.inbox):
        raise InputRejected("sources.empty_inbox", folder=project.inbox)
    check_installed("dvc", "review")
    done = _run([sys.executable, "-m", "dvc", "repro", _REFRESHED], project)
    if not done.returncode:
        return
    sys.stderr.write(done.stdout)
    failure = _STAGE.search(done.stdout)
    code = int(failure["code"]) if failure else done.returncode
    if failure and code < 0:
        message = say("run.stage_killed", stage=failure["stage"], signal=-code)
        sys.stderr.write(f"workbench: {message}\n")
        raise StageFailure(128 - code, message)
    explained = _MESSAGE.findall(done.stdout)
    raise StageFailure(code, explained[-1] if explained else say("run.stage_failed"))


def _brief_all(
    project: Project,
    labels: list[str],
    period: str,
    options: BriefingOptions,
    out: Outputs,
    entry: Entry,
) -> None:
    """Brief periods, and note in the log what of."""
    entry["parameters"] = asdict(read_params(project))
    entry["data"] = open_book(project.root).fingerprint
    entry["inputs"] = _inputs(project)
    for label in labels:
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


def _periods(project: Project, period: str, earlier: list[Entry]) -> Iterator[str]:
    """Yield the period that is asked for, after those that earlier runs of the schedule missed.

    Raises:
        InputRejected: No export was taken after the end of the period.
    """
    if latest_kind(period):
        yield period
        return
    latest = resolve_period(period, _today())
    taken = open_book(project.root).snapshot
    if taken is not None and taken.date() < latest.ends_on:
        raise InputRejected("run.no_newer_export", period=latest, taken=f"{taken:%d/%m/%Y}")
    yield from map(str, _missed(earlier, latest))
    yield str(latest)


def _today() -> dt.date:
    return dt.datetime.now().astimezone().date()


def _missed(runs: list[Entry], latest: Period) -> list[Period]:
    """Return the periods between the last one that these runs have briefed and this one."""
    labels = [x for run in runs for x in run.get("periods", []) if not latest_kind(x)]
    briefed = [one for one in map(Period.parse, labels) if one.kind == latest.kind and one < latest]
    missed: list[Period] = []
    earlier = latest.previous()
    while briefed and earlier > max(briefed):
        missed.insert(0, earlier)
        earlier = earlier.previous()
    return missed


def _commit(project: Project, entry: Entry) -> None:
    """Commit what the run has recorded in ``dvc.lock``; nothing where it is as before."""
    if git(project.root, "status", "--porcelain", "--", "dvc.lock"):
        text = say("run.committed", periods=", ".join(entry["periods"]), data=entry["data"])
        git(project.root, "commit", "--quiet", "--message", text, "--", "dvc.lock")


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
    if isinstance(fault, StageFailure):
        return fault.message
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
