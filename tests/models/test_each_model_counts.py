"""Each model of ``explain/counts`` that counts by month and group, on a few rows."""

from __future__ import annotations

PERIODS = """
    period   starts_on   ends_on
    2022-01  2022-01-01  2022-01-31
    2022-02  2022-02-01  2022-02-28
    2022-Q1  2022-01-01  2022-03-31
"""
"""January 2022 is month 24265: twelve times the year, and the month."""


def test_groups_are_channels_of_units_and_procedures_of_all_units(model_test) -> None:
    model_test(
        "explain/count_groups",
        given={
            "dossiers": """
                dossier_id  unit_id  procedure_id  channel_in
                A           U1       P1            counter
                B           U1       P1            -
                C           U1       -             counter
            """,
        },
        expect="""
            group_no  unit_id  procedure_id  channel_in
            1         *        P1            *
            2         *        unknown       *
            3         U1       *             counter
            4         U1       *             other
        """,
    )


GROUPS = """
    group_no  unit_id  procedure_id  channel_in
    1         *        P1            *
    2         *        unknown       *
    3         U1       *             counter
    4         U1       *             other
"""


def test_dossiers_alike_but_for_time_are_one_kind_with_its_two_groups(model_test) -> None:
    model_test(
        "explain/attribute_groups",
        given={
            "count_groups": GROUPS,
            "dossiers": """
                unit_id = U1
                time_zone = Asia/Ho_Chi_Minh
                dossier_id  procedure_id  channel_in  due_first_at  due_at      snapshot_at
                A           P1            counter     2022-01-10    2022-01-11  2022-01-31 00:30
                B           P1            counter     2022-01-05    2022-01-06  2022-01-31 17:00
                C           P1            counter     2022-01-10    2022-01-10  2022-01-31 17:00
                D           P1            counter     2022-01-10    2022-01-10  2022-02-01 00:30
                E           -             -           -             2022-01-10  2022-01-31 17:00
            """,
        },
        expect="""
            attribute_group_no  procedure_id  reappointment  snapshot_on  place_no  procedure_no
            1                   P1            no             2022-01-31   3         1
            2                   P1            no             2022-02-01   3         1
            3                   P1            yes            2022-01-31   3         1
            4                   unknown       unknown        2022-01-31   4         2
        """,
    )


def test_a_dossier_has_the_kind_that_it_is_alike_to_and_its_months(model_test) -> None:
    model_test(
        "explain/dossier_months",
        given={
            "attribute_groups": """
                unit_id = U1
                field_of_work = unknown
                procedure_id = unknown
                channel_in = other
                attribute_group_no  reappointment  snapshot_on  place_no  procedure_no
                1                   yes            2022-02-01   3         1
                2                   unknown        2022-02-01   3         1
                3                   unknown        2022-01-31   4         2
            """,
            "dossiers": """
                unit_id = U1
                time_zone = Asia/Ho_Chi_Minh
                dossier_id  due_first_at  due_at      received_on  snapshot_at
                A           2022-01-10    2022-01-11  2022-01-31   2022-02-01 00:30
                B           -             2022-01-11  2021-12-31   2022-01-31 23:59
            """,
        },
        expect="""
            dossier_id  attribute_group_no  place_no  procedure_no  received_in  snapshot_in
            A           1                   3         1             24265        24266
            B           3                   4         2             24264        24265
        """,
    )


def test_dossiers_are_counted_by_the_months_in_which_they_moved(model_test) -> None:
    model_test(
        "explain/outcome_months",
        given={
            "dossier_months": """
                time_zone = Asia/Ho_Chi_Minh
                place_no = 1
                procedure_no = 2
                received_in = 24265
                snapshot_in = 24267
                snapshot_at = 2022-03-31 17:00
                dossier_id
                A
                B
                C
                D
                E
                F
            """,
            "outcomes": """
                profile = p
                dossier_id  state      outcome       ended_at_used        due_at_used
                A           resolved   early         2022-01-31 23:59:59  2022-02-01 00:00
                B           resolved   early         2022-01-04 08:00     2022-02-28 23:59:59
                C           open       open_overdue  -                    2022-03-31 17:00
                D           open       open_in_time  -                    2022-03-31 17:01
                E           resolved   unknown       -                    -
                F           withdrawn  withdrawn     2021-12-31 08:00     2022-02-01 00:00
            """,
        },
        # F cannot be closed before it was received, nor fall due; E is closed by the snapshot
        expect="""
            group_no  state      outcome       received_in  closed_in  due_in  snapshot_in  n
            1         open       open_in_time  24265        0          0       24267        1
            1         open       open_overdue  24265        0          24267   24267        1
            1         resolved   early         24265        24265      24266   24267        2
            1         resolved   unknown       24265        24267      0       24267        1
            1         withdrawn  withdrawn     24265        24265      0       24267        1
            2         open       open_in_time  24265        0          0       24267        1
            2         open       open_overdue  24265        0          24267   24267        1
            2         resolved   early         24265        24265      24266   24267        2
            2         resolved   unknown       24265        24267      0       24267        1
            2         withdrawn  withdrawn     24265        24265      0       24267        1
        """,
    )


RECEIVED = {
    "dossier_months": """
        place_no = 1
        procedure_no = 2
        received_in = 24265
        dossier_id
        A
        B
        C
        D
    """,
    "dossiers": """
        time_zone = Asia/Ho_Chi_Minh
        dossier_id  channel_in  channel_out  service_level  processed_online  returned_at
        A           online      post         4              yes               2022-02-01 00:30
        B           online      -            3              no                2022-02-01 00:30
        C           -           online       4              yes               2022-02-01 00:30
        D           counter     counter      4              -                 -
    """,
    "receptions": """
        dossier_id  wait_seconds
        A           8h
        B           28801
        C           -
    """,
    "outcome_months": """
        profile  group_no  state     outcome  closed_in  due_in  n
        p        1         resolved  late     24266      24265   3
        p        2         resolved  late     24266      24265   3
    """,
}


def test_receptions_and_returns_are_counted_once_and_hold_for_every_profile(model_test) -> None:
    for expect in (
        """
            group_no  month_no  received  received_online  channel_known  online_known
            1         24265     4         2                3              2
            1         24266     0         0                0              0
            2         24265     4         2                3              2
            2         24266     0         0                0              0
        """,
        """
            group_no  month_no  online_processed  online_full  reception_known  received_within_8h
            1         24265     1                 1            2                1
            1         24266     0                 0            0                0
            2         24265     1                 1            2                1
            2         24266     0                 0            0                0
        """,
        """
            group_no  month_no  returned  returned_by_post  returned_online  late  fell_due
            1         24265     0         0                 0                0     3
            1         24266     2         1                 1                3     0
            2         24265     0         0                 0                0     3
            2         24266     2         1                 1                3     0
        """,
    ):
        model_test("explain/month_counts", given=RECEIVED, expect=expect)


def test_what_is_closed_is_counted_by_its_state_and_what_falls_due_by_its_outcome(
    model_test,
) -> None:
    moves = """
        profile = p
        group_no = 1
        state      outcome       closed_in  due_in  n
        resolved   early         24265      24265   1
        resolved   on_time       24265      24265   2
        resolved   late          24265      24265   4
        resolved   unknown       24265      0       8
        withdrawn  withdrawn     24265      0       16
        rejected   rejected      24265      0       32
        open       open_overdue  0          24265   64
        open       unknown       0          0       128
    """
    for expect in (
        """
            month_no  early  on_time  late  unknown  withdrawn  rejected
            24265     1      2        4     8        16         32
        """,
        """
            month_no  fell_due  fell_due_in_time  received
            24265     71        3                 0
        """,
    ):
        model_test("explain/month_counts", given={"outcome_months": moves}, expect=expect)


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
    attribute_group_no  unit_id  procedure_id  channel_in  place_no  procedure_no  snapshot_on
    1                   U1       P1            counter     5         7             2022-02-15
    2                   U1       P1            online      6         7             2022-01-31
    3                   U1       P1            counter     5         7             2021-12-31
"""


def test_the_stock_at_the_end_of_a_period_is_that_of_snapshots_taken_in_it_or_later(
    model_test,
) -> None:
    model_test(
        "explain/open_counts",
        given={"stock": STOCK, "attribute_groups": KINDS, "periods": PERIODS},
        expect="""
            profile  group_no  period   open_in_time  open_overdue  open_unknown
            p        5         2022-01  3             4             0
            p        6         2022-01  0             0             8
            p        7         2022-01  3             4             8
        """,
    )


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
            "periods": "period  starts_on  ends_on\n2022-01  2022-01-31  2022-01-31",
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
            "periods": "period  starts_on  ends_on\n2022-01  2022-01-01  2022-01-30",
        },
        expect="unit_id",
    )


def test_in_play_is_what_was_received_and_not_closed_before_the_period(model_test) -> None:
    model_test(
        "explain/official_progress",
        given={
            "periods": PERIODS,
            "outcome_months": """
                profile = p
                group_no = 1
                state     outcome       received_in  closed_in  snapshot_in  n
                resolved  early         24264        24265      24267        1
                resolved  on_time       24265        24266      24267        2
                resolved  late          24265        24265      24267        4
                open      open_overdue  24265        0          24265        8
                open      open_in_time  24266        0          24267        16
                rejected  rejected      24265        24266      24267        32
            """,
        },
        expect="""
            period   in_play  done_in_time
            2022-01  47       1
            2022-02  50       2
            2022-Q1  63       3
        """,
    )
