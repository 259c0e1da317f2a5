"""Each model of ``clean`` about behaviour, people in text or letters, on a few rows."""

from __future__ import annotations


def test_a_batch_is_a_run_of_clicks_nearer_than_the_limit_over_enough_dossiers(model_test) -> None:
    model_test(
        "clean/behaviour_batches",
        given={
            "behaviour_limits": """
                limit_id    value
                batch_gap   60
                batch_size  2
            """,
            "numbered_sheets": "sheet_no  source_file  source_sheet\n1  a.csv  ''",
            "excluded_steps": "row_id\n4294967306",
            "dossiers": """
                source = s
                time_zone = Asia/Ho_Chi_Minh
                dossier_id
                A
                B
                C
            """,
            "parsed_steps": """
                row_id      dossier_id  holder_id  finished_at
                4294967298  A           H          2022-01-04 08:00:00
                4294967299  B           H          2022-01-04 08:00:59
                4294967300  C           H          2022-01-04 08:01:59
                4294967301  A           H          2022-01-04 10:00:00
                4294967302  A           H          2022-01-04 10:00:10
                4294967303  B           -          2022-01-04 10:00:20
                4294967304  A           H          2022-01-05 00:00:00
                4294967305  B           H          2022-01-05 00:00:00
                4294967306  B           H          2022-01-04 10:00:30
                4294967307  C           J          2022-01-04 10:00:10
            """,
        },
        # 60 seconds are no longer near; midnight is a mere date; J is another person
        expect="""
            source_row  rule_id  fields
            2           D24      n = 2
            3           D24      n = 2
        """,
    )


def test_bulk_is_an_hour_of_many_closings_in_the_last_days_before_a_report_date(model_test) -> None:
    model_test(
        "clean/behaviour_bulk_closings",
        given={
            "behaviour_limits": """
                limit_id     value
                bulk_days    3
                bulk_size    2
                bulk_factor  1
            """,
            "report_dates": """
                ends_on     conventions
                2022-01-31  calendar, statute
                2022-02-28  calendar
            """,
            "dossiers": """
                source = s
                source_file = a.csv
                source_sheet = ''
                resolved_at = 2022-01-31 17:00
                time_zone = Asia/Ho_Chi_Minh
                source_row  unit_id  reported_end_at
                2           U1       2022-01-29 10:05
                3           U1       2022-01-29 10:55
                4           U2       2022-01-28 10:05
                5           U2       2022-01-28 10:55
                6           U3       2022-01-31 10:00
                7           U3       2022-01-31 11:00
                8           U4       2022-01-31 00:00
                9           U4       2022-01-31 00:00
                10          U5       2022-01-31 10:00
                11          U5       2022-01-31 10:30
                12          U5       2022-01-31 11:30
            """,
        },
        # U1 closes two in the hour and two on its only day; U5 two in the hour, three on the day
        expect="""
            source_row  rule_id  fields
            2           D25      n = 2; 2022-01-31 (calendar, statute)
            3           D25      n = 2; 2022-01-31 (calendar, statute)
        """,
    )


def test_entries_are_double_for_one_applicant_procedure_and_day(model_test) -> None:
    dossiers = """
        source_file = a.csv
        source_sheet = ''
        source_row  procedure_id  received_on
        2           X             2022-01-04
        3           X             2022-01-04
        4           X             2022-01-05
        5           Y             2022-01-04
        6           X             2022-01-04
    """
    model_test(
        "clean/behaviour_double_entries",
        given={
            "dossiers": dossiers,
            "landed_dossiers": """
                source_file = a.csv
                source_sheet = ''
                source_row  x_applicant_key
                2           k1
                3           k1
                4           k1
                5           k1
                6           -
            """,
        },
        expect="""
            source_row  rule_id  fields
            2           D23      n = 2
            3           D23      n = 2
        """,
    )


def test_without_a_digest_applicants_are_not_distinguished(model_test) -> None:
    rows = "source_file  source_sheet  source_row\na.csv  ''  2\na.csv  ''  3"
    model_test(
        "clean/behaviour_double_entries",
        given={"dossiers": rows, "landed_dossiers": rows},
        expect="source_row",
    )


def test_a_step_that_ends_as_it_begins_was_no_work_unless_it_is_a_hand_over(model_test) -> None:
    model_test(
        "clean/behaviour_instant_steps",
        given={
            "dossiers": "dossier_id  time_zone\nA  Asia/Ho_Chi_Minh",
            "steps": """
                dossier_id = A
                source_file = a.csv
                source_sheet = ''
                source_row  step_kind  arrived_at        started_at        finished_at
                2           work       2022-01-04 07:00  2022-01-04 08:00  2022-01-04 08:00
                3           sign       2022-01-04 08:00  -                 2022-01-04 08:00
                4           work       2022-01-04 08:00  2022-01-04 08:01  2022-01-04 08:02
                5           intake     -                 2022-01-04 08:00  2022-01-04 08:00
                6           return     -                 2022-01-04 08:00  2022-01-04 08:00
                7           work       -                 2022-01-04 00:00  2022-01-04 00:00
                8           work       -                 -                 2022-01-04 08:00
            """,
        },
        expect="""
            source_row  rule_id
            2           D14
            3           D14
        """,
    )


def test_masks_of_a_row_are_named_once_by_field_and_kind(model_test) -> None:
    model_test(
        "clean/behaviour_masks",
        given={
            "landed_masks": """
                source_file = a.csv
                source_sheet = ''
                source_row  row_kind  field  pattern
                2           dossier   note   phone
                2           dossier   note   phone
                2           dossier   note   id
                2           step      step   phone
            """,
        },
        expect="""
            row_kind  source_row  rule_id  fields
            dossier   2           D31      note: id, note: phone
            step      2           D31      step: phone
        """,
    )


def test_repairs_are_named_by_what_was_wrong_with_the_letters(model_test) -> None:
    model_test(
        "clean/behaviour_spellings",
        given={
            "landed_repairs": """
                source_file = a.csv
                source_sheet = ''
                source_row  row_kind  field    repair
                2           dossier   note     composed
                2           dossier   unit_id  invisible
                3           dossier   note     control
                4           dossier   note     reserved
                5           step      step     mojibake
            """,
        },
        expect="""
            row_kind  source_row  rule_id  fields
            dossier   2           D19      note: composed, unit_id: invisible
            dossier   3           D38      note: control
            dossier   4           D39      note: reserved
            step      5           D20      step: mojibake
        """,
    )


def test_a_listed_name_is_flagged_for_its_tone_mark_not_for_its_case(model_test) -> None:
    model_test(
        "clean/behaviour_spellings",
        given={
            "units": "unit_id  name_vi\nP1  Phường Hòa An",
            "ranked_dossier_rows": """
                source_file = a.csv
                source_sheet = ''
                unit_id = P1
                duplicate_no = 1
                is_superseded = no
                source_row  unit_text      source_rank
                2           Phường Hoà An  1
                3           PHƯỜNG HÒA AN  1
                4           Phường Hòa An  1
                5           Phường Hoà An  2
            """,
        },
        expect="""
            source_row  rule_id  fields
            2           D19      unit_id: tone mark
        """,
    )


def test_names_without_a_list_are_flagged_when_respelt_or_when_they_look_alike(model_test) -> None:
    model_test(
        "clean/behaviour_spellings",
        given={
            "numbered_sheets": """
                source_file  source_sheet  unit_list
                a.csv        ''            -
                b.csv        ''            reference
            """,
            "written_names": """
                field    spelling  name     look_alike
                unit_id  PHÒNG A   Phòng A  -
                unit_id  Phong A   Phong A  Phòng A
                unit_id  Phòng A   Phòng A  -
            """,
            "landed_dossiers": """
                source_file  source_sheet  source_row  unit_id
                a.csv        ''            2           PHÒNG A
                a.csv        ''            3           Phong A
                a.csv        ''            4           Phòng A
                b.csv        ''            2           PHÒNG A
            """,
            "landed_steps": "source_file  source_sheet  source_row  unit_id\na.csv  ''  5  Phong A",
        },
        expect="""
            row_kind  source_row  rule_id  fields
            dossier   2           D19      unit_id: «PHÒNG A» → «Phòng A»
            dossier   3           D33      unit_id: «Phong A» ~ «Phòng A»
            step      5           D33      unit_id: «Phong A» ~ «Phòng A»
        """,
    )


def test_a_later_export_may_not_rewrite_the_stock_of_an_earlier_one(model_test) -> None:
    model_test(
        "clean/behaviour_stock",
        given={
            "file_snapshots": """
                source_file  source_sheet  snapshot_at
                a.csv        ''            2022-01-31
                b.csv        ''            2022-02-28
            """,
            "parsed_dossiers": """
                source = s
                source_sheet = ''
                source_file  source_row  dossier_id  status    received_at  reported_end_at
                a.csv        2           A           received  2022-01-04   -
                a.csv        3           B           received  2022-01-20   -
                a.csv        4           C           resolved  2022-01-10   2022-01-12
                b.csv        2           A           resolved  2022-01-04   2022-01-20
                b.csv        3           B           resolved  2022-01-20   2022-02-05
                b.csv        4           C           resolved  2022-01-10   2022-01-12
                b.csv        5           D           resolved  2022-01-04   2022-02-05
                b.csv        6           E           resolved  2022-01-25   2022-02-05
                b.csv        7           F           received  2022-02-10   -
                b.csv        8           G           received  2022-01-03   -
            """,
        },
        # A was over in January, D missing then; that export covers neither the days of E nor of G
        expect="""
            source_file  source_row  rule_id
            b.csv        2           D27
            b.csv        5           D27
        """,
    )


def test_what_happened_in_the_very_instant_of_an_export_had_happened_by_then(model_test) -> None:
    model_test(
        "clean/behaviour_stock",
        given={
            "file_snapshots": """
                source_file  source_sheet  snapshot_at
                a.csv        ''            2022-01-31 17:00
                b.csv        ''            2022-02-28 17:00
            """,
            "parsed_dossiers": """
                source = s
                source_sheet = ''
                source_file  source_row  dossier_id  status    received_at       reported_end_at
                a.csv        2           A           received  2022-01-04 08:00  -
                a.csv        3           B           received  2022-01-04 08:00  -
                a.csv        4           C           received  2022-01-31 17:00  -
                b.csv        2           A           resolved  2022-01-04 08:00  2022-01-31 17:00
                b.csv        3           B           resolved  2022-01-04 08:00  2022-01-31 17:01
                b.csv        4           C           received  2022-01-31 17:00  -
                b.csv        5           D           received  2022-01-31 17:00  -
                b.csv        6           E           received  2022-01-31 17:01  -
            """,
        },
        expect="""
            source_file  source_row  rule_id
            b.csv        2           D27
            b.csv        5           D27
        """,
    )


def test_every_rule_about_behaviour_comes_together(model_test) -> None:
    rules = {
        "behaviour_masks": "D31",
        "behaviour_instant_steps": "D14",
        "behaviour_batches": "D24",
        "behaviour_bulk_closings": "D25",
        "behaviour_double_entries": "D23",
        "behaviour_stock": "D27",
        "behaviour_spellings": "D19",
    }
    model_test(
        "clean/behaviour_findings",
        given={
            table: f"""
                row_kind  source_file  source_sheet  source_row  rule_id  fields
                dossier   a.csv        ''            2           {rule}      x
            """
            for table, rule in rules.items()
        },
        expect="rule_id\nD14\nD19\nD23\nD24\nD25\nD27\nD31",
    )
