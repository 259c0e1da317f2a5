"""Tables declared as columns: cells from rows, blanks with a reason, a total, rows set off."""

from __future__ import annotations

from workbench.answers.columns import Col, count, hours, table, text
from workbench.charts.tables import Blank
from workbench.messages import use_language

ROWS = [{"unit_id": "A", "n": 1200, "seconds": 7200}, {"unit_id": "B", "n": 7, "seconds": None}]


def made(**options):
    with use_language("en"):
        columns = [
            text("briefing.unit", "unit_id"),
            count("briefing.rows", "n"),
            hours("briefing.excess", "seconds", none="briefing.no_denominator"),
        ]
        return table("Units", ROWS, columns, **options)


def test_each_cell_is_written_from_its_row():
    assert [row[:2] for row in made().rows] == [("A", "1,200"), ("B", "7")]
    assert [column.number for column in made().columns] == [False, True, True]


def test_a_missing_value_is_a_blank_with_its_reason():
    (_, _, known), (_, _, missing) = made().rows
    assert known == "2.0"
    assert isinstance(missing, Blank)
    assert missing.reason in made().all_notes[0]


def test_the_total_is_the_last_row_and_set_off_beside_the_marked_ones():
    listing = made(total=("All", "1,207", ""), marked=lambda row: row["unit_id"] == "A")
    assert listing.rows[-1] == ("All", "1,207", "")
    assert listing.marked == {0, 2}


def test_a_heading_may_be_any_text():
    assert (
        table("Units", ROWS, [Col("H1 2022", lambda row: row["unit_id"])]).columns[0].heading
        == "H1 2022"
    )
