"""The sample fills an empty inbox, and never stands in for the exports of an office."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.cli.simulate import command
from workbench.core.errors import UsageProblem
from workbench.core.project import shipped
from workbench.review.snapshots import folder_md5

LOCK = """\
schema: '2.0'
stages:
  ingest:
    cmd: python -m workbench.ingest
    deps:
    - path: data/inbox
      md5: {md5}
"""


@pytest.fixture
def clone(tmp_path, monkeypatch) -> Path:
    """A project without exports, whose sample is one small file."""

    def small_sample(reference: Path, *, seed: int, out: Path, truth: Path) -> None:
        for folder in (out, truth):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{seed}.csv").write_text("sample", encoding="utf-8")

    world = importlib.import_module("workbench.testing.simulate")
    monkeypatch.setattr(world, "simulate", small_sample)
    monkeypatch.setenv("WORKBENCH_PROJECT", str(tmp_path))
    (tmp_path / "pipelines").mkdir()
    (tmp_path / "dvc.yaml").write_text("stages: {}\n", encoding="utf-8")
    params = (shipped().root / "params.yaml").read_text(encoding="utf-8")
    (tmp_path / "params.yaml").write_text(params, encoding="utf-8")
    return tmp_path


def record(clone: Path, md5: str) -> None:
    (clone / "dvc.lock").write_text(LOCK.format(md5=md5), encoding="utf-8")


def test_results_of_other_exports_are_not_replaced_by_the_sample(clone):
    record(clone, "0123.dir")
    with pytest.raises(UsageProblem, match="dvc pull"):
        command(if_empty=True)
    assert not (clone / "data" / "inbox").exists()


def test_the_sample_whose_results_are_recorded_is_made_again(clone):
    command()
    record(clone, folder_md5(clone / "data" / "inbox"))
    for file in (clone / "data" / "inbox").iterdir():
        file.unlink()
    command(if_empty=True)
    assert [file.name for file in (clone / "data" / "inbox").iterdir()] == ["20220701.csv"]


def test_who_asks_for_the_sample_gets_it(clone):
    record(clone, "0123.dir")
    command()
    assert (clone / "data" / "truth" / "20220701.csv").is_file()


def test_the_hash_of_a_folder_is_the_one_that_dvc_records(tmp_path):
    inbox = tmp_path / "inbox"
    (inbox / "a").mkdir(parents=True)
    for name in ("a/x.csv", "a-b.csv", "b.csv"):
        (inbox / name).write_text(name, encoding="utf-8")
    environment = {**os.environ, "DVC_SITE_CACHE_DIR": str(tmp_path / "site")}
    for words in (("init", "-q", "--no-scm"), ("add", "-q", "inbox")):
        command_line = [sys.executable, "-m", "dvc", *words]
        subprocess.run(command_line, cwd=tmp_path, check=True, env=environment)
    recorded = (tmp_path / "inbox.dvc").read_text(encoding="utf-8")
    assert f"md5: {folder_md5(inbox)}" in recorded
