"""Each model of ``explain/counts`` that sums up, holds to account or lists findings."""

from __future__ import annotations

ROWS = {
    "reception_counts": (
        "received  received_online  received_counter  received_post  received_other",
        "20 1 2 3 14",
        "channel_known  online_known  online_processed  online_full  online_part  online_rest",
        "15 1 1 18 19 20",
        "reception_known  received_within_8h  returned  returned_by_post",
        "21 22 23 24",
        "returned_online  returned_counter",
        "25 26",
    ),
    "closing_counts": (
        "done  early  on_time  late  unknown",
        "34 3 5 15 11",
        "late_with_apology  late_without_apology  late_unrecorded  withdrawn  rejected",
        "4 5 6 8 9",
        "fell_due  fell_due_in_time",
        "28 27",
    ),
    "caseload_counts": (
        "in_play  carried  done_returned  done_not_returned",
        "60 40 14 20",
    ),
    "open_counts": (
        "open_total  open_in_time  open_overdue  open_unknown",
        "9 2 3 4",
        "waiting  active_in_time  active_overdue  active_unknown",
        "5 1 2 1",
        "overdue_with_apology  overdue_without_apology  overdue_unrecorded",
        "1 1 1",
    ),
}
"""Counters of a group and period, each table's in lines of names and of values."""


def lines_of(table: str) -> tuple[list[str], list[str]]:
    """Return the names and the values of the counters of a table."""
    names = [name for line in ROWS[table][::2] for name in line.split()]
    return names, [value for line in ROWS[table][1::2] for value in line.split()]


def text_of(table: str, groups: tuple[int, ...]) -> str:
    """Write a table that has the same counters for each of some groups."""
    names, values = lines_of(table)
    profile = [] if table == "reception_counts" else ["profile = p"]
    shared = [f"{name} = {value}" for name, value in zip(names, values, strict=True)]
    head = [*profile, "convention = calendar", "period = 2022-01", *shared]
    return "\n".join([*head, "group_no", *map(str, groups)])


NAMES = """
    group_no  unit_id  field_of_work  procedure_id  channel_in
    1         U1       *              *             counter
    2         U1       *              *             online
    3         U2       *              *             online
    4         *        *              P1            *
    5         U1       F1             *             *
"""


def test_every_counter_of_the_four_tables_is_added_up_over_channels_and_units(model_test) -> None:
    given = {"profiles": "profile\np", "count_groups": NAMES}
    given |= {table: text_of(table, (1, 2, 3, 4, 5)) for table in ROWS}
    groups = {
        "*  *  *  *": 3,
        "*  *  *  counter": 1,
        "*  *  *  online": 2,
        "*  *  P1  *": 1,
        "U1  *  *  *": 2,
        "U1  *  *  counter": 1,
        "U1  *  *  online": 1,
        "U1  F1  *  *": 1,
        "U2  *  *  *": 1,
        "U2  *  *  online": 1,
    }
    for table in ROWS:
        names, values = lines_of(table)
        for first in range(0, len(names), 4):
            some = slice(first, first + 4)
            rows = [
                f"{group}  {'  '.join(str(n * int(value)) for value in values[some])}"
                for group, n in groups.items()
            ]
            header = "unit_id  field_of_work  procedure_id  channel_in  "
            expect = "\n".join([header + "  ".join(names[some]), *rows])
            model_test("explain/counts", given=given, expect=expect)


def test_a_counter_without_dossiers_is_zero_and_progress_adds_those_open_in_time(
    model_test,
) -> None:
    model_test(
        "explain/counts",
        given={
            "profiles": "profile\np",
            "count_groups": NAMES,
            "reception_counts": """
                convention = calendar
                group_no = 4
                period   received  received_online  returned
                2022-01  3         3                0
                2022-02  0         0                2
            """,
            "caseload_counts": """
                profile = p
                convention = calendar
                group_no = 4
                period   in_play  carried  done_returned  done_not_returned
                2022-01  3        0        0              2
            """,
            "closing_counts": """
                profile = p
                convention = calendar
                group_no = 4
                period   done  early  on_time
                2022-01  2     1      1
            """,
            "open_counts": """
                profile = p
                convention = calendar
                group_no = 4
                period   open_total  open_in_time
                2022-01  1           1
            """,
        },
        expect="""
            period   received  returned  in_play  late  open_overdue  progress_in_time
            2022-01  3         0         3        0     0             3
            2022-02  0         2         0        0     0             0
        """,
    )


BALANCE = {
    "count_groups": """
        group_no  unit_id  procedure_id  channel_in
        1         U1       *             counter
        2         *        P1            *
    """,
    "period_spans": """
        convention = calendar
        period   first_span  last_span
        2022-01  2           2
        2022-02  3           3
        2022-Q1  2           4
    """,
    "dossier_spans": """
        place_no = 1
        dossier_id  received_in
        A           2
        B           2
        C           3
    """,
    "outcome_spans": """
        profile  group_no  state     received_in  left_in  n
        p        1         open      2            2        1
        p        1         resolved  2            2        1
        p        1         resolved  3            3        1
        p        2         open      2            2        9
    """,
}
COUNTED = """
    profile = p
    convention = calendar
    field_of_work = *
    procedure_id = *
    channel_in = *
    carried = 0
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
            period   unit_id  in_play  closed  still_open
            2022-02  U1       1        1       1
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


def test_the_profile_of_the_run_is_listed_if_it_is_one(model_test) -> None:
    profiles = "profile\np\nq"
    for chosen, expect in (("q", "profile\nq"), ("x", "profile")):
        model_test(
            "explain/result_profiles",
            variables={"profile": chosen},
            given={"profiles": profiles},
            expect=expect,
        )
