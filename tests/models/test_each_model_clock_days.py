"""Days that a calendar lacks or only drafts, on a few rows worked out by hand."""

from __future__ import annotations


def test_days_outside_a_calendar_are_found_and_its_last_day_is_inside(model_test) -> None:
    model_test(
        "clock/calendar_findings",
        given={
            "dossier_calendars": """
                calendar_id = c
                time_zone = Asia/Ho_Chi_Minh
                first_day = 2022-01-01
                last_day = 2022-12-31
                dossier_id  received_on  clock_end_at      has_days_off
                A           2022-01-01   2022-12-31 23:59  yes
                B           2022-12-01   2023-01-01 00:00  yes
                C           2021-12-31   2022-12-01 08:00  yes
                D           2022-12-01   2022-12-01 08:00  yes
                E           2022-12-01   2022-12-01 08:00  yes
                F           2022-12-01   2022-12-01 08:00  no
                G           2022-12-01   2022-12-01 08:00  yes
                H           2021-12-01   2022-12-01 08:00  yes
            """,
            "dossiers": """
                dossier_id  due_at
                A           2022-12-31 17:00
                B           2022-12-31 17:00
                C           2022-12-31 17:00
                D           2023-01-02 17:00
                E           -
                F           -
                G           -
                H           -
            """,
            "due_dates": """
                dossier_id  term_unit    lacks_days  is_procedure_term
                E           working_day  yes         no
                F           working_day  yes         no
                G           working_day  yes         yes
                H           working_day  yes         no
            """,
        },
        expect="""
            dossier_id  rule_id  year  is_undecidable
            B           D36      2023  no
            C           D35      2021  no
            D           D34      2023  no
            E           D34      2023  yes
            F           D37      2022  yes
            H           D35      2021  yes
        """,
    )


def test_a_dossier_whose_last_day_lies_in_a_draft_of_the_calendar_is_noted(model_test) -> None:
    model_test(
        "clock/calendar_findings",
        given={
            "dossier_calendars": """
                calendar_id = c
                time_zone = Asia/Ho_Chi_Minh
                first_day = 2022-01-01
                last_day = 2023-12-31
                drafted_from = 2023-01-01
                has_days_off = yes
                dossier_id  received_on  clock_end_at
                A           2022-12-01   2022-12-31 23:59
                B           2022-12-01   2023-01-01 00:00
                C           2022-12-01   2022-12-05 08:00
                D           2022-12-01   2022-12-05 08:00
                E           2022-12-01   2024-01-05 08:00
            """,
            "dossiers": """
                dossier_id  due_at
                A           2022-12-31 17:00
                B           2022-12-31 17:00
                C           2023-01-02 17:00
                D           -
                E           2022-12-31 17:00
            """,
            "due_dates": """
                dossier_id  due_credited_at
                D           2023-01-03 17:00
            """,
        },
        # E ended after the calendar, and ran through the whole year of the draft
        expect="""
            dossier_id  rule_id  severity  year
            B           D41      info      2023
            C           D41      info      2023
            D           D41      info      2023
            E           D36      warn      2024
            E           D41      info      2023
        """,
    )
