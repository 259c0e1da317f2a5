"""``dvc.yaml`` says of each stage what it really reads, imports and writes.

The kernel of the system is asked, not the program: readers written in Rust and C++ open files
that Python never hears of. Each stage runs alone in a project of its own, so that every file
opened there was opened by that stage. A red test prints the entry that would be true.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's own")

DVC_YAML = Path(__file__).resolve().parents[2] / "dvc.yaml"
STAGES = yaml.safe_load(DVC_YAML.read_text(encoding="utf-8"))["stages"]

CLOSE_WRITE, CLOSE_NOWRITE, IS_FOLDER = 0x8, 0x10, 0x40000000
EVENT = struct.Struct("iIII")


@dataclass
class Watch:
    """Files of a folder that were opened to be read, or to be written."""

    root: Path
    read: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)

    def note(self, path: Path, mask: int) -> None:
        if not mask & IS_FOLDER:
            kind = self.written if mask & CLOSE_WRITE else self.read
            kind.add(path.relative_to(self.root).as_posix())


@contextmanager
def watching(root: Path) -> Iterator[Watch]:
    """Note every file opened and closed under ``root`` by any process until the block ends."""
    libc = ctypes.CDLL(None, use_errno=True)
    queue = libc.inotify_init1(os.O_CLOEXEC)
    assert queue >= 0, os.strerror(ctypes.get_errno())
    folders: dict[int, Path] = {}
    for folder in [root, *(p for p in root.rglob("*") if p.is_dir() and ".git" not in p.parts)]:
        number = libc.inotify_add_watch(queue, os.fsencode(folder), CLOSE_WRITE | CLOSE_NOWRITE)
        assert number >= 0, os.strerror(ctypes.get_errno())
        folders[number] = folder
    watch = Watch(root)
    last = root / "the-end"

    def listen() -> None:
        while True:
            data, place = os.read(queue, 65536), 0
            while place < len(data):
                number, mask, _, length = EVENT.unpack_from(data, place)
                assert number >= 0, "the queue of the kernel overflowed"
                name = data[place + EVENT.size :][:length].rstrip(b"\0")
                place += EVENT.size + length
                path = folders[number] / os.fsdecode(name)
                if path == last:
                    return
                watch.note(path, mask)

    listener = threading.Thread(target=listen)
    listener.start()
    try:
        yield watch
    finally:
        last.touch()
        listener.join(timeout=30)
        last.unlink()
        os.close(queue)


def paths_of(entries: list[object]) -> list[str]:
    return [next(iter(e)) if isinstance(e, dict) else str(e) for e in entries]


def inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def files_of(root: Path, entry: str) -> set[str]:
    place = root / entry
    found = [place] if place.is_file() else [p for p in place.rglob("*") if p.is_file()]
    return {p.relative_to(root).as_posix() for p in found if "__pycache__" not in p.parts}


def outs_of(root: Path, stage: str) -> list[str]:
    params = yaml.safe_load((root / "params.yaml").read_text(encoding="utf-8"))
    return [
        out.replace("${brief.period}", params["brief"]["period"])
        for out in paths_of(STAGES[stage]["outs"])
    ]


def true_entry(read: set[str]) -> str:
    return f"deps: [{', '.join(sorted(read))}]"


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_reads_its_deps_and_writes_its_outs_and_nothing_else(reproduced, tmp_path, stage):
    # on the project's own sources, none of them compiled: every module that is imported is read
    root = tmp_path / "project"
    uncompiled = {"PYTHONPATH": str(root / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    bench = reproduced.copy_to(root, **uncompiled)
    before = bench.tree(".")
    # pages that have not changed would not be made again
    (bench.root / "data" / "briefings" / ".pages.json").unlink()
    outs = outs_of(bench.root, stage)
    with watching(bench.root) as watch:
        bench.run("/bin/sh", "-c", STAGES[stage]["cmd"])

    # a briefing lies in its period's folder too, which DVC does not track
    places = [*outs, "data/briefings"]
    own = {p for p in watch.read if any(inside(p, place) for place in places)} | watch.written
    parameters = {"params.yaml"} if "params" in STAGES[stage] else set()
    read = {p for p in watch.read - own - parameters if not p.endswith(".lock")}
    deps = paths_of(STAGES[stage].get("deps", []))
    named = {dep: files_of(bench.root, dep) for dep in deps}

    unnamed = sorted(read - set().union(*named.values()))
    idle = sorted(dep for dep, files in named.items() if not files & read)
    assert (unnamed, idle) == ([], []), f"{stage} should say\n{true_entry(read)}"
    assert sorted(bench.tree(".")) == sorted(before)


def test_the_watch_sees_what_native_readers_open(tmp_path):
    import polars as pl

    for name in ("read", "left", "written"):
        pl.DataFrame({"a": [1]}).write_parquet(tmp_path / f"{name}.parquet")
    with watching(tmp_path) as watch:
        pl.read_parquet(tmp_path / "read.parquet")
        pl.DataFrame({"a": [2]}).write_parquet(tmp_path / "written.parquet")
    assert watch.read == {"read.parquet"}
    assert watch.written == {"written.parquet"}
