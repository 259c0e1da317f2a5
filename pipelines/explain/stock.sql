-- grain: one row per profile, day and group of dossiers alike that were open at the day's end
-- key: profile, ends_on, unit_id, field_of_work, procedure_id, channel_in, reappointment,
--   snapshot_on, state, is_waiting
-- reads: dossiers, outcomes, pause_spells, profiles, report_periods
-- promises: state in ('open_in_time', 'open_overdue', 'open_unknown'); n > 0
-- The stock on the last day of each period (at the snapshot, where that comes first): what had been
-- received and not yet ended, and whether its due instant had passed by then. A dossier that was
-- withdrawn later was open until then; one that a profile calls on time while it waits is closed
-- at the snapshot. Where the profile lets the clock stand still, a dossier on pause at that moment
-- is judged at the pause's start. reappointment: whether the due date was put off (yes, no; unknown
-- where the first one is not told).

with ends as (
    select distinct ends_on
    from report_periods
),

closed as (
    select
        outcomes.profile,
        profiles.paused_open,
        profiles.missing_due,
        outcomes.outcome,
        outcomes.due_at_used,
        dossiers.dossier_id,
        dossiers.unit_id,
        coalesce(dossiers.field_of_work, 'unknown') as field_of_work,
        coalesce(dossiers.procedure_id, 'unknown') as procedure_id,
        coalesce(dossiers.channel_in, 'other') as channel_in,
        dossiers.due_first_at < dossiers.due_at as is_reappointed,
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
    inner join dossiers on outcomes.dossier_id = dossiers.dossier_id
),

facts as (
    select
        *,
        timezone(time_zone, snapshot_at)::date as snapshot_on,
        coalesce(timezone(time_zone, closed_at)::date, date '9999-12-31') as closed_on
    from closed
),

held as (
    select
        facts.*,
        ends.ends_on,
        least(
            timezone(facts.time_zone, (ends.ends_on + 1)::timestamp), facts.snapshot_at
        ) as counted_at
    from facts
    inner join ends
        on facts.received_on <= ends.ends_on
        and facts.closed_on > ends.ends_on
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
        unit_id,
        field_of_work,
        procedure_id,
        channel_in,
        case is_reappointed when true then 'yes' when false then 'no' else 'unknown' end
            as reappointment,
        snapshot_on,
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
