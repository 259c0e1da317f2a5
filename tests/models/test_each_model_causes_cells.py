"""Each model of ``explain/causes`` that gathers by unit and period, on a few rows."""

from __future__ import annotations

MONTH = "period  starts_on  ends_on\n2022-01  2022-01-01  2022-01-31"


def test_a_cell_counts_every_judged_dossier_and_what_each_cause_took(model_test) -> None:
    model_test(
        "explain/cause_cells",
        variables={"profile": "p"},
        given={
            "periods": MONTH + "\n2022-Q1  2022-01-01  2022-03-31",
            "cause_dossiers": """
                unit_id = U1
                procedure_id = P
                channel_in = counter
                dossier_no  dossier_id  is_late  is_open  ended_on
                1           A           yes      no       2022-01-31
                2           B           no       no       2022-01-01
                3           C           yes      yes      2022-02-01
            """,
            "cause_excess": """
                dossier_no  cause      excess_seconds  is_extreme
                1           queue      10              yes
                2           queue      5               no
                3           slow_work  7               no
            """,
            "causes": """
                dossier_id  cause        late_share  excess_seconds
                A           queue        0.75        10
                A           unexplained  0.25        4
                C           slow_work    1           7
            """,
            "late_dossiers": "dossier_id  dominant_cause\nA  queue\nC  slow_work",
            "cause_counterfactuals": """
                dossier_no  cause      is_avoidable  is_doubtful
                1           queue      yes           no
                3           slow_work  no            yes
            """,
        },
        expect="""
            period   cause        n_dossiers  n_late  n_dominant  late_share  excess_seconds
            2022-01  *            2           1       1           1.0         19
            2022-01  queue        2           1       1           0.75        15
            2022-01  unexplained  2           1       0           0.25        4
            2022-Q1  *            3           2       2           2.0         26
            2022-Q1  queue        3           2       1           0.75        15
            2022-Q1  slow_work    3           2       1           1.0         7
            2022-Q1  unexplained  3           2       0           0.25        4
        """,
    )


def test_pairs_of_dossiers_closed_on_one_day_count_by_unit_and_cause(model_test) -> None:
    model_test(
        "explain/closing_pairs",
        given={
            "cause_dossiers": """
                unit_id = U1
                channel_in = counter
                dossier_no  dossier_id  procedure_id  is_open  ended_on
                1           A           P             no       2022-01-31
                2           B           P             no       2022-01-31
                3           C           Q             no       2022-01-31
                4           D           P             no       2022-02-01
                5           E           P             yes      2022-02-01
            """,
            "cause_excess": """
                dossier_no  cause  is_extreme
                1           queue  yes
                3           queue  yes
                2           queue  no
                4           queue  yes
            """,
            "causes": """
                dossier_id  cause  late_share
                A           queue  0.5
                B           queue  1
                C           queue  0.25
                E           queue  1
            """,
        },
        expect="""
            unit_id  procedure_id  month_no  cause  n_pairs  late_pairs  extreme_pairs
            U1       P             24265     *      4        0           0
            U1       P             24265     queue  0        1.375       1
            U1       P             24266     *      0        0           0
            U1       P             24266     queue  0        0           0
            U1       Q             24265     *      2        0           0
            U1       Q             24265     queue  0        0.375       1
        """,
    )


def test_a_cell_has_the_pairs_of_its_months(model_test) -> None:
    model_test(
        "explain/cause_cells",
        variables={"profile": "p"},
        given={
            "periods": MONTH + "\n2022-Q1  2022-01-01  2022-03-31",
            "cause_dossiers": """
                unit_id = U1
                procedure_id = P
                channel_in = counter
                dossier_no  dossier_id  is_late  is_open  ended_on
                1           A           yes      no       2022-01-31
                2           B           no       no       2022-02-01
            """,
            "cause_excess": """
                dossier_no  cause  excess_seconds  is_extreme
                1           queue  10              yes
            """,
            "causes": "dossier_id  cause  late_share  excess_seconds\nA  queue  1  10",
            "late_dossiers": "dossier_id  dominant_cause\nA  queue",
            "closing_pairs": """
                unit_id = U1
                procedure_id = P
                channel_in = counter
                month_no  cause  n_pairs  late_pairs  extreme_pairs
                24265     *      4        0           0
                24265     queue  0        1.375       1
                24266     *      2        0           0
            """,
        },
        expect="""
            period   cause  n_pairs  late_pairs  extreme_pairs
            2022-01  *      4        0           0
            2022-01  queue  4        1.375       1
            2022-Q1  *      6        0           0
            2022-Q1  queue  6        1.375       1
        """,
    )


def test_what_is_still_open_at_the_snapshot_is_counted_apart(model_test) -> None:
    model_test(
        "explain/cause_cells",
        variables={"profile": "p"},
        given={
            "periods": MONTH,
            "cause_dossiers": """
                unit_id = U1
                procedure_id = P
                channel_in = counter
                ended_on = 2022-01-31
                dossier_no  dossier_id  is_late  is_open
                1           A           yes      no
                2           B           yes      yes
            """,
            "causes": """
                dossier_id  cause      late_share  excess_seconds
                A           queue      1           10
                B           queue      0.25        4
                B           slow_work  0.75        4
            """,
            "late_dossiers": "dossier_id  dominant_cause\nA  queue\nB  slow_work",
            "cause_counterfactuals": """
                dossier_no  cause      is_avoidable  is_doubtful
                1           queue      yes           yes
                2           slow_work  yes           no
                2           queue      no            yes
            """,
        },
        expect="""
            cause      late_share  n_spared  n_doubtful  n_open  open_share  open_spared
            *          2           0         0           1       1           0
            queue      1.25        1         2           1       0.25        0
            slow_work  0.75        1         0           1       0.75        1
        """,
    )


def test_a_stratum_without_causes_has_its_row_of_zeros_and_the_spared_no_total(model_test) -> None:
    model_test(
        "explain/cause_cells",
        variables={"profile": "p"},
        given={
            "periods": MONTH,
            "cause_dossiers": """
                procedure_id = P
                channel_in = counter
                is_open = no
                dossier_no  unit_id  is_late  ended_on
                1           U1       no       2022-01-31
                2           U2       yes      2022-01-01
            """,
            "cause_excess": """
                dossier_no  cause      excess_seconds  is_extreme
                2           queue      10              yes
                2           slow_work  10              no
            """,
            "cause_counterfactuals": """
                dossier_no  cause      is_avoidable  is_doubtful
                2           queue      yes           yes
                2           slow_work  yes           no
            """,
        },
        expect="""
            profile  unit_id  cause      n_dossiers  n_late  n_extreme  n_spared  n_doubtful
            p        U1       *          1           0       0          0         0
            p        U2       *          1           1       1          0         0
            p        U2       queue      1           1       1          1         1
            p        U2       slow_work  1           1       0          1         0
        """,
    )


def test_a_cause_is_observable_where_a_late_dossier_has_time_of_its_class(model_test) -> None:
    model_test(
        "explain/observable_causes",
        given={
            "periods": MONTH,
            "cause_dossiers": "dossier_no  dossier_id\n1  A\n2  B\n3  C",
            "late_dossiers": """
                dossier_id  unit_id  ended_on
                A           U1       2022-01-31
                B           U1       2022-02-01
            """,
            "attributable_time": """
                dossier_no  part
                1           sign
                1           any
                2           intake
                3           work
            """,
            "attributed_time": "dossier_no  cause\n1  portal_transfer\n3  queue",
        },
        expect="""
            cause            unit_id  period
            batching         *        2022-01
            batching         U1       2022-01
            due_date_error   *        2022-01
            due_date_error   U1       2022-01
            portal_transfer  *        2022-01
            portal_transfer  U1       2022-01
            signature_wait   *        2022-01
            signature_wait   U1       2022-01
        """,
    )


JUDGED = """
    dossier_id  unit_id  is_late  judged_on   is_timed
    A           U1       yes      2022-01-01  yes
    B           U1       yes      2022-01-31  yes
    C           U2       yes      2022-01-31  yes
    D           U1       yes      2022-01-31  no
    E           U1       yes      2022-02-01  yes
"""
SPENT = """
    dossier_id  segment_no  step_no  kind      work_seconds
    A           1           1        queue     10
    A           2           1        queue     20
    A           3           -        transfer  5
    B           1           1        queue     40
    C           1           2        queue     70
    D           1           1        queue     99
    E           1           1        queue     99
"""


def test_time_by_kind_counts_a_dossier_without_such_a_segment_as_zero(model_test) -> None:
    model_test(
        "explain/time_use",
        given={"judged_dossiers": JUDGED, "ledger": SPENT, "periods": MONTH},
        expect="""
            unit_id  kind      n_dossiers  work_seconds  median_seconds  p90_seconds
            *        queue     3           140           40              70
            *        transfer  3           5             0               5
            U1       queue     2           70            30              40
            U1       transfer  2           5             0               5
            U2       queue     1           70            70              70
            U2       transfer  1           0             0               0
        """,
    )


def test_time_by_step_counts_only_dossiers_that_have_the_step(model_test) -> None:
    model_test(
        "explain/step_time",
        given={
            "judged_dossiers": JUDGED,
            "ledger": SPENT,
            "periods": MONTH,
            "steps": "dossier_id  step_no  step\nA  1  s\nB  1  s\nC  2  -",
        },
        expect="""
            unit_id  kind      step  n_dossiers  work_seconds  median_seconds
            *        queue     '-'   1           70            70
            *        queue     s     2           70            30
            *        transfer  '-'   1           5             5
            U1       queue     s     2           70            30
            U1       transfer  '-'   1           5             5
            U2       queue     '-'   1           70            70
        """,
    )
