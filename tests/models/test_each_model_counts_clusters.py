"""How closings gather on days and weeks: an example worked out by hand."""

from __future__ import annotations


def test_closings_gather_on_days_and_weeks_of_a_period(model_test) -> None:
    """Week 2 of 2022 begins on Monday 10 January; 23:30 UTC is the next morning in Viet Nam."""
    model_test(
        "explain/closing_clusters",
        given={
            "profiles": "profile\np",
            "periods": """
                period   starts_on   ends_on
                2022-01  2022-01-01  2022-01-31
            """,
            "attribute_groups": """
                attribute_group_no  unit_id
                1                   U1
                2                   U2
            """,
            "dossier_spans": """
                time_zone = Asia/Ho_Chi_Minh
                dossier_id  attribute_group_no
                A           1
                B           1
                C           1
                D           2
                E           2
                F           2
            """,
            "outcomes": """
                dossier_id  profile  state      outcome    ended_at_used
                A           p        resolved   late       2022-01-09 23:30:00+00
                B           p        resolved   early      2022-01-10 08:00
                C           p        resolved   late       2022-01-12 08:00
                D           p        resolved   on_time    2022-01-10 09:00
                E           p        withdrawn  withdrawn  2022-01-10 09:00
                F           p        resolved   late       2022-02-01 09:00
                A           q        resolved   late       2022-01-10 08:00
            """,
        },
        expect="""
            n_days  n_weeks  unit_id  n_dossiers  n_late  day_squares  day_products  week_products
            2       1        *        4           2       10           4             8
            2       1        U1       3           2       5            3             6
            1       1        U2       1           0       1            0             0
        """,
    )
