"""The table of figures under every definition of "late"."""

from __future__ import annotations

import polars as pl

from workbench.core.project import shipped
from workbench.figures.compare import sensitivity
from workbench.figures.measures import measure, read_rates

GROUP = {"unit_id": "*", "period": "2022-H1", "procedure_id": "*", "channel_in": "*"}


def _measures() -> pl.DataFrame:
    counted = {"a": {"early": 3, "late": 1}, "b": {"on_time": 2, "open_overdue": 2}}
    rows = pl.DataFrame([{"profile": p, **GROUP, **ns} for p, ns in counted.items()])
    return measure(rows, read_rates(shipped().reference))


def test_each_profile_has_one_row_with_counts_and_rates():
    table = sensitivity(_measures(), period="2022-H1")
    assert table["profile"].to_list() == ["a", "b"]
    assert table["late"].to_list() == [1, 0]
    assert table["late_or_overdue_numerator"].to_list() == [1, 2]
    assert table["late_or_overdue"].to_list() == [0.25, 0.5]


def test_only_the_measures_asked_for_are_shown():
    table = sensitivity(_measures(), ["open_overdue"], period="2022-H1")
    assert table.columns == ["profile", "open_overdue"]
