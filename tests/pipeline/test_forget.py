"""A source that is erased is in no folder and in no object of the cache; the rest is rebuilt."""

from __future__ import annotations

import io
import re
import sys

import polars as pl
import pytest
import yaml

from pipeline.conftest import Bench

FILE = "tam-dung_2021-H2.csv"
NAMING = "data/clean/pauses.parquet"
COPY = "import os, shutil, sys; os.makedirs(sys.argv[2]); shutil.copy(*sys.argv[1:])"
COPIED = {"clock": "data/clock", "explain": "data/results", "brief": "data/briefings/2022-H1/all"}
"""What these stages make is not what is tested: each copies a table that names the file which is to
be forgotten, so that every folder has it."""


def bytes_of(root) -> bytes:
    """Everything of a project but its inbox and sources, Parquet as the values of its columns."""
    parts = []
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        name = path.relative_to(root).as_posix()
        if not name.startswith(("data/inbox/", "data/reference/", "src/", "tests/", ".git/")):
            data = path.read_bytes()
            packed = data[:4] == b"PAR1"
            columns = pl.read_parquet(io.BytesIO(data)) if packed else ()
            values = [column.unique().to_frame().write_ndjson().encode() for column in columns]
            parts += values if packed else [data]
    return b"\0".join(parts)


@pytest.fixture(scope="module")
def forgettable(fresh, tmp_path_factory) -> Bench:
    """A project in which DVC has made every folder. Only to be copied."""
    bench = fresh.copy_to(tmp_path_factory.mktemp("forgettable") / "project")
    copy = f'"{sys.executable}" -S -c "{COPY}" {NAMING}'
    stages = yaml.safe_load((bench.root / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    stages |= {
        name: {"cmd": f"{copy} {folder}", "deps": ["data/clean"], "outs": [folder]}
        for name, folder in COPIED.items()
    }
    text = yaml.safe_dump({"stages": stages}, allow_unicode=True)
    (bench.root / "dvc.yaml").write_text(text, encoding="utf-8")
    bench.dvc("repro", "-q")
    return bench


@pytest.fixture
def bench(forgettable, tmp_path) -> Bench:
    return forgettable.copy_to(tmp_path / "project")


def test_a_file_is_forgotten_and_everything_is_made_again_without_it(bench) -> None:
    before = pl.read_parquet(bench.project.clean / "dossiers.parquet")
    assert FILE.encode() in bytes_of(bench.root)
    other = bench.project.briefings / "2021-H1"
    other.mkdir()
    (other / "briefing.html").write_text(FILE, encoding="utf-8")
    away = bench.root.parent / "away"
    bench.dvc("remote", "add", "-q", "away", "../away")
    bench.dvc("push", "-q", "-r", "away")

    output = bench.call("forget", FILE).stdout

    assert FILE.encode() not in bytes_of(bench.root)
    assert "Forgotten: tam-dung_2021-H2.csv; 1 exports" in output
    assert "git history" in output
    objects = int(re.search(r"remote away still holds (\d+) objects", output)[1])
    assert objects > 0
    assert FILE.encode() in bytes_of(away)
    (command,) = re.findall(r"«workbench dvc (gc [^»]*away)»", output)
    n_before = sum(path.is_file() for path in away.rglob("*"))
    bench.dvc(*command.split(), "--force", "-q")
    assert n_before - sum(path.is_file() for path in away.rglob("*")) == objects
    assert FILE.encode() not in bytes_of(away)
    after = pl.read_parquet(bench.project.clean / "dossiers.parquet")
    assert after["dossier_id"].equals(before["dossier_id"])
    assert all((bench.root / folder / "pauses.parquet").is_file() for folder in COPIED.values())
    assert not other.exists()
    bench.dvc("status", "-q")


def test_erasing_the_last_source_removes_every_folder_and_the_whole_cache(bench) -> None:
    bench.dvc("remote", "add", "-q", "away", "../elsewhere")
    output = bench.call("forget", "one_stop").stdout
    assert "The DVC remote away holds nothing of earlier states" in output
    assert not bench.project.landed.exists()
    assert not bench.project.briefings.exists()
    assert not (bench.root / "dvc.lock").exists()
    cache = [p for p in (bench.root / ".dvc" / "cache" / "files").rglob("*") if p.is_file()]
    assert cache == []
    assert b"so-theo-doi-ho-so" not in bytes_of(bench.root)


def test_a_shared_cache_is_named_and_not_touched(bench, tmp_path) -> None:
    (bench.root / ".dvc" / "cache").rename(tmp_path / "shared")
    bench.dvc("cache", "dir", "-q", "../shared")
    output = bench.call("forget", "one_stop").stdout
    assert "the shared DVC cache" in output
    assert any(path.is_file() for path in (tmp_path / "shared" / "files").rglob("*"))


def test_an_unknown_source_is_an_error(bench) -> None:
    done = bench.call("forget", "somebody", check=False)
    assert done.returncode == 2
    assert "one_stop" in done.stderr
    assert len(list(bench.project.inbox.iterdir())) == 9
