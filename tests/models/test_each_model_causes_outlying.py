"""``explain/outlying_quarters`` on a few units: beyond chance, the spread of units and a floor.

Shares are compared as angles: asin(sqrt(.)) of (hits + 0.375) / (steps + 0.75) of the unit and of
(hits + 2 x the share expected) / (steps + 2) of the others, as two steps are presumed of them. Four
units with 20 steps each make eight tests, so that the first must lie below 0.1 / 8 = 0.0125: 2.50
deviations.
"""

from __future__ import annotations

import pytest

LIMITS = """
    usual_share = 50
    long_share = 90
    cell_size = 10
    least_difference = 5
    false_share = 10
    queue_correlation = 2
    fewest_units = 5
    fewest_peers
    2
"""
STEPS = "\n".join(
    [
        "step_code = 1",
        "usual_seconds = 15",
        "long_seconds = 25",
        "dossier_no  quarter_no  unit_no  part  seconds",
    ]
)
UNITS = (1, 2, 3, 4)
NONE = "unit_no  part  n_steps  n_over  n_long"


def taken(unit: int, part: str, long: int, over: int, steps: int, quarter: int = 1) -> list[str]:
    """Return so many steps of a unit, some of them long and some over the usual."""
    seconds = [30] * long + [20] * (over - long) + [10] * (steps - over)
    return [f"{unit * 1000 + n}  {quarter}  {unit}  {part}  {s}" for n, s in enumerate(seconds)]


def outlying_rows(*rows: str) -> str:
    return "\n".join([NONE, *rows])


# beside two long ones of 20 (angle 0.32), 6 and 7 lie 0.27 and 0.32 farther, 8 of a queue 0.37;
# the deviation is root(1 / 82 + 0.05 squared) = 0.121, of a queue root(1.38 / 82 + 0.05 squared) =
# 0.139. Beside ten over the usual (angle 0.79), 15 and 16 lie 0.25 and 0.31 farther
@pytest.mark.parametrize(
    ("part", "long", "over", "is_out"),
    [
        ("work", 6, 10, False),
        ("work", 7, 10, True),
        ("queue", 7, 10, False),
        ("queue", 8, 10, True),
        ("work", 2, 15, False),
        ("work", 2, 16, True),
    ],
)
def test_a_quarter_is_out_of_line_when_more_steps_are_long_or_over_the_usual_than_chance_gives(
    model_test, part, long, over, is_out
) -> None:
    others = [row for unit in (2, 3, 4) for row in taken(unit, part, long=2, over=10, steps=20)]
    rows = [*taken(1, part, long=long, over=over, steps=20), *others]
    model_test(
        "explain/outlying_quarters",
        given={"cause_limits": LIMITS, "time_against_peers": "\n".join([STEPS, *rows])},
        expect=outlying_rows(*[f"1  {part}  20  {over}  {long}"] * is_out),
    )


def test_a_season_that_slows_all_puts_none_out_of_line_nor_do_a_few_steps(model_test) -> None:
    rows = [
        *(row for unit in (2, 3, 4) for row in taken(unit, "work", long=2, over=10, steps=20)),
        *taken(1, "work", long=8, over=10, steps=20),
        *taken(5, "work", long=9, over=9, steps=9),
        *(row for unit in UNITS for row in taken(unit, "work", 14, 14, 20, quarter=2)),
    ]
    model_test(
        "explain/outlying_quarters",
        given={"cause_limits": LIMITS, "time_against_peers": "\n".join([STEPS, *rows])},
        expect="unit_no  quarter_no  part  n_steps  n_over  n_long\n1  1  work  20  10  8",
    )


@pytest.mark.parametrize(("floor", "is_out"), [(0, True), (5, False)])
def test_many_steps_alone_put_no_unit_out_of_line(model_test, floor, is_out) -> None:
    # 130 long ones of 1000 beside 100: 0.048 farther, chance 0.016, floor 0.05; most never waited
    units = [(1, 130), (2, 100), (3, 100), (4, 100)]
    model_test(
        "explain/outlying_quarters",
        given={
            "cause_limits": LIMITS.replace("difference = 5", f"difference = {floor}"),
            "time_against_peers": "\n".join(
                [STEPS, *(row for unit, n in units for row in taken(unit, "work", n, n, n))]
            ),
            "unspent_steps": "\n".join(
                [
                    "quarter_no = 1",
                    "part = work",
                    "unit_no  step_code  n_steps",
                    *(f"{unit}  {step}  {(1000 - n) // 2}" for unit, n in units for step in (1, 2)),
                ]
            ),
        },
        expect=outlying_rows(*["1  work  1000  130  130"] * is_out),
    )


@pytest.mark.parametrize(("units", "is_out"), [(4, True), (5, False)])
def test_where_units_differ_anyway_one_must_differ_more(model_test, units, is_out) -> None:
    # 14 of 40 beside 1, 1 and 8; the middle one of five differs by 0.27, the first by 0.29
    long = [14, 8, 1, 1, 8][:units]
    rows = [row for unit, n in enumerate(long, 1) for row in taken(unit, "work", n, 20, 40)]
    model_test(
        "explain/outlying_quarters",
        given={"cause_limits": LIMITS, "time_against_peers": "\n".join([STEPS, *rows])},
        expect=outlying_rows(*["1  work  40  20  14"] * is_out),
    )


def test_years_in_which_units_are_alike_put_none_out_of_line_in_another_year(model_test) -> None:
    # the units of quarter 1 differ by as much as the first does; those of year 1 do not at all
    rows = [
        row
        for unit, long in enumerate((15, 8, 1, 1, 8), 1)
        for quarter in (1, 5, 6)
        for row in taken(unit, "work", long if quarter == 1 else 5, 20, 40, quarter=quarter)
    ]
    model_test(
        "explain/outlying_quarters",
        given={"cause_limits": LIMITS, "time_against_peers": "\n".join([STEPS, *rows])},
        expect=NONE,
    )


def test_sick_units_of_another_year_put_none_out_of_line(model_test) -> None:
    # 6 of 20 has a chance of 0.026: of 16 tests more than 0.1 x 9 / 16, of its year's more than 0.1
    ordinary = (2, 3, 4)
    rows = [
        *taken(1, "work", long=6, over=10, steps=20),
        *(row for unit in ordinary for row in taken(unit, "work", long=2, over=10, steps=20)),
    ]
    for quarter in (5, 6):
        rows += taken(1, "work", long=20, over=20, steps=20, quarter=quarter)
        rows += taken(2, "work", long=0, over=0, steps=20, quarter=quarter)
    model_test(
        "explain/outlying_quarters",
        given={"cause_limits": LIMITS, "time_against_peers": "\n".join([STEPS, *rows])},
        expect="unit_no  quarter_no\n1  5\n1  6",
    )


def test_a_very_sick_unit_does_not_hide_another_of_the_same_quarter(model_test) -> None:
    """Both pull up what the others have, so that healthy units seem to differ by as much."""
    rows = [row for unit in range(1, 9) for row in taken(unit, "queue", 2, 20, 60, quarter=1)]
    for unit, long in enumerate((60, 34, 6, 6, 6, 6, 6, 6), 1):
        rows += taken(unit, "queue", long, long, 60, quarter=2)
    model_test(
        "explain/outlying_quarters",
        given={"cause_limits": LIMITS, "time_against_peers": "\n".join([STEPS, *rows])},
        expect="unit_no  quarter_no  n_long\n1  2  60\n2  2  34",
    )


def test_quarters_far_from_the_middle_unit_are_no_measure_for_the_others(model_test) -> None:
    sick = [f"{n}  1  {200 + n}" for n in range(9)]
    healthy = [
        f"{100 * unit + n}  {unit}  {10 + 20 * (n < 3)}" for unit in range(2, 6) for n in range(9)
    ]
    unit_6 = [f"{600 + n}  6  30" for n in range(7)]
    dossiers = [row.split()[0] for row in (*sick, *healthy, *unit_6)]
    model_test(
        "explain/atypical_quarters",
        given={
            "cause_limits": "least_difference  fewest_units  cell_size\n5  5  8",
            "cause_dossiers": "\n".join(
                ["procedure_no = 1", "quarter_no = 1", "is_open = no", "dossier_no", *dossiers]
            ),
            "attributable_time": "\n".join(
                [
                    "part = work",
                    "step_code = 7",
                    "dossier_no  unit_no  seconds",
                    *sick,
                    *healthy,
                    *unit_6,
                ]
            ),
        },
        # all nine of unit 1 took longer than half of all, three of nine of most; unit 6 has seven
        expect="unit_no  quarter_no  part  n_steps\n1  1  work  9",
    )


@pytest.mark.parametrize(("spread_out", "is_atypical"), [(False, True), (True, False)])
def test_a_quarter_is_atypical_by_the_units_of_its_own_year_too(
    model_test, spread_out, is_atypical
) -> None:
    """Years in which units are alike (7 long ones of 20 at each) make none atypical."""
    of_first_year = (18, 12, 7, 2, 1) if spread_out else (18, 7, 7, 7, 7)
    times = [
        (1000 * quarter + 100 * unit + n, quarter, unit, 30 if n < long else 10)
        for quarter in (1, 5, 6, 7)
        for unit, long in enumerate(of_first_year if quarter == 1 else (7,) * 5, 1)
        for n in range(20)
    ]
    model_test(
        "explain/atypical_quarters",
        given={
            "cause_limits": "least_difference  fewest_units  cell_size\n5  5  8",
            "cause_dossiers": "\n".join(
                ["procedure_no = 1", "is_open = no", "dossier_no  quarter_no"]
                + [f"{number}  {quarter}" for number, quarter, _, _ in times]
            ),
            "attributable_time": "\n".join(
                ["part = work", "step_code = 7", "dossier_no  unit_no  seconds"]
                + [f"{number}  {unit}  {seconds}" for number, _, unit, seconds in times]
            ),
        },
        expect="\n".join(["unit_no  quarter_no  n_steps", *["1  1  20"] * is_atypical]),
    )


@pytest.mark.parametrize(("signed_late", "is_out"), [(2, False), (12, True)])
def test_the_more_is_out_of_line_the_more_of_it_may_be_chance(
    model_test, signed_late, is_out
) -> None:
    # 7 of 20 has a chance of 0.0089: of 16 tests more than 0.1 / 16, less than 0.1 x 2 / 16
    rows = [
        *(row for unit in UNITS for row in taken(unit, "work", 7 if unit == 1 else 2, 10, 20)),
        *taken(2, "sign", signed_late, 12, 20),
        *(row for unit in (1, 3, 4) for row in taken(unit, "sign", 2, 10, 20)),
    ]
    both = ["1  work  20  10  7", f"2  sign  20  12  {signed_late}"]
    model_test(
        "explain/outlying_quarters",
        given={"cause_limits": LIMITS, "time_against_peers": "\n".join([STEPS, *rows])},
        expect=outlying_rows(*both * is_out),
    )


def test_steps_clicked_together_with_the_closing_are_those_that_no_work_can_be_done_in(
    model_test,
) -> None:
    model_test(
        "explain/click_chains",
        given={
            "cause_limits": "fewest_peers  chain_gap  chain_size\n5  120  3",
            "cause_dossiers": """
                is_open = no
                dossier_no  end_second
                1           10050
                2           20050
                3           30050
                4           40050
                5           50050
                6           54000
                7           60050
                8           70050
            """,
            "cause_steps": """
                has_finish = yes
                dossier_no  step_no  step_code  step_kind  started_second  last_second
                1           1        1          work       -               9930
                1           2        2          sign       -               10000
                1           3        3          record     10049           10050
                2           1        1          work       19929           20000
                2           2        2          sign       -               20010
                2           3        3          record     -               20050
                3           1        4          assign     -               30000
                3           2        2          sign       -               30010
                3           3        3          record     -               30050
                4           1        1          work       -               30000
                4           2        2          sign       -               40000
                4           3        3          record     -               40050
                5           1        1          work       -               30000
                5           2        2          sign       -               49000
                5           3        3          record     -               50050
                7           1        1          work       -               40000
                7           2        2          sign       -               41000
                7           3        3          record     -               60050
                8           1        1          work       -               40000
                8           2        2          sign       -               41000
                8           3        3          record     -               70050
                6           1        1          work       -               54000
                6           2        2          sign       -               54000
                6           3        3          record     -               54000
            """,
        },
        # the work of 2 began sooner, 3 has none, 4, 5, 7 and 8 took their time, 6 is rounded
        expect="""
            dossier_no  step_code  span_seconds
            1           1          120
            1           2          50
            1           3          1
        """,
    )
