"""Each model of ``clock`` about rules, calendars and starts, on a few rows worked out by hand.

Tuesday 4 January 2022 follows a day off; the 8th and 9th are a weekend.
"""

from __future__ import annotations


def test_the_most_special_rule_says_what_a_pause_does(model_test) -> None:
    model_test(
        "clock/applied_pause_policies",
        given={
            "pause_reasons": "text  reason\nChờ bổ sung  supplement",
            "pause_policies": """
                procedure_id  reason      policy
                *             *           pause
                *             supplement  ignore
                P1            *           restart
                P1            supplement  pause
            """,
            "dossiers": """
                dossier_id  procedure_id
                A           P1
                B           P2
                C           -
            """,
            "pauses": """
                dossier_id  reason
                A           supplement
                A           CHỜ BỔ SUNG
                A           other
                B           supplement
                B           other
                C           -
                C           supplement
            """,
        },
        expect="""
            procedure_id  reason       policy
            ''            ''           pause
            ''            supplement   ignore
            P1            CHỜ BỔ SUNG  pause
            P1            other        restart
            P1            supplement   pause
            P2            other        pause
            P2            supplement   ignore
        """,
    )


def test_a_term_is_the_registers_own_then_the_dated_one_then_the_procedures(model_test) -> None:
    model_test(
        "clock/applied_terms",
        given={
            "terms": """
                register  procedure_id  term_value  term_unit     valid_from  valid_to
                s         *             150         calendar_day  -           2022-01-04
                s         *             90          calendar_day  2022-01-05  -
                s         P9            7           calendar_day  -           -
            """,
            "procedures": """
                procedure_id  norm  unit
                P1            5     wd
                P2            1     same_day
                P3            2     months
                P4            4     d
            """,
            "dossier_calendars": "\n".join(
                ["dossier_id  dossier_no", *(f"{name}  {ord(name) - 64}" for name in "ABCDEFGHI")]
            ),
            "dossiers": """
                dossier_id  source  procedure_id  received_on  term_value  term_unit
                A           s       P1            2022-01-04   3           working_day
                B           s       P1            2022-01-04   -           -
                C           s       P1            2022-01-05   -           -
                D           t       P1            2022-01-05   -           -
                E           t       P2            2022-01-05   -           -
                F           t       P3            2022-01-05   -           -
                G           t       P4            2022-01-05   -           -
                H           t       P1            2022-01-05   0           hour
                I           t       P1            2022-01-05   0           working_day
            """,
        },
        expect="""
            dossier_no  term_value  term_unit     is_procedure_term
            1           3           working_day   no
            2           150         calendar_day  no
            3           90          calendar_day  no
            4           5           working_day   yes
            5           1           same_day      yes
            7           4           calendar_day  yes
            9           0           working_day   no
        """,
    )


def test_a_clock_starts_at_reception_or_at_the_next_opening_for_work(model_test, dong_thap) -> None:
    received = {
        "A": "2022-01-04 08:00",
        "B": "2022-01-04 11:29:59",
        "C": "2022-01-04 11:30",
        "D": "2022-01-04 06:59:59",
        "E": "2022-01-04 17:00",
        "F": "2022-01-07 17:00",
        "G": "2022-01-08 08:00",
        "H": "2025-08-02 07:00",
        "I": "2025-08-02 11:30",
        "J": "2028-01-04 08:00",
        "K": "2022-01-04 07:00",
    }
    rows = [f"{name}  {stamp}" for name, stamp in received.items()]
    model_test(
        "clock/clock_starts",
        given={
            "dossiers": "\n".join(["dossier_id  received_at", *rows]),
            "dossier_calendars": dong_thap + "\n".join(["dossier_id  start_second", *rows]),
        },
        # the desk takes dossiers on Saturday morning from July 2025 on; the calendar ends in 2027
        expect="""
            dossier_id  received_when    clock_starts_at
            A           clock_hours      2022-01-04 08:00
            B           clock_hours      2022-01-04 11:29:59
            C           closed           2022-01-04 13:30
            D           closed           2022-01-04 07:00
            E           closed           2022-01-05 07:00
            F           closed           2022-01-10 07:00
            G           closed           2022-01-10 07:00
            H           reception_hours  2025-08-04 07:00
            I           closed           2025-08-04 07:00
            J           -                -
            K           clock_hours      2022-01-04 07:00
        """,
    )


def test_days_off_and_made_up_are_counted_up_to_each_day(model_test) -> None:
    model_test(
        "clock/cumulative_days",
        given={
            "calendar_days": """
                day_key  calendar_id  day         is_working  length
                1        c            2022-01-10  yes         8h
                2        c            2022-01-11  no          0h
                3        c            2022-01-15  yes         4h
                4        c            2022-01-16  no          0h
                5        d            2022-01-10  no          0h
            """,
        },
        # Monday, a Tuesday off, a Saturday made up, a Sunday
        expect="""
            day_key  holidays_until  made_up_until  day_length
            1        0               0              8h
            2        1               0              8h
            3        1               1              8h
            4        1               1              8h
            5        1               0              0h
        """,
    )


def test_a_unit_has_its_own_calendar_from_a_day_on_and_ended_dossiers_are_closed(
    model_test,
) -> None:
    model_test(
        "clock/dossier_calendars",
        given={
            "unit_calendars": """
                unit_id  calendar_id  valid_from  valid_to
                U1       own          2022-01-05  2022-01-06
            """,
            "calendar_keys": """
                calendar_id  offset_seconds  key_base  first_day   last_day
                own          7h              0         2022-01-01  2022-12-31
                c            7h              500       2022-01-01  2022-12-31
            """,
            "dossiers": """
                calendar_id = c
                dossier_id  unit_id  received_at       received_on  resolved_at       status
                A           U1       2022-01-04 08:00  2022-01-04   2022-01-05 08:00  resolved
                B           U1       2022-01-05 08:00  2022-01-05   2022-01-06 08:00  received
                C           U1       2022-01-06 08:00  2022-01-06   2022-01-06 08:00  received
                D           U1       2022-01-07 08:00  2022-01-07   2022-01-07 08:00  withdrawn
            """,
        },
        expect="""
            dossier_id  dossier_no  calendar_id  is_open
            A           1           c            no
            B           2           own          no
            C           3           own          no
            D           4           c            no
        """,
    )


def test_a_clock_is_covered_when_both_its_days_are(model_test) -> None:
    model_test(
        "clock/dossier_calendars",
        given={
            "calendar_keys": """
                calendar_id  offset_seconds  key_base  first_day   last_day
                c            7h              0         2022-01-01  2022-12-31
            """,
            "dossiers": """
                calendar_id = c
                dossier_id  received_at       resolved_at       snapshot_at       status
                A           2022-01-01 00:00  2022-12-31 23:59  2023-06-30 08:00  resolved
                B           2021-12-31 23:59  2022-12-31 23:59  2023-06-30 08:00  resolved
                C           2022-01-01 00:00  2023-01-01 00:00  2023-06-30 08:00  resolved
                D           2022-01-01 00:00  -                 2022-12-31 23:59  received
                E           2022-01-01 00:00  -                 2022-12-31 23:59  rejected
                F           2022-01-01 00:00  -                 2023-01-01 00:00  received
                G           2022-01-01 00:00  2038-06-01 00:00  2039-06-30 08:00  resolved
                H           2038-06-01 00:00  2038-06-02 00:00  2039-06-30 08:00  resolved
            """,
        },
        expect="""
            dossier_id  is_clocked  is_open  end_second
            A           yes         no       2022-12-31 23:59
            B           no          no       2022-12-31 23:59
            C           no          no       2023-01-01 00:00
            D           yes         yes      2022-12-31 23:59
            E           yes         no       2022-12-31 23:59
            F           no          yes      2023-01-01 00:00
            G           no          no       -
            H           no          no       -
        """,
    )


def test_a_dossier_without_unit_zone_or_calendar_stops_the_stage(model_test) -> None:
    model_test(
        "clock/dossiers_without_calendar",
        given={
            "dossiers": "dossier_id  unit_id  time_zone\nA  U1  UTC",
            "dossier_calendars": "dossier_id  calendar_id  offset_seconds\nA  c  0",
        },
        expect="dossier_id",
    )
    model_test(
        "clock/dossiers_without_calendar",
        given={
            "dossiers": """
                dossier_id  unit_id  time_zone
                A           -        UTC
                B           U1       -
                C           U1       UTC
                D           U1       UTC
            """,
            "dossier_calendars": """
                dossier_id  calendar_id  offset_seconds
                A           c            0
                B           c            0
                C           x            -
                D           -            -
            """,
        },
        expect="""
            dossier_id  unit_id  time_zone  calendar_id
            A           '-'      UTC        c
            B           U1       '-'        c
            C           U1       UTC        x
            D           U1       UTC        '-'
        """,
    )


def test_a_due_date_is_found_wrong_only_beyond_the_tolerance(model_test) -> None:
    model_test(
        "clock/due_findings",
        given={
            "behaviour_limits": "limit_id  value\ndue_tolerance  1",
            "quality_rules": "rule_id  severity  message_vi  message_en\nD13  warn  Lệch  Differs",
            "dossiers": "\n".join(
                [
                    "time_zone = Asia/Ho_Chi_Minh",
                    "due_at = 2022-01-20 17:00",
                    "dossier_id",
                    *"ABCDE",
                ]
            ),
            "due_dates": """
                dossier_id  due_class       due_recomputed_at  due_credited_at
                A           shorter         2022-01-21 17:00   2022-01-21 17:00
                B           shorter         2022-01-22 00:30   2022-01-22 00:30
                C           longer          2022-01-10 17:00   2022-01-19 17:00
                D           reappointed     2022-01-10 17:00   2022-01-10 17:00
                E           calendar_error  2022-01-18 17:00   2022-01-18 17:00
            """,
        },
        expect="""
            dossier_id  rule_id  message_en
            B           D13      Differs 2022-01-20 <> 2022-01-22 (shorter)
            E           D13      Differs 2022-01-20 <> 2022-01-18 (calendar_error)
        """,
    )


def test_an_online_dossier_waits_in_working_time_until_it_is_received(
    model_test, dong_thap
) -> None:
    model_test(
        "clock/receptions",
        given={
            "dossier_calendars": dong_thap
            + """
                dossier_id  start_second
                A           2022-01-04 14:00
                B           2022-01-04 14:00
                C           2022-01-04 14:00
                D           2022-01-04 14:00
                E           2022-01-04 14:00
                F           2022-01-10 07:30
                G           2028-01-04 14:00
            """,
            "dossiers": """
                dossier_id  channel_in  submitted_at
                A           online      2022-01-04 11:00
                B           online      2022-01-04 14:00
                C           online      2022-01-04 14:01
                D           counter     2022-01-04 11:00
                E           online      -
                F           online      2022-01-07 16:00
                G           online      2028-01-04 11:00
            """,
        },
        expect="""
            dossier_id  wait_seconds
            A           1h
            B           0
            C           -
            F           1h30min
            G           -
        """,
    )
