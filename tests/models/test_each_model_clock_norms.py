"""The norms that are learned from other units, on a few rows worked out by hand."""

from __future__ import annotations


def test_a_norm_is_learned_from_twenty_steps_at_other_units_never_from_its_own(model_test) -> None:
    model_test(
        "clock/learned_norms",
        given={
            "step_duration_counts": """
                procedure_id  step  unit_id  quarter  n
                P             s     U1       0        10
                P             s     U1       5        10
                P             s     U2       9        19
                P             t     U1       0        9
                P             t     U1       5        11
                P             t     U2       3        1
            """,
        },
        # half of U1's twenty took less than a quarter of an hour; U2 has too few for U1
        expect="""
            procedure_id  step  unit_id  norm_seconds  n_steps
            P             s     U2       15min         20
            P             t     U2       1h30min       20
        """,
    )


def test_the_quarter_hours_of_steps_without_a_norm_are_counted(model_test) -> None:
    model_test(
        "clock/step_duration_counts",
        given={
            "dossiers": "dossier_id  procedure_id\nA  P\nB  P\nC  P",
            "dossier_calendars": """
                dossier_id  dossier_no  is_open
                A           1           no
                B           2           no
                C           3           yes
            """,
            "clocked_steps": """
                dossier_no  step_no  step  unit_id  norm_seconds
                1           1        s     U1       -
                1           2        s     U1       2h
                2           1        s     U1       -
                2           2        s     -        -
                3           1        s     U1       -
            """,
            "measured_segments": """
                dossier_no  step_no  work_seconds  spent_seconds
                1           1        10min         10min
                1           1        20min         30min
                1           1        5h            -
                1           2        30min         30min
                2           1        44min         44min
                2           2        14min         14min
                3           1        30min         30min
            """,
        },
        # a gap on the way to the step has no spent_seconds; 44 minutes are two whole quarters
        expect="""
            procedure_id  step  unit_id  quarter  n
            P             s     ''       0        1
            P             s     U1       2        2
        """,
    )
