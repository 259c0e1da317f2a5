"""Each model of ``explain/causes`` on clicks and dates that may be late records, on a few rows."""

from __future__ import annotations


def test_closings_in_a_burst_in_bulk_or_on_one_weekday_are_a_pattern(model_test) -> None:
    model_test(
        "explain/closing_patterns",
        given={
            "behaviour_limits": """
                limit_id    value
                batch_gap   60
                batch_size  2
                bulk_days   3
                bulk_size   3
            """,
            "cause_limits": "fewest_peers  weekday_share\n9  80",
            "click_chains": "dossier_no  step_code  span_seconds\n11  1  0\n11  2  0",
            "closing_weekdays": "unit_id  quarter_no  weekday\nU3  1  2\nU4  2  1\nU4  1  1",
            "cause_steps": "dossier_no  step_no  last_second  holder_no\n1  1  2022-03-01T08  5",
            "cause_dossiers": """
                offset_seconds = 7h
                is_open = no
                quarter_no = 1
                dossier_no  unit_id  ended_on    end_second
                1           U1       2022-03-01  2022-03-01 08:00:00
                2           U1       2022-03-01  2022-03-01 08:00:10
                3           U1       2022-03-02  2022-03-02 08:00:00
                4           U1       2022-03-02  2022-03-02 08:00:59
                5           U1       2022-03-02  2022-03-02 08:01:59
                6           U2       2022-03-29  2022-03-29 08:00
                7           U2       2022-03-29  2022-03-29 08:10
                8           U2       2022-03-29  2022-03-29 08:20
                9           U3       2022-03-28  2022-03-28 08:00
                10          U3       2022-03-28  2022-03-28 08:10
                11          U3       2022-03-28  2022-03-28 08:20
                12          U4       2022-03-07  2022-03-07 08:20
                13          U4       2022-03-08  2022-03-08 08:20
            """,
        },
        # dossier 1 was clicked by a holder, 2 by whoever its unit stands for; 29 March is in the
        # last three days of the quarter only with the 30th and 31st
        expect="""
            dossier_no  is_burst  is_bulk  is_weekday  is_chain
            3           yes       no       no          no
            4           yes       no       no          no
            6           no        yes      no          no
            7           no        yes      no          no
            8           no        yes      no          no
            11          no        no       no          yes
            12          no        no       yes         no
        """,
    )


def test_closings_are_bunched_on_a_weekday_beside_the_stamps_of_the_unit_itself(model_test):
    """What was signed by the closing itself, and stamps clicked with it, prove nothing."""
    model_test(
        "explain/closing_weekdays",
        given={
            "cause_limits": "fewest_peers  chain_gap  bunch_excess  bunch_errors\n4  120  15  2",
            "cause_dossiers": """
                offset_seconds = 7h
                is_open = no
                quarter_no = 1
                dossier_no  unit_id  end_second
                1           U1       2022-03-04 08:00
                2           U1       2022-03-04 08:10
                3           U1       2022-03-11 08:00
                4           U1       2022-03-11 08:10
                5           U1       2022-03-07 08:00
                6           U2       2022-03-04 08:00
                7           U2       2022-03-04 09:00
                8           U2       2022-03-04 10:00
                9           U2       2022-03-04 11:00
                10          U3       2022-03-04 08:00
                11          U3       2022-03-04 09:00
                12          U3       2022-03-04 10:00
                13          U3       2022-03-04 11:00
            """,
            "cause_steps": """
                dossier_no  step_no  step_kind  last_second
                1           1        work       2022-03-01 10:00
                2           1        work       2022-03-02 10:00
                3           1        work       2022-03-09 10:00
                4           1        work       2022-03-10 10:00
                4           2        record     2022-03-11 08:09
                5           1        work       2022-03-07 07:59
                6           1        work       2022-02-25 10:00
                7           1        work       2022-02-25 10:00
                8           1        work       2022-02-25 10:00
                9           1        work       2022-02-25 10:00
                10          1        work       2022-03-01 10:00
                11          1        work       2022-03-01 10:00
                12          1        work       2022-03-01 10:00
                13          1        work       2022-03-01 10:00
                10          2        sign       2022-03-04 08:00
                11          2        sign       2022-03-04 09:00
                12          2        sign       2022-03-04 10:00
                13          2        sign       2022-03-04 11:00
            """,
        },
        expect="""
            unit_id  quarter_no  weekday  n_closings  n_on_day  n_stamps  n_stamps_on_day
            U1       1           5        5           4         4         0
        """,
    )


def test_paper_dates_of_some_late_dossiers_speak_for_a_unit_where_they_are_sure(model_test):
    rows = [
        # unit, end, overrun, after the paper
        *(("U1", "2022-06-30", 10, 40 if n < 7 else 50) for n in range(8)),
        *(("U2", "2022-06-30", 10, 40) for _ in range(1)),
        *(("U3", "2022-06-30", 10, 40 if n == 0 else 0) for n in range(8)),
        # what a unit did in one half-year says nothing of the next
        *(("U1", "2022-07-01", 10, 0) for _ in range(8)),
    ]
    lines = [
        f"{place}  {unit}  {ended}  {overrun}  {after}"
        for place, (unit, ended, overrun, after) in enumerate(rows, start=1)
    ]
    model_test(
        "explain/paper_shares",
        given={
            "cause_limits": "paper_share\n30",
            "cause_dossiers": "\n".join(
                [
                    "is_late = yes",
                    "is_open = no",
                    "has_paper = yes",
                    "due_error_seconds = 0",
                    "dossier_no  unit_id  ended_on  overrun_seconds  after_paper_seconds",
                    *lines,
                ]
            ),
        },
        # one of one, and one of eight, may be chance
        expect="""
            unit_id  half_no  n_dated  n_on_record  lag_seconds
            U1       4044     8        8            50
        """,
    )


def test_stamps_are_counted_by_source_over_the_steps_of_ended_dossiers(model_test):
    model_test(
        "explain/source_stamps",
        given={
            "dossiers": """
                dossier_id  source  resolved_at
                A           s       2022-01-05 08:00
                B           s       2022-01-06 08:00
                C           s       -
                D           t       2022-01-06 08:00
            """,
            "steps": """
                step_kind = work
                dossier_id  step_no  holder_id  arrived_at        started_at        finished_at
                A           1        h          2022-01-04 08:00  2022-01-04 09:00  2022-01-04 10:00
                A           2        -          -                 2022-01-04 11:00  2022-01-05 08:00
                B           1        h          -                 -                 2022-01-06 08:00
                C           1        h          2022-01-04 08:00  2022-01-04 09:00  2022-01-04 10:00
            """,
        },
        expect="""
            source  n_dossiers  n_logged  n_steps  n_arrived  n_started  n_finished
            s       2           2         3        1          2          3
            t       1           0         0        0          0          0
        """,
    )


def test_work_with_start_and_end_is_counted_with_its_holder_and_without(model_test):
    model_test(
        "explain/source_stamps",
        given={
            "dossiers": "source = s\nresolved_at = 2022-01-05 08:00\ndossier_id\nA",
            "steps": """
                dossier_id = A
                started_at = 2022-01-04 09:00
                step_no  step_kind  holder_id  finished_at
                1        work       h          2022-01-04 10:00
                2        other      -          2022-01-04 11:00
                3        sign       h          2022-01-04 12:00
                4        work       h          -
            """,
        },
        expect="""
            source  n_works  n_with_holder
            s       2        1
        """,
    )
