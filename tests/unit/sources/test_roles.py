"""Roles that no header explains are found from the values, and only where these show them."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from workbench.ingest.inspection import inspect

ROWS = [
    ("K-001", "Nord", "04/03/2022 08:00", "14/03/2022", "10/03/2022 09:00"),
    ("K-002", "Sud", "05/03/2022 08:10", "15/03/2022", ""),
    ("K-003", "Nord", "07/03/2022 09:00", "16/03/2022", "20/03/2022 10:00"),
    ("K-004", "Sud", "08/03/2022 07:45", "18/03/2022", "17/03/2022 15:00"),
    ("K-005", "Nord", "09/03/2022 11:00", "21/03/2022", "14/03/2022 16:20"),
    ("K-006", "Sud", "10/03/2022 10:30", "22/03/2022", ""),
]


@pytest.fixture
def roles(put, reference_dir):
    """Return the field of each header in the draft of a table."""

    def run(header: str, rows=ROWS) -> dict[str, str]:
        lines = [header, *(";".join(row) for row in rows)]
        inspection = inspect(put("x.csv", "\n".join(lines) + "\n"), reference_dir)
        run.choices, text = inspection.choices, inspection.to_toml()
        columns = text[text.index("[files.columns]") :]
        return dict(re.findall(r'^"(.+?)" = "(\w+)"', columns, re.MULTILINE))

    return run


def test_the_roles_of_columns_without_a_known_header_come_from_their_values(roles):
    found = roles("Zug;Stelle;alpha;beta;Status date closed")
    assert found["Zug"] == "dossier_id"
    assert found["alpha"] == "received_at"
    assert found["beta"] == "due_at"


def test_a_known_header_is_never_taken_for_another_role(roles):
    found = roles("Ticket ID;Office;Created;beta;gamma")
    assert found == {
        "Ticket ID": "dossier_id",
        "Office": "unit_id",
        "Created": "received_at",
        "beta": "due_at",
        "gamma": "resolved_at",
    }


def test_a_number_in_groups_is_a_dossier_s_and_one_without_letters_may_be_a_telephone_s(roles):
    rows = [(f"PC 033 063 26 Z{n:04d}", *row[1:]) for n, row in enumerate(ROWS)]
    assert roles("N° de dossier;zz;Created;Due date;Closed", rows)["N° de dossier"] == "dossier_id"
    rows = [(f"0900 000 {n:03d}", *row[1:]) for n, row in enumerate(ROWS)]
    assert "dossier_id" not in roles("N° de dossier;zz;Created;Due date;Closed", rows).values()


def test_a_service_that_examines_is_an_office_and_not_a_procedure(roles):
    fields = roles("Ticket ID;Service instructeur;Created;Due date;Closed")
    assert fields["Service instructeur"] == "unit_id"


def test_the_words_that_say_which_rows_have_ended_are_statuses_and_not_units(roles):
    rows = [(*row, "fertig" if row[4] else "laufend") for row in ROWS]
    found = roles("Ticket ID;zz;Created;Due date;Closed;yy", rows)
    assert found["yy"] == "status"
    assert roles.choices == {"unit_id": ("zz",)}


def test_a_count_of_the_rows_is_a_number_only_where_there_is_no_other(roles):
    counted = [(str(n), *row[1:]) for n, row in enumerate(ROWS, 1)]
    assert roles("zz;Office;Created;Due date;Closed", counted)["zz"] == "dossier_id"
    both = [(str(n), row[0], *row[2:]) for n, row in enumerate(ROWS, 1)]
    found = roles("zz;yy;Created;Due date;Closed", both)
    assert "zz" not in found
    assert found["yy"] == "dossier_id"


def test_a_due_date_lies_between_the_ends_and_one_before_them_all_is_none(roles):
    header = "Ticket ID;Office;Created;Closed;zz"
    assert roles(header, [(*row[:3], row[4], row[3]) for row in ROWS])["zz"] == "due_at"
    sent = [(*row[:3], row[4], row[2]) for row in ROWS]
    assert "due_at" not in roles(header, sent).values()


def test_a_column_of_small_numbers_is_no_date_whatever_its_header_says(roles):
    found = roles("Ticket ID;Office;Created;Due date;Closed", [(*r[:3], "10", r[4]) for r in ROWS])
    assert "due_at" not in found.values()


def test_two_columns_that_may_be_the_end_are_left_to_a_person(roles):
    rows = [(*row, row[4]) for row in ROWS]
    found = roles("Ticket ID;Office;Created;Due date;yy;zz", rows)
    assert "resolved_at" not in found.values()
    assert roles.choices["resolved_at"] == ("yy", "zz")


TERMS = (14, 30, 14, 14, 30, 14, 30, 30, 14, 30, 14, 30)
WORKED = (9, 21, 15, 3, 33, 12, 28, 40, 6, 31, 17, 25)
"""Days until the deadline and until the end, of dossiers that are all over."""


def closed(*columns: tuple[int, ...]) -> list[tuple[str, ...]]:
    """Rows received day by day, each with dates so many days later."""
    first = dt.date(2026, 1, 5)
    return [
        (f"K-{n:03d}", "Amt", *(f"{first + dt.timedelta(n + after):%d.%m.%Y}" for after in days))
        for n, days in enumerate(zip([0] * len(columns[0]), *columns, strict=True))
    ]


@pytest.mark.parametrize(
    ("deadline", "end"), [("Frist", "Erledigt"), ("Échéance", "Clos"), ("yy", "zz")]
)
def test_a_deadline_is_no_end_in_whatever_language_and_where_no_row_is_open(roles, deadline, end):
    proposals = roles(f"Ticket ID;Office;Created;{deadline};{end}", closed(TERMS, WORKED))
    assert (proposals[deadline], proposals[end]) == ("due_at", "resolved_at")
    assert not roles.choices


def test_a_date_that_is_always_as_far_away_is_no_end_even_where_there_is_no_other(roles):
    proposals = roles("Ticket ID;Office;Created;zz", closed((14,) * 12))
    assert "resolved_at" not in proposals.values()
    assert "resolved_at" not in roles.choices
    assert roles("Ticket ID;Office;Created;zz", closed(WORKED))["zz"] == "resolved_at"


def test_the_words_of_known_codes_name_their_column_whatever_its_header_is(roles):
    rows = [(*row, ("Phone", "Internet")[n % 2]) for n, row in enumerate(ROWS)]
    found = roles("Ticket ID;Office;Created;Due date;Closed;zz", rows)
    assert found["zz"] == "channel_in"


def test_dates_that_do_not_come_in_order_get_no_role(roles):
    shuffled = [(*row[:3], other[2], "") for row, other in zip(ROWS, ROWS[::-1])]  # noqa: B905
    found = roles("Ticket ID;Office;alpha;beta;gamma", shuffled)
    assert "received_at" not in found.values()


@pytest.mark.parametrize(
    ("header", "zone"),
    [
        ("Mã hồ sơ;Đơn vị;Ngày tiếp nhận;Ngày hẹn trả;Ngày trả", "Asia/Ho_Chi_Minh"),
        ("MaHoSo;DonVi;NgayTiepNhan;NgayHenTra;NgayTra", "Asia/Ho_Chi_Minh"),
        ("Ticket ID;Office;Created;Due date;Closed", "UTC"),
        ("Număr cerere;Direcţie;Created;Due date;Closed", "UTC"),
    ],
)
def test_a_vietnamese_calendar_is_drafted_for_vietnamese_words_only(
    put, reference_dir, header, zone
):
    lines = [header, *(";".join(row) for row in ROWS)]
    text = inspect(put("x.csv", "\n".join(lines) + "\n"), reference_dir).to_toml()
    assert f'time_zone = "{zone}"' in text
    assert ("vn_dong_thap" in text) is (zone != "UTC")
