"""What a broken key or promise says, and tables of statistics that are checked by their models."""

from __future__ import annotations

import polars as pl
import pytest

from workbench.core.errors import RuleFailed
from workbench.warehouse import Warehouse


@pytest.fixture
def pipelines(tmp_path):
    (tmp_path / "macros").mkdir()
    (tmp_path / "stage").mkdir()
    return tmp_path


def model(pipelines, name, *, reads="", key="id", promises="", audit="", sql="select 1 as id"):
    lines = ["-- grain: one row per thing", f"-- key: {key}", f"-- reads: {reads}"]
    lines.append(f"-- promises: {promises}")
    if audit:
        lines.append(f"-- audit: {audit}")
    text = "\n".join([*lines, "", sql, ""])
    (pipelines / "stage" / f"{name}.sql").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("columns", "subject"),
    [
        ("'D7' as dossier_id, 'a.csv' as source_file, 3 as source_row", "dossier D7 "),
        ("'a.csv' as source_file, 3 as source_row", r"file a\.csv, row 3 "),
        ("'a.csv' as source_file", r"file a\.csv "),
        ("'P1' as unit_id, '2022-H1' as period", "unit P1, period 2022-H1 "),
    ],
)
def test_a_broken_promise_says_which_dossier_file_or_unit_it_is_about(pipelines, columns, subject):
    model(pipelines, "things", promises="n > 0", sql=f"select 1 as id, 0 as n, {columns}")
    with Warehouse(pipelines) as warehouse, pytest.raises(RuleFailed, match=subject) as problem:
        warehouse.build("stage")
    assert problem.value.exit_code == 4
    assert "fault of the program" in str(problem.value)


def test_a_table_made_by_statistics_is_checked_by_its_model(pipelines):
    select = "select id, share from made_things"
    model(pipelines, "things", reads="made_things", promises="share <= 1", sql=select)
    with Warehouse(pipelines) as warehouse:
        warehouse.check_frames("stage", {"things": pl.DataFrame({"id": [1, 2], "share": [0.5, 1]})})
        for ids, share, match in (
            ([1, 1], 0.5, "counted 2 times"),
            ([1, None], 0.5, "instead of once"),
            ([1, 2], None, "share = -"),
            ([1, 2], 1.5, r"share = 1\.5"),
        ):
            frame = pl.DataFrame({"id": ids, "share": [share, 1.0]})
            with pytest.raises(RuleFailed, match=match):
                warehouse.check_frames("stage", {"things": frame})
