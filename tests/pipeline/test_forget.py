"""A source that is erased is in no folder and in no object of the cache; the rest is rebuilt."""

from __future__ import annotations

import io
import re

import polars as pl
import pytest

FILE = "tam-dung_2021-H2.csv"


def bytes_of(root) -> bytes:
    """Everything of a project but its inbox and sources, Parquet as rows."""
    parts = []
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        name = path.relative_to(root).as_posix()
        if not name.startswith(("data/inbox/", "data/reference/", "src/", "tests/", ".git/")):
            data = path.read_bytes()
            packed = data[:4] == b"PAR1"
            parts.append(
                pl.read_parquet(io.BytesIO(data)).write_ndjson().encode() if packed else data
            )
    return b"\0".join(parts)


@pytest.fixture
def bench(short_pages, tmp_path):
    return short_pages.copy_to(tmp_path / "project")


def test_a_file_is_forgotten_and_everything_is_made_again_without_it(bench) -> None:
    before = pl.read_parquet(bench.project.clean / "dossiers.parquet")
    assert FILE.encode() in bytes_of(bench.root)
    other = bench.project.briefings / "2021-H1"
    other.mkdir()
    (other / "briefing.html").write_text(FILE, encoding="utf-8")
    away = bench.root.parent / "away"
    bench.dvc("remote", "add", "away", "../away")
    bench.dvc("push", "-q", "-r", "away")

    output = bench.call("forget", FILE).stdout

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
    assert FILE.encode() not in bytes_of(bench.root)
    after = pl.read_parquet(bench.project.clean / "dossiers.parquet")
    assert after["dossier_id"].equals(before["dossier_id"])
    assert list(bench.project.briefings.glob("*/*/briefing.html"))
    bench.dvc("status", "-q")


def test_erasing_the_last_source_removes_every_folder_and_the_whole_cache(bench) -> None:
    bench.dvc("remote", "add", "away", "../elsewhere")
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
    bench.dvc("cache", "dir", "../shared")
    output = bench.call("forget", "one_stop").stdout
    assert "the shared DVC cache" in output
    assert any(path.is_file() for path in (tmp_path / "shared" / "files").rglob("*"))


def test_an_unknown_source_is_an_error(bench) -> None:
    done = bench.call("forget", "somebody", check=False)
    assert done.returncode == 2
    assert "one_stop" in done.stderr
    assert len(list(bench.project.inbox.iterdir())) == 9
