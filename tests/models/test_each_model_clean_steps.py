"""Each model of ``clean`` that makes the tables of steps and pauses, on a few rows."""

from __future__ import annotations


def test_the_nth_start_of_an_activity_belongs_to_its_nth_completion(model_test) -> None:
    model_test(
        "clean/step_pairs",
        given={
            "parsed_steps": """
                row_id  dossier_id  step  transition  arrived_at     started_at     finished_at
                1       A           work  schedule    2022-01-04T08  -              -
                2       A           work  start       -              2022-01-04T09  -
                3       A           work  complete    -              -              2022-01-04T10
                4       A           work  start       -              2022-01-04T11  -
                5       A           sign  complete    -              -              2022-01-04T12
                6       A           note  other       -              -              2022-01-04T13
            """,
        },
        expect="""
            row_id  is_joined  is_stepless  is_passed  arrived_at        started_at
            1       yes        no           no         -                 -
            2       yes        no           no         -                 -
            3       no         no           no         2022-01-04 08:00  2022-01-04 09:00
            4       no         no           yes        -                 -
            5       no         no           no         -                 -
            6       yes        yes          no         -                 -
        """,
    )


def test_a_start_belongs_to_a_completion_of_the_same_instant_but_no_earlier_one(model_test) -> None:
    model_test(
        "clean/step_pairs",
        given={
            "parsed_steps": """
                row_id  dossier_id  step  transition  finished_at
                1       A           work  start       2022-01-04 08:00
                2       A           work  complete    2022-01-04 08:00
                3       B           work  complete    2022-01-04 08:00
                4       B           work  start       2022-01-04 09:00
                5       C           work  -           2022-01-04 09:00
                6       C           work  complete    2022-01-04 09:00
                7       C           work  complete    2022-01-04 09:00
            """,
            "duplicate_steps": "row_id\n6",
            "superseded_steps": "row_id\n7",
        },
        expect="""
            row_id  is_joined  is_passed  started_at
            1       yes        no         -
            2       no         no         2022-01-04 08:00
            3       no         no         -
            4       no         no         -
        """,
    )


def test_rows_alike_repeat_each_other_within_one_export_alone(model_test) -> None:
    model_test(
        "clean/duplicate_steps",
        given={
            "numbered_sheets": """
                sheet_no  incremental
                1         -
                2         no
                3         yes
                4         yes
            """,
            "file_snapshots": """
                sheet_no  snapshot_at
                1         2022-01-31
                2         2022-02-28
                3         2022-01-31
                4         2022-02-28
            """,
            "parsed_steps": """
                row_id  sheet_no  dossier_id  variant_no  content
                1       1         A           1           10
                2       1         A           1           10
                3       1         A           1           10
                4       2         A           1           10
                5       1         A           2           10
                6       3         B           1           20
                7       4         B           1           20
                8       1         C           1           30
            """,
        },
        # row 5 has the digest of the others by accident
        expect="""
            row_id  duplicate_no
            2       2
            3       3
            7       2
        """,
    )


def test_of_two_logs_the_offices_own_is_believed_then_the_longer_one(model_test) -> None:
    model_test(
        "clean/secondary_source_steps",
        given={
            "numbered_sheets": """
                sheet_no  source  kept_by
                1         o       office
                2         p       portal
                3         q       office
            """,
            "parsed_steps": """
                row_id  dossier_id  sheet_no
                1       A           1
                2       A           2
                3       A           2
                4       B           2
                5       C           1
                6       C           3
                7       C           3
                8       D           1
                9       D           3
                10      -           2
            """,
        },
        expect="""
            row_id
            2
            3
            5
            9
        """,
    )


def test_steps_of_a_single_source_have_no_second_source(model_test) -> None:
    model_test(
        "clean/secondary_source_steps",
        given={
            "numbered_sheets": "sheet_no  source\n1  o\n2  o\n3  p",
            "parsed_steps": "row_id  dossier_id  sheet_no\n1  A  1\n2  A  2",
        },
        expect="row_id",
    )


def test_the_newest_export_of_a_source_that_has_the_dossiers_steps_replaces_the_others(
    model_test,
) -> None:
    model_test(
        "clean/superseded_steps",
        given={
            "numbered_sheets": """
                sheet_no  source  incremental
                1         s       no
                2         s       -
                3         s       yes
                4         t       no
                5         s       no
            """,
            "file_snapshots": """
                sheet_no  snapshot_at
                1         2022-01-31
                2         2022-02-28
                3         2022-01-01
                4         2022-01-01
                5         2022-02-28
            """,
            "parsed_steps": """
                row_id  dossier_id  sheet_no
                1       A           1
                2       A           2
                3       A           3
                4       A           4
                5       B           1
                6       A           5
            """,
        },
        expect="""
            row_id
            1
        """,
    )


def test_a_step_row_leaves_once_however_many_rules_refuse_or_merge_it(model_test) -> None:
    model_test(
        "clean/excluded_steps",
        given={
            "quality_rules": """
                rule_id  severity
                R1       error
                R2       merged
                R3       warn
            """,
            "step_findings": """
                row_id  rule_id
                1       R1
                1       R2
                2       R2
                3       R3
            """,
        },
        expect="""
            row_id
            1
            2
        """,
    )


def test_steps_are_numbered_anew_only_where_the_log_has_no_numbers(model_test) -> None:
    model_test(
        "clean/step_numbers",
        given={
            "excluded_steps": "row_id\n13",
            "step_pairs": """
                row_id  arrived_at        started_at
                5       2022-01-04 07:00  2022-01-04 09:00
            """,
            "parsed_steps": """
                row_id  dossier_id  logged_no  finished_at
                1       apart       1          2022-01-04 10:00
                2       apart       2          2022-01-04 09:00
                3       same        1          2022-01-04 10:00
                4       same        1          2022-01-04 09:00
                5       none        -          2022-01-04 10:00
                6       none        -          2022-01-04 08:00
                7       tied        0          2022-01-04 10:00
                8       tied        1          2022-01-04 10:00
                9       tied        2          -
                10      large       63         2022-01-04 10:00
                11      large       1          2022-01-04 11:00
                12      left        1          2022-01-04 10:00
                13      left        1          2022-01-04 10:00
                14      part        1          2022-01-04 10:00
                15      part        -          2022-01-04 09:00
            """,
        },
        expect="""
            row_id  step_no
            3       2
            4       1
            5       1
            6       2
            7       1
            8       2
            9       3
            14      2
            15      1
        """,
    )


def test_a_completed_step_takes_arrival_and_start_from_the_events_before_it(model_test) -> None:
    model_test(
        "clean/steps",
        given={
            "numbered_sheets": """
                sheet_no  source_file  source_sheet
                1         a.csv        ''
            """,
            "excluded_steps": "row_id\n4294967300",
            "step_numbers": "row_id  step_no\n4294967299  1",
            "step_pairs": """
                row_id      arrived_at        started_at
                4294967298  2022-01-04 07:00  2022-01-04 08:00
                4294967299  2022-01-04 07:00  2022-01-04 08:00
            """,
            "parsed_steps": """
                sheet_no = 1
                step_kind = work
                row_id      dossier_id  logged_no  started_at        finished_at
                4294967298  A           3          -                 2022-01-04 09:00
                4294967299  B           3          2022-01-04 08:30  2022-01-04 09:00
                4294967300  C           1          -                 2022-01-04 09:00
            """,
        },
        expect="""
            dossier_id  step_no  arrived_at        started_at        source_file  source_row
            A           3        2022-01-04 07:00  2022-01-04 08:00  a.csv        2
            B           1        2022-01-04 07:00  2022-01-04 08:30  a.csv        3
        """,
    )


def test_a_pause_ends_with_the_next_event_that_sets_another_status(model_test) -> None:
    model_test(
        "clean/logged_pauses",
        given={
            "numbered_sheets": """
                sheet_no  source_file  source_sheet
                1         a.csv        ''
            """,
            "parsed_pauses": "dossier_id\nC",
            "excluded_steps": "row_id\n4294967305",
            "parsed_steps": """
                row_id      dossier_id  logged_no  finished_at       status_after
                4294967298  A           1          2022-01-04 08:00  in_progress
                4294967299  A           2          2022-01-04 09:00  supplement
                4294967300  A           3          2022-01-04 10:00  supplement
                4294967301  A           4          2022-01-04 11:00  financial
                4294967302  A           5          2022-01-04 12:00  in_progress
                4294967303  B           1          2022-01-04 08:00  supplement
                4294967304  C           1          2022-01-04 08:00  supplement
                4294967305  D           1          2022-01-04 08:00  supplement
            """,
        },
        expect="""
            dossier_id  reason      paused_at         resumed_at        source_row
            A           supplement  2022-01-04 09:00  2022-01-04 11:00  3
            A           financial   2022-01-04 11:00  2022-01-04 12:00  5
            B           supplement  2022-01-04 08:00  -                 7
        """,
    )


def test_pauses_are_numbered_by_their_begin_and_refused_ones_leave(model_test) -> None:
    model_test(
        "clean/pauses",
        given={
            "quality_rules": """
                rule_id  severity
                R1       error
                R2       merged
                R3       warn
            """,
            "pause_findings": """
                source_file  source_sheet  source_row  rule_id
                a.csv        ''            3           R1
                a.csv        ''            4           R2
                a.csv        ''            5           R3
            """,
            "parsed_pauses": """
                source_file = a.csv
                source_sheet = ''
                dossier_id = A
                source_row  paused_at
                2           2022-01-05 08:00
                3           2022-01-03 08:00
                4           2022-01-03 08:00
                5           2022-01-04 08:00
                6           2022-01-05 08:00
            """,
            "logged_pauses": """
                source_file  source_sheet  source_row  dossier_id  paused_at
                b.csv        ''            2           B           2022-01-05 08:00
            """,
        },
        expect="""
            dossier_id  pause_no  source_file  source_row
            A           1         a.csv        5
            A           2         a.csv        2
            A           3         a.csv        6
            B           1         b.csv        2
        """,
    )


def test_a_stamp_that_the_log_lacks_follows_from_others_where_the_profile_says_so(model_test):
    model_test(
        "clean/derived_stamps",
        given={
            "numbered_sheets": """
                sheet_no  arrives_with  starts_with  finishes_with  instant_steps
                1         step_before   ''           ''             ["sign"]
                2         ''            arrival      ''             []
                3         ''            ''           next_step      []
                4         ''            ''           ''             []
            """,
            "parsed_steps": """
                row_id  sheet_no  dossier_id  step  arrived_at     started_at     finished_at
                1       1         A           work  -              2022-01-04T08  2022-01-04T10
                2       1         A           seal  -              2022-01-04T09  2022-01-04T11
                3       1         A           sign  -              -              2022-01-04T12
                4       1         A           post  2022-01-04T09  -              2022-01-04T14
                5       2         B           work  2022-01-04T08  -              2022-01-04T10
                6       3         C           work  -              2022-01-04T08  -
                7       3         C           sign  -              2022-01-04T09  -
                8       4         D           work  -              2022-01-04T09  -
            """,
        },
        expect="""
            row_id  arrived_at        started_at        finished_at
            1       -                 2022-01-04 08:00  2022-01-04 10:00
            2       -                 2022-01-04 09:00  2022-01-04 11:00
            3       2022-01-04 11:00  2022-01-04 12:00  2022-01-04 12:00
            4       2022-01-04 09:00  -                 2022-01-04 14:00
            5       2022-01-04 08:00  2022-01-04 08:00  2022-01-04 10:00
            6       -                 2022-01-04 08:00  2022-01-04 09:00
            7       -                 2022-01-04 09:00  -
        """,
    )
