"""Each model of ``clean`` that judges rows by a rule: rows that break it, or just do not."""

from __future__ import annotations

STANDING = """
    source_file = a.csv
    source_sheet = ''
    unreadable = ''
    implausible = ''
    in_clock_changes = ''
    is_superseded = no
    duplicate_no = 1
    conflict_no = 1
    source_rank = 1
    sheet_no = 1
    time_zone = Asia/Ho_Chi_Minh
    snapshot_at = 2022-03-31 17:00
"""
SHEETS = """
    calendar_id = vn_dong_thap
    day_first = yes
    has_unit_list = yes
    sheet_no  has_code_list
    1         yes
    2         no
"""


def without(*names: str) -> str:
    """Return the shared columns without those that the rows of a test name themselves."""
    lines = [line.strip() for line in STANDING.strip().splitlines()]
    return "\n".join(line for line in lines if line.split(" = ")[0] not in names)


def test_a_code_more_than_three_working_days_off_or_of_no_pattern_is_doubtful(model_test) -> None:
    model_test(
        "clean/code_warnings",
        given={
            "numbered_sheets": SHEETS,
            "ranked_dossier_rows": without("sheet_no")
            + """
                source_row  dossier_id                 received_on  sheet_no
                2           000.00.14.H20-220104-0001  2022-01-07   1
                3           000.00.14.H20-220104-0002  2022-01-10   1
                4           000.00.14.H20-220110-0003  2022-01-04   1
                5           X1                         2022-01-04   1
                6           X2                         2022-01-04   2
            """,
        },
        # Friday the 7th is three working days after Tuesday the 4th, Monday the 10th four
        expect="""
            source_row  rule_id
            3           D03
            4           D03
            5           D02
        """,
    )


def test_a_reused_unit_code_low_online_levels_and_stated_reasons_are_flagged(model_test) -> None:
    model_test(
        "clean/code_warnings",
        given={
            "unit_names": """
                unit_key  unit_id  is_by_succession
                29905     P1       no
                29905     P-SD     no
                29908     P4       no
                29908     P-SD     yes
                phường 1  P1       no
                phường 1  P-SD     no
            """,
            "numbered_sheets": SHEETS.replace("yes\n    2", "no\n    2"),
            "ranked_dossier_rows": STANDING
            + """
                source_row  unit_text  unit_id  service_level  channel_in  late_reason
                2           29905      P1       2              counter     -
                3           29908      P4       2              online      -
                4           Phường 1   P1       3              online      -
                5           -          P1       1              online      Bận
            """,
        },
        expect="""
            source_row  rule_id  fields
            2           D22      P1
            3           D09      ''
            5           D09      ''
            5           D30      ''
        """,
    )


def test_rows_that_leave_as_repeats_are_not_judged_by_their_codes(model_test) -> None:
    model_test(
        "clean/code_warnings",
        given={
            "numbered_sheets": SHEETS.replace("yes\n    2", "no\n    2"),
            "ranked_dossier_rows": """
                source_file = a.csv
                source_sheet = ''
                sheet_no = 1
                late_reason = Bận
                source_row  duplicate_no  conflict_no  source_rank  is_superseded
                2           1             1            1            no
                3           2             1            1            no
                4           1             2            1            no
                5           1             1            2            no
                6           1             1            1            yes
            """,
        },
        expect="source_row  rule_id\n2  D30",
    )


def texts(rows: int) -> str:
    """Return the landed text, of no interest to the test, of so many rows."""
    numbers = "\n".join(f"{number}" for number in range(2, rows + 2))
    return f"source_file = a.csv\nsource_sheet = ''\nsource_row\n{numbers}"


def test_dates_are_doubtful_beyond_equality_and_on_a_day_off(model_test) -> None:
    model_test(
        "clean/date_warnings",
        given={
            "numbered_sheets": SHEETS,
            "dossier_texts": texts(9),
            "ranked_dossier_rows": STANDING
            + """
                received_at = 2022-01-04 08:00
                source_row  due_at            reported_end_at   returned_at
                2           2022-01-04 08:00  -                 -
                3           2022-01-04 07:59  -                 -
                4           2022-01-08 17:00  -                 -
                5           -                 2022-01-04 08:00  -
                6           -                 2022-01-05 10:00  2022-01-05 10:00
                7           -                 2022-01-05 10:00  2022-01-05 09:59
                8           -                 2022-01-05 10:00  2022-01-05 00:00
                9           -                 2022-01-05 10:00  2022-01-04 00:00
                10          -                 -                 2022-01-05 00:00
            """,
        },
        # the 8th is a Saturday; an end at midnight is a mere date and counts as its whole day
        expect="""
            source_row  rule_id
            3           D11
            4           D12
            5           D14
            7           D15
            9           D15
        """,
    )


def test_dates_that_stand_in_order_only_with_day_and_month_swapped_are_doubtful(model_test) -> None:
    model_test(
        "clean/date_warnings",
        given={
            "numbered_sheets": SHEETS,
            "dossier_texts": """
                source_file = a.csv
                source_sheet = ''
                source_row  received_at  resolved_at
                2           10/02/2022   03/01/2022
                3           10/02/2022   05/01/2022
                4           02/05/2022   01/03/2022
                5           10/02/2022   12/01/2022
            """,
            "ranked_dossier_rows": STANDING
            + """
                source_row  received_at  reported_end_at
                2           2022-02-10   2022-01-03
                3           2022-02-10   2022-01-05
                4           2022-05-02   2022-03-01
                5           2022-02-10   2022-01-12
            """,
        },
        # row 3 would end on 1 May, after the export; row 4 would be received on 5 February
        expect="""
            source_row  rule_id
            2           D17
            4           D17
        """,
    )


def test_short_years_placeholders_and_the_other_epoch_are_doubtful(model_test) -> None:
    model_test(
        "clean/date_warnings",
        given={
            "numbered_sheets": SHEETS,
            "dossier_texts": """
                source_file = a.csv
                source_sheet = ''
                source_row  received_at
                2           04/01/22 08:00
                3           04/01/2022
                4           04/01/2018
                5           04/01/2018
            """,
            "ranked_dossier_rows": without("implausible")
            + """
                source_row  dossier_id     received_on  implausible
                2           A              2022-01-04   ''
                3           B              2022-01-04   due_at = 31/12/9999
                4           X-220105-0001  2018-01-04   ''
                5           X-220106-0001  2018-01-04   ''
            """,
        },
        # 4 January 2018 lies 1462 days before 5 January 2022
        expect="""
            source_row  rule_id  fields
            2           D18      ''
            3           D18      due_at = 31/12/9999
            4           D18      ''
        """,
    )


def test_a_first_due_date_a_week_earlier_and_a_late_return_without_an_end_are_named(
    model_test,
) -> None:
    model_test(
        "clean/date_warnings",
        given={
            "numbered_sheets": SHEETS,
            "dossier_texts": texts(7),
            "ranked_dossier_rows": STANDING
            + """
                due_at = 2022-01-20 17:00
                source_row  due_first_at  due_first_from  status    reported_end_at  returned_at
                2           2022-01-13    column          resolved  -                -
                3           2022-01-13    note            resolved  -                -
                4           2022-01-12    column          resolved  -                -
                5           -             -               resolved  -                2022-01-21
                6           -             -               resolved  -                2022-01-20T17
                7           -             -               resolved  2022-01-19       2022-01-21
                8           -             -               received  -                2022-01-21
            """,
        },
        expect="""
            source_row  rule_id
            2           P13
            5           P14
        """,
    )


def test_a_row_that_repeats_or_is_outdone_breaks_that_rule_alone(model_test) -> None:
    model_test(
        "clean/dossier_findings",
        given={
            "ranked_dossier_rows": """
                source_file = a.csv
                source_sheet = ''
                unreadable = ''
                implausible = ''
                in_clock_changes = ''
                received_at = 2022-01-04
                snapshot_at = 2022-01-31
                due_at = 2022-01-20
                unit_id = U1
                source_row  dossier_id  duplicate_no  is_superseded  conflict_no  source_rank
                2           A           2             yes            1            2
                3           A           1             yes            2            2
                4           A           1             no             1            2
                5           A           1             no             2            2
                6           A           1             no             1            1
                7           -           1             no             1            1
            """,
        },
        expect="""
            source_row  rule_id
            2           P07
            3           P12
            4           P15
            5           D01
            7           D01
        """,
    )


def test_dates_that_cannot_be_break_a_rule_from_the_second_after_on(model_test) -> None:
    model_test(
        "clean/dossier_findings",
        given={
            "ranked_dossier_rows": STANDING
            + """
                dossier_id = A
                due_at = 2022-01-20
                unit_id = U1
                source_row  received_at       status          reported_end_at   returned_at
                2           -                 resolved        2022-01-05T08     -
                3           -                 refused_intake  -                 -
                4           2022-03-31T17     received        -                 -
                5           2022-03-31 17:01  received        -                 -
                6           2022-01-04T08     resolved        2022-03-31T17     -
                7           2022-01-04T08     resolved        2022-01-05T08     2022-03-31 17:01
                8           2022-01-04T08     resolved        2022-01-04T08     -
                9           2022-01-04T08     resolved        2022-01-04 07:59  -
                10          2022-01-04T08     resolved        -                 -
                11          2022-01-04T08     resolved        -                 2022-01-05T08
                12          2022-01-04T08     received        2022-01-05T08     -
                13          2022-01-04T08     withdrawn       -                 -
            """,
        },
        expect="""
            source_row  rule_id
            2           D04
            3           P10
            5           D05
            7           D06
            9           D07
            10          D08
            12          P05
        """,
    )


def test_a_missing_or_unknown_value_breaks_a_rule(model_test) -> None:
    model_test(
        "clean/dossier_findings",
        given={
            "ranked_dossier_rows": without("unreadable", "in_clock_changes")
            + """
                dossier_id = A
                received_at = 2022-01-04 08:00
                source_row  due_at      term_value  unit_id  unit_text  unreadable  in_clock_changes
                2           2022-01-20  -           U1       -          ''          ''
                3           -           5           U1       -          ''          ''
                4           -           -           U1       -          ''          ''
                5           -           -           U1       -          due_at      ''
                6           2022-01-20  -           -        Sở X       ''          ''
                7           2022-01-20  -           U1       -          ''          due_at
            """,
        },
        expect="""
            source_row  rule_id  fields
            4           D10      ''
            5           P01      due_at
            6           D21      ''
            7           P02      due_at
        """,
    )


def test_a_name_without_a_date_is_no_unknown_unit(model_test) -> None:
    model_test(
        "clean/dossier_findings",
        given={
            "ranked_dossier_rows": STANDING
            + """
                dossier_id = A
                status = submitted
                due_at = 2022-01-20
                source_row  unit_text  submitted_at  is_unknown_procedure
                2           Sở X       -             no
                3           Sở X       2022-01-04    no
                4           -          -             yes
            """,
        },
        expect="""
            source_row  rule_id
            2           P10
            3           D21
            3           P10
            4           D21
            4           P04
            4           P10
        """,
    )


def test_a_row_of_a_paper_register_is_unread_of_no_dossier_again_or_contradicted(
    model_test,
) -> None:
    model_test(
        "clean/paper_findings",
        given={
            "dossiers": "dossier_id\nA\nB",
            "parsed_papers": """
                source_file = a.csv
                source_sheet = ''
                source = s
                source_row  dossier_id  paper_text  paper_result_on
                2           A           07/01/2022  2022-01-07
                3           A           10/01/2022  2022-01-10
                4           A           10/01/2022  2022-01-10
                5           B           unknown     -
                6           Z           07/01/2022  2022-01-07
            """,
        },
        expect="""
            source_row  rule_id  fields
            2           D43      ''
            3           D43      ''
            4           P07      ''
            5           P01      paper_result_on
            6           P03      ''
        """,
    )
