"""Each model of ``explain/counts`` that counts by group and span of days, on a few rows."""

from __future__ import annotations

PERIODS = """
    convention = calendar
    period   starts_on   ends_on
    2022-01  2022-01-01  2022-01-31
    2022-02  2022-02-01  2022-02-28
    2022-Q1  2022-01-01  2022-03-31
"""
SPANS = """
    span_no  starts_on
    1        0001-01-01
    2        2022-01-01
    3        2022-02-01
    4        2022-03-01
    5        2022-04-01
"""
PERIOD_SPANS = """
    convention = calendar
    period   first_span  last_span
    2022-01  2           2
    2022-02  3           3
    2022-Q1  2           4
"""


def test_spans_begin_where_a_period_begins_or_has_ended(model_test) -> None:
    model_test("explain/spans", given={"periods": PERIODS}, expect=SPANS)


def test_a_period_is_made_of_whole_spans(model_test) -> None:
    model_test(
        "explain/period_spans",
        given={"periods": PERIODS, "spans": SPANS},
        expect=PERIOD_SPANS,
    )


REGISTER = """
    dossier_id  unit_id  field_of_work  procedure_id  channel_in
    A           U1       F1             P1            counter
    B           U1       -              P1            -
    C           U1       F1             -             counter
"""


def test_groups_are_channels_of_units_and_procedures_of_all_units(model_test) -> None:
    model_test(
        "explain/count_groups",
        given={"dossiers": REGISTER},
        expect="""
            group_no  unit_id  field_of_work  procedure_id  channel_in
            1         *        *              P1            *
            2         *        *              unknown       *
            3         U1       *              *             counter
            4         U1       *              *             other
        """,
    )


def test_fields_of_units_take_the_place_of_procedures_on_request(model_test) -> None:
    model_test(
        "explain/count_groups",
        variables={"by_field": True},
        given={"dossiers": REGISTER},
        expect="""
            group_no  unit_id  field_of_work  procedure_id  channel_in
            1         U1       *              *             counter
            2         U1       *              *             other
            3         U1       F1             *             *
            4         U1       unknown        *             *
        """,
    )


GROUPS = """
    field_of_work = *
    group_no  unit_id  procedure_id  channel_in
    1         *        P1            *
    2         *        unknown       *
    3         U1       *             counter
    4         U1       *             other
"""
FIELDS = """
    procedure_id = *
    group_no  unit_id  field_of_work  channel_in
    3         U1       *              counter
    4         U1       *              other
    5         U1       F1             *
    6         U1       unknown        *
    7         U2       F1             *
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
            attribute_group_no  procedure_id  apology  snapshot_on  place_no  work_no
            1                   P1            no             2022-01-31   3         1
            2                   P1            no             2022-02-01   3         1
            3                   P1            yes            2022-01-31   3         1
            4                   unknown       unknown        2022-01-31   4         2
        """,
    )


def test_the_field_of_a_unit_is_the_second_group_where_fields_are_counted(model_test) -> None:
    model_test(
        "explain/attribute_groups",
        given={
            "count_groups": FIELDS,
            "dossiers": """
                unit_id = U1
                time_zone = Asia/Ho_Chi_Minh
                snapshot_at = 2022-01-31 17:00
                dossier_id  field_of_work  procedure_id  channel_in
                A           F1             P1            counter
                B           -              P1            -
            """,
        },
        expect="""
            attribute_group_no  field_of_work  place_no  work_no
            1                   F1             3         5
            2                   unknown        4         6
        """,
    )


def test_a_dossier_has_the_kind_that_it_is_alike_to_and_its_spans(model_test) -> None:
    model_test(
        "explain/dossier_spans",
        given={
            "spans": SPANS,
            "attribute_groups": """
                unit_id = U1
                field_of_work = unknown
                procedure_id = unknown
                channel_in = other
                attribute_group_no  apology  snapshot_on  place_no  work_no
                1                   yes            2022-02-01   3         1
                2                   unknown        2022-02-01   3         1
                3                   unknown        2022-01-31   4         2
            """,
            "dossiers": """
                unit_id = U1
                time_zone = Asia/Ho_Chi_Minh
                due_at = 2022-01-11
                dossier_id  due_first_at  received_on  snapshot_at       returned_at
                A           2022-01-10    2022-01-31   2022-02-01 00:30  2022-02-28 23:30
                B           -             2021-12-31   2022-01-31 23:59  -
            """,
        },
        expect="""
            dossier_id  attribute_group_no  place_no  work_no  received_in  returned_in  snapshot_in
            A           1                   3         1        2            3            3
            B           3                   4         2        1            -            2
        """,
    )


def test_dossiers_are_counted_by_the_spans_in_which_they_moved(model_test) -> None:
    names = "group_no  state  outcome  apology  received_in  left_in  due_in  returned_in"
    moved = """
        open       open_in_time  ''   2  4  0  0
        open       open_overdue  ''   2  4  4  0
        rejected   rejected      ''   2  3  0  0
        resolved   early         ''   2  2  3  2
        resolved   late          yes  2  2  2  4
        resolved   unknown       ''   2  4  0  0
        withdrawn  withdrawn     ''   2  2  0  0
    """
    rows = [f"{no}  {line.strip()}" for no in (1, 2) for line in moved.strip().splitlines()]
    model_test(
        "explain/outcome_spans",
        given={
            "spans": SPANS,
            "profiles": "profile\np",
            "attribute_groups": "attribute_group_no  apology\n1  yes",
            "dossier_spans": """
                time_zone = Asia/Ho_Chi_Minh
                attribute_group_no = 1
                place_no = 1
                work_no = 2
                received_in = 2
                snapshot_in = 4
                snapshot_at = 2022-03-31 17:00
                dossier_id  returned_in
                A           1
                B           2
                C           -
                D           -
                E           -
                F           2
                G           4
                H           -
            """,
            "outcomes": """
                dossier_id  profile  state      outcome       ended_at_used        due_at_used
                A           p        resolved   early         2022-01-31 23:59:59  2022-02-01 00:00
                B           p        resolved   early         2022-01-04 08:00     2022-02-28 23:59
                C           p        open       open_overdue  -                    2022-03-31 17:00
                D           p        open       open_in_time  -                    2022-03-31 17:01
                E           p        resolved   unknown       -                    -
                F           p        withdrawn  withdrawn     2021-12-31 08:00     2022-02-01 00:00
                G           p        resolved   late          2022-01-10 08:00     2022-01-05 00:00
                H           p        rejected   rejected      2022-02-01 00:00     -
                H           q        open       open_overdue  -                    -
            """,
        },
        # F cannot be closed before it was received, nor fall due; E is closed by the snapshot; the
        # result of A, dated earlier, was returned when it was closed
        expect="\n".join([names, *rows]),
    )


RECEIVED = {
    "period_spans": PERIOD_SPANS,
    "dossier_spans": """
        place_no = 1
        work_no = 2
        received_in = 2
        dossier_id  returned_in
        A           3
        B           3
        C           3
        D           -
        E           -
        F           3
    """,
    "dossiers": """
        dossier_id  channel_in  channel_out  service_level  processed_online
        A           online      post         4              yes
        B           online      -            3              no
        C           -           online       4              yes
        D           counter     counter      4              -
        E           online      -            -              -
        F           other       counter      -              -
    """,
    "receptions": """
        dossier_id  wait_seconds
        A           8h
        B           28801
        C           -
    """,
}


def test_receptions_and_returns_are_counted_once_for_all_profiles(model_test) -> None:
    columns = {
        "received  received_online  received_counter  received_post": ("6 3 1 0", "0 0 0 0"),
        "received_other  channel_known  online_known  online_processed": ("2 5 2 1", "0 0 0 0"),
        "online_full  online_part  online_rest": ("1 1 1", "0 0 0"),
        "reception_known  received_within_8h": ("2 1", "0 0"),
        "returned  returned_by_post  returned_online  returned_counter": ("0 0 0 0", "3 1 1 1"),
        "online_returned  online_returned_online": ("0 0", "1 0"),
    }
    for names, (january, february) in columns.items():
        quarter = [
            str(int(a) + int(b)) for a, b in zip(january.split(), february.split(), strict=True)
        ]
        periods = {"2022-01": january.split(), "2022-02": february.split(), "2022-Q1": quarter}
        rows = [
            f"{period}  {group}  {'  '.join(numbers)}"
            for period, numbers in periods.items()
            for group in (1, 2)
        ]
        expect = "\n".join([f"period  group_no  {names}", *rows])
        model_test("explain/reception_counts", given=RECEIVED, expect=expect)


def test_what_is_closed_is_counted_by_its_state_and_what_falls_due_by_its_outcome(
    model_test,
) -> None:
    moves = """
        profile = p
        group_no = 1
        received_in = 1
        returned_in = 0
        state      outcome       apology  left_in  due_in  n
        resolved   early         ''             2        2       1
        resolved   on_time       ''             2        2       2
        resolved   late          yes            2        2       4
        resolved   late          no             2        0       256
        resolved   late          unknown        3        0       512
        resolved   unknown       ''             2        0       8
        withdrawn  withdrawn     ''             2        0       16
        rejected   rejected      ''             2        0       32
        open       open_overdue  ''             2        2       64
        open       unknown       ''             2        0       128
        resolved   early         ''             1        1       1024
    """
    given = {"outcome_spans": moves, "period_spans": PERIOD_SPANS}
    for expect in (
        """
            period   done  early  on_time  late  unknown  withdrawn  rejected
            2022-01  271   1      2        260   8        16         32
            2022-02  512   0      0        512   0        0          0
            2022-Q1  783   1      2        772   8        16         32
        """,
        """
            period   late_with_apology  late_without_apology  late_unrecorded
            2022-01  4                 256                0
            2022-02  0                 0                  512
            2022-Q1  4                 256                512
        """,
        """
            period   fell_due  fell_due_in_time
            2022-01  71        3
            2022-02  0         0
            2022-Q1  71        3
        """,
    ):
        model_test("explain/closing_counts", given=given, expect=expect)


def test_in_play_is_what_was_received_and_not_closed_before_the_period(model_test) -> None:
    given = {
        "period_spans": PERIOD_SPANS,
        "outcome_spans": """
            profile = p
            group_no = 1
            apology = x
            state     outcome       received_in  left_in  returned_in  n
            resolved  early         1            2        2            1
            resolved  on_time       1            3        4            2
            resolved  late          2            2        0            4
            open      open_overdue  2            2        0            8
            open      open_in_time  3            4        0            16
            rejected  rejected      2            3        0            32
            resolved  early         1            1        2            64
        """
        + "open  open_in_time  4  4  0  128",
    }
    model_test(
        "explain/caseload_counts",
        given=given,
        expect="""
            period   in_play  carried  done_returned  done_not_returned
            2022-01  47       3        1              4
            2022-02  50       34       0              2
            2022-Q1  191      3        3              4
        """,
    )
