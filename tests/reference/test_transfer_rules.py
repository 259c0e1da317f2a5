"""The rule of handing a paper file on is configuration, unverified, one rule a day and unit."""

from __future__ import annotations

import csv
import datetime as dt
import itertools

import pytest

from workbench.core.vocabulary import EVERYTHING


@pytest.fixture
def rules(reference_dir):
    with (reference_dir / "transfer_rules.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_no_transfer_rule_is_shipped_as_law(rules):
    assert {row["verified"] for row in rules} == {"no"}
    assert all(row["source"] for row in rules)


def test_the_cut_off_is_three_in_the_afternoon_and_paper_moves_the_same_working_day(rules):
    assert {(row["cutoff"], row["allowed"]) for row in rules} == {("15:00", "same_working_day")}
    assert {row["allowed_after"] for row in rules} == {"next_working_morning"}


def test_one_rule_holds_for_a_unit_on_a_day(rules, reference_dir):
    with (reference_dir / "units.csv").open(encoding="utf-8", newline="") as lines:
        units = {row["unit_id"] for row in csv.DictReader(lines)}
    assert {row["unit_id"] for row in rules} <= units | {EVERYTHING}
    periods = sorted(
        (row["rule"], row["unit_id"], row["valid_from"], row["valid_to"]) for row in rules
    )
    for (rule, unit, _, ends), (other, its_unit, begins, _) in itertools.pairwise(periods):
        if (rule, unit) == (other, its_unit):
            assert dt.date.fromisoformat(ends) < dt.date.fromisoformat(begins)
