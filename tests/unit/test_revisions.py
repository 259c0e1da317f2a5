"""Two revisions of a small project are compared row by row, with the reason, from the cache."""

from __future__ import annotations

import datetime as dt
import html
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from workbench.errors import InputRejected, RuleFailed, UsageProblem
from workbench.project import Project, shipped
from workbench.revisions import (
    compare_revisions,
    enforce_limits,
    read_limits,
    to_html,
    to_markdown,
    to_text,
    write_plots_page,
)
from workbench.wording import use_language

ROOMS = ("landed", "clean", "clock", "results")
DVC_YAML = """\
stages:
  ingest:
    cmd: {python} src/copy_room.py landed
    deps: [data/inbox, src]
    outs: [data/landed]
  clean:
    cmd: {python} src/copy_room.py clean
    deps: [data/landed, made/clean]
    outs: [data/clean]
  clock:
    cmd: {python} src/copy_room.py clock
    deps: [data/clean, made/clock, data/reference/calendars/days.csv]
    params: [late.profile]
    outs: [data/clock]
  explain:
    cmd: {python} src/copy_room.py results
    deps: [data/clock, made/results]
    outs: [data/results]
"""
COPY_ROOM = """\
import shutil, sys
shutil.copytree(f"made/{sys.argv[1]}", f"data/{sys.argv[1]}", dirs_exist_ok=True)
"""
NASTY = "<script>alert(1)</script>|`*"


def utc(day: int) -> dt.datetime:
    return dt.datetime(2022, 6, day, 10, tzinfo=dt.UTC)


def figure(measure: str, numerator: int, denominator: int | None, **groups: str) -> dict[str, Any]:
    keys = {"unit_id": "*", "period": "2022-H1", "procedure_id": "*", "channel_in": "*", **groups}
    value = numerator if denominator is None else (numerator / denominator if denominator else None)
    method = "count" if denominator is None else "wilson"
    return {
        "measure": measure,
        "profile": "wb_strict",
        **keys,
        "numerator": numerator,
        "denominator": denominator,
        "value": None if value is None else float(value),
        "method": method,
    }


def judged(dossier: str, outcome: str, due: int, end: int, slack: int) -> dict[str, Any]:
    return {
        "dossier_id": dossier,
        "profile": "wb_strict",
        "outcome": outcome,
        "due_at_used": utc(due),
        "ended_at_used": utc(end),
        "slack_seconds": slack,
    }


def known(*dossiers: str) -> list[dict[str, Any]]:
    return [
        {
            "dossier_id": d,
            "unit_id": NASTY if d == "D3" else "p1",
            "source_file": "a",
            "source_row": 1,
        }
        for d in dossiers
    ]


def landed(**hashes: str) -> list[dict[str, Any]]:
    return [
        {"source_file": f"{name}.csv", "source_sheet": None, "sha256": value, "rows_landed": 2}
        for name, value in hashes.items()
    ]


BEFORE = {
    "landed/landed_files": landed(a="1", b="1"),
    "clean/dossiers": known("D1", "D2", "D3", "D4"),
    "clock/outcomes": [
        judged("D1", "early", 5, 4, 3600),
        judged("D2", "on_time", 5, 5, 60),
        judged("D3", "on_time", 5, 5, 60),
        judged("D4", "early", 5, 4, 3600),
    ],
    "results/measures": [
        figure("resolved", 4, None),
        figure("late_done", 0, 4),
        figure("late_done", 0, 0, unit_id="p9"),
        figure("late_done", 0, 1, period="2022-06"),
        figure("late_done", 0, 4, channel_in="online"),
        figure("online_in", 1, 4),
    ],
}
AFTER = {
    "landed/landed_files": landed(a="2", c="1"),
    "clean/dossiers": known("D1", "D2", "D3", "D5"),
    "clock/outcomes": [
        judged("D1", "early", 5, 4, 3600),
        judged("D2", "late", 4, 5, -7200),
        judged("D3", "late", 4, 6, -7200),
        judged("D5", "early", 5, 4, 3600),
    ],
    "results/measures": [
        figure("resolved", 1005, None),
        figure("late_done", 2, 4),
        figure("late_done", 1, 2, unit_id="p9"),
        figure("late_done", 1, 1, period="2022-06"),
        figure("late_done", 1, 4, channel_in="online"),
        figure("late_done", 1, 4, unit_id="p1"),
        figure("online_in", 1, 4),
    ],
}


def fill(root: Path, tables: dict[str, list[dict[str, Any]]]) -> None:
    for name, rows in tables.items():
        file = root / "made" / f"{name}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        pl.DataFrame(rows, infer_schema_length=None).write_parquet(file)


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")


def run(root: Path, *command: str) -> None:
    environment = {
        **os.environ,
        "DVC_SITE_CACHE_DIR": str(root / ".dvc" / "tmp" / "site"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "t",
        "GIT_AUTHOR_EMAIL": "t@example.org",
        "GIT_COMMITTER_NAME": "t",
        "GIT_COMMITTER_EMAIL": "t@example.org",
    }
    subprocess.run(command, cwd=root, check=True, capture_output=True, env=environment)


def keep(root: Path, message: str) -> None:
    run(root, sys.executable, "-m", "dvc", "repro", "-q")
    run(root, "git", "add", "-A")
    run(root, "git", "commit", "-qm", message)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Three commits: one, one with everything changed, one with the same results by hand."""
    root = tmp_path_factory.mktemp("project")
    here = shipped().root
    shutil.copytree(here / "pipelines" / "revisions", root / "pipelines" / "revisions")
    write(root, ".dvc/config", (here / ".dvc" / "config").read_text(encoding="utf-8"))
    write(root, ".dvc/.gitignore", (here / ".dvc" / ".gitignore").read_text(encoding="utf-8"))
    write(root, ".gitignore", "/data/*\n!/data/reference/\n")
    write(root, "dvc.yaml", DVC_YAML.format(python=sys.executable))
    write(root, "src/copy_room.py", COPY_ROOM)
    write(root, "params.yaml", "late:\n  profile: wb_strict\n")
    write(root, "data/inbox/a.csv", "1")
    write(root, "data/reference/calendars/days.csv", "day\n2022-06-05\n")
    fill(root, BEFORE)
    run(root, "git", "init", "-q", ".")
    keep(root, "before")
    run(root, "git", "tag", "before")

    fill(root, AFTER)
    write(root, "data/inbox/a.csv", "2")
    write(root, "src/new_rule.py", "")
    write(root, "params.yaml", "late:\n  profile: due_instant\n")
    write(root, "data/reference/calendars/days.csv", "day\n2022-06-04\n")
    keep(root, "after")
    run(root, "git", "tag", "after")
    return Project(root)


@pytest.fixture(scope="module")
def revisions(project):
    return compare_revisions(project, "before", "after")


def test_figures_that_moved_carry_both_sides_and_only_those_are_listed(revisions):
    moved = revisions.measures.filter(pl.col("measure") == "late_done", pl.col("unit_id") == "*")
    row = moved.row(by_predicate=pl.col("reading_order") == 1, named=True)
    assert (row["left_numerator"], row["left_denominator"], row["left_value"]) == (0, 4, 0.0)
    assert (row["right_numerator"], row["right_denominator"], row["right_value"]) == (2, 4, 0.5)
    assert "online_in" not in set(revisions.measures["measure"])


def test_a_figure_known_to_one_side_only_has_moved_and_is_empty_on_the_other(revisions):
    row = revisions.measures.row(by_predicate=pl.col("unit_id") == "p1", named=True)
    assert (row["left_numerator"], row["left_value"], row["right_numerator"]) == (None, None, 1)


def test_half_years_over_everything_are_read_first_then_units_then_months_then_details(revisions):
    order = dict(
        revisions.measures.filter(pl.col("measure") == "late_done")
        .select(pl.concat_str("unit_id", "period", "channel_in", separator=" "), "reading_order")
        .iter_rows()
    )
    assert order == {
        "* 2022-H1 *": 1,
        "p1 2022-H1 *": 2,
        "p9 2022-H1 *": 2,
        "* 2022-06 *": 3,
        "* 2022-H1 online": 4,
    }


def test_a_flipped_dossier_is_shown_with_what_moved_it(revisions):
    d2, d3 = revisions.flips.sort("dossier_id").iter_rows(named=True)
    assert (d2["dossier_id"], d2["left_outcome"], d2["right_outcome"]) == ("D2", "on_time", "late")
    assert (d2["left_slack_seconds"], d2["right_slack_seconds"]) == (60, -7200)
    assert (d2["is_due_moved"], d2["is_end_moved"]) == (True, False)
    assert (d3["is_due_moved"], d3["is_end_moved"]) == (True, True)


def test_dossiers_that_came_and_went_are_not_counted_as_flipped(revisions):
    assert dict(revisions.dossiers.select("dossier_id", "change").iter_rows()) == {
        "D4": "disappeared",
        "D5": "appeared",
    }
    assert revisions.counts == {"figures": 6, "flips": 2, "appeared": 1, "disappeared": 1}


def test_exports_that_differ_are_listed_by_their_bytes(revisions):
    assert dict(revisions.exports.select("source_file", "change").iter_rows()) == {
        "a.csv": "changed",
        "b.csv": "disappeared",
        "c.csv": "appeared",
    }


def test_the_reasons_are_the_inputs_whose_hash_or_value_differs_in_the_two_locks(revisions):
    found = {r.what: (r.group, r.stages) for r in revisions.reasons}
    assert found == {
        "data/inbox": ("data", ("ingest",)),
        "params.yaml:late.profile": ("rules", ("clock",)),
        "data/reference/calendars/days.csv": ("calendar", ("clock",)),
        "src": ("code", ("ingest",)),
        "made/clean": ("code", ("clean",)),
        "made/clock": ("code", ("clock",)),
        "made/results": ("code", ("explain",)),
    }


def test_a_changed_folder_names_the_files_that_git_sees_differ(revisions):
    files = {r.what: r.files for r in revisions.reasons}
    assert files["src"] == ("src/new_rule.py",)


def test_a_changed_knob_shows_both_values(revisions):
    reason = next(r for r in revisions.reasons if r.what == "params.yaml:late.profile")
    assert (reason.left, reason.right) == ("wb_strict", "due_instant")


def test_what_one_stage_makes_for_another_is_no_reason(revisions):
    assert not any(r.what.startswith(("data/landed", "data/clean")) for r in revisions.reasons)


def test_the_working_tree_stands_on_the_right_when_no_revision_is_named(project):
    same = compare_revisions(project, "after")
    assert same.is_empty
    assert same.reasons == ()
    assert "No figure and no dossier differs" in to_text(same)


def test_a_result_changed_by_hand_is_said_to_be_unrecorded(project, tmp_path):
    root = tmp_path / "copy"
    shutil.copytree(project.root, root, symlinks=True)
    file = root / "data" / "results" / "measures.parquet"
    pl.read_parquet(file).with_columns(numerator=pl.col("numerator") + 1).write_parquet(file)
    changed = compare_revisions(Project(root), "after")
    assert [r.group for r in changed.reasons] == ["unrecorded"]
    assert "dvc status" in to_text(changed)


def test_untracked_files_count_as_changes_of_the_working_tree(project, tmp_path):
    root = tmp_path / "copy"
    shutil.copytree(project.root, root, symlinks=True)
    write(root, "src/mine.py", "")
    run(root, sys.executable, "-m", "dvc", "repro", "-q")
    changed = compare_revisions(Project(root), "after")
    assert [(r.what, r.files) for r in changed.reasons] == [("src", ("src/mine.py",))]


# ---- refusals -----------------------------------------------------------------------------


def test_an_unknown_revision_is_a_usage_problem(project):
    with pytest.raises(UsageProblem, match="no-such"):
        compare_revisions(project, "no-such")


def test_an_option_is_never_taken_for_a_revision(project):
    with pytest.raises(UsageProblem, match="--output"):
        compare_revisions(project, "--output=x")


def test_a_folder_outside_git_is_a_usage_problem(tmp_path):
    with pytest.raises(UsageProblem, match="git init"):
        compare_revisions(Project(tmp_path), "HEAD")


def test_a_machine_without_git_is_a_usage_problem(project, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UsageProblem, match="git"):
        compare_revisions(project, "before")


def test_a_revision_no_longer_in_the_cache_says_how_to_bring_it(project, tmp_path):
    root = tmp_path / "copy"
    shutil.copytree(project.root, root, symlinks=True)
    shutil.rmtree(root / ".dvc" / "cache")
    shutil.rmtree(root / ".dvc" / "tmp")
    with pytest.raises(InputRejected, match="dvc fetch --all-commits"):
        compare_revisions(Project(root), "before", "after")


def test_a_working_tree_never_reproduced_says_how_to(project, tmp_path):
    root = tmp_path / "copy"
    shutil.copytree(project.root, root, symlinks=True)
    shutil.rmtree(root / "data" / "clock")
    with pytest.raises(InputRejected, match="dvc repro"):
        compare_revisions(Project(root), "after")


def test_a_revision_that_only_a_remote_keeps_is_read_from_there(project, tmp_path):
    root, remote = tmp_path / "copy", tmp_path / "remote"
    shutil.copytree(project.root, root, symlinks=True)
    run(root, sys.executable, "-m", "dvc", "remote", "add", "-d", "kept", str(remote))
    run(root, "git", "commit", "-qam", "remote")
    run(root, sys.executable, "-m", "dvc", "push", "-q", "--all-commits")
    shutil.rmtree(root / ".dvc" / "cache")
    shutil.rmtree(root / ".dvc" / "tmp")
    assert compare_revisions(Project(root), "HEAD", None).is_empty


# ---- limits -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "limits",
    [["flips=2"], ["appeared=1,disappeared=1"], ["late_done=100"], ["online_in=0"], []],
)
def test_a_limit_holds_up_to_its_number(revisions, limits):
    enforce_limits(revisions, read_limits(limits) if limits else {})


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("flips=1", "flips: 2.00 > 1.00"),
        ("figures=0", "figures: 6.00 > 0.00"),
        ("late_done=99", "late_done: 100.00 > 99.00"),
        ("resolved=1000", "resolved: 1,001.00 > 1,000.00"),
    ],
)
def test_a_passed_limit_fails_as_a_rule_and_says_by_how_much(revisions, limit, said):
    with pytest.raises(RuleFailed, match=re.escape(said)) as failure:
        enforce_limits(revisions, read_limits([limit]))
    assert failure.value.exit_code == 4


def test_a_limit_on_nothing_known_names_the_choices(revisions):
    with pytest.raises(UsageProblem, match="online_in"):
        enforce_limits(revisions, {"lateness": 0})


@pytest.mark.parametrize("text", ["flips", "flips=", "=1", "flips=x", "flips=-1", "flips=nan"])
def test_a_limit_that_is_no_number_is_a_usage_problem(text):
    with pytest.raises(UsageProblem):
        read_limits([text])


# ---- pages --------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [to_text, to_markdown, to_html])
def test_every_page_says_the_counts_the_reason_the_figure_and_the_dossier(revisions, page):
    with use_language("vi"):
        text = html.unescape(page(revisions)).replace("\\", "")
    for expected in (
        "6 số liệu thay đổi; 2 hồ sơ đổi kết quả",
        "params.yaml:late.profile",
        "src/new_rule.py",
        "0,0% (0/4)",
        "50,0% (2/4)",
        "+50,0 điểm %",
        "+1.001",
        "đúng hạn",
        "-2,0",
        "D5",
    ):
        assert expected in text, expected


def test_english_on_request(revisions):
    text = to_text(revisions)
    assert "6 figures moved; 2 dossiers changed outcome" in text
    assert "50.0% (2/4)" in text


def test_nothing_from_data_is_markup_in_html(revisions):
    page = to_html(revisions)
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_nothing_from_data_is_markup_in_markdown(revisions):
    page = to_markdown(revisions)
    assert "<" not in page
    flips = [line for line in page.splitlines() if line.startswith("| D")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in flips} == {9, 6}


def test_a_list_cut_short_says_what_it_leaves_out(revisions):
    assert "5 more rows are not shown" in to_text(revisions, rows=1)


def test_a_missing_value_has_its_reason(revisions):
    assert "the denominator is 0" in to_text(revisions)
    assert "stands in one revision only" in to_text(revisions)


# ---- dvc plots ----------------------------------------------------------------------------


def test_dvc_plots_makes_a_page_that_asks_the_network_for_nothing(project, tmp_path):
    root = tmp_path / "copy"
    shutil.copytree(project.root, root, symlinks=True)
    write(root, "plots.csv", "period,late\n2021-H1,3\n2022-H1,2\n")
    plots = "plots:\n  - plots.csv:\n      x: period\n      y: late\n"
    write(root, "dvc.yaml", (root / "dvc.yaml").read_text(encoding="utf-8") + plots)
    written = write_plots_page(Project(root)).read_bytes()
    assert write_plots_page(Project(root)).read_bytes() == written

    run(root, sys.executable, "-m", "dvc", "plots", "show", "-o", "pages")

    page = (root / "pages" / "index.html").read_text(encoding="utf-8")
    assert "vegaEmbed('#" in page
    outside = re.sub(r"<script>\(function.*?</script>", "", page, flags=re.S)
    assert outside.count("<script") == 1
    assert "://" not in outside.split("<script", 1)[0]
    assert re.findall(r"<(?:script|link|img)[^>]+(?:src|href)", outside) == []
