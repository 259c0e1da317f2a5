"""Each model of ``explain/risk`` and ``explain/whatif`` on a few rows."""

from __future__ import annotations


def test_progress_is_what_the_clock_had_counted_of_the_time_allowed(model_test) -> None:
    model_test(
        "explain/progress",
        variables={"profile": "p"},
        given={
            "dossiers": """
                time_zone = Asia/Ho_Chi_Minh
                snapshot_at = 2022-01-31 00:30
                dossier_id  procedure_id  channel_in
                A           P             online
                B           -             -
                C           P             post
                D           P             post
                E           P             post
            """,
            "outcomes": """
                profile = p
                dossier_id  state     outcome  allowed_seconds  slack_seconds  ended_at_used
                A           resolved  late     10               -2             2022-01-10T01
                B           open      early    10               12             -
                C           resolved  unknown  10               1              2022-01-10T08
                D           resolved  late     0                -9             2022-01-10T08
                E           resolved  on_time  10               -              2022-01-10T08
            """,
        },
        expect="""
            dossier_id  procedure_id  channel_in  seen_on     ending    elapsed_seconds
            A           P             online      2022-01-10  resolved  12
            B           unknown       other       2022-01-31  open      0
        """,
    )


def test_an_open_dossier_stands_where_its_last_segment_is(model_test) -> None:
    model_test(
        "explain/open_positions",
        variables={"profile": "p"},
        given={
            "progress": """
                dossier_id  ending    slack_seconds
                A           open      1
                B           open      2
                C           open      3
                D           resolved  4
            """,
            "outcomes": """
                dossier_id  profile  due_at_used
                A           p        2022-01-10
                A           q        2022-01-11
                B           p        2022-01-10
                C           p        2022-01-10
                D           p        2022-01-10
            """,
            "ledger": """
                dossier_id  segment_no  kind      step_no  unit_id  holder_id  from_at
                A           1           queue     1        U1       H1         2022-01-04
                A           2           work      2        U2       H2         2022-01-05
                B           2           transfer  -        -        -          2022-01-05
                D           1           work      1        U1       H1         2022-01-04
            """,
            "steps": """
                dossier_id  step_no  step
                A           1        first
                A           2        second
                A           3        third
                B           1        first
            """,
        },
        expect="""
            dossier_id  kind      step    is_after_step  holder_id  since_at    due_at
            A           work      second  no             H2         2022-01-05  2022-01-10
            B           transfer  first   yes            -          2022-01-05  2022-01-10
            C           -         -       no             -          -           2022-01-10
        """,
    )


def test_nothing_of_an_open_dossier_is_taken_from_an_earlier_segment_or_step(model_test) -> None:
    model_test(
        "explain/open_positions",
        variables={"profile": "p"},
        given={
            "progress": "ending = open\ndossier_id\nA\nB\nC",
            "outcomes": "profile = p\ndossier_id\nA\nB\nC",
            "ledger": """
                dossier_id  segment_no  kind      step_no  unit_id  holder_id  from_at
                A           1           work      1        U1       H1         2022-01-04
                A           2           transfer  -        -        -          2022-01-05
                B           1           work      1        U1       H1         2022-01-04
                B           2           queue     2        U2       -          2022-01-05
                C           1           work      1        U1       H1         2022-01-04
            """,
            "steps": """
                dossier_id  step_no  step
                A           1        first
                B           1        first
                B           2        -
                C           1        -
                C           2        second
            """,
        },
        expect="""
            dossier_id  kind      step   is_after_step  step_unit_id  holder_id  since_at
            A           transfer  first  yes            -             -          2022-01-05
            B           queue     -      no             U2            -          2022-01-05
            C           work      -      no             U1            H1         2022-01-04
        """,
    )


PLACES = {
    "progress": """
        dossier_id  ending    seen_on     unit_id
        A           resolved  2022-01-05  U1
        B           open      2022-01-05  U1
        C           resolved  2022-01-04  U1
    """,
    "dossier_calendars": "dossier_id  dossier_no\nA  1\nB  2\nC  3",
    "steps": """
        dossier_id  step_no  step
        A           1        first
        A           2        second
        B           1        first
        C           1        first
    """,
    "ledger": """
        dossier_id  segment_no  step_no  phase             from_at     to_at       work_seconds
        A           1           1        gap               2022-01-07  2022-01-08  1h
        A           2           1        wait              2022-01-08  2022-01-09  1h
        A           3           1        handling          2022-01-09  2022-01-10  1h
        A           4           2        gap               2022-01-10  2022-01-11  1h
        A           5           2        wait_or_handling  2022-01-11  2022-01-12  30min
        B           1           1        wait_or_handling  2022-01-07  2022-01-08  1h
        B           2           1        pause             2022-01-08  2022-01-09  1h
        B           3           1        wait_or_handling  2022-01-09  2022-01-10  1h
        C           1           1        handling          2022-01-09  2022-01-10  1h
    """,
}


def test_a_dossier_passes_from_waiting_through_hands_to_the_way_after(model_test) -> None:
    model_test(
        "explain/passages",
        variables={"sojourns_since": "2022-01-05"},
        given=PLACES,
        # starts are logged of the first step, not of the second; B's pause is not counted
        expect="""
            dossier_id  place_no  step    place    sojourn_seconds  remaining_seconds  has_left
            A           2         first   waiting  1h               2h30min            yes
            A           3         first   in_hand  1h               1h30min            yes
            A           4         first   after    1h               30min              yes
            A           5         second  in_hand  30min            0                  yes
            B           3         first   waiting  2h               0                  no
        """,
    )
    model_test(
        "explain/passages",
        variables={"sojourns_since": "2022-01-05"},
        given=PLACES,
        expect="""
            entered_at     left_at        has_ended
            2022-01-08  2022-01-09  yes
            2022-01-09  2022-01-10  yes
            2022-01-10  2022-01-11  yes
            2022-01-11  2022-01-12  yes
            2022-01-07  2022-01-10  no
        """,
    )


def test_a_queue_is_run_again_from_steps_with_all_three_stamps(model_test) -> None:
    model_test(
        "explain/queue_visits",
        given={
            "dossiers": "dossier_id  procedure_id  calendar_id\nA  P  c",
            "steps": """
                dossier_id = A
                step_no  step_kind  arrived_at     started_at     finished_at
                1        work       2022-01-04T08  2022-01-04T08  2022-01-04T10
                2        work       2022-01-04T09  2022-01-04T08  2022-01-04T10
                3        work       2022-01-04T08  2022-01-04T09  -
                4        sign       2022-01-04T08  2022-01-04T09  2022-01-04T10
                5        work       -              2022-01-04T09  2022-01-04T10
                6        work       2022-01-04T08  2022-01-04T09  2022-01-04T10
            """,
            "ledger": """
                dossier_id = A
                segment_no  step_no  kind   work_seconds
                1           1        queue  1
                2           1        queue  2
                3           1        work   4
                4           1        pause  8
                5           2        work   1
                6           4        work   1
            """,
        },
        expect="""
            step_no  procedure_id  calendar_id  waited_seconds  served_seconds
            1        P             c            3               4
        """,
    )


def test_signers_are_asked_where_a_dossier_of_the_unit_was_passed_on_too_late(model_test) -> None:
    model_test(
        "explain/signings",
        given={
            "transfer_delays": """
                dossier_id  step_no  avoidable_seconds
                A           1        1
                C           1        0
            """,
            "dossiers": "dossier_id  unit_id  calendar_id\nA  U1  c\nB  U1  c\nC  U2  c",
            "steps": """
                dossier_id  step_no  step_kind  unit_id  holder_id  arrived_at     started_at
                A           2        sign       S        H          2022-01-04T08  2022-01-04T08
                A           3        work       S        H          2022-01-04T08  2022-01-04T09
                B           2        sign       -        -          2022-01-04T08  2022-01-04T09
                B           3        sign       S        H          2022-01-04T09  2022-01-04T08
                B           4        sign       S        H          -              2022-01-04T08
                C           2        sign       S        H          2022-01-04T08  2022-01-04T09
            """,
        },
        expect="""
            dossier_id  step_no  unit_id  holder_id  started_at
            A           2        S        H          2022-01-04T08
            B           2        ''       ''         2022-01-04T09
        """,
    )


def test_a_transfer_is_avoidable_by_what_it_took_beyond_the_rule(model_test) -> None:
    model_test(
        "explain/transfer_delays",
        given={
            "cause_dossiers": "dossier_no  dossier_id  is_late\n1  A  yes\n2  B  no\n3  C  no",
            "cause_steps": """
                dossier_no  step_no  step_code
                1           2        10
                1           4        10
                1           3        11
                2           1        10
                3           1        10
            """,
            "attributable_time": """
                dossier_no  step_code  part          unit_no  over_rule_seconds
                1           10         transfer      1        -
                1           11         gap_or_queue  1        100
                1           11         transfer      1        5
                2           10         transfer      1        0
                3           10         transfer      1        7
                3           10         gap_or_queue  1        50
            """,
            "attributed_time": """
                dossier_no  step_code  part          unit_no  cause            usual_seconds
                1           11         gap_or_queue  1        portal_transfer  40
                3           10         gap_or_queue  1        queue            0
            """,
        },
        expect="""
            dossier_id  step_no  avoidable_seconds
            A           2        0
            A           3        65
            C           1        7
        """,
    )


def test_of_the_dossiers_that_less_time_would_save_those_that_others_have_too_are_taken_off(
    model_test,
) -> None:
    model_test(
        "explain/whatif_counts",
        given={
            "periods": "period  starts_on  ends_on\n2022-01  2022-01-01  2022-01-31",
            "scenarios": """
                scenario  kind   causes
                a         shift  queue slow_work
                b         shift  applicant
                c         rule   queue
            """,
            "observable_causes": """
                cause  unit_id  period
                queue  *        2022-01
                queue  U1       2022-01
                queue  U2       2022-01
            """,
            "late_dossiers": """
                dominant_cause = queue
                dossier_id  unit_id  ended_on    overrun_seconds
                H           U2       2022-01-15  10
                A           U1       2022-01-01  10
                B           U1       2022-01-31  10
                C           U2       2022-01-15  10
                D           U2       2022-02-01  10
                E           U1       2022-01-02  10
                F           U1       2022-01-03  10
                G           U1       2022-01-04  10
            """,
            "cause_dossiers": """
                dossier_no  dossier_id  unit_id  ended_on
                1           A           U1       2022-01-01
                2           B           U1       2022-01-31
                3           C           U2       2022-01-15
                4           D           U2       2022-02-01
                5           E           U1       2022-01-02
                6           F           U1       2022-01-03
                7           G           U1       2022-01-04
                8           H           U2       2022-01-15
                9           I           U2       2022-01-16
                10          J           U2       2022-01-17
                11          K           U2       2022-01-18
                12          L           U2       2022-01-19
            """,
            "cause_counterfactuals": """
                dossier_no  cause      is_doubtful
                1           queue      no
                3           applicant  yes
                5           queue      yes
                6           queue      yes
                7           slow_work  yes
                7           applicant  yes
            """,
            "causes": """
                dossier_id  cause      excess_seconds
                H           queue      10
                E           queue      11
                F           queue      9
                G           queue      3
                G           slow_work  8
                A           queue      4
                A           slow_work  6
                B           queue      9
                C           applicant  99
                D           queue      99
            """,
        },
        # A, E and G of five at U1, H of six at U2: of five there 5/6, of six here 18/5
        expect="""
            scenario  unit_id  period   n_late  n_touched  n_least  n_saved  n_most
            a         *        2022-01  7       6          0        2        5
            a         U1       2022-01  5       5          0        2        4
            a         U2       2022-01  2       1          0        0        1
        """,
    )
