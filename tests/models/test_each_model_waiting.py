"""Each model of ``waiting`` and ``waits`` on a few tasks, in seconds."""

from __future__ import annotations


def test_a_task_is_a_step_with_a_person_a_start_and_a_finish(model_test) -> None:
    model_test(
        "waiting/tasks",
        given={
            "dossiers": "dossier_id  procedure_id  time_zone\nA  P  UTC\nB  -  UTC",
            "steps": """
                dossier_id  step_no  step  unit_id  holder_id  arrived_at  started_at  finished_at
                A           1        s     U1       H          1970-01-01  1970-01-01  1970-01-01
                A           2        t     U2       H          1970-01-03  1970-01-02  1970-01-03
                A           3        s     U1       -          -           1970-01-02  1970-01-03
                A           4        s     U1       H          -           1970-01-02  -
                A           5        s     U1       H          -           1970-01-03  1970-01-02
                A           6        s     U1       H          -           -           1970-01-02
                B           1        s     -        H          -           1970-01-02  1970-01-03
            """,
        },
        # kinds by procedure and step, persons by unit and name; an arrival after the start is it
        expect="""
            task_no  case_no  holder_no  kind_no  arrived     started     finished    step_no
            1        1        2          2        1970-01-01  1970-01-01  1970-01-01  1
            2        1        3          3        1970-01-02  1970-01-02  1970-01-03  2
            3        2        1          1        -           1970-01-02  1970-01-03  1
        """,
    )


def test_kinds_that_overlap_once_in_twenty_meetings_run_side_by_side(model_test) -> None:
    def met(case: int, overlap: bool) -> list[str]:
        start = 9 if overlap else 10
        return [f"{2 * case}  {case}  1  -  0  10", f"{2 * case + 1}  {case}  2  -  {start}  20"]

    header = ["task_no  case_no  kind_no  arrived  started  finished"]
    twenty = [row for case in range(20) for row in met(case, overlap=case == 0)]
    model_test(
        "waiting/parallel_kinds",
        given={"tasks": "\n".join(header + twenty)},
        expect="kind_no  other_no\n1  2\n2  1",
    )
    model_test(
        "waiting/parallel_kinds",
        given={"tasks": "\n".join(header + twenty + met(20, overlap=False))},
        expect="kind_no",
    )


def test_kinds_that_follow_each_other_in_both_orders_run_side_by_side_unless_in_a_loop(
    model_test,
) -> None:
    model_test(
        "waiting/parallel_kinds",
        given={
            "tasks": """
                task_no  case_no  kind_no  arrived  started  finished
                1        1        1        -        0        10
                2        1        2        -        10       20
                3        2        2        -        0        10
                4        2        1        -        10       20
                5        3        3        -        0        10
                6        3        4        -        10       20
                7        3        3        -        20       30
                8        4        5        0        0        10
                9        4        6        0        5        20
            """,
        },
        # 3 after 4 after 3 is rework; 5 and 6 have arrivals, so nothing need be learned
        expect="kind_no  other_no\n1  2\n2  1",
    )


def test_a_task_without_an_arrival_could_start_when_the_one_before_it_had_ended(model_test) -> None:
    model_test(
        "waiting/enabled_tasks",
        given={
            "parallel_kinds": "kind_no  other_no\n3  2",
            "tasks": """
                task_no  case_no  kind_no  holder_no  arrived  started  finished
                1        1        1        1          -        0        10
                2        1        2        1          -        10       20
                3        1        3        1          -        25       30
                4        1        4        1          40       50       60
                5        1        5        1          -        70       80
                6        1        6        1          -        80       80
                7        2        1        1          -        90       99
            """,
        },
        # kind 3 runs beside kind 2, so task 3 waited since task 1; task 4 has an arrival of its own
        expect="""
            task_no  enabled  has_waited  started
            1        0        no          0
            2        10       yes         10
            3        10       yes         25
            4        40       yes         50
            5        30       yes         70
            6        80       yes         80
            7        90       no          90
        """,
    )


def test_a_run_goes_on_while_the_next_task_had_been_waiting_and_no_gap_lies_between(
    model_test,
) -> None:
    model_test(
        "waiting/batch_runs",
        given={
            "enabled_tasks": """
                task_no  holder_no  kind_no  enabled  started  finished
                1        1          1        0        10       20
                2        1          1        10       20       30
                3        1          1        15       30       40
                4        1          1        30       41       50
                5        1          1        42       50       60
                6        2          1        0        10       20
                7        2          2        0        20       30
            """,
        },
        # task 4 starts after a gap, task 5 was enabled after the start of task 4
        expect="""
            task_no  n_run  place  next_place
            1        3      1      3
            2        3      2      -
            3        3      3      -
        """,
    )


def test_a_batch_is_ready_when_its_last_task_could_be_started(model_test) -> None:
    model_test(
        "waits/task_batches",
        given={
            "batch_heads": "task_no\n1\n3\n4",
            "batch_runs": """
                task_no  place  enabled  started
                1        1      0        10
                2        2      8        20
                3        3      25       30
                4        4      35       40
                5        5      35       50
                6        6      30       60
            """,
        },
        expect="""
            task_no  ready  batch_size
            1        8      2
            2        8      2
            4        35     3
            5        35     3
            6        35     3
        """,
    )


def test_a_holders_time_is_cut_at_every_start_and_finish(model_test) -> None:
    model_test(
        "waits/busy_pieces",
        given={
            "enabled_tasks": """
                task_no  holder_no  started  finished
                1        1          0        20
                2        1          10       30
                3        1          30       40
                4        1          50       50
                5        2          0        10
            """,
        },
        expect="""
            holder_no  from_second  to_second  n_tasks  cluster_no
            1          0            10         1        1
            1          10           20         2        1
            1          20           30         1        1
            1          30           40         1        2
            2          0            10         1        3
        """,
    )


def test_each_interval_names_the_tasks_open_during_it(model_test) -> None:
    model_test(
        "waits/piece_tasks",
        given={
            "busy_pieces": """
                holder_no  from_second  to_second  n_tasks  cluster_no
                1          0            10         1        1
                1          10           20         2        1
                1          20           30         1        1
                1          30           40         1        2
            """,
            "enabled_tasks": """
                task_no  holder_no  enabled  started  finished
                1        1          0        0        20
                2        1          5        10       30
                3        1          9        30       40
                4        1          9        30       30
            """,
            "task_batches": "task_no  batch_no\n2  7",
        },
        expect="""
            from_second  task_no  n_tasks  batch_no
            0            1        1        -
            10           1        2        -
            10           2        2        7
            20           2        1        7
            30           3        1        -
        """,
    )


def test_a_task_is_overtaken_by_those_that_could_start_only_after_it(model_test) -> None:
    model_test(
        "waits/overtaken_waits",
        given={
            "enabled_tasks": """
                task_no  holder_no  enabled  started
                1        1          0        100
                2        1          50       60
                3        1          0        0
                4        2          0        100
                5        1          10       100
            """,
            "task_batches": "task_no  batch_no  ready\n5  7  70",
            "piece_tasks": """
                holder_no  task_no  from_second  to_second  n_tasks  enabled  batch_no
                1          3        0            20         1        0        -
                1          6        20           30         1        1        -
                1          7        30           60         2        10       -
                1          8        30           60         2        0        -
                1          2        60           70         1        50       -
                1          9        80           90         1        80       -
                1          9        100          110        1        80       -
            """,
        },
        # task 1: intervals at 20, 60 and 80; in the one at 30 an older task was open, too
        expect="""
            task_no  jumped_seconds  last_second
            1        30              80
            5        10              80
        """,
    )


TASK = """
    unit_id = U1
    time_zone = UTC
    calendar_id = always
    dossier_id = A
    step = s
"""


def test_hours_given_for_a_holder_count_before_those_of_the_office(model_test) -> None:
    model_test(
        "waits/holder_windows",
        given={
            "holder_hours": """
                unit_id  holder_id  weekday  opens  closes
                -        H          2        08:00  10:00
                U2       I          2        08:00  10:00
            """,
            "calendar_keys": "calendar_id  offset_seconds\nc  7h",
            "calendar_days": """
                calendar_id  day         open_1  close_1  open_2  close_2
                c            2022-01-04  7h      11h      13h     17h
                c            2022-01-05  0       0        0       0
                c            2022-02-01  7h      11h      13h     17h
            """,
            "tasks": """
                unit_id = U1
                time_zone = Asia/Ho_Chi_Minh
                calendar_id = c
                task_no  holder_no  holder_id  started           finished
                1        1          H          2022-01-04 08:00  2022-01-04 09:00
                2        2          I          2022-01-04 08:00  2022-01-04 09:00
            """,
        },
        # the days from eight before the first task to eight after the last have two Tuesdays
        expect="""
            holder_no  from_second       to_second         hours_from
            1          2021-12-28 08:00  2021-12-28 10:00  given
            1          2022-01-04 08:00  2022-01-04 10:00  given
            1          2022-01-11 08:00  2022-01-11 10:00  given
            2          2022-01-04 07:00  2022-01-04 11:00  office
            2          2022-01-04 13:00  2022-01-04 17:00  office
        """,
    )


def test_hours_are_learned_where_the_calendar_never_closes(model_test) -> None:
    model_test(
        "waits/holder_windows",
        given={
            "tasks": TASK
            + """
                task_no  holder_no  holder_id  started            finished
                1        1          H          2022-01-04 08:00Z  2022-01-04 09:00Z
                2        1          H          2022-01-04 09:45Z  2022-01-04 10:00Z
                3        1          H          2022-01-04 14:00Z  2022-01-04 14:00Z
            """,
        },
        # stamps at 8:00, 8:59, 9:45, 9:59 and 14:00: a break of an hour parts 9:00 from 14:00 only
        expect="""
            holder_no  from_second        to_second          hours_from
            1          2021-12-28 08:00Z  2021-12-28 10:00Z  learned
            1          2021-12-28 14:00Z  2021-12-28 14:15Z  learned
            1          2022-01-04 08:00Z  2022-01-04 10:00Z  learned
            1          2022-01-04 14:00Z  2022-01-04 14:15Z  learned
            1          2022-01-11 08:00Z  2022-01-11 10:00Z  learned
            1          2022-01-11 14:00Z  2022-01-11 14:15Z  learned
        """,
    )
