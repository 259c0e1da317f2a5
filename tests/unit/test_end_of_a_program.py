"""A program ends at once, but not before what it promised is done."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

THREADS = Path("/proc/self/task")


def run(code: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, "-c", code)
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_what_waits_for_the_end_is_done_and_printed() -> None:
    ended = run(
        "import atexit, sys\n"
        "from workbench.program import leave\n"
        "atexit.register(lambda: print('at the end'))\n"
        "print('in between')\n"
        "print('beside', file=sys.stderr)\n"
        "leave(3)\n"
    )
    assert (ended.returncode, ended.stdout) == (3, "in between\nat the end\n")
    assert ended.stderr == "beside\n"


def test_objects_are_not_taken_apart() -> None:
    ended = run(
        "from workbench.program import leave\n"
        "class Loud:\n"
        "    def __del__(self): print('taken apart')\n"
        "loud = Loud()\n"
        "leave(0)\n"
    )
    assert (ended.returncode, ended.stdout) == (0, "")


def test_a_thread_that_still_works_is_waited_for() -> None:
    ended = run(
        "import threading\n"
        "from workbench.program import leave\n"
        "def work():\n"
        "    threading.main_thread().join()\n"
        "    print('done')\n"
        "threading.Thread(target=work).start()\n"
        "leave(2)\n"
    )
    assert (ended.returncode, ended.stdout) == (2, "done\n")


@pytest.mark.skipif(not THREADS.is_dir(), reason="no list of threads")
@pytest.mark.parametrize("asked", ["", "2"])
def test_matrices_get_no_threads_of_their_own_unless_asked_for(asked, monkeypatch) -> None:
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    if asked:
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", asked)
    ended = run(f"import os, workbench, numpy, scipy.special\nprint(len(os.listdir('{THREADS}')))")
    one_processor = len(os.sched_getaffinity(0)) == 1
    assert (int(ended.stdout) == 1) is (asked == "" or one_processor), ended.stderr
