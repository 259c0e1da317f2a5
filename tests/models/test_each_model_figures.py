"""Each model of ``figures``, ``official`` and ``review`` on a few rows, good ones and broken."""

from __future__ import annotations

import pytest

from workbench.core.errors import RuleFailed

CELL = """
    profile = p
    unit_id = U1
    period = 2022-01
    n_dossiers = 9
    n_late = 4
    observed = 3.5
    expected = 1.5
    p_value = 0.01
    q_value = 1
    evidence_level = 2
    cause        excess  lower  upper  reading     flagged
    queue        2.0     2.0    2.0    difference  yes
    slow_work    2.0     1.0    3.0    -           no
    unexplained  2.0     1.0    3.0    unexplained  no
"""


def test_a_cell_is_flagged_by_its_reading_alone(model_test) -> None:
    expect = "cause  reading  flagged\nqueue  difference  yes\nslow_work  -  no\n"
    model_test(
        "figures/cells",
        given={"made_cells": CELL},
        expect=f"{expect}unexplained  unexplained  no",
    )
    with pytest.raises(RuleFailed, match="flagged"):
        model_test(
            "figures/cells",
            given={"made_cells": CELL.replace("difference  yes", "difference  no")},
            expect=expect,
        )


MEASURE = """
    profile = p
    unit_id = *
    procedure_id = *
    channel_in = *
    period = 2022-01
    evidence_level = 1
    measure   numerator  denominator  value  lower  upper  method
    on_time   1          4            0.25   0.25   0.25   wilson
    received  4          -            4      4      4      count
"""


def test_a_count_has_no_denominator_and_a_share_one_no_smaller_than_its_numerator(
    model_test,
) -> None:
    expect = "measure  value\non_time  0.25\nreceived  4"
    model_test("figures/measures", given={"made_measures": MEASURE}, expect=expect)
    for broken in (
        MEASURE.replace("1          4 ", "1          0 "),
        MEASURE.replace("0.25   0.25   0.25", "0.25   0.26   0.30"),
        MEASURE.replace("4      count", "4      wilson"),
    ):
        with pytest.raises(RuleFailed):
            model_test("figures/measures", given={"made_measures": broken}, expect=expect)


GAP = """
    profile = p
    comparison = A|B
    kind = unit
    left = A
    right = B
    gap = 0.25
    gap_lower = 0.25
    gap_upper = 0.5
    left_late = 0
    left_dossiers = 4
    right_late = 4
    right_dossiers = 4
    evidence_level = 2
    component    effect  lower   upper
    calendar     0.0     0.0     0.0
    cause:queue  0.125   0.0     0.125
    mix          0.25    0.125   0.5
    residual     -0.125  -0.125  0.0
"""


def test_a_component_lies_within_its_bounds_and_late_dossiers_among_all(model_test) -> None:
    expect = "component  effect\ncalendar  0\ncause:queue  0.125\nmix  0.25\nresidual  -0.125"
    model_test("figures/gaps", given={"made_gaps": GAP}, expect=expect)
    for broken in (
        GAP.replace("0.125   0.0     0.125", "0.125   0.2     0.3"),
        GAP.replace("right_late = 4", "right_late = 5"),
        GAP.replace("cause:queue", "queue"),
    ):
        with pytest.raises(RuleFailed):
            model_test("figures/gaps", given={"made_gaps": broken}, expect=expect)


def test_components_that_do_not_sum_to_their_gap_or_lack_one_stop_the_stage(model_test) -> None:
    model_test("figures/unbalanced_gaps", given={"made_gaps": GAP}, expect="comparison")
    model_test(
        "figures/unbalanced_gaps",
        given={"made_gaps": GAP.replace("0.125   0.0     0.125", "0.0     0.0     0.125")},
        expect="""
            profile  comparison  left  right  effects  gap
            p        A|B         A     B      0.125    0.25
        """,
    )
    lost = "\n".join(line for line in GAP.splitlines() if "calendar" not in line)
    model_test(
        "figures/unbalanced_gaps",
        given={"made_gaps": lost},
        expect="comparison  effects\nA|B  0.25",
    )


WATCHED = """
    profile = p
    unit_id = U1
    due_at = 2022-01-10 17:00
    spent = 0
    method = m
    evidence_level = 2
    dossier_id  slack_seconds  risk  lower  upper  waiting_at  kind  holder_id
    A           -1             1     1      1      check       work  H
    B           0              0     0      0.5    -           -     -
    C           0              0     0      0.5    -           work  H
"""


def test_a_dossier_past_its_due_instant_is_late_for_certain(model_test) -> None:
    expect = "dossier_id  risk\nA  1\nB  0\nC  0"
    model_test("figures/watchlist", given={"made_watchlist": WATCHED}, expect=expect)
    for broken in (
        WATCHED.replace("-1             1     1 ", "-1             0.9   0 "),
        WATCHED.replace("check       work  H", "check       -     H"),
    ):
        with pytest.raises(RuleFailed):
            model_test("figures/watchlist", given={"made_watchlist": broken}, expect=expect)


SAVED = """
    profile = p
    unit_id = *
    period = 2022-01
    assumption = nếu
    assumption_en = if
    evidence_level = 3
    method = queue_rerun
    scenario  n_late  n_touched  n_saved  lower  upper
    a         4       0          4        4      4
    b         4       4          0        0      4
"""


def test_no_scenario_saves_more_dossiers_than_were_late(model_test) -> None:
    expect = "scenario  n_saved\na  4\nb  0"
    model_test("figures/whatif", given={"made_whatif": SAVED}, expect=expect)
    for broken in (
        SAVED.replace("0          4        4      4", "0          5        4      5"),
        SAVED.replace("assumption = nếu", "assumption = ''"),
    ):
        with pytest.raises(RuleFailed):
            model_test("figures/whatif", given={"made_whatif": broken}, expect=expect)


def test_half_a_unit_of_the_last_decimal_is_allowed_either_way(model_test) -> None:
    model_test(
        "official/rounded_rates",
        given={
            "printed_rates": """
                rate_id  numerator  denominator  printed
                a        69         4000         1.73
                b        69         4000         1.72
                c        69         4000         1.74
                d        69         4000         1.7
                e        1          4            25
                f        1          4            26
                g        1          0            99.99
                h        2          3            66.67
                i        2          3            66.66
            """,
        },
        # 69 of 4000 are 1.725 percent: without its second decimal a rate must be exact
        expect="""
            rate_id  printed
            c        1.74
            d        1.7
            f        26
            i        66.66
        """,
    )


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
