"""A project briefs the newest period of its inbox, and says when a page is stale."""

from __future__ import annotations

import shutil

import pytest

from pipeline.conftest import shorten

HEADER = "case:concept:name,concept:name,time:timestamp,org:resource"


def event_log(year: int, cases: int = 30) -> str:
    """Return a made-up event log of one year: each case is received and closed within a week."""
    lines = [HEADER]
    for case in range(cases):
        month, day = case % 6 + 1, case % 20 + 1
        lines.append(f"C{case:03d},register,{year}-{month:02d}-{day:02d}T08:00:00Z,u1")
        lines.append(f"C{case:03d},close,{year}-{month:02d}-{day + 5:02d}T09:00:00Z,u2")
    return "\n".join(lines) + "\n"


@pytest.fixture
def project(fresh, tmp_path):
    """A clone whose inbox holds nothing but an export of 2023, and what Windows left there."""
    bench = fresh.copy_to(tmp_path / "project")
    shutil.rmtree(bench.project.inbox)
    bench.project.inbox.mkdir()
    (bench.project.inbox / "event-log.csv").write_text(event_log(2023), encoding="utf-8")
    for name in ("desktop.ini", "Thumbs.db", "__MACOSX/._event-log.csv"):
        (bench.project.inbox / name).parent.mkdir(exist_ok=True)
        (bench.project.inbox / name).write_bytes(b"\0\1 not an export")
    others = (p for p in bench.project.notebooks.glob("*.ipynb") if p.stem != "briefing")
    shorten(*others)
    return bench


def test_only_an_export_of_another_year_is_briefed_and_an_old_page_is_called_stale(project):
    for stage in ("ingest", "clean", "clock", "explain", "brief"):
        project.call(stage)
    project.dvc("commit", "-q", "-f")
    page = project.project.briefings / "latest" / "all" / "briefing.html"
    where = project.call("brief", "--where")
    assert str(page) in where.stdout
    assert "2023" in page.read_text(encoding="utf-8")
    assert "2022" not in page.read_text(encoding="utf-8")
    beside = project.project.briefings / "2023-H1" / "all" / "briefing.html"
    assert beside.read_bytes() == page.read_bytes()

    (project.project.inbox / "event-log.csv").write_text(event_log(2024), encoding="utf-8")
    assert refusal(project) == "inbox"
    page.write_text(
        page.read_text(encoding="utf-8").replace(
            'name="results" content="', 'name="results" content="0'
        ),
        encoding="utf-8",
    )
    assert refusal(project) == "earlier results"


def refusal(project) -> str:
    """Return why ``brief --where`` calls the page stale, after checking how it says so."""
    stale = project.call("brief", "--where", check=False)
    assert (stale.returncode, stale.stdout) == (4, "")
    assert "is stale" in stale.stderr
    return next(reason for reason in ("earlier results", "inbox") if reason in stale.stderr)


def test_publications_lie_beside_internal_pages_and_leave_the_pipeline_up_to_date(
    reproduced, tmp_path
):
    bench = reproduced.copy_to(tmp_path / "project")
    internal = bench.tree("data/briefings")
    for language in ("vi", "en"):
        bench.call("brief", "--period", "latest", "--published", "--lang", language)
    after = bench.tree("data/briefings")
    index = "data/briefings/index.html"
    assert b"all.published.en/briefing.html" in after.pop(index)
    assert b"published" not in internal.pop(index)
    assert {path: after[path] for path in internal} == internal
    assert sorted(set(after) - set(internal)) == [
        "data/briefings/2022-H1/all.published.en/briefing.html",
        "data/briefings/2022-H1/all.published.en/briefing.ipynb",
        "data/briefings/2022-H1/all.published/briefing.html",
        "data/briefings/2022-H1/all.published/briefing.ipynb",
    ]
    shown = bench.call("brief", "--where", "--period", "2022-H1", "--published", "--lang", "vi")
    assert "all.published" in shown.stdout
    assert "Data and pipelines are up to date" in bench.dvc("status").stdout
