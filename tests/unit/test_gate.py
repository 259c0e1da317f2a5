"""What stops a briefing: a claim that lacks something, a figure that differs, a broken identity."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import polars as pl
import pytest

from workbench.pages.document import Grid, Heading, Numbers, Part, Text
from workbench.pages.gate import Shown, faults_of_pages, faults_of_tables

LABEL = "By appointed day"
KEY = ("late", "*", "2022-H1", "wb_strict")
SOUND: tuple[Part, ...] = (
    Heading("Late"),
    Text("3.7% were late (81/2,198; 95% interval 3.0–4.6%). [level 2]", "item"),
    Text("Of all resolved.", "note"),
)


def faults(*parts: Part, foot: str = LABEL, **more: object) -> list[str]:
    page = Shown("causes", parts, (foot,), **more)  # type: ignore[arg-type]
    return faults_of_pages([page], LABEL)


def test_a_page_whose_claims_bring_everything_passes():
    assert faults(*SOUND) == []


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("3.7% were late on 30/06/2022. [level 1]", "without its denominator"),
        ("3.7% were late in 06/2022. [level 1]", "without its denominator"),
        ("2 units differ in 2021–2022. [level 2]", "without an interval"),
        ("Hai đơn vị khác nhau, khoảng thời gian 2 năm. [mức 2]", "without an interval"),
    ],
)
def test_a_date_is_no_denominator_and_years_are_no_interval(text, lacking):
    assert [lacking in fault for fault in faults(Heading("Late"), Text(text, "item"))] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "3.7% were late (1/12 of them at one office). [level 1]",
        "3,7% trễ hạn (81/2.198). [mức 1]",
        "81/2.198 hồ sơ, khoảng 3,0–4,6%. [mức 2]",
        "Từ −4,7 đến 0,9 điểm (khoảng −11,3 đến +0,9). [mức 2]",
        "2 of 9 units, 1–4 points. [level 2]",
    ],
)
def test_a_claim_with_denominator_and_interval_passes(text):
    assert faults(Heading("Late"), Text(text, "item")) == []


def test_large_numbers_bring_their_interval():
    tiles = Numbers((("Late", "3.7%", "81/2,198 (3.0–4.6%)"),))
    assert faults(Heading("Late"), tiles, Text("62 were really late. [level 2]", "item")) == []


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        ((Heading("Late"), Text("81 were late.", "item")), "without its evidence level"),
        ((Heading("Late"), Text("3.7% were late. [level 1]", "item")), "without its denominator"),
        ((Heading("Late"), Text("2 units differ. [level 2]", "item")), "without an interval"),
    ],
)
def test_a_claim_that_lacks_something_is_named_with_page_and_section(parts, fault):
    (found,) = faults(*parts)
    assert fault in found
    assert "«causes», section «Late»" in found


def test_what_a_claim_lacks_may_be_in_its_own_section_only():
    other = (Heading("Units"), Text("2 units differ. [level 2]", "item"))
    assert len(faults(*SOUND, *other)) == 1
    beside = Grid("Units", ("unit", "95% interval"), (("A", "1–2%"),), (False, True))
    assert faults(*SOUND, *other, beside) == []


def test_a_page_that_does_not_name_its_profile_is_stopped():
    assert faults(*SOUND, foot="Data 0123") == ["Page «causes»: the lateness profile is not named."]


def test_one_figure_with_two_numbers_is_stopped_and_the_same_on_two_pages_is_not():
    page = Shown("causes", SOUND, (LABEL,), {KEY: 81.0})
    same, other = replace(page, notebook="quality"), replace(page, values={KEY: 80.0})
    assert faults_of_pages([page, same], LABEL) == []
    (found,) = faults_of_pages([page, other], LABEL)
    assert "«late» of *, 2022-H1, is 81.0 in one place and 80.0 in another" in found


def test_a_briefing_without_any_figure_that_can_be_checked_is_stopped():
    (found,) = faults_of_pages([Shown("briefing", SOUND, (LABEL,))], LABEL)
    assert "no figure has an id" in found


@pytest.fixture
def book() -> SimpleNamespace:
    """The tables that the gate adds up, all in balance."""
    measures = {"early": 1, "on_time": 2, "late": 3, "unknown": 0, "resolved": 6}
    about = {"unit_id": "*", "period": "2022-H1"}
    tables = SimpleNamespace(
        result_profile="wb_strict",
        unit_name=str,
        reconciliation=pl.DataFrame(
            {
                "source_file": ["a.xlsx"],
                "rows_read": [10],
                "rows_clean": [7],
                "rows_quarantined": [1],
                "rows_merged": [1],
                "rows_ignored": [1],
            }
        ),
        unit_measures=pl.DataFrame(
            [
                {**about, "profile": "wb_strict", "measure": name, "numerator": n}
                for name, n in measures.items()
            ]
        ),
        cause_cells=pl.DataFrame(
            {
                "unit_id": ["A", "A", "A"],
                "period": ["2022-H1"] * 3,
                "cause": ["*", "queue", "unexplained"],
                "late_share": [3.0, 2.5, 0.5],
                "n_late": [3, 3, 1],
            }
        ),
    )
    tables.measures_under = lambda _: tables.unit_measures
    return tables


def test_tables_in_balance_pass(book):
    assert faults_of_tables(book) == []


@pytest.mark.parametrize(
    ("table", "column", "fault"),
    [
        ("reconciliation", "rows_merged", "File a.xlsx: 10 rows read, its parts add up to"),
        ("unit_measures", "numerator", "were resolved"),
        ("cause_cells", "late_share", "3 were counted"),
    ],
)
def test_a_table_out_of_balance_is_named_with_both_sums(book, table, column, fault):
    rows = getattr(book, table)
    numbers = rows[column].to_list()
    numbers[-1 if table == "cause_cells" else 0] += 2
    setattr(book, table, rows.with_columns(pl.Series(column, numbers)))
    (found,) = faults_of_tables(book)
    assert fault in found
