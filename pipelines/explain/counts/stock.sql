-- grain: one row per profile, day and attribute group of dossiers open at the end of the day
-- key: profile, ends_on, attribute_group_no, state, is_waiting
-- reads: dossier_spans, outcomes, pause_spells, profiles, periods
-- promises: state in ('open_in_time', 'open_overdue', 'open_unknown'); n > 0
-- The stock on the last day of each period (at the snapshot, where that is earlier): received and
-- not yet closed (macro closed_when; the state is that of outcomes), and whether the due instant
-- had passed. A dossier withdrawn later was open until then; one that a profile counts as on time
-- while it waits, or without a date of its end, is closed at the snapshot. Where the profile stops
-- the clock, a dossier on pause at that moment is judged at the start of the pause.

with zones as (
    select distinct time_zone
    from dossier_spans
),

days as (
    select distinct ends_on
    from periods
),

ends as (
    select
        days.ends_on,
        zones.time_zone,
        timezone(zones.time_zone, (days.ends_on + 1)::timestamp) as ends_at
    from days
    cross join zones
),

rules as (
    select
        profile,
        (row_number() over (order by profile))::smallint as profile_no,
        paused_open = 'stands_still' as stands_still,
        paused_open in ('in_time', 'on_time') as waits_in_time,
        missing_due <> 'unknown' as is_due_known
    from profiles
),

endings as (
    select
        outcomes.dossier_id,
        outcomes.due_at_used,
        outcomes.ended_at_used,
        outcomes.state,
        rules.profile_no,
        rules.stands_still,
        rules.waits_in_time,
        rules.is_due_known,
        outcomes.outcome = 'open_in_time' as is_in_time
    from outcomes
    inner join rules on outcomes.profile = rules.profile
),

dossier_ends as (
    select
        endings.*,
        dossiers.attribute_group_no,
        dossiers.time_zone,
        dossiers.snapshot_at,
        dossiers.received_on,
        closed_when(
            endings.state, endings.ended_at_used, dossiers.received_at, dossiers.snapshot_at
        ) as closed_at
    from endings
    inner join dossier_spans as dossiers on endings.dossier_id = dossiers.dossier_id
),

open_stock as (
    select
        dossier_ends.*,
        ends.ends_on,
        least(ends.ends_at, dossier_ends.snapshot_at) as counted_at
    from dossier_ends
    inner join ends
        on dossier_ends.time_zone = ends.time_zone
        and dossier_ends.received_on <= ends.ends_on
        and coalesce(dossier_ends.closed_at >= ends.ends_at, true)
),

judged_stock as (
    select
        open_stock.*,
        pause_spells.from_at is not null as is_waiting,
        case
            when open_stock.stands_still then coalesce(pause_spells.from_at, open_stock.counted_at)
            else open_stock.counted_at
        end as judged_at
    from open_stock
    left join pause_spells
        on open_stock.dossier_id = pause_spells.dossier_id
        and open_stock.counted_at >= pause_spells.from_at
        and (open_stock.counted_at < pause_spells.to_at or pause_spells.is_unended)
),

-- 0 in time, 1 overdue, 2 unknown
state_counts as (
    select
        profile_no,
        ends_on,
        attribute_group_no,
        is_waiting,
        case
            when is_in_time and counted_at = snapshot_at then 0
            when is_waiting and waits_in_time then 0
            when due_at_used is null and is_due_known then 0
            when due_at_used is null then 2
            when due_at_used < judged_at then 1
            else 0
        end::tinyint as state_no,
        count(*)::integer as n
    from judged_stock
    group by all
),

stock as (
    select
        rules.profile,
        state_counts.ends_on,
        state_counts.attribute_group_no,
        state_counts.is_waiting,
        case state_counts.state_no
            when 0 then 'open_in_time'
            when 1 then 'open_overdue'
            else 'open_unknown'
        end as state,
        state_counts.n
    from state_counts
    inner join rules on state_counts.profile_no = rules.profile_no
)

select * from stock
