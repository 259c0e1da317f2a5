"""The models of ``waits`` that split a wait, and say when its holder was free, on a few rows."""

from __future__ import annotations

TASK = """
    unit_id = U1
    time_zone = UTC
    calendar_id = always
    dossier_id = A
    step = s
"""


def test_each_second_of_a_wait_goes_to_the_first_cause_that_explains_it(model_test) -> None:
    model_test(
        "waits/waits",
        given={
            "tasks": TASK + "task_no  step_no  started\n1  1  100\n2  2  100\n3  3  40",
            "enabled_tasks": """
                task_no  holder_no  enabled  started  has_waited
                1        1          0        100      yes
                2        1          100      100      yes
                3        1          40       40       no
            """,
            "task_batches": "task_no  ready  batch_size\n1  10  2",
            "overtaken_waits": "task_no  jumped_seconds\n1  15",
            "busy_pieces": """
                holder_no  from_second  to_second
                1          0            20
                1          30           60
            """,
            "holder_windows": """
                holder_no  from_second  to_second
                1          0            25
                1          28           70
                1          95           200
            """,
            "free_pieces": """
                holder_no  from_second  to_second
                1          20           25
                1          28           30
                1          60           70
                1          95           200
            """,
        },
        # from 10 on: busy for 10 and 30 seconds, off duty from 25 to 28 and from 70 to 95
        expect="""
            step_no  wait_seconds  batching_seconds  contention_seconds  prioritisation_seconds
            1        100           10                25                  15
            2        0             0                 0                   0
        """,
    )
    model_test(
        "waits/waits",
        given={
            "tasks": TASK + "task_no  step_no  started\n1  1  100",
            "enabled_tasks": """
                task_no  holder_no  enabled  started  has_waited
                1        1          10       100      yes
            """,
            "busy_pieces": "holder_no  from_second  to_second\n1  0  20\n1  30  60",
            "holder_windows": """
                holder_no  from_second  to_second
                1          0            25
                1          28           70
                1          95           200
            """,
            "free_pieces": """
                holder_no  from_second  to_second
                1          20           25
                1          28           30
                1          60           70
                1          95           200
            """,
        },
        # of the 90 seconds 40 were busy and 28 off duty
        expect="""
            step_no  contention_seconds  unavailability_seconds  extraneous_seconds
            1        40                  28                      22
        """,
    )


def test_what_held_a_task_up_went_on_while_its_holder_worked_or_rested(model_test) -> None:
    model_test(
        "waits/waits",
        given={
            "tasks": TASK
            + """
                task_no  step_no  started
                1        1        95
                2        2        95
                3        3        90
                4        4        95
            """,
            "enabled_tasks": """
                has_waited = yes
                holder_no = 1
                task_no  enabled  started
                1        10       95
                2        72       95
                3        10       90
                4        10       95
            """,
            "overtaken_waits": "task_no  jumped_seconds  last_second\n4  5  80\n2  5  80",
            "busy_pieces": "holder_no  from_second  to_second\n1  0  20\n1  30  60\n1  75  85",
            "holder_windows": "holder_no  from_second  to_second\n1  0  70\n1  95  200",
            "free_pieces": "holder_no  from_second  to_second\n1  20  30\n1  60  70\n1  95  200",
        },
        # free until 70; of 4 the holder took up another at 80; 3 was begun off duty; 2 came when
        # the holder was not free any more
        expect="""
            step_no  delay_seconds
            1        60
            2        0
            3        80
            4        70
        """,
    )


def test_a_holder_is_free_who_is_on_duty_and_works_on_nothing(model_test) -> None:
    model_test(
        "waits/free_pieces",
        given={
            "busy_pieces": """
                holder_no  from_second  to_second
                1          0            20
                1          30           60
                2          0            5
            """,
            "holder_windows": """
                holder_no  from_second  to_second
                1          10           25
                1          28           70
            """,
        },
        expect="""
            holder_no  from_second  to_second
            1          20           25
            1          28           30
            1          60           70
        """,
    )
