"""The reviewed lists behind the official figures agree with the code and name their sources."""

from __future__ import annotations

import csv
import itertools

import pytest

from workbench.figures.measures import RATES
from workbench.official import read_metrics
from workbench.official.forms import COUNTERS
from workbench.warehouse import find_model

PUBLISHED = {
    "ot_done",
    "ot_done_plus_overdue_open",
    "ot_due",
    "ot_766",
    "early_share",
    "reception_8h",
    "overrun_days",
}
LISTS = (
    "metrics.csv",
    "qd766_formulas.csv",
    "qd766_bands.csv",
    "report_conventions.csv",
    "forms/forms.csv",
    "forms/II06a.csv",
    "forms/07a_btp.csv",
    "forms/opencps20.csv",
)


def rows(reference_dir, name):
    with (reference_dir / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_a_metric_is_defined_in_the_list_as_it_is_computed(reference_dir):
    listed = {
        m.metric_id: (m.numerator, m.denominator)
        for m in read_metrics(reference_dir)
        if m.kind == "rate"
    }
    assert listed == RATES


def test_every_published_definition_has_its_id(reference_dir):
    assert {m.metric_id for m in read_metrics(reference_dir)} >= PUBLISHED


def test_the_counters_of_the_forms_are_the_columns_of_their_table(pipelines_dir):
    names = ("reception_counts", "closing_counts", "caseload_counts", "open_counts", "counts")
    sql = "".join(find_model(pipelines_dir, "explain", name).sql for name in names)
    assert [name for name in COUNTERS if f" as {name}" not in sql] == []


def test_the_items_of_decision_766_use_counters_and_add_up_to_their_groups(reference_dir):
    items = rows(reference_dir, "qd766_formulas.csv")
    groups = {row["group_id"]: float(row["group_points"]) for row in items}
    assert sum(groups.values()) == 100
    for group, points in groups.items():
        inside = [float(r["item_points"]) for r in items if r["group_id"] == group]
        assert sum(inside) == points, group
    used = {
        term.strip()
        for row in items
        for side in ("numerator", "denominator")
        for term in row[side].split("+")
        if term.strip()
    }
    assert used <= set(COUNTERS)


def test_the_bands_cover_every_score_once(reference_dir):
    bands = sorted(
        (float(row["from_points"]), float(row["to_points_exclusive"]))
        for row in rows(reference_dir, "qd766_bands.csv")
    )
    assert bands[0][0] == 0
    assert bands[-1][1] > 100
    assert all(low[1] == high[0] for low, high in itertools.pairwise(bands))


def test_the_criteria_of_the_reform_index_are_shipped_empty(reference_dir):
    assert rows(reference_dir, "par_criteria.csv") == []


@pytest.mark.parametrize("name", LISTS)
def test_every_row_names_its_source_and_how_far_it_is_verified(reference_dir, name):
    for row in rows(reference_dir, name):
        assert row["source"], row
        assert row["verified"].split()[0] in {"yes", "partly", "no"}, row
