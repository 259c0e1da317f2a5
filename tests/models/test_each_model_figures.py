"""Each model of ``figures`` and ``official`` on a few rows, good ones and broken."""

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
    design_effect = 1.5
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


PAST_LISTS = """
    profile = p
    listed_on   n_dossiers  n_late  expected  variance
    2022-01-31  4           2       1.5       0.75
    2022-02-28  1           0       1         0
"""


def test_a_past_list_expects_no_more_late_dossiers_than_it_has(model_test) -> None:
    expect = "listed_on  n_late\n2022-01-31  2\n2022-02-28  0"
    model_test("figures/past_lists", given={"made_past_lists": PAST_LISTS}, expect=expect)
    for right, wrong in (("4           2", "1           2"), ("0.75", "1.75"), ("1.5 ", "4.5 ")):
        broken = {"made_past_lists": PAST_LISTS.replace(right, wrong)}
        with pytest.raises(RuleFailed):
            model_test("figures/past_lists", given=broken, expect=expect)


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
