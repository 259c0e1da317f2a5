"""The contender in an environment of its own: an expert with PM4Py's performance graph.

PM4Py's licence keeps it out of this project; it runs as another program on a log written for it.
It is given for nothing which dossiers are late and in which quarter each was resolved, and its
edges are read as causes as favourably as possible.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from workbench.core.errors import UsageProblem
from workbench.latebench.contenders import Analysis, ContenderAnswer, quarterly
from workbench.latebench.register import ZONE, BenchTables

_SCRIPT = Path(__file__).with_name("pm4py_expert.py")
_STAMPS = ("arrived_at", "started_at", "finished_at")
_EVENTS = {
    ("intake", "finished_at"): "taken in",
    ("assign", "arrived_at"): "passed on",
    ("assign", "finished_at"): "assigned",
    ("work", "started_at"): "taken up",
    ("work", "finished_at"): "worked",
    ("sign", "finished_at"): "signed",
    ("record", "finished_at"): "recorded",
}
_ORDER = {name: number for number, name in enumerate(_EVENTS.values())}
_CAUSES = {
    "passed on": "portal_transfer",
    "assigned": "assignment_wait",
    "taken up": "queue",
    "worked": "slow_work",
    "signed": "signature_wait",
    "recorded": "record_lag",
}


def pm4py_answer(python: Path, register: BenchTables, analysis: Analysis) -> ContenderAnswer:
    """Let the expert script name its cells.

    Raises:
        UsageProblem: That Python is not there or its run fails.
    """
    judged = quarterly(analysis).with_columns(
        pl.concat_str("unit_id", "period", separator=" ").alias("cell")
    )
    average = judged["is_late"].mean()
    above = judged.group_by("cell").agg((pl.col("is_late").mean() > average).alias("is_late_above"))
    with TemporaryDirectory(prefix="workbench-") as folder:
        log, cells, out = (Path(folder) / f"{n}.parquet" for n in ("log", "cells", "out"))
        _events(register, judged).write_parquet(log)
        above.sort("cell").write_parquet(cells)
        _called(python, *map(str, (_SCRIPT, log, cells, out)))
        edges = pl.read_parquet(out)
    causes = edges.with_columns(
        pl.col("to").replace_strict(_CAUSES, default=None).alias("cause"),
        pl.col("cell").str.split_exact(" ", 1).struct.rename_fields(["unit_id", "period"]),
    ).unnest("cell")
    return ContenderAnswer(
        None, causes.filter(pl.col("cause").is_not_null()).select("unit_id", "period", "cause")
    )


def _events(register: BenchTables, judged: pl.DataFrame) -> pl.DataFrame:
    """Return the log: the end of each part, in civil time, with the cell of its dossier."""
    tall = register.steps.unpivot(
        on=list(_STAMPS),
        index=["dossier_id", "step_kind"],
        variable_name="kind",
        value_name="stamp",
    ).filter(pl.col("stamp").is_not_null())
    names = pl.DataFrame(
        [(*key, name) for key, name in _EVENTS.items()],
        schema=["step_kind", "kind", "activity"],
        orient="row",
    )
    local = pl.col("stamp").dt.convert_time_zone(ZONE).dt.replace_time_zone(None)
    return (
        tall.join(names, on=["step_kind", "kind"])
        .join(judged.select("dossier_id", "cell"), on="dossier_id")
        .sort("dossier_id", pl.col("activity").replace_strict(_ORDER))
        .select(pl.col("dossier_id").alias("case"), "activity", local, "cell")
    )


def pm4py_version(python: Path) -> str:
    """Return the version of PM4Py that a Python has.

    Raises:
        UsageProblem: That Python is not there or has none.
    """
    script = "from importlib.metadata import version; print(version('pm4py'))"
    return _called(python, "-c", script).strip()


def _called(python: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - the Python the caller named
            [str(python), *arguments],
            capture_output=True,
            text=True,
            check=False,
            encoding="utf-8",
        )
    except OSError as problem:
        raise UsageProblem("latebench.no_pm4py", python=python, reason=problem) from problem
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:]
        raise UsageProblem("latebench.no_pm4py", python=python, reason=" ".join(last))
    return done.stdout
