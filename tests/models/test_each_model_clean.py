"""Each model of ``clean`` that reads landed text, on a few rows, as its header describes it."""

from __future__ import annotations


def test_sheets_are_numbered_in_the_order_of_their_names(model_test) -> None:
    model_test(
        "clean/numbered_sheets",
        given={
            "landed_files": """
                source_file  source_sheet  rows_read
                b.xlsx       A             1
                a.xlsx       Z             2
                a.xlsx       B             3
            """,
        },
        expect="""
            sheet_no  source_file  source_sheet  rows_read
            1         a.xlsx       B             3
            2         a.xlsx       Z             2
            3         b.xlsx       A             1
        """,
    )


def test_a_sheet_without_settings_is_an_offices_own_and_follows_no_list(model_test) -> None:
    given = {
        "landed_files": """
            source_file  source_sheet  has_epochs  kept_by  unit_list  procedure_list  code_list
            a.csv        ''            yes         portal   reference  reference       reference
            b.csv        ''            -           -        -          own             -
        """,
    }
    expect = """
        has_epochs  kept_by  has_unit_list  has_procedure_list  has_code_list
        yes         portal   yes            yes                 yes
        no          office   no             no                  no
    """
    model_test("clean/numbered_sheets", given=given, expect=expect)


def test_a_name_of_two_procedures_belongs_to_the_one_in_force_on_the_day(model_test) -> None:
    model_test(
        "clean/procedure_names",
        given={
            "procedures": """
                procedure_id  name_vi   field_vi
                1.000001      Cấp mới   Xây dựng
                1.000002      -         -
            """,
            "procedure_aliases": """
                alias    procedure_id  valid_from  valid_to
                Gia hạn  1.000001      -           2025-06-30
                Gia hạn  1.000002      2025-07-01  -
                Gia hạn  9.999999      2030-01-01  -
            """,
        },
        expect="""
            procedure_key  procedure_id  field_vi  valid_from  valid_to
            1.000001       1.000001      Xây dựng  0001-01-01  9999-12-31
            1.000002       1.000002      -         0001-01-01  9999-12-31
            cấp mới        1.000001      Xây dựng  0001-01-01  9999-12-31
            gia hạn        1.000001      Xây dựng  0001-01-01  2025-06-30
            gia hạn        1.000002      -         2025-07-01  9999-12-31
        """,
    )


def test_spellings_that_differ_by_case_are_one_name_and_other_marks_look_alike(model_test) -> None:
    model_test(
        "clean/written_names",
        given={
            "numbered_sheets": """
                has_procedure_list = no
                source_file  source_sheet  has_unit_list
                a.csv        ''            no
                b.csv        ''            yes
            """,
            "landed_dossiers": """
                source_file  source_sheet  unit_id
                a.csv        ''            Phòng A
                a.csv        ''            PHÒNG A
                a.csv        ''            PHÒNG A
                a.csv        ''            Phong A
                a.csv        ''            UBND
                a.csv        ''            Ubnd
                b.csv        ''            Phong A
            """,
            "landed_steps": """
                source_file  source_sheet  unit_id
                a.csv        ''            Phòng A
            """,
        },
        # as frequent as in capitals: the spelling that is not all in capitals is the name
        expect="""
            field    spelling  name     n_rows  look_alike
            unit_id  PHÒNG A   Phòng A  2       -
            unit_id  Phong A   Phong A  1       Phòng A
            unit_id  Phòng A   Phòng A  2       -
            unit_id  UBND      Ubnd     1       -
            unit_id  Ubnd      Ubnd     1       -
        """,
    )


def test_names_without_a_list_stand_in_one_spelling_and_unusable_rows_leave(model_test) -> None:
    model_test(
        "clean/dossier_texts",
        given={
            "numbered_sheets": """
                sheet_no  source_file  source_sheet  has_unit_list  has_procedure_list
                1         a.csv        ''            no             no
                2         b.csv        ''            yes            yes
            """,
            "landed_dossiers": """
                dossier_id  source_file  source_sheet  source_row  unit_id  procedure_id
                A           a.csv        ''            2           PHÒNG A  CẤP MỚI
                B           a.csv        ''            3           Phòng B  -
                C           a.csv        ''            4           PHÒNG A  -
                D           b.csv        ''            2           PHÒNG A  CẤP MỚI
            """,
            "written_names": """
                field         spelling  name
                unit_id       PHÒNG A   Phòng A
                procedure_id  CẤP MỚI   Cấp mới
            """,
            "landed_row_findings": """
                row_kind  source_file  source_sheet  source_row
                dossier   a.csv        ''            4
                step      a.csv        ''            2
            """,
        },
        expect="""
            dossier_id  unit_id  procedure_id  row_id      sheet_no
            A           Phòng A  Cấp mới       4294967298  1
            B           Phòng B  -             4294967299  1
            D           PHÒNG A  CẤP MỚI       8589934594  2
        """,
    )


def test_a_pause_is_read_in_the_zone_of_its_file_and_odd_stamps_are_listed(model_test) -> None:
    model_test(
        "clean/parsed_pauses",
        given={
            "numbered_sheets": """
                has_epochs = no
                source_file  source_sheet  day_first  time_zone         kept_by
                a.csv        ''            yes        Asia/Ho_Chi_Minh  office
                b.csv        ''            no         UTC               portal
            """,
            "landed_pauses": """
                source_file  source_sheet  source_row  paused_at         resumed_at
                a.csv        ''            2           04/01/2022 08:00  31/02/2022
                a.csv        ''            3           01/01/1900        -
                a.csv        ''            4           04/01/2022 08:00  -
                b.csv        ''            2           01/04/2022 01:00  01/05/2022 01:00
            """,
            "landed_row_findings": """
                row_kind  source_file  source_sheet  source_row
                pause     a.csv        ''            4
            """,
        },
        expect="""
            kept_by  paused_at         resumed_at        unreadable  implausible
            office   2022-01-04 08:00  -                 resumed_at  ''
            office   -                 -                 ''          paused_at = 01/01/1900
            portal   2022-01-04 08:00  2022-01-05 08:00  ''          ''
        """,
    )


def test_a_case_ends_with_its_last_completion_unless_work_begins_later(model_test) -> None:
    model_test(
        "clean/case_spans",
        given={
            "numbered_sheets": """
                case_dates
                steps
            """,
            "parsed_steps": """
                dossier_id  step    started_at        finished_at       unreadable
                A           intake  2022-01-04 08:00  2022-01-04 09:00  ''
                A           work    2022-01-04 10:00  2022-01-05 10:00  ''
                B           intake  2022-01-04 08:00  2022-01-04 09:00  ''
                B           work    2022-01-04 10:00  -                 ''
                C           early   2022-01-04 08:00  -                 ''
                C           work    2022-01-04 08:30  2022-01-04 09:00  ''
                D           work    -                 2022-01-04 09:00  ''
                D           same    2022-01-04 09:00  -                 ''
                E           work    2022-01-04 08:00  -                 finished_at
            """,
        },
        # C dropped a completion while other work went on; D begins in the instant of its end
        expect="""
            dossier_id  began_at          completed_at      ended_at
            A           2022-01-04 08:00  2022-01-05 10:00  2022-01-05 10:00
            B           2022-01-04 08:00  2022-01-04 09:00  -
            C           2022-01-04 08:00  2022-01-04 09:00  2022-01-04 09:00
            D           2022-01-04 09:00  2022-01-04 09:00  -
            E           2022-01-04 08:00  -                 -
        """,
    )


def test_a_case_of_other_events_ends_with_the_last_of_them(model_test) -> None:
    events = """
        dossier_id  step  finished_at       transition  unreadable
        A           note  2022-01-04 08:00  other       ''
        A           note  2022-01-05 08:00  other       ''
    """
    model_test(
        "clean/case_spans",
        given={"parsed_steps": events, "numbered_sheets": "case_dates\nsteps"},
        expect="""
            dossier_id  began_at          completed_at      ended_at
            A           2022-01-04 08:00  2022-01-05 08:00  2022-01-05 08:00
        """,
    )
    model_test(
        "clean/case_spans",
        given={"parsed_steps": events, "numbered_sheets": "case_dates\n''"},
        expect="dossier_id",
    )


def test_a_file_without_a_heading_takes_the_newest_date_of_its_delivery_or_source(
    model_test,
) -> None:
    model_test(
        "clean/file_snapshots",
        given={
            "numbered_sheets": """
                day_first = yes
                source_sheet = ''
                sheet_no  source  source_file  batch  snapshot_at       time_zone
                1         s       a.csv        x      30/06/2022        Asia/Ho_Chi_Minh
                2         s       b.csv        x      -                 Asia/Ho_Chi_Minh
                3         s       c.csv        y      31/07/2022 17:00  UTC
                4         s       d.csv        z      -                 Asia/Ho_Chi_Minh
                5         t       e.csv        x      -                 Asia/Ho_Chi_Minh
            """,
        },
        expect="""
            source_file  snapshot_at
            a.csv        2022-06-30 23:59:59
            b.csv        2022-06-30 23:59:59
            c.csv        2022-07-31 17:00Z
            d.csv        2022-07-31 17:00Z
            e.csv        -
        """,
    )


def test_a_source_that_does_not_say_takes_its_latest_stamp_but_no_due_date(model_test) -> None:
    model_test(
        "clean/file_snapshots",
        given={
            "numbered_sheets": """
                sheet_no  source  source_file  source_sheet  snapshot_at
                1         s       a.csv        ''            latest
                2         s       b.csv        ''            latest
                3         t       c.csv        ''            latest
            """,
            "parsed_dossiers": """
                source  received_at       due_at            reported_end_at   returned_at
                s       2022-01-04 08:00  2022-12-31 08:00  2022-01-06 08:00  2022-01-05 08:00
                t       2022-01-04 08:00  -                 -                 2022-01-05 08:00
            """,
            "parsed_steps": """
                sheet_no  arrived_at        started_at        finished_at
                2         2022-01-07 08:00  2022-01-07 09:00  2022-01-06 09:00
                3         2022-01-05 07:00  -                 -
            """,
        },
        expect="""
            source_file  snapshot_at
            a.csv        2022-01-07 09:00
            b.csv        2022-01-07 09:00
            c.csv        2022-01-05 08:00
        """,
    )


def test_a_paper_is_dated_in_the_order_and_zone_of_its_sheet(model_test) -> None:
    model_test(
        "clean/parsed_papers",
        given={
            "numbered_sheets": """
                source_sheet = ''
                time_zone = Asia/Ho_Chi_Minh
                source_file  day_first
                a.csv        yes
                b.csv        no
            """,
            "landed_papers": """
                source_sheet = ''
                source = s
                source_file  source_row  dossier_id  paper_result_on
                a.csv        2           A           04/03/2022
                a.csv        3           B           unknown
                a.csv        4           C           05/03/2022
                b.csv        2           D           04/03/2022
                b.csv        3           E           2022-03-04T23:30Z
            """,
            "landed_row_findings": """
                row_kind  source_file  source_sheet  source_row
                paper     a.csv        ''            4
            """,
        },
        expect="""
            dossier_id  paper_text         paper_result_on
            A           04/03/2022         2022-03-04
            B           unknown            -
            D           04/03/2022         2022-04-03
            E           2022-03-04T23:30Z  2022-03-05
        """,
    )


def test_a_paper_register_is_as_new_as_its_latest_paper(model_test) -> None:
    model_test(
        "clean/file_snapshots",
        given={
            "numbered_sheets": """
                sheet_no  source  source_file  source_sheet  snapshot_at
                1         p       p.csv        ''            latest
            """,
            "parsed_papers": """
                time_zone = UTC
                source  paper_result_on
                p       2022-01-04
                p       2022-01-06
            """,
        },
        expect="""
            source_file  snapshot_at
            p.csv        2022-01-06 00:00Z
        """,
    )


def test_a_paper_register_dates_the_paper_where_the_record_does_not(model_test) -> None:
    """Of several dates the latest: an earlier one would excuse more of the lateness."""
    model_test(
        "clean/dossiers",
        given={
            "numbered_sheets": "sheet_no\n1",
            "parsed_papers": """
                dossier_id  paper_result_on
                A           2022-01-07
                A           2022-01-10
                B           2022-01-07
                Z           2022-01-07
            """,
            "ranked_dossier_rows": """
                source_file = a.csv
                source_sheet = ''
                unit_id = U1
                sheet_no = 1
                time_zone = Asia/Ho_Chi_Minh
                received_at = 2022-01-04 08:00
                snapshot_at = 2022-01-31 17:00
                dossier_id  source_row  paper_result_on
                A           2           -
                B           3           2022-01-12
                C           4           -
            """,
        },
        expect="""
            dossier_id  paper_result_on
            A           2022-01-10
            B           2022-01-12
            C           -
        """,
    )
