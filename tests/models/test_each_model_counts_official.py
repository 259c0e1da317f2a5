"""Each model of ``explain/counts`` on the stock and the overruns, on a few rows."""

from __future__ import annotations

PERIODS = """
    convention = calendar
    period   starts_on   ends_on
    2022-01  2022-01-01  2022-01-31
    2022-02  2022-02-01  2022-02-28
    2022-Q1  2022-01-01  2022-03-31
"""
JANUARY = """
    convention  period   starts_on   ends_on
    calendar    2022-01  2022-01-01  2022-01-31
"""
STRICT = """
    profile  paused_open   missing_due
    p        stands_still  unknown
"""


def test_the_stock_of_a_day_is_what_was_received_and_not_closed_when_it_ended(model_test) -> None:
    model_test(
        "explain/stock",
        given={
            "profiles": STRICT,
            "periods": JANUARY,
            "dossier_spans": """
                time_zone = Asia/Ho_Chi_Minh
                received_at = 2022-01-04 08:00
                snapshot_at = 2022-02-28 17:00
                dossier_id  attribute_group_no  received_on
                A           1                   2022-01-31
                B           2                   2022-02-01
                C           3                   2022-01-04
                D           4                   2022-01-04
                E           5                   2022-01-04
                F           6                   2022-01-04
                G           7                   2022-01-04
                J           8                   2022-01-04
            """,
            "outcomes": """
                profile = p
                dossier_id  state      outcome       due_at_used          ended_at_used
                A           open       open_overdue  2022-02-10 17:00     -
                B           open       open_overdue  2022-02-10 17:00     -
                C           resolved   late          2022-01-30 17:00     2022-01-31 23:59:59
                D           resolved   late          2022-01-30 17:00     2022-02-01 00:00
                E           open       open_overdue  2022-02-01 00:00     -
                F           open       open_overdue  2022-01-31 23:59:59  -
                G           open       unknown       -                    -
                J           withdrawn  withdrawn     2022-02-10 17:00     2022-02-05 08:00
            """,
        },
        expect="""
            attribute_group_no  state         is_waiting  n
            1                   open_in_time  no          1
            4                   open_overdue  no          1
            5                   open_in_time  no          1
            6                   open_overdue  no          1
            7                   open_unknown  no          1
            8                   open_in_time  no          1
        """,
    )


WAITING = {
    "periods": JANUARY,
    "dossier_spans": """
        time_zone = Asia/Ho_Chi_Minh
        received_on = 2022-01-04
        received_at = 2022-01-04 08:00
        snapshot_at = 2022-02-28 17:00
        dossier_id  attribute_group_no
        A           1
        B           2
        C           3
        D           4
        E           5
    """,
    "pause_spells": """
        dossier_id  spell_no  from_at           to_at             is_unended
        A           1         2022-01-20 08:00  2022-02-05 08:00  no
        B           1         2022-01-20 08:00  2022-02-01 00:00  no
        C           1         2022-01-20 08:00  2022-01-30 08:00  yes
        D           1         2022-02-01 00:00  2022-02-05 08:00  no
    """,
    "outcomes": """
        state = open
        outcome = open_overdue
        profile = p
        dossier_id  due_at_used
        A           2022-01-25 17:00
        B           2022-01-25 17:00
        C           2022-01-25 17:00
        D           2022-01-25 17:00
        E           -
    """,
}


def test_a_dossier_on_pause_at_the_days_end_is_judged_where_its_clock_stood_still(
    model_test,
) -> None:
    model_test(
        "explain/stock",
        given=WAITING | {"profiles": STRICT},
        expect="""
            attribute_group_no  state         is_waiting
            1                   open_in_time  yes
            2                   open_overdue  no
            3                   open_in_time  yes
            4                   open_overdue  yes
            5                   open_unknown  no
        """,
    )


def test_waiting_and_missing_due_dates_are_in_time_where_the_profile_says_so(model_test) -> None:
    for paused_open, waiting in (("in_time", "open_in_time"), ("runs", "open_overdue")):
        model_test(
            "explain/stock",
            given=WAITING
            | {"profiles": f"profile  paused_open  missing_due\np  {paused_open}  on_time"},
            expect=f"""
                attribute_group_no  state         is_waiting
                1                   {waiting}     yes
                2                   open_overdue  no
                3                   {waiting}     yes
                4                   {waiting}     yes
                5                   open_in_time  no
            """,
        )


def test_a_period_that_the_snapshot_cuts_short_is_judged_at_the_snapshot(model_test) -> None:
    model_test(
        "explain/stock",
        given={
            "profiles": STRICT,
            "periods": JANUARY,
            "dossier_spans": """
                time_zone = Asia/Ho_Chi_Minh
                received_on = 2022-01-04
                received_at = 2022-01-04 08:00
                snapshot_at = 2022-01-20 17:00
                dossier_id  attribute_group_no
                A           1
                B           2
                C           3
                D           4
            """,
            "outcomes": """
                profile = p
                dossier_id  state     outcome       due_at_used
                A           open      open_in_time  2022-01-20 16:00
                B           open      open_overdue  2022-01-20 16:00
                C           open      open_overdue  2022-01-25 17:00
                D           resolved  unknown       2022-01-25 17:00
            """,
        },
        # the profile found A in time at the snapshot, to the end of its due day
        expect="""
            attribute_group_no  state
            1                   open_in_time
            2                   open_overdue
            3                   open_in_time
        """,
    )


STOCK = """
    profile = p
    ends_on     attribute_group_no  state         is_waiting  n
    2022-01-31  1                   open_in_time  no          1
    2022-01-31  1                   open_in_time  yes         2
    2022-01-31  1                   open_overdue  no          4
    2022-01-31  2                   open_unknown  no          8
    2022-01-31  3                   open_overdue  no          16
"""
KINDS = """
    unit_id = U1
    procedure_id = P1
    work_no = 7
    attribute_group_no  channel_in  place_no  snapshot_on  apology
    1                   counter     5         2022-02-15   yes
    2                   online      6         2022-01-31   no
    3                   counter     5         2021-12-31   yes
"""


def test_the_stock_at_the_end_of_a_period_is_that_of_snapshots_taken_in_it_or_later(
    model_test,
) -> None:
    model_test(
        "explain/open_counts",
        given={"stock": STOCK, "attribute_groups": KINDS, "periods": PERIODS},
        expect="""
            profile  period   group_no  open_total  open_in_time  open_overdue  open_unknown
            p        2022-01  5         7           3             4             0
            p        2022-01  6         8           0             0             8
            p        2022-01  7         15          3             4             8
        """,
    )


def test_the_stock_counts_paused_dossiers_and_those_with_a_new_due_date(model_test) -> None:
    given = {
        "periods": PERIODS,
        "attribute_groups": """
            place_no = 5
            work_no = 7
            snapshot_on = 2022-02-15
            attribute_group_no  apology
            1                   yes
            2                   no
            3                   unknown
        """,
        "stock": """
            profile = p
            ends_on = 2022-01-31
            attribute_group_no  state         is_waiting  n
            1                   open_in_time  no          1
            1                   open_in_time  yes         2
            1                   open_overdue  no          4
            1                   open_overdue  yes         8
            1                   open_unknown  no          16
            1                   open_unknown  yes         32
            2                   open_overdue  no          64
            3                   open_overdue  no          128
        """,
    }
    for expect in (
        """
            group_no  waiting  active_in_time  active_overdue  active_unknown
            5         42       1               196             16
            7         42       1               196             16
        """,
        """
            group_no  overdue_with_apology  overdue_without_apology  overdue_unrecorded
            5         12                   64                    128
            7         12                   64                    128
        """,
    ):
        model_test("explain/open_counts", given=given, expect=expect)


def test_overdue_at_the_close_of_a_period_is_what_a_later_snapshot_still_had(model_test) -> None:
    stock = STOCK.replace("8\n", "8\n    2022-01-31  2  open_overdue  no  32\n")
    model_test(
        "explain/overdue_cells",
        variables={"profile": "p"},
        given={"stock": stock, "attribute_groups": KINDS, "periods": PERIODS},
        expect="""
            profile  unit_id  period   procedure_id  channel_in  n_overdue
            p        U1       2022-01  P1            counter     4
        """,
    )
    model_test(
        "explain/overdue_cells",
        variables={"profile": "q"},
        given={"stock": stock, "attribute_groups": KINDS, "periods": PERIODS},
        expect="n_overdue",
    )


def test_the_stock_of_a_day_is_summed_by_unit(model_test) -> None:
    model_test(
        "explain/daily_stock",
        given={
            "stock": STOCK,
            "attribute_groups": KINDS,
            "periods": "period  starts_on  ends_on\n31  2022-01-01  2022-01-31",
        },
        expect="""
            unit_id  day         n_open  n_overdue
            U1       2022-01-31  15      4
        """,
    )
    model_test(
        "explain/daily_stock",
        given={
            "stock": STOCK,
            "attribute_groups": KINDS,
            "periods": "period  starts_on  ends_on\n30  2022-01-01  2022-01-30",
        },
        expect="unit_id",
    )


def test_overruns_are_civil_days_after_the_due_day_with_bounds_of_their_median(model_test) -> None:
    names = [f"D{number:02}" for number in range(1, 17)]
    outcomes = [
        f"{name}  late  2022-01-{number + 1:02} 00:30  {-number}"
        for number, name in enumerate(names, start=1)
    ]
    dossiers = [f"{name}  {'U1' if name < 'D06' else 'U2'}" for name in names]
    model_test(
        "explain/official_overruns",
        given={
            "profiles": STRICT,
            "periods": JANUARY,
            "dossiers": "\n".join(
                ["time_zone = Asia/Ho_Chi_Minh", "dossier_id  unit_id", *dossiers, "E  U1", "F  U1"]
            ),
            "outcomes": "\n".join(
                [
                    "profile = p",
                    "due_at_used = 2022-01-01 23:59:59",
                    "dossier_id  outcome  ended_at_used  slack_seconds",
                    *outcomes,
                    "E  late  2022-02-01 00:00  -99",
                    "F  early  2022-01-10 00:00  9",
                ]
            ),
        },
        # of 1 to 16 days: (16 - 1.96 * 4) / 2 and 1 + (16 + 1.96 * 4) / 2 are the 4th and the 13th
        expect="""
            unit_id  n_late  total_days  median_days  lower_days  upper_days  p90_days
            *        16      136         8            4           13          15
            U1       5       15          3            1           5           5
            U2       11      121         11           7           15          15
        """,
    )
