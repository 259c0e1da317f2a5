"""Each model of ``explain/counts`` that sums up periods, holds them to account or lists findings.

January 2022 is month 24265: twelve times the year, and the month.
"""

from __future__ import annotations

PERIODS = """
    period   starts_on   ends_on
    2022-01  2022-01-01  2022-01-31
    2022-02  2022-02-01  2022-02-28
    2022-Q1  2022-01-01  2022-03-31
"""
GROUPS = """
    group_no  unit_id  procedure_id  channel_in
    3         U1       *             counter
"""


MONTH_OF_EVERYTHING = """
    profile = p
    month_no = 24265
    received = 20
    received_online = 1
    channel_known = 2
    online_known = 3
    online_processed = 4
    online_full = 5
    reception_known = 6
    received_within_8h = 7
    returned = 8
    returned_by_post = 9
    returned_online = 10
    early = 11
    on_time = 12
    late = 13
    withdrawn = 14
    rejected = 15
    unknown = 16
    fell_due = 17
    fell_due_in_time = 18
    group_no
    3
"""


def test_every_counter_of_a_period_is_the_sum_of_its_months_and_zero_without_any(
    model_test,
) -> None:
    given = {
        "count_groups": GROUPS,
        "periods": PERIODS,
        "month_counts": MONTH_OF_EVERYTHING,
        "official_progress": """
            profile  group_no  period   in_play  done_in_time
            p        3         2022-01  40       25
            p        3         2022-Q1  40       -
        """,
        "open_counts": """
            profile  group_no  period   open_in_time  open_overdue  open_unknown
            p        3         2022-02  21            22            23
            p        3         2022-Q1  21            22            23
        """,
    }
    groups = ("*  *", "*  counter", "U1  *", "U1  counter")
    columns = {
        "received  received_online  channel_known  online_known": ["20 1 2 3", "0 0 0 0"],
        "online_processed  online_full  reception_known": ["4 5 6", "0 0 0"],
        "received_within_8h  returned  returned_by_post": ["7 8 9", "0 0 0"],
        "returned_online  early  on_time  late": ["10 11 12 13", "0 0 0 0"],
        "withdrawn  rejected  unknown": ["14 15 16", "0 0 0"],
        "fell_due  fell_due_in_time": ["17 18", "0 0"],
        "open_in_time  open_overdue  open_unknown": ["0 0 0", "21 22 23", "21 22 23"],
        "in_play  progress_in_time": ["40 25", "0 21", "40 21"],
    }
    for names, values in columns.items():
        months = zip(("2022-01", "2022-02", "2022-Q1"), [*values, values[0]], strict=False)
        rows = [
            f"{period}  {group}  {'  '.join(numbers.split())}"
            for period, numbers in months
            for group in groups
        ]
        header = f"period  unit_id  channel_in  {names}"
        model_test("explain/counts", given=given, expect="\n".join([header, *rows]))


def test_groups_are_all_unit_channel_both_and_the_procedure_alone(model_test) -> None:
    model_test(
        "explain/counts",
        given={
            "periods": "period  starts_on  ends_on\n2022-Q1  2022-01-01  2022-03-31",
            "count_groups": """
                group_no  unit_id  procedure_id  channel_in
                1         U1       *             counter
                2         U1       *             online
                3         U2       *             online
                4         *        P1            *
                5         *        P2            *
            """,
            "month_counts": """
                profile  group_no  month_no  received
                p        1         24265     1
                p        2         24265     2
                p        2         24267     1
                p        3         24267     4
                p        3         24268     9
                p        4         24265     6
                p        5         24265     2
            """,
            "official_progress": """
                profile = p
                in_play = 9
                period = 2022-Q1
                group_no
                1
                2
                3
                4
                5
            """,
        },
        expect="""
            unit_id  procedure_id  channel_in  received  open_unknown
            *        *             *           8         0
            *        *             counter     1         0
            *        *             online      7         0
            *        P1            *           6         0
            *        P2            *           2         0
            U1       *             *           4         0
            U1       *             counter     1         0
            U1       *             online      3         0
            U2       *             *           4         0
            U2       *             online      4         0
        """,
    )


BALANCE = {
    "count_groups": """
        group_no  unit_id  procedure_id
        1         U1       *
        2         *        P1
    """,
    "periods": """
        period   starts_on   ends_on
        2022-01  2022-01-01  2022-01-31
        2022-02  2022-02-01  2022-02-28
        2022-Q1  2022-01-01  2022-03-31
    """,
    "dossier_months": """
        place_no = 1
        dossier_id  received_in
        A           24265
        B           24265
        C           24266
    """,
    "outcome_months": """
        profile  group_no  state     snapshot_in  n
        p        1         open      24265        1
        p        1         resolved  24267        2
        p        2         open      24265        9
    """,
}
COUNTED = """
    profile = p
    procedure_id = *
    channel_in = *
    withdrawn = 0
    rejected = 0
    on_time = 0
    early = 0
    unknown = 0
    open_overdue = 0
    open_unknown = 0
    period   unit_id  received  late  open_in_time
    2022-01  *        2         1     1
    2022-01  U1       2         1     1
    2022-02  *        1         1     0
    2022-02  U1       1         1     0
    2022-Q1  *        3         2     1
    2022-Q1  U1       3         2     1
"""


def test_counts_balance_where_a_dossier_seen_last_before_the_period_is_in_sight_of_neither_side(
    model_test,
) -> None:
    counted = BALANCE | {"counts": COUNTED}
    model_test("explain/unbalanced_counts", given=counted, expect="unit_id")


def test_counts_that_lose_an_open_dossier_stop_the_stage(model_test) -> None:
    row = "2022-02  U1       1         1     "
    broken = COUNTED.replace(f"{row}0", f"{row}1")
    model_test(
        "explain/unbalanced_counts",
        given=BALANCE | {"counts": broken},
        expect="""
            period   unit_id  received  closed  still_open
            2022-02  U1       2         2       1
        """,
    )


def test_findings_of_rows_and_of_the_clock_are_counted_by_dossier_and_named_unit(
    model_test,
) -> None:
    model_test(
        "explain/findings",
        given={
            "quarantine": """
                rule_id  severity  record
                D01      error     {"dossier_id":"A","unit_id":"U1"}
                D01      error     {"dossier_id":"A","unit_id":"U1"}
                D02      warn      {"unit_id":null}
            """,
            "due_findings": """
                rule_id  severity  record
                D13      warn      {"dossier_id":"A"}
            """,
            "calendar_findings": """
                rule_id  severity  record
                D34      warn      {"dossier_id":"B"}
            """,
        },
        expect="""
            rule_id  severity  dossier_id  named_unit  n_rows
            D01      error     A           U1          2
            D02      warn      ''          ''          1
            D13      warn      A           ''          1
            D34      warn      B           ''          1
        """,
    )


def test_a_finding_counts_under_its_dossiers_unit_then_under_the_one_it_names(model_test) -> None:
    model_test(
        "explain/findings_by_unit",
        given={
            "dossiers": "dossier_id  unit_id\nA  U1\nB  U1",
            "findings": """
                rule_id  severity  dossier_id  named_unit  n_rows
                D01      error     A           U9          2
                D01      error     B           U1          1
                D01      error     C           U2          1
                D01      error     ''          U2          4
                D01      warn      ''          ''          5
            """,
        },
        expect="""
            unit_id  rule_id  severity  n_rows  n_dossiers
            U1       D01      error     3       2
            U2       D01      error     5       1
            unknown  D01      warn      5       0
        """,
    )


def test_a_dossier_is_suspect_by_rules_that_warn_and_names_each_once(model_test) -> None:
    model_test(
        "explain/suspect_dossiers",
        given={
            "dossiers": "dossier_id\nA\nB\nC",
            "findings": """
                rule_id  severity  dossier_id  named_unit  n_rows
                D12      warn      A           U1          2
                D12      warn      A           U2          1
                D11      warn      A           U1          1
                D30      info      A           U1          1
                D12      warn      B           U1          1
                D01      error     C           U1          1
                D12      warn      X           U1          1
            """,
        },
        expect="""
            dossier_id  n_findings  rules
            A           4           D11, D12
            B           1           D12
        """,
    )


def test_a_dossier_is_judged_on_the_day_on_which_its_profile_closes_it(model_test) -> None:
    model_test(
        "explain/judged_dossiers",
        variables={"profile": "p"},
        given={
            "dossiers": """
                received_at = 2022-01-04 08:00
                snapshot_at = 2022-01-31 00:30
                time_zone = Asia/Ho_Chi_Minh
                dossier_id
                A
                B
                C
                D
                E
            """,
            "outcomes": """
                dossier_id  profile  state     outcome       ended_at_used     used_seconds
                A           p        resolved  late          2022-01-10 00:30  1
                A           q        resolved  early         2022-01-10 00:30  1
                B           p        open      open_overdue  -                 -
                C           p        resolved  on_time       -                 1
                D           p        resolved  early         2022-01-03 08:00  1
                E           p        open      open_in_time  -                 1
            """,
        },
        expect="""
            dossier_id  profile  is_late  judged_on   is_timed
            A           p        yes      2022-01-10  yes
            B           p        yes      2022-01-31  no
            C           p        no       2022-01-31  yes
            D           p        no       2022-01-04  yes
        """,
    )


def test_verdicts_are_counted_with_and_without_suspect_dossiers(model_test) -> None:
    model_test(
        "explain/verdict_counts",
        given={
            "periods": "period  starts_on  ends_on\n2022-01  2022-01-01  2022-01-31",
            "suspect_dossiers": "dossier_id\nA\nC",
            "judged_dossiers": """
                profile = p
                dossier_id  unit_id  is_late  judged_on
                A           U1       yes      2022-01-01
                B           U1       yes      2022-01-31
                C           U2       no       2022-01-15
                D           U2       no       2022-02-01
                E           U2       no       2021-12-31
            """,
        },
        expect="""
            profile  period   unit_id  n_dossiers  n_late  n_sound  n_late_sound
            p        2022-01  *        3           2       1        1
            p        2022-01  U1       2           2       1        1
            p        2022-01  U2       1           0       0        0
        """,
    )


def test_the_profile_of_the_run_is_told_if_it_is_one(model_test) -> None:
    profiles = "profile\np\nq"
    for chosen, expect in (("q", "profile\nq"), ("x", "profile")):
        model_test(
            "explain/result_profiles",
            variables={"profile": chosen},
            given={"profiles": profiles},
            expect=expect,
        )
