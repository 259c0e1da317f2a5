"""Each model of ``clock`` that splits the time of a dossier, on a few rows worked out by hand.

The office of Đồng Tháp is open from 7:00 to 11:30 and from 13:30 to 17:00.
"""

from __future__ import annotations


def test_steps_are_clamped_to_the_clock_and_time_runs_one_way(model_test) -> None:
    model_test(
        "clock/clocked_steps",
        given={
            "dossier_calendars": """
                dossier_id  dossier_no  start_second      end_second        is_open
                A           1           2022-01-04 08:00  2022-01-05 08:00  no
                B           2           2022-01-04 08:00  2022-01-05 08:00  yes
            """,
            "steps": """
                dossier_id  step_no  arrived_at     started_at     finished_at
                A           1        2022-01-04T07  2022-01-04T07  2022-01-04T09
                A           2        2022-01-04T10  2022-01-04T09  2022-01-04T09
                A           3        2022-01-04T10  -              2022-01-06T08
                A           4        2022-01-04T10  -              -
                A           5        -              2022-01-04T10  2022-01-04T09
                B           1        2022-01-04T10  -              -
                B           2        -              2022-01-04T11  -
                B           3        -              -              -
            """,
        },
        expect="""
            dossier_no  step_no  arrived           started           finished
            1           1        2022-01-04 08:00  2022-01-04 08:00  2022-01-04 09:00
            1           2        2022-01-04 10:00  2022-01-04 10:00  2022-01-04 10:00
            1           3        2022-01-04 10:00  -                 2022-01-05 08:00
            1           4        2022-01-04 10:00  -                 -
            1           5        -                 2022-01-04 10:00  2022-01-04 10:00
            2           1        2022-01-04 10:00  -                 2022-01-05 08:00
            2           2        -                 2022-01-04 11:00  2022-01-05 08:00
            2           3        -                 -                 -
        """,
    )


def test_pauses_that_overlap_or_touch_are_united(model_test, dong_thap) -> None:
    model_test(
        "clock/pause_spells",
        given={
            "dossiers": "dossier_id\nA",
            "dossier_calendars": dong_thap
            + """
                dossier_id  dossier_no  start_second      end_second        is_open
                A           1           2022-01-04 08:00  2022-01-05 08:00  no
            """,
            "pauses": """
                dossier_id  pause_no  paused_at         resumed_at
                A           1         2022-01-04 07:00  2022-01-04 09:00
                A           2         2022-01-04 08:30  2022-01-04 08:45
                A           3         2022-01-04 09:00  2022-01-04 14:00
                A           4         2022-01-04 15:00  2022-01-04 15:00
                A           5         2022-01-04 16:00  2022-01-05 07:30
            """,
        },
        # from reception at 8:00 to 14:00: three and a half hours, and half of one after noon
        expect="""
            spell_no  from_at           to_at             work_seconds  is_unended  restarts
            1         2022-01-04 08:00  2022-01-04 14:00  4h            no          no
            2         2022-01-04 16:00  2022-01-05 07:30  1h30min       no          no
        """,
    )


def test_a_pause_without_an_end_lasts_to_the_end_of_the_clock(model_test, dong_thap) -> None:
    model_test(
        "clock/pause_spells",
        given={
            "dossiers": """
                dossier_id  procedure_id
                A           P
                B           P
                C           P
                D           P
                E           -
                F           P
            """,
            "applied_pause_policies": """
                procedure_id  reason  policy
                P             i       ignore
                P             r       restart
                ''            ''      restart
            """,
            "dossier_calendars": dong_thap
            + """
                start_second = 2022-01-04 08:00
                end_second = 2022-01-04 11:00
                dossier_id  dossier_no  is_open
                A           1           yes
                B           2           no
                C           3           yes
                D           4           yes
                E           5           yes
                F           6           yes
            """,
            "pauses": """
                dossier_id  pause_no  reason  paused_at         resumed_at
                A           1         -       2022-01-04 09:00  -
                B           1         -       2022-01-04 09:00  -
                C           1         i       2022-01-04 09:00  2022-01-04 10:00
                D           1         r       2022-01-04 09:00  2022-01-04 10:00
                E           1         -       2022-01-04 09:00  2022-01-04 11:00
                F           1         -       2022-01-04 09:00  2022-01-04 11:01
            """,
        },
        expect="""
            dossier_id  to_at             work_seconds  is_unended  restarts
            A           2022-01-04 11:00  2h            yes         no
            B           2022-01-04 11:00  2h            no          no
            D           2022-01-04 10:00  1h            no          yes
            E           2022-01-04 11:00  2h            no          yes
            F           2022-01-04 11:00  2h            yes         no
        """,
    )


def test_pauses_that_do_not_fit_the_clock_are_listed_each_oddity_once(model_test) -> None:
    model_test(
        "clock/odd_pauses",
        given={
            "dossier_calendars": """
                start_second = 2022-01-04 08:00
                end_second = 2022-01-05 08:00
                dossier_id  is_open
                A           no
                B           yes
                C           yes
                D           yes
            """,
            "dossiers": """
                dossier_id  status
                A           resolved
                B           supplement
                C           supplement
                D           financial
            """,
            "pauses": """
                dossier_id  pause_no  paused_at         resumed_at
                A           1         2022-01-04 08:00  2022-01-04 09:00
                A           2         2022-01-04 09:00  2022-01-04 10:00
                A           3         2022-01-04 09:59  2022-01-05 08:00
                A           4         2022-01-05 08:00  -
                B           1         2022-01-04 07:59  2022-01-04 07:58
                C           1         2022-01-05 08:00  2022-01-05 08:01
                C           2         2022-01-05 08:01  -
            """,
        },
        expect="""
            dossier_id  pause_no  oddity
            A           3         overlapping
            A           4         unended_on_closed
            B           0         paused_without_pause
            B           1         negative
            B           1         outside_clock
            C           1         outside_clock
            C           2         outside_clock
            D           0         paused_without_pause
        """,
    )


def test_a_log_with_all_stamps_splits_into_ways_waits_and_handling(model_test) -> None:
    model_test(
        "clock/step_segments",
        given={
            "dossier_calendars": """
                dossier_no  start_second      end_second        is_open
                1           2022-01-04 08:00  2022-01-04 12:00  no
            """,
            "clocked_steps": """
                dossier_no  step_no  step_kind  arrived           started           finished
                1           1        intake     2022-01-04 08:05  2022-01-04 08:10  2022-01-04 08:30
                1           2        work       2022-01-04 09:00  2022-01-04 09:30  2022-01-04 10:00
                1           3        sign       2022-01-04 10:00  2022-01-04 10:30  2022-01-04 11:00
            """,
        },
        expect="""
            segment_no  step_no  kind      phase     from_second       entered_second
            1           1        intake    gap       2022-01-04 08:00  2022-01-04 08:05
            2           1        intake    wait      2022-01-04 08:05  2022-01-04 08:05
            3           1        intake    handling  2022-01-04 08:10  2022-01-04 08:05
            4           2        transfer  gap       2022-01-04 08:30  2022-01-04 09:00
            5           2        queue     wait      2022-01-04 09:00  2022-01-04 09:00
            6           2        work      handling  2022-01-04 09:30  2022-01-04 09:00
            7           3        sign      wait      2022-01-04 10:00  2022-01-04 10:00
            8           3        sign      handling  2022-01-04 10:30  2022-01-04 10:00
            9           -        unlogged  gap       2022-01-04 11:00  2022-01-04 12:00
        """,
    )


def test_where_a_log_lacks_stamps_waiting_and_handling_stay_together(model_test) -> None:
    model_test(
        "clock/step_segments",
        given={
            "dossier_calendars": """
                dossier_no  start_second      end_second        is_open
                1           2022-01-04 08:00  2022-01-04 12:00  yes
            """,
            "clocked_steps": """
                dossier_no  step_no  step_kind  arrived           started           finished
                1           1        assign     2022-01-04 08:00  -                 2022-01-04 09:00
                1           2        opinion    -                 -                 2022-01-04 10:00
                1           3        other      -                 2022-01-04 10:30  2022-01-04 11:00
                1           4        work       -                 -                 -
            """,
        },
        expect="""
            step_no  kind      phase             from_second       to_second
            1        queue     wait_or_handling  2022-01-04 08:00  2022-01-04 09:00
            2        external  not_separable     2022-01-04 09:00  2022-01-04 10:00
            3        queue     gap_or_wait       2022-01-04 10:00  2022-01-04 10:30
            3        work      handling          2022-01-04 10:30  2022-01-04 11:00
            -        transfer  gap               2022-01-04 11:00  2022-01-04 12:00
        """,
    )


def test_time_shared_by_steps_belongs_to_the_one_that_came_first(model_test) -> None:
    model_test(
        "clock/step_segments",
        given={
            "dossier_calendars": """
                start_second = 2022-01-04 08:00
                end_second = 2022-01-04 10:00
                dossier_no  is_open
                1           no
                2           no
                3           yes
            """,
            "clocked_steps": """
                dossier_no  step_no  step_kind  arrived           started           finished
                1           1        work       2022-01-04 08:00  -                 2022-01-04 09:30
                1           2        sign       2022-01-04 08:00  2022-01-04 08:30  2022-01-04 10:00
                1           3        work       2022-01-04 08:30  -                 2022-01-04 09:00
            """,
        },
        expect="""
            dossier_no  step_no  kind      phase             from_second       to_second
            1           1        work      wait_or_handling  2022-01-04 08:00  2022-01-04 09:30
            1           2        sign      handling          2022-01-04 09:30  2022-01-04 10:00
            2           -        unlogged  gap               2022-01-04 08:00  2022-01-04 10:00
            3           -        unlogged  gap               2022-01-04 08:00  2022-01-04 10:00
        """,
    )


def test_pauses_are_cut_out_and_a_step_spends_only_what_is_left(model_test, dong_thap) -> None:
    model_test(
        "clock/measured_segments",
        given={
            "dossier_calendars": dong_thap + "dossier_no\n1",
            "pause_spells": """
                dossier_no  from_second       to_second
                1           2022-01-04 07:30  2022-01-04 08:00
                1           2022-01-04 09:00  2022-01-04 10:00
                1           2022-01-04 14:00  2022-01-04 15:00
            """,
            "step_segments": """
                dossier_no = 1
                step_no = 1
                segment_no  kind      phase     from_second       to_second
                1           transfer  gap       2022-01-04 07:00  2022-01-04 08:00
                2           work      handling  2022-01-04 08:00  2022-01-04 11:00
                3           sign      handling  2022-01-04 11:00  2022-01-04 15:00
            """,
        },
        # the office is closed for two hours at noon
        expect="""
            segment_no  kind      phase     from_second       work_seconds  spent_seconds
            1           transfer  gap       2022-01-04 07:00  30min         -
            2           pause     pause     2022-01-04 07:30  30min         -
            3           work      handling  2022-01-04 08:00  1h            1h
            4           pause     pause     2022-01-04 09:00  1h            -
            5           work      handling  2022-01-04 10:00  1h            2h
            6           sign      handling  2022-01-04 11:00  1h            3h
            7           pause     pause     2022-01-04 14:00  1h            -
        """,
    )


def test_without_a_pause_a_step_spends_what_passed_since_it_was_entered(
    model_test, dong_thap
) -> None:
    model_test(
        "clock/measured_segments",
        given={
            "dossier_calendars": dong_thap.replace("is_clocked = yes\n", "")
            + "dossier_no  is_clocked\n1  yes\n2  no",
            "step_segments": """
                step_no = 1
                entered_second = 2022-01-04 10:00
                dossier_no  segment_no  phase     from_second       to_second
                1           1           gap       2022-01-04 09:00  2022-01-04 10:00
                1           2           wait      2022-01-04 10:00  2022-01-04 11:00
                1           3           handling  2022-01-04 11:00  2022-01-04 14:00
                2           1           gap       2022-01-04 09:00  2022-01-04 10:00
            """,
        },
        expect="""
            dossier_no  segment_no  work_seconds  spent_seconds
            1           1           1h            -
            1           2           1h            1h
            1           3           1h            2h
        """,
    )


MEASURED = """
    dossier_no  segment_no  step_no  kind      from_second  to_second  work_seconds  spent_seconds
    1           1           1        transfer  0            1h         1h            -
    1           2           1        queue     1h           2h         1h            1h
    1           3           1        work      2h           4h         1h            2h
    1           4           2        work      4h           7h         3h            3h
    1           5           2        work      7h           8h         1h            4h
    1           6           3        work      8h           10h        2h            2h
    1           7           4        work      10h          11h        1h            1h
    1           8           5        work      11h          12h        1h            1h
    1           9           -        unlogged  12h          13h        0h            -
    2           1           1        work      0            4h         4h            4h
"""


def test_what_a_step_needs_counts_against_its_norm_where_it_passes_it(model_test) -> None:
    model_test(
        "clock/ledger",
        given={
            "dossiers": "dossier_id  procedure_id\nA  P\nB  -",
            "dossier_calendars": """
                dossier_id  dossier_no  received_on
                A           1           2022-01-04
                B           2           2022-01-04
            """,
            "step_norms": """
                procedure_id  step  norm_hours  valid_from  valid_to
                P             b     1.5         -           2022-01-04
                P             b     9           2022-01-05  -
                P             a     9           -           -
                P             d     0.5         2022-01-04  -
            """,
            "learned_norms": """
                procedure_id  step  unit_id  norm_seconds
                P             b     U1       9h
                P             c     U1       2h
                P             c     U2       9h
                ''            c     ''       3h
            """,
            "clocked_steps": """
                dossier_no  step_no  step  unit_id  norm_seconds
                1           1        a     U1       1h
                1           2        b     U1       -
                1           3        c     U1       -
                1           4        d     U1       -
                1           5        e     U1       -
                2           1        c     -        -
            """,
            "measured_segments": MEASURED,
        },
        # the norm of the log, of the list in force on the day, of the unit; then none
        expect="""
            dossier_id  segment_no  norm_seconds  norm_source  overrun_seconds  clock_seconds
            A           1           -             none         -                1h
            A           2           1h            regulated    0                1h
            A           3           1h            regulated    1h               2h
            A           4           1h30min       regulated    1h30min          3h
            A           5           1h30min       regulated    1h               1h
            A           6           2h            learned      0                2h
            A           7           30min         regulated    30min            1h
            A           8           -             none         -                1h
            A           9           -             none         -                1h
            B           1           3h            learned      1h               4h
        """,
    )
