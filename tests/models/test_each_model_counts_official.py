"""Each model of ``explain/counts`` on the stock and the official forms, on a few rows."""

from __future__ import annotations

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
            "report_periods": JANUARY,
            "dossier_months": """
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
    "report_periods": JANUARY,
    "dossier_months": """
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
            "report_periods": JANUARY,
            "dossier_months": """
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


OFFICIAL = {
    "profiles": STRICT,
    "report_periods": JANUARY,
    "attribute_groups": """
        unit_id = U1
        field_of_work = unknown
        procedure_id = unknown
        snapshot_on = 2022-02-15
        attribute_group_no  channel_in  reappointment
        1                   online      unknown
        2                   counter     no
    """,
    "stock": """
        profile  ends_on     attribute_group_no  state         is_waiting  n
        p        2022-01-31  1                   open_in_time  no          1
        p        2022-01-31  2                   open_overdue  yes         1
        p        2022-01-30  2                   open_overdue  yes         9
    """,
    "receptions": "dossier_id  wait_seconds\nB  8h",
    "dossiers": """
        unit_id = U1
        time_zone = Asia/Ho_Chi_Minh
        snapshot_at = 2022-02-15 17:00
        dossier_id  received_on  received_at  channel_in  due_first_at  due_at      returned_at
        A           2021-12-20   2021-12-20   -           2022-01-03    2022-01-05  2022-01-12
        B           2022-01-04   2022-01-04   online      -             2022-02-10  -
        C           2022-01-31   2022-01-31   counter     -             2022-01-31  -
        D           2022-01-01   2022-01-01   counter     -             2022-01-31  -
        E           2022-02-01   2022-02-01   counter     -             2022-02-10  -
        F           2021-12-01   2021-12-01   -           -             2022-01-02  -
        G           2021-12-01   2021-12-01   post        -             -           -
    """,
    "outcomes": """
        profile = p
        dossier_id  state      outcome       ended_at_used  due_at_used
        A           resolved   late          2022-01-10     2022-01-05
        B           resolved   early         2022-02-01     2022-02-10
        C           open       open_overdue  -              2022-01-31
        D           withdrawn  withdrawn     2022-01-05     2022-01-31
        E           open       open_in_time  -              2022-02-10
        F           resolved   early         2021-12-31     2022-01-02
        G           rejected   rejected      2022-01-31     -
    """,
}


def test_a_dossier_is_in_play_from_its_reception_until_the_day_it_is_closed(model_test) -> None:
    model_test(
        "explain/official_counts",
        given=OFFICIAL,
        expect="""
            channel_in  in_play  carried  received  done  withdrawn  rejected  open_total  late
            counter     2        0        2         0     1          0         1           0
            online      1        0        1         0     0          0         1           0
            other       1        1        0         1     0          0         0           1
            post        1        1        0         0     0          1         0           0
        """,
    )


def test_what_fell_due_was_returned_or_is_overdue_is_counted_on_its_own(model_test) -> None:
    model_test(
        "explain/official_counts",
        given=OFFICIAL,
        expect="""
            channel_in  fell_due  fell_due_in_time  late_reappointed  done_returned  waiting
            counter     1         0                 0                 0              1
            online      0         0                 0                 0              0
            other       2         1                 1                 1              0
            post        0         0                 0                 0              0
        """,
    )
    model_test(
        "explain/official_counts",
        given=OFFICIAL,
        expect="""
            channel_in  open_in_time  open_overdue  active_overdue  overdue_as_appointed
            counter     0             1             0               1
            online      1             0             0               0
            other       0             0             0               0
            post        0             0             0               0
        """,
    )
    model_test(
        "explain/official_counts",
        given=OFFICIAL,
        expect="""
            channel_in  received_within_8h  received_online  online_rest  progress_in_time
            counter     0                   0                0            0
            online      1                   1                1            1
            other       0                   0                0            0
            post        0                   0                0            0
        """,
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
            "report_periods": JANUARY,
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
