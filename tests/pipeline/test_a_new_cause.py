"""A cause is added by a row of the list of causes and by one model: nothing else names them all."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl

from workbench.testing import one_stop_export

ROOT = Path(__file__).resolve().parents[2]
ROW = "second_opinion,16,,no,no,finished_at,{vi},{en},a test,no\n"
VI, EN = "chờ ý kiến lần hai", "waiting for a second opinion"
RULE = "            else part_cause\n"
ADDED = "            when resolved_class = 'transfer' then 'second_opinion'\n"


def test_a_row_and_a_model_are_all_that_a_new_cause_needs(tmp_path):
    home = tmp_path / "home"
    for folder in ("src", "pipelines", "notebooks", "data/reference"):
        shutil.copytree(ROOT / folder, home / folder)
    listed = home / "data" / "reference" / "causes.csv"
    listed.write_text(listed.read_text("utf-8") + ROW.format(vi=VI, en=EN), "utf-8")
    model = home / "pipelines" / "explain" / "causes" / "attributed_time.sql"
    text = model.read_text("utf-8")
    assert text.count(RULE) == 1
    model.write_text(text.replace(RULE, ADDED + RULE), "utf-8")
    one_stop_export(tmp_path / "inbox")
    asked = ["analyse", tmp_path / "inbox", "--source", "one_stop", "--out", tmp_path / "out"]
    command = [sys.executable, "-m", "workbench.cli", *map(str, asked)]
    there = os.environ | {"PYTHONPATH": str(home / "src"), "WORKBENCH_LANG": "en"}
    done = subprocess.run(command, cwd=tmp_path, env=there, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    causes = pl.read_parquet(tmp_path / "out" / "tables" / "causes.parquet")
    assert "second_opinion" in causes["cause"].to_list()
    assert "portal_transfer" not in causes["cause"].to_list()
    cells = pl.read_parquet(tmp_path / "out" / "tables" / "cells.parquet")
    assert "second_opinion" in cells["cause"].to_list()
    assert EN in (tmp_path / "out" / "briefing.html").read_text("utf-8")
