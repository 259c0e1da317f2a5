"""Outputs of different runs are recognised before a figure is made of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.core.errors import RuleFailed
from workbench.core.origins import ORIGIN, check_origins, write_origin


def write(folder: Path, content: str, *inputs: Path) -> None:
    """Lay out the output of a stage: one table, and where it came from."""
    folder.mkdir(exist_ok=True)
    (folder / "rows.parquet").write_text(content)
    write_origin(folder, inputs)


@pytest.fixture
def folders(tmp_path) -> tuple[Path, Path, Path]:
    clean, clock, results = (tmp_path / name for name in ("clean", "clock", "results"))
    write(clean, "dossiers of June")
    write(clock, "outcomes of June", clean)
    write(results, "figures of June", clean, clock)
    return clean, clock, results


def test_outputs_of_one_run_belong_together(folders) -> None:
    check_origins(*folders)


@pytest.mark.parametrize(
    ("changed", "stale", "command"),
    [(0, "clock", "workbench clock"), (1, "results", "workbench explain")],
)
def test_a_stage_run_again_alone_leaves_outputs_that_are_refused(
    folders, changed, stale, command
) -> None:
    write(folders[changed], "rows of July", *folders[:changed])
    with pytest.raises(RuleFailed, match=command) as refusal:
        check_origins(*folders)
    assert stale in str(refusal.value)


def test_before_results_are_made_anew_the_old_ones_do_not_count(folders) -> None:
    clean, clock, results = folders
    write(clean, "dossiers of July")
    write(clock, "outcomes of July", clean)
    check_origins(clean, clock)
    with pytest.raises(RuleFailed, match="workbench explain"):
        check_origins(clean, clock, results)


def test_a_run_that_gave_the_same_rows_again_changes_nothing(folders) -> None:
    write(folders[0], "dossiers of June")
    check_origins(*folders)


def test_the_origin_of_the_same_tables_is_the_same_bytes(tmp_path) -> None:
    write(tmp_path / "one", "x")
    write(tmp_path / "two", "x")
    first, second = ((tmp_path / name / ORIGIN).read_bytes() for name in ("one", "two"))
    assert first == second
    assert json.loads(first)["made_from"] == {}
