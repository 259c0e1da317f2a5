"""``dvc.yaml`` says of each stage what it really reads, imports and writes.

The kernel of the system is asked, not the program: readers written in Rust and C++ open files
that Python never hears of. The stages run one after another in a project of their own, so that
every file opened there meanwhile was opened by that stage. A red test prints the entry that would
be true. The project lies elsewhere, in every respect that must not matter for a byte of it.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import struct
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from pipeline.conftest import ROOT, Bench

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's own")

STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
ELSEWHERE = {
    "TZ": "America/New_York",
    "PYTHONHASHSEED": "7",
    # an old processor is made believe: the linear algebra of another one, a C library without AVX2
    # and fused multiplication, and no fast paths in numpy
    "OPENBLAS_CORETYPE": "Nehalem",
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX512F,-FMA4,-AVX",
    "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3",
    "LC_ALL": "C",
}

CLOSE_WRITE, CLOSE_NOWRITE, IS_FOLDER = 0x8, 0x10, 0x40000000
EVENT = struct.Struct("iIII")


@dataclass
class Watch:
    """Files of a folder that were opened to be read, or to be written."""

    root: Path
    read: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)

    def note(self, path: Path, mask: int) -> None:
        if mask & IS_FOLDER:
            return
        if path.parent.name == "__pycache__":  # a module is read as it was compiled
            path = path.parent.parent / f"{path.name.partition('.')[0]}.py"
            mask = 0
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


@contextmanager
def otherwise_placed(inbox: Path) -> Iterator[None]:
    """Another number of processors, another umask, exports in another order of their folder."""
    for file in sorted(inbox.iterdir(), reverse=True):
        copy = file.with_name(f"{file.name}.moved")
        shutil.copy2(file, copy)
        copy.replace(file)
    own = os.sched_getaffinity(0)
    others = set(range(os.cpu_count() or 1)) if len(own) == 1 else {min(own)}
    mask = os.umask(0o027)
    os.sched_setaffinity(0, others)
    try:
        yield
    finally:
        os.sched_setaffinity(0, own)
        os.umask(mask)


@dataclass(frozen=True)
class WatchedRun:
    """A project in which every stage ran, what each opened, and the files it left."""

    bench: Bench
    opened: dict[str, Watch]
    left: dict[str, set[str]]


@pytest.fixture(scope="module")
def elsewhere(fresh, tmp_path_factory) -> WatchedRun:
    root = tmp_path_factory.mktemp("elsewhere") / "a longer folder name"
    bench = fresh.copy_to(root, **ELSEWHERE, PYTHONPATH=str(root / "src"))
    shutil.copytree(ROOT / "src", root / "src", dirs_exist_ok=True)
    run = WatchedRun(bench, {}, {})
    for stage, entry in STAGES.items():
        before = set(bench.tree("."))
        with otherwise_placed(bench.project.inbox), watching(root) as watch:
            bench.run("/bin/sh", "-c", entry["cmd"])
        run.opened[stage] = watch
        run.left[stage] = {p for p in bench.tree(".") if "__pycache__" not in p} - before
    return run


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_reads_its_deps_and_writes_its_outs_and_nothing_else(elsewhere, stage):
    root, watch = elsewhere.bench.root, elsewhere.opened[stage]
    # a briefing lies in its period's folder too, which DVC does not track
    places = [*outs_of(root, stage), "data/briefings"]
    own = {p for p in watch.read if any(inside(p, place) for place in places)} | watch.written
    parameters = {"params.yaml"} if "params" in STAGES[stage] else set()
    read = {p for p in watch.read - own - parameters if not p.endswith(".lock")}
    deps = paths_of(STAGES[stage].get("deps", []))
    named = {dep: files_of(root, dep) for dep in deps}

    unnamed = sorted(read - set().union(*named.values()))
    idle = sorted(dep for dep, files in named.items() if not files & read)
    assert (unnamed, idle) == ([], []), f"{stage} should say\n{true_entry(read)}"
    left = elsewhere.left[stage]
    assert left
    assert [p for p in left if not any(inside(p, place) for place in places)] == []


def test_the_same_input_gives_the_same_bytes_in_another_place_hour_order_and_processor(
    reproduced, elsewhere
):
    first = reproduced.tree("data")
    second = elsewhere.bench.tree("data")
    assert sorted(first) == sorted(second)
    assert [path for path in first if first[path] != second[path]] == []
    assert any(path.endswith(".ipynb") for path in first)
    assert any(path.endswith(".html") for path in first)


def test_the_watch_sees_what_native_readers_open(tmp_path):
    import polars as pl

    for name in ("read", "left", "written"):
        pl.DataFrame({"a": [1]}).write_parquet(tmp_path / f"{name}.parquet")
    with watching(tmp_path) as watch:
        pl.read_parquet(tmp_path / "read.parquet")
        pl.DataFrame({"a": [2]}).write_parquet(tmp_path / "written.parquet")
    assert watch.read == {"read.parquet"}
    assert watch.written == {"written.parquet"}
