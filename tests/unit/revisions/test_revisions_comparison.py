"""Two revisions are compared row by row, out of the cache, with the inputs that differ."""

from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess

import polars as pl
import pytest

from unit.revisions.conftest import BEFORE, Copy, fill, keep
from workbench.core.errors import InputRejected, RuleFailed, UsageProblem
from workbench.core.project import Project, shipped
from workbench.review import compare_revisions, enforce_limits, read_limits, to_text
from workbench.review.reasons import find_reasons
from workbench.review.scoreboard import why_sentence
from workbench.review.snapshots import RevisionTables


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
    assert revisions.counts == {
        "figures": 6,
        "headline_figures": 6,
        "flips": 2,
        "headline_flips": 2,
        "appeared": 1,
        "disappeared": 1,
    }


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
        "params.yaml:explain.profile": ("rules", ("clock",)),
        "data/reference/calendars/days.csv": ("calendar", ("clock",)),
        "src": ("code", ("ingest",)),
        "made/clean": ("code", ("clean",)),
        "made/clock": ("code", ("clock",)),
        "made/results": ("code", ("explain",)),
    }


def test_a_changed_folder_names_the_files_that_git_sees_differ(revisions):
    files = {r.what: r.files for r in revisions.reasons}
    assert files["src"] == ("src/new_rule.py",)


def test_a_changed_parameter_shows_both_values(revisions):
    reason = next(r for r in revisions.reasons if r.what == "params.yaml:explain.profile")
    assert (reason.left, reason.right) == ("wb_strict", "due_instant")


def test_what_one_stage_makes_for_another_is_no_reason(revisions):
    assert not any(r.what.startswith(("data/landed", "data/clean")) for r in revisions.reasons)


def test_the_working_tree_stands_on_the_right_when_no_revision_is_named(project):
    same = compare_revisions(project, "after")
    assert same.is_empty
    assert same.reasons == ()
    assert "Nothing differs" in to_text(same)


def test_a_result_changed_by_hand_is_reported_as_unrecorded(copied):
    file = copied.root / "data" / "results" / "measures.parquet"
    pl.read_parquet(file).with_columns(numerator=pl.col("numerator") + 1).write_parquet(file)
    changed = compare_revisions(copied.project, "after")
    assert [r.group for r in changed.reasons] == ["unrecorded"]
    assert "dvc status" in to_text(changed)


def test_every_table_that_differs_is_compared_row_by_row(copied):
    """Cause rules change cells and gaps, and no measure: nobody is told that nothing differs."""
    cells = copied.root / "made" / "results" / "cells.parquet"
    key = {"profile": "due_instant", "unit_id": "p1", "period": "2022-H1", "cause": "queue"}
    row = pl.DataFrame({**key, "excess": 2.0, "flagged": True, "q_value": 0.06})
    row.write_parquet(cells)
    copied.dvc("repro", "-q")
    copied.git("add", "-A")
    copied.git("commit", "-qm", "cells")
    copied.git("tag", "cells")
    row.with_columns(flagged=False, q_value=0.14).write_parquet(cells)
    copied.dvc("repro", "-q")
    for right in (None, "HEAD"):
        if right:
            copied.git("add", "-A")
            copied.git("commit", "-qm", "cause rules")
        changed = compare_revisions(copied.project, "cells", right)
        assert not changed.is_empty
        assert [(t.table, t.changed, t.columns) for t in changed.tables] == [
            ("cells", 1, (("flagged", 1), ("q_value", 1)))
        ]
        assert [(v.kind, v.subject, v.left, v.right) for v in changed.verdicts] == [
            ("not_named", ("p1", "2022-H1", "queue"), 0.06, 0.14)
        ]
        text = to_text(changed)
        assert "Nothing differs" not in text
        assert "p1 · 2022-H1 · waiting in a queue, overload (q 0.060 → q 0.140)" in text
        assert [(r.what, r.stages) for r in changed.reasons] == [("made/results", ("explain",))]
    with pytest.raises(RuleFailed, match=re.escape("cells.flagged: 1.00 > 0.00")):
        enforce_limits(changed, read_limits(["cells.flagged=0"]))
    enforce_limits(changed, read_limits(["cells.excess=0,schema=0,outcomes=0"]))
    with pytest.raises(UsageProblem, match="q_value"):
        enforce_limits(changed, {"cells.flag": 0})


def test_a_table_on_one_side_only_is_another_schema(copied):
    cells = pl.DataFrame({"profile": ["a"], "unit_id": ["p1"]})
    cells.write_parquet(copied.root / "made" / "results" / "cells.parquet")
    copied.dvc("repro", "-q")
    changed = compare_revisions(copied.project, "after")
    assert "cells (appeared)" in to_text(changed)
    with pytest.raises(RuleFailed, match="schema"):
        enforce_limits(changed, {"schema": 0})


def test_an_experiment_is_found_by_its_name(copied):
    copied.write("params.yaml", (copied.root / "params.yaml").read_text(encoding="utf-8"))
    head = subprocess.run(
        ["git", "rev-parse", "before"], cwd=copied.root, check=True, capture_output=True, text=True
    ).stdout.strip()
    copied.git("update-ref", "refs/exps/ab/cdef/small-norms", head)
    assert compare_revisions(copied.project, "small-norms", "before").is_empty


def test_two_folders_of_analyse_are_compared_without_a_project(revisions, project, tmp_path):
    folders = [tmp_path / "first", tmp_path / "second"]
    for folder, profile in zip(folders, ("due_instant", "due_instant"), strict=True):
        (folder / "tables").mkdir(parents=True)
        for stage in ("clean", "clock", "results"):
            for file in (project.root / "data" / stage).glob("*.parquet"):
                shutil.copy(file, folder / "tables")
        (folder / "measures.json").write_text(f'{{"profile": "{profile}"}}', encoding="utf-8")
    outcomes = folders[1] / "tables" / "outcomes.parquet"
    pl.read_parquet(outcomes).with_columns(outcome=pl.lit("late")).write_parquet(outcomes)
    before = {file: file.read_bytes() for file in tmp_path.rglob("*.parquet")}
    same = compare_revisions(shipped(), str(folders[0]), str(folders[0]))
    changed = compare_revisions(shipped(), *map(str, folders))
    assert {file: file.read_bytes() for file in tmp_path.rglob("*.parquet")} == before
    assert same.is_empty
    assert [t.table for t in changed.tables] == ["outcomes"]
    assert set(changed.flips["dossier_id"]) == {"D1", "D5"}
    assert "analyse" in to_text(changed)


def test_a_folder_without_figures_is_refused_with_what_to_run(project, tmp_path):
    (tmp_path / "tables").mkdir()
    with pytest.raises(InputRejected, match="analyse"):
        compare_revisions(project, str(tmp_path), "after")


def test_a_stage_that_was_not_run_again_hides_nothing(project, monkeypatch):
    """Its entry still records the old input: the stages are compared one by one."""
    entry = {"cmd": "x", "params": {"params.yaml": {"explain.profile": "wb_strict"}}}
    moved = {"cmd": "x", "params": {"params.yaml": {"explain.profile": "wb_legal"}}}
    locks = {
        "before": {"explain": entry, "brief": entry},
        "after": {"explain": moved, "brief": entry},
    }
    sides = RevisionTables(project, "1", "before"), RevisionTables(project, "2", "after")
    monkeypatch.setattr(RevisionTables, "lock", lambda side: locks[side.label])
    assert [(r.what, r.stages, r.left, r.right) for r in find_reasons(project, *sides)] == [
        ("params.yaml:explain.profile", ("explain",), "wb_strict", "wb_legal")
    ]


def test_a_file_is_one_input_of_its_own_kind_however_stages_read_it(project, monkeypatch):
    day_list = "data/reference/calendars/days.csv"
    locks = {
        side: {
            "clock": {"deps": [{"path": day_list, "md5": side}]},
            "brief": {"deps": [{"path": "data/reference", "md5": side}]},
        }
        for side in ("before", "after")
    }
    sides = RevisionTables(project, "before", "before"), RevisionTables(project, "after", "after")
    monkeypatch.setattr(RevisionTables, "lock", lambda side: locks[side.label])
    reasons = find_reasons(project, *sides)
    assert [(r.group, r.what, r.files) for r in reasons] == [
        ("calendar", "data/reference", (day_list,)),
        ("calendar", day_list, ()),
    ]
    assert why_sentence(reasons) == f"Why, inputs that changed: calendar: {day_list}."


def test_each_side_is_read_by_its_own_parameters(revisions):
    assert (revisions.left_headline, revisions.headline) == ("wb_strict", "due_instant")
    assert "under wb_strict before and due_instant after" in to_text(revisions)
    with pytest.raises(RuleFailed, match="wb_strict"):
        enforce_limits(revisions, {"late_done": 0})


def test_untracked_files_count_as_changes_of_the_working_tree(copied):
    copied.write("src/mine.py", "")
    copied.dvc("repro", "-q")
    changed = compare_revisions(copied.project, "after")
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


def test_a_revision_no_longer_in_the_cache_says_how_to_bring_it(copied):
    shutil.rmtree(copied.root / ".dvc" / "cache")
    shutil.rmtree(copied.root / ".dvc" / "tmp")
    with pytest.raises(InputRejected, match="git worktree add"):
        compare_revisions(copied.project, "before", "after")


def test_a_working_tree_never_reproduced_says_how_to(copied):
    shutil.rmtree(copied.root / "data" / "clock")
    with pytest.raises(InputRejected, match="dvc repro"):
        compare_revisions(copied.project, "after")


def test_what_one_clone_pushes_to_a_folder_another_compares_and_pulls(copied, tmp_path):
    copied.dvc("remote", "add", "-d", "shared", str(tmp_path / "shared"))
    copied.git("commit", "-qam", "remote")
    copied.dvc("push", "-q")
    other = Copy(tmp_path / "other")
    copied.git("clone", "-q", ".", str(other.root))
    assert not (other.root / "data" / "results").exists()
    # the settings of the commit ``after`` know no remote yet
    assert compare_revisions(other.project, "after", "HEAD").is_empty

    other.dvc("pull", "-q")

    assert compare_revisions(other.project, "after").is_empty
    assert not (other.root / "data" / "inbox").exists()


def test_two_clones_share_one_cache_and_neither_runs_a_stage_of_the_other(copied, tmp_path):
    """As ``docs/manual/administration.md`` sets it up: settings of the machine, not of git."""
    cache = tmp_path / "cache"
    (copied.root / ".dvc" / "cache").rename(cache)
    other = Copy(tmp_path / "other")
    copied.git("clone", "-q", ".", str(other.root))
    for clone in (copied, other):
        clone.dvc("config", "--local", "cache.dir", str(cache))
        clone.dvc("config", "--local", "cache.shared", "group")
    # comparing needs no results in the folder, checking out no exports and no run
    assert compare_revisions(other.project, "after", "HEAD").is_empty
    other.dvc("checkout", "-q", "data/results", "data/clock", "data/clean", "data/landed")
    assert compare_revisions(other.project, "after").is_empty

    copied.write("params.yaml", (copied.root / "params.yaml").read_text("utf-8") + "# again\n")
    copied.write("data/reference/calendars/days.csv", "day\n2022-06-07\n")
    fill(copied.root, BEFORE)
    keep(copied.root, "more")
    other.git("pull", "-q")
    other.dvc("checkout", "-q", "data/results", "data/clock", "data/clean", "data/landed")
    assert compare_revisions(other.project, "HEAD").is_empty
    assert not compare_revisions(other.project, "after").is_empty
    assert not (other.root / "data" / "inbox").exists()


# ---- limits -------------------------------------------------------------------------------


@pytest.fixture
def one_headline(revisions):
    """The same comparison as if both sides had the same headline profile."""
    return dataclasses.replace(revisions, left_headline=revisions.headline)


@pytest.mark.parametrize(
    "limits",
    [["flips=2"], ["appeared=1,disappeared=1"], ["late_done=100"], ["online_in=0"], []],
)
def test_a_limit_holds_up_to_its_number(one_headline, limits):
    enforce_limits(one_headline, read_limits(limits))


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ("flips=1", "flips: 2.00 > 1.00"),
        ("figures=0", "figures: 6.00 > 0.00"),
        ("late_done=99", "late_done: 100.00 > 99.00"),
        ("resolved=1000", "resolved: 1,001.00 > 1,000.00"),
    ],
)
def test_a_passed_limit_fails_as_a_rule_and_says_by_how_much(one_headline, limit, message):
    with pytest.raises(RuleFailed, match=re.escape(message)) as failure:
        enforce_limits(one_headline, read_limits([limit]))
    assert failure.value.exit_code == 4


def test_a_limit_on_a_measure_judges_the_headline_profile_only(one_headline):
    elsewhere = dataclasses.replace(one_headline, headline="another", left_headline="another")
    enforce_limits(elsewhere, {"late_done": 0})


def test_a_limit_on_nothing_known_names_the_choices(one_headline):
    with pytest.raises(UsageProblem, match="online_in"):
        enforce_limits(one_headline, {"lateness": 0})


@pytest.mark.parametrize("text", ["flips", "flips=", "=1", "flips=x", "flips=-1", "flips=nan"])
def test_a_limit_that_is_no_number_is_a_usage_problem(text):
    with pytest.raises(UsageProblem):
        read_limits([text])
