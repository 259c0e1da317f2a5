"""Each model of ``explain/causes`` that measures time against that of others, on a few rows."""

from __future__ import annotations

LIMITS = """
    usual_share = 50
    long_share = 90
    extreme_share = 97
    late_click = 7200
    chain_gap = 120
    fewest_peers
    2
"""


def test_what_is_usual_is_learned_from_the_others_alone_and_not_from_too_few(model_test) -> None:
    model_test(
        "explain/peer_quantiles",
        given={
            "cause_limits": LIMITS,
            "cause_dossiers": """
                procedure_no = 1
                term_band = 3
                dossier_no  quarter_no  is_open
                1           1           no
                2           1           no
                3           2           no
                4           1           yes
            """,
            "attributable_time": """
                step_code = 7
                part = work
                dossier_no  unit_no  seconds
                1           1        60
                2           2        300
                3           2        900
                4           2        9000
            """,
        },
        # half of two is the shorter of them, nine tenths the longer; unit 2 has but one other
        expect="""
            basis     group_no  step_code  excluded_member  n_steps  usual_seconds  long_seconds
            quarters  1         7          2                2        60             300
            terms     3         0          1                2        300            900
            units     1         7          1                2        300            900
        """,
    )


def test_a_step_that_did_not_wait_counts_as_zero_seconds_for_the_others(model_test) -> None:
    model_test(
        "explain/peer_quantiles",
        given={
            "cause_limits": LIMITS,
            "cause_dossiers": """
                procedure_no = 1
                term_band = 3
                quarter_no = 1
                is_open = no
                dossier_no
                1
                2
                3
            """,
            "attributable_time": """
                step_code = 7
                part = queue
                dossier_no  unit_no  seconds
                1           1        600
                2           2        300
                3           2        900
            """,
            "unspent_steps": """
                procedure_no = 1
                term_band = 3
                quarter_no = 1
                step_code = 7
                part = queue
                unit_no  n_steps
                2        1
                3        1
            """,
        },
        # beside unit 1: 0, 0, 300, 900; beside unit 2: 0, 600; beside unit 3: 0, 300, 600, 900
        expect="""
            basis  excluded_member  n_steps  usual_seconds  long_seconds
            units  1                4        0              900
            units  2                2        0              600
            units  3                4        300            900
        """,
    )


def test_a_quarter_out_of_line_is_compared_and_is_no_measure_for_others(model_test) -> None:
    model_test(
        "explain/peer_quantiles",
        given={
            "cause_limits": LIMITS,
            "atypical_quarters": "unit_no  quarter_no  part\n1  1  queue",
            "cause_dossiers": """
                procedure_no = 1
                term_band = 3
                quarter_no = 1
                is_open = no
                dossier_no
                1
                2
                3
                4
            """,
            "attributable_time": """
                step_code = 7
                part = queue
                dossier_no  unit_no  seconds
                1           1        9000
                2           2        300
                3           2        900
                4           3        600
            """,
            "unspent_steps": """
                procedure_no = 1
                term_band = 3
                quarter_no = 1
                step_code = 7
                part = queue
                unit_no  n_steps
                1        5
                3        2
            """,
        },
        # beside unit 1: 0, 0, 300, 600, 900; beside unit 2: 0, 0, 600; beside unit 3: 300, 900
        expect="""
            basis  excluded_member  n_steps  usual_seconds  long_seconds
            units  1                5        300            900
            units  2                3        0              600
            units  3                2        300            900
        """,
    )


def test_extremes_are_longer_than_most_others_and_open_dossiers_teach_nothing(model_test) -> None:
    steps = [f"{number}  2  {300 * number}" for number in range(1, 101)]
    model_test(
        "explain/peer_quantiles",
        given={
            "cause_limits": LIMITS,
            "cause_dossiers": "\n".join(
                [
                    "procedure_no = 1",
                    "term_band = 3",
                    "quarter_no = 1",
                    "is_open = no",
                    "dossier_no",
                    *(str(number) for number in range(1, 102)),
                ]
            ),
            "attributable_time": "\n".join(
                [
                    "step_code = 7",
                    "part = work",
                    "dossier_no  unit_no  seconds",
                    *[row for row in steps if int(row.split()[0]) <= 10],
                    "101  1  60",
                ]
            ),
        },
        # of ten steps of 5 to 50 minutes: the 5th, the 9th and the 10th
        expect="""
            basis  excluded_member  n_steps  usual_seconds  long_seconds  extreme_seconds
            terms  1                10       1500           2700          3000
            units  1                10       1500           2700          3000
        """,
    )


def test_the_other_units_are_compared_first_then_other_quarters_then_such_terms(
    model_test,
) -> None:
    model_test(
        "explain/time_against_peers",
        given={
            "cause_dossiers": """
                dossier_no  procedure_no  term_band  quarter_no
                1           1             3          1
                2           2             3          2
                3           9             4          2
                4           9             5          9
            """,
            "attributable_time": """
                step_code = 7
                part = work
                unit_no = 5
                seconds = 60
                dossier_no
                1
                2
                3
                4
            """,
            "peer_quantiles": """
                part = work
                basis     group_no  step_code  excluded_member  usual_seconds
                units     1         7          5                10
                quarters  1         7          1                20
                terms     3         0          5                30
                quarters  2         7          2                40
                terms     4         0          5                50
                terms     5         0          6                60
            """,
        },
        expect="""
            dossier_no  basis     usual_seconds
            1           units     10
            2           quarters  40
            3           terms     50
            4           -         -
        """,
    )


def test_excess_counts_from_the_usual_where_a_quarter_is_out_of_line_else_from_the_extreme(
    model_test,
) -> None:
    model_test(
        "explain/attributed_time",
        given={
            "cause_limits": LIMITS,
            "cause_dossiers": "dossier_no  is_late\n1  yes\n2  no",
            "outlying_quarters": """
                unit_no  quarter_no  part      n_over  n_steps
                1        1           external  5       10
            """,
            "time_against_peers": """
                quarter_no = 1
                over_norm_seconds = 0
                usual_seconds = 10
                extreme_seconds = 50
                is_separable = yes
                basis = units
                dossier_no  step_code  part      unit_no  seconds
                1           1          external  1        60
                1           1          external  2        60
                1           2          external  2        50
                2           2          external  2        50
                2           1          external  1        11
            """,
        },
        # dossier 2 was in time: what lies under the extreme is not even asked of it
        expect="""
            dossier_no  step_code  unit_no  excess_seconds  over_usual_seconds  is_extreme  grade
            1           1          1        50              50                  yes         A
            1           1          2        10              50                  yes         B
            1           2          2        0               40                  no          B
            2           1          1        1               1                   no          A
        """,
    )


def test_time_that_a_log_does_not_separate_goes_to_the_outlying_class(model_test) -> None:
    model_test(
        "explain/attributed_time",
        given={
            "cause_limits": LIMITS,
            "cause_dossiers": "dossier_no  is_late\n1  no",
            "outlying_quarters": """
                quarter_no = 1
                unit_no  part      n_over  n_steps
                1        queue     5       10
                2        transfer  5       10
                3        work      5       10
                4        queue     5       10
                4        work      5       10
                5        queue     5       10
                5        transfer  5       10
                8        passed_over   5   10
                9        passed_over   5   10
                9        gap_or_queue  5   10
            """,
            "time_against_peers": """
                dossier_no = 1
                quarter_no = 1
                over_norm_seconds = 0
                usual_seconds = 10
                extreme_seconds = 50
                seconds = 60
                is_separable = no
                step_code = 1
                unit_no  part
                1        gap_or_queue
                1        queue_or_work
                2        gap_or_queue
                3        queue_or_work
                4        queue_or_work
                5        gap_or_queue
                6        gap_or_queue
                7        gap_or_queue
                7        queue
                8        gap_or_queue
                8        passed_over
                9        gap_or_queue
                9        passed_over
            """,
            "waits_behind_slow_work": "dossier_no  step_code  unit_no\n1  1  7",
        },
        # where both or neither are out of line it is a handover, beyond the extreme
        expect="""
            part           unit_no  cause            excess_seconds  grade  ground
            gap_or_queue   1        queue            50              B      not_separable
            gap_or_queue   2        portal_transfer  50              B      not_separable
            gap_or_queue   5        handover         10              B      no_arrival
            gap_or_queue   6        handover         10              B      no_arrival
            gap_or_queue   7        slow_work        50              B      behind_slow_work
            gap_or_queue   8        portal_transfer  50              B      not_separable
            gap_or_queue   9        handover         50              B      no_arrival
            passed_over    8        portal_transfer  50              B      passed_over
            passed_over    9        handover         50              B      not_separable
            queue          7        slow_work        50              B      behind_slow_work
            queue_or_work  1        queue            50              B      not_separable
            queue_or_work  3        slow_work        50              B      not_separable
        """,
    )


def test_rules_records_and_clicks_have_measures_of_their_own(model_test) -> None:
    model_test(
        "explain/attributed_time",
        given={
            "cause_limits": LIMITS,
            "cause_dossiers": "\n".join(["is_late = no", "dossier_no", *"3456"]),
            "signing_sessions": "unit_no  quarter_no\n9  1",
            "time_against_peers": """
                quarter_no = 1
                step_code = 1
                over_norm_seconds = 0
                is_separable = yes
                dossier_no  part      unit_no  seconds  usual_seconds  extreme_seconds
                3           record    1        7200     100            200
                4           record    1        7201     100            200
                5           synced    1        30       -              -
                6           sign      9        30       10             50
            """,
        },
        expect="""
            dossier_no  cause            excess_seconds  grade  ground
            4           record_lag       7101            A      second_source
            5           record_lag       30              A      other_record
            6           batching         20              A      sessions
        """,
    )


def test_a_transfer_that_kept_the_rule_is_nobodys_fault(model_test) -> None:
    model_test(
        "explain/attributed_time",
        given={
            "cause_limits": LIMITS,
            "cause_dossiers": "is_late = no\ndossier_no\n1\n2",
            "time_against_peers": """
                part = transfer
                quarter_no = 1
                step_code = 1
                unit_no = 1
                over_norm_seconds = 0
                seconds = 4000
                usual_seconds = 100
                extreme_seconds = 3000
                is_separable = yes
                dossier_no  over_rule_seconds
                1           5
                2           0
            """,
        },
        expect="""
            dossier_no  cause            excess_seconds  grade  ground
            1           portal_transfer  3900            A      rule
        """,
    )
