"""Each model of ``clean`` that compares exports and records of one dossier, and judges its log."""

from __future__ import annotations


def test_history_has_each_change_of_a_value_from_the_first_export_on(model_test) -> None:
    model_test(
        "clean/dossier_history",
        given={
            "ranked_dossier_rows": """
                duplicate_no = 1
                conflict_no = 1
                dossier_id  snapshot_at  due_at      status       source_rank  unreadable
                A           2022-01-31   2022-03-10  in_progress  1            ''
                A           2022-02-28   2022-03-10  resolved     1            ''
                A           2022-03-31   -           resolved     1            ''
                B           2022-01-31   2022-03-10  in_progress  1            ''
                C           2022-01-31   2022-03-10  in_progress  1            ''
                C           2022-02-28   2022-03-20  in_progress  2            ''
                D           2022-01-31   2022-03-10  in_progress  1            ''
                D           2022-02-28   -           in_progress  1            due_at
            """,
        },
        expect="""
            dossier_id  field   snapshot_at  value
            A           due_at  2022-01-31   2022-03-09T17:00:00Z
            A           due_at  2022-03-31   ''
            A           status  2022-01-31   in_progress
            A           status  2022-02-28   resolved
        """,
    )


def test_another_record_differs_by_the_day_of_the_end_not_by_its_hour(model_test) -> None:
    model_test(
        "clean/other_records",
        given={
            "dossiers": """
                source = o
                time_zone = Asia/Ho_Chi_Minh
                snapshot_at = 2022-01-31 17:00
                dossier_id  resolved_at
                A           2022-01-10 08:00
                B           2022-01-10 08:00
                C           -
                D           -
                E           2022-01-10 08:00
                G           -
            """,
            "numbered_sheets": "sheet_no  kept_by\n1  office\n2  portal",
            "ranked_dossier_rows": """
                duplicate_no = 1
                conflict_no = 1
                time_zone = Asia/Ho_Chi_Minh
                is_superseded = no
                dossier_id  source  sheet_no  source_rank  status    reported_end_at
                A           o       1         1            resolved  2022-01-10 08:00
                A           p       2         2            resolved  2022-01-10 16:00
                B           o       1         1            resolved  2022-01-10 08:00
                B           p       2         2            resolved  2022-01-09 16:00
                C           o       1         1            received  -
                C           p       2         2            resolved  2022-01-30 17:00
                D           o       1         1            received  -
                D           p       2         2            resolved  2022-02-01 08:00
                E           o       1         1            resolved  2022-01-10 08:00
                E           p       2         2            received  2022-01-09 16:00
                F           p       2         2            resolved  2022-01-09 16:00
                G           o       1         1            received  -
                G           p       2         2            resolved  2022-01-31 08:00
            """,
        },
        expect="""
            dossier_id  source  counted_source  counted_kept_by  ended_at          differs
            A           p       o               office           2022-01-10 16:00  no
            B           p       o               office           2022-01-09 16:00  yes
            C           p       o               office           2022-01-30 17:00  yes
            D           p       o               office           2022-02-01 08:00  no
            E           p       o               office           -                 no
            G           p       o               office           2022-01-31 08:00  no
        """,
    )


def test_a_due_date_that_changes_and_a_status_that_goes_back_are_named(model_test) -> None:
    model_test(
        "clean/history_findings",
        given={
            "dossier_history": """
                dossier_id  field   snapshot_at  value
                A           due_at  2022-01-31   2022-03-10
                A           due_at  2022-02-28   2022-03-20
                A           due_at  2022-03-31   ''
                A           status  2022-01-31   in_progress
                A           status  2022-02-28   resolved
                B           status  2022-01-31   resolved
                B           status  2022-02-28   in_progress
                C           status  2022-01-31   resolved
                C           status  2022-02-28   returned
                C           status  2022-03-31   resolved
                D           due_at  2022-01-31   2022-03-10T00:00:00Z
                E           status  2022-01-31   in_progress
                E           status  2022-02-28   submitted
                F           status  2022-01-31   supplement
                F           status  2022-02-28   in_progress
            """,
            "ranked_dossier_rows": """
                source_sheet = ''
                source_row = 2
                duplicate_no = 1
                source_rank = 1
                dossier_id  source_file  is_superseded  conflict_no
                A           a1.csv       yes            1
                A           a2.csv       no             1
                A           a3.csv       no             2
                B           b2.csv       no             1
                C           c2.csv       no             1
                D           d2.csv       no             1
                E           e2.csv       no             1
                F           f2.csv       no             1
            """,
        },
        expect="""
            source_file  rule_id  fields
            a2.csv       D28      '2022-03-10 > 2022-03-20; 2022-03-20 > '
            b2.csv       D29      resolved > in_progress
            c2.csv       D29      returned > resolved
            e2.csv       D29      in_progress > submitted
        """,
    )


def test_a_contradicted_end_names_both_sources_and_their_days(model_test) -> None:
    model_test(
        "clean/record_findings",
        given={
            "dossiers": """
                source = o
                source_sheet = ''
                source_file = a.csv
                time_zone = Asia/Ho_Chi_Minh
                dossier_id  source_row  status    resolved_at
                A           2           resolved  2022-01-10 08:00
                B           3           received  -
                C           4           resolved  2022-01-10 08:00
            """,
            "other_records": """
                dossier_id  source  ended_at          differs
                A           q       2022-01-12 08:00  yes
                A           p       2022-01-09 00:30  yes
                B           p       2022-01-09 08:00  yes
                C           p       2022-01-10 17:00  no
            """,
        },
        expect="""
            source_row  rule_id  fields
            2           P16      p 2022-01-09 <> o 2022-01-10; q 2022-01-12 <> o 2022-01-10
            3           P16      p 2022-01-09 <> o received
        """,
    )


def test_a_step_row_that_leaves_breaks_one_rule_and_no_other(model_test) -> None:
    model_test(
        "clean/step_findings",
        given={
            "file_snapshots": "sheet_no  snapshot_at\n1  2022-01-31 17:00",
            "duplicate_steps": "row_id\n1",
            "superseded_steps": "row_id\n1\n2",
            "secondary_source_steps": "row_id\n2\n3",
            "step_pairs": """
                row_id  is_joined  is_stepless  is_passed
                3       yes        yes          no
                4       yes        yes          no
                5       yes        no           no
                6       no         no           yes
            """,
            "dossiers": "dossier_id\nA",
            "parsed_steps": """
                sheet_no = 1
                dossier_id = A
                unit_id = U1
                row_id  is_in_clock_change  unreadable  implausible
                1       yes                 x           y
                2       yes                 x           y
                3       yes                 x           y
                4       yes                 x           y
                5       yes                 x           y
                6       no                  ''          ''
                7       yes                 ''          ''
                8       no                  ''          ''
                9       no                  x           y
            """,
        },
        expect="""
            row_id  rule_id  fields
            1       P07      ''
            2       P12      ''
            3       P15      ''
            4       P17      ''
            5       P11      ''
            6       P18      ''
            7       P02      ''
            9       D18      y
            9       P01      x
        """,
    )


def test_stamps_of_a_step_break_a_rule_when_they_run_backwards_or_ahead(model_test) -> None:
    model_test(
        "clean/step_findings",
        given={
            "file_snapshots": "sheet_no  snapshot_at\n1  2022-01-31 17:00",
            "dossiers": "dossier_id\nA",
            "parsed_steps": """
                sheet_no = 1
                unreadable = ''
                implausible = ''
                row_id  dossier_id  unit_id  arrived_at     started_at     finished_at
                1       A           U1       2022-01-04T08  2022-01-04T08  2022-01-04T08
                2       A           U1       2022-01-04T08  2022-01-04T09  2022-01-04T08
                3       A           U1       2022-01-04T08  -              2022-01-04T07
                4       A           U1       2022-01-04T08  2022-01-04T07  2022-01-04T09
                5       A           U1       -              -              2022-01-31T17
                6       A           U1       -              -              2022-01-31T17:01
                7       B           U1       -              -              2022-01-04T08
                8       A           -        -              -              2022-01-04T08
            """,
        },
        expect="""
            row_id  rule_id  fields
            2       P08      ''
            3       P08      ''
            4       P08      ''
            6       D06      ''
            7       P03      ''
            8       P06      ''
        """,
    )


def test_the_pauses_of_a_dossier_are_those_of_one_source_and_its_newest_export(model_test) -> None:
    model_test(
        "clean/pause_findings",
        given={
            "file_snapshots": """
                source_file  source_sheet  snapshot_at
                a.csv        ''            2022-01-31
                b.csv        ''            2022-02-28
                p.csv        ''            2022-02-28
            """,
            "dossiers": "dossier_id\nA\nB",
            "parsed_pauses": """
                source_sheet = ''
                unreadable = ''
                implausible = ''
                source_file  source_row  source  kept_by  dossier_id  paused_at
                a.csv        2           s       office   A           2022-01-04
                a.csv        3           s       office   B           2022-01-04
                b.csv        2           s       office   A           2022-01-04
                b.csv        3           s       office   A           2022-01-04
                b.csv        4           s       office   X           2022-01-04
                p.csv        2           p       portal   A           2022-01-04
                p.csv        3           p       portal   B           2022-01-04
                p.csv        4           p       portal   X           2022-01-04
            """,
        },
        expect="""
            source_file  source_row  rule_id
            a.csv        2           P12
            b.csv        3           P07
            b.csv        4           P03
            p.csv        2           P15
            p.csv        3           P15
            p.csv        4           P15
        """,
    )


def test_a_pause_may_end_in_the_instant_of_its_begin_but_not_before(model_test) -> None:
    model_test(
        "clean/pause_findings",
        given={
            "file_snapshots": "source_file  source_sheet  snapshot_at\na.csv  ''  2022-01-31",
            "dossiers": "dossier_id\nA",
            "parsed_pauses": """
                source_file = a.csv
                source_sheet = ''
                source = s
                kept_by = office
                dossier_id = A
                is_in_clock_change = no
                source_row  paused_at      resumed_at     unreadable  implausible
                2           2022-01-04T08  2022-01-04T08  ''          ''
                3           2022-01-04T08  2022-01-04T07  ''          ''
                4           -              -              paused_at   ''
                5           2022-01-05T08  -              ''          x
            """,
        },
        expect="""
            source_row  rule_id  fields
            3           P09      ''
            4           P01      paused_at
            4           P09      ''
            5           D18      x
        """,
    )
