"""How a landed step row is read, on a few rows: its stamps, its unit, what cannot be believed."""

from __future__ import annotations

STEP_SHEET = """
    has_epochs = no
    due_days = []
    sheet_no  source_file  source_sheet  day_first  time_zone         has_unit_list
    1         a.csv        ''            yes        Asia/Ho_Chi_Minh  yes
"""


def test_an_event_that_begins_a_step_says_when_it_arrived_or_started(model_test) -> None:
    model_test(
        "clean/parsed_steps",
        given={
            "numbered_sheets": STEP_SHEET,
            "landed_steps": """
                source_file  source_sheet  source_row  finished_at       transition  step_kind
                a.csv        ''            2           04/01/2022 08:00  schedule    work
                a.csv        ''            3           04/01/2022 09:00  start       work
                a.csv        ''            4           04/01/2022 10:00  complete    work
                a.csv        ''            5           04/01/2022 11:00  -           -
                a.csv        ''            6           04/01/2022 12:00  -           work
            """,
            "landed_row_findings": """
                row_kind  source_file  source_sheet  source_row
                step      a.csv        ''            6
                dossier   a.csv        ''            5
            """,
        },
        expect="""
            row_id      arrived_at        started_at        finished_at       step_kind
            4294967298  2022-01-04 08:00  -                 -                 work
            4294967299  -                 2022-01-04 09:00  -                 work
            4294967300  -                 -                 2022-01-04 10:00  work
            4294967301  -                 -                 2022-01-04 11:00  other
        """,
    )


def test_what_cannot_be_read_or_believed_of_a_step_is_listed_and_not_used(model_test) -> None:
    model_test(
        "clean/parsed_steps",
        given={
            "numbered_sheets": STEP_SHEET,
            "landed_steps": """
                source_file = a.csv
                source_sheet = ''
                source_row  step_no  finished_at  step_due_at  norm_hours
                2           1        31/02/2022   05/01/2022   1,5
                3           x        -            -            two
                4           -        31/12/9999   -            -
            """,
        },
        expect="""
            logged_no  finished_at  step_due_at          norm_seconds  unreadable
            1          -            2022-01-05 23:59:59  1h30min       finished_at
            -          -            -                    -             step_no, norm_hours
            -          -            -                    -             ''
        """,
    )


def test_a_stamp_of_no_age_in_which_a_register_is_kept_is_quoted(model_test) -> None:
    model_test(
        "clean/parsed_steps",
        given={
            "numbered_sheets": STEP_SHEET,
            "landed_steps": """
                source_file  source_sheet  source_row  finished_at
                a.csv        ''            2           31/12/9999
                a.csv        ''            3           02/01/1990
            """,
        },
        expect="""
            finished_at       implausible
            -                 finished_at = 31/12/9999
            1990-01-02 00:00  ''
        """,
    )


def test_a_step_belongs_to_the_unit_that_had_the_name_on_its_first_day(model_test) -> None:
    model_test(
        "clean/parsed_steps",
        given={
            "numbered_sheets": STEP_SHEET,
            "sheet_units": """
                sheet_no = 1
                spelling  unit_id  valid_from  valid_to
                29905     P1       0001-01-01  2025-06-30
                29905     P-SD     2025-07-01  9999-12-31
            """,
            "landed_steps": """
                source_file  source_sheet  source_row  unit_id  arrived_at        finished_at
                a.csv        ''            2           29905    30/06/2025 23:59  01/07/2025 08:00
                a.csv        ''            3           29905    -                 01/07/2025 08:00
                a.csv        ''            4           other    -                 01/07/2025 08:00
                a.csv        ''            5           29905    -                 -
            """,
        },
        expect="""
            unit_id
            P1
            P-SD
            -
            -
        """,
    )


def test_every_stamp_that_cannot_be_read_or_believed_is_named(model_test) -> None:
    stamps = ("arrived_at", "started_at", "finished_at", "step_due_at")
    rows = ["source_file = a.csv", "source_sheet = ''", f"source_row  {'  '.join(stamps)}"]
    for row, name in enumerate(stamps, start=2):
        cells = ["31/02/2022" if stamp == name else "-" for stamp in stamps]
        rows.append(f"{row}  {'  '.join(cells)}")
        cells = ["31/12/9999" if stamp == name else "-" for stamp in stamps]
        rows.append(f"{row + 10}  {'  '.join(cells)}")
    model_test(
        "clean/parsed_steps",
        given={"numbered_sheets": STEP_SHEET, "landed_steps": "\n".join(rows)},
        expect="\n".join(
            [
                "unreadable  implausible",
                *(f"{name}  ''" for name in stamps),
                *(f"''  {name} = 31/12/9999" for name in stamps),
            ]
        ),
    )


def test_numbers_count_from_1970_only_in_a_sheet_of_such_stamps(model_test) -> None:
    model_test(
        "clean/parsed_steps",
        given={
            "numbered_sheets": """
                day_first = yes
                time_zone = UTC
                sheet_no  source_file  source_sheet  has_epochs
                1         a.csv        ''            yes
                2         b.csv        ''            no
            """,
            "landed_steps": """
                source_sheet = ''
                source_row = 2
                source_file  arrived_at  started_at  finished_at
                a.csv        1640995200  1640995201  1640995202
                b.csv        1640995200  1640995201  1640995202
            """,
        },
        expect="""
            arrived_at            started_at            finished_at           is_in_clock_change
            2022-01-01 00:00:00Z  2022-01-01 00:00:01Z  2022-01-01 00:00:02Z  -
            -                     -                     -                     -
        """,
    )


def test_midnight_is_a_due_day_where_the_column_says_days(model_test) -> None:
    model_test(
        "clean/parsed_steps",
        given={
            "numbered_sheets": """
                day_first = yes
                time_zone = UTC
                sheet_no  source_file  source_sheet  due_days
                1         a.csv        ''            ["step_due_at"]
                2         b.csv        ''            ["due_at"]
                3         c.csv        ''            []
            """,
            "landed_steps": """
                source_sheet = ''
                source_row = 2
                step_due_at = 10/01/2022 00:00
                source_file
                a.csv
                b.csv
                c.csv
            """,
        },
        expect="""
            step_due_at
            2022-01-10 23:59:59Z
            2022-01-10 00:00:00Z
            2022-01-10 00:00:00Z
        """,
    )


def test_any_stamp_in_a_change_of_clocks_is_noted(model_test) -> None:
    model_test(
        "clean/parsed_steps",
        given={
            "numbered_sheets": STEP_SHEET.replace("Asia/Ho_Chi_Minh", "Europe/Berlin   "),
            "landed_steps": """
                source_file = a.csv
                source_sheet = ''
                source_row  arrived_at        started_at        finished_at
                2           27/03/2022 02:30  27/03/2022 08:00  27/03/2022 08:00
                3           27/03/2022 01:00  27/03/2022 02:30  27/03/2022 08:00
                4           27/03/2022 01:00  27/03/2022 01:00  27/03/2022 02:30
                5           27/03/2022 01:00  27/03/2022 01:00  27/03/2022 08:00
            """,
        },
        expect="is_in_clock_change\nyes\nyes\nyes\nno",
    )


def test_a_unit_without_a_list_has_the_spelling_of_its_name(model_test) -> None:
    model_test(
        "clean/parsed_steps",
        given={
            "numbered_sheets": """
                day_first = yes
                time_zone = UTC
                sheet_no  source_file  source_sheet  has_unit_list
                1         a.csv        ''            no
                2         b.csv        ''            yes
            """,
            "written_names": """
                field         spelling  name
                unit_id       PHÒNG A   Phòng A
                procedure_id  PHÒNG B   Phòng B
            """,
            "sheet_units": """
                sheet_no = 2
                spelling  unit_id  valid_from  valid_to
                PHÒNG A   U1       2022-01-05  2022-01-06
                PHÒNG B   U2       0001-01-01  9999-12-31
            """,
            "landed_steps": """
                source_sheet = ''
                source_file  source_row  unit_id  arrived_at  started_at  finished_at
                a.csv        2           PHÒNG A  -           -           05/01/2022
                a.csv        3           PHÒNG B  -           -           05/01/2022
                b.csv        2           PHÒNG A  -           -           05/01/2022
                b.csv        3           PHÒNG A  -           06/01/2022  07/01/2022
                b.csv        4           PHÒNG A  04/01/2022  05/01/2022  05/01/2022
            """,
        },
        expect="unit_id\nPhòng A\nPHÒNG B\nU1\nU1\n-",
    )
