"""The effect of each changed group of inputs, found by running stages again."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from unit.revisions.conftest import keep, run, write
from workbench.core.errors import InputRejected
from workbench.core.project import Project, shipped
from workbench.messages import use_language
from workbench.review import to_text
from workbench.review.effects import Effects, find_effects
from workbench.review.reasons import find_reasons
from workbench.review.snapshots import RevisionTables

# late = dossiers that landed x days off + the limit: data and calendar work together
STAGE = """\
import sys
from pathlib import Path

def read(name):
    return int(Path(name).read_text())

def write(name, columns):
    import pyarrow as pa
    import pyarrow.parquet as pq
    pq.write_table(pa.table(columns), place / f"{name}.parquet")

stage = sys.argv[1]
place = Path("data") / {"ingest": "landed", "explain": "results"}.get(stage, stage)
place.mkdir(parents=True, exist_ok=True)
profile = "wb_strict"
if stage == "ingest":
    (place / "number").write_text(Path("data/inbox/number").read_text())
elif stage == "clean":
    (place / "number").write_text(Path("data/landed/number").read_text())
elif stage == "clock":
    late = read("data/clean/number") * read("data/reference/calendars/days")
    (place / "number").write_text(str(late))
    outcomes = ["late" if late > i else "on_time" for i in range(20)]
    write("outcomes", {"dossier_id": [f"D{i:02}" for i in range(20)], "profile": [profile] * 20,
                       "outcome": outcomes})
else:
    late = read("data/clock/number") + read("data/reference/limit.csv")
    write("measures", {"measure": ["late"], "profile": [profile], "unit_id": ["*"],
                       "procedure_id": ["*"], "channel_in": ["*"], "period": ["2022-H1"],
                       "value": [float(late)]})
"""
DVC_YAML = """\
stages:
  ingest: {{cmd: {py} src/stage.py ingest, deps: [data/inbox, src], outs: [data/landed]}}
  clean: {{cmd: {py} src/stage.py clean, deps: [data/landed, src], outs: [data/clean]}}
  clock:
    cmd: {py} src/stage.py clock
    deps: [data/clean, data/reference/calendars/days, src]
    outs: [data/clock]
  explain:
    cmd: {py} src/stage.py explain
    deps: [data/clock, data/reference/limit.csv, src]
    outs: [data/results]
"""


@pytest.fixture(scope="module")
def history(tmp_path_factory) -> Project:
    """Commits that change data, calendar and limit one after another, and an unfit program."""
    root = tmp_path_factory.mktemp("history")
    for name in (".dvc/config", ".dvc/.gitignore", "params.yaml"):
        write(root, name, (shipped().root / name).read_text(encoding="utf-8"))
    write(root, ".gitignore", "/data/*\n!/data/reference/\n")
    write(root, "dvc.yaml", DVC_YAML.format(py=sys.executable))
    write(root, "src/stage.py", STAGE)
    inputs = {"data/inbox/number": 2, "data/reference/calendars/days": 3}
    for name, number in {**inputs, "data/reference/limit.csv": 1}.items():
        write(root, name, str(number))
    run(root, "git", "init", "-q", ".")
    keep(root, "first")
    run(root, "git", "tag", "first")
    write(root, "data/inbox/number", "4")
    write(root, "data/reference/calendars/days", "5")
    keep(root, "both")
    run(root, "git", "tag", "both")
    write(root, "data/reference/limit.csv", "10")
    keep(root, "limit")
    run(root, "git", "tag", "limit")
    write(root, "src/stage.py", STAGE + "assert read('data/reference/limit.csv') > 5\n")
    keep(root, "program")
    run(root, "git", "tag", "program")
    return Project(root)


def effects(project: Project, left: str, right: str | None) -> Effects:
    with RevisionTables.at(project, left) as before, RevisionTables.at(project, right) as after:
        return find_effects(before, after, find_reasons(project, before, after))


@pytest.fixture(scope="module")
def found(history) -> Effects:
    """What each of three changed groups moved."""
    return effects(history, "first", "limit")


def test_effects_are_shapley_values_and_sum_to_the_move(found):
    """Late goes from 2 x 3 + 1 to 4 x 5 + 10 = 30: by hand 2 x (3 + 5) / 2, 2 x (2 + 4) / 2, 9."""
    assert found.groups == ("data", "calendar", "reference")
    assert dict(found.figures.select("group", "effect").iter_rows()) == {
        "data": 8.0,
        "calendar": 6.0,
        "reference": 9.0,
    }
    assert not found.is_in_order


def test_stages_run_once_for_all_mixtures_that_differ_in_nothing_they_read(found):
    """Clock twice, explain six times; clean reads data alone, which both sides have."""
    assert found.n_runs == 8


def test_a_flipped_dossier_has_the_group_with_the_largest_part_in_it(found):
    """Late are the first 6, then 20: 10 by the days alone, 12 by the data alone, 20 by both."""
    flips = dict(found.flips.iter_rows())
    assert len(flips) == 14
    assert {flips[f"D{i:02}"] for i in (6, 7, 8, 9, 12, 19)} == {"data+calendar"}
    assert flips["D10"] == flips["D11"] == "data"


def test_one_group_has_everything_and_nothing_is_run(history):
    found = effects(history, "both", "limit")
    assert (found.groups, found.n_runs) == (("reference",), 0)
    assert found.figures.rows() == [("late", "2022-H1", "reference", 9.0)]


def test_the_working_tree_is_a_side_and_stays_as_it_is(history, tmp_path):
    before = status(history.root)
    assert effects(history, "first", None).groups[0] == "data"
    assert status(history.root) == before


def status(root: Path) -> str:
    command = ["git", "status", "--porcelain", "--ignored"]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout


def test_inputs_that_do_not_fit_together_are_refused_with_the_stage_and_a_way_on(history):
    with pytest.raises(InputRejected, match="--fast") as failure:
        effects(history, "both", "program")
    assert failure.value.values["stage"] in {"clean", "clock", "explain"}


def test_the_first_screen_shows_effects_or_says_that_none_were_computed(revisions):
    figures = revisions.figures.with_columns(left_value=pl.lit(4.0), right_value=pl.lit(7.0))
    shown = Effects(
        groups=("data", "calendar"),
        figures=pl.DataFrame(
            {
                "measure": ["received"] * 2,
                "period": ["2022-H1"] * 2,
                "group": ["data", "calendar"],
                "effect": [2.5, 0.5],
            }
        ),
        flips=pl.DataFrame({"dossier_id": ["D2", "D3"], "group": ["data", "data+calendar"]}),
        is_in_order=False,
        n_runs=2,
    )
    with use_language("en"):
        text = to_text(dataclasses.replace(revisions, figures=figures, effects=shown), rows=0)
        assert re.search(r"^Received in the period +\+3 +2\.50 +0\.50$", text, re.MULTILINE)
        assert "(2), by the group with the largest part in it: data" in text
        assert "--fast" in to_text(revisions)
        alone = dataclasses.replace(shown, groups=("data",))
        text = to_text(dataclasses.replace(revisions, effects=alone))
        assert "One group of inputs changed (data)" in text
