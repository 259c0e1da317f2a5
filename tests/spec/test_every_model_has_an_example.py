"""Every model is shown on a few rows by a test of its own, written from its header."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1] / "models"
EXAMPLE = re.compile(r"""model_test\(\s*["']([a-z_]+/[a-z_0-9]+)["']""")


def models(pipelines: Path) -> set[str]:
    """Return ``stage/name`` of every model; macros make no table."""
    paths = {path.relative_to(pipelines) for path in pipelines.rglob("*.sql")}
    return {f"{path.parts[0]}/{path.stem}" for path in paths if path.parts[0] != "macros"}


def test_every_model_has_an_example_of_a_few_rows(pipelines_dir: Path) -> None:
    shown = {
        name
        for path in TESTS.glob("test_*.py")
        for name in EXAMPLE.findall(path.read_text(encoding="utf-8"))
    }
    assert sorted(models(pipelines_dir) - shown) == [], "these models have no model_test example"
    assert sorted(shown - models(pipelines_dir)) == [], "these examples have no model"
