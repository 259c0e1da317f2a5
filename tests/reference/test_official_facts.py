"""The reviewed lists behind the official figures agree with the code and name their sources."""

from __future__ import annotations

import csv
import itertools
import re

import pytest

from workbench.core.errors import InputRejected
from workbench.figures.measures import COUNTERS, read_rates
from workbench.official import read_metrics, simulate_766
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


def test_a_rate_of_counters_that_do_not_exist_is_refused(reference_dir, tmp_path):
    text = (reference_dir / "metrics.csv").read_text(encoding="utf-8")
    wrong = text.replace(",early + on_time,", ",early + in_good_time,", 1)
    (tmp_path / "metrics.csv").write_text(wrong, encoding="utf-8")
    with pytest.raises(InputRejected, match="in_good_time"):
        read_rates(tmp_path)


def test_every_published_definition_has_its_id(reference_dir):
    assert {m.metric_id for m in read_metrics(reference_dir)} >= PUBLISHED


def test_the_counters_of_the_forms_are_the_columns_of_their_table(pipelines_dir):
    names = ("reception_counts", "closing_counts", "caseload_counts", "open_counts", "counts")
    sql = "".join(find_model(pipelines_dir, "explain", name).sql for name in names)
    assert [name for name in COUNTERS if f" as {name}" not in sql] == []


@pytest.mark.parametrize("version", ["1", "2"])
def test_the_items_of_decision_766_use_counters_and_add_up_to_their_groups(reference_dir, version):
    items = [r for r in rows(reference_dir, "qd766_formulas.csv") if r["version"] == version]
    groups = {row["group_id"]: float(row["group_points"]) for row in items}
    assert sum(groups.values()) == 100
    for group, points in groups.items():
        inside = [float(r["item_points"]) for r in items if r["group_id"] == group]
        assert sum(inside) == points, group
    used = {
        term.strip()
        for row in items
        for side in ("numerator", "denominator", "less_numerator", "less_denominator")
        for term in row[side].split("+")
        if term.strip()
    }
    assert used <= set(COUNTERS)


@pytest.mark.parametrize(
    ("in_time", "received", "published"),
    # shares and points printed by the portal's index in 2026; the shares are rounded to 0.1 %
    [(875, 1000, 17.51), (882, 1000, 17.63), (144_625, 184_513, 20 * 0.784)],
    ids=["the country to 5 October", "Đồng Tháp to 5 October", "Phú Thọ in August"],
)
def test_the_points_for_progress_are_those_that_the_portal_printed(
    reference_dir, in_time, received, published
):
    figures = dict.fromkeys(COUNTERS, 0) | {"progress_in_time": in_time, "in_play": received}
    items = simulate_766(figures, reference_dir, version=2).items
    points = items.filter(item_id="progress")["points"][0]
    assert points == pytest.approx(published, abs=0.015)


def test_online_filing_has_no_cliff_at_its_threshold(reference_dir):
    def points(online: int, version: int) -> float:
        figures = dict.fromkeys(COUNTERS, 0) | {"received_online": online, "received": 1000}
        items = simulate_766(figures, reference_dir, version=version).items
        return items.filter(item_id="online_filed")["points"][0]

    assert [points(n, 1) for n in (499, 500)] == [3.0, 6.0]
    assert [points(n, 2) for n in (0, 250, 500, 900)] == [0.0, 3.0, 6.0, 6.0]


@pytest.mark.parametrize(
    ("late", "complaints", "recorded", "points"),
    [
        (0, 0, 50, 6.0),
        (10, 0, 50, 6.0),  # 90 % is enough
        (40, 5, 50, 6 * (1 - 0.4 - 0.1) / 0.9),  # complaints of other dossiers than the late ones
        (80, 25, 50, 0.0),
        (10, 0, 0, None),  # no complaint is recorded: nothing is known, not nothing complained of
    ],
)
def test_satisfaction_with_handling_is_all_less_the_late_and_the_complained_of(
    reference_dir, late, complaints, recorded, points
):
    counts = {"progress_in_time": 100 - late, "in_play": 100}
    counts |= {"complaints": complaints, "complaint_known": recorded}
    figures = dict.fromkeys(COUNTERS, 0) | counts
    items = simulate_766(figures, reference_dir, version=2).items
    item = items.filter(item_id="satisfaction_handling").row(0, named=True)
    assert item["points"] == (None if points is None else pytest.approx(points))
    assert bool(item["reason"]) == (points is None)


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


def test_words_of_forms_name_no_table_and_no_identifier(reference_dir):
    """Titles, headers and reasons of empty cells are printed for an office to sign."""
    tables = {path.stem for path in (reference_dir.parents[1] / "pipelines").rglob("*.sql")}
    files = [*(reference_dir / "forms").glob("*.csv"), reference_dir / "report_conventions.csv"]
    printed = [
        text
        for file in files
        for row in rows(reference_dir, file.relative_to(reference_dir))
        for column, text in row.items()
        if column.endswith("_vi")
    ]
    words = {word for text in printed for word in re.findall(r"[a-z][a-z_]+", text)}
    assert len(printed) > 50
    assert not {word for word in words if "_" in word} | words & tables
