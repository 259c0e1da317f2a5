"""What long work of a unit means: slow handling, many dossiers at once, and waits behind either."""

from __future__ import annotations

import pytest


def test_work_is_measured_by_the_mean_of_such_work_where_it_was_not_outlying(model_test) -> None:
    model_test(
        "explain/usual_work_ratios",
        given={
            "cause_limits": "fewest_peers\n2",
            "outlying_quarters": "unit_no  quarter_no  part\n1  1  work\n2  1  queue",
            "cause_dossiers": """
                dossier_no  procedure_no  is_open
                1           1             no
                2           1             no
                3           2             no
                4           1             no
                5           1             no
                6           2             no
                7           1             yes
                8           1             no
            """,
            "time_against_peers": """
                part = work
                step_code = 7
                dossier_no  quarter_no  unit_no  seconds
                1           1           1        100
                2           1           1        300
                3           1           1        900
                4           1           2        60
                5           2           1        180
                6           1           2        90
                7           1           2        9000
            """,
        },
        # usual are (60 + 180) / 2 for each of two; of the other procedure there is but one measure
        expect="unit_no  quarter_no  step_code  ratio\n1  1  7  0.6",
    )


DESKS = """
    step_code = 7
    has_start = yes
    has_finish = yes
    dossier_no  unit_no  holder_no  started_second  last_second
    1           1        1          0               400
    2           1        1          0               400
    3           1        1          100             400
    4           2        2          0               100
    5           2        2          100             200
    6           2        3          500             600
"""
"""Unit 1 has an officer with three dossiers in work at once, unit 2 two officers with one each."""


@pytest.mark.parametrize(
    ("at_once", "ratio", "rows"),
    [
        # 1100 seconds in 400 of the officer's: 2.75 at once; 1 / 0.3 times as long as usual are 1.2
        # times for each of them, 1 / 0.2 are 1.8 times
        (200, 0.3, "1  1  7  2.75  1"),
        (200, 0.2, ""),
        (300, 0.3, ""),
    ],
)
def test_long_work_is_due_to_many_dossiers_at_once_where_each_took_no_more_of_the_officers_time(
    model_test, at_once: int, ratio: float, rows: str
) -> None:
    model_test(
        "explain/multitasking_quarters",
        given={
            "cause_limits": f"at_once  own_work\n{at_once}  150",
            "usual_work_ratios": f"unit_no  quarter_no  step_code  ratio\n1  1  7  {ratio}",
            "cause_dossiers": "quarter_no = 1\ndossier_no\n1\n2\n3\n4\n5\n6",
            "cause_steps": DESKS,
        },
        expect="unit_no  quarter_no  step_code  at_once  usual_at_once\n" + rows,
    )


def test_without_holders_it_is_not_known_how_many_dossiers_were_in_work_at_once(model_test) -> None:
    model_test(
        "explain/multitasking_quarters",
        given={
            "cause_limits": "at_once  own_work\n200  150",
            "usual_work_ratios": "unit_no  quarter_no  step_code  ratio\n1  1  7  0.3",
            "cause_dossiers": "quarter_no = 1\ndossier_no\n1\n2\n3\n4\n5\n6",
            "cause_steps": DESKS.replace(" 1          ", " -          "),
        },
        expect="unit_no  at_once",
    )


SLOW_DESK = """
    quarter_no = 1
    step_code = 7
    dossier_no  unit_no  part   seconds  usual_seconds
    1           1        work   100      -
    2           1        work   100      -
    3           1        work   100      -
    2           1        queue  105      10
    3           1        queue  210      10
"""
"""One officer begins 2 and 3 as soon as the one before is done, after 95 and 200 seconds beyond the
usual."""


QUEUE_OF_THREE = {
    "calendar_days": """
        day_key  c2     open_1  close_1  open_2  close_2
        0        86400  0       86400    86400   86400
    """,
    "cause_dossiers": """
        quarter_no = 1
        offset_seconds = 0
        key_base = 0
        dossier_no
        1
        2
        3
    """,
    "cause_steps": """
        step_no = 1
        step_code = 7
        unit_no = 1
        dossier_no  started_second
        1           1000
        2           1100
        3           1200
    """,
    "time_against_peers": SLOW_DESK,
}


@pytest.mark.parametrize(
    ("usual", "behind"),
    [
        # 2 would begin after 50 seconds of work on 1, 3 after another 50: sooner by 50 and 100
        (50, "2  7  1  95  50\n3  7  1  200  100"),
        # sooner by 10 and 20 of 95 and 200: most of the wait is a queue
        (90, ""),
    ],
)
def test_a_wait_is_put_down_to_slow_work_if_most_of_it_would_not_have_been(
    model_test, usual: int, behind: str
) -> None:
    model_test(
        "explain/waits_behind_slow_work",
        given=QUEUE_OF_THREE
        | {
            "usual_work_ratios": f"unit_no  quarter_no  step_code  ratio\n1  1  7  {usual / 100}",
        },
        expect="dossier_no  step_code  unit_no  wait_seconds  behind_seconds\n" + behind,
    )


def test_where_officers_only_had_more_in_work_at_once_the_wait_before_it_is_a_queue(
    model_test,
) -> None:
    model_test(
        "explain/waits_behind_slow_work",
        given=QUEUE_OF_THREE
        | {
            "usual_work_ratios": "unit_no  quarter_no  step_code  ratio\n1  1  7  0.5",
            "multitasking_quarters": "unit_no  quarter_no  step_code\n1  1  7",
        },
        expect="dossier_no  wait_seconds",
    )
