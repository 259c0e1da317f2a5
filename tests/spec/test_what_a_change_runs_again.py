"""``dvc.yaml`` says what a change runs again: as little as is right, and never too little."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from workbench.pages.office_text import office_text_path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "dvc.yaml").read_text(encoding="utf-8")
STAGES = yaml.safe_load(TEXT)["stages"]


def runs_again(path: str) -> list[str]:
    """Stages with a dependency that the file is or lies in."""
    return [
        stage
        for stage, entry in STAGES.items()
        if any(path == dep or path.startswith(f"{dep}/") for dep in entry["deps"])
    ]


@pytest.mark.parametrize(
    ("path", "stages"),
    [
        # what readers see: a help text, a sentence, a sub-command, a chart, a page
        ("src/workbench/cli/options.py", ["brief"]),
        ("src/workbench/cli/watch.py", ["brief"]),
        ("src/workbench/messages/cli.toml", ["brief"]),
        ("src/workbench/messages/readers.toml", ["brief"]),
        ("src/workbench/charts/style.py", ["brief"]),
        ("src/workbench/answers/book.py", ["brief"]),
        ("notebooks/causes.ipynb", ["brief"]),
        # a rule of one stage
        ("pipelines/clean/dossiers.sql", ["clean", "brief"]),
        ("pipelines/clock/outcomes.sql", ["clock", "brief"]),
        ("pipelines/explain/causes/causes.sql", ["explain", "brief"]),
        ("src/workbench/ingest/landing.py", ["ingest", "brief"]),
        ("src/workbench/figures/measures.py", ["explain", "brief"]),
        # a reviewed fact
        ("data/reference/profiles/wb_strict.toml", ["clock", "explain", "brief"]),
        ("data/reference/cause_rules.csv", ["explain", "brief"]),
        ("data/reference/causes.csv", ["explain", "brief"]),
        ("data/reference/metrics.csv", ["explain", "brief"]),
        ("data/reference/step_norms.csv", ["clock", "brief"]),
        ("data/reference/units.csv", ["clean", "brief"]),
        ("data/reference/sources/one_stop.toml", ["ingest", "brief"]),
        # what no stage but the last could use
        ("src/workbench/testing/simulate/sample.py", ["brief"]),
    ],
)
def test_a_changed_file_runs_again_what_depends_on_it(path: str, stages: list[str]) -> None:
    assert (ROOT / path).exists(), path
    assert runs_again(path) == stages


def test_what_an_office_writes_itself_runs_the_pages_alone_again() -> None:
    assert runs_again(office_text_path(Path(), "2022-H1").as_posix()) == ["brief"]


def test_stages_read_the_outputs_of_the_stages_before_them() -> None:
    outs = {stage: next(iter(entry["outs"][0])) for stage, entry in STAGES.items()}
    for later, earlier in (
        ("clean", ["ingest"]),
        ("clock", ["clean"]),
        ("explain", ["clean", "clock"]),
        ("brief", ["clean", "clock", "explain"]),
    ):
        assert {outs[stage] for stage in earlier} <= set(STAGES[later]["deps"])


def test_no_stage_runs_through_the_command_line_but_the_one_that_writes_pages() -> None:
    commands = {stage: entry["cmd"].split()[0] for stage, entry in STAGES.items()}
    assert {stage for stage, word in commands.items() if word == "workbench"} == {"brief"}
