"""Models of causes are independent of the simulation: no import, table or parameter across."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "workbench"
SIMULATORS = ("testing", "latebench")
MAY_SIMULATE = {"cli", *SIMULATORS}
BLIND = ("plan.py", "world.py", "register.py", "truth.py")
ATTRIBUTION = sorted(
    path
    for path in [*PACKAGE.rglob("*.py"), *(ROOT / "pipelines").rglob("*.sql")]
    if path.suffix == ".sql" or path.relative_to(PACKAGE).parts[0] not in MAY_SIMULATE
)
RULES = ROOT / "data" / "reference"
SIMULATION = re.compile(
    r"latebench|workbench\.testing|\bimport\b.*\bsimulate\b|\bLB-|data/truth|\.truth\b|ground_truth",
    re.IGNORECASE,
)
NAME_ALL_FOLDERS = (PACKAGE / "core" / "project.py", PACKAGE / "__init__.py")
"""They name every folder of a project, or every public module."""


def sentences(path: Path) -> list[str]:
    return [
        line for line in path.read_text(encoding="utf-8").splitlines() if SIMULATION.search(line)
    ]


def test_models_of_causes_do_not_name_the_simulation():
    wrong = {path: sentences(path) for path in ATTRIBUTION if path not in NAME_ALL_FOLDERS}
    assert {str(path): lines for path, lines in wrong.items() if lines} == {}


def test_no_model_reads_whether_a_dossier_is_synthetic_to_explain_it():
    models = sorted((ROOT / "pipelines").rglob("*.sql"))
    assert models
    explaining = [path for path in models if {"clock", "explain"} & set(path.parts)]
    assert [p.name for p in explaining if re.search(r"\bsynthetic\b", p.read_text("utf-8"))] == []


@pytest.mark.parametrize("name", BLIND)
def test_the_simulation_reads_no_rule_of_the_causes(name):
    text = (PACKAGE / "latebench" / name).read_text(encoding="utf-8")
    packages = set(re.findall(r"from workbench\.(\w+)", text))
    assert packages <= {"latebench", "testing", "clock", "core"}
    assert "cause_rules" not in text
    assert "contenders" not in text


def test_rules_of_causes_are_not_of_the_bench():
    for path in sorted(RULES.glob("cause_*.csv")):
        assert sentences(path) == [], path.name


@pytest.mark.parametrize("package", SIMULATORS)
def test_no_file_of_the_bench_reads_the_thresholds_of_the_causes(package):
    files = sorted(
        p for p in (PACKAGE / package).rglob("*") if p.suffix in (".py", ".toml", ".csv")
    )
    assert files
    rules = re.compile(r"cause_rules|cause_limits|workbench\.(?:figures\.)?causes|import causes\b")
    assert [p.name for p in files if rules.search(p.read_text(encoding="utf-8"))] == []
