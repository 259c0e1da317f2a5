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
    6           2        -          500             600
"""
"""Unit 1 has an officer with three dossiers in work at once, unit 2 one who takes them in turn."""

OFFICE_DAY = """
    day_key  c2   open_1  close_1  open_2  close_2
    0        350  50      400      400     400
"""
"""The office opens when 50 seconds of the day are over."""


def test_the_own_time_of_a_dossier_is_its_part_of_the_time_that_its_officer_divides(
    model_test,
) -> None:
    """50 seconds with two dossiers, then 300 with three; the hour before opening counts nothing."""
    model_test(
        "explain/concurrent_works",
        given={
            "calendar_days": OFFICE_DAY,
            "cause_dossiers": """
                quarter_no = 1
                offset_seconds = 0
                key_base = 0
                dossier_no
                1
                2
                3
                4
                5
                6
            """,
            "cause_steps": DESKS,
            "time_against_peers": """
                part = work
                step_code = 7
                dossier_no  unit_no
                1           1
                2           1
                3           1
                4           2
                5           2
                6           2
            """,
        },
        expect="""
            dossier_no  step_code  unit_no  quarter_no  milliseconds  own_milliseconds
            1           7          1        1           350000        125000
            2           7          1        1           350000        125000
            3           7          1        1           300000        100000
            4           7          2        1           50000         50000
            5           7          2        1           100000        100000
        """,
    )


def test_usual_is_how_many_dossiers_officers_had_at_once_where_work_was_not_outlying(
    model_test,
) -> None:
    model_test(
        "explain/usual_concurrency",
        given={
            "concurrent_works": """
                step_code = 7
                is_by_unit = no
                unit_no  quarter_no  milliseconds  own_milliseconds
                1        1           9000          1000
                2        1           4000          1000
                3        1           2000          2000
                1        2           9000          3000
            """,
            "usual_work_ratios": "unit_no  quarter_no  step_code\n1  1  7",
        },
        expect="quarter_no  step_code  at_once\n1  7  2\n2  7  3",
    )


def test_work_beyond_the_usual_number_at_once_is_shared_where_the_quarter_is_ordinary(
    model_test,
) -> None:
    """Usually two at once: of 300 seconds with six of them, 100 would have been its own."""
    model_test(
        "explain/shared_works",
        given={
            "outlying_quarters": "unit_no  quarter_no  part\n3  1  work\n1  1  queue",
            "usual_concurrency": "quarter_no  step_code  is_by_unit  at_once\n1  7  no  2",
            "concurrent_works": """
                quarter_no = 1
                step_code = 7
                is_by_unit = no
                dossier_no  unit_no  milliseconds  own_milliseconds
                1           1        300000        50000
                2           1        300000        150000
                3           3        300000        50000
            """,
            "time_against_peers": """
                quarter_no = 1
                step_code = 7
                part = work
                seconds = 300
                usual_seconds = 80
                dossier_no  unit_no
                1           1
                2           1
                3           3
                4           1
            """,
        },
        expect="dossier_no  step_code  unit_no  own_seconds\n1  7  1  100",
    )


ONE_QUARTER = {
    "usual_work_ratios": "unit_no  quarter_no  step_code\n1  1  7",
    "usual_concurrency": "quarter_no  step_code  is_by_unit  at_once\n1  7  no  1",
    "cause_dossiers": "\n".join(["procedure_no = 1", "dossier_no", *map(str, range(1, 44))]),
}
ORDINARY_WORKS = [(n, 2, 80_000, 80_000) for n in (41, 42, 43)]
"""Dossier, unit, milliseconds and own milliseconds of work where it is not outlying."""


def concurrent_works(rows: list[tuple[int, int, int, int]]) -> str:
    head = "dossier_no  unit_no  milliseconds  own_milliseconds"
    return "\n".join(
        [
            *("quarter_no = 1", "step_code = 7", "is_by_unit = no", head),
            *("  ".join(map(str, r)) for r in rows),
        ]
    )


@pytest.mark.parametrize(
    ("at_once", "own", "rows"),
    [
        # 350 seconds of which 100 were the dossier's own, usual being 80: 1.25 times as long
        (200, 100_000, "1  1  7  3.5  1"),
        (400, 100_000, ""),
        # twice as long is slow handling, though many were begun at once
        (200, 160_000, ""),
    ],
)
def test_long_work_is_due_to_many_dossiers_at_once_where_each_took_no_more_of_the_officers_time(
    model_test, at_once: int, own: int, rows: str
) -> None:
    works = [(n, 1, own * 35 // 10, own) for n in range(1, 41)]
    model_test(
        "explain/multitasking_quarters",
        given=ONE_QUARTER
        | {
            "cause_limits": f"at_once  own_work  least_difference\n{at_once}  150  5",
            "concurrent_works": concurrent_works([*works, *ORDINARY_WORKS]),
        },
        expect="unit_no  quarter_no  step_code  at_once  usual_at_once\n" + rows,
    )


@pytest.mark.parametrize(("n_longer", "rows"), [(6, "1  7"), (10, "")])
def test_few_dossiers_that_took_longer_by_chance_make_no_slow_quarter(
    model_test, n_longer: int, rows: str
) -> None:
    """Of ten dossiers, six may be over the median by chance; ten are no chance."""
    works = [(n, 1, 900_000, 200_000 if n <= n_longer else 79_000) for n in range(1, 11)]
    model_test(
        "explain/multitasking_quarters",
        given=ONE_QUARTER
        | {
            "cause_limits": "at_once  own_work  least_difference\n200  150  5",
            "concurrent_works": concurrent_works([*works, *ORDINARY_WORKS]),
        },
        expect="unit_no  step_code\n" + rows,
    )


def test_work_on_more_dossiers_at_once_than_usual_is_a_queue_beside_the_dossiers_own_work(
    model_test,
) -> None:
    """Of 90 seconds 60 are its own: 10 beyond the extreme are slow work, 30 more are a queue."""
    model_test(
        "explain/attributed_time",
        given={
            "cause_limits": "late_click  chain_gap\n7200  120",
            "cause_dossiers": "dossier_no  is_late\n1  yes\n2  yes\n3  yes",
            "outlying_quarters": "unit_no  quarter_no  part\n3  1  work",
            "concurrent_works": "is_by_unit = no\ndossier_no  step_code  unit_no\n1  1  1\n2  1  3",
            "shared_works": "dossier_no  step_code  unit_no  own_seconds\n1  1  1  60",
            "time_against_peers": """
                quarter_no = 1
                step_code = 1
                part = work
                basis = units
                over_norm_seconds = 0
                is_separable = yes
                seconds = 90
                usual_seconds = 10
                extreme_seconds = 50
                dossier_no  unit_no
                1           1
                2           3
                3           3
            """,
        },
        # nobody knows how many dossiers the officer of dossier 3 had begun: it is not proven slow
        expect="""
            dossier_no  cause      seconds  excess_seconds  over_usual_seconds  grade  ground
            1           queue      90       30              30                  B      multitasking
            1           slow_work  60       10              50                  B      own_work
            2           slow_work  90       80              80                  A      out_of_line
            3           slow_work  90       80              80                  B      out_of_line
        """,
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


def test_waits_behind_work_that_is_not_seen_to_be_slow_are_a_queue(model_test) -> None:
    model_test(
        "explain/waits_behind_slow_work",
        given=QUEUE_OF_THREE
        | {
            "usual_work_ratios": "unit_no  quarter_no  step_code  ratio\n1  1  7  0.5",
            "unit_throughputs": "unit_no  step_code  reading\n1  7  unknown",
        },
        expect="dossier_no  wait_seconds",
    )
