"""What a dossier is by each profile's rule, on a few rows worked out by hand."""

from __future__ import annotations

BASE = """
    end_event = resolved_at
    due = issued
    pauses = as_issued
    granularity = day
"""
STRICT = (
    BASE
    + """
    early_before = due_day
    early_needs = nothing
    missing_due = unknown
    paused_open = stands_still
    withdrawn = own
    rejected = own
    profile
    p
"""
)
DUE_ON_THE_TENTH = """
    due = issued
    pauses = as_issued
    granularity = day
    due_at = 2022-01-10 16:00
    day_begins_at = 2022-01-10 00:00
    half_begins_at = 2022-01-10 13:30
    shift_opens_at = 2022-01-10 13:30
    late_after = 2022-01-10 23:59:59
    is_covered = yes
    due_w = 100
    dossier_no
"""


def due(*numbers: int) -> str:
    """Return the thresholds of the dossiers of these numbers, all due on 10 January."""
    return "\n".join([DUE_ON_THE_TENTH.rstrip(), *map(str, numbers)])


def test_an_end_before_its_due_day_is_early_on_it_in_time_and_after_it_late(model_test) -> None:
    model_test(
        "clock/outcomes",
        given={
            "profiles": STRICT,
            "lateness_thresholds": due(1, 2, 3, 4, 6, 7),
            "clock_totals": """
                is_open = no
                lacks_due = no
                lacks_recomputed_due = no
                start_w = 40
                used_seconds = 50
                paused_seconds = 10
                dossier_id  dossier_no  status    is_excluded  clock_end_at         end_w
                A           1           resolved  no           2022-01-09 23:59:59  60
                B           2           resolved  no           2022-01-10 00:00:00  60
                C           3           resolved  no           2022-01-10 23:59:59  100
                D           4           resolved  no           2022-01-11 00:00:00  120
                E           5           resolved  no           2022-01-11 00:00:00  120
                F           6           resolved  yes          2022-01-11 00:00:00  120
                G           7           returned  no           2022-01-11 00:00:00  -
            """,
        },
        expect="""
            dossier_id  state     outcome  slack_seconds  allowed_seconds  ended_at_used
            A           resolved  early    40             60               2022-01-09 23:59:59
            B           resolved  on_time  40             60               2022-01-10 00:00:00
            C           resolved  on_time  0              60               2022-01-10 23:59:59
            D           resolved  late     -20            60               2022-01-11 00:00:00
            E           resolved  unknown  -              -                2022-01-11 00:00:00
            F           resolved  unknown  -20            60               2022-01-11 00:00:00
            G           resolved  late     -              60               2022-01-11 00:00:00
        """,
    )


def test_an_open_dossier_is_judged_where_its_clock_stands(model_test) -> None:
    model_test(
        "clock/outcomes",
        given={
            "profiles": STRICT,
            "lateness_thresholds": due(1, 2, 3, 4, 6, 7),
            "clock_totals": """
                is_excluded = no
                snapshot_w = 120
                is_open = yes
                dossier_id  dossier_no  status    snapshot_at       clock_stopped_at  still_w
                A           1           received  2022-01-10 23:59:59  -                 -
                B           2           received  2022-01-11 00:00  -                 -
                C           3           received  2022-01-11 00:00  2022-01-09 08:00  60
                D           4           received  2022-01-12 00:00  2022-01-11 00:00  110
                E           5           received  2022-01-11 00:00  -                 -
                F           6           resolved  2022-01-11 00:00  -                 -
                G           7           returned  2022-01-11 00:00  -                 -
            """,
        },
        expect="""
            dossier_id  state     outcome       slack_seconds
            A           open      open_in_time  -20
            B           open      open_overdue  -20
            C           open      open_in_time  40
            D           open      open_overdue  -10
            E           open      unknown       -
            F           resolved  unknown       -20
            G           resolved  unknown       -20
        """,
    )


def test_stopped_dossiers_count_as_their_profile_says(model_test) -> None:
    model_test(
        "clock/outcomes",
        given={
            "profiles": BASE
            + """
                early_before = due_day
                early_needs = nothing
                missing_due = unknown
                paused_open = runs
                profile  withdrawn  rejected
                a        own        own
                b        on_time    open_in_time
            """,
            "lateness_thresholds": due(1, 2, 3),
            "clock_totals": """
                is_open = no
                is_excluded = no
                clock_end_at = 2022-01-11
                snapshot_at = 2022-01-12
                dossier_id  dossier_no  status
                A           1           withdrawn
                B           2           rejected
                C           3           refused_intake
            """,
        },
        expect="""
            dossier_id  profile  state      outcome       ended_at_used
            A           a        withdrawn  withdrawn     2022-01-11
            A           b        resolved   on_time       2022-01-11
            B           a        rejected   rejected      2022-01-11
            B           b        open       open_in_time  -
            C           a        rejected   rejected      2022-01-11
            C           b        rejected   rejected      2022-01-11
        """,
    )


def test_waiting_dossiers_and_those_without_a_due_date_count_as_their_profile_says(
    model_test,
) -> None:
    model_test(
        "clock/outcomes",
        given={
            "profiles": BASE
            + """
                early_before = never
                early_needs = nothing
                withdrawn = own
                rejected = own
                profile  paused_open   missing_due
                a        on_time       on_time
                b        in_time       early
                c        runs          unknown
                d        stands_still  unknown
            """,
            "lateness_thresholds": due(1),
            "clock_totals": """
                is_excluded = no
                snapshot_at = 2022-01-12
                clock_stopped_at = 2022-01-09
                snapshot_w = 120
                still_w = 60
                dossier_id  dossier_no  status      is_open  is_waiting  clock_end_at  lacks_due
                A           1           supplement  yes      yes         2022-01-12    no
                B           2           received    yes      no          2022-01-12    no
                C           3           resolved    no       no          2022-01-09    no
                D           4           resolved    no       no          2022-01-09    yes
            """,
        },
        expect="""
            dossier_id  profile  state     outcome       slack_seconds
            A           a        resolved  on_time       -20
            A           b        open      open_in_time  -20
            A           c        open      open_overdue  -20
            A           d        open      open_in_time  40
            B           a        open      open_in_time  -
            B           b        open      open_in_time  -
            B           c        open      unknown       -
            B           d        open      unknown       -
            C           a        resolved  on_time       -
            C           b        resolved  early         -
            C           c        resolved  unknown       -
            C           d        resolved  unknown       -
            D           a        resolved  unknown       -
            D           b        resolved  unknown       -
            D           c        resolved  unknown       -
            D           d        resolved  unknown       -
        """,
    )


def test_the_end_may_be_the_return_and_early_may_need_more_than_an_instant(model_test) -> None:
    model_test(
        "clock/outcomes",
        given={
            "profiles": """
                due = issued
                pauses = as_issued
                granularity = day
                missing_due = unknown
                paused_open = runs
                withdrawn = own
                rejected = own
                profile  end_event    early_before    early_needs
                a        returned_at  due             nothing
                b        resolved_at  due             returned_or_extended
                c        resolved_at  due_half_day    nothing
                d        resolved_at  due_half_shift  nothing
            """,
            "lateness_thresholds": due(1, 2, 3),
            "clock_totals": """
                is_open = no
                is_excluded = no
                lacks_due = no
                is_waiting = no
                end_w = 90
                snapshot_w = 110
                snapshot_at = 2022-01-12
                dossier_id  dossier_no  status    clock_end_at   returned_at       returned_w
                A           1           returned  2022-01-10T13  2022-01-10 16:00  95
                B           2           returned  2022-01-10T15  2022-01-10 15:59  94
                C           3           returned  2022-01-10T16  -                 -
            """,
        },
        # the half-day of the due instant begins at 13:30
        expect="""
            dossier_id  profile  state     outcome       slack_seconds
            A           a        resolved  on_time       5
            A           b        resolved  on_time       10
            A           c        resolved  early         10
            A           d        resolved  early         10
            B           a        resolved  early         6
            B           b        resolved  early         10
            B           c        resolved  on_time       10
            B           d        resolved  on_time       10
            C           a        resolved  unknown       -10
            C           b        resolved  on_time       10
            C           c        resolved  on_time       10
            C           d        resolved  on_time       10
        """,
    )


def test_a_half_day_that_no_calendar_knows_cannot_be_judged(model_test) -> None:
    thresholds = """
        due = issued
        pauses = as_issued
        granularity = half_day
        due_at = 2022-01-10 16:00
        late_after = 2022-01-10 23:59
        dossier_no  is_covered
        1           yes
        2           no
    """
    model_test(
        "clock/outcomes",
        given={
            "profiles": STRICT.replace("granularity = day", "granularity = half_day"),
            "lateness_thresholds": thresholds,
            "clock_totals": """
                is_open = no
                status = resolved
                is_excluded = no
                lacks_due = no
                clock_end_at = 2022-01-11
                dossier_id  dossier_no
                A           1
                B           2
            """,
        },
        expect="""
            dossier_id  outcome
            A           late
            B           unknown
        """,
    )


def test_a_result_that_is_not_collected_is_open_where_the_return_ends_a_dossier(model_test) -> None:
    model_test(
        "clock/outcomes",
        given={
            "profiles": STRICT.replace("resolved_at", "returned_at"),
            "lateness_thresholds": due(1, 2),
            "clock_totals": """
                is_open = no
                status = resolved
                is_excluded = no
                is_waiting = no
                lacks_due = no
                clock_end_at = 2022-01-09
                dossier_id  dossier_no  snapshot_at
                A           1           2022-01-10
                B           2           2022-01-11
            """,
        },
        expect="""
            dossier_id  state  outcome
            A           open   open_in_time
            B           open   open_overdue
        """,
    )


def test_an_extended_dossier_may_be_early_without_its_return(model_test) -> None:
    model_test(
        "clock/outcomes",
        given={
            "profiles": STRICT.replace("early_needs = nothing", "early_needs = returned"),
            "lateness_thresholds": due(1, 2, 3),
            "clock_totals": """
                is_open = no
                status = resolved
                is_excluded = no
                lacks_due = no
                clock_end_at = 2022-01-09
                dossier_id  dossier_no  is_extended  returned_at
                A           1           yes          -
                B           2           no           -
                C           3           no           2022-01-10 15:59
            """,
        },
        expect="""
            dossier_id  outcome
            A           early
            B           on_time
            C           early
        """,
    )


def test_a_stopped_dossier_ends_with_its_clock_even_where_the_return_ends_others(
    model_test,
) -> None:
    model_test(
        "clock/outcomes",
        given={
            "profiles": STRICT.replace("resolved_at", "returned_at"),
            "lateness_thresholds": due(1, 2),
            "clock_totals": """
                is_open = no
                is_excluded = no
                end_w = 90
                returned_w = 99
                clock_end_at = 2022-01-09
                returned_at = 2022-01-10
                snapshot_at = 2022-01-12
                dossier_id  dossier_no  status
                A           1           withdrawn
                B           2           returned
            """,
        },
        expect="""
            dossier_id  outcome    slack_seconds  ended_at_used
            A           withdrawn  10             2022-01-09
            B           on_time    1              2022-01-10
        """,
    )


def test_a_recomputed_due_date_is_hidden_by_days_that_it_lacks_itself(model_test) -> None:
    model_test(
        "clock/outcomes",
        given={
            "profiles": STRICT.replace("due = issued", "due = recomputed")
            .replace("as_issued", "by_procedure")
            .replace("missing_due = unknown", "missing_due = on_time"),
            "lateness_thresholds": due(1, 4).replace("due = issued", "due = recomputed"),
            "clock_totals": """
                is_open = no
                status = resolved
                is_excluded = no
                clock_end_at = 2022-01-09
                dossier_id  dossier_no  lacks_due  lacks_recomputed_due
                A           1           no         yes
                B           2           yes        no
                C           3           no         yes
            """,
        },
        # the due dates given are those of other pauses, and so none of A's
        expect="""
            dossier_id  outcome
            A           unknown
            B           on_time
            C           unknown
        """,
    )
