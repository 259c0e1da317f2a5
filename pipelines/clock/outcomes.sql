-- grain: one row per dossier and lateness profile: whether it was in time under that profile
-- key: dossier_id, profile
-- reads: clock_totals, lateness_thresholds, profiles
-- promises: outcome in ('early', 'on_time', 'late', 'open_in_time', 'open_overdue', 'withdrawn',
--   'rejected', 'unknown'); outcome <> 'late' or slack_seconds is null or slack_seconds <= 0;
--   outcome <> 'early' or slack_seconds is null or slack_seconds >= 0;
--   used_seconds is null or used_seconds >= 0; paused_seconds is null or paused_seconds >= 0;
--   case when outcome in ('open_in_time', 'open_overdue') then state = 'open'
--   when outcome in ('withdrawn', 'rejected') then state = outcome
--   when outcome = 'unknown' then state in ('open', 'resolved') else state = 'resolved' end
-- The issued due instant counts; where a source has none but states a term of its own, the due
-- instant that the term gives. How a profile treats a missing one, waiting and stopped dossiers is
-- set in its columns (data/reference/profiles); this model has no branch per profile. A dossier
-- that a quality rule excludes (lateness_excluded) is unknown under every profile. used_seconds and
-- paused_seconds are those of the clock, the same under every profile; slack_seconds are those left
-- at the instant that is judged: at the end under the profile, else at the snapshot or where the
-- clock stands still. state is open, resolved, withdrawn or rejected, whether or not lateness can
-- be decided; every count of resolved and of open dossiers uses it. The profile sets which event
-- ends a dossier (the result, or its collection) and how stopped and waiting ones count. A dossier
-- whose source says that it has ended, without a date, is resolved by the snapshot at the latest
-- (macro closed_when), with an unknown outcome. tests/spec/states.csv lists the cases. Days that
-- the calendar does not cover hide seconds, which are null, and due dates that a term would give,
-- or the half of a day: the outcome is then unknown. Where both instants are known, they decide
-- without a calendar.

with profile_ends as (
    select
        totals.*,
        profiles.profile,
        profiles.end_event,
        profiles.due,
        profiles.granularity,
        profiles.early_before,
        profiles.early_needs,
        profiles.missing_due,
        profiles.pauses,
        profiles.paused_open,
        profiles.withdrawn,
        profiles.rejected,
        profiles.asked_twice,
        totals.status in ('withdrawn', 'rejected', 'refused_intake') as is_stopped,
        case
            when totals.is_open then null
            when totals.status = 'rejected' and profiles.rejected = 'open_in_time' then null
            when totals.status in ('withdrawn', 'rejected', 'refused_intake')
                then totals.clock_end_at
            when profiles.end_event = 'returned_at' then totals.returned_at
            else totals.clock_end_at
        end as ended_at,
        case
            when profiles.end_event = 'returned_at'
                then totals.status = 'returned' and totals.returned_at is null
            else totals.status in ('resolved', 'returned') and totals.is_open
        end as is_undated
    from clock_totals as totals
    cross join profiles
),

judged_ends as (
    select
        *,
        case
            when ended_at is not null and end_event = 'returned_at' and not is_stopped
                then returned_w
            when ended_at is not null then end_w
            when paused_open = 'stands_still' and clock_stopped_at is not null then still_w
            else snapshot_w
        end as judged_w,
        case
            when ended_at is not null then ended_at
            when paused_open = 'stands_still' then coalesce(clock_stopped_at, snapshot_at)
            else snapshot_at
        end as judged_at
    from profile_ends
),

due_limits as (
    select
        judged_ends.*,
        limits.late_after,
        limits.due_w,
        case judged_ends.due
            when 'issued'
                then judged_ends.lacks_due and limits.late_after is null
            else judged_ends.lacks_recomputed_due and limits.late_after is null
        end
        or coalesce(judged_ends.granularity = 'half_day' and not limits.is_covered, false)
            as is_hidden,
        case judged_ends.early_before
            when 'due' then limits.due_at
            when 'due_day' then limits.day_begins_at
            when 'due_half_day' then limits.half_begins_at
            when 'due_half_shift' then limits.shift_opens_at
        end as early_before_at,
        judged_ends.early_needs = 'nothing'
        or judged_ends.is_extended
        or coalesce(judged_ends.returned_at < limits.due_at, false) as may_be_early
    from judged_ends
    left join lateness_thresholds as limits
        on judged_ends.dossier_no = limits.dossier_no
        and judged_ends.due = limits.due
        and judged_ends.pauses = limits.pauses
        and judged_ends.granularity = limits.granularity
),

dossier_states as (
    select
        *,
        case
            when status = 'withdrawn' and withdrawn = 'own' then 'withdrawn'
            when status = 'rejected' and rejected = 'own' then 'rejected'
            when status = 'refused_intake' then 'rejected'
            when ended_at is not null or is_undated then 'resolved'
            when is_waiting and paused_open = 'on_time' then 'resolved'
            else 'open'
        end as state
    from due_limits
),

outcomes as (
    select
        dossier_id,
        profile,
        state,
        case
            when state in ('withdrawn', 'rejected') then state
            when is_excluded then 'unknown'
            when status = 'withdrawn' and withdrawn <> 'judged' then withdrawn
            when status = 'rejected' and rejected <> 'judged' then rejected
            when state = 'open' and is_waiting and asked_twice = 'late' and n_pauses > 1
                then 'open_overdue'
            when state = 'open' and is_waiting and paused_open = 'in_time' then 'open_in_time'
            when is_undated then 'unknown'
            when ended_at is null and state = 'resolved' then 'on_time'
            when is_hidden then 'unknown'
            when late_after is null and missing_due = 'unknown' then 'unknown'
            when state = 'open' and late_after is null then 'open_in_time'
            when late_after is null then missing_due
            when state = 'open' and judged_at > late_after then 'open_overdue'
            when state = 'open' then 'open_in_time'
            when judged_at > late_after then 'late'
            when judged_at < early_before_at and may_be_early then 'early'
            else 'on_time'
        end as outcome,
        case when not is_excluded then late_after end as due_at_used,
        ended_at as ended_at_used,
        due_w - start_w as allowed_seconds,
        used_seconds,
        paused_seconds,
        due_w - judged_w as slack_seconds
    from dossier_states
)

select * from outcomes
