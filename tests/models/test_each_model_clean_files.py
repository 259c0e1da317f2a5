"""Each model of ``clean`` about whole files: their dates, what became of their rows."""

from __future__ import annotations


def test_a_heading_that_is_no_date_stops_the_stage(model_test) -> None:
    model_test(
        "clean/unread_snapshots",
        given={
            "numbered_sheets": """
                day_first = yes
                source_sheet = ''
                time_zone = Asia/Ho_Chi_Minh
                source_file  snapshot_at
                a.csv        latest
                b.csv        30/06/2022
                c.csv        -
            """,
        },
        expect="source_file",
    )
    model_test(
        "clean/unread_snapshots",
        given={
            "numbered_sheets": """
                source_file  source_sheet  day_first  time_zone         snapshot_at
                a.csv        ''            yes        Asia/Ho_Chi_Minh  31/02/2022
                b.csv        ''            yes        Asia/Ho_Chi_Minh  28/02/2022
            """,
        },
        expect="""
            source_file  value
            a.csv        31/02/2022
        """,
    )


def test_an_export_that_nothing_dates_stops_the_stage_unless_it_is_empty(model_test) -> None:
    model_test(
        "clean/undated_exports",
        given={
            "file_snapshots": """
                source_file  source_sheet  rows_read  snapshot_at
                a.csv        ''            0          -
                b.csv        ''            1          2022-06-30
            """,
        },
        expect="source_file",
    )
    model_test(
        "clean/undated_exports",
        given={
            "file_snapshots": """
                source_file  source_sheet  rows_read  snapshot_at
                a.csv        ''            3          -
                b.csv        ''            1          -
            """,
            "dossier_texts": """
                source_file  source_sheet  source_row  received_at  resolved_at
                a.csv        ''            2           soon         -
                a.csv        ''            3           32/01/2022   32/02/2022
                b.csv        ''            2           Nguyễn       -
            """,
        },
        expect="""
            source_file  source_row  field        value
            a.csv        3           received_at  32/01/2022
            b.csv        '-'         '-'          '-'
        """,
    )


def test_a_period_closes_the_day_before_the_next_one_of_its_kind_begins(model_test) -> None:
    model_test(
        "clean/report_dates",
        given={
            "dossiers": """
                dossier_id  received_on  snapshot_at
                A           2022-01-04   2022-02-15 17:00
            """,
            "report_conventions": """
                convention  period_kind  first_month  first_day
                calendar    year         same         1
                calendar    half         same         1
                statute     year         before       15
                statistics  year         same         1
            """,
        },
        # years from the first reception to the one after the export
        expect="""
            ends_on     conventions
            2021-12-14  statute
            2021-12-31  calendar, statistics
            2022-06-30  calendar
            2022-12-14  statute
            2022-12-31  calendar, statistics
            2023-06-30  calendar
        """,
    )


def test_due_stamps_are_counted_and_stamps_since_1970_are_the_whole_sheet(model_test) -> None:
    model_test(
        "clean/stamp_findings",
        given={
            "numbered_sheets": """
                source_sheet = ''
                sheet_no  source_file  rows_landed  has_epochs  due_days                  due_mixed
                1         a.csv        9            no          ["due_at","step_due_at"]  []
                2         b.csv        8            yes         []                        ["due_at"]
                3         c.csv        7            -           -                         -
            """,
            "parsed_dossiers": """
                sheet_no  due_at
                1         2022-01-10
                1         -
                2         2022-01-10
                2         2022-01-10
            """,
            "parsed_steps": """
                sheet_no  step_due_at
                1         2022-01-10
                1         2022-01-11
                1         2022-01-12
            """,
        },
        expect="""
            source_file  field        rule_id  n_values
            a.csv        due_at       P19      1
            a.csv        step_due_at  P19      3
            b.csv        ''           P21      8
            b.csv        due_at       P20      2
        """,
    )


def rows_received(number: int, hour: str) -> str:
    """Return so many dossier rows that say the same time of the day."""
    days = [f"2022-01-{day:02} {hour}" for day in range(1, number + 1)]
    return "\n".join(["received_at", *days])


def test_a_column_of_one_time_of_day_says_days_from_twenty_values_on(model_test) -> None:
    shared = "source_file = a.csv\nsource_sheet = ''\ntime_zone = Asia/Ho_Chi_Minh\n"
    model_test(
        "clean/source_findings",
        given={"parsed_dossiers": shared + rows_received(20, "00:00")},
        expect="""
            source_file  field        rule_id  n_values  time_of_day
            a.csv        received_at  D16      20        00:00:00
        """,
    )
    for rows in (rows_received(19, "00:00"), rows_received(20, "00:00") + "\n2022-01-21 08:00"):
        model_test(
            "clean/source_findings",
            given={"parsed_dossiers": shared + rows},
            expect="source_file",
        )


def test_old_letters_and_what_the_readers_noted_of_a_sheet_are_findings(model_test) -> None:
    model_test(
        "clean/source_findings",
        given={
            "landed_files": """
                source_file  source_sheet  encoding  rows_landed
                a.csv        ''            tcvn3     9
                b.csv        ''            utf-8     8
            """,
            "stamp_findings": """
                source_file  source_sheet  field   rule_id  n_values
                a.csv        ''            due_at  P19      7
                b.csv        ''            ''      P21      8
            """,
            "landed_sheet_findings": """
                source_file  source_sheet  field  rule_id  n_values
                c.csv        ''            note   F03      2
            """,
        },
        expect="""
            source_file  field   rule_id  n_values  time_of_day
            a.csv        due_at  P19      7         00:00:00
            a.csv        tcvn3   D20      9         -
            b.csv        ''      P21      8         -
            c.csv        note    F03      2         -
        """,
    )


def test_a_finding_shows_its_row_without_place_and_key_and_in_words(model_test) -> None:
    model_test(
        "clean/quarantine",
        given={
            "quality_rules": """
                rule_id  severity  message_vi  message_en
                D01      error     Sai         Wrong
                P08      warn      Ngược       Reversed
                P09      info      Dừng        Pause
            """,
            "numbered_sheets": """
                sheet_no  source_file  source_sheet
                1         a.csv        ''
            """,
            "dossier_findings": """
                source_file  source_sheet  source_row  rule_id  fields
                a.csv        ''            2           D01      due_at
            """,
            "step_findings": """
                row_id      rule_id  fields
                4294967298  P08      ''
            """,
            "landed_row_findings": """
                row_kind  source_file  source_sheet  source_row  rule_id  fields
                pause     a.csv        ''            3           P09      ''
            """,
            "landed_dossiers": """
                dossier_id  source_file  source_sheet  source_row
                A           a.csv        ''            2
                B           a.csv        ''            9
            """,
            "landed_steps": "source_file  source_sheet  source_row\na.csv  ''  2",
            "landed_pauses": "source_file  source_sheet  source_row\na.csv  ''  3",
        },
        expect="""
            source_row  row_kind  rule_id  severity  message     message_en
            2           dossier   D01      error     Sai due_at  Wrong due_at
            2           step      P08      warn      Ngược       Reversed
            3           pause     P09      info      Dừng        Pause
        """,
    )


def test_every_row_read_is_clean_refused_merged_or_ignored(model_test) -> None:
    model_test(
        "clean/reconciliation",
        given={
            "numbered_sheets": """
                source = s
                sheet_no  source_file  source_sheet  sheet_of  rows_read  rows_ignored
                1         a.csv        ''            -         6          1
                2         b.csv        ''            -         2          2
            """,
            "landed_dossiers": """
                source_file = a.csv
                source_sheet = ''
                source_row
                2
                3
                4
                5
            """,
            "landed_steps": """
                source_file = a.csv
                source_sheet = ''
                source_row
                3
                4
                5
                6
            """,
            "quarantine": """
                source_file = a.csv
                source_sheet = ''
                source_row  row_kind  severity
                2           dossier   warn
                3           dossier   merged
                3           step      error
                4           dossier   merged
                4           step      merged
                5           dossier   merged
                6           step      info
            """,
        },
        # of row 5 the step stays; a step refused refuses row 3
        expect="""
            source_file  rows_read  rows_clean  rows_quarantined  rows_merged  rows_ignored
            a.csv        6          3           1                 1            1
            b.csv        2          0           0                 0            2
        """,
    )


def test_the_stages_of_a_wide_row_are_one_row_of_the_sheet_they_came_from(model_test) -> None:
    model_test(
        "clean/reconciliation",
        given={
            "numbered_sheets": """
                source = s
                source_file = a.csv
                sheet_no  source_sheet  sheet_of  rows_read  rows_ignored
                1         wide          -         2          0
                2         wide/stage 1  wide      2          0
                3         wide/stage 2  wide      2          0
            """,
            "landed_steps": """
                source_file = a.csv
                source_sheet  source_row
                wide/stage 1  2
                wide/stage 2  2
                wide/stage 1  3
                wide/stage 2  3
            """,
            "quarantine": """
                source_file = a.csv
                row_kind = step
                source_sheet  source_row  severity
                wide/stage 1  2           error
                wide/stage 2  2           merged
                wide/stage 1  3           merged
                wide/stage 2  3           merged
            """,
        },
        expect="""
            source_file  rows_read  rows_clean  rows_quarantined  rows_merged  rows_ignored
            a.csv        2          0           1                 1            0
        """,
    )
