"""e-par's workflow and calendar in the form of data/reference."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from workbench.cli import main
from workbench.core.errors import InputRejected
from workbench.ingest.epar import SOURCE, calendar_exceptions, step_norms

STEPS = """procedure,task,step_days,task_days,step_first_task,kind
A,A::TIEP_NHAN,0,0,A::TIEP_NHAN,
A,A::THU_LY,3,2,A::THU_LY,
A,A::THU_LY_LAI,3,2,A::THU_LY,rework
A,A::XET_DUYET,3,2,A::THU_LY,
"""
CALENDAR = """C_YEAR,C_DATE,C_OFF
2014,2014-01-01 00:00:00,1
2014,2014-01-02 00:00:00,0
2014,2014-01-04 00:00:00,0
2014,2014-01-05 00:00:00,1
"""


def test_a_step_has_its_norm_and_the_sum_of_its_regular_tasks(tmp_path: Path) -> None:
    (tmp_path / "workflow_steps.csv").write_text(STEPS, encoding="utf-8")
    rows = step_norms(tmp_path).select("step_no", "step", "norm_value", "tasks_value").rows()
    assert rows == [(1, "TIEP_NHAN", 0, 0), (2, "THU_LY", Decimal(3), Decimal(4))]


def test_only_days_against_the_week_are_exceptions(tmp_path: Path) -> None:
    (tmp_path / "calendar.csv").write_text(CALENDAR, encoding="utf-8")
    days = calendar_exceptions(tmp_path).select("day", "kind").rows()
    assert [(str(day), kind) for day, kind in days] == [
        ("2014-01-01", "off"),
        ("2014-01-04", "swap_work"),
    ]


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputRejected, match=r"workflow_steps\.csv"):
        step_norms(tmp_path)


def test_a_configuration_becomes_reference_tables_and_overwrites_none(tmp_path: Path) -> None:
    (tmp_path / "workflow_steps.csv").write_text(STEPS, encoding="utf-8")
    (tmp_path / "calendar.csv").write_text(CALENDAR, encoding="utf-8")
    out = tmp_path / "out"
    assert main(["sources", "epar", str(tmp_path), "--out", str(out)]) == 0
    norms = (out / "step_norms.csv").read_text(encoding="utf-8").splitlines()
    assert norms[2] == f'A,THU_LY,24.0,,,tasks add up to 4.00 days,"{SOURCE}",yes'
    assert (out / "holidays.csv").read_text(encoding="utf-8").count("\n") == 3
    assert main(["sources", "epar", str(tmp_path), "--out", str(out)]) == 2


@pytest.mark.shared
def test_the_office_of_yen_bai_is_read_whole(shared_data: Path) -> None:
    norms = step_norms(shared_data / "yenbai")
    assert norms["procedure_id"].n_unique() == 112
    assert norms.group_by("procedure_id").agg(first="step_no").height == 112
    days = calendar_exceptions(shared_data / "yenbai")
    assert (days.height, set(days["kind"])) == (days["day"].n_unique(), {"off", "swap_work"})
