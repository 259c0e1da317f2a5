"""Each model of ``explain/causes`` that shares out the lateness, on a few rows."""

from __future__ import annotations


def test_every_cause_has_its_time_and_what_they_leave_is_the_rest(model_test) -> None:
    model_test(
        "explain/overrun_causes",
        given={
            "cause_dossiers": """
                dossier_no  is_late  overrun_seconds
                1           yes      100
                2           yes      100
                3           yes      0
                4           no       0
                5           yes      100
            """,
            "cause_excess": """
                dossier_no  cause        excess_seconds  ground
                1           slow_work    20              extreme
                1           queue        20              extreme
                1           applicant    9               extreme
                2           queue        50              extreme
                2           slow_work    40              extreme
                2           applicant    30              extreme
                4           queue        50              extreme
                5           queue        100             extreme
            """,
        },
        # 2 took more than it is late by; 4 is not late, so it has no row
        expect="""
            dossier_no  cause        excess_seconds  needed_seconds  ground   grade
            1           applicant    9               100             extreme  -
            1           queue        20              100             extreme  -
            1           slow_work    20              100             extreme  -
            1           unexplained  51              100             rest     B
            2           applicant    30              100             extreme  -
            2           queue        50              100             extreme  -
            2           slow_work    40              100             extreme  -
            3           unexplained  1               1               rest     B
            5           queue        100             100             extreme  -
        """,
    )


def test_norms_that_add_up_answer_before_a_typed_reason_speaks_for_the_rest(model_test) -> None:
    model_test(
        "explain/overrun_causes",
        given={
            "cause_dossiers": """
                is_late = yes
                overrun_seconds = 100
                dossier_no
                1
                2
                3
                4
            """,
            "infeasible_norms": """
                dossier_no  norm_seconds  allowed_seconds  over_seconds
                1           900           800              30
                2           900           800              70
                3           900           800              70
                4           900           800              70
            """,
            "typed_reasons": """
                dossier_no  cause
                1           external_agency
                2           external_agency
                3           queue
            """,
            "cause_excess": """
                dossier_no  cause  excess_seconds
                1           queue  40
                2           queue  40
                3           queue  10
                4           queue  100
            """,
        },
        # the norms of 3 answer for 70 of the 90 left, and its typed reason is named already
        expect="""
            dossier_no  cause            excess_seconds  spent_seconds  usual_seconds  grade
            1           external_agency  30              30             0              C
            1           norms_too_long   30              900            800            A
            1           queue            40              -              -              -
            2           norms_too_long   60              900            800            A
            2           queue            40              -              -              -
            3           norms_too_long   70              900            800            A
            3           queue            10              -              -              -
            3           unexplained      20              20             0              B
            4           queue            100             -              -              -
        """,
    )


def test_the_overrun_is_shared_to_the_second_by_the_largest_remainder(model_test) -> None:
    model_test(
        "explain/causes",
        variables={"profile": "p"},
        given={
            "cause_dossiers": "dossier_no  dossier_id\n1  A\n2  B\n3  C",
            "overrun_causes": """
                grade = B
                spent_seconds = 1
                usual_seconds = 0
                dossier_no  cause        excess_seconds  overrun_seconds  needed_seconds
                1           queue        1               10               2
                1           slow_work    2               10               2
                2           slow_work    1               3                9
                2           queue        1               3                9
                3           unexplained  1               0                1
            """,
        },
        # 10/3 and 20/3 seconds; three halves twice: ties go by the place in the list of causes
        expect="""
            dossier_id  profile  cause        late_seconds  late_share   but_for
            A           p        queue        3             0.333333333  no
            A           p        slow_work    7             0.666666667  yes
            B           p        queue        2             0.5          no
            B           p        slow_work    1             0.5          no
            C           p        unexplained  0             1.0          yes
        """,
    )


def test_the_evidence_is_in_columns_and_in_one_line(model_test) -> None:
    model_test(
        "explain/causes",
        variables={"profile": "p"},
        given={
            "cause_dossiers": "dossier_no  dossier_id\n1  A",
            "overrun_causes": """
                dossier_no = 1
                excess_seconds = 1
                overrun_seconds = 2
                needed_seconds = 2
                spent_seconds = 5
                usual_seconds = 4
                grade = A
                cause       ground        n_in_progress  usual_in_progress  other_source
                queue       extreme       7              6                  -
                record_lag  other_record  -              -                  a|b
            """,
        },
        expect="""
            cause       evidence                 n_in_progress  usual_in_progress  other_source
            queue       extreme|5|4|7|6          7              6                  -
            record_lag  other_record|5|4|a b     -              -                  a|b
        """,
    )


OVERDUE = """
    profile = p
    dossier_id  outcome       slack_seconds
    A           late          -10
    B           open_overdue  -
    C           on_time       5
"""
SHARED = """
    dossier_id  cause      late_seconds  late_share
    A           queue      4             0.25
    A           slow_work  6             0.75
    B           queue      0             1.0
"""
LATE = "dossier_id  overrun_seconds\nA  10\nB  -"


def test_causes_that_do_not_add_up_to_the_overrun_stop_the_stage(model_test) -> None:
    given = {"outcomes": OVERDUE, "late_dossiers": LATE, "causes": SHARED}
    asked = {"profile": "p"}
    model_test("explain/broken_causes", variables=asked, given=given, expect="dossier_id")
    model_test(
        "explain/broken_causes",
        variables=asked,
        given=given | {"causes": SHARED.replace("6             0.75", "5             0.5")},
        expect="""
            dossier_id  overrun_seconds  late_seconds  late_share
            A           10               9             0.75
        """,
    )
    model_test(
        "explain/broken_causes",
        variables=asked,
        given=given | {"late_dossiers": LATE + "\nC  0"},
        expect="""
            dossier_id  overrun_seconds  late_seconds  late_share
            C           0                0             0.0
        """,
    )


def test_shares_that_do_not_give_the_number_of_late_dossiers_stop_the_stage(model_test) -> None:
    cells = """
        unit_id = U1
        period = 2022-01
        n_late = 1
        cause      late_share
        *          1.0
        queue      0.25
        slow_work  0.75
    """
    given = {
        "late_dossiers": "dossier_id  unit_id  ended_on\nA  U1  2022-01-31\nB  U1  2022-02-01",
        "periods": "period  starts_on  ends_on\n2022-01  2022-01-01  2022-01-31",
    }
    model_test("explain/unbalanced_causes", given=given | {"cause_cells": cells}, expect="unit_id")
    model_test(
        "explain/unbalanced_causes",
        given=given | {"cause_cells": cells.replace("0.75", "0.5")},
        expect="""
            unit_id  period   n_late  late_share
            U1       2022-01  1       0.75
        """,
    )


def test_a_dossier_is_late_only_on_record_where_a_second_source_shows_it(model_test) -> None:
    model_test(
        "explain/late_dossiers",
        variables={"profile": "p"},
        given={
            "cause_limits": "fewest_peers  unlogged_share\n20  50",
            "cause_dossiers": """
                is_late = yes
                overrun_seconds = 10
                used_seconds = 100
                after_other_seconds = 0
                is_other_shown = no
                is_measured = yes
                is_open = no
                ended_on = 2022-03-01
                dossier_no  dossier_id  unit_id  due_error_seconds  after_paper_seconds  has_paper
                1           A           U1       4                  6                    yes
                2           B           U1       4                  5                    yes
                3           C           U1       0                  0                    no
                4           D           U1       0                  0                    no
                5           E           U1       0                  0                    no
                6           F           U1       0                  0                    no
                7           G           U1       0                  0                    no
                8           H           U2       0                  0                    no
                9           I           U2       0                  0                    yes
                10          J           U3       0                  0                    no
            """,
            "paper_shares": """
                unit_id  half_no  lag_seconds
                U2       4044     10
                U3       4044     9
                U1       4043     99
            """,
            "attributable_time": """
                dossier_no  step_code  part      unit_no  seconds
                3           1          record    1        10
                4           1          record    1        10
                6           1          unlogged  1        51
                7           1          unlogged  1        50
            """,
            "closing_patterns": "dossier_no  is_burst\n5  yes\n4  yes",
            "causes": """
                dossier_id  cause       late_share  late_seconds  grade  excess_seconds
                A           queue       1           10            A      10
                B           queue       1           10            A      10
                C           record_lag  1           10            A      9
                D           queue       1           10            A      10
                E           record_lag  0.5         5             B      9
                E           queue       0.5         5             A      1
                F           queue       1           10            A      10
                G           queue       1           10            A      10
                H           queue       1           10            A      10
                I           queue       1           10            A      10
                J           queue       1           10            A      10
            """,
        },
        # D has a record of its own beside the pattern; E has nothing but the pattern; as neither
        # of its causes alone made it late, the larger is dominant
        expect="""
            dossier_id  reality      dominant_cause  is_by_paper_share
            A           record_only  queue           no
            B           real         queue           no
            C           record_only  record_lag      no
            D           real         queue           no
            E           undecidable  record_lag      no
            F           undecidable  queue           no
            G           real         queue           no
            H           undecidable  queue           yes
            I           real         queue           no
            J           real         queue           no
        """,
    )


def test_the_evidence_of_a_cause_is_that_of_the_step_where_it_took_most(model_test) -> None:
    model_test(
        "explain/cause_excess",
        given={
            "cause_dossiers": """
                is_procedure_term = yes
                dossier_no  channel_out  due_class       due_error_seconds  after_clock_seconds
                1           post         calendar_error  5                  7
                2           counter      shorter         5                  7
                3           -            agrees          0                  0
            """,
            "attributed_time": """
                unit_no = 1
                part = queue
                usual_seconds = 1
                cause = queue
                grade = A
                dossier_no  step_code  excess_seconds  seconds  is_extreme  ground
                3           1          10              20       no          extreme
                3           2          20              21       yes         out_of_line
            """,
            "workload_at_arrival": """
                dossier_no  step_code  unit_no  in_hand  usual_in_progress
                3           1          1        5        4
                3           2          1        5        5
            """,
        },
        expect="""
            is_extreme = yes
            dossier_no  cause           excess_seconds  ground       grade  n_in_progress
            1           due_date_error  5               wrong_due    A      -
            1           return_post     7               after_clock  B      -
            2           applicant       7               after_clock  B      -
            2           due_date_error  5               wrong_due    B      -
            3           queue           30              out_of_line  B      5
        """,
    )


def test_a_late_dossier_is_spared_when_the_usual_time_would_have_made_up_its_overrun(
    model_test,
) -> None:
    model_test(
        "explain/cause_counterfactuals",
        given={
            "cause_dossiers": """
                dossier_no  dossier_id  is_late  overrun_seconds
                1           A           yes      100
                2           B           yes      100
                3           C           no       0
            """,
            "cause_steps": "dossier_no  step_code  step_no\n1  7  1\n1  8  2\n2  7  1\n2  8  2",
            "time_against_peers": """
                unit_no = 1
                usual_seconds = 10
                dossier_no  step_code  part   long_seconds
                1           7          work   10
                1           8          queue  20
                2           7          work   11
                2           8          work   99
            """,
            "attributed_time": """
                unit_no = 1
                dossier_no  step_code  part   cause      over_usual_seconds
                1           7          work   slow_work  100
                1           8          queue  queue      89
                2           7          work   slow_work  99
            """,
            "causes": """
                dossier_id  cause           but_for
                A           due_date_error  yes
                B           due_date_error  no
            """,
        },
        # A's work: 0 to spare, the later wait varies by 10; its queue lacks 11. B lacks 1 of 1
        expect="""
            dossier_no  cause           is_avoidable  is_doubtful
            1           due_date_error  yes           no
            1           queue           no            no
            1           slow_work       yes           yes
            2           due_date_error  no            no
            2           slow_work       no            no
        """,
    )
