"""A draft says in a sentence which causes the stamps of an export do not distinguish."""

from __future__ import annotations

import pytest

from workbench.core.cause_list import cause_label
from workbench.ingest.inspection import inspect
from workbench.messages import use_language

QUEUE = ("portal_transfer", "assignment_wait", "queue")
HEADS = {
    "start and end": ("start_timestamp,end_timestamp", 2),
    "end": ("end_timestamp", 1),
}


def remark(path, reference_dir, *, language="en") -> str:
    with use_language(language):
        draft = inspect(path, reference_dir).to_toml()
        sentences = [line for line in draft.splitlines() if path.name in line and "«" in line]
        return next((s for s in sentences if cause_label("queue") in s), "")


def write(folder, stamps: str, n: int):
    times = ",".join(f"2022-01-04 {8 + k:02d}:00" for k in range(n))
    rows = [f"C{k},A{k % 3},R{k % 2},{times}" for k in range(20)]
    path = folder / "log.csv"
    head = f"case:concept:name,concept:name,org:resource,{stamps}"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(("columns", "slow"), [("start and end", False), ("end", True)])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_a_log_does_not_distinguish_depends_on_its_stamps(
    tmp_path, reference_dir, columns, slow, language
):
    sentence = remark(write(tmp_path, *HEADS[columns]), reference_dir, language=language)
    with use_language(language):
        assert all(cause_label(cause) in sentence for cause in QUEUE)
        assert (cause_label("slow_work") in sentence) is slow
        assert (cause_label("handover") in sentence) is not slow


XES = """<log xmlns="http://www.xes-standard.org/">{traces}</log>"""
EVENT = (
    '<event><string key="concept:name" value="A"/><string key="lifecycle:transition" value="{}"/>'
    '<date key="time:timestamp" value="2022-01-0{}T08:00:00+07:00"/>{}</event>'
)
HOLDER = '<string key="org:resource" value="R1"/>'
ALL_STAMPS = ("schedule", "start", "complete")


def write_events(folder, transitions, more: str):
    events = "".join(EVENT.format(name, day, more) for day, name in enumerate(transitions, start=3))
    trace = '<trace><string key="concept:name" value="{}"/>' + events + "</trace>"
    path = folder / "log.xes"
    traces = "".join(trace.format(case) for case in range(12))
    path.write_text(XES.format(traces=traces), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("transitions", "lacking"),
    [
        (("complete",), {"queue", "slow_work"}),
        (("start", "complete"), {"queue"}),
        (ALL_STAMPS, set()),
    ],
)
def test_transitions_of_an_event_log_are_stamps(tmp_path, reference_dir, transitions, lacking):
    path = write_events(tmp_path, transitions, HOLDER)
    sentence = remark(path, reference_dir)
    with use_language("en"):
        named = {c for c in ("queue", "slow_work") if cause_label(c) in sentence}
    assert named == lacking


def test_a_log_without_holders_hardly_distinguishes_slow_work_from_overload(
    tmp_path, reference_dir
):
    sentence = remark(write_events(tmp_path, ALL_STAMPS, ""), reference_dir)
    assert "lacks the holder of steps of work" in sentence
    assert "lacks the time" not in sentence
