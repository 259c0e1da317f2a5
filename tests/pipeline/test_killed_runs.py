"""A run that is killed in any stage leaves the last briefing; the next scheduled one completes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from workbench.cli.run_log import read_runs

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of this kind are POSIX's")
KILLER = """
import os, signal
from pathlib import Path

rename, done = Path.rename, []

def kill(path, target):
    if Path(target).name == os.environ["KILL_IN"] or path.name == os.environ["KILL_IN"]:
        done.append(path)
        if len(done) == int(os.environ["KILL_AT"]):
            os.killpg(0, signal.SIGKILL)
    return rename(path, target)

Path.rename = kill
"""
"""Kills a run where it puts its folder in place: before the old one is moved aside (1), or before
the new one takes its name (2). Python reads it at every start."""
STAGES = {"landed": "ingest", "clean": "clean", "clock": "clock", "results": "explain"}
UNIT = "all.en"
OLD = "of-an-earlier-run.txt"


def test_killed_in_every_stage_the_briefing_stays_and_the_next_run_gives_the_same_bytes(
    short_pages, tmp_path
):
    bench = short_pages.copy_to(tmp_path / "project")
    bench.call("run", "--period", "2022-H1", "--no-refresh")
    before, data = bench.tree(), bench.project.data
    temporary, killer = tmp_path / "tmp", tmp_path / "killer"
    temporary.mkdir()
    killer.mkdir()
    (killer / "sitecustomize.py").write_text(KILLER, encoding="utf-8")
    # nothing that DVC could bring instead of running, and results that can be told from new ones
    (bench.root / "dvc.lock").unlink()
    shutil.rmtree(bench.root / ".dvc" / "cache")
    # unchanged pages are not made again while this record says so
    (bench.project.briefings / ".pages.json").unlink()
    for folder in STAGES:
        (data / folder / OLD).touch()
    path = f"{killer}{os.pathsep}{bench.environment['PYTHONPATH']}"
    pages = {name: page for name, page in before.items() if name.startswith("data/briefings/")}

    briefing = ("workbench.cli", "run", "--period", "2022-H1", "--no-refresh")
    programs = {folder: (f"workbench.{stage}",) for folder, stage in STAGES.items()}
    for number, (folder, program) in enumerate([*programs.items(), (UNIT, briefing)]):
        at = 1 + number % 2
        killing = {"KILL_IN": folder, "KILL_AT": str(at), "PYTHONPATH": path}
        run = subprocess.Popen(
            [sys.executable, "-m", *program],
            cwd=bench.root,
            env={**bench.environment, **killing, "TMPDIR": str(temporary)},
            start_new_session=True,
        )
        assert run.wait(timeout=120) == -signal.SIGKILL, folder
        whole = {n: page for n, page in bench.tree().items() if n.startswith("data/briefings/")}
        assert whole == pages, folder
        if folder in STAGES:
            place = data / folder if at == 1 else next(data.glob(f".{folder}-*/old"))
            assert (place / OLD).is_file()

    done = replace(bench, settings={"TMPDIR": str(temporary)})
    done.workbench("run", "--period", "2022-H1")
    done.dvc("status", "-q", *STAGES.values())
    log = "data/runs.jsonl"
    assert {**done.tree(), log: b""} == {**before, log: b""}
    left = [p.name for p in data.rglob(".*") if p.suffix != ".lock" and p.name != ".pages.json"]
    assert left == []
    assert [p.name for p in temporary.iterdir() if p.name.startswith("workbench-")] == []
    outcomes = [run["outcome"] for run in read_runs(bench.project)]
    assert outcomes == ["done", "killed", "unchanged"]
