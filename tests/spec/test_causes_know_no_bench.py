"""What finds causes knows nothing of what makes them: no import, no table, no parameter across."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "workbench"
MAKERS = ("testing", "latebench")
MAY_MAKE = {"cli", *MAKERS}
BLIND = ("plan.py", "world.py", "register.py", "truth.py")
FINDERS = sorted(
    path
    for path in [*PACKAGE.rglob("*.py"), *(ROOT / "pipelines").rglob("*.sql")]
    if path.suffix == ".sql" or path.relative_to(PACKAGE).parts[0] not in MAY_MAKE
)
RULES = ROOT / "data" / "reference"
SAID = re.compile(
    r"latebench|workbench\.testing|\bimport\b.*\bsimulate\b|\bLB-|data/truth|\.truth\b|ground_truth",
    re.IGNORECASE,
)
SPEAK_OF_ALL = ("core/project.py", "__init__.py")


def sentences(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if SAID.search(line)]


@pytest.mark.parametrize("path", FINDERS, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_what_finds_causes_does_not_speak_of_what_makes_them(path):
    if path.is_relative_to(PACKAGE) and path.relative_to(PACKAGE).as_posix() in SPEAK_OF_ALL:
        pytest.skip("it names every folder of a project, or every public module")
    assert sentences(path) == []


def test_no_model_reads_whether_a_dossier_is_synthetic_to_explain_it():
    models = sorted((ROOT / "pipelines").rglob("*.sql"))
    assert models
    explaining = [path for path in models if {"clock", "explain"} & set(path.parts)]
    assert [p.name for p in explaining if re.search(r"\bsynthetic\b", p.read_text("utf-8"))] == []


@pytest.mark.parametrize("name", BLIND)
def test_what_makes_causes_reads_no_rule_of_those_who_find_them(name):
    text = (PACKAGE / "latebench" / name).read_text(encoding="utf-8")
    rooms = set(re.findall(r"from workbench\.(\w+)", text))
    assert rooms <= {"latebench", "testing", "clock", "core"}
    assert "cause_rules" not in text
    assert "contenders" not in text


def test_rules_of_causes_are_not_of_the_bench():
    for path in sorted(RULES.glob("cause_*.csv")):
        assert sentences(path) == [], path.name


@pytest.mark.parametrize("room", MAKERS)
def test_no_file_of_the_bench_reads_the_thresholds_of_the_causes(room):
    files = sorted(p for p in (PACKAGE / room).rglob("*") if p.suffix in (".py", ".toml", ".csv"))
    assert files
    told = re.compile(r"cause_rules|cause_limits|workbench\.(?:figures\.)?causes|import causes\b")
    assert [p.name for p in files if told.search(p.read_text(encoding="utf-8"))] == []
