-- grain: one row per profile, day and kind of dossiers alike that were open at the day's end
-- key: profile, ends_on, alike_no, state, is_waiting
-- reads: counted_dossiers, outcomes, pause_spells, profiles, report_periods
-- promises: state in ('open_in_time', 'open_overdue', 'open_unknown'); n > 0
-- The stock on the last day of each period (at the snapshot, where that comes first): what had been
-- received and not yet ended, and whether its due instant had passed by then. A dossier that was
-- withdrawn later was open until then; one that a profile calls on time while it waits is closed
-- at the snapshot. Where the profile lets the clock stand still, a dossier on pause at that moment
-- is judged at the pause's start.

with zones as (
    select distinct time_zone
    from counted_dossiers
),

days as (
    select distinct ends_on
    from report_periods
),

ends as (
    select
        days.ends_on,
        zones.time_zone,
        timezone(zones.time_zone, (days.ends_on + 1)::timestamp) as ends_at
    from days
    cross join zones
),

facts as (
    select
        outcomes.profile,
        profiles.paused_open,
        profiles.missing_due,
        outcomes.outcome,
        outcomes.due_at_used,
        dossiers.dossier_id,
        dossiers.alike_no,
        dossiers.time_zone,
        dossiers.snapshot_at,
        dossiers.received_on,
        coalesce(
            outcomes.ended_at_used,
            case
                when outcomes.outcome not in ('open_in_time', 'open_overdue', 'unknown')
                    then dossiers.snapshot_at
            end
        ) as closed_at
    from outcomes
    inner join profiles on outcomes.profile = profiles.profile
    inner join counted_dossiers as dossiers on outcomes.dossier_id = dossiers.dossier_id
),

held as (
    select
        facts.*,
        ends.ends_on,
        least(ends.ends_at, facts.snapshot_at) as counted_at
    from facts
    inner join ends
        on facts.time_zone = ends.time_zone
        and facts.received_on <= ends.ends_on
        and coalesce(facts.closed_at, timestamptz '9999-12-31') >= ends.ends_at
),

judged as (
    select
        held.*,
        pause_spells.from_at is not null as is_waiting,
        case
            when held.paused_open = 'stands_still'
                then coalesce(pause_spells.from_at, held.counted_at)
            else held.counted_at
        end as judged_at
    from held
    left join pause_spells
        on held.dossier_id = pause_spells.dossier_id
        and held.counted_at >= pause_spells.from_at
        and (held.counted_at < pause_spells.to_at or pause_spells.is_unended)
),

stock as (
    select
        profile,
        ends_on,
        alike_no,
        is_waiting,
        case
            when closed_at is null and counted_at = snapshot_at and outcome = 'open_in_time'
                then 'open_in_time'
            when is_waiting and paused_open in ('in_time', 'on_time') then 'open_in_time'
            when due_at_used is null and missing_due <> 'unknown' then 'open_in_time'
            when due_at_used is null then 'open_unknown'
            when due_at_used < judged_at then 'open_overdue'
            else 'open_in_time'
        end as state,
        count(*)::integer as n
    from judged
    group by all
)

select * from stock
