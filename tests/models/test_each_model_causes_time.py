"""Each model of ``explain/causes`` that tells whose time it was, on a few rows."""

from __future__ import annotations


def test_work_in_hand_is_what_had_come_and_not_gone_before_that_second(model_test) -> None:
    model_test(
        "explain/workload_at_arrival",
        given={
            "cause_limits": "fewest_peers\n3",
            "cause_units": "unit_id  unit_no\nU1  1\nU2  2",
            "dossier_calendars": "\n".join(
                ["end_second = 100", "dossier_id  dossier_no", "A  1", "B  2", "C  3", "D  4"]
            ),
            "cause_dossiers": "dossier_no  is_late\n1  yes\n2  no\n3  yes\n4  yes",
            "cause_steps": """
                step_no = 1
                dossier_no  step_code
                1           7
                2           7
                3           7
                4           7
            """,
            "steps": """
                step_no = 1
                step_kind = work
                dossier_id  unit_id  arrived_at            finished_at
                A           U1       1970-01-01T00:00:10Z  1970-01-01T00:00:30Z
                B           U1       1970-01-01T00:00:20Z  -
                C           U1       1970-01-01T00:00:30Z  1970-01-01T00:00:40Z
                D           U2       1970-01-01T00:00:30Z  1970-01-01T00:00:40Z
            """,
        },
        # A leaves in the second in which C comes, and is still in hand before it
        expect="""
            dossier_no  step_code  unit_no  in_hand  usual_in_progress
            1           7          1        0        1
            3           7          1        2        1
        """,
    )


def test_a_leader_signs_in_sessions_where_nothing_was_signed_while_dossiers_waited(
    model_test,
) -> None:
    model_test(
        "explain/signing_sessions",
        given={
            "cause_limits": "fewest_peers  session_wait  session_size  session_share\n9  4h  2  50",
            "cause_units": "unit_id  unit_no\nU1  1\nU2  2",
            "cause_dossiers": """
                offset_seconds = 7h
                quarter_no = 1
                is_open = no
                dossier_no  dossier_id  term_band
                1           A           2
                2           B           2
                3           C           2
                4           D           1
            """,
            "ledger": """
                kind = sign
                dossier_id  step_no  unit_id  holder_id  from_at        to_at          work_seconds
                A           1        U1       H          2022-01-04T08  2022-01-06T08  5h
                B           1        U1       H          2022-01-05T08  2022-01-06T08  5h
                C           1        U2       I          2022-01-04T08  2022-01-06T08  5h
                D           1        U2       I          2022-01-04T08  2022-01-06T08  5h
            """,
        },
        expect="unit_no  quarter_no  n_waits  n_between  n_days\n1  1  2  0  1",
    )


def test_time_of_a_dossier_is_named_by_what_could_answer_for_it(model_test, dong_thap) -> None:
    model_test(
        "explain/attributable_time",
        given={
            "cause_units": "unit_id  unit_no\n''  1\nU1  2",
            "cause_dossiers": "\n".join(
                line for line in dong_thap.splitlines() if line.startswith(("offset", "key_base"))
            )
            + """
                received_on = 2022-01-04
                is_other_shown = no
                dossier_no  dossier_id  is_open
                1           A           no
            """,
            "cause_steps": """
                dossier_no = 1
                step_no  step_code  step_kind  is_waiting  last_second  is_same_holder
                1        11         work       no          9            no
                2        12         work       no          9            yes
                3        13         sign       no          8            no
                4        14         assign     no          9            no
            """,
            "ledger": """
                dossier_id = A
                unit_id = U1
                norm_source = regulated
                to_at = 2022-01-08
                step_no  kind      phase             from_at           work_seconds  overrun_seconds
                1        transfer  gap               2022-01-04 10:00  6h            -
                1        queue     wait              2022-01-05 08:00  1h            0
                1        work      handling          2022-01-05 09:00  2h            30min
                2        transfer  gap               2022-01-05 11:00  3h            -
                2        work      not_separable     2022-01-06 08:00  1h            0
                3        transfer  gap               2022-01-06 15:00  4h            -
                3        sign      handling          2022-01-07 11:00  1h            1h
                4        queue     wait_or_handling  2022-01-07 14:00  1h            0
                -        unlogged  gap               2022-01-07 15:00  1h            -
                -        pause     pause             2022-01-07 16:00  1h            -
            """,
        },
        # before 15:00 a transfer has to the day's end: five of six hours; from then on two and one
        expect="""
            step_code  part      unit_no  seconds  over_rule_seconds  over_norm_seconds
            0          unlogged  2        1h       -                  0
            11         queue     2        1h       -                  0
            11         transfer  2        6h       1h                 0
            11         work      2        2h       -                  30min
            12         any       2        1h       -                  0
            12         queue     2        3h       -                  0
            13         sign      2        1h       -                  1h
            13         transfer  2        4h       1h                 0
            14         assign    2        1h       -                  0
        """,
    )
