"""Each model of ``clean`` that makes the table of dossiers, on a few rows, as its header says."""

from __future__ import annotations


def test_a_row_is_read_as_its_file_says_and_what_cannot_be_read_is_listed(model_test) -> None:
    model_test(
        "clean/parsed_dossiers",
        given={
            "numbered_sheets": """
                has_epochs = no
                due_days = []
                day_first = yes
                time_zone = Asia/Ho_Chi_Minh
                term_value = 7
                term_unit = calendar_day
                sheet_no
                1
            """,
            "dossier_texts": """
                source_file = a.csv
                source_sheet = ''
                sheet_no = 1
                source_row  received_at       due_at            term_value
                2           04/01/2022 00:30  10/01/2022        5 ngày làm việc
                3           31/02/2022        10/01/2022 16:00  5 10
                4           01/01/1900        -                 -
            """,
        },
        expect="""
            received_on  due_at               term_value  term_unit     unreadable
            2022-01-04   2022-01-10 23:59:59  5           working_day   ''
            -            2022-01-10 16:00     -           -             received_at, term_value
            -            -                    7           calendar_day  ''
        """,
    )


def test_a_placeholder_is_quoted_and_a_stamp_in_a_change_of_clocks_is_named(model_test) -> None:
    model_test(
        "clean/parsed_dossiers",
        given={
            "numbered_sheets": """
                has_epochs = no
                due_days = []
                day_first = yes
                time_zone = Europe/Berlin
                sheet_no
                1
            """,
            "dossier_texts": """
                source_file = a.csv
                source_sheet = ''
                sheet_no = 1
                source_row  received_at       resolved_at
                2           27/03/2022 02:30  31/12/9999
                3           27/03/2022 04:30  28/03/2022 10:00
            """,
        },
        expect="""
            reported_end_at    implausible               in_clock_changes
            -                  resolved_at = 31/12/9999  received_at
            2022-03-28 08:00Z  ''                        ''
        """,
    )


def test_units_and_procedures_are_those_of_the_name_on_the_day_of_reception(model_test) -> None:
    model_test(
        "clean/parsed_dossiers",
        given={
            "sheet_units": """
                sheet_no = 1
                spelling  unit_id  valid_from  valid_to    is_by_succession
                PHƯỜNG 1  P1       0001-01-01  2025-06-30  no
                PHƯỜNG 1  P-SD     2025-07-01  9999-12-31  yes
                Phường 1  P1       0001-01-01  2025-06-30  no
            """,
            "procedure_names": """
                procedure_key  procedure_id  field_vi  valid_from  valid_to
                1.000001       1.000001      Xây dựng  0001-01-01  9999-12-31
                gia hạn        1.000001      Xây dựng  0001-01-01  2025-06-30
                gia hạn        1.000002      Đất đai   2025-07-01  9999-12-31
            """,
            "numbered_sheets": """
                has_epochs = no
                due_days = []
                day_first = yes
                time_zone = Asia/Ho_Chi_Minh
                has_unit_list = yes
                has_procedure_list = yes
                sheet_no
                1
            """,
            "dossier_texts": """
                source_file = a.csv
                source_sheet = ''
                sheet_no = 1
                source_row  received_at  unit_id   procedure_id            procedure_name
                2           30/06/2025   PHƯỜNG 1  1.000001.000.00.00.H20  Gia hạn
                3           01/07/2025   PHƯỜNG 1  -                       Gia hạn
                4           01/07/2025   Phường 2  9.999999                Cấp mới
                5           -            Phường 1  9.999999                -
            """,
        },
        expect="""
            unit_id  is_by_succession  unit_text  procedure_id  field_of_work  is_unknown_procedure
            P1       no                PHƯỜNG 1   1.000001      Xây dựng       no
            P-SD     yes               PHƯỜNG 1   1.000002      Đất đai        no
            -        no                Phường 2   9.999999      -              yes
            -        no                Phường 1   9.999999      -              no
        """,
    )


def test_dates_come_from_the_events_of_a_case_only_where_a_row_has_none(model_test) -> None:
    model_test(
        "clean/parsed_dossiers",
        given={
            "case_spans": """
                dossier_id  began_at          completed_at      ended_at
                A           2022-01-04 08:00  2022-01-05 10:00  -
            """,
            "numbered_sheets": """
                has_epochs = no
                due_days = []
                day_first = yes
                time_zone = Asia/Ho_Chi_Minh
                sheet_no  case_dates
                1         received_at
                2         received_at, resolved_at
                3         ''
            """,
            "dossier_texts": """
                source_file = a.csv
                source_sheet = ''
                dossier_id = A
                source_row  sheet_no  status       received_at
                2           1         resolved     -
                3           2         resolved     03/01/2022 08:00
                4           2         in_progress  -
                5           3         resolved     -
            """,
        },
        expect="""
            received_at       reported_end_at
            2022-01-04 08:00  -
            2022-01-03 08:00  2022-01-05 10:00
            2022-01-04 08:00  -
            -                 -
        """,
    )


def test_the_newest_export_wins_and_within_it_the_first_row_of_a_number(model_test) -> None:
    model_test(
        "clean/ranked_dossier_rows",
        given={
            "file_snapshots": """
                sheet_no  snapshot_at
                1         2022-01-31 17:00
                2         2022-02-28 17:00
            """,
            "parsed_dossiers": """
                source = s
                source_sheet = ''
                dossier_id  source_file  source_row  row_id  sheet_no  content
                A           a.csv        2           12      1         1
                B           a.csv        3           13      1         2
                A           b.csv        2           22      2         3
                A           b.csv        3           23      2         3
                A           b.csv        4           24      2         4
                -           b.csv        5           25      2         5
            """,
        },
        expect="""
            dossier_id  source_file  source_row  is_superseded  duplicate_no  conflict_no
            A           a.csv        2           yes            1             1
            B           a.csv        3           no             1             1
            A           b.csv        2           no             1             1
            A           b.csv        3           no             2             1
            A           b.csv        4           no             1             2
            -           b.csv        5           no             1             1
        """,
    )


def test_of_several_sources_the_one_that_has_the_dossier_last_counts(model_test) -> None:
    model_test(
        "clean/ranked_dossier_rows",
        given={
            "file_snapshots": """
                snapshot_at = 2022-01-31 17:00
                sheet_no
                1
                2
            """,
            "numbered_sheets": "sheet_no  kept_by\n1  office\n2  portal",
            "parsed_dossiers": """
                source_sheet = ''
                source_row = 2
                time_zone = Asia/Ho_Chi_Minh
                unreadable = ''
                received_at = 2022-01-04 08:00
                term_value = 5
                source_file  row_id  dossier_id  source  sheet_no  unit_id  status    returned_at
                1            1       later       o       1        U1       resolved  2022-01-10T08
                2            2       later       p       2        U1       resolved  2022-01-11T07
                3            3       same        o       1        U1       resolved  2022-01-10T08
                4            4       same        a       2        U1       resolved  2022-01-10T09
                5            5       open        o       1        U1       resolved  2022-01-10T08
                6            6       open        p       2        U1       received  2022-01-09T08
                7            7       nowhere     o       1        U1       resolved  2022-01-10T08
                8            8       nowhere     p       2        -        resolved  2022-01-11T08
            """,
        },
        expect="""
            source_file  source_rank
            1            2
            2            1
            3            1
            4            2
            5            2
            6            1
            7            1
            8            2
        """,
    )


def test_the_first_due_date_is_that_of_the_earliest_export_that_named_one(model_test) -> None:
    model_test(
        "clean/first_due_dates",
        given={
            "ranked_dossier_rows": """
                duplicate_no = 1
                dossier_id  snapshot_at  due_at      is_superseded  conflict_no  source_rank
                A           2022-01-31   -           yes            1            1
                A           2022-02-28   2022-03-10  yes            1            1
                A           2022-03-31   2022-03-20  yes            1            1
                A           2022-04-30   2022-03-30  no             1            1
                B           2022-01-31   2022-03-10  yes            2            1
                C           2022-01-31   2022-03-10  yes            1            2
                D           2022-01-31   2022-03-10  no             1            1
            """,
        },
        expect="""
            dossier_id  due_at
            A           2022-03-10
        """,
    )


RULES = """
    rule_id  severity  consequence
    R1       error     quarantine
    R2       merged    -
    R3       warn      exclude
    R4       warn      exclude
    R5       info      flag
"""


def test_only_rules_that_say_so_keep_a_dossier_from_being_judged(model_test) -> None:
    model_test(
        "clean/lateness_exclusions",
        given={
            "quality_rules": RULES,
            "dossier_findings": """
                source_file  source_sheet  source_row  rule_id
                a.csv        ''            2           R4
                a.csv        ''            3           R5
            """,
            "date_warnings": """
                source_file  source_sheet  source_row  rule_id
                a.csv        ''            2           R3
                a.csv        ''            4           R1
            """,
        },
        expect="""
            source_row  lateness_excluded
            2           R3, R4
        """,
    )


def test_a_dossier_leaves_by_a_rule_that_refuses_or_merges_it_alone(model_test) -> None:
    model_test(
        "clean/dossiers",
        given={
            "quality_rules": RULES,
            "dossier_findings": """
                source_file = a.csv
                source_sheet = ''
                source_row  rule_id
                2           R1
                3           R2
                4           R3
            """,
            "lateness_exclusions": """
                source_file  source_sheet  source_row  lateness_excluded
                a.csv        ''            4           R3
            """,
            "numbered_sheets": "sheet_no\n1",
            "ranked_dossier_rows": """
                source_file = a.csv
                source_sheet = ''
                unit_id = U1
                sheet_no = 1
                time_zone = Asia/Ho_Chi_Minh
                received_at = 2022-01-04 08:00
                snapshot_at = 2022-01-31 17:00
                dossier_id  source_row
                A           2
                B           3
                C           4
                D           5
            """,
        },
        expect="""
            dossier_id  lateness_excluded
            C           R3
            D           -
        """,
    )


def test_an_open_status_outranks_a_date_of_the_end_and_no_status_follows_it(model_test) -> None:
    model_test(
        "clean/dossiers",
        given={
            "numbered_sheets": "sheet_no\n1",
            "ranked_dossier_rows": """
                unit_id = U1
                sheet_no = 1
                time_zone = Asia/Ho_Chi_Minh
                received_at = 2022-01-04 08:00
                snapshot_at = 2022-01-31 17:00
                dossier_id  status       reported_end_at   returned_at       processed_online
                A           -            2022-01-06 08:00  2022-01-07 08:00  yes
                B           -            -                 2022-01-07 08:00  no
                C           -            -                 -                 -
                D           in_progress  2022-01-06 08:00  -                 -
                E           resolved     2022-01-04 00:00  -                 -
                F           withdrawn    -                 -                 -
            """,
        },
        # the end of E is a mere date on the day of its reception
        expect="""
            dossier_id  status       resolved_at       reported_end_at   processed_online
            A           resolved     2022-01-06 08:00  2022-01-06 08:00  yes
            B           resolved     2022-01-07 08:00  -                 no
            C           in_progress  -                 -                 -
            D           in_progress  -                 2022-01-06 08:00  -
            E           resolved     2022-01-04 08:00  2022-01-04 00:00  -
            F           withdrawn    -                 -                 -
        """,
    )


def test_a_first_due_date_seven_days_earlier_is_believed_from_a_note_alone(model_test) -> None:
    model_test(
        "clean/dossiers",
        given={
            "first_due_dates": """
                dossier_id  due_at
                C           2022-01-12 17:00
                D           2022-01-12 17:00
                E           2022-01-20 17:00
                G           2022-01-12 17:00
            """,
            "numbered_sheets": "sheet_no\n1",
            "ranked_dossier_rows": """
                unit_id = U1
                sheet_no = 1
                status = received
                time_zone = Asia/Ho_Chi_Minh
                received_at = 2022-01-04 08:00
                snapshot_at = 2022-01-31 17:00
                dossier_id  due_at            due_first_at      due_first_from
                A           2022-01-20 17:00  2022-01-13 08:00  column
                B           2022-01-20 17:00  2022-01-13 08:00  note
                C           2022-01-20 17:00  2022-01-14 08:00  column
                D           2022-01-20 17:00  2022-01-13 08:00  column
                E           2022-01-20 17:00  -                 -
                F           -                 2022-01-13 08:00  column
                G           -                 -                 -
            """,
        },
        expect="""
            dossier_id  due_first_at      due_first_from
            A           -                 -
            B           2022-01-13 08:00  note
            C           2022-01-14 08:00  column
            D           2022-01-12 17:00  export
            E           -                 -
            F           2022-01-13 08:00  column
            G           2022-01-12 17:00  export
        """,
    )
