"""The clock of each dossier and until when it is in time, on a few rows worked out by hand."""

from __future__ import annotations


def test_a_clock_counts_working_seconds_without_the_pauses(model_test, dong_thap) -> None:
    model_test(
        "clock/clock_totals",
        given={
            "dossier_calendars": dong_thap
            + """
                start_second = 2022-01-04 08:00
                dossier_id  dossier_no  is_open  end_second
                A           1           no       2022-01-05 08:00
                B           2           yes      2022-01-05 08:00
                C           3           yes      2022-01-05 08:00
                D           4           no       2022-01-05 08:00
                E           5           no       2028-01-05 08:00
                F           6           no       2022-01-05 08:00
            """,
            "dossiers": """
                dossier_id  status      returned_at       lateness_excluded
                A           resolved    2022-01-05 09:00  -
                B           received    -                 R1
                C           supplement  -                 -
                D           resolved    -                 -
                E           resolved    -                 -
                F           rejected    2022-01-05 09:00  -
            """,
            "pause_spells": """
                dossier_no  from_second       work_seconds  is_unended
                1           2022-01-04 09:00  1h            no
                1           2022-01-04 10:00  1h            no
                2           2022-01-04 09:00  7h            yes
                4           2022-01-04 09:00  1h            no
                4           2022-01-04 10:00  -             no
                6           2022-01-04 09:00  1h            yes
            """,
        },
        # from 8:00 to 8:00 of the next day are eight working hours
        expect="""
            dossier_no  used_seconds  paused_seconds  is_waiting  clock_stopped_at  is_excluded
            1           6h            2h              no          -                 no
            2           1h            7h              yes         2022-01-04 09:00  yes
            3           8h            0               yes         -                 no
            4           -             -               no          -                 no
            5           -             0               no          -                 no
            6           7h            1h              no          -                 no
        """,
    )


def test_a_term_of_the_registers_own_stands_in_for_a_due_date_not_issued(
    model_test, dong_thap
) -> None:
    model_test(
        "clock/clock_totals",
        given={
            "dossier_calendars": dong_thap
            + """
                start_second = 2022-01-04 08:00
                end_second = 2022-01-05 08:00
                is_open = no
                dossier_id  dossier_no
                A           1
                B           2
                C           3
                D           4
                E           5
                F           6
            """,
            "dossiers": """
                status = resolved
                dossier_id  due_at            due_first_at      returned_at
                A           2022-01-10 17:00  2022-01-10 17:00  2022-01-06 08:00
                B           2022-01-10 17:00  2022-01-09 17:00  -
                C           -                 -                 -
                D           -                 -                 -
                E           -                 -                 -
                F           2022-01-10 17:00  -                 -
            """,
            "due_dates": """
                dossier_id  due_recomputed_at  is_procedure_term  lacks_days
                A           2022-01-07 17:00   no                 no
                C           2022-01-07 17:00   no                 no
                D           2022-01-07 17:00   yes                yes
                E           -                  no                 yes
                F           -                  no                 yes
            """,
        },
        expect="""
            dossier_no  due_issued_at     is_extended  lacks_due  lacks_recomputed_due
            1           2022-01-10 17:00  no           no         no
            2           2022-01-10 17:00  yes          no         no
            3           2022-01-07 17:00  no           no         no
            4           -                 no           no         yes
            5           -                 no           yes        yes
            6           2022-01-10 17:00  no           no         yes
        """,
    )


def columns(shared: str, *names: str) -> str:
    """Return those of the shared columns that have these names."""
    lines = shared.splitlines()
    return "\n".join(line for line in lines if line.split(" = ")[0] in names)


GRANULARITIES = """
    profile  due     pauses     granularity
    a        issued  as_issued  instant
    b        issued  as_issued  minute
    c        issued  as_issued  half_day
    d        issued  as_issued  day
"""


def test_a_dossier_is_in_time_to_the_end_of_the_due_minute_half_day_or_day(
    model_test, dong_thap
) -> None:
    model_test(
        "clock/lateness_thresholds",
        given={
            "profiles": GRANULARITIES,
            "clock_totals": columns(dong_thap, "offset_seconds", "key_base", "time_zone")
            + """
                dossier_no  due_issued_at
                1           2022-01-04 13:29:59
                2           2022-01-04 13:30:00
            """,
        },
        expect="""
            granularity  late_after                  half_begins_at    shift_opens_at
            day          2022-01-04 23:59:59.999999  2022-01-04 00:00  2022-01-04 07:00
            half_day     2022-01-04 13:29:59.999999  2022-01-04 00:00  2022-01-04 07:00
            instant      2022-01-04 13:29:59         2022-01-04 00:00  2022-01-04 07:00
            minute       2022-01-04 13:29:59.999999  2022-01-04 00:00  2022-01-04 07:00
            day          2022-01-04 23:59:59.999999  2022-01-04 13:30  2022-01-04 13:30
            half_day     2022-01-04 23:59:59.999999  2022-01-04 13:30  2022-01-04 13:30
            instant      2022-01-04 13:30:00         2022-01-04 13:30  2022-01-04 13:30
            minute       2022-01-04 13:30:59.999999  2022-01-04 13:30  2022-01-04 13:30
        """,
    )


def test_a_half_day_outside_the_calendar_ends_at_noon(model_test) -> None:
    model_test(
        "clock/lateness_thresholds",
        given={
            "profiles": """
                profile  due         pauses        granularity
                a        issued      as_issued     half_day
                b        recomputed  by_procedure  instant
                c        recomputed  ignored       instant
            """,
            "calendar_days": "day_key",
            "clock_totals": """
                offset_seconds = 25200
                key_base = 0
                time_zone = Asia/Ho_Chi_Minh
                dossier_no  due_issued_at     due_credited_at   due_recomputed_at
                1           2022-01-04 11:59  -                 -
                2           2022-01-04 12:00  2022-01-06 17:00  2022-01-05 17:00
            """,
        },
        expect="""
            dossier_no  pauses        late_after                  shift_opens_at    is_covered
            1           as_issued     2022-01-04 11:59:59.999999  2022-01-04 00:00  no
            2           as_issued     2022-01-04 23:59:59.999999  2022-01-04 12:00  no
            2           by_procedure  2022-01-06 17:00            2022-01-06 12:00  no
            2           ignored       2022-01-05 17:00            2022-01-05 12:00  no
        """,
    )


LEDGER = """
    dossier_id  segment_no  kind   from_at           to_at             work_seconds  clock_seconds
    A           1           work   2022-01-04 08:00  2022-01-04 10:00  2h            2h
    A           2           pause  2022-01-04 10:00  2022-01-04 11:00  1h            1h
"""


def test_a_ledger_that_leaves_a_hole_stops_the_stage_and_one_that_tiles_does_not(
    model_test,
) -> None:
    given = {
        "profiles": "profile\np",
        "dossier_calendars": """
            dossier_id  start_second      end_second
            A           2022-01-04 08:00  2022-01-04 11:00
            B           2022-01-04 08:00  2022-01-04 08:00
        """,
        "outcomes": """
            dossier_id  profile  used_seconds  paused_seconds
            A           p        2h            1h
            B           p        0             0
        """,
    }
    model_test("clock/broken_ledgers", given=given | {"ledger": LEDGER}, expect="dossier_id")
    hole = LEDGER.replace("pause  2022-01-04 10:00", "pause  2022-01-04 10:30")
    hole = hole.removesuffix("1h\n") + "30min"
    model_test(
        "clock/broken_ledgers",
        given=given | {"ledger": hole},
        expect="""
            dossier_id  work_seconds  used_and_paused_seconds  clock_seconds  elapsed_seconds
            A           3h            3h                       2h30min        3h
        """,
    )


OPEN_IN_2039 = """
    start_second = 2022-01-04 08:00
    offset_seconds = 7h
    clock_end_at = 2039-06-01 08:00
    is_open = yes
    dossier_id  dossier_no
    A           1
"""


def test_a_stamp_of_a_step_beyond_2038_is_missing(model_test) -> None:
    model_test(
        "clock/clocked_steps",
        given={
            "dossier_calendars": OPEN_IN_2039,
            "steps": """
                dossier_id  step_no  arrived_at        started_at        finished_at
                A           1        2022-01-05 08:00  2022-01-06 08:00  2038-06-01 08:00
                A           2        2022-01-05 08:00  2038-06-01 08:00  2038-06-01 08:00
                A           3        2038-06-01 08:00  2038-06-01 08:00  -
            """,
        },
        expect="""
            dossier_no  step_no  arrived           started           finished
            1           1        2022-01-05 08:00  2022-01-06 08:00  -
            1           2        2022-01-05 08:00  -                 -
            1           3        -                 -                 -
        """,
    )


def test_a_pause_lasts_beyond_2038_but_does_not_begin_there(model_test) -> None:
    model_test(
        "clock/pause_spells",
        given={
            "dossier_calendars": OPEN_IN_2039,
            "dossiers": "dossier_id\nA",
            "pauses": """
                dossier_id  pause_no  paused_at         resumed_at
                A           1         2022-01-05 08:00  2022-01-06 08:00
                A           2         2022-01-07 08:00  -
                A           3         2038-06-01 08:00  -
            """,
        },
        expect="""
            dossier_id  spell_no  from_at           to_at             is_unended
            A           1         2022-01-05 08:00  2022-01-06 08:00  no
            A           2         2022-01-07 08:00  2039-06-01 08:00  yes
        """,
    )
