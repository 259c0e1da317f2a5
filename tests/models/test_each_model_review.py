"""Each model that compares two revisions, on a few rows, as its header says."""

from __future__ import annotations


def test_a_dossier_that_one_revision_alone_holds_appeared_or_disappeared(model_test) -> None:
    model_test(
        "review/added_or_removed_dossiers",
        given={
            "left_dossiers": """
                dossier_id  unit_id  source_file  source_row
                A           U1       a            2
                B           U1       a            3
            """,
            "right_dossiers": """
                dossier_id  unit_id  source_file  source_row
                B           U2       b            2
                C           U2       b            3
            """,
        },
        expect="""
            dossier_id  unit_id  source_file  source_row  change
            A           U1       a            2           disappeared
            C           U2       b            3           appeared
        """,
    )


def test_a_sheet_changed_when_its_bytes_did(model_test) -> None:
    model_test(
        "review/changed_exports",
        given={
            "left_landed_files": """
                source_file  source_sheet  sha256  rows_landed
                a            -             1       9
                b            ''            1       8
                c            s             1       7
                d            s             1       6
            """,
            "right_landed_files": """
                source_file  source_sheet  sha256  rows_landed
                a            ''            1       9
                b            -             2       7
                c            t             1       7
                d            s             1       5
            """,
        },
        expect="""
            source_file  source_sheet  change       left_rows  right_rows
            b            ''            changed      8          7
            c            s             disappeared  7          -
            c            t             appeared     -          7
        """,
    )


def test_figures_that_differ_are_read_from_the_longest_period_and_the_whole_down(
    model_test,
) -> None:
    model_test(
        "review/changed_measures",
        given={
            "left_measures": """
                profile = p
                measure  unit_id  period   procedure_id  channel_in  numerator  denominator  value
                a        *        2022-Q1  *             *           1          2            0.5
                a        *        2022-01  *             *           1          2            0.5
                a        U1       2022-H1  *             *           1          2            0.5
                a        *        2022-Q1  P             *           1          2            0.5
                a        *        2022-Q1  *             post        1          2            0.5
                a        *        2022-02  *             *           1          2            0.5
            """,
            "right_measures": """
                profile = p
                measure  unit_id  period   procedure_id  channel_in  numerator  denominator  value
                a        *        2022-Q1  *             *           2          4            0.5
                a        *        2022-01  *             *           1          3            0.5
                a        U1       2022-H1  *             *           1          2            0.6
                a        *        2022-Q1  P             *           -          2            0.5
                a        *        2022-02  *             *           1          2            0.5
                b        *        2022     *             *           1          2            0.5
            """,
        },
        expect="""
            measure  unit_id  period   procedure_id  channel_in  reading_order  left_value
            a        *        2022-01  *             *           3              0.5
            a        *        2022-Q1  *             *           1              0.5
            a        *        2022-Q1  *             post        4              0.5
            a        *        2022-Q1  P             *           4              0.5
            a        U1       2022-H1  *             *           2              0.5
            b        *        2022     *             *           3              -
        """,
    )


def test_headline_figures_are_of_everything_under_each_sides_own_profile(model_test) -> None:
    """Beyond: each value outside the other's interval; one outside is not enough."""
    model_test(
        "review/headline_figures",
        variables={"left_profile": "p", "right_profile": "q"},
        given={
            "left_measures": """
                procedure_id = *
                channel_in = *
                period = 2022-H1
                method = wilson
                measure  profile  unit_id  numerator  denominator  value  lower  upper
                a        p        *        1          10           0.1    0.0    0.2
                b        p        *        1          10           0.1    0.0    0.2
                c        p        *        1          10           0.1    0.0    0.2
                a        q        *        9          10           0.9    0.8    1.0
                a        p        U1       9          10           0.9    0.8    1.0
            """,
            "right_measures": """
                procedure_id = *
                channel_in = *
                period = 2022-H1
                method = wilson
                measure  profile  unit_id  numerator  denominator  value  lower  upper
                a        q        *        5          10           0.5    0.3    0.7
                b        q        *        3          10           0.3    0.0    0.6
                d        q        *        1          10           0.1    0.0    0.2
                a        p        *        9          10           0.9    0.8    1.0
            """,
        },
        expect="""
            measure  period   left_value  right_value  is_beyond
            a        2022-H1  0.1         0.5          yes
            b        2022-H1  0.1         0.3          no
            c        2022-H1  0.1         -            -
            d        2022-H1  -           0.1          -
        """,
    )


def test_an_outcome_flips_only_where_both_revisions_know_the_dossier(model_test) -> None:
    model_test(
        "review/changed_outcomes",
        given={
            "left_dossiers": "dossier_id  snapshot_at\nE  2022-01-31\nF  2022-01-31",
            "right_dossiers": """
                dossier_id  unit_id  snapshot_at
                A           U1       2022-01-31
                E           -        2022-02-28
                F           -        2022-01-31
            """,
            "left_outcomes": """
                dossier_id  profile  outcome  due_at_used  ended_at_used  slack_seconds
                A           p        late     2022-01-10   2022-01-11     -1
                A           q        late     2022-01-10   2022-01-11     -1
                B           p        late     -            2022-01-11     -
                C           p        late     2022-01-10   2022-01-11     -1
                E           p        open_in_time  2022-02-10  -          9
                F           p        open_in_time  2022-02-10  -          9
            """,
            "right_outcomes": """
                dossier_id  profile  outcome  due_at_used  ended_at_used  slack_seconds
                A           p        on_time  2022-01-12   2022-01-11     1
                A           q        late     2022-01-11   2022-01-11     0
                B           p        unknown  -            -              -
                D           p        late     2022-01-10   2022-01-11     -1
                E           p        open_overdue  2022-02-10  -          -9
                F           p        open_overdue  2022-02-10  -          -9
            """,
        },
        expect="""
            dossier_id  unit_id  left_outcome  is_due_moved  is_end_moved  is_snapshot_moved
            A           U1       late          yes           no            no
            B           -        late          no            yes           no
            E           -        open_in_time  no            no            yes
            F           -        open_in_time  no            no            no
        """,
    )


def test_what_a_later_export_says_of_the_same_dossier_has_its_kind(model_test) -> None:
    model_test(
        "review/changed_records",
        given={
            "left_dossiers": """
                received_at = 2022-01-04 08:00
                procedure_id = P1
                time_zone = Asia/Ho_Chi_Minh
                dossier_id  unit_id  status       due_at      resolved_at  returned_at
                A           U1       in_progress  2022-01-10  -            -
                B           U1       returned     2022-01-10  2022-01-09   2022-01-09
                C           U1       resolved     2022-01-10  2022-01-09   -
                D           U1       received     2022-01-10  -            -
                E           U1       received     -           -            -
                F           U1       received     2022-01-10  -            -
                G           U1       received     2022-01-10  -            -
            """,
            "right_dossiers": """
                received_at = 2022-01-04 08:00
                procedure_id = P1
                time_zone = Asia/Ho_Chi_Minh
                dossier_id  unit_id  status       due_at      resolved_at  returned_at
                A           U1       withdrawn    2022-01-10  2022-01-12   -
                B           U1       in_progress  2022-01-10  -            -
                C           U1       returned     2022-01-10  2022-01-08   2022-01-10
                D           U2       in_progress  2022-01-20  -            -
                E           U1       received     2022-01-10  -            -
                F           U1       received     -           -            -
                H           U1       received     2022-01-10  -            -
            """,
        },
        expect="""
            dossier_id  change        left_value   right_value
            A           closed        in_progress  withdrawn
            B           status_back   returned     in_progress
            C           end_revised   2022-01-09 00:00:00  2022-01-08 00:00:00
            D           due_reissued  2022-01-10 00:00:00  2022-01-20 00:00:00
            D           unit_renamed  U1           U2
            E           due_added     -            2022-01-10 00:00:00
            F           due_removed   2022-01-10 00:00:00  -
        """,
    )
