"""Each model of ``explain/causes`` that assigns time, on a few rows."""

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
                step_code = 7
                dossier_no  unit_no
                1           1
                2           1
                3           1
                4           2
            """,
            "steps": """
                step_no = 1
                step_kind = work
                dossier_id  unit_id  arrived_at            finished_at
                A           U1       1970-01-01T00:00:10Z  1970-01-01T00:00:30Z
                B           -        1970-01-01T00:00:20Z  -
                C           U1       1970-01-01T00:00:30Z  1970-01-01T00:00:40Z
                D           U2       1970-01-01T00:00:30Z  1970-01-01T00:00:40Z
            """,
        },
        # A leaves in the second in which C comes, and is still in hand before it; B names no unit
        # and counts where it was put
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
            "cause_dossiers": """
                offset_seconds = 7h
                quarter_no = 1
                is_open = no
                dossier_no  dossier_id  term_band
                1           A           2
                2           B           2
                3           C           2
                4           D           1
                5           E           2
                6           F           2
                7           G           2
            """,
            "cause_steps": """
                step_no = 1
                dossier_no  unit_no
                1           1
                2           1
                3           2
                4           2
                5           3
                6           3
                7           4
            """,
            "ledger": """
                kind = sign
                step_no = 1
                work_seconds = 5h
                dossier_id  holder_id  from_at        to_at
                A           H          2022-01-04T08  2022-01-06T08
                B           H          2022-01-05T08  2022-01-06T08
                C           I          2022-01-04T08  2022-01-06T08
                D           I          2022-01-04T08  2022-01-06T08
                E           -          2022-01-04T08  2022-01-06T08
                F           -          2022-01-05T08  2022-01-06T08
                G           -          2022-01-04T08  2022-01-05T08
            """,
        },
        # D is a matter of a day: C alone is no session; who signed G is not who signed E and F
        expect="""
            unit_no  quarter_no  n_waits  n_between  n_days
            1        1           2        0          1
            3        1           2        0          1
        """,
    )


def test_time_of_a_dossier_is_named_by_what_could_answer_for_it(model_test, dong_thap) -> None:
    model_test(
        "explain/attributable_time",
        given={
            "cause_units": "unit_id  unit_no\nU1  2\nU2  3",
            "cause_dossiers": "\n".join(
                line for line in dong_thap.splitlines() if line.startswith(("offset", "key_base"))
            )
            + """
                received_on = 2022-01-04
                is_other_shown = no
                dossier_no  dossier_id  unit_id  is_open
                1           A           U1       no
            """,
            "cause_steps": """
                dossier_no = 1
                unit_no = 3
                step_no  step_code  step_kind  is_waiting  last_second  is_same_holder
                1        11         work       no          9            no
                2        12         work       no          9            yes
                3        13         sign       no          8            no
                4        14         assign     no          9            no
            """,
            "ledger": """
                dossier_id = A
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
        # before 15:00 a transfer has to the day's end: five of six hours; from then on two and one;
        # what no step covers is the dossier's own unit's
        expect="""
            step_code  part      unit_no  seconds  over_rule_seconds  over_norm_seconds
            0          unlogged  2        1h       -                  0
            11         queue     3        1h       -                  0
            11         transfer  3        6h       1h                 0
            11         work      3        2h       -                  30min
            12         any       3        1h       -                  0
            12         queue     3        3h       -                  0
            13         sign      3        1h       -                  1h
            13         transfer  3        4h       1h                 0
            14         assign    3        1h       -                  0
        """,
    )


def test_a_step_that_could_have_waited_and_did_not_is_counted_where_its_stamps_would_show_it(
    model_test,
) -> None:
    model_test(
        "explain/unspent_steps",
        given={
            "cause_dossiers": """
                procedure_no = 1
                term_band = 3
                quarter_no = 9
                dossier_no  is_open
                1           no
                2           no
                3           yes
            """,
            "cause_steps": """
                unit_no = 4
                has_finish = yes
                dossier_no  step_code  step_kind  is_first  is_same_holder  has_arrival  has_start
                1           11         work       yes       no              yes          yes
                1           12         work       no        no              yes          yes
                1           13         sign       no        no              yes          no
                1           14         other      no        no              no           yes
                1           15         work       no        no              yes          no
                1           16         work       no        yes             no           yes
                1           17         assign     no        no              no           yes
                1           18         opinion    no        yes             yes          no
                2           12         work       no        no              yes          yes
                2           14         other      no        no              yes          yes
                2           14         other      no        no              no           yes
                3           12         work       no        no              yes          yes
            """,
            "attributable_time": """
                seconds = 60
                dossier_no  step_code  part      unit_no
                1           11         work      4
                1           12         work      4
                1           13         sign      4
                1           13         transfer  5
                2           12         queue     4
                2           14         queue     4
            """,
        },
        # nothing is handed over before the first step, nor between steps of one holder; without an
        # a known arrival no transfer is seen, without a start no work; twice in 14 is one wait
        expect="""
            procedure_no  term_band  quarter_no  step_code  part           unit_no  n_steps
            1             3          9           11         queue          4        1
            1             3          9           12         queue          4        1
            1             3          9           12         transfer       4        2
            1             3          9           12         work           4        1
            1             3          9           13         transfer       4        1
            1             3          9           14         gap_or_queue   4        2
            1             3          9           14         work           4        2
            1             3          9           15         queue_or_work  4        1
            1             3          9           15         transfer       4        1
            1             3          9           16         queue          4        1
            1             3          9           16         work           4        1
            1             3          9           18         external       4        1
        """,
    )


def test_a_step_that_has_not_ended_may_still_come_to_wait(model_test) -> None:
    model_test(
        "explain/unspent_steps",
        given={
            "cause_dossiers": """
                procedure_no = 1
                term_band = 3
                quarter_no = 9
                dossier_no  is_open
                1           no
            """,
            "cause_steps": """
                step_no = 1
                step_kind = sign
                unit_no = 4
                is_first = yes
                is_same_holder = no
                has_arrival = yes
                has_start = no
                dossier_no  step_code  has_finish
                1           11         yes
                1           12         no
            """,
        },
        expect="step_code  part  n_steps\n11  sign  1",
    )


def test_a_dossier_lay_elsewhere_while_its_holder_took_up_later_ones_at_once(model_test) -> None:
    model_test(
        "explain/passed_over_steps",
        given={
            "cause_dossiers": """
                dossier_no  dossier_id  due_second
                1           A           900
                2           B           900
                3           C           900
                4           D           899
                5           E           900
                6           F           900
                7           G           900
            """,
            "cause_steps": """
                step_no = 2
                step_code = 7
                step_kind = work
                unit_no = 1
                is_first = no
                is_same_holder = no
                dossier_no  holder_no
                1           1
                2           1
                3           2
                4           2
                5           3
                6           3
                7           4
            """,
            "ledger": """
                step_no = 2
                phase = gap_or_wait
                kind = queue
                dossier_id  from_at               to_at
                A           1970-01-01T00:00:00Z  1970-01-01T00:05:00Z
                B           1970-01-01T00:02:00Z  1970-01-01T00:02:30Z
                C           1970-01-01T00:00:00Z  1970-01-01T00:05:00Z
                D           1970-01-01T00:02:00Z  1970-01-01T00:02:30Z
                E           1970-01-01T00:00:00Z  1970-01-01T00:05:00Z
                F           1970-01-01T00:04:00Z  1970-01-01T00:04:50Z
                G           1970-01-01T00:00:00Z  1970-01-01T00:05:00Z
            """,
        },
        # D was due sooner than C, F began just before E as if of one batch, G had a holder alone
        expect="dossier_no  step_no  passed_second\n1  2  150",
    )
