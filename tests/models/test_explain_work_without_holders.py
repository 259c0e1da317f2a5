"""What is said of long work where a log does not have who did it: slow, overload, or neither."""

from __future__ import annotations

import pytest

OPEN_ALL_DAY = "day_key  c2  open_1  close_1  open_2  close_2\n0  0  0  86400  86400  86400"


def test_without_holders_the_unit_is_the_desk_whose_time_is_divided(model_test) -> None:
    """Alone for 100 seconds, two for 200, three for 100: the log of unit 2 has most holders."""
    model_test(
        "explain/concurrent_works",
        given={
            "calendar_days": OPEN_ALL_DAY,
            "cause_dossiers": """
                quarter_no = 1
                offset_seconds = 0
                key_base = 0
                dossier_no
                1
                2
                3
                4
                5
            """,
            "cause_steps": """
                step_code = 7
                has_start = yes
                has_finish = yes
                dossier_no  unit_no  holder_no  started_second  last_second
                1           1        -          0               400
                2           1        -          100             400
                3           1        9          300             400
                4           2        9          0               100
                5           2        -          0               100
            """,
            "time_against_peers": """
                part = work
                step_code = 7
                dossier_no  unit_no
                1           1
                2           1
                3           1
                4           2
                5           2
            """,
        },
        expect="""
            dossier_no  own_milliseconds  is_by_unit  stock_milliseconds  n_at_end
            1           233333            yes         800000              3
            2           133333            yes         700000              3
            3           33333             yes         300000              3
            4           100000            no          100000              1
        """,
    )


UNIT_WORKS = """
    unit_no = 1
    quarter_no = 1
    step_code = 7
    is_by_unit = yes
"""


def works(*, at_once: float, seen: int, at_end: tuple[int, ...], number: int = 40) -> str:
    """Works of 100 seconds each whose ends see these stocks in turn."""
    own, stock = round(100_000 / at_once), 100_000 * seen
    head = "dossier_no  milliseconds  own_milliseconds  stock_milliseconds  n_at_end"
    rows = (f"{n}  100000  {own}  {stock}  {at_end[n % len(at_end)]}" for n in range(number))
    return "\n".join([UNIT_WORKS.strip("\n"), head, *rows])


@pytest.mark.parametrize(
    ("stock", "usual", "reading"),
    [
        # an average moment has 4 in work, a dossier sees 8: who ends sees 4, as many are ended
        ({"at_once": 4, "seen": 8, "at_end": (3, 5)}, 1, "shared"),
        # who ends sees 8: twice the stock is ended twice as fast
        ({"at_once": 4, "seen": 8, "at_end": (7, 9)}, 1, "parallel"),
        # who ends sees 6, between the two
        ({"at_once": 4, "seen": 8, "at_end": (5, 7)}, 1, "unknown"),
        # the first two with four works only, of which one or two more would say something else
        ({"at_once": 4, "seen": 8, "at_end": (1, 9), "number": 4}, 1, "unknown"),
        ({"at_once": 4, "seen": 8, "at_end": (5, 11), "number": 4}, 1, "unknown"),
        # between the two, and both refuted or not, where other units have nearly as many in work
        ({"at_once": 4, "seen": 8, "at_end": (5, 7)}, 3, "unknown"),
        ({"at_once": 4, "seen": 8, "at_end": (5, 11), "number": 4}, 3, "parallel"),
        # the stock never varies: no throughput tells anything
        ({"at_once": 4, "seen": 4, "at_end": (4,)}, 1, "unknown"),
        # hardly ever is another in work
        ({"at_once": 1.25, "seen": 2, "at_end": (1, 2)}, 1, "parallel"),
    ],
)
def test_throughput_that_does_not_rise_with_the_stock_is_no_slow_work(
    model_test, stock: dict, usual: int, reading: str
) -> None:
    model_test(
        "explain/unit_throughputs",
        given={
            "cause_limits": "at_once  own_work\n200  150",
            "usual_work_ratios": "unit_no  quarter_no  step_code\n1  1  7",
            "usual_concurrency": f"""
                quarter_no  step_code  is_by_unit  at_once
                1           7          yes         {usual}
                1           7          no          9
            """,
            "concurrent_works": works(**stock),
        },
        expect=f"unit_no  step_code  reading\n1  7  {reading}",
    )


@pytest.mark.parametrize(
    ("reading", "row"),
    [
        ("parallel", "1  slow_work  80  B  out_of_line"),
        ("shared", "1  queue  80  B  throughput"),
        ("unknown", ""),
    ],
)
def test_without_holders_a_unit_out_of_line_is_slow_only_where_its_throughput_shows_it(
    model_test, reading: str, row: str
) -> None:
    model_test(
        "explain/attributed_time",
        given={
            "cause_limits": "late_click  chain_gap\n7200  120",
            "cause_dossiers": "dossier_no  is_late\n1  yes",
            "outlying_quarters": "unit_no  quarter_no  part\n1  1  work",
            "concurrent_works": "dossier_no  step_code  unit_no  is_by_unit\n1  1  1  yes",
            "unit_throughputs": f"unit_no  step_code  reading\n1  1  {reading}",
            "time_against_peers": """
                quarter_no = 1
                step_code = 1
                part = work
                basis = units
                over_norm_seconds = 0
                is_separable = yes
                seconds = 90
                usual_seconds = 10
                extreme_seconds = 50
                dossier_no  unit_no
                1           1
            """,
        },
        expect="dossier_no  cause  excess_seconds  grade  ground\n" + row,
    )


def test_without_holders_what_more_dossiers_at_once_add_to_one_has_no_name(model_test) -> None:
    """Of 90 seconds 60 would be its own: 10 beyond the extreme are slow work, 30 are unknown."""
    model_test(
        "explain/attributed_time",
        given={
            "cause_limits": "late_click  chain_gap\n7200  120",
            "cause_dossiers": "dossier_no  is_late\n1  yes",
            "concurrent_works": "dossier_no  step_code  unit_no  is_by_unit\n1  1  1  yes",
            "shared_works": """
                dossier_no  step_code  unit_no  own_seconds  is_by_unit
                1           1          1        60           yes
            """,
            "time_against_peers": """
                quarter_no = 1
                step_code = 1
                part = work
                basis = units
                over_norm_seconds = 0
                is_separable = yes
                seconds = 90
                usual_seconds = 10
                extreme_seconds = 50
                dossier_no  unit_no
                1           1
            """,
        },
        expect="dossier_no  cause  excess_seconds  grade  ground\n1  slow_work  10  B  own_work",
    )
