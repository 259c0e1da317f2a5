"""``workbench runs``: the log of unattended runs, newest first."""

from __future__ import annotations

import sys
from typing import Annotated

from workbench.charts.tables import Column, Table
from workbench.cli.options import Language, option
from workbench.cli.run_log import DONE, Entry, log_file, read_runs
from workbench.core import numerals
from workbench.core.project import find_project
from workbench.messages import say


def command(
    *,
    rows: Annotated[int, option("rows", "N")] = 20,
    failed: Annotated[bool, option("failed")] = False,
    data: Annotated[str, option("data_id", "ID")] = "",
    lang: Annotated[Language | None, option("lang")] = None,
) -> None:
    """Print the runs; all of them, those that failed, or those that made some results."""
    project = find_project()
    runs = [
        run
        for run in reversed(read_runs(project))
        if not (failed and run.get("outcome") in DONE) and (not data or run.get("data") == data)
    ]
    headings = say("run.columns").split(" | ")
    table = Table(
        say("run.caption", n=numerals.count(len(runs)), file=log_file(project)),
        tuple(Column(heading, number=False) for heading in headings),
        tuple(_cells(run) for run in runs[:rows]),
    )
    sys.stdout.write(f"{table}\n")


def _cells(run: Entry) -> tuple[str, ...]:
    changed = "+" if run.get("has_local_changes") else ""
    return (
        str(run.get("started_at", numerals.MISSING)),
        ", ".join(run.get("periods", [])) or numerals.MISSING,
        say(f"run.{run.get('outcome', 'failed')}"),
        str(run.get("exit_code", numerals.MISSING)),
        str(run.get("seconds", numerals.MISSING)),
        run.get("data") or numerals.MISSING,
        f"{run.get('revision', '')[:7]}{changed}" or numerals.MISSING,
        " ".join(str(run.get("message") or numerals.MISSING).split()),
    )
