"""Whatever goes wrong, the results from before stand as they were, and one message says why."""

from __future__ import annotations

import os
import shutil
import signal
import time

import pytest
from filelock import FileLock

HALF = ("brief", "--period", "2022-H1")


@pytest.fixture
def bench(short_pages, tmp_path):
    bench = short_pages.copy_to(tmp_path / "project")
    # unchanged pages are not made again while this record says so
    (bench.project.briefings / ".pages.json").unlink(missing_ok=True)
    return bench


def results(bench) -> dict[str, bytes]:
    return {p: data for p, data in bench.tree().items() if not p.startswith("data/inbox/")}


def refused(bench, *command: str) -> tuple[int, str]:
    """Run a command that must fail: one message, no traceback, every result as before."""
    before = results(bench)
    done = bench.call(*command, check=False)
    assert results(bench) == before
    assert "Traceback" not in done.stdout + done.stderr
    _, *messages = done.stderr.split("workbench: ")
    assert len(messages) == 1, done.stderr
    return done.returncode, messages[0]


def damage_workbook(bench) -> str:
    next(iter(sorted(bench.project.inbox.glob("*.xlsx")))).write_bytes(b"PK\x03\x04 no workbook")
    return "so-theo-doi-ho-so_2021-H1.xlsx"


def rename_column(bench) -> str:
    steps = bench.project.inbox / "nhat-ky-xu-ly_2021-H1.csv"
    text = steps.read_text(encoding="utf-8-sig").replace("Mã hồ sơ", "Số hiệu hồ sơ", 1)
    steps.write_text(text, encoding="utf-8-sig")
    return steps.name


def unknown_code(bench) -> str:
    steps = bench.project.inbox / "nhat-ky-xu-ly_2021-H1.csv"
    text = steps.read_text(encoding="utf-8-sig").replace(";Thẩm định;", ";Xem bói;", 1)
    steps.write_text(text, encoding="utf-8-sig")
    return "Xem bói"


def empty_inbox(bench) -> str:
    shutil.rmtree(bench.project.inbox)
    bench.project.inbox.mkdir()
    return "inbox"


def no_inbox(bench) -> str:
    shutil.rmtree(bench.project.inbox)
    return "inbox"


@pytest.mark.parametrize(
    "spoil", [damage_workbook, rename_column, unknown_code, empty_inbox, no_inbox]
)
def test_an_inbox_that_cannot_be_read_is_rejected_by_name(bench, spoil):
    named = spoil(bench)
    code, message = refused(bench, "ingest")
    assert code == 3, message
    assert named in message


def test_a_failing_stage_stops_dvc_and_leaves_every_folder_as_it_was(bench):
    before = results(bench)
    damage_workbook(bench)
    done = bench.dvc("repro", check=False)
    assert done.returncode != 0
    assert results(bench) == before


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        (("brief", "--period", "2022-H3"), "2022-H3"),
        (("brief", "--period", "2019-H1"), "2019-H1"),
        ((*HALF, "--unit", "nowhere"), "nowhere"),
        ((*HALF, "--format", "odt"), "odt"),
        ((*HALF, "--against", "last"), "last"),
        (("explain", "no-such-dossier"), "no-such-dossier"),
    ],
)
def test_asking_for_what_does_not_exist_is_a_usage_problem_that_names_it(bench, asked, named):
    code, message = refused(bench, *asked)
    assert code == 2, message
    assert named in message


def test_a_briefing_is_refused_while_another_run_writes_and_then_gives_the_same_bytes(bench):
    before = results(bench)
    with FileLock(bench.root / "data" / ".briefings.lock"):
        code, message = refused(bench, *HALF)
    assert code == 5, message
    bench.call(*HALF, "--lang", "vi")
    assert results(bench) == before


def test_two_briefings_at_once_end_with_one_whole_result(bench):
    before = results(bench)
    runs = [bench.start("workbench", *HALF, "--lang", "vi") for _ in range(2)]
    codes = sorted(run.wait(timeout=120) for run in runs)
    assert codes in ([0, 0], [0, 5])
    assert results(bench) == before


@pytest.mark.skipif(os.name == "nt", reason="signals of this kind are POSIX's")
def test_a_briefing_killed_half_way_is_no_part_of_any_result(bench):
    before = results(bench)
    run = bench.start("workbench", *HALF, "--lang", "vi")
    while run.poll() is None and not any(bench.project.briefings.rglob(".*/*/*")):
        time.sleep(0.02)
    assert run.poll() is None, "the run ended before its first page lay beside the old ones"
    run.send_signal(signal.SIGKILL)
    run.wait(timeout=30)
    assert results(bench) == before
    bench.call(*HALF, "--lang", "vi")
    assert results(bench) == before


def test_outputs_of_different_runs_are_never_briefed_as_one(bench):
    """Exports are removed and only the first stages run again: pages would mix two registers."""
    for export in sorted(bench.project.inbox.glob("*2022*")):
        export.unlink()
    bench.call("ingest")
    bench.call("clean")
    code, message = refused(bench, "brief")
    assert code == 4, message
    assert "workbench clock" in message
    assert refused(bench, "explain")[0] == 4
    bench.call("clock")
    code, message = refused(bench, "brief")
    assert (code, "workbench explain" in message) == (4, True), message
    bench.call("explain")
    bench.call("brief")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes in folders")
def test_a_pipe_in_the_inbox_is_named_before_dvc_waits_for_it(bench):
    os.mkfifo(bench.project.inbox / "so-theo-doi-ho-so_2023-H1.xlsx")
    code, message = refused(bench, "dvc", "repro")
    assert code == 3, message
    assert "so-theo-doi-ho-so_2023-H1.xlsx is not a data file but a pipe" in message
