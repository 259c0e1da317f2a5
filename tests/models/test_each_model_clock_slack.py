"""Where slack is measured under each profile, on a few rows worked out by hand."""

from __future__ import annotations


def test_slack_is_measured_at_the_instant_that_was_judged(model_test) -> None:
    model_test(
        "clock/outcomes",
        given={
            "profiles": """
                due = issued
                pauses = as_issued
                granularity = day
                early_before = due_day
                early_needs = nothing
                missing_due = unknown
                withdrawn = own
                profile     end_event    rejected      paused_open
                resolution  resolved_at  open_in_time  stands_still
                collection  returned_at  own           runs
            """,
            "lateness_thresholds": """
                due = issued
                pauses = as_issued
                granularity = day
                day_begins_at = 2022-01-10 00:00
                late_after = 2022-01-10 23:59:59
                is_covered = yes
                due_w = 100
                dossier_no
                1
                2
                3
            """,
            "clock_totals": """
                is_excluded = no
                is_waiting = no
                lacks_due = no
                snapshot_at = 2022-01-12
                end_w = 90
                snapshot_w = 130
                dossier_id  dossier_no  is_open  status    clock_end_at      clock_stopped_at
                A           1           no       resolved  2022-01-10 10:00  -
                B           2           no       rejected  2022-01-10 10:00  -
                C           3           yes      received  2022-01-12        2021-12-30
            """,
        },
        # C is paused on a day before its calendar, of which no seconds are known
        expect="""
            dossier_id  profile     state     outcome       slack_seconds
            A           collection  open      open_overdue  -30
            A           resolution  resolved  on_time       10
            B           collection  rejected  rejected      10
            B           resolution  open      open_in_time  -30
            C           collection  open      open_overdue  -30
            C           resolution  open      open_in_time  -
        """,
    )
