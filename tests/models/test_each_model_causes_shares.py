"""Each model of ``explain/causes`` that shares out the lateness, on a few rows."""

from __future__ import annotations

SEVERAL = range(1, 9)


def test_what_the_causes_do_not_explain_is_left_last_and_small_ones_go_with_it(model_test) -> None:
    model_test(
        "explain/shapley_players",
        given={
            "cause_limits": "fewest_peers  most_causes  least_share\n20  4  10",
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
        # of four causes at most one is the rest; ties go by the place in the vocabulary
        expect="""
            dossier_no  slot  cause        excess_seconds  needed_seconds  ground   grade
            1           1     queue        20              100             extreme  -
            1           2     slow_work    20              100             extreme  -
            1           3     unexplained  60              100             rest     B
            2           1     queue        50              100             extreme  -
            2           2     slow_work    40              100             extreme  -
            2           3     unexplained  30              100             rest     B
            3           1     unexplained  1               1               rest     B
            5           1     queue        100             100             extreme  -
        """,
    )


def test_norms_that_add_up_answer_before_a_typed_reason_speaks_for_the_rest(model_test) -> None:
    model_test(
        "explain/shapley_players",
        given={
            "cause_limits": "fewest_peers  most_causes  least_share\n20  8  10",
            "cause_dossiers": """
                is_late = yes
                overrun_seconds = 100
                dossier_no
                1
                2
                3
            """,
            "infeasible_norms": """
                dossier_no  norm_seconds  allowed_seconds  over_seconds
                1           900           800              30
                2           900           800              70
                3           900           800              70
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
            """,
        },
        # the norms of 3 answer for 70 of the 90 left, and its typed reason is named already
        expect="""
            dossier_no  slot  cause            excess_seconds  spent_seconds  usual_seconds  grade
            1           1     queue            40              -              -              -
            1           2     norms_too_long   30              900            800            A
            1           3     external_agency  30              30             0              C
            2           1     queue            40              -              -              -
            2           2     norms_too_long   60              900            800            A
            3           1     queue            10              -              -              -
            3           2     norms_too_long   70              900            800            A
            3           3     unexplained      20              20             0              B
        """,
    )


def test_a_set_weighs_for_its_members_and_against_the_others(model_test) -> None:
    model_test(
        "explain/shapley_coalitions",
        given={"cause_limits": "fewest_peers  most_causes\n20  2"},
        expect="""
            n_causes  mask  in_1  in_2  part_1
            1         0     0     0     -40320
            1         1     1     0     40320
            2         0     0     0     -20160
            2         1     1     0     20160
            2         2     0     1     -20160
            2         3     1     1     20160
        """,
    )


def every_count(name: str) -> list[str]:
    """Return the eight columns of a name."""
    return [f"{name}_{number}" for number in SEVERAL]


def test_causes_that_are_all_needed_share_alike_and_those_absent_have_no_share(model_test) -> None:
    players = ["dossier_no  slot  excess_seconds  needed_seconds"]
    sets = ["  ".join(["n_causes  mask", *every_count("in"), *every_count("part")])]
    expected = ["  ".join(["dossier_no", *every_count("share")])]
    for n in SEVERAL:
        players += [f"{n}  {slot}  {slot}  {n * (n + 1) // 2}" for slot in range(1, n + 1)]
        for missing in range(n + 1):
            here = [str(int(k <= n and k != missing)) for k in SEVERAL]
            # a part of a set that does not win, or of a cause that is not there, must not count
            parts = [str(40320 // n if missing == 0 and k <= n else 7) for k in SEVERAL]
            sets.append("  ".join([str(n), str(missing), *here, *parts]))
        shares = [str(40320 // n if k <= n else 0) for k in SEVERAL]
        expected.append("  ".join([str(n), *shares]))
    model_test(
        "explain/shapley_values",
        given={"shapley_players": "\n".join(players), "shapley_coalitions": "\n".join(sets)},
        expect="\n".join(expected),
    )


def test_of_two_causes_one_may_save_the_dossier_alone(model_test) -> None:
    sets = """
        in_3 = 0
        in_4 = 0
        in_5 = 0
        in_6 = 0
        in_7 = 0
        in_8 = 0
        part_3 = 0
        part_4 = 0
        part_5 = 0
        part_6 = 0
        part_7 = 0
        part_8 = 0
        n_causes  mask  in_1  in_2  part_1  part_2
        2         0     0     0     -20160  -20160
        2         1     1     0     20160   -20160
        2         2     0     1     -20160  20160
        2         3     1     1     20160   20160
    """
    model_test(
        "explain/shapley_values",
        given={
            "shapley_coalitions": sets,
            "shapley_players": """
                dossier_no  slot  excess_seconds  needed_seconds
                1           1     10              10
                1           2     9               10
                2           1     10              10
                2           2     10              10
            """,
        },
        expect="""
            dossier_no  share_1  share_2
            1           40320    0
            2           20160    20160
        """,
    )


def test_the_overrun_is_shared_to_the_second_by_the_largest_remainder(model_test) -> None:
    model_test(
        "explain/causes",
        variables={"profile": "p"},
        given={
            "cause_dossiers": "dossier_no  dossier_id\n1  A\n2  B\n3  C",
            "shapley_players": """
                grade = B
                dossier_no  slot  cause        excess_seconds  overrun_seconds  needed_seconds
                1           1     queue        1               10               2
                1           2     slow_work    2               10               2
                2           1     queue        1               3                9
                2           2     slow_work    1               3                9
                3           1     unexplained  1               0                1
            """,
            "shapley_values": """
                dossier_no  share_1  share_2
                1           10080    30240
                2           20160    20160
                3           40320    0
            """,
        },
        # 10/3 and 20/3 seconds; three halves twice
        expect="""
            dossier_id  profile  cause        late_seconds  late_share  but_for
            A           p        queue        3             0.25        no
            A           p        slow_work    7             0.75        yes
            B           p        queue        2             0.5         no
            B           p        slow_work    1             0.5         no
            C           p        unexplained  0             1.0         yes
        """,
    )


def test_each_place_has_its_own_share_and_the_evidence_in_one_line(model_test) -> None:
    causes = (
        "applicant",
        "assignment_wait",
        "batching",
        "external_agency",
        "intake_delay",
        "portal_transfer",
        "queue",
        "slow_work",
    )
    players = [f"{slot}  {cause}" for slot, cause in enumerate(causes, start=1)]
    shares = "  ".join(str(1260 * slot) for slot in SEVERAL)
    model_test(
        "explain/causes",
        variables={"profile": "p"},
        given={
            "cause_dossiers": "dossier_no  dossier_id\n1  A",
            "shapley_players": "\n".join(
                [
                    "dossier_no = 1",
                    "excess_seconds = 1",
                    "overrun_seconds = 8",
                    "needed_seconds = 8",
                    "ground = extreme",
                    "spent_seconds = 5",
                    "usual_seconds = 4",
                    "details = 7|6",
                    "grade = A",
                    "slot  cause",
                    *players,
                ]
            ),
            "shapley_values": f"dossier_no  {'  '.join(every_count('share'))}\n1  {shares}",
        },
        expect="\n".join(
            [
                "cause  late_share  late_seconds  evidence  grade",
                *(
                    f"{cause}  {slot / 32}  1  extreme|5|4|7|6  A"
                    for slot, cause in enumerate(causes, start=1)
                ),
            ]
        ),
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
                dossier_no  dossier_id  due_error_seconds  after_paper_seconds
                1           A           4                  6
                2           B           4                  5
                3           C           0                  0
                4           D           0                  0
                5           E           0                  0
                6           F           0                  0
                7           G           0                  0
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
            """,
        },
        # D has a record of its own beside the pattern; E has nothing but the pattern; as neither
        # of its causes alone made it late, the larger is dominant
        expect="""
            dossier_id  reality      dominant_cause
            A           record_only  queue
            B           real         queue
            C           record_only  record_lag
            D           real         queue
            E           undecidable  record_lag
            F           undecidable  queue
            G           real         queue
        """,
    )
